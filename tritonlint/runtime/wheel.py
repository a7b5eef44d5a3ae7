"""A real tritonserver from the ``nvidia-pytriton`` wheel, unpacked once into a private cache folder.

The wheel ships NVIDIA's own server binary with the Python backend and one stub per Python version. Nothing is
installed and an installed package is left as it is: its files are copied, or the wheel is downloaded through pip
without its dependencies, and the stub that fits an available libpython is put where the Python backend looks for it.
Which wheel holds which release was read from the servers themselves (the version each one logs when it starts).
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "nvidia-pytriton"
WHEELS: dict[str, tuple[str, str]] = {
    "23.07": ("0.4.0", "2.36.0"),
    "23.12": ("0.5.0", "2.41.0"),
    "24.03": ("0.5.5", "2.44.0"),
    "24.07": ("0.5.10", "2.48.0"),
    "24.10": ("0.7.0", "2.51.0"),
}
"""Release to wheel version and the server version that the wheel's binary reports."""

INSTALLED_RELEASES = {version: release for release, (version, _) in WHEELS.items()} | {
    "0.3.0": "23.07",
    "0.6.0": "24.10",
}
"""Versions of the package whose server's release is known, as read from the servers themselves."""

DOWNLOAD_SECONDS = 600
ABANDONED_SECONDS = 3600
"""Age of a half-made folder whose maker must have been killed."""

LIBPYTHON = re.compile(r"libpython(3\.\d+)\.so\.1\.0")
LIBRARY_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/local/lib", "/usr/lib")


class InstallationError(Exception):
    """No server could be prepared; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python ("3.11") and the folder of its libpython, None when it has no shared one."""

    version: str
    executable: Path | None
    library_folder: Path | None


@dataclass(frozen=True, slots=True)
class ServerInstallation:
    """A server that can be started: where its parts lie and what its process needs in the environment.

    ``environment`` holds only what differs from the caller's environment. ``python`` is the Python version
    ("3.11") of the default stub, None when no stub could be put in place (models of other backends still load).
    ``backends`` is None where the server finds its backends by itself. ``origin`` says where the server is from.
    """

    release: str
    version: str
    root: Path
    executable: Path
    backends: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    stubs: Mapping[str, Path] = field(default_factory=dict)
    origin: str = ""
    interpreter: Interpreter | None = None


def cache_folder() -> Path:
    """Where servers are kept: ``TRITONLINT_CACHE``, else ``tritonlint`` in the user's cache folder."""
    given = os.environ.get("TRITONLINT_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tritonlint"


def nearest_release(target: str, releases: Iterable[str] = WHEELS) -> str:
    """The release with a wheel that is closest in time to ``target`` ("YY.MM"); the older one of two."""

    def months(release: str) -> int:
        year, month = release.split(".")
        return int(year) * 12 + int(month)

    return min(sorted(releases), key=lambda release: abs(months(release) - months(target)))


def prepare_server(
    release: str,
    *,
    cache: Path | None = None,
    python_packages: bool = False,
    python: Path | None = None,
    stub: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> ServerInstallation:
    """Unpack the server of ``release`` (once), from the installed package where it holds that release, else fetched.

    ``python`` is the interpreter whose packages the models shall see and whose version the default stub has. Without
    it, ``python_packages`` makes a virtual environment with NumPy 1: the stubs of all these releases exchange empty
    arrays under NumPy 2. Either is put first on ``PATH``, where the stub looks for its interpreter's home. ``stub``
    names another version for the default stub, for models that bring their own interpreter. A cache unpacked from a
    prepared folder has its own interpreter, ``python/bin/python3``.
    """
    say = progress or _silent
    if release not in WHEELS:
        raise InstallationError(
            f"no wheel of {PACKAGE} holds release {release}; there are wheels for {', '.join(WHEELS)}"
        )
    if not sys.platform.startswith("linux") or os.uname().machine != "x86_64":
        raise InstallationError(f"{PACKAGE} has servers for Linux on x86_64 only")
    cache = (cache or cache_folder()).absolute()
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InstallationError(f"no cache folder: {error}; set TRITONLINT_CACHE to one that can be written") from error
    root = cache / "servers" / release
    carried = cache / "python" / "bin" / "python3"
    if python is None and python_packages and carried.is_file():
        python = carried
    with _lock(cache / f"server-{release}.lock"):
        if not root.is_dir():
            installed = _installed_package(release)
            if installed is not None:
                say(f"copying the server of release {release} from the installed {PACKAGE}")
                _copy(installed, root)
            else:
                say(f"fetching the server of release {release} ({PACKAGE} {WHEELS[release][0]}, 55 MB)")
                _unpack(_download(release, cache / "wheels"), root)
        server = root / "pytriton" / "tritonserver"
        stubs = {
            path.parent.name: path
            for path in sorted((server / "python_backend_stubs").glob("*/triton_python_backend_stub"))
        }
        interpreter = interpreter_of(python) if python is not None else _find_interpreter(stubs)
        version = stub or (interpreter.version if interpreter is not None else None)
        if version is not None and version not in stubs:
            raise InstallationError(
                f"the server of release {release} has no stub for Python {version}, only for {', '.join(stubs)}"
            )
        backends = _backends(server, version, stubs)
    libraries = [str(root / "nvidia_pytriton.libs")]
    if interpreter is not None and interpreter.library_folder is not None:
        libraries.insert(0, str(interpreter.library_folder))
    environment = {"LD_LIBRARY_PATH": os.pathsep.join(libraries)}
    if python is not None and interpreter is not None:
        if interpreter.library_folder is None:
            raise InstallationError(
                f"{python} comes without libpython{interpreter.version}.so.1.0, which the stub needs: install the "
                f"package libpython{interpreter.version}, or an interpreter built with --enable-shared"
            )
        environment |= python_environment(python)
    elif python_packages:
        if interpreter is None:
            raise InstallationError(
                f"no shared libpython fits a stub of {PACKAGE} {WHEELS[release][0]}: install the package libpython3.11"
            )
        environment |= python_environment(_private_environment(cache, interpreter, say) / "bin" / "python3")
    return ServerInstallation(
        release=release,
        version=WHEELS[release][1],
        root=root,
        executable=server / "bin" / "tritonserver",
        backends=backends,
        environment=environment,
        python=version,
        stubs=stubs,
        origin=f"{PACKAGE} {WHEELS[release][0]}",
        interpreter=interpreter,
    )


def prepared_releases(cache: Path | None = None) -> list[str]:
    """Releases whose server needs no download: already unpacked, or in the installed package."""
    folder = (cache or cache_folder()) / "servers"
    return [release for release in WHEELS if (folder / release).is_dir() or _installed_package(release) is not None]


def python_environment(python: Path) -> dict[str, str]:
    """What makes a stub take its standard library and packages from the environment of ``python``."""
    environment = {"PATH": f"{python.absolute().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    home = python.absolute().parent.parent
    if (home / "pyvenv.cfg").is_file():
        environment["VIRTUAL_ENV"] = str(home)
    return environment


def interpreter_of(python: Path) -> Interpreter:
    """Version and libpython of ``python``, asked of itself."""
    script = (
        "import json, sys, sysconfig;"
        "print(json.dumps(['%d.%d' % sys.version_info[:2], sysconfig.get_config_var('LIBDIR'), sys.base_prefix]))"
    )
    version, library, prefix = json.loads(run([str(python), "-I", "-S", "-c", script], seconds=20))
    # The prefix first: a copy of an interpreter keeps the original's LIBDIR.
    folders = [f"{prefix}/lib", *([library] if library else []), *LIBRARY_FOLDERS]
    name = f"libpython{version}.so.1.0"
    return Interpreter(
        version, python, next((Path(folder) for folder in folders if Path(folder, name).is_file()), None)
    )


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    try:
        handle = path.open("w")
    except OSError:
        # A cache that cannot be written holds what is needed already, or the making of it says why it fails.
        yield
        return
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _download(release: str, folder: Path) -> Path:
    version = WHEELS[release][0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InstallationError(f"{folder} could not be made: {error}") from error
    pattern = f"nvidia_pytriton-{version}-*.whl"
    for wheel in folder.glob(pattern):
        return wheel
    with tempfile.TemporaryDirectory(dir=folder) as partial:
        pip("download", "--no-deps", "--only-binary=:all:", "--dest", partial, f"{PACKAGE}=={version}")
        for wheel in Path(partial).glob(pattern):
            # A rename within one file system: an interrupted download never looks like a finished one.
            return wheel.rename(folder / wheel.name)
    raise InstallationError(f"pip downloaded no wheel of {PACKAGE} {version}")


def _unpack(wheel: Path, root: Path) -> None:
    with made_whole(root) as partial:
        try:
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(partial)
        except (OSError, zipfile.BadZipFile) as error:
            raise InstallationError(f"{wheel} could not be unpacked: {error}") from error
        # zipfile drops the modes that pip would restore.
        for program in (
            partial / "pytriton/tritonserver/bin/tritonserver",
            *partial.glob("pytriton/tritonserver/python_backend_stubs/*/triton_python_backend_stub"),
        ):
            program.chmod(0o755)


def _installed_package(release: str) -> Path | None:
    """The folder that the installed package lies in, when it is one of the wheels that hold ``release``."""
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return None
    if INSTALLED_RELEASES.get(distribution.version) != release:
        return None
    folder = Path(str(distribution.locate_file("")))
    return folder if (folder / "pytriton" / "tritonserver" / "bin" / "tritonserver").is_file() else None


def _copy(packages: Path, root: Path) -> None:
    with made_whole(root) as partial:
        ignored = shutil.ignore_patterns("__pycache__")
        for part in ("pytriton/tritonserver", "nvidia_pytriton.libs"):
            shutil.copytree(packages / part, partial / part, ignore=ignored)


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """A folder to fill that takes the name ``folder`` only when it is complete."""
    partial = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for abandoned in folder.parent.glob(f".{folder.name}.partial-*"):
            if time.time() - abandoned.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(abandoned, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
        yield partial
        partial.chmod(0o755)
        partial.rename(folder)
    except BaseException as error:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise InstallationError(f"{folder} could not be made: {error}") from error
        raise


def _backends(server: Path, version: str | None, stubs: Mapping[str, Path]) -> Path:
    """The backend folder whose Python backend has the stub of ``version``; each version has its own."""
    if version is None:
        return server / "backends"
    folder = server / f"backends-{version}"
    if not folder.is_dir():
        with made_whole(folder) as partial:
            shutil.copytree(server / "backends", partial, dirs_exist_ok=True)
            # The stubs find libcudart by a RUNPATH relative to where the wheel put them: here it is as deep.
            shutil.copy2(stubs[version], partial / "python" / "triton_python_backend_stub")
    return folder


def _find_interpreter(stubs: Mapping[str, Path]) -> Interpreter | None:
    """An interpreter with a shared libpython that a stub fits, the running Python's own first."""
    running = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folders = [Path(str(sysconfig.get_config_var("LIBDIR") or "")), *map(Path, LIBRARY_FOLDERS)]
    available: dict[str, Path] = {}
    for folder in folders:
        for library in sorted(folder.glob("libpython3.*.so.1.0")) if folder.is_dir() else ():
            match = LIBPYTHON.fullmatch(library.name)
            if match and match[1] in stubs:
                available.setdefault(match[1], folder)
    for version in (running, *sorted(available, reverse=True)):
        if version in available:
            folder = available[version]
            # The interpreter beside the library, so that standard library and libpython are of one build.
            candidates = [folder.parent / "bin" / f"python{version}", Path("/usr/bin") / f"python{version}"]
            found = next((path for path in candidates if path.is_file()), shutil.which(f"python{version}"))
            return Interpreter(version, Path(found) if found else None, folder)
    return None


def _private_environment(cache: Path, interpreter: Interpreter, say: Callable[[str], None]) -> Path:
    home = cache / f"python-{interpreter.version}"
    with _lock(cache / f"python-{interpreter.version}.lock"):
        # The interpreter that it was made from may be gone by now.
        if (home / "ready").exists() and (home / "bin" / "python3").exists():
            return home
        if interpreter.executable is None:
            raise InstallationError(
                f"no python{interpreter.version} found for the libpython in {interpreter.library_folder}"
            )
        say(f"making an environment of Python {interpreter.version} with NumPy 1")
        shutil.rmtree(home, ignore_errors=True)
        run([str(interpreter.executable), "-m", "venv", "--without-pip", str(home)])
        pip("--python", str(home / "bin" / "python"), "install", "--only-binary=:all:", "numpy<2")
        (home / "ready").touch()
    return home


def packages_for(version: str, *, cache: Path | None = None, progress: Callable[[str], None] | None = None) -> Path:
    """A folder with NumPy 1 for Python ``version``, whichever Python runs here; fetched once."""
    cache = (cache or cache_folder()).absolute()
    folder = cache / f"packages-{version}"
    with _lock(cache / f"packages-{version}.lock"):
        if not folder.is_dir():
            (progress or _silent)(f"fetching NumPy 1 for Python {version}")
            with made_whole(folder) as partial:
                options = ("--only-binary=:all:", "--no-compile", "--implementation=cp", f"--python-version={version}")
                pip("install", "--no-deps", f"--target={partial}", *options, "numpy<2")
    return folder


def pip(*arguments: str) -> None:
    """Run pip, without its remarks about newer versions; an environment made by uv has none of its own."""
    program = sys.executable
    if importlib.util.find_spec("pip") is None:
        home = cache_folder() / "pip"
        program = str(home / "bin" / "python3")
        if not Path(program).exists():
            run([sys.executable, "-m", "venv", str(home)])
    run([program, "-m", "pip", "--disable-pip-version-check", *arguments])


def run(command: list[str], *, seconds: float = DOWNLOAD_SECONDS) -> str:
    """What a command printed; :class:`InstallationError` when it failed."""
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        raise InstallationError(f"`{' '.join(command)}` failed: {said[-1] if said else 'no output'}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallationError(f"`{' '.join(command)}` failed: {error}") from error
    return done.stdout


def _silent(_message: str) -> None:
    """Progress that nobody follows."""
