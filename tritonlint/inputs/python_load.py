"""What surely goes wrong when Triton loads a model.py: ``failures`` and ``missing_keys`` in the order it would happen.

Triton imports the file, creates the class without arguments and calls ``initialize``; before that, in a process of its
own, it calls ``auto_complete_config``. Only statements that every such run reaches count: a branch counts when its
condition is known, the body of a ``try`` with handlers and of a loop never does.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_flow import is_generator
from tritonlint.inputs.python_join import Direction, declared
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Class,
    Clause,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Delete,
    Dict,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    If,
    ImportFrom,
    Lambda,
    Match,
    Name,
    Node,
    Raise,
    Return,
    Scope,
    Sequence,
    Starred,
    Stmt,
    Subscript,
    Try,
    Unary,
    Walrus,
    While,
    With,
    Yield,
    children,
    dotted,
    lies_in,
    walk,
)
from tritonlint.pbtxt.schema import root_type
from tritonlint.pbtxt.tree import Document
from tritonlint.remember import remembered
from tritonlint.source import Span

Kind = Literal[
    "raise", "assert", "exit", "argument", "parameter", "value", "field", "none", "import", "name", "annotation"
]
Phase = Literal["import", "__init__", "auto_complete_config", "initialize"]

MAX_CALLS = 5
ARGUMENTS = frozenset(
    {
        "model_config",
        "model_instance_kind",
        "model_instance_name",
        "model_instance_device_id",
        "model_repository",
        "model_version",
        "model_name",
    }
)
"""Keys of the dict that ``initialize`` gets (python_backend, ``pb_stub.cc``; observed on 24.10)."""
UNSET = frozenset({"sequence_batching", "ensemble_scheduling", "model_transaction_policy", "model_repository_agents"})
"""Fields that the config's JSON text leaves out where config.pbtxt does (observed on 24.10)."""
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})
_EXIT_NAMES = frozenset({"exit", "quit", "_exit", "abort"})
_ASKS_FOR_POLICY = "using_decoupled_model_transaction_policy"
_HOLDERS = frozenset({"open", "torch.no_grad", "torch.inference_mode", "torch.device", "torch.cuda.device"})
"""Context managers that swallow no exception."""
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# Builtins of newer Pythons than the one that runs this; whether the stub's has them is another question.
_BUILTINS = frozenset(dir(builtins)) | {
    "aiter", "anext", "BaseExceptionGroup", "ExceptionGroup", "EncodingWarning", "PythonFinalizationError",
    "WindowsError", "exit", "quit", "copyright", "credits", "license", "help", "_",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """One thing that ends the load. ``detail`` is the missing key, name or module, or what is raised.

    Missing keys are those of initialize's ``argument``, a ``parameter`` of the config, a ``value`` of a parameter, or a
    ``field`` of the config; ``none`` is a key of a tensor that the config does not declare.
    """

    kind: Kind
    phase: Phase
    node: Node
    detail: str = ""


def failures(python: PythonFacts, decoupled: bool | None = None) -> Iterator[LoadFailure]:
    """Everything that surely fails in a load whatever the config says, but for keys that are missing."""
    if _ASKS_FOR_POLICY not in python.identifiers:
        decoupled = None
    return (item for item in _reached(python, decoupled) if isinstance(item, LoadFailure))


@remembered
def missing_keys(python: PythonFacts, config: Document) -> tuple[LoadFailure, ...]:
    """The keys that ``initialize`` surely reads and that are not there."""
    reader = _Keys(python, config)
    found = (reader.failure(item) for item in _reached(python, None) if isinstance(item, Subscript))
    return tuple(item for item in found if item is not None)


@remembered
def misplaced_defaults(python: PythonFacts, config: Document) -> tuple[tuple[Call, str], ...]:
    """Calls of ``get`` that ask the arguments of ``initialize`` for what the config holds: they give the default."""
    if "get" not in python.identifiers:
        return ()
    reader = _Keys(python, config)
    calls = [c for c in python.walk(Call) if isinstance(c.func, Attribute) and c.func.attr == "get"]
    asked = [(call, key) for call in calls if (key := reader.config_key_asked(call)) is not None]
    if not asked or any(reader.names_argument(a.value) for call in python.walk(Call) for a in call.arguments):
        return ()  # Or what it is handed to may add something.
    return tuple((call, key) for call, key in asked if not reader.may_add(key) and not _has_another(python, call, key))


def _has_another(python: PythonFacts, call: Call, key: str) -> bool:
    """Whether the right value may be had elsewhere when a call of ``get`` gives its default."""
    if any(lies_in(call, node) for node in (*python.walk(Dict, Conditional, If), *python.walk(Try, Walrus))):
        return True  # Merged with others, or asked about.
    if any(n.operators[0].endswith("in") and key in python.source(n.left) for n in python.walk(Compare)):
        return True
    around = [n for n in python.walk(Binary) if n.operator in {"or", "and", "|"} and lies_in(call, n)]
    if any(n.left is not call or n.operator != "or" or not _is_fixed(n.right) for n in around):
        return True
    outer = [c for c in python.walk(Call) if c is not call and isinstance(c.func, Attribute) and lies_in(call, c.func)]
    if any(not _is_fixed(argument.value) for c in outer for argument in c.arguments):
        return True
    for assign in python.walk(Assign):
        if assign.value is not None and lies_in(call, assign.value):
            names = {dotted(target) for target in assign.targets} - {None}
            others = (a for a in python.walk(Assign) if a is not assign)
            asked = any(dotted(target) in names for a in others for target in a.targets)
            return asked or any(_is_asked_about(python, name) for name in names if name is not None)
    return False


def _is_asked_about(python: PythonFacts, name: str) -> bool:
    """Whether something else may stand in for what a name holds."""
    asked: list[Node] = [node.test for node in python.walk(If, Conditional)]
    asked += [node for node in python.walk(Binary) if node.operator in {"or", "and", "|"}]
    asked += python.walk(Dict)
    for call in python.walk(Call):
        default = call.argument(1) if isinstance(call.func, Attribute) and dotted(call.func.value) == name else None
        if default is not None and not _is_fixed(default):
            asked.append(call)
    return any(dotted(inner) == name for node in asked for inner in walk((node,), Name, Attribute))


def _instead(python: PythonFacts, call: Call) -> Expr | None:
    """What ``call or default`` gives for None."""
    return next((n.right for n in python.walk(Binary) if n.operator == "or" and n.left is call), None)


def _is_fixed(expr: Expr) -> bool:
    """Whether a default is written down."""
    if isinstance(expr, Constant):
        return expr.value is not None
    return (isinstance(expr, Dict) and all(key is not None for key in expr.keys)) or (
        isinstance(expr, Sequence) and not any(isinstance(item, Starred) for item in expr.items)
    )


def _same(default: object, value: str | None) -> bool:
    """Whether a default may stand for the same value as the text of a parameter."""
    if value is None or str(default).casefold() == value.casefold():
        return True
    try:
        return float(str(default)) == float(value)
    except ValueError:
        return False


@remembered
def _reached(python: PythonFacts, decoupled: bool | None) -> tuple[LoadFailure | Subscript, ...]:
    """What fails whatever the config says, and what ``initialize`` surely reads by a key, in the order of the load."""
    if python.error is not None:
        return ()
    run = _Run(python, decoupled)
    run.phase("import", python.body, module=True)
    if python.class_status != "defined" or not python.bases_known:
        return tuple(run.found)
    for name in ("__init__", "auto_complete_config", "initialize"):
        method = python.method(name)
        if method is None or method.is_async or _assigned(python, name) or is_generator(method):
            continue
        allowed = {"staticmethod", "classmethod"} if name == "auto_complete_config" else set()
        if set(method.decorator_names) <= allowed:
            run.phase(name, method.body)
    return tuple(run.found)


def _assigned(python: PythonFacts, name: str) -> bool:
    """Whether an attribute of the model is more than the method of that name."""
    return any(binding.kind != "function" for binding, _ in python.attributes.get(name, ()))


def misplaced(python: PythonFacts) -> Iterator[tuple[Node, str, str]]:
    """Statements that no Python compiles where they stand: the statement, its keyword and what it lies outside of."""
    return _misplaced(python.body) if _may_be_misplaced(python) else iter(())


def _may_be_misplaced(python: PythonFacts) -> bool:
    if next(python.walk(Await), None) is not None:
        return True
    if any(python.frame_at(node).function is None for node in python.walk(Return, Yield)):
        return True
    return any(node.keyword != "pass" and not _in_loop(python, node) for node in python.walk(Flow))


def _in_loop(python: PythonFacts, node: Flow) -> bool:
    frame = python.frame_at(node)
    return any(
        lies_in(node, loop) and python.frame_at(loop) is frame and not any(lies_in(node, s) for s in loop.orelse)
        for loop in python.walk(For, While)
    )


def _misplaced(body: tuple[Stmt, ...]) -> Iterator[tuple[Node, str, str]]:
    blocks: list[tuple[tuple[Stmt, ...], bool, bool]] = [(body, False, False)]
    while blocks:
        statements, in_function, in_loop = blocks.pop()
        for statement in statements:
            if isinstance(statement, Return) and not in_function:
                yield statement, "return", "a function"
            elif isinstance(statement, Flow) and statement.keyword != "pass" and not in_loop:
                yield statement, statement.keyword, "a loop"
            elif isinstance(statement, Expression | Assign) and not in_function:
                for node in walk(statement, into_functions=False):
                    if isinstance(node, Yield):
                        yield node, "yield", "a function"
            if isinstance(statement, Function | Class):
                blocks.append((statement.body, isinstance(statement, Function), False))
            elif isinstance(statement, For | While):
                blocks += [(statement.body, in_function, True), (statement.orelse, in_function, in_loop)]
            elif isinstance(statement, If):
                blocks += [(statement.body, in_function, in_loop), (statement.orelse, in_function, in_loop)]
            elif isinstance(statement, With):
                blocks.append((statement.body, in_function, in_loop))
            elif isinstance(statement, Try):
                parts = [statement.body, *(h.body for h in statement.handlers), statement.orelse, statement.final]
                blocks += [(part, in_function, in_loop) for part in parts]
            elif isinstance(statement, Match):
                blocks += [(case.body, in_function, in_loop) for case in statement.cases]
    if next(walk(body, Await), None) is not None:
        for function in walk(body, Function):
            if not function.is_async:
                for node in walk(function.body, Await, into_functions=False):
                    yield node, "await", "an async function"


def skipped(python: PythonFacts, place: Span) -> bool:
    """Whether importing the file surely never comes by a place, because of a condition that is known."""
    body: tuple[Stmt, ...] = python.body
    while True:
        outer = next((s for s in body if isinstance(s, If | While) and _begins_in(place, s)), None)
        if outer is None:
            return False
        known = _Run(python, None).truth(outer.test)
        taken = any(_begins_in(place, statement) for statement in outer.body)
        if known is not None and known is not taken and (isinstance(outer, If) or taken):
            return True
        body = outer.body if taken else outer.orelse


def _begins_in(place: Span, outer: Node) -> bool:
    return (outer.span.start or 0) <= (place.start or 0) < (outer.span.end or 0)


def undefined_names(python: PythonFacts) -> Iterator[Name]:
    """Names that are bound nowhere in the file and are no builtins; none when names may come from elsewhere."""
    names = _undefined(python)
    return (node for node in python.walk(Name) if node.id in names) if names else iter(())


@remembered
def _undefined(python: PythonFacts) -> frozenset[str]:
    bound = _bound(python)
    if bound is None:
        return frozenset()
    names = {node.id for node in python.walk(Name)} - bound - _BUILTINS
    return frozenset(name for name in names if not (name.startswith("__") and name.endswith("__")))


@remembered
def _bound(python: PythonFacts) -> set[str] | None:
    if any(node.star for node in python.walk(ImportFrom)):
        return None
    if python.calls_any("globals", "exec", "vars", "locals", "eval", "__import__"):
        return None
    if "builtins" in python.text or "sys.modules" in python.text:
        return None
    if python.syntax_of("type parameters") or python.syntax_of("type statement"):
        return None
    names = {name for frame in python.frames for name in frame.bindings} | bound_in_passing(python)
    # ``name: type`` alone binds nothing in a frame, and is no use of the name either.
    for assigned in python.walk(Assign):
        if assigned.value is None:
            names.update(target.id for target in assigned.targets if isinstance(target, Name))
    return names


@remembered
def _declared_global(python: PythonFacts) -> frozenset[str]:
    """Names that may be bound in another order than the file's: by functions, and by what has no frame."""
    names = {name for scope in python.walk(Scope) for name in scope.names}
    names.update(part.id for walrus in python.walk(Walrus) for part in walk(walrus.target) if isinstance(part, Name))
    names.update(part.id for one in python.walk(Clause) for part in walk(one.target) if isinstance(part, Name))
    return frozenset(names)


def names_from_elsewhere(python: PythonFacts) -> bool:
    """Whether names may come from what no statement of the file binds: ``import *``, ``exec``, ``sys.modules``."""
    return _bound(python) is None


@remembered
def bound_in_passing(python: PythonFacts) -> frozenset[str]:
    """Names that are bound in no frame of their own, or in another one than where they stand."""
    return _declared_global(python) | {parameter.name for one in python.walk(Lambda) for parameter in one.parameters}


class _Run:
    """Follows one load statement by statement; what it meets is put into ``found``."""

    def __init__(self, python: PythonFacts, decoupled: bool | None) -> None:
        self.python = python
        self.is_decoupled = decoupled
        self.found: list[LoadFailure | Subscript] = []
        self.current: Phase = "import"
        self.ended = False
        """Whether control surely or possibly left the block that is being followed."""
        self.dead = False
        """Whether the load surely ended."""
        self.keys = _Keys(python, None)
        self.unbound = _undefined(python)
        self.may_exit = not _EXIT_NAMES.isdisjoint(python.identifiers)

    def phase(self, phase: Phase, body: tuple[Stmt, ...], *, module: bool = False) -> None:
        self.current = phase
        self.dead = False
        self.block(body, module, 0)

    def add(self, kind: Kind, node: Node, detail: str = "") -> None:
        self.found.append(LoadFailure(kind, self.current, node, detail))

    # -------------------------------------------------------------------------------------------- statements
    def block(self, body: tuple[Stmt, ...], module: bool, depth: int) -> None:
        self.ended = False
        for statement in body:
            self.statement(statement, module, depth)
            if self.ended or self.dead:
                return

    def statement(self, statement: Stmt, module: bool, depth: int) -> None:
        if isinstance(statement, Assign):
            if statement.value is not None:
                self.expressions(statement.value, depth)
            if module and statement.annotation is not None:
                self.annotation(statement.annotation)
        elif isinstance(statement, Expression):
            self.expressions(statement.value, depth)
        elif isinstance(statement, Function):
            self.definition(statement, depth)
        elif isinstance(statement, Raise):
            self.dead = True
            thrown = statement.exception
            thrown = thrown.func if isinstance(thrown, Call) else thrown
            self.add("raise", statement, dotted(thrown) or "")
        elif isinstance(statement, Return):
            if statement.value is not None:
                self.expressions(statement.value, depth)
            self.ended = True
        elif isinstance(statement, If):
            self.expressions(statement.test, depth)
            known = self.truth(statement.test)
            if known is not None:
                self.block(statement.body if known else statement.orelse, module, depth)
            elif _may_leave(statement):
                self.ended = True
        elif isinstance(statement, Assert):
            self.expressions(statement.test, depth)
            if self.truth(statement.test) is False:
                self.dead = True
                self.add("assert", statement)
        elif isinstance(statement, Class):
            for part in (*statement.decorators, *statement.bases):
                self.expressions(part, depth)
            self.block(statement.body, True, depth)
            self.ended = False
        elif isinstance(statement, Try) and not statement.handlers and not any(map(_may_leave, statement.final)):
            self.block(statement.body, module, depth)
        elif isinstance(statement, With) and all(self.holds(item.value) for item in statement.items):
            for item in statement.items:
                self.expressions(item.value, depth)
            self.block(statement.body, module, depth)
        elif isinstance(statement, Try | With | For | While | Match):
            endless = isinstance(statement, While) and self.truth(statement.test) is True
            turns = isinstance(statement, For) and self.turns(statement.iterable)
            if isinstance(statement, For | While) and (endless or turns):
                self.block(statement.body, module, depth)
            self.ended = endless or _may_leave(statement)
        elif isinstance(statement, ImportFrom):
            if statement.module.startswith("."):
                self.add("import", statement, statement.module)
        elif isinstance(statement, Delete | Flow):
            self.ended = isinstance(statement, Flow) and statement.keyword != "pass"

    def holds(self, expr: Expr) -> bool:
        name = self.python.qualified(expr.func if isinstance(expr, Call) else expr)
        return name in _HOLDERS

    def turns(self, iterable: Expr) -> bool:
        """Whether a loop surely has a first round."""
        if isinstance(iterable, Sequence):
            return bool(iterable.items) and not isinstance(iterable.items[0], Starred)
        if isinstance(iterable, Call) and dotted(iterable.func) == "range" and len(iterable.arguments) == 1:
            count = self.python.values(iterable.arguments[0].value)
            return count is not None and all(isinstance(number, int) and number > 0 for number in count)
        return False

    def definition(self, function: Function, depth: int) -> None:
        for part in (*function.decorators, *(p.default for p in function.parameters if p.default is not None)):
            self.expressions(part, depth)
        for annotation in (*(p.annotation for p in function.parameters), function.returns):
            if annotation is not None:
                self.annotation(annotation)

    def annotation(self, annotation: Expr) -> None:
        if self.python.future_annotations:
            return
        for node in self.sure(annotation):
            if isinstance(node, Name) and self.undefined(node):
                self.add("annotation", node, node.id)

    # ------------------------------------------------------------------------------------------- expressions
    def expressions(self, expr: Expr, depth: int) -> None:
        if self.may_fail(expr):
            for node in self.sure(expr):
                if isinstance(node, Name):
                    if self.undefined(node):
                        self.add("name", node, node.id)
                elif isinstance(node, Subscript):
                    if self.current == "initialize":
                        self.found.append(node)
                elif isinstance(node, Call) and self.python.qualified(node.func) in _EXITS:
                    self.dead = True
                    self.add("exit", node, dotted(node.func) or "")
                    return
        if isinstance(expr, Call) and depth < MAX_CALLS:
            called = self.callee(expr)
            if called is not None:
                self.block(called.body, False, depth + 1)
                self.ended = False

    def may_fail(self, expr: Expr) -> bool:
        """Whether it has to be asked what of an expression is surely evaluated; mostly nothing in it can fail."""
        importing, initializing = self.current == "import", self.current == "initialize"
        for node in walk(expr):
            kind = node.__class__
            if isinstance(node, Name):
                if importing or node.id in self.unbound:
                    return True
            elif (initializing and kind is Subscript) or (self.may_exit and kind is Call):
                return True
        return False

    def sure(self, expr: Node) -> list[Node]:
        """A node and what is surely evaluated with it, in file order."""
        found: list[Node] = []
        waiting = [expr]
        while waiting:
            node = waiting.pop()
            found.append(node)
            if isinstance(node, Name | Constant | Lambda):
                continue
            if isinstance(node, Comprehension):
                parts: list[Node] = [node.clauses[0].iterable] if node.clauses else []
            elif isinstance(node, Conditional):
                parts = [node.test]
            elif isinstance(node, Binary) and node.operator in {"and", "or"}:
                parts = [node.left]
            elif isinstance(node, Compare):
                parts = [node.left, *node.rights[:1]]
            else:
                parts = list(children(node))
            parts.reverse()
            waiting += parts
        return found

    def undefined(self, node: Name) -> bool:
        return node.id in self.unbound or (self.current == "import" and self.too_early(node))

    def too_early(self, node: Name) -> bool:
        """Whether the module reads one of its names before anything binds it."""
        module = self.python.frames[0]
        bindings = module.bindings.get(node.id, [])
        if not bindings or any((binding.span.start or 0) <= (node.span.end or 0) for binding in bindings):
            return False
        if node.id in _BUILTINS or _bound(self.python) is None or node.id in _declared_global(self.python):
            return False
        return self.python.frame_at(node) is module

    def callee(self, call: Call) -> Function | None:
        """The plain function of this file that a call runs."""
        python = self.python
        frame = python.frame_at(call)
        found: Function | None = None
        if isinstance(call.func, Attribute) and isinstance(call.func.value, Name):
            own = python.self_name(frame)
            if own is not None and call.func.value.id == own and not _assigned(python, call.func.attr):
                found = python.method(call.func.attr)
        elif isinstance(call.func, Name):
            bound = python.frames[0].bindings.get(call.func.id, [])
            nearest = python.lookup(call.func.id, frame)
            if len(bound) == 1 and bound[0].kind == "function" and nearest is not None and nearest[0] is bound:
                found = next((s for s in python.body if isinstance(s, Function) and s.name == call.func.id), None)
        if found is None or found.decorators or found.is_async or is_generator(found):
            return None
        return found

    # ------------------------------------------------------------------------------------------------- truth
    def truth(self, test: Expr) -> bool | None:
        if isinstance(test, Constant):
            return bool(test.value)
        if isinstance(test, Unary) and test.operator == "not":
            inner = self.truth(test.operand)
            return None if inner is None else not inner
        if isinstance(test, Binary) and test.operator in {"and", "or"}:
            sides = (self.truth(test.left), self.truth(test.right))
            decisive = test.operator == "or"
            if decisive in sides:
                return decisive
            return None if None in sides else not decisive
        if isinstance(test, Compare) and len(test.rights) == 1:
            return self.compare(test)
        if isinstance(test, Call):
            return self.decoupled(test)
        if isinstance(test, Name | Attribute) and self.python.qualified(test) == "typing.TYPE_CHECKING":
            return False
        # Whoever gets self may set its attributes, so only names are followed.
        if isinstance(test, Name):
            values = self.python.values(test)
            return bool(values[0]) if values is not None and len(values) == 1 else None
        return None

    def compare(self, test: Compare) -> bool | None:
        compare = _COMPARE.get(test.operators[0])
        if dotted(test.left) == "__name__" and isinstance(test.rights[0], Constant):
            # The stub imports the file under the name "<version>.<file>".
            return None if test.rights[0].value != "__main__" or compare is None else test.operators[0] == "!="
        if isinstance(test.left, Attribute) or isinstance(test.rights[0], Attribute):
            return None
        left, right = self.python.values(test.left), self.python.values(test.rights[0])
        if compare is None or left is None or right is None or len(left) != 1 or len(right) != 1:
            return None
        if type(left[0]) is not type(right[0]) or isinstance(left[0], complex | None):
            return None
        return compare(left[0], right[0])

    def decoupled(self, call: Call) -> bool | None:
        """The answer of ``using_decoupled_model_transaction_policy`` to the model's own config."""
        python = self.python
        if python.qualified(call.func) != f"{PB_MODULE}.{_ASKS_FOR_POLICY}":
            return None
        config = call.argument(0, "model_config")
        hooked = python.method("auto_complete_config") or python.may_define("auto_complete_config")
        if config is None or hooked or self.keys.config_path(config) != ():
            return None
        return self.is_decoupled


class _Keys:
    """What is read from the arguments of ``initialize`` and from the config."""

    def __init__(self, python: PythonFacts, config: Document | None) -> None:
        self.python = python
        self.config = config if config is not None and not config.problems and not config.root.uncertain else None

    def failure(self, node: Subscript) -> LoadFailure | None:
        """Why a key that ``initialize`` reads is not there."""
        key = self.key_of(node)
        if key is None:
            return None
        if self.is_argument(node.value):
            return None if key in ARGUMENTS else LoadFailure("argument", "initialize", node, key)
        if self.missing_tensor(node.value):
            return LoadFailure("none", "initialize", node, key)
        path = self.config_path(node.value)
        if path == ("parameters",) and self.lacks_parameter(key):
            return LoadFailure("parameter", "initialize", node, key)
        if path == () and self.lacks_field(key):
            return LoadFailure("field", "initialize", node, key)
        if path is not None and len(path) == 2 and path[0] == "parameters" and key != "string_value":
            return LoadFailure("value", "initialize", node, key)
        return None

    def is_argument(self, expr: Expr) -> bool:
        """Whether an expression is the dict that ``initialize`` gets, as it is given."""
        return self.names_argument(expr) and dotted(expr) not in self.python.mutated

    def names_argument(self, expr: Expr) -> bool:
        """Whether an expression is the dict that ``initialize`` gets, to which something may have been added."""
        initialize = self.python.method("initialize")
        if initialize is None or len(initialize.positional) != 2 or not isinstance(expr, Name):
            return False
        name = initialize.positional[1].name
        found = self.python.lookup(expr.id, self.python.frame_at(expr))
        return (
            expr.id == name
            and found is not None
            and len(found[0]) == 1
            and found[1].owner is not None
            and found[1].owner.span == initialize.span
        )

    def config_path(self, expr: Expr, steps: int = 0) -> tuple[str, ...] | None:
        """Where in the parsed config an expression points to: () for all of it; None for anything else."""
        if steps > MAX_CALLS or dotted(expr) in self.python.mutated:
            return None
        followed = self.python.follow(expr)
        if followed is None or len(followed) != 1:
            return None
        source, frame = followed[0]
        if isinstance(source, Call) and self.python.qualified(source.func, frame) == "json.loads":
            if len(source.arguments) != 1:
                return None  # A hook may make something else of it.
            text = source.argument(0)
            inner = self.python.follow(text, frame) if text is not None else None
            if inner is None or len(inner) != 1 or not isinstance(inner[0][0], Subscript):
                return None
            return () if self.key_of(inner[0][0]) == "model_config" and self.is_argument(inner[0][0].value) else None
        if isinstance(source, Subscript):
            base = self.config_path(source.value, steps + 1)
            key = self.key_of(source)
            return None if base is None or key is None else (*base, key)
        return None

    def config_key_asked(self, call: Call) -> str | None:
        """The key of the config, with another value there than the default, for which a call asks the arguments."""
        owner = call.func.value if isinstance(call.func, Attribute) else None
        if self.config is None or owner is None or not self.names_argument(owner):
            return None
        asked, default = call.argument(0), call.argument(1) or _instead(self.python, call)
        if asked is None or default is None or not _is_fixed(default):
            return None
        keys = self.python.strings(asked)
        key = keys[0] if keys is not None and len(keys) == 1 else None
        if key is None or key in ARGUMENTS:
            return None
        root, number = self.config.root, default.value if isinstance(default, Constant) else None
        if key == "max_batch_size":
            return key if number is not None and number != (root.integer(key) or 0) else None
        if key in {"parameters", "input", "output", "instance_group"}:
            return key if root.has(key) else None
        parameters = [entry for entry in root.messages("parameters") if entry.string("key") == key]
        values = [value.string("string_value") for entry in parameters for value in entry.messages("value")]
        return key if number is not None and values and not any(_same(number, value) for value in values) else None

    def key_of(self, node: Subscript) -> str | None:
        keys = self.python.strings(node.items[0]) if len(node.items) == 1 else None
        return keys[0] if keys is not None and len(keys) == 1 else None

    def lacks_parameter(self, key: str) -> bool:
        if self.config is None or self.may_add(key):
            return False
        entries = self.config.root.messages("parameters")
        names = [entry.string("key") for entry in entries]
        return None not in names and key not in names

    def lacks_field(self, key: str) -> bool:
        """Whether the JSON text of the config lacks a field: an unknown one, or a message that is not set."""
        if self.config is None or self.may_add(key):
            return False
        if key not in root_type().fields:
            return True
        hooked = self.python.method("auto_complete_config") or self.python.may_define("auto_complete_config")
        return key in UNSET and not hooked and not self.config.root.has(key)

    def may_add(self, key: str) -> bool:
        """Whether something in the file may put a key into a dict."""
        for node in self.python.walk():
            if (
                isinstance(node, Call)
                and isinstance(node.func, Attribute)
                and node.func.attr in {"update", "setdefault"}
            ):
                return True
            targets = node.targets if isinstance(node, Assign) else ()
            if any(isinstance(t, Subscript) and self.key_of(t) in {key, None} for t in targets):
                return True
        return False

    def missing_tensor(self, expr: Expr) -> bool:
        """Whether an expression is ``get_*_config_by_name`` for a tensor that the config does not declare."""
        followed = self.python.follow(expr)
        if followed is None or len(followed) != 1 or not isinstance(followed[0][0], Call) or self.config is None:
            return False
        call, frame = followed[0]
        assert isinstance(call, Call)  # noqa: S101 (narrowed above)
        helper = self.python.pb_name(call.func, frame)
        name = call.argument(1, "name")
        if helper not in {"get_input_config_by_name", "get_output_config_by_name"} or name is None:
            return False
        config = call.argument(0, "model_config")
        if config is None or self.config_path(config) != ():
            return False
        if self.python.method("auto_complete_config") or self.python.may_define("auto_complete_config"):
            return False
        direction: Direction = "input" if "input" in helper else "output"
        names = declared(self.python, self.config, direction)
        if not self.config.root.has(direction):
            names = {}
        wanted = self.python.strings(name, frame)
        return names is not None and bool(wanted) and not any(one in names for one in wanted or ())


def _may_leave(statement: Stmt) -> bool:
    """Whether a statement may end the block that it stands in."""
    # Mostly nothing in it could.
    if not any(isinstance(n, Return) or n.keyword != "pass" for n in walk(statement, Return, Flow)):
        return False
    inside: list[Node] = [statement]
    while inside:
        node = inside.pop()
        if isinstance(node, Return):
            return True
        if isinstance(node, Flow) and node.keyword != "pass":
            return True
        if isinstance(node, Function | Class | Lambda):
            continue
        if isinstance(node, For | While):
            # break and continue stay in their loop; a return does not.
            if any(isinstance(n, Return) for n in walk(node, into_functions=False)):
                return True
            continue
        inside += children(node)
    return False
