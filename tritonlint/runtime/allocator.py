"""Memory allocators to preload: where distributions and conda put tcmalloc and jemalloc."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",  # Debian, Ubuntu
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",  # Fedora, RHEL
    "/usr/local/lib",
    "/usr/lib",
    "/opt/conda/lib",
)
NAMES: Mapping[str, tuple[str, ...]] = {
    "tcmalloc": ("libtcmalloc_minimal.so.4", "libtcmalloc.so.4", "libtcmalloc_minimal.so", "libtcmalloc.so"),
    "jemalloc": ("libjemalloc.so.2", "libjemalloc.so.1", "libjemalloc.so"),
}
"""The minimal tcmalloc comes first: the full one brings a heap profiler and libunwind along."""

PACKAGES = {
    "tcmalloc": "libtcmalloc-minimal4 (Debian, Ubuntu) or gperftools-libs (Fedora, RHEL)",
    "jemalloc": "libjemalloc2 (Debian, Ubuntu) or jemalloc (Fedora, RHEL)",
}


class AllocatorError(Exception):
    """The allocator asked for is not there; the message says how to get it."""


def find_allocator(name: str) -> Path:
    """The library of ``tcmalloc`` or ``jemalloc``, or the one at a path."""
    if name not in NAMES:
        path = Path(name).absolute()
        if not path.is_file():
            raise AllocatorError(f"{name} is neither a library nor one of {', '.join(NAMES)}")
        return path
    for candidate in candidates(name, (f"{sys.prefix}/lib", os.path.join(os.environ.get("CONDA_PREFIX", ""), "lib"))):
        if os.path.isabs(candidate) and os.path.isfile(candidate):
            return Path(candidate)
    raise AllocatorError(f"no {name} in {', '.join(FOLDERS)}: install {PACKAGES[name]}, or give the library's path")


def candidates(name: str, further: Sequence[str] = ()) -> list[str]:
    """Paths at which the allocator ``name`` may lie, best first."""
    return [f"{folder}/{library}" for folder in (*FOLDERS, *further) for library in NAMES[name]]


def preloaded(libraries: Sequence[str]) -> str | None:
    """The allocator among mapped ``libraries``, None when the C library's own is used."""
    stems = ("libtcmalloc", "libjemalloc", "libmimalloc")
    return next((path for path in libraries if os.path.basename(path).startswith(stems)), None)
