"""`tritonlint verify` on a real server: correct models pass, and each fault made on purpose is told by its probe."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.matrix.parts import Parts, PartsMissingError
from tests.test_container import root_file_system  # noqa: F401  (a fixture)
from tests.test_rules import found
from tritonlint.engine import check_paths
from tritonlint.example import parse_example
from tritonlint.report.result import Result
from tritonlint.rule import load_rule, rule_modules
from tritonlint.runtime.observe import observe
from tritonlint.runtime.options import VerifyOptions
from tritonlint.runtime.request import pack, read_samples, requests_for, string_elements
from tritonlint.settings import Settings

pytestmark = pytest.mark.server
ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("TRITONLINT_TEST_CACHE") or ROOT / ".cache" / "tritonlint")
EXAMPLES = [
    pytest.param(code, number, id=f"{code}-{number}")
    for code in rule_modules()
    if code.startswith("TLX1")
    for number in range(len(load_rule(code).examples))
]
CONFIG = """\
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
"""
MODEL = """\
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))
        return responses
"""


def verify(place: Path, settings: Settings | None = None, **options: Any) -> Result:
    chosen = VerifyOptions(**{"source": "embedded", "cache": CACHE, "timeout": 20.0, **options})
    return check_paths(
        [str(place)],
        settings or Settings(triton_version="24.10"),
        observe=lambda models, groups, foretold: observe(models, groups, foretold, chosen, lambda _: None),
        static=False,
    )


def write(folder: Path, name: str, config: str = CONFIG, model: str | None = MODEL) -> Path:
    place = folder / name
    (place / "1").mkdir(parents=True)
    (place / "config.pbtxt").write_text(config)
    if model is not None:
        (place / "1" / "model.py").write_text(model)
    return place


def codes(result: Result) -> set[str]:
    return {finding.code for finding in result.findings}


def told(result: Result) -> str:
    lines = [f"{f.code} {f.location.path}:{f.location.line} {f.message}\n{f.help}" for f in result.findings]
    lines += [f"{run.model} {saw.probe}: {saw.text}" for run in result.runs for saw in run.report]
    return "\n".join(lines)


@pytest.mark.parametrize(("code", "number"), EXAMPLES)
def test_example(code: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = parse_example(load_rule(code).examples[number])
    monkeypatch.chdir(tmp_path)
    example.write(tmp_path / "repo")
    result = verify(Path("repo"), timeout=float(example.target.get("timeout", 10.0)))
    expected = {(e.code, e.path.removeprefix("repo/"), e.line, e.column, e.end_column) for e in example.expected}
    assert found(result) == expected, told(result)


# ------------------------------------------------------------------------------------------- faults made on purpose
def test_correct_model_names_every_probe(tmp_path: Path) -> None:
    batching = CONFIG.replace("input {", "max_batch_size: 8\ndynamic_batching { }\ninput {", 1)
    write(tmp_path / "repo", "m", batching)
    before = sorted(str(path) for path in (tmp_path / "repo").rglob("*"))
    result = verify(tmp_path / "repo")
    assert not result.findings, told(result)
    (run,) = result.runs
    ran = {saw.probe for saw in run.report if saw.ran}
    assert ran == {
        "load",
        "interpreter",
        "requests",
        "shared-memory",
        "failing-requests",
        "stub-death",
        "leftovers",
    }, told(result)
    assert "4 requests in one batch: all answered" in told(result)
    assert "system shared memory: the same bytes" in told(result)
    # The server leaves __pycache__ beside model.py; not in the user's folder.
    assert sorted(str(path) for path in (tmp_path / "repo").rglob("*")) == before


BATCHED = CONFIG.replace("input {", "max_batch_size: 8\ndynamic_batching { }\ninput {", 1)
DECOUPLED = CONFIG.replace("input {", "model_transaction_policy { decoupled: true }\ninput {", 1)
SEND = "            responses.append("
INITIALIZE = "    def initialize(self, args):\n        {}\n\n    def execute"


def before_answer(*lines: str) -> str:
    """The model with lines in front of each answer."""
    return MODEL.replace(SEND, "".join(f"            {line}\n" for line in lines) + SEND)


def at_start(line: str, end: str = "") -> str:
    """The model with a line in ``initialize``, and one in ``finalize``."""
    finalize = f"\n    def finalize(self):\n        {end}\n" if end else ""
    return MODEL.replace("    def execute", INITIALIZE.format(line)) + finalize


CORRECT = {
    # No name of a model may be mistaken for a part of another one's path.
    "1": (CONFIG, MODEL),
    "answers_nothing": (
        DECOUPLED,
        MODEL.replace(SEND, "            request.get_response_sender().send(flags=1)\n            (").replace(
            "return responses", "return None"
        ),
    ),
    "generator": (
        'backend: "python"\noutput { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }\n',
        "import numpy\n"
        + MODEL.replace('pb_utils.get_input_tensor_by_name(request, "x").as_numpy()', "numpy.ones(1, dtype='float32')"),
    ),
    "own_child": (
        CONFIG,
        at_start(
            'self.child = __import__("subprocess").Popen(["sleep", "600"])', "self.child.kill(), self.child.wait()"
        ),
    ),
    "own_region": (
        CONFIG,
        at_start(
            "import multiprocessing.shared_memory as memory, os; "
            "self.region = memory.SharedMemory(f'verify_own_{os.getpid()}', True, 64)",
            "self.region.close(), self.region.unlink()",
        ),
    ),
    "polite": (
        BATCHED,
        before_answer(
            "if x.size == 0 or not (x == x).all() or x.size > 1000:",
            "    error = pb_utils.TritonError('none of these')",
            "    responses.append(pb_utils.InferenceResponse(error=error))",
            "    continue",
        ),
    ),
    "some_of_it": (
        CONFIG,
        "import random\n" + MODEL.replace("x * 2", "x[: random.randint(0, len(x))].copy()"),
    ),
    "three_instances": (BATCHED + "instance_group { count: 3 kind: KIND_CPU }\n", MODEL),
}


def test_correct_models_of_other_styles(tmp_path: Path) -> None:
    for name, (config, model) in CORRECT.items():
        write(tmp_path, name, config, model)
    result = verify(tmp_path)
    assert not result.findings, told(result)
    assert all(any(saw.text.startswith("loaded") for saw in run.report) for run in result.runs), told(result)
    # Its stub was killed, and could not remove it.
    assert not list(Path("/dev/shm").glob("verify_own_*"))


FAULTY = {
    "batch_swapped": (BATCHED, MODEL.replace("return responses", "return responses[::-1]"), "TLX129"),
    "batch_lost": (BATCHED, MODEL.replace("return responses", "return responses[:1]"), "TLX129"),
    "batch_rows": (BATCHED, MODEL.replace("x * 2", "x[:1]"), "TLX127"),
    "batch_spoiled": (BATCHED, before_answer("if not (x == x).all():", "    raise ValueError('no number')"), "TLX143"),
    "broken_by_an_error": (
        CONFIG,
        before_answer(
            "if not (x == x).all():",
            "    self.broken = True",
            "if getattr(self, 'broken', False):",
            "    raise ValueError('broken')",
        ),
        "TLX144",
    ),
    "file_left": (
        CONFIG,
        before_answer(
            "import uuid", "with open(f'/dev/shm/verify_test_{uuid.uuid4()}', 'w') as file:", "    file.write('x')"
        ),
        "TLX161",
    ),
    "late_response": (
        DECOUPLED,
        MODEL.replace(
            SEND,
            "            request.get_response_sender().send(flags=1)\n            raise OSError('late')\n            (",
        ),
        "TLX121",
    ),
    "segfault": (CONFIG, before_answer("if not (x == x).all():", "    __import__('ctypes').string_at(0)"), "TLX123"),
    "without_end": (CONFIG, MODEL + "\n    def finalize(self):\n        self.nothing.close()\n", "TLX163"),
    # These two cost a server each.
    "child_left": (CONFIG, at_start('__import__("subprocess").Popen(["sleep", "600"])'), "TLX161"),
    "thread_left": (
        CONFIG,
        at_start("__import__('threading').Thread(target=__import__('time').sleep, args=(600,)).start()"),
        "TLX161",
    ),
}


def test_each_fault_is_told_once_by_its_probe(tmp_path: Path) -> None:
    for name, (config, model, _) in FAULTY.items():
        write(tmp_path, name, config, model)
    try:
        result = verify(tmp_path)
    finally:
        for path in Path("/dev/shm").glob("verify_test_*"):
            path.unlink()
    seen: dict[str, list[str]] = {}
    for finding in result.findings:
        seen.setdefault(finding.location.path.removeprefix(f"{tmp_path}/").partition("/")[0], []).append(finding.code)
    assert seen == {name: [code] for name, (_, _, code) in FAULTY.items()}, told(result)


@pytest.fixture(scope="session")
def python_with_numpy2() -> Path:
    """The interpreter of a virtual environment with NumPy 2, of the Python that the embedded server's stub has."""
    home = CACHE / "python-numpy2"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "-q", "numpy>=2,<3"],
            check=True,
        )
        (home / "ready").touch()
    return home / "bin" / "python3"


def test_numpy_2_under_an_old_stub(tmp_path: Path, python_with_numpy2: Path) -> None:
    write(tmp_path, "m")
    result = verify(tmp_path, python=python_with_numpy2)
    assert codes(result) == {"TLX112"}, told(result)


def test_stub_that_cannot_find_its_libraries(tmp_path: Path) -> None:
    from tritonlint.runtime.wheel import prepare_server

    stubs = prepare_server("24.10", cache=CACHE).stubs
    place = write(tmp_path, "m")
    shutil.copy2(stubs["3.12"], place / "triton_python_backend_stub")
    result = verify(tmp_path, timeout=10.0)
    assert codes(result) <= {"TLX101", "TLX103"}, told(result)
    assert "error while loading shared libraries: libpython3.12.so.1.0" in told(result)


def test_output_of_another_type_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, "m", model=MODEL.replace("x * 2", "x.astype(pb_utils.triton_string_to_numpy('TYPE_FP64'))"))
    assert codes(verify(tmp_path)) == {"TLX126"}


def test_leaked_shared_memory(tmp_path: Path) -> None:
    init = """\
    def initialize(self, args):
        import mmap, os
        descriptor = os.open("/dev/shm/verify_test_%d" % os.getppid(), os.O_CREAT | os.O_RDWR)
        os.ftruncate(descriptor, 4096)
        self.region = mmap.mmap(descriptor, 4096)

    def execute"""
    write(tmp_path, "m", model=MODEL.replace("    def execute", init))
    result = verify(tmp_path)
    for path in Path("/dev/shm").glob("verify_test_*"):
        path.unlink()
    assert codes(result) == {"TLX161"}, told(result)
    assert "/dev/shm/verify_test_" in told(result)


def test_import_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("repo"), "m", model="import no_such_package_anywhere\n" + MODEL)
    result = verify(Path("repo"))
    (finding,) = result.findings
    assert (finding.code, finding.location.path, finding.location.line) == ("TLX101", "repo/m/1/model.py", 1)
    assert "No module named 'no_such_package_anywhere'" in finding.message
    assert "no rule of tritonlint foretold it" in finding.help


def test_ensemble_with_a_missing_step(tmp_path: Path) -> None:
    write(tmp_path, "m")
    steps = """\
platform: "ensemble"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
ensemble_scheduling {
  step { model_name: "m" model_version: -1 input_map { key: "x" value: "x" } output_map { key: "y" value: "z" } }
  step { model_name: "gone" model_version: -1 input_map { key: "x" value: "z" } output_map { key: "y" value: "y" } }
}
"""
    write(tmp_path, "pipeline", steps, None)
    result = verify(tmp_path)
    (finding,) = result.findings
    assert finding.code == "TLX101"
    assert finding.model == "pipeline"
    assert "TLE101 foretold it" in finding.help or "TLE1" in finding.help, told(result)


def test_ensemble_runs_through_its_steps(tmp_path: Path) -> None:
    write(tmp_path, "m")
    steps = """\
platform: "ensemble"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
ensemble_scheduling {
  step { model_name: "m" model_version: -1 input_map { key: "x" value: "x" } output_map { key: "y" value: "y" } }
}
"""
    write(tmp_path, "pipeline", steps, None)
    result = verify(tmp_path)
    assert not result.findings, told(result)
    assert [run.model for run in result.runs] == ["m", "pipeline"]


def test_decoupled_model_that_never_ends(tmp_path: Path) -> None:
    config = CONFIG + "model_transaction_policy { decoupled: true }\n"
    body = MODEL.replace(
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))',
        'request.get_response_sender().send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))',
    ).replace("        return responses\n", "        return None\n")
    write(tmp_path, "m", config, body)
    result = verify(tmp_path, timeout=3.0)
    assert codes(result) == {"TLX122"}, told(result)
    assert "no final one" in told(result)


def test_decoupled_model(tmp_path: Path) -> None:
    config = CONFIG + "model_transaction_policy { decoupled: true }\n"
    body = MODEL.replace(
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))',
        """sender = request.get_response_sender()
            for _ in range(3):
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)""",
    ).replace("        return responses\n", "        return None\n")
    write(tmp_path, "m", config, body)
    result = verify(tmp_path)
    assert not result.findings, told(result)
    assert "(3 responses)" in told(result)


def test_sequence_and_strings(tmp_path: Path) -> None:
    config = CONFIG.replace("input {", "max_batch_size: 1\nsequence_batching { }\ninput {", 1)
    write(tmp_path, "sequence", config)
    write(tmp_path, "text", CONFIG.replace("TYPE_FP32", "TYPE_STRING"), MODEL.replace("x * 2", "x"))
    result = verify(tmp_path)
    assert not result.findings, told(result)
    assert "its end (made up, HTTP): y FP32 [1, 4]" in told(result)
    assert "y BYTES [4]" in told(result)


def test_bls_target_is_loaded_first(tmp_path: Path) -> None:
    body = MODEL.replace(
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))',
        """call = pb_utils.InferenceRequest(
                model_name="other", requested_output_names=["y"], inputs=[pb_utils.Tensor("x", x)]
            )
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            responses.append(pb_utils.InferenceResponse(answer.output_tensors()))""",
    )
    write(tmp_path / "repo", "caller", model=body)
    write(tmp_path / "repo", "other")
    result = verify(tmp_path / "repo" / "caller")
    assert not result.findings, told(result)
    assert "loaded with other" in told(result)


@pytest.fixture(scope="module")
def parts() -> Parts:
    found = Parts(CACHE.absolute())
    try:
        for version in ("3.9", "3.11"):
            found.archive(version)
    except (PartsMissingError, OSError) as error:
        pytest.skip(f"no environments of other Pythons: {error}")
    return found


PACKED = 'parameters { key: "EXECUTION_ENV_PATH" value { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }\n'


def test_environment_of_python_39_under_a_311_stub(tmp_path: Path, parts: Parts) -> None:
    place = write(tmp_path, "m", CONFIG + PACKED)
    shutil.copy2(parts.archive("3.9"), place / "env.tar.gz")
    result = verify(tmp_path, timeout=60.0)
    assert codes(result) == {"TLX111"}, told(result)
    (finding,) = result.findings
    assert "runs in Python 3.11" in finding.message
    assert "holds Python 3.9" in finding.message
    assert (finding.location.line, finding.related[0].location.path.endswith("env.tar.gz")) == (4, True)


def test_environment_that_fits(tmp_path: Path, parts: Parts) -> None:
    place = write(tmp_path, "m", CONFIG + PACKED)
    shutil.copy2(parts.archive("3.11"), place / "env.tar.gz")
    result = verify(tmp_path, timeout=60.0)
    assert not result.findings, told(result)
    assert "the environment's python3: Python 3.11." in told(result)


def test_shared_memory_of_16_mib_in_a_container(tmp_path: Path, root_file_system: Path) -> None:  # noqa: F811
    write(tmp_path, "m")
    source = f"podman:rootfs:{root_file_system}"
    result = verify(tmp_path, source=source, shm_size=16 * 2**20)
    assert codes(result) == {"TLX132"}, told(result)
    assert "/dev/shm holds 16 MiB" in told(result)
    result = verify(tmp_path, source=source, shm_size=256 * 2**20)
    assert not result.findings, told(result)


@pytest.mark.parametrize("name", ["tcmalloc", "jemalloc"])
def test_allocator_is_seen_in_server_and_stubs(tmp_path: Path, name: str) -> None:
    from tritonlint.runtime.allocator import AllocatorError, find_allocator

    try:
        allocator = find_allocator(name)
    except AllocatorError as error:
        pytest.skip(str(error))
    write(tmp_path, "m")
    result = verify(tmp_path, allocator=allocator)
    assert not result.findings, told(result)
    assert f"{allocator.name} mapped" in told(result)


def test_samples_replace_made_up_requests(tmp_path: Path) -> None:
    body = MODEL.replace("x * 2", "x if x[0] == 41 else 1 / 0")
    write(tmp_path / "repo", "m", model=body)
    sample = tmp_path / "requests.json"
    inputs = [{"name": "x", "datatype": "FP32", "shape": [2], "data": [41, 42]}]
    sample.write_text(json.dumps({"m": [{"inputs": inputs}]}))
    result = verify(tmp_path / "repo", samples=read_samples(sample))
    assert not [f for f in result.findings if f.code == "TLX121"], told(result)
    assert "TLX121" in codes(verify(tmp_path / "repo"))


def test_memory_that_grows(tmp_path: Path) -> None:
    body = MODEL.replace(
        "        responses = []\n", "        responses = []\n        self.kept.append(bytes(100_000))\n"
    )
    init = "    def initialize(self, args):\n        self.kept = []\n\n    def execute"
    write(tmp_path, "m", model=body.replace("    def execute", init))
    result = verify(tmp_path, soak=300)
    assert codes(result) == {"TLX171"}, told(result)


def test_unforetold_and_foretold_refusals_on_the_command_line(tmp_path: Path) -> None:
    write(tmp_path / "repo", "m", CONFIG.replace('"python"', '"pythn"'))
    command = [sys.executable, "-m", "tritonlint"]
    environment = {**os.environ, "TRITONLINT_CACHE": str(CACHE), "PYTHONPATH": str(ROOT)}

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
        )
        return done.returncode, done.stdout

    status, text = run("verify", "repo", "--server", "embedded", "--format", "json")
    report = json.loads(text)
    Draft202012Validator(json.loads((ROOT / "tritonlint/data/report.schema.json").read_text())).validate(report)
    assert (status, report["runs"][0]["saw"][0]["probe"]) == (0, "load")
    assert "has no backend 'pythn'" in report["runs"][0]["saw"][0]["text"]
    write(tmp_path / "good", "m")
    for format_ in ("sarif", "junit", "text"):
        status, text = run("check", "--runtime", "--server", "embedded", "good", "--format", format_)
        assert status == 0, text
    assert "stub-death" in text
    assert run("verify", "good", "--server", "installed:/nowhere")[0] == 2
    assert run("verify", "good", "--device", "gpu")[0] == 2
    assert run("verify", "nowhere")[0] == 2


# ----------------------------------------------------------------------------------------------------- small pieces
def test_strings_are_packed_with_their_lengths() -> None:
    data = pack("BYTES", ["a", b"\xff\xfe", ""])
    assert string_elements(data) == [b"a", b"\xff\xfe", b""]
    assert string_elements(data[:-1]) is None


@pytest.mark.parametrize("datatype", ["BOOL", "UINT8", "INT64", "FP16", "BF16", "FP32", "FP64"])
def test_made_up_tensors_have_the_bytes_of_their_shape(datatype: str) -> None:
    config = {"max_batch_size": 4, "input": [{"name": "x", "data_type": f"TYPE_{datatype}", "dims": ["-1", "3"]}]}
    for request in requests_for(config):
        (tensor,) = request.inputs
        assert len(tensor.data) == tensor.expected_bytes
