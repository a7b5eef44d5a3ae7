"""Memory grows with every request

## What it does
With `--soak N`, sends N requests after a warm-up and compares resident memory of server and stubs, and shared memory.

## What happens
The process is killed when memory runs out, hours or days later.

## How to fix
Look for lists and dictionaries in the model that only grow; try `--allocator` to see whether it is the allocator's
doing.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, Soak

RULE = Rule(code="TLX171", name="memory-grows", effect="instability", certainty="likely")

GROWTH = 512 * 1024
"""Bytes per 1000 requests; less is noise of the allocator."""
NOISE = 1024 * 1024
"""Bytes in all: an arena or a table that is made once is no leak."""
ENOUGH_REQUESTS = 200


def check(run: ModelRun) -> Iterator[Problem]:
    for soak in run.soak[:1]:
        others = [_grown(other) for other in run.soak[1:]]
        for what, grown in _grown(soak).items():
            in_all = grown * soak.requests // 1000
            if soak.requests >= ENOUGH_REQUESTS and grown > GROWTH and in_all > NOISE:
                plain = "".join(f"; without the allocator by {other[what] // 1024} KiB" for other in others)
                yield Problem(
                    run.code_place(),
                    f"{what} grew by {grown // 1024} KiB per 1000 requests ({soak.requests} requests){plain}",
                    help="look for containers in the model that only grow",
                    key=what,
                )


def _grown(soak: Soak) -> dict[str, int]:
    sizes = {"the stubs": soak.stub_growth, "the server": soak.server_growth, "shared memory": soak.shared_growth}
    return {what: size * 1000 // soak.requests for what, size in sizes.items()}


EXAMPLES: tuple[str, ...] = ()
