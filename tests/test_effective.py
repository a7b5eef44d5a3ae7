"""What the server infers before it validates: every row of the tables that the facts give, per release."""

from __future__ import annotations

from pathlib import Path

import pytest

from tritonlint.effective import EffectiveConfig, known_backends, platforms_of_core, resolve, version_folder
from tritonlint.pbtxt.reader import read_config
from tritonlint.repository import discover
from tritonlint.target import Target


def effective_of(
    tmp_path: Path, files: list[str], config: str | None, release: str | None = "24.10", gpus: int | None = None
) -> EffectiveConfig:
    for path in files:
        place = tmp_path / "repo" / path
        if path.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("x")
    name = files[0].split("/", 1)[0]
    place = tmp_path / "repo" / name / "config.pbtxt"
    if config is not None:
        place.write_text(config)
    model = discover([str(tmp_path / "repo" / name)]).requested[0]
    document = read_config(str(place), config) if config is not None else None
    return resolve(model, document, Target(release=release, gpus=gpus))


@pytest.mark.parametrize(
    ("files", "config", "expected"),
    [
        (["m/1/model.onnx"], "", ("onnxruntime", "onnxruntime_onnx", "model.onnx")),
        (["m/1/model.onnx/x"], "", ("onnxruntime", "onnxruntime_onnx", "model.onnx")),
        (["m/1/model.plan"], "", ("tensorrt", "tensorrt_plan", "model.plan")),
        (["m/1/model.plan/x"], "", ("", "", "")),
        (["m/1/model.plan", "m/1/model.onnx"], "", ("tensorrt", "tensorrt_plan", "model.plan")),
        (["m/1/model.pt", "m/1/model.py"], "", ("pytorch", "pytorch_libtorch", "model.pt")),
        (["m/1/model.py"], "", ("python", "", "model.py")),
        (["m/1/model.xml"], "", ("openvino", "", "model.xml")),
        (["m/1/model.savedmodel/x"], "", ("tensorflow", "tensorflow_savedmodel", "model.savedmodel")),
        (["m/1/model.savedmodel"], "", ("", "", "")),
        (["m/1/model.graphdef", "m/1/model.savedmodel/x"], "", ("tensorflow", "tensorflow_graphdef", "model.graphdef")),
        (["m/1/"], 'backend: "tensorflow"', ("tensorflow", "", "")),
        (["m/1/"], 'backend: "python"', ("python", "", "model.py")),
        (["m/1/"], 'default_model_filename: "model.py"', ("python", "", "model.py")),
        (["m/1/"], 'platform: "python"', ("", "python", "")),
        (["m/1/model.py"], 'platform: "python"', ("", "python", "")),
        (["m/1/"], 'platform: "ensemble"', ("", "ensemble", "")),
        (["m/1/"], 'platform: "ensemble" default_model_filename: "model.plan"', ("tensorrt", "ensemble", "model.plan")),
        (["m/1/"], 'platform: "onnxruntime_onnx"', ("onnxruntime", "onnxruntime_onnx", "model.onnx")),
        (["m/1/"], 'backend: "pytorch" runtime: "model.py"', ("pytorch", "pytorch_libtorch", "")),
        (["m/1/"], 'platform: "tensorrt_plan" backend: "python"', ("python", "tensorrt_plan", "model.py")),
        (["m.a.custom/1/"], "", ("a.custom", "", "model.a.custom")),
        (["m/.cache/x", "m/1/model.onnx"], "", ("", "", "")),
        (["m/10/model.onnx", "m/2/model.plan"], "", ("onnxruntime", "onnxruntime_onnx", "model.onnx")),
    ],
)
def test_inference(tmp_path: Path, files: list[str], config: str, expected: tuple[str, str, str]) -> None:
    found = effective_of(tmp_path, files, config)
    assert (found.backend, found.platform, found.default_model_filename) == expected


@pytest.mark.parametrize(
    ("release", "config", "files", "expected"),
    [
        ("22.07", "", ["m/1/model.xml"], ("", "", "")),
        ("22.09", "", ["m/1/model.xml"], ("openvino", "", "model.xml")),
        ("23.12", 'backend: "pytorch" runtime: "model.py"', ["m/1/"], ("pytorch", "pytorch_libtorch", "model.pt")),
        ("26.04", 'backend: "pytorch" runtime: "model.py"', ["m/1/"], ("pytorch", "pytorch_libtorch", "model.pt")),
        ("26.02", 'platform: "torch_aoti"', ["m/1/"], ("", "torch_aoti", "")),
        ("26.03", 'platform: "torch_aoti"', ["m/1/"], ("pytorch", "torch_aoti", "model.pt")),
        ("26.04", 'platform: "torch_aoti"', ["m/1/"], ("pytorch", "torch_aoti", "model.pt2")),
        ("26.03", 'platform: "libtorch"', ["m/1/"], ("", "libtorch", "")),
        ("26.04", 'platform: "libtorch"', ["m/1/"], ("pytorch", "libtorch", "")),
        ("26.04", 'platform: "pytorch_libtorch"', ["m/1/"], ("pytorch", "pytorch_libtorch", "")),
        ("26.02", "", ["m/1/model.pt2"], ("", "", "")),
        ("26.03", "", ["m/1/model.pt2"], ("pytorch", "pytorch_libtorch", "model.pt")),
        ("26.04", "", ["m/1/model.pt2"], ("pytorch", "torch_aoti", "model.pt2")),
        ("26.04", "", ["m/1/model.pt"], ("pytorch", "pytorch_libtorch", "")),
        ("26.04", 'default_model_filename: "model.pt2"', ["m/1/"], ("pytorch", "pytorch_libtorch", "model.pt2")),
        ("26.02", 'default_model_filename: "model.pt2"', ["m/1/"], ("", "", "model.pt2")),
    ],
)
def test_inference_per_release(
    tmp_path: Path, release: str, config: str, files: list[str], expected: tuple[str, str, str]
) -> None:
    found = effective_of(tmp_path, files, config, release)
    assert (found.backend, found.platform, found.default_model_filename) == expected


def test_releases_that_differ_leave_it_open(tmp_path: Path) -> None:
    found = effective_of(tmp_path, ["m/1/model.pt2"], "", release=None)
    assert found.backend is None
    found = effective_of(tmp_path, ["n/1/model.pt"], "", release=None)
    assert (found.backend, found.default_model_filename) == ("pytorch", None)


@pytest.mark.parametrize(
    ("name", "kind", "number"),
    [
        ("1", "version", 1),
        ("0", "version", 0),
        ("01", "leading-zeros", None),
        ("00", "leading-zeros", None),
        ("v1", "not-a-number", None),
        (".ipynb_checkpoints", "not-a-number", None),
        ("1_old", "prefix", 1),
        ("1.5", "prefix", 1),
        ("+1", "prefix", 1),
        (" 1", "prefix", 1),
        ("-1", "negative", -1),
        ("-01", "prefix", -1),
        ("9223372036854775807", "version", 2**63 - 1),
        ("9223372036854775808", "out-of-range", None),
        ("9" * 5000, "out-of-range", None),
        ("-9223372036854775809", "out-of-range", None),
        ("warmup", "skipped", None),
        ("initial_state", "skipped", None),
        ("configs", "skipped", None),
        ("\u0661", "not-a-number", None),
    ],
)
def test_version_folder(name: str, kind: str, number: int | None) -> None:
    folder = version_folder(name, Target(release="24.10"))
    assert (folder.kind, folder.number) == (kind, number)


def test_configs_is_a_plain_folder_before_24_05() -> None:
    assert version_folder("configs", Target(release="24.03")).kind == "not-a-number"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", ((10, "10"),)),
        ("version_policy { latest { num_versions: 2 } }", ((2, "2"), (10, "10"))),
        ("version_policy { latest { } }", ()),
        ("version_policy { latest { num_versions: 0 } }", ()),
        ("version_policy { all { } }", ((1, "1"), (2, "2"), (10, "10"))),
        ("version_policy { }", ((1, "1"), (2, "2"), (10, "10"))),
        ("version_policy { specific { versions: [ 2, 7 ] } }", ((2, "2"),)),
        ("version_policy { specific { } }", ()),
        ("version_policy { latest { num_versions: ${N} } }", None),
    ],
)
def test_versions(tmp_path: Path, policy: str, expected: object) -> None:
    files = ["m/1/model.py", "m/2/model.py", "m/10/model.py", "m/01/model.py", "m/warmup/x"]
    assert effective_of(tmp_path, files, f'backend: "python"\n{policy}').versions == expected


def test_python_files_of_loaded_versions(tmp_path: Path) -> None:
    found = effective_of(tmp_path, ["m/1/model.py", "m/3/model.py"], 'backend: "python"')
    assert found.model_files == ("3/model.py",)
    found = effective_of(
        tmp_path, ["n/1/model.py", "n/1/main.py"], 'backend: "python" default_model_filename: "main.py"'
    )
    assert found.model_files == ("1/main.py",)


def test_intended_backend(tmp_path: Path) -> None:
    found = effective_of(tmp_path, ["m/1/model.py"], 'platform: "python"')
    assert (found.backend, found.intended_backend) == ("", "python")
    assert found.model_files == ("1/model.py",)


def test_unknown_stays_unknown(tmp_path: Path) -> None:
    assert effective_of(tmp_path, ["m/1/"], "backend: ${BACKEND}").backend is None
    misspelt = effective_of(tmp_path, ["n/1/"], 'backand: "python"')
    assert misspelt.backend is None


@pytest.mark.parametrize(
    ("group", "gpus", "kind", "count", "devices"),
    [
        ("", 0, "KIND_CPU", 1, ()),
        ("", 2, "KIND_GPU", 1, None),
        ("", None, None, 1, None),
        ("instance_group { count: -3 kind: KIND_CPU }", None, "KIND_CPU", 1, ()),
        ("instance_group { kind: KIND_GPU }", 2, "KIND_GPU", 1, (0, 1)),
        ("instance_group { gpus: [ 5 ] }", 2, "KIND_CPU", 1, (5,)),
        ("instance_group { gpus: [ 1 ] count: 3 }", 2, "KIND_GPU", 3, (1,)),
        ("instance_group { kind: 9 }", 2, 9, 1, ()),
    ],
)
def test_instance_groups(
    tmp_path: Path, group: str, gpus: int | None, kind: object, count: int, devices: tuple[int, ...] | None
) -> None:
    found = effective_of(tmp_path, ["m/1/model.py"], f'backend: "python"\n{group}', gpus=gpus)
    assert found.instance_groups is not None
    (only,) = found.instance_groups
    assert (only.kind, only.count, only.gpus) == (kind, count, devices)


def test_names_that_exist() -> None:
    assert {"python", "onnxruntime", "tensorflow", "dali"} <= known_backends()
    assert "torch_aoti" not in platforms_of_core("26.02")
    assert "torch_aoti" in platforms_of_core("26.03")
