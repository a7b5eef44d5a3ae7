"""A method of the base class that is replaced and not called

## What it does
Plays the model through and reports its `initialize` (or `__init__`) when a request comes to an attribute that only the
method of the same name in a base class sets, which the model's own method replaces without calling it. The base class
may stand in a module beside model.py.

## What happens
The model loads, and requests fail with an AttributeError about something that the base class was trusted to make.

## How to fix
Call it first: `super().initialize(args)`.

## Source
Python; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP041",
    name="method-of-base-left-out",
    effect="request-failure",
    server_says=("object has no attribute",),
    words=("initialize", "__init__"),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "base-left-out"):
        base, _, method = mistake.found.partition(".")
        arguments = "args" if method == "initialize" else ""
        yield Problem(
            mistake.span,
            f"this replaces `{method}` of `{base}` and does not call it: `{mistake.name}` is never set, requests fail",
            help=f"call it first: `super().{method}({arguments})`",
            certainty="certain" if mistake.sure else "likely",
            key=mistake.found,
        )


_BASE = """\
-- churn/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- churn/1/base.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Base:
    def initialize(self, args):
        self.offset = np.float32(1)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", self.score(x) + self.offset)
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- churn/1/model.py --
import numpy as np

from .base import Base


class TritonPythonModel(Base):
"""
EXAMPLES = (
    _BASE
    + """\
    def initialize(self, args):
#       ^^^^^^^^^^ TLP041
        self.weights = np.ones(2, dtype=np.float32)

    def score(self, x):
        return x * self.weights
""",
    _BASE
    + """\
    def initialize(self, args):
        super().initialize(args)
        self.weights = np.ones(2, dtype=np.float32)

    def score(self, x):
        return x * self.weights
""",
    _BASE
    + """\
    def initialize(self, args):
        self.offset = np.float32(2)
        self.weights = np.ones(2, dtype=np.float32)

    def score(self, x):
        return x * self.weights
""",
)
