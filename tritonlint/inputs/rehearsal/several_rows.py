"""Requests of several rows, of known sizes: what fits one row only, or no number of rows.

A dimension that is not known fits every other one, so that ``(n, 5) / (n,)`` passes. Here the requests come with sizes
that differ from each other and from those of the config. Clients are free to send any number of rows, but another open
dimension may well have to be of some size: what fails has to fail for all sizes that the exception and the config name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tritonlint.inputs.rehearsal.found import Mistake
from tritonlint.inputs.rehearsal.objects import PbTensor, Response
from tritonlint.inputs.rehearsal.outcome import Raise
from tritonlint.inputs.rehearsal.values import Seq, Shape, Value
from tritonlint.source import Span

TOLD = frozenset({"shape", "fixed-rows", "first-row", "row-per-request", "squeezed", "axis-lost", "batch-to-each"})
"""Mistakes after which sizes do not fit anyway."""
_ROWS = (3, 5, 7, 2, 4)
_OPEN = 8
"""The size of dimensions of which the config says nothing."""
_MOST_SIZES = 5
_OF_SIZES = re.compile(r"broadcast together|mismatch|must match exactly|must have (?:the )?same|not aligned")
"""What exceptions say of arrays that do not fit together."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows each request has, and how long the other dimensions are that the config leaves open."""

    rows: int
    open: int

    def of(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of an input of which this one is declared, the batch dimension first."""
        return (self.rows, *(self.open if size is None else size for size in shape[1:])) if shape else shape

    def answered(self, shape: tuple[int | None, ...], declared: Shape) -> bool:
        """Whether an output is what such a request expects."""
        wanted = (self.rows, *declared[1:]) if declared else shape
        return len(wanted) == len(shape) and all(
            a is None or b is None or a == b for a, b in zip(wanted, shape, strict=True)
        )


@dataclass(slots=True)
class Seen:
    """What one call met: the exceptions that it comes to, and the outputs of other shapes than its requests expect."""

    raises: dict[Span, Raise] = field(default_factory=dict)
    outputs: dict[Span, Mistake] = field(default_factory=dict)
    whole: bool = True
    """Whether it was played to its end."""


def wrong_outputs(value: Value, sizes: Sizes, declared: Mapping[str, Shape]) -> dict[Span, Mistake]:
    """The outputs in a list of responses that have other shapes than requests of these sizes expect."""
    found: dict[Span, Mistake] = {}
    for tensor in _outputs(value):
        shape, name = tensor.known.shape, tensor.name or ""
        if shape and name in declared and not sizes.answered(shape, declared[name]):
            span = tensor.value.span if tensor.value is not None else tensor.span
            found[span] = Mistake("rows", span, False, name, shape=shape, found=str(sizes.rows), value=tensor.value)
    return found


def _outputs(value: Value) -> Iterator[PbTensor]:
    if not isinstance(value, Seq) or value.open:
        return
    for item in value.items:
        if isinstance(item, Response) and item.error is False:
            yield from item.outputs or ()


def misfits(
    declared: Iterable[Shape], most_rows: int, outputs: Mapping[str, Shape], play: Callable[[Sizes], Seen]
) -> Iterator[Mistake]:
    """What goes wrong with several rows, as ``play`` sees it; ``declared`` are the shapes of all tensors."""
    named = {size for shape in declared for size in (shape or ())[1:] if size is not None}
    rows = [count for count in _ROWS if count <= most_rows and count not in named][:2]
    if len(rows) < 2:
        return
    first = play(Sizes(rows[0], _OPEN))
    raised = {span: event for span, event in first.raises.items() if _OF_SIZES.search(event.message)}
    if not raised and not first.outputs:
        return
    named.update(int(one) for event in raised.values() for one in _NUMBER.findall(event.message))
    named.update(size for mistake in first.outputs.values() for size in mistake.shape or () if size is not None)
    lengths = [_OPEN, *sorted(named - {0, 1, _OPEN, *rows})]
    if len(lengths) > _MOST_SIZES:
        return
    several = [(sizes, play(sizes)) for sizes in (Sizes(count, length) for length in lengths for count in rows)]
    single = [play(Sizes(1, length)) for length in lengths]
    fine = [seen for seen in single if seen.whole and not seen.raises]
    for span, event in raised.items():
        if fine and all(span in seen.raises for _, seen in several):
            yield Mistake("several-rows", span, False, found=event.message, shape=(rows[0],))
    for span, mistake in first.outputs.items():
        if not all(span in seen.outputs for _, seen in several):
            continue
        shapes = [(sizes, seen.outputs[span].shape or ()) for sizes, seen in several]
        if _has_other_rows(shapes, outputs[mistake.name] or ()) or (
            all(shape[0] in {sizes.rows, None} for sizes, shape in shapes)
            # Whatever the open dimensions are, or for several rows only.
            and (len({shape for _, shape in shapes}) == len(rows) or any(span not in seen.outputs for seen in fine))
        ):
            yield mistake


def _has_other_rows(shapes: list[tuple[Sizes, tuple[int | None, ...]]], declared: tuple[int | None, ...]) -> bool:
    """Whether the first dimension of an output is never the number of rows.

    One row for every request is judged without sizes; here it has to be too long, too: all rows were put together.
    """
    if all(shape[0] not in {1, sizes.rows, None} for sizes, shape in shapes):
        return True
    return all(
        shape[0] == 1
        and any(a not in {None, b} and b is not None for a, b in zip(shape[1:], declared[1:], strict=False))
        for _, shape in shapes
    )
