"""SARIF 2.1.0 (OASIS Standard, 27 March 2020), as code scanning services take it."""

from __future__ import annotations

import json
import os
from typing import Any, TextIO
from urllib.parse import quote

from tritonlint import __version__
from tritonlint.finding import Finding, Fix, Location, Severity, severity_of
from tritonlint.report.display import well_formed
from tritonlint.report.result import Result, RuleInfo

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
"""Symbolic root that all paths are relative to: the folder where the run started."""
FINGERPRINT = "tritonlint/v1"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "note"}


def write(result: Result, stream: TextIO, color: bool) -> None:
    """Write one SARIF log with one run."""
    rules = {code: result.rules[code] for code in sorted(result.rules)}
    index = {code: number for number, code in enumerate(rules)}
    notifications = [
        {"level": "warning", "message": {"text": well_formed(f"not read: {path}: {reason}")}}
        for path, reason in result.unread
    ]
    run = {
        "tool": {
            "driver": {
                "name": "tritonlint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder where tritonlint was started."}}},
        "invocations": [{"executionSuccessful": not result.crashed, "toolExecutionNotifications": notifications}],
        "results": [_result(finding, index) for finding in result.findings],
        "properties": {"target": dict(result.target)},
    }
    stream.write(json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n")


def _rule(rule: RuleInfo) -> dict[str, Any]:
    documentation = well_formed(rule.documentation) or rule.title
    described = {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. Effect: {rule.effect}."},
        "help": {"text": documentation, "markdown": documentation},
        "defaultConfiguration": {"level": LEVELS[severity_of(rule.effect, rule.certainty)]},
        "properties": {"tags": [rule.effect]},
    }
    if rule.url:
        described["helpUri"] = rule.url
    return described


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    text = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    described: dict[str, Any] = {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        # SARIF reads [text](target) in a message as a link; a bracket of ours is meant as a bracket.
        "message": {"text": well_formed(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")},
        "locations": [{"physicalLocation": _physical(finding.location)}],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {"effect": finding.effect, "certainty": finding.certainty},
    }
    if finding.code in index:
        described["ruleIndex"] = index[finding.code]
    if finding.model is not None:
        described["locations"][0]["logicalLocations"] = [{"name": well_formed(finding.model), "kind": "module"}]
    if finding.related:
        described["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _physical(related.location),
                "message": {"text": well_formed(related.message)},
            }
            for number, related in enumerate(finding.related)
        ]
    # SARIF cannot express the renaming of a file, and half a fix is none.
    if finding.fix is not None and finding.fix.edits and not finding.fix.renames:
        described["fixes"] = [_fix(finding.fix)]
    return described


def _fix(fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        start = edit.span.start or 0
        length = 0 if edit.span.end is None else edit.span.end - start
        changes.setdefault(edit.span.path, []).append(
            {
                "deletedRegion": {"charOffset": start, "charLength": length},
                "insertedContent": {"text": well_formed(edit.text)},
            }
        )
    return {
        "description": {"text": well_formed(fix.description)},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _physical(location: Location) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": location.line or 1}
    # Code scanning refuses a result without a start line, so a whole file or folder is shown at its first.
    if location.line is not None:
        for name, number in (
            ("startColumn", location.column),
            ("endLine", location.end_line),
            ("endColumn", location.end_column),
        ):
            if number is not None:
                region[name] = number
    return {"artifactLocation": _artifact(location.path), "region": region}


def _artifact(path: str) -> dict[str, str]:
    if os.path.isabs(path):
        relative = os.path.relpath(path)
        if relative.startswith(os.pardir):
            return {"uri": "file://" + quote(os.fsencode(path))}
        path = relative
    return {"uri": quote(os.fsencode(path.replace(os.sep, "/"))), "uriBaseId": BASE}
