"""``tritonlint inspect`` and the plan: which stub runs in which environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tritonlint.inspect_command import inspect_path, render_table
from tritonlint.pbtxt.reader import read_config
from tritonlint.repository import Model, list_model
from tritonlint.resolution import Plan, map_path, path_form, resolve_plan
from tritonlint.specimen import build
from tritonlint.target import Target

STUB = "@elf needed=libpython3.9.so.1.0,libc.so.6\n@stub 24.10\n"
ENVIRONMENT = "@tar.gz\nbin/activate\nbin/python3\nlib/python3.9/os.py\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "repo" / "add"
    (folder / "1").mkdir(parents=True)
    (folder / "config.pbtxt").write_text('backend: "python"\n')
    build(STUB, folder / "triton_python_backend_stub")
    build(ENVIRONMENT, folder / "env.tar.gz")
    return folder


def plan(folder: Path, value: str | None, target: Target | None = None) -> Plan:
    from tritonlint.effective import resolve

    text = 'backend: "python"\n'
    if value is not None:
        text += f'parameters {{ key: "EXECUTION_ENV_PATH" value {{ string_value: "{value}" }} }}\n'
    found = Model(folder.name, str(folder), str(folder.parent))
    list_model(found)
    config = read_config(str(folder / "config.pbtxt"), text)
    target = target or Target("24.10")
    return resolve_plan(found, config, resolve(found, config, target), target)


def test_inspect_every_kind(model: Path, tmp_path: Path) -> None:
    facts = inspect_path(str(model / "triton_python_backend_stub"))
    assert (facts["kind"], facts["python"], facts["triton_first"], facts["triton_last"], facts["numpy2"]) == (
        "stub",
        "3.9",
        "24.08",
        "24.10",
        False,
    )
    assert inspect_path(str(model / "env.tar.gz"))["python"] == "3.9"
    whole = inspect_path(str(model))
    assert [part["kind"] for part in whole["parts"]] == ["environment", "stub"]
    backends = tmp_path / "python"
    backends.mkdir()
    build(STUB, backends / "triton_python_backend_stub")
    build("@elf interpreter= soname=libtriton_python.so", backends / "libtriton_python.so")
    assert inspect_path(str(backends))["kind"] == "backend-folder"
    text = tmp_path / "pointer"
    text.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "Git LFS" in inspect_path(str(text))["is"]
    for path in (model, backends, text, tmp_path):
        facts = inspect_path(str(path))
        json.dumps(facts)
        assert str(path) in render_table(facts)


def test_plan_with_stub_and_environment(model: Path) -> None:
    found = plan(model, "$$TRITON_MODEL_DIRECTORY/env.tar.gz")
    assert found.stub_origin == "model"
    assert found.stub_python == found.environment_python == "3.9"
    assert (found.form, found.exists, found.inside, found.ignored) == ("model-directory", True, True, False)
    assert found.release_python == "3.10"


def test_plan_without_stub(model: Path) -> None:
    (model / "triton_python_backend_stub").unlink()
    found = plan(model, "$$TRITON_MODEL_DIRECTORY/env.tar.gz")
    assert (found.stub_origin, found.stub_python, found.ignored) == ("release", "3.10", True)
    assert plan(model, None).written is None
    assert plan(model, "").form == "none"


def test_plan_with_backend_directory(model: Path, tmp_path: Path) -> None:
    (model / "triton_python_backend_stub").unlink()
    (tmp_path / "backends" / "python").mkdir(parents=True)
    build(STUB, tmp_path / "backends" / "python" / "triton_python_backend_stub")
    found = plan(model, None, Target("24.10", backend_directories=(str(tmp_path / "backends"),)))
    assert (found.stub_origin, found.stub_python) == ("backend-directory", "3.9")


def test_plan_with_mapped_and_inferred_path(model: Path, tmp_path: Path) -> None:
    mapped = Target("24.10", path_map=(("/models", str(tmp_path / "repo")),))
    assert plan(model, "/models/add/env.tar.gz", mapped).exists is True
    assert plan(model, "/models/add/other.tar.gz", mapped).exists is False
    assert plan(model, "/mnt/somewhere/add/env.tar.gz").inside is True
    assert plan(model, "/mnt/somewhere/else.tar.gz").exists is None


def test_longest_mapping_wins() -> None:
    target = Target(path_map=(("/models", "/a"), ("/models/deep/", "/b")))
    assert map_path("/models/x", target) == "/a/x"
    assert map_path("/models/deep/x", target) == "/b/x"
    assert map_path("/models", target) == "/a"
    assert map_path("/modelsx/y", target) is None


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("", "none"),
        (None, "unknown"),
        ("$$TRITON_MODEL_DIRECTORY/e.tar.gz", "model-directory"),
        ("/$$TRITON_MODEL_DIRECTORY/e.tar.gz", "misplaced-keyword"),
        ("$TRITON_MODEL_DIRECTORY/e.tar.gz", "single-dollar"),
        ("~/e.tar.gz", "home"),
        ("$HOME/e.tar.gz", "variable"),
        ("${HOME}/e.tar.gz", "variable"),
        ("e.tar.gz", "relative"),
        ("/opt/e.tar.gz", "absolute"),
        ("s3://bucket/e.tar.gz", "remote"),
    ],
)
def test_path_form(value: str | None, form: str) -> None:
    assert path_form(value) == form
