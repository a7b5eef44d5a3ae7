"""A name that triton_python_backend_utils never had

## What it does
Reports names of `triton_python_backend_utils` that exist in no release: `TritonInferenceException` (an error in the
documentation), `Metric`, `MetricKind`, `InferenceResponseSender`, misspelt and invented ones; and names that `Logger`,
`MetricFamily` and `TritonError` do not have, such as `Logger.info` and `TritonError.INVALID_ARGUMENT`.

## What happens
AttributeError when the line is reached, often only while another error is being handled.

## How to fix
Use the name that exists.

## Source
Facts, python-backend 6.6, 6.9 and 7: the public names of every release.
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from tritonlint.facts import Helpers
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_flow import while_loading
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_load import skipped
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Function, ImportFrom, Name, dotted, lies_in
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP014",
    name="unknown-pb-utils-name",
    effect="request-failure",
    server_says=("has no attribute",),
)
NEVER = {
    "TritonInferenceException": "TritonModelException",
    "TritonException": "TritonModelException",
    "Metric": "MetricFamily(…).Metric(…)",
    "MetricKind": "MetricFamily.COUNTER",
    "InferenceResponseSender": "request.get_response_sender()",
    "ResponseSender": "request.get_response_sender()",
    "get_response_sender": "request.get_response_sender()",
    "get_input_by_name": "get_input_tensor_by_name",
    "get_output_by_name": "get_output_tensor_by_name",
    "get_tensor_by_name": "get_input_tensor_by_name",
    "get_input": "get_input_tensor_by_name",
    "get_output": "get_output_tensor_by_name",
    "get_tensor": "get_input_tensor_by_name",
    "triton_dtype_to_numpy": "triton_string_to_numpy",
    "triton_type_to_numpy": "triton_string_to_numpy",
    "string_to_numpy": "triton_string_to_numpy",
    "InferInput": "Tensor",
    "InputTensor": "Tensor",
    "OutputTensor": "Tensor",
    "InferResult": "InferenceResponse",
    "InferenceResult": "InferenceResponse",
    "InferenceException": "TritonModelException",
    "TritonModelError": "TritonModelException",
    "COMPLETE_FINAL": "TRITONSERVER_RESPONSE_COMPLETE_FINAL",
    "RESPONSE_COMPLETE_FINAL": "TRITONSERVER_RESPONSE_COMPLETE_FINAL",
    "triton_to_np_dtype": "triton_string_to_numpy",
    "get_logger": "Logger",
    "logger": "Logger",
    "log_info": "Logger.log_info",
    "log_warn": "Logger.log_warn",
    "log_error": "Logger.log_error",
    "log_verbose": "Logger.log_verbose",
}

MEMBERS = {
    "Logger": {
        "info": "log_info",
        "debug": "log_verbose",
        "verbose": "log_verbose",
        "warning": "log_warn",
        "warn": "log_warn",
        "error": "log_error",
        "exception": "log_error",
        "critical": "log_error",
        "log_debug": "log_verbose",
        "log_fatal": "log_error",
        "log_critical": "log_error",
        "log_exception": "log_error",
        "get_logger": "Logger.log_info(…)",
        "getLogger": "Logger.log_info(…)",
        "log_warning": "log_warn",
        "WARN": "WARNING",
        "DEBUG": "VERBOSE",
    },
    "MetricFamily": {"COUNT": "COUNTER", "HIST": "HISTOGRAM"},
    "TritonError": {"INVALID_ARGUMENT": "INVALID_ARG", "NOTFOUND": "NOT_FOUND", "CANCELED": "CANCELLED"},
}
"""Names that a class of pb_utils does not have, and those that were meant."""
_LATER = "from __future__ import annotations"
ERRORS = "TRITONSERVER_ERROR_"
"""How Triton's C API begins the names of its error codes."""
OTHERS = frozenset({"TRITON_STRING_TO_NUMPY", "json", "np", "struct", "sys", "os"})
"""Names that the module has for itself."""
METHODS = frozenset({"message", "code", "Metric", "LogLevel"})


def check(python: PythonFacts, helpers: Helpers) -> Iterator[Problem]:
    known = pb_api().names
    for node, name in python.pb_attributes:
        if name in known or name in OTHERS or name.startswith("_") or _is_never_taken(python, node):
            continue
        # A name that an attribute holds is told where it is taken.
        if python.qualified(node.value) not in {PB_MODULE, f"{PB_MODULE}.{name.partition('.')[0]}"}:
            continue
        right = _right(name, known)
        if not right and "." in name:
            continue
        if name in python.assigned_attributes or guarded(python.body, node) or _is_filled(python):
            continue
        if skipped(python, node.span) or _is_set_elsewhere(python, helpers, name):
            continue
        fix = Fix(f"write {right}", (Edit(node.attr_span, right),), safety="unsafe") if right.isidentifier() else None
        loading = python.function_at(node) is None or while_loading(python, node)
        yield Problem(
            node.attr_span,
            f"triton_python_backend_utils has no `{name}` in any release",
            help=f"use `{right}`" if right else "`dir(triton_python_backend_utils)` lists the names that it has",
            fix=fix,
            effect="load-failure" if loading else None,
            key=name,
        )


def _is_never_taken(python: PythonFacts, node: Attribute) -> bool:
    """Whether a name stands in an annotation of which nobody asks for the value."""
    for assign in python.walk(Assign):
        if assign.annotation is not None and lies_in(node, assign.annotation):
            return python.function_at(assign) is not None or _LATER in python.text
    if _LATER not in python.text:
        return False
    notes = [note for one in python.walk(Function) for note in (one.returns, *(p.annotation for p in one.parameters))]
    return any(note is not None and lies_in(node, note) for note in notes)


def _is_filled(python: PythonFacts) -> bool:
    """Whether the file may put names of its own into the module."""
    if any(node.attr == "__dict__" and python.qualified(node.value) == PB_MODULE for node in python.walk(Attribute)):
        return True
    return any(
        python.qualified(argument.value) == PB_MODULE
        for call in python.walk(Call)
        if dotted(call.func) not in {"getattr", "hasattr", "dir", "print", "type", "str", "repr"}
        for argument in call.arguments
        if isinstance(argument.value, Name)
    )


def _is_set_elsewhere(python: PythonFacts, helpers: Helpers, name: str) -> bool:
    """Whether a module that is imported seems to put the name into the module."""
    names = {*python.imports, *(f"{node.module}.{a.name}" for node in python.walk(ImportFrom) for a in node.names)}
    texts = (helpers.text(python.path, one.lstrip(".").replace(".", "/")) for one in sorted(names))
    put = re.compile(rf"\.{re.escape(name)}\s*=[^=]|\bsetattr\(|__dict__")
    return any(text is not None and PB_MODULE in text and put.search(text) for text in texts)


def _letters(name: str) -> str:
    """A name without what styles of writing it differ in: `getInputTensorByName`, `get_input_tensor_by_name`."""
    return name.replace("_", "").lower()


def _right(name: str, known: Collection[str]) -> str:
    """What was meant; empty when nothing is near, or the owner has names that are not in the table."""
    owner, dot, member = name.partition(".")
    if not dot and name.startswith(ERRORS):
        return f"TritonError.{name.removeprefix(ERRORS)}"
    if not dot:
        top = {one for one in known if "." not in one}
        same = [one for one in top if _letters(one) == _letters(name)]
        return NEVER.get(name) or next(iter(same or get_close_matches(name, top, 1, 0.8)), "")
    if owner not in MEMBERS or "." in member:
        return ""
    if member in MEMBERS[owner]:
        return MEMBERS[owner][member]
    # Methods of the class and what Python gives every class.
    if member in METHODS or member.startswith("_"):
        return ""
    members = [other.removeprefix(f"{owner}.") for other in known if other.startswith(f"{owner}.")]
    return next(iter(get_close_matches(member, members, 1, 0.75)), "")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise pb_utils.TritonInferenceException("too large")
#                              ^^^^^^^^^^^^^^^^^^^^^^^^ TLP014
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise pb_utils.TritonModelException("too large")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
    def initialize(self, args):
        self.logger = pb_utils.Logger

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.logger.warning("one more")
#                       ^^^^^^^ TLP014
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.logger = pb_utils.Logger

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.logger.log_warn("one more")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            pb_utils.Logger.log_warn("one more")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_by_name(request, "x").as_numpy()
#                        ^^^^^^^^^^^^^^^^^ TLP014
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- named/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- named/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        for name in ("log_info", "log_warn"):
            setattr(pb_utils, name, getattr(pb_utils.Logger, name))
        pb_utils.log_info("ready")

    def execute(self, requests):
        responses = []
        for request in requests:
            x: pb_utils.Metric = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.getInputTensorByName(request, "x").as_numpy()
#                        ^^^^^^^^^^^^^^^^^^^^ TLP014
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- named/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- named/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        for name in ("log_info", "log_warn"):
            setattr(pb_utils, name, getattr(pb_utils.Logger, name))
        pb_utils.log_info("ready")

    def execute(self, requests):
        responses = []
        for request in requests:
            x: pb_utils.Metric = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # What the module has for itself, what is asked for, and what is put there.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

pb_utils.shape_of = len


class TritonPythonModel:
    def initialize(self, args):
        self.dtype = pb_utils.TRITON_STRING_TO_NUMPY["TYPE_FP32"]
        self.config = pb_utils.json.loads(args["model_config"])
        self.memory = pb_utils.MemoryPool() if hasattr(pb_utils, "MemoryPool") else None
        print(pb_utils.__file__)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.np.repeat(x, pb_utils.shape_of([x])).astype(self.dtype)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.ascontiguous(x)
#                        ^^^^^^^^^^^^ TLP014
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # What the server never comes to, and what another module puts there.
    """\
-- main_stub/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- main_stub/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        xs = [pb_utils.get_input_tensor_by_name(r, "x").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in xs]


if __name__ == "__main__":
    pb_utils.FakeRequest({"x": np.zeros(1)})
-- helper_patches/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- helper_patches/1/compat.py --
import triton_python_backend_utils as pb_utils


def array_of(request, name):
    return pb_utils.get_input_tensor_by_name(request, name).as_numpy()


pb_utils.array_of = array_of
-- helper_patches/1/model.py --
import triton_python_backend_utils as pb_utils

from . import compat


class TritonPythonModel:
    def execute(self, requests):
        xs = [pb_utils.array_of(r, "x") for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in xs]
""",
)
