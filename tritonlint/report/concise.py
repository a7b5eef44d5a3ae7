"""One line per finding, for editors and grep."""

from __future__ import annotations

from typing import TextIO

from tritonlint.report.display import visible
from tritonlint.report.result import Result
from tritonlint.report.summary import summary
from tritonlint.report.text import place


def write(result: Result, stream: TextIO, color: bool) -> None:
    """Write one line per finding and the summary."""
    for finding in result.findings:
        mark = " [fixable]" if finding.fix is not None else ""
        line = f"{place(finding.location)}: {finding.severity}[{finding.code}] {visible(finding.message)}{mark}"
        stream.write(line + "\n")
    stream.writelines(f"{line}\n" for line in summary(result))
