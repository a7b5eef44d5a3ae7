"""Reports: one module per format, imported when it is asked for."""

from __future__ import annotations

import importlib
import io
from collections.abc import Mapping
from typing import Protocol, TextIO, cast

from tritonlint.report.result import ModelInfo, Result, RuleInfo

__all__ = ["FORMATS", "ModelInfo", "Result", "RuleInfo", "wants_color", "write_report"]

FORMATS = {
    "text": "tritonlint.report.text",
    "concise": "tritonlint.report.concise",
    "json": "tritonlint.report.json_report",
    "sarif": "tritonlint.report.sarif",
    "github": "tritonlint.report.github",
    "gitlab": "tritonlint.report.gitlab",
    "junit": "tritonlint.report.junit",
}
"""The module of every format; each has ``write(result, stream, color)``."""


class _Format(Protocol):
    def write(self, result: Result, stream: TextIO, color: bool) -> None: ...


def write_report(format: str, result: Result, stream: TextIO, color: bool = False) -> None:
    """Write ``result`` in one of :data:`FORMATS`, at once and in whatever encoding the stream has.

    Raises KeyError for an unknown format and OSError when the stream cannot be written.
    """
    module = cast(_Format, importlib.import_module(FORMATS[format]))
    buffer = io.StringIO()
    module.write(result, buffer, color)
    text = buffer.getvalue()
    encoding = getattr(stream, "encoding", None)
    if encoding:
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)


def wants_color(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour what goes to ``stream``: NO_COLOR wins, then FORCE_COLOR, then whether it is a terminal."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return environment["FORCE_COLOR"] != "0"
    return stream.isatty() and environment.get("TERM") != "dumb"
