"""Write a synthetic model repository: the same seed and size always give the same files.

    python benchmarks/generate.py FOLDER --models 1000 [--seed 0] [--python 60]

Of the models that are no ensembles, ``--python`` percent have a model.py of about a hundred lines (each a different
one); the others are config.pbtxt alone with a small ONNX file. Every tenth model is an ensemble of two neighbours.
Everything is as a server would accept it, so a linter has to look at all of it.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.make_example import FLOAT, message, number, tensor, text

WORDS = ("ranking", "speech", "vision", "search", "fraud", "ocr", "intent", "layout", "price", "churn")
STEPS = (
    "values = np.clip(values, {low}, {high})",
    "values = values - values.mean(axis=-1, keepdims=True)",
    "values = np.where(values > {low}, values, values * 0.1)",
    "values = np.tanh(values / {high})",
    "values = values / np.maximum(np.abs(values).max(axis=-1, keepdims=True), 1e-6)",
)
HEAD = '''\
"""{title}: written by benchmarks/generate.py."""

import json
import logging

import numpy as np
import triton_python_backend_utils as pb_utils

LOGGER = logging.getLogger(__name__)
WIDTH = {width}


class Window:
    """Keeps the last values of a series."""

    def __init__(self, size):
        self.size = size
        self.values = []

    def push(self, value):
        self.values.append(value)
        if len(self.values) > self.size:
            self.values.pop(0)

    def mean(self):
        return sum(self.values) / len(self.values) if self.values else 0.0


'''
STEP = '''\
def step_{index}(values):
    """Step {index} of the preparation."""
    if values.ndim != 2:
        raise ValueError(f"two dimensions wanted, not {{values.ndim}}")
    {body}
    if not np.isfinite(values).all():
        LOGGER.warning("step {index} met values that are not finite")
        values = np.nan_to_num(values)
    return values.astype(np.float32)


'''
TAIL = """\
class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
        self.window = Window({size})
        self.scale = np.float32({high})

    def execute(self, requests):
        responses = []
        for request in requests:
            values = pb_utils.get_input_tensor_by_name(request, "X").as_numpy()
            try:
                for step in ({steps},):
                    values = step(values)
            except ValueError as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
                continue
            self.window.push(float(values.mean()))
            scaled = (values * self.scale).astype(np.float32)
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("Y", scaled)]))
        return responses

    def finalize(self):
        LOGGER.info("mean of the last batches: %s", self.window.mean())
"""
CONFIG = """\
name: "{name}"
backend: "{backend}"
max_batch_size: {batch}
input [
  {{
    name: "X"
    data_type: TYPE_FP32
    dims: [ {width} ]
  }}
]
output [
  {{
    name: "Y"
    data_type: TYPE_FP32
    dims: [ {width} ]
  }}
]
instance_group [
  {{
    count: {count}
    kind: KIND_CPU
  }}
]
dynamic_batching {{
  preferred_batch_size: [ {batch} ]
  max_queue_delay_microseconds: {delay}
}}
"""
ENSEMBLE = """\
name: "{name}"
platform: "ensemble"
max_batch_size: {batch}
input [ {{ name: "X" data_type: TYPE_FP32 dims: [ {width} ] }} ]
output [ {{ name: "Y" data_type: TYPE_FP32 dims: [ {width} ] }} ]
ensemble_scheduling {{
  step [
    {{
      model_name: "{first}"
      model_version: -1
      input_map {{ key: "X" value: "X" }}
      output_map {{ key: "Y" value: "between" }}
    }},
    {{
      model_name: "{second}"
      model_version: -1
      input_map {{ key: "X" value: "between" }}
      output_map {{ key: "Y" value: "Y" }}
    }}
  ]
}}
"""
WIDTH, BATCH = 64, 16
ENSEMBLE_EVERY = 10


def python_model(title: str, chance: random.Random) -> str:
    """A model.py of about a hundred lines that computes something with NumPy."""
    count = chance.randint(3, 6)
    high = chance.randint(2, 90)
    steps = [STEP.format(index=i, body=chance.choice(STEPS).format(low=-high, high=high)) for i in range(count)]
    names = ", ".join(f"step_{i}" for i in range(count))
    head = HEAD.format(title=title, width=WIDTH)
    return head + "".join(steps) + TAIL.format(size=chance.randint(4, 64), high=high, steps=names)


def onnx_model() -> bytes:
    """``Y`` = ``X``, both FP32 [batch, WIDTH]."""
    node = message(1, text(1, "X"), text(2, "Y"), text(3, "identity"), text(4, "Identity"))
    shape = ("batch", WIDTH)
    graph = message(7, node, text(2, "same"), tensor(11, "X", FLOAT, shape), tensor(12, "Y", FLOAT, shape))
    return number(1, 8) + graph + message(8, text(1, ""), number(2, 13))


def generate(folder: Path, models: int, seed: int = 0, python_percent: int = 60) -> None:
    """Write ``models`` models under ``folder``."""
    chance = random.Random(seed)
    onnx = onnx_model()
    names: list[str] = []
    for index in range(models):
        name = f"{chance.choice(WORDS)}_{index:05}"
        place = folder / name
        (place / "1").mkdir(parents=True)
        if index % ENSEMBLE_EVERY == ENSEMBLE_EVERY - 1:
            first, second = chance.sample(names[-(ENSEMBLE_EVERY - 1) :], 2)
            config = ENSEMBLE.format(name=name, batch=BATCH, width=WIDTH, first=first, second=second)
        else:
            names.append(name)
            is_python = chance.randrange(100) < python_percent
            if is_python:
                (place / "1" / "model.py").write_text(python_model(name, chance), encoding="utf-8")
            else:
                (place / "1" / "model.onnx").write_bytes(onnx)
            config = CONFIG.format(
                name=name,
                backend="python" if is_python else "onnxruntime",
                batch=BATCH,
                width=WIDTH,
                count=chance.randint(1, 4),
                delay=chance.randrange(100, 5000, 100),
            )
        (place / "config.pbtxt").write_text(config, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--python", type=int, default=60, metavar="PERCENT", help="models with a model.py")
    options = parser.parse_args()
    generate(options.folder, options.models, options.seed, options.python)


if __name__ == "__main__":
    main()
