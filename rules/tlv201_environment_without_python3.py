"""The environment has no bin/python3

## What it does
Reports an environment without `bin/python3`, with a link of that name that leads to nothing, or with one that is not
executable.

## What happens
The embedded interpreter looks for `python3` on PATH to learn where its library is. It finds the one of the image
instead: the environment is ignored without a message, and the packages of the image are used. Where the image has
another Python, the stub dies at start.

## How to fix
Pack the interpreter as well; `conda-pack` does. A link must be relative: `ln -s python3.10 bin/python3`.

## Source
Seen on releases 23.07, 24.03 and 24.10 (docs/interpreter-matrix.md).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import pack_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV201",
    name="environment-without-python3",
    effect="wrong-result",
    server_says=("init_fs_encoding",),
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    if not environment.complete or not environment.activate or environment.python3 in ("file", "link"):
        return
    # A virtual environment has a rule of its own; in a folder its absolute link may be right.
    if environment.top_folder or (
        environment.python3 == "absolute-link" and (environment.venv_home or environment.format == "folder")
    ):
        return
    if environment.python3 == "not-executable":
        found = f"`bin/{environment.python3_link}` is not executable"
    elif environment.python3:
        found = f"`bin/python3` leads to `{environment.python3_link}`, which the archive does not hold"
    else:
        found = "there is no `bin/python3`"
    dies = plan.falls_back is False
    if dies:
        outcome = f"dies at start, because the server has Python {plan.release_python} and not {plan.stub_python}"
    else:
        outcome = "runs with the packages of the image" + ("" if plan.falls_back else ", or dies at start")
    # The modes of a folder here need not be those of the folder there.
    elsewhere = environment.python3 == "absolute-link" or (
        environment.python3 == "not-executable" and environment.format == "folder"
    )
    yield Problem(
        plan.place,
        f"{found}, so the interpreter does not find the environment and {outcome}",
        help="`chmod 755` it and pack again"
        if environment.python3 == "not-executable"
        else f"pack the interpreter too, as `{pack_again()}` does; a link must be relative: `python3 -> python3.10`",
        related=plan.archive("this environment"),
        key="python3",
        effect="load-failure" if dies else None,
        certainty="likely" if elsewhere else "certain",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV201
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
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV201
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
lib/python3.12/os.py
lib/python3.12/site-packages/numpy/__init__.py
lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA
bin/python3 -> python3.11
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
