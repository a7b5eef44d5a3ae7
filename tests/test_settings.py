"""Settings files, code expansion, and the release found in the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tritonlint.engine import find_target
from tritonlint.repository import discover
from tritonlint.settings import Settings, SettingsError, expand_codes, find_settings, parse_settings


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repo" / "m" / "1").mkdir(parents=True)
    (tmp_path / "repo" / "m" / "config.pbtxt").write_text('backend: "identity"\n')
    return tmp_path


def test_found_upward_in_pyproject(here: Path) -> None:
    (here / "pyproject.toml").write_text('[tool.tritonlint]\ntriton-version = "24.05"\nfail-on = "error"\n')
    settings = find_settings("repo/m")
    assert (settings.triton_version, settings.fail_on) == ("24.05", "error")


def test_own_file_wins_over_pyproject_of_the_same_folder(here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool.tritonlint]\ngpus = 1\n")
    (here / "tritonlint.toml").write_text("gpus = 2\n")
    assert find_settings("repo").gpus == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('triton_version = "24.05"\n', "did you mean 'triton-version'"),
        ('triton-version = "24.5"\n', "YY.MM"),
        ('triton-version = "31.01"\n', "not known"),
        ('gpus = "two"\n', "expected int"),
        ("gpus = true\n", "expected int"),
        ('select = ["TLX00Q"]\n', "no rule 'TLX00Q'"),
        ('fail-on = "warn"\n', "none of error, warning, note"),
        ("[per-model.x]\nignored = []\n", "did you mean 'ignore'"),
        ("this is no toml\n", "tritonlint.toml"),
    ],
)
def test_mistakes_are_named(here: Path, text: str, expected: str) -> None:
    (here / "tritonlint.toml").write_text(text)
    with pytest.raises(SettingsError, match=expected):
        find_settings("repo")


def test_broken_pyproject_of_somebody_else_is_not_ours(here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool.other\n")
    assert find_settings("repo") == Settings()


def test_codes_prefixes_and_names(here: Path) -> None:
    assert expand_codes(["TLX001,unused-suppression"], "--select") == {"TLX001", "TLX003"}
    assert {"TLX001", "TLX002"} <= expand_codes(["TLX"], "--select")


@pytest.mark.parametrize(
    ("name", "text", "release"),
    [
        ("Dockerfile", "FROM nvcr.io/nvidia/tritonserver:24.05-py3\n", "24.05"),
        ("Dockerfile.gpu", "ARG TAG=23.10\nFROM nvcr.io/nvidia/tritonserver:${TAG}-py3\n", "23.10"),
        ("docker-compose.yml", "    image: nvcr.io/nvidia/tritonserver:24.01-py3\n", "24.01"),
        ("Dockerfile", "# FROM nvcr.io/nvidia/tritonserver:24.05-py3\n", None),
        ("Dockerfile", "FROM x/tritonserver:24.05-py3\nFROM x/tritonserver:24.06-py3\n", None),
    ],
)
def test_release_of_the_project(here: Path, name: str, text: str, release: str | None) -> None:
    (here / name).write_text(text)
    target = find_target(Settings(), discover(["repo"]).repositories)
    assert target.release == release
    if release:
        assert target.origin.startswith(name)


def test_option_wins_over_the_project(here: Path) -> None:
    (here / "Dockerfile").write_text("FROM x/tritonserver:24.05-py3\n")
    settings = Settings(triton_version="25.01", triton_version_origin="--triton-version")
    assert find_target(settings, discover(["repo"]).repositories).release == "25.01"


def test_settings_shown_in_the_readme_are_valid(here: Path) -> None:
    readme = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
    block = readme.split("```toml\n")[1].split("```")[0]
    (here / "pyproject.toml").write_text(block)
    settings = find_settings("repo")
    assert settings.triton_version == "24.10"
    assert settings.per_model[0].pattern == "legacy_*"


@pytest.mark.parametrize(
    ("written", "machine"), [("aarch64", "aarch64"), ("arm64", "aarch64"), ("x86_64", "x86_64"), ("amd64", "x86_64")]
)
def test_machine(written: str, machine: str) -> None:
    assert parse_settings({"machine": written}, "tritonlint.toml").machine == machine


def test_machine_that_is_none() -> None:
    with pytest.raises(SettingsError, match="'sparc' is none of"):
        parse_settings({"machine": "sparc"}, "tritonlint.toml")
