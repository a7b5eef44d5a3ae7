"""A cache that only grows

## What it does
Reports lists kept on `self` that requests add to, and notes such dicts and sets, where nothing in the file empties,
shortens or measures them. A dict or a set of the contents of requests (`x.tobytes()`, a hash, an id) counts as a list;
so do an `OrderedDict` whose entries are moved to its end when they are used, though none ever leaves, and a dict of
what a function of the file makes of the texts of requests.
So does a function with `functools.cache` (`lru_cache(maxsize=None)`) that is called with texts of requests and looks
nothing up by them.

## What happens
The process grows with every new request until it is killed, and from 24.06 on nothing starts it again.

## How to fix
Bound it: `collections.deque(maxlen=…)`, `functools.lru_cache(maxsize=…)`, or remove the oldest entry above a size.

## Source
Facts, python-backend 8; a stub was seen to grow with each request on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_none, own_nodes
from tritonlint.inputs.python_requests import RequestValues
from tritonlint.inputs.python_threads import by_name, reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Class,
    Compare,
    Constant,
    Dict,
    Expr,
    Function,
    If,
    Name,
    Node,
    Sequence,
    Slice,
    Subscript,
    While,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP708", name="unbounded-cache", effect="performance", certainty="likely")
BOUNDS = frozenset({"pop", "popitem", "clear", "popleft", "remove", "discard", "difference_update"})
_ADDS = frozenset({"append", "add", "extend", "insert", "appendleft"})
_CONTENT = frozenset(
    {"tobytes", "hexdigest", "digest", "uuid4", "time", "time_ns", "monotonic", "perf_counter", "request_id"}
)
"""Words of keys that hardly come twice."""
_CACHES = frozenset({"cache", "lru_cache"})
_TELL = frozenset(
    {"debug", "info", "warning", "print", "set", "observe", "log_info", "log_verbose", "log_warn", "log_error"}
)
"""What a size is only shown to."""
_LOADING = ("__init__", "initialize", "auto_complete_config", "finalize")


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not execute.positional or not python.understood:
        return
    if not _CACHES.isdisjoint(python.identifiers):
        yield from _of_calls(python, config)
    yield from _of_attributes(python, config, execute)


def _of_calls(python: PythonFacts, config: Document) -> Iterator[Problem]:
    """Functions that keep the result of every text they ever got."""
    values = RequestValues(python, config)
    for function in python.walk(Function):
        decorator = next((one for one in function.decorators if _keeps_all(python, one)), None)
        if decorator is None or len(function.decorators) > 1:
            continue
        for call in python.walk(Call):
            if last_name(call.func) != function.name or not call.certain:
                continue
            texts = [a.value for a in call.arguments if values.kind(a.value) in {"text", "cell"}]
            if texts and not _looks_up(function):
                yield Problem(
                    decorator.span,
                    f"this keeps what `{function.name}` gave for every new text of a request, and forgets nothing",
                    help="bound it: `functools.lru_cache(maxsize=1024)`",
                    related=(Related(call.span, "called with a text of a request"),),
                    effect="instability",
                    key=function.name,
                )
                break


def _keeps_all(python: PythonFacts, decorator: Expr) -> bool:
    """Whether a decorator is a cache without a bound."""
    if isinstance(decorator, Call):
        size = decorator.argument(0, "maxsize")
        return size is not None and is_none(size) and python.qualified(decorator.func) == "functools.lru_cache"
    return python.qualified(decorator) == "functools.cache"


def _looks_up(function: Function) -> bool:
    """Whether a function asks for something by what it gets: there are as many results as there are things."""
    names = {parameter.name for parameter in function.parameters}
    asked: list[Node] = [item for node in own_nodes(function, Subscript) for item in node.items]
    asked += own_nodes(function, Compare)
    asked += [
        argument.value
        for call in own_nodes(function, Call)
        if not isinstance(call.func, Attribute) or call.func.attr in {"get", "index", "open", "joinpath"}
        for argument in call.arguments
    ]
    return any(name.id in names for node in asked for name in walk(node, Name))


def _of_attributes(python: PythonFacts, config: Document, execute: Function) -> Iterator[Problem]:
    """What is kept on self and only grows."""
    loading = {id(f) for name in _LOADING for f in by_name(python).get(name, ())}
    stored = [a for a in python.walk(Assign) if any(t.__class__ is Attribute for t in a.targets)]
    of_class = [s for cls in python.model_classes for s in cls.body if isinstance(s, Assign)]
    stored += of_class
    if not any(a.value is not None and _empty(python, a.value) for a in stored):
        return
    seen: set[str] = set()
    for function in reached(python, [execute]):
        if id(function) in loading or not function.positional:
            continue
        for node in own_nodes(function, Call, Assign):
            grown, place = _grown(node, function.positional[0].name)
            if grown is None or place is None or grown in seen:
                continue
            made = [a for a in stored if not a.operator and any(_is_called(t, grown) for t in a.targets)]
            first = made[0].value if len(made) == 1 else None
            if first is None or not _empty(python, first) or _bounded(python, grown):
                continue
            if not _is_kept(python, function, loading):
                continue
            if any(python.pb_name(call.func) == "InferenceResponse" for call in walk(node, Call)):
                continue  # A list of responses is another rule's.
            around = python.function_at(first)
            if made[0] not in of_class and (around is None or id(around) not in loading):
                continue  # Made anew in every call.
            if _counts(python, function, node):
                continue
            of_set = isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "add"
            grows = not of_set and (isinstance(node, Call) or bool(node.operator))
            more = grows or _is_content(function, node) or _is_by_age(python, grown)
            more = more or (isinstance(node, Assign) and _is_of_texts(python, config, function, node))
            if not more and function is not execute:
                continue  # Which keys come to a helper is harder to say.
            seen.add(grown)
            yield Problem(
                place,
                f"`self.{grown}` grows with every request, and nothing here ever empties it",
                help="bound it: remove old entries above a size, or use `collections.deque(maxlen=…)`",
                related=(Related(made[0].span, "made here"),),
                effect="instability" if more else None,
                key=grown,
                general=node.span,
            )


def _is_called(target: Expr, name: str) -> bool:
    """Whether a target is an attribute of some name, or binds it in the body of a class."""
    return target.attr == name if isinstance(target, Attribute) else isinstance(target, Name) and target.id == name


def _is_kept(python: PythonFacts, function: Function, loading: set[int]) -> bool:
    """Whether the object of a method is the model, or one that is made once."""
    owners = [c for c in python.walk(Class) if function in c.body]
    if not owners or owners[0] in python.model_classes:
        return True
    made = [a for a in python.walk(Assign) if isinstance(a.value, Call) and dotted(a.value.func) == owners[0].name]
    calls = [call for call in python.walk(Call) if dotted(call.func) == owners[0].name]
    if not made or len(calls) != len(made) or any(id(python.function_at(a)) not in loading for a in made):
        return False
    names = {t.attr for a in made for t in a.targets if isinstance(t, Attribute)}
    return any(
        _is_called(call.func, function.name)
        and isinstance(call.func, Attribute)
        and any(_is_called(call.func.value, name) for name in names)
        and id(python.function_at(call)) not in loading
        for call in python.walk(Call)
    )


def _counts(python: PythonFacts, function: Function, node: Node) -> bool:
    """Whether something is added only as long as a number that the file counts is small enough."""
    counted = {dotted(t) for assign in python.walk(Assign) if assign.operator for t in assign.targets} - {None}
    tests = [test.test for test in own_nodes(function, If, While) if lies_in(node, test)]
    asked = {dotted(n) for test in tests for c in walk(test, Compare) for n in walk(c, Name, Attribute)}
    return bool(asked & counted)


def _is_content(function: Function, node: Assign | Call) -> bool:
    """Whether something is stored under what a request holds, so that hardly any key comes twice."""
    if isinstance(node, Call):
        keys = [argument.value for argument in node.arguments]
    else:
        target = node.targets[0]
        keys = list(target.items) if isinstance(target, Subscript) else []
    for name in [n.id for key in keys for n in walk(key, Name)]:
        for assign in own_nodes(function, Assign):
            if any(isinstance(t, Name) and t.id == name for t in assign.targets) and assign.value is not None:
                keys.append(assign.value)
    # What is left of a division, or the first letters of a hash, is one of a few.
    if any(binary.operator in {"%", "&"} for key in keys for binary in walk(key, Binary)):
        return False
    if any(True for key in keys for _ in walk(key, Slice)):
        return False
    words = {n.attr for key in keys for n in walk(key, Attribute)}
    return bool(words & _CONTENT)


def _is_by_age(python: PythonFacts, name: str) -> bool:
    """Whether the entries of an attribute are kept in the order of their use: the oldest are to leave."""
    return "move_to_end" in python.identifiers and any(
        node.attr == "move_to_end" and isinstance(node.value, Attribute) and node.value.attr == name
        for node in python.walk(Attribute)
    )


def _is_of_texts(python: PythonFacts, config: Document, function: Function, node: Assign) -> bool:
    """Whether a dict gets, under a text of a request, what a function of the file makes of this text alone."""
    target, value = node.targets[-1], node.value
    key = target.items[0] if isinstance(target, Subscript) and len(target.items) == 1 else None
    if isinstance(value, Name):
        name = value.id
        made = [a.value for a in own_nodes(function, Assign) if any(_is_called(t, name) for t in a.targets)]
        # It may have been asked for before: `found = self.known.get(text)`.
        value = made[-1] if made else None
    if not isinstance(key, Name) or not isinstance(value, Call):
        return False
    if [dotted(argument.value) for argument in value.arguments] != [key.id]:
        return False
    maker = called_function(python, value)
    if maker is None or _looks_up(maker):
        return False
    return RequestValues(python, config).kind(key) in {"text", "cell"}


def _grown(node: Assign | Call, own: str) -> tuple[str | None, Span | None]:
    """The attribute of self that a statement adds to."""
    if isinstance(node, Assign) and isinstance(node.targets[-1], Subscript):
        target = node.targets[-1]
        if not any(isinstance(item, Constant) for item in target.items):
            return _attribute(target.value, own), target.span
    elif isinstance(node, Assign) and node.operator and isinstance(node.value, Sequence):
        return _attribute(node.targets[0], own), node.span
    elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr in _ADDS:
        return _attribute(node.func.value, own), node.span
    return None, None


def _attribute(expr: Expr, own: str) -> str | None:
    if isinstance(expr, Attribute) and isinstance(expr.value, Name) and expr.value.id == own:
        return expr.attr
    return None


def _empty(python: PythonFacts, expr: Expr) -> bool:
    if isinstance(expr, Dict):
        return not expr.keys
    if isinstance(expr, Sequence):
        return expr.kind == "list" and not expr.items
    made = python.qualified(expr.func) if isinstance(expr, Call) and not expr.arguments else None
    return made in {"dict", "list", "set", "collections.deque", "collections.OrderedDict"}


def _bounded(python: PythonFacts, name: str) -> bool:
    """Whether the file shortens, measures or hands away what an attribute holds."""
    for node in python.walk(Attribute):
        if node.attr in BOUNDS and isinstance(node.value, Attribute) and node.value.attr == name:
            return True
    for call in python.walk(Call):
        given = any(isinstance(a.value, Attribute) and a.value.attr == name for a in call.arguments)
        # What NumPy makes of a list leaves the list as it is, and so does a line that tells its length.
        if given and not (python.qualified(call.func) or "").startswith("numpy.") and not _is_told(python, call):
            return True
    for assign in python.walk(Assign):
        # Another name for it may be what shortens it; so may a slice that is replaced.
        if isinstance(assign.value, Attribute) and assign.value.attr == name:
            return True
        if isinstance(assign.value, Sequence) and any(
            isinstance(a, Attribute) and a.attr == name for a in assign.value.items
        ):
            return True  # `old, self.rows = self.rows, []`
        for target in assign.targets:
            if isinstance(target, Sequence) and any(isinstance(t, Attribute) and t.attr == name for t in target.items):
                return True  # `self.at, self.rows = 0, []`
            held = target.value if isinstance(target, Subscript) else None
            if isinstance(held, Attribute) and held.attr == name and any(True for _ in walk(target, Slice)):
                return True
    return re.search(rf"\bdel\b.*\bself\.{name}\b", python.text) is not None


def _is_told(python: PythonFacts, call: Call) -> bool:
    """Whether a call only measures something for a line in a log, or for a metric."""
    function = python.function_at(call)
    if function is None or dotted(call.func) != "len":
        return False
    return any(
        isinstance(one.func, Name | Attribute)
        and (one.func.id if isinstance(one.func, Name) else one.func.attr) in _TELL
        and any(lies_in(call, argument.value) for argument in one.arguments)
        for one in own_nodes(function, Call)
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.recent = []

    def _drift(self, x):
        before = self.recent[-1] if self.recent else x
        self.recent.append(x)
#       ^^^^^^^^^^^^^^^^^^^^^ TLP708
        return x.mean() - before.mean()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self._drift(x)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from collections import deque

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.recent = deque(maxlen=4)

    def _drift(self, x):
        before = self.recent[-1] if self.recent else x
        self.recent.append(x)
        return x.mean() - before.mean()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([self._drift(x)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.cache = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            key = x.tobytes()
            if key not in self.cache:
                self.cache[key] = 2 * x
#               ^^^^^^^^^^^^^^^ TLP708
            y = self.cache[key]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.cache = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            key = x.tobytes()
            if key not in self.cache:
                if len(self.cache) > 1000:
                    self.cache.clear()
                self.cache[key] = 2 * x
            y = self.cache[key]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        self.seen = []
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.seen.append(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # Of some things there are few.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.shapes = set()
        self.first, self.count = [], 0

    def look(self, x):
        self.shapes.add(x.shape)
        if self.count < 100:
            self.first.append(x.copy())
            self.count += 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.look(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- slug/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "title" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "slug" data_type: TYPE_STRING dims: [ 1 ] }
-- slug/1/model.py --
import functools

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @functools.lru_cache(maxsize=None)
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP708
    def slug(self, title):
        return "-".join(title.lower().split())

    def execute(self, requests):
        responses = []
        for request in requests:
            titles = pb_utils.get_input_tensor_by_name(request, "title").as_numpy()
            slugs = [self.slug(title.decode("utf-8")).encode("utf-8") for title in titles[:, 0]]
            tensor = pb_utils.Tensor("slug", np.array(slugs, dtype=object)[:, None])
            responses.append(pb_utils.InferenceResponse([tensor]))
        return responses
""",
    """\
-- greet/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "language" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "greeting" data_type: TYPE_STRING dims: [ 1 ] }
-- greet/1/model.py --
import functools

import numpy as np
import triton_python_backend_utils as pb_utils

WORDS = {"de": "Guten Tag", "fr": "Bonjour"}


@functools.cache
def greeting(language):
    return WORDS.get(language, "Hello").encode("utf-8")


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            languages = pb_utils.get_input_tensor_by_name(request, "language").as_numpy()
            found = [greeting(language.decode("utf-8")) for language in languages[:, 0]]
            tensor = pb_utils.Tensor("greeting", np.array(found, dtype=object)[:, None])
            responses.append(pb_utils.InferenceResponse([tensor]))
        return responses
""",
    """\
-- score/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- score/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    samples = []

    def _score(self, values):
        for value in values[:, 0]:
            self.samples.append(float(value))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP708
        return (values - np.mean(self.samples)).astype(np.float32)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self._score(x))]))
        return responses
""",
    # The oldest entry is known, and nothing takes it away.
    """\
-- hash/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "sum" data_type: TYPE_UINT32 dims: [ 1 ] }
-- hash/1/model.py --
import binascii
from collections import OrderedDict

import numpy as np
import triton_python_backend_utils as pb_utils


class Kept:
    LIMIT = 64

    def __init__(self, make):
        self.make = make
        self.entries = OrderedDict()

    def get(self, text):
        found = self.entries.get(text)
        if found is None:
            found = self.entries[text] = self.make(text)
#                   ^^^^^^^^^^^^^^^^^^ TLP708
            pb_utils.Logger.log_verbose(f"{len(self.entries)} of {self.LIMIT}")
        else:
            self.entries.move_to_end(text)
        return found


class TritonPythonModel:
    def initialize(self, args):
        self.sums = Kept(binascii.crc32)

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0]
            sums = np.array([self.sums.get(text)], dtype=np.uint32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("sum", sums)]))
        return responses
""",
    """\
-- hash/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "sum" data_type: TYPE_UINT32 dims: [ 1 ] }
-- hash/1/model.py --
import binascii
from collections import OrderedDict

import numpy as np
import triton_python_backend_utils as pb_utils


class Kept:
    LIMIT = 64

    def __init__(self, make):
        self.make = make
        self.entries = OrderedDict()

    def get(self, text):
        found = self.entries.get(text)
        if found is None:
            found = self.entries[text] = self.make(text)
            if len(self.entries) > self.LIMIT:
                self.entries.popitem(last=False)
        else:
            self.entries.move_to_end(text)
        return found


class TritonPythonModel:
    def initialize(self, args):
        self.sums = Kept(binascii.crc32)

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0]
            sums = np.array([self.sums.get(text)], dtype=np.uint32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("sum", sums)]))
        return responses
""",
    # What is made of a text alone, kept for every text; and one object for each of a few languages.
    """\
-- hash/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "sum" data_type: TYPE_FP32 dims: [ 1 ] }
-- hash/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

WEIGHTS = {"en": 1.0, "de": 2.0}


class TritonPythonModel:
    def initialize(self, args):
        self.known = {}
        self.weights = {}

    def _weight(self, language):
        return WEIGHTS.get(language, 0.5)

    def _letters(self, text):
        return 1.0 + text.count("e")

    def _sum(self, text):
        language = text.lower()
        if language not in self.weights:
            self.weights[language] = self._weight(language)
        if text not in self.known:
            self.known[text] = self._letters(text)
#           ^^^^^^^^^^^^^^^^ TLP708
        return self.known[text] * self.weights[language]

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].decode()
            sums = np.array([self._sum(text)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("sum", sums)]))
        return responses
""",
)
