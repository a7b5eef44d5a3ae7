"""The probe `load`: the model is loaded, and before it the models that it calls."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from tritonlint.runtime.observation import Load, first_line
from tritonlint.runtime.processes import stub_processes
from tritonlint.runtime.server import DisposableServer, ServerCrashError, ServerError, ServerHangError, first_traceback
from tritonlint.runtime.subject import Subject


def load(subject: Subject) -> bool:
    """Load it; False when it is not there afterwards, and then nothing else can be tried."""
    run = subject.run
    if quote(subject.name, safe="") != subject.name:
        text = "not tried: the server's HTTP interface reaches no model whose name an address must escape"
        run.load = Load("not-tried", text)
        run.saw("load", text, ran=False)
        return False
    backend = subject.facts.effective.backend
    if backend and not subject.facts.effective.is_ensemble and not _has_backend(subject.server, backend):
        text = f"not tried: this server ({subject.server.description}) has no backend '{backend}'"
        run.load = Load("not-tried", text)
        run.saw("load", f"{text}; use --server podman:IMAGE", ran=False)
        return False
    mark = subject.server.log_size()
    start = time.monotonic()
    missing = []
    try:
        for need in run.needs:
            answer = subject.server.load(need, seconds=subject.options.timeout)
            if not answer.ok:
                missing.append(f"{need}: {subject.local(answer.message)}")
        answer = subject.server.load(subject.name, seconds=subject.options.timeout)
    except ServerCrashError as error:
        _loaded(subject, "server-died", error.cause, mark, start)
        return False
    except ServerHangError:
        _loaded(subject, "hung", f"no answer within {subject.options.timeout:g} s", mark, start)
        return False
    except ServerError as error:
        _loaded(subject, "server-died", str(error), mark, start)
        return False
    if not answer.ok:
        message = "; ".join([subject.local(answer.message), *missing])
        _loaded(subject, "refused", message, mark, start)
        # A load that failed may leave a stub behind that the next model would be blamed for.
        subject.spoiled = bool(stub_processes(subject.server))
        return False
    _loaded(subject, "loaded", "; ".join(missing), mark, start)
    run.config = subject.server.model_config(subject.name)
    return True


def _loaded(subject: Subject, outcome: Any, message: str, mark: int, start: float) -> None:
    output = subject.local(subject.server.log_since(mark))
    took = time.monotonic() - start
    trace = first_traceback(output)
    subject.run.load = Load(outcome, message, trace, output, took, subject.blamed(trace or message))
    subject.spoiled = subject.spoiled or outcome in ("server-died", "hung")
    said = {"loaded": "loaded", "refused": "refused", "server-died": "the server died", "hung": "no answer"}[outcome]
    needs = f" with {', '.join(subject.run.needs)}" if subject.run.needs else ""
    subject.run.saw("load", f"{said}{needs}" + (f": {first_line(message)}" if message else ""), took)


def _has_backend(server: DisposableServer, backend: str) -> bool:
    """Whether the server can have it: its folder is there, or its backends cannot be listed from here."""
    return server.backends is None or not server.backends.is_dir() or (server.backends / backend).is_dir()
