"""The Python backend's folder is not whole

## What it does
Looks into `python` of every given backend directory for its three parts: `libtriton_python.so`,
`triton_python_backend_stub` and `triton_python_backend_utils.py`.

## What happens
Without the library the server knows no backend `python`; without the stub it starts no process; without the utilities
model.py cannot import `triton_python_backend_utils`. No Python model loads.

## How to fix
Copy the whole folder from an image of one release.

## Source
All three seen on release 24.10; facts: python-backend, sections 1.3, 1.4 and 1.7.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.resolution import LIBRARY_NAME, STUB_NAME, UTILS_NAME
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLS013",
    name="backend-folder-incomplete",
    effect="load-failure",
    server_says=(
        "unable to find backend library for backend 'python'",
        "triton_python_backend_stub is not found.",
        "No module named 'triton_python_backend_utils'",
    ),
)


PARTS = {
    LIBRARY_NAME: "the server finds no backend `python`",
    STUB_NAME: "no process can be started for a Python model",
    UTILS_NAME: "model.py cannot import triton_python_backend_utils",
}


def check(repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    if all(facts.effective.intended_backend != "python" for facts in repository.models.values()):
        return
    for folder in repository.backend_folders():
        if folder.name != "python":
            continue
        missing = folder.missing
        if missing:
            release = target.release or "YY.MM"
            lacks = " and ".join(f"`{part}`" for part in missing)
            yield Problem(
                Span(folder.path),
                f"the Python backend's folder lacks {lacks}: {PARTS[missing[0]]}",
                help="copy the whole folder out of one image: `docker cp $(docker create "
                f"tritonserver:{release}-py3):/opt/tritonserver/backends/python {folder.path}`",
                key=" ".join(missing),
            )


EXAMPLES = (
    """\
-- target -- release=24.10 backend-directory=repo/backends
-- models/add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- models/add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- backends/python/ -- TLS013
-- backends/python/libtriton_python.so --
@elf interpreter= soname=libtriton_python.so needed=libtritonserver.so,libc.so.6
-- backends/python/triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6
""",
    """\
-- target -- release=24.10 backend-directory=repo/backends
-- models/add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- models/add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- backends/python/libtriton_python.so --
@elf interpreter= soname=libtriton_python.so needed=libtritonserver.so,libc.so.6
-- backends/python/triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6
-- backends/python/triton_python_backend_utils.py --
class TritonError: ...
""",
)
