"""What ``auto_complete_config`` makes of a model's config, as far as playing it tells.

The server asks the hook once per load, in a process of its own, and takes over ``input``, ``output``,
``max_batch_size``, the decoupled policy, and the dynamic batcher where no scheduler is set (core,
``UpdateModelConfig``); what it says of parameters is lost. ``add_input`` and ``add_output`` refuse another data type,
other dims or another ``optional`` for a tensor that config.pbtxt gives in full, and ``set_max_batch_size`` refuses a
smaller size (``triton_python_backend_utils.py``). What core cannot parse makes it drop the whole answer of the hook.
All of this was seen on 24.10.

A server with ``--disable-auto-complete-config`` never asks. It refuses tensors that are given in part, and a model
without any gets no data (seen on 24.10), so only of a complete config.pbtxt both kinds of servers are thought of: what
the hook changes of its batches or its policy may be so or not. Unseen code is taken to go through the methods.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from tritonlint.effective import EffectiveConfig
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Function, Name, Return, walk
from tritonlint.inputs.python_tree import Call as CallNode
from tritonlint.inputs.rehearsal.interpreter import Machine
from tritonlint.inputs.rehearsal.objects import BoundFunc, Cls, Coroutine, Func, ModelConfig
from tritonlint.inputs.rehearsal.outcome import GaveUpError, Raise, RaisedError
from tritonlint.inputs.rehearsal.values import (
    UNKNOWN,
    Failure,
    Mapping,
    Seq,
    Unknown,
    Value,
)
from tritonlint.pbtxt.schema import message_types
from tritonlint.pbtxt.tree import Document, Field, Message, Scalar
from tritonlint.remember import remembered
from tritonlint.source import Span
from tritonlint.tensors import DATA_TYPES

Direction = Literal["input", "output"]
DIRECTIONS: tuple[Direction, ...] = ("input", "output")
_HOOK = "auto_complete_config"
SERVER_CALLS = frozenset({"load_model", "unload_model", "is_model_ready", "MetricFamily"})
"""What waits for an answer of the server."""
_TEXTS = ("name", "platform", "backend", "default_model_filename")
_NO_CONFIG = {
    None.__class__: "None",
    Mapping: "a dict",
    Seq: "a list, tuple or set",
    str: "a text",
    bool: "a truth value",
    int: "a number",
    Coroutine: "a coroutine",
    Func: "a function",
}
_SCHEDULERS = frozenset({"sequence_batching", "ensemble_scheduling", "dynamic_batching"})
_NO_TENSORS = frozenset({"set_max_batch_size", "set_dynamic_batching", "set_model_transaction_policy"})
"""Methods of the ModelConfig that leave its tensors alone (``triton_python_backend_utils.py``)."""
_TENSOR_KEYS: dict[Direction, frozenset[str]] = {
    "input": frozenset({"name", "data_type", "dims", "optional"}),
    "output": frozenset({"name", "data_type", "dims"}),
}


@dataclass(frozen=True, slots=True)
class Completed:
    """The tensors of a model, and what else the hook may set.

    ``tensors`` are those that surely are as they stand here; the directions in ``closed`` have no others.
    ``max_batch_size``, ``decoupled`` and ``batches`` (the dynamic batcher) are None where they are not known.
    """

    tensors: dict[Direction, dict[str, Message]]
    closed: frozenset[Direction]
    max_batch_size: int | None
    decoupled: bool | None
    batches: bool | None


@remembered
def completed(python: PythonFacts, config: Document) -> Completed | None:
    """The config after loading; None when the file has no hook, so that config.pbtxt says all."""
    hook = python.method(_HOOK)
    if hook is None and (_is_hookless(python) or not python.may_define(_HOOK)):
        return None
    play = _Hook(python, config)
    if python.understood and not config.problems and not config.root.uncertain and _is_plain(python) and play.runs():
        return play.result()
    return play.unknown()


@dataclass(frozen=True, slots=True)
class Asked:
    """A call to the server, which has no connection to the hook; ``span`` is where the model file comes to it."""

    name: str
    span: Span
    sure: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """What a load surely meets in the hook: exceptions that nobody catches, or something else than the config."""

    raises: tuple[Raise, ...] = ()
    asked: tuple[Asked, ...] = ()
    """What never returns there, though not every load may come to it."""
    whole: bool = False
    """Whether the hook was played to its end, so that nothing else is reached in it."""
    given_back: str = ""
    """What comes back in place of the config."""
    place: Span | None = None
    """Where the model file says so."""


@remembered
def refused(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Refused:
    """Why the server surely refuses the model when it asks the hook, which a base in another file may have, too."""
    if not python.understood or config.problems or config.root.uncertain or not _may_have_hook(python):
        return Refused()
    play = _Hook(python, config)
    play.machine.find = partial(effective.module, python.path)
    play.runs()
    machine = play.machine
    met = [one for one in machine.raises if one.phase == _HOOK and one.sure and not one.caught]
    # That the call does not fit is said where the hook is defined, wherever a decorator calls it.
    own = python.method(_HOOK)
    unfit = f"TypeError: {_HOOK}()"
    raises = tuple(
        replace(one, span=own.name_span, statement=own.name_span)
        if own is not None and one.message.startswith(unfit)
        else one
        for one in met
    )
    asked = tuple(play.asked)
    if raises or asked or not play.finished or not machine.sure:
        return Refused(raises, asked, play.finished)
    given_back = _NO_CONFIG.get(play.given_back.__class__)
    place = machine.return_span
    if place is None or place.path != python.path:
        place = play.start
    return Refused(whole=True, given_back=given_back or "", place=place if given_back is not None else None)


def _may_have_hook(python: PythonFacts) -> bool:
    """Whether the class has the hook, or may have it from a base of another file."""
    if python.class_status != "defined":
        return False
    return _HOOK in python.text or not python.bases_known


def _is_hookless(python: PythonFacts) -> bool:
    """Whether a class in a module beside the file has no hook."""
    return python.class_beside is not None and python.class_beside.hookless


def effective_of(python: PythonFacts, config: Document, effective: EffectiveConfig) -> EffectiveConfig:
    """The effective config after loading."""
    known = completed(python, config)
    if known is None:
        return effective
    size = known.max_batch_size if effective.max_batch_size is not None else None
    decoupled = known.decoupled if effective.decoupled is not None else None
    scheduling = "dynamic" if known.batches and effective.scheduling is None else effective.scheduling
    if (size, decoupled, scheduling) == (effective.max_batch_size, effective.decoupled, effective.scheduling):
        return effective
    return replace(effective, max_batch_size=size, decoupled=decoupled, scheduling=scheduling)


def may_add_tensors(python: PythonFacts) -> bool:
    """Whether ``auto_complete_config`` may declare tensors; not when it only sets other things of the config."""
    hook = python.method(_HOOK)
    if hook is None:
        return not _is_hookless(python) and python.may_define(_HOOK)
    if not hook.positional:
        return True
    own = hook.positional[-1].name
    set_things = sum(
        isinstance(node.func, Attribute)
        and isinstance(node.func.value, Name)
        and node.func.value.id == own
        and node.func.attr in _NO_TENSORS
        for node in walk(hook.body, CallNode)
    ) + sum(isinstance(node.value, Name) and node.value.id == own for node in walk(hook.body, Return))
    return set_things != sum(node.id == own for node in walk(hook.body, Name))


def _place_of(hook: Value, python: PythonFacts) -> Span | None:
    """The name of the hook where it is defined in the model file."""
    func = hook.func if isinstance(hook, BoundFunc) else hook
    if not isinstance(func, Func) or func.node.span.path != python.path:
        return None
    return func.node.name_span if isinstance(func.node, Function) else func.node.span


def _is_plain(python: PythonFacts) -> bool:
    """Whether the hook is a method of the file that goes through the methods of the config object alone."""
    return python.method(_HOOK) is not None and all(node.attr != "_model_config" for node in python.walk(Attribute))


def described(config: Document) -> dict[str, Value]:
    """The fields of ``config.pbtxt`` that its JSON has and whose values are known."""
    root = config.root
    items: dict[str, Value] = {name: root.string(name) or Unknown("str") for name in _TEXTS if root.has(name)}
    items["name"] = Unknown("str")
    return items


def entry_of(tensor: Message) -> Mapping:
    """The entry of a tensor in the parsed config."""
    dims = tensor.integers("dims")
    data_type = tensor.scalar("data_type")
    items: dict[str, Value] = {
        "name": tensor.string("name") or UNKNOWN,
        "data_type": data_type.value if data_type is not None and isinstance(data_type.value, str) else UNKNOWN,
        "dims": Seq("list", list(dims), False) if dims is not None else UNKNOWN,
    }
    return Mapping(items, True, names=frozenset(message_types()[tensor.type_name].fields))


class _Hook:
    """One call of the hook."""

    given_back: Value = None
    finished = False
    start: Span | None = None
    """Where the hook is defined, or else the class; None as long as it was not called."""

    def __init__(self, python: PythonFacts, config: Document) -> None:
        self.python = python
        self.asked: list[Asked] = []
        self.root = root = config.root
        self.machine = Machine(python, lambda value, name: True, self.call, self.method)
        self.written = {d: [(tensor, _found(tensor)) for tensor in root.messages(d)] for d in DIRECTIONS}
        self.tensors = {d: Seq("list", [made for _, made in self.written[d]]) for d in DIRECTIONS}
        size = root.integer("max_batch_size")
        items: dict[str, Value] = (
            described(config) | {"max_batch_size": UNKNOWN if size is None else size} | dict(self.tensors)
        )
        set_ones = {name: Mapping({}, True) for name in _SCHEDULERS if root.has(name)}
        policy = self.written_policy()
        if root.has("model_transaction_policy"):
            items["model_transaction_policy"] = Mapping({"decoupled": UNKNOWN if policy is None else policy})
        names = frozenset(message_types()[root.type_name].fields) - _SCHEDULERS - {"model_transaction_policy"}
        self.fields = Mapping(items | set_ones, True, names=names)

    def written_policy(self) -> bool | None:
        """What config.pbtxt says of the decoupled policy; None when it says nothing, or nothing certain."""
        policy = self.root.message("model_transaction_policy")
        return policy.boolean("decoupled") if policy is not None else None

    def runs(self) -> bool:
        """Play import and hook; whether the server gets what it leaves."""
        machine = self.machine
        config = ModelConfig(self.fields)
        try:
            machine.run(self.python.body, machine.globals)
            cls = machine.globals.vars.get("TritonPythonModel")
            if not isinstance(cls, Cls):
                return False
            machine.phase = _HOOK
            hook = machine.attribute(cls, _HOOK, cls.node.name_span)
            if isinstance(hook, Func) and hook.kind in {"property", "cached_property"}:
                return False
            self.start = _place_of(hook, self.python) or cls.node.name_span
            machine.return_span = None
            self.given_back = machine.call(hook, [config], {}, self.start)
        except RaisedError as error:
            if self.start is not None:
                machine.record(error)
            return False
        except (GaveUpError, RecursionError):
            return False
        except Exception:
            return False  # The rehearsal proper meets it, too, and keeps it.
        self.finished = True
        return self.given_back is config

    def call(self, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        """Functions of the backend have no part in this, but for those that wait for the server."""
        machine = self.machine
        if name in SERVER_CALLS and self.start is not None:
            machine.seen(node.span)
            place = node.span if node.span.path == self.python.path else machine.entered.get(node.span)
            self.asked.append(Asked(name, place or self.start, machine.sure))
        for value in (*args, *kwargs.values()):
            self.machine.havoc_value(value)
        return UNKNOWN

    def method(self, owner: Value, name: str, args: list[Value], kwargs: dict[str, Value], node: CallNode) -> Value:
        """A method of the config object."""
        given = [*args, *kwargs.values()]
        if not isinstance(owner, ModelConfig):
            return UNKNOWN
        if name == "as_dict" and not given:
            return self.fields
        if name in {"add_input", "add_output"} and len(given) == 1:
            self.add("input" if name == "add_input" else "output", given[0])
        elif name == "set_max_batch_size" and len(given) == 1:
            self.set("max_batch_size", _raised(self.fields.items.get("max_batch_size", UNKNOWN), given[0]))
        elif name == "set_dynamic_batching" and not given:
            if "dynamic_batching" not in self.fields.items:
                self.set("dynamic_batching", Mapping({}))
        elif name == "set_model_transaction_policy" and len(given) == 1:
            self.set_policy(given[0])
        else:
            self.machine.havoc_value(owner)
        return None

    def set(self, key: str, value: Value) -> None:
        """Set a field of the config."""
        self.machine.touch(self.fields)
        self.fields.items[key] = value

    def set_policy(self, policy: Value) -> None:
        """``set_model_transaction_policy``."""
        if not isinstance(policy, Mapping) or policy.open:
            self.set("model_transaction_policy", UNKNOWN)
        elif "decoupled" in policy.items:
            wanted, now = policy.items["decoupled"], self.written_policy()
            if now is not None and isinstance(wanted, bool) and wanted is not now:
                raise Failure("ValueError", "trying to change decoupled property in auto-complete-config")
            self.set("model_transaction_policy", Mapping({"decoupled": wanted}))

    def add(self, direction: Direction, tensor: Value) -> None:
        """``add_input``, ``add_output``."""
        tensors = self.fields.items.get(direction)
        if not isinstance(tensors, Seq):
            return
        given = tensor.items if isinstance(tensor, Mapping) and not tensor.open else {}
        if not isinstance(given.get("name"), str):
            # It may be any of those that are there.
            for item in tensors.items:
                self.fill(item, {"data_type": UNKNOWN, "dims": UNKNOWN})
            self.machine.touch(tensors)
            tensors.open = True
            return
        if not {"data_type", "dims"} <= given.keys() <= _TENSOR_KEYS[direction]:
            raise Failure("ValueError", f"{direction} '{given['name']}' in auto-complete-config function")
        for item in tensors.items:
            named = item.items.get("name", UNKNOWN) if isinstance(item, Mapping) else UNKNOWN
            if named == given["name"]:
                self.fill(item, given)
                return
        self.machine.touch(tensors)
        tensors.items.append(tensor)

    def fill(self, item: Value, new: dict[Any, Value]) -> None:
        """Give a tensor the data type and the dims that it lacks; others than it has are refused."""
        if not isinstance(item, Mapping):
            return
        for key in ("data_type", "dims"):
            old = item.items.get(key)
            if not _is_given(old):
                self.machine.touch(item)
                item.items[key] = new[key]
            elif _differ(old, new[key]):
                raise Failure("ValueError", f"another {key} in auto-complete-config function")

    # ---------------------------------------------------------------------------------------------- what is left of it
    def result(self) -> Completed:
        """The config that the hook leaves."""
        found: dict[Direction, dict[str, Message]] = {}
        closed: set[Direction] = set()
        for direction in DIRECTIONS:
            tensors = self.fields.items.get(direction)
            if not isinstance(tensors, Seq):
                return self.unknown()
            made = [self.message(direction, item) for item in tensors.items]
            if not tensors.open and None not in made:
                closed.add(direction)
            elif tensors is self.tensors[direction]:
                # A way that adds some is joined with one that does not: those of config.pbtxt are there on both.
                made += [m for m, item in self.written[direction] if self.message(direction, item) is m]
            found[direction] = {str(one.string("name")): one for one in made if one is not None}
        if any(not _is_taken(one) for tensors in found.values() for one in tensors.values()):
            return self.unknown()
        size, policy = self.fields.items.get("max_batch_size"), self.fields.items.get("model_transaction_policy", False)
        if isinstance(policy, Mapping):
            policy = policy.items.get("decoupled", UNKNOWN if policy.open else False)
        return Completed(
            found,
            frozenset(closed),
            self.certain(size if type(size) is int else None, self.root.integer("max_batch_size")),
            self.certain(policy if isinstance(policy, bool) else None, self.written_policy() or False),
            "dynamic_batching" in self.fields.items,
        )

    def message(self, direction: Direction, item: Value) -> Message | None:
        """A tensor as config.pbtxt would have it; None where its name is not known."""
        if not isinstance(item, Mapping) or not isinstance(item.items.get("name"), str):
            return None
        written = next((tensor for tensor, made in self.written[direction] if made is item), None)
        if written is not None and _same(item, _found(written)):
            return written if _is_full(written) else None
        optional = item.items.get("optional", False)
        if not isinstance(optional, bool) or not item.items.keys() <= _TENSOR_KEYS["input"]:
            return None
        hook = self.python.method(_HOOK)
        span = hook.name_span if hook is not None else self.root.span
        return _written(item.items, span, written, "ModelInput" if direction == "input" else "ModelOutput")

    def certain(self, now: Any, written: Any) -> Any:
        """What is so on a server that does not ask the hook, too, if it takes the file at all."""
        tensors = [one for direction in DIRECTIONS for one in self.root.messages(direction)]
        complete = all(map(_is_full, tensors)) and all(self.root.messages(direction) for direction in DIRECTIONS)
        return now if not complete or now == written else None

    def unknown(self) -> Completed:
        """What holds whatever a hook does: the tensors that config.pbtxt gives in full, and that there are batches."""
        full = {d: {str(m.string("name")): m for m in self.root.messages(d) if _is_full(m)} for d in DIRECTIONS}
        closed = frozenset() if may_add_tensors(self.python) else frozenset(DIRECTIONS)
        elsewhere = self.python.class_beside is not None or "set_model_transaction_policy" in self.python.text
        policy = None if elsewhere else self.written_policy() or False
        return Completed(full, closed, self.root.integer("max_batch_size") or None, policy, False)


def _found(tensor: Message) -> Mapping:
    """The entry of a tensor as the hook finds it: what config.pbtxt leaves out is there, too, and empty."""
    made = entry_of(tensor)
    if not tensor.has("data_type"):
        made.items["data_type"] = "TYPE_INVALID"
    return made


def _same(one: Mapping, other: Mapping) -> bool:
    """Whether nothing was changed in the entry of a tensor."""
    return one.items.keys() == other.items.keys() and all(
        value.items == other.items[key].items and value.open == other.items[key].open
        if isinstance(value, Seq) and isinstance(other.items[key], Seq)
        else value == other.items[key]
        for key, value in one.items.items()
    )


def _is_given(value: Value) -> bool:
    """Whether an entry has a data type, or dims."""
    return bool(value.items) or value.open if isinstance(value, Seq) else value not in (None, "TYPE_INVALID")


def _differ(one: Value, other: Value) -> bool:
    """Whether two data types, or two lists of dims, are surely not the same."""
    if isinstance(one, Seq) and isinstance(other, Seq):
        known = not one.open and not other.open and all(type(dim) is int for dim in (*one.items, *other.items))
        return known and (one.items != other.items or other.kind != "list")
    return isinstance(one, str) and isinstance(other, str) and one != other


def _is_full(tensor: Message) -> bool:
    """Whether config.pbtxt gives a tensor in full: nothing can add to it, or change it."""
    return bool(tensor.string("name")) and tensor.scalar("data_type") is not None and bool(tensor.integers("dims"))


def _is_taken(tensor: Message) -> bool:
    """Whether core takes the values of a tensor, as far as they are known."""
    data_type, dims = tensor.scalar("data_type"), tensor.scalars("dims")
    named = data_type is None or data_type.value is None or data_type.value in DATA_TYPES[1:]
    return named and all(isinstance(one.value, int) and (one.value > 0 or one.value == -1) for one in dims)


def _raised(now: Value, wanted: Value) -> Value:
    """What ``set_max_batch_size`` leaves."""
    if type(now) is int and type(wanted) is int and now > wanted:
        raise Failure("ValueError", f"configuration specified max_batch_size {now}")
    return wanted


def _written(items: dict[Any, Value], span: Span, old: Message | None, type_name: str) -> Message:
    """The message of a tensor with some values; ``span`` is where they come from."""

    def place(name: str, values: list[Value]) -> Field:
        start, end = span.start or 0, span.end or 0
        kind: Literal["number", "string"] = "number" if name == "dims" else "string"
        scalars = [Scalar(span.path, start, end, value, str(value), kind) for value in values]
        return Field(span.path, start, end, name, end, list(scalars))

    dims, data_type = items.get("dims"), items.get("data_type")
    sizes = list(dims.items) if isinstance(dims, Seq) and not dims.open else None
    whole = sizes is not None and all(type(dim) is int for dim in sizes)
    fields = [one for one in old.fields if one.name not in items] if old is not None else []
    fields.append(place("name", [items["name"]]))
    if isinstance(data_type, str):
        fields.append(place("data_type", [data_type]))
    if sizes is not None and whole:
        fields.append(place("dims", sizes))
    if items.get("optional"):
        fields.append(place("optional", [True]))
    uncertain = not whole or not isinstance(data_type, str)
    return Message(span.path, span.start or 0, span.end or 0, type_name, fields, uncertain)
