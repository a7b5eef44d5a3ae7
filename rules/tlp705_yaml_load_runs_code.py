"""yaml.load that runs what a file says

## What it does
Reports `yaml.load` without a loader, and, as a note, with `Loader` or `UnsafeLoader`.

## What happens
`Loader` and `UnsafeLoader` build any Python object that the file names, which runs code. (`FullLoader` did so before
PyYAML 5.4.) Without a loader PyYAML 6 raises TypeError, and older versions run code.

## How to fix
Write `yaml.safe_load(…)`.

## Source
Documentation of PyYAML; CVE-2020-14343.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP705",
    name="yaml-load-runs-code",
    effect="security",
    certainty="likely",
    server_says=("load() missing 1 required positional argument: 'Loader'",),
    words=("load", "load_all"),
)
UNSAFE = frozenset({"Loader", "UnsafeLoader", "CLoader"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if "yaml" not in python.text:
        return
    for node in python.walk(Call):
        if not node.certain or not node.arguments or python.qualified(node.func) not in {"yaml.load", "yaml.load_all"}:
            continue
        loader = node.argument(1, "Loader")
        name = (python.qualified(loader) or "").removeprefix("yaml.") if loader is not None else None
        if name is not None and name not in UNSAFE:
            continue
        fix = None
        if isinstance(node.func, Attribute):
            end = Span(python.path, node.arguments[0].span.end, (node.span.end or 0) - 1)
            fix = Fix(
                "load safely", (Edit(node.func.attr_span, f"safe_{node.func.attr}"), Edit(end, "")), safety="unsafe"
            )
        yield Problem(
            node.span,
            "without a loader PyYAML 6 raises TypeError here, and older versions run what the file says"
            if name is None
            else f"`yaml.{name}` builds any object that the file names, which runs code",
            help="write `yaml.safe_load(…)`",
            fix=fix,
            # Who writes the loader out mostly reads a file of the model's own.
            effect="hygiene" if name is not None else None,
            key="yaml.load",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import yaml
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open("/models/add/settings.yaml", encoding="utf-8") as file:
            self.settings = yaml.load(file)
#                           ^^^^^^^^^^^^^^^ TLP705

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import yaml
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open("/models/add/settings.yaml", encoding="utf-8") as file:
            self.settings = yaml.safe_load(file)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import yaml
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        with open("/models/add/settings.yaml", encoding="utf-8") as file:
            self.settings = yaml.safe_load(file)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
