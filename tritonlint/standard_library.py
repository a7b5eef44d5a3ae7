"""Which Python minor has which module of the standard library, and which names moved inside it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from tritonlint.inputs.elf import version_key

WITH_NUMPY = frozenset(
    {
        "ast", "collections", "contextlib", "copyreg", "ctypes", "datetime", "dis", "enum", "functools", "inspect",
        "itertools", "keyword", "linecache", "math", "numbers", "operator", "pickle", "platform", "re", "reprlib",
        "struct", "textwrap", "token", "tokenize", "types", "typing", "warnings", "weakref",
    }
)  # fmt: skip
"""Modules that NumPy imports, and with it triton_python_backend_utils (seen with NumPy 1.26 and 2.4 on Python 3.11)."""


@cache
def _table() -> dict[str, Any]:
    text = (Path(__file__).parent / "data" / "stdlib.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def is_standard(module: str) -> bool:
    """Whether any Python from 3.6 on has this top-level module; those with an underscore count without a look."""
    return module.startswith("_") or module in _table()["modules"]


def lacking(name: str, python: str) -> str:
    """Why Python X.Y lacks a top-level module or ``module.name``: "since 3.11", "until 3.11"; "" if it has it."""
    table = _table()
    span = table["modules"].get(name) or table["members"].get(name)
    if span is None:
        return ""
    first, last = span
    if first is not None and version_key(python) < version_key(first):
        return f"since {first}"
    if last is not None and version_key(python) > version_key(last):
        return f"until {last}"
    return ""
