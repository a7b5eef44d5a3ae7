"""A request is never answered

## What it does
Gives each request the time of `--timeout` (30 s); for decoupled models, until the final response.

## What happens
The client waits until its own time limit; the instance may be blocked for all that follow.

## How to fix
Return a list with one response per request; send the final flag on every path of a decoupled model.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Certainty, Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, Reply
from tritonlint.runtime.request import Request

RULE = Rule(code="TLX122", name="request-hangs", effect="request-failure")


def check(run: ModelRun) -> Iterator[Problem]:
    hung: list[tuple[Request, Reply, Certainty]] = [(e.request, e.reply, "certain") for e in run.exchanges]
    # Odd content may mean a long time to the model.
    hung += [(failing.request, failing.reply, "likely") for failing in run.failing]
    for request, reply, certainty in hung:
        if reply.hung:
            what = (
                f"{reply.responses} responses and no final one" if reply.responses and not reply.final else "no answer"
            )
            yield Problem(
                run.code_place(),
                f"{request.title} ({request.origin}): {what} within {reply.seconds:.0f} s",
                help="return one response per request; a decoupled model sends TRITONSERVER_RESPONSE_COMPLETE_FINAL",
                key=request.title,
                certainty=certainty,
            )


EXAMPLES = (
    """\
-- target -- timeout=3
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- m/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
#       ^^^^^^^ TLX122
        import time

        time.sleep(600)
""",
)
