"""Every example of every rule, run through the engine: the example is the test and the documentation."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tritonlint.engine import check_paths
from tritonlint.example import Example, parse_example
from tritonlint.fix import plan_fixes
from tritonlint.report.result import Result
from tritonlint.rule import LoadedRule, load_rule, rule_modules
from tritonlint.settings import Settings

CASES = [
    pytest.param(code, number, id=f"{code}-{number}")
    for code in rule_modules()
    if not code.startswith("TLX1")  # the runtime check's: tests/test_verify.py
    for number in range(len(load_rule(code).examples))
]


def settings_of(example: Example) -> Settings:
    settings = Settings()
    for key, value in example.target.items():
        if key == "release":
            settings = replace(settings, triton_version=value)
        elif key == "gpus":
            settings = replace(settings, gpus=int(value))
        elif key == "machine":
            settings = replace(settings, machine=value)
        elif key == "backend-directory":
            settings = replace(settings, backend_directories=(value,))
        else:
            raise ValueError(f"unknown target key {key!r}")
    return settings


def found(result: Result) -> set[tuple[object, ...]]:
    return {
        (f.code, f.location.path.removeprefix("repo/"), f.location.line, f.location.column, f.location.end_column)
        for f in result.findings
    }


@pytest.mark.parametrize(("code", "number"), CASES)
def test_example(code: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = parse_example(load_rule(code).examples[number])
    monkeypatch.chdir(tmp_path)
    example.write(tmp_path / "repo")
    settings = settings_of(example)
    result = check_paths(["repo"], settings)
    expected = {(e.code, e.path.removeprefix("repo/"), e.line, e.column, e.end_column) for e in example.expected}
    assert found(result) == expected, "\n".join(
        f"{f.location.path}:{f.location.line}: {f.code} {f.message}" for f in result.findings
    )
    if example.fixed:
        outcome = plan_fixes(lambda overlay: check_paths(["repo"], settings, overlay=overlay), unsafe=True)
        assert {p: outcome.texts.get(os.path.join("repo", p)) for p in example.fixed} == example.fixed


@pytest.mark.parametrize("code", list(rule_modules()))
def test_rule_is_whole(code: str) -> None:
    loaded = load_rule(code)
    assert loaded.rule.code == code
    assert loaded.module.__name__.rsplit(".", 1)[1] == f"{code.lower()}_{loaded.rule.name.replace('-', '_')}"
    assert loaded.title
    for section in ("## What it does", "## What happens", "## How to fix", "## Source"):
        assert section in loaded.documentation, f"{code} lacks {section}"
    if not code.startswith("TLX"):
        parsed = [parse_example(text) for text in loaded.examples]
        assert any(any(e.code == code for e in p.expected) for p in parsed), f"{code} has no example that it finds"
        assert any(not p.expected for p in parsed), f"{code} has no clean example"


def test_rules_find_nothing_in_files_without_their_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the examples of all rules, findings are the same when rules are called whatever names a file holds."""
    monkeypatch.chdir(tmp_path)
    places = []
    for code in rule_modules():
        for number, text in enumerate(load_rule(code).examples):
            example = parse_example(text)
            if code.startswith("TLP") and any(path.endswith(".py") for path in example.files):
                places.append(f"{code}-{number}")
                example.write(tmp_path / places[-1])
    settings = Settings(select=frozenset(code for code in rule_modules() if load_rule(code).rule.words))
    demanded = check_paths(places, settings)

    def without_words(code: str) -> LoadedRule:
        loaded = load_rule(code)
        return replace(loaded, rule=replace(loaded.rule, words=()))

    monkeypatch.setattr("tritonlint.engine.load_rule", without_words)
    called = check_paths(places, settings)
    assert demanded.findings
    assert demanded.findings == called.findings
