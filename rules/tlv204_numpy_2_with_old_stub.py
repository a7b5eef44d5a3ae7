"""NumPy 2 in the environment, and a stub that cannot exchange its arrays

## What it does
Looks up the version of numpy in the environment, and whether the stub was built with a pybind11 that knows NumPy 2
(releases from 24.11 on).

## What happens
The model loads, is ready and answers. Every output holds zero bytes, inputs arrive with wrong values, and a string
input kills the stub.

## How to fix
Pin `numpy<2` in the environment, or take a stub of release 24.11 or newer together with that server.

## Source
Seen on releases 23.07, 24.03 and 24.10 (facts: python-backend, section 3.5; real-servers.md).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import pack_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV204",
    name="numpy-2-with-old-stub",
    effect="wrong-result",
    server_says=("output tensor shape does not match size of output for", "unpack_from requires a buffer of at least"),
)


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    version = environment.version("numpy")
    if version is None or not version.split(".", 1)[0].isdigit() or int(version.split(".", 1)[0]) < 2:
        return
    # An environment that is not used at all has its own rule.
    if plan.ignored or environment.top_folder:
        return
    if plan.stub_origin == "release":
        if target.fact("numpy2") is not False:
            return
        which = f"the stub of release {target.release}"
    else:
        if plan.stub_numpy2 is not False:
            return
        which = "this stub"
    yield Problem(
        plan.place,
        f"the environment has numpy {version}, and {which} only understands arrays of NumPy 1: the model answers with "
        "empty outputs and reads wrong inputs",
        help=f'`conda install -n ENV -c conda-forge "numpy<2"`, then `{pack_again()}`; or use release 24.11 or newer '
        "with its own stub",
        related=plan.archive(f"holds numpy {version}"),
        key=version,
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV204
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
lib/python3.10/site-packages/numpy-2.1.3.dist-info/METADATA
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV204
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
lib/python3.9/site-packages/numpy-2.0.2.dist-info/METADATA
lib/libpython3.9.so.1.0
-- add/triton_python_backend_stub --
@elf needed=libpython3.9.so.1.0,libc.so.6
@stub 24.10
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
-- target -- release=24.11
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
lib/python3.12/site-packages/numpy-2.1.3.dist-info/METADATA
""",
)
