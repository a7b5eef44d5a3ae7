"""The Python backend's part of a rehearsal: what it hands to model.py, what it answers, what it takes back.

``rehearse(python, config, effective)`` imports the file, creates the model, and calls ``initialize`` and ``execute``
as the stub of 24.10 does (python_backend, ``pb_stub.cc``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tritonlint.effective import EffectiveConfig
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import target_tensors
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY
from tritonlint.inputs.python_join import declared, may_batch, tensors_by_name
from tritonlint.inputs.python_objects import MEMBERS
from tritonlint.inputs.python_objects import Kind as ObjectKind
from tritonlint.inputs.python_shapes import declared_shapes
from tritonlint.inputs.python_tree import Attribute, Expr, Function, If, Try, walk
from tritonlint.inputs.python_tree import Call as CallNode
from tritonlint.inputs.rehearsal.habits import is_list_in_text
from tritonlint.inputs.rehearsal.interpreter import Machine
from tritonlint.inputs.rehearsal.objects import (
    SENT_FINAL,
    Absent,
    Answer,
    Answers,
    BoundFunc,
    Call,
    Cls,
    ConfigText,
    Coroutine,
    Error,
    Func,
    Json,
    Metric,
    MetricFamily,
    Obj,
    PbTensor,
    Request,
    Response,
    Sender,
)
from tritonlint.inputs.rehearsal.outcome import GaveUpError, Raise, RaisedError
from tritonlint.inputs.rehearsal.protocols import SCALARS
from tritonlint.inputs.rehearsal.trail import AFTER_TURN, MAYBE_FINAL, PARTLY, SOMETIMES
from tritonlint.inputs.rehearsal.values import (
    EXCEPTION,
    UNKNOWN,
    Array,
    DType,
    Exc,
    Failure,
    Library,
    Mapping,
    Perhaps,
    Seq,
    Shape,
    Unknown,
    Value,
    type_name,
)
from tritonlint.pbtxt.schema import message_types
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.remember import remembered
from tritonlint.source import Span
from tritonlint.tensors import tensors as declared_tensors

Kind = Literal[
    "return",
    "count",
    "element",
    "unknown-output",
    "missing-output",
    "data-type",
    "shape",
    "no-final",
    "after-final",
    "bytes-in-text",
    "bytes-compared",
    "squeezed",
    "elements",
    "split-by-requests",
    "text-as-flag",
    "half-sum",
    "cut-row",
    "fixed-rows",
    "letters",
    "letters-added",
    "worker-died",
    "used-up",
    "text-array",
    "shared-buffer",
    "final-in-loop",
    "row-per-request",
    "axis-lost",
    "wraps",
    "deadlock",
    "batch-to-each",
    "metric",
    "only-errors",
    "dropped",
]
OUTSIDE = "BLS is only supported during the 'execute' function."
"""What the backend says of a call while loading."""
BFLOAT16 = "bfloat16"
"""A data type that NumPy does not have."""
FINAL = "TRITONSERVER_RESPONSE_COMPLETE_FINAL"
REFUSED_BY_METRIC = {
    "COUNTER": frozenset({"set", "observe"}),
    "GAUGE": frozenset({"observe"}),
    "HISTOGRAM": frozenset({"increment", "set", "value"}),
}
"""What the kinds of metrics do not support (seen on 24.10)."""

_KINDS: dict[type, ObjectKind] = {
    Request: "request",
    Call: "request",
    PbTensor: "tensor",
    Response: "response",
    Answer: "response",
    Answers: "answers",
    Error: "error",
}
_MEMBERS: dict[type, frozenset[str]] = {kind: frozenset(MEMBERS[name]) for kind, name in _KINDS.items()} | {
    Sender: frozenset({"send", "is_cancelled"}),
    MetricFamily: frozenset({"COUNTER", "GAUGE", "HISTOGRAM", "Metric"}),
    Metric: frozenset({"increment", "observe", "set", "value"}),
}
_FIELDS = ("name", "platform", "backend", "default_model_filename")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that the backend, or the client, does not take.

    ``found`` says what is there, ``name`` which output it is about; ``count`` are the responses and the requests.
    ``value`` is the array of a tensor.
    """

    kind: Kind
    span: Span
    sure: bool
    name: str = ""
    dtype: str = ""
    shape: Shape = None
    found: str = ""
    count: tuple[int, int] = (0, 0)
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """A call of another model as it is sent; ``inputs`` and ``requested`` are None when they are not known."""

    span: Span
    sure: bool
    model: str
    inputs: tuple[PbTensor, ...] | None
    requested: tuple[str, ...] | None


@dataclass(slots=True)
class Rehearsal:
    """What came of it; ``ended`` is the last phase that was played to its end."""

    raises: list[Raise] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    ended: str = ""
    crash: Exception | None = None
    """A mistake of this program that ended it; told once, and what was seen before stays."""


def has_member(value: Value, name: str) -> bool:
    """Whether an object of the backend has a member."""
    members = _MEMBERS.get(value.__class__)
    return members is None or name in members or name.startswith("__")


def rehearse(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Rehearsal:
    """Play a model file through with its config; nothing is played when the file or the config is not understood."""
    return _rehearse(python, config, effective)


def mistakes(python: PythonFacts, config: Document, effective: EffectiveConfig, kind: Kind) -> Iterator[Mistake]:
    """The mistakes of one kind."""
    return (mistake for mistake in rehearse(python, config, effective).mistakes if mistake.kind == kind)


@remembered
def _rehearse(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Rehearsal:
    found = Rehearsal()
    if not python.understood or config.problems or config.root.uncertain or python.class_status != "defined":
        return found
    _Play(python, config, effective, found).play()
    return found


class _Play:
    def __init__(self, python: PythonFacts, config: Document, effective: EffectiveConfig, found: Rehearsal) -> None:
        self.python = python
        self.config = config
        self.effective = effective
        self.found = found
        self.machine = Machine(python, has_member, self.call, self.method)
        self.machine.batched = (effective.max_batch_size or 0) > 0 and effective.complete
        self.inputs = declared(python, config, "input")
        self.outputs = declared(python, config, "output")
        self.input_tensors = tensors_by_name(config, "input")
        self.output_tensors = tensors_by_name(config, "output")
        self.input_shapes = declared_shapes(python, config, effective, "input")
        self.output_shapes = declared_shapes(python, config, effective, "output")
        self.finals: dict[int, Span] = {}
        """Where the final flag was sent, by the identity of a request's state."""
        self.whole: dict[Span, int] = {}
        """How often a tensor that holds the rows of all requests was put into a response, by where it was made."""
        self.absent: frozenset[str] | None = None
        """The optional inputs that requests come without, where that is decided."""
        self.sent: dict[int, set[Span]] = {}
        """Where a response was sent without the final flag, by the identity of a request's state."""
        self.sent_well: list[Mistake] = []
        """What does not fit in responses of a call in which nothing raises."""
        self.requests = 2 if may_batch(effective) else 1
        sizes = [size for shape in self.input_shapes.values() for size in (shape or (None, None))[1:]]
        if effective.max_batch_size and self.inputs is not None and None not in sizes:
            self.machine.is_batch = lambda array: len(array.shape or ()) > 1 and (array.shape or (0,))[0] is None

    # ------------------------------------------------------------------------------------------------ life cycle
    def play(self) -> None:
        machine, found = self.machine, self.found
        try:
            machine.run(self.python.body, machine.globals)
            found.ended = "import"
            self.model()
        except RaisedError as error:
            machine.record(error)
        except (GaveUpError, RecursionError):
            pass
        except Exception as error:
            # Every rule would meet it again.
            found.crash = error
        found.raises = list(dict.fromkeys(machine.raises))
        for (kind, span), sure in machine.notes.items():
            self.say(Mistake(kind, span, sure))

    def model(self) -> None:
        machine = self.machine
        cls = machine.globals.vars.get("TritonPythonModel")
        if not isinstance(cls, Cls):
            return
        machine.phase = "__init__"
        model = machine.call(cls, [], {}, cls.node.name_span)
        if not isinstance(model, Obj):
            return
        initialize, execute = self.own(cls, "initialize"), self.own(cls, "execute")
        if initialize is not None:
            machine.phase = "initialize"
            try:
                machine.call_function(initialize, [model, self.arguments()], {}, cls.node.name_span)
            except GaveUpError:
                model.open = True
                machine.steps = 0
            if any(r.phase == "initialize" and r.sure and not r.caught for r in machine.raises):
                return
        self.found.ended = "initialize"
        if execute is None:
            return
        machine.phase = "execute"
        requests = machine.requests = Seq("list", [Request(number) for number in range(self.requests)])
        kept = _reachable(model, 0)
        mark = len(machine.trail)
        value = self.execute(execute, model, requests)
        self.found.ended = "execute"
        changed = ((key if container is machine.spent else id(container)) for container, key, _ in machine.trail[mark:])
        if any(one in kept for one in changed):
            # What one call leaves behind, the next one finds.
            machine.steps = 0
            requests.items = [Request(number) for number in range(self.requests)]
            met = len(machine.raises)
            try:
                self.execute(execute, model, requests)
            except RaisedError as error:
                machine.record(error)
                self.blame_what_dropped(met)
                return
            self.blame_what_dropped(met)
        mixed = isinstance(value, Seq) and (value.open or any(_is_of_several_ways(item) for item in value.items))
        if mixed and any(attempt.handlers for attempt in self.python.walk(Try)):
            self.straight(execute, model, requests)
        optional = [name for name, tensor in self.input_tensors.items() if tensor.boolean("optional")]
        if optional and not any(r.phase == "execute" and r.sure for r in machine.raises):
            self.meet(self.without(frozenset(), execute, model, requests), "")
            lacking = self.without(frozenset(optional), execute, model, requests)
            for name in optional[:_MOST_OPTIONAL] if any(lacking) else ():
                # Inputs may come together, or one instead of the other: what fails has to fail without any, too.
                alone = lacking if len(optional) == 1 else self.without(frozenset({name}), execute, model, requests)
                self.meet(tuple([e for e in a if _is_among(e, b)] for a, b in zip(alone, lacking, strict=True)), name)

    def meet(self, seen: tuple[list[Any], ...], name: str) -> None:
        """Keep what requests without an optional input meet."""
        raised, mistaken = seen
        self.machine.raises += [replace(event, sure=False, without=name) for event in raised]
        self.found.mistakes += mistaken

    def without(self, names: frozenset[str], execute: Func, model: Obj, requests: Seq) -> tuple[list[Any], ...]:
        """The exceptions and mistakes of one call whose requests lack some optional inputs, and have the others."""
        machine, found, mark = self.machine, self.found, len(self.machine.trail)
        raised, mistaken, calls = len(machine.raises), len(found.mistakes), len(found.calls)
        self.absent = names
        machine.steps, machine.maybe = 0, 1
        requests.items = [Request(number) for number in range(self.requests)]
        try:
            self.execute(execute, model, requests)
        except RaisedError as error:
            machine.record(error)
        except GaveUpError:
            pass
        finally:
            machine.undo(mark)
            machine.maybe = 0
            self.absent = None
        known = {event.span for event in machine.raises[:raised]}
        events = [e for e in machine.raises[raised:] if not e.explicit and e.span not in known]
        seen = events, found.mistakes[mistaken:]
        del machine.raises[raised:], found.mistakes[mistaken:], found.calls[calls:]
        return seen

    def straight(self, execute: Func, model: Obj, requests: Seq) -> None:
        """One call in which nothing raises: it has to answer every request, too, and with what is declared."""
        machine, mark = self.machine, len(self.machine.trail)
        machine.steps, machine.straight = 0, True
        machine.quiet += 1
        requests.items = [Request(number) for number in range(self.requests)]
        count: int | None = None
        self.sent_well = []
        try:
            value = machine.call(execute, [model, requests], {}, execute.node.span)
            value = machine.awaited(value, execute.node.span) if isinstance(value, Coroutine) else value
            if isinstance(value, Seq) and value.kind == "list" and not value.open:
                count = len(value.items)
        except (RaisedError, GaveUpError):
            return
        finally:
            machine.undo(mark)
            machine.straight = False
            machine.quiet -= 1
        for mistake in self.sent_well:
            if not any(old.kind == mistake.kind and old.span == mistake.span for old in self.found.mistakes):
                self.say(mistake)
        if count not in {None, self.requests} and self.answers_by_return and machine.return_span is not None:
            self.say(Mistake("count", machine.return_span, False, count=(count or 0, self.requests)))

    def blame_what_dropped(self, met: int) -> None:
        """What only the second call raises, for want of what the first one dropped, is told where it is dropped."""
        raises = self.machine.raises
        for event in raises[met:]:
            text = self.python.text[event.statement.start : event.statement.end]
            names = [n for n in self.machine.dropped if re.search(rf"\.{re.escape(n)}\b", text)]
            known = event in raises[:met] or event.explicit
            if len(names) == 1 and not known and _LACKS.search(event.message):
                raises.remove(event)
                place = self.machine.dropped[names[0]]
                self.say(Mistake("dropped", place, event.sure, name=names[0], found=event.message))

    @property
    def answers_by_return(self) -> bool:
        """Whether responses are what ``execute`` returns, and nothing that is sent."""
        taken = any(request.state["taken"] is not False for request in self.machine.requests.items)
        return self.effective.decoupled is False and not taken and "set_release_flags" not in self.python.text

    def execute(self, execute: Func, model: Obj, requests: Seq) -> Value:
        """One call of ``execute``, and what it returned."""
        machine, span = self.machine, execute.node.span
        machine.buffers.forget()
        self.whole.clear()
        value = machine.call(execute, [model, requests], {}, span)
        if isinstance(value, Coroutine):
            value = machine.awaited(value, span)
        if isinstance(execute.node, Function):
            machine.finish()
            self.answers(value, execute.node)
            self.senders(requests, execute.node, value)
        return value

    def own(self, cls: Cls, name: str) -> Func | None:
        """A plain method of the model."""
        for one in cls.lineage:
            if name in one.vars:
                value = one.vars[name]
                return value if isinstance(value, Func) and not value.kind else None
        return None

    def arguments(self) -> Mapping:
        """What ``initialize`` gets; all values are text."""
        text = Unknown("str")
        kinds = {group.kind for group in self.effective.instance_groups or ()}
        kind = kinds.pop() if len(kinds) == 1 else None
        return Mapping(
            {
                "model_config": ConfigText(),
                "model_instance_kind": kind.removeprefix("KIND_")
                if isinstance(kind, str) and kind in {"KIND_CPU", "KIND_GPU"}
                else text,
                "model_instance_name": text,
                "model_instance_device_id": text,
                "model_repository": text,
                "model_version": text,
                "model_name": text,
            }
        )

    # ------------------------------------------------------------------------------------------------ the config
    def parsed_config(self) -> Mapping:
        """What ``json.loads(args["model_config"])`` gives; the server fills in more than config.pbtxt says."""
        root = self.config.root
        items: dict[str, Value] = {name: root.string(name) or Unknown("str") for name in _FIELDS if root.has(name)}
        items["name"] = Unknown("str")
        if self.effective.max_batch_size is not None and self.effective.complete:
            items["max_batch_size"] = self.effective.max_batch_size
        for direction, names in (("input", self.inputs), ("output", self.outputs)):
            tensors = root.messages(direction)
            if names is not None:
                items[direction] = Seq("list", [self.entry(tensor) for tensor in tensors])
            else:
                items[direction] = Seq("list", [], True)
        parameters: dict[str, Value] = {}
        for key, entry in root.map("parameters").items():
            value = entry.value.string("string_value") if isinstance(entry.value, Message) else None
            if value is not None and is_list_in_text(value):
                self.machine.lists_in_texts.add(value)
            parameters[str(key)] = Mapping({"string_value": value if value is not None else Unknown("str")})
        adds = self.python.method("auto_complete_config") is not None or self.python.may_define("auto_complete_config")
        items["parameters"] = Mapping(parameters, adds)
        return Mapping(items, True, names=frozenset(message_types()[root.type_name].fields))

    def entry(self, tensor: Message) -> Mapping:
        """The entry of a tensor."""
        dims = tensor.integers("dims")
        data_type = tensor.scalar("data_type")
        items: dict[str, Value] = {
            "name": tensor.string("name") or UNKNOWN,
            "data_type": data_type.value if data_type is not None and isinstance(data_type.value, str) else UNKNOWN,
            "dims": Seq("list", list(dims), False) if dims is not None else UNKNOWN,
        }
        return Mapping(items, True, names=frozenset(message_types()[tensor.type_name].fields))

    def named(self, name: Value, tensors: dict[str, Message]) -> Value:
        """``get_input_config_by_name`` and its like."""
        if isinstance(name, str) and name in tensors:
            return self.entry(tensors[name])
        # What is not declared at all is told where it is asked for.
        return UNKNOWN

    # ------------------------------------------------------------------------------------------------- pb_utils
    def call(self, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        """A call of something in triton_python_backend_utils."""
        handler = _CALLS.get(name)
        if handler is not None:
            return handler(self, args, kwargs, node)
        if name.startswith("Logger."):
            return None
        for value in (*args, *kwargs.values()):
            self.machine.havoc_value(value)
        return UNKNOWN

    def c_config(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return self.parsed_config()

    def c_input(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        request = _given(args, kwargs, 0, "inference_request")
        name = _given(args, kwargs, 1, "name")
        if request is None or isinstance(request, (Seq, Mapping, Array, PbTensor, Response, str)):
            shown = type_name(request)
            raise Failure("AttributeError", f"'{shown}' object has no attribute 'inputs'")
        if not isinstance(request, Request) or not isinstance(name, str):
            return UNKNOWN
        if self.inputs is not None and name not in self.inputs:
            named = node.argument(1, "name")
            return Absent(name, named.span if named else node.span)
        return self.tensor(name, node.span)

    def tensor(self, name: str, span: Span) -> Value:
        """An input of a request."""
        message = self.input_tensors.get(name)
        if message is None or self.inputs is None or message.boolean("is_shape_tensor"):
            return UNKNOWN
        tensor = PbTensor(name, self.array(message, self.input_shapes.get(name)), span)
        if not message.boolean("optional"):
            return tensor
        if self.absent is None:
            return Perhaps(tensor)
        return None if name in self.absent else tensor

    def array(self, message: Message, shape: Shape) -> Array:
        """The array of an input."""
        data_type = message.scalar("data_type")
        dtype = TRITON_TO_NUMPY.get(str(data_type.value)) if data_type is not None else None
        if data_type is not None and data_type.value == "TYPE_BF16":
            dtype = BFLOAT16
        ragged = message.boolean("allow_ragged_batch")
        return Array(dtype, None if ragged else shape, "bytes" if dtype == "object" else None)

    def c_output(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        response = _given(args, kwargs, 0, "inference_response")
        if response is None or isinstance(response, (Seq, Mapping, Array, PbTensor, str)):
            raise Failure("AttributeError", f"'{type_name(response)}' object has no attribute 'output_tensors'")
        if isinstance(response, Coroutine):
            self.machine.attribute(response, "output_tensors", node.span)
        name = _given(args, kwargs, 1, "name")
        if not isinstance(response, Answer):
            return UNKNOWN
        used = self.used_unasked(node) if response.ends_empty else None
        if used is not None:
            machine = self.machine
            error = machine.fail("AttributeError", "'NoneType' object has no attribute 'as_numpy'", used)
            machine.maybe += 1
            if not machine.is_caught(error):
                machine.record(error)
            response.ends_empty = machine.quiet > 0
            machine.maybe -= 1
        return self.output_of(response, name, node)

    def used_unasked(self, node: CallNode) -> Span | None:
        """Where an output becomes an array, at once or in the next line, though nothing asks whether it is there."""
        text, end = self.python.text, node.span.end or 0
        if text.startswith(".as_numpy", end):
            return node.span
        named = _NAMED.search(text[max(0, (node.span.start or 0) - 80) : node.span.start])
        if named is None:
            return None
        name = named.group(1)
        used = re.match(rf"\s*\n[^\n#]*?\b{name}(?=\.as_numpy\()", text[end:])
        asked = rf"\b{name}\s*(is|==|!=|:=|if)\b|\b(if|not|and|or|assert|while)\s*\(*{name}\b"
        if used is None or re.search(asked, text):
            return None
        return Span(node.span.path, end + used.end() - len(name), end + used.end())

    def output_of(self, answer: Answer, name: Value, node: CallNode) -> Value:
        """One of the tensors in another model's answer."""
        if not isinstance(name, str):
            return PbTensor(None, Array(), node.span)
        if answer.names and name not in answer.names:
            return None
        if answer.outputs is None:
            return PbTensor(name, Array(), node.span)
        # A name that the called model does not have is told where it is asked for.
        return PbTensor(name, answer.outputs[name], node.span) if name in answer.outputs else UNKNOWN

    def ends_empty(self, call: Call) -> bool:
        """Whether another model of the repository ends its stream with the flag alone, and nobody asks for that."""
        target = self.effective.others(call.model) if isinstance(call.model, str) else None
        if (
            target is None
            or target.effective.decoupled is not True
            or "output_tensors" in self.python.text.replace("output_tensors=", "")
        ):
            return False
        return bool(target.python) and all(_FLAG_ALONE.search(python.text) for python in target.python)

    def answer(self, call: Call) -> Answer:
        """What another model answers, as far as its config says."""
        target = self.effective.others(call.model) if isinstance(call.model, str) else None
        tensors = target_tensors(target, "output") if target is not None else None
        if target is None or tensors is None or target.config is None or not target.effective.complete:
            return Answer(call.requested)
        size = target.effective.max_batch_size
        outputs: dict[str, Array] = {}
        for tensor in declared_tensors(target.config, "output"):
            shape: Shape = None
            if tensor.dims is not None and size is not None:
                shape = ((None,) if size else ()) + tuple(None if dim == -1 else dim for dim in tensor.dims)
            outputs[tensor.name or ""] = self.array(tensor.message, shape)
        if any(name not in outputs for name in call.requested or ()):
            return Answer(None)  # The call fails, and another rule says so.
        return Answer(call.requested, outputs)

    def c_tensor(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        if kwargs or len(args) != 2:
            raise Failure("TypeError", _INCOMPATIBLE)
        name, value = args
        if not isinstance(name, (str, Unknown)):
            raise Failure("TypeError", _INCOMPATIBLE)
        no_array = value.__class__ in _NO_ARRAYS or (isinstance(value, Array) and value.scalar)
        if no_array or _is_no_object(value):
            raise Failure("TypeError", _INCOMPATIBLE)
        written = node.arguments[1].value if len(node.arguments) == 2 else None
        if isinstance(value, Array) and value.dtype == "str":
            self.machine.note("text-array", written.span if written is not None else node.span)
        if isinstance(value, Array) and not self.machine.quiet and self.machine.buffers.tensor(value):
            self.machine.note("shared-buffer", written.span if written is not None else node.span)
        return PbTensor(name if isinstance(name, str) else None, value, node.span, written)

    def c_response(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        outputs = _given(args, kwargs, 0, "output_tensors", UNKNOWN if not args and not kwargs else Seq("list", []))
        error = _given(args, kwargs, 1, "error")
        if isinstance(outputs, (PbTensor, Array, str, int, float, Mapping)) or _is_no_object(outputs):
            raise Failure("TypeError", _INCOMPATIBLE)
        if isinstance(error, (str, Exc)) or _is_no_object(error):
            raise Failure("TypeError", _INCOMPATIBLE)
        if error is not None:
            self.machine.error_made()
        known = None
        if isinstance(outputs, Seq) and not outputs.open:
            wrong = Array | Seq | str | Response | Func | BoundFunc
            if any(item is None or isinstance(item, wrong) for item in outputs.items):
                raise Failure("TypeError", _INCOMPATIBLE)
            if all(isinstance(item, PbTensor) for item in outputs.items):
                known = tuple(outputs.items)
        made = Response(known, None if isinstance(error, Unknown) else error is not None, node.span)
        self.response(made)
        return made

    def c_error(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        message = _given(args, kwargs, 0, "message")
        handled = isinstance(message, Unknown) and message.type in EXCEPTION
        if handled or message is None or isinstance(message, (Exc, int, float, Seq, Mapping, Obj, Array)):
            raise Failure("TypeError", "__init__(): incompatible constructor arguments")
        self.machine.error_made()
        return Error(node.span)

    def c_exception(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        self.machine.error_made()
        return Exc("TritonModelException", args, ("TritonModelException", "Exception", "BaseException"))

    def c_request(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        inputs = _given(args, kwargs, 2, "inputs")
        requested = _given(args, kwargs, 3, "requested_output_names")
        model = _given(args, kwargs, 4, "model_name")
        if isinstance(kwargs.get("model_version"), str):
            raise Failure("TypeError", _INCOMPATIBLE)
        for one in inputs.items if isinstance(inputs, Seq) else ():
            if one is None or isinstance(one, (Array, str, bytes, int, float, Seq, Mapping, Response, Answer)):
                raise Failure("TypeError", _INCOMPATIBLE)
        tensors = None
        if isinstance(inputs, Seq) and not inputs.open and all(isinstance(i, PbTensor) for i in inputs.items):
            tensors = tuple(inputs.items)
        names = None
        if isinstance(requested, Seq) and not requested.open and all(isinstance(i, str) for i in requested.items):
            names = tuple(requested.items)
        return Call(node.span, model, tensors, names)

    def c_family(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        kind = _given(args, kwargs, 2, "kind")
        return MetricFamily(kind.name.rsplit(".", 1)[-1] if isinstance(kind, Library) else "")

    def c_numpy_type(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        name = _given(args, kwargs, 0, "triton_type_string")
        if isinstance(name, str):
            if name in TRITON_TO_NUMPY:
                return DType(TRITON_TO_NUMPY[name])
            raise Failure("KeyError", f"'{name}'")
        if isinstance(name, (Seq, Mapping)):
            raise Failure("TypeError", f"unhashable type: '{type_name(name)}'")
        if name is None or isinstance(name, int):
            raise Failure("KeyError", str(name))
        return DType(None)

    def c_input_config(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return self.config_of(args, kwargs, self.input_tensors)

    def c_output_config(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return self.config_of(args, kwargs, self.output_tensors)

    def config_of(self, args: list[Value], kwargs: dict[str, Value], tensors: dict[str, Message]) -> Value:
        config = _given(args, kwargs, 0, "model_config")
        if isinstance(config, (ConfigText, str)):
            raise Failure("TypeError", "string indices must be integers")
        return self.named(_given(args, kwargs, 1, "name"), tensors)

    def c_decoupled(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        known = self.effective.decoupled
        return Unknown("bool") if known is None else known

    # ------------------------------------------------------------------------------------------- pb_utils' objects
    def method(self, owner: Value, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        """A method of one of the backend's objects."""
        handler = _METHODS.get(owner.__class__)
        return UNKNOWN if handler is None else handler(self, owner, name, args, kwargs, node)

    def m_response(
        self, owner: Response, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        if name == "output_tensors":
            return Seq("list", list(owner.outputs)) if owner.outputs is not None else Seq("list", [], True)
        if name == "has_error":
            return Unknown("bool") if owner.error is None else owner.error
        return UNKNOWN

    def m_answer(self, owner: Answer, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        names = owner.names or tuple(owner.outputs or ())
        if name == "output_tensors" and len(names) == 1:
            return Seq("list", [self.output_of(owner, names[0], node)])
        if name == "output_tensors":
            return Seq("list", [self.output_of(owner, one, node) for one in names], not names, mixed=bool(names))
        return Unknown("bool") if name == "has_error" else UNKNOWN

    def m_family(
        self, owner: MetricFamily, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        labels = _given(args, kwargs, 0, "labels")
        if isinstance(labels, Mapping) and any(type_name(v) in _NO_LABELS for v in labels.items.values()):
            raise Failure("TritonModelException", "attempt to access JSON non-string as string")
        return Metric(owner.kind)

    def m_metric(self, owner: Metric, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        refused = name in REFUSED_BY_METRIC.get(owner.kind, ()) and self.machine.phase == "execute"
        if refused and isinstance(node.func, Attribute):
            sure = self.machine.sure and not self.machine.tries
            self.say(Mistake("metric", node.func.attr_span, sure, name, found=owner.kind))
        return Unknown("float") if name == "value" else None

    def m_error(self, owner: Error, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return Unknown("str") if name == "message" else UNKNOWN

    def m_call(self, owner: Call, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        if isinstance(owner.model, str) and not self.machine.quiet:
            self.found.calls.append(Called(owner.span, self.machine.sure, owner.model, owner.inputs, owner.requested))
        if name in {"exec", "async_exec"} and self.machine.phase in {"__init__", "initialize"}:
            raise Failure("TritonModelException", OUTSIDE)
        decoupled = _given(args, kwargs, 0, "decoupled", False)
        answer: Any = self.answer(owner)
        if decoupled is not False:
            answer.ends_empty = self.ends_empty(owner)
            answer = Answers(answer) if decoupled is True else UNKNOWN
        if name == "exec":
            return answer
        if name == "async_exec":
            if not self.machine.in_loop:
                raise Failure("RuntimeError", "no running event loop")
            return Coroutine(None, done=True, value=answer, python_type="_asyncio.Future", span=node.span)
        return UNKNOWN

    def m_sender(self, owner: Sender, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        if name != "send":
            return Unknown("bool")
        self.send(owner, args, kwargs, node)
        return None

    def m_tensor(
        self, owner: PbTensor, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        array = owner.known
        if name == "as_numpy" and array.dtype == BFLOAT16:
            raise Failure("TritonModelException", "Tensor dtype is BF16 and cannot be converted to numpy.")
        if name == "as_numpy":
            return owner.array if isinstance(owner.array, Array) else UNKNOWN
        if name == "name":
            return owner.name if owner.name is not None else Unknown("str")
        if name == "shape":
            if array.shape is None:
                return UNKNOWN
            return Seq("list", [Unknown("int") if dim is None else dim for dim in array.shape])
        if name == "is_cpu":
            return Unknown("bool")
        return UNKNOWN

    def m_request(
        self, owner: Request, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        if name == "inputs":
            if self.inputs is None or set(self.inputs) != set(self.input_tensors):
                return Seq("list", [], True)
            tensors = [self.tensor(tensor, node.span) for tensor in self.input_tensors]
            if self.absent is not None:
                tensors = [tensor for tensor in tensors if tensor is not None]
            known = all(isinstance(tensor, PbTensor) for tensor in tensors)
            return Seq("list", tensors) if known else Seq("list", [], True)
        if name == "get_response_sender":
            self.machine.put(owner.state, "taken", True)
            return Sender(owner)
        if name == "requested_output_names":
            return Seq("list", [], True)
        return {
            "request_id": Unknown("str"),
            "parameters": ConfigText("parameters"),
            "model_name": Unknown("str"),
            "model_version": Unknown("int"),
            "timeout": Unknown("int"),
            "flags": Unknown("int"),
            "is_cancelled": Unknown("bool"),
            "set_release_flags": None,
            "set_flags": None,
        }.get(name, UNKNOWN)

    # -------------------------------------------------------------------------------------------------- answers
    def answers(self, value: Value, execute: Function) -> None:
        """What ``execute`` gave back, as far as it is known."""
        machine = self.machine
        machine.maybe = 0
        span = machine.return_span or execute.name_span
        if not self.answers_by_return:
            return
        if isinstance(value, (Obj, Response, PbTensor, Array, Error)) or (
            value is not None and isinstance(value, (bool, int, float, str, bytes, Mapping))
        ):
            self.say(Mistake("return", span, True, found=type_name(value) or ""))
            return
        if not isinstance(value, Seq):
            return
        if value.kind not in {"list"}:
            self.say(Mistake("return", span, True, found=value.kind))
            return
        for item in (*value.items, value.each) if "isinstance" not in self.python.text else ():
            if isinstance(item, Response) and item.odd is not None:
                place = item.odd.span if isinstance(item.odd, (Error, PbTensor)) else span
                self.say(Mistake("element", place, False, found=type_name(item.odd) or ""))
                break
        for item in value.items:
            if isinstance(item, (Coroutine, Seq, Mapping, PbTensor, Array, Error, str, int, float, Exc)):
                self.say(Mistake("element", span, not value.open, found=type_name(item) or ""))
        self.only_errors(value)
        self.one_for_all(value, span)
        if not value.open and len(value.items) != self.requests:
            self.say(Mistake("count", span, True, count=(len(value.items), self.requests)))

    def one_for_all(self, value: Seq, span: Span) -> None:
        """One response with the rows of all requests that every request gets."""
        first = value.items[0] if value.items else None
        if not isinstance(first, Response) or len(value.items) < 2 or any(item is not first for item in value.items):
            return
        for tensor in first.outputs or ():
            if id(tensor.array) in self.machine.batches and _ASKS_HOW_MANY.search(self.python.text) is None:
                self.say(Mistake("batch-to-each", span, False, tensor.name or ""))
                return

    def only_errors(self, value: Seq) -> None:
        """Whether every request gets an error that a condition has chosen, though the file has other answers, too."""
        responses = [item for item in value.items if isinstance(item, Response) and item.error is True]
        raised = any(event.phase == "execute" for event in self.machine.raises)
        if value.open or raised or not responses or len(responses) != len(value.items):
            return
        if all(made.call.argument(1, "error") is not None for made in self.python.calls_of("InferenceResponse")):
            return
        # What depends on the number of the request is meant.
        chosen = [
            node
            for node in self.python.walk(If)
            if len(self.machine.decided.get(node.test.span, ())) == 1
            and any(walk((node.test,), Attribute))
            and "requests" not in self.python.source(node.test)
        ]
        for span in (*(response.span for response in responses), *self.machine.refused):
            place = span.start or 0
            around = [n for n in chosen if (n.span.start or 0) <= place < (n.span.end or 0)]
            if around:
                self.say(Mistake("only-errors", around[-1].test.span, True))
                return

    def senders(self, requests: Seq, execute: Function, value: Value) -> None:
        """What became of the response senders, where they have to answer: of a stream, or instead of a list."""
        if "set_release_flags" in self.python.text:
            return
        taken = all(request.state["taken"] is True for request in requests.items)
        instead = self.effective.decoupled is False and value is None and taken
        if self.effective.decoupled is not True and not instead:
            return
        machine = self.machine
        for thread in machine.threads:
            if thread.state["started"] is not True and _START.search(self.python.text):
                machine.havoc_value(thread)  # Whoever starts it may not have been seen.
        for request in requests.items:
            state = request.state
            if machine.unknown_sends and state["taken"] is not False:
                return
            if state[SENT_FINAL] is False and state["escaped"] is False:
                taken = state["taken"]
                kept = next((t for t in machine.threads if _has(t.args, request)), None)
                died = next((error for given, error in machine.died if _has(given, request)), None)
                if died is not None and kept is not None and died.shown in _TAKEN_FOR_SENDER:
                    self.say(Mistake("no-final", kept.span, True, found="request"))
                elif died is not None:
                    self.say(Mistake("no-final", died.span, False, found=died.shown))
                elif kept is not None:
                    self.say(Mistake("no-final", kept.span, True, found="not started"))
                else:
                    found = "" if taken else "no sender"
                    sent = self.sent.get(id(state), set())
                    # Without a stream there is but one response, and it ends the request.
                    place = next(iter(sent)) if len(sent) == 1 and instead else execute.name_span
                    self.say(Mistake("no-final", place, taken is not UNKNOWN, found=found))
                return
            fell = next((error for given, error in machine.died if _has(given, request) and not error.explicit), None)
            if fell is not None and state[SENT_FINAL] is not False:
                self.say(Mistake("worker-died", fell.span, False, found=fell.shown))
                return
            told = "is_cancelled" not in self.python.text or id(state) in machine.only_handlers
            if state[SENT_FINAL] is PARTLY and state["escaped"] is False and told:
                self.say(Mistake("no-final", machine.left_open[id(state)], False, found="left"))
                return

    def send(self, owner: Sender, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> None:
        """``sender.send(response, flags)``."""
        sent = _given(args, kwargs, 0, "response")
        flags = _given(args, kwargs, 1, "flags", 0)
        if set(kwargs) - {"response", "flags"} or isinstance(flags, Response | str | None):
            raise Failure("TypeError", "send(): incompatible function arguments")
        if isinstance(sent, (Seq, Array, PbTensor, Mapping, str, Error)) or _is_no_object(sent):
            raise Failure("TypeError", "send(): incompatible function arguments")
        state = owner.request.state
        machine = self.machine
        if state[SENT_FINAL] is True:
            machine.note("after-final", node.span)
        elif state[SENT_FINAL] is AFTER_TURN:
            machine.note("final-in-loop", self.finals.get(id(state), node.span))
            machine.put(state, SENT_FINAL, UNKNOWN)
        elif state[SENT_FINAL] is SOMETIMES and machine.maybe <= machine.sometimes.get(id(state), -1):
            machine.maybe += 1
            machine.note("after-final", node.span)
            machine.maybe -= 1
        if flags is MAYBE_FINAL:
            if state[SENT_FINAL] is not True:
                machine.put(state, SENT_FINAL, SOMETIMES)
            return
        if isinstance(flags, Library):
            # A name that there is not ends in an error.
            other = False if ".TRITONSERVER_REQUEST_" in flags.name else UNKNOWN
            final: Value = flags.name.endswith(f".{FINAL}") or other
        else:
            final = bool(flags & 1) if isinstance(flags, int) else UNKNOWN
        if final is not False:
            machine.put(state, SENT_FINAL, final)
            self.finals[id(state)] = node.span
        else:
            self.sent.setdefault(id(state), set()).add(node.span)

    def say(self, mistake: Mistake) -> None:
        if self.machine.straight and self.machine.quiet == 1 and mistake.kind in {"data-type", "shape", "elements"}:
            self.sent_well.append(replace(mistake, sure=False))
        if self.absent is not None:
            if any(old.kind == mistake.kind and old.span == mistake.span for old in self.found.mistakes):
                return
            mistake = replace(mistake, sure=False)
        if not self.machine.quiet and mistake not in self.found.mistakes:
            self.found.mistakes.append(mistake)

    def response(self, response: Response) -> None:
        """A response that is given back, against the declared outputs."""
        if self.machine.phase != "execute":
            return
        if response.outputs is None or response.error is not False or self.outputs is None:
            return
        sure = self.machine.sure
        names = [tensor.name for tensor in response.outputs]
        for tensor in response.outputs:
            if tensor.name is None:
                continue
            if tensor.name not in self.outputs:
                self.say(Mistake("unknown-output", tensor.span, sure, tensor.name))
                continue
            self.compare(tensor, sure)
            if id(tensor.array) in self.machine.batches and _ASKS_HOW_MANY.search(self.python.text) is None:
                self.whole[tensor.span] = self.whole.get(tensor.span, 0) + 1
                if self.whole[tensor.span] > 1:
                    self.say(Mistake("batch-to-each", tensor.span, False, tensor.name))
        if self.rows_differ:
            self.rows(response.outputs)
        if None not in names:
            for name in self.outputs:
                if name not in names and all(n in self.outputs for n in names):
                    self.say(Mistake("missing-output", response.span, sure, name))

    def rows(self, tensors: tuple[PbTensor, ...]) -> None:
        """Outputs of one row beside one that has those of the request: each has the batch as its first dimension."""
        known = [one for one in tensors if one.name in self.output_shapes and len(one.known.shape or ()) > 1]
        if not any((one.known.shape or (0,))[0] is None for one in known):
            return
        for one in known:
            shape = self.output_shapes[one.name or ""]
            if shape is not None and one.known.shape is not None and one.known.shape[0] == 1 and shape[0] is None:
                span = one.value.span if one.value is not None else one.span
                self.say(Mistake("fixed-rows", span, False, one.name or "", shape=one.known.shape, value=one.value))

    @property
    def rows_differ(self) -> bool:
        """Whether requests come with several rows, each of which one response has to answer."""
        batched = (self.effective.max_batch_size or 0) > 1 and self.effective.complete
        return batched and self.effective.decoupled is False and not self.config.root.has("sequence_batching")

    def compare(self, tensor: PbTensor, sure: bool) -> None:
        name, array, value = tensor.name or "", tensor.known, tensor.value
        span = value.span if value is not None else tensor.span
        message = self.output_tensors.get(name)
        data_type = message.scalar("data_type") if message is not None else None
        wanted = TRITON_TO_NUMPY.get(str(data_type.value)) if data_type is not None else None
        taken = {wanted, "str", "bytes"} if wanted == "object" else {wanted, "str"}
        if wanted is not None and array.dtype is not None and array.dtype not in taken:
            self.say(Mistake("data-type", span, sure, name, dtype=array.dtype, value=value))
        elif wanted is not None and array.dtype is None and not taken.issuperset(array.either):
            wrong = next(one for one in array.either if one not in taken)
            self.say(Mistake("data-type", span, False, name, dtype=wrong, value=value))
        elif wanted == "object" and array.of in _ODD_ELEMENTS:
            self.say(Mistake("elements", span, sure, name, found=array.of))
        shape = self.output_shapes.get(name)
        if shape is not None and array.squeezed:
            self.say(Mistake("squeezed", span, False, name, value=value))
        elif shape is not None and array.shape is not None:
            fits = len(shape) == len(array.shape) and all(
                a is None or b is None or a == b for a, b in zip(shape, array.shape, strict=True)
            )
            # Nothing was put in where the loop that fills it always raises: that is told there.
            if not fits and (sure or 0 not in array.shape):
                self.say(Mistake("shape", span, sure, name, shape=array.shape, value=value))
            elif fits and shape[:1] == (None,) and array.shape[:1] not in {(None,), (1,), ()} and self.rows_differ:
                self.say(Mistake("fixed-rows", span, False, name, shape=array.shape, value=value))


def _is_of_several_ways(item: Value) -> bool:
    """Whether a response may hold this or that."""
    return isinstance(item, Response) and item.outputs is None


def _reachable(value: Value, depth: int) -> set[int]:
    """The containers that something holds, by identity."""
    if isinstance(value, Obj):
        inner, found = list(value.attrs.values()), {id(value.attrs)}
    elif isinstance(value, (Seq, Mapping)):
        inner, found = list(value.items if isinstance(value, Seq) else value.items.values()), {id(value)}
    else:
        return set()
    for one in inner if depth < 3 else ():
        found |= _reachable(one, depth + 1)
    return found


def _has(given: list[Value], request: Request) -> bool:
    """Whether a request, or its sender, is among arguments, or in an object that is."""
    inside = [part for one in given if isinstance(one, Obj) for part in one.attrs.values()]
    return any(one is request or (isinstance(one, Sender) and one.request is request) for one in given + inside)


def _is_no_object(value: Value) -> bool:
    """Whether a value that is only known by its type is Python's own: no array, and no object of the backend."""
    return isinstance(value, Unknown) and value.type in _NO_OBJECTS


def _given(args: list[Value], kwargs: dict[str, Value], position: int, keyword: str, default: Value = None) -> Value:
    return args[position] if position < len(args) else kwargs.get(keyword, default)


def _is_among(event: Any, others: list[Any]) -> bool:
    return any(event.span == other.span for other in others)


_MOST_OPTIONAL = 3
_ASKS_HOW_MANY = re.compile(r"len\(requests\)\s*[=!<>]")
_NAMED = re.compile(r"(?:^|\n)\s*(\w+) = $")
_FLAG_ALONE = re.compile(r"\.send\(\s*flags\s*=")
_LACKS = re.compile(r"NoneType|has no attribute")
_START = re.compile(r"\bstart\b")
_NO_ARRAYS = SCALARS - {complex} | {Seq, Mapping, PbTensor, Response, Obj, Func, BoundFunc, Json}
_NO_OBJECTS = frozenset({"str", "bytes", "int", "float", "bool", *EXCEPTION})
_NO_LABELS = frozenset({"int", "float", "bool", "NoneType", "list", "tuple", "dict"})
_ODD_ELEMENTS = frozenset({"dict", "list", "tuple", "set", "NoneType"})
"""What nobody means to send as the text that Python shows for it."""
_TAKEN_FOR_SENDER = frozenset(
    f"AttributeError: '{Request.python_type}' object has no attribute '{name}'" for name in ("send", "is_cancelled")
)
_INCOMPATIBLE = "__init__(): incompatible constructor arguments"
_CALLS: dict[str, Callable[[_Play, list[Value], dict[str, Value], CallNode], Value]] = {
    "<config>": _Play.c_config,
    "get_input_tensor_by_name": _Play.c_input,
    "get_output_tensor_by_name": _Play.c_output,
    "get_input_config_by_name": _Play.c_input_config,
    "get_output_config_by_name": _Play.c_output_config,
    "triton_string_to_numpy": _Play.c_numpy_type,
    "using_decoupled_model_transaction_policy": _Play.c_decoupled,
    "Tensor": _Play.c_tensor,
    "InferenceResponse": _Play.c_response,
    "InferenceRequest": _Play.c_request,
    "TritonError": _Play.c_error,
    "TritonModelException": _Play.c_exception,
    "MetricFamily": _Play.c_family,
}
_METHODS: dict[type, Callable[[_Play, Any, str, list[Value], dict[str, Value], CallNode], Value]] = {
    PbTensor: _Play.m_tensor,
    Request: _Play.m_request,
    Response: _Play.m_response,
    Answer: _Play.m_answer,
    MetricFamily: _Play.m_family,
    Metric: _Play.m_metric,
    Error: _Play.m_error,
    Call: _Play.m_call,
    Sender: _Play.m_sender,
}
