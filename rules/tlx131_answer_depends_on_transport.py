"""The answer over another way is not the same

## What it does
Sends the same request in-band over HTTP and gRPC, through registered system shared memory, and with a GPU through
CUDA
shared memory; compares every byte (names, types and shapes only when the model differs from itself).

## What happens
Clients that use that way get other data, or errors.

## How to fix
Look at the code that depends on where a tensor lies (`is_cpu`, DLPack), and at the sizes of the outputs.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX131", name="answer-depends-on-transport", effect="wrong-result")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.numpy_too_new:
        return
    for comparison in run.comparisons:
        if comparison.same is False:
            yield Problem(
                run.code_place(),
                f"{comparison.request.title} over {comparison.transport}: {comparison.detail}",
                help="the in-band answer over HTTP is what the others are compared with",
                key=comparison.transport,
            )


EXAMPLES: tuple[str, ...] = ()
