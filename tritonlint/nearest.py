"""What a misspelt name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

MAX_LENGTH = 100
"""Longer names are no misspellings, and comparing them takes long."""


def nearest(name: str, candidates: Iterable[str], cutoff: float = 0.7) -> str:
    """The candidate closest to ``name`` whatever the case, or "" when none is close."""
    return _nearest(name, tuple(sorted(candidates)), cutoff) if len(name) <= MAX_LENGTH else ""


@lru_cache(maxsize=256)
def _nearest(name: str, candidates: tuple[str, ...], cutoff: float) -> str:
    folded: dict[str, str] = {}
    for candidate in candidates:
        if candidate != name:
            folded.setdefault(candidate.lower(), candidate)
    close = get_close_matches(name.lower(), folded, 1, cutoff)
    return folded[close[0]] if close else ""
