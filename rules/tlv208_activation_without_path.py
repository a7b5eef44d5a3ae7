"""bin/activate does not put the environment on PATH

## What it does
Reports an activation script that sets no PATH and sources no other file, an empty one for example.

## What happens
Up to 25.07 the script is the only thing that puts `bin` of the environment on PATH. Without it the interpreter finds
the `python3` of the image: the environment is ignored, or the stub dies at start.

## How to fix
Pack with `conda-pack`, which brings a working script, or add `export PATH="$(dirname "$BASH_SOURCE"):$PATH"`.

## Source
Seen on releases 23.07, 24.03 and 24.10 (facts: python-backend, section 8b).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV208",
    name="activation-without-path",
    effect="wrong-result",
    last="25.07",
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    activation = environment.activation
    if activation is None or environment.top_folder or environment.error or plan.ignored:
        return
    if activation.sets_path or activation.sources or environment.python3 not in ("file", "link"):
        return
    dies = plan.falls_back is False
    if dies:
        outcome = f"dies at start, because the server has Python {plan.release_python} and not {plan.stub_python}"
    else:
        outcome = "runs with the packages of the image" + ("" if plan.falls_back else ", or dies at start")
    yield Problem(
        plan.place,
        f"`bin/activate` {'is empty' if activation.empty else 'sets no PATH'}, so up to 25.07 the interpreter does not "
        f"find the environment and {outcome}",
        help="pack the environment with conda-pack, or let the script put its own folder first on PATH",
        related=plan.archive("this environment"),
        key="path",
        effect="load-failure" if dies else None,
        certainty="certain" if activation.empty else "likely",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV208
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
bin/python3 -> python3.10
bin/python3.10
lib/python3.10/os.py
lib/python3.10/site-packages/numpy/__init__.py
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA
bin/activate
""",
    """\
-- target -- release=25.08
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
bin/python3 -> python3.12
bin/python3.12
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
bin/activate
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
)
