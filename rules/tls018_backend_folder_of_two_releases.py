"""Library and stub of the Python backend are from different releases

## What it does
Finds out from constant strings which releases the two parts of `python` in a given backend directory can be from, and
whether any of them share one memory layout.

## What happens
There is no handshake between them: models load or hang, and the first request (or the first call of another model)
kills the whole server.

## How to fix
Copy the whole folder from one image; a stub for another Python is built from the same branch as the library.

## Source
Strings of the libraries and stubs of 23.07 to 24.10; facts: python-backend, sections 4.2, 4.4 and 8b.
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.inputs.elf import same_layout
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target, release_table

RULE = Rule(
    code="TLS018",
    name="backend-folder-of-two-releases",
    effect="server-crash",
    certainty="likely",
    server_says=("boost::interprocess::lock_exception",),
)


def check(repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    low, high = target.window
    meant = [release for release in release_table() if low <= release <= high]
    for folder in repository.backend_folders():
        library, stub = folder.library, folder.stub
        if library is None or stub is None or library.releases is None or stub.releases is None:
            continue
        # A stub that does not fit the target has a rule of its own.
        if not any(same_layout(one, other) for one in _between(stub.releases) for other in meant):
            continue
        if any(same_layout(one, other) for one in _between(library.releases) for other in _between(stub.releases)):
            continue
        yield Problem(
            Span(folder.path),
            f"the library of this backend folder is from {_shown(library.releases)}, its stub from "
            f"{_shown(stub.releases)}: a request kills the whole server",
            help="copy the whole folder out of one image, or build the stub from the branch of the library's release",
            key=f"{library.releases} {stub.releases}",
        )


def _between(bracket: tuple[str, str]) -> list[str]:
    return [release for release in release_table() if bracket[0] <= release <= bracket[1]]


def _shown(bracket: tuple[str, str]) -> str:
    first, last = bracket
    return f"release {first}" if first == last else f"a release from {first} to {last}"


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
-- backends/python/ -- TLS018
-- backends/python/libtriton_python.so --
@elf interpreter= soname=libtriton_python.so needed=libtritonserver.so,libc.so.6
@library 23.12
-- backends/python/triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6
@stub 24.10
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
@library 24.10
-- backends/python/triton_python_backend_stub --
@elf needed=libpython3.10.so.1.0,libc.so.6
@stub 24.10
-- backends/python/triton_python_backend_utils.py --
class TritonError: ...
""",
)
