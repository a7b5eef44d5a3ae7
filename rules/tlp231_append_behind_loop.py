"""A value of each turn that is appended behind the loop

## What it does
Reports a list that is made together with others: a loop appends to those in every turn, and only behind the loop, once,
a value that the loop binds is appended to this one.

## What happens
The list holds the value of the last turn alone: the output has one row, whatever the request holds.

## How to fix
Indent the line, so that it belongs to the loop.

## Source
Python's own behaviour; seen on 24.10: two documents, one length.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Case,
    Expr,
    Expression,
    Flow,
    For,
    Function,
    Handler,
    If,
    Name,
    Node,
    Return,
    Sequence,
    Stmt,
    Try,
    While,
    With,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP231", name="append-behind-loop", effect="wrong-result", certainty="likely", words=("append",))

_WITH_BLOCKS: frozenset[type[Node]] = frozenset({Case, For, Handler, If, Try, While, With})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for function in (frame.function for frame in python.frames if frame.function is not None):
        for loop in own_nodes(function, For):
            yield from _behind(function, loop)


def _behind(function: Function, loop: For) -> Iterator[Problem]:
    filled = {found[0] for statement in loop.body if (found := _appended(statement)) is not None}
    behind = _behind_in_block(function, loop) if filled else ()
    if not behind or _appended(behind[0]) is None:
        return
    if any(isinstance(n, Return) or n.keyword == "break" for n in walk(loop.body, Flow, Return)):
        return  # What the last turn found may be what is wanted.
    anywhere = {found[0] for s in walk(loop.body, Expression) if (found := _appended(s)) is not None}
    bound = {n.id for a in walk(loop.body, Assign) for t in a.targets for n in walk(t, Name)}
    bound |= {n.id for n in walk(loop.target, Name)}
    lists = _made_together(function)
    for statement in behind:
        found = _appended(statement)
        if found is None:
            return
        name, value = found
        made = lists.get(name)
        if made is None or name in anywhere or not any(lists.get(other) is made for other in filled):
            continue
        times = [s for s in own_nodes(function, Expression) if (_appended(s) or ("",))[0] == name]
        around = [one for one in own_nodes(function, For, While) if lies_in(statement, one)]
        if len(times) != 1 or any(not lies_in(made, one) for one in around):
            continue
        if any(n.id in bound for n in walk(value, Name)):
            yield Problem(
                statement.span,
                f"this stands behind the loop: `{name}` gets the value of the last turn only",
                help="indent the line, so that it belongs to the loop",
                related=(Related(loop.header, "the loop"),),
                key=name,
            )


def _behind_in_block(function: Function, loop: For) -> tuple[Stmt, ...]:
    """The statements that follow a loop in its block."""
    blocks: list[object] = [function.body]
    for kind in _WITH_BLOCKS:
        for node in own_nodes(function, kind):
            if lies_in(loop, node):
                blocks += [getattr(node, name, None) for name in ("body", "orelse", "final")]
    for block in blocks:
        if isinstance(block, tuple):
            for number, statement in enumerate(block):
                if statement is loop:
                    return block[number + 1 :]
    return ()


def _appended(statement: Stmt) -> tuple[str, Expr] | None:
    """The list that a statement appends to, and what."""
    call = statement.value if isinstance(statement, Expression) else None
    if not isinstance(call, Call) or not isinstance(call.func, Attribute) or call.func.attr != "append":
        return None
    owner = call.func.value
    return (owner.id, call.arguments[0].value) if isinstance(owner, Name) and len(call.arguments) == 1 else None


def _made_together(function: Function) -> dict[str, Assign]:
    """Empty lists that one statement makes (``a, b = [], []``) or one after the other, by name."""
    found: dict[str, Assign] = {}
    before: Assign | None = None
    first: Assign | None = None
    for assign in own_nodes(function, Assign):
        target, value = assign.targets[0], assign.value
        names: list[str] = []
        if isinstance(target, Name) and _is_empty(value):
            names = [target.id]
        elif isinstance(target, Sequence) and isinstance(value, Sequence) and all(_is_empty(v) for v in value.items):
            names = [t.id for t in target.items if isinstance(t, Name)]
        if not names:
            before = first = None
            continue
        # One after the other in the same block.
        if first is None or before is None or before.span.start is None or len(names) > 1:
            first = assign
        before = assign
        for name in names:
            found[name] = first
    return found


def _is_empty(value: object) -> bool:
    return isinstance(value, Sequence) and value.kind == "list" and not value.items


EXAMPLES = (
    """\
-- words/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "upper" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "length" data_type: TYPE_INT32 dims: [ 1 ] }
-- words/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            rows = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            uppers, lengths = [], []
            for raw in rows.flatten():
                word = raw.decode("utf-8")
                uppers.append([word.upper()])
            lengths.append([len(word)])
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP231
            upper = pb_utils.Tensor("upper", np.array(uppers, dtype=object))
            length = pb_utils.Tensor("length", np.array(lengths, dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([upper, length]))
        return responses
""",
    """\
-- words/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "upper" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "length" data_type: TYPE_INT32 dims: [ 1 ] }
-- words/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            rows = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            uppers, lengths = [], []
            for row in rows:
                words = []
                for raw in row:
                    word = raw.decode("utf-8")
                    words.append(word.upper())
                lengths.append([len(word)])
                uppers.append(words)
            upper = pb_utils.Tensor("upper", np.array(uppers, dtype=object))
            length = pb_utils.Tensor("length", np.array(lengths, dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([upper, length]))
        return responses
""",
)
