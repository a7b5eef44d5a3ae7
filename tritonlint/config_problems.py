"""What the reader states, as problems of rules; and which releases have what a config uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.pbtxt.schema import field_releases, message_types
from tritonlint.pbtxt.tree import Document, Message, ProblemKind, ReadProblem
from tritonlint.source import Span


def stated(config: Document, *kinds: ProblemKind) -> Iterator[Problem]:
    """The read problems of some kinds, each as a problem with its repair."""
    for said in config.problems:
        if said.kind in kinds:
            yield problem(config, said)


def problem(config: Document, said: ReadProblem) -> Problem:
    """One read problem: all of them make the server refuse the file."""
    edits = tuple(Edit(Span(config.path, r.start, r.end), r.text) for r in said.repairs)
    return Problem(
        Span(config.path, said.start, said.end),
        f"the server will refuse the model: {said.message}",
        help=said.help,
        related=tuple(Related(Span(config.path, start, end), label) for start, end, label in said.related),
        fix=Fix(said.help, edits) if edits else None,
        key=f"{said.kind}:{said.name}" if said.name else "",
    )


@cache
def _newer(release: str) -> dict[str, str]:
    return {name: first for name, (first, last) in field_releases().items() if first > release and last is None}


def newer_than(config: Document, release: str) -> Iterator[tuple[Span, str, str]]:
    """Fields and enum values that came after ``release``: where, what (``Type.name``), and the first release."""
    newer = _newer(release)
    if not newer:
        return
    types = message_types()
    todo: list[Message] = [config.root]
    while todo:
        message = todo.pop()
        schema = types[message.type_name]
        for field in message.fields:
            name = f"{message.type_name}.{field.name}"
            if name in newer:
                # What lies inside is as new, and one finding says it.
                yield field.name_span, name, newer[name]
                continue
            type_ = schema.fields[field.name]
            for value in field.values:
                if isinstance(value, Message):
                    todo.append(value)
                elif type_.kind == "enum" and value.kind == "identifier":
                    named = f"{type_.enum.name}.{value.value}"
                    if named in newer:
                        yield value.span, named, newer[named]
