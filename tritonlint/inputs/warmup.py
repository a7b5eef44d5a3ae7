"""What lies in a warm-up file of string data: elements, each behind its length in four little-endian bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are not looked into."""


@dataclass(frozen=True, slots=True)
class StringElements:
    """How many whole elements a file holds, and where it stops making sense (None: it does not)."""

    count: int
    broken_at: int | None


def read_string_elements(path: str) -> StringElements | None:
    """Count the string elements of a file; None when it cannot be read or is too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError:
        return None
    if len(data) > MAX_BYTES:
        return None
    count, position = 0, 0
    while position < len(data):
        if position + 4 > len(data):
            return StringElements(count, position)
        end = position + 4 + int.from_bytes(data[position : position + 4], "little")
        if end > len(data):
            return StringElements(count, position)
        count, position = count + 1, end
    return StringElements(count, None)
