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
    "import statistics\nn = statistics.median(row.tolist())": "float64",
    "import statistics\nn = statistics.mean(abs(v - c) for v in row.tolist())": "float64",
    "import statistics\nn = statistics.stdev([float(word) for word in words])": "float64",
    "import statistics\nn = statistics.quantiles(row.tolist(), n=4)[0]": "float64",
    "import statistics\nn = statistics.mode(map(len, words))": "int64",
    # The mean of whole numbers may be whole, and NumPy's own numbers stay what they are.
    "import statistics\nn = statistics.mean(map(len, words))": None,
    "import statistics\nn = statistics.median(row)": None,
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


LOOPS = {
    "n = 0\nfor word in words:\n    n += len(word)": "int64",
    "n = 0\nfor word in words:\n    n += float(word)": "number",
    "n = 0.0\nfor word in words:\n    n = max(n, float(word))": "float64",
    "n = 0.0\nfor word in words:\n    n = max(n, row[len(word)])": "number",
    "n = 0\nfor word in words:\n    for letter in word:\n        n += letter == 'a'": "int64",
    "n, step = 0, 1\nfor word in words:\n    n += step\n    step *= 2": "int64",
    "n, found = 0, False\nfor word in words:\n    if found:\n        n += 1\n    found = word == 'a'": "int64",
    "for word in words:\n    n = len(word)": "int64",
    "if c > 2:\n    n = 1": "int64",
    "try:\n    n = int(words[0])\nexcept ValueError:\n    n = 0.5": "number",
    "n, rest = 0, iter(words)\nwhile True:\n    if not next(rest, ''):\n        break\n    n += 1": "int64",
    "n = 0\nwhile len(words) > n and c > n:\n    n += 1": "int64",
    "s = State()\nfor word in words:\n    s.total += 1.5\n    s.count += 1\nn = s.total": "float64",
    "s = State()\nfor word in words:\n    s.total += 1.5\n    s.count += 1\nn = s.count": "int64",
    "self.calls += 1\nn = self.calls": "int64",
    "self.peak = max(self.peak, c)\nn = self.peak": "float64",
    # What another turn makes something else of.
    "n = 0\nfor word in words:\n    n = word": None,
    "n = last = 0\nfor word in words:\n    n = last\n    last = word": None,
    "n, other = 0, ''\nfor word in words:\n    n, other = other, n": None,
    "n = b = a = 0\nfor word in words:\n    n = b\n    b = a\n    a = [1]": None,
    "n = d = e = b = a = 0\nfor word in words:\n    n = d\n    d = e\n    e = b\n    b = a\n    a = [1]": None,
    "n, kind = 0, 'a'\nfor word in words:\n    n = [n] if kind == 'b' else 0\n    kind = 'b'": None,
    "n, i = 0, 0\nfor word in words:\n    if i == 1:\n        n = word\n    i += 1": None,
    "n = 0\nfor word in words:\n    n += 1\n    if n > 3:\n        n = [n]\n        break": None,
    "n = 0\nfor i, word in enumerate(words):\n    if i > 2:\n        n = word\n        continue\n    n += 1": None,
    "n = 0\nfor word in words:\n    try:\n        n = int(word)\n    except ValueError:\n        n = None": None,
    "n = 0\nfor word in words:\n    def put(v):\n        nonlocal n\n        n = v\n    put(word)": None,
    "s = State()\nfor word in words:\n    s.last = s.count\n    s.count = word\nn = s.last": None,
    "s = t = State()\nfor word in words:\n    t.count = word\nn = s.count": None,
    "n = 0\nfor word in words:\n    setattr(self, 'calls', n)\n    n = self.states.get(word)": None,
    "self.last = self.states\nfor word in words:\n    self.calls, self.last = self.last, 1\nn = self.calls": None,
    "n = 0\nfor word in words:\n    n = n + row": None,
}


@pytest.mark.parametrize("body", LOOPS)
def test_what_loops_leave_of_a_number(body: str, tmp_path: Path) -> None:
    assert known(body, tmp_path / "m") == LOOPS[body]


@pytest.mark.parametrize("body", NUMBERS)
def test_what_is_known_of_a_number(body: str, tmp_path: Path) -> None:
    assert known(body, tmp_path / "m") == NUMBERS[body]
