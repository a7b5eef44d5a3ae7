"""An optional input used without looking whether it is there

## What it does
Reports `get_input_tensor_by_name` of an input with `optional: true` whose result is used without a test for None.

## What happens
A request without the input fails with `'NoneType' object has no attribute 'as_numpy'`.

## How to fix
Test the result for None before using it, or remove `optional: true`.

## Source
Facts, python-backend 6.7 (observed on 24.10).
"""

from collections.abc import Iterator, Mapping

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts, TensorRead
from tritonlint.inputs.python_flow import completes, own_nodes, unconditional
from tritonlint.inputs.python_join import none_is_handled, tensors_of
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Assign, Attribute, Name, Stmt, Try, dotted, lies_in, walk
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP105",
    name="optional-input-not-checked",
    effect="request-failure",
    certainty="likely",
)

_CATCHES = frozenset({"AttributeError", "Exception", "BaseException"})


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    inputs = tensors_of(python, config, "input")
    for read in python.reads:
        if read.names is None:
            yield from _through_parameter(python, read, inputs)
            continue
        if len(read.names) != 1 or read.names[0] not in inputs:
            continue
        optional = inputs[read.names[0]].scalar("optional")
        if optional is None or optional.value is not True or none_is_handled(python, read):
            continue
        # Read under a condition: what is asked may say that the input is there.
        if read.function is not None and not unconditional(read.function, read.call):
            continue
        if _has_default(python, read):
            continue
        used = _first_use(python, read)
        got = (Related(read.call.span, "it is asked for here"),) if used is not None else ()
        yield Problem(
            used or read.call.span,
            f'input "{read.names[0]}" is optional, and a request without it fails here',
            help="test the result for None before using it",
            related=(Related(optional.span, "declared optional here"), *got),
            key=read.names[0],
        )


def _has_default(python: PythonFacts, read: TensorRead) -> bool:
    """Whether a handler gives what is made of the input another value: it is what a request without it gets."""
    for attempt in own_nodes(read.function, Try) if read.function is not None else ():
        if any(lies_in(read.call, part) for part in attempt.body):
            made = _set_in(attempt.body)
            return any(
                (handler.type is None or {n.id for n in walk(handler.type, Name)} & _CATCHES)
                and completes(handler.body)
                and made & _set_in(handler.body)
                for handler in attempt.handlers
            )
    return False


def _set_in(body: tuple[Stmt, ...]) -> set[str]:
    return {name.id for assign in walk(body, Assign) for target in assign.targets for name in walk(target, Name)}


def _first_use(python: PythonFacts, read: TensorRead) -> Span | None:
    """Where a member of the result is used first, when the result only gets a name where it is asked for."""
    name = next((n.targets[0] for n in python.walk(Assign) if n.value is read.call and len(n.targets) == 1), None)
    if not isinstance(name, Name) or read.function is None:
        return None
    uses = (n for n in python.walk_function(read.function, Attribute) if dotted(n.value) == name.id)
    return next((use.span for use in uses if (use.span.start or 0) > (read.call.span.start or 0)), None)


def _through_parameter(python: PythonFacts, read: TensorRead, inputs: Mapping[str, Message]) -> Iterator[Problem]:
    """A helper that is given the name: the calls that give it the name of an optional input."""
    named = read.call.argument(1, "name")
    if not isinstance(named, Name) or none_is_handled(python, read):
        return
    if read.function is None or not unconditional(read.function, read.call):
        return
    for handed in objects_of(python).arguments_for(named) or ():
        wanted = python.strings(handed)
        optional = inputs[wanted[0]].scalar("optional") if wanted and len(wanted) == 1 and wanted[0] in inputs else None
        caller = python.function_at(handed)
        if optional is None or optional.value is not True or wanted is None:
            continue
        if caller is None or not unconditional(caller, handed):
            continue
        yield Problem(
            handed.span,
            f'input "{wanted[0]}" is optional, and a request without it fails where it is read by this name',
            help="test the result for None before using it",
            related=(Related(optional.span, "declared optional here"),),
            key=wanted[0],
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP105
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            x = np.zeros(1) if x is None else x.as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] optional: true }
input { name: "scale" data_type: TYPE_FP32 dims: [ 1 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            y = np.zeros(1, dtype=np.float32)
            if x is not None:
                # A client that sends x sends its scale too.
                y = x.as_numpy() * pb_utils.get_input_tensor_by_name(request, "scale").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "w" data_type: TYPE_FP32 dims: [ 2 ] optional: true }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def _get(self, request, name):
        return pb_utils.get_input_tensor_by_name(request, name).as_numpy()

    def execute(self, requests):
        responses = []
        for request in requests:
            a = self._get(request, "a")
            weight = self._get(request, "w")
#                                       ^^^ TLP105
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", a * weight)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            given = pb_utils.get_input_tensor_by_name(request, "x")
            x = given.as_numpy()
#               ^^^^^^^^^^^^^^ TLP105
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # A request without it gets a default.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] optional: true }
input { name: "w" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            w = pb_utils.get_input_tensor_by_name(request, "w").as_numpy()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            except AttributeError:
                x = np.ones_like(w)
            y = x * w
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
