"""A file of the model cannot be read

## What it does
Names files and folders that the checks need and cannot read: missing permission, larger than 16 MiB, no regular file.

## What happens
The file was not checked. A server that runs as another user may be able to read it; one that is not refuses the model.

## How to fix
Give read permission (`chmod a+r`), or leave the path out with `exclude`.

## Source
tritonlint itself.
"""

from collections.abc import Iterator

from tritonlint.facts import UnreadableFile
from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLX002", name="file-unreadable", effect="load-failure", certainty="likely")


def check(unreadable: UnreadableFile) -> Iterator[Problem]:
    yield Problem(
        Span(unreadable.path),
        f"cannot be read and was not checked: {unreadable.reason}",
        help="make it readable for the user who runs tritonlint and the server, or exclude it",
        key="unreadable",
    )


EXAMPLES: tuple[str, ...] = ()
