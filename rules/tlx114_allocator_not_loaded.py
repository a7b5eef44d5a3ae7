"""The allocator that was asked for is not loaded

## What it does
With `--allocator`, looks for the library in the memory maps of the server and of every stub.

## What happens
Processes use the C library's own allocator: what the allocator was to improve stays as it was.

## How to fix
Set `LD_PRELOAD` where the server is started, with the library's full path inside the image.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX114", name="allocator-not-loaded", effect="performance")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.allocator is None:
        return
    name = run.allocator.rsplit("/", 1)[-1]
    without = [f"stub process {stub.pid}" for stub in run.processes if not stub.maps(name)]
    if run.server_allocator is None:
        without.insert(0, "the server")
    if without:
        yield Problem(
            run.place,
            f"{name} is not mapped by {', '.join(without)}",
            help=f"check that {run.allocator} exists inside the server's file system and fits its machine",
            key="allocator",
        )


EXAMPLES: tuple[str, ...] = ()
