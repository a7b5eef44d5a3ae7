"""The final flag goes with another turn than the last

## What it does
Works out which value the counter of a loop has in its last turn (`enumerate(lines, start=1)`, `range(len(lines))`,
`range(1, n + 1)`), and reports a condition that sends the final flag in a turn before or behind that.

## What happens
Too early: what is sent after the flag raises an error, and one turn alone never ends the stream. Too late: the flag is
never sent, and the client waits for ever.

## How to fix
Compare with the last value: `len(lines)` when counting from 1, `len(lines) - 1` from 0. Or send the flag alone behind
the loop, which also ends the stream of an empty list.

## Source
Python; python-backend 6.5; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_response_flow import FINAL
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Constant,
    Expr,
    Flow,
    For,
    Function,
    If,
    Name,
    Node,
    Return,
    Sequence,
    Unary,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP266",
    name="final-flag-on-wrong-turn",
    effect="request-failure",
    certainty="likely",
    first="22.05",
    words=(FINAL,),
)
_RESIZE = frozenset({"append", "extend", "insert", "pop", "remove", "popleft", "clear"})
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_Value = tuple[str, int]
"""A length or number of the file, and what is added to it."""


def check(python: PythonFacts) -> Iterator[Problem]:
    if "enumerate" not in python.identifiers and "range" not in python.identifiers:
        return
    finals = {FINAL} | {
        last_name(target)
        for node in python.walk(Assign)
        if node.value is not None and last_name(node.value) == FINAL
        for target in node.targets
    }
    for frame in python.frames:
        function = frame.function
        for loop in own_nodes(function, For) if function is not None else ():
            counted = _counted(python, loop)
            if function is None or counted is None:
                continue
            counter, last = counted
            if _flagged_behind(python, function, loop, finals, last[0]) or _changes(function, loop, last[0]):
                continue
            for node in walk(loop.body, Conditional, If, into_functions=False):
                found = _turn(python, node, counter, finals)
                if found is None or found[1][0] != last[0] or found[1][1] == last[1]:
                    continue
                early = found[1][1] < last[1]
                yield Problem(
                    found[0].span,
                    "this is true before the last turn: what follows is sent after the final flag, and one turn alone "
                    "never gets it"
                    if early
                    else "this is true in no turn: the final flag is never sent, so the client waits for ever",
                    help="compare with the counter's last value, or send the flag alone behind the loop",
                    related=(Related(loop.header, "the counter begins and ends here"),),
                    key=counter,
                )


def _flagged_behind(python: PythonFacts, function: Function, loop: For, finals: set[str], length: str) -> bool:
    """Whether a final flag stands behind a loop, or in its ``else``; not one for when there is no turn at all."""
    end = loop.body[-1].span.end or 0
    behind = [node for node in own_nodes(function) if (node.span.start or 0) >= end]
    empty = [
        part for node in behind if isinstance(node, If) and _is_empty(python, node.test, length) for part in node.body
    ]
    return any(_is_final(node, finals) and not any(lies_in(node, part) for part in empty) for node in behind)


def _is_empty(python: PythonFacts, test: Expr, length: str) -> bool:
    """Whether a condition is true only where what the loop goes over, ``len(…)``, has nothing in it."""
    asked = test
    if isinstance(test, Unary) and test.operator == "not":
        asked = test.operand
        if f"len({dotted(asked)})" == length:
            return True
    elif isinstance(test, Compare) and test.operators == ("==",) and _value(python, test.rights[0]) == ("", 0):
        asked = test.left
    return asked is not test and _value(python, asked) == (length, 0)


def _changes(function: Function, loop: For, length: str) -> bool:
    """Whether what the loop goes over may get longer or shorter, or the loop ends early."""
    if any(node.keyword == "break" for node in walk(loop.body, Flow)) or any(True for _ in walk(loop.body, Return)):
        return True
    name = length.removeprefix("len(").removesuffix(")")
    for node in own_nodes(function, Call, Assign):
        if isinstance(node, Assign):
            if node.operator and any(dotted(target) == name for target in node.targets):
                return True
        elif isinstance(node.func, Attribute) and dotted(node.func.value) == name and node.func.attr in _RESIZE:
            return True
    # A helper may end the stream.
    end = loop.span.end or 0
    return any(
        (c.span.start or 0) >= end and (dotted(c.func) or "").startswith("self.") for c in own_nodes(function, Call)
    )


def _is_final(node: Node | None, finals: set[str]) -> bool:
    name = dotted(node) if node is not None else None
    return name is not None and name.rsplit(".", 1)[-1] in finals


def _counted(python: PythonFacts, loop: For) -> tuple[str, _Value] | None:
    """The counter of a loop, and its value in the last turn."""
    turns = loop.iterable
    if not isinstance(turns, Call) or not isinstance(turns.func, Name) or not turns.certain or not turns.arguments:
        return None
    if turns.func.id == "enumerate":
        counter = loop.target.items[0] if isinstance(loop.target, Sequence) and loop.target.items else None
        start = turns.argument(1, "start")
        first = 0 if start is None else start.value if isinstance(start, Constant) else None
        iterable = turns.argument(0, "iterable")
        if not isinstance(counter, Name) or not isinstance(first, int) or iterable is None:
            return None
        return counter.id, (f"len({python.source(iterable)})", first - 1)
    if turns.func.id == "range" and len(turns.arguments) < 3 and isinstance(loop.target, Name):
        stop = _value(python, turns.arguments[-1].value)
        return (loop.target.id, (stop[0], stop[1] - 1)) if stop is not None and stop[0] else None
    return None


def _value(python: PythonFacts, expr: Expr, depth: int = 0) -> _Value | None:
    """An expression as a name or length plus a number; the name is empty for a number alone."""
    if isinstance(expr, Constant):
        return ("", expr.value) if isinstance(expr.value, int) else None
    if isinstance(expr, Binary) and expr.operator in {"+", "-"}:
        left, right = _value(python, expr.left, depth), _value(python, expr.right, depth)
        if left is None or right is None or right[0]:
            return None
        return left[0], left[1] + (right[1] if expr.operator == "+" else -right[1])
    if isinstance(expr, Call) and dotted(expr.func) == "len" and len(expr.arguments) == 1:
        return f"len({python.source(expr.arguments[0].value)})", 0
    if not isinstance(expr, Name):
        return None
    found = python.lookup(expr.id, python.frame_at(expr)) if depth < 3 else None
    one = found[0][0] if found is not None and len(found[0]) == 1 else None
    known = _value(python, one.expr, depth + 1) if one is not None and one.kind == "value" and one.expr else None
    if found is not None and len(found[0]) > 1:
        return None
    return known if known is not None and known[0].startswith("len(") else (expr.id, 0)


def _turn(python: PythonFacts, node: Conditional | If, counter: str, finals: set[str]) -> tuple[Compare, _Value] | None:
    """The comparison that decides over the final flag, and the first value of the counter that gets it."""
    test = node.test
    if isinstance(test, Name):
        sources = python.follow(test) or []
        test = sources[0][0] if len(sources) == 1 else test
    if not isinstance(test, Compare) or len(test.rights) != 1:
        return None
    sides = (node.body, node.orelse) if isinstance(node, If) else ((node.body,), (node.orelse,))
    flagged = [any(_is_final(part, finals) for part in walk(side)) for side in sides]
    if flagged[0] == flagged[1]:
        return None
    left, right, operator = _value(python, test.left), _value(python, test.rights[0]), test.operators[0]
    if left is None or right is None or operator not in _MIRRORED:
        return None
    if right[0] == counter:
        left, right, operator = right, left, _MIRRORED[operator]
    if left[0] != counter or not right[0]:
        return None
    if operator not in ({"==", ">=", ">"} if flagged[0] else {"!=", "<", "<="}):
        return None
    return test, (right[0], right[1] - left[1] + (operator in {">", "<="}))


EXAMPLES = (
    """\
-- captions/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- captions/1/model.py --
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            values = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            for number, value in enumerate(values, start=1):
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", value.reshape(1))])
                sender.send(response, flags=FINAL if number == len(values) - 1 else 0)
#                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP266
""",
    """\
-- captions/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- captions/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
        for request in requests:
            sender = request.get_response_sender()
            values = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            count = len(values)
            for i in range(count):
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", values[i : i + 1])])
                if i == count:
#                  ^^^^^^^^^^ TLP266
                    sender.send(response, flags=final)
                else:
                    sender.send(response)
""",
    """\
-- captions/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- captions/1/model.py --
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            values = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            for number, value in enumerate(values):
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", value.reshape(1))])
                last = number + 1 >= len(values)
                sender.send(response, flags=FINAL if last else 0)
""",
    """\
-- captions/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- captions/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def send_all(self, sender, values):
        parts = list(values)
        for number, value in enumerate(parts, start=1):
            final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if number == len(parts) - 1 else 0
#                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^ TLP266
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", value.reshape(1))]), flags=final)
        if not parts:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def execute(self, requests):
        for request in requests:
            values = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.send_all(request.get_response_sender(), values)
""",
    """\
-- captions/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- captions/1/model.py --
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            values = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            for number, value in enumerate(values, start=1):
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", value.reshape(1))])
                sender.send(response, flags=FINAL if number == len(values) else 0)
            if len(values) == 0:
                sender.send(flags=FINAL)
""",
)
