"""``python -m tritonlint``."""

import os
import sys

if __name__ == "__main__":
    # ``-m`` puts the working folder first on the path: a libcst.py of the linted repository would be imported.
    sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
    from tritonlint.cli import main

    main()
