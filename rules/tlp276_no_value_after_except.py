"""A name that has no value once an exception was handled

## What it does
Reports a name that only a `try` block gives a value, where an `except` block of that `try` goes on to the code behind
it, which reads the name; also where the name has a value from before the loop over the requests, and the `try` gives
it that of each request. Silent where that code first asks whether all went well.

## What happens
After the exception, reading the name raises `UnboundLocalError`, and the whole batch fails; or, in a loop, the value of
the request before is taken: a client gets the answer to somebody else's request, with status OK.

## How to fix
End the `except` block with `continue`, `return` or `raise`, or give the name a value there.

## Source
Python's own behaviour; seen on 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import completes, own_nodes, request_loops
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_tree import (
    Assign,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Delete,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    Handler,
    If,
    Lambda,
    Match,
    Name,
    Node,
    Raise,
    Return,
    Scope,
    Stmt,
    Subscript,
    Try,
    Walrus,
    While,
    With,
    dotted,
    last_name,
    lies_in,
    target_parts,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP276",
    name="no-value-after-except",
    effect="request-failure",
    certainty="likely",
    server_says=("UnboundLocalError:",),
)
_NO_REQUEST = frozenset({"__init__", "initialize", "finalize", "auto_complete_config", "__del__"})
_MEANT = re.compile(r"last|prev|best|latest|fallback|cached|known|running|state|total|count")
"""Names that say that a value is meant to stay."""
_ENDS = ("exit", "abort", "fail", "raise", "die", "quit", "panic", "throw")


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood or "except" not in python.text:
        return
    for frame in python.frames:
        function = frame.function
        if function is None or function.name in _NO_REQUEST:
            continue
        for attempt in own_nodes(function, Try):
            going = [handler for handler in attempt.handlers if _goes_on(python, handler)]
            behind = _behind(function, attempt) if going else ()
            if not behind or any(walk(attempt.final, Return, Flow)):
                continue
            for name in _bound_last(attempt):
                handler = next((h for h in going if not _changes(h, name)), None)
                if handler is None:
                    continue
                use = _read(behind, name)
                if not _only_here(python, frame, function, attempt, name):
                    if use is not None and _of_each_request(function, attempt, handler, name):
                        yield Problem(
                            use.span,
                            f"once the `except` block has run, `{name}` is that of an earlier request, or of none",
                            help="end the `except` block with an error for this request and `continue`",
                            related=(Related(handler.header, "goes on behind the `try`"),),
                            key=name,
                            effect="wrong-result",
                        )
                        break
                    continue
                if use is not None:
                    # With dynamic batching, requests of other clients come before it in the same call.
                    mixed = effective.scheduling == "dynamic" and _of_each_request(function, attempt, handler, name)
                    yield Problem(
                        use.span,
                        f"`{name}` has no value here once the `except` block has run, or that of the turn before",
                        help="end the `except` block with `continue`, or give the name a value there",
                        related=(Related(handler.header, "goes on behind the `try`"),),
                        key=name,
                        effect="wrong-result" if mixed else None,
                    )
                    break


def _behind(function: Function, attempt: Try) -> tuple[Stmt, ...]:
    """The statements that follow a ``try`` in its block."""
    for node in (function, *own_nodes(function)):
        for part in ("body", "orelse", "final"):
            block = getattr(node, part, ())
            if isinstance(block, tuple) and attempt in block:
                return tuple(block[block.index(attempt) + 1 :])
        for case in node.cases if isinstance(node, Match) else ():
            if attempt in case.body:
                return tuple(case.body[case.body.index(attempt) + 1 :])
    return ()


def _goes_on(python: PythonFacts, handler: Handler) -> bool:
    """Whether what follows the ``try`` surely runs after a handler."""
    if not completes(handler.body) or any(walk(handler.body, Return, Raise, Walrus)):
        return False
    if any(n.keyword != "pass" for n in walk(handler.body, Flow)):
        return False
    for call in walk(handler.body, Call):
        last = last_name(call.func)
        own = next((f.function for f in python.frames if f.function is not None and f.function.name == last), None)
        if any(word in last.lower() for word in _ENDS) or (own is not None and any(own_nodes(own, Raise))):
            return False
    return True


def _bound_last(attempt: Try) -> Iterator[str]:
    """The names that a ``try`` binds in statements that may raise before they do so."""
    body = [*attempt.body, *attempt.orelse]
    while body and isinstance(body[-1], With):
        body = [*body[:-1], *body[-1].body]
    risky = False
    for statement in body:
        risky = risky or any(walk(statement, Call, Subscript, Binary))
        if isinstance(statement, Assign) and not statement.operator and risky:
            for target in statement.targets:
                yield from (part.id for part in target_parts(target) if isinstance(part, Name))


def _changes(node: Node, name: str) -> bool:
    """Whether something in a statement may give a name a value, or take it."""
    for part in walk(node, Assign, For, With):
        targets = part.targets if isinstance(part, Assign) else ()
        if isinstance(part, For):
            targets = (part.target,)
        if isinstance(part, With):
            targets = tuple(item.target for item in part.items if item.target is not None)
        if any(isinstance(one, Name) and one.id == name for target in targets for one in target_parts(target)):
            return True
    return any(isinstance(t, Name) and t.id == name for d in walk(node, Delete) for t in d.targets) or any(
        dotted(w.target) == name for w in walk(node, Walrus)
    )


def _only_here(python: PythonFacts, frame: Frame, function: Function, attempt: Try, name: str) -> bool:
    """Whether a name gets its value nowhere else in the function."""
    bound = frame.bindings.get(name, [])
    start, end = attempt.span.start or 0, attempt.span.end or 0
    inside = all(start <= (binding.span.start or 0) < end for binding in bound)
    if not bound or not inside or any(name in words for words in _declared(function)):
        return False
    others = [s for s in own_nodes(function) if isinstance(s, Assign | For | With | Delete | Walrus)]
    return not any(_changes(node, name) for node in others if not lies_in(node, attempt) and not lies_in(attempt, node))


def _of_each_request(function: Function, attempt: Try, handler: Handler, name: str) -> bool:
    """Whether each turn of the loop over the requests gives a name its value in a ``try`` alone, others before it."""
    loop = next((one for one in request_loops(function) if lies_in(attempt, one)), None)
    if loop is None or _MEANT.search(name.lower()) or any(name in words for words in _declared(function)):
        return False
    # An answer that the handler gives, or what it notes down for later, may decide for the rest.
    if any((dotted(c.func) or "").endswith((".append", ".send")) for c in walk(handler.body, Call)):
        return False
    notes = [t for a in walk(handler.body, Assign) if not a.operator for t in a.targets]
    if any(isinstance(target, Name | Subscript) for target in notes):
        return False
    given = from_request(function)
    for assign in own_nodes(function, Assign):
        if not _changes(assign, name) or not lies_in(assign, loop):
            continue
        if not lies_in(assign, attempt) or assign.value is None or assign.operator:
            return False
        if not any(n.id in given for n in walk(assign.value, Name)):
            return False
    if any(isinstance(part, Name) and part.id == name for part in target_parts(loop.target)):
        return False
    others = [n for n in own_nodes(function, For, With, Delete) if lies_in(n, loop) and not lies_in(attempt, n)]
    return not any(_changes(other, name) for other in others)


def _declared(function: Function) -> Iterator[tuple[str, ...]]:
    for scope in own_nodes(function, Scope):
        yield scope.names


def _read(behind: tuple[Stmt, ...], name: str) -> Name | None:
    """The first place that surely comes behind and reads a name."""
    for statement in behind:
        if isinstance(statement, If | While | Try | Match | Function):
            # Whoever asks something first may know that it failed.
            return _loaded((statement.test,), name) if isinstance(statement, If | While) else None
        if isinstance(statement, For):
            return _loaded((statement.iterable,), name)
        if isinstance(statement, With):
            found = _loaded(tuple(item.value for item in statement.items), name)
            return found or _read(statement.body, name)
        if isinstance(statement, Assign | Expression | Return) and statement.value is not None:
            found = _loaded((statement.value,), name)
            if found is None and isinstance(statement, Assign):
                found = _loaded(tuple(t for t in statement.targets if not isinstance(t, Name)), name)
            if found is not None:
                return found
        if isinstance(statement, Return | Raise | Flow) or _changes(statement, name):
            return None
    return None


def _loaded(exprs: tuple[Expr, ...], name: str) -> Name | None:
    for expr in exprs:
        doubtful: list[Node] = [*walk(expr, Lambda, Comprehension, Conditional)]
        doubtful += [n for n in walk(expr, Binary) if n.operator in {"and", "or"}]
        for node in walk(expr, Name):
            if node.id == name and not any(lies_in(node, one) for one in doubtful):
                return node
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def root(x):
    if x.sum() < 0:
        raise ValueError("x has no root")
    return np.sqrt(x)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        y = np.zeros(1, dtype=np.float32)
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = root(x)
            except ValueError as error:
                pb_utils.Logger.log_warn(str(error))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#                                                                             ^ TLP276
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def root(x):
    if x.sum() < 0:
        raise ValueError("x has no root")
    return np.sqrt(x)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        y = np.zeros(1, dtype=np.float32)
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = root(x)
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = [None] * len(requests)
        for number, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = x.astype(np.float32)
            except ValueError as error:
                responses[number] = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
            responses[number] = pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])
#                                                                                ^ TLP276
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = [None] * len(requests)
        for number, request in enumerate(requests):
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = x.astype(np.float32)
            except ValueError as error:
                responses[number] = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
                continue
            responses[number] = pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])
        return responses
""",
)
