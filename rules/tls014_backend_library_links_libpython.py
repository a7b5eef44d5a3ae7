"""The library of the Python backend is linked to a libpython

## What it does
Reads what `libtriton_python.so` in a given backend directory is linked to.

## What happens
The server itself then loads that Python, and fails to load the library where it is missing: no Python model loads. A
library as NVIDIA builds it knows no Python; only the stub does.

## How to fix
Take the folder from an image of the release, or build library and stub from the same branch.

## Source
Libraries of releases 23.07 to 24.10 (facts: real-servers) need no libpython; python-backend, section 1.7.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLS014",
    name="backend-library-links-libpython",
    effect="load-failure",
    certainty="likely",
    server_says=("cannot open shared object file",),
)


def check(repository: RepositoryFacts) -> Iterator[Problem]:
    for folder in repository.backend_folders():
        library = folder.library
        if library is None or not library.libpython:
            continue
        yield Problem(
            Span(library.path),
            f"the backend's library needs {library.libpython}, as no build of NVIDIA's does: where the server has no "
            "such library, no Python model loads",
            help="take the whole folder from an image of the release; the interpreter belongs to the stub alone",
            key=library.libpython,
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
-- backends/python/libtriton_python.so -- TLS014
@elf interpreter= soname=libtriton_python.so needed=libtritonserver.so,libpython3.9.so.1.0,libc.so.6
-- backends/python/triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6
-- backends/python/triton_python_backend_utils.py --
class TritonError: ...
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
