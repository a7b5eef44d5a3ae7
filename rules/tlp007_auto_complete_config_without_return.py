"""auto_complete_config that does not return the config

## What it does
Reports `auto_complete_config` that can end without returning a value, or returns None, a dict, a list or a text, and
one that is `async`: it returns a coroutine, which nobody awaits.

## What happens
Triton demands the ModelConfig object back, also when nothing was changed; the model does not load.

## How to fix
End every way with `return auto_complete_model_config`.

## Source
Facts, python-backend 6.2 (observed on 24.10); called by default since 22.07.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import completes, is_generator, is_none, returns
from tritonlint.inputs.python_threads import by_name
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Comprehension,
    Constant,
    Dict,
    Expression,
    For,
    FString,
    If,
    Name,
    Sequence,
    Stmt,
    Try,
    With,
    last_name,
)
from tritonlint.inputs.rehearsal.completed import refused
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP007",
    name="auto-complete-config-without-return",
    effect="load-failure",
    first="22.07",
    server_says=("must return a valid pb.ModelConfig object.",),
)

_CHANGES = frozenset(
    {"add_input", "add_output", "set_max_batch_size", "set_dynamic_batching", "set_model_transaction_policy"}
)
"""Methods of the config object, all of which give None."""
_REFUSES = re.compile(r"fail|abort|refus|reject|raise|die|exit|panic|error")
LITERALS = {
    Dict: "a dict",
    Sequence: "a list, tuple or set",
    Comprehension: "a collection",
    Constant: "a text or a number",
    FString: "a text",
}


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    told = list(_ways(python))
    yield from told
    met = refused(python, config, effective)
    if met.place is not None and not told:
        yield Problem(
            met.place,
            f"`auto_complete_config` gives {met.given_back} back; Triton demands the ModelConfig object",
            help="return the object that it is given",
            key="given-back",
            general=met.place,
        )


def _ways(python: PythonFacts) -> Iterator[Problem]:
    """What the ends of the hook itself say."""
    hook = python.method("auto_complete_config")
    if hook is None or not set(hook.decorator_names) <= {"staticmethod", "classmethod"}:
        return
    if hook.is_async:
        yield Problem(
            hook.name_span,
            "`auto_complete_config` is async: Triton gets a coroutine instead of the config, and the model cannot load",
            help="make it a plain function",
            key="async",
        )
        return
    parameter = hook.positional[-1].name if hook.positional else "auto_complete_model_config"
    given = returns(hook)
    for statement in given:
        value = statement.value
        sources = python.follow(value) if isinstance(value, Name) else None
        value = sources[0][0] if sources is not None and len(sources) == 1 else value
        if isinstance(value, Call) and _gives_none(python, value, parameter):
            yield Problem(
                statement.span,
                f"`auto_complete_config` returns what `{python.source(value.func)}` gives, which is None; "
                "Triton demands the ModelConfig object",
                help=f"call it first, then write `return {parameter}`",
                certainty=None if len(given) == 1 and statement in hook.body else "likely",
                key="return",
            )
            continue
        as_dict = isinstance(value, Call) and isinstance(value.func, Attribute) and value.func.attr == "as_dict"
        if is_none(value) or as_dict or type(value) in LITERALS:
            found = "None" if is_none(value) else LITERALS.get(type(value), "a dict")
            # A return outside any branch, with nothing before it that could return otherwise.
            sure = len(given) == 1 and statement in hook.body
            yield Problem(
                statement.span,
                f"`auto_complete_config` returns {found} here; Triton demands the ModelConfig object",
                help=f"write `return {parameter}`",
                fix=Fix(f"return {parameter}", (Edit(statement.span, f"return {parameter}"),)),
                certainty=None if sure else "likely",
                key="return",
            )
    if completes(hook.body) and not any(_refuses(python, last, 3) for last in _ends(hook.body)):
        last = hook.body[-1].span.end or 0
        edit = Edit(Span(python.path, last, last), f"{python.newline}{hook.indent}    return {parameter}")
        yield Problem(
            hook.name_span,
            "`auto_complete_config` ends without returning the config",
            help=f"add `return {parameter}` as its last line",
            fix=Fix(f"return {parameter} at the end", (edit,)) if hook.indent.strip() == "" else None,
            certainty=None if not given else "likely",
            key="end",
        )


def _gives_none(python: PythonFacts, call: Call, parameter: str) -> bool:
    """Whether a call changes the config and gives nothing back: a method of the config, or a function of the file."""
    if isinstance(call.func, Attribute) and call.func.attr in _CHANGES:
        return isinstance(call.func.value, Name) and call.func.value.id == parameter
    called = called_function(python, call)
    if called is None or called.is_async or is_generator(called) or not completes(called.body):
        return False
    return all(is_none(one.value) for one in returns(called))


def _ends(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """The last statements of a block, on all of its ways."""
    last = body[-1] if body else None
    if isinstance(last, If):
        yield from (*_ends(last.body), *_ends(last.orelse))
    elif isinstance(last, Try):
        yield from (end for part in (last.body, *(h.body for h in last.handlers)) for end in _ends(part))
    elif isinstance(last, With):
        yield from _ends(last.body)
    elif isinstance(last, For):
        yield from _ends(last.orelse)
    elif last is not None:
        yield last


def _refuses(python: PythonFacts, last: Stmt, depth: int) -> bool:
    """Whether a statement calls what never comes back: a function of the file, or an object that is named so."""
    call = last.value if isinstance(last, Expression) else None
    if not isinstance(call, Call) or depth == 0:
        return False
    name = last_name(call.func)
    called = by_name(python).get(name, [])
    if not called:
        return _REFUSES.search(name) is not None and "log" not in name
    return all(
        not returns(one)
        and (not completes(one.body) or any(_refuses(python, inner, depth - 1) for inner in _ends(one.body)))
        for one in called
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
    @staticmethod
    def auto_complete_config(config):
#       ^^^^^^^^^^^^^^^^^^^^ TLP007
        config.set_max_batch_size(0)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size(0)
        return config

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
    @staticmethod
    def auto_complete_config(config):
        return config.as_dict()
#       ^^^^^^^^^^^^^^^^^^^^^^^ TLP007

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
    @staticmethod
    def auto_complete_config(config):
        return config

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
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        config = auto_complete_model_config.as_dict()
        auto_complete_model_config.set_max_batch_size(len(config["input"]) - 1)
        return config
#       ^^^^^^^^^^^^^ TLP007

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        config = auto_complete_model_config.as_dict()
        auto_complete_model_config.set_max_batch_size(len(config["input"]) - 1)
        return auto_complete_model_config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- noreturn/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- noreturn/1/model.py --
import triton_python_backend_utils as pb_utils


def fail(why):
    raise pb_utils.TritonModelException(why)


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        if config.as_dict()["max_batch_size"] == 0:
            return config
        fail("max_batch_size has to be 0")

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
    """\
-- outputs/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- outputs/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @classmethod
    def auto_complete_config(cls, config):
        for one in config.as_dict()["output"]:
            if one["name"] == "y":
                return config
        else:
            cls.refuse("there is no output y")

    @staticmethod
    def refuse(why):
        raise pb_utils.TritonModelException(why)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- helper_none/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- helper_none/1/model.py --
import triton_python_backend_utils as pb_utils


def complete(config, size):
    config.set_max_batch_size(size)


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        return complete(config, 8)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP007

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- dict_through_helper/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- dict_through_helper/1/model.py --
import triton_python_backend_utils as pb_utils


class Shape:
    def __init__(self, config):
        self.config = config.as_dict()

    def fill(self):
        self.config["max_batch_size"] = 8
        return self.config


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        return Shape(config).fill()
#              ^^^^^^^^^^^^^^^^^^^^ TLP007

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- inherited_none/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- inherited_none/1/model.py --
import triton_python_backend_utils as pb_utils
from base import Base


class TritonPythonModel(Base):
#     ^^^^^^^^^^^^^^^^^ TLP007
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
-- inherited_none/1/base.py --
class Base:
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size(8)
""",
    """\
-- returns_helper/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- returns_helper/1/model.py --
import triton_python_backend_utils as pb_utils
from base import Base, filled


class TritonPythonModel(Base):
    @staticmethod
    def auto_complete_config(config):
        return filled(config)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
-- returns_helper/1/base.py --
class Base:
    def initialize(self, args):
        self.n = 2


def filled(config):
    if config.as_dict()["max_batch_size"] < 8:
        config.set_max_batch_size(8)
    return config
""",
    """\
-- chained/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- chained/1/model.py --
import triton_python_backend_utils as pb_utils

import functools


def ready(function):
    @functools.wraps(function)
    def inner(config):
        made = function(config)
        return config if made is None else made

    return inner


class TritonPythonModel:
    @staticmethod
    @ready
    def auto_complete_config(config):
        config.set_max_batch_size(8)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- dict_used/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- dict_used/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    TENSORS = {"input": [("INPUT0", "TYPE_FP32", [4])], "output": [("OUTPUT0", "TYPE_FP32", [4])]}

    @classmethod
    def auto_complete_config(cls, config):
        given = config.as_dict()
        for direction, add in (("input", config.add_input), ("output", config.add_output)):
            names = {one["name"] for one in given[direction]}
            for name, kind, dims in cls.TENSORS[direction]:
                if name not in names:
                    add({"name": name, "data_type": kind, "dims": dims})
        if given.get("max_batch_size", 0) == 0:
            config.set_max_batch_size(8)
        if not given.get("dynamic_batching"):
            config.set_dynamic_batching()
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
)
