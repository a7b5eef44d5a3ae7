"""After a failing request the model answers no more

## What it does
Sends a good request after each one that the model answered with an error.

## What happens
One odd request takes the model down.

## How to fix
Look at the state that `execute` keeps; answer errors per request.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, first_line

RULE = Rule(code="TLX144", name="error-breaks-model", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    for failing in run.failing:
        usable = not (failing.stub_died or failing.reply.hung or failing.reply.server_died)
        if usable and not failing.next_reply.answered:
            yield Problem(
                run.code_place(failing.blamed),
                f"after {failing.request.title} a good request fails: "
                f"{first_line(failing.next_reply.error or 'no answer in time')}",
                help="keep no state in the model that an error leaves half-way",
                key="broken",
            )
            return


EXAMPLES: tuple[str, ...] = ()
