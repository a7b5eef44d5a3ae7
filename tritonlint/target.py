"""The target: which release, GPUs and backend folders the models are meant for, and how that is known."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

RELEASE = re.compile(r"\d\d\.(0[1-9]|1[0-2])")
WINDOW_RELEASES = 24
"""Monthly releases in the window that counts when no target is known: the last two years."""


@cache
def release_table() -> dict[str, dict[str, Any]]:
    """Facts per release ("YY.MM"), from ``data/releases.json``; an absent key is not established."""
    text = (Path(__file__).parent / "data" / "releases.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)
    return table


@dataclass(frozen=True, slots=True)
class Target:
    """What the models shall run on. ``release`` is None when nothing says which.

    ``gpus`` is the number of GPUs, None when nobody declared it. ``backend_directories`` are folders like
    ``/opt/tritonserver/backends`` on this machine, as given by option or setting. ``path_map`` maps absolute
    paths of the container to paths here.
    """

    release: str | None = None
    origin: str = "not declared; judged by the releases of the last two years"
    gpus: int | None = None
    backend_directories: tuple[str, ...] = ()
    path_map: tuple[tuple[str, str], ...] = field(default=())
    machine: str | None = None
    """The server's processor as ELF files name it ("x86_64", "aarch64"); None when nobody declared it."""

    @property
    def window(self) -> tuple[str, str]:
        """First and last release that count, "YY.MM" each (the same one when the release is known)."""
        if self.release is not None:
            return self.release, self.release
        known = sorted(release_table())
        return known[-WINDOW_RELEASES], known[-1]

    def since(self, first: str) -> bool:
        """Whether every release that counts is ``first`` or newer."""
        return self.window[0] >= first

    def until(self, last: str) -> bool:
        """Whether every release that counts is ``last`` or older."""
        return self.window[1] <= last

    def before(self, release: str) -> bool:
        """Whether every release that counts is older than ``release``."""
        return self.window[1] < release

    def may_be_since(self, first: str) -> bool:
        """Whether some release that counts is ``first`` or newer."""
        return self.window[1] >= first

    def fact(self, key: str) -> Any:
        """A fact of the release table that holds for every release that counts, or None."""
        first, last = self.window
        values = [facts.get(key) for release, facts in release_table().items() if first <= release <= last]
        # Releases newer than the table's sources have no entry for most keys: they prove nothing either way.
        known = [value for value in values if value is not None]
        if not known or any(value != known[0] for value in known):
            return None
        if self.release is not None and len(known) != len(values):
            return None
        return known[0]
