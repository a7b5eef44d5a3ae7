"""The stub was built on a newer system than the release's image

## What it does
Compares the highest `GLIBC`, `GLIBCXX` and `CXXABI` versions that the stub needs with those that the image of the
release offers (a libstdc++ in the environment comes first).

## What happens
The loader refuses to start it: version `GLIBC_2.38' not found. Up to 25.07 the load hangs for ever; from 25.08 on it
fails after 10 seconds.

## How to fix
Build the stub in the image of the release, or on a system as old.

## Source
glibc and libstdc++ of Ubuntu's updates, read with readelf (facts: releases.toml; python-backend, section 3.4).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.recipes import stub_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(
    code="TLS012",
    name="stub-symbol-version-missing",
    effect="load-failure",
    server_says=("not found (required by",),
)


def check(plan: Plan, target: Target) -> Iterator[Problem]:
    stub = plan.stub
    if stub is None or plan.stub_entry is None:
        return
    # An old libstdc++ in the environment is a fault of the environment.
    found = [unmet for unmet in plan.unmet if unmet.by_stub and unmet.where != "environment"]
    if not found:
        return
    found.sort(key=lambda unmet: not unmet.version.startswith("GLIBC_"))
    needs = " and ".join(unmet.version for unmet in found)
    family = found[0].version.partition("_")[0]
    which = f"release {target.release}" if target.release else "every release of the last two years"
    yield Problem(
        Span(stub.path),
        f"the stub needs {needs}, and the image of {which} (Ubuntu {target.fact('ubuntu')}) ends at "
        f"{family}_{found[0].offered}: the stub cannot start and the model will not load",
        help=stub_again(target.release, stub.python, plan.release_python),
        key=found[0].version,
        # A newer libstdc++ can be installed in an image, a newer glibc hardly.
        certainty=None if target.release and family == "GLIBC" else "likely",
    )


EXAMPLES = (
    """\
-- target -- release=24.10
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
-- add/triton_python_backend_stub -- TLS012
@elf needed=libc.so.6,libpython3.10.so.1.0 versions=GLIBC_2.38
""",
    """\
-- target -- release=23.04
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
-- add/triton_python_backend_stub -- TLS012
@elf needed=libstdc++.so.6,libc.so.6,libpython3.8.so.1.0 versions=GLIBC_2.34,GLIBCXX_3.4.30
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
lib/libstdc++.so.6 -> libstdc++.so.6.0.33
lib/libstdc++.so.6.0.33 = @elf soname=libstdc++.so.6 interpreter= offers=GLIBCXX_3.4.33,CXXABI_1.3.15
-- add/triton_python_backend_stub --
@elf needed=libstdc++.so.6,libc.so.6,libpython3.10.so.1.0 versions=GLIBC_2.34,GLIBCXX_3.4.32,CXXABI_1.3.14
""",
)
