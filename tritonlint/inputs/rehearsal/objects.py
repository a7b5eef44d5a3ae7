"""Values of a rehearsal that only the interpreter and the model of the Python backend know.

The objects of ``triton_python_backend_utils`` are those that the stub makes (python_backend, ``pb_stub.cc``); their
members were read with ``dir()`` on a server of 24.10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from tritonlint.inputs.python_tree import Attribute, Class, Expr, Function, Lambda, dotted, walk
from tritonlint.inputs.rehearsal.values import UNKNOWN, Array, Mapping, Seq, Unknown, Value
from tritonlint.source import Span

if TYPE_CHECKING:
    from tritonlint.inputs.python import PythonFacts
    from tritonlint.inputs.rehearsal.outcome import RaisedError


class Names(dict[str, Value]):
    """The local names of a function: where one is read that only some ways bind, those are what goes on."""

    __slots__ = ()


class Attributes(dict[str, Value]):
    """The attributes of an object."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module, a function call, a class body or a comprehension.

    ``names`` are all that a function binds anywhere, ``elsewhere`` those it declared ``global`` or ``nonlocal``.
    """

    vars: dict[str, Value]
    parent: Scope | None = None
    is_class: bool = False
    names: frozenset[str] = frozenset()
    elsewhere: dict[str, Scope] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Module:
    """A module that is played: model.py, or one that lies beside it and is imported by ``name``.

    The names of what the model file gets from its own folder begin with a dot, as its own does. ``open`` says that
    something unknown may have changed the module.
    """

    python: PythonFacts
    name: str
    scope: Scope = field(default_factory=lambda: Scope({}))
    open: bool = False
    from_elsewhere: bool = False
    """Whether names of it may come from what no statement binds."""
    ever_global: frozenset[str] | None = None
    """The names that any statement may bind outside of functions and classes, once somebody asked."""
    python_type: ClassVar[str] = "module"

    @property
    def package(self) -> str:
        """The name of the package that dots lead to in its imports; empty where there is none."""
        if self.python.path.endswith("__init__.py"):
            return self.name
        return self.name.rpartition(".")[0] or ("." if self.name.startswith(".") else "")

    def forget(self) -> None:
        """Something unknown got hold of the module, and may bind other names in it."""
        self.open = self.from_elsewhere = True
        for name, value in self.scope.vars.items():
            if isinstance(value, Cls):
                value.known = False
            self.scope.vars[name] = UNKNOWN


@dataclass(slots=True, eq=False)
class Func:
    """A function of the file; ``owner`` is the class whose body it stands in, ``module`` where that is."""

    node: Function | Lambda
    scope: Scope
    name: str
    defaults: dict[str, Value]
    owner: Cls | None = None
    kind: str = ""
    """"" or staticmethod, classmethod, property, cached_property."""
    setter: Func | None = None
    """What sets a property."""
    module: Module | None = None
    cached: bool = False
    """Whether ``functools.lru_cache`` looks its arguments up."""
    around: bool = False
    """Whether ``contextlib.contextmanager`` makes it a context manager, in whose one ``yield`` the block is played."""
    python_type: ClassVar[str] = "function"


@dataclass(slots=True, eq=False)
class BoundFunc:
    """A method of an object or class of the file."""

    func: Func
    owner: Value
    python_type: ClassVar[str] = "method"


@dataclass(slots=True, eq=False)
class Around:
    """A call of a function that ``contextlib.contextmanager`` decorates: a ``with`` statement plays it."""

    func: Func
    args: list[Value]
    kwargs: dict[str, Value]
    python_type: ClassVar[str] = "_GeneratorContextManager"


@dataclass(slots=True, eq=False)
class Cls:
    """A class of the file; ``known`` says that all its bases are classes of the file, and that nothing changes it."""

    node: Class
    name: str
    vars: dict[str, Value]
    lineage: tuple[Cls, ...]
    known: bool
    exception: tuple[str, ...] = ()
    """The names of the built-in exceptions it inherits from, nearest first."""
    fields: tuple[str, ...] | None = None
    """The fields of a dataclass or ``NamedTuple`` in order."""
    left_out: frozenset[str] = frozenset()
    """The fields of a dataclass that its ``__init__`` does not take: ``field(init=False)``."""
    named_tuple: bool = False
    """Whether its objects are tuples, whose fields nothing changes."""
    constant: bool = False
    """Whether nothing in the file sets an attribute of its objects, once they are made."""
    enumerates: bool = False
    """Whether it is an enumeration, whose members are objects of it with a ``name`` and a ``value``."""
    python_type: ClassVar[str] = "type"


def is_dict(cls: Cls) -> bool:
    """Whether the objects of a class are dicts that look keys up as dicts do."""
    written = {dotted(base) for one in cls.lineage for base in one.node.bases}
    if "dict" not in written or any({"__getitem__", "get", "__contains__"} & one.vars.keys() for one in cls.lineage):
        return False
    missing = [one.vars["__missing__"] for one in cls.lineage if "__missing__" in one.vars]
    # It may decode what is not found.
    plain = (node.attr != "decode" for one in missing if isinstance(one, Func) for node in walk((one.node,), Attribute))
    return all(plain)


@dataclass(slots=True, eq=False)
class Obj:
    """An instance of a class of the file; ``open`` says that something unknown may have changed it."""

    cls: Cls
    attrs: dict[str, Value] = field(default_factory=Attributes)
    open: bool = False

    @property
    def python_type(self) -> str:
        """The name of its class."""
        return self.cls.name


def as_tuple(value: Value) -> Value:
    """A named tuple of the file as a tuple; anything else as it is."""
    if not isinstance(value, Obj) or not value.cls.named_tuple or value.cls.fields is None:
        return value
    if value.attrs.keys() != set(value.cls.fields):
        return value
    return Seq("tuple", [value.attrs[name] for name in value.cls.fields])


@dataclass(slots=True, eq=False)
class Super:
    """``super()`` within a method."""

    after: Cls
    owner: Value


@dataclass(slots=True, eq=False)
class Coroutine:
    """Something that can be awaited: a call of an async function, a task, a future.

    ``func`` is what is still to be called; ``state`` holds what became of it, once it ran. ``own`` says that the body
    of an async function is what runs, not a call that may give another coroutine. ``span`` is where it was made.
    """

    func: Value
    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)
    done: bool = False
    value: Value = None
    python_type: str = "coroutine"
    own: bool = True
    span: Span | None = None
    state: dict[str, Value] = field(default_factory=dict)
    wrong: RaisedError | None = None
    """What whoever asks for its result gets instead."""


@dataclass(slots=True, eq=False)
class Thread:
    """A ``threading.Thread`` and what it will call; ``state`` says whether it was ``started``."""

    target: Value
    args: list[Value]
    kwargs: dict[str, Value]
    span: Span
    state: dict[str, Value] = field(default_factory=lambda: {"started": False})
    wrong: RaisedError | None = None
    """What ends it before it calls anything."""
    python_type: ClassVar[str] = "Thread"


@dataclass(slots=True, eq=False)
class Runner:
    """Something that runs functions elsewhere: an event loop, a pool of threads."""

    python_type: str


@dataclass(slots=True, eq=False)
class Lock:
    """A ``threading.Lock``; ``state`` says whether it is ``held``."""

    state: dict[str, Value] = field(default_factory=lambda: {"held": False})
    python_type: ClassVar[str] = "_thread.lock"


SENT_FINAL = "<final>"
"""Whether the final flag was sent, in the state of a request."""


@dataclass(slots=True, eq=False)
class Request:
    """One of the requests that ``execute`` gets.

    ``state`` says what became of its response sender: ``taken``, ``<final>`` (the final flag was sent), ``escaped``
    (something unknown may send, too). Each is True, False, or something unknown.
    """

    number: int
    state: dict[str, Value] = field(default_factory=lambda: {"taken": False, SENT_FINAL: False, "escaped": False})
    python_type: ClassVar[str] = "c_python_backend_utils.InferenceRequest"


@dataclass(frozen=True, slots=True)
class Absent:
    """The None that ``get_input_tensor_by_name`` gives for a ``name`` (at ``span``) that the config does not have."""

    name: str
    span: Span
    python_type: ClassVar[str] = "NoneType"


@dataclass(slots=True, eq=False)
class PbTensor:
    """A ``pb_utils.Tensor``; ``span`` is where it was made, ``value`` what stands there for its array."""

    name: str | None
    array: Value
    span: Span
    value: Expr | None = None
    python_type: ClassVar[str] = "c_python_backend_utils.Tensor"

    @property
    def known(self) -> Array:
        """The array, as far as it is known."""
        return self.array if isinstance(self.array, Array) else Array()


@dataclass(slots=True, eq=False)
class Response:
    """An ``InferenceResponse``; ``outputs`` is None when they are not known, ``error`` whether it holds an error.

    ``odd`` is what it may be instead, ``phase`` the part of the model's life in which it was made. ``either`` are the
    responses with errors that it is one of, where that depends on the way. ``many``: it stands for any number of them.
    """

    outputs: tuple[PbTensor, ...] | None
    error: bool | None
    span: Span
    odd: Value = None
    phase: str = "execute"
    either: tuple[Response, ...] = ()
    many: bool = False
    python_type: ClassVar[str] = "c_python_backend_utils.InferenceResponse"


ANSWERED = "<answered>"
"""Whether an error was put into a response, in its state."""


@dataclass(slots=True, eq=False)
class Error:
    """A ``TritonError``; ``phase`` is the part of the model's life in which it was made.

    ``state`` says whether it was put into a response already: True, False, or something unknown. ``many``: it stands
    for any number of them, as what each turn of a loop makes.
    """

    span: Span
    phase: str
    many: bool = False
    state: dict[str, Value] = field(default_factory=lambda: {ANSWERED: False})
    python_type: ClassVar[str] = "c_python_backend_utils.TritonError"


@dataclass(slots=True, eq=False)
class Sender:
    """The response sender of a request."""

    request: Request
    python_type: ClassVar[str] = "c_python_backend_utils.InferenceResponseSender"


@dataclass(slots=True, eq=False)
class Call:
    """An ``InferenceRequest`` made by the model; what is None, or no text, is not known."""

    span: Span
    model: Value = None
    inputs: tuple[PbTensor, ...] | None = None
    requested: tuple[str, ...] | None = None
    python_type: ClassVar[str] = "c_python_backend_utils.InferenceRequest"


@dataclass(slots=True, eq=False)
class Answer:
    """What ``InferenceRequest.exec()`` gives.

    ``names`` are the outputs that were asked for, ``outputs`` those that the called model has, if they are known.
    ``ends_empty``: it is one of a stream, the last of which has no outputs. ``asked``: somebody asks, or may ask, it
    for its error. ``failure`` is that error, once somebody took it: the same one each time.
    """

    names: tuple[str, ...] | None = None
    outputs: dict[str, Array] | None = None
    streamed: bool = False
    ends_empty: bool = False
    asked: bool = False
    failure: Error | None = None
    python_type: ClassVar[str] = "c_python_backend_utils.InferenceResponse"


@dataclass(slots=True, eq=False)
class Answers:
    """What ``InferenceRequest.exec(decoupled=True)`` gives: any number of answers, one after the other."""

    answer: Answer
    python_type: ClassVar[str] = "c_python_backend_utils.ResponseIterator"


@dataclass(frozen=True, slots=True, eq=False)
class MetricFamily:
    """What ``pb_utils.MetricFamily(…)`` gives; ``kind`` is COUNTER, GAUGE, HISTOGRAM or empty."""

    kind: str = ""
    python_type: ClassVar[str] = "c_python_backend_utils.MetricFamily"


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """One metric of a family of a ``kind``."""

    kind: str = ""
    python_type: ClassVar[str] = "c_python_backend_utils.Metric"


@dataclass(frozen=True, slots=True, eq=False)
class ModelConfig:
    """What ``auto_complete_config`` gets; ``fields`` are what ``as_dict()`` gives."""

    fields: Mapping
    python_type: ClassVar[str] = "triton_python_backend_utils.ModelConfig"


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What ``dataclasses.field`` makes of a default, or one that ``dataclasses.fields`` gives with its ``name``."""

    factory: Value
    default: Value
    name: str = ""
    type: Value = None


@dataclass(frozen=True, slots=True)
class Json:
    """What ``json.loads`` made of a text that is not known: keys of its dicts are ``str``, and nothing is ``bytes``."""


JSON = Json()


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """What ``re.compile`` gives; a ``pattern`` with flags is only known by its type."""

    pattern: Value
    python_type: ClassVar[str] = "re.Pattern"


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What a ``pattern`` found in a ``text``."""

    text: Unknown
    pattern: Value
    python_type: ClassVar[str] = "re.Match"


@dataclass(frozen=True, slots=True)
class ConfigText:
    """JSON text that is never empty: ``args["model_config"]``, the model config, or ``request.parameters()``.

    The parameters of a request that has none are the text ``{}`` (python_backend, ``python_be.cc``).
    """

    of: str = "model_config"
    python_type: ClassVar[str] = "str"
