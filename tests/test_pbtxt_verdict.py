"""The reader states a problem exactly when protobuf's C++ parser, the server's own, refuses the text."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tritonlint.pbtxt.reader import read_config
from tritonlint.source import decode

PROTO = Path(__file__).parent.parent / "proto"


def buckets(values: str) -> str:
    return f"model_metrics {{ metric_control {{ histogram_options {{ buckets: [{values}] }} }} }}"


# One row per behaviour of the parser (facts: protobuf text format as the server calls it).
ROWS = [
    *("", "name: 'x'", 'name: "x"', "max_batch_size: 8", "backend : 'b' # c", "nome: 'x'", "maxBatchSize: 1", "4: 8"),
    *("input { data_type: TYPE_FLOAT }", "input { data_type: type_fp32 }", "input { data_type: 99 }"),
    *("instance_group { kind: -1 }", "input { data_type: 0x0B }", 'input { data_type: "TYPE_FP32" }'),
    *("input { data_type: 2147483648 }", "input { data_type: -2147483648 }", "input { data_type: 1.0 }"),
    *("input { data_type: -TYPE_FP32 }", "input { data_type: [TYPE_FP32] }", 'input { optional: "true" }'),
    *("max_batch_size: 1 max_batch_size: 1", "max_batch_size: 0 max_batch_size: 8", 'name: "" name: "x"'),
    *("input { optional: false optional: true }", "dynamic_batching {} dynamic_batching {}"),
    *("input { data_type: 0 data_type: TYPE_FP32 }", "max_batch_size: -0 max_batch_size: 1"),
    "sequence_batching { direct { minimum_slot_utilization: 0 minimum_slot_utilization: 1 } }",
    "sequence_batching { direct { minimum_slot_utilization: -0.0 minimum_slot_utilization: 1 } }",
    "sequence_batching { direct { minimum_slot_utilization: 1e-99 minimum_slot_utilization: 1 } }",
    *("dynamic_batching {} sequence_batching {}", "version_policy { latest {} all {} }"),
    *("sequence_batching { direct {} oldest {} }", "version_policy { latest {} latest {} }"),
    "model_warmup { inputs { value { zero_data: false random_data: true } } }",
    *("max_batch_size: 2147483647", "max_batch_size: 2147483648", "max_batch_size: -2147483648"),
    *("max_batch_size: -2147483649", "input { dims: -9223372036854775808 }", "input { dims: 9223372036854775808 }"),
    *("version_policy { latest { num_versions: -1 } }", "max_batch_size: 8.0", "max_batch_size: 010"),
    *("max_batch_size: 0x10", "max_batch_size: 09", "max_batch_size: 0x", "max_batch_size: 1e3", "max_batch_size: 00"),
    *("max_batch_size: +1", "max_batch_size: - 1", "max_batch_size: --1", "max_batch_size: - # c\n 1"),
    *(f"input {{ optional: {word} }}" for word in ("true", "True", "t", "1", "false", "False", "f", "0", "01", "0x1")),
    *(f"input {{ optional: {word} }}" for word in ("TRUE", "yes", "2", "-0", "1.0", "tru", "{}", "[true]")),
    *("max_batch_size: [8]", "input { dims: [1, 2,] }", "input [ {}, ]", 'name: "x",,', "input { dims: [1 2] }"),
    *('name: "x", backend: "y";', "input <name: 'x'>", "input: {}", "input { dims: 1 dims: [2, 3] }", "input []"),
    *("name: \"a\" 'b'", "name: 'x'\r\nbackend: 'y'\r\n", "input { dims: [1;2] }", "input { dims: [] }"),
    *('name "x"', 'name = "x"', "input { dims [1] }", "// c", "/* c */", "\ufeffname: 'x'", "name: 'é' # é"),
    *("name: 'x'\0", "# \0", "# \x01", "\x01", "name: 'a\x01b'", "name: 'a\tb'", "é: 1", "\u00a0name: 'x'"),
    *(f'name: "{escape}"' for escape in (r"\q", r"\x", r"\x41", r"\x123", r"\u12", r"\u0041", r"\U00110000", r"\8")),
    *(f'name: "{escape}"' for escape in (r"\400", r"\a\b\f\n\r\t\v\\\?\'", r"\ud83d\ude00", r"\ud800", r"\xff")),
    *('name: "a\nb"', 'name: "a', "name: 'a\"", 'name: "a\\', 'name: "a\\\nb"', "name: 'a\rb'"),
    *('parameters { key: "a" } parameters { key: "a" }', "parameters { value { string_value: 'x' } }"),
    *('parameters { key: "a" key: "b" }', 'parameters { key: "" key: "b" }', "parameters [{ key: 'a' }]"),
    *("input {", "input { name: 'x'", "}", "name: 'x' }", "input <name: 'x'}", "input [ {}", "[", "input { ; }"),
    *("max_batch_size: 8name: 'x'", "max_batch_size: 8,name: 'x'", "max_batch_size: 1a", "max_batch_size: 1_"),
    *(buckets(value) for value in ("1, .5, 1., 1e5, 1f, 1.5F", "inf, -inf, nan, -nan, INF, Infinity", "1e999", "0")),
    *(buckets(value) for value in ("0x10", "010", "09.5", "1e", "1.2.3", ".", '"1"', "foo", "00", "-0", "9" * 40)),
    *("[foo.bar]: 1", "[a.b/inference.ModelConfig] {}", '"name": "x"', "name.x: 'y'", "name: foo", "name: ['a']"),
    *("name:", "name", "input", "input:", ": 1", ",", ";name: 'x'", "x { " * 200, "input: 'x'", "name: {}", "1: 'x'"),
]


def accepted_by_protoc(data: bytes) -> bool:
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", "--encode=inference.ModelConfig"]
    command.append(str(PROTO / "model_config.proto"))
    return subprocess.run(command, input=data, capture_output=True, check=False).returncode == 0


def test_verdicts_are_those_of_the_cpp_parser() -> None:
    pytest.importorskip("grpc_tools")
    data = [row.encode() for row in ROWS] + [b'name: "\xff\xfe"', b"name: \xff", b"# \xff\nname: 'x'"]
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(accepted_by_protoc, data))
    wrong = [d for d, ok in zip(data, verdicts, strict=True) if (not read_config("c", decode(d)).problems) != ok]
    assert not wrong


@pytest.mark.parametrize("row", ROWS)
def test_spans_lie_in_the_text(row: str) -> None:
    document = read_config("c", row)
    for problem in document.problems:
        assert 0 <= problem.start <= problem.end <= len(row)
    todo = [document.root]
    while todo:
        message = todo.pop()
        for field in message.fields:
            assert message.start <= field.start < field.name_end <= field.end <= message.end
            assert row[field.start : field.name_end] == field.name
            for value in field.values:
                assert field.start <= value.start <= value.end <= field.end
                if hasattr(value, "fields"):
                    todo.append(value)
                else:
                    assert row[value.start : value.end] == value.raw
