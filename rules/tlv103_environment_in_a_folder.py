"""The archive holds one folder with the environment in it

## What it does
Reports an archive in which everything lies below one top folder, as `tar -czf env.tar.gz myenv` makes it.

## What happens
The server looks for `bin/activate` at the top of the archive, does not find it and refuses the model.

## How to fix
Pack from inside the environment: `tar -czf env.tar.gz -C myenv .`, or use `conda-pack`.

## Source
Python backend; seen on release 24.10 (facts: python-backend, section 2.3).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import pack_again, pack_folder
from tritonlint.resolution import Plan
from tritonlint.rule import Rule

RULE = Rule(
    code="TLV103",
    name="environment-in-a-folder",
    effect="load-failure",
    server_says=("The Python environment should contain an 'activate' script.",),
)


def check(plan: Plan, environment: EnvironmentFacts) -> Iterator[Problem]:
    # Only the last member can bring in a second folder: an archive that was not read to its end proves nothing.
    if not environment.complete or not environment.top_folder:
        return
    top = environment.top_folder
    found = f"`{top}/bin/activate`" if environment.activate else f"all below `{top}/`"
    yield Problem(
        plan.place,
        f"the environment lies in a folder of its own ({found}); the server looks for `bin/activate` at the top, so "
        "the model will not load",
        help=f"pack it without the folder: `{pack_folder(top)}`, or with conda: `{pack_again()}`",
        related=plan.archive("packed with its folder"),
        key=top,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV103
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
myenv/
myenv/bin/activate
myenv/bin/python3
myenv/lib/python3.12/os.py
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
