"""Workflow commands: GitHub Actions shows each as an annotation of the changed line."""

from __future__ import annotations

from typing import TextIO

from tritonlint.finding import Severity
from tritonlint.report.display import visible
from tritonlint.report.result import Result
from tritonlint.report.summary import summary

COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def write(result: Result, stream: TextIO, color: bool) -> None:
    """Write one command per finding, then the summary as plain log lines."""
    for finding in result.findings:
        location = finding.location
        properties = {"title": f"{finding.code} {finding.rule}", "file": location.path}
        if location.line is not None:
            properties["line"] = str(location.line)
            properties["endLine"] = str(location.end_line or location.line)
            # Columns count only where the annotation stays on one line.
            if location.column is not None and location.end_line in (None, location.line):
                properties["col"] = str(location.column)
                properties["endColumn"] = str(location.end_column or location.column)
        text = f"{finding.message}\n{finding.help}" if finding.help else finding.message
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        stream.write(f"::{COMMANDS[finding.severity]} {listed}::{_data(text)}\n")
    stream.writelines(f"{line}\n" for line in summary(result))


def _data(text: str) -> str:
    return visible(text, keep="\n\t").replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
