"""Fewer stub processes than instances

## What it does
Counts the stub processes of the model against the instance groups of the configuration as the server completed it.

## What happens
Part of the instances is not there although the server says that the model is ready.

## How to fix
Look at the output of the server for stubs that ended.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX113", name="instances-missing", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.instances is not None and run.processes_expected and run.stubs_at_first < run.instances:
        yield Problem(
            run.place,
            f"{run.instances} instances are configured, {run.stubs_at_first} stub processes run",
            help=run.load.last_lines,
            key="instances",
        )


EXAMPLES: tuple[str, ...] = ()
