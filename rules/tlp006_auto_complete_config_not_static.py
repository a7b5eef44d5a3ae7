"""auto_complete_config that needs an instance

## What it does
Reports `auto_complete_config(self, config)` without `@staticmethod`, and one that is a property.

## What happens
Triton calls it on the class, before any instance exists, with the config only; the model does not load. Servers
started with `--disable-auto-complete-config` never call it.

## How to fix
Make it `@staticmethod def auto_complete_config(auto_complete_model_config)`.

## Source
Facts, python-backend 6.1 (observed on 24.10); called by default since 22.07.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP006",
    name="auto-complete-config-not-static",
    effect="load-failure",
    first="22.07",
    server_says=("missing 1 required positional argument", "'property' object is not callable"),
    words=("auto_complete_config",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    hook = python.method("auto_complete_config")
    if hook is not None and {"property", "cached_property"} & set(hook.decorator_names):
        yield Problem(
            hook.name_span,
            "Triton calls `auto_complete_config` on the class, where a property is no function",
            help="make it a static method that takes the config",
            key="auto_complete_config",
        )
    if hook is None or not set(hook.decorator_names) <= {"staticmethod", "classmethod"}:
        return
    static = "staticmethod" in hook.decorator_names
    given = 2 if "classmethod" in hook.decorator_names else 1
    if hook.takes(given):
        return
    fix = None
    used = {getattr(n, "id", "") for n in python.walk_function(hook)}
    if not hook.decorators and len(hook.parameters) == 2 and hook.takes(2) and hook.parameters[0].name not in used:
        start, first, second = hook.span.start or 0, hook.parameters[0].span.start, hook.parameters[1].span.start
        fix = Fix(
            "make it a static method without self",
            (
                Edit(Span(python.path, start, start), f"@staticmethod{python.newline}{hook.indent}"),
                Edit(Span(python.path, first, second), ""),
            ),
        )
    yield Problem(
        hook.name_span,
        "Triton calls `auto_complete_config` on the class with the config as its only argument, which does not fit",
        help="give it exactly one parameter" if static else "put `@staticmethod` above it and remove `self`",
        fix=fix,
        key="auto_complete_config",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def auto_complete_config(self, config):
#       ^^^^^^^^^^^^^^^^^^^^ TLP006
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- property/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- property/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @property
    def auto_complete_config(self):
#       ^^^^^^^^^^^^^^^^^^^^ TLP006
        return lambda config: config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
)
