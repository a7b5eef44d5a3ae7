"""The probe `soak`: many requests, and what the server, the stubs and shared memory have grown by."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tritonlint.runtime.observation import Soak
from tritonlint.runtime.processes import resident_memory
from tritonlint.runtime.request import Request
from tritonlint.runtime.server import ServerError
from tritonlint.runtime.shared_memory import region_sizes
from tritonlint.runtime.subject import Subject

SOAK_REPORT = 1000
"""Requests that growth is told for."""


def soak(subject: Subject, good: Request) -> None:
    """As many requests as the options ask for, with what grew meanwhile."""
    count = subject.options.soak
    if not count or subject.spoiled:
        return
    subject.soaked = good
    # The first requests fill caches and pools; they are no leak.
    for _ in range(min(count // 10, 200)):
        subject.send(good)
    stubs = [stub.pid for stub in subject.stubs()]
    before = _memory(subject, stubs)
    start = time.monotonic()
    failed = 0
    for number in range(count):
        failed += not subject.send(good).answered
        if number % 100 == 0:
            subject.progress(f"{subject.name}: soak {number}/{count}")
    after = _memory(subject, [stub.pid for stub in subject.stubs()])
    grown = [now - then for then, now in zip(before, after, strict=True)]
    took = time.monotonic() - start
    allocator = subject.options.allocator
    subject.run.soak = (*subject.run.soak, Soak(count, failed, grown[0], grown[1], grown[2], took))
    per = SOAK_REPORT / count / 1024
    with_ = f" with {allocator.name}" if allocator is not None else ""
    subject.run.saw(
        "soak",
        f"{count} requests{with_}, {failed} failed; per {SOAK_REPORT} requests the server grew by "
        f"{grown[0] * per:.0f} KiB, the stubs by {grown[1] * per:.0f} KiB, shared memory "
        f"by {grown[2] * per:.0f} KiB",
        took,
    )


def soak_only(subject: Subject, good: Request) -> None:
    """Load the model and do nothing but the soak."""
    try:
        for name in (*subject.run.needs, subject.name):
            if not subject.server.load(name, seconds=subject.options.timeout).ok:
                return
        subject.run.config = subject.server.model_config(subject.name)
        subject.run.processes = subject.stubs()
        with subject.grpc_client():
            soak(subject, good)
    except ServerError as error:
        subject.run.saw("soak", f"without the allocator: {error}", ran=False)


def _memory(subject: Subject, stubs: Sequence[int]) -> tuple[int, int, int]:
    regions = {stub.region for stub in subject.run.processes}
    return (
        resident_memory(subject.server.pid),
        sum(resident_memory(pid) for pid in stubs),
        sum(region_sizes(subject.server, regions)),
    )
