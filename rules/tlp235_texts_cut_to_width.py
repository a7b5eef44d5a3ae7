"""Texts that do not fit into an array of a fixed width

## What it does
Reports an array of texts with a width (`dtype="S6"`, `"U4"`) that is filled from a table or list of the file in which
longer texts stand, or with texts whose length a request decides: what was decoded from an input, or joined of parts,
all at once or one by one.
Silent for those where the width stands elsewhere in the file, too, as a limit that is asked for.

## What happens
NumPy cuts longer texts without a word: `Germany` is answered as `German`.

## How to fix
Use `dtype=object`.

## Source
NumPy's fixed-width types; seen on 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_requests import RequestValues
from tritonlint.inputs.python_threads import function_named, method_called
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    For,
    FString,
    Function,
    Name,
    Node,
    Sequence,
    Slice,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP235", name="texts-cut-to-width", effect="wrong-result", certainty="likely", words=("dtype", "astype")
)
WIDTH = re.compile(r"[|<>=]?[SUa](\d+)")


_MAKERS = {"empty": 1, "zeros": 1, "ones": 1, "full": 2, "fromiter": 1, "ndarray": 1}
"""Functions of NumPy that make an array to be filled, and where they are told the data type."""
_TEXT_TYPES = frozenset({"bytes_", "str_", "string_", "unicode_"})
_WIDE = 64
"""What is wider was chosen to be enough."""
_AS_LONG = frozenset({"encode", "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold"})


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if not python.understood or "TYPE_STRING" not in config.text:
        return
    yield from _of_requests(python, config)
    yield from _filled(python, config)
    longest: dict[str, str] = {}
    for assign in python.walk(Assign):
        target = assign.targets[0]
        name = target.id if isinstance(target, Name) else target.attr if isinstance(target, Attribute) else None
        texts = _texts(assign.value)
        if name is not None and texts:
            longest[name] = max(texts, key=len) if name not in longest else ""
    if not any(longest.values()):
        return
    for frame in python.frames:
        for call in own_nodes(frame.function, Call) if frame.function is not None else ():
            width = call.argument(None, "dtype")
            fixed = (
                WIDTH.fullmatch(width.value) if isinstance(width, Constant) and isinstance(width.value, str) else None
            )
            if fixed is None or width is None or not (python.qualified(call.func) or "").startswith("numpy."):
                continue
            for name in _fills(frame.function, call):
                if len(longest.get(name, "")) > int(fixed[1]) > 0:
                    yield Problem(
                        width.span,
                        f"`{longest[name]}` in `{name}` is longer than {fixed[1]}: NumPy cuts what does not fit",
                        help="use `dtype=object`",
                        key=name,
                    )
                    break


def _of_requests(python: PythonFacts, config: Document) -> Iterator[Problem]:
    """Arrays of a width that get texts of any length."""
    values = RequestValues(python, config)
    for call in python.walk(Call):
        made = isinstance(call.func, Attribute) and call.func.attr in {"array", "asarray", "astype"}
        if not made or not isinstance(call.func, Attribute):
            continue
        of_array = call.func.attr == "astype"
        width = call.argument(0 if of_array else 1, "dtype")
        if isinstance(width, Call) and python.qualified(width.func) == "numpy.dtype":
            width = width.argument(0)
        fixed = WIDTH.fullmatch(width.value) if isinstance(width, Constant) and isinstance(width.value, str) else None
        filled = call.func.value if of_array else call.argument(0)
        if fixed is None or width is None or filled is None or not 0 < int(fixed[1]) <= _WIDE:
            continue
        if not of_array and python.qualified(call.func) not in {"numpy.array", "numpy.asarray"}:
            continue
        if any(c.value == int(fixed[1]) and c.value.__class__ is int for c in python.walk(Constant)):
            continue
        free = _free(python, values, filled, 0)
        if free is not None:
            yield Problem(
                width.span,
                f"NumPy cuts what is longer than {fixed[1]}, and how long these texts are depends on the request",
                help="use `dtype=object`",
                related=(Related(free.span, "of any length"),),
                key=fixed[1],
            )


def _filled(python: PythonFacts, config: Document) -> Iterator[Problem]:
    """Arrays of a width into which texts of any length are put one by one, and which are answered."""
    values = RequestValues(python, config)
    for call in python.walk(Call):
        place = _MAKERS.get((python.qualified(call.func) or "").removeprefix("numpy."))
        function = python.function_at(call) if place is not None else None
        width = call.argument(place, "dtype") if function is not None else None
        if width is None or function is None:
            continue
        size = _size(python, width)
        if size is None or not 0 < size <= _WIDE or _is_asked(python, function, width, size):
            continue
        names = {
            target.id
            for assign in own_nodes(function, Assign)
            if assign.value is call
            for target in assign.targets
            if isinstance(target, Name)
        }
        if not _is_answered(python, function, call, names):
            continue
        put = [
            assign.value
            for assign in own_nodes(function, Assign)
            if any(isinstance(target, Subscript) and _root(target) in names for target in assign.targets)
        ]
        if python.qualified(call.func) in {"numpy.full", "numpy.fromiter"}:
            put.append(call.argument(1 if python.qualified(call.func) == "numpy.full" else 0))
        for value in put:
            free = _free(python, values, value, 0, filled=True)
            if free is not None and not any(part.upper is not None for part in walk((free,), Slice)):
                yield Problem(
                    width.span,
                    f"NumPy cuts what is longer than {size}, and how long these texts are depends on the request",
                    help="use `dtype=object`",
                    related=(Related(free.span, "of any length"),),
                    key=str(size),
                )
                break


def _size(python: PythonFacts, dtype: Expr, depth: int = 0) -> int | None:
    """The width in a data type of texts, however it is written: ``"S24"``, ``f"S{WIDTH}"``, ``("S", WIDTH)``."""
    if isinstance(dtype, Call) and python.qualified(dtype.func) == "numpy.dtype" and dtype.arguments:
        return _size(python, dtype.arguments[0].value, depth + 1) if depth < 3 else None
    if isinstance(dtype, Sequence) and len(dtype.items) == 2:
        kind, number = dtype.items
        named = (python.qualified(kind) or "").removeprefix("numpy.") in _TEXT_TYPES
        letters = python.strings(kind)
        return _number(python.values(number)) if named or letters in {("S",), ("U",)} else None
    texts = python.strings(dtype)
    number_of = _formatted(dtype)
    if texts is None and number_of is not None:
        return _number(python.values(number_of))
    if texts is None and isinstance(dtype, Name | Attribute) and depth < 3:
        sources = python.follow(dtype) or []
        return _size(python, sources[0][0], depth + 1) if len(sources) == 1 and sources[0][0] is not dtype else None
    found = WIDTH.fullmatch(texts[0]) if texts is not None and len(texts) == 1 else None
    return int(found[1]) if found is not None else None


def _number(values: tuple[object, ...] | None) -> int | None:
    only = values[0] if values is not None and len(values) == 1 else None
    return only if isinstance(only, int) else None


def _formatted(dtype: Expr) -> Expr | None:
    """The number in ``"S%d" % number`` and ``"S{}".format(number)``, and in ``"S" + str(number)``."""
    if isinstance(dtype, Binary) and isinstance(dtype.left, Constant):
        if dtype.operator == "%" and dtype.left.value in {"S%d", "U%d", "S%s", "U%s"}:
            return dtype.right
        told = dtype.right
        if dtype.operator == "+" and dtype.left.value in {"S", "U"} and isinstance(told, Call):
            return told.argument(0) if dotted(told.func) == "str" else None
    if isinstance(dtype, Call) and isinstance(dtype.func, Attribute) and dtype.func.attr == "format":
        text = dtype.func.value
        return dtype.argument(0) if isinstance(text, Constant) and text.value in {"S{}", "U{}"} else None
    return None


def _is_asked(python: PythonFacts, function: Function, dtype: Expr, size: int) -> bool:
    """Whether a width stands elsewhere, too, where longer texts may be refused or cut on purpose."""
    names = {last for node in walk((dtype,), Name, Attribute) if (last := last_name(node))}
    names -= {"self", "cls", "np", "numpy", "str", "format", "dtype", "bytes_", "str_"}
    own = {constant.span for constant in walk((dtype,), Constant)}
    places: set[Span] = set()
    written: list[Node] = [dtype]
    while written:
        part = written.pop()
        for node in walk((part,), Name, Attribute):
            last = last_name(node)
            for assign in python.walk(Assign) if last in names and node.span not in places else ():
                if assign.value is not None and any(last_name(t) == last for t in assign.targets):
                    places |= {target.span for target in assign.targets}
                    own |= {constant.span for constant in walk((assign.value,), Constant)}
                    if len(places) < 8:
                        written.append(assign.value)
                        names |= {n.id for n in walk((assign.value,), Name)} - {"np", "numpy", "str"}
            places.add(node.span)
    if any(c.value == size and c.value.__class__ is int and c.span not in own for c in python.walk(Constant)):
        return True
    uses = [n for n in python.walk(Name) if n.id in names] + [a for a in python.walk(Attribute) if a.attr in names]
    if any(node.span not in places for node in uses):
        return True
    return any(
        dotted(call.func) == "len" and isinstance(call.argument(0), Name | Attribute)
        for compare in own_nodes(function, Compare)
        for call in walk((compare,), Call)
    )


def _is_answered(python: PythonFacts, function: Function, made: Call, names: set[str]) -> bool:
    """Whether an array becomes a tensor where it is made, or is given back."""
    tensors = [one.call for one in python.calls_of("Tensor") if python.function_at(one.call) is function]
    given = [call.argument(1, "tensor") for call in tensors] + [way.value for way in returns(function)]
    return any(
        node is made or (isinstance(node, Name) and node.id in names)
        for one in given
        if one
        for node in walk((one,), Name, Call)
    )


def _root(target: Expr) -> str:
    """The name of the array into which something is put: of ``y[i][0]``, ``y.flat[i]``, ``y.reshape(-1)[i]``."""
    while not isinstance(target, Name):
        if isinstance(target, Subscript | Attribute):
            target = target.value
        elif isinstance(target, Call):
            target = target.func
        else:
            return ""
    return target.id


def _free(
    python: PythonFacts, values: RequestValues, value: Expr | None, depth: int, filled: bool = False
) -> Expr | None:
    """What makes an expression, or an item in it, a text of any length; ``filled``: it is put into an array alone."""
    if value is None or depth > 8:
        return None
    if isinstance(value, Comprehension):
        if value.kind == "dict":
            return None
        item = value.elements[0]
        while isinstance(item, Sequence) and len(item.items) == 1:
            item = item.items[0]
        turns = [c for c in value.clauses if isinstance(item, Name) and dotted(c.target) == item.id]
        return _free(python, values, turns[0].iterable if turns else item, depth + 1, filled)
    if isinstance(value, Sequence):
        return next(
            (f for item in value.items if (f := _free(python, values, item, depth + 1, filled)) is not None), None
        )
    if isinstance(value, Binary):
        parts = (value.left, value.right) if value.operator == "+" else ()
        return next((f for part in parts if (f := _free(python, values, part, depth + 1, filled)) is not None), None)
    if isinstance(value, FString):
        return next(
            (f for part in value.parts if (f := _free(python, values, part, depth + 1, filled)) is not None), None
        )
    if filled and values.kind(value) == "cell":
        return value
    if filled and (isinstance(value, Conditional) or (isinstance(value, Binary) and value.operator == "or")):
        parts = (value.body, value.orelse) if isinstance(value, Conditional) else (value.left, value.right)
        return next((f for part in parts if (f := _free(python, values, part, depth + 1, filled)) is not None), None)
    if isinstance(value, Name):
        return _free_name(python, values, value, depth, filled)
    if not isinstance(value, Call):
        return None
    if python.qualified(value.func) in {"numpy.array", "numpy.asarray"}:
        return _free(python, values, value.argument(0), depth + 1, filled)
    if values.kind(value) in {"text", "texts"}:
        return value
    if isinstance(value.func, Attribute) and value.func.attr in _AS_LONG:
        return _free(python, values, value.func.value, depth + 1, filled)
    if filled and isinstance(value.func, Attribute) and value.func.attr == "get" and len(value.arguments) == 2:
        return _free(python, values, value.arguments[1].value, depth + 1, filled)
    joined = value.argument(0)
    if isinstance(value.func, Attribute) and value.func.attr == "join" and isinstance(value.func.value, Constant):
        return value if _of_any_number(python, joined) else None
    own = function_named(python, value.func)
    for way in returns(own) if own is not None and own.name != "__init__" else ():
        found = _free(python, values, way.value, depth + 1, filled)
        if found is not None:
            return found
    return None


def _free_name(python: PythonFacts, values: RequestValues, name: Name, depth: int, filled: bool) -> Expr | None:
    """The same of a name: what it was set to, or what was appended to it."""
    function = python.function_at(name)
    if function is None:
        return None
    made = [
        a.value for a in own_nodes(function, Assign) if any(isinstance(t, Name) and t.id == name.id for t in a.targets)
    ]
    for call in own_nodes(function, Call):
        if method_called(call) == (name.id, "append"):
            made.append(call.argument(0))
    if len(made) > 2:
        return None
    return next((f for one in made if (f := _free(python, values, one, depth + 1, filled)) is not None), None)


def _of_any_number(python: PythonFacts, parts: Expr | None) -> bool:
    """Whether parts that are joined are a list which a loop fills, for the data decides how far."""
    if not isinstance(parts, Name):
        return False
    function = python.function_at(parts)
    loops = list(own_nodes(function, For)) if function is not None else []
    for call in own_nodes(function, Call) if function is not None else ():
        if method_called(call) == (parts.id, "append"):
            # `for _ in range(4)` makes four of them.
            inside = [loop for loop in loops if lies_in(call, loop)]
            return any(not (isinstance(o.iterable, Call) and dotted(o.iterable.func) == "range") for o in inside)
    return False


def _texts(value: Expr | None) -> list[str]:
    """The texts in a table or list."""
    items = value.values if isinstance(value, Dict) else value.items if isinstance(value, Sequence) else ()
    return [item.value for item in items if isinstance(item, Constant) and isinstance(item.value, str)]


def _fills(function: Function | None, made: Call) -> Iterator[str]:
    """The names in what an array is made of, and in what is put into it."""
    if function is None:
        return
    sources: list[Expr] = [made.arguments[0].value] if made.arguments else []
    held = {
        target.id
        for assign in own_nodes(function, Assign)
        if assign.value is made
        for target in assign.targets
        if isinstance(target, Name)
    }
    for assign in own_nodes(function, Assign):
        target = assign.targets[0]
        inside = isinstance(target, Subscript) and isinstance(target.value, Name) and target.value.id in held
        if inside and assign.value is not None:
            sources.append(assign.value)
    for source in sources:
        for node in walk(source, Name, Attribute):
            yield node.id if isinstance(node, Name) else node.attr


_WORDS = """\
-- read/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "places" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "word" data_type: TYPE_STRING dims: [ 1 ] }
-- read/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

LETTERS = "-abcdefghijklmnopqrstuvwxyz"


class TritonPythonModel:
    def decode(self, row):
        letters = []
        for place in row:
            if place:
                letters.append(LETTERS[place])
        return "".join(letters).encode("ascii")

    def execute(self, requests):
        responses = []
        for request in requests:
            places = pb_utils.get_input_tensor_by_name(request, "places").as_numpy()
            words = [self.decode(row) for row in places]
            array = np.array([[word] for word in words], dtype=WIDTH)
#                                                              ^^^^ TLP235
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("word", array)]))
        return responses
"""
_TITLES = """\
-- title/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "raw" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "title" data_type: TYPE_STRING dims: [ 1 ] }
-- title/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    WIDTH = 12

    def clean(self, raw):
        return raw.strip().title()

    def execute(self, requests):
        responses = []
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "raw").as_numpy()
            titles = np.empty(raw.shape, dtype=f"S{self.WIDTH}")
#                                              ^^^^^^^^^^^^^^^^ TLP235
            for row, title in enumerate(raw[:, 0]):
                titles[row, 0] = self.clean(title)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("title", titles)]))
        return responses
"""
_MARK = "#                                              ^^^^^^^^^^^^^^^^ TLP235\n"
EXAMPLES = (
    """\
-- name/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "code" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "name" data_type: TYPE_STRING dims: [ 1 ] }
-- name/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

NAMES = {1: "Oslo", 2: "Reykjavik"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            codes = pb_utils.get_input_tensor_by_name(request, "code").as_numpy()
            names = np.zeros(codes.shape, dtype="S6")
#                                               ^^^^ TLP235
            for place, code in np.ndenumerate(codes):
                names[place] = NAMES.get(int(code), "?").encode("utf-8")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("name", names)]))
        return responses
""",
    """\
-- name/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "code" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "name" data_type: TYPE_STRING dims: [ 1 ] }
-- name/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

NAMES = {1: "Oslo", 2: "Reykjavik"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            codes = pb_utils.get_input_tensor_by_name(request, "code").as_numpy()
            names = np.zeros(codes.shape, dtype="S12")
            for place, code in np.ndenumerate(codes):
                names[place] = NAMES.get(int(code), "?").encode("utf-8")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("name", names)]))
        return responses
""",
    _WORDS.replace("WIDTH", '"S8"'),
    _WORDS.replace("WIDTH", "object").replace(
        "#                                                              ^^^^ TLP235\n", ""
    ),
    _TITLES,
    _TITLES.replace(_MARK, "").replace("= self.clean(title)", "= self.clean(title)[: self.WIDTH]"),
    _TITLES.replace(_MARK, "").replace(
        "            titles =",
        "            if max(map(len, raw[:, 0])) > self.WIDTH:\n"
        '                raise ValueError("a title is too long")\n'
        "            titles =",
    ),
    _TITLES.replace(_MARK, "").replace("self.clean(title)", 'b"known" if self.clean(title) else b"?"'),
)
