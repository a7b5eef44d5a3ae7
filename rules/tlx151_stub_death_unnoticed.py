"""Nobody notices that the stub is dead

## What it does
Kills the stub processes as the kernel would when memory runs out, and sends requests until one fails or a new stub
runs.

## What happens
Clients wait instead of getting an error.

## How to fix
Restart the server from outside: probe the model with a request, not the readiness endpoint alone.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX151", name="stub-death-unnoticed", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.death is not None and run.death.server_lives and run.death.noticed_after is None:
        yield Problem(
            run.place,
            "the stub processes were killed, and for 15 s no request was answered with an error",
            help="give the orchestrator a liveness probe that sends a request",
            key="unnoticed",
        )


EXAMPLES: tuple[str, ...] = ()
