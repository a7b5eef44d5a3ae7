"""What the user chose for a runtime check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tritonlint.runtime.request import Request
from tritonlint.runtime.wheel import WHEELS

CONTAINERS = ("podman:", "docker:")
"""How the names of servers in containers begin."""
NEWEST = max(WHEELS)


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What the user chose. ``timeout`` is seconds per load and per request; ``samples`` are requests by model."""

    source: str = "auto"
    release: str = NEWEST
    """Release of the server when the models name none."""
    device: str = "auto"
    allocator: Path | None = None
    shm_size: int | None = None
    python: Path | None = None
    timeout: float = 30.0
    soak: int = 0
    samples: Mapping[str, Sequence[Request]] = field(default_factory=dict)
    cache: Path | None = None

    @property
    def contained(self) -> bool:
        """Whether the server runs in a container, which sees the repository itself, read-only."""
        return self.source.startswith(CONTAINERS)
