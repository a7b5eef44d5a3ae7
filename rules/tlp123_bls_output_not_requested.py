"""An output read from an answer that was not asked for it

## What it does
Compares the names given to `get_output_tensor_by_name`, and the keys of `{t.name(): … for t in
answer.output_tensors()}`, with `requested_output_names` of the call that the answer comes from. An empty list
asks for all outputs. Silent where the file looks whether the output is there.

## What happens
`get_output_tensor_by_name` returns None, and the next line fails with `'NoneType' object has no attribute 'as_numpy'`.
The dict raises KeyError.

## How to fix
Use the same name in both places, or request the output as well.

## Source
Facts, python-backend 6.8 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts, TensorRead
from tritonlint.inputs.python_bls import answers, bls_requests, target_tensors
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_join import excused, none_is_handled
from tritonlint.inputs.python_tree import Attribute, Call, Comprehension, Constant, Expr, Subscript
from tritonlint.inputs.rehearsal.backend import models_called
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP123",
    name="bls-output-not-requested",
    effect="request-failure",
    server_says=("'NoneType' object has no attribute 'as_numpy'",),
    words=("InferenceRequest",),
)


def check(python: PythonFacts, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    requests = bls_requests(python)
    if not requests:
        return
    execute = python.method("execute")
    for node, answer, named in _reads(python):
        names = python.strings(named)
        made = answers(python, answer, python.frame_at(answer))
        if names is None or len(names) != 1 or made is None:
            continue
        spans = {call.span for call in made}
        asked = [r for r in requests if any(e.call.span in spans for e in r.executions)]
        if not asked or sum(sum(e.call.span in spans for e in r.executions) for r in asked) != len(spans):
            continue
        if any(not r.requested or names[0] in {name for name, _ in r.requested} for r in asked):
            continue
        requested = asked[0].requested or ()
        called = frozenset({asked[0].model or ""})
        if asked[0].model is None:
            called = models_called(python, repository.models.get(model.name), asked[0].call.span)
        target = repository.models.get(min(called, default=""))
        outputs = target_tensors(target, "output") if target is not None else None
        if outputs is not None and any(name not in outputs for name, _ in requested):
            continue  # A misspelt request is the cause, and another rule names it.
        if _may_be_missing(python, node, named, names[0]):
            continue
        yield Problem(
            named.span,
            f"'{names[0]}' is not among the requested outputs of this answer, so this "
            + ("raises KeyError" if isinstance(node, Subscript) else "returns None"),
            help=f"requested: {', '.join(name for name, _ in requested)}",
            related=(Related(requested[0][1], "requested here"),),
            certainty="certain" if execute is not None and unconditional(execute, node) else "likely",
            key=names[0],
        )


def _may_be_missing(python: PythonFacts, node: Call | Subscript, named: Expr, name: str) -> bool:
    """Whether the file looks whether there is such an output."""
    if isinstance(node, Subscript):
        return excused(python, node, name)
    return none_is_handled(python, TensorRead(node, named.span, (name,), python.function_at(node)))


def _reads(python: PythonFacts) -> Iterator[tuple[Call | Subscript, Expr, Expr]]:
    """Where an output is taken from an answer: the place, the answer and the output's name."""
    for read in python.calls_of("get_output_tensor_by_name"):
        answer, named = read.call.argument(0), read.call.argument(1, "name")
        if answer is not None and named is not None and read.call.certain:
            yield read.call, answer, named
    if ".output_tensors()" not in python.text:
        return
    for node in python.walk(Subscript):
        if len(node.items) != 1 or not isinstance(node.items[0], Constant):
            continue
        sources = python.follow(node.value) or ()
        answer = _named_outputs_of(sources[0][0]) if len(sources) == 1 else None
        if answer is not None:
            yield node, answer, node.items[0]


def _named_outputs_of(expr: Expr) -> Expr | None:
    """The answer behind ``{t.name(): … for t in answer.output_tensors()}``."""
    if not isinstance(expr, Comprehension) or expr.kind != "dict" or len(expr.clauses) != 1:
        return None
    key, iterable = expr.elements[0], expr.clauses[0].iterable
    if not isinstance(key, Call) or not isinstance(key.func, Attribute) or key.func.attr != "name":
        return None
    if not isinstance(iterable, Call) or not isinstance(iterable.func, Attribute):
        return None
    return iterable.func.value if iterable.func.attr == "output_tensors" else None


EXAMPLES = (
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[p])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "s").as_numpy()
#                                                          ^^^ TLP123
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r", "s"], inputs=[p])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "s").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
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
            tensor = pb_utils.Tensor("x", x)
            call = pb_utils.InferenceRequest(model_name="other", requested_output_names=["y"], inputs=[tensor])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            outputs = {tensor.name(): tensor.as_numpy() for tensor in answer.output_tensors()}
            x = outputs["x"]
#                       ^^^ TLP123
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- other/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- other/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
