"""A name that triton_python_backend_utils never had

## What it does
Reports names of `triton_python_backend_utils` that exist in no release: `TritonInferenceException` (an error in the
documentation), `Metric`, `MetricKind`, `InferenceResponseSender`, and misspelt ones.

## What happens
AttributeError when the line is reached, often only while another error is being handled.

## How to fix
Use the name that exists.

## Source
Facts, python-backend 6.6, 6.9 and 7: the public names of every release.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_flow import guarded
from tritonlint.inputs.python_tree import Attribute
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP014",
    name="unknown-pb-utils-name",
    effect="request-failure",
    server_says=("has no attribute",),
)
NEVER = {
    "TritonInferenceException": "TritonModelException",
    "TritonException": "TritonModelException",
    "Metric": "MetricFamily(…).Metric(…)",
    "MetricKind": "MetricFamily.COUNTER",
    "InferenceResponseSender": "request.get_response_sender()",
    "log_info": "Logger.log_info",
    "log_error": "Logger.log_error",
}


def check(python: PythonFacts) -> Iterator[Problem]:
    known = set(pb_api().names)
    top = {name for name in known if "." not in name}
    for node in python.walk():
        if not isinstance(node, Attribute):
            continue
        name = python.pb_name(node)
        if name is None or name in known or "." in name or python.qualified(node.value) != PB_MODULE:
            continue
        near = [NEVER[name]] if name in NEVER else get_close_matches(name, top, 1, 0.85)
        if not near or guarded(python.body, node):
            continue
        right = near[0]
        fix = Fix(f"write {right}", (Edit(node.attr_span, right),), safety="unsafe")
        yield Problem(
            node.attr_span,
            f"triton_python_backend_utils has no `{name}` in any release",
            help=f"use `{right}`",
            fix=fix if right.isidentifier() else None,
            effect=None if python.function_at(node) else "load-failure",
            key=name,
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
        responses = []
        if not requests:
            raise pb_utils.TritonInferenceException("nothing to do")
#                          ^^^^^^^^^^^^^^^^^^^^^^^^ TLP014
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        if not requests:
            raise pb_utils.TritonModelException("nothing to do")
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
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
