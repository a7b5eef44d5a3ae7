"""A parameter is nearly one that the server knows

## What it does
Reports keys of `parameters` that differ a little from `EXECUTION_ENV_PATH` and `FORCE_CPU_ONLY_INPUT_TENSORS` (models
of the Python backend) or from `TRITON_BATCH_STRATEGY_PATH`, and keys that say the same in other words, where the value
is one for that parameter: a packed environment under `CONDA_ENV_PATH`, `no` under `FORCE_CPU_INPUTS`. A key that a file
of the model mentions, in any case, is taken as meant, and so are the latter where model.py goes through all
parameters, or hands them on.

## What happens
Any key is accepted, and one that nobody reads has no effect: with a misspelt `EXECUTION_ENV_PATH` the model runs in
the interpreter of the image instead of its own environment.

## How to fix
Write the key exactly; case counts.

## Source
python_backend, `python_be.cc`; core, `TritonModel::SetBatchingStrategy` (facts: python-backend, section 5.1).
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from tritonlint.facts import ModelFacts, RepositoryFacts
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document, Message
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
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_EXECUTION = frozenset({"EXEC", "EXECUTE", "EXECUTION", "EXECUTABLE"})
_ENVIRONMENT = re.compile(r"ENVS?|ENVIRON\w*|ENVIROMENT\w*|CONDA|VENV")
_PACKED = re.compile(r"\$\$TRITON_MODEL_DIRECTORY|\.(tar\.gz|tgz|tar)$")
_SWITCH = frozenset({"yes", "no", "true", "false"})
_ALL_READ = re.compile(
    r"\bin\s[^\n:]*param|param\w*[\"'\])]*\.(items|values|keys|update)\b|\*\*[^\n]*param"
    r"|[(,=]\s*[\w.\[\"']*param\w*[\"'\]]*\s*[,)]|\((self\.)?(args|\w*config)\)"
)
"""What goes through all parameters, or hands them on: as they are, with the config, or with the arguments."""


def check(config: Document, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    facts = repository.models[model.name]
    known = OF_CORE + (OF_PYTHON if facts.effective.backend == "python" else ())
    written = config.root.map("parameters")
    for key, entry in written.items():
        if entry.key is None or not isinstance(key, str) or key in known:
            continue
        value = entry.value.string("string_value") if isinstance(entry.value, Message) else None
        named = _meant(key, known)
        meant = named or _meant_with(key, value or "", known)
        if meant is None or meant in written:
            continue
        texts = _texts(facts)
        if any(key.lower() in text.lower() for text in texts) or (
            named is None and any(_ALL_READ.search(text) for text in texts)
        ):
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


def _meant_with(key: str, value: str, known: tuple[str, ...]) -> str | None:
    """The parameter that a key says in other words; the value has to be one for it."""
    words = {word.upper() for word in _WORDS.findall(key)}
    environment = any(_ENVIRONMENT.fullmatch(word) for word in words)
    if "EXECUTION_ENV_PATH" in known:
        if environment and words & _EXECUTION and "/" in value:
            return "EXECUTION_ENV_PATH"
        if (environment or words & _EXECUTION) and _PACKED.search(value):
            return "EXECUTION_ENV_PATH"
    if "FORCE_CPU_ONLY_INPUT_TENSORS" in known and "CPU" in words and value.strip().lower() in _SWITCH:
        of_inputs = words & {"INPUT", "INPUTS", "TENSOR", "TENSORS"}
        if "FORCE" in words or ("ONLY" in words and of_inputs):
            return "FORCE_CPU_ONLY_INPUT_TENSORS"
    return None


def _texts(facts: ModelFacts) -> list[str]:
    """The model file and the Python files beside it, which may read any parameter."""
    beside = (facts.helpers.content(path) for path in facts.model.entries if path.endswith(".py"))
    return [python.text for python in facts.python] + [text for text in beside if text is not None]


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
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "CONDA_ENV_PATH" value { string_value: "/opt/envs/py312.tar.gz" } }
#                 ^^^^^^^^^^^^^^^^ TLC561
parameters { key: "FORCE_CPU_INPUTS" value { string_value: "no" } }
#                 ^^^^^^^^^^^^^^^^^^ TLC561
parameters { key: "ENV_FILE" value { string_value: "/opt/app/.env" } }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "FORCE_CPU" value { string_value: "no" } }
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "CONDA_ARCHIVE" value { string_value: "/opt/envs/worker.tar.gz" } }
-- other/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
        self.archive = self.setting("conda_archive")

    def setting(self, name):
        return self.config["parameters"][name.upper()]["string_value"]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("y", x)]))
        return responses
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.settings = {name: held["string_value"] for name, held in parameters.items()}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("y", x)]))
        return responses
""",
)
