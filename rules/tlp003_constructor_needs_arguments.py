"""A model class whose constructor needs arguments

## What it does
Reports an `__init__` or `__new__` of TritonPythonModel that cannot be called without arguments, a dataclass with a
field without default, and a class that leaves an abstract method of its base undefined.

## What happens
The stub creates the model with `TritonPythonModel()`; the model does not load.

## How to fix
Take what is needed in `initialize(self, args)`.

## Source
Facts, python-backend 6.1 (observed on 24.10, all three forms).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Assign, Call, Function, dotted
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP003",
    name="constructor-needs-arguments",
    effect="load-failure",
    server_says=("__init__() missing 1 required", "Can't instantiate abstract class"),
    words=("__init__", "__new__", "dataclass", "ABC", "ABCMeta"),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    yield from _fields(python)
    yield from _abstract(python)
    init = python.method("__new__") or python.method("__init__")
    if init is None or init.decorators or init.takes(1):
        return
    yield Problem(
        init.name_span,
        f"`{init.name}` needs arguments, but Triton creates the model without any",
        help="remove the parameters; `initialize(self, args)` receives the configuration",
        key="__init__",
    )


def _fields(python: PythonFacts) -> Iterator[Problem]:
    """Fields of a dataclass without default."""
    cls = python.model_class
    if cls is None or len(cls.decorators) != 1 or python.method("__init__") is not None:
        return
    decorator = cls.decorators[0]
    if isinstance(decorator, Call) and any(a.keyword == "init" or a.star for a in decorator.arguments):
        return
    if python.qualified(decorator.func if isinstance(decorator, Call) else decorator) != "dataclasses.dataclass":
        return
    given = [s for owner in python.model_classes for s in owner.body if isinstance(s, Assign)]
    for field in cls.body:
        if not isinstance(field, Assign) or field.annotation is None or field.value is not None:
            continue
        if any(word in python.source(field.annotation) for word in ("ClassVar", "KW_ONLY")):
            continue
        # The default of a field is what the class has under its name, wherever that was given.
        name = dotted(field.targets[0])
        if any(name == dotted(t) for s in given if s.value is not None for t in s.targets):
            continue
        yield Problem(
            field.targets[0].span,
            "this field has no default, so the constructor needs it; Triton creates the model without arguments",
            help="give it a default, or set it in `initialize(self, args)`",
            key="field",
        )
        return


def _abstract(python: PythonFacts) -> Iterator[Problem]:
    """Abstract methods that the model class leaves abstract."""
    cls = python.model_class
    if cls is None or not python.bases_known or cls.decorators:
        return
    named = (base for owner in python.model_classes for base in owner.bases)
    meta = (a.value for owner in python.model_classes for a in owner.keywords if a.keyword == "metaclass")
    if not {python.qualified(e) for e in (*named, *meta)} & {"abc.ABC", "abc.ABCMeta"}:
        return
    names = [s.name for owner in python.model_classes for s in owner.body if isinstance(s, Function)]
    for name in dict.fromkeys(names):
        method = python.method(name)
        if method is None or [python.qualified(d) for d in method.decorators] != ["abc.abstractmethod"]:
            continue
        yield Problem(
            cls.name_span,
            f"`{name}` stays abstract, so Triton cannot create the model",
            help=f"define `{name}` in `{cls.name}`",
            related=(Related(method.name_span, "declared abstract here"),),
            key="abstract",
        )
        return


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from dataclasses import dataclass

import triton_python_backend_utils as pb_utils


@dataclass
class TritonPythonModel:
    scale: float
#   ^^^^^ TLP003
    name: str = "add"

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from abc import ABC, abstractmethod

import triton_python_backend_utils as pb_utils


class Base(ABC):
    @abstractmethod
    def prepare(self, x):
        ...

    @abstractmethod
    def finish(self, x):
        ...


class TritonPythonModel(Base):
#     ^^^^^^^^^^^^^^^^^ TLP003
    def prepare(self, x):
        return x

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.prepare(x))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def __init__(self, args):
#       ^^^^^^^^ TLP003
        self.args = args

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
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def __init__(self, args=None):
        self.args = args

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- dataclass_default/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- dataclass_default/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils
from dataclasses import dataclass, field
from typing import ClassVar, Optional


@dataclass
class Base:
    scale: float = 2.0


@dataclass
class TritonPythonModel(Base):
    scale: float
    names: "ClassVar[list]" = ["x"]
    cache: Optional[dict] = field(default=None)

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [
                    pb_utils.Tensor(
                        "y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy() * np.float32(self.scale)
                    )
                ]
            )
            for r in requests
        ]
""",
    """\
-- new_args/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- new_args/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def __new__(cls, device):
#       ^^^^^^^ TLP003
        return super().__new__(cls)

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- decorated/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- decorated/1/model.py --
import triton_python_backend_utils as pb_utils


def logged(cls):
    cls.logged = True
    return cls


@logged
class TritonPythonModel:
    def __new__(cls, *args):
        return super().__new__(cls)

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- alias_init_args/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- alias_init_args/1/model.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def __init__(self, scale):
#       ^^^^^^^^ TLP003
        self.scale = scale

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", self.scale * x)]) for x in arrays]


TritonPythonModel = Scaler
""",
)
