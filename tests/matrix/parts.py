"""The real parts of the matrix: Debian's Pythons 3.9 and 3.11, numpy 1 and 2, packed environments, stubs, servers.

Everything is fetched once, through apt and pip, into the tests' cache. Nothing is installed, and root is not needed.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tritonlint.runtime.wheel import ServerInstallation, prepare_server

OWN = "3.11"
"""The Python of the servers' own stub."""
FOREIGN = "3.9"
RELEASES = ("23.07", "23.12", "24.03", "24.07", "24.10")
SUITES = {"3.9": "bullseye", "3.11": "bookworm"}
PACKAGES = {
    "3.9": ("libpython3.9", "libpython3.9-minimal", "libpython3.9-stdlib", "python3.9-minimal", "libssl1.1", "libffi7"),
    "3.11": ("libpython3.11", "libpython3.11-minimal", "libpython3.11-stdlib", "python3.11-minimal"),
}
NUMPY = {1: "1.26.4", 2: "2.0.2"}
UNNEEDED = (
    "test",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "ensurepip",
    "distutils",
    "tkinter",
    "turtledemo",
    "__pycache__",
)
ACTIVATE = """\
# Puts the environment's programs first, as the script of conda-pack does.
_prefix="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export PATH="$_prefix/bin:$PATH"
export VIRTUAL_ENV="$_prefix"
"""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FETCH_SECONDS = 300
STUB = "triton_python_backend_stub"
LIBRARIES = "nvidia_pytriton.libs"


class PartsMissingError(Exception):
    """A part cannot be had on this machine; the message says which and why."""


@dataclass(frozen=True)
class Server:
    """A server of one release whose own stub is that of Python 3.11."""

    installation: ServerInstallation
    backends: Path
    environment: dict[str, str]


class Parts:
    """Everything that cases are put together from, below one folder.

    NVIDIA's stubs look for libcudart four folders up, in ``nvidia_pytriton.libs``: that folder and the folders of the
    cases lie so that they find it, as they do where the wheel put them.
    """

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.folder = cache / "matrix"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / LIBRARIES).mkdir(exist_ok=True)

    def work(self) -> Path:
        """A new folder for a case; a stub in ``models/NAME`` below it finds its libraries."""
        (self.folder / "work").mkdir(exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self.folder / "work"))

    def python(self, version: str, architecture: str = "amd64") -> Path:
        """A relocatable prefix with Debian's Python, without numpy."""

        def make(place: Path) -> None:
            found = self.packages(SUITES[version], architecture, PACKAGES[version])
            _unpack_python(version, found, place)

        return self._made(f"python-{version}-{architecture}", make)

    def packages(self, suite: str, architecture: str, names: tuple[str, ...]) -> list[Path]:
        """Packages of Debian, fetched and not installed."""
        name = f"apt-{suite}-{architecture}-{names[0]}"
        return sorted(self._made(name, lambda place: _fetch(suite, architecture, names, place)).glob("*.deb"))

    def library(self, suite: str, package: str, name: str) -> Path:
        """One file below ``usr/lib`` of a package."""

        def make(place: Path) -> None:
            with tempfile.TemporaryDirectory(dir=self.folder) as root:
                _run(["dpkg", "-x", str(self.packages(suite, "amd64", (package,))[0]), root])
                shutil.copy2(next((Path(root) / "usr" / "lib").rglob(name)), place)

        return self._made(f"{suite}-{name}", make)

    def numpy(self, version: str, major: int, platform: str = "manylinux2014_x86_64") -> Path:
        """A folder with the wheel of numpy unpacked."""
        name = f"numpy-{NUMPY[major]}-{version}-{platform}"
        return self._made(name, lambda place: _fetch_numpy(version, NUMPY[major], platform, place))

    def environment(self, version: str, numpy: int | None = 1) -> Path:
        """An unpacked environment, as it would be given to ``tar``."""

        def make(place: Path) -> None:
            # Linked, not copied: numpy alone has 100 MB.
            shutil.copytree(self.python(version), place, symlinks=True, copy_function=os.link)
            (place / "bin" / "activate").write_text(ACTIVATE, encoding="utf-8")
            if numpy is not None:
                packages = place / "lib" / "python3" / "dist-packages"
                shutil.copytree(self.numpy(version, numpy), packages, dirs_exist_ok=True, copy_function=os.link)

        return self._made(f"environment-{version}-numpy{numpy}", make)

    def archive(self, version: str, numpy: int | None = 1, change: str = "") -> Path:
        """A packed environment; ``change`` names one of :data:`CHANGES`."""
        unpacked = self.environment(version, numpy)
        name = f"{unpacked.name}{'-' if change else ''}{change}.tar.gz"
        return self._made(name, lambda place: pack(unpacked, place, CHANGES[change]))

    def server(self, release: str) -> Server:
        """A server with Debian's Python 3.11 and numpy 1, as an image of NVIDIA has its Python and its numpy.

        The libpython falls back to the place it was built for where an environment does not fit it; numpy lies in the
        backend's folder, which is on every stub's path, because nothing is installed into this machine's Python.
        """
        fallback = Path("/usr/lib") / f"python{OWN}" / "os.py"
        if not fallback.exists():
            raise PartsMissingError(f"{fallback} is missing: install libpython{OWN}-stdlib")
        installation = prepare_server(release, cache=self.cache)
        shipped = installation.backends
        if shipped is None:
            raise PartsMissingError(f"the server of {release} has no backends of its own")
        self._link_libraries(installation)
        own, stub, numpy = self.python(OWN), installation.stubs[OWN], self.numpy(OWN, 1)
        backends = self._made(f"servers/{release}/backends", lambda place: _copy_backends(shipped, stub, numpy, place))
        environment = {
            "LD_LIBRARY_PATH": str(own / "lib"),
            "PATH": f"{own / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }
        return Server(installation, backends, environment)

    def stub(self, release: str, version: str) -> Path:
        """NVIDIA's stub of a release for a Python."""
        installation = prepare_server(release, cache=self.cache)
        self._link_libraries(installation)
        return installation.stubs[version]

    def _link_libraries(self, installation: ServerInstallation) -> None:
        for library in (installation.root / LIBRARIES).iterdir():
            link = self.folder / LIBRARIES / library.name
            if not link.exists():
                with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                    (Path(folder) / "link").symlink_to(os.path.relpath(library, self.folder / LIBRARIES))
                    os.replace(Path(folder) / "link", link)

    def _made(self, name: str, make: Callable[[Path], None]) -> Path:
        place = self.folder / name
        if place.exists():
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        with _lock(self.folder / f"{name.replace('/', '-')}.lock"):
            if not place.exists():
                with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                    make(Path(folder) / "made")
                    (Path(folder) / "made").rename(place)
        return place


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _copy_backends(shipped: Path, stub: Path, numpy: Path, place: Path) -> None:
    shutil.copytree(shipped, place)
    shutil.copy2(stub, place / "python" / STUB)
    for name in ("numpy", "numpy.libs"):
        (place / "python" / name).symlink_to(numpy / name)


def _unpack_python(version: str, packages: list[Path], place: Path) -> None:
    with tempfile.TemporaryDirectory(dir=place.parent) as root:
        for package in packages:
            _run(["dpkg", "-x", str(package), root])
        usr = Path(root) / "usr"
        for unneeded in UNNEEDED:
            for found in list((usr / "lib" / f"python{version}").rglob(unneeded)):
                shutil.rmtree(found, ignore_errors=True)
        # Links to what is not packed, which a linter rightly complains of.
        (usr / "lib" / f"python{version}" / "sitecustomize.py").unlink(missing_ok=True)
        shutil.rmtree(next((usr / "lib" / f"python{version}").glob("config-*")))
        (place / "lib").mkdir(parents=True)
        shutil.copytree(usr / "lib" / f"python{version}", place / "lib" / f"python{version}", symlinks=True)
        for library in next((usr / "lib").glob("*-linux-gnu")).glob("lib*.so*"):
            shutil.copy2(library, place / "lib" / library.name, follow_symlinks=False)
        (place / "bin").mkdir()
        shutil.copy2(usr / "bin" / f"python{version}", place / "bin" / f"python{version}")
        for name in ("python3", "python"):
            (place / "bin" / name).symlink_to(f"python{version}")


def _fetch(suite: str, architecture: str, names: tuple[str, ...], place: Path) -> None:
    """Debian's packages through apt, with lists of its own."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise PartsMissingError(f"no apt to fetch {names[0]} with")
    for name in ("lists/partial", "cache/archives/partial", "sources"):
        (place / name).mkdir(parents=True, exist_ok=True)
    signed = f"Signed-By: {KEYRING}\n" if KEYRING.is_file() else ""
    (place / "sources" / "debian.sources").write_text(
        f"Types: deb\nURIs: {_debian_mirror()}\nSuites: {suite}\nComponents: main\n"
        f"Architectures: {architecture}\n{signed}",
        encoding="utf-8",
    )
    options = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": place / "sources",
        "Dir::State::Lists": place / "lists",
        "Dir::Cache": place / "cache",
        # What is installed here must not count as the version to fetch.
        "Dir::State::Status": "/dev/null",
        "APT::Sandbox::User": "",
        "APT::Architecture": architecture,
    }
    apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
    _run([*apt, "update"])
    _run([*apt, "download", *names], place)
    for folder in ("lists", "cache", "sources"):
        shutil.rmtree(place / folder, ignore_errors=True)


def _debian_mirror() -> str:
    """Where this machine fetches Debian from."""
    try:
        system = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        system = ""
    codename = re.search(r"^VERSION_CODENAME=(\w+)", system, re.MULTILINE)
    listed = _run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(CREATED_BY) $(COMPONENT)"])
    for line in listed.splitlines():
        fields = line.split()
        if "ID=debian" in system.split() and codename and fields[1:] == [codename[1], "Packages", "main"]:
            return fields[0]
    raise PartsMissingError("this machine is not set up to fetch packages of Debian")


def _fetch_numpy(version: str, numpy: str, platform: str, place: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    target = ["--python-version", version, "--platform", platform, "--only-binary=:all:", "--target", str(place)]
    _run([*command, *target, f"numpy=={numpy}"])
    for tests in [path for path in place.rglob("tests") if path.is_dir()]:
        shutil.rmtree(tests, ignore_errors=True)
    shutil.rmtree(place / "bin", ignore_errors=True)


def _run(command: list[str], folder: Path | None = None) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=FETCH_SECONDS, cwd=folder)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout or "").strip().splitlines()
        raise PartsMissingError(f"`{' '.join(command[:3])} …` failed: {said[-1] if said else 'no output'}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PartsMissingError(f"`{' '.join(command[:3])} …` failed: {error}") from error
    return done.stdout


Change = Callable[[tarfile.TarInfo], "tarfile.TarInfo | None"]


def _without_python3(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if member.name in ("bin/python3", "bin/python") else member


def _below_a_folder(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    member.name = f"environment/{member.name}"
    return member


CHANGES: dict[str, Change] = {
    "": lambda member: member,
    "no-python3": _without_python3,
    "top-folder": _below_a_folder,
    "no-activate": lambda member: None if member.name == "bin/activate" else member,
    "no-libpython": lambda member: None if member.name.startswith("lib/libpython") else member,
}


def pack(folder: Path, place: Path, change: Change = CHANGES[""]) -> None:
    """Pack what lies in ``folder`` as tar.gz."""

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        member.name = member.name.removeprefix("./")
        return None if member.name == "." else change(member)

    with tarfile.open(place, "w:gz", compresslevel=1) as archive:
        for entry in sorted(folder.iterdir()):
            archive.add(entry, entry.name, filter=kept)
