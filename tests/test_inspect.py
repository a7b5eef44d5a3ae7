"""``tritonlint inspect`` and the plan: which stub runs in which environment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tritonlint.facts import ModelFacts, read_text_file
from tritonlint.inspect_command import inspect_path, render_table
from tritonlint.pbtxt.reader import read_config
from tritonlint.repository import Model, list_model
from tritonlint.resolution import Plan, cuda_major, map_path, path_form, resolve_plan
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


LIBPYTHON = "lib/libpython3.9.so.1.0 = @elf soname=libpython3.9.so.1.0 interpreter= needed=libc.so.6"


def loaded(folder: Path, stub: str, environment: str | None, release: str = "24.10") -> Plan:
    (folder / "triton_python_backend_stub").unlink()
    build(f"@elf {stub}\n", folder / "triton_python_backend_stub")
    if environment is None:
        return plan(folder, None, Target(release))
    (folder / "env.tar.gz").unlink()
    build(ENVIRONMENT + environment, folder / "env.tar.gz")
    return plan(folder, "$$TRITON_MODEL_DIRECTORY/env.tar.gz", Target(release))


def where(found: Plan) -> dict[str, str]:
    return {library.name: library.where for library in found.libraries}


def test_libraries_are_found_as_the_loader_finds_them(model: Path) -> None:
    stub = "needed=libcudart.so.12,libpython3.9.so.1.0,libssl.so.1.1,libfoo.so.1,libstdc++.so.6,libc.so.6"
    assert where(loaded(model, stub, None)) == {
        "libcudart.so.12": "image",
        "libpython3.9.so.1.0": "absent",
        "libssl.so.1.1": "absent",
        "libfoo.so.1": "unknown",
        "libstdc++.so.6": "image",
        "libc.so.6": "image",
    }
    found = where(loaded(model, stub, f"{LIBPYTHON}\nlib/libfoo.so.1\n", "23.04"))
    assert found["libpython3.9.so.1.0"] == found["libfoo.so.1"] == "environment"
    assert found["libssl.so.1.1"] == "unknown"
    assert found["libcudart.so.12"] == "image"
    assert where(loaded(model, stub, None, "22.04"))["libcudart.so.12"] == "absent"
    assert where(loaded(model, stub + " runpath=/opt/conda/lib", None))["libpython3.9.so.1.0"] == "elsewhere"


def test_rpath_comes_before_the_environment_and_runpath_after_it(model: Path) -> None:
    (model / "libs").mkdir()
    build("@elf soname=libfoo.so.1 interpreter=", model / "libs" / "libfoo.so.1")
    for path, expected in (("rpath", "folder"), ("runpath", "environment")):
        found = loaded(model, f"needed=libfoo.so.1,libbar.so {path}=$ORIGIN/libs", "lib/libfoo.so.1\n")
        assert where(found)["libfoo.so.1"] == expected
        assert where(found)["libbar.so"] == "unknown"


def test_symbol_versions_that_nobody_offers(model: Path) -> None:
    stub = "needed=libstdc++.so.6,libc.so.6 versions=GLIBC_2.38,GLIBCXX_3.4.33,CXXABI_1.3.15"
    found = loaded(model, stub, None).unmet
    assert [(u.version, u.offered, u.where) for u in found] == [
        ("CXXABI_1.3.15", "1.3.13", "image"),
        ("GLIBC_2.38", "2.35", "image"),
        ("GLIBCXX_3.4.33", "3.4.30", "image"),
    ]
    own = "lib/libstdc++.so.6 = @elf soname=libstdc++.so.6 interpreter= offers=GLIBCXX_3.4.33,CXXABI_1.3.15"
    assert [u.version for u in loaded(model, stub, own + "\n").unmet] == ["GLIBC_2.38"]
    assert not loaded(model, stub, None, "25.01").unmet
    newer = loaded(model, "needed=libpython3.9.so.1.0,libc.so.6", f"{LIBPYTHON} versions=GLIBC_2.39\n").unmet
    assert [(u.user, u.version, u.by_stub) for u in newer] == [("lib/libpython3.9.so.1.0", "GLIBC_2.39", False)]


@pytest.mark.parametrize(
    ("release", "major"),
    [("24.10", "12"), ("24.11", "12"), ("25.07", None), ("25.08", "13"), ("22.12", "11"), (None, None)],
)
def test_cuda_major(release: str | None, major: str | None) -> None:
    assert cuda_major(Target(release)) == major


def test_inspect_tells_what_the_loader_finds(model: Path) -> None:
    stub = str(model / "triton_python_backend_stub")
    facts = inspect_path(stub)
    assert facts["loaded_by_release"] == "24.10", "the newest that the stub can be from"
    assert facts["libraries"] == {"libpython3.9.so.1.0": "absent", "libc.so.6": "image"}
    config = 'backend: "python"\nparameters { key: "EXECUTION_ENV_PATH" value { string_value: "%s" } }\n'
    (model / "config.pbtxt").write_text(config % "$$TRITON_MODEL_DIRECTORY/env.tar.gz")
    whole = inspect_path(str(model), Target("24.10"))
    assert whole["stub_from"] == "the model's folder"
    assert whole["stub_python"] == whole["environment_python"] == "3.9"
    assert whole["environment_is_ignored"] is False
    assert "libpython3.9.so.1.0  absent" in render_table(whole)


def test_inspect_backend_folder_that_is_not_whole(tmp_path: Path) -> None:
    folder = tmp_path / "python"
    folder.mkdir()
    build(STUB, folder / "triton_python_backend_stub")
    facts = inspect_path(str(folder))
    assert facts["missing"] == ["libtriton_python.so", "triton_python_backend_utils.py"]
    assert (facts["python"], facts["triton_last"]) == ("3.9", "24.10")


def backends(folder: Path, name: str, *names: str) -> Target:
    for place in ("python", name):
        (folder / "backends" / place).mkdir(parents=True, exist_ok=True)
    build("@elf needed=libpython3.10.so.1.0,libc.so.6\n", folder / "backends" / "python" / "triton_python_backend_stub")
    for each in names:
        if each == "triton_python_backend_stub":
            build(STUB, folder / "backends" / name / each)
        elif each.endswith(".tar.gz"):
            build(ENVIRONMENT, folder / "backends" / name / each)
        else:
            (folder / "backends" / name / each).write_text("")
    return Target("24.10", backend_directories=(str(folder / "backends"),))


def facts_of(folder: Path, config: str, target: Target) -> ModelFacts:
    (folder / "config.pbtxt").write_text(config)
    found = Model(folder.name, str(folder), str(folder.parent))
    list_model(found)
    return ModelFacts(found, target, read_text_file, {})


PARTS = ("triton_python_backend_stub", "triton_python_backend_utils.py")


def test_backend_written_in_python(model: Path, tmp_path: Path) -> None:
    (model / "triton_python_backend_stub").unlink()
    target = backends(tmp_path, "mine", "model.py")
    found = facts_of(model, 'backend: "mine"\n', target).plan
    assert found is not None
    assert (found.stub_origin, found.stub_python, found.environment) == ("backend-directory", "3.10", None)
    target = backends(tmp_path, "mine", "model.py", *PARTS, "pb_exec_env_model.py.tar.gz")
    found = facts_of(model, 'backend: "mine"\nruntime: "model.py"\n', target).plan
    assert found is not None
    assert (found.stub_python, found.release_python, found.environment_python) == ("3.9", "3.10", "3.9")
    assert found.form == "backend"
    assert facts_of(model, 'backend: "mine"\n', replace(target, release="23.09")).plan is None
    assert facts_of(model, 'backend: "onnxruntime"\n', target).plan is None


def test_copied_backend_folder(model: Path, tmp_path: Path) -> None:
    (model / "triton_python_backend_stub").unlink()
    target = backends(tmp_path, "python_3_9", *PARTS, "libtriton_python_3_9.so")
    found = facts_of(model, 'backend: "python_3_9"\n', replace(target, release="23.07")).plan
    assert found is not None
    assert (found.stub_python, found.release_python) == ("3.9", "3.10")
    assert facts_of(model, 'backend: "python_3_9"\n', target).plan is None, "from 23.10 on it does not work"
