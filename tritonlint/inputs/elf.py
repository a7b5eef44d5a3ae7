"""Stubs and shared libraries: what an ELF file needs, offers and was built from, without running it.

Only the dynamic segment and constant strings are read, so a stripped file gives the same facts. The file may be
anything (a Git LFS pointer, half a download, a hostile header): every table is bounded, and what does not fit is
told in ``error`` or ``not_elf``. The only place that imports pyelftools.
"""

from __future__ import annotations

import io
import json
import os
import re
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tritonlint.target import release_table

MAX_BYTES = 256 * 2**20
"""Largest file that is read; real stubs have 1 to 5 MB."""
MAX_SEGMENTS = 512
MAX_TAGS = 8192
MAX_VERSIONS = 4096
MAX_SYMBOLS = 500_000
MAX_NAME = 4096

NotElf = Literal["", "empty", "git-lfs-pointer", "script", "text", "not-regular", "unreadable", "too-large", "other"]

MACHINES = {"EM_X86_64": "x86_64", "EM_AARCH64": "aarch64", "EM_386": "i386", "EM_ARM": "arm", "EM_PPC64": "ppc64le"}
MACHINE_NUMBERS = {62: "x86_64", 183: "aarch64", 3: "i386", 40: "arm", 21: "ppc64le"}
"""``e_machine`` of the ELF header by the names used here."""
TYPES = {"ET_EXEC": "executable", "ET_DYN": "shared object", "ET_REL": "relocatable", "ET_CORE": "core"}
# auditwheel puts a hash into the name: libpython3-419a3a08.13.so.1.0 (facts on the Python backend, section 3.2).
LIBPYTHON = re.compile(r"libpython(\d+)(?:-[0-9a-f]{8})?\.(\d+)([a-z]*)(?:-[0-9a-f]{8})?\.so")
AUDITWHEEL_NAME = re.compile(r"-[0-9a-f]{8}[.-]")
VERSION_NAME = re.compile(r"(GLIBC|GLIBCXX|CXXABI)_(\d+(?:\.\d+)*)")
LIBRARY_STRINGS = (b"triton_python_backend_stub", b"TRITONBACKEND_ModelInitialize")
"""What only the library of the Python backend has together: the stub that it starts, and a function it offers."""
NUMPY_1_MARKER = b"numpy.core.multiarray"
NUMPY_2_MARKER = b"FAILURE obtaining numpy _ARRAY_API pointer."


@dataclass(frozen=True, slots=True)
class ElfFacts:
    """What one file is. Text fields are "" and versions None where the file does not say.

    ``not_elf`` tells why the file is no ELF at all, ``error`` what is broken in an ELF. ``releases`` is the first
    and last Triton release that a stub or library of the Python backend can be from; None when it is neither, or
    contradicts itself.
    """

    path: str
    size: int = 0
    mode: int = 0
    not_elf: NotElf = ""
    error: str = ""
    bits: int = 0
    machine: str = ""
    type: str = ""
    interpreter: str = ""
    soname: str = ""
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    versions_needed: tuple[tuple[str, str], ...] = ()
    """Highest needed version per family: ``("GLIBCXX", "3.4.30")``."""
    versions_offered: tuple[tuple[str, str], ...] = ()
    """Highest offered version per family, for a libstdc++ or libc."""
    python: str | None = None
    free_threaded: bool = False
    python_debug: bool = False
    exports: tuple[str, ...] = ()
    """Functions of Triton's backend interface (``TRITONBACKEND_…``) that the library offers."""
    is_stub: bool = False
    numpy2: bool | None = None
    """Whether arrays of NumPy 2 can be exchanged; None when nothing shows it."""
    releases: tuple[str, str] | None = None
    build_id: str = ""

    @property
    def executable(self) -> bool:
        """Whether its owner may execute it."""
        return bool(self.mode & 0o100)

    @property
    def libpython(self) -> str:
        """The needed libpython's file name, or ""."""
        return next((name for name in self.needed if LIBPYTHON.match(name)), "")

    def needs(self, family: str) -> str | None:
        """Highest needed version of ``GLIBC``, ``GLIBCXX`` or ``CXXABI``."""
        return dict(self.versions_needed).get(family)

    def offers(self, family: str) -> str | None:
        """Highest offered version of a family."""
        return dict(self.versions_offered).get(family)


def machine_of(head: bytes) -> str:
    """The machine that an ELF file is made for, by its first 20 bytes; "" for anything else."""
    if len(head) < 20 or not head.startswith(b"\x7fELF") or head[5] not in (1, 2):
        return ""
    return MACHINE_NUMBERS.get(int.from_bytes(head[18:20], "little" if head[5] == 1 else "big"), "")


def version_key(version: str) -> tuple[int, ...]:
    """A dotted version as a sortable tuple; anything behind the digits of a part is dropped."""
    return tuple(int(m[0]) if (m := re.match(r"\d+", part)) else 0 for part in version.split("."))


def read_elf(path: str) -> ElfFacts:
    """Read one file; never raises for what the file holds."""
    mode = 0
    try:
        # Mode 0100 is what the server itself leaves behind: such a file can be looked at, not read.
        mode = stat.S_IMODE(os.stat(path).st_mode)
        # O_NONBLOCK: a FIFO in the file's place must not hang the run.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        return ElfFacts(path, mode=mode, not_elf="unreadable", error=error.strerror or str(error))
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return ElfFacts(path, mode=mode, not_elf="not-regular")
    with os.fdopen(descriptor, "rb") as stream:
        try:
            data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            return ElfFacts(path, status.st_size, mode, "unreadable", error.strerror or str(error))
    if len(data) > MAX_BYTES:
        return ElfFacts(path, status.st_size, mode, "too-large", f"larger than {MAX_BYTES // 2**20} MiB")
    return elf_from_bytes(path, data, mode)


def elf_from_bytes(path: str, data: bytes, mode: int = 0o755) -> ElfFacts:
    """The facts of a file's bytes."""
    reason = _not_elf(data)
    if reason:
        return ElfFacts(path, len(data), mode, reason)
    try:
        facts = _Reader(path, data, mode).read()
    except _BrokenElfError as error:
        return ElfFacts(path, len(data), mode, error=str(error))
    except Exception as error:
        # pyelftools and construct raise dozens of types for hostile bytes; none of them may end the run.
        return ElfFacts(path, len(data), mode, error=f"not readable as ELF: {type(error).__name__}")
    if facts.is_stub:
        return replace(facts, releases=release_bracket(data))
    if all(text in data for text in LIBRARY_STRINGS):
        return replace(facts, releases=release_bracket(data, library=True))
    return facts


class _BrokenElfError(Exception):
    pass


def _not_elf(data: bytes) -> NotElf:
    if not data:
        return "empty"
    if data.startswith(b"\x7fELF"):
        return ""
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        return "git-lfs-pointer"
    if data.startswith(b"#!"):
        return "script"
    head = data[:4096]
    if b"\0" not in head and not head.translate(None, bytes(range(9, 14)) + bytes(range(32, 127))):
        return "text"
    return "other"


class _Reader:
    def __init__(self, path: str, data: bytes, mode: int) -> None:
        self.path = path
        self.data = data
        self.mode = mode
        bits, order = data[4:5], data[5:6]
        if len(data) < 16 or bits not in (b"\1", b"\2") or order not in (b"\1", b"\2"):
            raise _BrokenElfError("the ELF header is cut or damaged")
        self.bits = 64 if bits == b"\2" else 32
        self.endian = "<" if order == b"\1" else ">"
        if len(data) < (64 if self.bits == 64 else 52):
            raise _BrokenElfError(f"cut inside the ELF header, {len(data)} bytes are left")
        self.segments: list[tuple[int, int, int]] = []

    def read(self) -> ElfFacts:
        from elftools.elf.elffile import ELFFile

        elf = ELFFile(io.BytesIO(self._without_sections()))
        if elf.num_segments() > MAX_SEGMENTS:
            raise _BrokenElfError(f"the header counts {elf.num_segments()} segments, more than any real file")
        interpreter, dynamic, build_id, end = "", None, "", 0
        for index in range(elf.num_segments()):
            header = self._segment_header(elf, index)
            kind, offset, size = header["p_type"], header["p_offset"], header["p_filesz"]
            if kind in ("PT_LOAD", "PT_INTERP", "PT_DYNAMIC"):
                end = max(end, offset + size)
            if kind == "PT_LOAD":
                self.segments.append((header["p_vaddr"], offset, size))
            elif kind == "PT_INTERP":
                interpreter = self._string(offset)
            elif kind == "PT_DYNAMIC":
                dynamic = (offset, size)
            elif kind == "PT_NOTE" and not build_id:
                build_id = self._build_id(offset, size)
        if end > len(self.data):
            raise _BrokenElfError(f"truncated: {len(self.data)} bytes are there, its segments need {end}")
        tags = self._dynamic(elf, *dynamic) if dynamic else {}
        strings = self._offset(tags["DT_STRTAB"][0]) if tags.get("DT_STRTAB") else None

        def names(tag: str) -> tuple[str, ...]:
            if strings is None:
                return ()
            return tuple(self._string(strings + value) for value in tags.get(tag, ()))

        needed = names("DT_NEEDED")
        libpython = next((m for m in map(LIBPYTHON.match, needed) if m), None)
        flags = libpython[3] if libpython else ""
        is_stub = all(text.encode() in self.data for text in fingerprints()["stub"])
        kind = TYPES.get(elf.header["e_type"], str(elf.header["e_type"]))
        return ElfFacts(
            path=self.path,
            size=len(self.data),
            mode=self.mode,
            bits=self.bits,
            machine=MACHINES.get(elf.header["e_machine"], str(elf.header["e_machine"]).removeprefix("EM_").lower()),
            type="executable" if interpreter and kind == "shared object" else kind,
            interpreter=interpreter,
            soname="".join(names("DT_SONAME")[:1]),
            needed=needed,
            rpath=tuple(part for name in names("DT_RPATH") for part in name.split(":")),
            runpath=tuple(part for name in names("DT_RUNPATH") for part in name.split(":")),
            versions_needed=self._versions(elf, tags, strings, needed=True),
            versions_offered=self._versions(elf, tags, strings, needed=False),
            python=f"{libpython[1]}.{libpython[2]}" if libpython else None,
            free_threaded="t" in flags,
            python_debug="d" in flags,
            exports=self._exports(tags, strings),
            is_stub=is_stub,
            numpy2=self._numpy2(),
            build_id=build_id,
        )

    def _without_sections(self) -> bytes:
        """The data with the section table struck out: it is not needed, and often the part that is cut off."""
        head = bytearray(self.data[:64])
        if self.bits == 64:
            head[40:48] = bytes(8)
            head[60:64] = bytes(4)
        else:
            head[32:36] = bytes(4)
            head[48:52] = bytes(4)
        # One copy and no more: a library may have tens of megabytes.
        return b"".join((head, memoryview(self.data)[64:]))

    def _segment_header(self, elf: Any, index: int) -> Any:
        from elftools.common.utils import struct_parse

        position = elf.header["e_phoff"] + index * elf.header["e_phentsize"]
        if position + (56 if self.bits == 64 else 32) > len(self.data):
            raise _BrokenElfError("truncated inside the segment table")
        return struct_parse(elf.structs.Elf_Phdr, elf.stream, stream_pos=position)

    def _dynamic(self, elf: Any, offset: int, size: int) -> dict[str, list[int]]:
        tags: dict[str, list[int]] = {}
        width = 16 if self.bits == 64 else 8
        for index in range(min(size // width, MAX_TAGS)):
            entry = self._parse(elf, elf.structs.Elf_Dyn, offset + index * width)
            if entry["d_tag"] == "DT_NULL":
                break
            tags.setdefault(str(entry["d_tag"]), []).append(entry["d_val"])
        return tags

    def _parse(self, elf: Any, layout: Any, position: int) -> Any:
        from elftools.common.utils import struct_parse

        if not 0 <= position < len(self.data):
            raise _BrokenElfError("a table points outside the file")
        return struct_parse(layout, elf.stream, stream_pos=position)

    def _offset(self, address: int) -> int | None:
        """File offset of a virtual address."""
        for start, offset, size in self.segments:
            if start <= address < start + size:
                return offset + address - start
        return None

    def _string(self, offset: int) -> str:
        end = self.data.find(b"\0", offset, offset + MAX_NAME)
        if offset < 0 or end == -1:
            return ""
        return self.data[offset:end].decode("utf-8", "replace")

    def _versions(
        self, elf: Any, tags: dict[str, list[int]], strings: int | None, needed: bool
    ) -> tuple[tuple[str, str], ...]:
        table = tags.get("DT_VERNEED" if needed else "DT_VERDEF")
        position = self._offset(table[0]) if table else None
        if position is None or strings is None:
            return ()
        highest: dict[str, str] = {}
        for name in self._version_names(elf, position, strings, needed):
            match = VERSION_NAME.fullmatch(name)
            if match and version_key(match[2]) > version_key(highest.get(match[1], "")):
                highest[match[1]] = match[2]
        return tuple(sorted(highest.items()))

    def _version_names(self, elf: Any, position: int, strings: int, needed: bool) -> Iterator[str]:
        outer = elf.structs.Elf_Verneed if needed else elf.structs.Elf_Verdef
        inner = elf.structs.Elf_Vernaux if needed else elf.structs.Elf_Verdaux
        prefix, part = ("vn", "vna") if needed else ("vd", "vda")
        left = MAX_VERSIONS
        while left > 0:
            left -= 1
            entry = self._parse(elf, outer, position)
            place = position + entry[f"{prefix}_aux"]
            for _ in range(min(entry[f"{prefix}_cnt"], left)):
                left -= 1
                auxiliary = self._parse(elf, inner, place)
                yield self._string(strings + auxiliary[f"{part}_name"])
                if not auxiliary[f"{part}_next"]:
                    break
                place += auxiliary[f"{part}_next"]
            if not entry[f"{prefix}_next"]:
                return
            position += entry[f"{prefix}_next"]

    def _exports(self, tags: dict[str, list[int]], strings: int | None) -> tuple[str, ...]:
        if strings is None or not tags.get("DT_SYMTAB") or b"TRITONBACKEND_" not in self.data:
            return ()
        table = self._offset(tags["DT_SYMTAB"][0])
        # The count stands in no tag; every known linker puts the string table right behind the symbols.
        if table is None or strings <= table:
            return ()
        layout = struct.Struct(self.endian + ("IBBHQQ" if self.bits == 64 else "IIIBBH"))
        count = min((strings - table) // layout.size, MAX_SYMBOLS)
        found = set()
        for fields in layout.iter_unpack(self.data[table : table + count * layout.size]):
            section = fields[3] if self.bits == 64 else fields[5]
            start = strings + fields[0]
            if section and self.data.startswith(b"TRITONBACKEND_", start):
                found.add(self._string(start))
        return tuple(sorted(found))

    def _build_id(self, offset: int, size: int) -> str:
        end = min(offset + size, offset + 65536, len(self.data))
        for _ in range(64):
            if offset + 12 > end:
                break
            name, length, kind = struct.unpack_from(self.endian + "III", self.data, offset)
            start = offset + 12 + (name + 3 & ~3)
            if kind == 3 and self.data[offset + 12 : offset + 16] == b"GNU\0" and length <= 64:
                return self.data[start : start + length].hex()
            offset = start + (length + 3 & ~3)
        return ""

    def _numpy2(self) -> bool | None:
        if NUMPY_2_MARKER in self.data:
            return True
        return False if NUMPY_1_MARKER in self.data else None


@cache
def fingerprints() -> dict[str, Any]:
    """Which strings mark which releases of the stub (``data/stub_fingerprints.json``)."""
    text = (Path(__file__).parent.parent / "data" / "stub_fingerprints.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def release_bracket(data: bytes, *, library: bool = False) -> tuple[str, str] | None:
    """First and last release whose stub has exactly these strings; None when no release fits.

    Source: facts on the Python backend, section 4.2; which of them the ``library`` has too was read from the libraries
    of 23.07 to 24.10, which compile the same files.
    """
    releases = [release for release in sorted(release_table()) if release >= "21.04"]
    for marker in fingerprints()["markers"]:
        if library and not marker.get("library"):
            continue
        first, last = marker["first"] or releases[0], marker["last"] or releases[-1]
        present = marker["text"].encode() in data
        if present or not marker.get("optional"):
            releases = [release for release in releases if (first <= release <= last) == present]
            if not releases:
                return None
    return releases[0], releases[-1]


def same_layout(first: str, second: str) -> bool:
    """Whether stub and server of these releases map the same structures (facts, section 4.4)."""
    return first == second or any(low <= min(first, second) and max(first, second) <= high for low, high in layouts())


ForeignOutcome = Literal["hangs", "calls", "fails", "crash"]


def foreign_outcome(stub: str, server: str) -> ForeignOutcome:
    """What another release's stub leads to: a load that hangs, failing requests, a crash, or one at calls only."""
    for entry in fingerprints()["foreign"]:
        fits = all(
            (first or "") <= release <= (last or "99.12")
            for release, (first, last) in ((server, entry["servers"]), (stub, entry["stubs"]))
        )
        if fits and (stub < server or not entry.get("older")):
            outcome: ForeignOutcome = entry["outcome"]
            return outcome
    return "crash"


def layouts() -> list[list[str]]:
    """Groups of releases, first and last, whose stub and server fit each other."""
    groups: list[list[str]] = fingerprints()["layouts"]
    return groups
