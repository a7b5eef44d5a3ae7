"""Environments: real archives and folders, and what is cut, hostile, huge or no archive."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tritonlint import cache
from tritonlint.inputs.activation import read_activation
from tritonlint.inputs.environment import EnvironmentFacts, read_archive, read_environment
from tritonlint.specimen import build, elf


def read(path: Path, budget: int = 2**30) -> EnvironmentFacts:
    return read_archive(str(path), path.stat().st_size, budget)


def packed(folder: Path, text: str, name: str = "env.tar.gz") -> EnvironmentFacts:
    build(text, folder / name)
    return read(folder / name)


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environments") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next((folder / "lib").glob("python3*/site-packages"))
    for name in ("numpy", "numpy-1.26.4.dist-info", "My_Package-2.0.dist-info"):
        (packages / name).mkdir()
    (packages / "numpy" / "__init__.py").write_text("")
    (packages / "single.py").write_text("")
    return folder


def test_real_venv_as_folder_and_packed_alike(venv: Path, tmp_path: Path) -> None:
    folder = read_environment(str(venv))
    facts = {"folder": folder}
    for name, flags in (("env.tar.gz", "czf"), ("env.tar", "cf")):
        subprocess.run(["tar", flags, tmp_path / name, "-C", venv, "."], check=True)
        facts[name] = read(tmp_path / name)
    python = "{}.{}".format(*sys.version_info)
    for each in facts.values():
        assert not each.error
        assert each.complete
        assert each.python == python
        assert each.activate
        assert each.activation is not None
        assert each.activation.sets_path
        assert each.activation.exports == ()
        assert each.version("numpy") == "1.26.4"
        assert each.version("my.package") == "2.0"
        assert {"numpy", "single"} <= each.modules
        assert each.venv_home
        assert each.python3 in ("absolute-link", "link")
        assert each.top_folder == ""
    assert facts["env.tar"].python_full == folder.python_full


def test_packed_with_its_folder(venv: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "czf", tmp_path / "env.tar.gz", "-C", venv.parent, venv.name], check=True)
    facts = read(tmp_path / "env.tar.gz")
    assert facts.top_folder == venv.name
    assert facts.activate


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_tar_dialect(form: int, tmp_path: Path) -> None:
    deep = "lib/python3.10/site-packages/" + "/".join(["a" * 30] * 4) + "/ü.py"
    names = ["bin/activate", "bin/python3.10", deep]
    if form != tarfile.USTAR_FORMAT:
        names.append("lib/python3.10/site-packages/" + "b" * 180 + ".py")
    with tarfile.open(tmp_path / "env.tar", "w", format=form) as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 700
            archive.addfile(member, io.BytesIO(b"#" * 700))
        link = tarfile.TarInfo("bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, "python3.10"
        archive.addfile(link)
    facts = read(tmp_path / "env.tar")
    assert not facts.error
    assert facts.members == len(names) + 1
    assert facts.python3 == "link"
    assert "a" * 30 in facts.modules
    assert form == tarfile.USTAR_FORMAT or "b" * 180 in facts.modules


CONDA = """@tar.gz
bin/activate = export PATH="$VIRTUAL_ENV/bin:$PATH"
bin/conda-unpack
bin/python3 -> python3.9
bin/python3.9
conda-meta/numpy-1.26.4-py39h474f0d3_0.json
conda-meta/python-3.9.18-h0755675_1_cpython.json
etc/conda/activate.d/gdal-activate.sh
lib/libpython3.9.so.1.0
lib/libstdc++.so.6 -> libstdc++.so.6.0.32
lib/libstdc++.so.6.0.32 = GLIBCXX_3.4.9\\0GLIBCXX_3.4.32\\0GLIBCXX_3.4.4\\0
lib/python3.1 -> python3.9
lib/python3.9/os.py
lib/python3.9/site-packages/numpy/__init__.py
"""


def test_conda_pack(tmp_path: Path) -> None:
    facts = packed(tmp_path, CONDA)
    assert facts.python == "3.9", "conda's link lib/python3.1 is no Python"
    assert facts.python_full == "3.9.18"
    assert facts.conda_unpack
    assert facts.hooks == ("gdal-activate.sh",)
    assert facts.libpython == ("3.9",)
    assert facts.libstdcxx == "3.4.32"
    assert facts.version("numpy") == "1.26.4"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\3\4rest", "zip"),
        (b"BZh91AY", "bz2"),
        (b"\xfd7zXZ\0\0", "xz"),
        (b"\x28\xb5\x2f\xfd\0", "zst"),
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git-lfs-pointer"),
        (b"<html>not found</html>", "other"),
        (b"x" * 600, "other"),
    ],
)
def test_format_by_first_bytes(data: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "env.tar.gz").write_bytes(data)
    facts = read(tmp_path / "env.tar.gz")
    assert facts.format == kind
    assert not facts.readable


def test_places_without_environment(tmp_path: Path) -> None:
    assert read_environment(str(tmp_path / "absent")).format == "missing"
    os.mkfifo(tmp_path / "pipe")
    assert read_environment(str(tmp_path / "pipe")).format == "other"
    empty = read_environment(str(tmp_path))
    assert (empty.format, empty.activate, empty.python) == ("folder", False, None)


def test_gzip_of_no_tar(tmp_path: Path) -> None:
    (tmp_path / "e").write_bytes(gzip.compress(b"hello" * 1000))
    assert read(tmp_path / "e").error == "damaged: no tar inside"


@pytest.mark.parametrize("kind", ["@tar", "@tar.gz"])
def test_cut_everywhere(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "env"
    build(CONDA.replace("@tar.gz", kind, 1), place)
    data = place.read_bytes()
    whole = read(place)
    for size in range(1, len(data), 16 if kind == "@tar.gz" else 512):
        place.write_bytes(data[:size])
        facts = read(place)
        if kind == "@tar.gz" and size > 2:
            # Only the checksum behind the last block may be missing without harm.
            assert facts.error or (facts.members == whole.members and size > len(data) - 40)
        assert facts.members <= whole.members


def test_members_that_leave(tmp_path: Path) -> None:
    facts = packed(tmp_path, "@tar\nbin/activate\n../../etc/passwd\n/etc/shadow\na/../b\nlib/..hidden\n")
    assert facts.unsafe == ("../../etc/passwd", "/etc/shadow", "a/../b")


def test_members_through_links(tmp_path: Path) -> None:
    text = "@tar\nlib/python3.9/os.py\nlib64 -> lib\nlib64/python3.9/re.py\nlib/x -> y\nlib/xy/z\nlib64/a/b/c\n"
    assert packed(tmp_path, text).through_links == ("lib64/python3.9/re.py", "lib64/a/b/c")


def test_gzip_bomb_ends_at_the_budget(tmp_path: Path) -> None:
    header = tarfile.TarInfo("lib/zeros")
    header.size = 2**32
    place = tmp_path / "bomb"
    with gzip.open(place, "wb", compresslevel=1) as packed_file:
        packed_file.write(header.tobuf())
        for _ in range(64):
            packed_file.write(bytes(2**20))
    start = time.monotonic()
    facts = read(place, budget=32 * 2**20)
    assert facts.partial
    assert not facts.complete
    assert time.monotonic() - start < 5


def test_long_name_of_gigabytes(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2**40
    (tmp_path / "env").write_bytes(header.tobuf(tarfile.GNU_FORMAT))
    facts = read(tmp_path / "env")
    assert facts.error or facts.partial


def test_cached_by_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRITONLINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_enabled", True)
    place = tmp_path / "env.tar.gz"
    build(CONDA, place)
    first = read_environment(str(place))
    monkeypatch.setattr("tritonlint.inputs.environment.read_archive", lambda *a: pytest.fail("read twice"))
    assert read_environment(str(place)) == first


def test_activation() -> None:
    facts = read_activation(
        "# export NO=1\nset -euo pipefail\nexport PATH=/x:$PATH\nexport GDAL_DATA=/y\nsource /opt/z.sh\n"
        "VIRTUAL_ENV='/home/me/env'\nexport VIRTUAL_ENV\n"
    )
    assert facts.exports == ("GDAL_DATA",)
    assert facts.sources == ("/opt/z.sh",)
    assert facts.sets_path
    assert facts.prefix == "/home/me/env"
    assert read_activation("\n# nothing\n").empty


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=3000), st.booleans())
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, zipped: bool) -> None:
    place = tmp_path_factory.mktemp("any") / "env"
    place.write_bytes(gzip.compress(data, 1) if zipped else data)
    assert isinstance(read(place), EnvironmentFacts)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=10), st.booleans())
def test_any_bytes_changed(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], mend: bool
) -> None:
    place = tmp_path_factory.mktemp("changed") / "env"
    build(CONDA.replace("@tar.gz", "@tar", 1), place)
    data = bytearray(place.read_bytes())
    for position, value in changes:
        data[position % len(data)] = value
    if mend:
        # A right checksum leads deeper into the reader.
        for start in range(0, len(data), 512):
            block = data[start : start + 512]
            if block[257:262] == b"ustar":
                total = sum(block[:148]) + 256 + sum(block[156:])
                data[start + 148 : start + 156] = b"%06o\0 " % total
    place.write_bytes(bytes(data))
    assert isinstance(read(place, 2**24), EnvironmentFacts)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda data: data[:-8], "truncated"),  # the server refuses it
        (lambda data: data[: len(data) // 2], "truncated"),
        (lambda data: data[:-8] + bytes(8), ""),  # wrong checksum: accepted
        (lambda data: data + b"garbage", ""),
        (lambda data: data + bytes(512), ""),
        (lambda data: data + data, ""),
    ],
)
def test_what_the_server_of_2410_makes_of_a_gzip_end(
    change: Callable[[bytes], bytes], error: str, tmp_path: Path
) -> None:
    place = tmp_path / "env.tar.gz"
    build(CONDA, place)
    place.write_bytes(change(place.read_bytes()))
    facts = read(place)
    assert facts.error.split(":")[0] == error
    assert error or facts.activate


def test_what_the_server_of_2410_makes_of_a_tar_end(tmp_path: Path) -> None:
    place = tmp_path / "env.tar"
    build("@tar\nbin/activate = export A=1\n", place)
    data = place.read_bytes()
    for size, error in ((700, False), (1024, False), (1024 + 512, False), (515, True), (100, True)):
        place.write_bytes(data[:size])
        facts = read(place)
        assert bool(facts.error or facts.format == "other") is error, size


@pytest.mark.parametrize("kept", [700, 800, 1023])
def test_padding_cut_inside_compressed_data(kept: int, tmp_path: Path) -> None:
    place = tmp_path / "env.tar.gz"
    build("@tar\nbin/activate = " + "x" * 700 + "\n", place)
    tar = place.read_bytes()[: 512 + kept]
    place.write_bytes(tar)
    assert not read(place).error
    place.write_bytes(gzip.compress(tar))
    assert read(place).error.startswith("truncated")
    place.write_bytes(gzip.compress(tar.ljust(512 + 1024, b"\0")))
    assert not read(place).error


@pytest.mark.parametrize(
    ("text", "failure", "surely"),
    [
        ("export A=1\n", "", False),
        ("return 3", "`return 3`", True),
        ("return 0\nfalse", "", False),
        ("f() {\n  return 3\n  exit 1\n}\nf2 () { false; }\n", "", False),
        ('if [ -n "$A" ]; then exit 1; fi\n', "", False),
        ("case $A in\n  b) exit 1;;\nesac\n", "", False),
        ("for a in *.sh; do . $a; done\n", "", False),
        ("exit 0 # done", "`exit 0`", True),
        ("exec >/dev/null\n", "", False),
        ("exec bash -i", "`exec bash -i`", True),
        ("A=1; false\n# end\n", "`false` at its end", True),
        ("[ -f x ] && . x\n", "a test at its end, `[ -f x ] && . x`", False),
        ("[ -f x ] && . x || true\n", "", False),
        ("[ -f x ] && . x\n:\n", "", False),
        ("conda activate base", "`conda activate base` at its end, which the image may not have", False),
        ("conda activate base\ntrue\n", "", False),
        ("A=1\r\n\r\nB=1\r\n", "", False),
        ("\v", "", False),
        ("cd /opt/app\n", "`cd /opt/app` at its end, which the image may not have", False),
        ('cd "$PREFIX"\n', "", False),
        ("command -v nvcc\n", "`command -v nvcc` at its end, which the image may not have", False),
        ("which nvcc | cat\n", "", False),
        ("nvcc --version | head -1\n", "", False),
        (
            "command -v nvcc >/dev/null && A=1\n",
            "a test at its end, `command -v nvcc >/dev/null && A=1`",
            False,
        ),
        (
            "[ -d /opt/app ] || exit 1\nA=1\n",
            "`[ -d /opt/app ] || exit 1`, when the image does not have that",
            False,
        ),
        (
            "source /opt/app/env.sh || return 1\nA=1\n",
            "`source /opt/app/env.sh || return 1`, when the image does not have that",
            False,
        ),
        ("[ -d /usr/local/cuda ] || exit 1\nA=1\n", "", False),
        ("[ -d /tmp ] || exit 1\nA=1\n", "", False),
        ("cd /\n", "", False),
        ("cd /opt/tritonserver\n", "", False),
        ("command -v python3\n", "", False),
        ("[ -d /opt/app ] || return 0\nA=1\n", "", False),
        ('[ -d "$PREFIX/lib" ] || return 1\nA=1\n', "", False),
        ("[ -d /opt/app ] || mkdir /opt/app\nA=1\n", "", False),
        ("(return 0 2>/dev/null) || exit 1\nA=1\n", "", False),
        (". /opt/setup.sh\n", "`. /opt/setup.sh` at its end, which the image may not have", False),
        ('. "$PREFIX/setup.sh"\n', "", False),
        ("set -eu\nA=$B\n", "`set -eu` and then `$B`, which may not be set", False),
        ("set -u\nB=1\nA=$B:$PATH:${C:-x}\n", "", False),
        ("if true; then\n A=1\n", "a block without its `fi`", True),
        ("if true; then\r\nA=1\r\nfi\r\n", "a block without its `fi`, with the line ends of Windows", True),
        ('A="b\n', "a quote that is not closed", True),
        ('A="$(echo "it\'s ${B#* }")"\n', "", False),
        ("echo it\\'s\n", "", False),
        ("cat <<EOF\nit's\nEOF\n", "", False),
    ],
)
def test_activation_that_ends_badly(text: str, failure: str, surely: bool) -> None:
    facts = read_activation(text)
    assert (facts.failure, facts.fails_surely) == (failure, surely)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab \n;'\"`$(){}\\#|&<[]=fi", max_size=80))
def test_any_activation(text: str) -> None:
    read_activation(text)


def test_interpreter_that_is_not_executable(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin" / "activate").write_text("")
    build("@elf", tree / "bin" / "python3.9")
    (tree / "bin" / "python3").symlink_to("python3.9")
    for mode, kind in ((0o755, "link"), (0o644, "not-executable")):
        (tree / "bin" / "python3.9").chmod(mode)
        subprocess.run(["tar", "czf", tmp_path / "env.tar.gz", "-C", tree, "."], check=True)
        for facts in (read(tmp_path / "env.tar.gz"), read_environment(str(tree))):
            assert facts.python3 == kind
            assert facts.activate


def test_links_of_activate(tmp_path: Path) -> None:
    assert packed(tmp_path, "@tar\nbin/activate -> act\nbin/act\n").activate
    assert not packed(tmp_path, "@tar\nbin/activate -> missing\nbin/x\n").activate
    assert not packed(tmp_path, "@tar\nbin/activate -> activate\n").activate


def members(*files: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


PACKAGES = "lib/python3.12/site-packages"


def test_what_lies_in_packages_and_library(tmp_path: Path) -> None:
    place = tmp_path / "env.tar.gz"
    wheel = b"Wheel-Version: 1.0\nTag: cp312-cp312-manylinux_2_17_x86_64.manylinux_2_38_x86_64.manylinux2014_x86_64\n"
    place.write_bytes(
        members(
            ("bin/python3.12", elf({"machine": "aarch64"}, [])),
            ("lib/python3.12/os.py", b""),
            ("lib/python3.12/json/__init__.py", b""),
            ("lib/python3.12/lib-dynload/math.cpython-312-aarch64-linux-gnu.so", b""),
            ("lib/python3.1/os.py", b""),
            ("lib/libpython3.12.so.1.0", elf({"soname": "libpython3.12.so.1.0", "versions": "GLIBC_2.38"}, [])),
            ("lib/libz.so.1.3", b""),
            (f"{PACKAGES}/numpy/core/x.cpython-312-aarch64-linux-gnu.so", b""),
            (f"{PACKAGES}/numpy-1.26.4.dist-info/WHEEL", wheel),
            (f"{PACKAGES}/mine.pth", b"# comment\n/home/me/src\n./beside\nimport os; os.getcwd()\n"),
            (f"{PACKAGES}/distutils-precedence.pth", b"import os\n"),
            (f"{PACKAGES}/__editable__.other-1.pth", b"import finder\n"),
        )
    )
    facts = read(place)
    assert (facts.system, facts.machine, facts.interpreter) == ("linux", "aarch64", "bin/python3.12")
    assert facts.pythons == ("3.12",)
    assert facts.leftovers == ("lib/python3.1",)
    assert {"os", "json", "math"} <= facts.library_modules
    assert facts.extensions == {"cpython-312-aarch64-linux-gnu": "numpy/core/x.cpython-312-aarch64-linux-gnu.so"}
    assert facts.platforms == {"manylinux2014_x86_64": "numpy", "manylinux_2_17_x86_64": "numpy"}
    assert facts.libraries == {"libpython3.12.so.1.0", "libz.so.1.3"}
    assert facts.binaries["libpython3.12.so.1.0"].needs("GLIBC") == "2.38"
    assert facts.pth == (("mine.pth", "/home/me/src"), ("mine.pth", "./beside"))
    assert facts.pth_code == ("mine.pth", "__editable__.other-1.pth")
    assert facts.editables == ("__editable__.other-1.pth",)
    copy = tmp_path / "copy.tar.gz"
    copy.write_bytes(place.read_bytes())
    assert read(copy).digest == facts.digest != ""
    unpacked = tmp_path / "unpacked"
    with tarfile.open(place) as archive:
        archive.extractall(unpacked)
    folder = read_environment(str(unpacked))
    same = "system machine pythons leftovers library_modules platforms libraries pth editables"
    for name in same.split():
        assert getattr(folder, name) == getattr(facts, name), name


@pytest.mark.parametrize(
    ("files", "system"),
    [
        ([("python.exe", b"MZ"), ("Lib/site-packages/numpy/__init__.py", b"")], "windows"),
        ([("Scripts/python.exe", b"MZ"), ("Lib/site-packages/x.py", b"")], "windows"),
        ([("bin/python3.12", b"\xcf\xfa\xed\xfe" + bytes(16)), ("lib/python3.12/os.py", b"")], "macos"),
        ([("bin/python3.12", b"#!/bin/sh\n"), ("lib/python3.12/os.py", b"")], ""),
    ],
)
def test_other_systems(files: list[tuple[str, bytes]], system: str, tmp_path: Path) -> None:
    (tmp_path / "env").write_bytes(members(*files))
    assert read(tmp_path / "env").system == system


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 100_000), st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=4))
def test_any_cut_and_change_of_compressed_data(
    tmp_path_factory: pytest.TempPathFactory, cut: int, changes: list[tuple[int, int]]
) -> None:
    place = tmp_path_factory.mktemp("packed") / "env"
    build(CONDA, place)
    data = bytearray(place.read_bytes())
    for position, value in changes:
        data[position % len(data)] = value
    place.write_bytes(bytes(data[: 1 + cut % len(data)]))
    start = time.monotonic()
    assert isinstance(read(place, 2**24), EnvironmentFacts)
    assert time.monotonic() - start < 5


PLACES = ["bin/activate", "bin/python3.12", "lib/libstdc++.so.6", "lib/libpython3.12.so", "pyvenv.cfg", "../x"]
INSIDE = ["x.pth", "x-1.dist-info/WHEEL", "x-1.dist-info/METADATA", "__editable__.pth", "a" * 300]
NAMES = st.sampled_from(PLACES + [f"{PACKAGES}/{name}" for name in INSIDE])


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(NAMES, st.binary(max_size=600)), max_size=8))
def test_any_content_of_what_is_read(tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]]) -> None:
    place = tmp_path_factory.mktemp("content") / "env"
    place.write_bytes(members(*files, *((name, b"\x7fELF" + content) for name, content in files)))
    facts = read(place)
    assert not facts.error or not files
    assert facts.members == 2 * len(files)


def test_sizes_that_lie(tmp_path: Path) -> None:
    """Members that promise more than there is, a negative size in base 256, a pax size of many digits."""
    for field_value in (b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"-0000000001\0"):
        header = bytearray(tarfile.TarInfo("lib/libstdc++.so.6").tobuf(tarfile.GNU_FORMAT))
        header[124:136] = field_value
        header[148:156] = b"%06o\0 " % (sum(header[:148]) + 256 + sum(header[156:512]))
        (tmp_path / "env").write_bytes(bytes(header) + b"x" * 600)
        start = time.monotonic()
        facts = read(tmp_path / "env")
        assert facts.error or facts.partial
        assert time.monotonic() - start < 5


def test_links_that_loop(tmp_path: Path) -> None:
    facts = packed(
        tmp_path,
        "@tar.gz\nbin/python3 -> python\nbin/python -> python3\nlib/libstdc++.so.6 -> libstdc++.so.6\nlib -> lib\n",
    )
    assert facts.python3 == "dangling-link"
    assert facts.binaries == {}


def test_names_without_end_cost_nothing(tmp_path: Path) -> None:
    """Names longer than Linux takes are passed over; more names than any environment has are not kept."""
    place = tmp_path / "env"
    with gzip.open(place, "wb", compresslevel=1) as stream:
        for length in (300, 5000, 60_000):
            stream.write(tarfile.TarInfo(f"{PACKAGES}/{'-' * length}/x.py").tobuf(tarfile.GNU_FORMAT))
        stream.write(tarfile.TarInfo(f"{PACKAGES}/good/x.py").tobuf(tarfile.GNU_FORMAT))
    start = time.monotonic()
    facts = read(place)
    assert (facts.members, facts.modules, facts.error, facts.partial) == (4, {"good"}, "", False)
    with gzip.open(place, "wb", compresslevel=1) as stream:
        for number in range(52_000):
            stream.write(tarfile.TarInfo(f"{PACKAGES}/m{number}/x.py").tobuf(tarfile.USTAR_FORMAT))
    facts = read(place)
    assert facts.partial
    assert len(facts.modules) <= 50_000
    assert time.monotonic() - start < 30


def test_eggs_and_distributions(tmp_path: Path) -> None:
    facts = packed(
        tmp_path,
        f"@tar\n{PACKAGES}/a_b-1.0.dist-info/METADATA\n{PACKAGES}/c-2.0-py3.12.egg-info/PKG-INFO\n{PACKAGES}/d.egg-info\n",
    )
    assert facts.distributions == {"a-b": "1.0", "c": "2.0"}
