"""The environment is made for another Python than the stub

## What it does
Compares the X.Y of `lib/pythonX.Y` in the environment with the libpython that the stub in the model's folder (or in
the given backend folder) is linked to.

## What happens
The stub embeds its own libpython, which does not find its version in the environment: the environment is ignored
without a message and the packages of the image are used, or the interpreter dies at start.

## How to fix
Build the stub for the environment's Python, or the environment for the stub's.

## Source
Seen on release 24.10, and in a matrix of stubs and environments on 23.07, 24.03 and 24.10 (facts: python-backend,
section 3.2).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.environment import EnvironmentFacts
from tritonlint.recipes import fit_environment
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLV202",
    name="environment-python-differs-from-stub",
    effect="wrong-result",
    server_says=("No module named 'encodings'",),
)


def check(plan: Plan, environment: EnvironmentFacts, target: Target) -> Iterator[Problem]:
    stub = plan.stub
    if stub is None or stub.python is None or not environment.readable or environment.top_folder:
        return
    if not environment.pythons or stub.python in environment.pythons:
        return
    found = " and ".join(environment.pythons)
    if plan.falls_back:
        outcome = "the server ignores the environment without a message and runs the model with its own packages"
    elif plan.falls_back is None:
        outcome = "the stub dies at start, or ignores the environment where the image has its Python too"
    else:
        outcome = f"the server has Python {plan.release_python}, so the stub dies at start and the model will not load"
    yield Problem(
        plan.place,
        f"the environment holds Python {found}, the stub embeds {stub.python}: {outcome}",
        help=fit_environment(
            target.release,
            stub.python,
            environment.pythons[0],
            plan.release_python,
            own_stub=plan.stub_entry is not None,
            numpy2=plan.stub_numpy2,
        ),
        related=(Related(Span(stub.path), f"linked to {stub.libpython}"), *plan.archive(f"holds lib/python{found}")),
        key=f"{found} {stub.python}",
        effect="load-failure" if plan.falls_back is False else None,
        certainty="likely" if environment.partial else "certain",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }
#                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLV202
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
-- add/triton_python_backend_stub --
@elf needed=libpython3.12.so.1.0,libc.so.6
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
-- add/triton_python_backend_stub --
@elf needed=libpython3.12.so.1.0,libc.so.6
""",
)
