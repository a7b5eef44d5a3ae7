"""What ``triton_python_backend_utils`` gives to a model: functions, and objects with their methods.

The stub's behaviour is that of 24.10 (python_backend, ``pb_stub.cc``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from tritonlint.effective import EffectiveConfig
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_bls import target_tensors
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY
from tritonlint.inputs.python_flow import blocks_around, own_nodes
from tritonlint.inputs.python_join import declared_anywhere, may_batch, tensors_of
from tritonlint.inputs.python_objects import MEMBERS
from tritonlint.inputs.python_objects import Kind as ObjectKind
from tritonlint.inputs.python_shapes import declared_shapes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Clause,
    Comprehension,
    Expr,
    For,
    Match,
    Name,
    Subscript,
    Unary,
    While,
    lies_in,
    walk,
)
from tritonlint.inputs.python_tree import Call as CallNode
from tritonlint.inputs.rehearsal.completed import described, entry_of
from tritonlint.inputs.rehearsal.found import Called, Mistake, Rehearsal
from tritonlint.inputs.rehearsal.habits import is_list_in_text
from tritonlint.inputs.rehearsal.interpreter import Machine
from tritonlint.inputs.rehearsal.objects import (
    ANSWERED,
    Absent,
    Answer,
    Answers,
    BoundFunc,
    Call,
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
from tritonlint.inputs.rehearsal.protocols import SCALARS
from tritonlint.inputs.rehearsal.replies import Replies, given, is_no_object
from tritonlint.inputs.rehearsal.trail import join_all
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
    there,
    type_name,
)
from tritonlint.pbtxt.schema import message_types
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.sequence import controls
from tritonlint.source import Span
from tritonlint.tensors import tensors as declared_tensors

OUTSIDE = "BLS is only supported during the 'execute' function."
"""What the backend says of a call while loading."""
BFLOAT16 = "bfloat16"
"""A data type that NumPy does not have."""
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
_NOT_LOGGED = (Exc, int, float, Seq, Mapping, Array)
"""What the logger refuses: it takes text and nothing else."""
_LOGGER = dict.fromkeys(("log_info", "log_warn", "log_error", "log_verbose"), ("message",)) | {
    "log": ("message", "level")
}
"""The methods of ``pb_utils.Logger``, and what each takes."""
_NO_LEVELS = frozenset({"int", "str", "float", "bool", "NoneType"})
_ASKED_BY_NAME = re.compile(r"[\"']has_error[\"']")
_TESTED = re.compile(r"\b(not|if|while|len\()\s*$")
"""What stands before outputs of which is only asked whether there are any."""
_FLAG_ALONE = re.compile(r"\.send\(\s*flags\s*=")
_NO_ARRAYS = SCALARS - {complex} | {Seq, Mapping, PbTensor, Response, Obj, Func, BoundFunc, Json}
_NO_NAMES = SCALARS - {str, bytes} | {type(None), Seq, Mapping, PbTensor, Response, Func, BoundFunc}
"""What is no name of a tensor: objects and texts of unknown origin may be one, and ``bytes`` are taken, too."""
_PLAIN = frozenset({"int", "float", "bool", "str", "bytes", "NoneType"})
"""What is no request and no response, known or not."""
_REFUSE_NONE = frozenset({"Tensor", "TritonError", "get_input_tensor_by_name", "get_output_tensor_by_name"})
"""What takes no None, at whatever place."""
_NO_LABELS = frozenset({"int", "float", "bool", "NoneType", "list", "tuple", "dict"})
_NO_TEXTS = frozenset({"int", "float", "bool", "NoneType", "list", "tuple", "dict"})
"""What no text of a request may be; ``bytes`` are taken (seen on 24.10)."""
_NO_COUNTS = frozenset({"str", "float", "NoneType", "list", "tuple", "dict"})
"""What ``model_version``, ``timeout`` and ``flags`` of a request do not take (seen on 24.10)."""
_NO_LISTS = frozenset({"str", "bytes", "int", "float", "bool", "NoneType", "set", "dict"})
_OF_PARAMETERS = "Expect parameters values to have type bool/int/str, found type <class '{}'>"
_INCOMPATIBLE = "__init__(): incompatible constructor arguments"


_OUTPUTS_NAMED = re.compile(r"output_tensors(?!=)")
"""The outputs of an answer, but for what a response is given."""


def has_member(value: Value, name: str) -> bool:
    """Whether an object of the backend has a member."""
    members = _MEMBERS.get(value.__class__)
    return members is None or name in members or name.startswith("__")


def _is_length(node: Expr) -> bool:
    """Whether an expression asks how long something is."""
    called = isinstance(node, CallNode) and isinstance(node.func, Name) and node.func.id == "len"
    return called or any(part.attr in {"shape", "size"} for part in walk(node, Attribute))


class PbUtils(Replies):
    """Answers for triton_python_backend_utils."""

    def __init__(self, python: PythonFacts, config: Document, effective: EffectiveConfig, found: Rehearsal) -> None:
        machine = Machine(python, has_member, self.call, self.method)
        super().__init__(python, config, effective, found, machine)
        machine.find = partial(effective.module, python.path)
        machine.batched = (effective.max_batch_size or 0) > 0 and effective.complete
        machine.many_rows = machine.batched and (effective.max_batch_size or 0) > 1
        machine.origins.batched, machine.origins.many_rows = machine.batched, machine.many_rows
        machine.origins.most_rows = effective.max_batch_size or 0
        machine.origins.queued = may_batch(effective)
        machine.origins.asked = any(_is_length(match.subject) for match in python.walk(Match))
        self.inputs = declared_anywhere(python, config, "input")
        self.input_tensors = tensors_of(python, config, "input")
        self.input_shapes = declared_shapes(python, config, effective, "input")
        self.unasked: dict[Answer, tuple[CallNode, PythonFacts]] = {}
        """Where outputs of other models' answers are taken first, and in which file."""
        self.added = _added(config, (effective.max_batch_size or 0) > 0) if effective.max_batch_size is not None else {}
        sizes = [size for shape in self.input_shapes.values() for size in (shape or (None, None))[1:]]
        if effective.max_batch_size and self.inputs is not None and None not in sizes:
            machine.is_batch = lambda array: len(array.shape or ()) > 1 and (array.shape or (0,))[0] is None

    # ------------------------------------------------------------------------------------------------ the config
    def parsed_config(self) -> Mapping:
        """What ``json.loads(args["model_config"])`` gives; the server fills in more than config.pbtxt says."""
        root = self.config.root
        items = described(self.config)
        if self.effective.max_batch_size is not None and self.effective.complete:
            items["max_batch_size"] = self.effective.max_batch_size
        for direction, names, tensors in (
            ("input", self.inputs, self.input_tensors),
            ("output", self.outputs, self.output_tensors),
        ):
            if names is not None:
                items[direction] = Seq("list", [entry_of(tensor) for tensor in tensors.values()])
            else:
                items[direction] = Seq("list", [], True)
        parameters: dict[str, Value] = {}
        for key, entry in root.map("parameters").items():
            value = entry.value.string("string_value") if isinstance(entry.value, Message) else None
            if value is not None and is_list_in_text(value):
                self.machine.lists_in_texts.add(value)
            parameters[str(key)] = Mapping({"string_value": value if value is not None else Unknown("str")})
        items["parameters"] = Mapping(parameters)
        return Mapping(items, True, names=frozenset(message_types()[root.type_name].fields))

    def named(self, name: Value, tensors: dict[str, Message], known: bool) -> Value:
        """``get_input_config_by_name`` and its like: None for a name that the config surely does not have."""
        if isinstance(name, str) and name in tensors:
            return entry_of(tensors[name])
        return None if isinstance(name, str) and known else UNKNOWN

    # ------------------------------------------------------------------------------------------------- pb_utils
    def call(self, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        """A call of something in triton_python_backend_utils."""
        handler = _CALLS.get(name)
        self.machine.seen(node.span)
        if handler is not None:
            # A class of the file with another base may be one of str, of list, of an array.
            if name in _REFUSE_NONE:
                args = [there(value) for value in args]
                kwargs = {keyword: there(value) for keyword, value in kwargs.items()}
            args = [_as_base(value) for value in args]
            kwargs = {keyword: _as_base(value) for keyword, value in kwargs.items()}
            return handler(self, args, kwargs, node)
        if name.startswith("Logger."):
            self._look_at_log_call(name, args, kwargs, node)
            self._look_at_logged(given(args, kwargs, 0, "message", UNKNOWN), node)
            level = given(args, kwargs, 1, "level", UNKNOWN) if name == "Logger.log" else UNKNOWN
            written = node.argument(1, "level")
            if written is not None and type_name(level) in _NO_LEVELS:
                self.machine.note("log-level", written.span)
            return None
        for value in (*args, *kwargs.values()):
            self.machine.havoc_value(value)
        return UNKNOWN

    def _look_at_log_call(self, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> None:
        """Note a call that gives the logger more than its message, or the message by no name that it knows."""
        takes = _LOGGER.get(name.removeprefix("Logger."))
        if takes is None or not node.arguments:
            return
        if len(args) + len(kwargs) > len(takes) or not kwargs.keys() <= set(takes):
            if self.machine.python is not self.python:
                raise Failure("TypeError", "incompatible function arguments")
            self.machine.note("log-arguments", node.span)

    def _look_at_logged(self, message: Value, node: CallNode) -> None:
        """Note what is given to the logger and is no text."""
        handled = isinstance(message, Unknown) and message.type in EXCEPTION
        own = isinstance(message, Obj) and bool(message.cls.exception)
        known = message is None or isinstance(message, _NOT_LOGGED) or type_name(message) in _NO_TEXTS
        if not (handled or own or known):
            return
        written = node.argument(0, "message")
        if self.machine.python is not self.python:
            raise Failure("TypeError", "incompatible function arguments")
        if written is not None:
            self.machine.note("logged", written.span)

    def _c_config(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return self.parsed_config()

    def _c_input(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        request = given(args, kwargs, 0, "inference_request")
        name = given(args, kwargs, 1, "name")
        shown = type_name(request)
        if isinstance(request, (Seq, Mapping, Array, PbTensor, Response)) or shown in _PLAIN:
            raise Failure("AttributeError", f"'{shown}' object has no attribute 'inputs'")
        if isinstance(request, Request) and isinstance(name, (Unknown, Json)):
            return Perhaps(self.some_input(node.span))
        if not isinstance(request, Request) or not isinstance(name, str):
            return UNKNOWN
        if self.inputs is not None and name not in self.inputs:
            named = node.argument(1, "name")
            return Absent(name, named.span if named else node.span)
        return self.tensor(name, node.span)

    def tensor(self, name: str, span: Span) -> Value:
        """An input of a request."""
        message = self.input_tensors.get(name)
        if name in self.added:
            return PbTensor(name, self.added[name], span)
        if message is None or message.boolean("is_shape_tensor"):
            return UNKNOWN
        array = self.array(message, self.input_shapes.get(name))
        self.machine.given[id(array)] = array
        tensor = PbTensor(name, array, span)
        if not message.boolean("optional"):
            return tensor
        if self.absent is None:
            return Perhaps(tensor)
        return None if name in self.absent else tensor

    def some_input(self, span: Span) -> PbTensor:
        """Any input of a request."""
        known = [self.array(one, self.input_shapes.get(name)) for name, one in self.input_tensors.items()]
        if self.inputs is None or set(self.inputs) != self.input_tensors.keys() | self.added.keys():
            known = []
        found = join_all([*known, *self.added.values()]) if known else Array()
        return PbTensor(None, found if isinstance(found, Array) else Array(), span)

    def array(self, message: Message, shape: Shape) -> Array:
        """The array of an input."""
        data_type = message.scalar("data_type")
        dtype = TRITON_TO_NUMPY.get(str(data_type.value)) if data_type is not None else None
        if data_type is not None and data_type.value == "TYPE_BF16":
            dtype = BFLOAT16
        ragged = message.boolean("allow_ragged_batch")
        return Array(dtype, None if ragged else shape, "bytes" if dtype == "object" else None)

    def _c_output(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        response = given(args, kwargs, 0, "inference_response")
        shown = type_name(response)
        if isinstance(response, (Seq, Mapping, Array, PbTensor)) or shown in _PLAIN:
            raise Failure("AttributeError", f"'{shown}' object has no attribute 'output_tensors'")
        if isinstance(response, Coroutine):
            self.machine.attribute(response, "output_tensors", node.span)
        name = given(args, kwargs, 1, "name")
        if not isinstance(response, Answer):
            return UNKNOWN
        used = self.used_unasked(node, self.machine.python) if response.ends_empty else None
        if used is not None:
            machine = self.machine
            error = machine.fail("AttributeError", "'NoneType' object has no attribute 'as_numpy'", used)
            machine.maybe += 1
            if not machine.is_caught(error):
                machine.record(error)
            response.ends_empty = machine.quiet > 0
            machine.maybe -= 1
        self._taken(response, node)
        return self.output_of(response, name, node)

    def used_unasked(self, node: CallNode, python: PythonFacts) -> Span | None:
        """Where an output becomes an array, at once or in the next line, though nothing asks whether it is there."""
        function = python.function_at(node)
        if function is None:
            return None
        turned = [one.value for one in own_nodes(function, Attribute) if one.attr == "as_numpy"]
        if node in turned:
            return node.span
        innermost = [(), *blocks_around(function.body, node)][-1]
        for made, following in pairwise(innermost):
            if isinstance(made, Assign) and made.value is node and isinstance(made.targets[0], Name):
                name = made.targets[0].id
                owners = {one.value for one in own_nodes(function, Attribute)}
                bound = {target for one in own_nodes(function, Assign) for target in one.targets}
                uses = [one for one in own_nodes(function, Name) if one.id == name and one not in bound]
                if all(one in owners for one in uses):
                    return next((one.span for one in walk(following, Name) if one.id == name and one in turned), None)
        return None

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
        if target is None or target.effective.decoupled is not True or self.machine.matches(_OUTPUTS_NAMED):
            return False
        return bool(target.python) and all(_FLAG_ALONE.search(python.text) for python in target.python)

    def _before(self, node: CallNode) -> str:
        """The text right before a call."""
        return self.machine.python.text[max(0, (node.span.start or 0) - 80) : node.span.start]

    def _taken(self, answer: Answer, node: CallNode) -> None:
        """Keep in mind where outputs of an answer are taken first."""
        machine = self.machine
        if machine.python is not self.python:
            if machine.tries:
                answer.asked = True  # Whoever calls the module may expect that there are none.
            machine.seen(node.span)
        self.unasked.setdefault(answer, (node, machine.python))

    def errors_lost(self) -> None:
        """Answers of other models whose outputs are used though nobody can have asked whether they are errors."""
        reads = [(answer, *place) for answer, place in self.unasked.items() if not answer.asked]
        self.unasked = {}
        if not reads or self.absent is not None or self.machine.matches(_ASKED_BY_NAME):
            return
        known = self.machine.asks - self.machine.asks_unknown
        for played in self.machine.played:
            for one in played.walk(Attribute):
                # That of a logger has arguments.
                asks = one.attr == "has_error" or played.text.startswith(".error()", (one.attr_span.start or 0) - 1)
                if asks and one.attr_span not in known:
                    return  # What was not played, or not with a known answer, may ask any of them.
        for answer, node, python in reads:
            taken = any(one.value is node for one in python.walk(Subscript))
            if taken or self.used_unasked(node, python) is not None:
                found = "used"
            elif answer.streamed:
                found = "streamed"
            elif any(each.iterable is node for each in python.walk(For, Clause)):
                found = "gone through"
            else:
                continue
            self.say(Mistake("error-lost", node.span, False, found=found, value=node))

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
            outputs[tensor.name or ""] = made = self.array(tensor.message, shape)
            if size == 0 and made.shape is not None and made.shape[:1] == (None,):
                self.machine.origins.chosen(made)
        if any(name not in outputs for name in call.requested or ()):
            return Answer(None)  # The call fails, and another rule says so.
        return Answer(call.requested, outputs)

    def _c_tensor(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        if kwargs or len(args) != 2:
            raise Failure("TypeError", _INCOMPATIBLE)
        name, value = args
        if name.__class__ in _NO_NAMES or (isinstance(name, Array) and not name.scalar):
            raise Failure("TypeError", _INCOMPATIBLE)
        no_array = value.__class__ in _NO_ARRAYS or (isinstance(value, Array) and value.scalar)
        if no_array or is_no_object(value):
            raise Failure("TypeError", _INCOMPATIBLE)
        if isinstance(value, Coroutine):
            raise self.machine.misused(value, _INCOMPATIBLE, node.span)
        if self.machine.origins.is_complex(value):
            raise Failure("TritonModelException", "NumPy dtype is not supported")
        written = node.arguments[1].value if len(node.arguments) == 2 else None
        if written is not None:
            self.machine.seen(written.span)
        if isinstance(value, Array) and value.dtype == "str":
            self.machine.note("text-array", written.span if written is not None else node.span)
        if isinstance(value, Array) and not self.machine.quiet and self.machine.buffers.tensor(value):
            self.machine.note("shared-buffer", written.span if written is not None else node.span)
        if isinstance(value, Array) and not self.machine.quiet and (kept := self.machine.buffers.answer(value)):
            self.machine.note("shared-buffer", kept)
        if isinstance(value, Array) and not self.machine.quiet and written is not None and isinstance(name, str):
            changed = self.machine.buffers.sent_again(value, name, self.machine.python.source(written))
            if changed is not None:
                self.machine.note("same-array", changed)
        return PbTensor(name if isinstance(name, str) else None, value, node.span, written)

    def _c_response(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        self._look_at_keywords("InferenceResponse", kwargs, node)
        outputs = given(args, kwargs, 0, "output_tensors", UNKNOWN if not args and not kwargs else Seq("list", []))
        error = given(args, kwargs, 1, "error")
        if isinstance(outputs, (PbTensor, Array, str, int, float, Mapping)) or is_no_object(outputs):
            raise Failure("TypeError", _INCOMPATIBLE)
        if _is_no_error(error):
            raise Failure("TypeError", _INCOMPATIBLE)
        written = node.argument(1, "error")
        if written is not None and isinstance(error, Perhaps) and _is_no_error(error.value):
            # Fine while it is None.
            self.machine.note("error-value", written.span)
        put = there(error)
        if written is not None and isinstance(put, Error):
            self._look_at_error(put, written.span)
        if error is not None:
            self.machine.error_made()
        known = None
        if isinstance(outputs, Seq) and not outputs.open:
            wrong = Array | Seq | str | Response | Func | BoundFunc
            items = [there(item) for item in outputs.items]
            if any(item is None or isinstance(item, wrong) for item in items):
                raise Failure("TypeError", _INCOMPATIBLE)
            if all(isinstance(item, PbTensor) for item in items):
                known = tuple(items)
        failed = None if isinstance(error, (Unknown, Perhaps)) else error is not None
        made = Response(known, failed, node.span, phase=self.machine.phase, many=self.machine.many_turns > 0)
        self.response(made)
        if isinstance(outputs, Seq) and outputs.ways and made.error is False:
            self.lacking_on_ways(outputs)
        return made

    def _look_at_error(self, error: Error, written: Span) -> None:
        """Note an error that is in another response already; a stream sends its text, and keeps the error."""
        machine, answered = self.machine, error.state[ANSWERED]
        again = answered is not False and not error.many
        if self.effective.decoupled is False and (error.phase != machine.phase or again):
            machine.maybe += answered is not True
            machine.note("error-again", written)
            machine.maybe -= answered is not True
        machine.put(error.state, ANSWERED, True)

    def _look_at_keywords(self, name: str, kwargs: dict[str, Value], node: CallNode) -> None:
        """Refuse keywords that no release takes, and note those that only newer ones take."""
        known, newer = pb_api().signatures[name][0], pb_api().keywords[name]
        for keyword in kwargs:
            if keyword not in known:
                raise Failure("TypeError", _INCOMPATIBLE)
            if keyword in newer:
                self.say(Mistake("newer-keyword", node.span, self.machine.sure, keyword, found=name))

    def _c_error(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        message = given(args, kwargs, 0, "message")
        handled = isinstance(message, Unknown) and message.type in EXCEPTION
        if handled or message is None or isinstance(message, (Exc, int, float, Seq, Mapping, Obj, Array)):
            raise Failure("TypeError", "__init__(): incompatible constructor arguments")
        code, written = given(args, kwargs, 1, "code", UNKNOWN), node.argument(1, "code")
        other = isinstance(code, (Seq, Mapping, Array, Obj)) or type_name(code) in {"int", "str", "float", "bool"}
        if written is not None and other:
            self.machine.note("error-code", written.span)
        self.machine.error_made()
        return Error(node.span, self.machine.phase, self.machine.many_turns > 0)

    def _c_exception(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        self.machine.error_made()
        return Exc("TritonModelException", args, ("TritonModelException", "Exception", "BaseException"))

    def _c_request(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        inputs = given(args, kwargs, 2, "inputs")
        requested = given(args, kwargs, 3, "requested_output_names")
        model = given(args, kwargs, 4, "model_name")
        _refuse_arguments(kwargs)
        for one in inputs.items if isinstance(inputs, Seq) else ():
            if one is None or isinstance(one, (Array, str, bytes, int, float, Seq, Mapping, Response, Answer)):
                raise Failure("TypeError", _INCOMPATIBLE)
        tensors = None
        if isinstance(inputs, Seq) and not inputs.open and all(isinstance(i, PbTensor) for i in inputs.items):
            tensors = tuple(inputs.items)
        names = None
        if isinstance(requested, Seq) and not requested.open and all(isinstance(i, str) for i in requested.items):
            names = tuple(requested.items)
        self.machine.buffers.sent(None if tensors is None else [tensor.array for tensor in tensors])
        return Call(node.span, model, tensors, names)

    def _c_family(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        kind = given(args, kwargs, 2, "kind")
        return MetricFamily(kind.name.rsplit(".", 1)[-1] if isinstance(kind, Library) else "")

    def _c_numpy_type(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        name = given(args, kwargs, 0, "triton_type_string")
        if isinstance(name, str):
            if name in TRITON_TO_NUMPY:
                return DType(TRITON_TO_NUMPY[name])
            raise Failure("KeyError", f"'{name}'")
        if isinstance(name, (Seq, Mapping)):
            raise Failure("TypeError", f"unhashable type: '{type_name(name)}'")
        if name is None or isinstance(name, int):
            raise Failure("KeyError", str(name))
        return DType(None)

    def _c_input_config(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return self._config_of(args, kwargs, self.input_tensors, self.inputs is not None)

    def _c_output_config(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return self._config_of(args, kwargs, self.output_tensors, self.outputs is not None)

    def _config_of(
        self, args: list[Value], kwargs: dict[str, Value], tensors: dict[str, Message], known: bool
    ) -> Value:
        config = given(args, kwargs, 0, "model_config")
        if isinstance(config, (ConfigText, str)):
            raise Failure("TypeError", "string indices must be integers")
        return self.named(given(args, kwargs, 1, "name"), tensors, known and isinstance(config, Mapping))

    def _c_decoupled(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        known = self.effective.decoupled
        if known and isinstance(given(args, kwargs, 0, "model_config"), ConfigText):
            # It looks for the policy in the text, too, and finds it there.
            raise Failure("TypeError", "string indices must be integers")
        return Unknown("bool") if known is None else known

    def _c_model_dir(self, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return Unknown("str")

    # ------------------------------------------------------------------------------------------- pb_utils' objects
    def method(self, owner: Value, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        """A method of one of the backend's objects."""
        handler = _METHODS.get(owner.__class__)
        return UNKNOWN if handler is None else handler(self, owner, name, args, kwargs, node)

    def _m_response(
        self, owner: Response, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        if name == "output_tensors":
            return Seq("list", list(owner.outputs)) if owner.outputs is not None else Seq("list", [], True)
        if name == "has_error":
            return Unknown("bool") if owner.error is None else owner.error
        return UNKNOWN

    def _m_answer(self, owner: Answer, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        names = owner.names or tuple(owner.outputs or ())
        if name == "output_tensors" and not _TESTED.search(self._before(node)):
            self._taken(owner, node)
        if name == "output_tensors" and len(names) == 1:
            return Seq("list", [self.output_of(owner, names[0], node)])
        if name == "output_tensors":
            return Seq("list", [self.output_of(owner, one, node) for one in names], not names, mixed=bool(names))
        if name == "error":
            if owner.failure is None or not self._is_of_one(node):
                owner.failure = Error(node.span, self.machine.phase)
            return Perhaps(owner.failure)
        return Unknown("bool") if name == "has_error" else UNKNOWN

    def _is_of_one(self, node: CallNode) -> bool:
        """Whether a method is called of something with a name of its own, and not of each one of many."""
        function = self.machine.python.function_at(node)
        name = node.func.value if isinstance(node.func, Attribute) else None
        if function is None or not isinstance(name, Name) or name.id in {one.name for one in function.parameters}:
            return False
        loops = [one for one in own_nodes(function, For, While) if lies_in(node, one)]
        turns = [one for one in own_nodes(function, Comprehension) if lies_in(node, one)]
        bound = [target for one in loops for made in walk((one,), Assign) for target in made.targets]
        bound += [one.target for one in loops if isinstance(one, For)]
        bound += [clause.target for one in turns for clause in one.clauses]
        return not any(one.id == name.id for target in bound for one in walk((target,), Name))

    def _m_family(
        self, owner: MetricFamily, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        labels = given(args, kwargs, 0, "labels")
        if isinstance(labels, Mapping) and any(type_name(v) in _NO_LABELS for v in labels.items.values()):
            raise Failure("TritonModelException", "attempt to access JSON non-string as string")
        return Metric(owner.kind)

    def _m_metric(self, owner: Metric, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        refused = name in REFUSED_BY_METRIC.get(owner.kind, ()) and self.machine.phase == "execute"
        if refused and isinstance(node.func, Attribute):
            sure = self.machine.sure and not self.machine.tries
            self.say(Mistake("metric", node.func.attr_span, sure, name, found=owner.kind))
        if name == "increment" and owner.kind == "COUNTER" and self.machine.phase == "execute":
            self._look_at_step(given(args, kwargs, 0, "value", UNKNOWN), node)
        return Unknown("float") if name == "value" else None

    def _look_at_step(self, value: Value, node: CallNode) -> None:
        """Tell of a counter that is to go down."""
        written = node.arguments[0].value if len(node.arguments) == 1 else None
        down = isinstance(written, Unary) and written.operator == "-" and type_name(value) in {"int", "float"}
        below = isinstance(value, (int, float)) and value < 0
        if (below or (down and isinstance(value, Unknown))) and isinstance(node.func, Attribute):
            sure = below and self.machine.sure and not self.machine.tries
            self.say(Mistake("metric", node.func.attr_span, sure, "down", found="COUNTER"))

    def _m_error(self, owner: Error, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        return Unknown("str") if name == "message" else UNKNOWN

    def _m_call(self, owner: Call, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        if isinstance(owner.model, str) and not self.machine.quiet:
            flag = given(args, kwargs, 0, "decoupled", False) if name in {"exec", "async_exec"} else None
            self.found.calls.append(
                Called(
                    owner.span,
                    self.machine.sure,
                    owner.model,
                    owner.inputs,
                    owner.requested,
                    sent=node.span,
                    decoupled=flag if isinstance(flag, bool) else None,
                )
            )
        if name in {"exec", "async_exec"} and self.machine.phase in {"__init__", "initialize"}:
            raise Failure("TritonModelException", OUTSIDE)
        decoupled = given(args, kwargs, 0, "decoupled", False)
        answer: Any = self.answer(owner)
        if decoupled is not False:
            answer.ends_empty = self.ends_empty(owner)
            answer.streamed = True
            answer = Answers(answer) if decoupled is True else UNKNOWN
        if name == "exec":
            return answer
        if name == "async_exec":
            if not self.machine.in_loop:
                raise Failure("RuntimeError", "no running event loop")
            return Coroutine(None, done=True, value=answer, python_type="_asyncio.Future", span=node.span)
        return UNKNOWN

    def _m_sender(self, owner: Sender, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        if name != "send":
            return Unknown("bool")
        self.send(owner, args, kwargs, node)
        return None

    def _m_tensor(
        self, owner: PbTensor, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        array = owner.known
        if name == "as_numpy" and array.dtype == BFLOAT16:
            raise Failure("TritonModelException", "Tensor dtype is BF16 and cannot be converted to numpy.")
        if name == "as_numpy":
            if owner.name in self.input_tensors:
                self.machine.origins.input(owner.array, owner.name or "")
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

    def _m_request(
        self, owner: Request, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode
    ) -> Value:
        if name == "inputs":
            return self.all_inputs(node.span)
        if name == "get_response_sender":
            self.machine.put(owner.state, "taken", True)
            return Sender(owner)
        if name == "requested_output_names":
            origins = self.machine.origins
            origins.requested = origins.requested or Unknown("str")
            return Seq("set", [], True, origins.requested)
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

    def all_inputs(self, span: Span) -> Seq:
        """``request.inputs()``, which come in any order (seen on 24.10)."""
        each = self.some_input(span)
        if self.inputs is None or set(self.inputs) != self.input_tensors.keys() | self.added.keys():
            return Seq("list", [], True, each)
        tensors = [self.tensor(name, span) for name in self.inputs]
        sent = [tensor for tensor in tensors if isinstance(tensor, PbTensor)]
        if len(sent) < sum(tensor is not None for tensor in tensors):
            return Seq("list", [], True, each)
        return Seq("list", sent, mixed=len(sent) > 1)


def _added(config: Document, batched: bool) -> dict[str, Array]:
    """The controls that the sequence batcher puts into each request, of one element each (seen on 24.10)."""
    found: dict[str, Array] = {}
    for control in controls(config):
        lists, written = control.lists(), control.message.scalar("data_type")
        data_type = str(written.value) if written is not None else ""
        if written is None and len(lists) == 1:
            data_type = f"TYPE_{lists[0].name.partition('_')[0].upper()}"  # fp32_false_true
        dtype = TRITON_TO_NUMPY.get(data_type)
        found[control.tensor] = Array(dtype, (1, 1) if batched else (1,), "bytes" if dtype == "object" else None)
    return found


def _refuse_arguments(kwargs: dict[str, Value]) -> None:
    """Raise what ``InferenceRequest(…)`` raises for arguments of other types (seen on 24.10)."""
    kinds = {name: type_name(value) for name, value in kwargs.items()}
    requested = kwargs.get("requested_output_names")
    names = requested.items if isinstance(requested, Seq) else ()
    if (
        any(kinds.get(name) in _NO_TEXTS for name in ("model_name", "request_id"))
        or any(kinds.get(name) in _NO_COUNTS for name in ("model_version", "timeout", "flags"))
        or kinds.get("requested_output_names") in _NO_LISTS
        or any(type_name(one) in _NO_TEXTS for one in names)
    ):
        raise Failure("TypeError", _INCOMPATIBLE)
    parameters = kwargs.get("parameters")
    if kinds.get("parameters") in {"str", "bytes", "list", "tuple"}:
        raise Failure("TritonModelException", f"Expect pybind11::dict, got <class '{kinds['parameters']}'>")
    for one in parameters.items.values() if isinstance(parameters, Mapping) else ():
        if type_name(one) in {"float", "NoneType", "bytes", "list", "tuple", "dict"}:
            raise Failure("TritonModelException", _OF_PARAMETERS.format(type_name(one)))


def _as_base(value: Value) -> Value:
    return UNKNOWN if isinstance(value, Obj) and not value.cls.known else value


def _is_no_error(value: Value) -> bool:
    """Whether a value is surely not the TritonError that a response takes."""
    caught = isinstance(value, Unknown) and value.type in EXCEPTION
    return caught or isinstance(value, (str, Exc)) or is_no_object(value)


_CALLS: dict[str, Callable[[PbUtils, list[Value], dict[str, Value], CallNode], Value]] = {
    "<config>": PbUtils._c_config,
    "get_input_tensor_by_name": PbUtils._c_input,
    "get_output_tensor_by_name": PbUtils._c_output,
    "get_input_config_by_name": PbUtils._c_input_config,
    "get_output_config_by_name": PbUtils._c_output_config,
    "triton_string_to_numpy": PbUtils._c_numpy_type,
    "using_decoupled_model_transaction_policy": PbUtils._c_decoupled,
    "Tensor": PbUtils._c_tensor,
    "InferenceResponse": PbUtils._c_response,
    "InferenceRequest": PbUtils._c_request,
    "get_model_dir": PbUtils._c_model_dir,
    "TritonError": PbUtils._c_error,
    "TritonModelException": PbUtils._c_exception,
    "MetricFamily": PbUtils._c_family,
}
_METHODS: dict[type, Callable[[PbUtils, Any, str, list[Value], dict[str, Value], CallNode], Value]] = {
    PbTensor: PbUtils._m_tensor,
    Request: PbUtils._m_request,
    Response: PbUtils._m_response,
    Answer: PbUtils._m_answer,
    MetricFamily: PbUtils._m_family,
    Metric: PbUtils._m_metric,
    Error: PbUtils._m_error,
    Call: PbUtils._m_call,
    Sender: PbUtils._m_sender,
}
