"""How a rehearsal ends early: with an exception of the model, or because it is too much to play."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from tritonlint.inputs.rehearsal.objects import (
    Obj,
)
from tritonlint.inputs.rehearsal.values import (
    Exc,
)
from tritonlint.source import Span

EXCEPTIONS: dict[str, tuple[str, ...]] = {
    name: tuple(base.__name__ for base in kind.__mro__ if base is not object)
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}
EXCEPTIONS["TritonModelException"] = ("TritonModelException", "Exception", "BaseException")
OF_SOME_CLASS = ("Exception", "BaseException", "")
"""The classes of an exception of which nobody knows what it is: any handler may be the one that catches it."""


class GaveUpError(Exception):
    """The rehearsal met more than it can play through; nothing that comes later is judged."""


class RaisedError(Exception):
    """The model raises an exception. ``explicit`` is one that a ``raise`` or ``assert`` of the file means."""

    def __init__(self, exc: Exc | Obj, span: Span, statement: Span, explicit: bool, absent: str = "") -> None:
        super().__init__(exc)
        self.absent = absent
        self.cause: Span | None = None
        self.exc = exc
        self.span = span
        self.statement = statement
        self.explicit = explicit
        self.doubtful = False
        """Whether control may well not come here with the values that are known."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes of the exception, nearest first."""
        if isinstance(self.exc, Obj):
            return (*(cls.name for cls in self.exc.cls.lineage), *self.exc.cls.exception)
        return self.exc.bases or EXCEPTIONS.get(self.exc.type, (self.exc.type,))

    @property
    def shown(self) -> str:
        """As a traceback ends, in one line."""
        if isinstance(self.exc, Obj):
            return self.exc.cls.name
        first = self.exc.arguments[0] if len(self.exc.arguments) == 1 else None
        known = isinstance(first, (str, int)) and first != ""
        return f"{self.exc.type}: {_in_a_line(str(first))}" if known else self.exc.type


def _in_a_line(text: str) -> str:
    return " ".join(line.strip() for line in text.splitlines()) if "\n" in text else text


@dataclass(frozen=True, slots=True)
class Raise:
    """An exception that nobody catches (or, ``caught``, that a handler turns into an error).

    ``sure``: every call comes to it. ``statement`` is what raises it, ``span`` the expression in it. ``absent`` is the
    name of an input that the config does not have, if that is the cause; ``span`` is where it is asked for, then.
    ``cause`` is where the value was made that does not fit, if that is somewhere else. ``without`` is the optional
    input that the requests lack.
    """

    phase: str
    span: Span
    statement: Span
    message: str
    sure: bool
    explicit: bool
    caught: bool
    absent: str = ""
    cause: Span | None = None
    without: str = ""
