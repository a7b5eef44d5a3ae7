"""A bounded sample of the oracle: what tritonlint is certain of, real servers of two releases confirm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import Disagreement, compare
from tests.oracle.ensembles import ENSEMBLE_FAMILIES
from tests.oracle.generator import generate
from tests.oracle.harness import Oracle, build_backends
from tests.oracle.pythons import FAMILIES as PYTHON_FAMILIES
from tests.oracle.singles import FAMILIES
from tritonlint.runtime.server import DisposableServer
from tritonlint.runtime.wheel import InstallationError, ServerInstallation

CASES = 4 * len(FAMILIES)
ENSEMBLES = 2 * len(ENSEMBLE_FAMILIES)
PYTHONS = len(PYTHON_FAMILIES)
SEED = 7
KNOWN_MISSES = (
    # A folder inside with a config.pbtxt makes discovery take the model for a repository (TLR013, likely).
    ("nested", "Could not determine backend for model"),
    # Rules look at the model folder only, and this path leads out of it.
    ("label_filename '../labels.txt'", "/../labels.txt: No such file or directory"),
)
"""(mutation, message) of what the server refuses and no rule is certain of; each with its reason."""


@pytest.fixture(scope="session")
def standins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return build_backends(tmp_path_factory.mktemp("standins"))
    except InstallationError as error:
        pytest.skip(str(error))


def test_cases_are_the_same_for_the_same_seed() -> None:
    first, second = list(generate(CASES, ENSEMBLES, SEED)), list(generate(CASES, ENSEMBLES, SEED))
    assert [case.files for case in first] == [case.files for case in second]
    assert [case.files for case in generate(3, 0, SEED + 1)] != [case.files for case in first[:3]]


def test_a_larger_run_holds_the_smaller_one() -> None:
    assert [case.files for case in generate(20, 0, SEED)] == [case.files for case in generate(60, 0, SEED)][:20]


def _is_known(one: Disagreement) -> bool:
    return one.kind == "miss" and any(
        mutation in "; ".join(one.case.mutations) and message in one.verdict.message
        for mutation, message in KNOWN_MISSES
    )


@pytest.mark.server
@pytest.mark.parametrize("release", ["23.12", "24.10"])
def test_certain_findings_hold_on_the_real_server(release: str, request: pytest.FixtureRequest, standins: Path) -> None:
    installation: ServerInstallation = request.getfixturevalue(f"server_{release.replace('.', '')}")
    cases = list(generate(CASES, ENSEMBLES, SEED))
    verdicts = Oracle(installation, standins).judge(cases)
    comparison = compare(release, cases, verdicts)
    assert comparison.models >= len(cases)
    assert 0.2 < comparison.refused / comparison.models < 0.8, "the sample says nothing when one verdict prevails"
    unexpected = [one for one in comparison.disagreements if not _is_known(one)]
    assert not unexpected, "\n\n".join([str(comparison), *(one.report() for one in unexpected)])


@pytest.mark.server
def test_certain_findings_hold_on_the_real_python_backend(python_server_2410: ServerInstallation) -> None:
    cases = list(generate(0, 0, SEED, pythons=PYTHONS))
    comparison = compare("24.10", cases, Oracle(python_server_2410).judge(cases), real=True)
    assert 0.2 < comparison.refused / comparison.models < 0.8, "the sample says nothing when one verdict prevails"
    wrong = [one for one in comparison.disagreements if one.kind == "false certain"]
    assert not wrong, "\n\n".join([str(comparison), *(one.report() for one in wrong)])
    # Much of what model.py does when it runs cannot be known; docs/oracle.md says what.
    missed = [one for one in comparison.disagreements if one.kind == "miss"]
    assert len(missed) <= 0.15 * comparison.models, "\n\n".join(one.report() for one in missed)


@pytest.mark.server
def test_a_server_leaves_nothing_behind(server_2410: ServerInstallation, tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    with DisposableServer(server_2410, tmp_path / "repository") as server:
        assert server.ready()
        assert server.pid in server.processes()
        folder = server._folder
        assert folder is not None
        assert not server.load("absent").ok
    assert not server.alive
    assert not server.processes()
    assert not folder.exists()
    assert "Started HTTPService" in server.log


@pytest.mark.server
def test_a_python_model_runs(python_server_2410: ServerInstallation, tmp_path: Path) -> None:
    model = tmp_path / "repository" / "echo"
    (model / "1").mkdir(parents=True)
    (model / "config.pbtxt").write_text(
        'backend: "python"\ninput { name: "IN" data_type: TYPE_FP32 dims: 2 }\n'
        'output { name: "OUT" data_type: TYPE_FP32 dims: 2 }\n'
    )
    (model / "1" / "model.py").write_text(
        "import triton_python_backend_utils as pb_utils\n"
        "class TritonPythonModel:\n"
        "    def execute(self, requests):\n"
        "        tensors = [pb_utils.get_input_tensor_by_name(request, 'IN').as_numpy() for request in requests]\n"
        "        return [pb_utils.InferenceResponse([pb_utils.Tensor('OUT', one * 2)]) for one in tensors]\n"
    )
    with DisposableServer(python_server_2410, model.parent) as server:
        assert server.load("echo").message == ""
        assert len(server.processes()) == 2
        answer = server.request(
            "POST",
            "/v2/models/echo/infer",
            b'{"inputs": [{"name": "IN", "datatype": "FP32", "shape": [2], "data": [1.5, 4]}]}',
        )
        assert b'"data":[3.0,8.0]' in answer.body
        assert server.shared_memory()
    assert not server.shared_memory()
    assert not server.processes()
