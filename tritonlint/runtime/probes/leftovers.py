"""The probe `leftovers`: what stays behind a request, an unload and a shutdown."""

from __future__ import annotations

import contextlib
import re
import time

from tritonlint.runtime.observation import Failure, Leftovers
from tritonlint.runtime.processes import command_line, stub_processes
from tritonlint.runtime.request import Request
from tritonlint.runtime.server import ServerError, first_traceback
from tritonlint.runtime.shared_memory import in_use, region_names, shown_region
from tritonlint.runtime.subject import GONE_SECONDS, Subject, eventually

LEAK_REQUESTS = 3
OTHER_REGIONS = ("tritonlint_", "triton_python_backend_shm", "sem.")
"""Names in /dev/shm that another server or another program has made, not this model."""
FINALIZE = re.compile(r"\): finalize$", re.MULTILINE)


def stopped(subject: Subject, left: Leftovers, *, clean: bool) -> None:
    """Take note of what the server left; one that had to be killed, or has lost a stub, proves nothing."""
    if not clean:
        subject.run.saw("leftovers", "after shutdown: not looked at, a model had not ended in order", ran=False)
        return
    subject.run.stopped = left
    subject.tell_leftovers(left, "after shutdown")


def look_for_leaks(subject: Subject, good: Request, before: frozenset[str]) -> None:
    """Whether each request leaves another file in /dev/shm; that one is new there may be anybody's doing."""
    new = {name for name in region_names(subject.server) - before if not name.startswith(OTHER_REGIONS)}
    if subject.lost_stub or not new - subject.mapped:
        return
    subject.wait_for_quiet()
    made: set[str] = set()
    for _ in range(LEAK_REQUESTS):
        seen = region_names(subject.server)
        if not subject.send(good).answered or not (fresh := region_names(subject.server) - seen):
            return
        made |= fresh
    subject.leaked = new | made


def unload(subject: Subject, before: frozenset[str]) -> None:
    """Unload and look for what stays behind."""
    start = time.monotonic()
    subject.progress(f"{subject.name}: unloading")
    own = {stub.region.lstrip("/") for stub in subject.run.processes}
    subject.note_belongings()
    mark = subject.server.log_size()
    try:
        subject.server.unload(subject.name, seconds=subject.options.timeout)
    except ServerError as error:
        subject.spoiled = True
        subject.run.saw("leftovers", f"the unload failed: {error}")
        return
    if subject.lost_stub:
        # The region of a stub that died stays behind; that it died has been told.
        subject.run.saw("leftovers", "after unload: not looked at, a stub had died", ran=False)
        return
    eventually(
        lambda: not (subject.stubs() or own & region_names(subject.server) or _orphans(subject)),
        GONE_SECONDS,
    )
    stubs, orphans = subject.stub_names(), _orphans(subject)
    # Models that this one calls are still loaded.
    others = {stub.region.lstrip("/") for stub in stub_processes(subject.server) if stub not in subject.stubs()}
    names = region_names(subject.server) - before - others
    prefix = subject.server.shared_memory_prefix
    sure = {name for name in names if name in own | subject.mapped or name.startswith(prefix)}
    suspected = {name for name in subject.leaked & names - sure if not in_use(name)}
    trace = first_traceback(subject.local(subject.server.log_since(mark))) or ""
    if FINALIZE.search(trace):
        subject.run.finalize = Failure(trace, subject.blamed(trace))
    subject.left(
        Leftovers(
            stubs + orphans,
            # The region of a stub that lives is in use.
            () if stubs else tuple(sorted(map(shown_region, sure))),
            suspected=tuple(sorted(map(shown_region, suspected))),
            seconds=time.monotonic() - start,
        )
    )
    for need in subject.run.needs:
        with contextlib.suppress(ServerError):
            subject.server.unload(need, seconds=subject.options.timeout)
    subject.spoiled = bool(stubs or orphans)


def _orphans(subject: Subject) -> tuple[str, ...]:
    """Processes that the model's stubs have started and that live on without them."""
    if not subject.started:
        return ()
    stubs = {stub.pid for stub in stub_processes(subject.server)}
    left = (subject.started & set(subject.server.processes())) - stubs
    return tuple(f"process {pid} ({' '.join(command_line(pid))})" for pid in sorted(left))
