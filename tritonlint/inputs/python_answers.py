"""Where the responses of execute come from: functions that it hands the requests to, and those that make a response."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_generator, is_none, own_nodes, returns
from tritonlint.inputs.python_guards import checked_for_none
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_reaching import sources_at
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Class,
    Comprehension,
    Conditional,
    Delete,
    Expr,
    Expression,
    Function,
    Name,
    Return,
    Sequence,
    Starred,
    dotted,
    last_name,
    walk,
)
from tritonlint.remember import remembered
from tritonlint.source import Span


@remembered
def answering_functions(python: PythonFacts) -> tuple[Function, ...]:
    """execute, and the methods whose value it returns and that get ``requests`` as their first argument."""
    execute = python.method("execute")
    if execute is None or len(execute.positional) < 2:
        return ()
    found = [execute]
    own = python.self_name(python.frame_of(execute))
    name = execute.positional[1].name
    for statement in returns(execute):
        method = _method(python, statement.value, own)
        if method is None or method in found or is_generator(method) or len(method.positional) < 2:
            continue
        call = statement.value.value if isinstance(statement.value, Await) else statement.value
        first = call.argument(0) if isinstance(call, Call) else None
        if isinstance(first, Name) and first.id == name:
            found.append(method)
    return tuple(found)


def answer_lists(python: PythonFacts) -> Iterator[tuple[Function, str]]:
    """The lists of responses that functions return: the function, and the name; none where senders are used."""
    if uses_sender(python):
        return
    for function in answering_functions(python):
        for name in dict.fromkeys(s.value.id for s in returns(function) if isinstance(s.value, Name)):
            yield function, name


def one_for_each(python: PythonFacts, function: Function, expr: Expr, depth: int = 0) -> bool:
    """Whether an iterable has one item for each of the requests that a function gets as its first argument."""
    if depth > _DEEPEST:
        return False
    if isinstance(expr, Name):
        if expr.id == function.positional[1].name:
            return True
        sources = [] if _may_change(function, expr.id) else python.follow(expr) or []
        return bool(sources) and all(one_for_each(python, function, source, depth + 1) for source, _ in sources)
    if isinstance(expr, Await):
        called = expr.value
        spread = called.arguments if isinstance(called, Call) and last_name(called.func) == "gather" else ()
        given = [argument.value for argument in spread if argument.star == "*"]
        plain = [argument for argument in spread if not argument.star and argument.keyword is None]
        return len(given) == 1 and not plain and one_for_each(python, function, given[0], depth + 1)
    if isinstance(expr, Comprehension):
        clause = expr.clauses[0]
        single = expr.kind in {"list", "generator"} and len(expr.clauses) == 1 and not clause.conditions
        return single and one_for_each(python, function, clause.iterable, depth + 1)
    if not isinstance(expr, Call) or not expr.certain:
        return False
    items = [argument.value for argument in expr.arguments if argument.keyword is None]
    if last_name(expr.func) == "map":
        return len(items) == 2 and one_for_each(python, function, items[1], depth + 1)
    over = items if dotted(expr.func) == "zip" else items[:1] if last_name(expr.func) in _SAME_ITEMS else []
    return any(one_for_each(python, function, item, depth + 1) for item in over)


def _may_change(function: Function, name: str) -> bool:
    """Whether a function may give a list more or fewer items after it has made it."""
    for call in own_nodes(function, Call):
        func = call.func
        if isinstance(func, Attribute) and dotted(func.value) == name and func.attr not in {"index", "count"}:
            return True
        if last_name(func) not in _ONLY_LOOK and any(dotted(argument.value) == name for argument in call.arguments):
            return True
    assigned = [node for node in own_nodes(function, Assign) for target in node.targets if name in _names_in(target)]
    deleted = any(name in _names_in(target) for node in own_nodes(function, Delete) for target in node.targets)
    return deleted or len(assigned) != 1 or bool(assigned[0].operator)


def _names_in(target: Expr) -> set[str]:
    return {node.id for node in walk(target, Name)}


def response_makers(python: PythonFacts, function: Function) -> Iterator[tuple[Function, Call]]:
    """Methods whose value becomes an element of the list that a function returns, each with such a call."""
    for written in elements(function):
        element = written
        sources = python.follow(element) if isinstance(element, Name) else None
        if isinstance(element, Name) and sources is not None and len(sources) == 1:
            if checked_for_none(function, element.id):
                continue
            element = sources[0][0]
        call = element.value if isinstance(element, Await) else element
        if isinstance(call, Call):
            yield from _makers(python, call, 0)


def _makers(python: PythonFacts, call: Call, depth: int) -> Iterator[tuple[Function, Call]]:
    """The function that a call runs, and those whose value it hands on."""
    made = called_function(python, call)
    if made is None:
        return
    yield made, call
    for statement in returns(made) if depth < _DEEPEST else ():
        value = statement.value.value if isinstance(statement.value, Await) else statement.value
        if isinstance(value, Call):
            yield from _makers(python, value, depth + 1)


def elements(function: Function) -> Iterator[Expr]:
    """What a function puts into the lists that it returns, one expression for each place."""
    names = {s.value.id for s in returns(function) if isinstance(s.value, Name)}
    for statement in returns(function):
        if statement.value is not None:
            yield from _of_list(statement.value)
    for node in own_nodes(function, Call, Assign):
        if isinstance(node, Call):
            method = node.func.attr if isinstance(node.func, Attribute) and len(node.arguments) == 1 else ""
            if method in {"append", "extend"} and isinstance(node.func, Attribute) and dotted(node.func.value) in names:
                given = node.arguments[0].value
                yield from (given,) if method == "append" else _of_list(given)
        elif isinstance(node.value, Sequence | Comprehension) and any(dotted(t) in names for t in node.targets):
            yield from _of_list(node.value)


def _of_list(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Sequence) and expr.kind == "list":
        yield from (item for item in expr.items if not isinstance(item, Starred))
    elif isinstance(expr, Comprehension) and expr.kind == "list" and len(expr.elements) == 1:
        yield expr.elements[0]


def called_function(python: PythonFacts, call: Call) -> Function | None:
    """The function of the file that a call runs: of the model, of the module, or of an object it keeps."""
    func = call.func
    if isinstance(func, Name):
        found = python.lookup(func.id, python.frame_at(call))
        bindings = found[0] if found is not None else []
        function = python.function_bound(bindings[0]) if len(bindings) == 1 else None
        return function if function is not None and not function.decorators else None
    if not isinstance(func, Attribute):
        return None
    own = python.self_name(python.frame_at(call))
    if own is not None and dotted(func.value) == own and _in_model(python, call):
        method = python.method(func.attr)
        if method is None:
            return _method_of_kept(python, func, "__call__")
        kinds = {dotted(decorator) for decorator in method.decorators}
        replaced = any(binding.kind != "function" for binding, _ in python.attributes.get(func.attr, ()))
        return method if kinds <= STILL_METHODS and not replaced else None
    around = python.frame_at(call).in_class
    if own is not None and dotted(func.value) == own and around is not None and around not in python.model_classes:
        return _method_in(around, func.attr)
    if isinstance(func.value, Name):
        classes = [node for node in python.body if isinstance(node, Class) and node.name == func.value.id]
        method = _method_in(classes[0], func.attr) if len(classes) == 1 else None
        # A plain method is given its object by hand there.
        return method if method is not None and method.decorators else None
    return _method_of_kept(python, func.value, func.attr)


def _method_in(cls: Class, name: str) -> Function | None:
    methods = [node for node in cls.body if isinstance(node, Function) and node.name == name]
    plain = len(methods) == 1 and {dotted(decorator) for decorator in methods[0].decorators} <= STILL_METHODS
    return methods[0] if plain else None


def _in_model(python: PythonFacts, call: Call) -> bool:
    around = python.frame_at(call)
    while around.in_class is None and around.parent is not None:
        around = python.frames[around.parent]
    return around.in_class in python.model_classes


def _method_of_kept(python: PythonFacts, kept: Expr, name: str) -> Function | None:
    """``self.builder.build``, or ``self.builder()``, where the model keeps an object of a class of the file."""
    sources = python.follow(kept) if isinstance(kept, Attribute) else None
    # What is set to None at the end is what it was until then.
    values = [one for one, _ in sources or () if not is_none(one)]
    made = values[0] if len(values) == 1 else None
    of = dotted(made.func) if isinstance(made, Call) else None
    classes = [node for node in python.body if isinstance(node, Class) and node.name == of]
    return _method_in(classes[0], name) if len(classes) == 1 else None


@remembered
def only_makes_responses(python: PythonFacts, function: Function) -> bool:
    """Whether all that a function is for is the response, or the list of responses, that it returns."""
    return _only_makes(python, function, 0)


def _only_makes(python: PythonFacts, function: Function, depth: int) -> bool:
    if is_generator(function) or depth > _DEEPEST:
        return False
    given = [statement.value for statement in returns(function) if statement.value is not None]
    sends = (node.func for node in own_nodes(function, Call))
    if any(isinstance(func, Attribute) and func.attr == "send" for func in sends):
        return False
    return bool(given) and all(_is_made(python, function, value, depth) for value in given)


def _is_made(python: PythonFacts, function: Function, expr: Expr | None, depth: int) -> bool:
    """Whether an expression is a new response, or a list of new ones, that nobody else has."""
    if isinstance(expr, Call):
        called = called_function(python, expr)
        if called is not None:
            return _only_makes(python, called, depth + 1)
        return python.pb_name(expr.func) == "InferenceResponse"
    if isinstance(expr, Conditional):
        return _is_made(python, function, expr.body, depth) and _is_made(python, function, expr.orelse, depth)
    if isinstance(expr, Comprehension | Sequence):
        inner = expr.elements if isinstance(expr, Comprehension) else expr.items
        return expr.kind == "list" and bool(inner) and all(_is_made(python, function, one, depth) for one in inner)
    if isinstance(expr, Binary):
        return expr.operator == "*" and _is_made(python, function, expr.left, depth)
    return isinstance(expr, Name) and _name_is_made(python, function, expr.id, depth)


def _name_is_made(python: PythonFacts, function: Function, name: str, depth: int) -> bool:
    """Whether a name holds a new response (or a list that only such are added to) and is only returned."""
    values: list[Expr | None] = []
    uses = 0
    for node in own_nodes(function, Assign, Return, Expression):
        if isinstance(node, Assign) and any(dotted(target) == name for target in node.targets):
            if not (isinstance(node.value, Sequence) and not node.value.items):
                values.append(node.value)
        elif isinstance(node, Return):
            if not isinstance(node.value, Name) or node.value.id != name:
                continue
        elif isinstance(node, Expression) and isinstance(node.value, Call):
            if dotted(node.value.func) != f"{name}.append":
                continue
            values.append(node.value.argument(0))
        else:
            continue
        uses += 1
    mentioned = sum(node.id == name for node in own_nodes(function, Name))
    return mentioned == uses and bool(values) and all(_is_made(python, function, value, depth + 1) for value in values)


_DEEPEST = 3
_SAME_ITEMS = frozenset({"list", "tuple", "enumerate", "reversed", "sorted", "as_completed"})
"""Functions that give as many items as they are given."""
_ONLY_LOOK = _SAME_ITEMS | {"len", "zip", "map", "sum", "any", "all", "min", "max", "iter", "print", "str", "gather"}
_ONLY_LOOK |= {"wait", "concatenate", "stack", "vstack", "hstack", "array", "asarray", "split", "isinstance"}
"""Functions that leave the lists that they are given as they are."""
STILL_METHODS = frozenset({"staticmethod", "classmethod"})
"""Decorators that leave a method what it is."""


def _method(python: PythonFacts, expr: Expr | None, own: str | None) -> Function | None:
    """The method of the model that an expression calls on the model itself, plain and not replaced."""
    if isinstance(expr, Await):
        expr = expr.value
    if not isinstance(expr, Call) or not isinstance(expr.func, Attribute) or own is None:
        return None
    if dotted(expr.func.value) != own:
        return None
    method = python.method(expr.func.attr)
    replaced = any(binding.kind != "function" for binding, _ in python.attributes.get(expr.func.attr, ()))
    return None if method is None or method.decorators or replaced else method


@remembered
def beside_errors(python: PythonFacts) -> frozenset[Span]:
    """Where tensors are made that only go into responses with an error: the backend drops them."""
    dropped: set[Span] = set()
    sent: set[Span] = set()
    for response in python.responses:
        given = response.call.argument(0, "output_tensors")
        held = sources_at(python, given, python.frame_at(response.call)) if isinstance(given, Name) else None
        lists = tuple(one for one, _ in held or () if isinstance(one, Sequence))
        made = {call.span for call in walk(lists, Call)}
        if not lists or len(lists) < len(held or ()):
            made = {write.call.span for write in response.outputs}
        if response.has_error and not response.outputs:
            dropped |= made
        else:
            sent |= made
    return frozenset(dropped - sent)
