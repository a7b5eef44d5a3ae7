"""The environment is made for another Python than the release's

## What it does
Compares the X.Y of `lib/pythonX.Y` in the environment with the Python that the release's own stub embeds (3.8 up to
23.04, 3.10 up to 24.10, 3.12 from 24.11 on), when the model brings no stub.

## What happens
The environment is ignored without a message: the model runs with the packages of the image, or fails with `No module
named`.

## How to fix
Build the environment with the Python of the release, or put a stub for its Python beside config.pbtxt.

## Source
Seen on release 24.10: a 3.9 environment loads and answers, in the Python of the server (facts: python-backend,
section 3.2; real-servers.md).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import fit_environment
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV203",
    name="environment-python-differs-from-release",
    effect="wrong-result",
)


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    if plan.stub_origin != "release" or not environment.readable or environment.top_folder:
        return
    expected = plan.release_python
    if expected is None or not environment.pythons or expected in environment.pythons:
        return
    found = " and ".join(environment.pythons)
    which = f"release {target.release}" if target.release else "every release of the last two years"
    yield Problem(
        plan.place,
        f"the environment holds Python {found}, the stub of {which} embeds {expected}: the server ignores the "
        "environment without a message and runs the model with its own packages",
        help=fit_environment(
            target.release,
            expected,
            environment.pythons[0],
            expected,
            own_stub=False,
            numpy2=target.fact("numpy2"),
        ),
        related=plan.archive(f"holds lib/python{found}"),
        key=f"{found} {expected}",
        # Without a declared release an old server may be meant, whose Python fits.
        certainty="certain" if target.release and not environment.partial else "likely",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV203
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/env.tar.gz --
@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
bin/python3 -> python3.9
bin/python3.9
lib/python3.9/os.py
lib/python3.9/site-packages/numpy/__init__.py
lib/python3.9/site-packages/numpy-1.26.4.dist-info/METADATA
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV203
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/env.tar.gz --
@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
bin/python3 -> python3.10
bin/python3.10
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/env.tar.gz --
@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
bin/python3 -> python3.10
bin/python3.10
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/env.tar.gz --
@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
bin/python3 -> python3.12
bin/python3.12
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
""",
)
