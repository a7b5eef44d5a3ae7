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


@cache
def pb_api() -> PbApi:
    """The table in ``data/pb_utils.json``."""
    table = json.loads((files("tritonlint") / "data" / "pb_utils.json").read_text(encoding="utf-8"))
    return PbApi(table["names"], table["methods"], table["keywords"], frozenset(table["injected"]))
