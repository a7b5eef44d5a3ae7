"""What Python does without complaint and nobody means: iterators that are used up, texts taken for something else."""

from __future__ import annotations

import re

from tritonlint.inputs.rehearsal.values import Failure, Seq, Value, type_name

_LISTED = re.compile(r"\w+(?:\s*[,;|]\s*\w+)+")
_NO = frozenset({"false", "off", "no", "0", "f", "n"})
_TEXT_AS_NUMBER: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("arange", "linspace", "logspace"), (0, 1)),
    **dict.fromkeys(("round", "around", "quantile", "percentile", "tile", "pad", "partition", "argpartition"), (1,)),
    **dict.fromkeys(("isclose", "allclose", "array_split", "split"), (1,)),
    "clip": (1, 2),
}
"""Arguments of functions of NumPy (by position) that no text can be; seen with NumPy 1.26 and 2."""
_FIRST_IS_SELF = frozenset({"round", "partition", "argpartition", "clip"})


def is_list_in_text(value: Value) -> bool:
    """Whether a text is a list of words, which iterating takes apart letter by letter."""
    return isinstance(value, str) and _LISTED.fullmatch(value) is not None


def says_no(value: Value) -> bool:
    """Whether a text means False, though Python takes it for True."""
    return isinstance(value, str) and value.strip().lower() in _NO


def refuse_texts(name: str, args: list[Value], *, method: bool = False) -> None:
    """Raise what NumPy raises for a text in the place of a number."""
    if method and name not in _FIRST_IS_SELF:
        return
    for position in _TEXT_AS_NUMBER.get(name, ()):
        place = position - method
        if 0 <= place < len(args) and type_name(args[place]) == "str":
            raise Failure("TypeError", f"{name}() takes no text as a number")


def is_used_up_by(value: Value) -> bool:
    """Whether iterating over a value leaves nothing for the next time."""
    return isinstance(value, Seq) and value.kind in {"generator", "map", "filter"}
