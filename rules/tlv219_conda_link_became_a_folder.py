"""The environment holds its library twice

## What it does
Reports a folder `lib/python3.1` in the environment.

## What happens
conda puts a link of that name beside `lib/python3.10` and its successors. Packed by following links it becomes a copy
of the whole library: the archive is larger, and takes longer to load, for nothing.

## How to fix
Pack with `conda-pack`, or leave it out: `tar --exclude=lib/python3.1`, `conda-pack --exclude lib/python3.1`. Never
exclude `lib/pythonX.Y` itself.

## Source
Facts: python-backend, section 9.3; no Python 3.1 can be meant, since no stub was ever built for it.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV219",
    name="conda-link-became-a-folder",
    effect="performance",
    certainty="likely",
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if not environment.leftovers or not environment.pythons or environment.error or environment.top_folder:
        return
    folder = environment.leftovers[0]
    yield Problem(
        plan.place,
        f"`{folder}` of the environment is conda's link to lib/python{environment.pythons[0]}, packed as a copy of it",
        help=f"leave it out when packing: `conda-pack -n ENV -o env.tar.gz --force --exclude {folder}`",
        related=plan.archive(f"holds {folder} and lib/python{environment.pythons[0]}"),
        key=folder,
    )


EXAMPLES = (
    """\
-- target -- release=25.01
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV219
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
lib/python3.1/os.py
""",
    """\
-- target -- release=25.01
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
lib/python3.1 -> python3.12
""",
)
