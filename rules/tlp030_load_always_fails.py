"""Code that ends every load of the model

## What it does
Reports `raise`, a false `assert` and `sys.exit()` that every load reaches: at module level, in `__init__`, in
`auto_complete_config` and in `initialize`, and in functions of the file that these call. A branch counts when its
condition is known, also `pb_utils.using_decoupled_model_transaction_policy(config)` held against config.pbtxt.

## What happens
The exception becomes the load error. `os._exit()` gives none: in `initialize` the server says that the stub process is
not healthy, while the file is imported the load of releases up to 25.07 never returns.

## How to fix
Remove the statement, or mend what it complains about. A model that is not finished belongs outside the repository.

## Source
Facts, python-backend 6 and 6.1; every form was loaded on a real server of 24.10. `auto_complete_config` is called
where auto-completion is on, the default since 22.07.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, called_at, looked_up_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_keys import key_written
from tritonlint.inputs.python_load import failures
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.inputs.rehearsal.completed import refused
from tritonlint.inputs.rehearsal.pb_utils import OUTSIDE
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLP030",
    name="load-always-fails",
    effect="load-failure",
    server_says=("is not healthy.",),
)
PHASES = {
    "import": "while model.py is imported",
    "__init__": "when Triton creates the model",
    "auto_complete_config": "when Triton asks for the completed config",
    "initialize": "when Triton calls `initialize`",
}


def check(python: PythonFacts, config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    seen = set()
    for failure in failures(python, decoupled=effective.decoupled):
        if failure.phase == "auto_complete_config" and not target.since("22.07"):
            continue
        if failure.kind == "raise":
            what = f"`{failure.detail}` is raised" if failure.detail else "an exception is raised"
            help_text = "remove the raise, or the reason for it"
        elif failure.kind == "assert":
            what, help_text = "this assertion is false", "mend what it asserts"
        elif failure.kind == "exit":
            what, help_text = f"`{failure.detail}` ends the process", "remove the call"
        else:
            continue
        if failure.node.span.start in seen:
            continue
        seen.add(failure.node.span.start)
        yield Problem(
            failure.node.span,
            f"{what} {PHASES[failure.phase]}, so the model can never load",
            help=help_text,
            key=failure.phase,
        )
    played = rehearse(python, config, effective)
    of_hook = refused(python, config, effective).raises if target.since("22.07") else ()
    for raised in (*of_hook, *played.raises):
        if raised.phase == "execute" or raised.caught or not raised.sure or raised.message.endswith(OUTSIDE):
            continue
        written = key_written(python, raised.span, raised.message)
        yield Problem(
            written or raised.span,
            f"this raises `{raised.message}` {PHASES[raised.phase]}, so the model can never load",
            help="remove the raise, or the reason for it" if raised.explicit else "mend the expression",
            related=looked_up_at(written, raised.span) or called_at(played.entered.get(raised.span)),
            key=raised.message,
            general=raised.statement,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        raise NotImplementedError("weights are not here yet")
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP030

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
        if not pb_utils.using_decoupled_model_transaction_policy(self.config):
            raise pb_utils.TritonModelException("this model must be decoupled")
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP030

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import sys

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.load(args["model_repository"])

    def load(self, folder):
        sys.exit("no weights in " + folder)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP030

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        get = lambda name: parameters[name]["string_value"]
        self.scale = float(get("scale"))
#                              ^^^^^^^ TLP030

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", (x * self.scale).astype(x.dtype))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        if not os.path.exists(args["model_repository"]):
            raise FileNotFoundError(args["model_repository"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- sibling_base/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- sibling_base/1/model.py --
import triton_python_backend_utils as pb_utils
from base import Base


class TritonPythonModel(Base):
#     ^^^^^^^^^^^^^^^^^ TLP030
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
-- sibling_base/1/base.py --
class Base:
    def auto_complete_config(self, config):
        return config
""",
    """\
-- decorated/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- decorated/1/model.py --
import functools

import triton_python_backend_utils as pb_utils

def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        print("called", function.__name__)
        return function(*args, **kwargs)

    return inner


class TritonPythonModel:
    @logged
    def auto_complete_config(self, config):
#       ^^^^^^^^^^^^^^^^^^^^ TLP030
        config.set_max_batch_size(8)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- lru/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- lru/1/model.py --
from functools import lru_cache

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @lru_cache(maxsize=None)
    def auto_complete_config(self, config):
#       ^^^^^^^^^^^^^^^^^^^^ TLP030
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- undefined_constant/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- undefined_constant/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    IN = [{"name": "INPUT0", "data_type": "TYPE_FP32", "dims": [4]}]

    @staticmethod
    def auto_complete_config(config):
        for one in IN:
#                  ^^ TLP030
            config.add_input(one)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- wrong_attr/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- wrong_attr/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    OUTS = [("OUTPUT0", "TYPE_FP32", [4])]

    @classmethod
    def auto_complete_config(cls, config):
        for name, kind in cls.OUTS:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP030
            config.add_output({"name": name, "data_type": kind, "dims": [4]})
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- varargs/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- varargs/1/model.py --
import functools

import triton_python_backend_utils as pb_utils

def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        print("called", function.__name__)
        return function(*args, **kwargs)

    return inner


class TritonPythonModel:
    @staticmethod
    @logged
    def auto_complete_config(config):
        config.set_max_batch_size(8)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- static_from_function/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- static_from_function/1/model.py --
import triton_python_backend_utils as pb_utils


def complete(config):
    config.set_max_batch_size(8)
    return config


class TritonPythonModel:
    auto_complete_config = staticmethod(complete)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    # The class is that of a module beside the file.
    """\
-- scale/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- scale/1/model.py --
from .impl import Scaler as TritonPythonModel
-- scale/1/impl.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def initialize(self, args):
        self.factor = {"float32": 2}["float16"]
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP030

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.factor)]) for x in found]
""",
    """\
-- scale/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- scale/1/model.py --
from .impl import Scaler


def initialize(self, args):
    self.factor = 2


Scaler.initialize = initialize
TritonPythonModel = Scaler
-- scale/1/impl.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def initialize(self, args):
        self.factor = {"float32": 2}["float16"]

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.factor)]) for x in found]
""",
)
