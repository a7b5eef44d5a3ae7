"""Lists that hold what every request of a call brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Sequence,
    Subscript,
    Unary,
    Walrus,
    dotted,
    last_name,
    lies_in,
    walk,
)

if TYPE_CHECKING:
    from tritonlint.inputs.python import Frame, PythonFacts

_MOST = 12
_METHODS = frozenset({"astype", "copy", "clip", "round"})
_FUNCTIONS = frozenset(
    {
        "abs",
        "absolute",
        "asarray",
        "array",
        "ascontiguousarray",
        "clip",
        "copy",
        "exp",
        "expm1",
        "log",
        "log1p",
        "log10",
    }
    | {"maximum", "minimum", "multiply", "nan_to_num", "power", "round", "sign", "sqrt", "square", "subtract", "tanh"}
    | {"log10", "add", "divide", "true_divide", "float32", "int32", "int64", "float16", "float64"}
)
_PLAIN = frozenset({"astype", "copy", "asarray", "array", "ascontiguousarray", "round"})
_ONE_FOR_EACH = frozenset({"enumerate", "zip", "list", "tuple", "reversed", "iter"})
_SCALARS = frozenset({"float", "int", "float16", "float32", "float64", "int32", "int64"})


class Listed(NamedTuple):
    """The input whose arrays a list holds, and whether these are single rows of them."""

    name: str
    rows: bool = False


def listed(python: PythonFacts, expr: Expr, frame: Frame | None = None, steps: int = 0) -> Listed | None:
    """What a list holds of every request: the arrays of an input, as long as they came, or their rows."""
    frame = frame or python.frame_at(expr)
    if steps > _MOST:
        return None
    if isinstance(expr, Comprehension):
        if expr.kind == "dict" or len(expr.elements) != 1 or any(clause.conditions for clause in expr.clauses):
            return None
        if not _spans(python, expr.clauses[0].iterable, python.frame_at(expr), steps + 1):
            return None
        turns = {name.id for clause in expr.clauses for name in walk(clause.target, Name)}
        if not any(name.id in turns for name in walk(expr.elements[0], Name)):
            return None
        return _element(python, expr.elements[0], python.frame_at(expr.elements[0]), steps + 1)
    if isinstance(expr, Call):
        helper = called_function(python, expr)
        ends = returns(helper) if helper is not None else []
        value = ends[0].value if len(ends) == 1 else None
        return listed(python, value, None, steps + 1) if value is not None else None
    if not isinstance(expr, Name):
        return None
    found = python.lookup(expr.id, frame)
    if found is None or found[1].function is None or len(found[0]) != 1 or found[0][0].kind != "value":
        return None
    made, where = found[0][0].expr, found[1]
    # What is put into it at a place may have another length, and so may what another function makes of it.
    stores = (t for assign in own_nodes(found[1].function, Assign) for t in assign.targets if isinstance(t, Subscript))
    if any(isinstance(store.value, Name) and store.value.id == expr.id for store in stores):
        return None
    handed = (
        call for call in own_nodes(found[1].function, Call) if any(dotted(a.value) == expr.id for a in call.arguments)
    )
    if any(_changes_list(python, call, expr.id) for call in handed):
        return None
    if not isinstance(made, Sequence) or made.items:
        return listed(python, made, where, steps + 1) if made is not None else None
    adds = _calls_on(found[1].function, expr.id)
    if len(adds) != 1 or not _filled_by_all(python, found[1].function, made, adds[0], where, steps + 1):
        return None
    added, method = adds[0].argument(0), getattr(adds[0].func, "attr", "")
    one = _element(python, added, where, steps + 1) if added is not None else None
    if one is None or method not in {"append", "extend"}:
        return None
    if method == "append":
        return one
    return None if one.rows else Listed(one.name, rows=True)


def _calls_on(function: Function, name: str) -> list[Call]:
    """Calls of the methods of what a name stands for."""
    return [
        call
        for call in own_nodes(function, Call)
        if isinstance(call.func, Attribute) and isinstance(call.func.value, Name) and call.func.value.id == name
    ]


def _filled_by_all(python: PythonFacts, function: Function, made: Expr, add: Call, frame: Frame, steps: int) -> bool:
    """Whether an empty list gets something of each request: in a loop over all of them that it is made before."""
    loops = [loop for loop in own_nodes(function, For) if lies_in(add, loop)]
    outer = next(
        (loop for loop in loops if not any(other is not loop and lies_in(loop, other) for other in loops)), None
    )
    return outer is not None and not lies_in(made, outer) and _spans(python, outer.iterable, frame, steps)


def _spans(python: PythonFacts, iterable: Expr, frame: Frame, steps: int) -> bool:
    """Whether something gives all requests of a call, or one thing for each of them."""
    if steps > _MOST:
        return False
    if isinstance(iterable, Call) and dotted(iterable.func) in _ONE_FOR_EACH:
        return any(_spans(python, argument.value, frame, steps + 1) for argument in iterable.arguments)
    if isinstance(iterable, Comprehension):
        clause = iterable.clauses[0]
        return not clause.conditions and _spans(python, clause.iterable, python.frame_at(iterable), steps + 1)
    if isinstance(iterable, Call):
        helper = called_function(python, iterable)
        ends = returns(helper) if helper is not None else []
        value = ends[0].value if len(ends) == 1 else None
        return helper is not None and value is not None and _spans(python, value, python.frame_of(helper), steps + 1)
    if not isinstance(iterable, Name):
        return False
    found = python.bindings_at(iterable, frame)
    if found is None or found[1].function is None or len(found[0]) != 1:
        return False
    function, binding = found[1].function, found[0][0]
    if binding.kind == "parameter":
        execute = python.method("execute")
        if function is execute:
            return [parameter.name for parameter in function.positional[1:2]] == [iterable.id]
        return _always_given_all(python, function, iterable.id, steps + 1)
    if binding.kind != "value" or binding.expr is None:
        return False
    made = binding.expr
    if not isinstance(made, Sequence) or made.items:
        return _spans(python, made, found[1], steps + 1)
    adds = [call for call in _calls_on(function, iterable.id) if getattr(call.func, "attr", "") == "append"]
    return len(adds) == 1 and _filled_by_all(python, function, made, adds[0], found[1], steps + 1)


def _always_given_all(python: PythonFacts, function: Function, name: str, steps: int) -> bool:
    """Whether all that call a function hand over all requests, or one thing for each of them, as a parameter."""
    calls = [call for call in python.walk(Call) if called_function(python, call) is function]
    places = [parameter.name for parameter in function.positional]
    if not calls or name not in places:
        return False
    for call in calls:
        place = places.index(name) - (places[0] == "self" and isinstance(call.func, Attribute))
        given = call.argument(place, name) if place >= 0 else None
        if given is None or not _spans(python, given, python.frame_at(call), steps):
            return False
    return True


def _changes_list(python: PythonFacts, call: Call, name: str) -> bool:
    """Whether a function of the file puts something else into a list that it is given."""
    helper = called_function(python, call)
    if helper is None:
        return False
    stores = (t for assign in own_nodes(helper, Assign) for t in assign.targets if isinstance(t, Subscript))
    parameters = {parameter.name for parameter in helper.parameters}
    return any(isinstance(store.value, Name) and store.value.id in parameters for store in stores)


def _element(python: PythonFacts, expr: Expr, frame: Frame, steps: int) -> Listed | None:
    """What one item is: the array of an input as long as it came, or a row of it."""
    if steps > _MOST:
        return None
    if isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr == "as_numpy":
        name = _input(python, expr.func.value, frame)
        return Listed(name) if name is not None else None
    if isinstance(expr, Name):
        found = python.lookup(expr.id, frame)
        if found is None or found[1].function is None:
            return None
        kinds = set()
        for binding in found[0]:
            value = binding.expr
            if value is None or binding.kind not in {"value", "element"}:
                return None
            if binding.kind == "element":
                if binding.index is not None:
                    return None
                kinds.add(_item_of(python, value, found[1], steps + 1))
            elif not _keeps(value, {expr.id}) or not any(name.id == expr.id for name in walk(value, Name)):
                kinds.add(_element(python, value, found[1], steps + 1))
        return kinds.pop() if len(kinds) == 1 else None
    if isinstance(expr, Call):
        helper = called_function(python, expr)
        if helper is not None:
            if len(expr.arguments) == 0:
                return None
            given = expr.arguments[0]
            bound = isinstance(expr.func, Attribute) and bool(helper.positional) and helper.positional[0].name == "self"
            if given.keyword is not None or len(helper.positional) <= bound:
                return None
            if _keeps_length(helper, helper.positional[bound].name):
                return _element(python, given.value, frame, steps + 1)
            ends = returns(helper)
            value = ends[0].value if len(ends) == 1 else None
            # It may read the input itself.
            return _element(python, value, python.frame_of(helper), steps + 1) if value is not None else None
    source = _elementwise(expr)
    return _element(python, source, frame, steps + 1) if source is not None else None


def _item_of(python: PythonFacts, iterable: Expr, frame: Frame, steps: int) -> Listed | None:
    """What a loop gives of a list with something of each request, or of an array."""
    whole = listed(python, iterable, frame, steps + 1)
    if whole is not None:
        return whole
    array = _element(python, iterable, frame, steps + 1)
    return Listed(array.name, rows=True) if array is not None and not array.rows else None


def _input(python: PythonFacts, tensor: Expr, frame: Frame) -> str | None:
    """The input of a request that a tensor is."""
    for source, where in python.follow(tensor, frame) or ():
        if isinstance(source, Call) and python.pb_name(source.func, where) == "get_input_tensor_by_name":
            names = python.strings(source.argument(1, "name"), where)
            return names[0] if names and len(names) == 1 else None
    return None


def _elementwise(expr: Expr) -> Expr | None:
    """The array as long as which something is: of ``np.abs(x)``, ``x.astype(…)``, ``x * 2``."""
    if isinstance(expr, Unary):
        return expr.operand
    if isinstance(expr, Binary) and expr.operator != "@":
        return expr.left if _is_no_longer(expr.right, expr.left) else None
    if isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.arguments:
        others = [argument.value for argument in expr.arguments if argument.keyword is None]
        if expr.func.attr in _METHODS:
            array = expr.func.value
        elif expr.func.attr in _FUNCTIONS and isinstance(expr.func.value, Name):
            array, others = expr.arguments[0].value, others[1:]
        else:
            return None
        if expr.func.attr in _PLAIN or all(_is_no_longer(other, array) for other in others):
            return array
    return None


def _is_no_longer(other: Expr, array: Expr) -> bool:
    """Whether what an array is combined with cannot give it another length: a number, or something of the array."""
    if isinstance(other, Unary):
        other = other.operand
    if isinstance(other, Constant):
        return True
    if isinstance(other, Call) and last_name(other.func) in _SCALARS:
        return True
    if isinstance(other, Binary):
        return _is_no_longer(other.left, array) and _is_no_longer(other.right, array)
    own = {name.id for name in walk((array,), Name)} - {"np", "numpy"}
    return any(name.id in own for name in walk((other,), Name))


def _keeps(expr: Expr | None, names: set[str]) -> bool:
    """Whether an expression is an array as long as one of these."""
    for _ in range(_MOST):
        if isinstance(expr, Name):
            return expr.id in names
        if isinstance(expr, Conditional):
            return _keeps(expr.body, names) and _keeps(expr.orelse, names)
        expr = _elementwise(expr) if expr is not None else None
    return False


def _keeps_length(function: Function, name: str) -> bool:
    """Whether a function gives back an array as long as the one that it gets."""
    names = {name}
    if next(own_nodes(function, Walrus), None) is not None:
        return False
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            if isinstance(target, Name) and (assign.operator or _keeps(assign.value, names)):
                names.add(target.id)
            elif isinstance(target, Name):
                names.discard(target.id)
    ends = returns(function)
    return bool(ends) and all(_keeps(end.value, names) for end in ends)
