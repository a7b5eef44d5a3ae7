"""What the runtime check saw of one model: plain facts, judged by the rules ``TLX1..``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tritonlint.finding import Probe
from tritonlint.runtime.processes import StubProcess
from tritonlint.runtime.request import Request, Tensor
from tritonlint.source import Span


@dataclass(frozen=True, slots=True)
class Saw:
    """One line of the report: what a probe saw. ``ran`` is False when it had nothing to do, and ``text`` says why."""

    probe: Probe
    text: str
    seconds: float = 0.0
    ran: bool = True


@dataclass(frozen=True, slots=True)
class Foretold:
    """A certain static verdict that the model would not load."""

    code: str
    message: str
    place: Span


LAST_LINES = 12
LOADER_ERROR = re.compile(r"error while loading shared libraries|init_fs_encoding|version `\S+' not found")
# Messages of pb_stub.cc and python_be.cc, 23.07 to 24.10.
CONTRACT = re.compile(
    r"number of InferenceResponse|Number of InferenceResponse|Expected a list|must be .*InferenceResponse"
    r"|must return None"
)
UNHANDLED = re.compile(r"Failed to process the request|Stub process")
LoadOutcome = Literal["loaded", "refused", "server-died", "hung", "not-tried"]


@dataclass(frozen=True, slots=True)
class Load:
    """How loading ended. ``output`` is what server and stub printed meanwhile, ``traceback`` its first traceback."""

    outcome: LoadOutcome
    message: str = ""
    traceback: str | None = None
    output: str = ""
    seconds: float = 0.0
    blamed: Span | None = None

    @property
    def reason(self) -> str:
        """Why it was refused, in one line: what the loader said when a stub could not start, else the server."""
        return loader_error(self.output) or first_line(self.message)

    @property
    def last_lines(self) -> str:
        """The end of what was printed."""
        return "\n".join(self.output.splitlines()[-LAST_LINES:])


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What an environment's own ``python3`` said when asked, or why it did not run."""

    executable: str
    version: str | None
    numpy: str | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class StubAlone:
    """The stub, run without arguments in the environment it gets: it prints its usage when everything is found."""

    status: int | None
    output: str

    @property
    def started(self) -> bool:
        """Whether the loader found all it needs and main() was reached."""
        return self.status is not None and self.status >= 0 and "error while loading" not in self.output


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for a request: outputs, or an error, or nothing.

    ``responses`` counts messages of a decoupled model, ``outputs`` are the first of each name. ``final`` is False
    when a stream never ended.
    """

    outputs: tuple[Tensor, ...] = ()
    error: str | None = None
    status: int | None = None
    seconds: float = 0.0
    hung: bool = False
    server_died: bool = False
    responses: int = 1
    final: bool = True

    @property
    def answered(self) -> bool:
        """Whether tensors came back in time."""
        return self.error is None and not self.hung and not self.server_died


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply. ``stub_died`` when a stub process of the model was gone afterwards."""

    request: Request
    transport: str
    reply: Reply
    stub_died: bool = False
    traceback: str | None = None
    blamed: Span | None = None
    """The line of the model's own code that the traceback ends in."""
    failed_later: bool = False
    """Whether it was answered and ``execute`` ended with an error all the same."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A traceback and the line of the model's own code that it ends in."""

    traceback: str
    blamed: Span | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same request over another way. ``same`` None: it could not be compared, ``detail`` says why."""

    transport: str
    request: Request
    same: bool | None
    detail: str
    bytewise: bool = True
    """False when the model differs from itself, so that only names, types and shapes were compared."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A request larger than the shared-memory region: sizes in bytes of the stubs' regions before and after."""

    sent: int
    before: int
    after: int
    free: int
    size: int
    reply: Reply
    stub_died: bool = False


@dataclass(frozen=True, slots=True)
class Invalid:
    """A request that does not fit the config, and a good one after it."""

    kind: Literal["type", "shape", "name"]
    reply: Reply
    stub_died: bool
    next_reply: Reply


@dataclass(frozen=True, slots=True)
class Failing:
    """A valid request that the model answers with an error.

    ``beside`` are good requests that were in the same batch (empty when the model takes no batches), ``next_reply``
    the good request after it.
    """

    request: Request
    reply: Reply
    stub_died: bool
    next_reply: Reply
    beside: tuple[Reply, ...] = ()
    batched: bool = False
    blamed: Span | None = None


@dataclass(frozen=True, slots=True)
class StubDeath:
    """A stub that was killed on purpose, and what the server made of it."""

    noticed_after: float | None
    message: str
    server_lives: bool
    restarted: bool
    reply: Reply | None
    reload: bool | None
    """Whether the model could be loaded again afterwards; None when that was not tried."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What was still there ``seconds`` after the model was unloaded, or the server had stopped.

    ``suspected`` are files that appeared in /dev/shm meanwhile and that no living process has mapped.
    """

    processes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    suspected: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Soak:
    """Resident memory of server and stubs and shared memory, in bytes, over ``requests`` requests."""

    requests: int
    failed: int
    server_growth: int
    stub_growth: int
    shared_growth: int
    seconds: float


@dataclass(slots=True)
class ModelRun:
    """All that was seen of one model. What was not reached is None or empty."""

    server: str
    release: str
    place: Span
    load: Load
    foretold: tuple[Foretold, ...] = ()
    comparable: bool = False
    """Whether the static verdict is about the release that this server is."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """The configuration as the server completed it."""
    tensor_places: Mapping[tuple[str, str], Span] = field(default_factory=dict)
    execute_place: Span | None = None
    needs: tuple[str, ...] = ()
    instances: int | None = None
    processes: tuple[StubProcess, ...] = ()
    """The stubs as they are now; ``stubs_at_first`` is their number after the load."""
    stubs_at_first: int = 0
    allocator: str | None = None
    """The allocator that was asked for."""
    server_allocator: str | None = None
    interpreter: Interpreter | None = None
    stub_alone: StubAlone | None = None
    exchanges: tuple[Exchange, ...] = ()
    together: tuple[tuple[Request, Reply, Reply], ...] = ()
    """Requests that were sent in one batch: each with its answer alone and its answer in the batch."""
    steady: bool = False
    """Whether the model answers the same request with the same bytes."""
    comparisons: tuple[Comparison, ...] = ()
    growth: Growth | None = None
    invalid: tuple[Invalid, ...] = ()
    failing: tuple[Failing, ...] = ()
    death: StubDeath | None = None
    finalize: Failure | None = None
    """What ``finalize`` raised."""
    unloaded: Leftovers | None = None
    stopped: Leftovers | None = None
    soak: tuple[Soak, ...] = ()
    """With an allocator: the soak with it, then the same soak without it."""
    report: list[Saw] = field(default_factory=list)
    stub_numpy2: bool | None = None
    """Whether the stub that runs can exchange arrays of NumPy 2; None when that is not known."""
    foretold_shown: bool = False
    """Whether the static findings are in the same report, so that they need not be told again."""
    processes_expected: bool = False
    """Whether stubs belong to the model: it is run by the Python backend."""
    served: str = ""
    """Where the server saw the repository, and what the user calls it: ``local`` puts the latter."""
    repository: str = ""

    @property
    def decoupled(self) -> bool:
        """Whether a request may have any number of responses."""
        return bool(self.config.get("model_transaction_policy", {}).get("decoupled"))

    @property
    def numpy_too_new(self) -> bool:
        """Whether a stub built for NumPy 1 runs with NumPy 2."""
        versions = [stub.numpy for stub in self.processes if stub.numpy is not None]
        return self.stub_numpy2 is False and any(int(version.split(".")[0]) >= 2 for version in versions)

    def local(self, text: str | None) -> str:
        """Text with the server's place of the repository replaced by the user's."""
        return (text or "").replace(self.served, self.repository) if self.served else text or ""

    def saw(self, probe: Probe, text: str, seconds: float = 0.0, *, ran: bool = True) -> None:
        """Add a line to the report."""
        self.report.append(Saw(probe, text, seconds, ran))

    def tensor_place(self, direction: str, name: str) -> Span:
        """Where a tensor is declared, else the model."""
        return self.tensor_places.get((direction, name), self.place)

    def code_place(self, blamed: Span | None = None) -> Span:
        """The line that is to blame, else ``execute``, else the model."""
        return blamed or self.execute_place or self.place


def declared_outputs(run: ModelRun) -> Iterator[tuple[str, Tensor, Mapping[str, Any], Exchange]]:
    """Outputs of the answers with their declarations; each output once, from the first answer that holds it."""
    declared = {str(output["name"]): output for output in run.config.get("output", ())}
    seen: set[str] = set()
    for exchange in run.exchanges:
        for tensor in exchange.reply.outputs:
            if tensor.name in declared and tensor.name not in seen:
                seen.add(tensor.name)
                yield tensor.name, tensor, declared[tensor.name], exchange


def first_line(text: str) -> str:
    """The first line that is not empty."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def loader_error(output: str) -> str:
    """What the dynamic loader or the interpreter said when a stub could not start; empty when neither did."""
    return next((line.strip() for line in output.splitlines() if LOADER_ERROR.search(line)), "")


def breaks_contract(error: str) -> bool:
    """Whether the error is about the form of what ``execute`` returned, which no content of a request excuses."""
    return CONTRACT.search(error) is not None


def is_unhandled(error: str) -> bool:
    """Whether the error left ``execute`` as an exception, or the server's own: not one that the model answers with."""
    return UNHANDLED.search(error) is not None


def names_shared_memory(error: str | None) -> bool:
    """Whether the error says that ``/dev/shm`` is full."""
    return error is not None and ("shared memory" in error or "No space left" in error)
