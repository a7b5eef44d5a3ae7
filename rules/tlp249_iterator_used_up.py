"""An iterator is asked again that has nothing left

## What it does
Reports a second loop over the same generator, `map(…)`, `zip(…)` or other iterator; also when `initialize` makes it and
each request goes through it, or asks whether something is `in` it.

## What happens
The first loop takes all items. From the second one on there are none, without any error.

## How to fix
Make a list of it: `list(map(…))`.

## Source
Python's iterators; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP249", name="iterator-used-up", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "used-up"):
        yield Problem(
            mistake.span,
            "this iterator gives each item once, and they were taken before: they are not found again",
            help="make a list where the iterator is made",
            related=called_at(caller),
            key="used-up",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.words = map(str.encode, ["one", "two"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([b"yes" if x[0] in self.words else b"no"], dtype=np.object_)
#                                   ^^^^^^^^^^^^^^^^^^ TLP249
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.words = map(str.encode, ["one", "two"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([b"yes" if x[0] in set(self.words) else b"no"], dtype=np.object_)
#                                           ^^^^^^^^^^^^^^^ TLP249
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.words = list(map(str.encode, ["one", "two"]))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([b"yes" if x[0] in set(self.words) else b"no"], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- found/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ -1 ] }
-- found/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            source = iter(x.tolist())
            found = any(v > 0 for v in source)
            rest = sum(1 for _ in source)
            y = np.array([found, rest], dtype=np.int32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
