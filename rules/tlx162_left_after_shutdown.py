"""Something stays behind when the server stops

## What it does
Looks, some seconds after the server was asked to end, for its processes, its regions in `/dev/shm`, the unpacked
environment in `/tmp` and its ports. (Then tritonlint removes them.)

## What happens
Memory, disk and ports are taken until somebody cleans up by hand.

## How to fix
Release in `finalize` what `initialize` acquired; end threads and child processes there.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX162", name="left-after-shutdown", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    left = run.stopped
    if left is None:
        return
    for what in (*left.processes, *left.regions, *left.folders, *(f"port {port}" for port in left.ports)):
        yield Problem(
            run.code_place(),
            f"{what} is still there {left.seconds:.0f} s after the server was asked to end",
            help="release it in finalize(); the server waits only so long for its models",
            key="left",
            certainty="likely",
        )


EXAMPLES: tuple[str, ...] = ()
