"""numpy in the environment is built for another Python, machine or system

## What it does
Reads the tag in the name of numpy's compiled module, such as `_multiarray_umath.cpython-311-x86_64-linux-gnu.so`, and
compares it with the Python of the stub and the machine of the environment's interpreter. `pip install --target` with
another Python, `--platform`, and folders copied from a laptop leave such a numpy.

## What happens
Python looks only for modules with its own tag. `triton_python_backend_utils` imports numpy, numpy does not find its
compiled part, and the model does not load.

## How to fix
Install numpy with the environment's own interpreter: `env/bin/python3 -m pip install "numpy<2"`.

## Source
Seen on release 24.10 with numpy for another Python, for 64-bit ARM and for macOS (docs/interpreter-matrix.md).
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV213",
    name="numpy-for-another-python",
    effect="load-failure",
    server_says=("Error importing numpy", "No module named 'numpy.core._multiarray_umath'"),
)

TAG = re.compile(r"(?:cpython-|cp)(\d)(\d+)-(.+)")


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    if not environment.complete or not environment.activate or environment.top_folder or plan.ignored:
        return
    # An environment that is not found, or one of another system as a whole, has a rule of its own.
    if environment.python3 not in ("file", "link") or environment.system != "linux" or environment.free_threaded:
        return
    python = plan.stub_python
    tags = [(tag, TAG.fullmatch(tag)) for tag in environment.numpy_core]
    if python is None or not tags:
        return
    machine = f"{environment.machine}-linux-gnu"
    reasons = []
    for _, parts in tags:
        if parts is None:
            return
        built = f"{parts[1]}.{parts[2]}"
        if built == python and parts[3] == machine:
            return
        reasons.append(f"Python {built}" if built != python else parts[3])
    own = f"Python {python} on {machine}"
    tag = tags[0][0]
    yield Problem(
        plan.place,
        f"numpy in the environment is built for {reasons[0]}, the environment is {own}: it cannot be imported and the "
        "model will not load",
        help='install it with the interpreter of the environment: `bin/python3 -m pip install "numpy<2"`',
        related=plan.archive(f"holds {environment.numpy_core[tag]}"),
        key=tag,
        # Without a declared release an old server may be meant, whose Python fits.
        certainty="certain" if plan.stub is not None or target.release else "likely",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV213
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
bin/python3.10 = @elf
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
lib/python3.10/site-packages/numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV213
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
bin/python3.10 = @elf
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
lib/python3.10/site-packages/numpy/core/_multiarray_umath.cpython-310-aarch64-linux-gnu.so
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV213
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
bin/python3.10 = @elf
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
lib/python3.10/site-packages/numpy/core/_multiarray_umath.cpython-310-darwin.so
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
bin/python3.10 = @elf
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
lib/python3.10/site-packages/numpy/core/_multiarray_umath.cpython-310-x86_64-linux-gnu.so
""",
)
