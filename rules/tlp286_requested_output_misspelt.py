"""A requested output is looked for under a name that it does not have

## What it does
Plays the model through, and reports where the names of `request.requested_output_names()` are compared with a name that
is no output of the config: one that differs from an output in case or by a letter, or a condition under which a
tensor of a declared output is made.

## What happens
Triton only asks for outputs that the config declares. The condition never holds: the output is missing from the
response although the client asked for it, or it is made though nobody did.

## How to fix
Write the name as it stands in config.pbtxt.

## Source
`InferenceRequest.requested_output_names` of the Python backend; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import declared
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Compare,
    Constant,
    Expr,
    Flow,
    If,
    Raise,
    Return,
    Sequence,
    Stmt,
    dotted,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.nearest import nearest
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP286",
    name="requested-output-misspelt",
    effect="wrong-result",
    certainty="likely",
    words=("requested_output_names",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    outputs = declared(python, config, "output")
    if not outputs:
        return
    spans = {mistake.span for mistake in mistakes(python, config, effective, "requested-name")}
    tests = [node for node in python.walk(Compare) if node.span in spans and len(node.rights) == 1] if spans else []
    # Whoever asks for the declared name, too, takes both.
    compared = [node for node in python.walk(Compare) if len(node.rights) == 1] if tests else []
    asked = {found for node in compared for part in (node.left, node.rights[0]) for found, _ in _names(python, part)}
    refused = [node.test for node in python.walk(If) if not _makes_something(node.body)] if tests else []
    refused += [node.test for node in python.walk(Assert)] if tests else []
    given = [a.value for c in python.walk(Call) if _puts_in(c) for a in c.arguments] if tests else []
    added = {found for value in given for found, _ in _names(python, value)}
    for node in tests:
        if any(node is test for test in refused):
            continue  # A name that is no longer there.
        names = [found for part in (node.left, node.rights[0]) for found in _names(python, part)]
        if not names or any(name in outputs for name, _ in names):
            continue
        name, span = names[0]
        near = nearest(name, outputs, 0.75) or _guarded(python, node, outputs)
        if near is None or near in asked or name in added:
            continue
        written = python.text[span.start : span.end][1:-1] == name
        yield Problem(
            span,
            f'config.pbtxt declares no output "{name}": Triton never asks for it',
            help=f'write "{near}"',
            related=(Related(outputs[near], f'output "{near}" is declared here'),),
            fix=Fix(f'write "{near}"', (Edit(span, f'"{near}"'),), safety="unsafe") if written else None,
            key=name,
        )


def _makes_something(body: tuple[Stmt, ...]) -> bool:
    """Whether statements go on to make a tensor, and neither refuse the request nor only tell of it."""
    if isinstance(body[-1], Raise | Return) or (isinstance(body[-1], Flow) and body[-1].keyword != "pass"):
        return False
    return any("log" not in (dotted(call.func) or "").lower() for call in walk(body, Call)) or any(
        True for _ in walk(body, Assign)
    )


def _puts_in(call: Call) -> bool:
    return isinstance(call.func, Attribute) and call.func.attr in {"add", "append", "insert"}


def _names(python: PythonFacts, part: Expr) -> Iterator[tuple[str, Span]]:
    """The texts that one side of a comparison stands for."""
    for item in part.items if isinstance(part, Sequence) else (part,):
        for text in python.strings(item) or ():
            yield text, item.span


def _guarded(python: PythonFacts, test: Compare, outputs: dict[str, Span]) -> str | None:
    """The only declared output that is named under a condition and nowhere else."""
    for node in python.walk(If):
        if node.test is not test:
            continue
        inside = {text.value for text in walk(node.body, Constant) if text.value in outputs}
        elsewhere = {
            text.value
            for text in python.walk(Constant)
            if not (node.span.start or 0) <= (text.span.start or 0) < (node.span.end or 0)
        }
        found = [str(name) for name in inside - elsewhere]
        return found[0] if len(found) == 1 else None
    return None


EXAMPLES = (
    """\
-- parts/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "TOTAL" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "SIGNS" data_type: TYPE_FP32 dims: [ -1 ] }
-- parts/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            wanted = set(request.requested_output_names())
            tensors = [pb_utils.Tensor("TOTAL", x.sum(keepdims=True))]
            if "signs" in wanted:
#              ^^^^^^^ TLP286
                tensors.append(pb_utils.Tensor("SIGNS", np.sign(x)))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
-- fixed: parts/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            wanted = set(request.requested_output_names())
            tensors = [pb_utils.Tensor("TOTAL", x.sum(keepdims=True))]
            if "SIGNS" in wanted:
                tensors.append(pb_utils.Tensor("SIGNS", np.sign(x)))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    """\
-- parts/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "TOTAL" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "SIGNS" data_type: TYPE_FP32 dims: [ -1 ] }
-- parts/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            wanted = request.requested_output_names()
            tensors = [pb_utils.Tensor("TOTAL", x.sum(keepdims=True))]
            if "SIGNS" in wanted or "signs" in [name.lower() for name in wanted] or "sign" in wanted:
                tensors.append(pb_utils.Tensor("SIGNS", np.sign(x)))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    # The old name is turned into the new one.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "TOTAL" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "SIGNS" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            tensors = []
            for name in request.requested_output_names():
                if name == "total":
                    name = "TOTAL"
                if name == "TOTAL":
                    tensors.append(pb_utils.Tensor("TOTAL", x.sum(keepdims=True)))
                else:
                    tensors.append(pb_utils.Tensor("SIGNS", np.sign(x)))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    """\
-- wanted/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
-- wanted/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            wanted = set(request.requested_output_names())
            if "Score" in wanted:
                pb_utils.Logger.log_warn("an old client")
            if x[0] > 0:
                wanted.add("scores")
            tensors = [pb_utils.Tensor("y", x)]
            if "scores" in wanted:
                tensors.append(pb_utils.Tensor("score", x))
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
)
