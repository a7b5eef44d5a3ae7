"""The public names of triton_python_backend_utils and their first releases (facts, python-backend 7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PbApi:
    """First release ("YY.MM") of names, methods and keywords; ``injected`` names are missing at import."""

    names: dict[str, str]
    methods: dict[str, str]
    keywords: dict[str, dict[str, str]]
    injected: frozenset[str]
    signatures: dict[str, tuple[tuple[str, ...], frozenset[str]]]
    """Parameters in order, and those that must be given."""


@cache
def pb_api() -> PbApi:
    """The table in ``data/pb_utils.json``."""
    table = json.loads((files("tritonlint") / "data" / "pb_utils.json").read_text(encoding="utf-8"))
    signatures = {
        name: (tuple(p.rstrip("*") for p in given), frozenset(p.rstrip("*") for p in given if p.endswith("*")))
        for name, given in table["signatures"].items()
    }
    return PbApi(table["names"], table["methods"], table["keywords"], frozenset(table["injected"]), signatures)
