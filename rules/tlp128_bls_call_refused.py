"""A call to another model that this model refuses

## What it does
Plays `execute` through and holds each request to another model of the repository against that model's config: its
name, the names, data types and shapes of the inputs, and the requested outputs, whichever helper, constant or
`**arguments` they come from, also in modules beside model.py.

## What happens
The answer of the call holds an error; with the usual check of `has_error()` the request fails with it.

## How to fix
Send what the called model declares; with `max_batch_size` above 0 its arrays have the batch dimension first.

## Source
Facts, python-backend 6.8: requests of the Python backend are validated as those of clients; seen on 24.10.
"""

from collections.abc import Iterator
from dataclasses import replace

from tritonlint.effective import EffectiveConfig
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import loaded_anew, target_tensors
from tritonlint.inputs.python_dtypes import TRITON_TO_NUMPY
from tritonlint.inputs.python_shapes import Shape, shape_words
from tritonlint.inputs.python_tree import Constant
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.inputs.rehearsal.found import Called
from tritonlint.nearest import nearest
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP128",
    name="bls-call-refused",
    effect="request-failure",
    server_says=("unexpected inference input", "unexpected inference output", "unexpected shape for input"),
)


def check(
    python: PythonFacts, config: Document, effective: EffectiveConfig, repository: RepositoryFacts
) -> Iterator[Problem]:
    for call in rehearse(python, config, effective).calls:
        target = repository.models.get(call.model)
        if target is None or loaded_anew(python, call.model):
            continue
        inputs, outputs = target_tensors(target, "input"), target_tensors(target, "output")
        for name in call.requested or ():
            if outputs is not None and name not in outputs:
                near = nearest(name, outputs, 0.6)
                written = _written(python, name) or call.span
                sent = (Related(call.span, "asked for here"),) if written != call.span else ()
                problem = _problem(call, written, f"has no output '{name}'", near, outputs, name, *sent)
                yield replace(problem, general=call.span)
        if inputs is not None:
            yield from _inputs(call, inputs, target.effective.max_batch_size)


def _written(python: PythonFacts, name: str) -> Span | None:
    """The one place where a name is written that is handed on to a call, and not that of a tensor of the model."""
    tensors = {
        id(argument.value)
        for method in ("Tensor", "get_input_tensor_by_name", "get_output_tensor_by_name")
        for made in python.calls_of(method)
        for argument in made.call.arguments
    }
    places = [one for one in python.walk(Constant) if one.value == name]
    return places[0].span if len(places) == 1 and id(places[0]) not in tensors else None


def _inputs(call: Called, inputs: dict[str, Message], max_batch_size: int | None) -> Iterator[Problem]:
    given = {tensor.name for tensor in call.inputs or ()}
    for tensor in call.inputs or ():
        if tensor.name is None:
            continue
        place = tensor.value.span if tensor.value is not None else tensor.span
        if tensor.name not in inputs:
            near = nearest(tensor.name, inputs, 0.6)
            yield _problem(call, tensor.span, f"has no input '{tensor.name}'", near, inputs, tensor.name)
            continue
        declared = inputs[tensor.name].scalar("data_type")
        wanted = TRITON_TO_NUMPY.get(str(declared.value)) if declared is not None else None
        dtype = tensor.known.dtype
        right = wanted is None or dtype in {None, wanted, "str"} or (wanted == "object" and dtype == "bytes")
        if not right and declared is not None:
            text = f"takes '{tensor.name}' as {declared.value}, this is {dtype}"
            yield _problem(call, place, text, None, {}, tensor.name, Related(declared.span, "declared here"))
            continue
        dims = _dims(inputs[tensor.name], max_batch_size)
        shape = tensor.known.shape
        if dims is None or shape is None:
            continue
        fits = len(dims) == len(shape) and all(
            a is None or b is None or a == b for a, b in zip(dims, shape, strict=True)
        )
        if not fits:
            text = f"takes '{tensor.name}' as {shape_words(dims)}, this is {shape_words(shape)}"
            yield _problem(call, place, text, None, {}, tensor.name)
    if call.inputs is None or None in given or not given <= set(inputs):
        return
    for name, message in inputs.items():
        if name not in given and message.scalar("optional") is None:
            yield _problem(call, call.span, f"needs the input '{name}' too", None, {}, name)


def _dims(tensor: Message, max_batch_size: int | None) -> Shape | None:
    """The shape that callers give an input."""
    dims = tensor.integers("dims")
    if dims is None or max_batch_size is None:
        return None
    batch: Shape = (None,) if max_batch_size > 0 else ()
    return (*batch, *(None if dim == -1 else dim for dim in dims))


def _problem(
    call: Called, span: Span, text: str, near: str | None, known: dict[str, Message], name: str, *related: Related
) -> Problem:
    return Problem(
        span,
        f"model '{call.model}' {text}: the call fails",
        help=f"did you mean '{near}'?"
        if near
        else (f"it has: {', '.join(sorted(known))}" if known else "send what the called model declares"),
        related=related,
        certainty="certain" if call.sure else "likely",
        key=f"{call.model}:{name}",
        general=span,
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Client:
    model = "double"

    def send(self, array):
        return pb_utils.InferenceRequest(
            model_name=self.model,
            inputs=[pb_utils.Tensor("x", array)],
#                                        ^^^^^ TLP128
            requested_output_names=["y"],
        ).exec()


class TritonPythonModel:
    def initialize(self, args):
        self.client = Client()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answer = self.client.send(x)
            if answer.has_error():
                responses.append(pb_utils.InferenceResponse(error=answer.error()))
                continue
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y[0])]))
        return responses
-- double/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- double/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Client:
    model = "double"

    def send(self, array):
        return pb_utils.InferenceRequest(
            model_name=self.model,
            inputs=[pb_utils.Tensor("x", array[None])],
            requested_output_names=["y"],
        ).exec()


class TritonPythonModel:
    def initialize(self, args):
        self.client = Client()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            answer = self.client.send(x)
            if answer.has_error():
                responses.append(pb_utils.InferenceResponse(error=answer.error()))
                continue
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y[0])]))
        return responses
-- double/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- double/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))
        return responses
""",
    # The name is handed to a module beside the file.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils
from upstream import Upstream


class TritonPythonModel:
    def initialize(self, args):
        self.encoder = Upstream("core", output="embeddings")
#                                              ^^^^^^^^^^^^ TLP128

    def execute(self, requests):
        responses = []
        for request in requests:
            embedding, error = self.encoder(pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
            if error is not None:
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", embedding)]))
        return responses
-- add/1/upstream.py --
import triton_python_backend_utils as pb_utils


class Upstream:
    def __init__(self, model, output):
        self.model = model
        self.output = output

    def __call__(self, array):
        response = pb_utils.InferenceRequest(
            model_name=self.model, requested_output_names=[self.output], inputs=[pb_utils.Tensor("x", array)]
        ).exec()
        if response.has_error():
            return None, response.error()
        return pb_utils.get_output_tensor_by_name(response, self.output).as_numpy(), None
-- core/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "embedding" data_type: TYPE_FP32 dims: [ 2 ] }
-- core/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("embedding", x * 2)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils
from upstream import Upstream


class TritonPythonModel:
    def initialize(self, args):
        self.encoder = Upstream("core", output="embedding")

    def execute(self, requests):
        responses = []
        for request in requests:
            embedding, error = self.encoder(pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
            if error is not None:
                responses.append(pb_utils.InferenceResponse(error=error))
                continue
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", embedding)]))
        return responses
-- add/1/upstream.py --
import triton_python_backend_utils as pb_utils


class Upstream:
    def __init__(self, model, output):
        self.model = model
        self.output = output

    def __call__(self, array):
        response = pb_utils.InferenceRequest(
            model_name=self.model, requested_output_names=[self.output], inputs=[pb_utils.Tensor("x", array)]
        ).exec()
        if response.has_error():
            return None, response.error()
        return pb_utils.get_output_tensor_by_name(response, self.output).as_numpy(), None
-- core/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "embedding" data_type: TYPE_FP32 dims: [ 2 ] }
-- core/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("embedding", x * 2)]))
        return responses
""",
)
