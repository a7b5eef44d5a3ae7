"""A comparison with initialize's arguments that is never true

## What it does
Reports `args["model_instance_kind"] == "KIND_GPU"` and comparisons of `model_instance_device_id` or `model_version`
with numbers.

## What happens
Every value in `args` is a string, and the kind is `GPU`, `CPU`, `MODEL` or `AUTO`: the comparison is never true, so a
model meant for the GPU quietly runs on the CPU.

## How to fix
Compare with `"GPU"`, and convert ids with `int(…)`.

## Source
Facts, python-backend 6.3 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Assign, Compare, Constant, Expr, Name, Sequence, Subscript, dotted, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP012",
    name="argument-compared-with-wrong-value",
    effect="wrong-result",
)
NUMBERS = frozenset({"model_instance_device_id", "model_version"})


def _may_be_wrong(value: Expr) -> bool:
    """Whether a value is one that some argument never has."""
    if not isinstance(value, Constant):
        return False
    return isinstance(value.value, int) or (isinstance(value.value, str) and value.value.startswith("KIND_"))


def _other_spelling(python: PythonFacts, value: Constant) -> bool:
    """Whether the function knows the kind without ``KIND_``, too, as a precaution."""
    function, right = python.function_at(value), str(value.value).removeprefix("KIND_")
    return function is not None and any(one.value == right for one in walk(function.body, Constant))


def _is_number(value: Expr) -> bool:
    """Whether a value is a text of digits: the right spelling stands beside the wrong one."""
    return isinstance(value, Constant) and isinstance(value.value, str) and value.value.lstrip("-").isdigit()


def _is_assigned(python: PythonFacts, args: str, key: str) -> bool:
    """Whether the file puts something of its own under a key of the arguments."""
    targets = (target for node in python.walk(Assign) for target in node.targets if isinstance(target, Subscript))
    return any(dotted(t.value) == args and key in (python.strings(t.items[0]) or (key,)) for t in targets)


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    if initialize is None or initialize.decorators or len(initialize.positional) != 2:
        return
    # Whoever writes the prefix by itself, puts it there or takes it away.
    if any(constant.value == "KIND_" for constant in python.walk(Constant)):
        return
    args = initialize.positional[1].name
    for node in python.walk(Compare):
        if len(node.rights) != 1:
            continue
        if node.operators[0] not in {"==", "!=", "in", "not in"}:
            continue
        if "in" in node.operators[0] and not isinstance(node.rights[0], Sequence):
            continue  # Looked for in a text.
        sides = [node.left, node.rights[0]]
        for side, other in (sides, reversed(sides)):
            values = other.items if isinstance(other, Sequence) else (other,)
            if not any(_may_be_wrong(value) for value in values):
                continue
            sources = python.follow(side)
            if not sources or len(sources) != 1:
                continue
            source, where = sources[0]
            if not isinstance(source, Subscript) or not isinstance(source.value, Name) or len(source.items) != 1:
                continue
            keys = python.strings(source.items[0], where)
            key = keys[0] if keys else ""
            if where.owner is not initialize or source.value.id != args:
                # Nothing but the arguments has this key, so a function that is given them is as good.
                taken = python.function_at(source)
                if key != "model_instance_kind" or taken is None:
                    continue
                if source.value.id not in {parameter.name for parameter in taken.parameters}:
                    continue
            for value in values:
                if not isinstance(value, Constant):
                    continue
                kind = key == "model_instance_kind" and isinstance(value.value, str) and value.value.startswith("KIND_")
                number = key in NUMBERS and isinstance(value.value, int) and not isinstance(value.value, bool)
                if kind and _other_spelling(python, value):
                    continue
                if number and (_is_assigned(python, args, key) or any(_is_number(other) for other in values)):
                    continue
                if kind:
                    right = python.source(value).replace("KIND_", "", 1)
                    message = f"the instance kind is never {python.source(value)}: Triton passes it without `KIND_`"
                elif number:
                    right = f'"{value.value!r}"'
                    message = f'args["{key}"] is a string and never equals the number {value.value!r}'
                else:
                    continue
                yield Problem(
                    value.span,
                    message,
                    help=f"write {right}",
                    fix=Fix(f"compare with {right}", (Edit(value.span, right),), safety="unsafe"),
                    key=key,
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
    def initialize(self, args):
        self.gpu = args["model_instance_kind"] == "KIND_GPU"
#                                                 ^^^^^^^^^^ TLP012

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
    def initialize(self, args):
        self.gpu = args["model_instance_kind"] == "GPU"

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
    def initialize(self, args):
        self.first = args["model_instance_device_id"] == 0
#                                                        ^ TLP012

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
    def initialize(self, args):
        self.gpu = args["model_instance_kind"] == "GPU"
        self.first = int(args["model_instance_device_id"]) == 0

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
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


def place_of(args):
    return "cpu" if args["model_instance_kind"] == "KIND_CPU" else "cuda"
#                                                  ^^^^^^^^^^ TLP012


class TritonPythonModel:
    def initialize(self, args):
        self.place = place_of(args)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


def place_of(args):
    return "cpu" if args["model_instance_kind"] == "CPU" else "cuda"


class TritonPythonModel:
    def initialize(self, args):
        self.place = place_of(args)

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
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        kind = args["model_instance_kind"]
        self.place = "cpu" if kind in ("CPU", "KIND_CPU") else "cuda"

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- own/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- own/1/model.py --
import triton_python_backend_utils as pb_utils
import json


class TritonPythonModel:
    def initialize(self, args):
        args["model_version"] = int(args["model_version"])
        self.new = args["model_version"] != 1
        config = json.loads(args["model_config"])
        self.cpu = all(group["kind"] == "KIND_CPU" for group in config.get("instance_group", []))
        kind = args["model_instance_kind"]
        if not kind.startswith("KIND_"):
            kind = "KIND_" + kind
        self.gpu = kind == "KIND_GPU"
        self.also = f"KIND_{args['model_instance_kind']}" == "KIND_GPU"
        self.third = args["model_instance_kind"] in "KIND_GPU"
        self.fourth = "KIND_GPU".endswith(args["model_instance_kind"])

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
)
