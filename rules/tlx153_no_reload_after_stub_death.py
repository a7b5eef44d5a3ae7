"""After the death of a stub the model cannot be loaded again

## What it does
Kills the stub processes, unloads the model and loads it again.

## What happens
Only a restart of the whole server brings the model back.

## How to fix
Look for what the dead stub left behind: locks, files, ports.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX153", name="no-reload-after-stub-death", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.death is not None and run.death.server_lives and run.death.reload is False:
        yield Problem(
            run.place,
            "after its stub processes were killed the model could not be loaded again",
            help="look for lock files, sockets and ports that a killed process leaves behind",
            key="reload",
        )


EXAMPLES: tuple[str, ...] = ()
