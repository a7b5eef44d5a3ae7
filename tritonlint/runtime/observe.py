"""The runtime check: runs the models of each repository on disposable servers. Judges nothing."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from tritonlint.facts import ModelFacts, RepositoryFacts
from tritonlint.runtime.gpu import gpus
from tritonlint.runtime.observation import Foretold, Leftovers, ModelRun
from tritonlint.runtime.options import VerifyOptions
from tritonlint.runtime.probes.leftovers import stopped
from tritonlint.runtime.probes.soak import soak_only
from tritonlint.runtime.probes.stub_death import kill_stubs
from tritonlint.runtime.request import Request, SampleError
from tritonlint.runtime.server import DisposableServer
from tritonlint.runtime.shared_memory import in_use
from tritonlint.runtime.source import open_server
from tritonlint.runtime.subject import Subject
from tritonlint.runtime.trial import try_model
from tritonlint.runtime.view import make_view
from tritonlint.runtime.wheel import InstallationError

Foresee = Callable[[ModelFacts], tuple[Foretold, ...]]


def observe(
    models: Sequence[ModelFacts],
    groups: Mapping[str, RepositoryFacts],
    foretold: Foresee,
    options: VerifyOptions,
    progress: Callable[[str], None],
) -> dict[str, ModelRun]:
    """Run every model and tell what was seen, by model path.

    Raises :class:`~tritonlint.runtime.wheel.InstallationError` and ServerError when no server can be started at all,
    SampleError for samples of a model that is not there.
    """
    known = {name for group in groups.values() for name in group.models}
    for name in options.samples:
        if name not in known:
            raise SampleError(f"--requests: there is no model '{name}' here; there are {', '.join(sorted(known))}")
    if options.device == "gpu" and not gpus():
        raise InstallationError("--device gpu: this machine has no GPU that nvidia-smi lists")
    if options.device == "auto":
        options = replace(options, device="gpu" if gpus() else "cpu")
    runs: dict[str, ModelRun] = {}
    for path, group in groups.items():
        own = [facts for facts in models if facts.model.repository == path]
        if own:
            runs |= _Repository(group, own, foretold, options, progress).observe()
    return runs


class _Repository:
    """The models of one repository, one after the other, on as few servers as possible."""

    def __init__(
        self,
        group: RepositoryFacts,
        models: Sequence[ModelFacts],
        foretold: Foresee,
        options: VerifyOptions,
        progress: Callable[[str], None],
    ) -> None:
        self._group = group
        self._models = models
        self._foretold = foretold
        self._options = options
        self._progress = progress

    def observe(self) -> dict[str, ModelRun]:
        runs: dict[str, ModelRun] = {}
        pending = list(self._models)
        with _StubDeaths(self._serve, self._default_stub, self._subject) as deaths:
            if any(facts.plan is not None for facts in pending):
                deaths.get_ready(pending[0])
            while pending:
                stub = self._default_stub(pending[0])
                here: list[Subject] = []
                with self._serve(stub) as server:
                    while pending and self._default_stub(pending[0]) == stub:
                        facts = pending.pop(0)
                        self._progress(f"{facts.model.name}: loading")
                        subject = self._subject(server, facts, deaths.kill)
                        subject.wait_for_quiet = deaths.wait
                        here.append(subject)
                        runs[facts.model.path] = subject.run
                        subject.run.foretold = self._foretold(facts)
                        subject.run.comparable = self._comparable(facts, server)
                        try_model(subject)
                        if subject.spoiled:
                            break
                    self._progress("stopping the server")
                    if not _ended_in_order(here):
                        # It would wait for its models in vain.
                        server.stop_seconds = 0
                    start = time.monotonic()
                _tell_stopped(here, _after_shutdown(server, time.monotonic() - start))
                for subject in here:
                    self._soak_without_allocator(subject, stub)
            self._progress("killing stubs")
            for path, seen in deaths.seen().items():
                runs[path].death = seen.death
                runs[path].report += [saw for saw in seen.report if saw.probe == "stub-death"]
        return runs

    def _subject(
        self, server: DisposableServer, facts: ModelFacts, proved: Callable[[ModelFacts, Request], None]
    ) -> Subject:
        served = self._own_place if self._options.contained else server.repository_folder
        return Subject(server, facts, self._group, served, self._options, self._progress, proved)

    def _soak_without_allocator(self, subject: Subject, stub: str | None) -> None:
        """The same soak on a server of its own without the allocator, to tell what the allocator is good for."""
        if self._options.allocator is None or subject.soaked is None:
            return
        plain = replace(self._options, allocator=None)
        with self._serve(stub, plain) as server:
            other = self._subject(server, subject.facts, _nobody)
            other.options = plain
            soak_only(other, subject.soaked)
        subject.run.soak += other.run.soak
        subject.run.report += other.run.report

    @property
    def _own_place(self) -> Path:
        return Path(os.path.abspath(self._group.path))

    @contextlib.contextmanager
    def _serve(self, stub: str | None, other: VerifyOptions | None = None) -> Iterator[DisposableServer]:
        """A running server; it sees a view of the repository, or in a container the repository itself, read-only."""
        options = other or self._options
        server = open_server(
            options.source,
            release=self._group.target.release or options.release,
            repositories=self._own_place if options.contained else (),
            device="gpu" if options.device == "gpu" else "cpu",
            shm_size=options.shm_size,
            allocator=options.allocator,
            python=options.python,
            stub=stub,
            options=("--log-info=true",),
            cache=options.cache,
            progress=self._progress,
        )
        with server:
            if not options.contained:
                models = ((name, facts.model.path) for name, facts in self._group.models.items())
                make_view(models, server.repository_folder)
            yield server

    def _default_stub(self, facts: ModelFacts) -> str | None:
        """The Python of the release's own stub, where an environment counts on it and the embedded one has another."""
        plan = facts.plan
        if plan is None or plan.stub_origin == "model" or plan.environment is None or self._options.python is not None:
            return None
        return plan.release_python if plan.environment_python == plan.release_python else None

    def _comparable(self, facts: ModelFacts, server: DisposableServer) -> bool:
        first, last = facts.target.window
        if facts.target.release is not None:
            return facts.target.release == server.release
        return first <= server.release <= last


class _StubDeaths:
    """Kills the stubs of proved models on a server of their own, beside the one on which other probes go on.

    A server that has lost a stub never ends by itself (seen on 24.10), so it cannot be the same one.
    """

    def __init__(
        self,
        serve: Callable[[str | None], contextlib.AbstractContextManager[DisposableServer]],
        default_stub: Callable[[ModelFacts], str | None],
        subject: Callable[[DisposableServer, ModelFacts, Callable[[ModelFacts, Request], None]], Subject],
    ) -> None:
        self._serve = serve
        self._default_stub = default_stub
        self._subject = subject
        self._worker = ThreadPoolExecutor(1, "stub-deaths")
        self._futures: list[Future[object]] = []
        self._runs: dict[str, ModelRun] = {}
        self._stack = contextlib.ExitStack()
        self._server: DisposableServer | None = None
        self._stub: str | None = None
        self._strays: set[Path] = set()

    def __enter__(self) -> _StubDeaths:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._server is not None:
            # Whoever interrupts does not wait for what the worker is doing; its requests fail now.
            self._server.kill()
        self._worker.shutdown(cancel_futures=kind is not None)
        self._close()

    def get_ready(self, facts: ModelFacts) -> None:
        """Start the server while others are still at work."""
        self._futures.append(self._worker.submit(self._open, self._default_stub(facts)))

    def kill(self, facts: ModelFacts, good: Request) -> None:
        """Have the stubs of a model killed; ``good`` is a request that it answers."""
        self._futures.append(self._worker.submit(self._kill, facts, good))

    def wait(self) -> None:
        """Return when nothing is being killed any more."""
        wait(self._futures)

    def seen(self) -> dict[str, ModelRun]:
        """What was seen, by model path, once all is done. Raises what the worker raised."""
        for future in self._futures:
            future.result()
        return self._runs

    def _open(self, stub: str | None) -> DisposableServer:
        if self._server is None or self._stub != stub:
            self._close()
            server = self._stack.enter_context(self._serve(stub))
            server.stop_seconds = 0
            self._server, self._stub = server, stub
        return self._server

    def _kill(self, facts: ModelFacts, good: Request) -> None:
        subject = self._subject(self._open(self._default_stub(facts)), facts, _nobody)
        usable = kill_stubs(subject, good)
        self._strays |= subject.strays
        self._runs[facts.model.path] = subject.run
        if not usable:
            self._close()

    def _close(self) -> None:
        self._server = None
        self._stack.close()
        for path in self._strays:
            if not in_use(path.name):
                path.unlink(missing_ok=True)
        self._strays.clear()


def _nobody(_facts: ModelFacts, _good: Request) -> None:
    """The stubs of a model are killed once."""


def _after_shutdown(server: DisposableServer, seconds: float) -> Leftovers:
    """What a server that was asked to end had left behind, before tritonlint removed it."""
    left = server.leftovers
    return Leftovers(
        tuple(f"process {pid} ({command})" for pid, command in left.processes),
        left.regions,
        left.environments,
        tuple(port for port in (server.http_port, server.grpc_port) if port and _listens(port)),
        seconds=seconds,
    )


def _tell_stopped(subjects: Sequence[Subject], left: Leftovers) -> None:
    """Tell each model what is its own of what a server left: one finding for one thing."""
    clean = _ended_in_order(subjects)
    for subject in subjects:
        mine = left if subject is subjects[-1] else Leftovers(seconds=left.seconds)
        if len(subjects) > 1:
            unpacks = any(stub.environment for stub in subject.run.processes)
            mine = replace(mine, folders=left.folders if unpacks else ())
        stopped(subject, mine, clean=clean)


def _ended_in_order(subjects: Sequence[Subject]) -> bool:
    return not any(each.lost_stub or each.spoiled for each in subjects)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
