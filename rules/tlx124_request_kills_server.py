"""A request kills the server

## What it does
Looks after every request whether the server still runs.

## What happens
All models of the server are gone at once.

## How to fix
Do not change the `requests` list; do not use a stub of another release; report the quoted output to Triton.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX124", name="request-kills-server", effect="server-crash")


def check(run: ModelRun) -> Iterator[Problem]:
    exchanges = [(e.request, e.reply) for e in run.exchanges] + [(f.request, f.reply) for f in run.failing]
    for request, reply in exchanges:
        if reply.server_died:
            yield Problem(
                run.code_place(),
                f"{request.title} ({request.origin}) kills the server",
                help="look for code that changes `requests`, and for a stub of another release",
                key=request.title,
            )


EXAMPLES: tuple[str, ...] = ()
