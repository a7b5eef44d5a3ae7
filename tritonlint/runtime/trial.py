"""What is done to one model on a running server, in the order in which it is done. Judges nothing.

What is seen goes into a :class:`~tritonlint.runtime.observation.ModelRun`, which the rules ``TLX1..`` read.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tritonlint.facts import ModelFacts, RepositoryFacts
from tritonlint.inputs.elf import read_elf
from tritonlint.runtime.exchange import (
    ExchangeError,
    GrpcClient,
    find_cuda_runtime,
    infer_http,
    infer_shared,
    shared_regions,
)
from tritonlint.runtime.gpu import gpu_memory
from tritonlint.runtime.guard import descendants
from tritonlint.runtime.observation import (
    Comparison,
    Exchange,
    Failing,
    Failure,
    Growth,
    Interpreter,
    Invalid,
    Leftovers,
    Load,
    ModelRun,
    Reply,
    Soak,
    StubAlone,
    StubDeath,
    first_line,
    is_unhandled,
)
from tritonlint.runtime.options import VerifyOptions
from tritonlint.runtime.processes import (
    StubProcess,
    command_line,
    environment_of,
    is_mapped,
    mapped_libraries,
    resident_memory,
    run_bounded,
    stub_processes,
)
from tritonlint.runtime.request import (
    Request,
    Tensor,
    batch_limit,
    invalid_requests,
    larger_request,
    odd_requests,
    requests_for,
    varied,
    warmup_requests,
)
from tritonlint.runtime.server import DisposableServer, ServerCrashError, ServerError, ServerHangError, first_traceback
from tritonlint.runtime.shared_memory import (
    in_use,
    mapped_regions,
    region_names,
    region_sizes,
    shared_memory_space,
    shown_region,
)
from tritonlint.source import Span
from tritonlint.tensors import tensors

GONE_SECONDS = 10.0
"""How long a stub may take to end after its model was unloaded."""
LATER_SECONDS = 0.1
DYING_SECONDS = 0.3
"""How long after an error a stub may still be there that the request has killed."""
NOTICE_SECONDS = 15.0
"""How long the server is given to notice that a stub is dead; the backend's health check takes about a second."""
LARGE_REQUEST = 24 * 1024 * 1024
"""Bytes of the request that must not fit: with its answer it needs more than a /dev/shm of 32 MiB holds."""
SOAK_REPORT = 1000
BATCH_DELAY_MICROSECONDS = 200_000
LEAK_REQUESTS = 3
TOGETHER = 4
"""Requests that are sent side by side to be put into one batch."""
REPEATS = 5
REPEAT_SECONDS = 2.0
"""How often, and for how long, a request is sent again to see whether a model differs from itself."""
OTHER_REGIONS = ("tritonlint_", "triton_python_backend_shm", "sem.")
"""Names in /dev/shm that another server or another program has made, not this model."""
FINALIZE = re.compile(r"\): finalize$", re.MULTILINE)
PYTHON_FRAME = re.compile(r'(?:File "(?P<quoted>[^"]+)", line (?P<line>\d+))|(?P<plain>\S+\.py)\((?P<number>\d+)\)')


class ModelTrial:
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
        self.spoiled = False
        self.soaked: Request | None = None
        self._group = group
        self._served = served
        self._progress = progress
        self._proved = proved
        self._grpc: GrpcClient | None = None
        self._expected: dict[int, Reply] = {}
        self._mapped: set[str] = set()
        self._started: set[int] = set()
        self._steady = False
        self._leaked: set[str] = set()
        self.strays: set[Path] = set()
        self.wait_for_quiet: Callable[[], None] = lambda: None
        self._alone: list[tuple[Request, Reply]] = []
        self.lost_stub = False
        self._contained = options.contained
        self._prefix = server.shared_memory_prefix
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

    # --------------------------------------------------------------------------------------------------- the order
    def observe(self) -> None:
        """Load the model, try everything on it, and unload it."""
        regions = region_names(self.server)
        if not self._load():
            return
        try:
            with self._grpc_client():
                self._look_at_processes()
                good = self._send_requests()
                if good is not None and self.run.processes and not self.lost_stub:
                    self._proved(self.facts, good)
                if good is not None and not self.spoiled:
                    self._compare(good)
                    self._send_invalid(good)
                    self._soak(good)
                    self._send_odd(good)
                    self._send_alone(good)
                if not self.spoiled:
                    self._run_alone()
                if good is not None and not self.spoiled:
                    self._send_batches(good)
                if good is not None and not self.spoiled:
                    # Last: a model may take its time for it.
                    self._outgrow(good)
                if good is not None and not self.spoiled:
                    self._look_for_leaks(good, regions)
        except ServerCrashError as error:
            self.spoiled = True
            self.run.saw("requests", f"the server died ({error.cause})")
        except ServerError as error:
            self.spoiled = True
            self.run.saw("requests", f"the server stopped answering: {error}")
        if not self.spoiled:
            self._unload(regions)

    @contextlib.contextmanager
    def _grpc_client(self) -> Iterator[None]:
        try:
            client = GrpcClient(self.server)
        except ExchangeError as error:
            self.run.saw("shared-memory", str(error), ran=False)
            yield
            return
        with client:
            self._grpc = client
            yield
        self._grpc = None

    # -------------------------------------------------------------------------------------------------------- load
    def _load(self) -> bool:
        run = self.run
        if quote(self.name, safe="") != self.name:
            text = "not tried: the server's HTTP interface reaches no model whose name an address must escape"
            run.load = Load("not-tried", text)
            run.saw("load", text, ran=False)
            return False
        backend = self.facts.effective.backend
        if backend and not self.facts.effective.is_ensemble and not _has_backend(self.server, backend):
            text = f"not tried: this server ({self.server.description}) has no backend '{backend}'"
            run.load = Load("not-tried", text)
            run.saw("load", f"{text}; use --server podman:IMAGE", ran=False)
            return False
        mark = self.server.log_size()
        start = time.monotonic()
        missing = []
        try:
            for need in run.needs:
                answer = self.server.load(need, seconds=self.options.timeout)
                if not answer.ok:
                    missing.append(f"{need}: {self._local(answer.message)}")
            answer = self.server.load(self.name, seconds=self.options.timeout)
        except ServerCrashError as error:
            self._loaded("server-died", error.cause, mark, start)
            return False
        except ServerHangError:
            self._loaded("hung", f"no answer within {self.options.timeout:g} s", mark, start)
            return False
        except ServerError as error:
            self._loaded("server-died", str(error), mark, start)
            return False
        if not answer.ok:
            message = "; ".join([self._local(answer.message), *missing])
            self._loaded("refused", message, mark, start)
            # A load that failed may leave a stub behind that the next model would be blamed for.
            self.spoiled = bool(stub_processes(self.server))
            return False
        self._loaded("loaded", "; ".join(missing), mark, start)
        run.config = self.server.model_config(self.name)
        return True

    def _loaded(self, outcome: Any, message: str, mark: int, start: float) -> None:
        output = self._local(self.server.log_since(mark))
        took = time.monotonic() - start
        trace = first_traceback(output)
        self.run.load = Load(outcome, message, trace, output, took, self._blamed(trace or message))
        self.spoiled = self.spoiled or outcome in ("server-died", "hung")
        said = {"loaded": "loaded", "refused": "refused", "server-died": "the server died", "hung": "no answer"}[
            outcome
        ]
        needs = f" with {', '.join(self.run.needs)}" if self.run.needs else ""
        self.run.saw("load", f"{said}{needs}" + (f": {first_line(message)}" if message else ""), took)

    # --------------------------------------------------------------------------------------------------- processes
    def _look_at_processes(self) -> None:
        run = self.run
        if not self._is_python:
            run.saw("interpreter", "not a Python model", ran=False)
            return
        run.processes = self._stubs()
        run.processes_expected = True
        run.stubs_at_first = len(run.processes)
        if run.processes:
            stub = run.processes[0]
            run.stub_numpy2 = read_elf(f"/proc/{stub.pid}/root{stub.executable}").numpy2
        self._note_belongings()
        run.instances = _instances(run.config)
        if self.options.allocator is not None:
            name = self.options.allocator.name
            run.server_allocator = name if is_mapped(name, mapped_libraries(self.server.pid)) else None
        seen = []
        for stub in run.processes:
            parts = [f"Python {stub.python}" if stub.python else "no libpython"]
            parts.append(f"numpy {stub.numpy}" if stub.numpy else "no numpy")
            own = stub.executable.startswith(f"{self.server.installation.root}/")
            parts.append("the server's own stub" if own else f"stub {self._local(stub.executable)}")
            parts.append(f"environment {self._local(stub.environment)}" if stub.environment else "no environment")
            if self.options.device == "gpu":
                parts.append(f"GPU memory {gpu_memory().get(stub.pid, 'none')}")
            if self.options.allocator is not None:
                mapped = stub.maps(self.options.allocator.name)
                parts.append(f"{self.options.allocator.name} {'mapped' if mapped else 'not mapped'}")
            seen.append(", ".join(parts))
        kinds = sorted(
            {str(each.get("kind", "")).removeprefix("KIND_") for each in run.config.get("instance_group", ())}
        )
        count = (
            f"{len(run.processes)} stub process{'es' if len(run.processes) != 1 else ''} on {'/'.join(kinds) or 'CPU'}"
        )
        run.saw("interpreter", f"{count}: {'; '.join(dict.fromkeys(seen))}" if seen else count)

    def _note_belongings(self) -> None:
        """Remember which files of /dev/shm the stubs have mapped, and what they have started: it must go with them."""
        for stub in self._stubs():
            self._mapped |= mapped_regions(stub.pid)
            # Once the stub has ended they are the guard's children, like everything else.
            self._started |= set(descendants(stub.pid)[1:])

    def _run_alone(self) -> None:
        """The stub without arguments, and the environment's own interpreter, in the environment that a stub got."""
        if not self.run.processes or self._contained:
            return
        stub = self.run.processes[0]
        environment = environment_of(stub.pid)
        ran = run_bounded([stub.executable], environment)
        if ran is not None:
            self.run.stub_alone = StubAlone(*ran)
            said = "starts" if self.run.stub_alone.started else f"does not start: {first_line(ran[1])}"
            self.run.saw("interpreter", f"the stub alone {said}")
        if stub.environment is None:
            return
        python = Path(stub.environment) / "bin" / "python3"
        script = (
            "import sys\nprint('.'.join(map(str, sys.version_info[:3])))\n"
            "try:\n    import numpy\n    print(numpy.__version__)\nexcept Exception as error:\n    print(repr(error))\n"
        )
        ran = run_bounded([str(python), "-c", script], environment)
        shown = self._local(str(python))
        if ran is None or ran[0] != 0:
            said = first_line(ran[1]) if ran is not None else "it cannot be started"
            self.run.interpreter = Interpreter(shown, None, None, said)
            self.run.saw("interpreter", f"the environment's python3: {said}")
            return
        lines = ran[1].splitlines()
        numpy = lines[1] if len(lines) > 1 and lines[1][:1].isdigit() else None
        self.run.interpreter = Interpreter(shown, lines[0], numpy)
        self.run.saw("interpreter", f"the environment's python3: Python {lines[0]}, numpy {numpy or 'missing'}")

    # ---------------------------------------------------------------------------------------------------- requests
    def _send_requests(self) -> Request | None:
        """All requests in-band; the first that was answered with tensors is what later probes build on."""
        run = self.run
        try:
            requests = [*self.options.samples.get(self.name, ()), *warmup_requests(run.config, self.facts.model.path)]
            requests = requests or list(requests_for(run.config))
        except ValueError as error:
            run.saw("requests", f"no request could be made up: {error}; give samples with --requests", ran=False)
            return None
        good = None
        exchanges = []
        for request in requests:
            self._progress(f"{self.name}: {request.title}")
            exchange = self._exchange(request)
            exchanges.append(exchange)
            run.exchanges = tuple(exchanges)
            run.saw("requests", _exchange_text(exchange), exchange.reply.seconds)
            if exchange.reply.answered and exchange.reply.outputs:
                self._expected[id(request)] = exchange.reply
                # An answer without a byte shows little.
                if good is None or not any(tensor.data for tensor in self._expected[id(good)].outputs):
                    good = request
            if not self._recover(exchange):
                return good if not self.spoiled else None
        return good

    def _exchange(self, request: Request, *, look: bool = True) -> Exchange:
        """Send it and see what becomes of it; with ``look`` also whether an unanswered one has killed a stub."""
        mark = self.server.log_size()
        transport = "gRPC stream" if self.run.decoupled else "HTTP"
        reply = self._send(request)
        if self.run.decoupled:
            # What execute does after its last response shows in the output only.
            time.sleep(LATER_SECONDS)
        died = look and not reply.answered and not reply.server_died and self._lost_a_stub()
        output = self._local(self.server.log_since(mark))
        trace = first_traceback(output) or (reply.error if reply.error and "At:" in reply.error else None)
        if reply.error is not None:
            reply = replace(reply, error=self._local(reply.error))
        later = reply.answered and is_unhandled(output)
        return Exchange(request, transport, reply, died, trace, self._blamed(trace), later)

    def _lost_a_stub(self) -> bool:
        if not self._is_python:
            return False
        # The answer may come a moment before the process is gone.
        before = {stub.pid for stub in self.run.processes}
        return _eventually(lambda: not before <= {stub.pid for stub in self._stubs()}, DYING_SECONDS)

    def _send(self, request: Request) -> Reply:
        if self.run.decoupled:
            if self._grpc is None:
                return Reply(error="decoupled models are asked over gRPC: pip install 'tritonlint[runtime]'")
            return self._grpc.stream(self.name, request, seconds=self.options.timeout)
        return infer_http(self.server, self.name, request, seconds=self.options.timeout)

    def _recover(self, exchange: Exchange) -> bool:
        """Make the model usable again after a request; False when no further request makes sense."""
        if exchange.reply.server_died or exchange.reply.hung or not self.server.alive:
            # The instance is busy with the request that never ends; unloading would wait for it.
            self.spoiled = True
            return False
        if exchange.stub_died:
            self.lost_stub = True
            return self._reload()
        return True

    def _reload(self, config: str | None = None) -> bool:
        """Unload and load the model again (with another configuration), and look at its new processes."""
        self._note_belongings()
        try:
            self.server.unload(self.name, seconds=self.options.timeout)
            gone = _eventually(lambda: not self._stubs(), GONE_SECONDS)
            parameters = {"config": config} if config is not None else None
            ok = gone and self.server.load(self.name, seconds=self.options.timeout, parameters=parameters).ok
            if gone and not ok:
                # The other server of this run may have had what only one can have: a port, a file.
                self.wait_for_quiet()
                ok = self.server.load(self.name, seconds=self.options.timeout, parameters=parameters).ok
            if not gone and not self.lost_stub:
                self._left(Leftovers(self._stub_names(), seconds=GONE_SECONDS))
        except ServerError:
            ok = False
        if not ok:
            self.spoiled = True
            return False
        self.run.processes = self._stubs() if self._is_python else ()
        return True

    # ----------------------------------------------------------------------------------------------- shared memory
    def _compare(self, good: Request) -> None:
        """The good request over every other way; the model's own answers must not depend on it."""
        if self.run.decoupled or good.parameters:
            self.run.saw("shared-memory", "not compared: a sequence or a decoupled model", ran=False)
            return
        first = self._expected[id(good)]
        answers = self._answers_again(good)
        steady = self._steady = all(again.answered and again.outputs == first.outputs for again in answers)
        ways: list[tuple[str, Callable[[], Reply]]] = []
        if self._grpc is not None:
            client = self._grpc
            ways.append(("gRPC", lambda: client.infer(self.name, good, seconds=self.options.timeout)))
        ways.append(("system shared memory", lambda: self._through_regions(good, first.outputs, None)))
        if self.options.device == "gpu":
            library = find_cuda_runtime(self.server.installation.root)
            ways.append(("CUDA shared memory", lambda: self._through_regions(good, first.outputs, library)))
        for transport, send in ways:
            self._progress(f"{self.name}: {transport}")
            start = time.monotonic()
            try:
                reply = send()
            except ExchangeError as error:
                self._compared(Comparison(transport, good, None, str(error), steady), start)
                continue
            if not steady and any(_sizes(again) != _sizes(first) for again in answers):
                detail = "not compared: the sizes of the model's answers differ from one to the next"
                self._compared(Comparison(transport, good, None, detail, steady), start)
                continue
            if not reply.answered:
                detail = "no answer in time" if reply.hung else self._local(reply.error or "the server died")
                self._compared(Comparison(transport, good, False, detail, steady), start)
                if reply.hung or reply.server_died:
                    self.spoiled = True
                    return
                continue
            difference = _difference(first.outputs, reply.outputs, bytewise=steady)
            self._compared(Comparison(transport, good, not difference, difference, steady), start)

    def _answers_again(self, good: Request) -> list[Reply]:
        """More answers to the same request: a model that answers at random may well say the same twice."""
        start = time.monotonic()
        answers = [self._send(good)]
        while len(answers) < REPEATS and answers[-1].answered and time.monotonic() - start < REPEAT_SECONDS:
            answers.append(self._send(good))
        return answers

    def _through_regions(self, good: Request, expected: Sequence[Tensor], cuda: Path | None) -> Reply:
        with shared_regions(self.server, good, expected, cuda) as regions:
            return infer_shared(self.server, self.name, good, regions, expected, seconds=self.options.timeout)

    def _compared(self, comparison: Comparison, start: float) -> None:
        self.run.comparisons = (*self.run.comparisons, comparison)
        ways = "the same bytes" if comparison.bytewise else "the same names, types and shapes (it differs from itself)"
        text = f"{comparison.transport}: " + (ways if comparison.same else comparison.detail)
        self.run.saw("shared-memory", text, time.monotonic() - start, ran=comparison.same is not None)

    def _outgrow(self, good: Request) -> None:
        """A request larger than the stub's region: the region must grow, or the answer must say why not."""
        if not self._is_python:
            return
        if self.run.decoupled:
            self.run.saw("shared-memory", "no growth tried: a decoupled model may answer it a million times", ran=False)
            return
        regions = {stub.region for stub in self.run.processes}
        before = sum(region_sizes(self.server, regions))
        request = larger_request(self.run.config, good, max(2 * before, LARGE_REQUEST))
        if request is None:
            self.run.saw("shared-memory", "no growth tried: every input has a fixed shape", ran=False)
            return
        self._progress(f"{self.name}: {request.title}")
        exchange = self._exchange(request)
        sent = sum(len(tensor.data) for tensor in request.inputs)
        after = sum(region_sizes(self.server, regions))
        free, size = shared_memory_space(self.server)
        self.run.growth = Growth(sent, before, after, free, size, exchange.reply, exchange.stub_died)
        text = f"{sent / 2**20:.1f} MiB sent: region {before / 2**20:.1f} → {after / 2**20:.1f} MiB"
        if not exchange.reply.answered:
            text += f"; {_exchange_text(exchange)}"
        self.run.saw("shared-memory", text, exchange.reply.seconds)
        self._recover(exchange)

    # --------------------------------------------------------------------------------------------- failing requests
    def _send_invalid(self, good: Request) -> None:
        """Requests that do not fit the config; the server must refuse each, and answer the next one."""
        if self.spoiled:
            return
        if not good.inputs:
            self.run.saw("failing-requests", "the config declares no inputs", ran=False)
            return
        found = []
        for kind, request in invalid_requests(good):
            # The server refuses these itself; whether a stub died all the same, the good request after it tells.
            exchange = self._exchange(request, look=False)
            after = Reply(error="not sent")
            if not (exchange.reply.hung or exchange.reply.server_died):
                after = self._send(good)
                exchange = replace(exchange, stub_died=not after.answered and self._lost_a_stub())
            usable = self._recover(exchange)
            found.append(Invalid(kind, exchange.reply, exchange.stub_died, after))
            self.run.invalid = tuple(found)
            if not usable:
                break
        refused = [each.kind for each in found if not each.reply.answered]
        lives = all(each.next_reply.answered for each in found)
        text = (
            f"wrong {', '.join(refused) or 'nothing'}: refused; {'the next request works' if lives else 'then broken'}"
        )
        self.run.saw("failing-requests", text)

    def _send_odd(self, good: Request) -> None:
        """Valid requests with unusual content. What is answered is fine; an error must stay with its request."""
        if self.spoiled or self.run.decoupled or good.parameters or not good.inputs:
            return
        tried, failed = [], []
        for request in odd_requests(self.run.config, good):
            self._progress(f"{self.name}: {request.title}")
            exchange = self._exchange(request)
            tried.append(request.title)
            if exchange.reply.answered:
                continue
            failed.append(_exchange_text(exchange))
            usable = self._recover(exchange)
            after = self._send(good) if usable and not self.spoiled else Reply(error="not sent")
            self.run.failing = (
                *self.run.failing,
                Failing(request, exchange.reply, exchange.stub_died, after, blamed=exchange.blamed),
            )
            if not usable or not after.answered:
                break
        if tried:
            text = f"{len(tried) - len(failed)} answered; {'; '.join(failed)}" if failed else "all answered"
            self.run.saw("failing-requests", f"{', '.join(tried)}: {text}")

    def _send_alone(self, good: Request) -> None:
        """What requests that will meet in one batch are answered when each comes alone."""
        if not self.spoiled and self._batches(good):
            requests = (good, *(varied(good, salt) for salt in range(1, TOGETHER)))
            self._alone = [(request, self._send(request)) for request in requests]

    def _send_batches(self, good: Request) -> None:
        """Requests that meet in one batch: good ones, then a failing one among good ones."""
        if not self._batches(good) or not self._reload(self._slow_config()):
            return
        if self._alone and all(reply.answered for _, reply in self._alone):
            self._send_together([request for request, _ in self._alone], [reply for _, reply in self._alone])
        if not self.spoiled:
            self._send_beside(good)

    def _send_beside(self, good: Request) -> None:
        """A request that fails alone, together with good ones in one batch."""
        bad = next(
            (
                each
                for each in self.run.failing
                if not each.stub_died and each.reply.error is not None and self._batches(good, each.request)
            ),
            None,
        )
        if bad is None:
            return
        replies, batched = self._together([good, bad.request, good])
        beside = (replies[0], replies[2])
        self.run.failing = tuple(
            replace(each, beside=beside, batched=batched) if each is bad else each for each in self.run.failing
        )
        lost = sum(not reply.answered for reply in beside)
        text = f"{bad.request.title} in one batch with two good requests: {lost} of them lost"
        self.run.saw("failing-requests", text if batched else f"{text} (the server did not batch them)")

    def _send_together(self, requests: Sequence[Request], alone: Sequence[Reply]) -> None:
        """Several good requests in one batch: each must get its own answer."""
        self._progress(f"{self.name}: {len(requests)} requests in one batch")
        replies, batched = self._together(requests)
        if not batched:
            self.run.saw("requests", f"{len(requests)} requests at once: the server did not batch them", ran=False)
            return
        self.run.together = tuple(
            (request, one, many) for request, one, many in zip(requests, alone, replies, strict=True)
        )
        self.run.steady = self._steady
        lost = [reply for reply in replies if not reply.answered]
        text = "all answered" if not lost else f"{len(lost)} lost: {first_line(_reply_text(lost[0]))}"
        self.run.saw("requests", f"{len(requests)} requests in one batch: {text}")

    def _batches(self, *requests: Request) -> bool:
        config = self.run.config
        if self.run.decoupled or "dynamic_batching" not in config or batch_limit(config) < TOGETHER:
            return False
        shapes = {tuple((t.name, t.shape) for t in request.inputs) for request in requests}
        return len(shapes) == 1 and bool(requests[0].inputs) and all(t.shape[:1] == (1,) for t in requests[0].inputs)

    def _slow_config(self) -> str:
        """The model's configuration with a queue delay and one instance, so that requests meet in one batch."""
        config = json.loads(json.dumps(self.run.config))
        config["dynamic_batching"]["max_queue_delay_microseconds"] = BATCH_DELAY_MICROSECONDS
        config["dynamic_batching"].pop("preferred_batch_size", None)
        for entry in config.get("instance_group", ()):
            entry["count"] = 1
        return json.dumps(config)

    def _together(self, requests: Sequence[Request]) -> tuple[list[Reply], bool]:
        """Send requests at the same time; also whether the server put any of them into one execution."""
        before = self._executions()
        replies: list[Reply] = [Reply(error="not sent")] * len(requests)

        def send(number: int) -> None:
            replies[number] = infer_http(self.server, self.name, requests[number], seconds=self.options.timeout)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if any(reply.hung or reply.server_died for reply in replies):
            self.spoiled = True
            return replies, True
        return replies, self._executions() - before < len(requests)

    def _executions(self) -> int:
        answer = self.server.request("GET", f"/v2/models/{self.name}/stats", seconds=self.options.timeout)
        if not answer.ok:
            return 0
        # A failed execution counts no execution, but its requests fail.
        return sum(int(each.get("execution_count", 0)) for each in json.loads(answer.body)["model_stats"])

    # -------------------------------------------------------------------------------------------------- stub death
    def kill_stubs(self, good: Request) -> bool:
        """Load the model, kill its stubs as the kernel would, and see when that is noticed and whether it comes back.

        False when the server must not be used any more.
        """
        self._progress(f"{self.name}: killing its stubs")
        before = region_names(self.server)
        try:
            for name in (*self.run.needs, self.name):
                if not self.server.load(name, seconds=self.options.timeout).ok:
                    # A port or a file that only one can have.
                    self.run.saw("stub-death", f"not tried: {name} does not load on a second server", ran=False)
                    return False
            self.run.config = self.server.model_config(self.name)
            with self._grpc_client():
                return self._kill_stubs(good)
        except ServerError:
            return False
        finally:
            # A process that is killed cannot remove what it has made.
            self._note_belongings()
            self.strays = {self.server.shared_memory_folder / name for name in self._mapped - before}

    def _kill_stubs(self, good: Request) -> bool:
        run = self.run
        self._note_belongings()
        killed = self._stubs()
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
            reply = replace(self._send(good), outputs=())
            if not reply.answered:
                noticed = time.monotonic() - start
                break
            if {stub.pid for stub in self._stubs()} - old:
                noticed = time.monotonic() - start
                break
        lives = self.server.alive and self.server.request("GET", "/v2/health/live", seconds=5.0).ok
        restarted = bool({stub.pid for stub in self._stubs()} - old)
        message = self._local(reply.error or "") if reply is not None else ""
        reloaded = None
        if lives and not (reply is not None and reply.hung):
            reloaded = self._reload() and self._send(good).answered
        regions = [self.server.shared_memory_folder / stub.region.lstrip("/") for stub in killed]
        left = not restarted and any(region.exists() for region in regions)
        run.death = StubDeath(noticed, message, lives, restarted, reply, reloaded)
        text = "noticed" if noticed is not None else "not noticed"
        after = f" after {noticed:.1f} s" if noticed is not None else ""
        again = {True: "works after a reload", False: "broken after a reload", None: "no reload"}[reloaded]
        started = "restarted by the server" if restarted else "not restarted by this release"
        stays = "; its shared memory stays behind" if left else ""
        run.saw("stub-death", f"{text}{after}; {started}; {again}{stays}", time.monotonic() - start)
        return lives and reloaded is True

    # --------------------------------------------------------------------------------------------------- leftovers
    def stopped(self, left: Leftovers, *, clean: bool) -> None:
        """Take note of what the server left; one that had to be killed, or has lost a stub, proves nothing."""
        if not clean:
            self.run.saw("leftovers", "after shutdown: not looked at, a model had not ended in order", ran=False)
            return
        self.run.stopped = left
        _tell_leftovers(self.run, left, "after shutdown")

    def _look_for_leaks(self, good: Request, before: frozenset[str]) -> None:
        """Whether each request leaves another file in /dev/shm; that one is new there may be anybody's doing."""
        new = {name for name in region_names(self.server) - before if not name.startswith(OTHER_REGIONS)}
        if self.lost_stub or not new - self._mapped:
            return
        self.wait_for_quiet()
        made: set[str] = set()
        for _ in range(LEAK_REQUESTS):
            seen = region_names(self.server)
            if not self._send(good).answered or not (fresh := region_names(self.server) - seen):
                return
            made |= fresh
        self._leaked = new | made

    def _unload(self, before: frozenset[str]) -> None:
        """Unload and look for what stays behind."""
        start = time.monotonic()
        self._progress(f"{self.name}: unloading")
        own = {stub.region.lstrip("/") for stub in self.run.processes}
        self._note_belongings()
        mark = self.server.log_size()
        try:
            self.server.unload(self.name, seconds=self.options.timeout)
        except ServerError as error:
            self.spoiled = True
            self.run.saw("leftovers", f"the unload failed: {error}")
            return
        if self.lost_stub:
            # The region of a stub that died stays behind; that it died has been told.
            self.run.saw("leftovers", "after unload: not looked at, a stub had died", ran=False)
            return
        _eventually(
            lambda: not (self._stubs() or own & region_names(self.server) or self._orphans()),
            GONE_SECONDS,
        )
        stubs, orphans = self._stub_names(), self._orphans()
        # Models that this one calls are still loaded.
        others = {stub.region.lstrip("/") for stub in stub_processes(self.server) if stub not in self._stubs()}
        names = region_names(self.server) - before - others
        sure = {name for name in names if name in own | self._mapped or name.startswith(self._prefix)}
        suspected = {name for name in self._leaked & names - sure if not in_use(name)}
        trace = first_traceback(self._local(self.server.log_since(mark))) or ""
        if FINALIZE.search(trace):
            self.run.finalize = Failure(trace, self._blamed(trace))
        self._left(
            Leftovers(
                stubs + orphans,
                # The region of a stub that lives is in use.
                () if stubs else tuple(sorted(map(shown_region, sure))),
                suspected=tuple(sorted(map(shown_region, suspected))),
                seconds=time.monotonic() - start,
            )
        )
        for need in self.run.needs:
            with contextlib.suppress(ServerError):
                self.server.unload(need, seconds=self.options.timeout)
        self.spoiled = bool(stubs or orphans)

    def _left(self, left: Leftovers) -> None:
        self.run.unloaded = left
        _tell_leftovers(self.run, left, "after unload")

    def _stub_names(self) -> tuple[str, ...]:
        return tuple(f"stub process {stub.pid}" for stub in self._stubs())

    def _orphans(self) -> tuple[str, ...]:
        """Processes that the model's stubs have started and that live on without them."""
        if not self._started:
            return ()
        stubs = {stub.pid for stub in stub_processes(self.server)}
        left = (self._started & set(self.server.processes())) - stubs
        return tuple(f"process {pid} ({' '.join(command_line(pid))})" for pid in sorted(left))

    # -------------------------------------------------------------------------------------------------------- soak
    def _soak(self, good: Request) -> None:
        count = self.options.soak
        if not count or self.spoiled:
            return
        self.soaked = good
        # The first requests fill caches and pools; they are no leak.
        for _ in range(min(count // 10, 200)):
            self._send(good)
        stubs = [stub.pid for stub in self._stubs()]
        before = self._memory(stubs)
        start = time.monotonic()
        failed = 0
        for number in range(count):
            failed += not self._send(good).answered
            if number % 100 == 0:
                self._progress(f"{self.name}: soak {number}/{count}")
        after = self._memory([stub.pid for stub in self._stubs()])
        grown = [now - then for then, now in zip(before, after, strict=True)]
        took = time.monotonic() - start
        allocator = self.options.allocator
        self.run.soak = (*self.run.soak, Soak(count, failed, grown[0], grown[1], grown[2], took))
        per = SOAK_REPORT / count / 1024
        with_ = f" with {allocator.name}" if allocator is not None else ""
        self.run.saw(
            "soak",
            f"{count} requests{with_}, {failed} failed; per {SOAK_REPORT} requests the server grew by "
            f"{grown[0] * per:.0f} KiB, the stubs by {grown[1] * per:.0f} KiB, shared memory "
            f"by {grown[2] * per:.0f} KiB",
            took,
        )

    def soak_only(self, good: Request) -> None:
        """Load the model and do nothing but the soak."""
        try:
            for name in (*self.run.needs, self.name):
                if not self.server.load(name, seconds=self.options.timeout).ok:
                    return
            self.run.config = self.server.model_config(self.name)
            self.run.processes = self._stubs()
            with self._grpc_client():
                self._soak(good)
        except ServerError as error:
            self.run.saw("soak", f"without the allocator: {error}", ran=False)

    def _memory(self, stubs: Sequence[int]) -> tuple[int, int, int]:
        regions = {stub.region for stub in self.run.processes}
        return (
            resident_memory(self.server.pid),
            sum(resident_memory(pid) for pid in stubs),
            sum(region_sizes(self.server, regions)),
        )

    # --------------------------------------------------------------------------------------------------- small facts
    @property
    def _is_python(self) -> bool:
        return self.facts.effective.intended_backend == "python" or self.run.config.get("backend") == "python"

    def _stubs(self) -> tuple[StubProcess, ...]:
        """The stubs of this model; the script they were given lies in its folder."""
        inside = f"{self._served}/{self.name}/"
        return tuple(stub for stub in stub_processes(self.server) if stub.script.startswith(inside))

    def _local(self, text: str | None) -> str:
        return self.run.local(text)

    def _blamed(self, trace: str | None) -> Span | None:
        """The last line of the user's own code that a traceback names."""
        if not trace:
            return None
        text = self._local(trace)
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


def _instances(config: Mapping[str, Any]) -> int | None:
    groups = config.get("instance_group")
    if not groups:
        return None
    return sum(int(each.get("count", 1)) * max(len(each.get("gpus", ())), 1) for each in groups)


def _sizes(reply: Reply) -> list[tuple[str, tuple[int, ...], int]]:
    return [(tensor.name, tensor.shape, len(tensor.data)) for tensor in reply.outputs]


def _difference(expected: Sequence[Tensor], seen: Sequence[Tensor], *, bytewise: bool) -> str:
    """What differs between two answers; empty when nothing does."""
    by_name = {tensor.name: tensor for tensor in seen}
    for tensor in expected:
        other = by_name.get(tensor.name)
        if other is None:
            return f"output '{tensor.name}' is missing"
        if (other.datatype, other.shape) != (tensor.datatype, tensor.shape):
            return f"output '{tensor.name}' is {other.summary}, in-band it is {tensor.summary}"
        if bytewise and other.data != tensor.data:
            at = next(
                (i for i, (a, b) in enumerate(zip(tensor.data, other.data, strict=False)) if a != b),
                min(len(tensor.data), len(other.data)),
            )
            return f"output '{tensor.name}' differs from the in-band answer at byte {at} of {len(tensor.data)}"
    return ""


def _exchange_text(exchange: Exchange) -> str:
    text = f"{exchange.request.title} ({exchange.request.origin}, {exchange.transport}): {_reply_text(exchange.reply)}"
    text = f"{text}; then execute failed" if exchange.failed_later else text
    return f"{text}; the stub died" if exchange.stub_died else text


def _reply_text(reply: Reply) -> str:
    if reply.server_died:
        return "the server died"
    if reply.hung:
        return "no answer in time"
    if reply.error is not None:
        return first_line(reply.error)
    many = f" ({reply.responses} responses)" if reply.responses != 1 else ""
    return (", ".join(tensor.summary for tensor in reply.outputs) or "no outputs") + many


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


def _eventually(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _has_backend(server: DisposableServer, backend: str) -> bool:
    """Whether the server can have it: its folder is there, or its backends cannot be listed from here."""
    return server.backends is None or not server.backends.is_dir() or (server.backends / backend).is_dir()


def _tell_leftovers(run: ModelRun, left: Leftovers, when: str) -> None:
    found = [*left.processes, *left.regions, *left.suspected, *left.folders, *(f"port {port}" for port in left.ports)]
    text = f"{when}: " + ("nothing left" if not found else f"left: {', '.join(found)}")
    run.saw("leftovers", text, left.seconds)
