"""The server died while it loaded the model

## What it does
Loads the model in a disposable server and reports that the process ended.

## What happens
Every other model of the server goes down with it.

## How to fix
Mend what the last lines of the server's output name.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX102", name="server-died-while-loading", effect="server-crash")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.load.outcome == "server-died":
        yield Problem(
            run.foretold[0].place if run.foretold else run.load.blamed or run.place,
            f"the server died while it loaded the model ({run.load.message})",
            help=run.load.last_lines,
            key="died",
        )


EXAMPLES: tuple[str, ...] = ()
