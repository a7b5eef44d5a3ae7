"""A stub lies in the repository, but in no model

## What it does
Reports a `triton_python_backend_stub` directly in the repository's folder.

## What happens
The server looks for it beside the config.pbtxt of each model, and in the backend's own folder. It ignores this one
without a message and runs the models with its own stub and Python.

## How to fix
Copy it into the folder of every model that needs it, or into `backends/python` of the image.

## Source
Facts: python-backend, section 1.4 (the two places).
"""

import os
from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.resolution import STUB_NAME
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLS015",
    name="stub-outside-the-models",
    effect="wrong-result",
    certainty="likely",
)


def check(repository: RepositoryFacts) -> Iterator[Problem]:
    plans = {name: facts.plan for name, facts in repository.models.items() if facts.plan is not None}
    stubs = [plan.stub_entry for plan in plans.values() if plan.stub_entry is not None]
    # One file in the repository, and links to it in the models that need it, is a way to do it.
    if any(stub.link is not None for stub in stubs):
        return
    models = sorted(name for name, plan in plans.items() if plan.stub_entry is None)
    for entry in repository.plain_files:
        if entry.name == STUB_NAME and models:
            yield Problem(
                Span(os.path.join(repository.path, entry.path)),
                f"the server never looks here for {STUB_NAME}: it ignores this file and runs its own stub",
                help=f"cp {STUB_NAME} {models[0]}/ (beside the config.pbtxt of every model that needs it)",
                key=entry.path,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- triton_python_backend_stub -- TLS015
@elf needed=libpython3.10.so.1.0,libc.so.6
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6
-- add/triton_python_backend_stub --
@link ../triton_python_backend_stub
""",
)
