"""An argument of a type that pb_utils does not take

## What it does
Reports arguments of `InferenceResponse`, `load_model`, `is_model_ready`, `MetricFamily` and
`PreferredMemory` whose type is plain to see and not accepted: one tensor instead of a list, `None`, arrays instead of
tensors, a version as a number, a config as a dict. `InferenceRequest` has a rule of its own (TLP403).

## What happens
TypeError `incompatible … arguments` when the line is reached: in `initialize` the model does not load, elsewhere the
request fails.

## How to fix
Give what the message asks for.

## Source
python_backend, `src/pb_stub.cc`, every release; each form observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Effect, Fix, Problem
from tritonlint.inputs.python import PbCall, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_flow import while_loading
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_kinds import described, kind_of
from tritonlint.inputs.python_objects import Objects, objects_of
from tritonlint.inputs.python_tree import Binary, Expr, Sequence, Starred
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP606",
    name="argument-of-wrong-type",
    effect="request-failure",
    server_says=("incompatible constructor arguments", "incompatible function arguments", "should not be empty"),
)
TEXT = frozenset({"str", "bytes"})
LIST = frozenset({"list", "tuple"})
NUMBER = frozenset({"int", "bool"})
CONSTANT = frozenset({"constant"})
"""Only a constant of pb_utils will do, and nothing that is plain to see is one."""
ACCEPTED: dict[str, dict[str, tuple[frozenset[str], str]]] = {
    "InferenceResponse": {"output_tensors": (LIST, "a list of tensors")},
    "Tensor.from_dlpack": {"name": (TEXT, "a string")},
    "load_model": {
        "model_name": (TEXT, "a string"),
        "config": (TEXT, "JSON text: `json.dumps(…)`"),
        "files": (frozenset({"dict", "None"}), "a dict"),
    },
    "unload_model": {"model_name": (TEXT, "a string")},
    "is_model_ready": {"model_name": (TEXT, "a string"), "model_version": (TEXT, "a string")},
    "MetricFamily": {
        "name": (TEXT, "a string"),
        "description": (TEXT, "a string"),
        "kind": (CONSTANT, "`pb_utils.MetricFamily.COUNTER`, `GAUGE` or `HISTOGRAM`"),
    },
    "PreferredMemory": {
        "preferred_memory_type": (CONSTANT, "`pb_utils.TRITONSERVER_MEMORY_CPU` or `…_GPU`"),
        "preferred_device_id": (NUMBER, "an integer"),
    },
}
ELEMENTS = {"output_tensors": "Tensor"}


def check(python: PythonFacts) -> Iterator[Problem]:
    for call in python.pb_calls:
        if call.name not in ACCEPTED:
            continue
        names = ("name", "tensor") if call.name == "Tensor.from_dlpack" else pb_api().signatures[call.name][0]
        for position, name in enumerate(names):
            given = call.call.argument(position, name)
            if given is None or name not in ACCEPTED[call.name]:
                continue
            for problem in _wrong(python, call, name, given):
                if guarded(python.body, call.call):
                    continue
                effect: Effect | None = None
                if while_loading(python, call.call):
                    effect = "load-failure"
                span, message, help_, fix = problem
                yield Problem(span, message, help=help_, fix=fix, effect=effect, key=f"{call.name}.{name}")


def _wrong(python: PythonFacts, call: PbCall, name: str, given: Expr) -> Iterator[tuple[Span, str, str, Fix | None]]:
    objects = objects_of(python)
    accepted, wanted = ACCEPTED[call.name][name]
    kind = kind_of(python, given)
    element = ELEMENTS.get(name)
    if kind is not None and kind not in accepted:
        fix = None
        start, end = given.span.start, given.span.end
        if element == kind:
            fix = Fix(
                "make it a list", (Edit(Span(python.path, start, start), "["), Edit(Span(python.path, end, end), "]"))
            )
        yield (
            given.span,
            f"`{call.name}` takes {wanted} for `{name}`; {described(kind)} raises TypeError",
            f"give {wanted}",
            fix,
        )
    elif isinstance(given, Sequence) and element is not None:
        for item in given.items:
            inner = None if isinstance(item, Starred) else kind_of(python, item)
            if inner is None and _is_array(objects, item):
                inner = "ndarray"
            if inner is not None and inner != element:
                yield (
                    item.span,
                    f"`{name}` takes {wanted}; {described(inner)} in it raises an error",
                    'wrap it: `pb_utils.Tensor("name", array)`' if inner == "ndarray" else f"give {wanted}",
                    None,
                )


def _is_array(objects: Objects, expr: Expr) -> bool:
    """Whether an expression is an input's array, or calculated from one."""
    if isinstance(expr, Binary):
        return _is_array(objects, expr.left) or _is_array(objects, expr.right)
    return objects.kind(expr) == "array"


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
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse(output_tensors=y))
#                                                                      ^ TLP606
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x)
            responses.append(pb_utils.InferenceResponse(output_tensors=[y]))
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
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([x.copy(), np.zeros(1)]))
#                                                                  ^^^^^^^^^^^ TLP606
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
    def initialize(self, args):
        self.ready = pb_utils.is_model_ready("other", 1)
#                                                     ^ TLP606

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
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.ready = pb_utils.is_model_ready("other", "1")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse((pb_utils.Tensor("y", x),)))
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
            responses.append(pb_utils.InferenceResponse(output_tensors=[x * 2]))
#                                                                       ^^^^^ TLP606
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
            y = pb_utils.Tensor.from_dlpack(x, "y")
#                                           ^ TLP606
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
