"""A text stands among bytes

## What it does
Reports a text among the keys of a dict, or the items of a set, a list or a tuple that is searched, where all others are
bytes, and the other way round: `{b"km": 1000.0, "cm": 0.01}`. Silent where one of them stands there in both forms,
for a dict in which nothing is looked up, and for a key that the file asks for elsewhere: `TABLE["default"]`.

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
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Constant,
    Dict,
    Expr,
    Sequence,
    Subscript,
    last_name,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP421", name="texts-among-bytes", effect="wrong-result", certainty="likely", words=("as_numpy",))


def check(python: PythonFacts) -> Iterator[Problem]:
    for table in python.walk(Dict):
        if _may_be_odd(table.keys) and _is_searched(python, table):
            yield from _odd_ones(python, table.keys)
    sets = (node for node in python.walk(Sequence) if node.kind == "set")
    searched = (
        right
        for compare in python.walk(Compare)
        for operator, right in zip(compare.operators, compare.rights, strict=True)
        if operator in {"in", "not in"} and isinstance(right, Sequence) and right.kind != "set"
    )
    for items in (*sets, *searched):
        yield from _odd_ones(python, items.items)


def _may_be_odd(keys: tuple[Expr | None, ...]) -> bool:
    kinds = {type(key.value) for key in keys if isinstance(key, Constant)}
    return kinds == {str, bytes}


def _is_searched(python: PythonFacts, table: Dict) -> bool:
    """Whether something is looked up in a dict; others are only filled and handed on."""
    names = {last_name(t) for a in python.walk(Assign) if a.value is table for t in a.targets}

    def is_table(expr: Expr) -> bool:
        return expr is table or last_name(expr) in names

    for item in python.walk(Subscript):
        if is_table(item.value) and not isinstance(item.items[0], Constant):
            return True
    for call in python.walk(Call):
        if isinstance(call.func, Attribute) and call.func.attr in {"get", "pop"} and is_table(call.func.value):
            return True
    return any(is_table(right) for compare in python.walk(Compare) for right in compare.rights)


def _odd_ones(python: PythonFacts, keys: tuple[Expr | None, ...]) -> Iterator[Problem]:
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
    odd = [key for key, _ in (texts if len(texts) <= len(data) else data)]
    if any(one.value == key.value and one not in odd for key in odd for one in python.walk(Constant)):
        return  # A word of the file itself: what is taken when nothing else fits.
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
SCALES = {b"mm": 0.001, b"km": 1000.0, "other": 1.0}
ENTRY = {"unit": "m", "scale": 1.0, b"raw": b"m"}


def scale(unit):
    return SCALES.get(unit, SCALES["other"])
"""
    + _EXECUTE,
)
