"""Starts a server and outlives whoever asked for it, so that nothing stays behind however that one ends.

The guard is a process of its own, in its own session, that starts the server as its child and holds the reading end
of a pipe. When the pipe closes, because :class:`Guard` was closed or because tritonlint was interrupted or killed, it
ends the server and everything that descends from it and removes what they left: regions in ``/dev/shm``, environments
unpacked into ``/tmp``, the temporary folder, the container. As it is the server's parent there is no moment at which
a server runs that nobody watches; as a subreaper it inherits, and so finds, what a crashed server leaves running.

Run as a program it must start fast: nothing is imported at the top that it does not need.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import signal
import sys
import time
from typing import Any, NoReturn

SHARED_MEMORY_FOLDER = "/dev/shm"  # noqa: S108  (the folder that POSIX shared memory lives in, not a temporary file)
ENVIRONMENT_PREFIX = "python_env_"
"""The Python backend's folder for unpacked environments is ``/tmp/python_env_XXXXXX``; it does not ask ``TMPDIR``."""

START_SECONDS = 20.0
END_SECONDS = 30.0
FREEZE_SECONDS = 0.5
"""How long processes are waited for that were told to stand still; one in the kernel's hands may take its time."""
SETTLE_SECONDS = 1.0
COMMAND_SECONDS = 15.0
PARENT_CHECK_SECONDS = 1.0
LOOK_AFTER = (0.0, 0.1, 1.0)

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
IN_CREATE = 0x100
IN_NONBLOCK = 0o4000
IN_CLOEXEC = 0o2000000


class GuardError(Exception):
    """The guard, or what it was to start, did not come up."""


def stat_fields(pid: int) -> list[str]:
    """Fields of ``/proc/PID/stat`` from the state on (parent second); empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as handle:
            # The command in field 2 may hold spaces and parentheses.
            return handle.read().rpartition(")")[2].split()
    except OSError:
        return []


def descendants(root: int) -> list[int]:
    """``root`` and all its living descendants, parents before children; zombies are left out."""
    children: dict[int, list[int]] = {}
    alive = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = stat_fields(int(name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(name))
                if fields[0] not in "ZX":
                    alive.add(int(name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return [pid for pid in found if pid in alive]


def regions(prefix: str) -> list[str]:
    """Names in ``/dev/shm`` that start with ``prefix``."""
    try:
        return sorted(name for name in os.listdir(SHARED_MEMORY_FOLDER) if name.startswith(prefix))
    except OSError:
        return []


def remove_tree(path: str) -> None:
    """Remove a folder and what is below it, as far as that is allowed; links are not followed."""
    try:
        entries = list(os.scandir(path))
    except OSError:
        entries = []
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                # An unpacked environment may hold folders without write permission.
                os.chmod(entry.path, 0o700)
                remove_tree(entry.path)
            else:
                os.unlink(entry.path)
        except OSError:
            continue
    try:
        os.rmdir(path)
    except OSError:
        return


class Guard:
    """A child process under guard, seen from the process that asked for it.

    ``specification``: ``command``, ``environment``, ``folder`` (made by the guard, removed in the end; the output goes
    to ``output.log`` in it and ``tmp`` in it is the working directory), ``prefix`` (of regions in ``/dev/shm``),
    ``watch`` (folder in which environments are unpacked, None for a container) and ``cleanup`` (commands to run when
    it ends, such as the removal of a container).
    """

    def __init__(self, specification: dict[str, Any]) -> None:
        import subprocess
        import threading

        self.pid = 0
        self.returncode: int | None = None
        self.environments: list[str] = []
        self._specification = specification
        self._ended: dict[str, Any] | None = None
        self._lost = False
        self._buffer = b""
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable or "python3", "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )
        try:
            self._send(json.dumps(specification))
            self._wait_until(lambda: bool(self.pid) or self._lost, START_SECONDS)
        except BaseException:
            self.close()
            raise
        if not self.pid:
            self.close()
            raise GuardError(f"{specification['command'][0]} could not be started: {self._failure}")

    _failure = "the guard process gave no answer"

    @property
    def process(self) -> int:
        """Process id of the guard itself."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        self._receive(0.0)
        return self.returncode is None

    def wait(self, seconds: float) -> bool:
        """Wait for the child's end; whether it has ended."""
        return self._wait_until(lambda: self.returncode is not None, seconds)

    def signal(self, number: int) -> None:
        """Send a signal to the child, if it runs."""
        if self.alive:
            self._send(f"signal {int(number)}")

    def stop(self, seconds: float) -> dict[str, Any]:
        """End the child politely within ``seconds``, then by force, and all its descendants.

        What was still there after the polite part, all of it gone on return: ``processes`` (id and command line),
        ``regions`` (names in ``/dev/shm``) and ``environments`` (folders in ``/tmp``). Nothing when ``seconds`` is 0.
        """
        if self._ended is None and not self._lost:
            self._send(f"stop {seconds}")
            self._wait_until(lambda: self._ended is not None or self._lost, seconds + END_SECONDS)
        return self._ended or {"processes": [], "regions": [], "environments": []}

    def close(self) -> None:
        """Let the guard remove everything and wait until it has."""
        import subprocess

        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            status = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        if self.returncode is None:
            self.returncode = -signal.SIGKILL
        if status != 0:
            # Somebody killed the guard: its child died with it, and what is left is removed from here.
            _kill_those_with(self._specification["folder"])
            _remove_regions(self._specification["prefix"])
            for path in (*self.environments, self._specification["folder"]):
                remove_tree(path)

    def _send(self, line: str) -> None:
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            self._lost = True

    def _wait_until(self, condition: Any, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not condition() and not self._lost:
            rest = end - time.monotonic()
            if rest <= 0:
                break
            self._receive(min(rest, 1.0))
        return bool(condition())

    def _receive(self, seconds: float) -> None:
        with self._lock:
            self._read(seconds)

    def _read(self, seconds: float) -> None:
        output = self._process.stdout
        if output is None or output.closed:
            return
        waiting = select.poll()
        waiting.register(output, select.POLLIN)
        while not self._lost:
            if not waiting.poll(seconds * 1000):
                return
            data = os.read(output.fileno(), 65536)
            if not data:
                self._lost = True
                if self.returncode is None:
                    self.returncode = -signal.SIGKILL
                return
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))
            seconds = 0.0

    def _take(self, message: dict[str, Any]) -> None:
        self.pid = message.get("started", self.pid)
        self.returncode = message.get("exited", self.returncode)
        self._ended = message.get("ended", self._ended)
        self._failure = message.get("failed", self._failure)
        if "environment" in message:
            self.environments.append(message["environment"])


class _Watch:
    """The guard process itself."""

    def __init__(self, specification: dict[str, Any]) -> None:
        self.specification = specification
        self.client = os.getppid()
        self.client_gone = False
        self.stop_seconds: float | None = None
        self.exited = False
        self.child = 0
        self.environments: list[str] = []
        self.unclaimed: set[str] = set()
        self.looks: list[float] = []
        self.input = b""
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.wake, wake_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, self.noticed)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.asked_to_end)
        self.libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.watch = -1
        if specification["watch"] is not None:
            self.watch = self.libc.inotify_init1(IN_NONBLOCK | IN_CLOEXEC)
            if self.watch >= 0:
                self.libc.inotify_add_watch(self.watch, os.fsencode(specification["watch"]), IN_CREATE)

    def noticed(self, _number: int, _frame: object) -> None:
        """Wakes the poll through the wake-up pipe; the children are reaped there."""

    def asked_to_end(self, _number: int, _frame: object) -> None:
        self.client_gone = True

    def run(self) -> None:
        os.mkdir(self.specification["folder"], 0o700)
        try:
            self.start()
            while not self.client_gone:
                self.turn(PARENT_CHECK_SECONDS)
                if self.stop_seconds is not None:
                    self.stop(self.stop_seconds)
                    self.stop_seconds = None
        finally:
            self.end_all()
            self.remove_traces()
            remove_tree(self.specification["folder"])

    def start(self) -> None:
        folder = self.specification["folder"]
        working = os.path.join(folder, "tmp")
        os.mkdir(working)
        os.mkdir(os.path.join(folder, "repository"))
        log = os.open(f"{folder}/output.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.dup2(log, 2)
        failed, failed_end = os.pipe2(os.O_CLOEXEC)
        child = os.fork()
        if child == 0:
            self.become_child(log, working, failed_end)
        os.close(failed_end)
        os.close(log)
        with os.fdopen(failed, "rb") as handle:
            reason = handle.read().decode("utf-8", "replace")
        if reason:
            self.tell({"failed": reason})
            self.client_gone = True
            return
        self.child = child
        self.tell({"started": child})

    def become_child(self, log: int, directory: str, failed: int) -> NoReturn:
        try:
            os.setsid()
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            # Should the guard itself be killed, the server dies with it.
            self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.chdir(directory)
            self.first_to_go()
            command = self.specification["command"]
            os.execvpe(command[0], command, self.specification["environment"])  # noqa: S606
        except OSError as error:
            os.write(failed, str(error).encode())
        finally:
            os._exit(127)

    def first_to_go(self) -> None:
        """A model that takes all memory shall be ended by the kernel before anything else of the user's is."""
        try:
            with open("/proc/self/oom_score_adj", "w", encoding="ascii") as handle:
                handle.write("1000")
        except OSError:
            return

    def turn(self, seconds: float) -> None:
        """Wait for at most ``seconds`` for something to happen, and take note of it."""
        watched = [0, self.wake, *([self.watch] if self.watch >= 0 else [])]
        try:
            if self.looks:
                seconds = max(0.0, min(seconds, self.looks[0] - time.monotonic()))
            ready = select.select(watched, [], [], seconds)[0]
        except InterruptedError:
            ready = []
        if self.wake in ready:
            os.read(self.wake, 4096)
        if self.watch in ready:
            self.note_folders(os.read(self.watch, 65536))
        if self.looks and time.monotonic() >= self.looks[0]:
            del self.looks[0]
            self.claim_environments()
        self.reap()
        if 0 in ready:
            data = os.read(0, 65536)
            self.client_gone = self.client_gone or not data
            *lines, self.input = (self.input + data).split(b"\n")
            for line in lines:
                self.obey(line.decode().split())
        # A child that the client forked may hold the pipe open; a new parent tells that the client is gone.
        self.client_gone = self.client_gone or os.getppid() != self.client

    def obey(self, words: list[str]) -> None:
        if words[0] == "stop":
            self.stop_seconds = float(words[1])
        elif words[0] == "signal" and not self.exited:
            os.kill(self.child, int(words[1]))

    def reap(self) -> bool:
        """Take note of what has ended; whether there are children left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.child:
                self.exited = True
                self.tell({"exited": os.waitstatus_to_exitcode(status)})

    def note_folders(self, events: bytes) -> None:
        """Take note of the folders just made in ``/tmp`` that are named like environments."""
        while events:
            size = int.from_bytes(events[12:16], sys.byteorder)
            name = os.fsdecode(events[16 : 16 + size].rstrip(b"\0"))
            events = events[16 + size :]
            if name.startswith(ENVIRONMENT_PREFIX):
                self.unclaimed.add(f"{self.specification['watch']}/{name}")
                now = time.monotonic()
                self.looks = [now + delay for delay in LOOK_AFTER]

    def claim_environments(self) -> None:
        """Of the noted folders, claim those whose path stands in the memory of our own server.

        The server may be anywhere between the making of the folder and the writing of its path to the place where
        it is kept, hence more than one look.
        """
        for pid in descendants(os.getpid())[1:] if self.unclaimed else ():
            for path in _paths_in_memory(pid, f"{self.specification['watch']}/{ENVIRONMENT_PREFIX}") & self.unclaimed:
                self.unclaimed.remove(path)
                self.environments.append(path)
                self.tell({"environment": path})

    def stop(self, seconds: float) -> None:
        if not self.exited and seconds > 0:
            os.kill(self.child, signal.SIGTERM)
            self.turn_until(lambda: self.exited, seconds)
            self.turn_until(lambda: not self.left_over(), SETTLE_SECONDS)
        left = self.left_over() if seconds > 0 else {}
        self.end_all()
        self.remove_traces()
        self.tell({"ended": left or {"processes": [], "regions": [], "environments": []}})

    def turn_until(self, condition: Any, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition() and not self.client_gone and time.monotonic() < end:
            self.turn(0.02)

    def left_over(self) -> dict[str, Any]:
        """Processes, regions and environments that are there; empty when there is none."""
        processes = [[pid, _command_line(pid)] for pid in descendants(os.getpid())[1:]]
        found = regions(self.specification["prefix"])
        folders = [path for path in self.environments if os.path.isdir(path)]
        if not (processes or found or folders):
            return {}
        return {"processes": processes, "regions": found, "environments": folders}

    def end_all(self) -> None:
        """Kill every descendant, whatever session or group it is in, and remove the container."""
        if not self.specification["cleanup"]:
            self.freeze()
        if self.watch >= 0:
            if select.select([self.watch], [], [], 0)[0]:
                self.note_folders(os.read(self.watch, 65536))
        elif self.specification["watch"] is not None:
            # No watch was to be had: whatever lies there is looked up in the server's memory.
            folder = self.specification["watch"]
            self.unclaimed = {f"{folder}/{name}" for name in os.listdir(folder) if name.startswith(ENVIRONMENT_PREFIX)}
        self.claim_environments()
        if self.specification["cleanup"] and self.child and not self.exited:
            # The engine's client first: it could still be about to create what is removed next.
            _kill(self.child)
        for command in self.specification["cleanup"]:
            _run(command)
        end = time.monotonic() + END_SECONDS / 2
        while time.monotonic() < end:
            pids = descendants(os.getpid())[1:]
            for pid in pids:
                _kill(pid)
            if not self.reap() and not pids:
                break
            time.sleep(0.005)

    def freeze(self) -> None:
        """Stop every descendant, so that none makes a folder between the last look at its memory and its end."""
        pids = descendants(os.getpid())[1:]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGSTOP)
            except OSError:
                continue  # It has ended meanwhile.
        end = time.monotonic() + FREEZE_SECONDS
        while time.monotonic() < end and any((stat_fields(pid) or ["T"])[0] not in "TZXt" for pid in pids):
            time.sleep(0.002)

    def remove_traces(self) -> None:
        _remove_regions(self.specification["prefix"])
        for path in self.environments:
            remove_tree(path)

    def tell(self, message: dict[str, Any]) -> None:
        try:
            os.write(1, json.dumps(message).encode() + b"\n")
        except OSError:
            self.client_gone = True


def _paths_in_memory(pid: int, prefix: str) -> set[str]:
    """Paths of six more characters after ``prefix`` that stand in the memory ``pid`` has written to itself."""
    page = os.sysconf("SC_PAGE_SIZE")
    step = 512
    pattern = re.compile(re.escape(prefix.encode()) + rb"\w{6}")
    longest = len(prefix) + 6
    found: set[str] = set()
    try:
        with (
            open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps,
            open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap,
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory,
        ):
            for line in maps:
                bounds, flags, *rest = line.split(maxsplit=5)
                if not flags.startswith("rw-p") or (len(rest) == 4 and rest[3].strip() not in ("[heap]", "[stack]")):
                    continue
                start, end = (int(bound, 16) for bound in bounds.split("-"))
                for first in range(start // page, end // page, step):
                    count = min(step, end // page - first)
                    # The two highest bits of an entry: present or swapped. Most of a thread's stack is neither.
                    entries = os.pread(pagemap.fileno(), 8 * count, 8 * first)
                    if entries and max(entries[7::8]) >= 0x40:
                        size = min(count * page + longest, end - first * page)
                        try:
                            data = os.pread(memory.fileno(), size, first * page)
                        except OSError:
                            # Unmapped since the list was read.
                            continue
                        found.update(os.fsdecode(match) for match in pattern.findall(data))
    except OSError:
        return found
    return found


def _kill_those_with(text: str) -> None:
    """Kill the processes that were started with ``text`` in their environment."""
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                with open(f"/proc/{name}/environ", "rb") as handle:
                    marked = text.encode() in handle.read()
            except OSError:
                continue
            if marked:
                _kill(int(name))


def _remove_regions(prefix: str) -> None:
    for name in regions(prefix):
        _unlink(f"{SHARED_MEMORY_FOLDER}/{name}")


def _command_line(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as handle:
            return handle.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _run(command: list[str]) -> None:
    try:
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        actions = [(os.POSIX_SPAWN_DUP2, null, descriptor) for descriptor in (0, 1)]
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        os.close(null)
        end = time.monotonic() + COMMAND_SECONDS
        while time.monotonic() < end and os.waitpid(pid, os.WNOHANG)[0] == 0:
            time.sleep(0.01)
    except OSError:
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _main() -> None:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 65536)
        if not byte:
            return
        line += byte
    first, _, rest = line.partition(b"\n")
    watch = _Watch(json.loads(first))
    watch.input = rest
    watch.run()


if __name__ == "__main__":
    _main()
