"""A valid request is answered with an error

## What it does
Sends requests made from the configuration (smallest and largest batch, variable dimensions, without optional inputs,
a
sequence), from warm-up samples, or from a file given with `--requests`.

## What happens
Clients that send such a request get this error. Made-up content may be something that the model rightly refuses, so
then this is likely, not certain; for a sample of your own, and when the answer breaks the backend's contract, it is
certain.

## How to fix
Mend the quoted line, or give samples with `--requests FILE`.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, breaks_contract, first_line, is_unhandled

RULE = Rule(code="TLX121", name="request-fails", effect="request-failure")


def check(run: ModelRun) -> Iterator[Problem]:
    any_answered = any(exchange.reply.answered for exchange in run.exchanges)
    told: set[str] = set()
    for exchange in run.exchanges:
        reply = exchange.reply
        if exchange.failed_later and exchange.traceback:
            yield Problem(
                run.code_place(exchange.blamed),
                f"{exchange.request.title} ({exchange.request.origin}) is answered, and then execute fails: "
                f"{first_line(exchange.traceback)}",
                help=exchange.traceback,
                key="later",
            )
            return
        if reply.error is None or reply.server_died or exchange.stub_died or reply.error in told:
            continue
        told.add(reply.error)
        made_up = exchange.request.origin == "made up" and not breaks_contract(reply.error)
        if made_up and any_answered and not is_unhandled(reply.error):
            # The model has looked at what was made up, and refuses it as it should.
            continue
        yield Problem(
            run.code_place(exchange.blamed),
            f"{exchange.request.title} ({exchange.request.origin}) is answered with an error: "
            f"{first_line(reply.error)}",
            help=exchange.traceback or "give samples with --requests FILE if the made-up content is the reason",
            key=exchange.request.title,
            certainty="likely" if made_up else "certain",
        )


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- m/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
#       ^^^^^^^ TLX121
        return []
""",
)
