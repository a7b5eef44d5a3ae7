"""Values are handed over in another order than their names

## What it does
Reports `a, c, b = self._detect(…)` where `_detect` returns `a, b, c`, and calls such as `self._send(numbers, sender)`
of `def _send(self, sender, numbers)`: the same names stand on both sides, at other places. So do `lat[0], lat[1],
lon[0], lon[1]` where the parameters are `lat1, lon1, lat2, lon2`. Also for functions that a
pool or a thread is given together with their arguments, for `for mask, image in zip(images, masks)`, `for word, i in
enumerate(words)`, for two inputs or outputs that are read into, or made of, the name of the other one, and for
`mask, image = self._read(request, "IMAGE", "MASK")`.

## What happens
Each name holds what another one should: the answer is wrong, or the request fails where the value is used; in a
thread nobody sees the exception, and the request is never answered.

## How to fix
Use the same order on both sides.

## Source
Python's calls and assignments; both forms were run on a server of 24.10.
"""

import re
from collections.abc import Iterable, Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns
from tritonlint.inputs.python_names import inputs_read_into, name_of_value, words_in, words_of_items
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Call,
    Clause,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Node,
    Sequence,
    is_text,
    last_name,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP240",
    name="names-in-other-order",
    effect="wrong-result",
    certainty="likely",
)

_TURNED = re.compile(r"rotat|(?<!re)turn|transpos|swap|flip|mirror|revers|inver|exchang", re.IGNORECASE)
"""Names of functions that give the one thing for the other: turned by 90 degrees, the width is the height."""
_PASSED_ON = {"submit": 0, "run_in_executor": 1, "to_thread": 0, "apply_async": 0}
"""Methods that call their argument at a position with those that follow."""
_COUNTERS = frozenset({"i", "j", "idx", "index", "ix", "position", "pos"})
"""Names for the place of an item."""
_ENDS = frozenset({"start", "end", "begin", "stop", "first", "last", "left", "right", "next", "previous", "old", "new"})
"""Names of which one may well become the other: a gap starts at an end, and a mirror has left on its right."""
_COUNTED = frozenset({"row", "column", "col", "slot", "rank", "step", "line", "bin", "bucket", "place", "id", "label"})
"""Names for a number, of which a list of places may be made."""


def check(python: PythonFacts) -> Iterator[Problem]:
    # Mostly what a library defines is called.
    defined = {frame.function.name for frame in python.frames if frame.function is not None} | _PASSED_ON.keys()
    for call in python.walk(Call):
        if len(call.arguments) > 1 and _last_name(call.func) in defined and call.certain:
            yield from _swapped(python, call)
    for statement in python.walk(Assign):
        if len(statement.targets) == 1 and isinstance(statement.targets[0], Sequence) and not statement.operator:
            yield from _unpacked(python, statement, statement.targets[0])
            yield from _unpacked_texts(statement, statement.targets[0])
    for loop in python.walk(For, Clause):
        if isinstance(loop.target, Sequence) and isinstance(loop.iterable, Call):
            yield from _in_loop(loop.target, loop.iterable)
    if len(python.reads) > 1:
        yield from _inputs(python)
    for response in python.responses:
        if len(response.outputs) > 1:
            outputs = ((w.value, w.names) for w in response.outputs)
            named = [
                (name_of_value(value), names[0], value)
                for value, names in outputs
                if value and names and len(names) == 1
            ]
            yield from _told("output", [each for each in named if each[0]])


def _last_name(func: Expr) -> str | None:
    return func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else None


def _swapped(python: PythonFacts, call: Call) -> Iterator[Problem]:
    positional = [a.value for a in call.arguments if a.keyword is None]
    function, skipped = _called(python, call.func), 0
    effect = None
    if function is None and isinstance(call.func, Attribute) and call.func.attr in _PASSED_ON:
        skipped = _PASSED_ON[call.func.attr] + 1
        function = _called(python, positional[skipped - 1]) if len(positional) > skipped else None
        effect = "instability"
    if function is None:
        return
    if _is_meant(python, call, function):
        return
    names = [name_of_value(value) for value in positional[skipped:]]
    parameters = [p.name for p in function.positional]
    bound = python.frame_of(function).in_class is not None and function.decorator_names != ("staticmethod",)
    parameters = parameters[bound:]
    for first, one in enumerate(names):
        for second in range(first + 1, min(len(names), len(parameters))):
            other = names[second]
            if one is None or other is None or one == other:
                continue
            if (one, other) == (parameters[second], parameters[first]):
                yield Problem(
                    call.span,
                    f"`{one}` and `{other}` stand in another order than in the definition of `{function.name}`",
                    help=f"write `{other}` before `{one}`",
                    related=(Related(function.name_span, "defined here"),),
                    effect=effect,  # type: ignore[arg-type]
                    key=f"{one} {other}",
                )
                return
    kinds = [name.rstrip("0123456789").rstrip("_") for name in parameters]
    if sorted(kinds) == sorted(name or "" for name in names) and kinds != names:
        place = next(place for place, name in enumerate(names) if name != kinds[place])
        yield Problem(
            call.span,
            f"`{names[place]}` stands where the definition of `{function.name}` has `{parameters[place]}`",
            help=f"write them in the order {', '.join(parameters)}",
            related=(Related(function.name_span, "defined here"),),
            effect=effect,  # type: ignore[arg-type]
            key=f"{names[place]} {parameters[place]}",
        )


def _is_meant(python: PythonFacts, call: Call, function: Function) -> bool:
    """Whether a function calls itself, or is called in the same place with the same values in both orders."""
    caller = python.function_at(call)
    if caller is None or caller is function:
        return caller is not None
    given = [python.source(argument.value) for argument in call.arguments]
    for other in own_nodes(caller, Call):
        if other is not call and _last_name(other.func) == function.name:
            others = [python.source(argument.value) for argument in other.arguments]
            if others != given and sorted(others) == sorted(given):
                return True
    return False


def _unpacked(python: PythonFacts, statement: Assign, target: Sequence) -> Iterator[Problem]:
    value = statement.value.value if isinstance(statement.value, Await) else statement.value
    function = _called(python, value.func) if isinstance(value, Call) else None
    if function is None or is_generator(function) or _TURNED.search(function.name):
        return
    taken = [_target_name(item) for item in target.items]
    orders = []
    for given in returns(function):
        if not isinstance(given.value, Sequence) or len(given.value.items) != len(taken):
            return
        orders.append([name_of_value(item) for item in given.value.items])
    for order in orders:
        if None in order or None in taken or len(set(order)) != len(order):
            return
        places = [_place(name or "", [n or "" for n in order]) for name in taken]
        if None in places or len(set(places)) != len(places) or places == sorted(places, key=int):  # type: ignore[arg-type]
            return
    if orders:
        shown = ", ".join(f"`{name}`" for name in orders[0])
        yield Problem(
            target.span,
            f"`{function.name}` returns {shown}, in this order: here they get each other's names",
            help="unpack them in the order in which they are returned",
            related=(Related(function.name_span, "defined here"),),
            key="unpack",
        )


def _unpacked_texts(statement: Assign, target: Sequence) -> Iterator[Problem]:
    """`mask, image = self._read(request, "IMAGE", "MASK")`."""
    value = statement.value.value if isinstance(statement.value, Await) else statement.value
    if not isinstance(value, Call):
        return
    positional = [a.value for a in value.arguments if a.keyword is None]
    texts = [each.value for each in positional if isinstance(each, Constant) and is_text(each)]
    if len(texts) == len(target.items):
        named = [(_target_name(item), str(text), item) for item, text in zip(target.items, texts, strict=True)]
        yield from _told("text", named)


def _in_loop(target: Sequence, iterable: Call) -> Iterator[Problem]:
    """`for mask, image in zip(images, masks)` and `for word, i in enumerate(words)`."""
    lists = [last_name(argument.value) for argument in iterable.arguments if argument.keyword is None]
    names = [last_name(item) for item in target.items]
    called = last_name(iterable.func)
    if called == "zip" and len(names) == len(lists):
        yield from _told("item", list(zip(names, lists, target.items, strict=True)))
    elif called == "enumerate" and len(names) == 2 and lists and names[1] in _COUNTERS and names[0]:
        words = set(words_in(names[0]))
        if words <= words_of_items(lists[0]) and not words & (_COUNTERS | _COUNTED):
            yield Problem(
                target.span,
                f"`enumerate` gives the place first: here `{names[0]}` is a number, and `{names[1]}` the item",
                help=f"write `{names[1]}, {names[0]}`",
                key="enumerate",
            )


def _inputs(python: PythonFacts) -> Iterator[Problem]:
    """Inputs that are read into each other's names."""
    by_function: dict[Span, list[tuple[str | None, str, Node]]] = {}
    for one in inputs_read_into(python):
        by_function.setdefault(one.function.span, []).append((one.target.id, one.tensor, one.target))
    for named in by_function.values():
        yield from _told("input", named)


def _told(kind: str, named: Iterable[tuple[str | None, str, Node]]) -> Iterator[Problem]:
    """Two things that have each other's names: each has the words of the other's label, and not those of its own."""
    known = [(name, set(words_in(name)), label, words_of_items(label), node) for name, label, node in named if name]
    for first, (name, words, label, own, node) in enumerate(known):
        for other_name, other_words, other_label, other_own, other in known[first + 1 :]:
            crossed = words <= other_own and other_words <= own and not words & _ENDS and not other_words & _ENDS
            if crossed and not words & own and not other_words & other_own and min(len(name), len(other_name)) > 2:
                yield Problem(
                    node.span,
                    f"`{name}` and `{other_name}` have each other's {kind}: '{label}' and '{other_label}'",
                    help="exchange them",
                    related=(Related(other.span, "the other one"),),
                    key=f"{name} {other_name}",
                )
                return


def _place(name: str, order: list[str]) -> int | None:
    """Which returned name a target is named after."""
    if name in order:
        return order.index(name)
    words = set(words_in(name))
    found = [place for place, one in enumerate(order) if set(words_in(one)) <= words]
    return found[0] if len(found) == 1 else None


def _called(python: PythonFacts, func: Expr) -> Function | None:
    """The function or method of the file that an expression is."""
    frame = python.frame_at(func)
    if isinstance(func, Attribute):
        own = python.self_name(frame)
        if own is None or not isinstance(func.value, Name) or func.value.id != own:
            return None
        method = python.method(func.attr)
        bindings = python.attributes.get(func.attr, [])
        fine = method is not None and method.decorator_names in {(), ("staticmethod",), ("classmethod",)}
        return method if fine and all(b.kind == "function" for b, _ in bindings) else None
    if isinstance(func, Name):
        found = python.lookup(func.id, frame)
        if found is not None and len(found[0]) == 1 and found[0][0].kind == "function":
            function = python.function_bound(found[0][0])
            return function if function is not None and not function.decorators else None
    return None


def _target_name(expr: Expr) -> str | None:
    if isinstance(expr, Attribute):
        return expr.attr.lstrip("_")
    return expr.id if isinstance(expr, Name) else None


EXAMPLES = (
    """\
-- far/config.pbtxt --
backend: "python"
input { name: "lat" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "lon" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "far" data_type: TYPE_FP32 dims: [ 1 ] }
-- far/1/model.py --
import triton_python_backend_utils as pb_utils


def apart(lat1, lon1, lat2, lon2):
    return abs(lat2 - lat1) + abs(lon2 - lon1)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            lat = pb_utils.get_input_tensor_by_name(request, "lat").as_numpy()
            lon = pb_utils.get_input_tensor_by_name(request, "lon").as_numpy()
            far = apart(lat[:1], lat[1:], lon[:1], lon[1:])
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP240
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("far", far)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "lows" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "highs" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _answer(self, low, high):
        tensors = [pb_utils.Tensor("lows", low), pb_utils.Tensor("highs", high)]
        return pb_utils.InferenceResponse(output_tensors=tensors)

    def _range(self, x):
        low, high = x.min(keepdims=True), x.max(keepdims=True)
        return low, high

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            high, low = self._range(x)
#           ^^^^^^^^^ TLP240
            responses.append(self._answer(low, high))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "lows" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "highs" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _answer(self, low, high):
        tensors = [pb_utils.Tensor("lows", low), pb_utils.Tensor("highs", high)]
        return pb_utils.InferenceResponse(output_tensors=tensors)

    def _range(self, x):
        low, high = x.min(keepdims=True), x.max(keepdims=True)
        return low, high

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            low, high = self._range(x)
            responses.append(self._answer(high, low))
#                            ^^^^^^^^^^^^^^^^^^^^^^^ TLP240
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "lows" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "highs" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _answer(self, low, high):
        tensors = [pb_utils.Tensor("lows", low), pb_utils.Tensor("highs", high)]
        return pb_utils.InferenceResponse(output_tensors=tensors)

    def _range(self, x):
        low, high = x.min(keepdims=True), x.max(keepdims=True)
        return low, high

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            low, high = self._range(x)
            responses.append(self._answer(low, high))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "BASE" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "WEIGHT" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "LOW" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "HIGH" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            weight = pb_utils.get_input_tensor_by_name(request, "BASE").as_numpy()
#           ^^^^^^ TLP240
            base = pb_utils.get_input_tensor_by_name(request, "WEIGHT").as_numpy()
            low, high = base - weight, base + 2 * weight
            tensors = [pb_utils.Tensor("LOW", high), pb_utils.Tensor("HIGH", low)]
#                                             ^^^^ TLP240
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "BASE" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "WEIGHT" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "Y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _read(self, request, *names):
        return [pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in names]

    def execute(self, requests):
        responses = []
        for request in requests:
            weight, base = self._read(request, "BASE", "WEIGHT")
#           ^^^^^^ TLP240
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", base - 2 * weight)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "BASE" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "WEIGHT" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "Y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _arrays(self, requests, name):
        return [pb_utils.get_input_tensor_by_name(request, name).as_numpy() for request in requests]

    def execute(self, requests):
        bases, weights = self._arrays(requests, "BASE"), self._arrays(requests, "WEIGHT")
        responses = []
        for weight, base in zip(bases, weights):
#           ^^^^^^ TLP240
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", base - 2 * weight)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "SCORES" data_type: TYPE_FP32 dims: [ -1 ] }
input { name: "RANKS" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "LOW" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "LOW_RANK" data_type: TYPE_INT32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def read(request, second, first):
    return [pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in (first, second)]


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            scores, ranks = read(request, "RANKS", first="SCORES")
            places = np.zeros_like(ranks)
            for rank, i in enumerate(ranks):
                places[rank] = i + 1
            starts, ends = scores[:-1], scores[1:]
            gaps = [end - start for start, end in zip(ends, starts)]
            spans = [(start, end) for start, end in zip(starts, ends) if gaps]
            low = min([start for start, _ in spans], default=np.float32(0))
            tensors = [pb_utils.Tensor("LOW_RANK", places), pb_utils.Tensor("LOW", np.array([low], np.float32))]
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "WORDS" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "PLACE" data_type: TYPE_INT32 dims: [ -1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = pb_utils.get_input_tensor_by_name(request, "WORDS").as_numpy()
            places = np.array([i for word, i in enumerate(words) if word != b"stop"], dtype=np.int32)
#                                    ^^^^^^^ TLP240
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("PLACE", places)]))
        return responses
""",
    # Names that were exchanged, and the same values in both orders.
    """\
-- mirror/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "source" data_type: TYPE_FP32 dims: [ 4 ] }
input { name: "target" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "source" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "target" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- mirror/1/model.py --
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            source = pb_utils.get_input_tensor_by_name(request, "source").as_numpy()
            target = pb_utils.get_input_tensor_by_name(request, "target").as_numpy()
            source, target = target, source
            outputs = [pb_utils.Tensor("source", source), pb_utils.Tensor("target", target)]
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses
""",
    # A measure of both directions.
    """\
-- symm/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { max_queue_delay_microseconds: 1000 }
-- symm/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.full_like(x, self._distance(x[:1], x[-1:]) + self._distance(x[-1:], x[:1]))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses

    def _distance(self, query, key):
        return self._one_way(query, key) + self._one_way(key, query)

    def _one_way(self, query, key):
        return float(np.abs(query - key).max())
""",
)
