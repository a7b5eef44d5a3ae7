"""The commands that findings offer: those that can be run here are run."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tritonlint import recipes
from tritonlint.inputs.environment import read_environment
from tritonlint.pbtxt.reader import read_config
from tritonlint.target import release_table


@pytest.mark.skipif(shutil.which("bash") is None or shutil.which("tar") is None, reason="bash and tar are needed")
def test_activation_script_finds_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "ENV" / "bin").mkdir(parents=True)
    for command in (recipes.activation_script(), recipes.pack_folder()):
        subprocess.run(["bash", "-ec", command], cwd=tmp_path, check=True)
    facts = read_environment(str(tmp_path / "env.tar.gz"))
    assert facts.activate
    assert facts.top_folder == ""
    assert facts.activation is not None
    assert facts.activation.sets_path
    assert not facts.activation.prefix
    moved = tmp_path / "else where"
    with tarfile.open(tmp_path / "env.tar.gz") as archive:
        archive.extractall(moved)
    run = 'source "$1/bin/activate" && echo "$PATH"'
    shown = subprocess.run(["bash", "-c", run, "-", moved], check=True, capture_output=True, text=True).stdout
    assert shown.split(":")[0] == f"{moved}/bin"


@pytest.mark.parametrize("release", sorted(release for release in release_table() if release >= "21.06"))
def test_build_names_branch_and_interpreter(release: str) -> None:
    command = recipes.build_stub(release, "3.9")
    assert command.count(f"r{release}") == 4
    assert "$(command -v python3.9)" in command
    # The branches up to 23.12 name a host for Boost that is gone.
    assert ("archives.boost.io" in command) is (release <= "23.12")
    assert subprocess.run(["bash", "-n", "-c", command], check=False).returncode == 0


def test_ways_out_begin_with_the_shortest() -> None:
    foreign = recipes.fit_environment("24.10", "3.9", "3.10", "3.10", own_stub=True, numpy2=False)
    assert foreign.startswith("1. shortest: `git rm triton_python_backend_stub`")
    both = recipes.fit_environment("24.10", "3.11", "3.9", "3.10", own_stub=True, numpy2=False)
    assert "the image's own Python 3.10" in both.splitlines()[0]
    default = recipes.fit_environment("24.10", "3.10", "3.9", "3.10", own_stub=False, numpy2=False)
    assert default.startswith("1. shortest, without any environment")
    assert 'python=3.10 "numpy<2"' in default
    assert "git clone -b r24.10" in default


def test_config_line_is_read_back() -> None:
    entry = read_config("config.pbtxt", recipes.configure()).root.map("parameters")
    assert list(entry) == ["EXECUTION_ENV_PATH"]


@pytest.mark.parametrize(("glibcxx", "gcc"), [("3.4.30", "12"), ("3.4.32", "13"), ("3.4.33", "14"), ("3.4.22", "10")])
def test_libstdcxx_is_new_enough(glibcxx: str, gcc: str) -> None:
    assert recipes.libstdcxx_of(glibcxx) == gcc
