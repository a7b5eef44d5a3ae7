"""What Python does without complaint and nobody means: iterators that are used up, texts taken for flags."""

from __future__ import annotations

import re
from math import prod

from tritonlint.inputs.rehearsal.reality import ITERATORS
from tritonlint.inputs.rehearsal.shapes import Slice
from tritonlint.inputs.rehearsal.values import Array, Seq, Value

_LISTED = re.compile(r"\w+(?:\s*[,;|]\s*\w+)+")
_NO = frozenset({"false", "off", "no", "0", "f", "n"})
TAKES_ARRAY = frozenset(
    {
        "split", "array_split", "vsplit", "hsplit", "concatenate", "stack", "vstack", "hstack", "exp", "log", "sqrt",
        "abs", "tanh", "mean", "std", "var", "median", "percentile", "clip", "round", "rint", "floor", "dot", "matmul",
        "maximum", "minimum", "add", "multiply", "divide", "subtract", "power", "isnan", "isfinite", "frombuffer",
        "sort", "linalg.norm",
    }
)  # fmt: skip
"""Functions of NumPy that raise when their first argument is a function or method; seen with NumPy 1.26."""


def is_list_in_text(value: Value) -> bool:
    """Whether a text is a list of words, which iterating takes apart letter by letter."""
    if not isinstance(value, str) or _LISTED.fullmatch(value) is None:
        return False
    return any(len(word) > 1 for word in re.findall(r"\w+", value))  # Letters may be meant.


def says_no(value: Value) -> bool:
    """Whether a text means False, though Python takes it for True."""
    return isinstance(value, str) and value.strip().lower() in _NO


_ENDLESS = frozenset({"itertools.cycle", "itertools.count", "itertools.repeat"})
_USED_UP = ITERATORS - _ENDLESS


def is_used_up_by(value: Value) -> bool:
    """Whether iterating over a value leaves nothing for the next time."""
    return isinstance(value, Seq) and value.kind in _USED_UP


_FEW = 2
"""So many known items put before or behind words are marks, not what fills a row up."""


def with_origin(value: Value, origin: str) -> Value:
    """A new list that is known to hold the words of a text."""
    if origin and isinstance(value, Seq) and value.open:
        value.origin = origin
    return value


def cut(words: Value, key: Value) -> str:
    """The origin of some of the words of a text."""
    if isinstance(words, Seq) and words.origin and isinstance(key, Slice):
        return "cut" if key.upper is not None and key.step is None else words.origin
    return ""


def added(left: Value, right: Value) -> str:
    """The origin of the words of a text with marks around them."""
    for words, other in ((left, right), (right, left)):
        if isinstance(words, Seq) and words.origin and isinstance(other, Seq):
            return words.origin if not other.open and len(other.items) <= _FEW else ""
    return ""


def is_cut(value: Value) -> bool:
    """Whether a list holds as many words as a text has, or fewer: nothing filled it up."""
    return isinstance(value, Seq) and value.origin == "cut"


def is_fixed_row(value: Value) -> bool:
    """Whether a part of an array is a row of a known length."""
    return isinstance(value, Array) and bool(value.shape) and (value.shape[-1] or 0) > 1  # type: ignore[index]


def are_cut_rows(value: Value) -> bool:
    """Whether an array of these rows would have rows of several lengths."""
    return isinstance(value, Seq) and value.kind == "list" and value.open and is_cut(value.each)


def splits_rows(old: Value, new: Value) -> str | None:
    """What NumPy says of a reshape for a batch of one whose elements do not make whole rows of the new shape."""
    if not isinstance(old, Array) or not isinstance(new, Array) or not old.shape or not new.shape:
        return None
    # What has one dimension need not be a batch: its length may be that of a text, a file or another array.
    if len(old.shape) < 2 or old.shape[0] is not None or old.shape.count(None) != 1 or new.shape.count(None) != 1:
        return None
    have, wanted = (prod(length for length in shape if length is not None) for shape in (old.shape, new.shape))
    if not wanted or have % wanted == 0:
        return None
    if new.shape[1 - len(old.shape) :] == old.shape[1:]:
        return None  # Whole rows are put into groups: who sends them knows how many belong together.
    shown = ",".join("1" if length is None else str(length) for length in new.shape)
    return f"cannot reshape array of size {have} into shape ({shown})"


def is_integer(value: Value) -> bool:
    """Whether a value is an array of integers."""
    return isinstance(value, Array) and (value.dtype or "").startswith(("int", "uint"))
