"""A folder that carries the runtime check to a machine without internet, such as one with a GPU.

It holds a server with its Python backend, a relocatable Python with NumPy 1, tritonlint with what it depends on, and
``verify``, a shell script that unpacks them on first use into the user's cache folder (or, where there is none, into a
temporary one) and runs ``tritonlint verify``. The machine needs glibc 2.35, a shell, tar and gzip.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import io
import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import tritonlint
from tritonlint.inputs.elf import read_elf
from tritonlint.runtime.wheel import (
    LIBRARY_FOLDERS,
    InstallationError,
    Interpreter,
    cache_folder,
    interpreter_of,
    made_whole,
    packages_for,
    pip,
    prepare_server,
    run,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LIMIT = 60_000_000
"""Bytes that the whole folder may have, so that it can be carried anywhere."""

ARCHIVES = ("python.tar.gz", "server.tar.xz", "packages.tar.xz", "tritonlint.tar.gz")
CLIENT_PACKAGES = ("grpcio",)

# What a C program may rely on: the C library's own files, and the compiler's, which every distribution has.
EVERYWHERE = (
    "ld-linux",
    "libc.so",
    "libdl.so",
    "libgcc_s.so",
    "libm.so",
    "libnsl.so",
    "libpthread.so",
    "libresolv.so",
    "librt.so",
    "libstdc++.so",
    "libutil.so",
)
LEFT_OUT = {
    "__pycache__",
    "dist-packages",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "test",
    "tests",
    "tkinter",
    "turtledemo",
}
LEFT_OUT_MODULES = (
    "_curses",
    "_dbm",
    "_gdbm",
    "_test",
    "_tkinter",
    "_xx",
    "config-",
    "nis.",
    "ossaudiodev",
    "readline",
)
LEFT_OUT_ENDS = (".a", ".pyc", ".pyi", ".pyx", ".pxd", ".h")

SCRIPT = """#!/bin/sh
# Runs `tritonlint verify` from this folder; no internet is needed. Options are those of `tritonlint verify`.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=${{TRITONLINT_CACHE:-${{XDG_CACHE_HOME:-${{HOME:-/nonexistent}}/.cache}}/tritonlint}}/prepared
temporary=
if ! mkdir -p "$root" 2>/dev/null || ! [ -w "$root" ]; then
    temporary=$(mktemp -d "${{TMPDIR:-/tmp}}/tritonlint-XXXXXX")
    trap 'rm -rf "$temporary"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    root=$temporary
fi
folder=$root/{identity}
if ! [ -d "$folder" ]; then
    echo "unpacking into $folder" >&2
    part=$folder.$$
    trap 'rm -rf "$part" "$temporary"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    mkdir "$part"
    tar -xzf "$here/python.tar.gz" -C "$part"
    LD_LIBRARY_PATH=$part/python/lib "$part/python/bin/python3" -I -S -c '
import sys, tarfile
for archive in sys.argv[2:]:
    with tarfile.open(archive) as opened:
        opened.extractall(sys.argv[1])
' "$part" "$here/server.tar.xz" "$here/packages.tar.xz" "$here/tritonlint.tar.gz"
    # Another run may have been faster.
    mv -T "$part" "$folder" 2>/dev/null || rm -rf "$part"
fi
TRITONLINT_CACHE=$folder
LD_LIBRARY_PATH=$folder/python/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}
export TRITONLINT_CACHE LD_LIBRARY_PATH
set -- "$folder/python/bin/python3" -I -m tritonlint verify --server embedded "$@"
if [ -n "$temporary" ]; then "$@"; else exec "$@"; fi
"""


@dataclass(frozen=True, slots=True)
class PreparedFolder:
    """What was written: the folder, its release and Python, and the size of each file in bytes."""

    folder: Path
    release: str
    python: str
    sizes: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(self.sizes.values())

    def __str__(self) -> str:
        return (
            f"{self.folder}: tritonserver of release {self.release} with Python {self.python}, "
            f"{self.size / 1e6:.1f} MB; on the other machine run {self.folder.name}/verify MODELS"
        )


def prepare_folder(
    folder: Path, release: str, *, cache: Path | None = None, progress: Callable[[str], None] | None = None
) -> PreparedFolder:
    """Write everything that ``verify`` needs into ``folder``; the slow parts are kept in the cache."""
    say = progress or (lambda _message: None)
    cache = (cache or cache_folder()).absolute()
    installation = prepare_server(release, cache=cache, python_packages=True, progress=say)
    if installation.python is None or installation.interpreter is None or installation.interpreter.executable is None:
        raise InstallationError("a folder to carry needs a Python with a shared libpython: install libpython3.11")
    interpreter = interpreter_of(installation.interpreter.executable)
    version = interpreter.version
    folder.mkdir(parents=True, exist_ok=True)
    kept = cache / "prepared"
    kept.mkdir(exist_ok=True)

    def archive(name: str, key: str, files: Callable[[], Iterable[tuple[Path, str]]]) -> None:
        stem, _, end = name.partition(".")
        made = kept / f"{stem}-{key}.{end}"
        if not made.is_file():
            say(f"packing {name}")
            _pack(made, files())
        shutil.copyfile(made, folder / name)

    python_key = f"{version}-{_digest(str(interpreter.executable), str(_size(interpreter.executable)))}"
    wanted = requirements()
    archive("python.tar.gz", python_key, lambda: python_files(interpreter))
    archive("server.tar.xz", release + "-" + version, lambda: server_files(installation.root, version))
    with tempfile.TemporaryDirectory(prefix="tritonlint-prepare-") as scratch:

        def packages() -> Iterator[tuple[Path, str]]:
            place = _packages_place(interpreter)
            pip(
                "install", "--no-compile", "--only-binary=:all:", "--implementation=cp", f"--python-version={version}",
                f"--target={scratch}", *wanted,
            )  # fmt: skip
            for source in (Path(scratch), packages_for(version, cache=cache, progress=say)):
                yield from _below(source, f"python/{place}")

        archive("packages.tar.xz", f"{version}-{_digest(*wanted)}", packages)
    place = _packages_place(interpreter)
    _pack(folder / "tritonlint.tar.gz", _own_files(f"python/{place}/tritonlint"))
    identity = f"{release}-{_digest(*(_content(folder / name) for name in ARCHIVES))}"
    (folder / "verify").write_text(SCRIPT.format(identity=identity), encoding="utf-8")
    (folder / "verify").chmod(0o755)
    about = {"identity": identity, "release": release, "python": version, "tritonlint": tritonlint.__version__}
    (folder / "prepared.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    names = (*ARCHIVES, "verify", "prepared.json")
    prepared = PreparedFolder(folder, release, version, {name: _size(folder / name) for name in names})
    if prepared.size > LIMIT:
        raise InstallationError(f"{folder} has {prepared.size:,} bytes, more than the {LIMIT:,} it may have")
    return prepared


def is_prepared(folder: Path) -> bool:
    """Whether ``folder`` was written by :func:`prepare_folder`."""
    return (folder / "prepared.json").is_file() and all((folder / name).is_file() for name in ARCHIVES)


def unpack(folder: Path, *, cache: Path | None = None) -> tuple[Path, str]:
    """Unpack a prepared folder (once): the cache folder that then holds its server and Python, and its release."""
    about = json.loads((folder / "prepared.json").read_text(encoding="utf-8"))
    root = (cache or cache_folder()).absolute() / "prepared" / str(about["identity"])
    if not root.is_dir():
        with made_whole(root) as partial:
            for name in ARCHIVES:
                with tarfile.open(folder / name) as archive:
                    _extract(archive, partial)
    return root, str(about["release"])


def requirements() -> list[str]:
    """What the command needs at run time, as this version of tritonlint declares it, and the client for gRPC."""
    checkout = Path(tritonlint.__file__).parent.parent / "pyproject.toml"
    if checkout.is_file():
        declared = list(tomllib.loads(checkout.read_text(encoding="utf-8"))["project"]["dependencies"])
    else:
        try:
            declared = importlib.metadata.requires("tritonlint") or []
        except importlib.metadata.PackageNotFoundError as error:
            raise InstallationError("a folder can be prepared only where tritonlint itself is installed") from error
    return [*sorted(line.replace('"', "'") for line in declared if "extra ==" not in line), *CLIENT_PACKAGES]


def server_files(root: Path, version: str) -> Iterator[tuple[Path, str]]:
    """The files of an unpacked server that its Python backend needs, with their names in the archive."""
    server = root / "pytriton" / "tritonserver"
    programs = [
        server / "bin" / "tritonserver",
        server / "backends" / "python" / "libtriton_python.so",
        server / "python_backend_stubs" / version / "triton_python_backend_stub",
    ]
    libraries = root / "nvidia_pytriton.libs"
    needed = _needed(programs, [libraries])
    further = sorted((server / "backends" / "python").glob("*.py"))
    for path in (*programs, *further, *sorted(needed.values())):
        yield path, f"servers/{root.name}/{path.relative_to(root)}"


def python_files(interpreter: Interpreter) -> Iterator[tuple[Path, str]]:
    """A relocatable copy of ``interpreter``: program, libpython, standard library, the libraries its modules need."""
    assert interpreter.executable is not None  # noqa: S101  (asked for by the only caller)
    version = interpreter.version
    script = "import sys, sysconfig; print(sysconfig.get_path('stdlib')); print(sys.base_prefix)"
    library, prefix = run([str(interpreter.executable), "-I", "-S", "-c", script], seconds=20).splitlines()
    program = Path(prefix) / "bin" / f"python{version}"
    if interpreter.library_folder is None or not program.is_file():
        raise InstallationError(f"{interpreter.executable} has no libpython or no {program}")
    modules = list(_below(Path(library), f"python/lib/python{version}"))
    shared = interpreter.library_folder / f"libpython{version}.so.1.0"
    binaries = [program, shared, *(path for path, _ in modules if path.suffix == ".so")]
    folders = [interpreter.library_folder, *map(Path, LIBRARY_FOLDERS)]
    yield program, f"python/bin/python{version}"
    yield program, "python/bin/python3"
    for name, path in sorted(({shared.name: shared} | _needed(binaries, folders)).items()):
        yield path, f"python/lib/{name}"
    yield from modules


def _packages_place(interpreter: Interpreter) -> str:
    """Where a relocated copy of ``interpreter`` looks for packages, below its prefix (Debian's has its own place)."""
    script = "import site, sys; print(site.getsitepackages(['PREFIX'])[0])"
    return run([str(interpreter.executable), "-I", "-c", script], seconds=20).strip().removeprefix("PREFIX/")


def _own_files(place: str) -> Iterator[tuple[Path, str]]:
    package = Path(tritonlint.__file__).parent
    yield from _below(package, place)
    if not (package / "rules").is_dir():
        # A checkout, in which the rules lie beside the package.
        yield from _below(package.parent / "rules", f"{place}/rules")


def _below(folder: Path, place: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_OUT or path.name.startswith(LEFT_OUT_MODULES) or path.name.endswith(LEFT_OUT_ENDS):
            continue
        if path.is_dir():
            yield from _below(path, f"{place}/{path.name}")
        else:
            yield path, f"{place}/{path.name}"


def _needed(binaries: Iterable[Path], folders: Iterable[Path]) -> dict[str, Path]:
    """The shared libraries that ``binaries`` need and that not every system has, found in ``folders``, by name."""
    places = list(folders)
    found: dict[str, Path] = {}
    pending = list(binaries)
    while pending:
        facts = read_elf(str(pending.pop()))
        for name in facts.needed:
            if name in found or name.startswith(EVERYWHERE):
                continue
            path = next((folder / name for folder in places if (folder / name).is_file()), None)
            if path is not None:
                found[name] = path
                pending.append(path)
    return found


def _pack(archive: Path, files: Iterable[tuple[Path, str]]) -> None:
    partial = archive.with_name(f"{archive.name}.{os.getpid()}")
    try:
        with _compressed(partial, archive.suffix) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
            written = set()
            for path, name in files:
                if name not in written:
                    written.add(name)
                    _add(tar, path, name)
        partial.rename(archive)
    finally:
        partial.unlink(missing_ok=True)


def _compressed(path: Path, suffix: str) -> io.BufferedIOBase:
    if suffix == ".gz":
        return gzip.GzipFile(path, "wb", compresslevel=9, mtime=0)
    # The filter for x86 makes machine code some percent smaller; half of all that is packed is machine code.
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 25}]
    return lzma.LZMAFile(path, "wb", filters=filters)


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    data = _stripped(path)
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.mode = 0o755 if os.access(path, os.X_OK) else 0o644
    tar.addfile(member, io.BytesIO(data))


def _stripped(path: Path) -> bytes:
    """The file, an own libpython without the symbols for debuggers, which are the larger part of it."""
    strip = shutil.which("strip")
    if strip is None or not path.name.startswith("libpython"):
        return path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="tritonlint-strip-") as scratch:
        copy = Path(scratch) / path.name
        done = subprocess.run([strip, "--strip-debug", "-o", str(copy), str(path)], capture_output=True, check=False)
        return copy.read_bytes() if done.returncode == 0 else path.read_bytes()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _size(path: Path | None) -> int:
    return path.stat().st_size if path is not None else 0


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    # Written by prepare_folder, and its programs must stay executable.
    if hasattr(tarfile, "fully_trusted_filter"):
        archive.extractall(folder, filter="fully_trusted")  # noqa: S202
    else:
        archive.extractall(folder)  # noqa: S202
