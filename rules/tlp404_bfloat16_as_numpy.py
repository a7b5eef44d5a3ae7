"""A bfloat16 tensor turned into a NumPy array

## What it does
Reports `as_numpy()` on an input that config.pbtxt declares as TYPE_BF16, and `triton_string_to_numpy("TYPE_BF16")`.

## What happens
NumPy has no bfloat16. From 24.08 on `as_numpy` raises `Tensor dtype is BF16 and cannot be converted to NumPy`; up to
24.07 the request fails before (`TYPE_BF16 not currently supported`). `triton_string_to_numpy` raises KeyError.

## How to fix
Read the tensor with `torch.from_dlpack(tensor.to_dlpack())` and answer with `pb_utils.Tensor.from_dlpack`.

## Source
Facts, python-backend 6.7; both observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_tree import Attribute, Call, Try, lies_in
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP404",
    name="bfloat16-as-numpy",
    effect="request-failure",
    server_says=("Tensor dtype is BF16 and cannot be converted to NumPy", "TYPE_BF16 not currently supported."),
    words=("triton_string_to_numpy", "as_numpy"),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    initialize, execute = python.method("initialize"), python.method("execute")
    for made in python.calls_of("triton_string_to_numpy"):
        given = made.call.argument(0)
        if python.strings(given) == ("TYPE_BF16",):
            loading = made.function is not None and made.function is initialize
            sure = made.function is not None and made.function in {initialize, execute}
            yield Problem(
                made.span,
                "NumPy has no bfloat16: this raises KeyError",
                help="go through DLPack, or declare another data type",
                effect="load-failure" if loading else "request-failure",
                certainty="certain" if sure and made.function and unconditional(made.function, made.call) else "likely",
                key="triton_string_to_numpy",
            )
    inputs = tensors_of(python, config, "input")
    bfloat = {name: tensor.scalar("data_type") for name, tensor in inputs.items()}
    bfloat = {name: value for name, value in bfloat.items() if value is not None and value.value == "TYPE_BF16"}
    for node in python.walk(Call) if bfloat else ():
        if not isinstance(node.func, Attribute) or node.func.attr != "as_numpy":
            continue
        for source, where in python.follow(node.func.value) or ():
            if not isinstance(source, Call) or python.pb_name(source.func, where) != "get_input_tensor_by_name":
                break
            names = python.strings(source.argument(1, "name"), where)
            if names is None or len(names) != 1 or names[0] not in bfloat:
                break
            tries = [attempt for attempt in python.walk(Try) if attempt.handlers]
            if any(lies_in(node, part) for attempt in tries for part in attempt.body):
                break  # A handler may read it another way.
            declared = bfloat[names[0]]
            yield Problem(
                node.span,
                f"input '{names[0]}' is TYPE_BF16, which NumPy does not have: every request fails here",
                help="use `torch.from_dlpack(tensor.to_dlpack())`",
                related=(Related(declared.span, "declared here"),) if declared is not None else (),
                certainty="certain" if execute is not None and unconditional(execute, node) else "likely",
                key=names[0],
            )
            break


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_BF16 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP404
            y = pb_utils.Tensor("y", np.zeros(x.shape, dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.type = pb_utils.triton_string_to_numpy("TYPE_BF16")
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP404

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_BF16 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            y = pb_utils.Tensor("y", np.zeros(x.shape(), dtype=np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
