"""is_ready in a way that Triton cannot use

## What it does
Reports an `is_ready` of the model class that needs arguments, returns something else than True or False, or is no
method. Triton calls it since 26.03, also where an older model meant something else by that name.

## What happens
`is_ready() must return a boolean value`: the model is reported as not ready, so that no probe and no load balancer
sends requests to it.

## How to fix
`def is_ready(self): return True`, or another name if Triton should not call it.

## Source
Facts, python-backend 6.9 (source and QA of 26.03; no server of that release was at hand).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import completes, is_generator, is_none, returns
from tritonlint.inputs.python_kinds import described, kind_of
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP026",
    name="is-ready-not-callable",
    effect="instability",
    certainty="likely",
    first="26.03",
    server_says=("is_ready() must return a boolean value",),
    words=("is_ready",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    method = python.method("is_ready")
    if method is None or method.decorators:
        return
    help_ = "write `def is_ready(self): return True`, or give it another name"
    if not method.takes(1):
        yield Problem(
            method.name_span,
            "Triton calls `is_ready(self)` without further arguments: the model is never ready",
            help=help_,
            key="arguments",
        )
        return
    if is_generator(method):
        return
    found = returns(method)
    nothing = completes(method.body) or any(is_none(statement.value) for statement in found)
    kinds = {kind_of(python, s.value) for s in found if s.value is not None and not is_none(s.value)}
    wrong = [kind for kind in kinds if kind not in {None, "bool"}]
    if nothing or (wrong and len(wrong) == len(kinds)):
        what = "can return nothing" if nothing else f"returns {described(wrong[0] or '')}"
        yield Problem(
            method.name_span,
            f"`is_ready` {what}, but must return True or False: the model is not ready then",
            help=help_,
            key="result",
        )


EXAMPLES = (
    """\
-- target -- release=26.03
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def is_ready(self):
#       ^^^^^^^^ TLP026
        pb_utils.Logger.log_info("asked")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- target -- release=26.03
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def is_ready(self):
        return True

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
