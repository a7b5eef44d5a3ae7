"""An output written by a name that the config does not declare

## What it does
Compares the names of the tensors in InferenceResponse with the outputs of config.pbtxt, state outputs included.
Silent when the model has `auto_complete_config` or a name cannot be known.

## What happens
Triton drops the tensor without a word: the request succeeds, and the output the client asked for is missing.

## How to fix
Use the same name on both sides.

## Source
Facts, python-backend 6.4 (observed on 23.10, 24.05, 24.10, 25.08).
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_join import declared
from tritonlint.nearest import nearest
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP102",
    name="output-not-declared",
    effect="wrong-result",
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    names = declared(python, config, "output")
    if not names:
        return
    seen: set[int | None] = set()
    for response in python.responses:
        for write in response.outputs:
            if not write.names or any(name in names for name in write.names) or write.name_span.start in seen:
                continue
            seen.add(write.name_span.start)
            wanted = write.names[0]
            near = nearest(wanted, names, 0.75)
            quoted = python.text[write.name_span.start : write.name_span.end] in {f'"{wanted}"', f"'{wanted}'"}
            edit = Edit(write.name_span, f'"{near}"')
            yield Problem(
                write.name_span,
                f'config.pbtxt declares no output "{wanted}": Triton drops this tensor silently',
                help=f'write "{near}"' if near else f"declared outputs: {', '.join(sorted(names))}",
                related=(Related(names[near], f'output "{near}" is declared here'),) if near else (),
                fix=Fix(f'write "{near}"', (edit,), safety="unsafe") if near and quoted else None,
                certainty="certain" if len(write.names) == 1 else "likely",
                key=wanted,
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
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("Y", x.astype(np.float32))
#                               ^^^ TLP102
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
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
