"""The default report: every finding with its source line, the related places, the effect and the help."""

from __future__ import annotations

from typing import TextIO

from tritonlint.finding import PROBES, Effect, Finding, Fix, Location, Severity
from tritonlint.report.display import excerpt, visible
from tritonlint.report.result import Result, RunInfo
from tritonlint.report.summary import summary

MEANINGS: dict[Effect, str] = {
    "server-crash": "the server process dies, with every model in it",
    "load-failure": "the server refuses to load it",
    "request-failure": "it loads, but requests get an error or no answer",
    "wrong-result": "requests succeed with wrong or empty data",
    "instability": "crash, hang or leak while it serves",
    "security": "code or data gets in or out where it should not",
    "performance": "right, but needlessly slow or large",
    "portability": "right here, breaks on another release, image or target",
    "hygiene": "no effect, but misleading or obsolete",
}

_BOLD, _RESET = "\x1b[1m", "\x1b[0m"
_COLORS: dict[Severity, str] = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_BLUE = "\x1b[1;34m"


def write(result: Result, stream: TextIO, color: bool) -> None:
    """Write all findings and the summary."""
    paint = _Paint(color)
    for finding in result.findings:
        stream.writelines(f"{line}\n" for line in _finding(finding, paint))
        stream.write("\n")
    for run in result.runs:
        stream.writelines(f"{line}\n" for line in _run(run, result, paint))
        stream.write("\n")
    lines = summary(result)
    if result.findings:
        lines.append("`tritonlint explain CODE` tells what a rule checks and why.")
    stream.writelines(f"{line}\n" for line in lines)


def _run(run: RunInfo, result: Result, paint: _Paint) -> list[str]:
    """What the runtime check saw of one model, probe by probe."""
    failed = {f.code[:5] for f in result.findings if f.model == run.model and f.severity != "note"}
    lines = [f"{paint(_BOLD, visible(run.model))} on {visible(run.server)}"]
    previous = ""
    for saw in run.report:
        mark = "-" if not saw.ran else "!" if f"TLX1{PROBES.index(saw.probe)}" in failed else "+"
        name = saw.probe if saw.probe != previous else ""
        previous = saw.probe
        took = f" ({saw.seconds:.1f} s)" if saw.seconds >= 0.05 else ""
        lines.append(f"  {mark} {name:16} {visible(saw.text)}{took}")
    return lines


def place(location: Location) -> str:
    """``path:line:column``, or the path alone for a whole file or folder."""
    path = visible(location.path)
    return path if location.line is None else f"{path}:{location.line}:{location.column}"


class _Paint:
    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.on and text else text


def _finding(finding: Finding, paint: _Paint) -> list[str]:
    shade = _COLORS[finding.severity]
    head = paint(shade, f"{finding.severity}[{finding.code}]")
    lines = [f"{paint(_BOLD, place(finding.location) + ':')} {head} {paint(_BOLD, visible(finding.message))}"]
    numbers = [finding.location.line, *(related.location.line for related in finding.related)]
    gutter = max((len(str(number)) for number in numbers if number is not None), default=1)
    lines += _source(finding.location, "^", shade, "", gutter=gutter, paint=paint)
    for related in finding.related:
        lines.append(f"{' ' * gutter}{paint(_BLUE, '-->')} {place(related.location)}")
        label = visible(related.message)
        source = _source(related.location, "-", _BLUE, label, gutter=gutter, paint=paint)
        lines += source or [f"{' ' * gutter} {paint(_BLUE, '|')} {label}"]
    meaning = MEANINGS[finding.effect]
    sure = "" if finding.certainty == "certain" else " (likely)"
    notes = [("effect", f"{finding.effect}{sure}: {meaning}")]
    if finding.help:
        notes.append(("help", finding.help))
    if finding.fix is not None:
        notes.append(("fix", _offer(finding.fix)))
    for name, text in notes:
        first, *rest = text.splitlines() or [""]
        lines.append(f"{' ' * gutter} {paint(_BLUE, '=')} {paint(_BOLD, name + ':')} {visible(first)}")
        lines += [f"{' ' * (gutter + 3)}{visible(line, keep=chr(9))}".rstrip() for line in rest]
    return lines


def _offer(fix: Fix) -> str:
    options = "--fix" if fix.safety == "safe" else "--fix --unsafe-fixes"
    return f"{fix.description} ({options})" if fix.description else f"available ({options})"


def _source(location: Location, mark: str, shade: str, label: str, *, gutter: int, paint: _Paint) -> list[str]:
    if location.line is None or location.text is None:
        return []
    start = (location.column or 1) - 1
    goes_on = location.end_line is not None and location.end_line > location.line
    end = len(location.text) if goes_on or location.end_column is None else location.end_column - 1
    text, before, width = excerpt(location.text, start, end)
    bar = paint(_BLUE, "|")
    marks = mark * width + ("..." if goes_on else "")
    return [
        f"{' ' * gutter} {bar}",
        f"{paint(_BLUE, str(location.line).rjust(gutter))} {bar} {text}".rstrip(),
        f"{' ' * gutter} {bar} {' ' * before}{paint(shade, f'{marks} {label}'.rstrip())}",
    ]
