"""The environment's own interpreter does not run, or lacks NumPy

## What it does
Runs `bin/python3` of the unpacked environment, with the variables that the stub gets, and asks for its versions.

## What happens
The stub may still find its way, but nobody can install into or look into this environment, and often imports fail.

## How to fix
Pack the environment again (`conda-pack`), on the same operating system, with numpy in it.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX115", name="environment-python-broken", effect="wrong-result", certainty="likely")


def check(run: ModelRun, plan: Plan) -> Iterator[Problem]:
    seen = run.interpreter
    if seen is None:
        return
    if seen.version is None:
        yield Problem(
            plan.place,
            f"{seen.executable} of the environment does not run: {seen.error}",
            related=plan.archive("the environment"),
            help="pack the environment again, on the operating system of the image",
            key="broken",
        )
    elif seen.numpy is None:
        yield Problem(
            plan.place,
            f"the environment's Python {seen.version} cannot import numpy, which the Python backend needs",
            related=plan.archive("the environment"),
            help="install numpy into the environment before it is packed",
            key="numpy",
        )


EXAMPLES: tuple[str, ...] = ()
