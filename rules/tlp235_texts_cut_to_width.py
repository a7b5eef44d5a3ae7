"""Texts that do not fit into an array of a fixed width

## What it does
Reports an array of texts with a width (`dtype="S6"`, `"U4"`) that is filled from a table or list of the file in which
longer texts stand.

## What happens
NumPy cuts longer texts without a word: `Germany` is answered as `German`.

## How to fix
Use `dtype=object`.

## Source
NumPy's fixed-width types; seen on 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Dict,
    Expr,
    Function,
    Name,
    Sequence,
    Subscript,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP235", name="texts-cut-to-width", effect="wrong-result", certainty="likely", words=("dtype",))
WIDTH = re.compile(r"[|<>=]?[SUa](\d+)")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    longest: dict[str, str] = {}
    for assign in python.walk(Assign):
        target = assign.targets[0]
        name = target.id if isinstance(target, Name) else target.attr if isinstance(target, Attribute) else None
        texts = _texts(assign.value)
        if name is not None and texts:
            longest[name] = max(texts, key=len) if name not in longest else ""
    if not any(longest.values()):
        return
    for frame in python.frames:
        for call in own_nodes(frame.function, Call) if frame.function is not None else ():
            width = call.argument(None, "dtype")
            fixed = (
                WIDTH.fullmatch(width.value) if isinstance(width, Constant) and isinstance(width.value, str) else None
            )
            if fixed is None or width is None or not (python.qualified(call.func) or "").startswith("numpy."):
                continue
            for name in _fills(frame.function, call):
                if len(longest.get(name, "")) > int(fixed[1]) > 0:
                    yield Problem(
                        width.span,
                        f"`{longest[name]}` in `{name}` is longer than {fixed[1]}: NumPy cuts what does not fit",
                        help="use `dtype=object`",
                        key=name,
                    )
                    break


def _texts(value: Expr | None) -> list[str]:
    """The texts in a table or list."""
    items = value.values if isinstance(value, Dict) else value.items if isinstance(value, Sequence) else ()
    return [item.value for item in items if isinstance(item, Constant) and isinstance(item.value, str)]


def _fills(function: Function | None, made: Call) -> Iterator[str]:
    """The names in what an array is made of, and in what is put into it."""
    if function is None:
        return
    sources: list[Expr] = [made.arguments[0].value] if made.arguments else []
    held = {
        target.id
        for assign in own_nodes(function, Assign)
        if assign.value is made
        for target in assign.targets
        if isinstance(target, Name)
    }
    for assign in own_nodes(function, Assign):
        target = assign.targets[0]
        inside = isinstance(target, Subscript) and isinstance(target.value, Name) and target.value.id in held
        if inside and assign.value is not None:
            sources.append(assign.value)
    for source in sources:
        for node in walk(source, Name, Attribute):
            yield node.id if isinstance(node, Name) else node.attr


EXAMPLES = (
    """\
-- name/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "code" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "name" data_type: TYPE_STRING dims: [ 1 ] }
-- name/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

NAMES = {1: "Oslo", 2: "Reykjavik"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            codes = pb_utils.get_input_tensor_by_name(request, "code").as_numpy()
            names = np.zeros(codes.shape, dtype="S6")
#                                               ^^^^ TLP235
            for place, code in np.ndenumerate(codes):
                names[place] = NAMES.get(int(code), "?").encode("utf-8")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("name", names)]))
        return responses
""",
    """\
-- name/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "code" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "name" data_type: TYPE_STRING dims: [ 1 ] }
-- name/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

NAMES = {1: "Oslo", 2: "Reykjavik"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            codes = pb_utils.get_input_tensor_by_name(request, "code").as_numpy()
            names = np.zeros(codes.shape, dtype="S12")
            for place, code in np.ndenumerate(codes):
                names[place] = NAMES.get(int(code), "?").encode("utf-8")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("name", names)]))
        return responses
""",
)
