"""The server dies when a stub is killed

## What it does
Kills the stub processes as the kernel would when memory runs out, and looks whether the server lives.

## What happens
One model that runs out of memory takes all others with it.

## How to fix
Use a newer release of the server; report it to Triton.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX152", name="server-dies-with-stub", effect="server-crash")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.death is not None and not run.death.server_lives:
        yield Problem(
            run.place,
            "the server died when the model's stub processes were killed",
            help="look at the server's output; a stub of another release does this",
            key="died",
        )


EXAMPLES: tuple[str, ...] = ()
