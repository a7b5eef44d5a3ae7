"""The libstdc++ of the environment is too old for the stub

## What it does
Compares the highest `GLIBCXX` version of the environment's `lib/libstdc++.so.6` with what the stub in the model's
folder needs, or with what the release's own stub is known to need.

## What happens
`lib` of the environment comes first in the loader's path, so its libstdc++ replaces that of the image and the stub
cannot start: up to 25.07 the load hangs for ever, from 25.08 on it fails after 10 seconds.

## How to fix
Install a newer one: `conda install -c conda-forge "libstdcxx-ng>=12"` (13 from 24.11 on), and pack again.

## Source
Facts: python-backend, sections 3.1 and 3.4 (server#5933, server#7913).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.elf import version_key
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import libstdcxx_of, pack_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLV211",
    name="environment-libstdcxx-too-old",
    effect="load-failure",
    server_says=("not found (required by", "GLIBCXX_3.4.30"),
)

NEEDED = (("23.05", "24.10", "3.4.30"), ("24.11", "99.12", "3.4.32"))


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    if not environment.libstdcxx or environment.top_folder:
        return
    if plan.stub is not None:
        needed, which = plan.stub.needs("GLIBCXX"), "the stub"
    elif plan.stub_origin == "release":
        needed = next((v for first, last, v in NEEDED if target.since(first) and target.until(last)), None)
        which = "the stub of the release"
    else:
        return
    if needed is None or version_key(environment.libstdcxx) >= version_key(needed):
        return
    yield Problem(
        plan.place,
        f"the environment's libstdc++ ends at GLIBCXX_{environment.libstdcxx}, {which} needs GLIBCXX_{needed}: "
        "the stub cannot start and the model will not load",
        help=f'`conda install -n ENV -c conda-forge "libstdcxx-ng>={libstdcxx_of(needed)}"`, then `{pack_again()}`',
        related=plan.archive("holds lib/libstdc++.so.6"),
        key=environment.libstdcxx,
        certainty="likely" if plan.stub is None and target.since("24.11") else "certain",
    )


EXAMPLES = (
    r"""-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV211
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
lib/libstdc++.so.6.0.28 = GLIBCXX_3.4.28\0
""",
    r"""-- target -- release=24.10
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
lib/libstdc++.so.6.0.34 = GLIBCXX_3.4.34\0
""",
)
