"""A suppression comment silences nothing

## What it does
Reports `# tritonlint: ignore[CODE]` comments on whose line that rule reports nothing, and codes that do not exist.

## What happens
Nothing; but the comment would hide the next real finding of that rule.

## How to fix
Remove the code, or the comment when it was the only one.

## Source
tritonlint itself.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.suppress import Suppression

RULE = Rule(code="TLX003", name="unused-suppression", effect="hygiene")


def check(unused: Suppression) -> Iterator[Problem]:
    yield Problem(
        unused.span,
        f"the suppression of {unused.name} is not used",
        help="remove it, so that it does not hide a later finding",
        key=unused.name,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
# tritonlint: ignore[TLC301] wanted
#                    ^^^^^^ TLX003
backend: "identity"
-- add/1/ --
""",
)
