"""How ensembles are joined with the models they name: one cause, one finding, and verdicts that carry over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tritonlint.engine import check_paths
from tritonlint.finding import Finding
from tritonlint.settings import Settings

IO = 'input {{ name: "{i}" data_type: {t} dims: {d} }}\noutput {{ name: "{o}" data_type: {t} dims: {d} }}\n'


def model(extra: str = "", dims: str = "4", data_type: str = "TYPE_FP32") -> str:
    return f'backend: "identity"\n{extra}\n' + IO.format(i="X", o="Y", t=data_type, d=dims)


def step(name: str, source: str, result: str, version: str = "-1", key: str = "X", out: str = "Y") -> str:
    return (
        f'step {{ model_name: "{name}" model_version: {version} input_map {{ key: "{key}" value: "{source}" }} '
        f'output_map {{ key: "{out}" value: "{result}" }} }}\n'
    )


def ensemble(*steps: str, extra: str = "", dims: str = "4") -> str:
    declared = IO.format(i="IN", o="OUT", t="TYPE_FP32", d=dims)
    return f'platform: "ensemble"\n{extra}\n{declared}ensemble_scheduling {{\n{"".join(steps)}}}\n'


def check(folder: Path, models: dict[str, str], *, release: str = "24.10", only: str = "") -> list[Finding]:
    for name, config in models.items():
        (folder / name / "1").mkdir(parents=True, exist_ok=True)
        (folder / name / "config.pbtxt").write_text(config)
    settings = replace(Settings(), triton_version=release)
    return list(check_paths([str(folder / only)], settings).findings)


def codes(findings: list[Finding], name: str = "pipe") -> list[str]:
    return [f.code for f in findings if f.model == name]


CHAIN = (step("a", "IN", "mid"), step("b", "mid", "OUT"))


def test_a_chain_that_fits_is_clean(tmp_path: Path) -> None:
    assert check(tmp_path, {"a": model(), "b": model(), "pipe": ensemble(*CHAIN)}) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((step("a", "IN", "mid"), step("b", "midd", "OUT")), ["TLE011"]),
        ((step("a", "INN", "mid"), step("b", "mid", "OUT")), ["TLE011"]),
        ((step("a", "IN", "mid"), step("b", "mid", "OUTT")), ["TLE012"]),
        ((step("a", "IN", "OUT"), step("b", "IN", "extra")), ["TLE013"]),
        ((step("a", "IN", "OUT"), step("b", "IN", "OUT")), ["TLE010"]),
        ((step("a", "IN", "mid", key="W"), step("b", "mid", "OUT")), ["TLE108"]),
        ((step("a", "IN", "mid", out="W"), step("b", "mid", "OUT")), ["TLE109"]),
        ((step("a", "IN", "mid"), step("bb", "mid", "OUT")), ["TLE101"]),
        ((step("a", "IN", "mid"), step("b", "mid", "OUT", version="0")), ["TLE105"]),
    ],
)
def test_one_cause_gives_one_finding(tmp_path: Path, steps: tuple[str, ...], expected: list[str]) -> None:
    findings = check(tmp_path, {"a": model(), "b": model(), "pipe": ensemble(*steps)})
    assert codes(findings) == expected
    assert [f for f in findings if f.model != "pipe"] == []


def test_a_refused_model_refuses_every_ensemble_above_it(tmp_path: Path) -> None:
    outer = ensemble(step("pipe", "IN", "OUT", key="IN", out="OUT"))
    findings = check(
        tmp_path, {"a": model("max_batch_size: -1"), "pipe": ensemble(step("a", "IN", "OUT")), "top": outer}
    )
    assert codes(findings) == ["TLE104"]
    assert codes(findings, "top") == ["TLE104"]
    (carried,) = [f for f in findings if f.model == "pipe"]
    assert carried.related[0].location.path.endswith("a/config.pbtxt")


def test_the_neighbours_are_known_when_one_model_is_checked(tmp_path: Path) -> None:
    models = {"a": model(dims="[ 2, 2 ]"), "pipe": ensemble(step("a", "IN", "OUT"))}
    findings = check(tmp_path, models, only="pipe")
    assert {f.code for f in findings} == {"TLE112"}
    assert {f.model for f in findings} == {"pipe"}


@pytest.mark.parametrize(
    ("outer", "inner", "accepted"),
    [
        (("max_batch_size: 8", "4"), ("", "4"), True),
        (("", "4"), ("max_batch_size: 8", "4"), True),
        (("", "[ -1, 4 ]"), ("max_batch_size: 8", "4"), True),
        (("max_batch_size: 8", "4"), ("", "[ -1, 4 ]"), True),
        (("", "[ 2, 4 ]"), ("max_batch_size: 8", "4"), True),
        (("max_batch_size: 8", "4"), ("max_batch_size: 8", "[ -1, 4 ]"), False),
        (("", "-1"), ("", "4"), True),
        (("", "5"), ("", "4"), False),
        (("", "[ 1, 2, 4 ]"), ("max_batch_size: 8", "4"), False),
    ],
)
def test_shapes_agree_with_or_without_the_batch_dimension(
    tmp_path: Path, outer: tuple[str, str], inner: tuple[str, str], accepted: bool
) -> None:
    models = {
        "a": model(inner[0], dims=inner[1]),
        "pipe": ensemble(step("a", "IN", "OUT"), extra=outer[0], dims=outer[1]),
    }
    assert (set(codes(check(tmp_path, models))) == set()) is accepted


def test_a_python_model_that_completes_its_config_makes_names_uncertain(tmp_path: Path) -> None:
    (tmp_path / "a/1").mkdir(parents=True)
    (tmp_path / "a/1/model.py").write_text("def auto_complete_config(config):\n    return config\n")
    config = model().replace("identity", "python")
    models = {"a": config, "pipe": ensemble(step("a", "IN", "OUT", key="W"))}
    found = [f for f in check(tmp_path, models) if f.code == "TLE108"]
    assert [f.certainty for f in found] == ["likely"]


def test_a_model_without_listed_tensors_is_not_judged(tmp_path: Path) -> None:
    findings = check(
        tmp_path, {"a": 'platform: "onnxruntime_onnx"\n', "pipe": ensemble(step("a", "IN", "OUT", key="W"))}
    )
    assert codes(findings) == []


def test_a_placeholder_in_a_step_silences_what_depends_on_it(tmp_path: Path) -> None:
    config = ensemble(step("a", "IN", "mid"), step("b", "mid", "OUT")).replace('"b"', "${SECOND}")
    assert [c for c in codes(check(tmp_path, {"a": model(), "pipe": config})) if c.startswith("TLE")] == []


def test_a_cycle_is_told_at_its_members_and_not_at_others(tmp_path: Path) -> None:
    def inner(name: str) -> str:
        return ensemble(step(name, "IN", "OUT", key="IN", out="OUT"))

    models = {"one": inner("two"), "two": inner("one"), "pipe": inner("one")}
    findings = check(tmp_path, models)
    assert codes(findings, "one") == codes(findings, "two") == ["TLE102"]
    assert [(f.code, f.effect) for f in findings if f.model == "pipe"] == [("TLE103", "server-crash")]


def test_a_cache_counts_only_with_a_decoupled_step(tmp_path: Path) -> None:
    cached = ensemble(step("a", "IN", "OUT"), extra="response_cache { enable: true }")
    assert codes(check(tmp_path / "plain", {"a": model(), "pipe": cached})) == []
    streaming = model("model_transaction_policy { decoupled: true }")
    assert codes(check(tmp_path / "streaming", {"a": streaming, "pipe": cached})) == ["TLE115"]


def test_pass_through_output_beside_a_decoupled_step_is_refused(tmp_path: Path) -> None:
    config = ensemble(step("a", "IN", "OUT")) + 'output { name: "IN" data_type: TYPE_FP32 dims: 4 }\n'
    streaming = model("model_transaction_policy { decoupled: true }")
    assert codes(check(tmp_path / "streaming", {"a": streaming, "pipe": config})) == ["TLE114"]
    assert codes(check(tmp_path / "plain", {"a": model(), "pipe": config})) == []


def test_a_tensor_without_dims_in_a_member_refuses_the_ensemble(tmp_path: Path) -> None:
    broken = model().replace("dims: 4", "", 1)
    assert codes(check(tmp_path, {"a": broken, "pipe": ensemble(step("a", "IN", "OUT"))})) == ["TLE104"]


def test_a_cache_on_an_ensemble_written_as_decoupled_is_refused(tmp_path: Path) -> None:
    extra = "response_cache { enable: true } model_transaction_policy { decoupled: true }"
    config = ensemble(step("a", "IN", "OUT"), extra=extra)
    assert codes(check(tmp_path, {"a": model(), "pipe": config})) == ["TLE115"]
