"""A rule of tritonlint crashed

## What it does
Says that one rule raised an error while it looked at one model. All other rules went on; the exit status is 4.

## What happens
What the rule would have found is unknown. The model is neither right nor wrong because of this.

## How to fix
Report it with the message. Until then leave the rule out with `--ignore CODE`.

## Source
tritonlint itself.
"""

from collections.abc import Iterator

from tritonlint.engine import RuleCrash
from tritonlint.finding import Problem
from tritonlint.rule import Rule

RULE = Rule(code="TLX001", name="rule-crashed", effect="instability")


def check(crash: RuleCrash) -> Iterator[Problem]:
    rule = crash.rule.rule
    error = crash.error
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    line = f", line {traceback.tb_lineno} of {traceback.tb_frame.f_code.co_filename}" if traceback is not None else ""
    yield Problem(
        crash.place,
        f"rule {rule.code} ({rule.name}) crashed: {type(error).__name__}: {error}{line}",
        help=f"report this; until it is mended, leave the rule out with --ignore {rule.code}",
        key=rule.code,
    )


EXAMPLES: tuple[str, ...] = ()
