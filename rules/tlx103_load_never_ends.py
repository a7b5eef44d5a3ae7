"""Loading does not end

## What it does
Gives each load the time of `--timeout` (30 s) and reports one that is not over by then.

## What happens
The server waits for the stub, often for ever, and may not become ready at all.

## How to fix
Look at the quoted output: a stub that cannot start, or code in `initialize` that waits. Raise `--timeout` when it is
just slow.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, loader_error

RULE = Rule(code="TLX103", name="load-never-ends", effect="load-failure")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.load.outcome == "hung":
        yield Problem(
            run.foretold[0].place if run.foretold else run.load.blamed or run.execute_place or run.place,
            f"the model was still not loaded: {run.load.message}"
            + (f"; {loader_error(run.load.output)}" if loader_error(run.load.output) else ""),
            help=run.load.last_lines or "the server and the stub printed nothing",
            key="hung",
        )


EXAMPLES: tuple[str, ...] = ()
