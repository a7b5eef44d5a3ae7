"""What ``auto_complete_config`` of a model.py tells the server, as far as it is written as literals.

Only calls that every run of the function makes are certain; a condition around the others may ask whether the config
has this already (python_backend, triton_python_backend_utils.py:
``ModelConfig`` raises ValueError for each of the mistakes that rules TLP021 to TLP024 report).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_tree import (
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Constant,
    Dict,
    Expr,
    Expression,
    For,
    Function,
    If,
    Name,
    Node,
    Return,
    Sequence,
    Try,
    With,
    dotted,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.remember import remembered

_ARITHMETIC: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
}
"""How sizes are worked out of other sizes."""


@dataclass(frozen=True, slots=True)
class HookCall:
    """One call of a method of the config object inside the hook."""

    method: str
    call: Call
    argument: Expr | None
    certain: bool
    caught: bool
    """Whether something around it may swallow what it raises."""


@dataclass(frozen=True, slots=True)
class DeclaredTensor:
    """A dict literal given to ``add_input`` or ``add_output``; ``values`` by key."""

    direction: str
    literal: Dict
    values: dict[str, Expr]
    certain: bool
    call: Call
    caught: bool = False
    if_unknown: bool = False
    """Whether it is added only where the config does not have it already."""


def hook_calls(python: PythonFacts) -> Iterator[HookCall]:
    """Calls on the config object in the hook, in file order; none when the hook is no plain static or class method."""
    return iter(_all_calls(python))


@remembered
def _all_calls(python: PythonFacts) -> tuple[HookCall, ...]:
    return tuple(_hook_calls(python))


def _hook_calls(python: PythonFacts) -> Iterator[HookCall]:
    hook = python.method("auto_complete_config")
    if hook is None or not hook.positional or not {"staticmethod", "classmethod"} & set(hook.decorator_names):
        return
    own = hook.positional[-1].name
    if len(python.frame_of(hook).bindings.get(own, [])) != 1:
        return  # An object of the file took its place.
    for node in python.walk_function(hook, Call):
        if (
            isinstance(node.func, Attribute)
            and isinstance(node.func.value, Name)
            and node.func.value.id == own
            and node.certain
        ):
            caught = _may_be_caught(hook, node)
            certain = unconditional(hook, node) and not caught
            yield HookCall(node.func.attr, node, _argument(node), certain, caught)


def declared_tensors(python: PythonFacts) -> Iterator[DeclaredTensor]:
    """Tensors that the hook surely adds, from dict literals whose keys are all known."""
    return (tensor for tensor in _all_tensors(python) if not tensor.if_unknown)


def added_tensors(python: PythonFacts, config: Document | None) -> Iterator[DeclaredTensor]:
    """Those, and what the hook adds because the config does not have it."""
    known = {
        (direction, tensor.string("name"))
        for direction in ("input", "output")
        for tensor in (config.root.messages(direction) if config is not None else ())
    }
    for tensor in _all_tensors(python):
        named = one_string(python, tensor.values.get("name"))
        if not tensor.if_unknown or (named is not None and (tensor.direction, named) not in known):
            yield tensor


@remembered
def _all_tensors(python: PythonFacts) -> tuple[DeclaredTensor, ...]:
    return tuple(_declared_tensors(python))


def _declared_tensors(python: PythonFacts) -> Iterator[DeclaredTensor]:
    for call in hook_calls(python):
        if call.method not in ("add_input", "add_output") or call.argument is None:
            continue
        # What is changed on the way is another one.
        sources = python.follow(call.argument) if dotted(call.argument) not in python.mutated else None
        literals = [literal for source, _ in sources or () if (literal := _as_literal(source)) is not None]
        if not literals and isinstance(call.argument, Call) and (made := _made_by(python, call.argument)) is not None:
            literals = [made]
        items, asks = _looped_over(python, call.call)
        if items:
            # Its name may be that of another loop, too.
            literals = list(items)
        if not literals or (len(literals) > 1 and not items):
            continue
        for literal in literals:
            values: dict[str, Expr] = {}
            for key, value in zip(literal.keys, literal.values, strict=True):
                names = python.strings(key) if key is not None else None
                if names is None or len(names) != 1:
                    break
                values[names[0]] = value
            else:
                certain = call.certain or (bool(items) and not asks)
                yield DeclaredTensor(
                    call.method.removeprefix("add_"), literal, values, certain, call.call, call.caught, asks
                )


def _made_by(python: PythonFacts, call: Call) -> Dict | None:
    """The dict that a function of the module makes of what the call gives it, if it does nothing else."""
    if not isinstance(call.func, Name) or not call.certain:
        return None
    functions = [s for s in python.body if isinstance(s, Function) and s.name == call.func.id]
    found = python.lookup(call.func.id, python.frame_at(call))
    if len(functions) != 1 or found is None or len(found[0]) != 1 or found[0][0].kind != "function":
        return None
    function = functions[0]
    last = function.body[-1] if len(function.body) == 1 else None
    if not isinstance(last, Return) or not isinstance(last.value, Dict) or function.decorators or function.is_async:
        return None
    if len(function.positional) != len(function.parameters):
        return None
    given = {p.name: call.argument(number, p.name) or p.default for number, p in enumerate(function.positional)}

    def put(expr: Expr) -> Expr | None:
        if isinstance(expr, Name) and expr.id in given:
            return given[expr.id]
        if isinstance(expr, Sequence):
            items = [put(item) for item in expr.items]
            known = tuple(item for item in items if item is not None)
            return Sequence(call.span, expr.kind, known) if len(known) == len(items) else None
        # Whatever else is made of the arguments is not known.
        return None if any(name.id in given for name in walk((expr,), Name)) else expr

    values = [put(value) for value in last.value.values]
    known = tuple(value for value in values if value is not None)
    return Dict(call.span, last.value.keys, known) if len(known) == len(values) else None


def _as_literal(source: Expr) -> Dict | None:
    """A dict literal; ``dict(name="x", dims=[1])`` as if it were written with braces."""
    if not isinstance(source, Call) or dotted(source.func) != "dict":
        return source if isinstance(source, Dict) else None
    return _by_keywords(source)


def _by_keywords(call: Call) -> Dict | None:
    keys = [(a.span, a.keyword) for a in call.arguments if a.keyword is not None]
    if len(keys) != len(call.arguments):
        return None
    names = tuple(Constant(span, keyword) for span, keyword in keys)
    return Dict(call.span, names, tuple(argument.value for argument in call.arguments))


def _looped_over(python: PythonFacts, call: Call) -> tuple[tuple[Dict, ...], bool]:
    """The items of a written list, for each of which the hook does nothing but this call in a loop.

    True beside it says that it does so for those items only that are not there yet: ``if … not in …``.
    """
    hook = python.method("auto_complete_config")
    for statement in hook.body if hook is not None else ():
        iterable: Expr | None = None
        target: Expr | None = None
        asks = False
        if isinstance(statement, Expression) and isinstance(statement.value, Comprehension):
            made = statement.value
            if len(made.clauses) == 1 and len(made.elements) == 1 and made.elements[0] is call:
                iterable, target = made.clauses[0].iterable, made.clauses[0].target
                asks = bool(made.clauses[0].conditions)
                if asks and not all(map(_is_absence, made.clauses[0].conditions)):
                    return (), False
        elif isinstance(statement, For) and len(statement.body) == 1:
            only = statement.body[0]
            if isinstance(only, If) and len(only.body) == 1 and not only.orelse and _is_absence(only.test):
                only, asks = only.body[0], True
            if isinstance(only, Expression) and only.value is call:
                iterable, target = statement.iterable, statement.target
        if iterable is not None and target is not None:
            sources = python.follow(iterable, python.frame_at(statement)) or ()
            items = sources[0][0].items if len(sources) == 1 and isinstance(sources[0][0], Sequence) else ()
            written = tuple(item for item in items if isinstance(item, Dict))
            given = _argument(call)
            by_name = isinstance(given, Name) and dotted(target) == given.id
            return (written, asks) if len(written) == len(items) and by_name else ((), False)
    return (), False


def _is_absence(test: Expr) -> bool:
    """``name not in known``."""
    return isinstance(test, Compare) and test.operators == ("not in",)


def one_string(python: PythonFacts, expr: Expr | None) -> str | None:
    """The one string that an expression stands for, or None."""
    found = python.strings(expr) if expr is not None else None
    return found[0] if found is not None and len(found) == 1 else None


def one_number(python: PythonFacts, expr: Expr | None) -> int | None:
    """The one integer that an expression stands for, or None."""
    found = python.values(expr) if expr is not None else None
    if found is not None and len(found) == 1 and isinstance(found[0], int) and not isinstance(found[0], bool):
        return found[0]
    sources = (python.follow(expr) or []) if found is None and expr is not None else []
    source = sources[0][0] if len(sources) == 1 else None
    if not isinstance(source, Binary) or source.operator not in _ARITHMETIC:
        return None
    left, right = one_number(python, source.left), one_number(python, source.right)
    if left is None or right is None or (source.operator == "//" and not right):
        return None
    return _ARITHMETIC[source.operator](left, right)


def dims(python: PythonFacts, expr: Expr | None) -> list[int] | None:
    """A literal list of integers, or None."""
    followed = python.follow(expr) if expr is not None else None
    if followed is None or len(followed) != 1 or not isinstance(followed[0][0], Sequence):
        return None
    if followed[0][0].kind != "list":
        return None
    out = []
    for item in followed[0][0].items:
        number = one_number(python, item)
        if number is None:
            return None
        out.append(number)
    return out


def _may_be_caught(hook: Function, node: Node) -> bool:
    """Whether something in the hook may swallow the ValueError of a call."""
    for outer in walk(hook.body, Try, With):
        if isinstance(outer, Try) and not outer.handlers:
            continue
        if any(inner is node for inner in walk(outer.body)):
            return True
    return False


def _argument(call: Call) -> Expr | None:
    return call.arguments[0].value if len(call.arguments) == 1 else None
