"""What lies in a server's ``/dev/shm``, and who has it mapped."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

MAPPED_REGION = re.compile(r"/dev/shm/(\S+)")  # noqa: S108  (where POSIX shared memory lives)


class SharedMemoryFolder(Protocol):
    """The part of a server that is needed here."""

    @property
    def shared_memory_folder(self) -> Path: ...  # noqa: D102


def region_names(server: SharedMemoryFolder) -> frozenset[str]:
    """Names of everything in the folder."""
    with contextlib.suppress(OSError):
        return frozenset(os.listdir(server.shared_memory_folder))
    return frozenset()


def region_sizes(server: SharedMemoryFolder, regions: set[str]) -> Iterator[int]:
    """Bytes of each of ``regions`` that is there."""
    for region in regions:
        with contextlib.suppress(OSError):
            yield (server.shared_memory_folder / region.lstrip("/")).stat().st_size


def shared_memory_space(server: SharedMemoryFolder) -> tuple[int, int]:
    """Free bytes and size of the file system; zeros when it cannot be asked."""
    try:
        status = os.statvfs(server.shared_memory_folder)
    except OSError:
        return 0, 0
    return status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize


def shown_region(name: str) -> str:
    """A region's name as the server sees it."""
    return f"/dev/shm/{name}"  # noqa: S108  (what the server calls it)


def mapped_regions(pid: int) -> set[str]:
    """Names of the regions that a process has mapped; empty when it is gone."""
    try:
        text = Path(f"/proc/{pid}/maps").read_text(errors="replace")
    except OSError:
        return set()
    return {match[1] for match in MAPPED_REGION.finditer(text)}


def in_use(name: str) -> bool:
    """Whether any process that can be looked at has a file of /dev/shm mapped."""
    return any(name in mapped_regions(int(pid)) for pid in os.listdir("/proc") if pid.isdigit())
