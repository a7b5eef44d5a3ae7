"""`auto_complete_config` sets a smaller max_batch_size than config.pbtxt

## What it does
Compares the number given to `set_max_batch_size` with `max_batch_size` of the config.

## What happens
A number below the configured one raises ValueError and the model is refused. A larger one replaces it.

## How to fix
Make the two equal, or leave `max_batch_size` out of config.pbtxt.

## Source
python_backend, `src/resources/triton_python_backend_utils.py`, class `ModelConfig`; seen on a real server of
release 24.10. The function is called where auto-completion is on, the default since 22.07.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.auto_complete import hook_calls, one_number
from tritonlint.inputs.python import PythonFacts
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP023",
    name="auto-complete-batch-size",
    effect="load-failure",
    first="22.07",
    server_says=("specified max_batch_size",),
    words=("auto_complete_config",),
)


def check(config: Document, python: PythonFacts) -> Iterator[Problem]:
    written = config.root.scalar("max_batch_size")
    configured = config.root.integer("max_batch_size")
    if written is None or configured is None:
        return
    for call in hook_calls(python):
        if call.method != "set_max_batch_size" or call.argument is None or not call.certain:
            continue
        given = one_number(python, call.argument)
        if given is not None and given < configured:
            yield Problem(
                call.argument.span,
                f"auto_complete_config sets max_batch_size {given}, less than the {configured} of config.pbtxt: "
                "the function raises and the model will not load",
                help=f"set at least {configured} here, or lower max_batch_size in config.pbtxt",
                related=(Related(written.span, f"config.pbtxt says {configured}"),),
                key="max_batch_size",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_max_batch_size(4)
        #                                             ^ TLP023
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
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_max_batch_size(8)
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]))
        return responses
""",
    """\
-- early/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
max_batch_size: 8
-- early/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        current = config.as_dict()
        if current["input"]:
            return config
        config.add_input({"name": "x", "data_type": "TYPE_FP64", "dims": [4]})
        config.add_output({"name": "y", "data_type": "TYPE_FP64", "dims": [4]})
        config.set_max_batch_size(4)
        return config

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
)
