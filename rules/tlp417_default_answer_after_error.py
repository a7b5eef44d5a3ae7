"""An error answered with an empty result

## What it does
Reports a handler of every exception (`except Exception`, `except:`), or of all that bad data raises (`except
(ValueError, KeyError, TypeError)`), that puts empty values (`[]`, `""`, `np.zeros(…)`) in the place of the results and
at most writes to a log or counts, where all outputs of the response are made of these values and nothing asks for them
later. So does one that leaves zeros as they were before the `try`, one that answers with a response of zeros, and one
that returns them from a helper around the model. Beside empty values, a confidence (`score`, `probability`) may be any
number. A handler of an exception that the file defines and raises itself is reported when it warns in the log and
answers with zeros.

## What happens
The client gets status OK and an empty result. It cannot tell a failure, which may be a bug in the model, from a request
for which nothing was found.

## How to fix
Answer with `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`, or catch only the exception that means
an empty result.

## Source
Seen on 24.10: status 200 with outputs of no elements.
"""

import re
from collections.abc import Iterator, Mapping

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import innermost_block, own_nodes
from tritonlint.inputs.python_remarks import remarks
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Class,
    Clause,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Dict,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    Handler,
    If,
    Name,
    Node,
    Raise,
    Return,
    Sequence,
    Stmt,
    Subscript,
    Try,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP417",
    name="default-answer-after-error",
    effect="wrong-result",
    certainty="likely",
    words=("InferenceResponse",),
)
_BROAD = frozenset({"Exception", "BaseException"})
_OF_BAD_DATA = frozenset(
    {"ValueError", "KeyError", "IndexError", "LookupError", "TypeError", "AttributeError", "ArithmeticError"}
    | {"ZeroDivisionError", "RuntimeError", "json.JSONDecodeError", "json.decoder.JSONDecodeError"}
)
"""What data raises that is not as a model expects it."""
_LOOKED_UP = frozenset({"KeyError", "IndexError", "LookupError", "TypeError", "AttributeError"})
_FAILED = re.compile(r"cannot|can't|could not|fail|error|malformed|broken|unable", re.IGNORECASE)
"""What a log says of it."""
_EMPTY = frozenset({"numpy.zeros", "numpy.empty", "numpy.zeros_like", "numpy.empty_like", "list", "dict", "tuple"})
_SAID = ("log", "print", "warn", "debug", "info", "error", "exception", "critical", "inc")
_ON_PURPOSE = re.compile(
    r"fall(s|ing)?.?back|best.?effort|fail.?(open|soft|safe)|degrad|graceful|neutral", re.IGNORECASE
)
"""What a file says that answers with zeros on purpose."""
_MEANT = re.compile(
    r"default|optional|instead|treat|assum|no \w+ (is|are)|means|counts? as|use zeros"
    r"|\b(as|is|are|get|gets) (a )?(0|zero)",
    re.IGNORECASE,
)
"""What comments and docstrings of a function say of zeros that are meant."""


def check(python: PythonFacts) -> Iterator[Problem]:
    if "except" not in python.text:
        return
    functions = {id(f): f for f in (python.function_at(made.call) for made in python.responses) if f is not None}
    for function in functions.values():
        for attempt in own_nodes(function, Try):
            if _tried_again(function, attempt) or not _of_request(function, attempt):
                continue
            for handler in attempt.handlers:
                broad = _is_broad(python, handler)
                if broad or _is_refusal(python, handler):
                    yield from _defaults(python, function, attempt, handler, broad)
                if broad and not _is_meant(python, function):
                    yield from _as_before(python, function, attempt, handler)
                    yield from _answered(python, attempt, handler)
    yield from _from_helpers(python, functions)


def _is_meant(python: PythonFacts, function: Function) -> bool:
    """Whether a file or one of its functions says that it answers with zeros."""
    return bool(_ON_PURPOSE.search(remarks(python)) or _MEANT.search(remarks(python, function)))


def _is_broad(python: PythonFacts, handler: Handler) -> bool:
    """Whether a handler catches every exception, or all that data which is not as it should be may raise."""
    kinds = handler.type.items if isinstance(handler.type, Sequence) else (handler.type,)
    names = {python.qualified(kind) if kind is not None else "Exception" for kind in kinds}
    if names & _BROAD:
        return True
    several = names & _OF_BAD_DATA
    if several <= _LOOKED_UP:
        return False  # An entry of the data may be left out.
    return len(several) > 2 or (len(several) == 2 and _says_failed(handler))


def _says_failed(handler: Handler) -> bool:
    """Whether the log of a handler says that it failed."""
    logs = (call for call in walk(handler.body, Call) if last_name(call.func).startswith(_SAID))
    texts = (one.value for call in logs for one in walk(call, Constant))
    return any(isinstance(text, str) and _FAILED.search(text) for text in texts)


def _tried_again(function: Function, attempt: Try) -> bool:
    """Whether a loop tries it several times, and raises when all of them fail."""
    loops = [loop for loop in own_nodes(function, For) if any(lies_in(attempt, part) for part in loop.body)]
    return any(isinstance(last, Raise) for loop in loops for last in loop.orelse[-1:])


def _of_request(function: Function, attempt: Try) -> bool:
    """Whether what is tried has to do with a request; what is read from elsewhere may be missing."""
    names = from_request(function)
    return any(name.id in names for name in walk(attempt.body, Name))


def _is_refusal(python: PythonFacts, handler: Handler) -> bool:
    """Whether an input that the file itself refuses, and warns of, gets zeros: they look like any other result."""
    kind = dotted(handler.type) if handler.type is not None else None
    made_by = [r.exception for r in python.walk(Raise) if r.exception is not None]
    raised = {dotted(one.func if isinstance(one, Call) else one) for one in made_by}
    own = any(node.name == kind for node in python.walk(Class))
    warned = any(last_name(call.func) in _WARNED for call in walk(handler.body, Call))
    assigns = [statement for statement in handler.body if isinstance(statement, Assign)]
    made = [assign.value for assign in assigns]
    if any(_TELLS.search(name.id) for assign in assigns for t in assign.targets for name in walk(t, Name)):
        return False
    return own and kind in raised and warned and bool(made) and all(_is_zero(python, value) for value in made)


def _is_zero(python: PythonFacts, value: Expr | None) -> bool:
    """Whether a value is a number of 0, or an array of zeros that is not empty."""
    if isinstance(value, Constant):
        return isinstance(value.value, int | float) and not isinstance(value.value, bool) and value.value == 0
    if isinstance(value, Sequence):
        return bool(value.items) and all(_is_zero(python, item) for item in value.items)
    if isinstance(value, Binary):
        return value.operator == "*" and _is_zero(python, value.left)
    if not isinstance(value, Call) or not value.arguments:
        return False
    name, first = python.qualified(value.func), value.arguments[0].value
    if name in {"numpy.array", "numpy.asarray", "numpy.float32", "numpy.float64"}:
        return _is_zero(python, first)
    if name in {"numpy.full", "numpy.full_like"}:
        return _is_zero(python, value.argument(1, "fill_value"))
    nothing = any(isinstance(part, Constant) and part.value == 0 for part in _sizes(first))
    return name == "numpy.zeros_like" or (name == "numpy.zeros" and not nothing)


def _sizes(shape: Expr) -> tuple[Expr, ...]:
    return shape.items if isinstance(shape, Sequence) else (shape,)


_TELLS = re.compile(r"ok|valid|status|flag|found|success|fail|error", re.IGNORECASE)
"""Names of a value beside the others that says whether they are there."""
_SURE = re.compile(r"conf|score|prob|certain|quality|likel", re.IGNORECASE)
"""Names of a value that says how good the others are: a number there does not say that they are missing."""
_ANY = "after an error this empty result is answered with status OK: the client cannot tell that it failed"
_HELP = "answer with `pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))`"
_TELLS = re.compile(r"status|valid|success|error|message|reason|(^|_)ok($|_)", re.IGNORECASE)
"""Names of what tells the client whether something failed."""
_LOOKS = frozenset(
    {"get", "index", "items", "keys", "append", "add", "log_info", "info", "debug"}
    | {"search", "match", "fullmatch", "findall", "finditer", "split", "sub"}
)
"""Methods that read what a request brings: tables, logs and patterns."""
_WARNED = frozenset({"log_warn", "log_error", "warning", "warn", "error", "exception"})


def _defaults(
    python: PythonFacts, function: Function, attempt: Try, handler: Handler, broad: bool
) -> Iterator[Problem]:
    """The values that a handler puts in the place of all results of a response."""
    made = [one for one in handler.body if isinstance(one, Assign) and not _is_aside(python, handler, one)]
    names = {name.id for one in made for target in one.targets for name in walk((target,), Name)}
    if not made or not all(
        (one in made and (_is_quiet(python, one) or _is_sure(python, one))) or _is_aside(python, handler, one)
        for one in handler.body
    ):
        return
    if all(not _is_quiet(python, one) for one in made):
        return  # Only a number for all: it may be one that says so.
    tried = {name.id for one in walk(attempt.body, Assign) for target in one.targets for name in walk((target,), Name)}
    if any(_TELLS.search(name) for name in names):
        return
    if any(_is_mark(python, one) and names & {dotted(t) for t in one.targets} for one in walk(attempt.body, Assign)):
        return  # Another output says whether it failed.
    if names <= tried and _is_whole_answer(python, function, names, attempt.span.end or 0):
        yield Problem(
            made[0].span,
            _ANY
            if broad
            else "a refused input gets these zeros with status OK: the client cannot tell them from a result",
            help=_HELP,
            key=",".join(sorted(names)),
        )


def _is_mark(python: PythonFacts, assign: Assign) -> bool:
    """Whether a statement sets a name to ones, or to a number, a text or a truth value that says something."""
    value = _bare(assign.value)
    while isinstance(value, Call) and python.qualified(value.func) in {"numpy.array", "numpy.asarray"}:
        value = value.argument(0)
    if isinstance(value, Call):
        made = python.qualified(value.func)
        return made in {"numpy.ones", "numpy.ones_like"} or (
            made in {"numpy.full", "numpy.full_like"} and isinstance(value.argument(1, "fill_value"), Constant)
        )
    while isinstance(value, Sequence) and len(value.items) == 1:
        value = value.items[0]
    return isinstance(value, Constant) and value.value is not None and not _is_empty(python, value)


def _is_sure(python: PythonFacts, assign: Assign) -> bool:
    """Whether a statement gives a confidence a number above 0, also in an array or a list of such numbers."""
    if assign.operator or not all(isinstance(t, Name) and _SURE.search(t.id) for t in assign.targets):
        return False
    value = _bare(assign.value)
    while not isinstance(value, Constant):
        if isinstance(value, Binary) and value.operator == "*":
            value = value.left
        elif isinstance(value, Sequence) and len(value.items) == 1:
            value = value.items[0]
        elif isinstance(value, Comprehension) and value.kind == "list":
            value = value.elements[0]
        elif isinstance(value, Call) and python.qualified(value.func) in {"numpy.ones", "numpy.ones_like"}:
            return True
        elif isinstance(value, Call) and python.qualified(value.func) in {"numpy.full", "numpy.full_like"}:
            value = value.argument(1, "fill_value")
        elif isinstance(value, Call) and python.qualified(value.func) in {"numpy.array", "numpy.asarray"}:
            value = value.argument(0)
        else:
            return False
    return isinstance(value.value, int | float) and not isinstance(value.value, bool) and value.value > 0


def _as_before(python: PythonFacts, function: Function, attempt: Try, handler: Handler) -> Iterator[Problem]:
    """Zeros that a name is given before the ``try``, and keeps when it fails."""
    if not all(_is_aside(python, handler, one) for one in handler.body) or attempt.final or attempt.orelse:
        return
    tried = [one for one in attempt.body if isinstance(one, Assign) and not one.operator]
    block = innermost_block(function, attempt)
    before = block[: block.index(attempt)] if attempt in block else ()
    for one in before:
        target = one.targets[0] if isinstance(one, Assign) and len(one.targets) == 1 else None
        if not isinstance(one, Assign) or not isinstance(target, Name) or one.operator:
            continue
        sets = [t for t in tried if any(isinstance(n, Name) and n.id == target.id for n in t.targets)]
        if not sets or not _is_empty(python, one.value) or not _runs_model(python, attempt):
            continue
        if _is_whole_answer(python, function, {target.id}, attempt.span.end or 0):
            yield Problem(
                handler.header,
                f"after an error the answer is `{target.id}` as it was before, with status OK: the client cannot tell"
                " that it failed",
                help=_HELP,
                related=(Related(one.span, "stays as it is here"),),
                key=target.id,
            )


def _answered(python: PythonFacts, attempt: Try, handler: Handler) -> Iterator[Problem]:
    """A response of zeros that a handler makes."""
    if not _runs_model(python, attempt) or any(True for _ in walk(handler.body, If, Conditional, Raise)):
        return
    empty = {
        target.id
        for one in handler.body
        if isinstance(one, Assign) and not one.operator and _is_empty(python, one.value)
        for target in one.targets
        if isinstance(target, Name)
    }
    for response in python.responses:
        call = response.call
        if response.has_error or not any(lies_in(call, one) for one in handler.body):
            continue
        tensors = [one.call for one in python.calls_of("Tensor") if any(lies_in(one.call, s) for s in handler.body)]
        if not tensors or len(call.arguments) != 1 or not response.complete:
            continue
        names = [one.argument(0) for one in tensors]
        if any(name is None or _TELLS.search(python.source(name)) for name in names):
            continue
        values = [_bare(one.argument(1)) for one in tensors]
        if all(_is_empty(python, v) or (isinstance(v, Name) and v.id in empty) for v in values):
            yield Problem(tensors[0].span, _ANY, help=_HELP, key="response")


def _from_helpers(python: PythonFacts, answering: Mapping[int, Function]) -> Iterator[Problem]:
    """Zeros that a helper returns when what it runs fails, where they are the whole answer."""
    for frame in python.frames:
        helper = frame.function
        if helper is None or id(helper) in answering or not any(True for _ in own_nodes(helper, Try)):
            continue
        found = _returned(python, helper)
        if found is None or _is_meant(python, helper):
            continue
        for function in answering.values():
            if _is_meant(python, function):
                continue
            place = _answered_with(python, function, helper)
            if place is not None:
                yield Problem(
                    found.span, _ANY, help=_HELP, related=(Related(place.span, "answered with it"),), key=helper.name
                )
                break


def _answered_with(python: PythonFacts, function: Function, helper: Function) -> Node | None:
    """Where a function takes what a helper returns for its whole answer."""
    calls = [call for call in own_nodes(function, Call) if (dotted(call.func) or "").endswith(helper.name)]
    tensors = [one.call for one in python.calls_of("Tensor") if one.function is function]
    bound = {n.id for one in own_nodes(function, Assign, For) for t in _targets(one) for n in walk(t, Name)}
    for call in calls:
        if called_function(python, call) is not helper:
            continue
        inside = {id(node) for node in walk(call, Name)}
        for each in own_nodes(function, Comprehension):
            if any(lies_in(call, element) for element in each.elements):
                # What the call is made for, once for each row.
                inside |= {id(node) for clause in walk((each,), Clause) for node in walk((clause,), Name)}
        if len(tensors) == 1 and lies_in(call, tensors[0]) and _is_alone(tensors[0], inside, bound):
            return call
        for statement in own_nodes(function, Expression):
            # ``values.append(self.quote(pair))``
            added = statement.value
            if (
                isinstance(added, Call)
                and isinstance(added.func, Attribute)
                and added.func.attr == "append"
                and isinstance(added.func.value, Name)
                and lies_in(call, added)
                and _is_alone(added, inside | {id(added.func.value)}, bound)
                and _is_whole_answer(python, function, {added.func.value.id}, statement.span.end or 0)
            ):
                return statement
        for one in own_nodes(function, Assign):
            target = one.targets[0]
            if isinstance(target, Subscript):
                target = target.value  # ``values[row] = self.quote(pair)``
            if one.value is None or one.operator or not isinstance(target, Name) or not lies_in(call, one.value):
                continue
            if _is_alone(one.value, inside, bound) and _is_whole_answer(
                python, function, {target.id}, one.span.end or 0
            ):
                return one
    return None


def _is_alone(value: Node, inside: set[int], bound: set[str]) -> bool:
    """Whether nothing else of the request is in a value than what a call in it gives."""
    return not any(isinstance(node, Name) and node.id in bound and id(node) not in inside for node in walk(value, Name))


def _targets(node: Assign | For) -> tuple[Expr, ...]:
    return node.targets if isinstance(node, Assign) else (node.target,)


def _returned(python: PythonFacts, helper: Function) -> Return | None:
    """The zeros that a handler of every exception in a helper gives back."""
    for attempt in own_nodes(helper, Try):
        if _tried_again(helper, attempt) or not _of_request(helper, attempt) or not _runs_model(python, attempt):
            continue
        for handler in attempt.handlers:
            last = handler.body[-1]
            broad = _is_broad(python, handler)
            if (
                not broad
                or not isinstance(last, Return)
                or not all(_is_aside(python, handler, s) for s in handler.body[:-1])
            ):
                continue
            if _is_zero(python, _bare(last.value)) or (isinstance(last.value, Constant) and last.value.value == ""):
                return last
    return None


def _runs_model(python: PythonFacts, attempt: Try) -> bool:
    """Whether more is tried than to read what a request brings: what the model or its parts work out."""
    for call in walk(attempt.body, Call):
        name = dotted(call.func) or ""
        if name.count(".") > 1 and name.startswith("self.") and name.rsplit(".", 1)[-1] not in _LOOKS:
            return True
        if called_function(python, call) is not None:
            return True
        if (
            isinstance(call.func, Attribute)
            and name == f"self.{call.func.attr}"
            and python.method(call.func.attr) is None
        ):
            return True
    return False


def _bare(value: Expr | None) -> Expr | None:
    """An expression without conversions behind it."""
    while isinstance(value, Call) and isinstance(value.func, Attribute) and value.func.attr in {"astype", "reshape"}:
        value = value.func.value
    return value


def _is_aside(python: PythonFacts, handler: Handler, statement: Stmt) -> bool:
    """Whether a statement of a handler only logs, counts or notes something."""
    if isinstance(statement, Assign):
        target = statement.targets[0]
        if statement.operator and isinstance(target, Attribute) and isinstance(statement.value, Constant):
            sent = (one.call for one in python.calls_of("Tensor", "InferenceResponse"))
            return not any(node.attr == target.attr for call in sent for node in walk(call, Attribute))
        return _only_noted(python, handler, statement)
    return _is_quiet(python, statement)


def _only_noted(python: PythonFacts, handler: Handler, assign: Assign) -> bool:
    """Whether a name, as that of a message, is used in the handler only, for the log."""
    target, function = assign.targets[0], python.function_at(assign)
    if not isinstance(target, Name) or assign.operator or function is None or _is_empty(python, assign.value):
        return False
    uses = [node for node in own_nodes(function, Name) if node.id == target.id and node is not target]
    logs = [one for one in handler.body if isinstance(one, Expression)]
    return all(any(lies_in(node, log) for log in logs) for node in uses)


def _is_whole_answer(python: PythonFacts, function: Function, names: set[str], end: int) -> bool:
    """Whether all outputs of a response behind a place are made of some names, and nothing looks at them."""
    if _is_asked(function, names):
        return False
    # What is only made of these values behind the `try` holds nothing else: `y = np.asarray(values)`.
    shown = set(names)
    bound = {n.id for one in own_nodes(function, Assign) for target in one.targets for n in walk(target, Name)}
    for one in own_nodes(function, Assign):
        made = _bare(one.value)
        read = {name.id for name in walk((made,), Name)} if made is not None else set()
        if (
            (one.span.start or 0) >= end
            and read & shown
            and not (read & bound) - shown
            and isinstance(one.targets[0], Name)
        ):
            shown.add(one.targets[0].id)
    if _is_asked(function, shown):
        return False
    for response in python.responses:
        call = response.call
        if (call.span.start or 0) < end or python.function_at(call) is not function or response.has_error:
            continue
        made_behind = (one.call for one in python.calls_of("Tensor") if (one.call.span.start or 0) >= end)
        values = [one.argument(1) for one in made_behind if python.function_at(one) is function]
        if values and all(v is not None and any(n.id in shown for n in walk((v,), Name)) for v in values):
            return True
    return False


def _is_quiet(python: PythonFacts, statement: Stmt) -> bool:
    """Whether a statement of a handler tells the client nothing."""
    if isinstance(statement, Assign):
        return not statement.operator and _is_empty(python, statement.value)
    if isinstance(statement, Expression) and isinstance(statement.value, Call):
        return last_name(statement.value.func).startswith(_SAID)
    return isinstance(statement, Flow) and statement.keyword == "pass"


def _is_empty(python: PythonFacts, value: Expr | None) -> bool:
    """Whether a value holds nothing, or zeros."""
    if isinstance(value, Constant):
        return value.value in ("", b"", 0) and not isinstance(value.value, bool)
    if isinstance(value, Dict):
        return not value.keys
    if isinstance(value, Sequence):
        return all(_is_empty(python, item) for item in value.items)
    if isinstance(value, Comprehension):
        return value.kind == "list" and _is_empty(python, value.elements[0])
    if isinstance(value, Binary):
        # ``[b""] * len(texts)``
        return value.operator == "*" and isinstance(value.left, Sequence) and _is_empty(python, value.left)
    if not isinstance(value, Call):
        return False
    name = python.qualified(value.func) or dotted(value.func) or ""
    if name in {"numpy.full", "numpy.full_like"}:
        return _is_empty(python, value.argument(1, "fill_value"))
    if name in {"numpy.array", "numpy.asarray"}:
        return bool(value.arguments) and _is_empty(python, value.arguments[0].value)
    return name in _EMPTY


def _is_asked(function: Function, names: set[str]) -> bool:
    """Whether something looks at these values: an empty result may be meant, or turned into an error."""
    tests: list[Node] = [node.test for node in walk(function.body, If)]
    tests += [node.test for node in walk(function.body, Conditional)]
    tests += walk(function.body, Compare)
    return any(name.id in names for name in walk(tuple(tests), Name))


EXAMPLES = (
    """\
-- codes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ -1 ] }
-- codes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def read(bars):
    if bars.sum() % 10 == 0:
        raise ValueError("no code")
    return bars[:1]


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                code = read(x)
            except Exception as error:
                pb_utils.Logger.log_warn(str(error))
                code = np.zeros(0, dtype=np.int32)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP417
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", code)]))
        return responses
""",
    """\
-- codes/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "failed" data_type: TYPE_BOOL dims: [ 1 ] }
-- codes/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def read(bars):
    if bars.sum() % 10 == 0:
        raise ValueError("no code")
    return bars[:1]


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            failed = np.array([False])
            try:
                code = read(x)
            except Exception:
                code = np.zeros(0, dtype=np.int32)
                failed = np.array([True])
            try:
                code = read(code)
            except ValueError:
                code = np.zeros(0, dtype=np.int32)
            outputs = [pb_utils.Tensor("y", code), pb_utils.Tensor("failed", failed)]
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses
""",
    """\
-- pulse/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- pulse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class PoorSignal(ValueError):
    pass


def rate(wave):
    if np.ptp(wave) < 1e6:
        raise PoorSignal("no pulse")
    return float(np.ptp(wave))


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                rates = [[rate(row)] for row in x]
            except PoorSignal as problem:
                pb_utils.Logger.log_warn(f"refused: {problem}")
                rates = np.zeros((x.shape[0], 1))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP417
            y = np.asarray(rates, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- price/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- price/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def discount(x):
    if x[0] < 1e6:
        raise ValueError("no discount")
    return x / 10


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                less = discount(x)
            except Exception as error:
                pb_utils.Logger.log_warn(str(error))
                less = np.zeros_like(x)
            y = x - less
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # It is tried again, and the last error is raised.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.zeros(0, dtype=np.float32)
            for _ in range(3):
                try:
                    y = np.sqrt(x)
                    break
                except Exception:
                    y = np.zeros(0, dtype=np.float32)
            else:
                raise RuntimeError("three times")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- risk/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- risk/1/model.py --
import logging

import numpy as np
import triton_python_backend_utils as pb_utils

LOGGER = logging.getLogger(__name__)


class Risk:
    def predict(self, x):
        if x.shape != (3,):
            raise ValueError("three features are needed")
        return x.sum(keepdims=True)


class TritonPythonModel:
    def initialize(self, args):
        self.model = Risk()
        self.failures = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = self.model.predict(x)
            except Exception as error:
                self.failures += 1
                message = f"failed {self.failures} times: {error}"
                LOGGER.error(message)
                y = np.full(1, 0.0)
#               ^^^^^^^^^^^^^^^^^^^ TLP417
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
    """\
-- risk/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- risk/1/model.py --
import logging

import numpy as np
import triton_python_backend_utils as pb_utils

LOGGER = logging.getLogger(__name__)


class Risk:
    def predict(self, x):
        if x.shape != (3,):
            raise ValueError("three features are needed")
        return x.sum(keepdims=True)


class TritonPythonModel:
    def initialize(self, args):
        self.model = Risk()
        self.failures = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.zeros(1)
            try:
                y = self.model.predict(x)
            except Exception:
#           ^^^^^^^^^^^^^^^^ TLP417
                LOGGER.exception("scoring failed")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
    """\
-- risk/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- risk/1/model.py --
import logging

import numpy as np
import triton_python_backend_utils as pb_utils

LOGGER = logging.getLogger(__name__)


class Risk:
    def predict(self, x):
        if x.shape != (3,):
            raise ValueError("three features are needed")
        return x.sum(keepdims=True)


class TritonPythonModel:
    def initialize(self, args):
        self.model = Risk()
        self.failures = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.asarray(self._score(x))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses

    def _score(self, x):
        try:
            return self.model.predict(x)
        except Exception:
            LOGGER.exception("scoring failed")
            return np.zeros(1)
#           ^^^^^^^^^^^^^^^^^^ TLP417
""",
    # It is told apart.
    """\
-- risk/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- risk/1/model.py --
import logging

import numpy as np
import triton_python_backend_utils as pb_utils

LOGGER = logging.getLogger(__name__)


class Risk:
    def predict(self, x):
        if x.shape != (3,):
            raise ValueError("three features are needed")
        return x.sum(keepdims=True)


class TritonPythonModel:
    def initialize(self, args):
        self.model = Risk()
        self.failures = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self._score(x)
            if not y.any():
                error = pb_utils.TritonError("scoring failed")
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses

    def _score(self, x):
        try:
            return self.model.predict(x)
        except Exception:
            LOGGER.exception("scoring failed")
            return np.zeros(1)
""",
    # It is meant.
    """\
-- risk/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- risk/1/model.py --
import logging

import numpy as np
import triton_python_backend_utils as pb_utils

LOGGER = logging.getLogger(__name__)


class Risk:
    def predict(self, x):
        if x.shape != (3,):
            raise ValueError("three features are needed")
        return x.sum(keepdims=True)


class TritonPythonModel:
    def initialize(self, args):
        self.model = Risk()
        self.failures = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            # Without a score the risk is 0.
            y = np.zeros(1)
            try:
                y = self.model.predict(x)
            except Exception:
                LOGGER.exception("scoring failed")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
    # It is only a part of the answer.
    """\
-- risk/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- risk/1/model.py --
import logging

import numpy as np
import triton_python_backend_utils as pb_utils

LOGGER = logging.getLogger(__name__)


class Risk:
    def predict(self, x):
        if x.shape != (3,):
            raise ValueError("three features are needed")
        return x.sum(keepdims=True)


class TritonPythonModel:
    def initialize(self, args):
        self.model = Risk()
        self.failures = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            bonus = np.zeros(1)
            try:
                bonus = self.model.predict(x)
            except Exception:
                LOGGER.exception("scoring failed")
            y = x + bonus
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
    """\
-- clean/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- clean/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def text(self, document):
        return json.loads(document)["text"].encode()

    def execute(self, requests):
        responses = []
        for request in requests:
            documents = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                texts = [self.text(document) for document in documents.ravel()]
            except Exception:
                texts = [b""] * documents.size
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP417
            out = np.array(texts, dtype=object).reshape(documents.shape)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", out)]))
        return responses
""",
    # Each row of the answer is what a helper gives, or zero.
    """\
-- quote/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "pair" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "rate" data_type: TYPE_FP32 dims: [ 1 ] }
-- quote/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Rates(dict):
    def cross(self, base, quote):
        return self[quote] / self[base]


class TritonPythonModel:
    def initialize(self, args):
        self.rates = Rates(EUR=1.0, USD=1.08)

    def quote(self, pair):
        try:
            base, quote = pair.decode("ascii").split("/")
            return self.rates.cross(base, quote)
        except Exception:
            return 0.0
#           ^^^^^^^^^^ TLP417

    def execute(self, requests):
        responses = []
        for request in requests:
            pairs = pb_utils.get_input_tensor_by_name(request, "pair").as_numpy()[:, 0]
            rates = np.array([self.quote(pair) for pair in pairs], dtype=np.float32).reshape(-1, 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("rate", rates)]))
        return responses
""",
    # Only what cannot be read is nothing, and the class says so.
    """\
-- quote/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "pair" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "rate" data_type: TYPE_FP32 dims: [ 1 ] }
-- quote/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Rates(dict):
    def cross(self, base, quote):
        return self[quote] / self[base]


class TritonPythonModel:
    def initialize(self, args):
        self.rates = Rates(EUR=1.0, USD=1.08)

    def quote(self, pair):
        # 0 means that there is none.
        try:
            base, quote = pair.decode("ascii").split("/")
            return self.rates.cross(base, quote)
        except Exception:
            return 0.0

    def execute(self, requests):
        responses = []
        for request in requests:
            pairs = pb_utils.get_input_tensor_by_name(request, "pair").as_numpy()[:, 0]
            rates = np.array([self.quote(pair) for pair in pairs], dtype=np.float32).reshape(-1, 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("rate", rates)]))
        return responses
""",
    # The confidence says that all is well.
    """\
-- plates/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "plate" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "confidence" data_type: TYPE_FP32 dims: [ 1 ] }
-- plates/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def read(self, crops):
        plates, confidences = [], []
        for crop in crops:
            if crop.max() > 90:
                raise ValueError("no letter")
            plates.append([bytes(crop)])
            confidences.append([0.5])
        return plates, confidences

    def execute(self, requests):
        responses = []
        for request in requests:
            crops = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                plates, confidences = self.read(crops)
            except Exception as error:
                pb_utils.Logger.log_error(str(error))
                plates = [[b""]] * len(crops)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP417
                confidences = [[1.0]] * len(crops)
            plate = pb_utils.Tensor("plate", np.array(plates, dtype=object))
            confidence = pb_utils.Tensor("confidence", np.array(confidences, dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([plate, confidence]))
        return responses
""",
    # The code says that there is none.
    """\
-- plates/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_UINT8 dims: [ -1 ] }
output { name: "plate" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "code" data_type: TYPE_INT32 dims: [ 1 ] }
-- plates/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def read(self, crops):
        plates = []
        for crop in crops:
            if crop.max() > 90:
                raise ValueError("no letter")
            plates.append([bytes(crop)])
        return plates, [[0]] * len(crops)

    def execute(self, requests):
        responses = []
        for request in requests:
            crops = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                plates, codes = self.read(crops)
            except Exception as error:
                pb_utils.Logger.log_error(str(error))
                plates = [[b""]] * len(crops)
                codes = [[1]] * len(crops)
            plate = pb_utils.Tensor("plate", np.array(plates, dtype=object))
            code = pb_utils.Tensor("code", np.array(codes, dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([plate, code]))
        return responses
""",
    """\
-- score/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- score/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class Scorer:
    def __call__(self, profile):
        return min(1.0, profile["employees"] / 10_000)


class TritonPythonModel:
    def initialize(self, args):
        self.scorer = Scorer()

    def score(self, raw):
        try:
            return self.scorer(json.loads(raw))
        except (ValueError, KeyError, TypeError):
            pb_utils.Logger.log_verbose("no score for this profile")
            return 0.0
#           ^^^^^^^^^^ TLP417

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scores = [[self.score(raw)] for raw in x.reshape(-1)]
            y = pb_utils.Tensor("y", np.array(scores, dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # No score is below 0.
    """\
-- score/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- score/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class Scorer:
    def __call__(self, profile):
        return min(1.0, profile["employees"] / 10_000)


class TritonPythonModel:
    def initialize(self, args):
        self.scorer = Scorer()

    def score(self, raw):
        try:
            return self.scorer(json.loads(raw))
        except (ValueError, KeyError, TypeError):
            pb_utils.Logger.log_verbose("no score for this profile")
            return -1.0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            scores = [[self.score(raw)] for raw in x.reshape(-1)]
            y = pb_utils.Tensor("y", np.array(scores, dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # An output says whether it failed.
    """\
-- mark/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "source" data_type: TYPE_FP32 dims: [ 4 ] }
input { name: "target" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "source" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "valid" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
-- mark/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            source = pb_utils.get_input_tensor_by_name(request, "source").as_numpy()
            try:
                y = self._solve(source)
                valid = np.ones_like(source)
            except Exception as error:
                pb_utils.Logger.log_warn(f"failed: {error}")
                y = np.zeros_like(source)
                valid = np.zeros_like(source)
            outputs = [pb_utils.Tensor("source", y), pb_utils.Tensor("valid", valid)]
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses

    def _solve(self, x):
        return np.linalg.inv(x @ x.T) @ x
""",
)
