"""Runs a small model repository on a real server and says what happened.

Every tree gets a server of its own (it starts in a fraction of a second), so a crash, a hang or a leftover of one
model never touches the next. The other models of the tree are loaded first, the one in question last.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.evidence.wire import Body, Reply, generate, infer, request_body
from tritonlint.runtime.server import DisposableServer, ServerCrashError, ServerHangError
from tritonlint.runtime.wheel import ServerInstallation

LOAD_SECONDS = 15.0
Outcome = Literal["loaded", "refused", "hang", "crash"]


@dataclass(frozen=True)
class Ask:
    """How the model is asked.

    ``together`` requests go out at once; where they must meet in one call of execute, ``config`` turns dynamic
    batching on. ``config`` is appended to config.pbtxt, ``change`` replaces text in model.py: for a fault that needs an
    exception to happen, or one that shows only in a value that the example keeps to itself. ``values``, ``shapes`` and
    ``without`` shape the request; ``rounds`` repeats it, with ``later`` in place of ``parameters`` where it is given;
    ``companions`` are the models that BLS calls reach.
    """

    together: int = 1
    rounds: int = 1
    config: str = ""
    change: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    shapes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    companions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    later: Mapping[str, Any] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


BATCHED = (
    "\nmax_batch_size: 8\ndynamic_batching { preferred_batch_size: [ 2 ] max_queue_delay_microseconds: 2000000 }\n"
)
"""Two requests meet in one call of execute."""


@dataclass(frozen=True)
class Observation:
    """What the server made of the model and of the requests."""

    load: Outcome
    message: str = ""
    replies: tuple[Reply, ...] = ()
    bodies: tuple[Body, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    log: str = ""

    def __str__(self) -> str:
        if self.load != "loaded":
            return f"{self.load}: {shortened(self.message)}" if self.message else self.load
        said = []
        for reply in self.replies:
            text = f"{reply.kind}: {shortened(reply.message)}" if reply.message else reply.kind
            if text not in said:
                said.append(text)
        return "loaded; " + ("; ".join(said) or "not asked")

    @property
    def kinds(self) -> set[str]:
        """What the replies are."""
        return {reply.kind for reply in self.replies}

    @property
    def answered(self) -> bool:
        """Whether every request got an answer."""
        return self.load == "loaded" and bool(self.replies) and self.kinds == {"answer"}

    def differences(self) -> list[str]:
        """How the answers differ from what the configuration promises."""
        found: list[str] = []
        batched = int(self.config.get("max_batch_size", 0)) > 0
        for body, reply in zip(self.bodies, self.replies, strict=False):
            if reply.kind != "answer" or reply.streamed:
                continue
            for tensor in self.config.get("output", ()):
                name = tensor["name"]
                promised = tensor["data_type"].removeprefix("TYPE_").replace("STRING", "BYTES")
                got = reply.outputs.get(name)
                if got is None:
                    found.append(f"output {name} is missing from a successful answer")
                    continue
                if got.datatype != promised:
                    found.append(f"output {name} is {got.datatype}, declared {promised}")
                dims = [int(one) for one in tensor.get("dims", ())]
                shape = list(got.shape[1:] if batched else got.shape)
                if (batched and not got.shape) or not _fits(dims, shape):
                    found.append(f"output {name} has shape {list(got.shape)}, declared {[-1] * batched + dims}")
                if batched and got.shape and got.shape[0] != _batch(body, self.config):
                    found.append(f"output {name} has {got.shape[0]} batch entries for {_batch(body, self.config)}")
                if any(isinstance(one, bytes) and re.match(rb"b['\"]", one) for one in got.values):
                    found.append(f"output {name} holds the repr of bytes: {got.values[0]!r}")
        return list(dict.fromkeys(found)) + self._swapped()

    def _swapped(self) -> list[str]:
        """Whether requests got the values of other requests (only for models that copy values)."""
        if len(self.replies) < 2 or not all(reply.kind == "answer" for reply in self.replies):
            return []
        sent = [next(iter(body.values.values()), ()) for body in self.bodies]
        got = [list(next(iter(reply.outputs.values())).values) if reply.outputs else [] for reply in self.replies]
        for index, values in enumerate(got):
            others = [list(one) for place, one in enumerate(sent) if place != index]
            if values != list(sent[index]) and values in others:
                return ["a client got the answer to another client's request"]
        return []


def _fits(dims: Sequence[int], shape: Sequence[int]) -> bool:
    return len(dims) == len(shape) and all(one in (-1, two) for one, two in zip(dims, shape, strict=True))


def _batch(body: Body, config: Mapping[str, Any]) -> int:
    first = config["input"][0]
    size = 1
    for one in first.get("dims", ()):
        size *= 2 if int(one) < 0 else int(one)
    return len(body.values.get(first["name"], ())) // size if size else 0


def shortened(message: str, limit: int = 160) -> str:
    """The telling part of a server's message: no stack, no paths, no addresses."""
    text = re.split(r"\n+\s*At:", message.replace("\\n", "\n"))[0]
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?<![\w.])/(?:[\w.@+-]+/)+", "…/", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", text)
    text = re.sub(r"^.*?(message:|UNAVAILABLE state: \w+:|state: Internal:) ?", "", text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def run(
    installation: ServerInstallation,
    write: Callable[[Path], None],
    model: str,
    ask: Ask | None = None,
    *,
    others: Sequence[str] = (),
) -> Observation:
    """Lay the repository out with ``write``, load ``others`` and then ``model``, and ask it."""
    ask = ask or Ask()
    with tempfile.TemporaryDirectory(prefix="tritonlint-evidence-") as folder:
        repository = Path(folder) / "repo"
        repository.mkdir()
        write(repository)
        _prepare(repository, model, ask)
        with DisposableServer(installation, repository, environment=ask.environment, stop_seconds=0) as server:
            observation = _observe(server, model, [*ask.companions, *others], ask)
            log = server.log
        return Observation(
            observation.load, observation.message, observation.replies, observation.bodies, observation.config, log
        )


def _prepare(repository: Path, model: str, ask: Ask) -> None:
    config = repository / model / "config.pbtxt"
    if ask.config:
        own = config.read_text(encoding="utf-8")
        if "dynamic_batching" in ask.config:
            own = re.sub(r"^(max_batch_size|dynamic_batching)\b.*\n", "", own, flags=re.MULTILINE)
        config.write_text(own + ask.config, encoding="utf-8")
    if ask.change:
        (script,) = (repository / model).glob("*/model.py")
        text = script.read_text(encoding="utf-8")
        for old, new in ask.change.items():
            if old not in text:
                raise ValueError(f"{old!r} is not in the model.py of {model}")
            text = text.replace(old, new)
        script.write_text(text, encoding="utf-8")
    for name, kind in ask.companions.items():
        text, script_text = COMPANIONS[kind]
        folder = repository / name / "1"
        if folder.parent.exists():
            continue
        folder.mkdir(parents=True)
        (repository / name / "config.pbtxt").write_text(text, encoding="utf-8")
        (folder / "model.py").write_text(script_text, encoding="utf-8")


def _observe(server: DisposableServer, model: str, others: Sequence[str], ask: Ask) -> Observation:
    for other in others:
        try:
            server.load(other, seconds=LOAD_SECONDS)
        except ServerHangError:
            return Observation("hang", f"already the load of {other} did not return")
        except ServerCrashError as crash:
            return Observation("crash", f"already while loading {other}: {crash.cause}")
    try:
        answer = server.load(model, seconds=LOAD_SECONDS)
    except ServerHangError:
        return Observation("hang", f"the load did not return within {LOAD_SECONDS:g} s")
    except ServerCrashError as crash:
        return Observation("crash", crash.cause)
    if not answer.ok:
        return Observation("refused", answer.message)
    config = server.model_config(model)
    replies: list[Reply] = []
    bodies: list[Body] = []
    for turn in range(ask.rounds):
        asked = [
            request_body(
                config,
                number=10 * number,
                values=ask.values,
                shapes=ask.shapes,
                without=ask.without,
                parameters=ask.later if turn and ask.later is not None else ask.parameters,
            )
            for number in range(ask.together)
        ]
        bodies += asked
        replies += _send(server, model, config, asked)
        if any(reply.kind == "error" for reply in replies):
            replies += _aftermath(server)
        if any(reply.kind in {"hang", "crash"} for reply in replies):
            break
    return Observation("loaded", "", tuple(_with_cause(server, one) for one in replies), tuple(bodies), config)


def _aftermath(server: DisposableServer) -> list[Reply]:
    """A server that was damaged while it gave an error dies a moment later."""
    time.sleep(0.2)
    try:
        server.ready()
    except ServerCrashError as crash:
        return [Reply("crash", f"the server died ({crash.cause})")]
    return []


def _send(server: DisposableServer, model: str, config: Mapping[str, Any], asked: Sequence[Body]) -> list[Reply]:
    def one(number: int) -> Reply:
        if config.get("model_transaction_policy", {}).get("decoupled"):
            return generate(server.http_port, model, config, number=10 * number)
        return infer(server.http_port, model, asked[number])

    if len(asked) == 1:
        return [one(0)]
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(one, range(len(asked))))


def _with_cause(server: DisposableServer, reply: Reply) -> Reply:
    """A broken connection is a crash only when the process died."""
    if reply.kind != "crash":
        return reply
    try:
        server.ready()
    except ServerCrashError as crash:
        return Reply("crash", f"the server died ({crash.cause})")
    return Reply("error", f"the connection broke ({reply.message}) and the server lives")


_ECHO = (
    'backend: "python"\n'
    'input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }\n'
    'output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }\n'
)
COMPANIONS: dict[str, tuple[str, str]] = {
    "echo": (
        _ECHO,
        "import triton_python_backend_utils as pb_utils\n\n\n"
        "class TritonPythonModel:\n"
        "    def execute(self, requests):\n"
        "        values = [pb_utils.get_input_tensor_by_name(request, 'x').as_numpy() for request in requests]\n"
        "        return [pb_utils.InferenceResponse([pb_utils.Tensor('y', one)]) for one in values]\n",
    ),
    "failing": (
        _ECHO,
        "import triton_python_backend_utils as pb_utils\n\n\n"
        "class TritonPythonModel:\n"
        "    def execute(self, requests):\n"
        "        return [pb_utils.InferenceResponse(error=pb_utils.TritonError('refused')) for _ in requests]\n",
    ),
}
"""Models that an example's BLS calls may reach: (config, model.py) by kind."""
