"""The letters of a word are added to a list

## What it does
Reports `words += "text"` and `words.extend("text")` on a list, where the text is a word that is known.

## What happens
The list gets one item for each letter: what is made of it later, such as `",".join(words)`, is `t,e,x,t`.

## How to fix
Write `words.append("text")`, or `words += ["text"]`.

## Source
Python's `list`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP255", name="letters-added-to-list", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "letters-added"):
        yield Problem(
            mistake.span,
            "this adds the letters of a word one by one",
            help="write `.append(…)`",
            related=called_at(caller),
            key="letters",
        )


EXAMPLES = (
    """\
-- sign/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- sign/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            words = ["value"]
            if x[0] > 0:
                words += "positive"
#               ^^^^^^^^^^^^^^^^^^^ TLP255
            y = np.array([",".join(words)], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- sign/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- sign/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            words = ["value"]
            if x[0] > 0:
                words.append("positive")
            y = np.array([",".join(words)], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
