"""A process started in initialize that nothing ends

## What it does
Reports `subprocess.Popen` and `multiprocessing.Process` in `initialize` of a model whose class has no `finalize` and no
`__del__`, where nothing in the file ends the process, waits for it or makes it end with its parent.

## What happens
When the model is unloaded or loaded anew, only Triton's own process for the model ends. The child goes on, with its
memory and its ports; each load adds one.

## How to fix
Keep the process and end it in `finalize`: `self.process.terminate()` and `self.process.wait()`.

## Source
Seen on 24.10: the child of `Popen` still runs after the model was unloaded. Threads and files end with the process.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Call, Constant, With
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP050", name="child-process-left-behind", effect="hygiene", certainty="likely", words=("Popen", "Process")
)
ENDS = frozenset(
    {"wait", "communicate", "terminate", "kill", "join", "killpg", "send_signal", "enter_context"}
    | {"PR_SET_PDEATHSIG", "prctl", "getppid", "parent_process"}
)
"""Names in files that end a process, wait for it, or have it look for its parent."""
STARTERS = frozenset({"subprocess.Popen", "multiprocessing.Process"})


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    if initialize is None or not python.bases_known or not {"subprocess", "multiprocessing"} & set(python.imports):
        return
    if python.method("finalize") is not None or python.method("__del__") is not None or "atexit" in python.imports:
        return
    if ENDS & python.used_names or ".stdout.read()" in python.text or ".daemon = True" in python.text:
        return
    waited = {item.value.span for block in own_nodes(initialize, With) for item in block.items}
    for call in own_nodes(initialize, Call):
        if python.qualified(call.func) not in STARTERS or call.span in waited:
            continue
        daemon = call.argument(None, "daemon")
        if isinstance(daemon, Constant) and daemon.value is True:
            continue
        if any(call.argument(None, name) is not None for name in ("stdin", "preexec_fn")):
            continue  # It may end when nobody is left to write to it.
        yield Problem(
            call.span,
            "this process goes on when the model is unloaded; each load adds one",
            help="keep it, and end it in `finalize`: `self.process.terminate()`",
            key="process",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import subprocess

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.process = subprocess.Popen(["sleep", "3"])
#                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP050

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import subprocess

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.process = subprocess.Popen(["sleep", "3"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses

    def finalize(self):
        self.process.terminate()
        self.process.wait()
""",
)
