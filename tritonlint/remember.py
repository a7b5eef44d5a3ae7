"""Answers kept with what they are about: two hundred rules ask the same of a file again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


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
            return subject._answers[function, others]
        except (AttributeError, KeyError):
            pass
        return _keep(subject, (function, others), function(subject, *others))  # type: ignore[call-arg]

    @wraps(function)
    def ask_alone(subject: Any) -> Any:
        try:
            return subject._answers[function]
        except (AttributeError, KeyError):
            pass
        return _keep(subject, function, function(subject))  # type: ignore[call-arg]

    return cast("Callable[P, T]", ask_alone if len(signature(function).parameters) == 1 else ask)


def _keep(subject: Any, question: object, answer: Any) -> Any:
    try:
        subject._answers[question] = answer
    except AttributeError:
        subject._answers = {question: answer}
    return answer
