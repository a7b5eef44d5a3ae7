"""An input read by a name that the config does not declare

## What it does
Compares the names given to `get_input_tensor_by_name`, and the keys of `{t.name(): … for t in request.inputs()}`, with
the inputs of config.pbtxt, control and state inputs of sequence batching included. Silent when the model has
`auto_complete_config` or a name cannot be known.

## What happens
`get_input_tensor_by_name` returns None, and the next line fails with `'NoneType' object has no attribute 'as_numpy'`:
every request that comes by is answered with an error.

## How to fix
Use the same name on both sides.

## Source
Facts, python-backend 6.7 (observed on 24.10).
"""

from collections.abc import Iterator
from dataclasses import replace

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related, called_at
from tritonlint.inputs.python import PythonFacts, TensorRead
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import falls_back
from tritonlint.inputs.python_join import declared_anywhere, none_is_handled, written_in
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Comprehension,
    Constant,
    Expr,
    Name,
    Subscript,
)
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.nearest import nearest
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP101",
    name="input-not-declared",
    effect="request-failure",
    server_says=("'NoneType' object has no attribute 'as_numpy'",),
)

NONE_IS_READ = "the tensor read by this name is None"


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    names = declared_anywhere(python, config, "input")
    if not names:
        return
    yield from _by_key(python, names)
    handed = [p for read in python.reads if read.names is None for p in _through_parameter(python, read, names)]
    yield from handed
    told = {problem.key for problem in handed}
    played = rehearse(python, config, effective)
    for raised in played.raises:
        if raised.absent and raised.absent not in told:
            caller = played.entered.get(raised.span)
            written = written_in(python, caller, raised.absent)
            place, text = (written.span, python.source(written)) if written is not None else (raised.span, "")
            found = _problem(place, raised.absent, NONE_IS_READ, names, sure=raised.sure, text=text)
            elsewhere = (Related(raised.span, "read here"),) if written is not None else called_at(caller)
            yield replace(found, related=(*found.related, *elsewhere), general=place)
    for read in python.reads:
        if read.names is None:
            continue
        strange = [name for name in read.names or () if name not in names]
        if not strange or none_is_handled(python, read):
            continue
        if falls_back(python.body, read.call, "AttributeError"):
            continue
        if len(strange) != len(read.names or ()) and not _reads_all(python, read):
            continue
        wanted = strange[0]
        sure = len(read.names or ()) == 1 and read.function is not None and unconditional(read.function, read.call)
        text = python.text[read.name_span.start : read.name_span.end]
        yield _problem(read.name_span, wanted, "this returns None", names, sure=sure, text=text)


def _problem(span: Span, wanted: str, then: str, names: dict[str, Span], *, sure: bool, text: str = "") -> Problem:
    """``text`` is what stands in the file; a name that is written there can be replaced."""
    near = nearest(wanted, names, 0.75)
    edit = Edit(span, f'"{near}"')
    return Problem(
        span,
        f'config.pbtxt declares no input "{wanted}", so {then}',
        help=f'read "{near}"' if near else f"declared inputs: {', '.join(sorted(names))}",
        related=(Related(names[near], f'input "{near}" is declared here'),) if near else (),
        fix=Fix(f'read "{near}"', (edit,), safety="unsafe") if near and text[1:-1] == wanted else None,
        certainty="certain" if sure else "likely",
        key=wanted,
    )


def _through_parameter(python: PythonFacts, read: TensorRead, names: dict[str, Span]) -> Iterator[Problem]:
    """A helper that is given the name: the calls that give it one that does not exist."""
    named = read.call.argument(1, "name")
    if not isinstance(named, Name) or none_is_handled(python, read):
        return
    for handed in objects_of(python).arguments_for(named) or ():
        wanted = python.strings(handed)
        if wanted is None or len(wanted) != 1 or wanted[0] in names:
            continue
        yield _problem(handed.span, wanted[0], NONE_IS_READ, names, sure=False)


def _by_key(python: PythonFacts, names: dict[str, Span]) -> Iterator[Problem]:
    """Keys of ``{t.name(): … for t in request.inputs()}`` that are no inputs."""
    if ".inputs()" not in python.text:
        return
    execute = python.method("execute")
    for node in python.walk(Subscript):
        wanted = node.items[0].value if len(node.items) == 1 and isinstance(node.items[0], Constant) else None
        sources = python.follow(node.value) if isinstance(wanted, str) and wanted not in names else None
        if not sources or not isinstance(wanted, str) or not all(_of_inputs(source) for source, _ in sources):
            continue
        sure = execute is not None and unconditional(execute, node)
        text = python.source(node.items[0])
        yield _problem(node.items[0].span, wanted, "this raises KeyError", names, sure=sure, text=text)


def _of_inputs(expr: Expr) -> bool:
    """Whether an expression is a dict of the request's inputs by their names."""
    if not isinstance(expr, Comprehension) or expr.kind != "dict" or len(expr.clauses) != 1:
        return False
    key, iterable = expr.elements[0], expr.clauses[0].iterable
    return (
        isinstance(key, Call)
        and isinstance(key.func, Attribute)
        and key.func.attr == "name"
        and isinstance(iterable, Call)
        and isinstance(iterable.func, Attribute)
        and iterable.func.attr == "inputs"
    )


def _reads_all(python: PythonFacts, read: TensorRead) -> bool:
    """Whether the name comes from a loop over names written out, so that each of them is read."""
    named = read.call.argument(1, "name")
    found = python.lookup(named.id, python.frame_at(read.call)) if isinstance(named, Name) else None
    return found is not None and len(found[0]) == 1 and found[0][0].kind == "element"


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
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "X").as_numpy()
#                                                          ^^^ TLP101
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
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
input { name: "z" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

NAMES = ("x", "bias")


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            total = 0
            for name in NAMES:
                total = total + pb_utils.get_input_tensor_by_name(request, name).as_numpy()
#                                                                          ^^^^ TLP101
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", total)]))
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
input { name: "scale" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def read(self, request, name):
        return pb_utils.get_input_tensor_by_name(request, name).as_numpy()

    def execute(self, requests):
        responses = []
        for request in requests:
            y = self.read(request, "x") * self.read(request, "scales")
#                                                            ^^^^^^^^ TLP101
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
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


def read(request, name, default=None):
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return default if tensor is None else tensor.as_numpy()


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            y = read(request, "x") * read(request, "scale", np.float32([2]))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "z" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            inputs = {tensor.name(): tensor.as_numpy() for tensor in request.inputs()}
            y = inputs["x"] + inputs["bias"]
#                                    ^^^^^^ TLP101
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "scale" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def read(request, name):
        tensor = pb_utils.get_input_tensor_by_name(request, name)
        return tensor.as_numpy()

    def execute(self, requests):
        responses = []
        for request in requests:
            y = self.read(request, "x") * self.read(request, "factor")
#                                                            ^^^^^^^^ TLP101
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
