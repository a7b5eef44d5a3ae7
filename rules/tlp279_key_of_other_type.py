"""A text looked up among numbers, or a number among texts

## What it does
Plays the model through, and reports `table.get(key)`, `key in table` and `key in (…)` where all keys of the table are
numbers and the key is a text (what `args` has, also `model_version`, a `string_value`, a decoded element), or the other
way round. Silent where the key is converted as well, or a handler catches what is missing.

## What happens
A text never equals a number: `get` gives its default, and `in` is false, for every version, parameter or request. With
None for a default the next use of it raises.

## How to fix
Convert the key, `table.get(int(key))`, or write the keys of the table as what is asked for.

## Source
Python's dict, and the `args` of the backend, all of which are texts; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Effect, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Attribute, Call, Compare, Expr, Try, lies_in, walk
from tritonlint.inputs.rehearsal.backend import mistakes, rehearse
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(code="TLP279", name="key-of-other-type", effect="wrong-result", certainty="likely", words=())


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    found = {mistake.span: mistake for mistake in mistakes(python, config, effective, "other-key")}
    if not found:
        return
    raised = [one for one in rehearse(python, config, effective).raises if one.sure and "NoneType" in one.message]
    told: set[tuple[int, str]] = set()
    for node in sorted((n for n in python.walk(Call, Compare) if n.span in found), key=lambda n: n.span.start or 0):
        key = _key(node)
        if key is None or _is_converted(python, node, key):
            continue
        # `if key in table` and `table.get(key)` are one mistake.
        asked = (id(python.function_at(node)), python.source(key))
        if asked in told:
            continue
        told.add(asked)
        effect: Effect | None = None
        if raised and isinstance(node, Call) and len(node.arguments) == 1:
            effect = "request-failure" if raised[0].phase == "execute" else "load-failure"
        yield Problem(
            node.span,
            f"`{python.source(key)}` is a text and what it is looked for among are numbers, or the other way round: "
            "it is never found",
            help="convert the key: `int(key)` for numbers, `str(key)` for texts",
            effect=effect,
            key=python.source(node),
        )


def _key(node: Call | Compare) -> Expr | None:
    """What is looked for."""
    return node.left if isinstance(node, Compare) else node.argument(0)


def _is_converted(python: PythonFacts, node: Call | Compare, key: Expr) -> bool:
    """Whether a function tries the key as the other type, too, or expects that it is not there."""
    function = python.function_at(node)
    if function is None:
        return True
    name = python.source(key)
    text = python.text[function.span.start : function.span.end]
    if any(f"{kind}({name})" in text for kind in ("int", "str", "float")):
        return True
    if isinstance(node, Call) and any(
        isinstance(one.func, Attribute) and one.func.attr in {"isdigit", "isdecimal"} for one in walk(function, Call)
    ):
        return True
    return any(one.handlers and any(lies_in(node, part) for part in one.body) for one in own_nodes(function, Try))


_CONFIG = """\
-- price/config.pbtxt --
backend: "python"
input { name: "zone" data_type: TYPE_INT32 dims: [ -1 ] }
output { name: "price" data_type: TYPE_FP32 dims: [ -1 ] }
parameters { key: "tariff" value { string_value: "2" } }
-- price/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils

TARIFFS = {
    1: np.array([1.1, 1.8], dtype=np.float32),
    2: np.array([1.2, 1.9], dtype=np.float32),
}


class TritonPythonModel:
"""
_EXECUTE = """
    def execute(self, requests):
        responses = []
        for request in requests:
            zone = pb_utils.get_input_tensor_by_name(request, "zone").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("price", self.tariff[zone % 2])]))
        return responses
"""
EXAMPLES = (
    _CONFIG.replace("import numpy", "from types import MappingProxyType\n\nimport numpy")
    + """\
    def initialize(self, args):
        tariffs, version = MappingProxyType(TARIFFS), args["model_version"]
        if version not in tariffs:
#          ^^^^^^^^^^^^^^^^^^^^^^ TLP279
            pb_utils.Logger.log_warn(f"no tariff for version {version}")
        self.tariff = tariffs.get(version, TARIFFS[2])
"""
    + _EXECUTE,
    _CONFIG.replace("import numpy", "from types import MappingProxyType\n\nimport numpy")
    + """\
    def initialize(self, args):
        tariffs, version = MappingProxyType(TARIFFS), int(args["model_version"])
        self.tariff = tariffs.get(version, TARIFFS[2])
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def initialize(self, args):
        self.tariff = TARIFFS.get(args["model_version"], TARIFFS[2])
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP279
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def initialize(self, args):
        wanted = json.loads(args["model_config"])["parameters"]["tariff"]["string_value"]
        self.tariff = TARIFFS[1]
        if wanted in TARIFFS:
#          ^^^^^^^^^^^^^^^^^ TLP279
            self.tariff = TARIFFS[wanted]
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def initialize(self, args):
        self.tariff = TARIFFS.get(int(args["model_version"]), TARIFFS[2])
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def initialize(self, args):
        wanted = json.loads(args["model_config"])["parameters"]["tariff"]["string_value"]
        self.tariff = TARIFFS.get(wanted)
        if self.tariff is None:
            self.tariff = TARIFFS[int(wanted)]
"""
    + _EXECUTE,
)
