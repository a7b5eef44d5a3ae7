"""Requests of several rows: what fits one row only, or puts rows together; and what fits whatever the sizes are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import HEAD, events, marked

READ = 'pb_utils.get_input_tensor_by_name(request, "{}").as_numpy()'


def config(x: str, y: str, batching: str = "") -> str:
    return f"""\
backend: "python"
max_batch_size: 8
{batching}
input {{ name: "x" data_type: TYPE_FP32 dims: [ {x} ] }}
input {{ name: "mask" data_type: TYPE_INT32 dims: [ -1 ] }}
output {{ name: "y" data_type: TYPE_FP32 dims: [ {y} ] }}
"""


def each(body: str) -> str:
    lines = "\n".join(f"            {line}" for line in body.split("\n"))
    return f"""\
{HEAD}
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x, mask = {READ.format("x")}, {READ.format("mask")}
{lines}
        return responses
"""


SEND = "responses.append(pb_utils.InferenceResponse([pb_utils.Tensor('y', {})]))"
SAID = {
    "a_mask_without_its_last_axis": (
        "-1, 4",
        "4",
        f"p = (x * np.float32(mask)).sum(axis=1)  #! maybe several-rows\n{SEND}",
        "p",
    ),
    "a_sum_without_its_axis": (
        "-1, 4",
        "4",
        f"w = mask[..., None].astype(np.float32)\np = (x * w).sum(axis=1) / w[..., 0].sum(axis=1)"
        f"  #! maybe several-rows\n{SEND}",
        "p",
    ),
    "the_best_of_each_column": ("-1", "1", f"{SEND}  #! maybe rows", "np.float32(x.argmax(axis=0).reshape(-1, 1))"),
    "the_sum_of_each_column": ("-1", "1", f"{SEND}  #! maybe rows", "x.sum(axis=0, keepdims=True)"),
    "rows_for_columns": (
        "4",
        "4",
        f"{SEND}  #! maybe rows",
        "np.float32(x.max(axis=1, keepdims=True) - x.max(axis=1))",
    ),
}
SILENT = {
    "a_mask_with_its_last_axis": ("-1, 4", "4", "p = (x * mask[..., None].astype(np.float32)).sum(axis=1)", "p"),
    "weights_of_an_input_that_is_always_as_long": ("-1", "2", "p = x @ np.ones((12, 2), np.float32)", "p"),
    "two_inputs_that_are_always_as_long": (
        "-1",
        "2",
        "p = x @ np.ones((12, 2), np.float32) + np.float32(mask) @ np.ones((5, 2), np.float32)",
        "p",
    ),
    "rows_against_rows": ("-1", "1", "p = np.abs(x[:, None] - x[None]).sum(axis=2).min(axis=1, keepdims=True)", "p"),
    "one_row_only": (
        "-1",
        "1",
        "if x.shape[0] != 1:\n    responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError('one row')))\n"
        "    continue\np = x[0].max(keepdims=True).reshape(1, 1)",
        "p",
    ),
    "whoever_catches_it": (
        "4",
        "4",
        "try:\n    p = x * np.arange(len(x), dtype=np.float32)\nexcept ValueError:\n    p = x * np.float32(2)",
        "p",
    ),
    "columns_by_the_lengths_of_rows": (
        "-1",
        "-1",
        "n = np.linalg.norm(x, axis=1)\np = (x.T / np.maximum(n, 1e-9)).T + (x.transpose() - n).T",
        "np.float32(p)",
    ),
    "filled_up_to_the_largest_batch": (
        "4",
        "4",
        "n = x.shape[0]\np = (np.pad(x, ((0, 8 - n), (0, 0))) * np.ones((8, 1), np.float32))[:n]",
        "p",
    ),
    "columns_first": (
        "4",
        "4",
        "p = np.moveaxis(x, 0, -1)\np = np.moveaxis(p / np.linalg.norm(p, axis=0), -1, 0)",
        "p",
    ),
    "windows": (
        "-1",
        "-1",
        "p = np.lib.stride_tricks.sliding_window_view(x, 3, axis=1).mean(axis=-1)",
        "np.float32(p)",
    ),
    "halves": ("-1", "-1", "h = x.shape[1] // 2\np = np.concatenate([x[:, h:], x[:, :h]], axis=1)", "p"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_several_rows_meet_is_said(name: str, tmp_path: Path) -> None:
    x, y, body, sent = SAID[name]
    model = each(body.format(sent))
    assert events(tmp_path, model, config(x, y)) == marked(model), model


@pytest.mark.parametrize("name", SILENT)
def test_what_fits_all_rows_is_not_said(name: str, tmp_path: Path) -> None:
    x, y, body, sent = SILENT[name]
    model = each(f"{body}\n{SEND.format(sent)}")
    assert events(tmp_path, model, config(x, y)) == [], model


def test_a_buffer_for_the_rows_of_one_call(tmp_path: Path) -> None:
    model = f"""\
{HEAD}
class TritonPythonModel:
    def initialize(self, args):
        self.buffer = np.zeros((8, 4), np.float32)

    def execute(self, requests):
        parts = [{READ.format("x")} for request in requests]
        rows = sum(len(part) for part in parts)
        self.buffer[:rows] = np.concatenate(parts)
        responses, start = [], 0
        for part in parts:
            y = self.buffer[start : start + len(part)] * 2
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
            start += len(part)
        return responses
"""
    assert events(tmp_path, model, config("4", "4", "dynamic_batching { }")) == [], model


@pytest.mark.parametrize("joined", [True, False])
def test_columns_of_all_rows(joined: bool, tmp_path: Path) -> None:
    """Those of one request may be a table that a client means as a whole; those of several clients never are one."""
    many = '[pb_utils.get_input_tensor_by_name(r, "x").as_numpy() for r in requests]'
    rows = f"np.concatenate({many})" if joined else "x"
    mark = "  #! sure over-rows" if joined else ""
    model = each(f"rows = {rows} * 2\nrows = np.float32(rows - rows.mean(axis=0)){mark}\n{SEND.format('x')}")
    assert events(tmp_path, model, config("4", "4", "dynamic_batching { }")) == marked(model), model
