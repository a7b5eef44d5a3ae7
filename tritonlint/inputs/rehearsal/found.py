"""What a rehearsal finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Expr
from tritonlint.inputs.rehearsal.objects import (
    PbTensor,
)
from tritonlint.inputs.rehearsal.outcome import Raise
from tritonlint.inputs.rehearsal.values import (
    Shape,
)
from tritonlint.source import Span

Kind = Literal[
    "return",
    "count",
    "element",
    "unknown-output",
    "missing-output",
    "data-type",
    "shape",
    "no-final",
    "after-final",
    "bytes-in-text",
    "bytes-compared",
    "other-key",
    "squeezed",
    "first-row",
    "elements",
    "split-by-requests",
    "split-by-sizes",
    "text-as-flag",
    "half-sum",
    "cut-row",
    "fixed-rows",
    "letters",
    "letters-added",
    "worker-died",
    "used-up",
    "text-array",
    "shared-buffer",
    "final-in-loop",
    "row-per-request",
    "axis-lost",
    "wraps",
    "deadlock",
    "not-called",
    "over-rows",
    "no-axis",
    "binary-cut",
    "padded-mean",
    "axis-moved",
    "small-axis-moved",
    "late-cast",
    "half-squares",
    "half-cast",
    "places",
    "requested-name",
    "same-array",
    "logged",
    "log-level",
    "log-arguments",
    "error-code",
    "error-value",
    "error-again",
    "response-again",
    "batch-to-each",
    "metric",
    "only-errors",
    "dropped",
    "base-left-out",
    "list-changed",
    "newer-keyword",
    "streamed-return",
    "error-lost",
    "several-rows",
    "rows",
]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that the backend, or the client, does not take.

    ``found`` says what is there, ``name`` which output it is about; ``count`` are the responses and the requests.
    ``value`` is the array of a tensor, ``cause`` where its data type came in.
    """

    kind: Kind
    span: Span
    sure: bool
    name: str = ""
    dtype: str = ""
    shape: Shape = None
    found: str = ""
    count: tuple[int, int] = (0, 0)
    value: Expr | None = None
    cause: Span | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """A call of another model as it is sent; ``inputs`` and ``requested`` are None when they are not known.

    ``sent`` is where, and ``decoupled`` what it says of the answers; None when that is not known.
    """

    span: Span
    sure: bool
    model: str
    inputs: tuple[PbTensor, ...] | None
    requested: tuple[str, ...] | None
    sent: Span
    decoupled: bool | None


@dataclass(slots=True)
class Rehearsal:
    """What came of it; ``ended`` is the last phase that was played to its end."""

    raises: list[Raise] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    """Those in the model file, of which a rule may look at the code around."""
    beside: list[Mistake] = field(default_factory=list)
    """Those in modules beside it."""
    entered: dict[Span, Span] = field(default_factory=dict)
    """What the model file calls or imports where something is raised, or done, in such a module."""
    files: dict[str, PythonFacts] = field(default_factory=dict)
    """Everything that was played, by path."""
    sends: set[Span] = field(default_factory=set)
    """Where responses that end nothing are sent, in a model that is not decoupled."""
    ended: str = ""
    crash: Exception | None = None
    """A mistake of this program that ended it; told once, and what was seen before stays."""
