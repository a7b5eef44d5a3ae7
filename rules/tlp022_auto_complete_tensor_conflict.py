"""`auto_complete_config` and config.pbtxt disagree about a tensor

## What it does
Compares the data type and dims of dict literals given to `add_input` and `add_output` with the entry of the same
name in the config. Dims must be equal number by number; -1 does not match a fixed size here.

## What happens
The function raises ValueError and the model is refused.

## How to fix
Make the two equal, or leave the tensor to one of them.

## Source
python_backend, `src/resources/triton_python_backend_utils.py`, class `ModelConfig`; seen on a real server of
release 24.10. The function is called where auto-completion is on, the default since 22.07.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.auto_complete import declared_tensors, dims, one_number, one_string
from tritonlint.inputs.python import PythonFacts
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP022",
    name="auto-complete-tensor-conflict",
    effect="load-failure",
    first="22.07",
    server_says=("configuration expects datatype", "the model configuration specifies dims"),
    words=("auto_complete_config",),
)


def check(config: Document, python: PythonFacts) -> Iterator[Problem]:
    for tensor in declared_tensors(python):
        if not tensor.certain:
            continue
        if not {"name", "data_type", "dims"} <= tensor.values.keys() <= {"name", "data_type", "dims", "optional"}:
            continue
        name = one_string(python, tensor.values["name"])
        declared = [entry for entry in config.root.messages(tensor.direction) if entry.string("name") == name]
        if name is None or not declared:
            continue
        entry = declared[0]
        written = entry.scalar("data_type")
        configured = written.value if written is not None else "TYPE_INVALID"
        data_type = one_string(python, tensor.values["data_type"])
        if configured is None or data_type is None:
            continue
        if written is not None and configured not in ("TYPE_INVALID", data_type):
            yield Problem(
                tensor.values["data_type"].span,
                f"auto_complete_config gives {tensor.direction} {name!r} {data_type}, config.pbtxt {configured}: "
                "the function raises and the model will not load",
                help=f"write {configured!r} here, or change config.pbtxt",
                related=(Related(written.span, f"config.pbtxt says {configured}"),),
                key=f"{name} data_type",
            )
            continue
        expected = entry.integers("dims")
        given: list[int] | int | None = dims(python, tensor.values["dims"])
        if given is None:
            given = one_number(python, tensor.values["dims"])
        if expected and given is not None and expected != given:
            place = entry.field("dims")
            yield Problem(
                tensor.values["dims"].span,
                f"auto_complete_config gives {tensor.direction} {name!r} dims {given}, config.pbtxt {expected}: "
                "the function raises and the model will not load",
                help=f"write {expected} here, or change config.pbtxt",
                related=(Related(place.span, f"config.pbtxt says {expected}"),) if place is not None else (),
                key=f"{name} dims",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.add_input({"name": "x", "data_type": "TYPE_FP32", "dims": [5]})
        #                                                                                    ^^^ TLP022
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.add_input({"name": "x", "data_type": "TYPE_FP32", "dims": [4]})
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

WIDTH = 4


def tensor(name, width=WIDTH):
    return {"name": name, "data_type": "TYPE_FP32", "dims": [width]}


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        config.add_input(tensor("x"))
        config.add_output(tensor("y", 8))
#                         ^^^^^^^^^^^^^^ TLP022
        return config

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
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 24 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

ROWS = 4
WIDTH = 6


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        config.add_input({"name": "x", "data_type": "TYPE_FP32", "dims": [ROWS]})
        config.add_output({"name": "y", "data_type": "TYPE_FP32", "dims": [ROWS + WIDTH]})
#                                                                         ^^^^^^^^^^^^^^ TLP022
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.repeat(x, WIDTH))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 24 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

ROWS = 4
WIDTH = 6


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        config.add_input({"name": "x", "data_type": "TYPE_FP32", "dims": [ROWS]})
        config.add_output({"name": "y", "data_type": "TYPE_FP32", "dims": [ROWS * WIDTH]})
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.repeat(x, WIDTH))]))
        return responses
""",
    """\
-- only_missing/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
max_batch_size: 8
-- only_missing/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        current = config.as_dict()
        names = {t["name"] for t in current["input"]}
        if "x" not in names:
            config.add_input({"name": "x", "data_type": "TYPE_FP64", "dims": [4]})
        if not any(t["name"] == "y" for t in current["output"]):
            config.add_output({"name": "y", "data_type": "TYPE_FP64", "dims": [4]})
        if current["max_batch_size"] < 4:
            config.set_max_batch_size(4)
        for spec in (
            {"name": "x", "data_type": "TYPE_FP64", "dims": [1]},
            {"name": "z", "data_type": "TYPE_FP64", "dims": [1]},
        ):
            if spec["name"] in names or spec["name"] == "z":
                continue
            config.add_input(spec)
        return config

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        result = dict(name="y", data_type="TYPE_FP64", dims=[4])
#                                         ^^^^^^^^^^^ TLP022
        config.add_output(result)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        result = dict(name="y", data_type="TYPE_FP64", dims=[4])
        result["data_type"] = "TYPE_FP32"
        config.add_output(result)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
)
