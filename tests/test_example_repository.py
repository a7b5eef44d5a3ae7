"""The example repository: every planted mistake is found and nothing else, and a real server agrees."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tritonlint.runtime.server import DisposableServer
from tritonlint.runtime.wheel import ServerInstallation

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
BROKEN, FIXED = EXAMPLES / "model_repository", EXAMPLES / "fixed_model_repository"
# The server of the wheel has no ONNX Runtime backend.
SERVED = ("tokenizer", "normalizer", "scorer", "reranker", "moderation")
NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}


def check(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tritonlint", "check", "--no-cache", "--format", "json", *arguments]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode in (0, 1), finished.stderr
    report: dict[str, Any] = json.loads(finished.stdout)
    return report


def planted_mistakes() -> set[tuple[str, int]]:
    """The lines in which the two repositories differ; there is no other difference."""
    broken, fixed = (
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
        for folder in (BROKEN, FIXED)
    )
    assert broken == fixed
    found = set()
    for path in broken:
        if path.suffix not in (".py", ".pbtxt"):
            assert (BROKEN / path).read_bytes() == (FIXED / path).read_bytes()
            continue
        lines = [(folder / path).read_text(encoding="utf-8").splitlines() for folder in (BROKEN, FIXED)]
        for number, (before, after) in enumerate(zip(*lines, strict=True), 1):
            if before != after:
                found.add((f"examples/model_repository/{path.as_posix()}", number))
    return found


def test_every_planted_mistake_is_found_and_nothing_else() -> None:
    planted = planted_mistakes()
    places = [
        {(place["path"], place["line"]) for place in (finding, *finding["related"])} & planted
        for finding in check("examples/model_repository")["findings"]
    ]
    assert all(places), "a finding away from all planted mistakes"
    assert set().union(*places) == planted


def test_corrected_twin_is_clean() -> None:
    report = check("examples/fixed_model_repository", "--fail-on", "note")
    assert report["findings"] == []
    assert report["summary"]["models"] == 6
    assert report["target"]["release"] == "24.10"
    assert report["target"]["gpus"] == 0


def copied(folder: Path) -> Path:
    """The examples without what a server or an interpreter leaves in them."""
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_fixes_make_the_twin_of_the_broken_repository(tmp_path: Path) -> None:
    folder = copied(tmp_path / "examples")
    command = [sys.executable, "-m", "tritonlint", "check", "--no-cache", "--fix", "--unsafe-fixes", "model_repository"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert tree(folder / "model_repository") == tree(folder / "fixed_model_repository")


def test_binary_files_are_what_the_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "scripts" / "make_example.py"), str(tmp_path)], check=True)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 4
    for path in written:
        assert path.read_bytes() == (EXAMPLES / path.relative_to(tmp_path)).read_bytes()


def infer(server: DisposableServer, model: str, name: str, datatype: str, data: list[Any]) -> list[dict[str, Any]]:
    tensor = {"name": name, "datatype": datatype, "shape": [1, len(data)], "data": data}
    answer = server.request("POST", f"/v2/models/{model}/infer", json.dumps({"inputs": [tensor]}).encode())
    assert answer.ok, answer.message
    outputs: list[dict[str, Any]] = json.loads(answer.body)["outputs"]
    return outputs


@pytest.mark.server
def test_real_server_serves_the_corrected_twin(python_server_2410: ServerInstallation, tmp_path: Path) -> None:
    repository = copied(tmp_path / "examples") / FIXED.name
    with DisposableServer(python_server_2410, repository, environment=NO_GPU) as server:
        for model in SERVED:
            answer = server.load(model)
            assert answer.ok, answer.message
        (score,) = infer(server, "moderation", "TEXT", "BYTES", ["some four known words"])
        assert score["data"] == [0.25]
        (unit,) = infer(server, "normalizer", "EMBEDDING", "FP32", [1.0] * 16)
        assert unit["data"] == [0.25] * 16
        (rank,) = infer(server, "reranker", "SCORE", "FP32", [1.0])
        assert rank["data"] == [0]


@pytest.mark.server
def test_real_server_shows_what_the_mistakes_do(python_server_2410: ServerInstallation, tmp_path: Path) -> None:
    findings = check("examples/model_repository")["findings"]
    refused = {finding["model"] for finding in findings if finding["effect"] == "load-failure"} & set(SERVED)
    assert {"tokenizer", "scorer", "reranker", "moderation"} <= refused
    repository = copied(tmp_path / "examples") / BROKEN.name
    with DisposableServer(python_server_2410, repository, environment=NO_GPU) as server:
        for model in SERVED:
            assert server.load(model).ok == (model not in refused), model
        # The misspelt output is dropped without a word: the request succeeds and holds nothing.
        assert infer(server, "normalizer", "EMBEDDING", "FP32", [1.0] * 16) == []
