"""The lines at the end of a report for people: counts, target, and what was hidden."""

from __future__ import annotations

from tritonlint.report.display import visible
from tritonlint.report.result import Result


def counted(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary(result: Result) -> list[str]:
    """Say what the run found, for which target it judged, and what it does not show."""
    counts = result.counts
    found = ", ".join(counted(number, severity) for severity, number in counts.items() if number)
    models = counted(len(result.models), "model")
    lines = [f"Found {found} in {models}." if found else f"No findings in {models}.", _target(result)]
    if result.fixed:
        lines.append(f"Fixed {counted(result.fixed, 'finding')}.")
    fixes = [finding.fix for finding in result.findings if finding.fix is not None]
    safe = sum(fix.safety == "safe" for fix in fixes)
    offers = []
    if safe:
        offers.append(f"{safe} with --fix")
    if len(fixes) > safe:
        offers.append(f"{len(fixes) - safe}{' more' if safe else ''} with --fix --unsafe-fixes")
    if offers:
        lines.append(f"Fixable: {', '.join(offers)}.")
    hidden = []
    if result.suppressed:
        hidden.append(f"{result.suppressed} suppressed by comments")
    if result.baselined:
        hidden.append(f"{result.baselined} in the baseline")
    if hidden:
        lines.append(f"Hidden: {', '.join(hidden)}.")
    if result.crashed:
        lines.append(f"tritonlint itself failed {counted(result.crashed, 'time')}; the findings may be incomplete.")
    lines += [f"Not read: {visible(path)}: {visible(reason)}." for path, reason in result.unread]
    return lines


def _target(result: Result) -> str:
    release, origin = result.target.get("release"), visible(str(result.target.get("origin") or ""))
    if release:
        text = f"Target: Triton {release}" + (f" ({origin})" if origin else "")
    else:
        text = "Target: " + (origin or "no release declared")
    gpus = result.target.get("gpus")
    return f"{text}; {'GPUs not declared' if gpus is None else counted(int(gpus), 'GPU')}."
