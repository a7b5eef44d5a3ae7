"""The command as users and pipelines call it: exit statuses, formats, fixes, baseline, suppression, bad input."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
backend: "identity"
max_batch_size: 4
input [ { name: "IN" data_type: TYPE_FP32 dims: [ 4 ] } ]
output [ { name: "OUT" data_type: TYPE_FP32 dims: [ 4 ] } ]
"""
MISSPELT = GOOD.replace("max_batch_size", "max_batchsize")
ROOT = Path(__file__).resolve().parent.parent


def tritonlint(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tritonlint", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TRITONLINT_CACHE": str(cwd / ".cache-t"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def model(root: Path, name: str, config: str | bytes | None) -> Path:
    folder = root / "repo" / name
    (folder / "1").mkdir(parents=True)
    if config is not None:
        place = folder / "config.pbtxt"
        place.write_bytes(config) if isinstance(config, bytes) else place.write_text(config)
    return folder


def report(*arguments: str, cwd: Path) -> tuple[int, dict[str, object], list[dict[str, object]]]:
    run = tritonlint("check", "--format", "json", *arguments, cwd=cwd)
    assert run.stdout, run.stderr
    document = json.loads(run.stdout)
    return run.returncode, document, document["findings"]


def test_clean_repository_is_status_0(tmp_path: Path) -> None:
    model(tmp_path, "a", GOOD)
    run = tritonlint("check", "repo", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "No findings in 1 model." in run.stdout


def test_error_is_status_1_and_in_the_contract(tmp_path: Path) -> None:
    model(tmp_path, "a", MISSPELT)
    status, document, findings = report("repo", cwd=tmp_path)
    assert status == 1
    assert document["models"] == [{"name": "a", "path": "repo/a", "repository": "repo"}]
    (finding,) = findings
    assert finding["model"] == "a"
    assert (finding["severity"], finding["effect"], finding["certainty"]) == ("error", "load-failure", "certain")
    assert (finding["path"], finding["line"], finding["column"], finding["end_column"]) == (
        "repo/a/config.pbtxt",
        2,
        1,
        14,
    )
    assert "max_batch_size" in str(finding["message"]) + str(finding["help"])


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["check", "nowhere"], 2),
        (["check", "repo", "--triton-version", "9"], 2),
        (["check", "repo", "--select", "TLQ"], 2),
        (["check", "repo", "--unsafe-fixes"], 2),
        (["check", "repo", "--format", "json", "--format", "sarif"], 2),
        (["check", "repo", "--no-such-option"], 2),
        (["check", "empty"], 3),
        (["check", "other/model.py"], 0),
        (["check", "repo", "--fail-on", "error"], 0),
        (["--version"], 0),
        (["rules"], 0),
        (["explain", "TLX003"], 0),
        (["explain", "unused-suppression"], 0),
        (["explain", "TLZ999"], 2),
    ],
)
def test_exit_status(tmp_path: Path, arguments: list[str], status: int) -> None:
    model(tmp_path, "a", GOOD)
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "model.py").write_text("class Net: pass\n")
    run = tritonlint(*arguments, cwd=tmp_path)
    assert run.returncode == status, run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_unknown_setting_is_status_2_with_the_nearest_name(tmp_path: Path) -> None:
    model(tmp_path, "a", GOOD)
    (tmp_path / "tritonlint.toml").write_text('tritonversion = "24.10"\n')
    run = tritonlint("check", "repo", cwd=tmp_path)
    assert run.returncode == 2
    assert "did you mean 'triton-version'" in run.stderr


def test_several_reports_in_one_run(tmp_path: Path) -> None:
    model(tmp_path, "a", MISSPELT)
    run = tritonlint("check", "repo", "--format", "concise", "--format", "sarif", "--output", "out.sarif", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stdout.startswith("repo/a/config.pbtxt:2:1:")
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"


def test_output_is_the_same_for_any_number_of_jobs(tmp_path: Path) -> None:
    for number in range(60):
        folder = model(tmp_path, f"m{number}", 'backend: "python"\n' + MISSPELT.split("\n", 1)[1])
        (folder / "1" / "model.py").write_text(f"class Other{number}:\n    pass\n")
    runs = [tritonlint("check", "repo", "--no-cache", "--jobs", jobs, cwd=tmp_path) for jobs in ("1", "4")]
    assert runs[0].stdout == runs[1].stdout
    assert "60 models" in runs[0].stdout


def test_suppression_hides_and_is_counted(tmp_path: Path) -> None:
    model(tmp_path, "a", MISSPELT.replace("max_batchsize: 4", "max_batchsize: 4 # tritonlint: ignore[TLC] later"))
    model(tmp_path, "b", "# tritonlint: ignore[TLC]\n" + MISSPELT.split("\n", 1)[1])
    status, document, findings = report("repo", cwd=tmp_path)
    assert document["summary"]["suppressed"] == 2  # type: ignore[index]
    assert [f for f in findings if str(f["code"]).startswith("TLC0")] == []
    assert status == 0


def test_baseline_hides_old_findings_even_when_lines_move(tmp_path: Path) -> None:
    folder = model(tmp_path, "a", MISSPELT)
    assert tritonlint("check", "repo", "--baseline", "base.json", "--write-baseline", cwd=tmp_path).returncode == 0
    (folder / "config.pbtxt").write_text("# moved\n\n" + MISSPELT)
    run = tritonlint("check", "repo", "--baseline", "base.json", cwd=tmp_path)
    assert run.returncode == 0
    assert "1 in the baseline" in run.stdout
    (folder / "config.pbtxt").write_text(MISSPELT + "another_typo: 1\n")
    assert tritonlint("check", "repo", "--baseline", "base.json", cwd=tmp_path).returncode == 1


def test_fix_keeps_comments_layout_and_mode(tmp_path: Path) -> None:
    folder = model(tmp_path, "a", None)
    place = folder / "config.pbtxt"
    text = '# platform matters\r\nplatform:   "identity"   # here\r\n' + GOOD.split("\n", 1)[1].replace("\n", "\r\n")
    place.write_bytes(text.encode())
    place.chmod(0o640)
    diff = tritonlint("check", "repo", "--diff", cwd=tmp_path)
    assert diff.returncode == 1
    assert "+backend:" in diff.stdout
    assert place.read_bytes() == text.encode()
    run = tritonlint("check", "repo", "--fix", cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    assert place.read_bytes() == text.replace("platform: ", "backend: ").encode()
    assert stat.S_IMODE(place.stat().st_mode) == 0o640


def test_per_model_overrides(tmp_path: Path) -> None:
    model(tmp_path, "legacy_a", MISSPELT)
    model(tmp_path, "b", MISSPELT)
    (tmp_path / "tritonlint.toml").write_text('[per-model."legacy_*"]\nignore = ["TLC0"]\n')
    _, _, findings = report("repo", cwd=tmp_path)
    assert [f["model"] for f in findings] == ["b"]


def test_severity_override(tmp_path: Path) -> None:
    model(tmp_path, "a", MISSPELT)
    _, _, (finding,) = report("repo", cwd=tmp_path)
    (tmp_path / "tritonlint.toml").write_text(f'[severity]\n{finding["code"]} = "note"\n')
    status, _, (finding,) = report("repo", cwd=tmp_path)
    assert (status, finding["severity"]) == (0, "note")


BAD_CONFIGS = {
    "empty": b"",
    "binary": bytes(range(256)) * 64,
    "nul": b'backend: "ident\x00ity"\n',
    "invalid-utf8": b'backend: "\xff\xfe"\n',
    "bom": b"\xef\xbb\xbf" + GOOD.encode(),
    "crlf": GOOD.replace("\n", "\r\n").encode(),
    "deep": b"parameters {" * 10_000,
    "deep-unknown": b"a {" * 10_000 + b"}" * 10_000,
    "deep-list": b"dims: " + b"[" * 10_000,
    "truncated": GOOD.encode()[:-30],
    "long-line": b"# " + b"x" * 5_000_000,
    "one-string": b'name: "' + b"a" * 1_000_000,
    "quotes": b'"' * 100_000,
}


@pytest.mark.parametrize("kind", BAD_CONFIGS)
def test_bad_config_is_a_finding_and_the_others_are_still_reported(tmp_path: Path, kind: str) -> None:
    model(tmp_path, "bad", BAD_CONFIGS[kind])
    model(tmp_path, "typo", MISSPELT)
    status, document, findings = report("repo", cwd=tmp_path)
    assert status == 1
    assert [f for f in findings if f["model"] == "typo"]
    assert len(document["models"]) == 2  # type: ignore[arg-type]
    assert len(findings) < 60
    assert not any(f["code"] == "TLX001" for f in findings), findings


def test_100_mb_config_is_refused_not_read(tmp_path: Path) -> None:
    folder = model(tmp_path, "bad", None)
    with open(folder / "config.pbtxt", "wb") as stream:
        stream.truncate(100 * 2**20)
    model(tmp_path, "typo", MISSPELT)
    _, _, findings = report("repo", cwd=tmp_path)
    assert [f["code"] for f in findings if f["model"] == "bad"] == ["TLX002"]


BAD_PYTHON = {
    "parentheses": b"x = " + b"(" * 10_000 + b")" * 10_000,
    "operators": b"x = " + b"-" * 20_000 + b"1",
    "indent": b"".join(b" " * n + b"if x:\n" for n in range(300)),
    "latin1-cookie": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "no-utf8": b"x = '\xe9'\n",
    "nul": b"x = 1\x00\n",
    "empty": b"",
    "binary": bytes(range(256)) * 64,
    "bom": b"\xef\xbb\xbfx = 1\n",
    "one-line": b"x = [" + b"1," * 200_000 + b"]\n",
}


@pytest.mark.parametrize("kind", BAD_PYTHON)
def test_bad_model_py_is_a_finding_and_the_others_are_still_reported(tmp_path: Path, kind: str) -> None:
    folder = model(tmp_path, "bad", GOOD.replace("identity", "python"))
    (folder / "1" / "model.py").write_bytes(BAD_PYTHON[kind])
    model(tmp_path, "typo", MISSPELT)
    status, _, findings = report("repo", cwd=tmp_path)
    assert status == 1
    assert [f for f in findings if f["model"] == "bad"]
    assert [f for f in findings if f["model"] == "typo"]
    assert not any(f["code"] == "TLX001" for f in findings), findings


def test_special_files_and_loops_do_not_hang(tmp_path: Path) -> None:
    folder = model(tmp_path, "odd", GOOD)
    os.mkfifo(folder / "1" / "pipe")
    os.symlink("..", folder / "1" / "loop")
    os.symlink("self", folder / "1" / "self")
    (folder / "config.pbtxt").unlink()
    os.mkfifo(folder / "config.pbtxt")
    model(tmp_path, "typo", MISSPELT)
    _, _, findings = report("repo", cwd=tmp_path)
    assert [f for f in findings if f["model"] == "typo"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_config_is_one_finding(tmp_path: Path) -> None:
    folder = model(tmp_path, "secret", GOOD)
    (folder / "config.pbtxt").chmod(0)
    _, _, findings = report("repo", cwd=tmp_path)
    assert [f["code"] for f in findings] == ["TLX002"]


@pytest.mark.parametrize("kind", ["cut", "corrupt", "bomb", "not-gzip"])
def test_bad_archive_is_at_most_one_finding_on_it(tmp_path: Path, kind: str) -> None:
    config = GOOD.replace("identity", "python") + (
        'parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }\n'
    )
    folder = model(tmp_path, "env", config)
    (folder / "1" / "model.py").write_text(
        "class TritonPythonModel:\n    def execute(self, requests):\n        return []\n"
    )
    data = gzip.compress(b"\0" * 200_000_000 if kind == "bomb" else os.urandom(100_000), 6)
    damaged = {"cut": data[:5000], "corrupt": data[:200] + b"\xff" * 500 + data[700:], "not-gzip": b"hello" * 99}
    (folder / "env.tar.gz").write_bytes(damaged.get(kind, data))
    status, _, findings = report("repo", "--select", "TLV,TLX", cwd=tmp_path)
    assert status in (0, 1)
    about = [f for f in findings if str(f["path"]).endswith("env.tar.gz") or "env.tar.gz" in str(f["message"])]
    assert len(about) <= 1, about
    assert not any(f["code"] == "TLX001" for f in findings), findings


def test_nothing_of_the_repository_is_executed(tmp_path: Path) -> None:
    folder = model(tmp_path, "evil", GOOD.replace("identity", "python"))
    (folder / "1" / "model.py").write_text("open('executed', 'w').write('x')\n")
    (tmp_path / "conftest.py").write_text("open('executed', 'w').write('x')\n")
    (folder / "libcst.py").write_text("open('executed', 'w').write('x')\n")
    tritonlint("check", str(tmp_path / "repo"), cwd=folder)
    assert not list(tmp_path.rglob("executed"))


def test_read_only_working_folder(tmp_path: Path) -> None:
    model(tmp_path, "a", GOOD)
    tmp_path.chmod(0o555)
    try:
        run = tritonlint("check", "repo", cwd=tmp_path, TRITONLINT_CACHE="/proc/nowhere")
    finally:
        tmp_path.chmod(0o755)
    assert run.returncode == 0, run.stderr
