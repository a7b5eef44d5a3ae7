"""Baselines: findings that were there when a team began to use tritonlint, remembered by fingerprint."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from tritonlint.finding import Finding
from tritonlint.settings import SettingsError


def read_baseline(path: str) -> frozenset[str]:
    """The fingerprints of a baseline file. Raises SettingsError when it is there and not one."""
    try:
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
        if document["version"] != 1:
            raise SettingsError(f"{path}: baseline version {document['version']!r} is not known; this tool writes 1")
        return frozenset(str(entry["fingerprint"]) for entry in document["findings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path}: not a baseline of tritonlint ({error})") from error


def write_baseline(path: str, findings: Iterable[Finding]) -> None:
    """Write the findings' fingerprints, with what they stand for, sorted. Raises OSError."""
    entries = [
        {"fingerprint": f.fingerprint, "code": f.code, "path": f.location.path, "message": f.message} for f in findings
    ]
    entries.sort(key=lambda entry: (entry["path"], entry["code"], entry["fingerprint"]))
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="utf-8") as stream:
        json.dump({"version": 1, "findings": entries}, stream, indent=1, ensure_ascii=False)
        stream.write("\n")
    os.replace(temporary, path)
