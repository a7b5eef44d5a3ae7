"""Words of a text as a row of fixed length

## What it does
Reports a row of fixed length that gets the words (or numbers) of a text where too many of them are cut off but too few
are not filled up, and arrays made of several such rows.

## What happens
A text with fewer words fails with `could not broadcast input array`, or `inhomogeneous shape` where rows of several
lengths come together.

## How to fix
Fill the row up: `row[: len(ids)] = ids`, or `ids + [0] * (length - len(ids))`.

## Source
NumPy; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP061",
    name="rows-not-filled-up",
    effect="request-failure",
    certainty="likely",
    server_says=("could not broadcast input array", "inhomogeneous shape"),
    words=("split", "findall"),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "cut-row"):
        yield Problem(
            mistake.span,
            "texts have more or fewer words: too many are cut off, too few are not filled up to the length of a row",
            help="fill the row up: `row[: len(ids)] = ids`",
            related=called_at(caller),
            key="row",
            general=mistake.span,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 8 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            lengths = [len(word) for word in x[0].decode().split()][:8]
            y = np.zeros(8, dtype=np.int32)
            y[:] = lengths
#           ^^^^ TLP061
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 8 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            lengths = [len(word) for word in x[0].decode().split()][:8]
            y = np.zeros(8, dtype=np.int32)
            y[: len(lengths)] = lengths
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
