"""What counts as a repository, a model and a file of a model."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tritonlint.repository import Discovery, discover
from tritonlint.settings import excluder


def tree(root: Path, *paths: str) -> None:
    for path in paths:
        place = root / path
        if path.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("")


def requested(found: Discovery) -> list[str]:
    return [model.path for model in found.requested]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_repositories_at_any_depth(here: Path) -> None:
    tree(here, "a/b/repo/m/config.pbtxt", "a/b/repo/m/1/", "c/other/n/1/model.py", "docs/x/readme.md")
    found = discover(["."])
    assert requested(found) == ["a/b/repo/m", "c/other/n"]
    assert [repository.path for repository in found.repositories] == ["a/b/repo", "c/other"]


@pytest.mark.parametrize("path", ["repo", "repo/m", "repo/m/1", "repo/m/config.pbtxt", "repo/m/1/model.py"])
def test_any_path_of_a_model_means_the_model(here: Path, path: str) -> None:
    tree(here, "repo/m/config.pbtxt", "repo/m/1/model.py")
    assert requested(discover([path])) == ["repo/m"]


@pytest.mark.parametrize("inside", [".", "1"])
def test_from_inside_the_model(here: Path, monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    tree(here, "repo/m/config.pbtxt", "repo/m/1/model.py")
    monkeypatch.chdir(here / "repo" / "m" / inside)
    found = discover(["model.py" if inside == "1" else "config.pbtxt"])
    assert [model.name for model in found.requested] == ["m"]


def test_single_model_knows_its_siblings(here: Path) -> None:
    tree(here, "repo/a/config.pbtxt", "repo/b/config.pbtxt")
    found = discover(["repo/a/config.pbtxt"])
    assert requested(found) == ["repo/a"]
    assert [model.name for model in found.repositories[0].models] == ["a", "b"]
    assert not found.whole


def test_model_py_of_another_program_is_no_model(here: Path) -> None:
    tree(here, "src/app/model.py", "src/app/views.py")
    assert requested(discover(["src/app/model.py"])) == []
    assert requested(discover(["src"])) == []


def test_folder_without_a_model_beside_models_is_kept_as_unrecognised(here: Path) -> None:
    tree(here, "repo/m/config.pbtxt", "repo/notes/readme.md")
    models = {model.name: model.recognised for model in discover(["repo"]).repositories[0].models}
    assert models == {"m": True, "notes": False}


def test_exclusions_are_gitignore_style(here: Path) -> None:
    tree(here, "repo/m/config.pbtxt", "repo/old_m/config.pbtxt", "vendor/r/x/config.pbtxt")
    found = discover(["."], excluder(("old_*", "/vendor/"), str(here)))
    assert requested(found) == ["repo/m"]


def test_symlinked_model_is_a_model_and_loops_end(here: Path) -> None:
    tree(here, "store/m/config.pbtxt", "store/m/1/", "repo/")
    os.symlink("../store/m", here / "repo" / "m")
    os.symlink("..", here / "store" / "m" / "1" / "up")
    os.symlink(".", here / "repo" / "self")
    assert "repo/m" in requested(discover(["repo"]))


def test_broken_link_in_a_repository_is_a_stray(here: Path) -> None:
    tree(here, "repo/m/config.pbtxt")
    os.symlink("nowhere", here / "repo" / "gone")
    strays = discover(["repo"]).repositories[0].strays
    assert [(entry.name, entry.kind) for entry in strays] == [("gone", "broken-link")]


def test_fifo_and_socket_are_listed_and_never_opened(here: Path) -> None:
    tree(here, "repo/m/config.pbtxt", "repo/m/1/")
    os.mkfifo(here / "repo" / "m" / "1" / "model.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("repo/m/1/s")
        model = discover(["repo"]).requested[0]
    assert {entry.name: entry.kind for entry in model.children("1")} == {"model.py": "other", "s": "other"}


def test_huge_folder_is_cut(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tritonlint.repository.MAX_ENTRIES", 10)
    tree(here, "repo/m/config.pbtxt", *[f"repo/m/1/f{n}" for n in range(50)])
    model = discover(["repo"]).requested[0]
    assert model.truncated
    assert len(model.entries) == 10


def test_children_come_in_byte_order(here: Path) -> None:
    tree(here, "repo/m/config.pbtxt", "repo/m/10/", "repo/m/2/", "repo/m/.hidden/", "repo/m/é/")
    assert discover(["repo"]).requested[0].subfolders == [".hidden", "10", "2", "é"]


def test_named_folder_of_bare_version_folders_is_a_repository(here: Path) -> None:
    tree(here, "repo/m/1/", "data/images/cat/0/")
    found = discover(["repo"])
    assert [(model.path, model.recognised) for model in found.requested] == [("repo/m", False)]
    assert requested(discover(["data"])) == []


def test_config_in_the_version_folder_does_not_make_it_a_model(here: Path) -> None:
    tree(here, "repo/m/1/config.pbtxt", "numbers/1/1/model.py", "numbers/1/config.pbtxt")
    assert requested(discover(["repo"])) == ["repo/m"]
    assert requested(discover(["numbers"])) == ["numbers/1"]


def test_text_proto_of_another_program_is_no_misspelt_config(here: Path) -> None:
    tree(here, "shop/config.textproto", "shop/model.py")
    assert requested(discover(["shop/model.py", "."])) == []
