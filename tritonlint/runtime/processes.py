"""What the processes of a server are made of, read from ``/proc``: executables, libraries, environments.

Paths are as the process sees them; for a server in a container they are looked up below ``/proc/PID/root``.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tritonlint.runtime.guard import stat_fields

STUB_NAME = "triton_python_backend_stub"
LIBPYTHON = re.compile(r"libpython(?:3-[0-9a-f]+)?\.?(?P<version>3\.\d+|\d+)\.so")
PYTHON_FOLDER = re.compile(r"/python(3\.\d+)/")
NUMPY_CORE = re.compile(r"(?P<packages>.+)/numpy/(?:_core|core)/_multiarray_umath\.[^/]*so")
NUMPY_METADATA = re.compile(r"numpy-(?P<version>\d[^-]*)\.(?:dist|egg)-info")
NUMPY_VERSION = re.compile(r"^(?:short_)?version\s*(?::\s*str\s*)?=\s*[\"'](?P<version>\d[^\"'+]*)", re.MULTILINE)
DELETED = " (deleted)"
RUN_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class StubProcess:
    """One running stub.

    ``instance`` is the model instance's name (``model_0_0``), ``script`` the model file it was given and ``region``
    its shared-memory region. ``libpython`` is None when no such library is mapped (a stub with Python linked in).
    ``python`` is "3.11"; ``numpy`` is the version of the mapped NumPy and ``numpy_path`` the folder of packages that
    holds it, both None before it was imported. ``environment`` is the root of the environment that the server
    prepared for it (``EXECUTION_ENV_PATH``), None without one, whether or not the process then uses it.
    """

    pid: int
    executable: str
    libpython: str | None
    python: str | None
    numpy: str | None
    numpy_path: str | None
    environment: str | None
    instance: str
    script: str
    region: str
    libraries: tuple[str, ...]

    def maps(self, name: str) -> bool:
        """Whether a library of that file name is mapped."""
        return is_mapped(name, self.libraries)


class ServerProcesses(Protocol):
    """The part of a disposable server that :func:`stub_processes` asks for."""

    @property
    def pid(self) -> int: ...  # noqa: D102

    def processes(self) -> list[int]: ...  # noqa: D102


def stub_processes(server: ServerProcesses) -> tuple[StubProcess, ...]:
    """The living stubs of ``server``, by instance name; what a stub itself has forked is not one of them."""
    pids = set(server.processes())
    found = []
    for pid in sorted(pids):
        described = describe_process(pid, server.pid)
        if described is not None and not (parent_of(pid) in pids and _is_stub(parent_of(pid))):
            found.append(described)
    return tuple(sorted(found, key=lambda stub: (stub.instance, stub.pid)))


def describe_process(pid: int, server_pid: int | None = None) -> StubProcess | None:
    """The stub that runs as ``pid``; None when that process is gone or no stub.

    With ``server_pid`` the environment is told from the server's own ``LD_LIBRARY_PATH``: for a model with an
    environment the server puts ``ROOT/lib`` in front of it (``stub_launcher.cc``, 21.06 to 26.07).
    """
    arguments = command_line(pid)
    if not _is_stub(pid) or len(arguments) < 9:
        return None
    libraries = mapped_libraries(pid)
    executable = executable_of(pid)
    if executable is None:
        return None
    libpython = next((path for path in libraries if LIBPYTHON.match(os.path.basename(path))), None)
    core = next((match for path in libraries if (match := NUMPY_CORE.fullmatch(path))), None)
    packages = core["packages"] if core else None
    return StubProcess(
        pid=pid,
        executable=executable,
        libpython=libpython,
        python=_python_version(libpython, libraries),
        numpy=_numpy_version(pid, packages) if packages else None,
        numpy_path=packages,
        environment=_environment_root(pid, server_pid),
        instance=arguments[8],
        script=arguments[1],
        region=arguments[2],
        libraries=libraries,
    )


def mapped_libraries(pid: int) -> tuple[str, ...]:
    """Shared libraries in the memory map of ``pid``, in the order of their addresses; empty when it is gone."""
    try:
        text = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    found: dict[str, None] = {}
    for line in text.splitlines():
        path = line.split(maxsplit=5)[5:]
        if path and path[0].startswith("/"):
            name = path[0].removesuffix(DELETED)
            if ".so" in os.path.basename(name):
                found[name] = None
    return tuple(found)


def is_mapped(name: str, libraries: Iterable[str]) -> bool:
    """Whether one of ``libraries`` has that file name; maps show what a link such as ``libx.so.4`` leads to."""
    return any(os.path.basename(path).startswith(name) for path in libraries)


def executable_of(pid: int) -> str | None:
    """The file that ``pid`` runs, as the process itself sees it."""
    try:
        return os.readlink(f"/proc/{pid}/exe").removesuffix(DELETED)
    except OSError:
        return None


def command_line(pid: int) -> list[str]:
    """Arguments of ``pid``, the program's name first; empty when it is gone."""
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return []
    return text.split("\0")[:-1]


def environment_of(pid: int) -> dict[str, str]:
    """Environment variables that ``pid`` was started with; empty when they may not be read."""
    try:
        text = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)


def parent_of(pid: int) -> int:
    """Id of the parent of ``pid``, 0 when the process is gone."""
    fields = stat_fields(pid)
    return int(fields[1]) if fields else 0


def resident_memory(pid: int) -> int:
    """Resident bytes of ``pid``, 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _is_stub(pid: int) -> bool:
    arguments = command_line(pid)
    return bool(arguments) and os.path.basename(arguments[0]) == STUB_NAME


def _python_version(libpython: str | None, libraries: tuple[str, ...]) -> str | None:
    if libpython is not None:
        match = LIBPYTHON.match(os.path.basename(libpython))
        if match is not None:
            version = match["version"]
            # A wheel's repaired name: libpython3-419a3a08.13.so.1.0
            return version if "." in version else f"3.{version}"
    return next((match[1] for path in libraries if (match := PYTHON_FOLDER.search(path))), None)


def _numpy_version(pid: int, packages: str) -> str | None:
    folder = Path(f"/proc/{pid}/root{packages}")
    try:
        for name in sorted(os.listdir(folder)):
            match = NUMPY_METADATA.match(name)
            if match is not None:
                return match["version"]
        match = NUMPY_VERSION.search((folder / "numpy" / "version.py").read_text(errors="replace"))
    except OSError:
        return None
    return match["version"] if match else None


def _environment_root(pid: int, server_pid: int | None) -> str | None:
    path = environment_of(pid).get("LD_LIBRARY_PATH", "")
    first = path.partition(":")[0]
    # What follows is the server's own, unless the activate script has changed it.
    if (
        server_pid is None
        or not first.endswith("/lib")
        or path == environment_of(server_pid).get("LD_LIBRARY_PATH", "")
    ):
        return None
    return first.removesuffix("/lib")


def run_bounded(command: list[str], environment: Mapping[str, str]) -> tuple[int | None, str] | None:
    """Exit status (None when it took too long) and output of a program; None when it cannot be started."""
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=RUN_SECONDS,
            check=False,
        )
    except OSError:
        return None
    except subprocess.TimeoutExpired as error:
        return None, (error.stdout or b"").decode("utf-8", "replace")
    return done.returncode, done.stdout.decode("utf-8", "replace")
