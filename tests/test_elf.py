"""Stubs and libraries: real ones of several releases, compiled ones, and everything that is cut, hostile or no ELF."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tritonlint.inputs.elf import ElfFacts, elf_from_bytes, read_elf, release_bracket, same_layout, version_key
from tritonlint.specimen import build, elf, stub_strings

CACHE = Path(os.environ.get("TRITONLINT_TEST_CACHE", Path(__file__).parent.parent / ".cache" / "tritonlint"))
# Which release each wheel holds was read from the server inside (facts on real servers).
WHEELS = {"0.5.10": "24.07", "0.7.0": "24.10"}


def wheel(version: str) -> Path:
    for folder in (CACHE, CACHE.parent, CACHE / "wheels"):
        for found in folder.glob(f"nvidia_pytriton-{version}-*.whl"):
            return found
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(CACHE), f"nvidia-pytriton=={version}"],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    for found in CACHE.glob(f"nvidia_pytriton-{version}-*.whl"):
        return found
    pytest.skip(f"nvidia-pytriton {version} cannot be downloaded here: {done.stderr.strip()[-200:]}")


@pytest.fixture(scope="module", params=list(WHEELS))
def real_stubs(request: pytest.FixtureRequest) -> tuple[str, dict[str, bytes]]:
    with zipfile.ZipFile(wheel(request.param)) as archive:
        stubs = {
            name.split("/")[-2]: archive.read(name)
            for name in archive.namelist()
            if name.endswith("/triton_python_backend_stub") and "python_backend_stubs" in name
        }
    return WHEELS[request.param], stubs


def test_real_stubs(real_stubs: tuple[str, dict[str, bytes]]) -> None:
    release, stubs = real_stubs
    assert {"3.8", "3.9", "3.10", "3.11", "3.12"} <= stubs.keys()
    for python, data in stubs.items():
        facts = elf_from_bytes("stub", data)
        assert not facts.error
        assert (facts.python, facts.machine, facts.type, facts.bits) == (python, "x86_64", "executable", 64)
        assert facts.interpreter == "/lib64/ld-linux-x86-64.so.2"
        assert facts.is_stub
        assert facts.numpy2 is False
        assert facts.releases is not None
        first, last = facts.releases
        assert first <= release <= last
        assert same_layout(first, last) or (first, last) == ("24.08", "24.10")
        assert any(name.startswith("libcudart-") for name in facts.needed)
        assert facts.needs("GLIBC") == "2.34"
        assert facts.needs("GLIBCXX") == "3.4.30"
        assert facts.rpath == ("$ORIGIN/../../../../nvidia_pytriton.libs",)
        assert len(facts.build_id) == 40


def test_real_stub_cut_at_every_kilobyte(real_stubs: tuple[str, dict[str, bytes]]) -> None:
    data = real_stubs[1]["3.11"]
    whole = elf_from_bytes("stub", data)
    start = time.monotonic()
    for size in range(0, len(data), 1024):
        facts = elf_from_bytes("stub", data[:size])
        if size == 0:
            assert facts.not_elf == "empty"
        elif not facts.error:
            # Only what lies behind the last segment is gone: the program still runs.
            assert (facts.needed, facts.python) == (whole.needed, whole.python)
        else:
            assert "cut" in facts.error or "truncated" in facts.error
    assert time.monotonic() - start < 60


def test_real_backend_library() -> None:
    with zipfile.ZipFile(wheel("0.7.0")) as archive:
        name = next(n for n in archive.namelist() if n.endswith("backends/python/libtriton_python.so"))
        facts = elf_from_bytes(name, archive.read(name))
    assert "TRITONBACKEND_ModelInstanceExecute" in facts.exports
    assert "TRITONBACKEND_ModelName" not in facts.exports, "needed from the server, not offered"
    assert not facts.is_stub
    assert facts.releases is not None
    assert facts.releases[0] <= "24.10" <= facts.releases[1]


@pytest.mark.skipif(shutil.which("readelf") is None, reason="binutils are not installed")
def test_real_stub_agrees_with_readelf(real_stubs: tuple[str, dict[str, bytes]], tmp_path: Path) -> None:
    place = tmp_path / "stub"
    for data in real_stubs[1].values():
        place.write_bytes(data)
        shown = subprocess.run(["readelf", "-dW", place], check=True, capture_output=True, text=True).stdout
        needed = [line.split("[")[1].split("]")[0] for line in shown.splitlines() if "(NEEDED)" in line]
        assert list(read_elf(str(place)).needed) == needed


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
@pytest.mark.parametrize("strip", [False, True])
def test_compiled_library(tmp_path: Path, strip: bool) -> None:
    source = tmp_path / "backend.c"
    source.write_text("int TRITONBACKEND_Initialize(void *p) { return p == 0; }\nint other(void) { return 1; }\n")
    place = tmp_path / "libtriton_mine.so"
    flags = ["-shared", "-fPIC", "-Wl,-soname,libtriton_mine.so", "-Wl,-rpath,$ORIGIN/libs"]
    subprocess.run(["gcc", *flags, *(["-s"] if strip else []), "-o", place, source], check=True)
    facts = read_elf(str(place))
    assert facts.exports == ("TRITONBACKEND_Initialize",)
    assert facts.soname == "libtriton_mine.so"
    assert facts.runpath + facts.rpath == ("$ORIGIN/libs",)
    assert facts.type == "shared object"
    assert not facts.error


def test_own_libstdcxx_offers_versions() -> None:
    found = [p for p in ("/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib/libstdc++.so.6") if os.path.exists(p)]
    if not found:
        pytest.skip("no libstdc++ here")
    offered = read_elf(found[0]).offers("GLIBCXX")
    assert offered is not None
    assert version_key(offered) >= (3, 4, 20)


@pytest.mark.parametrize("release", ["22.12", "23.08", "24.05", "24.10", "25.03", "25.08", "26.03"])
def test_bracket_holds_the_release(release: str) -> None:
    bracket = release_bracket(b"\0".join(stub_strings(release)))
    assert bracket is not None
    assert bracket[0] <= release <= bracket[1]


def test_contradicting_strings_give_no_bracket() -> None:
    assert release_bracket(b"\0".join(stub_strings("23.08") + stub_strings("26.03"))) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs-pointer"),
        (b"#!/bin/sh\nexec stub\n", "script"),
        (b"hello\n", "text"),
        (b"\xcf\xfa\xed\xfe\x07\0\0\1", "other"),
        (b"MZ\x90\0\3", "other"),
    ],
)
def test_not_elf(data: bytes, reason: str) -> None:
    assert elf_from_bytes("stub", data).not_elf == reason


def test_places_that_are_no_file(tmp_path: Path) -> None:
    assert read_elf(str(tmp_path)).not_elf in ("not-regular", "unreadable")
    assert read_elf(str(tmp_path / "absent")).not_elf == "unreadable"
    os.mkfifo(tmp_path / "pipe")
    assert read_elf(str(tmp_path / "pipe")).not_elf == "not-regular"


def specimen(**options: str) -> bytes:
    return elf({"needed": "libpython3-419a3a08.13t.so.1.0,libc.so.6", **options}, [b"x"])


def test_free_threaded_python_under_a_hash_name() -> None:
    facts = elf_from_bytes("stub", specimen())
    assert (facts.python, facts.free_threaded, facts.python_debug) == ("3.13", True, False)


def patched(position: int, layout: str, value: int) -> bytes:
    data = bytearray(specimen())
    struct.pack_into(layout, data, position, value)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        patched(56, "<H", 65535),  # counts 65535 segments
        patched(32, "<Q", 2**63),  # segment table beyond the file
        patched(54, "<H", 1),  # segments that overlap
        patched(16, "<H", 999),  # no such type
        patched(18, "<H", 9999),  # no such machine
        patched(4, "<B", 7),
        specimen()[:30],
    ],
)
def test_damaged_header(data: bytes) -> None:
    start = time.monotonic()
    assert isinstance(elf_from_bytes("stub", data), ElfFacts)
    assert time.monotonic() - start < 5


def test_countless_version_entries() -> None:
    """Entries that overlap byte by byte, each counting 257 names: the reading is bounded."""
    data = bytearray(elf({"needed": "libc.so.6"}, [b"x" * 8]))
    entries = len(data)
    data += b"\1\1\1\1\x10\0\0\0" * 65536
    size = struct.pack("<Q", 10)
    position = data.index(size, 120)
    struct.pack_into("<QQ", data, position, 0x6FFFFFFE, 0x400000 + entries)
    loaded = data.index(struct.pack("<II", 1, 5), 64)
    struct.pack_into("<QQ", data, loaded + 32, len(data), len(data))
    start = time.monotonic()
    facts = elf_from_bytes("stub", bytes(data))
    assert facts.needed == ("libc.so.6",) or facts.error
    assert time.monotonic() - start < 5


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_behind_the_magic(data: bytes) -> None:
    assert isinstance(elf_from_bytes("stub", b"\x7fELF" + data), ElfFacts)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(4, 600), st.integers(0, 255)), max_size=12))
def test_any_bytes_changed(changes: list[tuple[int, int]]) -> None:
    data = bytearray(specimen())
    for position, value in changes:
        data[position % len(data)] = value
    assert isinstance(elf_from_bytes("stub", bytes(data)), ElfFacts)


def test_specimen_is_executable_and_the_same_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for place in (first, second):
        build("@elf needed=libpython3.9.so.1.0\n@stub 24.05\n", place)
    assert first.read_bytes() == second.read_bytes()
    facts = read_elf(str(first))
    assert facts.executable
    assert facts.releases == ("24.04", "24.05")
