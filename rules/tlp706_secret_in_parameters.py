"""A secret in the config's parameters

## What it does
Reports parameters of config.pbtxt whose name says that they hold a password, a key or a token, and values that have the
shape of one.

## What happens
Whoever may ask the server for the model's configuration gets it, over HTTP and gRPC; the repository and its copies have
it too.

## How to fix
Read it from `os.environ` or a mounted file in `initialize`, and revoke this one.

## Source
Triton's model configuration extension (`/v2/models/…/config` returns parameters); observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.secrets import is_secret, names_a_secret
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP706", name="secret-in-parameters", effect="security", certainty="likely")


def check(config: Document, python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for entry in config.root.messages("parameters"):
        value = entry.message("value")
        written = value.scalar("string_value") if value is not None else None
        key = entry.string("key") or ""
        if written is None or not isinstance(written.value, str):
            continue
        if is_secret(written.value, named=names_a_secret(key)):
            yield Problem(
                written.span,
                f"parameter '{key}' holds a secret, and the server tells it to everyone who asks for the config",
                help="read it from `os.environ` or a mounted file, and revoke this one",
                key=key,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "API_KEY" value: { string_value: "f8Kd02jfQmx93L" } }
#                                                  ^^^^^^^^^^^^^^^^ TLP706
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.parameters = json.loads(args["model_config"])["parameters"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "API_KEY_FILE" value: { string_value: "/run/secrets/key1" } }
parameters { key: "api_key" value: { string_value: "${API_KEY_2}" } }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.parameters = json.loads(args["model_config"])["parameters"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
