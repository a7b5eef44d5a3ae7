"""The server accepts what tritonlint says it refuses

## What it does
Compares the verdict of the static rules with what the server did.

## What happens
The model loads; the static finding is wrong for it. That is a fault of tritonlint.

## How to fix
Report it with the model's configuration. Until then leave the rule out with `--ignore CODE`.

## Source
tritonlint itself.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX104", name="verdict-contradicted", effect="portability")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.load.outcome != "loaded" or not run.comparable:
        return
    for foretold in run.foretold:
        yield Problem(
            foretold.place,
            f"{foretold.code} says that the server refuses this model, but {run.server} has loaded it",
            help=f"report this; until it is mended, leave the rule out with --ignore {foretold.code}",
            key=foretold.code,
        )


EXAMPLES: tuple[str, ...] = ()
