"""The probe `stub-death`: the stubs are killed as the kernel would when memory runs out."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace

from tritonlint.runtime.observation import StubDeath
from tritonlint.runtime.request import Request
from tritonlint.runtime.server import ServerError
from tritonlint.runtime.shared_memory import region_names
from tritonlint.runtime.subject import Subject

NOTICE_SECONDS = 15.0
"""How long the server is given to notice that a stub is dead; the backend's health check takes about a second."""


def kill_stubs(subject: Subject, good: Request) -> bool:
    """Load the model, kill its stubs as the kernel would, and see when that is noticed and whether it comes back.

    False when the server must not be used any more.
    """
    subject.progress(f"{subject.name}: killing its stubs")
    before = region_names(subject.server)
    try:
        for name in (*subject.run.needs, subject.name):
            if not subject.server.load(name, seconds=subject.options.timeout).ok:
                # A port or a file that only one can have.
                subject.run.saw("stub-death", f"not tried: {name} does not load on a second server", ran=False)
                return False
        subject.run.config = subject.server.model_config(subject.name)
        with subject.grpc_client():
            return _kill_stubs(subject, good)
    except ServerError:
        return False
    finally:
        # A process that is killed cannot remove what it has made.
        subject.note_belongings()
        subject.strays = {subject.server.shared_memory_folder / name for name in subject.mapped - before}


def _kill_stubs(subject: Subject, good: Request) -> bool:
    run = subject.run
    subject.note_belongings()
    killed = subject.stubs()
    old = {stub.pid for stub in killed}
    for pid in old:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        except PermissionError:
            run.saw("stub-death", "not tried: the processes of the container belong to another user", ran=False)
            return True
    start = time.monotonic()
    reply = None
    noticed = None
    while time.monotonic() - start < NOTICE_SECONDS:
        reply = replace(subject.send(good), outputs=())
        if not reply.answered:
            noticed = time.monotonic() - start
            break
        if {stub.pid for stub in subject.stubs()} - old:
            noticed = time.monotonic() - start
            break
    lives = subject.server.alive and subject.server.request("GET", "/v2/health/live", seconds=5.0).ok
    restarted = bool({stub.pid for stub in subject.stubs()} - old)
    message = subject.local(reply.error or "") if reply is not None else ""
    reloaded = None
    if lives and not (reply is not None and reply.hung):
        reloaded = subject.reload() and subject.send(good).answered
    regions = [subject.server.shared_memory_folder / stub.region.lstrip("/") for stub in killed]
    left = not restarted and any(region.exists() for region in regions)
    run.death = StubDeath(noticed, message, lives, restarted, reply, reloaded)
    text = "noticed" if noticed is not None else "not noticed"
    after = f" after {noticed:.1f} s" if noticed is not None else ""
    again = {True: "works after a reload", False: "broken after a reload", None: "no reload"}[reloaded]
    started = "restarted by the server" if restarted else "not restarted by this release"
    stays = "; its shared memory stays behind" if left else ""
    run.saw("stub-death", f"{text}{after}; {started}; {again}{stays}", time.monotonic() - start)
    return lives and reloaded is True
