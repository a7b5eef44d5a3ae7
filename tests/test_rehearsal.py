"""Models played through: what a rehearsal says of each line stands there as a comment.

``#! sure TypeError`` or ``#! maybe shape``: an exception that every call (or one way) comes to, or a mistake of a kind.
A line without such a comment must not be reported.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tritonlint.facts import ModelFacts, read_text_file
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.repository import discover
from tritonlint.source import LineIndex
from tritonlint.target import Target

RELEASE = "24.10"
MARK = re.compile(r"#! (sure|maybe) (\S+)")
CONFIG = """\
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "label" data_type: TYPE_STRING dims: [ 1 ] }
parameters { key: "names" value { string_value: "a,b" } }
parameters { key: "size" value { string_value: "3" } }
"""
HEAD = """\
import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import triton_python_backend_utils as pb_utils

"""
TEXT = 'pb_utils.get_input_tensor_by_name(request, "text").as_numpy()'
ARRAY = 'pb_utils.get_input_tensor_by_name(request, "x").as_numpy()'
SCORER = """\
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "label" data_type: TYPE_STRING dims: [ 1 ] }
"""
ANY = "class TritonPythonModel:\n    def execute(self, requests):\n        return [None for _ in requests]\n"


def each(body: str) -> str:
    """A model whose execute does the same with every request; ``x`` and ``text`` are its inputs."""
    lines = "\n".join(f"            {line}" for line in body.strip("\n").split("\n"))
    return f"""\
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = {ARRAY}
            text = {TEXT}
{lines}
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", label)]))
        return responses
"""


def ask(requested: str, body: str) -> str:
    """A model that asks the model "scorer"."""
    call = f'ask = pb_utils.InferenceRequest(model_name="scorer", requested_output_names={requested},'
    given = '    inputs=[pb_utils.Tensor("x", x)])\n'
    return each(f"{call}\n{given}y, label = x, text\n{body}")


CASES = {
    "bls_asked_output": ask('["score"]', 'y = x * pb_utils.get_output_tensor_by_name(ask.exec(), "score").as_numpy()'),
    "bls_output_not_asked_for": ask(
        '["score"]', 'pb_utils.get_output_tensor_by_name(ask.exec(), "label").as_numpy()  #! sure AttributeError'
    ),
    "bls_data_type": ask(
        '["label"]', 'y = x * pb_utils.get_output_tensor_by_name(ask.exec(), "label").as_numpy()  #! sure TypeError'
    ),
    "bls_only_output": ask('["score"]', "y = x + ask.exec().output_tensors()[0].as_numpy()"),
    "bls_only_output_is_bytes": ask(
        '["label"]', "y = x + ask.exec().output_tensors()[0].as_numpy()  #! sure TypeError"
    ),
    "bls_no_stream": ask('["score"]', "for answer in ask.exec():  #! sure TypeError\n    answer.has_error()"),
    "bls_stream": ask(
        '["score"]',
        "for answer in ask.exec(decoupled=True):\n"
        '    y = x + pb_utils.get_output_tensor_by_name(answer, "score").as_numpy()',
    ),
    "bls_stream_is_no_answer": ask('["score"]', "ask.exec(decoupled=True).has_error()  #! sure AttributeError"),
}


def events(folder: Path, model: str, config: str = CONFIG) -> list[tuple[int, str, str]]:
    """What the rehearsal of a model says, with the model "scorer" beside it: line, "sure" or "maybe", what."""
    written = {"scorer/config.pbtxt": SCORER, "scorer/1/model.py": ANY, "m/config.pbtxt": config, "m/1/model.py": model}
    for path, text in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    found = discover([str(folder)], lambda _path, _folder: False).requested
    models = {one.name: ModelFacts(one, Target(release=RELEASE), read_text_file, {}) for one in found}
    for facts in models.values():
        facts.others = models.get
    facts = models["m"]
    assert facts.config is not None
    (python,) = facts.python
    played = rehearse(python, facts.config, facts.effective)
    index = LineIndex(python.text)
    said = [(r.span, r.sure, r.message.split(":")[0]) for r in played.raises if not r.explicit]
    said += [(mistake.span, mistake.sure, mistake.kind) for mistake in played.mistakes]
    return sorted(
        {(index.position(s.start or 0, s.end or 0).line, "sure" if sure else "maybe", what) for s, sure, what in said}
    )


@pytest.mark.parametrize("name", CASES)
def test_what_a_rehearsal_says(name: str, tmp_path: Path) -> None:
    model = HEAD + CASES[name]
    expected = [
        (number, *mark.groups()) for number, line in enumerate(model.splitlines(), 1) for mark in MARK.finditer(line)
    ]
    assert events(tmp_path, model) == expected, model
