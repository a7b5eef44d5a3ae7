"""Models of the real Python backend: good ones, and what goes wrong with model.py, its folder and its parameters.

As in the other families, nothing here knows what the server thinks of a case. A load takes a good part of a second, so
every case is one model with one instance.
"""

# ruff: noqa: E501  (a piece of code reads best unbroken)

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.oracle.case import Case, Message, Style, Value, quoted
from tests.oracle.singles import tensor

IMPORTS = "import json\n\nimport numpy as np\nimport triton_python_backend_utils as pb_utils\n"
EXECUTE = """def execute(self, requests):
    responses = []
    for request in requests:
        x = pb_utils.get_input_tensor_by_name(request, "X").as_numpy()
        y = pb_utils.Tensor("Y", x.astype(np.float32))
        responses.append(pb_utils.InferenceResponse(output_tensors=[y]))
    return responses
"""
INITIALIZE = """def initialize(self, args):
    self.model_config = json.loads(args["model_config"])
"""


@dataclass
class Draft:
    """A Python model while it is being made; ``code`` replaces the class of model.py as a whole."""

    name: str
    rng: random.Random
    config: Message
    top: str = ""
    head: str = IMPORTS
    class_line: str = "class TritonPythonModel:"
    members: list[str] = field(default_factory=lambda: [INITIALIZE, EXECUTE])
    bottom: str = ""
    code: str | bytes | None = None
    place: str | None = "1/model.py"
    files: dict[str, str | bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def choose(self, choices: dict[str, str]) -> str:
        """One of the values; its key becomes the note."""
        key = self.rng.choice(list(choices))
        self.notes.append(key)
        return choices[key]

    def put(self, name: str, value: Value | None) -> None:
        self.config[:] = [(key, old) for key, old in self.config if key != name]
        if value is not None:
            self.config.append((name, value))

    def initialize(self, text: str) -> None:
        body = textwrap.indent(textwrap.dedent(text).strip("\n"), "    ")
        self.members[0] = f"{INITIALIZE}{body}\n"

    def source(self) -> str | bytes:
        if self.code is not None:
            return self.code
        members = "\n".join(textwrap.indent(one, "    ") for one in self.members)
        return f"{self.top}{self.head}\n\n{self.class_line}\n{members}\n{self.bottom}"


Mutation = Callable[[Draft], None]
FAMILIES: dict[str, Mutation] = {}


def family(mutation: Mutation) -> Mutation:
    FAMILIES[mutation.__name__] = mutation
    return mutation


@family
def good(draft: Draft) -> None:
    draft.members[1] = draft.choose(
        {
            "plain": EXECUTE,
            "async execute": "async " + EXECUTE,
            "static helper": EXECUTE + "\n@staticmethod\ndef helper(x):\n    return x\n",
            "property": EXECUTE + "\n@property\ndef ready(self):\n    return True\n",
            "nothing but pass": "pass\n",
            "string annotations": EXECUTE.replace("requests)", 'requests: "list[pb_utils.InferenceRequest]")'),
            "evaluated annotations": EXECUTE.replace("requests)", "requests: list) -> list"),
        }
    )
    draft.top = draft.choose(
        {
            "no top": "",
            "docstring": '"""A model."""\n',
            "future": "from __future__ import annotations\n",
            "coding": "# -*- coding: utf-8 -*-\n",
            "mark": "\ufeff",
        }
    )
    draft.class_line = draft.choose(
        {
            "no base": "class TritonPythonModel:",
            "object": "class TritonPythonModel(object):",
            "base": "class Base:\n    def helper(self):\n        return 1\n\n\nclass TritonPythonModel(Base):",
        }
    )


@family
def config_shape(draft: Draft) -> None:
    choice = draft.rng.choice(
        [
            "no io",
            "no output",
            "no group",
            "no config",
            "no backend",
            "no batch",
            "decoupled",
            "dynamic",
            "sequence",
            "two instances",
            "odd",
            "platform",
        ]
    )
    draft.notes.append(choice)
    if choice == "no io":
        draft.put("input", None)
        draft.put("output", None)
    elif choice == "no output":
        draft.put("output", None)
    elif choice == "no group":
        draft.put("instance_group", None)
    elif choice == "no config":
        draft.config = Message()
        draft.notes.append("without the file")
    elif choice == "no backend":
        draft.put("backend", None)
    elif choice == "no batch":
        draft.put("max_batch_size", None)
    elif choice == "decoupled":
        draft.put("model_transaction_policy", Message([("decoupled", draft.rng.choice(["true", "false"]))]))
    elif choice == "dynamic":
        draft.put("dynamic_batching", Message())
    elif choice == "sequence":
        draft.put("sequence_batching", Message())
    elif choice == "two instances":
        draft.put("instance_group", [Message([("kind", "KIND_CPU"), ("count", "2")])])
    elif choice == "platform":
        draft.put("platform", quoted(draft.rng.choice(["python", "tensorrt_plan", "pytorch_libtorch", "anything"])))
        if draft.rng.random() < 0.5:
            draft.put("backend", None)
    else:
        draft.put("max_batch_size", draft.rng.choice(["0", "-1", "1", "2147483647"]))


@family
def parameters(draft: Draft) -> None:
    key = draft.rng.choice(
        [
            "EXECUTION_ENV_PATH",
            "FORCE_CPU_ONLY_INPUT_TENSORS",
            "FORCE_CPU_ONLY_INPUT_TENSORS",
            "execution_env_path",
            "FORCE_CPU_ONLY_INPUT_TENSOR",
            "size",
            "TRITON_BATCH_STRATEGY_PATH",
        ]
    )
    value = draft.rng.choice(
        [
            "yes",
            "no",
            "Yes",
            "true",
            "1",
            "",
            " no",
            "$$TRITON_MODEL_DIRECTORY/nothing.tar.gz",
            "$TRITON_MODEL_DIRECTORY/x",
            "x.tar.gz",
            "$$TRITON_MODEL_DIRECTORY/text.tar.gz",
            "$$TRITON_MODEL_DIRECTORY/folder",
            "x$$TRITON_MODEL_DIRECTORY/1",
        ]
    )
    draft.notes.append(f"parameter {key} = {value!r}")
    entry = [("key", quoted(key)), ("value", Message([("string_value", quoted(value))]))]
    if draft.rng.random() < 0.1:
        entry[1] = ("value", Message())
    draft.put("parameters", [Message(entry)])
    if "text.tar" in value:
        draft.files["text.tar.gz"] = "no archive"
    if "folder" in value:
        draft.files["folder/"] = ""


AUTO_BODIES = {
    "unchanged": "return config",
    "nothing returned": "pass",
    "none": "return None",
    "a dict": "return {}",
    "as_dict": "return config.as_dict()",
    "a string": "return 'x'",
    "a number": "return 1",
    "a list": "return [config]",
    "sometimes": "if config.as_dict()['max_batch_size'] > 100:\n    return None\nreturn config",
    "raises": "raise ValueError('no')",
    "undefined": "config.add_input(declaration)\nreturn config",
    "same input": "config.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': [4]})\nreturn config",
    "other type": "config.add_input({'name': 'X', 'data_type': 'TYPE_INT32', 'dims': [4]})\nreturn config",
    "other dims": "config.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': [5]})\nreturn config",
    "wildcard dims": "config.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': [-1]})\nreturn config",
    "more dims": "config.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': [4, 4]})\nreturn config",
    "scalar dims": "config.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': 4})\nreturn config",
    "text dims": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32', 'dims': ['4']})\nreturn config",
    "float dims": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32', 'dims': [4.0]})\nreturn config",
    "zero dims": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32', 'dims': [0]})\nreturn config",
    "empty dims": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32', 'dims': []})\nreturn config",
    "tuple dims": "config.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': (4,)})\nreturn config",
    "another input": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32', 'dims': [4]})\nreturn config",
    "no name": "config.add_input({'data_type': 'TYPE_FP32', 'dims': [4]})\nreturn config",
    "empty name": "config.add_input({'name': '', 'data_type': 'TYPE_FP32', 'dims': [4]})\nreturn config",
    "no type": "config.add_input({'name': 'Z', 'dims': [4]})\nreturn config",
    "no dims": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32'})\nreturn config",
    "more keys": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32', 'dims': [4], 'reshape': {'shape': [2, 2]}})\nreturn config",
    "optional": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FP32', 'dims': [4], 'optional': True})\nreturn config",
    "optional against the config": "config.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': [4], 'optional': True})\nreturn config",
    "bad type": "config.add_input({'name': 'Z', 'data_type': 'FP32', 'dims': [4]})\nreturn config",
    "bad type name": "config.add_input({'name': 'Z', 'data_type': 'TYPE_FLOAT', 'dims': [4]})\nreturn config",
    "output": "config.add_output({'name': 'Y', 'data_type': 'TYPE_FP32', 'dims': [4]})\nreturn config",
    "another output": "config.add_output({'name': 'W', 'data_type': 'TYPE_INT64', 'dims': [-1, 3]})\nreturn config",
    "output optional": "config.add_output({'name': 'W', 'data_type': 'TYPE_INT64', 'dims': [3], 'optional': True})\nreturn config",
    "output other type": "config.add_output({'name': 'Y', 'data_type': 'TYPE_FP64', 'dims': [4]})\nreturn config",
    "output other dims": "config.add_output({'name': 'Y', 'data_type': 'TYPE_FP32', 'dims': [1, 4]})\nreturn config",
    "in a loop": "for name in ('X', 'Z'):\n    config.add_input({'name': name, 'data_type': 'TYPE_INT32', 'dims': [4]})\nreturn config",
    "under a condition": "if config.as_dict()['max_batch_size'] == 12345:\n    config.add_input({'name': 'X', 'data_type': 'TYPE_INT32', 'dims': [4]})\nreturn config",
    "in a try": "try:\n    config.add_input({'name': 'X', 'data_type': 'TYPE_INT32', 'dims': [4]})\nexcept ValueError:\n    pass\nreturn config",
    "batch 0": "config.set_max_batch_size(0)\nreturn config",
    "batch 4": "config.set_max_batch_size(4)\nreturn config",
    "batch 8": "config.set_max_batch_size(8)\nreturn config",
    "batch 64": "config.set_max_batch_size(64)\nreturn config",
    "batch -1": "config.set_max_batch_size(-1)\nreturn config",
    "batch text": "config.set_max_batch_size('8')\nreturn config",
    "batch none": "config.set_max_batch_size()\nreturn config",
    "dynamic": "config.set_dynamic_batching()\nreturn config",
    "policy": "config.set_model_transaction_policy({'decoupled': True})\nreturn config",
    "policy false": "config.set_model_transaction_policy({'decoupled': False})\nreturn config",
    "policy dict": "config.set_model_transaction_policy(dict(decoupled=True))\nreturn config",
    "policy more": "config.set_model_transaction_policy({'decoupled': True, 'other': 1})\nreturn config",
    "policy empty": "config.set_model_transaction_policy({})\nreturn config",
    "unknown method": "config.set_version_policy({})\nreturn config",
    "everything": "config.set_max_batch_size(8)\nconfig.set_dynamic_batching()\nconfig.add_input({'name': 'X', 'data_type': 'TYPE_FP32', 'dims': [4]})\nconfig.add_output({'name': 'Y', 'data_type': 'TYPE_FP32', 'dims': [4]})\nreturn config",
}


def _auto(draft: Draft, signature: str, bodies: dict[str, str]) -> None:
    body = textwrap.indent(draft.choose(bodies), "    ")
    draft.members.insert(1, f"{signature}\n{body}\n")
    for name, value in (
        ("model_transaction_policy", Message([("decoupled", draft.rng.choice(["true", "false"]))])),
        ("sequence_batching", Message()),
        ("dynamic_batching", Message()),
    ):
        if draft.rng.random() < 0.2 and not any(key.endswith("_batching") for key, _ in draft.config):
            draft.put(name, value)
            draft.notes.append(f"with {name}")
    if draft.rng.random() < 0.35:
        draft.notes.append("without io")
        draft.put("input", None)
        draft.put("output", None)


@family
def auto_complete(draft: Draft) -> None:
    _auto(draft, "@staticmethod\ndef auto_complete_config(config):", AUTO_BODIES)


@family
def auto_complete_again(draft: Draft) -> None:
    _auto(draft, "@staticmethod\ndef auto_complete_config(config):", AUTO_BODIES)


@family
def auto_complete_signature(draft: Draft) -> None:
    signature = draft.choose(
        {
            "static": "@staticmethod\ndef auto_complete_config(config):",
            "plain": "def auto_complete_config(self, config):",
            "plain one": "def auto_complete_config(config):",
            "class method": "@classmethod\ndef auto_complete_config(cls, config):",
            "class method short": "@classmethod\ndef auto_complete_config(config):",
            "static two": "@staticmethod\ndef auto_complete_config(self, config):",
            "static default": "@staticmethod\ndef auto_complete_config(config, more=None):",
            "static none": "@staticmethod\ndef auto_complete_config():\n    config = None",
            "star": "@staticmethod\ndef auto_complete_config(*config):\n    config = config[0]",
            "async": "@staticmethod\nasync def auto_complete_config(config):",
            "misspelt": "@staticmethod\ndef autocomplete_config(config):",
        }
    )
    _auto(draft, signature, {"unchanged": "return config"})


@family
def model_class(draft: Draft) -> None:
    draft.class_line = draft.choose(
        {
            "misspelt": "class TritonPythonmodel:",
            "other name": "class Model:",
            "lower case": "class tritonpythonmodel:",
            "false condition": "if False:\n  class TritonPythonModel:",
            "main only": "if __name__ == '__main__':\n  class TritonPythonModel:",
            "true condition": "if True:\n  class TritonPythonModel:",
            "one of two": "if np.__version__ == 'x':\n  class TritonPythonModel:\n    pass\nelse:\n  class TritonPythonModel:",
            "in a function": "def make():\n  class TritonPythonModel:",
            "in a try": "try:\n  class TritonPythonModel:",
            "undefined base": "class TritonPythonModel(Base):",
            "keyword": "class TritonPythonModel(metaclass=type):",
            "abstract": "import abc\nclass TritonPythonModel(abc.ABC):\n    @abc.abstractmethod\n    def missing(self):\n        pass\n",
            "dataclass": "import dataclasses\n@dataclasses.dataclass\nclass TritonPythonModel:\n    size: int = 4\n",
            "dataclass without default": "import dataclasses\n@dataclasses.dataclass\nclass TritonPythonModel:\n    size: int\n",
        }
    )
    if "\n  class" in draft.class_line:
        draft.members = [textwrap.indent(one, "  ") for one in draft.members]
    if draft.class_line.startswith("try"):
        draft.bottom = "except ValueError:\n    pass\n"
    draft.bottom += draft.choose(
        {
            "no end": "",
            "no end again": "",
            "alias": "\nTritonPythonModel = Model\n",
            "none": "\nTritonPythonModel = None\n",
            "deleted": "\ndel TritonPythonModel\n",
            "instance": "\nTritonPythonModel = TritonPythonModel()\n",
        }
        if draft.rng.random() < 0.3
        else {"no end": ""}
    )


@family
def constructor(draft: Draft) -> None:
    text = draft.choose(
        {
            "no arguments": "def __init__(self):\n    self.x = 1\n",
            "argument": "def __init__(self, args):\n    self.x = args\n",
            "default": "def __init__(self, args=None):\n    self.x = args\n",
            "star": "def __init__(self, *args, **options):\n    self.x = args\n",
            "keyword only": "def __init__(self, *, args):\n    self.x = args\n",
            "keyword default": "def __init__(self, *, args=1):\n    self.x = args\n",
            "no self": "def __init__():\n    pass\n",
            "raises": "def __init__(self):\n    raise RuntimeError('no')\n",
            "returns something": "def __init__(self):\n    return 1\n",
            "new": "def __new__(cls, args):\n    return super().__new__(cls)\n",
            "asserts": "def __init__(self):\n    assert False, 'no'\n",
            "attribute": "def __init__(self):\n    self.x = self.y\n",
        }
    )
    draft.members.insert(0, text)


@family
def initialize_signature(draft: Draft) -> None:
    signature = draft.choose(
        {
            "two": "def initialize(self, args):",
            "three": "def initialize(self, args, more):",
            "default": "def initialize(self, args, more=None):",
            "none": "def initialize(self):",
            "no self": "def initialize(args):",
            "static": "@staticmethod\ndef initialize(args):",
            "class": "@classmethod\ndef initialize(cls, args):",
            "star": "def initialize(self, *args):",
            "keywords": "def initialize(self, **args):",
            "keyword only": "def initialize(self, args, *, more):",
            "async": "async def initialize(self, args):",
            "decorated": "@(lambda f: f)\ndef initialize(self, args):",
        }
    )
    draft.members[0] = f"{signature}\n    pass\n"


@family
def initialize_body(draft: Draft) -> None:
    draft.initialize(
        draft.choose(
            {
                "raises": "raise ValueError('bad')",
                "raises triton": "raise pb_utils.TritonModelException('bad')",
                "raises triton error": "raise pb_utils.TritonError('bad')",
                "not implemented": "raise NotImplementedError",
                "after a known condition": "size = 4\nif size > 2:\n    raise ValueError('bad')",
                "after a false condition": "size = 4\nif size > 8:\n    raise ValueError('bad')",
                "after an unknown condition": "if args['model_name'] == 'x':\n    raise ValueError('bad')",
                "after a return": "if args['model_version'] == '1':\n    return\nraise ValueError('bad')",
                "after a return inside": "for key in args:\n    if key:\n        return\nraise ValueError('bad')",
                "in a handler": "try:\n    int('x')\nexcept ValueError:\n    self.x = 1",
                "in a try": "try:\n    raise ValueError('bad')\nexcept ValueError:\n    pass",
                "in a try finally": "try:\n    raise ValueError('bad')\nfinally:\n    pass",
                "suppressed": "import contextlib\nwith contextlib.suppress(ValueError):\n    raise ValueError('bad')",
                "with open": "with open(__file__):\n    raise ValueError('bad')",
                "exit": "import sys\nsys.exit(1)",
                "exit zero": "import sys\nsys.exit(0)",
                "hard exit": "import os\nos._exit(1)",
                "assert false": "assert False",
                "assert text": "assert '' , 'never'",
                "assert tuple": "assert (False, 'always true')",
                "assert unknown": "assert args['model_name']",
                "in a loop": "for number in range(3):\n    raise ValueError('bad')",
                "in an empty loop": "for number in []:\n    raise ValueError('bad')",
                "while true": "while True:\n    raise ValueError('bad')",
                "lambda": "self.fail = lambda: 1 / 0",
                "nested function": "def fail():\n    raise ValueError('bad')\nself.fail = fail",
                "generator": "if False:\n    yield 1\nraise ValueError('bad')",
                "needs decoupled": "if not pb_utils.using_decoupled_model_transaction_policy(self.model_config):\n    raise ValueError('bad')",
                "refuses decoupled": "if pb_utils.using_decoupled_model_transaction_policy(self.model_config):\n    raise ValueError('bad')",
                "match": "match args['model_version']:\n    case '1':\n        raise ValueError('bad')",
                "conditional": "self.x = 1 if args['model_name'] else missing_name",
                "short circuit": "self.x = args['model_name'] or missing_name",
                "comprehension": "self.x = [missing_name for _ in range(0)]",
            }
        )
    )
    if draft.rng.random() < 0.3:
        draft.put("model_transaction_policy", Message([("decoupled", draft.rng.choice(["true", "false"]))]))


@family
def initialize_config(draft: Draft) -> None:
    draft.initialize(
        draft.choose(
            {
                "missing parameter": "self.x = self.model_config['parameters']['size']['string_value']",
                "missing parameter by get": "self.x = self.model_config['parameters'].get('size')",
                "parameter": "self.x = self.model_config['parameters']['level']['string_value']",
                "parameter value": "self.x = self.model_config['parameters']['level']['int_value']",
                "parameter in steps": "parameters = self.model_config['parameters']\nself.x = parameters['size']['string_value']",
                "parameter guarded": "parameters = self.model_config['parameters']\nif 'size' in parameters:\n    self.x = parameters['size']['string_value']",
                "parameter with default": "parameters = self.model_config['parameters']\nparameters.setdefault('size', {'string_value': '1'})\nself.x = parameters['size']['string_value']",
                "parameter added": "self.model_config['parameters']['size'] = {'string_value': '1'}\nself.x = self.model_config['parameters']['size']['string_value']",
                "parameter updated": "parameters = self.model_config['parameters']\nparameters.update(size={'string_value': '1'})\nself.x = parameters['size']",
                "parameter deleted": "del self.model_config['parameters']['level']",
                "not parsed": "self.x = args['model_config']['name']",
                "output": "self.x = pb_utils.get_output_config_by_name(self.model_config, 'Y')['data_type']",
                "missing output": "self.x = pb_utils.get_output_config_by_name(self.model_config, 'W')['data_type']",
                "missing output in steps": "found = pb_utils.get_output_config_by_name(self.model_config, 'W')\nself.x = pb_utils.triton_string_to_numpy(found['data_type'])",
                "missing input kept": "self.x = pb_utils.get_input_config_by_name(self.model_config, 'W')",
                "input": "self.x = pb_utils.get_input_config_by_name(self.model_config, 'X')['dims']",
                "first input": "self.x = self.model_config['input'][0]['name']",
                "third input": "self.x = self.model_config['input'][2]['name']",
                "policy": "self.x = self.model_config['model_transaction_policy']['decoupled']",
                "batching": "self.x = self.model_config['dynamic_batching']",
                "platform": "self.x = self.model_config['platform'], self.model_config['optimization'], self.model_config['version_policy']",
                "agents": "self.x = self.model_config['model_repository_agents']",
                "unknown field": "self.x = self.model_config['max_batchsize']",
                "argument": "self.x = args['model_repository'] + args['model_name']",
                "missing argument": "self.x = args['model_path']",
                "argument by get": "self.x = args.get('model_path')",
                "argument set": "args['model_path'] = 1\nself.x = args['model_path']",
                "device": "self.x = int(args['model_instance_device_id'])",
                "argument rebound": "args = dict(args, more=1)\nself.x = args['more']",
                "argument in a function": "def f(args):\n    return args['more']\nself.x = f({'more': 1})",
                "parameter of another": "config = {'parameters': {'size': 1}}\nself.x = config['parameters']['size']",
            }
        )
    )
    if draft.rng.random() < 0.7:
        draft.put("parameters", [Message([("key", '"level"'), ("value", Message([("string_value", '"3"')]))])])
    if draft.rng.random() < 0.2:
        draft.notes.append("without io")
        draft.put("input", None)
        draft.put("output", None)
    if draft.rng.random() < 0.2:
        _auto(
            draft,
            "@staticmethod\ndef auto_complete_config(config):",
            {
                "adds W": "config.add_output({'name': 'W', 'data_type': 'TYPE_FP32', 'dims': [4]})\nconfig.add_input({'name': 'W', 'data_type': 'TYPE_FP32', 'dims': [4]})\nreturn config"
            },
        )


@family
def module_level(draft: Draft) -> None:
    text = draft.choose(
        {
            "raises": "raise RuntimeError('no')\n",
            "false branch": "if False:\n    raise RuntimeError('no')\n",
            "checking": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nothing_at_all\n",
            "assert": "assert 1 == 2, 'never'\n",
            "true assert": "assert 1 < 2\n",
            "exit": "import sys\nsys.exit()\n",
            "main": "if __name__ == '__main__':\n    raise SystemExit(1)\n",
            "not main": "if __name__ != '__main__':\n    raise RuntimeError('no')\n",
            "calls": "def check():\n    raise RuntimeError('no')\n\n\ncheck()\n",
            "calls with a return": "def check():\n    if len('x'):\n        return\n    raise RuntimeError('no')\n\n\ncheck()\n",
            "rebound call": "def check():\n    raise RuntimeError('no')\n\n\ncheck = print\ncheck()\n",
            "undefined": "SIZE = missing_name\n",
            "undefined call": "SIZE = compute(4)\n",
            "undefined in a function": "def f():\n    return missing_name\n",
            "undefined default": "def f(x=missing_name):\n    return x\n",
            "undefined annotation": "def f(x: List[int]):\n    return x\n",
            "undefined return": "def f(x) -> Optional[int]:\n    return x\n",
            "undefined variable annotation": "SIZE: Final = 4\n",
            "local annotation": "def f():\n    x: Final = 4\n    return x\n",
            "late": "def f():\n    return LATE\n\n\nLATE = 1\nf()\n",
            "global": "def f():\n    global LATE\n    LATE = 1\n\n\nf()\nprint(LATE)\n",
            "star": "from os.path import *\nprint(join('a', 'b'))\n",
            "builtin": "print(len(sorted(set([1]))), __name__, __file__, NotImplemented, Ellipsis)\n",
            "class body": "class Settings:\n    size = missing_name\n",
            "class scope": "class Settings:\n    size = 4\n    double = size * 2\n",
            "decorator": "@missing_name\ndef f():\n    pass\n",
            "division": "SIZE = 1 / 0\n",
            "comprehension": "SIZES = [n for n in range(3)]\nNAMES = {k: v for k, v in dict(a=1).items()}\n",
            "walrus": "if (n := 3) > 2:\n    print(n)\n",
            "exception name": "try:\n    int('x')\nexcept ValueError as error:\n    print(error)\n",
            "with name": "with open(__file__) as stream:\n    print(stream.name)\n",
            "tensor": "EMPTY = pb_utils.Tensor\n",
            "tensor annotation": "def f(x: pb_utils.Tensor):\n    return x\n",
            "tensor from": "from triton_python_backend_utils import InferenceResponse\n",
            "tensor in a function": "def f(x):\n    return pb_utils.Tensor('a', x)\n",
            "tensor guarded": "if hasattr(pb_utils, 'Tensor'):\n    EMPTY = pb_utils.Tensor\n",
            "logger": "pb_utils.Logger.log_info('x')\n",
            "helper of the module": "KIND = pb_utils.triton_string_to_numpy('TYPE_FP32')\n",
            "lambda": "f = lambda x: missing_name\n",
            "del": "x = 1\ndel x\n",
        }
    )
    draft.head += "\n" + text


@family
def imports(draft: Draft) -> None:
    helper = draft.rng.choice(
        ["", "", "1/helper.py", "helper.py", "1/helper/__init__.py", "1/helper/inner.py", "1/__init__.py"]
    )
    if helper:
        draft.files[helper] = "VALUE = 1\n\n\ndef prepare(args=None):\n    return args\n"
    draft.notes.append(f"file {helper}")
    statement = draft.choose(
        {
            "import helper": "import helper",
            "from helper": "from helper import prepare",
            "from .helper": "from .helper import prepare",
            "from . import": "from . import helper",
            "from .helper.inner": "from .helper.inner import VALUE",
            "parent": "from ..helper import prepare",
            "parent package": "from .. import helper",
            "missing name": "from .helper import missing",
            "in a try": "try:\n    from .helper import prepare\nexcept ImportError:\n    prepare = None",
            "checking": "import typing\nif typing.TYPE_CHECKING:\n    from .helper import prepare",
            "in a condition": "if np.__version__ == 'x':\n    from .helper import prepare",
            "c module": "import c_python_backend_utils",
            "missing package": "import nothing_at_all",
            "standard library": "import asyncio, collections.abc, concurrent.futures",
            "missing in the library": "from collections import OrderedDic",
        }
    )
    if draft.rng.random() < 0.3:
        draft.notes.append("in initialize")
        draft.initialize(statement)
    else:
        draft.head += statement + "\n"


@family
def syntax(draft: Draft) -> None:
    """One token of a good model.py is dropped, doubled or changed."""
    text = str(draft.source())
    kind = draft.rng.choice(["drop", "double", "swap", "indent", "dedent", "rename", "line"])
    lines = text.split("\n")
    number = draft.rng.choice([n for n, line in enumerate(lines) if line.strip()])
    line = lines[number]
    place = draft.rng.randrange(len(line))
    if kind == "drop":
        line = line[:place] + line[place + 1 :]
    elif kind == "double":
        line = line[: place + 1] + line[place:]
    elif kind == "swap":
        line = line[:place] + draft.rng.choice("()[]{}:,.='\"#\\@$?`0x _") + line[place + 1 :]
    elif kind == "indent":
        line = " " * draft.rng.choice([1, 4]) + line
    elif kind == "dedent":
        line = line.lstrip()
    elif kind == "rename":
        words = [
            word
            for word in (
                "json",
                "np",
                "pb_utils",
                "requests",
                "responses",
                "args",
                "self",
                "class",
                "import",
                "return",
                "for",
                "in",
            )
            if word in line
        ]
        if words:
            word = draft.rng.choice(words)
            line = line.replace(word, draft.rng.choice([word[:-1], word.upper(), word + "2"]), 1)
    else:
        line = draft.rng.choice(["", "pass", "    pass", "return", "import", "x ="])
    lines[number] = line
    draft.notes.append(f"{kind}: {line!r}")
    draft.code = "\n".join(lines)


@family
def syntax_again(draft: Draft) -> None:
    syntax(draft)


@family
def encoding(draft: Draft) -> None:
    text = str(draft.source())
    choice = draft.rng.choice(
        [
            "utf-16",
            "latin-1",
            "latin-1 declared",
            "unknown",
            "null",
            "tabs",
            "mixed",
            "crlf",
            "cr",
            "form feed",
            "no end",
            "empty",
            "only a comment",
            "second line",
            "utf-8 text",
            "sig declared",
        ]
    )
    draft.notes.append(choice)
    marked = text.replace("import json", "import json  # für", 1)
    draft.code = {
        "utf-16": marked.encode("utf-16"),
        "latin-1": marked.encode("latin-1"),
        "latin-1 declared": b"# coding: latin-1\n" + marked.encode("latin-1"),
        "unknown": "# coding: utf-99\n" + text,
        "null": text + "\0",
        "tabs": text.replace("    ", "\t"),
        "mixed": text.replace("        ", "\t", 1),
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "form feed": "\f" + text,
        "no end": text.rstrip("\n"),
        "empty": "",
        "only a comment": "# nothing\n",
        "second line": "#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n" + text,
        "utf-8 text": marked,
        "sig declared": "\ufeff# coding: latin-1\n" + text,
    }[choice]


@family
def newer_syntax(draft: Draft) -> None:
    draft.head += draft.choose(
        {
            "match": "match 1:\n    case 1:\n        pass\n",
            "except star": "try:\n    pass\nexcept* ValueError:\n    pass\n",
            "type": "type Number = int\n",
            "generic function": "def f[T](x: T) -> T:\n    return x\n",
            "generic class": "class Box[T]:\n    pass\n",
            "quotes": "names = {'a': 1}\ntext = f'{names['a']}'\n",
            "backslash": "text = f'{\"\\n\".join([])}'\n",
            "old quotes": "names = {'a': 1}\ntext = f\"{names['a']}\"\n",
            "equals": "x = 1\ntext = f'{x=}'\n",
            "walrus": "if (x := 1):\n    pass\n",
            "with": "with (open(__file__) as a, open(__file__) as b):\n    pass\n",
            "positional": "def f(a, /, b):\n    return a\n",
            "starred index": "x = {(1, 2): 3}[*(1, 2)]\n",
            "union": "def f(x: int | None):\n    return x\n",
            "print": "print 'x'\n",
            "exec": "exec 'x'\n",
            "except comma": "try:\n    pass\nexcept ValueError, error:\n    pass\n",
            "except tuple": "try:\n    pass\nexcept ValueError, TypeError:\n    pass\n",
            "octal": "x = 0777\n",
            "keyword": "async = 1\n",
            "unicode": "ä = 1\n",
            "nested f-string": "x = 1\ntext = f'{f\"{x}\"}'\n",
            "format": "x = 1\ntext = f'{x:{x}}' f\"{x!r:>4}\"\n",
            "triple": "x = {'a': 1}\ntext = f'''{x['a']}'''\n",
            "line break": "text = f'{1 +\n1}'\n",
            "lambda": "text = f'{(lambda x: x)(1)}'\n",
        }
    )


@family
def file_name(draft: Draft) -> None:
    name = draft.rng.choice(
        [
            "model.py",
            "main.py",
            "model.pyc",
            "model.p",
            "my.model.py",
            "my-model.py",
            "model",
            "sub/model.py",
            "../model.py",
            "",
            "py",
            "happy",
        ]
    )
    draft.notes.append(f"default_model_filename {name!r}")
    draft.put("default_model_filename", quoted(name))
    draft.place = draft.rng.choice(
        ["1/model.py", f"1/{name}" if name else "1/model.py", f"1/{name}" if name else "1/model.py"]
    )
    if draft.rng.random() < 0.03:
        draft.place = None
        draft.notes.append("no file")


@family
def versions(draft: Draft) -> None:
    choice = draft.rng.choice(
        [
            "both good",
            "second broken",
            "first broken",
            "specific good",
            "folder only",
            "leading zero",
            "suffix",
            "text folder",
            "all broken",
        ]
    )
    draft.notes.append(choice)
    text, broken = str(draft.source()), "import json\nraise RuntimeError('no')\n"
    draft.put("version_policy", Message([("all", Message())]))
    if choice == "both good":
        draft.files["2/model.py"] = text
    elif choice == "second broken":
        draft.files["2/model.py"] = broken
        if draft.rng.random() < 0.5:
            draft.put("version_policy", None)
    elif choice == "first broken":
        draft.code = broken
        draft.files["2/model.py"] = text
        if draft.rng.random() < 0.5:
            draft.put("version_policy", None)
    elif choice == "specific good":
        draft.files["2/model.py"] = broken
        draft.put("version_policy", Message([("specific", Message([("versions", ["1"])]))]))
    elif choice == "folder only":
        draft.files["notes/"] = ""
    elif choice == "leading zero":
        draft.files["02/model.py"] = broken
    elif choice == "text folder":
        draft.files["backup/model.py"] = broken
    elif choice == "all broken":
        draft.code = broken
        draft.files["2/model.py"] = broken
    else:
        draft.files["v2/model.py"] = broken


@family
def other_methods(draft: Draft) -> None:
    draft.members.append(
        draft.choose(
            {
                "finalize": "def finalize(self):\n    pass\n",
                "finalize with an argument": "def finalize(self, args):\n    pass\n",
                "finalize raises": "def finalize(self):\n    raise ValueError('bad')\n",
                "execute without self": "def execute(requests):\n    return []\n",
                "execute twice": EXECUTE,
                "execute is none": "execute = None\n",
                "execute is an attribute": "execute = staticmethod(lambda requests: [])\n",
                "is_ready": "def is_ready(self):\n    return True\n",
                "initialize again": "def initialize(self, args):\n    raise ValueError('bad')\n",
                "initialize is none": "initialize = None\n",
                "undefined default": "def helper(self, size=missing_name):\n    return size\n",
                "undefined annotation": "def helper(self, size: Optional[int] = None):\n    return size\n",
                "undefined class attribute": "size = missing_name\n",
                "undefined in execute": "def helper(self):\n    return missing_name\n",
            }
        )
    )


def python_model(name: str, rng: random.Random, family_name: str) -> Case:
    """One model for the real Python backend."""
    config = Message(
        [
            ("name", quoted(name)),
            ("backend", '"python"'),
            ("max_batch_size", "8"),
            ("input", [tensor("X", "FP32", ["4"])]),
            ("output", [tensor("Y", "FP32", ["4"])]),
            ("instance_group", [Message([("kind", "KIND_CPU"), ("count", "1")])]),
        ]
    )
    draft = Draft(name, rng, config)
    if rng.random() < 0.15:
        draft.put("max_batch_size", rng.choice(["0", "1", "4", "64"]))
    FAMILIES[family_name](draft)
    case = Case(name, f"python {family_name}", draft.notes, models=[name])
    if draft.config:
        case.files[f"{name}/config.pbtxt"] = Style.random(rng).write(draft.config)
    if draft.place is not None:
        case.files[f"{name}/{draft.place}"] = draft.source()
    for path, content in draft.files.items():
        case.files[f"{name}/{path}"] = content
    case.files.setdefault(f"{name}/1/", "")
    return case
