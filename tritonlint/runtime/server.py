"""A disposable tritonserver: its own ports, temporary folder, process group and shared-memory prefix.

Whatever happens inside the ``with`` block, nothing is left behind: no process, no port, no temporary folder, no
region in ``/dev/shm``. The server is spoken to with plain HTTP; every call has a time limit, and a call that ends
because the process died says so (:class:`ServerCrashError`) instead of reporting a broken connection.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from tritonlint.runtime.guard import Guard, GuardError, descendants
from tritonlint.runtime.wheel import ServerInstallation
from tritonlint.target import release_table

START_SECONDS = 60.0
LOAD_SECONDS = 60.0
STOP_SECONDS = 10.0
START_TRIES = 3
LOOK_MILLISECONDS = 200
# The frames of a traceback are indented, the line of the exception is not.
PYTHON_TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t]+[^\n]*\n)*[^\n]*")
FATAL_ERROR = re.compile(r"Fatal Python error: [^\n]*(?:\n(?![EIWF]\d{4} )[^\n]+)*")
FRAMES = re.compile(r"\n\nAt:\n(?:[ \t]+[^\n]*(?:\n|$))+")
LOG_LINE = re.compile(r"^[EIWF]\d{4} [^\]\n]*\] *", re.MULTILINE)
EXCEPTION = re.compile(
    r"(?:^|: +)(?P<name>(?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt|Stop\w*Iteration))(?=:|$)", re.MULTILINE
)
PORT_TAKEN = ("already in use", "Failed to bind", "Unable to create server socket")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  (the folder that POSIX shared memory lives in, not a temporary file)


class ServerError(Exception):
    """The server could not be started, or could not be spoken to."""


class ServerCrashError(ServerError):
    """The server process died. ``cause`` is the signal's name or the exit status."""

    def __init__(self, cause: str, last_lines: str) -> None:
        super().__init__(f"the server process died ({cause})")
        self.cause = cause
        self.last_lines = last_lines


class ServerHangError(ServerError):
    """A call did not return in time although the process lives."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call returned: the HTTP status and the body."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked to."""
        return self.status == 200

    @property
    def message(self) -> str:
        """The server's error message, empty when there is none."""
        if self.ok:
            return ""
        try:
            return str(json.loads(self.body)["error"])
        except (ValueError, KeyError, TypeError):
            return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class VersionState:
    """One line of the repository index."""

    model: str
    version: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a server that ended by itself had left behind: processes (id and command line), regions, environments."""

    processes: tuple[tuple[int, str], ...] = ()
    regions: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.processes or self.regions or self.environments)


class DisposableServer:
    """Starts a server over ``repository`` when entered and removes every trace of it when left.

    ``control`` is the model control mode: with ``explicit`` nothing is loaded before :meth:`load`. ``options``
    are further command line arguments, ``environment`` goes on top of the installation's. ``backends`` replaces
    the installation's backend folder. gRPC and metrics are off unless asked for, so that one port is enough.
    ``stop_seconds`` is the time the server gets to end by itself; with 0 it is killed at once. After :meth:`stop`
    ``leftovers`` tells what was still there when it had ended by itself.

    Without a repository the server gets an empty one of its own (:attr:`repository_folder`), to be filled once it runs;
    it is removed with the rest, also when tritonlint itself is killed.

    Regions that a client makes shall begin with ``client_region_prefix``: they are removed with the rest, and
    :meth:`shared_memory` leaves them out.
    """

    def __init__(
        self,
        installation: ServerInstallation,
        repository: Path | str | Sequence[Path | str],
        *,
        control: str = "explicit",
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        backends: Path | None = None,
        grpc: bool = False,
        metrics: bool = False,
        start_seconds: float = START_SECONDS,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self.installation = installation
        self.repositories = [repository] if isinstance(repository, (str, Path)) else list(repository)
        self.control = control
        self.options = tuple(options)
        self.backends = backends or installation.backends
        self.grpc = grpc
        self.metrics = metrics
        self.start_seconds = start_seconds
        self.stop_seconds = stop_seconds
        unique = f"tritonlint_{uuid.uuid4().hex[:12]}"
        self.shared_memory_prefix = f"{unique}_"
        self.client_region_prefix = f"{unique}-"
        self.leftovers = Leftovers()
        self.http_port = 0
        self.grpc_port = 0
        self.metrics_port = 0
        self._extra_environment = dict(environment or {})
        self._identity = unique
        self._guard: Guard | None = None
        self._folder: Path | None = None
        self._log = ""
        self._version = installation.version
        self._connections = threading.local()
        self._all_connections: list[http.client.HTTPConnection] = []

    def __enter__(self) -> DisposableServer:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            # Whoever interrupts does not want to wait for an orderly end.
            self.stop_seconds = 0
        self.stop()

    @property
    def version(self) -> str:
        """The version that the server reports ("2.51.0"); empty before it runs when the installation does not say."""
        return self._version

    @property
    def release(self) -> str:
        """Release of the server ("24.10"); empty when its version is none of the release table."""
        if self.installation.release:
            return self.installation.release
        table = release_table()
        return next((release for release in table if table[release].get("triton") == self.version), "")

    @property
    def description(self) -> str:
        """One line for a report: which server this is and where it is from."""
        return f"tritonserver {self.version} ({self.release or 'no known release'}), {self.installation.origin}"

    @property
    def executable(self) -> Path:
        """The server's program, as the server's own file system has it."""
        return self.installation.executable

    @property
    def repository_folder(self) -> Path:
        """The server's own repository, while it runs."""
        if self._folder is None:
            raise ServerError("the server is not running")
        return self._folder / "repository"

    @property
    def shared_memory_folder(self) -> Path:
        """Path here of what the server has as ``/dev/shm``."""
        return SHARED_MEMORY

    @property
    def temporary_folder(self) -> Path:
        """Path here of what the server has as ``/tmp``; the Python backend unpacks environments there."""
        return Path("/tmp")  # noqa: S108  (the backend's own hard-coded place)

    @property
    def pid(self) -> int:
        """Process id of the server."""
        if self._guard is None:
            raise ServerError("the server is not running")
        return self._guard.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._guard is not None and self._guard.alive

    @property
    def log(self) -> str:
        """Everything the server has printed so far (both streams); still there after :meth:`stop`."""
        if self._folder is not None:
            path = self._folder / "output.log"
            if path.is_file():
                self._log = path.read_text(encoding="utf-8", errors="replace")
        return self._log

    def log_size(self) -> int:
        """Bytes printed so far: a mark for :meth:`log_since`."""
        if self._folder is None:
            return len(self._log.encode("utf-8", "replace"))
        return (self._folder / "output.log").stat().st_size

    def log_since(self, mark: int) -> str:
        """What was printed after ``mark``."""
        if self._folder is None:
            return self._log.encode("utf-8", "replace")[mark:].decode("utf-8", "replace")
        with (self._folder / "output.log").open("rb") as handle:
            handle.seek(mark)
            return handle.read().decode("utf-8", "replace")

    def load(self, model: str, *, seconds: float = LOAD_SECONDS, parameters: Mapping[str, str] | None = None) -> Answer:
        """Ask for ``model``; the answer's message is the server's reason when it refuses."""
        body = json.dumps({"parameters": dict(parameters)}).encode() if parameters else b""
        return self.request("POST", f"/v2/repository/models/{quote(model, safe='')}/load", body, seconds=seconds)

    def unload(self, model: str, *, seconds: float = LOAD_SECONDS) -> Answer:
        """Ask the server to drop ``model``; it does so in the background."""
        return self.request("POST", f"/v2/repository/models/{quote(model, safe='')}/unload", b"", seconds=seconds)

    def ready(self, *, seconds: float = 5.0) -> bool:
        """Whether the server says that it can take requests."""
        return self.request("GET", "/v2/health/ready", seconds=seconds).ok

    def model_config(self, model: str, *, seconds: float = 5.0) -> dict[str, Any]:
        """The configuration as the server completed it."""
        answer = self.request("GET", f"/v2/models/{quote(model, safe='')}/config", seconds=seconds)
        if not answer.ok:
            raise ServerError(answer.message)
        config: dict[str, Any] = json.loads(answer.body)
        return config

    def repository_index(self, *, seconds: float = 30.0) -> list[VersionState]:
        """State of every model the server has tried to load."""
        answer = self.request("POST", "/v2/repository/index", b"{}", seconds=seconds)
        if not answer.ok:
            raise ServerError(answer.message)
        return [
            VersionState(
                row["name"], str(row.get("version", "")), str(row.get("state", "")), str(row.get("reason", ""))
            )
            for row in json.loads(answer.body)
        ]

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = 30.0,
    ) -> Answer:
        """One HTTP call over a kept connection; each thread has its own.

        Raises :class:`ServerCrashError` when the process died meanwhile and :class:`ServerHangError` when it did not
        answer in time.
        """
        connection: http.client.HTTPConnection | None = getattr(self._connections, "kept", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=seconds)
            self._connections.kept = connection
            self._all_connections.append(connection)
        connection.timeout = seconds
        if connection.sock is not None:
            connection.sock.settimeout(seconds)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            self._wait_for_answer(connection, seconds)
            response = connection.getresponse()
            return Answer(response.status, response.read())
        except (OSError, http.client.HTTPException) as error:
            self._drop_connection()
            timed_out = isinstance(error, TimeoutError)
            # A dying process closes its sockets a moment before it can be waited for.
            self._wait(0.0 if timed_out else 2.0)
            if not self.alive:
                raise ServerCrashError(self._cause_of_death(), self._last_lines()) from error
            if timed_out:
                raise ServerHangError(f"no answer to {method} {path} within {seconds:g} s") from error
            raise ServerError(f"{method} {path}: {error}") from error

    def _wait_for_answer(self, connection: http.client.HTTPConnection, seconds: float) -> None:
        """Wait until something can be read, or the server is dead.

        A stub inherits the connections that were open when it was started: as long as it outlives the server, the
        connection is not closed.
        """
        if connection.sock is None:
            return
        waiting = select.poll()
        waiting.register(connection.sock, select.POLLIN)
        end = time.monotonic() + seconds
        while not waiting.poll(LOOK_MILLISECONDS):
            if not self.alive:
                raise ConnectionResetError("the server process died")
            if time.monotonic() >= end:
                raise TimeoutError

    def processes(self) -> list[int]:
        """Ids of all living processes of the server, the server included, also of those that outlived their parent."""
        return descendants(self._guard.process)[1:] if self._guard is not None else []

    def shared_memory(self) -> list[Path]:
        """The Python backend's regions of this server."""
        return sorted(self.shared_memory_folder.glob(f"{self.shared_memory_prefix}*"))

    def environments(self) -> list[Path]:
        """Folders below :attr:`temporary_folder` into which this server unpacks environments."""
        if self._guard is None:
            return []
        _ = self._guard.alive
        return [Path(path) for path in self._guard.environments if Path(path).is_dir()]

    def stop(self) -> None:
        """End everything (politely, then by force) and remove everything it left; safe to call twice."""
        if self._guard is not None:
            if self.stop_seconds > 0:
                self._unload_all()
            # The server does not end while a connection is open.
            for connection in self._all_connections:
                connection.close()
            ended = self._guard.stop(self.stop_seconds)
            self.leftovers = Leftovers(
                tuple((pid, command) for pid, command in ended["processes"]),
                tuple(ended["regions"]),
                tuple(ended["environments"]),
            )
            self._end_guard()

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send the server's process a signal."""
        if self._guard is not None:
            self._guard.signal(number)

    def command(self) -> list[str]:
        """The command line; ports are chosen by then."""
        ports = self._ports()
        return [
            str(self.installation.executable),
            *(f"--model-repository={path}" for path in self.repositories or (self.repository_folder,)),
            *((f"--backend-directory={self.backends}",) if self.backends is not None else ()),
            f"--model-control-mode={self.control}",
            "--exit-on-error=false",
            "--strict-readiness=false",
            "--http-address=127.0.0.1",
            f"--http-port={ports['http']}",
            "--http-thread-count=2",
            f"--allow-grpc={'true' if self.grpc else 'false'}",
            *((f"--grpc-port={ports['grpc']}", "--grpc-address=127.0.0.1") if self.grpc else ()),
            f"--allow-metrics={'true' if self.metrics else 'false'}",
            *((f"--metrics-port={ports['metrics']}",) if self.metrics else ()),
            f"--backend-config=python,shm-region-prefix-name={self.shared_memory_prefix}",
            f"--id={self._identity}",
            "--exit-timeout-secs=5",
            *self.options,
        ]

    def _start(self) -> None:
        for remaining in reversed(range(START_TRIES)):
            self.http_port, self.grpc_port, self.metrics_port = _free_ports(3)
            self._folder = Path(tempfile.gettempdir()) / f"tritonlint-server-{uuid.uuid4().hex[:12]}"
            try:
                self._guard = Guard(self._specification(self._folder))
            except GuardError as error:
                raise ServerError(str(error)) from error
            try:
                self._wait_until_ready()
                return
            except ServerCrashError:
                # Between the choice of a port and the server's own bind another process can take it.
                if remaining == 0 or not any(words in self.log for words in PORT_TAKEN):
                    raise
                self._end_guard()

    def _specification(self, folder: Path) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"TMPDIR": str(folder / "tmp"), "TRITON_SERVER_ESCAPE_LOG_MESSAGES": "0"}
        environment |= self.installation.environment
        environment |= self._extra_environment
        return {
            "command": self.command(),
            "environment": environment,
            "folder": str(folder),
            "prefix": self._identity,
            "watch": str(self.temporary_folder),
            "cleanup": [],
        }

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + self.start_seconds
        while time.monotonic() < end:
            if not self.alive:
                raise ServerCrashError(self._cause_of_death(), self._last_lines())
            if self._reachable():
                self._check_identity()
                return
            time.sleep(0.02)
        raise ServerHangError(f"the server was not ready within {self.start_seconds:g} s: {self._last_lines()}")

    def _check_identity(self) -> None:
        """Another server on the same port would answer just as well."""
        metadata = json.loads(self.request("GET", "/v2", seconds=5.0).body)
        if metadata.get("name") != self._identity:
            raise ServerError(f"another server answers on port {self.http_port}")
        self._version = str(metadata.get("version", ""))

    def _unload_all(self) -> None:
        """With nothing loaded a server ends at once; else it looks only once a second whether its models are gone."""
        end = time.monotonic() + self.stop_seconds
        try:
            while self.alive and time.monotonic() < end:
                live = [row for row in self.repository_index(seconds=2.0) if row.state in ("READY", "UNLOADING")]
                if not live:
                    return
                for row in live:
                    if row.state == "READY" and self.control == "explicit":
                        self.unload(row.model, seconds=2.0)
                time.sleep(0.02)
        except ServerError:
            return

    def _end_guard(self) -> None:
        if self._guard is not None:
            _ = self.log
            self._folder = None
            self._guard.close()

    def _drop_connection(self) -> None:
        connection: http.client.HTTPConnection | None = getattr(self._connections, "kept", None)
        if connection is not None:
            connection.close()
            self._all_connections.remove(connection)
            self._connections.kept = None

    def _ports(self) -> dict[str, int]:
        """The ports that the server is told to listen on."""
        return {"http": self.http_port, "grpc": self.grpc_port, "metrics": self.metrics_port}

    def _reachable(self) -> bool:
        """Whether the server answers, and says that it is ready."""
        probe = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=5.0)
        try:
            probe.request("GET", "/v2/health/ready")
            return probe.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            probe.close()

    def _wait(self, seconds: float) -> None:
        if self._guard is not None:
            self._guard.wait(seconds)

    def _cause_of_death(self) -> str:
        status = self._guard.returncode if self._guard is not None else None
        if status is not None and status < 0:
            return signal.Signals(-status).name
        return f"exit status {status}"

    def _last_lines(self, count: int = 12) -> str:
        return "\n".join(self.log.splitlines()[-count:])


def first_traceback(log: str) -> str | None:
    """The first Python traceback (or fatal interpreter error) in ``log``, without the server's line prefix.

    Triton prints two forms: Python's own, and the one of the binding layer, whose places follow ``At:``.
    """
    found = [
        (match.start(), match[0]) for pattern in (PYTHON_TRACEBACK, FATAL_ERROR) for match in pattern.finditer(log)
    ]
    frames = FRAMES.search(log)
    if frames is not None:
        found.append(_with_exception(log, frames))
    return min(found)[1].rstrip() if found else None


def _with_exception(log: str, frames: re.Match[str]) -> tuple[int, str]:
    start = 0
    for prefix in LOG_LINE.finditer(log, 0, frames.start()):
        start = prefix.end()
    exception = EXCEPTION.search(log, start, frames.start())
    if exception is not None:
        start = exception.start("name")
    return start, log[start : frames.end()]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
