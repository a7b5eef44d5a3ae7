"""The odd cases: what people report, and what goes wrong in copying and packing. Each with its story."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from tests.matrix.case import KEYWORD, Build, Case, Room
from tests.matrix.code import stories
from tests.matrix.parts import FOREIGN, OWN, STUB, pack

FIRST, LAST = "23.07", "24.10"
UNTRIED = {
    "23.07": ("24.03", "24.07"),
    "23.12": ("23.07", "24.03", "24.07", "24.10"),
    "24.03": ("23.07", "24.07"),
    "24.07": ("23.07", "23.12", "24.03", "24.10"),
    "24.10": ("23.07", "23.12"),
}
"""Pairs of server and stub that the matrix leaves out."""
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1377705\n"
EM_AARCH64, EM_386 = 183, 3


def odd(release: str) -> list[Case]:
    """The odd cases that are tried on the server of one release."""
    return [
        Case(release, f"{release}: {story}", (story,), build, options)
        for releases, story, build, options in _listed()
        if release in releases
    ]


def _listed() -> list[tuple[tuple[str, ...], str, Build, dict[str, Any]]]:
    both, last, first = (FIRST, LAST), (LAST,), (FIRST,)
    foreign = {"expected": FOREIGN}
    found: list[tuple[tuple[str, ...], str, Build, dict[str, Any]]] = [
        (both, "stub in the version folder, with its environment", _stub_at(f"1/{STUB}", FOREIGN), foreign),
        (last, "stub in the version folder, no environment", _stub_at(f"1/{STUB}", None), foreign),
        (both, "stub called triton_python_backend_stub_3.9", _stub_at(f"{STUB}_3.9", FOREIGN), foreign),
        (both, "stub without execute permission", _stub_mode(0o644), {}),
        (last, "stub without execute permission, read-only", _stub_mode(0o644), {"freeze": True}),
        (last, "stub whose libpython only the environment has, read-only", _foreign_stub(), {"freeze": True}),
        (both, "stub of mode 0100, its libpython only in the environment", _foreign_stub(0o100), foreign),
        (both, "stub is a Git LFS pointer", _stub_bytes(LFS_POINTER), {}),
        (both, "stub is empty", _stub_bytes(b""), {}),
        (both, "stub is cut in half", _stub_cut, {}),
        (last, "stub is a shell script that starts one", _stub_script("#!/bin/sh\n"), {}),
        (last, "stub is a shell script without its first line", _stub_script(""), {}),
        (last, "stub is a folder", _stub_folder, {}),
        (last, "stub is a link to one outside", _stub_link, {}),
        (last, "stub is the library of the backend", _stub_library, {}),
        (last, "stub for 64-bit ARM", _stub_machine(EM_AARCH64), {}),
        (last, "stub for 32-bit x86", _stub_machine(EM_386), {}),
        (both, "stub that does not find its libcudart", _own_stub, {"depth": "deeper/still/models"}),
        (last, "stub of 3.9, environment without libpython", _foreign_archive("no-libpython"), foreign),
        (both, "environment with a libstdc++ too old for the stub", _old_libstdcxx, {}),
        (both, "environment without numpy", _without_numpy, {}),
        (both, "environment with its own triton_python_backend_utils", _own_utils, {}),
        (both, "environment without bin/activate", _archive("no-activate"), {}),
        (both, "environment as a folder", _tree, {}),
        (both, "environment as a plain tar", _plain_tar, {}),
        (both, "environment packed with tar -C FOLDER .", _dotted, {}),
        (last, "environment whose python3 is not executable, packed", _unexecutable(packed=True), {}),
        (last, "environment whose python3 is not executable, as a folder", _unexecutable(packed=False), {}),
        (last, "environment whose python3 is a hard link", _hard_link, {}),
        (last, "environment compressed in several parts", _several_parts, {}),
        (last, "environment as a folder, with a slash at its end", _slashed, {}),
        (last, "environment is a virtual environment, packed", _venv(True), {}),
        (last, "environment is a virtual environment, as a folder", _venv(False), {}),
        (last, "environment with the leftover lib/python3.1", _leftover, {}),
        (last, "environment with numpy for 64-bit ARM", _other_numpy("manylinux2014_aarch64"), {}),
        (last, "environment with numpy for macOS", _other_numpy("macosx_11_0_arm64"), {}),
        (last, "environment with numpy for another Python", _other_python_numpy, {}),
        (both, "environment packed on 64-bit ARM", _arm, {}),
        (last, "environment packed on Windows", _windows, {}),
        (both, "environment is a zip archive", _zip, {}),
        (last, "environment is compressed with xz", _recompressed("xz"), {}),
        (last, "environment is compressed with bzip2", _recompressed("bzip2"), {}),
        (last, "environment is empty", _bytes(b""), {}),
        (last, "environment is a Git LFS pointer", _bytes(LFS_POINTER), {}),
        (last, "environment is missing", _missing, {}),
        (last, "environment with a member that leaves it", _leaving, {}),
        (last, "EXECUTION_ENV_PATH relative", _written("environment.tar.gz"), {}),
        (last, "EXECUTION_ENV_PATH with one dollar", _written("$TRITON_MODEL_DIRECTORY/environment.tar.gz"), {}),
        (last, "EXECUTION_ENV_PATH with the keyword inside", _written(f"/{KEYWORD}/environment.tar.gz"), {}),
        (both, "model name with a space", _nothing, {"model_name": "the probe"}),
        (both, "model name with an ampersand", _nothing, {"model_name": "this&that"}),
        (last, "model name with a parenthesis", _nothing, {"model_name": "probe(2)"}),
        (last, "model name with a quote", _nothing, {"model_name": "dog's"}),
        (last, "model name with a question mark", _nothing, {"model_name": "probe?"}),
        (last, "model name with a hash", _nothing, {"model_name": "probe#2"}),
        (last, "model name with braces", _nothing, {"model_name": "probe{2}"}),
        (last, "environment folder with a space", _spaced, {}),
        (last, "library of the backend in the model", _library_in_model, {}),
        (first, "library of the backend in the model", _library_in_model, {}),
        (both, "copied backend folder python_3_9", _copied(renamed=False), foreign),
        (both, "copied backend folder python_3_9, library renamed", _copied(renamed=True), foreign),
        (last, "backend written in Python", _python_based, {}),
        (
            last,
            "backend written in Python, with a stub and environment of 3.9 in the model",
            _python_based_stub,
            foreign,
        ),
    ]
    for server, releases in UNTRIED.items():
        found += [((server,), f"stub of {other}, Python {OWN}", _other_stub(other), {}) for other in releases]
    for story, build in stories().items():
        found.append((last, story, build, foreign if FOREIGN in story else {}))
    for story, text in ACTIVATIONS.items():
        found.append((last, f"activate {story}", _activation(text, OWN), {}))
    for story in ("sets no PATH", "is empty", "ends with a failing test"):
        found.append(
            (last, f"activate {story}, stub and environment of 3.9", _activation(ACTIVATIONS[story], FOREIGN), {})
        )
    for story, cut in ENDS.items():
        found.append((last, f"tar.gz that ends {story}", _ending(cut, packed=True), {}))
        found.append((last, f"tar that ends {story}", _ending(cut, packed=False), {}))
    return found


PATH_LINE = 'export PATH="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd):$PATH"\n'
ACTIVATIONS = {
    "is empty": "",
    "sets no PATH": "export GREETING=hello\n",
    "ends with return 3": PATH_LINE + "return 3\n",
    "ends with return 0": PATH_LINE + "return 0\n",
    "ends with exit 0": PATH_LINE + "exit 0\n",
    "ends with false": PATH_LINE + "false\n",
    "ends with a failing test": PATH_LINE + '[ -n "$SOME_UNSET_NAME" ] && export SOME_OTHER=1\n',
    "ends with a missing file": PATH_LINE + "source /opt/absent/setup.sh\n",
    "names a missing file before its end": "source /opt/absent/setup.sh\n" + PATH_LINE,
    "ends with conda activate": PATH_LINE + "conda activate base\n",
    "says set -e before a missing command": "set -e\nabsent-command\n" + PATH_LINE,
    "says set -u before an unset name": 'set -u\nexport NAME="$SOME_UNSET_NAME"\n' + PATH_LINE,
    "has an if without fi": PATH_LINE + "if true; then\n  export NAME=1\n",
    "has an open quote": PATH_LINE + 'export NAME="open\n',
    "has Windows line ends": PATH_LINE.replace("\n", "\r\n"),
    "has Windows line ends and an if": (PATH_LINE + "if true; then\n  export NAME=1\nfi\n").replace("\n", "\r\n"),
    "starts bash": PATH_LINE + "exec bash\n",
}


def _nothing(room: Room) -> None:
    pass


def _own_stub(room: Room) -> None:
    room.stub(room.release, OWN)


def _other_stub(release: str) -> Build:
    def build(room: Room) -> None:
        room.stub(release, OWN)

    return build


def _stub_at(place: str, environment: str | None) -> Build:
    def build(room: Room) -> None:
        room.stub(room.release, FOREIGN, place)
        if environment is not None:
            room.archive(room.parts.archive(environment))

    return build


def _stub_mode(mode: int) -> Build:
    def build(room: Room) -> None:
        room.stub(room.release, OWN, mode=mode)

    return build


def _foreign_stub(mode: int = 0o755) -> Build:
    def build(room: Room) -> None:
        room.stub(room.release, FOREIGN, mode=mode)
        room.archive(room.parts.archive(FOREIGN))

    return build


def _foreign_archive(change: str) -> Build:
    def build(room: Room) -> None:
        room.stub(room.release, FOREIGN)
        room.archive(room.parts.archive(FOREIGN, change=change))

    return build


def _stub_bytes(data: bytes) -> Build:
    def build(room: Room) -> None:
        (room.model / STUB).write_bytes(data)
        (room.model / STUB).chmod(0o755)

    return build


def _stub_cut(room: Room) -> None:
    data = room.parts.stub(room.release, OWN).read_bytes()
    _stub_bytes(data[: len(data) // 2])(room)


def _stub_script(first: str) -> Build:
    def build(room: Room) -> None:
        stub = room.stub(room.release, OWN, "real_stub")
        _stub_bytes(f'{first}exec {stub} "$@"\n'.encode())(room)

    return build


def _stub_folder(room: Room) -> None:
    (room.model / STUB).mkdir()
    room.stub(room.release, OWN, f"{STUB}/{STUB}")


def _stub_link(room: Room) -> None:
    (room.model / STUB).symlink_to(room.parts.stub(room.release, OWN))


def _stub_library(room: Room) -> None:
    library = room.parts.server(room.release).backends / "python" / "libtriton_python.so"
    _stub_bytes(library.read_bytes())(room)


def _stub_machine(number: int) -> Build:
    def build(room: Room) -> None:
        data = bytearray(room.parts.stub(room.release, OWN).read_bytes())
        data[18:20] = number.to_bytes(2, "little")
        _stub_bytes(bytes(data))(room)

    return build


def _old_libstdcxx(room: Room) -> None:
    tree = room.tree(OWN)
    name = "libstdc++.so.6"
    shutil.copy2(room.parts.library("bullseye", "libstdc++6", f"{name}.0.*"), tree / "lib" / name)


def _without_numpy(room: Room) -> None:
    room.tree(OWN, None)
    # In an image, numpy does not lie in the backend's folder.
    for name in ("numpy", "numpy.libs"):
        (room.own_backends() if room.backends is None else room.backends).joinpath("python", name).unlink()


def _own_utils(room: Room) -> None:
    tree = room.tree(OWN)
    (tree / "lib" / "python3" / "dist-packages" / "triton_python_backend_utils.py").write_text("class Tensor: ...\n")


def _archive(change: str) -> Build:
    def build(room: Room) -> None:
        room.archive(room.parts.archive(OWN, change=change))

    return build


def _tree(room: Room) -> None:
    room.tree(OWN)


def _plain_tar(room: Room) -> None:
    room.packed(gzip.decompress(room.parts.archive(OWN).read_bytes()), "environment.tar")


def _dotted(room: Room) -> None:
    place = room.model / "environment.tar.gz"
    subprocess.run(["tar", "-czf", str(place), "-C", str(room.parts.environment(OWN)), "."], check=True)
    room.environment = f"{KEYWORD}/{place.name}"


def _unexecutable(*, packed: bool) -> Build:
    def build(room: Room) -> None:
        tree = room.tree(OWN)
        program = tree / "bin" / f"python{OWN}"
        data = program.read_bytes()
        program.unlink()
        program.write_bytes(data)
        program.chmod(0o644)
        if packed:
            tree.rename(room.folder / "packed")
            pack(room.folder / "packed", tree)

    return build


def _hard_link(room: Room) -> None:
    tree = room.tree(OWN)
    (tree / "bin" / "python3").unlink()
    os.link(tree / "bin" / f"python{OWN}", tree / "bin" / "python3")
    tree.rename(room.folder / "packed")
    pack(room.folder / "packed", tree)


def _several_parts(room: Room) -> None:
    data = gzip.decompress(room.parts.archive(OWN).read_bytes())
    half = len(data) // 2
    room.packed(gzip.compress(data[:half], 1) + gzip.compress(data[half:], 1))


def _slashed(room: Room) -> None:
    room.tree(OWN)
    room.environment = f"{KEYWORD}/environment/"


def _venv(packed: bool) -> Build:
    def build(room: Room) -> None:
        python = room.parts.python(OWN) / "bin" / "python3"
        place = room.folder / "venv" if packed else room.model / "environment"
        # Debian's minimal Python lacks ensurepip and distutils, which a venv without pip does not need.
        subprocess.run([str(python), "-m", "venv", "--without-pip", str(place)], check=True, capture_output=True)
        packages = place / "lib" / f"python{OWN}" / "site-packages"
        shutil.copytree(room.parts.numpy(OWN, 1), packages, dirs_exist_ok=True, copy_function=os.link)
        room.environment = f"{KEYWORD}/environment"
        if packed:
            pack(place, room.model / "environment")
            # The machine where it was made is another one.
            shutil.rmtree(place)

    return build


def _leftover(room: Room) -> None:
    tree = room.tree(OWN)
    (tree / "lib" / "python3.1").symlink_to(f"python{OWN}")


def _other_numpy(platform: str) -> Build:
    def build(room: Room) -> None:
        _replaced_numpy(room, room.parts.numpy(OWN, 1, platform))

    return build


def _other_python_numpy(room: Room) -> None:
    _replaced_numpy(room, room.parts.numpy(FOREIGN, 1))


def _replaced_numpy(room: Room, numpy: Path) -> None:
    packages = room.tree(OWN, None) / "lib" / "python3" / "dist-packages"
    shutil.copytree(numpy, packages, dirs_exist_ok=True, copy_function=os.link)


def _arm(room: Room) -> None:
    place = room.folder / "packed"
    shutil.copytree(room.parts.python(OWN, "arm64"), place, symlinks=True)
    shutil.copy2(room.parts.environment(OWN) / "bin" / "activate", place / "bin" / "activate")
    packages = place / "lib" / "python3" / "dist-packages"
    shutil.copytree(room.parts.numpy(OWN, 1, "manylinux2014_aarch64"), packages, dirs_exist_ok=True)
    pack(place, room.model / "environment.tar.gz")
    room.environment = f"{KEYWORD}/environment.tar.gz"


def _windows(room: Room) -> None:
    place = room.folder / "packed"
    shutil.copytree(room.parts.numpy(OWN, 1, "win_amd64"), place / "Lib" / "site-packages")
    (place / "Scripts").mkdir()
    (place / "Scripts" / "activate.bat").write_text("@echo off\r\n")
    (place / "python.exe").write_bytes(b"MZ" + bytes(600))
    pack(place, room.model / "environment.tar.gz")
    room.environment = f"{KEYWORD}/environment.tar.gz"


def _zip(room: Room) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.write(room.parts.environment(OWN) / "bin" / "activate", "bin/activate")
    room.packed(stream.getvalue(), "environment.zip")


def _recompressed(program: str) -> Build:
    def build(room: Room) -> None:
        data = room.parts.environment(OWN).joinpath("bin", "activate").read_bytes()
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode=f"w:{'xz' if program == 'xz' else 'bz2'}") as archive:  # type: ignore[call-overload]
            member = tarfile.TarInfo("bin/activate")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        room.packed(stream.getvalue())

    return build


def _bytes(data: bytes) -> Build:
    def build(room: Room) -> None:
        room.packed(data)

    return build


def _missing(room: Room) -> None:
    room.environment = f"{KEYWORD}/environment.tar.gz"


def _leaving(room: Room) -> None:
    data = gzip.decompress(room.parts.archive(OWN).read_bytes())
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../python_env_left"))
    room.packed(stream.getvalue()[:512] + data)


def _written(value: str) -> Build:
    def build(room: Room) -> None:
        room.archive(room.parts.archive(OWN))
        room.environment = value

    return build


def _spaced(room: Room) -> None:
    room.tree(OWN, name="my environment")


def _library_in_model(room: Room) -> None:
    library = room.parts.server(room.release).backends / "python" / "libtriton_python.so"
    shutil.copy2(library, room.model / "libtriton_python.so")


def _copied(*, renamed: bool) -> Build:
    def build(room: Room) -> None:
        backends = room.own_backends()
        copy = backends / "python_3_9"
        shutil.copytree(backends / "python", copy, symlinks=True)
        shutil.copyfile(room.parts.stub(room.release, FOREIGN), copy / STUB)
        if renamed:
            (copy / "libtriton_python.so").rename(copy / "libtriton_python_3_9.so")
        room.backend = "python_3_9"
        room.archive(room.parts.archive(FOREIGN))

    return build


def _python_based(room: Room) -> None:
    folder = room.own_backends() / "adder"
    folder.mkdir()
    shutil.move(room.model / "1" / "model.py", folder / "model.py")
    room.backend = "adder"


def _python_based_stub(room: Room) -> None:
    _python_based(room)
    room.stub(room.release, FOREIGN)
    room.archive(room.parts.archive(FOREIGN))


def _activation(text: str, version: str) -> Build:
    def build(room: Room) -> None:
        if version != OWN:
            room.stub(room.release, version)
        tree = room.tree(version)
        (tree / "bin" / "activate").unlink()
        (tree / "bin" / "activate").write_bytes(text.encode())

    return build


ENDS = {
    "inside the last member": 512 + 300,
    "right behind the last member's data": 512 + 700,
    "inside the last member's padding": 512 + 800,
    "without its two empty blocks": 512 + 1024,
    "after one empty block": 512 + 1024 + 512,
}
"""Bytes that are kept behind the start of the last member, whose data is 700 bytes long."""


def _ending(kept: int, *, packed: bool) -> Build:
    def build(room: Room) -> None:
        data = gzip.decompress(room.parts.archive(OWN).read_bytes())
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            archive.getmembers()
            end = archive.offset
        member = tarfile.TarInfo("zzz")
        member.size = 700
        tail = (member.tobuf() + b"z" * 700).ljust(512 + 1024 + 1024, b"\0")[:kept]
        whole = data[:end] + tail
        room.packed(gzip.compress(whole, 1) if packed else whole, "environment.tar.gz" if packed else "environment.tar")

    return build
