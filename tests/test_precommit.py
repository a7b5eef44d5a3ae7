"""The hooks as a user's pre-commit runs them: installed from a git repository, over the files of another one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tritonlint.repository import is_misspelt_config

ROOT = Path(__file__).parent.parent
IGNORED = shutil.ignore_patterns(
    ".git", ".venv", ".cache", "__pycache__", "build", "dist", "*.egg-info", "shared", "node_modules"
)

CONFIG = """\
backend: "python"
max_batch_size: 8
input [ { name: "X" data_type: TYPE_FP32 dims: [ 4 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ 4 ] } ]
"""
MODEL = """\
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "X").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", x)]))
        return responses
"""


def git(folder: Path, *arguments: str) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def commit_everything(folder: Path) -> str:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, Path]]:
    """The project as a git repository, its commit, and a pre-commit home that is removed afterwards."""
    folder = tmp_path_factory.mktemp("hooks")
    shutil.copytree(ROOT, folder / "tritonlint", ignore=IGNORED, symlinks=True)
    commit = commit_everything(folder / "tritonlint")
    yield folder / "tritonlint", commit, folder / "home"
    shutil.rmtree(folder / "home", ignore_errors=True)


class Project:
    """A user's git repository with the hooks configured."""

    def __init__(self, folder: Path, hooks: tuple[Path, str, Path]) -> None:
        self.folder = folder
        source, commit, self.home = hooks
        folder.mkdir()
        wanted = {"repos": [{"repo": str(source), "rev": commit, "hooks": [{"id": "tritonlint"}]}]}
        self.write(".pre-commit-config.yaml", yaml.safe_dump(wanted))

    def write(self, path: str, text: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def run(self) -> subprocess.CompletedProcess[str]:
        if not (self.folder / ".git").exists():
            git(self.folder, "init", "-q", "-b", "main")
        git(self.folder, "add", "-A")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "PRE_COMMIT_HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PYTHONPATH": "",
        }
        command = [sys.executable, "-m", "pre_commit", "run", "--color", "never"]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)


def test_pre_commit_runs_the_hook(tmp_path: Path, hooks: tuple[Path, str, Path]) -> None:
    project = Project(tmp_path / "project", hooks)
    project.write("models/double/config.pbtxt", CONFIG)
    project.write("models/double/1/model.py", MODEL)
    project.write("shop/model.py", "class Customer:\n    name = 'x'\n")
    project.write("2024/report.py", "print(1)\n")
    clean = project.run()
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "Passed" in clean.stdout

    git(project.folder, "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "clean")
    project.write("models/double/config.pbtxt", CONFIG.replace("backend:", "platform:"))
    broken = project.run()
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "models/double/config.pbtxt:1:1: error[TLC102]" in broken.stdout
    assert 'backend: "python"' in broken.stdout


def test_a_model_of_some_other_program_is_let_alone(tmp_path: Path, hooks: tuple[Path, str, Path]) -> None:
    project = Project(tmp_path / "project", hooks)
    project.write("shop/model.py", "class Customer:\n    name = \n")
    project.write("conf/config.textproto", "anything { goes: here }\n")
    project.write("reports/2024/summary.py", "not python at all\n")
    finished = project.run()
    assert finished.returncode == 0, finished.stdout + finished.stderr


def hook(identifier: str) -> dict[str, object]:
    (found,) = (
        entry
        for entry in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        if entry["id"] == identifier
    )
    return dict(found)


def test_both_hooks_look_at_the_same_files() -> None:
    assert hook("tritonlint")["files"] == hook("tritonlint-fix")["files"]


@pytest.mark.parametrize(
    "path",
    [
        "config.pbtxt",
        "repo/add/config.pbtxt",
        "repo/add/Config.PBTXT",
        "repo/add/config.prototxt",
        "repo/add/config.pbtxt.txt",
        "repo/add/config.ptbxt",
        "repo/add/confg.pbtxt",
        "repo/add/model_config.pbtxt",
        "repo/add/configs/a100.pbtxt",
        "repo/add/model.py",
        "repo/add/1/model.py",
        "repo/add/1/modle.py",
        "repo/add/12/model.onnx",
        "repo/add/triton_python_backend_stub",
        "envs/py39.tar.gz",
    ],
)
def test_files_of_models_are_passed(path: str) -> None:
    assert re.search(str(hook("tritonlint")["files"]), path)


@pytest.mark.parametrize("path", ["README.md", "src/models.py", "src/remodel.py", "setup.cfg", "a/config.yaml", "1"])
def test_other_files_are_not_passed(path: str) -> None:
    assert not re.search(str(hook("tritonlint")["files"]), path)


def test_every_misspelt_config_is_passed() -> None:
    pattern = re.compile(str(hook("tritonlint")["files"]))
    names = [
        "config.pbx",
        "config.pbtx",
        "config.pbxt",
        "config.txtpb",
        "config.textproto",
        "configs.pbtxt",
        "cofig.pbtxt",
    ]
    for name in names:
        assert is_misspelt_config(name) or name == "config.pbx"
        assert pattern.search(f"repo/add/{name}"), name
