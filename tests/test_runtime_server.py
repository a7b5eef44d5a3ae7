"""The disposable server itself: where it comes from, what its processes are, that each step has an end."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest

from tritonlint.runtime import wheel
from tritonlint.runtime.allocator import AllocatorError, find_allocator, preloaded
from tritonlint.runtime.guard import GuardError
from tritonlint.runtime.prepare import ARCHIVES, LIMIT, is_prepared, prepare_folder
from tritonlint.runtime.processes import environment_of, mapped_libraries, resident_memory, stub_processes
from tritonlint.runtime.server import (
    DisposableServer,
    ServerCrashError,
    ServerError,
    ServerHangError,
    first_traceback,
)
from tritonlint.runtime.source import driver_folder, find_installed, open_server
from tritonlint.runtime.wheel import (
    InstallationError,
    ServerInstallation,
    interpreter_of,
    nearest_release,
    prepare_server,
    prepared_releases,
)

CONFIG = """backend: "python"
input { name: "IN" data_type: TYPE_FP32 dims: 2 }
output { name: "OUT" data_type: TYPE_FP32 dims: 2 }
"""
DOUBLE = """
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        tensors = [pb_utils.get_input_tensor_by_name(request, "IN").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUT", one * 2)]) for one in tensors]
"""
STUBBORN = (
    """
import subprocess
import time
"""
    + DOUBLE.replace(
        "        tensors =", "        time.sleep(float(os.environ.get('NEVER', '30')))\n        tensors ="
    ).replace("import triton", "import os\n\nimport triton", 1)
    + """
    def initialize(self, args):
        subprocess.Popen(["sleep", "1000"], start_new_session=True)
"""
)
BODY = b'{"inputs": [{"name": "IN", "datatype": "FP32", "shape": [2], "data": [1.5, 4]}]}'

# As release 24.10 printed them.
IMPORT_ERROR = """I1121 16:14:21.569234 5224 model_lifecycle.cc:472] loading: imp:1
I1121 16:14:21.616366 5251 pb_stub.cc:298]  Failed to initialize Python stub for auto-complete: \
ModuleNotFoundError: No module named 'nothing_like_this'

At:
  /models/imp/1/model.py(1): <module>
  <frozen importlib._bootstrap>(241): _call_with_frames_removed

E1121 16:14:21.617343 5224 model_lifecycle.cc:642] failed to load 'imp' version 1: Internal: \
ModuleNotFoundError: No module named 'nothing_like_this'

At:
  /models/imp/1/model.py(1): <module>
  <frozen importlib._bootstrap>(241): _call_with_frames_removed

"""
TWO_LINES = """I1121 16:14:22.859531 5224 python_be.cc:2249] TRITONBACKEND_ModelInstanceInitialize: val_0_0
I1121 16:14:22.965436 5224 pb_stub.cc:366] Failed to initialize Python stub: ValueError: two
lines: of text

At:
  /models/val/1/model.py(3): initialize

"""
PRINTED_FIRST = """I1121 16:14:24.437465 5224 python_be.cc:2249] TRITONBACKEND_ModelInstanceInitialize: deep_0_0
Traceback (most recent call last):
  File "/models/deep/1/model.py", line 5, in initialize
    {}["a"]
    ~~^^^^^
KeyError: 'a'
I1121 16:14:24.530132 5224 pb_stub.cc:366] Failed to initialize Python stub: ValueError: <EMPTY MESSAGE>

At:
  /models/deep/1/model.py(8): initialize
"""
FATAL = """I1121 16:14:24.437465 5224 model_lifecycle.cc:472] loading: m:1
Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem encoding
Python runtime state: core initialized
ModuleNotFoundError: No module named 'encodings'

Current thread 0x00007f7f8d5d1b80 (most recent call first):
  <no Python frame>
"""


@pytest.mark.parametrize(
    ("log", "first", "last"),
    [
        (IMPORT_ERROR, "ModuleNotFoundError: No module named 'nothing_like_this'", "_call_with_frames_removed"),
        (TWO_LINES, "ValueError: two", "/models/val/1/model.py(3): initialize"),
        (PRINTED_FIRST, "Traceback (most recent call last):", "KeyError: 'a'"),
        (FATAL, "Fatal Python error: init_fs_encoding", "No module named 'encodings'"),
        ("message: KeyError: 'x'\n\nAt:\n  /m/1/model.py(4): execute\n", "KeyError: 'x'", "model.py(4): execute"),
    ],
    ids=["import", "two-lines", "printed-first", "fatal", "answer"],
)
def test_the_first_traceback_is_found(log: str, first: str, last: str) -> None:
    found = first_traceback(log)
    assert found is not None
    assert found.splitlines()[0].startswith(first)
    assert found.splitlines()[-1].endswith(last)
    assert found.count("At:") <= 1


def test_a_log_without_traceback_has_none() -> None:
    assert first_traceback("I1121 16:14:21.569234 5224 model_lifecycle.cc:839] successfully loaded 'ok'\n") is None


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    environment = tmp_path / "environment.tar.gz"
    with tarfile.open(environment, "w:gz") as archive:
        member = tarfile.TarInfo("bin/activate")
        archive.addfile(member, io.BytesIO(b""))
    packed = f'parameters {{ key: "EXECUTION_ENV_PATH" value {{ string_value: "{environment}" }} }}\n'
    for name, config, code in (
        ("double", CONFIG + "instance_group { count: 2 }\n", DOUBLE),
        ("packed", CONFIG + packed, DOUBLE),
        ("stubborn", CONFIG, STUBBORN),
    ):
        (tmp_path / "models" / name / "1").mkdir(parents=True)
        (tmp_path / "models" / name / "config.pbtxt").write_text(config)
        (tmp_path / "models" / name / "1" / "model.py").write_text(code)
    return tmp_path / "models"


def answer(server: DisposableServer, model: str) -> list[float]:
    body = json.loads(server.request("POST", f"/v2/models/{model}/infer", BODY).body)
    data: list[float] = body["outputs"][0]["data"]
    return data


@pytest.mark.server
def test_the_embedded_server_shows_what_its_stubs_are_made_of(
    python_server_2410: ServerInstallation, repository: Path, server_cache: Path
) -> None:
    said: list[str] = []
    started = time.monotonic()
    with open_server(
        "embedded", release="24.11", repositories=repository, cache=server_cache, progress=said.append
    ) as server:
        assert time.monotonic() - started < 5
        assert (server.release, server.version) == ("24.10", "2.51.0")
        assert server.description == "tritonserver 2.51.0 (24.10), nvidia-pytriton 0.7.0"
        assert server.load("double").message == ""
        assert server.load("packed").message == ""
        stubs = {stub.instance: stub for stub in stub_processes(server)}
        assert sorted(stubs) == ["double_0_0", "double_0_1", "packed_0"]
        double, packed = stubs["double_0_0"], stubs["packed_0"]
        assert double.python == python_server_2410.python
        assert double.libpython in mapped_libraries(double.pid)
        assert double.numpy is not None
        assert double.numpy.startswith("1.")
        assert double.executable.endswith(f"backends-{double.python}/python/triton_python_backend_stub")
        assert double.script == str(repository / "double" / "1" / "model.py")
        assert double.environment is None
        (unpacked,) = server.environments()
        assert packed.environment == str(unpacked / "0")
        assert {path.name for path in server.shared_memory()} == {stub.region for stub in stubs.values()}
        assert {server.pid, *(stub.pid for stub in stubs.values())} == set(server.processes())
        assert resident_memory(double.pid) > 1 << 20

        # Connections of other threads do not keep the server from ending.
        results: list[list[float]] = []
        threads = [threading.Thread(target=lambda: results.append(answer(server, "double"))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [[3.0, 8.0]] * 3
        region = server.shared_memory_folder / f"{server.client_region_prefix}mine"
        region.write_bytes(b"x")
        assert region not in server.shared_memory()
    assert not server.leftovers or server.leftovers.regions == (region.name,)
    assert not region.exists()
    assert not unpacked.exists()
    assert not said, "a server that is already here needs no progress"


@pytest.mark.server
def test_every_step_ends_and_what_stays_is_told(
    python_server_2410: ServerInstallation, repository: Path, server_cache: Path
) -> None:
    with open_server(
        "embedded", release="24.10", repositories=repository, cache=server_cache, stop_seconds=12
    ) as server:
        assert server.load("double").message == ""
        assert server.load("stubborn").message == ""
        began = time.monotonic()
        with pytest.raises(ServerHangError, match="within 1 s"):
            server.request("POST", "/v2/models/stubborn/infer", BODY, seconds=1)
        assert time.monotonic() - began < 3
        assert answer(server, "double") == [3.0, 8.0]
        (stub, *_) = stub_processes(server)
        (background,) = set(server.processes()) - {server.pid} - {one.pid for one in stub_processes(server)}
        server.kill()
        with pytest.raises(ServerCrashError, match="SIGKILL"):
            answer(server, "double")
        assert background in server.processes(), "an orphan is still the server's"
    for pid in (stub.pid, background):
        assert not Path(f"/proc/{pid}").exists()


@pytest.mark.server
def test_a_background_process_of_a_model_is_a_leftover(
    python_server_2410: ServerInstallation, repository: Path, server_cache: Path
) -> None:
    with open_server("embedded", release="24.10", repositories=repository, cache=server_cache) as server:
        assert server.load("stubborn").message == ""
    ((pid, command),) = server.leftovers.processes
    assert command == "sleep 1000"
    assert not Path(f"/proc/{pid}").exists()
    assert not server.leftovers.regions
    assert not server.leftovers.environments


@pytest.mark.server
@pytest.mark.parametrize("name", ["tcmalloc", "jemalloc"])
def test_an_allocator_is_in_the_server_and_in_every_stub(
    python_server_2410: ServerInstallation, repository: Path, server_cache: Path, name: str
) -> None:
    try:
        library = find_allocator(name)
    except AllocatorError as error:
        pytest.skip(str(error))
    with open_server(
        "embedded", release="24.10", repositories=repository, cache=server_cache, allocator=library
    ) as server:
        assert server.load("double").message == ""
        for pid in (server.pid, *(stub.pid for stub in stub_processes(server))):
            found = preloaded(mapped_libraries(pid))
            assert found is not None
            assert Path(found).resolve() == library.resolve()
        assert answer(server, "double") == [3.0, 8.0]


def test_an_allocator_that_is_not_there_is_said_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(AllocatorError, match="neither a library nor one of tcmalloc, jemalloc"):
        find_allocator(str(tmp_path / "libmine.so"))
    (tmp_path / "libmine.so").touch()
    assert find_allocator(str(tmp_path / "libmine.so")) == tmp_path / "libmine.so"
    assert preloaded(("/usr/lib/libc.so.6",)) is None


@pytest.mark.server
def test_an_installed_server_tells_its_own_release(
    python_server_2410: ServerInstallation, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}")
    root = python_server_2410.executable.parent.parent
    with open_server(f"installed:{root}", release="23.01", repositories=repository) as server:
        assert (server.version, server.release) == ("2.51.0", "24.10")
        assert str(root) in server.description
        if sys.prefix != sys.base_prefix:
            assert f"{sys.prefix}/bin" not in environment_of(server.pid)["PATH"].split(os.pathsep)
    monkeypatch.setenv("PATH", f"{python_server_2410.executable.parent}{os.pathsep}{os.environ['PATH']}")
    assert find_installed() == python_server_2410.executable


def test_a_server_that_is_not_there_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match="no tritonserver at"):
        open_server(f"installed:{tmp_path}", release="24.10", repositories=tmp_path)
    gone = ServerInstallation("24.10", "2.51.0", tmp_path, tmp_path / "tritonserver", None)
    with pytest.raises(ServerError, match="could not be started") as caught, DisposableServer(gone, tmp_path):
        pass
    assert isinstance(caught.value.__cause__, GuardError)


@pytest.mark.server
def test_an_installed_package_is_copied_and_left_as_it_is(
    server_2410: ServerInstallation, server_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = list((server_cache / "wheels").glob("nvidia_pytriton-0.7.0-*.whl"))
    if not wheels:
        pytest.skip("the server was not fetched as a wheel")
    packages = tmp_path / "packages"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*pip, f"--target={packages}", str(wheels[0])], check=True, timeout=300)
    before = _contents(packages)
    monkeypatch.syspath_prepend(str(packages))
    monkeypatch.setattr(wheel, "_download", _no_network)
    assert prepared_releases(tmp_path / "cache") == ["24.10"]
    installation = prepare_server("24.10", cache=tmp_path / "cache")
    assert installation.executable.is_relative_to(tmp_path / "cache")
    (tmp_path / "models").mkdir()
    with DisposableServer(installation, tmp_path / "models", stop_seconds=0) as server:
        assert server.version == "2.51.0"
    assert _contents(packages) == before
    # Without a network the release that is here stands in for the one that would be nearer.
    server = open_server("embedded", release="23.12", repositories=tmp_path / "models", cache=tmp_path / "cache")
    assert server.release == "24.10"
    assert "23.12 would be nearer to 23.12, but no network" in server.description


def _no_network(release: str, folder: Path) -> Path:
    raise InstallationError("no network")


def _contents(folder: Path) -> dict[str, tuple[int, str]]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {
        str(path): (path.stat().st_mode, hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest())
        for path in files
    }


@pytest.mark.parametrize(
    ("target", "nearest"), [("23.01", "23.07"), ("23.10", "23.12"), ("24.05", "24.03"), ("26.07", "24.10")]
)
def test_the_nearest_release_is_the_one_in_time(target: str, nearest: str) -> None:
    assert nearest_release(target) == nearest


def test_an_interpreter_says_its_own_version() -> None:
    found = interpreter_of(Path(sys.executable))
    assert found.version == f"{sys.version_info[0]}.{sys.version_info[1]}"


def test_the_driver_is_looked_for_where_the_caller_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libcuda.so.1").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/nowhere:{tmp_path}")
    assert driver_folder() == tmp_path


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InstallationError, match="set TRITONLINT_CACHE to one that can be written"):
        prepare_server("24.10", cache=tmp_path / "file" / "cache")
    with pytest.raises(InstallationError, match="holds release 22"):
        prepare_server("22.01", cache=tmp_path)


@pytest.fixture(scope="module")
def carried(server_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared folder; what packs slowly is kept in the cache."""
    kept = server_cache / "prepared"
    if not os.environ.get("TRITONLINT_TEST_PREPARE") and len(list(kept.glob("*-*.tar.*"))) < 3:
        pytest.skip("packing takes two minutes the first time: set TRITONLINT_TEST_PREPARE=1")
    try:
        prepared = prepare_folder(tmp_path_factory.mktemp("carried"), "24.10", cache=server_cache)
    except InstallationError as error:
        pytest.skip(f"no folder could be prepared: {error}")
    assert prepared.size < LIMIT
    assert sum(path.stat().st_size for path in prepared.folder.iterdir()) == prepared.size
    return prepared.folder


@pytest.mark.server
def test_a_prepared_folder_works_without_network_python_or_home(carried: Path, repository: Path) -> None:
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
        pytest.skip("a network namespace without a network needs root here")
    tools = carried.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("sh", "tar", "gzip", "mkdir", "mktemp", "mv", "rm", "dirname", "env"):
        if not (tools / name).exists():
            (tools / name).symlink_to(next(p for p in (Path("/bin", name), Path("/usr/bin", name)) if p.exists()))
    temporary = carried.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    # A fresh network namespace has no interface that is up, not even the loopback one.
    script = (
        f'ip link set lo up 2>/dev/null || python3 -c "{LOOPBACK_UP}"; exec env -i PATH={tools} TMPDIR={temporary} "$@"'
    )
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", script, "sh", str(carried / "verify"), "--help"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "unpacking into" in done.stderr
    assert "verify" in done.stdout
    assert not list(temporary.iterdir()), "without a cache folder nothing stays"


LOOPBACK_UP = (
    "import fcntl, socket, struct; s = socket.socket(); r = struct.pack('16sH14s', b'lo', 0x41, b''); "
    "fcntl.ioctl(s, 0x8914, r)"
)


@pytest.mark.server
def test_a_prepared_folder_is_a_source_of_its_own(carried: Path, repository: Path, tmp_path: Path) -> None:
    assert is_prepared(carried)
    assert not is_prepared(repository)
    assert {path.name for path in carried.iterdir()} == {*ARCHIVES, "verify", "prepared.json"}
    with open_server(str(carried), release="24.10", repositories=repository, cache=tmp_path / "cache") as server:
        assert server.load("double").message == ""
        (stub, _) = stub_processes(server)
        for path in (stub.executable, stub.libpython, stub.numpy_path):
            assert path is not None
            assert path.startswith(str(tmp_path / "cache")), "nothing of this machine's Python is used"
        assert answer(server, "double") == [3.0, 8.0]
