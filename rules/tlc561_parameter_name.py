"""A parameter is nearly one that the server knows

## What it does
Reports keys of `parameters` that differ a little from `EXECUTION_ENV_PATH` and `FORCE_CPU_ONLY_INPUT_TENSORS` (models
of the Python backend) or from `TRITON_BATCH_STRATEGY_PATH`. A key that model.py itself mentions is taken as meant.

## What happens
Any key is accepted, and one that nobody reads has no effect: with a misspelt `EXECUTION_ENV_PATH` the model runs in
the interpreter of the image instead of its own environment.

## How to fix
Write the key exactly; case counts.

## Source
python_backend, `python_be.cc`; core, `TritonModel::SetBatchingStrategy` (facts: python-backend, section 5.1).
"""

from collections.abc import Iterator
from difflib import SequenceMatcher

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(code="TLC561", name="parameter-name", effect="wrong-result", certainty="likely")

OF_PYTHON = ("EXECUTION_ENV_PATH", "FORCE_CPU_ONLY_INPUT_TENSORS")
OF_CORE = ("TRITON_BATCH_STRATEGY_PATH",)
ALIASES = {
    "EXECUTION_ENV": "EXECUTION_ENV_PATH",
    "EXECUTION_ENVIRONMENT": "EXECUTION_ENV_PATH",
    "EXECUTION_ENVIRONMENT_PATH": "EXECUTION_ENV_PATH",
    "EXEC_ENV_PATH": "EXECUTION_ENV_PATH",
    "FORCE_CPU_ONLY": "FORCE_CPU_ONLY_INPUT_TENSORS",
    "FORCE_CPU_INPUT_TENSORS": "FORCE_CPU_ONLY_INPUT_TENSORS",
    "BATCH_STRATEGY_PATH": "TRITON_BATCH_STRATEGY_PATH",
}


def check(config: Document, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    facts = repository.models[model.name]
    known = OF_CORE + (OF_PYTHON if facts.effective.backend == "python" else ())
    written = config.root.map("parameters")
    for key, entry in written.items():
        if entry.key is None or not isinstance(key, str) or key in known:
            continue
        meant = _meant(key, known)
        if meant is None or meant in written or any(key in python.text for python in facts.python):
            continue
        yield Problem(
            entry.key.span,
            f"'{key}' is read by nobody: the server knows {meant}",
            help=f'write `key: "{meant}"`',
            fix=Fix(f"write {meant}", (Edit(entry.key.span, f'"{meant}"'),), safety="unsafe"),
            key=key,
        )


def _meant(key: str, known: tuple[str, ...]) -> str | None:
    plain = "".join(c if c.isalnum() else "_" for c in key.strip()).upper()
    meant = ALIASES.get(plain)
    if meant in known:
        return meant
    for name in known:
        if plain == name or SequenceMatcher(None, plain, name).ratio() > 0.93:
            return name
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
parameters { key: "TRITON_BATCH_STRATEGIE_PATH" value { string_value: "/models/add/batchstrategy.so" } }
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC561
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "execution_env_path" value { string_value: "meant for nobody" } }
-- add/1/ --
""",
)
