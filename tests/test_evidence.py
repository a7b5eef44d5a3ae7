"""A bounded part of ``python -m tests.evidence``: what a few rules say, the real server confirms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence.bench import Observation, shortened
from tests.evidence.cases import cases, judge
from tests.evidence.expectations import EVIDENCE
from tests.evidence.record import REFUTED, record, rows_in
from tests.evidence.wire import Body, Reply, Tensor, decode, encode, request_body
from tritonlint.runtime.wheel import ServerInstallation

SAMPLE = (
    "TLP003/0", "TLP007/0", "TLP012/0", "TLP101/0", "TLP102/0", "TLP104/0", "TLP105/0", "TLP106/0", "TLP106/1",
    "TLP201/0", "TLP201/1", "TLP202/0", "TLP205/0", "TLP306/0",
)  # fmt: skip
"""Refused, an error, a wrong type, a missing output, swapped answers, a hang, a crash, a stream and a BLS call."""


def test_every_entry_is_used() -> None:
    used = [(case.code, case.bad, case.evidence) for case in cases("24.10", borders=False)]
    for key, entries in EVIDENCE.items():
        code, _, clean = key.partition(" ")
        for entry in entries:
            assert (code, not clean, entry) in used, f"{key}: {entry}"


@pytest.mark.parametrize(
    ("datatype", "values"),
    [("FP16", (0.5, 2.0)), ("INT64", (-1, 2**40)), ("BYTES", (b"", b"\xff text")), ("BOOL", (True, False))],
)
def test_tensors_travel_unchanged(datatype: str, values: tuple[object, ...]) -> None:
    assert decode(datatype, encode(datatype, values)) == values


CONFIG = {
    "max_batch_size": 4,
    "input": [{"name": "x", "data_type": "TYPE_INT32", "dims": ["-1"]}],
    "output": [{"name": "y", "data_type": "TYPE_FP32", "dims": ["3"]}],
}


def test_a_request_follows_the_configuration() -> None:
    body = request_body(CONFIG, number=10)
    assert b'"shape": [1, 2]' in body.data
    assert body.values == {"x": [11, 12]}
    assert request_body(CONFIG, without=["x"]).values == {}


@pytest.mark.parametrize(
    ("outputs", "difference"),
    [
        ({}, "output y is missing from a successful answer"),
        ({"y": Tensor("FP64", (1, 3), (0.0,) * 3)}, "output y is FP64, declared FP32"),
        ({"y": Tensor("FP32", (3,), (0.0,) * 3)}, "output y has shape [3], declared [-1, 3]"),
        ({"y": Tensor("FP32", (2, 3), (0.0,) * 6)}, "output y has 2 batch entries for 1"),
    ],
)
def test_a_difference_is_named(outputs: dict[str, Tensor], difference: str) -> None:
    body = request_body(CONFIG)
    seen = Observation("loaded", replies=(Reply("answer", outputs=outputs),), bodies=(body,), config=CONFIG)
    assert difference in seen.differences()


def test_swapped_answers_are_named() -> None:
    replies = tuple(Reply("answer", outputs={"y": Tensor("FP32", (1,), (value,))}) for value in (2.0, 1.0))
    bodies = tuple(Body(b"", {}, {"x": [value]}) for value in (1.0, 2.0))
    seen = Observation("loaded", replies=replies, bodies=bodies)
    assert seen.differences() == ["a client got the answer to another client's request"]


def test_a_message_without_paths() -> None:
    said = "Internal: cannot import name 'A' from 'b' (/tmp/x/repo/b.py)\n\nAt:\n  /tmp/x/model.py(3): <module>"
    assert shortened(said) == "Internal: cannot import name 'A' from 'b' (…/b.py)"


@pytest.mark.server
@pytest.mark.parametrize("name", SAMPLE)
def test_the_server_confirms(name: str, python_server_2410: ServerInstallation) -> None:
    (case,) = (one for one in cases("24.10", [name[:6]], borders=False) if one.name == name)
    result = judge(case, python_server_2410)
    assert result.holds, str(result)


def test_the_record_is_whole() -> None:
    rows = rows_in((Path(__file__).parents[1] / "docs" / "evidence.md").read_text(encoding="utf-8"))
    assert not [row for row in rows if row.seen.startswith(REFUTED)]
    there = {(row.code, row.number, row.release) for row in rows}
    wanted = {(case.code, case.number, case.release) for case in cases("24.10")}
    renew = " ".join(f"--rule {code}" for code in sorted({code for code, _, _ in there ^ wanted}))
    assert there == wanted, f"run `python -m tests.evidence {renew} --output docs/evidence.md`"


def test_a_record_is_read_as_it_was_written() -> None:
    text = (Path(__file__).parents[1] / "docs" / "evidence.md").read_text(encoding="utf-8")
    assert record([], text) == text
