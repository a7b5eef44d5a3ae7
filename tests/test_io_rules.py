"""Shapes as Triton core compares them, warm-up data, completion, and silence about what cannot be known."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tritonlint.engine import check_paths
from tritonlint.finding import Finding
from tritonlint.inputs.warmup import StringElements, read_string_elements
from tritonlint.settings import Settings
from tritonlint.tensors import INT64_MAX, element_count, overflows, reshape_difference, segments, shapes_match

MINE = re.compile(r"TLC[256]\d\d")
DIMS = st.lists(st.sampled_from([-1, 1, 2, 3, 6]), min_size=1, max_size=5)


def findings(folder: Path, config: str, release: str = "24.10", **files: str) -> list[Finding]:
    model = folder / "repo" / "add"
    (model / "1").mkdir(parents=True, exist_ok=True)
    (model / "config.pbtxt").write_text(config)
    for name, text in files.items():
        (model / "1" / name.replace("_dot_", ".")).write_text(text)
    result = check_paths([str(folder / "repo")], replace(Settings(), triton_version=release))
    assert not any(finding.code == "TLX001" for finding in result.findings), result.findings
    return [finding for finding in result.findings if MINE.fullmatch(finding.code)]


@pytest.mark.parametrize(
    ("dims", "reshape", "difference"),
    [
        ([2, 4, -1, 6], [8, -1, 1, 6], None),
        ([1, 1], [], None),
        ([2], [], "size"),
        ([4], [2, 3], "size"),
        ([-1], [4], "size"),
        ([-1, -1], [-1], "variable-count"),
        ([2, -1], [-1, 2], "segment"),
        ([-1, 1], [-1], None),
    ],
)
def test_reshape_is_compared_as_core_does(dims: list[int], reshape: list[int], difference: str | None) -> None:
    assert reshape_difference(dims, reshape) == difference


@given(DIMS)
def test_a_shape_always_fits_itself(dims: list[int]) -> None:
    assert reshape_difference(dims, dims) is None
    assert reshape_difference(dims, [*dims, 1]) is None
    assert len(segments(dims)) == dims.count(-1) + 1


@given(DIMS, st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_given_shapes_fit_by_rank_and_size(wanted: list[int], given_dims: list[int]) -> None:
    fits = len(wanted) == len(given_dims) and not any(
        w not in (-1, g) for w, g in zip(wanted, given_dims, strict=False)
    )
    assert shapes_match(wanted, given_dims) is fits


def test_overflow_stops_at_the_first_variable_dimension() -> None:
    assert not overflows([INT64_MAX])
    assert overflows([INT64_MAX, 2])
    assert not overflows([-1, INT64_MAX, 2])
    assert overflows([2, INT64_MAX, -1])
    assert element_count([]) == 0


def test_string_elements(tmp_path: Path) -> None:
    file = tmp_path / "strings"
    words = b"".join(struct.pack("<I", len(word)) + word for word in (b"one", b"", b"three"))
    for data, expected in [
        (words, StringElements(3, None)),
        (words + b"\x01", StringElements(3, len(words))),
        (words[:-1], StringElements(2, 11)),
        (b"", StringElements(0, None)),
    ]:
        file.write_bytes(data)
        assert read_string_elements(str(file)) == expected
    assert read_string_elements(str(tmp_path / "nothing")) is None


MODEL = """\
class TritonPythonModel:
    def execute(self, requests):
        return []
"""
COMPLETING = """\
class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        return config

    def execute(self, requests):
        return []
"""
UNTYPED = 'backend: "{}"\ninput {{ name: "x" dims: [ 1 ] }}\noutput {{ name: "y" data_type: TYPE_FP32 dims: [ 1 ] }}\n'


@pytest.mark.parametrize(
    ("backend", "files", "certainty"),
    [
        ("identity", {}, "certain"),
        ("python", {"model_dot_py": MODEL}, "certain"),
        ("python", {"model_dot_py": COMPLETING}, "likely"),
        ("onnxruntime", {"model_dot_onnx": "content"}, "likely"),
        ("onnxruntime", {"model_dot_onnx": ""}, "certain"),
        ("pytorch", {"model_dot_pt": "content"}, "certain"),
        ("mine", {}, "likely"),
    ],
)
def test_what_a_backend_may_complete_is_likely_only(
    tmp_path: Path, backend: str, files: dict[str, str], certainty: str
) -> None:
    found = findings(tmp_path, UNTYPED.format(backend), **files)
    assert [(f.code, f.certainty) for f in found] == [("TLC202", certainty)]


def test_what_a_hook_may_give_is_not_missing(tmp_path: Path) -> None:
    completing = COMPLETING.replace("return config", "config.add_input({}); return config")
    for tensor in ('{"name": "x", "data_type": "TYPE_FP32", "dims": [1]}', "describe()"):
        files = {"model_dot_py": completing.replace("{}", tensor)}
        assert [f.code for f in findings(tmp_path, UNTYPED.format("python"), **files) if f.code == "TLC202"] == []
    imported = findings(tmp_path, UNTYPED.format("python"), model_dot_py="from base import *\n")
    assert [f.code for f in imported if f.code == "TLC202"] == []


UNKNOWN = [
    'input { name: "x" data_type: ${type} dims: [ 1 ] }',
    'input { name: "x" data_type: TYPE_FP32 dims: [ ${size} ] }',
    'input { name: "${name}" data_type: TYPE_FP32 dims: [ 1 ] } batch_input { source_input: "x" data_type: TYPE_FP32 }',
    'input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ ${a}, 2 ] } }',
    "input { ${all} }",
    'input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }'
    ' model_warmup { name: "w" batch_size: ${n} inputs { key: "z" value { dims: [ 1 ] } } }',
    'input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }'
    ' model_warmup { name: "w" batch_size: 1 inputs { key: "${x}" value { ${y} } } }',
    'input { name: "x" data_typ: TYPE_FP32 dims: [ 4 ] }',
    'input { name: "x" data_type: FP32 dims: [ 4 ] }',
    'input { name: "x" data_type: TYPE_FP32 dim: [ 4 ] }',
    'parameters { key: "${key}" value { string_value: "${value}" } }',
    'metric_tags { key: "${key}" value: "a" }',
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_silent_about_what_cannot_be_known(tmp_path: Path, text: str) -> None:
    found = findings(tmp_path, f'backend: "identity"\nmax_batch_size: 4\n{text}\n')
    assert [f for f in found if f.certainty == "certain" and f.severity == "error"] == []


WARMED = """\
backend: "identity"
max_batch_size: {batch}
input {{ name: "x" data_type: TYPE_FP32 dims: [ 4 ] }}
output {{ name: "y" data_type: TYPE_FP32 dims: [ 4 ] }}
{group}
model_warmup {{ name: "w" batch_size: {size} inputs {{ key: "x" value {{ data_type: TYPE_FP32 dims: [ 9 ] }} }} }}
"""


@pytest.mark.parametrize(
    ("size", "group", "codes"),
    [
        (1, "", {"TLC505"}),
        (0, "", {"TLC512"}),
        (1, "instance_group { kind: KIND_CPU passive: true }", set()),
    ],
)
def test_only_samples_that_run_are_judged(tmp_path: Path, size: int, group: str, codes: set[str]) -> None:
    found = findings(tmp_path, WARMED.format(batch=4, size=size, group=group))
    assert {f.code for f in found} == codes


def test_duplicate_input_refuses_the_warm_up(tmp_path: Path) -> None:
    config = 'backend: "identity"\n' + 'input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }\n' * 2
    assert [f.effect for f in findings(tmp_path, config)] == ["request-failure"]
    config += (
        'model_warmup { name: "w" batch_size: 1'
        ' inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } } }\n'
    )
    assert [f.effect for f in findings(tmp_path, config)] == ["load-failure"]


@pytest.mark.parametrize("release", ["25.12", "26.02"])
def test_label_file_in_a_sibling_folder(tmp_path: Path, release: str) -> None:
    config = (
        'backend: "identity"\n'
        'output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "../other/labels.txt" }\n'
    )
    found = findings(tmp_path, config, release)
    assert [f.code for f in found] == (["TLC522"] if release >= "26.02" else [])
