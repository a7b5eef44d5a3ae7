"""The stub is no program

## What it does
Reads the first bytes and the dynamic segment of `triton_python_backend_stub` in the model's folder: a Git LFS
pointer, an empty or cut file, a folder, a shared library or text is reported. A script that starts with `#!` works
and is left alone.

## What happens
Up to 25.07 the load hangs for ever; from 25.08 on it fails after 10 seconds.

## How to fix
Fetch the real file (`git lfs pull`), or copy the stub again and compare its size.

## Source
Seen on release 24.10 and with the library of 25.08 (facts: python-backend, section 1.6).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLS003",
    name="stub-not-a-program",
    effect="load-failure",
    server_says=("Stub process '' is not healthy.", "Failed to run python backend stub. Errno = 8"),
)

FOUND = {
    "empty": ("is empty", "copy the stub again"),
    "git-lfs-pointer": (
        "is a Git LFS pointer, not the file itself",
        "`git lfs pull` before the repository is deployed",
    ),
    "text": (
        "is a text file, not a program",
        "put the compiled stub there, or begin a wrapper script with `#!/bin/sh`",
    ),
    "other": ("is not an ELF program", "put the stub built for Linux there"),
}


def check(model: Model, plan: Plan, target: Target) -> Iterator[Problem]:
    entry, stub = plan.stub_entry, plan.stub
    if entry is None:
        return
    certain = True
    if entry.kind == "directory":
        found, way = "is a folder, not a program", "put the file triton_python_backend_stub there"
    elif stub is None:
        return
    elif stub.not_elf in FOUND:
        found, way = FOUND[stub.not_elf]
        # Up to 25.07 a shell starts the stub, and a shell also runs text without a first line.
        certain = stub.not_elf != "text" or target.since("25.08")
    elif stub.not_elf:
        return
    elif stub.error:
        found, way = f"is a damaged ELF file ({stub.error})", "copy the stub again and compare its size"
        certain = stub.error.startswith("truncated")
    elif stub.type in ("relocatable", "core") or (not stub.interpreter and stub.needed):
        found, way = "is a library, not a program", "put the stub itself there, not a library of the backend"
    else:
        return
    yield Problem(
        model.at(entry.path),
        f"triton_python_backend_stub {found}: the stub cannot start and the model will not load",
        help=way,
        key="program",
        certainty="certain" if certain else "likely",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/triton_python_backend_stub -- TLS003
version https://git-lfs.github.com/spec/v1
oid sha256:00
size 1377705
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/triton_python_backend_stub -- TLS003
@elf cut=300
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/triton_python_backend_stub -- TLS003
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/triton_python_backend_stub -- TLS003
@elf interpreter= needed=libc.so.6
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/triton_python_backend_stub --
@elf needed=libpython3.12.so.1.0,libc.so.6
""",
    """\
-- add/config.pbtxt --
backend: "python"
input [ { name: "A" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "B" data_type: TYPE_FP32 dims: [ 1 ] } ]
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "A").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("B", a)]))
        return responses
-- add/triton_python_backend_stub --
@executable
#!/bin/sh
exec /opt/stubs/3.12/triton_python_backend_stub "$@"
""",
)
