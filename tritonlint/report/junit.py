"""JUnit XML: one test case per model, one failure per error or warning; notes go to its output."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from tritonlint.finding import Finding
from tritonlint.report.display import visible, well_formed
from tritonlint.report.result import ModelInfo, Result
from tritonlint.report.text import place

# Characters that XML 1.0 cannot hold, not even as references.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(result: Result, stream: TextIO, color: bool) -> None:
    """Write one test suite; places that could not be read are skipped test cases."""
    cases: dict[tuple[str, str], list[Finding]] = {(path, name): [] for name, path, _ in result.models}
    named: dict[str, list[ModelInfo]] = {}
    for info in result.models:
        named.setdefault(info.name, []).append(info)
    for finding in result.findings:
        model = _model_of(finding, named)
        key = (finding.location.path, finding.location.path) if model is None else (model.path, model.name)
        cases.setdefault(key, []).append(finding)
    failures = sum(finding.severity != "note" for finding in result.findings)
    failed = sum(any(f.severity != "note" for f in findings) for findings in cases.values())
    counts = f'tests="{len(cases) + len(result.unread)}" failures="{failed}" errors="0" skipped="{len(result.unread)}"'
    stream.write('<?xml version="1.0" encoding="utf-8"?>\n')
    stream.write(f'<testsuites name="tritonlint" {counts}>\n  <testsuite name="tritonlint" {counts}>\n')
    stream.write(f'    <properties><property name="findings" value="{failures}"/></properties>\n')
    for (path, name), findings in cases.items():
        stream.write(f"    <testcase name={_attribute(name)} classname={_attribute(path)}")
        if not findings:
            stream.write("/>\n")
            continue
        stream.write(">\n")
        notes = []
        for finding in findings:
            if finding.severity == "note":
                notes.append(f"{place(finding.location)}: {finding.code} {visible(finding.message)}")
                continue
            body = "\n".join(filter(None, (f"{place(finding.location)}: {finding.message}", finding.help)))
            message = _attribute(f"{finding.code} {finding.message}")
            stream.write(
                f"      <failure type={_attribute(finding.severity)} message={message}>{_text(body)}</failure>\n"
            )
        if notes:
            stream.write(f"      <system-out>{_text(chr(10).join(notes))}</system-out>\n")
        stream.write("    </testcase>\n")
    for path, reason in result.unread:
        stream.write(f"    <testcase name={_attribute(path)} classname={_attribute(path)}>")
        stream.write(f"<skipped message={_attribute('not read: ' + reason)}/></testcase>\n")
    stream.write("  </testsuite>\n</testsuites>\n")


def _model_of(finding: Finding, named: Mapping[str, list[ModelInfo]]) -> ModelInfo | None:
    """The model that a finding is about; folder names may repeat across repositories."""
    models = named.get(finding.model or "", [])
    for model in models:
        if finding.location.path == model.path or finding.location.path.startswith(model.path + "/"):
            return model
    return models[0] if models else None


def _text(text: str) -> str:
    return _references(escape(_FORBIDDEN.sub("�", well_formed(text))))


def _attribute(text: str) -> str:
    return _references(quoteattr(_FORBIDDEN.sub("�", well_formed(text))))


def _references(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
