"""What is known of numbers and texts that a model counts, adds up and chooses, whatever the requests bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import ARRAY, CONFIG, HEAD, RELEASE, TEXT
from tritonlint.facts import ModelFacts, read_text_file
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.repository import discover
from tritonlint.target import Target

CLASSES = """\
class State:
    def __init__(self):
        self.total = 0.0
        self.count = 0
        self.last = None


class Numbers(list):
    pass


"""


def known(body: str, folder: Path) -> str | None:
    """The data type of ``np.array([n])`` behind some code, "number" for any; None when ``n`` may be no number."""
    lines = "\n".join(f"            {line}" for line in body.strip("\n").split("\n"))
    (folder / "1").mkdir(parents=True)
    (folder / "config.pbtxt").write_text(CONFIG)
    (folder / "1" / "model.py").write_text(
        HEAD
        + CLASSES
        + f"""\
class TritonPythonModel:
    def initialize(self, args):
        self.calls = 0
        self.peak = 0.0
        self.states = {{}}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = {ARRAY}
            text = {TEXT}
            row, words, c, key = x[0], text[0, 0].decode().split(), float(x[0, 0]), text[0, 0]
{lines}
            y = np.array([n])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", text)]))
        return responses
"""
    )
    (model,) = discover([str(folder)], lambda _path, _folder: False).requested
    facts = ModelFacts(model, Target(release=RELEASE), read_text_file, {})
    (python,) = facts.python
    assert facts.config is not None
    found = rehearse(python, facts.config, facts.effective)
    assert found.ended == "execute"
    assert found.crash is None
    mistakes = {mistake.kind: mistake for mistake in found.mistakes}
    if "shape" not in mistakes:
        return None
    assert mistakes["shape"].shape == (1,)
    return mistakes["data-type"].dtype if "data-type" in mistakes else "number"


NUMBERS = {
    "n = len(words) - 1": "int64",
    "n = 1 if c > 2 else 0": "int64",
    "n = 1.5 if c > 2 else 0": "number",
    "n = row[0] if c > 2 else 0.0": "number",
    "n = row[0] * c": "number",
    "n = max(c, 0)": "number",
    "n = max(row[0], c)": "number",
    "n = min(max(len(words), 1), 7)": "int64",
    "n = max(row)": "number",
    "n = sum(row)": "number",
    "n = sum(len(word) for word in words)": "int64",
    "n = sum(word in ('a', 'b') for word in words)": "int64",
    "n = sum(float(word) for word in words)": "number",
    "n = sum((float(word) for word in words), 0.0)": "float64",
    "n = sum(row[i] for i in range(len(words)))": "number",
    "n = sum(word in ('a', 'b') for word in words) / max(1, len(words))": "float64",
    "n = max((len(word) for word in words), default=0)": "int64",
    "n = max(len(word) for word in words)": "int64",
    "n = max(map(len, words))": "int64",
    "n = max((float(word) for word in words), default=0)": "number",
    "n = c ** 0.5": "number",
    "n = round(row[0])": "number",
    "n = -(1 if c > 2 else 0.5)": "number",
    "n = (1 if c > 2 else 0.5) > c": "number",
    "n = (1 if c > 2 else 0.5) * 3 + c": "number",
    "n = abs(row[0] if c > 2 else 1)": "number",
    "n = int(row[0] if c > 2 else 1)": "int64",
    "n = 2 ** len(words)": "number",
    "n = int.from_bytes(key[:4], 'little')": "int64",
    "n = [1] if isinstance(next(map(str.strip, words)), bytes) else 1": "int64",
    "n = [1] if isinstance([*map(str.lower, words)][0], list) else 1": "int64",
    "n = sum(map(str.isdigit, words))": "int64",
    "n = max(map(words.count, words))": "int64",
    "n = [*map(len, words)][0]": "int64",
    "n = [*map(len, words), 1][-1]": "int64",
    "n = [*map(len, words), [1]][0]": None,
    "n = [*words, 1][0]": None,
    "n = [1, *words][0]": "int64",
    "n = (1, *words, 2)[1]": None,
    "n = str.count(words[0], 'a')": "int64",
    # What is no single number, or may be something else.
    "n = row if c > 2 else 0.0": None,
    "n = words if c > 2 else 0": None,
    "n = sum(x)": None,
    "n = sum(x[i] for i in range(len(words)))": None,
    "n = max(x, key=len)": None,
    "n = sum(([1] for word in words), [])": None,
    "n = max(words, default=0)": None,
    "n = None if c > 2 else 1": None,
    "n = (1 if c > 2 else [0]) * 2": None,
    "n = (2 if c > 2 else 2.0) * row": None,
    "n = Numbers(words) if c > 2 else 1": None,
}


@pytest.mark.parametrize("body", NUMBERS)
def test_what_is_known_of_a_number(body: str, tmp_path: Path) -> None:
    assert known(body, tmp_path / "m") == NUMBERS[body]
