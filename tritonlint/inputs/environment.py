"""Python environments of ``EXECUTION_ENV_PATH``: packed archives and folders, read without extracting anything.

An archive is streamed once and only names, links and a few small files are looked at. Everything is bounded: the
bytes that come out of the compression, the members, the sizes kept. Where a bound cuts the reading, ``partial`` says
that the absence of something proves nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field, replace
from typing import IO, Literal, cast

from tritonlint.inputs.activation import Activation, read_activation
from tritonlint.inputs.elf import ElfFacts, elf_from_bytes, machine_of

Format = Literal["folder", "tar", "tar.gz", "zip", "bz2", "xz", "zst", "empty", "git-lfs-pointer", "other", "missing"]
PythonLink = Literal["", "file", "link", "dangling-link", "absolute-link", "not-executable"]

MAX_UNPACKED = 16 * 2**30
"""Bytes that are streamed out of one archive; a conda environment with CUDA libraries has 2 to 12 GB."""
MAX_MEMBERS = 1_000_000
MAX_TEXT = 64 * 2**10
MAX_LIBRARY = 64 * 2**20
MAX_LISTED = 200_000
MAX_UNSAFE = 20
MAX_KEPT = 50_000
"""Names of one kind; a large environment has some thousand modules."""
MAX_PATH, MAX_COMPONENT = 4096, 255
"""What Linux takes; a longer name cannot be unpacked, and costs too much to look at."""
MAX_BINARIES = 20
MAX_NAMED = 1000
"""Names of one kind that are kept (lines of .pth files, tags of extension modules)."""
CHUNK = 2**20
SAMPLE = 2**16

BLOCK = 512
# lib/python3.9 and not lib/python3 (Debian's own folder of packages).
PYTHON_FOLDER = re.compile(r"lib(?:64)?/python(\d+\.\d+)(t?)/")
PACKAGE_FOLDER = re.compile(r"(?:lib(?:64)?/python(?:\d+\.\d+t?|3)|Lib)/(?:site|dist)-packages/(.+)", re.DOTALL)
LIBPYTHON_MEMBER = re.compile(r"lib(?:64)?/libpython(\d+\.\d+)([a-z]*)\.so[.\d]*")
LIBSTDCXX_MEMBER = re.compile(r"lib/libstdc\+\+\.so\.6[.\d]*")
GLIBCXX = re.compile(rb"GLIBCXX_(\d+\.\d+(?:\.\d+)?)\0")
CONDA_RECORD = re.compile(r"conda-meta/(.+)-([^-/]+)-([^-/]+)\.json")
# What CPython's build system and Windows wheels put into the name of an extension module.
EXTENSION = re.compile(r"[^.]+\.(cpython-\d+[a-z]*-[\w-]+|cp\d+-win\w*)\.(?:so|pyd)")
NUMPY_CORE = re.compile(r"numpy/_?core/_multiarray_umath\.(.+)\.(?:so|pyd)")
LIBRARY_FILE = re.compile(r"lib/([^/]+\.so(?:\.[\w.]+)?)")
PYTHON_PROGRAM = re.compile(r"python(?:\d+(?:\.\d+)?t?)?")
WHEEL_TAG = re.compile(rb"^Tag:\s*\S+?-(\S+)\s*$", re.MULTILINE)
# conda's own link lib/python3.1, which a packer that follows links turns into a second library.
TRUNCATED_PYTHON = re.compile(r"3\.1")
EDITABLE = re.compile(r"__editable__|__editables|\.egg-link$")
# Files whose import lines add no folder to the path.
HARMLESS_PTH = re.compile(r"distutils-precedence|.*-nspkg|_virtualenv|coloredlogs|a1_coverage|.*matplotlib.*")
EGG_PYTHON = re.compile(r"py\d[\d.]*")
HOOK = re.compile(r"etc/conda/activate\.d/([^/]+\.sh)")


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """What one environment holds. Paths are relative to its top, with ``/``.

    ``error`` is set when the archive is cut or damaged, ``partial`` when a bound ended the reading: then only what
    was found counts.
    """

    path: str
    format: Format
    size: int = 0
    error: str = ""
    partial: bool = False
    members: int = 0
    top_folder: str = ""
    """The one folder in which everything lies, when that is so; the other facts are then about its inside."""
    pythons: tuple[str, ...] = ()
    """X.Y of every ``lib/pythonX.Y`` that is a folder."""
    free_threaded: bool = False
    python_full: str = ""
    python3: PythonLink = ""
    python3_link: str = ""
    activate: bool = False
    activation: Activation | None = None
    conda_unpack: bool = False
    hooks: tuple[str, ...] = ()
    libpython: tuple[str, ...] = ()
    libstdcxx: str = ""
    """Highest GLIBCXX version of the environment's own libstdc++, without the prefix."""
    distributions: dict[str, str] = field(default_factory=dict)
    """Version by normalised name."""
    modules: frozenset[str] = frozenset()
    """Top-level module names in the package folders."""
    venv_home: str = ""
    """``home`` of ``pyvenv.cfg``: the folder of the interpreter that a virtual environment leans on."""
    unsafe: tuple[str, ...] = ()
    """Members with ``..`` or an absolute name."""
    through_links: tuple[str, ...] = ()
    """Members whose folder is a symbolic link that came before them."""
    system: Literal["", "linux", "macos", "windows"] = ""
    """What the interpreter's program is made for, by its first bytes or the names that Windows uses."""
    machine: str = ""
    """The interpreter's machine, as :class:`ElfFacts` names it."""
    interpreter: str = ""
    """The member that ``system`` and ``machine`` were read from."""
    extensions: dict[str, str] = field(default_factory=dict)
    """An example by tag of the extension modules, such as ``cpython-310-x86_64-linux-gnu``."""
    numpy_core: dict[str, str] = field(default_factory=dict)
    """File by tag of the module without which numpy cannot be imported."""
    platforms: dict[str, str] = field(default_factory=dict)
    """A distribution by platform that its wheel names (``manylinux_2_35_x86_64``)."""
    library_modules: frozenset[str] = frozenset()
    """Top-level names in ``lib/pythonX.Y`` itself: the standard library as far as it was packed."""
    libraries: frozenset[str] = frozenset()
    """File names of the shared libraries in ``lib``, links included."""
    binaries: dict[str, ElfFacts] = field(default_factory=dict)
    """Facts of ``lib/libpython*`` and ``lib/libstdc++*``, by file name."""
    leftovers: tuple[str, ...] = ()
    """Folders such as ``lib/python3.1`` that are no Python of their own."""
    pth: tuple[tuple[str, str], ...] = ()
    """Folders that ``.pth`` files add to the import path, each as (file name, folder)."""
    pth_code: tuple[str, ...] = ()
    """``.pth`` files with code that may change how modules are found."""
    editables: tuple[str, ...] = ()
    """What editable installs left in the package folder."""
    digest: str = ""
    """Size, both ends and checksum of an archive: equal for copies of one file. "" for folders."""

    @property
    def readable(self) -> bool:
        """Whether the server can open it at all."""
        return self.format in ("folder", "tar", "tar.gz") and not self.error

    @property
    def complete(self) -> bool:
        """Whether everything was read, so that an absence is a fact."""
        return self.readable and not self.partial

    @property
    def python(self) -> str | None:
        """X.Y of the environment's Python, None when there is none or more than one."""
        return self.pythons[0] if len(self.pythons) == 1 else None

    def version(self, name: str) -> str | None:
        """Version of an installed distribution."""
        return self.distributions.get(normalised(name))


def normalised(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_environment(path: str) -> EnvironmentFacts:
    """Read an archive or a folder; never raises for what it holds. Archives are cached by identity."""
    try:
        status = os.stat(path)
    except OSError:
        return EnvironmentFacts(path, "missing")
    if stat.S_ISDIR(status.st_mode):
        return read_folder(path)
    if not stat.S_ISREG(status.st_mode):
        return EnvironmentFacts(path, "other")
    from tritonlint.cache import cached

    # Hashing gigabytes would cost as much as reading them: path, size and time stand for the content.
    key = f"{os.path.abspath(path)}:{status.st_size}:{status.st_mtime_ns}"
    return cached("tritonlint.inputs.environment", key, lambda: read_archive(path, status.st_size))


def archive_digest(path: str, size: int) -> str:
    """What tells archives apart without reading gigabytes: the end of a gzip file holds the checksum of all of it."""
    try:
        with open(path, "rb") as stream:
            digest = hashlib.sha256(str(size).encode() + stream.read(SAMPLE))
            stream.seek(max(0, size - SAMPLE))
            digest.update(stream.read(SAMPLE))
    except OSError:
        return ""
    return digest.hexdigest()


def read_archive(path: str, size: int, budget: int = MAX_UNPACKED) -> EnvironmentFacts:
    """Stream one archive, at most ``budget`` unpacked bytes of it."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(BLOCK)
            stream.seek(0)
            kind = archive_format(head)
            if kind == "tar":
                return replace(_read_tar(path, kind, size, stream, budget), digest=archive_digest(path, size))
            if kind == "tar.gz":
                from isal import igzip

                with igzip.GzipFile(fileobj=stream, mode="rb") as inner:  # type: ignore[no-untyped-call]
                    facts = _read_tar(path, kind, size, cast("IO[bytes]", inner), budget)
                return replace(facts, digest=archive_digest(path, size))
    except OSError as error:
        return EnvironmentFacts(path, "other", size, error=error.strerror or str(error))
    return EnvironmentFacts(path, kind, size)


def archive_format(head: bytes) -> Format:
    """The format by the first bytes, as libarchive decides; the file's name does not count."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if not head:
        return "empty"
    if len(head) >= BLOCK and (_header_sum_fits(head) or not any(head[:BLOCK])):
        return "tar"
    return "other"


_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"\x1f\x8b", "tar.gz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"version https://git-lfs.github.com/spec/", "git-lfs-pointer"),
)


def _header_sum_fits(block: bytes) -> bool:
    try:
        stored = int(block[148:156].strip(b" \0") or b"0", 8)
    except ValueError:
        return False
    return stored == sum(block[:148]) + 256 + sum(block[156:BLOCK])


class _CutError(Exception):
    pass


class _SpentError(Exception):
    pass


class _Stream:
    """Reads and skips forward, counting against the budget."""

    def __init__(self, stream: IO[bytes], budget: int) -> None:
        self.stream = stream
        self.left = budget
        self.buffer = bytearray(CHUNK)

    def read(self, count: int) -> bytes:
        self._spend(count)
        data = self.stream.read(count)
        if len(data) < count and data:
            parts = [data]
            missing = count - len(data)
            while missing and (more := self.stream.read(missing)):
                parts.append(more)
                missing -= len(more)
            data = b"".join(parts)
        return data

    def skip(self, count: int) -> None:
        self._spend(count)
        view = memoryview(self.buffer)
        while count:
            got = self.stream.readinto(view[: min(count, CHUNK)])  # type: ignore[attr-defined]
            if not got:
                raise _CutError
            count -= got

    def _spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise _SpentError


@dataclass(slots=True)
class _Member:
    name: str
    kind: Literal["file", "folder", "link", "other"]
    size: int = 0
    link: str = ""
    executable: bool = True


def _read_tar(path: str, kind: Format, size: int, stream: IO[bytes], budget: int) -> EnvironmentFacts:
    collector = _Collector()
    error, partial = "", False
    try:
        for member, body in _members(_Stream(stream, budget), compressed=kind == "tar.gz"):
            if collector.count >= MAX_MEMBERS:
                partial = True
                break
            collector.add(member, body)
        if kind == "tar.gz" and not partial:
            # The server refuses compressed data without its end, even behind the last member (seen on 24.10).
            stream.read(CHUNK)
    except _SpentError:
        partial = True
    except EOFError:
        if _is_cut(path):
            error = "truncated: the compressed data has no end"
    except _CutError:
        error = "truncated: the archive ends in the middle of a member"
    except gzip.BadGzipFile:
        # A wrong checksum or bytes behind the end do not disturb the server (seen on 24.10).
        partial = True
    except (ValueError, OSError, ArithmeticError) as problem:
        error = f"damaged: {problem}"
    except Exception as problem:
        # isal raises its own types for broken compressed data.
        error = f"damaged: {problem}"
    if not collector.count and not error and not partial:
        error = "the archive holds no member"
    return collector.facts(path, kind, size, error, partial)


def _is_cut(path: str) -> bool:
    """Whether compressed data really ends too early; a few bytes behind its end do not disturb the server (24.10)."""
    from isal import isal_zlib

    with open(path, "rb") as stream:
        chunk = stream.read(CHUNK)
        while chunk.startswith(b"\x1f\x8b"):
            inflater = isal_zlib.decompressobj(31)
            while chunk and not inflater.eof:
                try:
                    inflater.decompress(chunk, CHUNK)
                except Exception:
                    # A wrong checksum, which the server does not look at; isal's own types are not exported.
                    return False
                chunk = inflater.unconsumed_tail or stream.read(CHUNK)
            if not inflater.eof:
                return True
            chunk = inflater.unused_data + chunk
            if len(chunk) < 2:
                chunk += stream.read(CHUNK)
    return False


class _Body:
    """The content of the member at hand; what is not taken is skipped."""

    def __init__(self, stream: _Stream, size: int) -> None:
        self.stream = stream
        self.left = size

    def take(self, limit: int) -> bytes:
        count = min(limit, self.left)
        data = self.stream.read(count)
        self.left -= len(data)
        if len(data) < count:
            raise _CutError
        return data


def _members(stream: _Stream, *, compressed: bool) -> Iterator[tuple[_Member, _Body]]:
    """Members of a tar stream: ustar, GNU long names and pax headers; a lean walk, many times faster than tarfile."""
    long_name = long_link = ""
    pax: dict[str, str] = {}
    first = True
    while True:
        block = stream.read(BLOCK)
        if not block:
            if first:
                raise ValueError("no tar inside")
            return
        if len(block) < BLOCK:
            raise _CutError
        if not block[0] and not any(block):
            return
        if not _header_sum_fits(block):
            raise ValueError("no tar inside" if first else "a member header has a wrong checksum")
        first = False
        size = _number(block[124:136])
        kind = block[156:157]
        if kind in b"LKxg" and kind:
            body = _Body(stream, size)
            data = body.take(2**20)
            stream.skip(body.left + -size % BLOCK)
            if kind == b"L":
                long_name = _text(data)
            elif kind == b"K":
                long_link = _text(data)
            elif kind == b"x":
                pax = _pax(data)
            continue
        name = pax.get("path") or long_name or _ustar_name(block)
        link = pax.get("linkpath") or long_link or _text(block[157:257])
        size = int(pax.get("size", size))
        long_name = long_link = ""
        pax = {}
        member = _Member(name, "other", size, executable=bool(_number(block[100:108]) & 0o111))
        if kind in b"0\0" or kind == b"7":
            member.kind = "folder" if name.endswith("/") else "file"
        elif kind == b"5":
            member.kind = "folder"
        elif kind in b"12":
            member.kind, member.link = "link", link
            if kind == b"1":
                # A hard link names a member from the top, not from its own folder.
                member.kind, member.size = "file", 0
            size = 0
        if kind in b"346":
            size = 0
        if size < 0:
            raise ValueError("a member has a negative size")
        body = _Body(stream, size)
        yield member, body
        stream.skip(body.left)
        padding = stream.read(-size % BLOCK)
        # The server seeks over the padding of the last member, and only in compressed data finds out that it is cut
        # (seen on 23.07 and 24.10).
        if compressed and len(padding) < -size % BLOCK:
            raise _CutError


def _ustar_name(block: bytes) -> str:
    name = _text(block[:100])
    if block[257:263] == b"ustar\0":
        prefix = _text(block[345:500])
        if prefix:
            return f"{prefix}/{name}"
    return name


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")


def _number(data: bytes) -> int:
    if data[0] & 0x80:
        return int.from_bytes(bytes([data[0] & 0x7F]) + data[1:], "big")
    digits = data.strip(b" \0")
    return int(digits, 8) if digits else 0


def _pax(data: bytes) -> dict[str, str]:
    found = {}
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + 20)
        if space == -1 or not data[position:space].isdigit():
            break
        length = int(data[position:space])
        if length <= 0:
            break
        key, _, value = data[space + 1 : position + length - 1].partition(b"=")
        if key in (b"path", b"linkpath", b"size"):
            found[key.decode()] = value.decode("utf-8", "replace")
        position += length
    if "size" in found and not found["size"].isdigit():
        raise ValueError("a member header has a size that is no number")
    return found


@dataclass(slots=True)
class _Tree:
    """What was seen below one top."""

    pythons: dict[str, None] = field(default_factory=dict)
    free_threaded: bool = False
    python_full: str = ""
    bin: dict[str, str] = field(default_factory=dict)
    """Link target by name in ``bin``; "" for a file."""
    not_executable: set[str] = field(default_factory=set)
    activation: Activation | None = None
    hooks: list[str] = field(default_factory=list)
    libpython: dict[str, None] = field(default_factory=dict)
    libstdcxx: str = ""
    distributions: dict[str, str] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    venv_home: str = ""
    system: Literal["", "linux", "macos", "windows"] = ""
    machine: str = ""
    interpreter: str = ""
    extensions: dict[str, str] = field(default_factory=dict)
    numpy_core: dict[str, str] = field(default_factory=dict)
    platforms: dict[str, str] = field(default_factory=dict)
    library_modules: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    binaries: dict[str, ElfFacts] = field(default_factory=dict)
    leftovers: dict[str, None] = field(default_factory=dict)
    pth: list[tuple[str, str]] = field(default_factory=list)
    pth_code: list[str] = field(default_factory=list)
    editables: list[str] = field(default_factory=list)
    overfull: bool = False

    def add(self, name: str, member: _Member, body: _Body | None) -> None:
        """Note one member by its name below this top."""
        head, _, rest = name.partition("/")
        if head == "bin":
            self._add_bin(rest, member, body)
        elif head in ("lib", "lib64", "Lib"):
            self._add_lib(name, member, body)
        elif head == "conda-meta":
            match = CONDA_RECORD.fullmatch(name)
            if match and self._room(self.distributions):
                self.distributions.setdefault(normalised(match[1]), match[2])
                if match[1] == "python":
                    self.python_full = match[2]
        elif head == "etc":
            match = HOOK.fullmatch(name)
            if match and member.kind != "folder" and self._room(self.hooks):
                self.hooks.append(match[1])
        elif name in ("python.exe", "Scripts/python.exe"):
            self.system, self.interpreter = "windows", name
        elif name == "pyvenv.cfg" and member.kind == "file" and body is not None:
            self._add_venv(body.take(MAX_TEXT))
        elif head == "include" and name.endswith("/patchlevel.h") and body is not None:
            version = re.search(rb'PY_VERSION\s+"([^"]+)"', body.take(MAX_TEXT))
            if version and not self.python_full:
                self.python_full = version[1].decode("ascii", "replace")

    def _add_bin(self, rest: str, member: _Member, body: _Body | None) -> None:
        if not rest or "/" in rest or member.kind not in ("file", "link") or not self._room(self.bin):
            return
        self.bin[rest] = member.link if member.kind == "link" else ""
        if not member.executable and member.kind == "file":
            self.not_executable.add(rest)
        if member.kind != "file" or body is None:
            return
        if rest == "activate":
            self.activation = read_activation(body.take(MAX_TEXT).decode("utf-8", "replace"))
        elif PYTHON_PROGRAM.fullmatch(rest) and not self.interpreter:
            self._add_interpreter(f"bin/{rest}", body.take(BLOCK))

    def _add_interpreter(self, name: str, head: bytes) -> None:
        machine = machine_of(head)
        if machine:
            self.system, self.machine, self.interpreter = "linux", machine, name
        elif head.startswith(MACH_O):
            self.system, self.interpreter = "macos", name

    def _add_lib(self, name: str, member: _Member, body: _Body | None) -> None:
        package = PACKAGE_FOLDER.fullmatch(name)
        python = PYTHON_FOLDER.match(name if member.kind != "folder" else f"{name}/")
        # A link such as conda's lib/python3.1 -> python3.10 is no Python of its own.
        if python and member.kind != "link":
            if TRUNCATED_PYTHON.fullmatch(python[1]):
                self.leftovers.setdefault(f"lib/python{python[1]}")
                return
            if self._room(self.pythons):
                self.pythons.setdefault(python[1])
            self.free_threaded = self.free_threaded or bool(python[2])
            if not package:
                self._add_library_module(name[python.end() :])
        if package:
            self._add_package(package[1], member, body)
            return
        if name.startswith("Lib/"):
            self.system = self.system or "windows"
        file = LIBRARY_FILE.fullmatch(name)
        if file and self._room(self.libraries):
            self.libraries.add(file[1])
        library = LIBPYTHON_MEMBER.fullmatch(name)
        if library and self._room(self.libpython):
            self.libpython.setdefault(library[1] + library[2])
        runtime = LIBSTDCXX_MEMBER.fullmatch(name)
        wanted = (library or runtime) and len(self.binaries) < MAX_BINARIES
        if wanted and body is not None and member.kind == "file" and member.size:
            data = body.take(MAX_LIBRARY)
            if data.startswith(b"\x7fELF"):
                self.binaries[name.rpartition("/")[2]] = elf_from_bytes(name, data)
            if runtime:
                versions = [v.decode() for v in GLIBCXX.findall(data)]
                self.libstdcxx = max([*versions, self.libstdcxx], key=_version_key)

    def _add_library_module(self, rest: str) -> None:
        rest = rest.strip("/").removeprefix("lib-dynload/")
        if rest in ("", "lib-dynload", "site-packages", "dist-packages") or not self._room(self.library_modules):
            return
        head, slash, _ = rest.partition("/")
        if slash or "." not in head:
            self.library_modules.add(head)
        elif head.endswith((".py", ".so", ".pyc")):
            self.library_modules.add(head.split(".", 1)[0])

    def _add_pth(self, name: str, data: bytes) -> None:
        lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
        for line in lines:
            if not line or line.startswith("#"):
                continue
            if not line.startswith(("import ", "import\t")):
                if len(self.pth) < MAX_NAMED:
                    self.pth.append((name, line))
            elif not HARMLESS_PTH.fullmatch(name.removesuffix(".pth")) and name not in self.pth_code:
                self.pth_code.append(name)

    def _add_package(self, rest: str, member: _Member, body: _Body | None) -> None:
        head, slash, _ = rest.partition("/")
        extension = EXTENSION.fullmatch(rest.rpartition("/")[2]) if rest.endswith((".so", ".pyd")) else None
        if extension and len(self.extensions) < MAX_NAMED:
            self.extensions.setdefault(extension[1], rest)
        core = NUMPY_CORE.fullmatch(rest)
        if core:
            self.numpy_core.setdefault(core[1], rest)
        if EDITABLE.search(rest) and "/" not in rest and len(self.editables) < MAX_NAMED:
            self.editables.append(rest)
        if member.kind == "file" and body is not None:
            if rest.endswith(".pth") and "/" not in rest:
                self._add_pth(rest, body.take(MAX_TEXT))
            elif rest.endswith(".dist-info/WHEEL") and len(self.platforms) < MAX_NAMED:
                for platform in _oldest_platforms(body.take(MAX_TEXT)):
                    self.platforms.setdefault(platform, rest.split("-", 1)[0])
        if head.endswith((".dist-info", ".egg-info")):
            # Both conda-meta and dist-info may name it; what lies in the package folder is what gets imported.
            distribution, dash, version = head.rpartition(".")[0].rpartition("-")
            if EGG_PYTHON.fullmatch(version):
                distribution, dash, version = distribution.rpartition("-")
            if dash and self._room(self.distributions):
                self.distributions[normalised(distribution)] = version
            return
        if head == "__pycache__" or head.endswith((".data", ".libs")) or not self._room(self.modules):
            return
        if slash or member.kind == "folder":
            self.modules.add(head)
        elif head.endswith((".py", ".so", ".pyc")):
            self.modules.add(head.split(".", 1)[0])

    def _room(self, kept: Sized) -> bool:
        """Whether one more name may be kept; no environment has so many, so it is then as if it was not read."""
        self.overfull = self.overfull or len(kept) >= MAX_KEPT
        return len(kept) < MAX_KEPT

    def _add_venv(self, data: bytes) -> None:
        for line in data.decode("utf-8", "replace").splitlines():
            key, _, value = line.partition("=")
            if key.strip() == "home":
                self.venv_home = value.strip()
            elif key.strip() in ("version", "version_info"):
                self.python_full = self.python_full or value.strip().rsplit(".final", 1)[0]

    def target(self, name: str) -> tuple[PythonLink, str]:
        """What ``bin/NAME`` is, and where it points when it is a link."""
        seen = set()
        first = self.bin.get(name, "")
        while name in self.bin:
            target = self.bin[name]
            if not target:
                # The mode of a placeholder says nothing, that of a real program does.
                if name in self.not_executable and self.machine and self.interpreter == f"bin/{name}":
                    return "not-executable", name
                return ("link" if first else "file"), first
            if target.startswith("/"):
                return "absolute-link", target
            seen.add(name)
            base = os.path.normpath(os.path.join("bin", target))
            if os.path.dirname(base) != "bin":
                # It leads to another folder of the environment, whose files are not kept.
                return ("dangling-link" if base.startswith("..") else "link"), first
            name = os.path.basename(base)
            if name in seen:
                break
        return ("dangling-link" if first else ""), first


def _oldest_platforms(wheel: bytes) -> list[str]:
    """The platforms that a ``WHEEL`` file names; of several ``manylinux_X_Y`` the oldest, which is what it needs."""
    named = {
        platform
        for tag in WHEEL_TAG.findall(wheel)
        for platform in tag.decode("ascii", "replace").partition("-")[2].split(".")
    }
    many = sorted(
        (name for name in named if name.startswith("manylinux_")),
        key=lambda name: _version_key(".".join(name.split("_")[1:3])),
    )
    return sorted(named - set(many[1:]))


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


class _Collector:
    """Members in, facts out: one tree for the archive's top and one for a single folder on top."""

    def __init__(self) -> None:
        self.count = 0
        self.tree = _Tree()
        self.inner = _Tree()
        self.tops: set[str] = set()
        self.top_files = False
        self.unsafe: list[str] = []
        self.links: set[str] = set()
        self.through: list[str] = []
        self.folder = ""

    def _enter(self, folder: str, name: str) -> None:
        """Another folder begins; look whether the way to it leads through a link."""
        self.folder = folder
        if self.links and len(self.through) < MAX_UNSAFE:
            end = len(folder)
            while end > 0:
                if folder[:end] in self.links:
                    self.through.append(name)
                    return
                end = folder.rfind("/", 0, end)

    def add(self, member: _Member, body: _Body | None) -> None:
        self.count += 1
        name = member.name
        parts = name.split("/")
        if (name.startswith("/") or ".." in parts) and len(self.unsafe) < MAX_UNSAFE:
            self.unsafe.append(name)
        if len(name) > MAX_PATH or any(len(part) > MAX_COMPONENT for part in parts):
            return
        if "." in parts or "" in parts:
            name = "/".join(part for part in parts if part not in (".", ""))
        if not name:
            return
        folder = name.rpartition("/")[0]
        if folder != self.folder:
            self._enter(folder, name)
        if member.kind == "link" and len(self.links) < MAX_KEPT:
            self.links.add(name)
        head, slash, rest = name.partition("/")
        if len(self.tops) < 2:
            self.tops.add(head)
        if not slash and member.kind != "folder":
            self.top_files = True
        if head in _TOP_NAMES:
            self.tree.add(name, member, body)
        elif rest and len(self.tops) < 2 and body is not None:
            self.inner.add(rest, member, body)

    def facts(self, path: str, kind: Format, size: int, error: str, partial: bool) -> EnvironmentFacts:
        only = len(self.tops) == 1 and not self.top_files and not self.tops & _TOP_NAMES
        return facts_of(
            self.inner if only else self.tree,
            EnvironmentFacts(
                path,
                kind,
                size,
                error=error,
                partial=partial,
                members=self.count,
                top_folder=next(iter(self.tops)) if only else "",
                unsafe=tuple(self.unsafe),
                through_links=tuple(self.through),
            ),
        )


MACH_O = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_TOP_NAMES = frozenset(
    ("bin", "lib", "lib64", "Lib", "conda-meta", "etc", "include", "pyvenv.cfg", "share", "Scripts", "python.exe")
)


def facts_of(tree: _Tree, base: EnvironmentFacts) -> EnvironmentFacts:
    """The base facts with what one tree holds."""
    kind, link = tree.target("python3")
    return EnvironmentFacts(
        base.path,
        base.format,
        base.size,
        error=base.error,
        partial=base.partial or tree.overfull,
        members=base.members,
        top_folder=base.top_folder,
        unsafe=base.unsafe,
        through_links=base.through_links,
        pythons=tuple(tree.pythons),
        free_threaded=tree.free_threaded,
        python_full=tree.python_full,
        python3=kind,
        python3_link=link,
        activate=tree.target("activate")[0] not in ("", "dangling-link"),
        activation=tree.activation,
        conda_unpack="conda-unpack" in tree.bin,
        hooks=tuple(sorted(tree.hooks)),
        libpython=tuple(tree.libpython),
        libstdcxx=tree.libstdcxx,
        distributions=dict(sorted(tree.distributions.items())),
        modules=frozenset(tree.modules),
        venv_home=tree.venv_home,
        system=tree.system,
        machine=tree.machine,
        interpreter=tree.interpreter,
        extensions=tree.extensions,
        numpy_core=tree.numpy_core,
        platforms=tree.platforms,
        library_modules=frozenset(tree.library_modules),
        libraries=frozenset(tree.libraries),
        binaries=tree.binaries,
        leftovers=tuple(tree.leftovers),
        pth=tuple(tree.pth),
        pth_code=tuple(tree.pth_code),
        editables=tuple(tree.editables),
    )


def read_folder(path: str) -> EnvironmentFacts:
    """The facts of an unpacked environment; only the folders that matter are listed."""
    tree = _Tree()
    count, partial = 0, False
    for name, place, member in _listed(path):
        count += 1
        if count > MAX_LISTED:
            partial = True
            break
        body = None
        if member.kind == "file" and _is_read(name):
            try:
                with open(place, "rb") as stream:
                    body = _Body(_Stream(stream, MAX_LIBRARY + CHUNK), min(member.size, MAX_LIBRARY))
                    tree.add(name, member, body)
                continue
            except (OSError, _CutError, _SpentError):
                partial = True
                body = None
        tree.add(name, member, body)
    try:
        entries = os.listdir(path)
    except OSError as error:
        return EnvironmentFacts(path, "folder", error=error.strerror or str(error))
    top = ""
    if len(entries) == 1 and os.path.isfile(os.path.join(path, entries[0], "bin", "activate")):
        top = entries[0]
    return facts_of(tree, EnvironmentFacts(path, "folder", members=count, partial=partial, top_folder=top))


def _is_read(name: str) -> bool:
    return (
        name in ("bin/activate", "pyvenv.cfg")
        or name.endswith(("/patchlevel.h", ".pth", ".dist-info/WHEEL"))
        or (name.startswith("bin/python") and PYTHON_PROGRAM.fullmatch(name[4:]) is not None)
        or LIBSTDCXX_MEMBER.fullmatch(name) is not None
        or LIBPYTHON_MEMBER.fullmatch(name) is not None
    )


def _listed(path: str) -> Iterator[tuple[str, str, _Member]]:
    yield from _scan(path, "")
    for folder in ("bin", "lib", "lib64", "Lib", "Scripts", "conda-meta", "etc/conda/activate.d", "include"):
        if folder == "lib64" and os.path.islink(os.path.join(path, folder)):
            continue
        names: list[str] = []
        for name, place, member in _scan(path, folder):
            names.append(name)
            yield name, place, member
        if folder in ("lib", "lib64"):
            for name in names:
                if re.fullmatch(r"lib(?:64)?/python(?:\d+\.\d+t?|3)", name):
                    yield from _scan(path, name)
                    yield from _scan(path, f"{name}/lib-dynload")
                    for packages in ("site-packages", "dist-packages"):
                        for inner in list(_scan(path, f"{name}/{packages}")):
                            yield inner
                            if inner[0].endswith(".dist-info"):
                                yield from _scan(path, inner[0])
                            elif inner[0].endswith("/numpy"):
                                yield from _scan(path, f"{inner[0]}/core")
                                yield from _scan(path, f"{inner[0]}/_core")
        elif folder == "include":
            for name in names:
                yield from _scan(path, name)


def _scan(path: str, folder: str) -> Iterable[tuple[str, str, _Member]]:
    try:
        entries = sorted(os.scandir(os.path.join(path, folder)), key=lambda entry: os.fsencode(entry.name))
    except OSError:
        return
    for entry in entries:
        name = f"{folder}/{entry.name}" if folder else entry.name
        try:
            if entry.is_symlink():
                yield name, entry.path, _linked(path, folder, entry)
            elif entry.is_dir():
                yield name, entry.path, _Member(name, "folder")
            elif entry.is_file():
                status = entry.stat()
                executable = os.name == "nt" or bool(status.st_mode & 0o111)
                yield name, entry.path, _Member(name, "file", status.st_size, executable=executable)
        except OSError:
            continue


def _linked(path: str, folder: str, entry: os.DirEntry[str]) -> _Member:
    """A symlink of a folder environment. The server follows it where it stands, so what it leads to counts here."""
    name = f"{folder}/{entry.name}" if folder else entry.name
    target = os.readlink(entry.path)
    if folder == "bin" and os.path.isabs(target):
        return _Member(name, "link", link=target)
    try:
        status = os.stat(entry.path)
    except OSError:
        return _Member(name, "link", link=target)
    if stat.S_ISREG(status.st_mode):
        return _Member(name, "link" if folder == "bin" else "file", status.st_size, target if folder == "bin" else "")
    return _Member(name, "link", link=target)
