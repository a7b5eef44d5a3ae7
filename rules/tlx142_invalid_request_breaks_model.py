"""After an invalid request the model answers no more

## What it does
Sends a good request after each invalid one.

## What happens
One careless client takes the model down for all.

## How to fix
Look at the quoted error; the state that `execute` keeps is not restored after an error.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, first_line

RULE = Rule(code="TLX142", name="invalid-request-breaks-model", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    for invalid in run.invalid:
        if not invalid.stub_died and not invalid.reply.hung and not invalid.next_reply.answered:
            yield Problem(
                run.code_place(),
                f"after a request of the wrong {invalid.kind} a good one fails: "
                f"{first_line(invalid.next_reply.error or 'no answer in time')}",
                help="keep no state in the model that an error leaves half-way",
                key=invalid.kind,
            )


EXAMPLES: tuple[str, ...] = ()
