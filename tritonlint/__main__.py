"""``python -m tritonlint``."""

import os
import sys

if __name__ == "__main__":
    # ``-m`` puts the working folder first on the path: a libcst.py of the linted repository would be imported.
    sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
    # Worker processes import this package too. Last, so that in a checkout nothing beside it comes before a library.
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if root not in sys.path:
        sys.path.append(root)
    from tritonlint.cli import main

    main()
