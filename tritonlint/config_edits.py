"""Edits that rules offer on a config: take a field out, put text in its place."""

from __future__ import annotations

from tritonlint.finding import Edit
from tritonlint.pbtxt.tree import Document, Field
from tritonlint.source import Span


def remove_field(document: Document, field: Field) -> Edit:
    """Take one textual occurrence of a field out, with the separator behind it, and its line when it stood alone."""
    text, start, end = document.text, field.start, field.end
    while end < len(text) and text[end] in " \t":
        end += 1
    if end < len(text) and text[end] in ",;":
        end += 1
    else:
        end = field.end
    line_start = start
    while line_start > 0 and text[line_start - 1] in " \t":
        line_start -= 1
    line_end = end
    while line_end < len(text) and text[line_end] in " \t\r":
        line_end += 1
    alone = (line_start == 0 or text[line_start - 1] == "\n") and (line_end == len(text) or text[line_end] == "\n")
    if alone:
        start, end = line_start, min(line_end + 1, len(text))
    else:
        # One blank stays between the neighbours.
        while end < len(text) and text[end] in " \t":
            end += 1
    return Edit(Span(document.path, start, end), "")


def quoted(value: str) -> str:
    """Write a string as text format does."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
