"""A comparison with initialize's arguments that is never true

## What it does
Reports `args["model_instance_kind"] == "KIND_GPU"`, tables whose keys are such kinds, `startswith`, and comparisons of
`model_instance_device_id` or `model_version` with numbers.

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
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Constant,
    Dict,
    Expr,
    Function,
    Name,
    Sequence,
    Subscript,
    Try,
    dotted,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP012",
    name="argument-compared-with-wrong-value",
    effect="wrong-result",
)
KIND = "model_instance_kind"
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


def _argument(python: PythonFacts, initialize: Function, expr: Expr) -> str:
    """The key of initialize's arguments that an expression is the value of; empty if it is none."""
    args = initialize.positional[1].name
    sources = python.follow(expr)
    if not sources or len(sources) != 1:
        return ""
    source, where = sources[0]
    owner: Expr | None = None
    if isinstance(source, Subscript) and len(source.items) == 1:
        owner, item = source.value, source.items[0]
    elif isinstance(source, Call) and isinstance(source.func, Attribute) and source.func.attr == "get":
        owner, item = source.func.value, source.argument(0) or source
    if not isinstance(owner, Name):
        return ""
    keys = python.strings(item, where)
    key = keys[0] if keys else ""
    if where.owner is not initialize or owner.id != args:
        # Nothing but the arguments has this key, so a function that is given them is as good.
        taken = python.function_at(source)
        if key != KIND or taken is None or owner.id not in {parameter.name for parameter in taken.parameters}:
            return ""
    return key


def _looked_up(python: PythonFacts, initialize: Function) -> Iterator[tuple[Constant, bool]]:
    """Kinds with the prefix in ``startswith`` and as all keys of a table; whether that raises."""
    if "KIND_" not in python.text:
        return
    for node in python.walk(Subscript, Call):
        asked: Expr | None = None
        table: Expr | None = None
        if isinstance(node, Subscript) and len(node.items) == 1:
            table, asked = node.value, node.items[0]
        elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.arguments:
            if node.func.attr == "startswith" and _argument(python, initialize, node.func.value) == KIND:
                first = node.arguments[0].value
                yield from ((one, False) for one in walk((first,), Constant) if _is_prefixed(one))
            table, asked = (node.func.value, node.argument(0)) if node.func.attr == "get" else (None, None)
        sources = python.follow(table) if table is not None and not isinstance(table, Constant) else None
        if not sources or len(sources) != 1 or not isinstance(sources[0][0], Dict) or asked is None:
            continue
        keys = [key for key in sources[0][0].keys if isinstance(key, Constant) and _is_prefixed(key)]
        if len(keys) < max(len(sources[0][0].keys), 1) or _argument(python, initialize, asked) != KIND:
            continue
        plain = {str(key.value).removeprefix("KIND_") for key in keys}
        if any(constant.value in plain for constant in walk(sources[0][0].values, Constant)):
            continue  # It takes the prefix away, and another kind may be left as it is.
        caught = any(lies_in(node, part) for attempt in python.walk(Try) for part in attempt.body)
        yield keys[0], isinstance(node, Subscript) and not caught


def _is_prefixed(value: Constant) -> bool:
    return isinstance(value.value, str) and value.value.startswith("KIND_")


def check(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    if initialize is None or initialize.decorators or len(initialize.positional) != 2:
        return
    # Whoever writes the prefix by itself, puts it there or takes it away.
    if any(constant.value == "KIND_" for constant in python.walk(Constant)):
        return
    args = initialize.positional[1].name
    for constant, raises in _looked_up(python, initialize):
        if _other_spelling(python, constant):
            continue
        right = python.source(constant).replace("KIND_", "", 1)
        yield Problem(
            constant.span,
            f"the instance kind is never {python.source(constant)}: Triton passes it without `KIND_`"
            + (", so this lookup raises KeyError" if raises else ""),
            help=f"write {right}",
            fix=Fix(f"compare with {right}", (Edit(constant.span, right),), safety="unsafe"),
            effect="load-failure" if raises and python.function_at(constant) is initialize else None,
            certainty="certain" if not raises or python.function_at(constant) is initialize else "likely",
            key=KIND,
        )
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
            key = _argument(python, initialize, side)
            for value in values:
                if not isinstance(value, Constant):
                    continue
                kind = key == KIND and isinstance(value.value, str) and value.value.startswith("KIND_")
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
    """\
-- kind_dict/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- kind_dict/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.d = {"KIND_CPU": "cpu", "KIND_GPU": "cuda"}[args["model_instance_kind"]]
#                 ^^^^^^^^^^ TLP012

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- kind_dict_get/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- kind_dict_get/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.d = {"KIND_CPU": "cpu", "KIND_GPU": "cuda"}.get(args["model_instance_kind"], "cpu")
#                 ^^^^^^^^^^ TLP012

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- kind_starts/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- kind_starts/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.gpu = args["model_instance_kind"].startswith("KIND_GPU")
#                                                         ^^^^^^^^^^ TLP012

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- attr_get/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- attr_get/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.kind = args.get("model_instance_kind", "CPU")
        self.gpu = self.kind == "KIND_GPU"
#                               ^^^^^^^^^^ TLP012

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- normaliser/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- normaliser/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils
KINDS = {"KIND_CPU": "CPU", "KIND_GPU": "GPU"}


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        kind = args["model_instance_kind"]
        self.d = KINDS.get(kind, kind)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- right_table/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- right_table/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self.d = {"CPU": "cpu", "GPU": "cuda", "KIND_GPU": "cuda"}.get(args["model_instance_kind"], "cpu")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
    """\
-- other_table/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- other_table/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        group = (config.get("instance_group") or [{"kind": "KIND_CPU"}])[0]
        self.d = {"KIND_CPU": "cpu", "KIND_GPU": "cuda"}.get(group["kind"], "cpu")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]))
        return responses
""",
)
