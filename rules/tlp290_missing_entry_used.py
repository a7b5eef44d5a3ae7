"""What a dict lacks is used as if it were there

## What it does
Reports `table.get(word)` without a default when the key is text of a request, the table is a dict of the file, and the
result goes straight into arithmetic, an item, an attribute, a number or an array of numbers:
`total += weight * table.get(word)`. Also through a name that nothing tests, a list, and what a function returns. Silent
where anything asks whether the table has a key, or catches the error.

## What happens
For text that the table does not have `get` gives None, and Python raises
`TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'` or the like: the request fails. In an array of
floats None becomes NaN.

## How to fix
Give a default: `table.get(word, 0.0)`.

## Source
Python's `dict.get`; run on a server of 24.10 with a word that the table lacks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tritonlint.finding import Effect, Problem, Related
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_dtypes import dtype_name, dtype_of
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_guards import checked_for_none
from tritonlint.inputs.python_threads import by_name, method_called, reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Clause,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    For,
    Function,
    If,
    Name,
    Node,
    Raise,
    Sequence,
    Subscript,
    Try,
    Unary,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP290",
    name="missing-entry-used",
    effect="request-failure",
    certainty="likely",
    server_says=("NoneType",),
    words=("get", "decode"),
)
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "@"})
_TAKES_VALUE = frozenset({"float", "int", "len", "sum", "abs", "round", "math.log", "math.sqrt", "math.exp"})
_OF_TEXT = frozenset(
    {"lower", "upper", "strip", "lstrip", "rstrip", "split", "rsplit", "casefold", "title", "replace", "splitlines"}
)
_PASSES = frozenset({"list", "tuple", "set", "sorted", "reversed", "frozenset", "collections.Counter", "str"})
_LOADS = frozenset({"json.load", "json.loads", "dict"})
_LOADING = ("initialize", "__init__", "auto_complete_config")
_CHANGES = frozenset({"setdefault", "update"})
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class _Use:
    """Where something is used that None cannot be, and what comes of None there."""

    span: Span
    effect: Effect = "request-failure"


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not python.understood:
        return
    serving: set[int] | None = None
    for call, table, key in _lookups(python):
        name, function = dotted(table), python.frame_at(call).function
        if name is None or function is None:
            continue
        used = (_used if len(call.arguments) == 1 else _kept)(python, function, call, 0)
        if used is None or not _is_table(python, table) or not _is_text(python, key, function, 0):
            continue
        if serving is None:
            loading = [one for start in _LOADING for one in by_name(python).get(start, ())]
            served = reached(python, [execute])
            if any(_refuses(one) or any(True for _ in own_nodes(one, Try)) for one in served):
                return
            serving = {id(one) for one in served} - {id(one) for one in reached(python, loading)}
        if id(function) not in serving or _is_asked(python, name) or _stands_under(function, key, call):
            continue
        raises = used.effect == "request-failure"
        if not raises and any("nan" in word for word in python.identifiers):
            continue  # It may be looked for.
        yield Problem(
            call.span,
            f"for text that `{name}` lacks this is None, and "
            + ("what is done with it raises TypeError" if raises else "in an array of floats it becomes NaN"),
            help="give a default: `.get(key, 0.0)`",
            effect=used.effect,
            related=(Related(used.span, "used here"),) if used.span != call.span else (),
            key=name,
        )


def _refuses(function: Function) -> bool:
    """Whether a function refuses what is not among something: the words of the table may be listed there as well."""
    for node in own_nodes(function, If):
        among = any("in" in test.operators or "not in" in test.operators for test in walk(node.test, Compare))
        ends = walk((*node.body, *node.orelse), Raise, Call)
        if among and any(isinstance(end, Raise) or last_name(end.func) == "TritonError" for end in ends):
            return True
    return False


def _lookups(python: PythonFacts) -> Iterator[tuple[Call, Expr, Expr]]:
    """``table.get(key)`` and ``map(table.get, keys)``, with the table and what is looked for."""
    for call in python.walk(Call):
        func, given = call.func, call.arguments
        if any(argument.star or argument.keyword for argument in given):
            continue
        if func.__class__ is Attribute and func.attr == "get" and len(given) == 1:
            yield call, func.value, given[0].value
        elif func.__class__ is Name and func.id == "map" and len(given) == 2:
            each = given[0].value
            if isinstance(each, Attribute) and each.attr == "get":
                yield call, each.value, given[1].value


def _is_table(python: PythonFacts, table: Expr) -> bool:
    """Whether an expression is a dict that the file makes, of which nothing says that None is among the values."""
    found = python.follow(table) or _of_other_class(python, table)
    if not found:
        return False
    for source, where in found:
        if isinstance(source, Dict):
            if not source.keys or None in source.keys:
                return False
        elif isinstance(source, Comprehension):
            # A table that a request makes has the words of this request.
            served = where.function is not None and where.function.name not in _LOADING
            counted = any(isinstance(c.iterable, Call) and dotted(c.iterable.func) == "range" for c in source.clauses)
            if source.kind != "dict" or served or counted:
                return False
        elif not isinstance(source, Call) or python.qualified(source.func, where) not in _LOADS or not source.arguments:
            return False
    # What is filled later may hold every key that is asked for.
    name = last_name(table)
    for assign in python.walk(Assign):
        for target in assign.targets:
            if isinstance(target, Subscript) and last_name(target.value) == name:
                return False
    changes = (call.func for call in python.walk(Call) if isinstance(call.func, Attribute))
    return not any(func.attr in _CHANGES and last_name(func.value) == name for func in changes)


def _of_other_class(python: PythonFacts, table: Expr) -> list[tuple[Expr, Frame]]:
    """What an attribute of an object of the file is assigned in its class."""
    frame = python.frame_at(table)
    name, owner = dotted(table) or "", frame.in_class
    if owner is None or not name.startswith("self.") or name.count(".") != 1:
        return []
    made = [a for a in walk(owner.body, Assign) if any(dotted(target) == name for target in a.targets)]
    if any(a.operator or a.value is None for a in made):
        return []
    return [(a.value, python.frame_at(a)) for a in made if a.value is not None]


def _used(python: PythonFacts, function: Function, value: Expr, depth: int) -> _Use | None:
    """Where what an expression gives is used in a way that None cannot be."""
    direct = _breaks(python, function, value)
    if direct is not None:
        return _Use(direct)
    if depth > _DEPTH:
        return None
    for assign in own_nodes(function, Assign):
        if assign.value is value and len(assign.targets) == 1 and not assign.operator:
            target = assign.targets[0]
            if isinstance(target, Subscript):
                dtype = dtype_of(python, target.value, python.frame_at(target))
                return _in_array(assign.span, dtype)
            if not isinstance(target, Name) or checked_for_none(function, target.id):
                return None
            bound = [a for a in own_nodes(function, Assign) if any(_is_name(t, target.id) for t in a.targets)]
            uses = [n for n in own_nodes(function, Name) if n.id == target.id and n is not target]
            return _used(python, function, uses[0], depth + 1) if len(bound) == 1 and uses else None
    for node in own_nodes(function, Comprehension, Call):
        if isinstance(node, Comprehension):
            if node.elements == (value,):
                return _kept(python, function, node, depth + 1)
        elif method_called(node)[1] == "append" and [argument.value for argument in node.arguments] == [value]:
            owner = method_called(node)[0]
            return _in_list(python, function, owner, depth) if owner is not None and "." not in owner else None
    return _given_back(python, function, value, _used, depth)


def _kept(python: PythonFacts, function: Function, items: Expr, depth: int) -> _Use | None:
    """Where a list, of which None may be an item, is made numbers."""
    if depth > _DEPTH:
        return None
    for node in own_nodes(function, Call, Comprehension, Assign):
        if isinstance(node, Call):
            if not node.arguments or node.arguments[0].value is not items:
                continue
            if dotted(node.func) in {"list", "tuple"}:
                return _kept(python, function, node, depth + 1)
            return _made_numbers(python, function, node)
        if isinstance(node, Comprehension):
            if node.elements == (items,):
                return _kept(python, function, node, depth + 1)
        elif node.value is items and len(node.targets) == 1 and not node.operator:
            target = node.targets[0]
            return _in_list(python, function, target.id, depth) if isinstance(target, Name) else None
    return _given_back(python, function, items, _kept, depth)


def _in_list(python: PythonFacts, function: Function, name: str, depth: int) -> _Use | None:
    """Where a list that has a name is made numbers; nothing else may be done with it, for that may replace the None."""
    bound = [a for a in own_nodes(function, Assign) if any(_is_name(target, name) for target in a.targets)]
    uses = {id(n): n for n in own_nodes(function, Name) if n.id == name}
    for assign in bound:
        for target in assign.targets:
            uses.pop(id(target), None)
    for call in own_nodes(function, Call):
        if isinstance(call.func, Attribute) and call.func.attr in {"append", "extend"}:
            uses.pop(id(call.func.value), None)
        elif dotted(call.func) == "len" and call.arguments:
            uses.pop(id(call.arguments[0].value), None)
    if len(bound) != 1 or len(uses) != 1 or checked_for_none(function, name):
        return None
    return _kept(python, function, next(iter(uses.values())), depth + 1)


def _given_back(
    python: PythonFacts, function: Function, value: Expr, follow: Callable[..., _Use | None], depth: int
) -> _Use | None:
    """Where a function that returns a value is called, and the call is used."""
    if len(by_name(python).get(function.name, ())) != 1 or not any(s.value is value for s in returns(function)):
        return None
    for call in python.walk(Call):
        user = python.frame_at(call).function
        if last_name(call.func) != function.name or user is None or user is function:
            continue
        if not any(_stands_under(user, argument.value, call) for argument in call.arguments):
            used = follow(python, user, call, depth + 1)
            if used is not None:
                return used
    return None


def _made_numbers(python: PythonFacts, function: Function, call: Call) -> _Use | None:
    """What becomes of None in the array or number that a call makes of a list."""
    name, frame = python.qualified(call.func), python.frame_at(call)
    if name in {"sum", "numpy.sum", "numpy.mean"}:
        return _Use(call.span)
    if name not in {"numpy.array", "numpy.asarray", "numpy.fromiter"}:
        return None
    dtype = call.argument(1, "dtype")
    if dtype is not None:
        return _in_array(call.span, dtype_name(python, dtype, frame))
    for node in own_nodes(function, Call):
        if isinstance(node.func, Attribute) and node.func.attr == "astype" and node.func.value is call:
            wanted = node.argument(0, "dtype")
            return _in_array(node.span, dtype_name(python, wanted, frame) if wanted is not None else None)
    return None


def _in_array(span: Span, dtype: str | None) -> _Use | None:
    """What becomes of None in an array of this data type."""
    if dtype is not None and dtype.startswith(("int", "uint")):
        return _Use(span)
    return _Use(span, "wrong-result") if dtype is not None and dtype.startswith("float") else None


def _is_name(node: Node, name: str) -> bool:
    return isinstance(node, Name) and node.id == name


def _breaks(python: PythonFacts, function: Function, value: Expr) -> Span | None:
    """The expression or statement around a value that raises for None."""
    for node in own_nodes(function, Binary, Subscript, Attribute):
        if isinstance(node, Binary):
            texts = any(isinstance(side, Sequence) for side in (node.left, node.right))
            texts = texts or (node.operator == "%" and _is_format(node.left))
            if node.operator in _ARITHMETIC and not texts and (node.left is value or node.right is value):
                return node.span
        elif node.value is value:
            return node.span
    for other in own_nodes(function, Unary, Assign, Call):
        if isinstance(other, Unary):
            if other.operator == "-" and other.operand is value:
                return other.span
        elif isinstance(other, Assign):
            if other.operator in _ARITHMETIC and other.value is value:
                return other.span
        elif python.qualified(other.func) in _TAKES_VALUE and len(other.arguments) == 1:
            given = other.arguments[0].value
            of_each = isinstance(given, Comprehension) and given.kind != "dict" and given.elements == (value,)
            if given is value or (of_each and python.qualified(other.func) == "sum"):
                return other.span
    return None


def _is_format(value: Expr) -> bool:
    """Whether a text is filled in, which None can be."""
    return not isinstance(value, Constant) or isinstance(value.value, str | bytes)


def _is_asked(python: PythonFacts, name: str) -> bool:
    """Whether anything asks which keys a table has."""
    last = name.rsplit(".", 1)[-1]
    for test in python.walk(Compare):
        if any(operator in {"in", "not in"} for operator in test.operators):
            words = {n.attr if isinstance(n, Attribute) else n.id for n in walk(test.rights, Attribute, Name)}
            if last in words:
                return True
    # `set(words) <= table.keys()`
    for keys in python.walk(Attribute):
        if keys.attr == "keys" and last_name(keys.value) == last:
            return True
    # A set of its keys may be asked instead.
    return any(
        any(isinstance(n, Name | Attribute) and last_name(n) == last for n in parts)
        for call in python.walk(Call)
        for parts in ([argument.value for argument in call.arguments],)
    )


def _stands_under(function: Function, key: Expr, call: Call) -> bool:
    """Whether a condition on the key was passed before."""
    words = {n.id for n in walk(key, Name)} - {"self"}
    for node in own_nodes(function, If, Conditional):
        before = (node.span.start or 0) < (call.span.start or 0)
        if (before or lies_in(call, node)) and any(n.id in words for n in walk(node.test, Name)):
            return True
    return any(
        n.id in words for clause in own_nodes(function, Clause) for test in clause.conditions for n in walk(test, Name)
    )


def _is_text(python: PythonFacts, value: Expr, function: Function, depth: int) -> bool:
    """Whether a value is surely free text of a request, or a list of such: it goes back to a ``decode``."""
    if depth > _DEPTH:
        return False
    if isinstance(value, Comprehension):
        return len(value.elements) == 1 and _is_text(python, value.elements[0], function, depth + 1)
    if isinstance(value, Subscript):
        return not isinstance(value.value, Attribute) and _is_text(python, value.value, function, depth + 1)
    if isinstance(value, Call):
        if isinstance(value.func, Attribute):
            if value.func.attr == "decode":
                return True
            if value.func.attr in _OF_TEXT:
                return _is_text(python, value.func.value, function, depth + 1)
        if python.qualified(value.func) in _PASSES and value.arguments:
            return _is_text(python, value.arguments[0].value, function, depth + 1)
        return False
    return isinstance(value, Name) and _is_text_name(python, value, function, depth)


def _is_text_name(python: PythonFacts, name: Name, function: Function, depth: int) -> bool:
    bound: list[Expr | None] = []
    for node in own_nodes(function, Assign, For, Clause):
        if isinstance(node, Assign):
            for target in node.targets:
                if _is_name(target, name.id):
                    bound.append(None if node.operator else node.value)
                elif isinstance(target, Sequence) and any(_is_name(item, name.id) for item in target.items):
                    # Several of a kind.
                    bound.append(node.value if isinstance(node.value, Comprehension) else None)
        elif any(n.id == name.id for n in walk(node.target, Name)):
            bound.append(node.iterable if isinstance(node.target, Name) else None)
    if bound:
        return all(one is not None and _is_text(python, one, function, depth + 1) for one in bound)
    places = [p.name for p in function.positional]
    if name.id not in places or len(by_name(python).get(function.name, ())) != 1:
        return False
    place = places.index(name.id) - (places[0] in {"self", "cls"})
    given = []
    for call in python.walk(Call):
        if last_name(call.func) == function.name:
            argument = call.argument(place, name.id)
            user = python.frame_at(call).function
            if argument is None or user is None:
                return False
            given.append(_is_text(python, argument, user, depth + 1))
    return bool(given) and all(given)


EXAMPLES = (
    """\
-- weights/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- weights/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.weights = {"red": 1.5, "shoes": 2.0}

    def score(self, text):
        total = 0.0
        for word in text.lower().split():
            total += 2 * self.weights.get(word)
#                        ^^^^^^^^^^^^^^^^^^^^^^ TLP290
        return total

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].decode("utf-8")
            y = np.array([self.score(text)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- weights/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- weights/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.weights = {"red": 1.5, "shoes": 2.0}
        self.names = ("red", "shoes")
        self.factors = {"red": 2, "shoes": 3}

    def score(self, text):
        total = 0.0
        for word in text.lower().split():
            weight = self.weights.get(word)
            if weight is not None:
                total += weight
            total += self.weights.get(word, 0.0)
        return total + sum(self.factors.get(name) for name in self.names)

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].decode("utf-8")
            y = np.array([self.score(text)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- places/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- places/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.kinds = {"red": "colour", "shoes": "thing"}

    def score(self, text):
        words = text.lower().split()
        last = {found: place for place, found in enumerate(words)}
        total = 0.0
        for word in words:
            pb_utils.Logger.log_verbose("this is a %s" % self.kinds.get(word))
            total += 2 * last.get(word)
        return total

    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].decode("utf-8")
            y = np.array([self.score(text)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # What becomes numbers in another function.
    """\
-- vocabulary/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "tokens" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "ids" data_type: TYPE_INT64 dims: [ -1 ] }
-- vocabulary/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Vocabulary:
    def __init__(self, words):
        self._index = {word: number for number, word in enumerate(words)}

    def id_of(self, token):
        return self._index.get(token.lower())
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP290

    def encode(self, tokens):
        ids = [self.id_of(token.decode("utf-8")) for token in tokens.ravel()]
        return np.array(ids, dtype=np.int64).reshape(tokens.shape)


class TritonPythonModel:
    def initialize(self, args):
        self.vocabulary = Vocabulary(["[PAD]", "red", "shoes"])

    def execute(self, requests):
        responses = []
        for request in requests:
            tokens = pb_utils.get_input_tensor_by_name(request, "tokens").as_numpy()
            ids = pb_utils.Tensor("ids", self.vocabulary.encode(tokens))
            responses.append(pb_utils.InferenceResponse([ids]))
        return responses
""",
    """\
-- scores/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "words" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "scores" data_type: TYPE_FP32 dims: [ -1 ] }
-- scores/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

SCORES = {"red": 1.5, "shoes": 2.0}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = pb_utils.get_input_tensor_by_name(request, "words").as_numpy()
            texts = [word.decode("utf-8") for word in words.ravel()]
            scores = np.array(list(map(SCORES.get, texts)), dtype=np.float32).reshape(words.shape)
#                                  ^^^^^^^^^^^^^^^^^^^^^^ TLP290
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("scores", scores)]))
        return responses
""",
    """\
-- vocabulary/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "tokens" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "ids" data_type: TYPE_INT64 dims: [ -1 ] }
-- vocabulary/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

INDEX = {"[UNK]": 0, "red": 1, "shoes": 2}


class TritonPythonModel:
    def id_of(self, token):
        return INDEX.get(token.lower())

    def execute(self, requests):
        responses = []
        for request in requests:
            tokens = pb_utils.get_input_tensor_by_name(request, "tokens").as_numpy()
            found = [self.id_of(token.decode("utf-8")) for token in tokens.ravel()]
            ids = np.array([0 if number is None else number for number in found], dtype=np.int64)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("ids", ids.reshape(tokens.shape))]))
        return responses
""",
    """\
-- scores/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "words" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "scores" data_type: TYPE_FP32 dims: [ -1 ] }
-- scores/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

SCORES = {"red": 1.5, "shoes": 2.0}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = pb_utils.get_input_tensor_by_name(request, "words").as_numpy()
            found = [SCORES.get(word.decode("utf-8")) for word in words.ravel()]
            scores = np.nan_to_num(np.array(found, dtype=np.float32)).reshape(words.shape)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("scores", scores)]))
        return responses
""",
)
