"""Servers in real containers: their own /dev/shm, no network, a repository that cannot be written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tritonlint.runtime.allocator import AllocatorError, find_allocator
from tritonlint.runtime.container import ContainerServer, inspect_image
from tritonlint.runtime.processes import mapped_libraries, stub_processes
from tritonlint.runtime.source import open_server
from tritonlint.runtime.wheel import InstallationError, ServerInstallation

ROOT = Path(__file__).resolve().parents[1]
SUITE = "bookworm"
MIB = 1 << 20

MODEL = """
import os
import socket

import numpy as np
import triton_python_backend_utils as pb_utils


def attempt(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__ + " " + error.strerror
    return "done"


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
            facts = [
                " ".join(sorted(os.listdir("/sys/class/net"))),
                attempt(lambda: socket.create_connection(("192.0.2.1", 80), timeout=1).close()),
                attempt(lambda: open(os.path.join(os.path.dirname(__file__), "written"), "w").close()),
                next(line.split()[1] for line in open("/proc/self/status") if line.startswith("NoNewPrivs")),
            ]
            responses.append(
                pb_utils.InferenceResponse(
                    [pb_utils.Tensor("OUT", value + 1), pb_utils.Tensor("FACTS", np.array(facts, dtype=np.object_))]
                )
            )
        return responses
"""
CONFIG = """backend: "python"
input { name: "IN" data_type: TYPE_UINT8 dims: -1 }
output [ { name: "OUT" data_type: TYPE_UINT8 dims: -1 }, { name: "FACTS" data_type: TYPE_STRING dims: -1 } ]
"""

Open = Callable[..., ContainerServer]


@pytest.fixture(scope="session")
def root_file_system(server_cache: Path) -> Path:
    """A minimal Debian with Python 3.11, made once."""
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed: apt-get install podman runc")
    folder = server_cache / "rootfs" / SUITE
    if not folder.is_dir():
        if os.geteuid() != 0 or shutil.which("debootstrap") is None:
            pytest.skip("a root file system needs root and debootstrap: apt-get install debootstrap")
        partial = folder.with_name(f"{SUITE}-{os.getpid()}")
        partial.mkdir(parents=True)
        try:
            subprocess.run(
                ["debootstrap", "--variant=minbase", "--include=libpython3.11,python3", SUITE, str(partial)],
                check=True,
                capture_output=True,
                timeout=600,
            )
            partial.rename(folder)
        except (subprocess.SubprocessError, OSError) as error:
            shutil.rmtree(partial, ignore_errors=True)
            pytest.skip(f"debootstrap made no root file system: {error}")
    try:
        inspect_image("podman", f"rootfs:{folder}")
    except InstallationError as error:
        pytest.skip(str(error))
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "models" / "facts" / "1").mkdir(parents=True)
    (tmp_path / "models" / "facts" / "config.pbtxt").write_text(CONFIG)
    (tmp_path / "models" / "facts" / "1" / "model.py").write_text(MODEL)
    return tmp_path / "models"


@pytest.fixture
def opened(root_file_system: Path, repository: Path, server_cache: Path, server_2410: ServerInstallation) -> Open:
    def start(**options: Any) -> ContainerServer:
        server = open_server(
            f"podman:rootfs:{root_file_system}",
            release="24.10",
            repositories=repository,
            cache=server_cache,
            **options,
        )
        assert isinstance(server, ContainerServer)
        return server

    return start


def infer(server: ContainerServer, data: bytes) -> tuple[dict[str, Any], bytes]:
    """Send bytes with Triton's binary extension; what came back as JSON, and the bytes of OUT."""
    output = {"name": "OUT", "parameters": {"binary_data": True}}
    tensor = {"name": "IN", "datatype": "UINT8", "shape": [len(data)], "parameters": {"binary_data_size": len(data)}}
    header = json.dumps({"inputs": [tensor], "outputs": [output, {"name": "FACTS"}]}).encode()
    answer = server.request(
        "POST", "/v2/models/facts/infer", header + data, {"Inference-Header-Content-Length": str(len(header))}
    )
    if not answer.ok:
        return {"error": answer.message}, b""
    text, end = json.JSONDecoder().raw_decode(answer.body.decode("latin-1"))
    return text, answer.body[end:]


@pytest.mark.server
def test_a_container_has_no_network_and_cannot_write_the_repository(opened: Open, repository: Path) -> None:
    with opened() as server:
        assert server.load("facts").message == ""
        body, data = infer(server, b"\x01\x02")
        assert data == b"\x02\x03"
        facts = next(output["data"] for output in body["outputs"] if output["name"] == "FACTS")
        assert facts == ["lo", "OSError Network is unreachable", "OSError Read-only file system", "1"]
        (stub,) = stub_processes(server)
        assert (stub.python, stub.instance) == ("3.11", "facts_0")
        assert stub.numpy is not None
        assert stub.numpy.startswith("1.")
        assert stub.pid in server.processes()
        assert [path.name for path in server.shared_memory()] == [stub.region]
        assert "podman" in server.description
        assert server.release == "24.10"
        pid = server.pid
    assert not Path(f"/proc/{pid}").exists()
    assert not any(repository.rglob("__pycache__"))
    assert server.container not in subprocess.check_output(["podman", "ps", "-a"], text=True)


@pytest.mark.server
@pytest.mark.parametrize(("size", "enough"), [(16 * MIB, False), (256 * MIB, True)])
def test_the_size_of_shared_memory_is_real(opened: Open, size: int, enough: bool) -> None:
    data = bytes(10 * MIB)
    with opened(shm_size=size) as server:
        statistics = os.statvfs(server.shared_memory_folder)
        assert statistics.f_blocks * statistics.f_frsize == size
        assert server.load("facts").message == ""
        body, result = infer(server, data)
        assert (result == b"\x01" * len(data)) == enough, body
        if not enough:
            assert "shared memory" in body["error"]
        # Either way the next request, which fits, is answered.
        assert infer(server, b"\x05")[1] == b"\x06"


@pytest.mark.server
def test_system_shared_memory_goes_through_the_containers_own_folder(opened: Open) -> None:
    with opened() as server:
        assert server.load("facts").message == ""
        name = f"{server.client_region_prefix}in"
        (server.shared_memory_folder / name).write_bytes(b"\x09\x0a\x0b")
        registered = server.request(
            "POST",
            f"/v2/systemsharedmemory/region/{name}/register",
            json.dumps({"key": f"/{name}", "offset": 0, "byte_size": 3}).encode(),
        )
        assert registered.message == ""
        place = {"shared_memory_region": name, "shared_memory_byte_size": 3, "shared_memory_offset": 0}
        tensor = {"name": "IN", "datatype": "UINT8", "shape": [3], "parameters": place}
        answer = server.request("POST", "/v2/models/facts/infer", json.dumps({"inputs": [tensor]}).encode())
        outputs = {output["name"]: output["data"] for output in json.loads(answer.body)["outputs"]}
        assert outputs["OUT"] == [10, 11, 12]


@pytest.mark.server
def test_an_allocator_of_this_machine_is_mounted_and_preloaded(opened: Open) -> None:
    try:
        allocator = find_allocator("tcmalloc")
    except AllocatorError as error:
        pytest.skip(str(error))
    with opened(allocator=allocator) as server:
        assert server.load("facts").message == ""
        (stub,) = stub_processes(server)
        for pid in (server.pid, stub.pid):
            assert str(allocator) in mapped_libraries(pid)


@pytest.mark.server
def test_a_killed_client_leaves_no_container(
    root_file_system: Path, repository: Path, server_cache: Path, server_2410: ServerInstallation
) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tritonlint.runtime.source import open_server\n"
        "source, repository, cache = sys.argv[1:]\n"
        "with open_server(source, release='24.10', repositories=repository, cache=Path(cache)) as server:\n"
        "    server.load('facts')\n"
        "    print(server.container, server.http_port, *server.processes(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", script, f"podman:rootfs:{root_file_system}", str(repository), str(server_cache)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdout is not None
    container, port, *pids = client.stdout.readline().split()
    assert len(pids) == 2
    client.send_signal(signal.SIGKILL)
    client.wait()
    client.stdout.close()
    end = time.monotonic() + 10
    left = [container]
    while left and time.monotonic() < end:
        left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
        left += [
            line for line in subprocess.check_output(["podman", "ps", "-a"], text=True).split() if line == container
        ]
        left += [f"port {port}"] if _listens(int(port)) else []
        time.sleep(0.1)
    assert not left


@pytest.mark.server
def test_an_image_that_cannot_serve_says_what_it_lacks(root_file_system: Path, tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match="podman cannot run"):
        inspect_image("podman", f"rootfs:{tmp_path}")
    with pytest.raises(InstallationError, match="nor on this machine"):
        open_server(
            f"podman:rootfs:{root_file_system}", release="24.10", repositories=tmp_path, allocator=Path("/no/such.so")
        )


def test_an_engine_that_is_not_there_is_named() -> None:
    with pytest.raises(InstallationError, match="unknown server"):
        open_server("nerdctl:image", release="24.10", repositories=".")


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
