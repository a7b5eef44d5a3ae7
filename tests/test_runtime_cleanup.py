"""Whatever happens to tritonlint, its server leaves nothing: no process, port, region, environment or folder."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tritonlint.runtime.wheel import ServerInstallation

ROOT = Path(__file__).resolve().parents[1]
# A checkout below /tmp: the bytecode beside its modules and the cache in it are no traces of a client.
OWN = ROOT.parts[2:3] if ROOT.parts[1] == "tmp" else ()
MOMENTS = 20
AT_A_TIME = 2
SECONDS_TO_CLEAN = 10.0
# What the client says, and how long it takes from there to the next stage.
STAGES = (("", 0.3), ("begin", 0.2), ("started", 1.7), ("loaded", 0.6), ("stopping", 1.2))
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)

CLIENT = """
import sys, time
from pathlib import Path
from tritonlint.runtime.source import open_server

cache, repository, model = sys.argv[1:]
body = b'{"inputs": [{"name": "IN", "datatype": "FP32", "shape": [2], "data": [1, 2]}]}'
print("begin", flush=True)
with open_server("embedded", release="24.10", repositories=repository, cache=Path(cache)) as server:
    print("started", server.http_port, server._guard.process, server.pid, flush=True)
    answer = server.load(model)
    print("loaded" if answer.ok else answer.message, flush=True)
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        assert server.request("POST", f"/v2/models/{model}/infer", body).ok
    print("stopping", flush=True)
print("ended", flush=True)
"""

MODEL = """
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        tensors = [pb_utils.get_input_tensor_by_name(request, "IN").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUT", one * 2)]) for one in tensors]
"""
CONFIG = """backend: "python"
input { name: "IN" data_type: TYPE_FP32 dims: 2 }
output { name: "OUT" data_type: TYPE_FP32 dims: 2 }
"""
PACKED = 'parameters { key: "EXECUTION_ENV_PATH" value { string_value: "%s" } }\n'


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models: one in the server's own Python, one with a packed environment that the server has to unpack."""
    folder = tmp_path_factory.mktemp("cleanup")
    environment = folder / "environment.tar.gz"
    with tarfile.open(environment, "w:gz") as archive:
        for name, data in (("bin/activate", b"# nothing to do\n"), ("lib/large.bin", os.urandom(1 << 20))):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    for name, more in (("plain", ""), ("packed", PACKED % environment)):
        (folder / "models" / name / "1").mkdir(parents=True)
        (folder / "models" / name / "config.pbtxt").write_text(CONFIG + more)
        (folder / "models" / name / "1" / "model.py").write_text(MODEL)
    return folder / "models"


@dataclass
class Client:
    """A client process whose changes to ``/tmp`` and ``/dev/shm`` go to folders of its own: all it leaves is known."""

    folder: Path
    mark: str
    process: subprocess.Popen[bytes]

    def said(self) -> list[str]:
        return (self.folder / "said").read_text().splitlines()

    def wait_for(self, word: str, seconds: float = 20.0) -> list[str]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.said():
                if line.startswith(word):
                    return line.split()[1:]
            time.sleep(0.02)
        raise AssertionError(f"the client never said {word}: {self.said()}")

    def traces(self) -> list[str]:
        """Processes that carry this client's mark in their environment, and everything in its folders."""
        # In pytest's folder lies the model, beside which Python caches its bytecode.
        found = [
            str(path)
            for name in ("tmp", "shm")
            for path in (self.folder / name).iterdir()
            if not path.name.startswith("pytest-of-") and path.name not in OWN
        ]
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    if self.mark.encode() in (folder / "environ").read_bytes():
                        found.append(f"{folder.name}: {(folder / 'cmdline').read_text()}")
        return found

    def traces_after(self, seconds: float) -> list[str]:
        end = time.monotonic() + seconds
        while (left := self.traces()) and time.monotonic() < end:
            time.sleep(0.05)
        return left


@pytest.fixture(scope="module")
def room(server_cache: Path, python_server_2410: ServerInstallation) -> Iterator[Path]:
    """A folder outside ``/tmp`` for what the clients write."""
    folder = Path(tempfile.mkdtemp(prefix="cleanup-", dir=server_cache)).resolve()
    try:
        with client(folder / "probe", "true") as probe:
            probe.process.wait(10)
        if probe.process.returncode != 0:
            pytest.skip(f"a client cannot have a /tmp of its own here: {probe.said()}")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def client(folder: Path, *command: str) -> Iterator[Client]:
    for name in ("tmp", "shm", "work"):
        (folder / name).mkdir(parents=True)
    mark, value = "TRITONLINT_TEST_MARK", uuid.uuid4().hex
    script = (
        f'mount --bind "{folder}/shm" /dev/shm && mount -t overlay overlay '
        f'-o "lowerdir=/tmp,upperdir={folder}/tmp,workdir={folder}/work" /tmp && exec "$@"'
    )
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else []), "sh", "-c", script, "sh", *command],
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": "/tmp", mark: value},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Client(folder, f"{mark}={value}", process)
    finally:
        process.kill()
        process.wait()


def command(cache: Path, repository: Path, model: str) -> list[str]:
    return [sys.executable, "-c", CLIENT, str(cache.resolve()), str(repository), model]


def refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.server
def test_an_undisturbed_client_leaves_nothing(room: Path, server_cache: Path, repository: Path) -> None:
    with client(room / "undisturbed", *command(server_cache, repository, "packed")) as one:
        port = int(one.wait_for("started")[0])
        one.wait_for("loaded")
        kinds = {Path(trace).name.partition("_")[0] for trace in one.traces()}
        # The test would prove nothing if it did not see what there is to be left.
        assert {"python", "tritonlint"} <= kinds, one.traces()
        (unpacked,) = (one.folder / "tmp").glob("python_env_*")
        assert (unpacked / "0" / "lib" / "large.bin").is_file()
        assert one.process.wait(20) == 0, one.said()
        assert one.said()[-1] == "ended"
        assert not one.traces_after(1.0)
        assert refused(port)


@pytest.mark.server
def test_a_kill_at_any_moment_leaves_nothing(room: Path, server_cache: Path, repository: Path) -> None:
    chance = random.Random(20)
    plans = [
        (number, stage, chance.uniform(0, seconds), SIGNALS[number // len(STAGES) % 3], ("plain", "packed")[number % 2])
        for number, (stage, seconds) in zip(range(MOMENTS), itertools.cycle(STAGES), strict=False)
    ]

    def interrupted(plan: tuple[int, str, float, signal.Signals, str]) -> tuple[str, list[str]]:
        number, stage, delay, sent, model = plan
        with client(room / f"kill-{number}", *command(server_cache, repository, model)) as one:
            if stage:
                one.wait_for(stage)
            time.sleep(delay)
            one.process.send_signal(sent)
            left = one.traces_after(SECONDS_TO_CLEAN)
            said = one.said()
            ports = [int(line.split()[1]) for line in said if line.startswith("started")]
            left += [f"port {port} listens" for port in ports if not refused(port)]
            return f"{sent.name} {delay:.2f} s after {stage or 'the call'} ({said[-1:]})", left

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        results = list(pool.map(interrupted, plans))
    failed = [f"{when}: {left}" for when, left in results if left]
    assert not failed, "\n".join(failed)


@pytest.mark.server
def test_the_server_dies_with_its_guard(room: Path, server_cache: Path, repository: Path) -> None:
    with client(room / "guard", *command(server_cache, repository, "plain")) as one:
        guard = int(one.wait_for("started")[1])
        one.wait_for("loaded")
        os.kill(guard, signal.SIGKILL)
        assert one.process.wait(20) != 0
        assert not one.traces_after(5.0)
        assert "ServerCrashError" in "\n".join(one.said())
