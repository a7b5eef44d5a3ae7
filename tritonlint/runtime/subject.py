"""One model on a running server: the state that the probes share, and what each of them does with a server."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tritonlint.facts import ModelFacts, RepositoryFacts
from tritonlint.runtime.exchange import ExchangeError, GrpcClient, infer_http
from tritonlint.runtime.guard import descendants
from tritonlint.runtime.observation import Exchange, Leftovers, Load, ModelRun, Reply, first_line, is_unhandled
from tritonlint.runtime.options import VerifyOptions
from tritonlint.runtime.processes import StubProcess, stub_processes
from tritonlint.runtime.request import Request
from tritonlint.runtime.server import DisposableServer, ServerError, first_traceback
from tritonlint.runtime.shared_memory import mapped_regions
from tritonlint.source import Span
from tritonlint.tensors import tensors

GONE_SECONDS = 10.0
"""How long a stub may take to end after its model was unloaded."""
LATER_SECONDS = 0.1
DYING_SECONDS = 0.3
"""How long after an error a stub may still be there that the request has killed."""
PYTHON_FRAME = re.compile(r'(?:File "(?P<quoted>[^"]+)", line (?P<line>\d+))|(?P<plain>\S+\.py)\((?P<number>\d+)\)')


class Subject:
    """One model on a running server. ``spoiled`` when the server must not be used for another one.

    ``wait_for_quiet`` returns when no other server of this run is at work.
    ``proved`` is told of a model that runs stubs and answers, and of a request that it answers.
    """

    def __init__(
        self,
        server: DisposableServer,
        facts: ModelFacts,
        group: RepositoryFacts,
        served: Path,
        options: VerifyOptions,
        progress: Callable[[str], None],
        proved: Callable[[ModelFacts, Request], None],
    ) -> None:
        self.server = server
        self.facts = facts
        self.name = facts.model.name
        self.options = options
        self.progress = progress
        self.proved = proved
        self.wait_for_quiet: Callable[[], None] = lambda: None
        self.grpc: GrpcClient | None = None
        self.spoiled = False
        self.lost_stub = False
        self.steady = False
        """Whether it answers the same request alike each time."""
        self.expected: dict[int, Reply] = {}
        """The in-band answers by the identity of their requests."""
        self.alone: list[tuple[Request, Reply]] = []
        """Requests that will meet in one batch, each with its answer when it came alone."""
        self.soaked: Request | None = None
        self.mapped: set[str] = set()
        """Files of /dev/shm that stubs have mapped."""
        self.started: set[int] = set()
        """Processes that stubs have started."""
        self.leaked: set[str] = set()
        self.strays: set[Path] = set()
        self._served = served
        self.run = ModelRun(
            server=server.description,
            release=server.release,
            place=facts.effective.backend_span if facts.effective.backend_span.start is not None else facts.model.span,
            load=Load("not-tried"),
            tensor_places=_tensor_places(facts),
            execute_place=_execute_place(facts),
            needs=_needs(facts, group),
            allocator=str(options.allocator) if options.allocator is not None else None,
            served=str(served),
            repository=group.path.rstrip("/"),
        )

    @contextlib.contextmanager
    def grpc_client(self) -> Iterator[None]:
        """A client for as long as the context lasts; without the packages for it the report says so."""
        try:
            client = GrpcClient(self.server)
        except ExchangeError as error:
            self.run.saw("shared-memory", str(error), ran=False)
            yield
            return
        with client:
            self.grpc = client
            yield
        self.grpc = None

    def exchange(self, request: Request, *, look: bool = True) -> Exchange:
        """Send it and see what becomes of it; with ``look`` also whether an unanswered one has killed a stub."""
        mark = self.server.log_size()
        transport = "gRPC stream" if self.run.decoupled else "HTTP"
        reply = self.send(request)
        if self.run.decoupled:
            # What execute does after its last response shows in the output only.
            time.sleep(LATER_SECONDS)
        died = look and not reply.answered and not reply.server_died and self.lost_a_stub()
        output = self.local(self.server.log_since(mark))
        trace = first_traceback(output) or (reply.error if reply.error and "At:" in reply.error else None)
        if reply.error is not None:
            reply = replace(reply, error=self.local(reply.error))
        later = reply.answered and is_unhandled(output)
        return Exchange(request, transport, reply, died, trace, self.blamed(trace), later)

    def lost_a_stub(self) -> bool:
        """Whether a stub that was there is gone, or goes within a moment."""
        if not self.is_python:
            return False
        # The answer may come a moment before the process is gone.
        before = {stub.pid for stub in self.run.processes}
        return eventually(lambda: not before <= {stub.pid for stub in self.stubs()}, DYING_SECONDS)

    def send(self, request: Request) -> Reply:
        """Send it in-band, over HTTP or, to a decoupled model, over a gRPC stream."""
        if self.run.decoupled:
            if self.grpc is None:
                return Reply(error="decoupled models are asked over gRPC: pip install 'tritonlint[runtime]'")
            return self.grpc.stream(self.name, request, seconds=self.options.timeout)
        return infer_http(self.server, self.name, request, seconds=self.options.timeout)

    def recover(self, exchange: Exchange) -> bool:
        """Make the model usable again after a request; False when no further request makes sense."""
        if exchange.reply.server_died or exchange.reply.hung or not self.server.alive:
            # The instance is busy with the request that never ends; unloading would wait for it.
            self.spoiled = True
            return False
        if exchange.stub_died:
            self.lost_stub = True
            return self.reload()
        return True

    def reload(self, config: str | None = None) -> bool:
        """Unload and load the model again (with another configuration), and look at its new processes."""
        self.note_belongings()
        try:
            self.server.unload(self.name, seconds=self.options.timeout)
            gone = eventually(lambda: not self.stubs(), GONE_SECONDS)
            parameters = {"config": config} if config is not None else None
            ok = gone and self.server.load(self.name, seconds=self.options.timeout, parameters=parameters).ok
            if gone and not ok:
                # The other server of this run may have had what only one can have: a port, a file.
                self.wait_for_quiet()
                ok = self.server.load(self.name, seconds=self.options.timeout, parameters=parameters).ok
            if not gone and not self.lost_stub:
                self.left(Leftovers(self.stub_names(), seconds=GONE_SECONDS))
        except ServerError:
            ok = False
        if not ok:
            self.spoiled = True
            return False
        self.run.processes = self.stubs() if self.is_python else ()
        return True

    def note_belongings(self) -> None:
        """Remember which files of /dev/shm the stubs have mapped, and what they have started: it must go with them."""
        for stub in self.stubs():
            self.mapped |= mapped_regions(stub.pid)
            # Once the stub has ended they are the guard's children, like everything else.
            self.started |= set(descendants(stub.pid)[1:])

    def left(self, left: Leftovers) -> None:
        """Take note of what an unload left behind."""
        self.run.unloaded = left
        self.tell_leftovers(left, "after unload")

    def stub_names(self) -> tuple[str, ...]:
        """Its stub processes, as the report names them."""
        return tuple(f"stub process {stub.pid}" for stub in self.stubs())

    @property
    def is_python(self) -> bool:
        """Whether it has stub processes at all."""
        return self.facts.effective.intended_backend == "python" or self.run.config.get("backend") == "python"

    def stubs(self) -> tuple[StubProcess, ...]:
        """The stubs of this model; the script they were given lies in its folder."""
        inside = f"{self._served}/{self.name}/"
        return tuple(stub for stub in stub_processes(self.server) if stub.script.startswith(inside))

    def local(self, text: str | None) -> str:
        """A text of the server's with the paths as the user knows them."""
        return self.run.local(text)

    def blamed(self, trace: str | None) -> Span | None:
        """The last line of the user's own code that a traceback names."""
        if not trace:
            return None
        text = self.local(trace)
        root = os.path.abspath(self.facts.model.path)
        frames = [
            (match["quoted"] or match["plain"], int(match["line"] or match["number"]))
            for match in PYTHON_FRAME.finditer(text)
        ]
        own = [(path, line) for path, line in frames if os.path.abspath(path).startswith(root + os.sep)]
        if not own:
            return None
        # A traceback ends in the innermost frame; the list that pybind11 prints begins with it.
        path, line = own[0] if "At:" in text else own[-1]
        return _line_span(os.path.join(self.facts.model.path, os.path.relpath(os.path.abspath(path), root)), line)

    def tell_leftovers(self, left: Leftovers, when: str) -> None:
        """A line of the report on what was left, which may be nothing."""
        found = [
            *left.processes,
            *left.regions,
            *left.suspected,
            *left.folders,
            *(f"port {port}" for port in left.ports),
        ]
        text = f"{when}: " + ("nothing left" if not found else f"left: {', '.join(found)}")
        self.run.saw("leftovers", text, left.seconds)


def _tensor_places(facts: ModelFacts) -> dict[tuple[str, str], Span]:
    if facts.config is None:
        return {}
    return {(tensor.direction, tensor.name): tensor.span for tensor in tensors(facts.config) if tensor.name}


def _execute_place(facts: ModelFacts) -> Span | None:
    for python in facts.python:
        method = python.method("execute")
        if method is not None:
            return method.name_span
    return None


def _needs(facts: ModelFacts, group: RepositoryFacts) -> tuple[str, ...]:
    """Models of the repository that this one calls from its code; ensembles name their steps themselves."""
    found: dict[str, None] = {}
    for python in facts.python:
        for call in python.calls_of("InferenceRequest"):
            for name in python.strings(call.call.argument(None, "model_name")) or ():
                if name in group.models and name != facts.model.name:
                    found[name] = None
    return tuple(found)


def _line_span(path: str, line: int) -> Span | None:
    try:
        text = Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    lines = text.splitlines(keepends=True)
    if not 1 <= line <= len(lines):
        return None
    start = sum(len(each) for each in lines[: line - 1])
    content = lines[line - 1]
    indent = len(content) - len(content.lstrip())
    return Span(path, start + indent, start + len(content.rstrip()))


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition comes true within some seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def exchange_text(exchange: Exchange) -> str:
    """An exchange in one line of the report."""
    text = f"{exchange.request.title} ({exchange.request.origin}, {exchange.transport}): {reply_text(exchange.reply)}"
    text = f"{text}; then execute failed" if exchange.failed_later else text
    return f"{text}; the stub died" if exchange.stub_died else text


def reply_text(reply: Reply) -> str:
    """What came of a request, in a few words."""
    if reply.server_died:
        return "the server died"
    if reply.hung:
        return "no answer in time"
    if reply.error is not None:
        return first_line(reply.error)
    many = f" ({reply.responses} responses)" if reply.responses != 1 else ""
    return (", ".join(tensor.summary for tensor in reply.outputs) or "no outputs") + many
