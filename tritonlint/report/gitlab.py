"""GitLab's code quality report: a JSON array in the Code Climate subset that merge requests show."""

from __future__ import annotations

import hashlib
import json
from typing import TextIO

from tritonlint.finding import Finding
from tritonlint.report.display import well_formed
from tritonlint.report.result import Result


def write(result: Result, stream: TextIO, color: bool) -> None:
    """Write the array."""
    seen: dict[str, int] = {}
    issues = []
    for finding in result.findings:
        count = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        fingerprint = finding.fingerprint
        if count > 1:
            # GitLab shows only one of several issues with the same fingerprint.
            fingerprint = hashlib.sha256(f"{fingerprint}/{count}".encode()).hexdigest()
        line = finding.location.line or 1
        issues.append(
            {
                "description": well_formed(f"{finding.code} {finding.message}"),
                "check_name": finding.rule,
                "fingerprint": fingerprint,
                "severity": _severity(finding),
                "location": {
                    "path": well_formed(finding.location.path),
                    "lines": {"begin": line, "end": finding.location.end_line or line},
                },
            }
        )
    stream.write(json.dumps(issues, indent=2) + "\n")


def _severity(finding: Finding) -> str:
    if finding.severity == "error":
        return "blocker" if finding.effect == "server-crash" else "critical"
    return "major" if finding.severity == "warning" else "info"
