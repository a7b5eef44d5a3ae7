"""An exception that is returned instead of raised

## What it does
Reports `return SomeError(…)` in a function that elsewhere returns a value, or raises the same exception, and a line
`SomeError(…)` without `raise`. Silent where the file asks whether what it got is an exception, and where the function
makes exceptions for a `raise`.

## What happens
The caller takes the exception for a value: the request fails with an AttributeError or TypeError far from the cause,
or the exception's text ends up in the answer.

## How to fix
Write `raise` in place of `return`.

## Source
Python's own behaviour; seen on 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import is_none, own_nodes, returns
from tritonlint.inputs.python_guards import meant_to_fail
from tritonlint.inputs.python_tree import Call, Expr, Expression, Raise, Return, Sequence, dotted, last_name
from tritonlint.rule import Rule
from tritonlint.source import Span

_TYPE_OF = re.compile(r"(?<![.\w])type\(")
RULE = Rule(code="TLP232", name="exception-returned", effect="request-failure", certainty="likely")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or ("Error(" not in python.text and "Exception(" not in python.text):
        return
    for alone in python.walk(Expression):
        name = _exception(alone.value)
        if name is None or python.function_at(alone) is None or meant_to_fail(python.body, alone):
            continue
        start = alone.span.start or 0
        yield Problem(
            alone.span,
            f"`{name}` is made and dropped: nothing is raised, and what it is about goes on",
            help="write `raise` before it",
            fix=Fix("raise the exception", (Edit(Span(python.path, start, start), "raise "),), safety="unsafe"),
            key=name,
        )
    if not any(_exception(s.value) is not None for s in python.walk(Return)) or _asks_for_type(python):
        return
    raised_calls = {last_name(r.exception.func) for r in python.walk(Raise) if isinstance(r.exception, Call)}
    for function in (frame.function for frame in python.frames if frame.function is not None):
        if function.name in raised_calls:
            continue
        found = returns(function)
        values = [s for s in found if not is_none(s.value) and _exception(s.value) is None]
        raised = {_exception(r.exception) for r in own_nodes(function, Raise)}
        for statement in found:
            name = _exception(statement.value)
            if name is None or not (values or name in raised):
                continue
            start = statement.span.start or 0
            word = Span(python.path, start, start + len("return"))
            yield Problem(
                statement.span,
                f"`{name}` is returned, not raised: the caller takes it for a value",
                help="write `raise`",
                fix=Fix("raise the exception", (Edit(word, "raise"),), safety="unsafe"),
                key=name,
            )


_VALUES = frozenset(
    {"bool", "bytes", "bytearray", "complex", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
    | {"np.ndarray", "numpy.ndarray", "np.generic", "numpy.generic", "np.integer", "np.floating", "np.number"}
)
"""Types that nobody asks for to tell an exception."""


def _asks_for_type(python: PythonFacts) -> bool:
    """Whether the file asks what something is, so that it may tell an exception from a value."""
    if "type(" in python.text and _TYPE_OF.search(python.text):
        return True
    for call in python.walk(Call) if "isinstance" in python.text else ():
        kind = call.argument(1) if dotted(call.func) == "isinstance" else None
        kinds = kind.items if isinstance(kind, Sequence) else (kind,)
        if kind is not None and not all((dotted(one) or "") in _VALUES for one in kinds):
            return True
    return False


def _exception(value: Expr | None) -> str | None:
    """The exception that a call makes, by its name."""
    name = dotted(value.func) if isinstance(value, Call) else None
    last = name.rsplit(".", 1)[-1] if name else ""
    is_class = last[:1].isupper() and last.endswith(("Error", "Exception")) and last != "TritonError"
    return last if is_class else None


EXAMPLES = (
    """\
-- parse/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- parse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            fields = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].split(b",")
            if len(fields) < 2:
                pb_utils.TritonModelException("two fields are needed")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP232
            y = np.array([float(fields[1])], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: parse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            fields = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].split(b",")
            if len(fields) < 2:
                raise pb_utils.TritonModelException("two fields are needed")
            y = np.array([float(fields[1])], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- parse/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- parse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _parse(self, raw):
        fields = raw.split(b",")
        if len(fields) < 2:
            return ValueError("two fields are needed")
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP232
        return float(fields[1])

    def execute(self, requests):
        responses = []
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0]
            try:
                y = np.array([self._parse(raw)], dtype=np.float32)
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
            except ValueError as exc:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(exc))))
        return responses
-- fixed: parse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _parse(self, raw):
        fields = raw.split(b",")
        if len(fields) < 2:
            raise ValueError("two fields are needed")
        return float(fields[1])

    def execute(self, requests):
        responses = []
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0]
            try:
                y = np.array([self._parse(raw)], dtype=np.float32)
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
            except ValueError as exc:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(exc))))
        return responses
""",
    """\
-- parse/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- parse/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _refused(self, count):
        if count == 0:
            return KeyError("nothing there")
        return ValueError("two fields are needed")

    def execute(self, requests):
        responses = []
        for request in requests:
            fields = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].split(b",")
            try:
                if len(fields) < 2:
                    raise self._refused(len(fields))
                y = np.array([float(fields[1])], dtype=np.float32)
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
            except ValueError as exc:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(exc))))
        return responses
""",
)
