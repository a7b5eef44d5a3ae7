"""The stub is from another release than the server

## What it does
Finds out from constant strings which Triton releases a stub can be from, and compares that with the target. Releases
whose stub and server share the same memory layout count as equal.

## What happens
There is no handshake between server and stub. A foreign stub loads, passes the health checks, and then:

| server | stub | |
| --- | --- | --- |
| up to 23.09 | another | the load hangs for ever |
| from 23.10 on | up to 23.10 | the load hangs for ever |
| 24.01 to 24.03 | older, from 23.12 on | requests work, the first call of another model (BLS) kills the server |
| 23.10 to 24.09 | 23.11 or newer | requests fail, or are never answered |
| from 24.10 on | 23.11 or newer | the first request kills the whole server, with every model in it |

## How to fix
Build the stub from the python_backend branch of the server's release: `git clone -b rYY.MM`, then `make
triton-python-backend-stub`.

## Source
Stubs of 23.07, 23.12, 24.03, 24.07 and 24.10 on each other's servers (docs/interpreter-matrix.md); on 24.10 also those
of 22.12, 23.10, 24.05 and 25.03 to 26.07 (facts: python-backend, sections 4.2, 4.4 and 8b).
"""

from collections.abc import Iterator

from tritonlint.finding import Effect, Problem
from tritonlint.inputs.elf import ForeignOutcome, foreign_outcome, same_layout
from tritonlint.recipes import stub_again
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target, release_table

RULE = Rule(
    code="TLS007",
    name="stub-from-another-release",
    effect="server-crash",
    server_says=("boost::interprocess::lock_exception",),
)


OUTCOMES: dict[ForeignOutcome, tuple[Effect, str]] = {
    "hangs": ("load-failure", "the load hangs for ever"),
    "fails": ("request-failure", "the model loads, and its requests fail or are never answered"),
    "calls": ("server-crash", "the model answers, but its first call of another model (BLS) kills the whole server"),
    "crash": ("server-crash", "the model loads, and a request then kills the whole server"),
}


def check(plan: Plan, target: Target) -> Iterator[Problem]:
    stub = plan.stub
    if stub is None or stub.releases is None:
        return
    first, last = stub.releases
    built = [release for release in release_table() if first <= release <= last]
    low, high = target.window
    meant = [release for release in release_table() if low <= release <= high]
    if any(same_layout(one, other) for one in built for other in meant):
        return
    is_from = f"release {first}" if first == last else f"a release from {first} to {last}"
    if target.release is None:
        yield Problem(
            Span(stub.path),
            f"the stub is from {is_from}; no release of the last two years works with it, and the first request kills "
            "such a server",
            help="declare the release of the server (--triton-version), or build the stub from its branch of "
            "python_backend",
            key=f"{first} {last}",
            # An old server that nobody declared may be just the right one.
            effect="portability",
            certainty="likely",
        )
        return
    outcome = foreign_outcome(built[-1], target.release)
    effect, words = OUTCOMES[outcome]
    yield Problem(
        Span(stub.path),
        f"the stub is from {is_from}, the server is {target.release}: {words}",
        help=stub_again(target.release, stub.python, plan.release_python),
        key=f"{first} {last}",
        effect=effect,
        # A model that calls no other one works.
        certainty="likely" if outcome == "calls" else "certain",
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
-- add/triton_python_backend_stub -- TLS007
@elf needed=libpython3.10.so.1.0,libc.so.6
@stub 24.05
""",
    """\
-- target -- release=24.05
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
@elf needed=libpython3.10.so.1.0,libc.so.6
@stub 24.05
""",
    """\
-- target -- release=25.01
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
@stub 24.10
""",
    """\
-- target -- release=26.03
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
@stub 26.03
""",
)
