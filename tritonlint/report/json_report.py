"""The report for other tools; its form is fixed by ``data/report.schema.json``."""

from __future__ import annotations

import json
from typing import Any, TextIO

from tritonlint.finding import Finding, Location
from tritonlint.report.display import well_formed
from tritonlint.report.result import Result

VERSION = 1
"""Changes only when a reader of the form would break."""


def write(result: Result, stream: TextIO, color: bool) -> None:
    """Write one JSON object."""
    counts = result.counts
    report: dict[str, Any] = {
        "version": VERSION,
        "target": dict(result.target),
        "models": [
            {"name": well_formed(name), "path": well_formed(path), "repository": well_formed(repository)}
            for name, path, repository in result.models
        ],
        "findings": [_finding(finding) for finding in result.findings],
        "summary": {
            "models": len(result.models),
            "errors": counts["error"],
            "warnings": counts["warning"],
            "notes": counts["note"],
            "suppressed": result.suppressed,
            "fixable": result.fixable,
        },
    }
    if result.runs:
        report["runs"] = [
            {
                "model": well_formed(run.model),
                "server": well_formed(run.server),
                "saw": [
                    {
                        "probe": saw.probe,
                        "ran": saw.ran,
                        "text": well_formed(saw.text),
                        "seconds": round(saw.seconds, 3),
                    }
                    for saw in run.report
                ],
            }
            for run in result.runs
        ]
    stream.write(json.dumps(report, indent=2) + "\n")


def _finding(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity,
        "effect": finding.effect,
        "certainty": finding.certainty,
        "message": well_formed(finding.message),
        "help": well_formed(finding.help),
        "model": None if finding.model is None else well_formed(finding.model),
        **_location(finding.location),
        "related": [
            {**_location(related.location), "message": well_formed(related.message)} for related in finding.related
        ],
        "fix": None if fix is None else {"safety": fix.safety, "description": well_formed(fix.description)},
        "fingerprint": finding.fingerprint,
        "url": finding.url,
    }


def _location(location: Location) -> dict[str, Any]:
    return {
        "path": well_formed(location.path),
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }
