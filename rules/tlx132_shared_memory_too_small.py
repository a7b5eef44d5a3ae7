"""A large request does not fit into shared memory

## What it does
Sends a request of 24 MiB, larger than the stub's region, so that the region must grow, and looks at the space in
`/dev/shm`.

## What happens
The Python backend passes every tensor through `/dev/shm`. Docker gives a container 64 MiB unless told otherwise.

## How to fix
Start the container with `--shm-size` (`docker run --shm-size=1g`, an `emptyDir` of medium Memory in Kubernetes).

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, first_line, names_shared_memory

RULE = Rule(code="TLX132", name="shared-memory-too-small", effect="request-failure")

ENOUGH = 64 * 1024 * 1024


def check(run: ModelRun) -> Iterator[Problem]:
    growth = run.growth
    if growth is None or growth.reply.answered:
        return
    if 0 < growth.size < ENOUGH or names_shared_memory(growth.reply.error):
        yield Problem(
            run.place,
            f"a request of {growth.sent // 2**20} MiB fails: /dev/shm holds {growth.size // 2**20} MiB"
            + (f": {first_line(growth.reply.error)}" if growth.reply.error else ""),
            help="give the container more shared memory: --shm-size=1g",
            key="space",
        )
        return
    # An error is the model's right, and so is to take its time.
    if growth.stub_died:
        yield Problem(
            run.code_place(),
            f"a request of {growth.sent // 2**20} MiB kills the stub process",
            help="refuse what is too large with an error, or give the input fixed dimensions",
            key="large",
            certainty="likely",
        )


EXAMPLES: tuple[str, ...] = ()
