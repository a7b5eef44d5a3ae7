"""Something stays behind when the model is unloaded

## What it does
Looks, some seconds after the unload, for stub processes of the model and for files in `/dev/shm` that were not there
before
it was loaded.

## What happens
Memory fills up with every reload until the machine has none left.

## How to fix
Release in `finalize` what `initialize` acquired: `SharedMemory.close()` and `.unlink()`, threads, child processes.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Certainty, Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX161", name="left-after-unload", effect="instability")

CERTAIN: Certainty = "certain"
LIKELY: Certainty = "likely"
SHOWN = 3


def check(run: ModelRun) -> Iterator[Problem]:
    left = run.unloaded
    if left is None:
        return
    for found, certainty in (((*left.processes, *left.regions), CERTAIN), (left.suspected, LIKELY)):
        if found:
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            yield Problem(
                run.code_place(),
                f"{', '.join(found[:SHOWN])}{more} still there {left.seconds:.0f} s after the model was unloaded",
                help="end threads and child processes in finalize(), and let it return"
                if any("process" in each for each in found)
                else "release it in finalize(); shared memory needs close() and unlink()",
                key=certainty,
                certainty=certainty,
            )


EXAMPLES: tuple[str, ...] = ()
