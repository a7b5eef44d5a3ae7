"""``python -m tritonlint``."""

from tritonlint.cli import main

main()
