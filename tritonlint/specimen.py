"""Builds the binary files of example trees: small real archives and ELF files from a few lines of text.

The first line says what to build, the lines after it what lies in it; the same text always gives the same bytes.

* ``@tar``, ``@tar.gz``, ``@zip``: one member a line, ``bin/python3.9``, ``bin/`` (a folder),
  ``bin/python3 -> python3.9`` (a link) or ``bin/activate = export A=1`` (with content, in which a backslash and ``n``
  make a line end, a backslash and ``0`` a NUL; ``lib/libx.so = @elf needed=libc.so.6`` packs such a file).
  ``@tar.gz cut=200`` keeps the first 200 bytes.
* ``@bytes 1f8b08``: these bytes.
* ``@elf machine=x86_64 needed=libpython3.9.so.1.0,libc.so.6 runpath=$ORIGIN/../lib``: an ELF64 program with a dynamic
  segment; ``versions=GLIBC_2.38,GLIBCXX_3.4.32`` are needed, ``offers=GLIBCXX_3.4.30`` defined. The lines after it are
  strings in its data; ``@stub 24.05`` as such a line adds the strings that mark the stub of that release,
  ``@library 24.05`` those of the backend's library. ``cut=100`` keeps the first 100 bytes, ``mode=644``
  sets the mode (default 755).
* ``@link TARGET``: a symbolic link.
* ``@executable``: the lines after it as an executable text file; ``mode=`` sets another mode.
"""

from __future__ import annotations

import gzip
import io
import os
import struct
import tarfile
import zipfile
from pathlib import Path

MACHINE_NUMBERS = {"x86_64": 62, "aarch64": 183, "i386": 3, "ppc64le": 21}
DT_NEEDED, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 5, 6, 10, 11, 14, 15, 29
DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
BASE = 0x400000


def build(text: str, place: Path) -> None:
    """Write the file that ``text`` describes. Raises ValueError for a description it does not know."""
    first, _, rest = text.partition("\n")
    kind, *words = first.split()
    lines = rest.splitlines()
    options = dict(word.split("=", 1) for word in words if "=" in word)
    mode = int(options.get("mode", "644" if kind not in ("@elf", "@executable") else "755"), 8)
    if kind == "@link":
        place.symlink_to(words[0])
        return
    if kind == "@bytes":
        data = bytes.fromhex("".join(words + lines))
    elif kind == "@tar":
        data = _tar(lines)
    elif kind == "@tar.gz":
        data = _gzip(_tar(lines))
    elif kind == "@zip":
        data = _zip(lines)
    elif kind == "@elf":
        data = elf(options, _strings(lines))
    elif kind == "@executable":
        data = "".join(f"{line}\n" for line in lines).encode()
    else:
        raise ValueError(f"unknown kind of file in an example: {kind}")
    place.write_bytes(data[: int(options["cut"])] if "cut" in options else data)
    os.chmod(place, mode)


def _tar(lines: list[str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for line in lines:
            if not line.strip():
                continue
            name, content, link = _member(line)
            member = tarfile.TarInfo(name)
            member.mode = 0o755
            if link:
                member.type, member.linkname = tarfile.SYMTYPE, link
            elif name.endswith("/"):
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return stream.getvalue()


def _member(line: str) -> tuple[str, bytes, str]:
    name, arrow, link = line.strip().partition(" -> ")
    if arrow:
        return name, b"", link.strip()
    name, _, content = line.strip().partition(" = ")
    if content.startswith("@elf"):
        return name, elf(dict(word.split("=", 1) for word in content.split()[1:]), []), ""
    return name, content.replace("\\n", "\n").replace("\\0", "\0").encode(), ""


def _gzip(data: bytes) -> bytes:
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as packed:
        packed.write(data)
    return stream.getvalue()


def _zip(lines: list[str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for line in lines:
            name, content, _ = _member(line)
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _strings(lines: list[str]) -> list[bytes]:
    found: list[bytes] = []
    for line in lines:
        if line.startswith("@stub "):
            found += stub_strings(line.removeprefix("@stub ").strip())
        elif line.startswith("@library "):
            found += library_strings(line.removeprefix("@library ").strip())
        elif line:
            found.append(line.encode())
    return found


def stub_strings(release: str) -> list[bytes]:
    """The strings by which the stub of a release is known."""
    from tritonlint.inputs.elf import fingerprints

    return [text.encode() for text in fingerprints()["stub"]] + _markers(release, library=False)


def library_strings(release: str) -> list[bytes]:
    """The strings by which the library of the Python backend is known."""
    from tritonlint.inputs.elf import LIBRARY_STRINGS

    return [*LIBRARY_STRINGS, *_markers(release, library=True)]


def _markers(release: str, *, library: bool) -> list[bytes]:
    from tritonlint.inputs.elf import fingerprints

    found = []
    for marker in fingerprints()["markers"]:
        if library and not marker.get("library"):
            continue
        if (marker["first"] or "") <= release <= (marker["last"] or "99.12"):
            found.append(marker["text"].encode())
    return found


def elf(options: dict[str, str], strings: list[bytes]) -> bytes:
    """A minimal ELF64 program: header, three segments, interpreter, string table, dynamic section, strings."""
    names = bytearray(b"\0")

    def name(text: str) -> int:
        offset = len(names)
        names.extend(text.encode() + b"\0")
        return offset

    tags = [(DT_NEEDED, name(item)) for item in options.get("needed", "libc.so.6").split(",") if item]
    for option, tag in (("soname", DT_SONAME), ("rpath", DT_RPATH), ("runpath", DT_RUNPATH)):
        if option in options:
            tags.append((tag, name(options[option])))
    wanted = [name(item) for item in options.get("versions", "").split(",") if item]
    offered = [name(item) for item in options.get("offers", "").split(",") if item]
    library = tags[0][1] if tags else 0
    interpreter = options.get("interpreter", "/lib64/ld-linux-x86-64.so.2").encode() + b"\0"
    segments = 3 if interpreter != b"\0" else 2
    interpreter_at = 64 + 56 * segments
    names_at = interpreter_at + len(interpreter)
    symbols_at = names_at + len(names) + -(names_at + len(names)) % 8
    versions_at = symbols_at + 24
    versions = b""
    if wanted:
        tags += [(DT_VERNEED, BASE + versions_at), (DT_VERNEEDNUM, 1)]
        versions = struct.pack("<HHIII", 1, len(wanted), library, 16, 0)
        for index, item in enumerate(wanted):
            versions += struct.pack("<IHHII", 0, 0, index + 2, item, 16 if index + 1 < len(wanted) else 0)
    if offered:
        tags += [(DT_VERDEF, BASE + versions_at + len(versions)), (DT_VERDEFNUM, len(offered))]
        for index, item in enumerate(offered):
            following = 28 if index + 1 < len(offered) else 0
            versions += struct.pack("<HHHHIII", 1, 0, index + 2, 1, 0, 20, following) + struct.pack("<II", item, 0)
    versions += bytes(-len(versions) % 8)
    dynamic_at = versions_at + len(versions)
    tags += [(DT_STRTAB, BASE + names_at), (DT_STRSZ, len(names)), (DT_SYMTAB, BASE + symbols_at), (DT_SYMENT, 24)]
    tags.append((0, 0))
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in tags)
    data_at = dynamic_at + len(dynamic)
    data = b"".join(item + b"\0" for item in [b"", *strings])
    size = data_at + len(data)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\2\1\1",
        3,
        MACHINE_NUMBERS[options.get("machine", "x86_64")],
        1,
        BASE + data_at,
        64,
        0,
        0,
        64,
        56,
        segments,
        64,
        0,
        0,
    )
    table = [(1, 5, 0, size), (2, 6, dynamic_at, len(dynamic))]
    if interpreter != b"\0":
        table.insert(0, (3, 4, interpreter_at, len(interpreter)))
    headers = b"".join(
        struct.pack("<IIQQQQQQ", kind, flags, offset, BASE + offset, BASE + offset, length, length, 8)
        for kind, flags, offset, length in table
    )
    body = (header + headers + interpreter + bytes(names)).ljust(symbols_at, b"\0") + bytes(24) + versions + dynamic
    return body + data
