"""The server refused the model

## What it does
Loads the model in a disposable server and reports the refusal, with the first traceback of the code and the static
finding that foretold it. One that no rule foretold says so.

## What happens
The model does not serve on this server.

## How to fix
Mend what the server names; `tritonlint check` says more about foretold ones.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun

RULE = Rule(code="TLX101", name="model-refused", effect="load-failure")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.load.outcome != "refused" or (run.foretold and run.foretold_shown):
        return
    if run.foretold:
        first = run.foretold[0]
        yield Problem(
            first.place,
            f"the server refused the model: {run.load.reason}",
            help=f"{first.code} foretold it: {first.message}",
            key="refused",
        )
        return
    # The embedded server's Python holds nothing but numpy, as the release's image does.
    hint = "--python names an environment that has it" if "No module named" in run.load.reason else ""
    if "not healthy" in run.load.reason:
        hint = "the stub process ended while the model was loaded: a crash in native code, or os._exit"
    yield Problem(
        run.load.blamed or run.place,
        f"the server refused the model: {run.load.reason}",
        help="\n".join(filter(None, ("no rule of tritonlint foretold it", hint, run.load.traceback))),
        key="refused",
    )


EXAMPLES = (
    """\
-- m/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- m/1/model.py --
import os

if os.environ.get("TRITONLINT_NO_SUCH_VARIABLE") is None:
    raise RuntimeError("no licence")
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLX101


class TritonPythonModel:
    def execute(self, requests):
        return []
""",
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
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
