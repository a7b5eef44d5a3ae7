"""A request that does not fit the configuration is answered

## What it does
Sends a request of the wrong data type, one of the wrong rank and one with an unknown input name.

## What happens
Wrong requests of clients go unnoticed.

## How to fix
Declare the inputs in the configuration; give them the rank they have.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX141", name="invalid-request-accepted", effect="wrong-result", certainty="likely")


def check(run: ModelRun) -> Iterator[Problem]:
    for invalid in run.invalid:
        if invalid.reply.answered:
            yield Problem(
                run.place,
                f"a request of the wrong {invalid.kind} is answered as if it were right",
                help="the server checks requests against the configuration: declare the inputs as they are",
                key=invalid.kind,
            )


EXAMPLES: tuple[str, ...] = ()
