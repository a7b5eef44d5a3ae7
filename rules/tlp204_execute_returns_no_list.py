"""execute that returns something else than a list

## What it does
Reports a tuple, a generator, a set, a dict or a single InferenceResponse returned from execute, and an execute that
yields.

## What happens
Every request of the call fails: Triton takes a list only.

## How to fix
Return a list with one InferenceResponse per request.

## Source
Facts, python-backend 6.4 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_generator, own_nodes, returns
from tritonlint.inputs.python_tree import Call, Comprehension, Dict, Sequence, Yield
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP204",
    name="execute-returns-no-list",
    effect="request-failure",
    server_says=("Expected a list in the execute return, found type",),
)


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or execute.decorators or effective.decoupled is not False:
        return
    if is_generator(execute):
        first = next(node for node in own_nodes(execute) if isinstance(node, Yield))
        yield Problem(
            first.span,
            "`execute` yields, but Triton takes a list of responses only",
            help="collect the responses in a list and return it; to answer in parts, use a decoupled model",
            key="yield",
        )
        return
    for statement in returns(execute):
        if statement.value is None:
            continue
        sources = python.follow(statement.value)
        if not sources or len(sources) != 1:
            continue
        value, where = sources[0]
        found = ""
        if isinstance(value, Sequence | Comprehension) and value.kind != "list":
            found = value.kind
        elif isinstance(value, Dict):
            found = "dict"
        elif isinstance(value, Call) and python.pb_name(value.func, where) == "InferenceResponse":
            found = "single InferenceResponse"
        if not found:
            continue
        start, end = statement.value.span.start, statement.value.span.end
        wrap = ("[", "]") if found.startswith("single") else ("list(", ")")
        fix = None
        if (found in {"tuple", "generator"} and statement.value is not value) or found.startswith("single"):
            edits = (Edit(Span(python.path, start, start), wrap[0]), Edit(Span(python.path, end, end), wrap[1]))
            fix = Fix("return a list", edits, safety="unsafe")
        yield Problem(
            statement.value.span,
            f"`execute` returns a {found} here; Triton takes a list of responses only",
            help="return a list with one InferenceResponse per request",
            fix=fix,
            key=found,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", np.zeros(1, dtype=np.float32))])
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP204
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
