"""Answers kept with what they are about: two hundred rules ask the same of a file again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")
_UNKNOWN = object()


class Remembering:
    """Room for answers about an object (:func:`remembered`); no field, so it is never pickled."""

    __slots__ = ("_answers",)
    _answers: dict[Any, Any]


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """Keep the answers of a pure function with its first argument; rules ask the same of a file again and again.

    The first argument is Remembering; the others can be keys of a dict.
    """

    @wraps(function)
    def ask(subject: Any, *others: Any) -> Any:
        try:
            answers = subject._answers
        except AttributeError:
            answers = subject._answers = {}
        key = (function, *others) if others else function
        found = answers.get(key, _UNKNOWN)
        if found is _UNKNOWN:
            found = answers[key] = function(subject, *others)  # type: ignore[call-arg]
        return found

    return cast("Callable[P, T]", ask)
