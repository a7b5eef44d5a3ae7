"""A disposable server in a container without a network, through podman or docker.

The container has no network at all: a relay (:mod:`~tritonlint.runtime.relay`) that enters its network namespace
connects it with two ports on this machine's loopback. The repository is mounted read-only, at the path it has here,
all capabilities are dropped, and ``/dev/shm`` has the size asked for. An image without a server gets the embedded one
mounted, so that any image with Python does as a safe place for code that nobody has read.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tritonlint.runtime import relay
from tritonlint.runtime.guard import Guard, descendants
from tritonlint.runtime.server import DisposableServer, ServerError
from tritonlint.runtime.wheel import (
    InstallationError,
    ServerInstallation,
    nearest_release,
    packages_for,
    prepare_server,
)

ENGINES = ("podman", "docker")
HTTP_PORT, GRPC_PORT, METRICS_PORT = 8000, 8001, 8002
SERVER = "/opt/tritonserver/bin/tritonserver"
PROBE_SECONDS = 600.0
"""An image that is not here yet is fetched by its first run; NVIDIA's is 15 GB."""

COMMAND_SECONDS = 20.0
PIECES = ("numpy", "numpy.libs")

PROBE = f"""
for f in {SERVER} "$(command -v tritonserver)"; do [ -x "$f" ] && echo "server $f"; done
for f in "$@"; do [ -e "$f" ] && echo "file $f"; done
command -v python3 >/dev/null && python3 -c '
import glob, site, sys, sysconfig
version = "%d.%d" % sys.version_info[:2]
name = "/libpython" + version + ".so.1.0"
folders = [sysconfig.get_config_var("LIBDIR") or "", sys.base_prefix + "/lib", "/usr/lib64", *glob.glob("/usr/lib/*")]
print("python", version, next((f for f in folders if glob.glob(f + name)), "none"), site.getsitepackages()[0])
try:
    import numpy
except ImportError:
    print("numpy none")
else:
    print("numpy", numpy.__version__)
'
exit 0
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """How this machine's engine is called so that containers start: program, and options of ``run``."""

    program: str
    before: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """``podman`` or ``docker``."""
        return os.path.basename(self.program)

    def run(self, *arguments: str) -> list[str]:
        """A ``run`` command without network and rights."""
        isolated = ("--rm", "--network=none", "--cap-drop=all", "--security-opt=no-new-privileges")
        # Files that belong to others are readable for root here, so they are for root there.
        rights = ("--cap-add=DAC_OVERRIDE",) if os.geteuid() == 0 else ()
        if self.name == "docker" and os.geteuid() != 0:
            rights = (f"--user={os.geteuid()}:{os.getegid()}",)
        return [self.program, *self.before, "run", *isolated, *rights, *self.limits, *arguments]

    def removal(self, container: str) -> list[str]:
        """The command that ends a container at once; it may be gone already."""
        at_once = ("-t", "0", "-i") if self.name == "podman" else ()
        return [self.program, *self.before, "rm", "-f", "-v", *at_once, container]


@dataclass(frozen=True, slots=True)
class Image:
    """What an image holds: server, Python (version, folder of libpython, folder of packages), NumPy, found files."""

    engine: Engine
    place: tuple[str, ...]
    server: str | None
    python: tuple[str, str, str] | None
    numpy: str | None
    files: tuple[str, ...] = ()
    mounts: Mapping[str, str] = field(default_factory=dict)


class ContainerServer(DisposableServer):
    """A server inside a container; processes, memory and files are seen from outside, through ``/proc``."""

    def __init__(
        self,
        image: Image,
        installation: ServerInstallation,
        repositories: Path | str | Sequence[Path | str],
        *,
        shm_size: int | None = None,
        gpu: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(installation, repositories, **options)
        self.image = image
        self.shm_size = shm_size
        self.gpu = gpu
        self.container = self._identity
        self._container_pid = 0
        self._relay: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the server, as this machine counts."""
        if not self._container_pid:
            raise ServerError("the server is not running")
        return self._container_pid

    @property
    def shared_memory_folder(self) -> Path:
        """The container's own ``/dev/shm``."""
        return Path(f"/proc/{self._container_pid}/root/dev/shm")

    @property
    def temporary_folder(self) -> Path:
        """The container's own ``/tmp``."""
        return Path(f"/proc/{self._container_pid}/root/tmp")

    def processes(self) -> list[int]:
        """Ids of all living processes in the container, as this machine counts."""
        return descendants(self._container_pid) if self._container_pid else []

    def environments(self) -> list[Path]:
        """Folders into which the server has unpacked environments."""
        return sorted(self.temporary_folder.glob("python_env_*"))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send the server's process a signal."""
        try:
            os.kill(self.pid, number)
        except PermissionError:
            self._engine("kill", f"--signal={int(number)}", self.container)

    def stop(self) -> None:
        """End the server, and with it the container; safe to call twice."""
        super().stop()
        if self._relay is not None:
            for stream in (self._relay.stdin, self._relay.stdout, self._relay.stderr):
                if stream is not None:
                    stream.close()
            self._relay.wait()
            self._relay = None
        self._container_pid = 0

    def command(self) -> list[str]:
        """The engine's command line."""
        server = super().command()
        mounts = {str(Path(path).resolve()): str(Path(path).absolute()) for path in self.repositories}
        mounts |= self.image.mounts
        environment = {"TRITON_SERVER_ESCAPE_LOG_MESSAGES": "0"}
        environment |= self.installation.environment
        environment |= self._extra_environment
        gpu = ("--gpus=all",) if self.image.engine.name == "docker" else ("--device=nvidia.com/gpu=all",)
        return [
            *self.image.engine.run(
                f"--name={self.container}",
                *((f"--shm-size={self.shm_size}b",) if self.shm_size is not None else ()),
                *(gpu if self.gpu else ()),
                *(f"--volume={here}:{there}:ro" for here, there in mounts.items()),
                *(f"--env={name}={value}" for name, value in environment.items()),
                "--workdir=/tmp",
                "--entrypoint=",
            ),
            *self.image.place,
            *server,
        ]

    def _ports(self) -> dict[str, int]:
        return {"http": HTTP_PORT, "grpc": GRPC_PORT, "metrics": METRICS_PORT}

    def _specification(self, folder: Path) -> dict[str, Any]:
        return super()._specification(folder) | {
            "environment": dict(os.environ) | {"TMPDIR": str(folder / "tmp")},
            "watch": None,
            "cleanup": [self.image.engine.removal(self.container)],
        }

    def _reachable(self) -> bool:
        if not self._container_pid:
            self._container_pid = self._find_pid()
        elif self._relay is None:
            self._start_relay()
        else:
            return super()._reachable()
        return False

    def _find_pid(self) -> int:
        said = self._engine("inspect", "--format={{.State.Pid}}", self.container)
        return int(said) if said.isdigit() else 0

    def _start_relay(self) -> None:
        listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        self.http_port, self.grpc_port, self.metrics_port = (one.getsockname()[1] for one in listening)
        pairs = [f"{one.fileno()}:{port}" for one, port in zip(listening, self._ports().values(), strict=True)]
        enter = ["nsenter", f"--target={self._container_pid}", "--net"]
        if os.geteuid() != 0:
            # Without root the container's network belongs to a user namespace of the same user.
            enter += ["--user", "--preserve-credentials"]
        self._relay = subprocess.Popen(
            [*enter, sys.executable or "python3", "-I", "-S", relay.__file__, *pairs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[one.fileno() for one in listening],
            start_new_session=True,
        )
        for one in listening:
            one.close()
        if self._relay.stdout is not None and not self._relay.stdout.readline():
            said = self._relay.communicate(timeout=COMMAND_SECONDS)[1].decode("utf-8", "replace").strip()
            raise ServerError(
                f"the network of the container cannot be entered ({said}): run as root, or use podman as the user "
                "who owns the container, or the embedded server"
            )

    def _engine(self, *arguments: str) -> str:
        return _said([self.image.engine.program, *self.image.engine.before, *arguments])


def open_container(
    source: str,
    *,
    release: str,
    repositories: Path | str | Sequence[Path | str],
    allocator: Path | None = None,
    stub: str | None = None,
    device: str = "cpu",
    cache: Path | None = None,
    progress: Callable[[str], None],
    environment: Mapping[str, str],
    **options: Any,
) -> ContainerServer:
    """A server in a container: ``source`` is ``podman:IMAGE``, ``docker:IMAGE`` or ``podman:rootfs:FOLDER``."""
    name, _, place = source.partition(":")
    progress(f"looking into {place} with {name}")
    image = inspect_image(name, place, (str(allocator),) if allocator is not None else ())
    settings = dict(environment)
    mounts: dict[str, str] = {}
    if allocator is not None:
        settings["LD_PRELOAD"] = str(allocator)
        if str(allocator) not in image.files:
            if not allocator.is_file():
                raise InstallationError(f"{allocator} is neither in {place} nor on this machine")
            mounts[str(allocator.resolve())] = str(allocator)
    if image.server is not None:
        installation = ServerInstallation(
            release="",
            version="",
            root=Path(image.server).parent.parent,
            executable=Path(image.server),
            backends=None,
            origin=f"{name} {place}",
        )
    else:
        installation, embedded = _embedded(image, place, release, stub, cache, progress)
        mounts |= embedded
    image = Image(image.engine, image.place, image.server, image.python, image.numpy, image.files, mounts)
    return ContainerServer(image, installation, repositories, gpu=device == "gpu", environment=settings, **options)


def inspect_image(engine: str, image: str, files: Sequence[str] = ()) -> Image:
    """Look into ``image``, and find out on the way how containers can be started here.

    With a low limit on open files or processes, engines that raise it fail; ``crun`` fails where some control groups
    are missing and ``runc`` does not. The first combination that runs is the one that is used.
    """
    program = shutil.which(engine)
    if engine not in ENGINES or program is None:
        raise InstallationError(f"{engine} is not installed; --server embedded needs no container")
    place: tuple[str, ...] = (image,)
    if image.startswith("rootfs:"):
        if engine != "podman":
            raise InstallationError("a root file system without an image is something for podman: podman:rootfs:DIR")
        # An overlay: what the container writes, and the places to mount at, do not go to the folder itself.
        place = ("--rootfs", f"{Path(image.removeprefix('rootfs:')).resolve()}:O")
    errors = []
    for candidate in _engines(program):
        container = f"tritonlint_{uuid.uuid4().hex[:12]}"
        arguments = (*place, "sh", "-c", PROBE, "sh", *files)
        status, said = _under_guard(candidate, container, arguments)
        if status is None:
            raise InstallationError(
                f"{engine} did not start {image} within {PROBE_SECONDS:g} s; if it has to be fetched first: "
                f"{engine} pull {image}"
            )
        if status == 0:
            return _described(candidate, place, said)
        errors.append((said.strip().splitlines() or [f"exit status {status}"])[-1])
    raise InstallationError(f"{engine} cannot run {image}: {'; '.join(dict.fromkeys(errors))}")


def _under_guard(engine: Engine, container: str, arguments: Sequence[str]) -> tuple[int | None, str]:
    """Run a short-lived container: exit status (None when it took too long) and what it said."""
    folder = Path(tempfile.gettempdir()) / f"tritonlint-server-{uuid.uuid4().hex[:12]}"
    guard = Guard(
        {
            "command": [*engine.run(f"--name={container}", "--entrypoint="), *arguments],
            "environment": dict(os.environ),
            "folder": str(folder),
            "prefix": container,
            "watch": None,
            "cleanup": [engine.removal(container)],
        }
    )
    try:
        guard.wait(PROBE_SECONDS)
        return guard.returncode, (folder / "output.log").read_text(encoding="utf-8", errors="replace")
    finally:
        guard.close()


def _engines(program: str) -> list[Engine]:
    files, processes = (resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))
    limits = (
        *((f"--ulimit=nofile={files}:{files}",) if files != resource.RLIM_INFINITY else ()),
        f"--ulimit=nproc={_low(processes)}:{_low(processes)}",
    )
    found = [Engine(program), Engine(program, limits=limits)]
    if os.path.basename(program) == "podman" and shutil.which("runc") is not None:
        found += [Engine(program, ("--runtime", "runc")), Engine(program, ("--runtime", "runc"), limits)]
    return found


def _low(processes: int) -> int:
    # Podman lowers its own limit first, so the full one can no longer be set.
    return 4096 if processes == resource.RLIM_INFINITY else min(processes, 4096)


def _described(engine: Engine, place: tuple[str, ...], said: str) -> Image:
    facts: dict[str, list[str]] = {}
    files = []
    for line in said.splitlines():
        kind, *words = line.split()
        if kind == "file":
            files.append(words[0])
        else:
            facts.setdefault(kind, words)
    server = facts.get("server", [None])[0]
    python = facts.get("python")
    numpy = facts.get("numpy", ["none"])[0]
    return Image(
        engine,
        place,
        server,
        (python[0], python[1], python[2]) if python else None,
        None if numpy == "none" else numpy,
        tuple(files),
    )


def _embedded(
    image: Image, place: str, target: str, stub: str | None, cache: Path | None, say: Callable[[str], None]
) -> tuple[ServerInstallation, dict[str, str]]:
    """The server of the wheel for an image that has none, and what is to be mounted for it."""
    if image.python is None:
        raise InstallationError(f"{place} holds neither a tritonserver nor a python3")
    version, library, packages = image.python
    if library == "none":
        raise InstallationError(
            f"{place} holds no tritonserver, and its python3 no libpython{version}.so.1.0 for the embedded one: "
            f"install the package libpython{version} in it"
        )
    installation = prepare_server(nearest_release(target), cache=cache, stub=stub or version, progress=say)
    mounts = {str(installation.root): str(installation.root)}
    if image.numpy is None:
        source = packages_for(version, cache=cache, progress=say)
        mounts |= {str(source / piece): f"{packages}/{piece}" for piece in PIECES if (source / piece).is_dir()}
        mounts |= {str(info): f"{packages}/{info.name}" for info in source.glob("numpy-*.dist-info")}
    environment = {"LD_LIBRARY_PATH": f"{library}:{installation.root / 'nvidia_pytriton.libs'}"}
    return (
        ServerInstallation(
            release=installation.release,
            version=installation.version,
            root=installation.root,
            executable=installation.executable,
            backends=installation.backends,
            environment=environment,
            python=stub or version,
            stubs=installation.stubs,
            origin=f"{installation.origin} in {image.engine.name} {place}",
        ),
        mounts,
    )


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
