"""What a model answers: its responses against the declared outputs, and what becomes of the response senders."""

from __future__ import annotations

import re
from dataclasses import replace

from tritonlint.effective import EffectiveConfig
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY
from tritonlint.inputs.python_join import declared_anywhere, may_batch, tensors_of
from tritonlint.inputs.python_shapes import declared_shapes
from tritonlint.inputs.python_tree import Attribute, Function, If, last_name, walk
from tritonlint.inputs.python_tree import Call as CallNode
from tritonlint.inputs.rehearsal.found import Mistake, Rehearsal
from tritonlint.inputs.rehearsal.interpreter import Machine
from tritonlint.inputs.rehearsal.objects import (
    SENT_FINAL,
    Coroutine,
    Error,
    Obj,
    PbTensor,
    Request,
    Response,
    Sender,
)
from tritonlint.inputs.rehearsal.protocols import OF_BACKEND
from tritonlint.inputs.rehearsal.trail import AFTER_TURN, MAYBE_FINAL, PARTLY, SOMETIMES
from tritonlint.inputs.rehearsal.values import (
    EXCEPTION,
    UNKNOWN,
    Array,
    Exc,
    Failure,
    Library,
    Mapping,
    Seq,
    Unknown,
    Value,
    type_name,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.source import Span

FINAL = "TRITONSERVER_RESPONSE_COMPLETE_FINAL"
_ASKS_HOW_MANY = re.compile(r"len\(requests\)\s*[=!<>]")
_ASKS_FOR_ROWS = re.compile(r"\.shape\b(?!\[(?:[1-9]|-1)\])|\blen\((?!(?:requests|responses)\b)|\.(?:size|ndim)\b")
"""How a file may learn how many rows a request has."""
_START = re.compile(r"\bstart\b")
_ODD_ELEMENTS = frozenset({"dict", "list", "tuple", "set", "NoneType"})
"""What nobody means to send as the text that Python shows for it."""
_TAKEN_FOR_SENDER = frozenset(
    f"AttributeError: '{Request.python_type}' object has no attribute '{name}'" for name in ("send", "is_cancelled")
)

_NO_OBJECTS = frozenset({"str", "bytes", "int", "float", "bool", *EXCEPTION})


class Replies:
    """Looks at what the model gives back and sends."""

    def __init__(
        self,
        python: PythonFacts,
        config: Document,
        effective: EffectiveConfig,
        found: Rehearsal,
        machine: Machine,
    ) -> None:
        self.python = python
        self.config = config
        self.effective = effective
        self.found = found
        self.machine = machine
        self.outputs = declared_anywhere(python, config, "output")
        self.output_tensors = tensors_of(python, config, "output")
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

    @property
    def answers_by_return(self) -> bool:
        """Whether responses are what ``execute`` returns, and nothing that is sent."""
        taken = any(request.state["taken"] is not False for request in self.machine.requests)
        return self.effective.decoupled is False and not taken and not self.machine.mentions("set_release_flags")

    def answers(self, value: Value, execute: Function) -> None:
        """What ``execute`` gave back, as far as it is known."""
        machine = self.machine
        machine.maybe = 0
        span = machine.return_span or execute.name_span
        if not self.answers_by_return:
            self.returned_by_stream(value, execute, span)
            return
        if isinstance(value, Obj) and not value.cls.known:
            return  # It may be a list with methods of its own.
        if value is None and self.python.method("execute") is not execute:
            # What a decorator puts in its place hands nothing on.
            self.say(Mistake("return", execute.name_span, True, found="NoneType"))
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
        for item in (*value.items, value.each) if not machine.mentions("isinstance") else ():
            if isinstance(item, Response) and item.odd is not None:
                place = item.odd.span if isinstance(item.odd, (Error, PbTensor)) else span
                self.say(Mistake("element", place, False, found=type_name(item.odd) or ""))
                break
        for item in value.items:
            if isinstance(item, (Coroutine, Seq, Mapping, PbTensor, Array, Error, str, int, float, Exc)):
                self.say(Mistake("element", span, not value.open, found=type_name(item) or ""))
        self.only_errors(value)
        self.error_for_several(value)
        self.one_for_all(value, span)
        if not value.open and len(value.items) != self.requests:
            self.say(Mistake("count", span, True, count=(len(value.items), self.requests)))

    def returned_by_stream(self, value: Value, execute: Function, span: Span) -> None:
        """Something else than None from a model that streams, where nothing was sent through a sender."""
        taken = any(request.state["taken"] is not False for request in self.machine.requests)
        known = isinstance(value, (Seq, Mapping, Response, PbTensor, Array, bool, int, float, str, bytes))
        if self.effective.decoupled is not True or taken or not known or execute.is_async:
            return
        if not self.machine.unknown_sends and not self.machine.mentions("set_release_flags"):
            self.say(Mistake("streamed-return", span, True, found=type_name(value) or ""))

    def one_for_all(self, value: Seq, span: Span) -> None:
        """One response with the rows of all requests that every request gets."""
        first = value.items[0] if value.items else None
        if not isinstance(first, Response) or len(value.items) < 2 or any(item is not first for item in value.items):
            return
        for tensor in first.outputs or ():
            if id(tensor.array) in self.machine.batches and not self.machine.matches(_ASKS_HOW_MANY):
                self.say(Mistake("batch-to-each", span, False, tensor.name or ""))
                return

    def error_for_several(self, value: Seq) -> None:
        """One response with an error that several requests get, in this call or in all of them."""
        met: list[Response] = []
        for item in (*value.items, value.each):
            each = (item.either or (item,)) if isinstance(item, Response) else ()
            for one in each:
                # Of several that one place made, each request may well have its own.
                alike = sum(other.span == one.span for other in each) > 1
                again = one in met and not one.many and not alike
                if one.error is True and (again or one.phase != "execute"):
                    self.say(Mistake("response-again", one.span, item is one and not value.open))
            met += each

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
            here = chosen if span.path == self.python.path else []
            around = [n for n in here if (n.span.start or 0) <= place < (n.span.end or 0)]
            if around:
                self.say(Mistake("only-errors", around[-1].test.span, True))
                return

    def senders(self, execute: Function, value: Value) -> None:
        """What became of the response senders, where they have to answer: of a stream, or instead of a list."""
        if self.machine.mentions("set_release_flags"):
            return
        taken = all(request.state["taken"] is True for request in self.machine.requests)
        instead = self.effective.decoupled is False and value is None and taken
        if self.effective.decoupled is not True and not instead:
            return
        machine = self.machine
        for thread in machine.threads:
            if thread.state["started"] is not True and machine.matches(_START):
                machine.havoc_value(thread)  # Whoever starts it may not have been seen.
        for request in self.machine.requests:
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
                    started = kept.state["started"] is True
                    self.say(Mistake("no-final", kept.span, True, found="" if started else "not started"))
                else:
                    found = "" if taken else "no sender"
                    # Who looks for what lacks begins at the last that is sent.
                    sent = [span for span in self.sent.get(id(state), ()) if span.path == self.python.path]
                    place = max(sent, key=lambda span: span.start or 0, default=execute.name_span)
                    self.say(Mistake("no-final", place, taken is not UNKNOWN, found=found))
                return
            fell = next((error for given, error in machine.died if _has(given, request) and not error.explicit), None)
            if fell is not None and state[SENT_FINAL] is not False:
                self.say(Mistake("worker-died", fell.span, False, found=fell.shown))
                return
            told = not machine.mentions("is_cancelled") or id(state) in machine.only_handlers
            if state[SENT_FINAL] is PARTLY and state["escaped"] is False and told:
                self.say(Mistake("no-final", machine.left_open[id(state)], False, found="left"))
                return

    def send(self, owner: Sender, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> None:
        """``sender.send(response, flags)``."""
        sent = given(args, kwargs, 0, "response")
        flags = given(args, kwargs, 1, "flags", 0)
        if set(kwargs) - {"response", "flags"} or isinstance(flags, Response | str | None):
            raise Failure("TypeError", "send(): incompatible function arguments")
        no_response = isinstance(sent, (Seq, Array, PbTensor, Mapping, str, int, Error)) or is_no_object(sent)
        if no_response or self._is_flag(sent, node):
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
            if sent is not None and self.effective.decoupled is False:
                self.found.sends.add(node.span)

    def _is_flag(self, sent: Value, node: CallNode) -> bool:
        """Whether the flag stands in the place of the response; a condition may have looked at what a helper got."""
        if not isinstance(sent, Library) or sent.name != f"{OF_BACKEND}{FINAL}":
            return False
        written = node.argument(0, "response")
        found = self.machine.python.follow(written) if written is not None else None
        return self.machine.sure or (bool(found) and all(last_name(one) == FINAL for one, _ in found or ()))

    def say(self, mistake: Mistake) -> None:
        """Keep a mistake, once."""
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
            if id(tensor.array) in self.machine.batches and not self.machine.matches(_ASKS_HOW_MANY):
                self.whole[tensor.span] = self.whole.get(tensor.span, 0) + 1
                if self.whole[tensor.span] > 1:
                    self.say(Mistake("batch-to-each", tensor.span, False, tensor.name))
        if self.rows_differ:
            self.rows(response.outputs)
            self.first_row(response.outputs)
        if None not in names:
            for name in self.outputs:
                if name not in names and all(n in self.outputs for n in names):
                    place = self.machine.cut_off.get(name, response.span)
                    self.say(Mistake("missing-output", place, sure, name))

    def lacking_on_ways(self, outputs: Seq) -> None:
        """Outputs that are missing where the function that gave the list has left another way."""
        declared = set(self.outputs or ())
        held = [({tensor.name for tensor in tensors}, span) for tensors, span in outputs.ways]
        if self.machine.phase != "execute" or any(not names <= declared for names, _ in held):
            return
        for name in self.outputs or ():
            for names, span in held:
                if name not in names and any(name in others for others, _ in held):
                    self.say(Mistake("missing-output", span, False, name, found="other ways"))

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

    def first_row(self, tensors: tuple[PbTensor, ...]) -> None:
        """Outputs of one row that were made of the first row of the request, whatever the number of its rows."""
        if not self.machine.first_rows or not tensors or self.may_know_rows():
            return
        for one in tensors:
            wanted, shape = self.output_shapes.get(one.name or ""), one.known.shape
            fits = wanted is not None and shape is not None and len(wanted) == len(shape)
            if not fits or not wanted or wanted[0] is not None or not shape or shape[0] != 1:
                return
        self.say(Mistake("first-row", next(iter(self.machine.first_rows)), False, tensors[0].name or ""))

    def may_know_rows(self) -> bool:
        """Whether the file may learn somewhere how many rows a request has."""
        asked = self.machine.sizes_asked
        return any(
            asked.get((python.path, found.start()), True)
            for python in self.machine.played
            for found in _ASKS_FOR_ROWS.finditer(python.text)
        )

    @property
    def rows_differ(self) -> bool:
        """Whether requests come with several rows, each of which one response has to answer."""
        batched = (self.effective.max_batch_size or 0) > 1 and self.effective.complete
        return batched and self.effective.decoupled is False and not self.config.root.has("sequence_batching")

    def compare(self, tensor: PbTensor, sure: bool) -> None:
        """One tensor of a response against the output of its name."""
        name, array, value = tensor.name or "", tensor.known, tensor.value
        span = value.span if value is not None else tensor.span
        message = self.output_tensors.get(name)
        data_type = message.scalar("data_type") if message is not None else None
        wanted = TRITON_TO_NUMPY.get(str(data_type.value)) if data_type is not None else None
        taken = {wanted, "str", "bytes"} if wanted == "object" else {wanted, "str"}
        if wanted is not None and array.dtype is not None and array.dtype not in taken:
            cause = self.machine.origins.widened(array)
            self.say(Mistake("data-type", span, sure, name, dtype=array.dtype, value=value, cause=cause))
        elif wanted is not None and array.dtype is None and not taken.issuperset(array.either):
            wrong = next(one for one in array.either if one not in taken)
            self.say(Mistake("data-type", span, False, name, dtype=wrong, value=value))
        elif wanted == "object" and array.of in _ODD_ELEMENTS and not self.machine.buffers.objects_replaced:
            self.say(Mistake("elements", span, sure, name, found=array.of))
        shape = self.output_shapes.get(name)
        if shape is not None and array.squeezed:
            where = self.machine.squeezes
            place = next(iter(where)) if len(where) == 1 else span
            self.say(Mistake("squeezed", place, False, name, value=value))
        elif shape is not None and array.shape is not None:
            fits = len(shape) == len(array.shape) and all(
                a is None or b is None or a == b for a, b in zip(shape, array.shape, strict=True)
            )
            # Nothing was put in where the loop that fills it always raises: that is told there.
            if not fits and (sure or 0 not in array.shape):
                self.say(Mistake("shape", span, sure, name, shape=array.shape, value=value))
            elif fits and shape[:1] == (None,) and array.shape[:1] not in {(None,), (1,), ()} and self.rows_differ:
                if self.machine.may_be_of_size(array.shape[0] or 0):
                    return
                self.say(Mistake("fixed-rows", span, False, name, shape=array.shape, value=value))


def _has(given: list[Value], request: Request) -> bool:
    """Whether a request, or its sender, is among arguments, or in an object that is."""
    inside = [part for one in given if isinstance(one, Obj) for part in one.attrs.values()]
    return any(one is request or (isinstance(one, Sender) and one.request is request) for one in given + inside)


def is_no_object(value: Value) -> bool:
    """Whether a value that is only known by its type is Python's own: no array, and no object of the backend."""
    return isinstance(value, Unknown) and value.type in _NO_OBJECTS


def given(args: list[Value], kwargs: dict[str, Value], position: int, keyword: str, default: Value = None) -> Value:
    """An argument by its position or its keyword."""
    return args[position] if position < len(args) else kwargs.get(keyword, default)
