"""auto_complete_config declares outputs as inputs

## What it does
Reports `add_input(…)` for an entry that comes from something called outputs (and not inputs), and `add_output(…)` for
one that comes from inputs.

## What happens
The server asks every request for inputs that no client sends: `expected 4 inputs but got 1`; the outputs are missing in
the config, and what the model answers under their names is dropped.

## How to fix
Call the function of the other direction.

## Source
Facts, python-backend 2; run on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Attribute, Call, Expr, For, Name, dotted, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP060",
    name="auto-complete-direction",
    effect="request-failure",
    certainty="likely",
    server_says=("inputs but got",),
    words=("add_input", "add_output"),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for function in {frame.function for frame in python.frames}:
        if function is None or function.name != "auto_complete_config":
            continue
        for call in own_nodes(function, Call):
            if not isinstance(call.func, Attribute) or call.func.attr not in {"add_input", "add_output"}:
                continue
            loops = {
                loop.target.id: dotted(loop.iterable)
                for loop in own_nodes(function, For)
                if isinstance(loop.target, Name) and any(node is call for node in walk(loop.body, Call))
            }
            source = _source(call.argument(0), loops)
            wanted, other = ("input", "output") if call.func.attr == "add_input" else ("output", "input")
            if source is not None and _is_called(source, other) and not _is_called(source, wanted):
                yield Problem(
                    call.span,
                    f"`{source}` is declared by `{call.func.attr}`: as {wanted}s of the model",
                    help=f"call add_{other}",
                    key=source,
                )


def _source(expr: Expr | None, loops: dict[str, str | None]) -> str | None:
    if expr is None:
        return None
    name = dotted(expr)
    return loops.get(name, name) if name is not None else None


def _is_called(name: str, direction: str) -> bool:
    return re.search(rf"(^|[._]){direction}s?([._]|\d*$)", name.lower()) is not None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

INPUTS = [{"name": "x", "data_type": "TYPE_FP32", "dims": [1]}]
OUTPUTS = [{"name": "y", "data_type": "TYPE_FP32", "dims": [1]}]


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_max_batch_size(0)
        for entry in INPUTS:
            auto_complete_model_config.add_input(entry)
        for entry in OUTPUTS:
            auto_complete_model_config.add_input(entry)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP060
        return auto_complete_model_config

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
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

INPUTS = [{"name": "x", "data_type": "TYPE_FP32", "dims": [1]}]
OUTPUTS = [{"name": "y", "data_type": "TYPE_FP32", "dims": [1]}]


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_max_batch_size(0)
        for entry in INPUTS:
            auto_complete_model_config.add_input(entry)
        for entry in OUTPUTS:
            auto_complete_model_config.add_output(entry)
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
