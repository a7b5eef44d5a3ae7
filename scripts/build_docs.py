"""Write the generated documentation: one page per rule, the index, and the output block of the README.

``--check`` writes nothing and fails when a file is not what would be written.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tritonlint.finding import severity_of  # noqa: E402
from tritonlint.rule import load_rule, rule_modules  # noqa: E402
from tritonlint.rule_page import rule_page  # noqa: E402

SUBJECTS = {
    "TLR": "Repository layout",
    "TLC": "config.pbtxt",
    "TLE": "Ensembles",
    "TLP": "model.py",
    "TLS": "Stubs and other ELF files",
    "TLV": "Environments",
    "TLM": "Model files",
    "TLD": "Deployment",
    "TLX": "tritonlint itself",
}
BLOCK = re.compile(r"(?P<head><!-- output of: (?P<command>[^\n]+) -->\n```text\n).*?(?P<tail>```\n)", re.DOTALL)


def generated() -> dict[Path, str]:
    """Every generated file and its text."""
    folder = ROOT / "docs" / "rules"
    files = {folder / f"{code}.md": rule_page(load_rule(code)) for code in rule_modules()}
    lines = ["# Rules", ""]
    for prefix, subject in SUBJECTS.items():
        codes = [code for code in rule_modules() if code.startswith(prefix)]
        if not codes:
            continue
        lines += [
            f"## {prefix}: {subject}",
            "",
            "| code | severity | effect | name | finds |",
            "| --- | --- | --- | --- | --- |",
        ]
        for code in codes:
            loaded = load_rule(code)
            rule = loaded.rule
            severity = severity_of(rule.effect, rule.certainty)
            lines.append(f"| [{code}]({code}.md) | {severity} | {rule.effect} | {rule.name} | {loaded.title} |")
        lines.append("")
    files[folder / "README.md"] = "\n".join(lines)
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        files[document] = BLOCK.sub(_run_block, document.read_text(encoding="utf-8"))
    return files


def _run_block(match: re.Match[str]) -> str:
    arguments = match["command"].split()
    command = [sys.executable, "-m", *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(f"{match['command']} ended with {run.returncode}: {run.stderr}")
    return match["head"] + run.stdout + match["tail"]


def main() -> None:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    files = generated()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    orphans = [path for path in (ROOT / "docs" / "rules").glob("*.md") if path not in files]
    if check:
        for path in [*stale, *orphans]:
            print(f"not fresh: {path.relative_to(ROOT)}; run scripts/build_docs.py")
        sys.exit(bool(stale or orphans))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    for path in orphans:
        path.unlink()
    print(f"{len(stale)} written, {len(orphans)} removed")


if __name__ == "__main__":
    main()
