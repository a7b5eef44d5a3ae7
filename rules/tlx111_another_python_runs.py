"""The model runs in another Python than its environment's

## What it does
Reads from the memory map of every stub process which libpython it has, and compares it with the environment that
`EXECUTION_ENV_PATH` names.

## What happens
The environment is ignored without a word in the log: the code runs with the packages of the server's own Python, or
fails.

## How to fix
Give the model a stub of the environment's Python, or pack the environment with the Python of the image; `tritonlint
check`
prints the steps.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.resolution import Plan
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX111", name="another-python-runs", effect="wrong-result")


def check(run: ModelRun, plan: Plan) -> Iterator[Problem]:
    wanted = plan.environment_python
    if run.interpreter is not None and run.interpreter.version is not None:
        wanted = ".".join(run.interpreter.version.split(".")[:2])
    for stub in run.processes[:1]:
        if wanted is not None and stub.python is not None and stub.python != wanted:
            yield Problem(
                plan.place,
                f"the model runs in Python {stub.python} ({run.local(stub.libpython)}), its environment holds "
                f"Python {wanted}",
                related=plan.archive(f"Python {wanted}"),
                help=f"build a stub for Python {wanted}, or pack the environment with Python {stub.python}",
                key="python",
            )


EXAMPLES: tuple[str, ...] = ()
