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

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Argument, Assign, Attribute, Constant, Name, Node
from tritonlint.rule import Rule

RULE = Rule(code="TLP704", name="hard-coded-secret", effect="security", certainty="likely")

_SHAPE = re.compile(
    r"hf_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|glpat-[\w-]{20,}|AIza[\w-]{35}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+"
)
_NAME = re.compile(r"(?i)(.*_)?(password|passwd|api_?key|secret_key|secret_access_key|access_token|auth_token)")
_PLACEHOLDER = re.compile(r"(?i).*(your|change|example|dummy|placeholder|xxx|todo|test|\*\*|[<>{}$]).*")


def check(python: PythonFacts) -> Iterator[Problem]:
    named = set()
    for assign in python.walk(Assign):
        if assign.value is None or assign.operator:
            continue
        if any(_NAME.fullmatch(_last(target)) for target in assign.targets):
            named.add(assign.value.span)
    for argument in python.walk(Argument):
        if argument.keyword and _NAME.fullmatch(argument.keyword):
            named.add(argument.value.span)
    for node in python.walk(Constant):
        if not isinstance(node.value, str):
            continue
        text = node.value
        # A name of a secret (`password="DB_PASSWORD"`, `api-key`) has no digit or no letter beside it.
        written = node.span in named and len(text) >= 8 and " " not in text and re.search(r"\d", text)
        if _SHAPE.fullmatch(text) or (written and not _PLACEHOLDER.fullmatch(text)):
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
