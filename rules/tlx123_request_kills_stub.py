"""A request kills the stub process

## What it does
Looks after every request whether the stub processes that were there still are.

## What happens
The model answers nothing more. From 24.06 on the server does not start a new stub; the model must be loaded again.

## How to fix
Find the native code that crashes (`faulthandler` prints where), or the call that ends the process.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, first_line

RULE = Rule(code="TLX123", name="request-kills-stub", effect="instability")


def check(run: ModelRun) -> Iterator[Problem]:
    dead = [(e.request, e.reply) for e in run.exchanges if e.stub_died]
    dead += [(f.request, f.reply) for f in run.failing if f.stub_died]
    titles = [f"{request.title} ({request.origin})" for request, _ in dead]
    titles += [f"a request of the wrong {invalid.kind}" for invalid in run.invalid if invalid.stub_died]
    if titles:
        said = first_line(dead[0][1].error or "no answer") if dead else "no answer"
        yield Problem(
            run.code_place(),
            f"the stub process is killed by {', '.join(titles)}: {said}",
            help="enable faulthandler in model.py to see the line; os._exit and native crashes end the process",
            key="dead",
        )


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- m/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
#       ^^^^^^^ TLX123
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if not x.any():
                os.kill(os.getpid(), 11)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
