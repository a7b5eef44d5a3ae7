"""A text stands among bytes

## What it does
Reports a text among the keys of a dict, or the items of a set, a list or a tuple that is searched, where all others are
bytes, and the other way round: `{b"km": 1000.0, "cm": 0.01}`. Silent where one of them stands there in both forms.

## What happens
A text never equals bytes, and the elements of a TYPE_STRING input are bytes: the key is never found, with status OK or
a KeyError.

## How to fix
Write all of them as bytes (`b"cm"`), or as texts, and decode what is looked up.

## Source
Python's comparison; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Compare, Constant, Dict, Expr, Sequence
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP421", name="texts-among-bytes", effect="wrong-result", certainty="likely", words=("as_numpy",))


def check(python: PythonFacts) -> Iterator[Problem]:
    for table in python.walk(Dict):
        yield from _odd_ones(table.keys)
    sets = (node for node in python.walk(Sequence) if node.kind == "set")
    searched = (
        right
        for compare in python.walk(Compare)
        for operator, right in zip(compare.operators, compare.rights, strict=True)
        if operator in {"in", "not in"} and isinstance(right, Sequence) and right.kind != "set"
    )
    for items in (*sets, *searched):
        yield from _odd_ones(items.items)


def _odd_ones(keys: tuple[Expr | None, ...]) -> Iterator[Problem]:
    """The keys that are of one of both types where all others are of the other one."""
    texts: list[tuple[Constant, str]] = []
    data: list[tuple[Constant, bytes]] = []
    for key in keys:
        if not isinstance(key, Constant):
            return
        if isinstance(key.value, str):
            texts.append((key, key.value))
        elif isinstance(key.value, bytes):
            data.append((key, key.value))
        else:
            return
    # Marks of file formats are bytes wherever they stand; of as many of each nobody knows which are the wrong ones.
    both = {text.encode() for _, text in texts} & {value for _, value in data}
    marks = any(not value.decode("latin-1").isprintable() or not value.isascii() for _, value in data)
    if not texts or not data or both or marks or len(texts) == len(data) > 1 or min(len(texts), len(data)) > 2:
        return
    if len(texts) <= len(data):
        for key, text in texts:
            if text:
                yield _problem(
                    key, f"the text {text!r} stands among bytes, and equals none", f"b{text!r}", text.isascii()
                )
    else:
        for key, value in data:
            if value:
                yield _problem(
                    key, f"the bytes {value!r} stand among texts, and equal none", repr(value)[1:], value.isascii()
                )


def _problem(key: Constant, message: str, written: str, plain: bool) -> Problem:
    edit = Edit(Span(key.span.path, key.span.start, key.span.end), written)
    return Problem(
        key.span,
        message,
        help="write all of them in the form that is looked up: the elements of a TYPE_STRING input are bytes",
        fix=Fix(f"write {written}", (edit,), safety="unsafe") if plain else None,
        key=written,
    )


_CONFIG = """\
-- convert/config.pbtxt --
backend: "python"
input { name: "unit" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "factor" data_type: TYPE_FP32 dims: [ 1 ] }
-- convert/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

"""
_EXECUTE = """\


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            unit = pb_utils.get_input_tensor_by_name(request, "unit").as_numpy()[0]
            factor = np.array([FACTORS.get(unit, 0.0)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("factor", factor)]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
FACTORS = {b"km": 1000.0, "cm": 0.01, b"m": 1.0}
#                         ^^^^ TLP421
"""
    + _EXECUTE,
    _CONFIG
    + """\
SHORT = {b"cm", b"mm"}
LONG = {b"km", b"m", "mile"}
#                    ^^^^^^ TLP421
FACTORS = {unit: 1000.0 if unit in LONG else 0.01 for unit in SHORT | LONG}
"""
    + _EXECUTE,
    # Both forms of each, keys of other types, and values, which may be what they like.
    _CONFIG
    + """\
FACTORS = {b"km": 1000.0, "km": 1000.0, b"m": 1.0, "m": 1.0}
NAMES = {0: b"none", 1: "one", b"two": "2", None: b""}
UNITS = (b"km", "kilometres")
"""
    + _EXECUTE,
)
