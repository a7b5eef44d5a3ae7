"""has_error() is asked, but the result is used all the same

## What it does
Reports `if response.has_error():` whose body only logs or prints, when the outputs of the response are read behind it,
and a check that is the wrong way round: the error is asked for where there is none, or the outputs are read where the
call has failed.

## What happens
A failed response has no outputs: `get_output_tensor_by_name` returns None, and the request fails with an AttributeError
about None instead of the real error. Without an error, `error()` is None: every request fails with an AttributeError.

## How to fix
End the block: append an error response and `continue`, or raise
`pb_utils.TritonModelException(response.error().message())`.

## Source
Facts, python-backend 6.8; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Conditional,
    Expr,
    Expression,
    Flow,
    Function,
    If,
    Name,
    Node,
    Raise,
    Return,
    Stmt,
    Try,
    Unary,
    dotted,
    walk,
)
from tritonlint.python_edits import insert_after, pb_alias
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP310",
    name="error-of-call-not-acted-on",
    effect="request-failure",
    certainty="likely",
    server_says=("'NoneType' object has no attribute",),
    words=("has_error",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or "has_error()" not in python.text:
        return
    pb = pb_alias(python)
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        for node in own_nodes(function, If):
            yield from _turned_round(python, function, node)
        if next(own_nodes(function, Try), None) is not None:
            continue
        for node in own_nodes(function, If):
            if node.orelse or not _only_tells(node.body):
                continue
            name = _asked(node)
            use = _use_behind(python, function, node, name) if name else None
            if use is None:
                continue
            edit = None
            if pb is not None:
                line = f"raise {pb}.TritonModelException({name}.error().message())"
                edit = insert_after(python, node.body[-1], line)
            yield Problem(
                node.test.span,
                f"the error of `{name}` is told, but its outputs are read all the same: they are None then",
                help=f"end the block with `raise pb_utils.TritonModelException({name}.error().message())`",
                related=(Related(use.span, "used here"),),
                fix=Fix("pass the error on", (edit,)) if edit is not None else None,
                key=name,
            )


def _turned_round(python: PythonFacts, function: Function, node: If) -> Iterator[Problem]:
    """A check whose branches are those of its opposite."""
    test, failed = node.test, True
    while isinstance(test, Unary) and test.operator == "not":
        test, failed = test.operand, not failed
    name = _response(test)
    if not name:
        return
    bad, good = (node.body, node.orelse) if failed else (node.orelse, node.body)
    if not good and _leaves(bad):
        good = _behind(function, node)
    elif not bad and _leaves(good):
        bad = _behind(function, node)
    if any(_sets(one, name) for one in (*good, *bad)):
        return
    asked = next((c for c in walk(good, Call) if dotted(c.func) == f"{name}.error"), None)
    owner = next((a for a in walk(good, Attribute) if asked is not None and a.value is asked), None)
    read = next((c for c in walk(bad, Call) if _reads(python, c, name)), None)
    if owner is None and (read is None or any(_reads(python, c, name) for c in walk(good, Call))):
        return
    tested = any(isinstance(n, If | Conditional) and f"{name}.error()" in python.source(n.test) for n in walk(good))
    if owner is not None and not tested:
        yield Problem(
            node.test.span,
            f"this is the wrong way round: where `{name}` has no error, `error()` is None",
            help=f"write `if {name}.has_error():`" if not failed else f"write `if not {name}.has_error():`",
            related=(Related(owner.span, "asked for here"),),
            certainty="certain",
            key=name,
        )
    elif owner is None and read is not None:
        yield Problem(
            node.test.span,
            f"this is the wrong way round: where `{name}` has an error, its outputs are None",
            help=f"write `if {name}.has_error():`" if not failed else f"write `if not {name}.has_error():`",
            related=(Related(read.span, "read here"),),
            key=name,
        )


def _leaves(block: tuple[Stmt, ...]) -> bool:
    last = block[-1] if block else None
    return isinstance(last, Return | Raise) or (isinstance(last, Flow) and last.keyword != "pass")


def _behind(function: Function, node: If) -> tuple[Stmt, ...]:
    """The statements that follow in the same block."""
    outer = (function, *own_nodes(function))
    blocks = (getattr(one, part, ()) for one in outer for part in ("body", "orelse", "final"))
    for block in blocks:
        for number, one in enumerate(block if isinstance(block, tuple) else ()):
            if one is node:
                return block[number + 1 :]
    return ()


def _sets(statement: Stmt, name: str) -> bool:
    return any(dotted(target) == name for assign in walk(statement, Assign) for target in assign.targets)


def _reads(python: PythonFacts, call: Call, name: str) -> bool:
    """Whether a call takes an output of a response."""
    read = python.pb_name(call.func) == "get_output_tensor_by_name" and dotted(call.argument(0)) == name
    return read or dotted(call.func) == f"{name}.output_tensors"


def _asked(node: If) -> str:
    """``x`` of ``if x.has_error():``."""
    return _response(node.test)


def _response(test: Expr) -> str:
    if isinstance(test, Call) and isinstance(test.func, Attribute) and test.func.attr == "has_error":
        return dotted(test.func.value) or ""
    return ""


def _only_tells(body: tuple[Stmt, ...]) -> bool:
    """Whether a block does nothing but log or print."""
    for statement in body:
        if isinstance(statement, Flow) and statement.keyword == "pass":
            continue
        call = statement.value if isinstance(statement, Expression) else None
        name = dotted(call.func) if isinstance(call, Call) else None
        if name is None or not (
            name == "print" or name.rsplit(".", 1)[-1].startswith(("log_", "error", "warn", "info"))
        ):
            return False
    return True


def _use_behind(python: PythonFacts, function: Function, test: If, name: str) -> Node | None:
    """The first read of the response's outputs behind the test; None when its None is looked for there."""
    end = test.span.end or 0
    use: Node | None = None
    for node in own_nodes(function):
        if (node.span.start or 0) < end:
            continue
        if isinstance(node, If | Conditional) and any(isinstance(n, Name) for n in walk(node.test)):
            return use
        if isinstance(node, Call) and use is None and _reads(python, node, name):
            use = node
    return use


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.next_model = os.environ.get("NEXT_MODEL", "absent")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name=self.next_model, requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
#              ^^^^^^^^^^^^^^^^^^ TLP310
                pb_utils.Logger.log_error(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.next_model = os.environ.get("NEXT_MODEL", "absent")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name=self.next_model, requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                pb_utils.Logger.log_error(answer.error().message())
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                pb_utils.Logger.log_error(answer.error().message())
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- other/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.next_model = os.environ.get("NEXT_MODEL", "absent")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name=self.next_model, requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if not answer.has_error():
#              ^^^^^^^^^^^^^^^^^^^^^^ TLP310
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
