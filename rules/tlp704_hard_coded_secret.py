"""A secret in the source

## What it does
Reports strings with the shape of a hub token, a cloud access key or a private key, and literals given to names such
as `password` and `api_key`.

## What happens
Everyone who can read the model repository, its bucket or its history has the secret.

## How to fix
Read it from the environment (`os.environ`) or from a mounted secret, and revoke the one that was written down.

## Source
The issuers' documentation of their key formats.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Argument, Assign, Attribute, Constant, Name, Node
from tritonlint.inputs.secrets import SHORTEST, is_secret, names_a_secret
from tritonlint.rule import Rule

RULE = Rule(code="TLP704", name="hard-coded-secret", effect="security", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    # Few texts would be one whatever their name is, and mostly none.
    texts = [
        (node, text)
        for node in python.walk(Constant)
        if isinstance(text := node.value, str) and len(text) >= SHORTEST and is_secret(text, named=True)
    ]
    if not texts:
        return
    named = set()
    for assign in python.walk(Assign):
        if assign.value is None or assign.operator:
            continue
        if any(names_a_secret(_last(target)) for target in assign.targets):
            named.add(id(assign.value))
    for argument in python.walk(Argument):
        if argument.keyword and names_a_secret(argument.keyword):
            named.add(id(argument.value))
    for node, text in texts:
        if is_secret(text, named=id(node) in named):
            yield Problem(
                node.span,
                "a secret stands in the source: everyone who can read the model repository has it",
                help="read it from `os.environ` or a mounted file, and revoke this one",
                key="secret",
            )


def _last(target: Node) -> str:
    if isinstance(target, Name):
        return target.id
    return target.attr if isinstance(target, Attribute) else ""


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
    def initialize(self, args):
        self.password = "fish3r-and-boat"
#                       ^^^^^^^^^^^^^^^^^ TLP704

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
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.password = os.environ["DATABASE_PASSWORD"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
