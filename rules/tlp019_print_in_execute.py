"""print while serving

## What it does
Reports, once per file, `print(…)` in execute of a file that does nothing to `sys.stdout`.

## What happens
The process of a Python model buffers what it prints when the server's output is no terminal, as in a container: the
lines come late, out of order with Triton's log, and not at all when the process dies.

## How to fix
Use `pb_utils.Logger.log_info(…)` (since 22.09), which is written at once, with time and level.

## Source
Seen on 24.10: after the answer the log holds what Logger wrote and not what print wrote; that came when the model was
unloaded.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import switched_off
from tritonlint.inputs.python_kinds import kind_of
from tritonlint.inputs.python_tree import Call
from tritonlint.python_edits import pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.target import Target

RULE = Rule(code="TLP019", name="print-in-execute", effect="hygiene", words=("print",))
_OTHERWISE = frozenset({"stdout", "redirect_stdout"})
"""Names of files that flush, replace or turn away the standard output."""


def check(python: PythonFacts, target: Target) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or "print(" not in python.text or "PYTHONUNBUFFERED" in python.text:
        return
    if _OTHERWISE & python.used_names:
        return
    calls = [
        node
        for node in own_nodes(execute, Call)
        if python.qualified(node.func) == "print"
        and not switched_off(python, node)
        and not any(a.keyword in {"flush", "file"} for a in node.arguments)
    ]
    if not calls:
        return
    pb = pb_alias(python)
    edits: list[Edit] = []
    for call in calls:
        if pb is None or not target.since("22.09") or len(call.arguments) != 1 or not call.certain:
            continue
        given = call.arguments[0]
        if given.keyword is not None:
            continue
        text = python.source(given.value)
        text = text if kind_of(python, given.value) == "str" else f"str({text})"
        edits.append(Edit(Span(python.path, call.span.start, call.span.end), f"{pb}.Logger.log_info({text})"))
    yield Problem(
        calls[0].span,
        "what is printed here comes late in the server's log, or never when the process dies",
        help="use `pb_utils.Logger.log_info(…)`",
        related=tuple(Related(call.span, "here too") for call in calls[1:6]),
        fix=Fix("log instead", tuple(edits), safety="unsafe") if edits else None,
        key="print",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            print(f"got {x.size} values")
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP019
            print(x.shape)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            pb_utils.Logger.log_info(f"got {x.size} values")
            pb_utils.Logger.log_info(str(x.shape))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            pb_utils.Logger.log_info(f"got {x.size} values")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
