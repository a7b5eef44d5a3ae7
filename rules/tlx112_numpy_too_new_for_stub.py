"""NumPy 2 in a stub that was built for NumPy 1

## What it does
Finds the NumPy that the stub process has mapped, and looks in the stub itself whether it copes with version 2.

## What happens
Tensors arrive wrong and leave empty: requests are answered with status 200 and outputs of zero bytes (seen with the
stubs of 23.07, 24.03 and 24.10).

## How to fix
Pin `numpy<2` in the environment, or use a stub of 24.11 or later.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX112", name="numpy-too-new-for-stub", effect="wrong-result")


def check(run: ModelRun, plan: Plan) -> Iterator[Problem]:
    # In another Python than the environment's it is another NumPy too: TLX111 tells.
    if run.numpy_too_new and plan.environment_python in (None, run.processes[0].python):
        stub = run.processes[0]
        yield Problem(
            run.place,
            f"the stub was built for NumPy 1 and runs with NumPy {stub.numpy} ({stub.numpy_path}): outputs are empty",
            help="install numpy<2 there, or use a stub of release 24.11 or later",
            key="numpy",
        )


EXAMPLES: tuple[str, ...] = ()
