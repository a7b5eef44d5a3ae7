"""An output array of another shape than the config declares

## What it does
Follows the shape of the arrays given to `pb_utils.Tensor`, where NumPy's rules decide it (`np.zeros`, literals,
indices, reductions with an axis, `reshape`, the declared shape of an input), and compares it with the output's dims,
before which the batch dimension stands when `max_batch_size` is greater than 0. Rows of a helper that takes a model
without batches for one with them are told where it is called. Where that shows nothing, it plays
requests of some rows, and looks for outputs that then have another number of rows.

## What happens
Triton does not check: the client receives another shape than promised, and a step of an ensemble that gets the tensor
fails with `unexpected shape for input`.

## How to fix
Keep the batch dimension (`x[:, 0]` instead of `x[0]`), or declare the shape that is sent.

## Source
Facts, python-backend 6.4; observed on 24.10.
"""

from collections.abc import Iterator
from dataclasses import replace

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related, called_at
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_answers import beside_errors, called_function
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_reaching import sources_at
from tritonlint.inputs.python_shapes import Shape, Shapes, declared_shapes, shape_words, shapes_of
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Expr, Name, Subscript, walk
from tritonlint.inputs.rehearsal.backend import mistakes, mistakes_anywhere, rehearse
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP111",
    name="output-shape-mismatch",
    effect="wrong-result",
    server_says=("unexpected shape for input",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    outputs = declared_shapes(python, config, effective, "output")
    shapes = shapes_of(python, config, effective)
    places = {
        name: written.span if (written := tensor.field("dims")) is not None else tensor.span
        for name, tensor in tensors_of(python, config, "output").items()
    }
    # Where every request ends in an exception, nothing is sent.
    raised = [e for e in rehearse(python, config, effective).raises if e.phase == "execute" and not e.caught]
    if not any(event.sure for event in raised):
        yield from _followed(python, effective, outputs, shapes, places)
    for _, mistake, caller in mistakes_anywhere(python, config, effective, "shape"):
        if mistake.shape is not None and mistake.name in outputs:
            if raised and 0 in mistake.shape:
                continue  # Nothing was put in, because each turn of a loop raises: that is told there.
            found = _problem(
                mistake.span, mistake.name, mistake.shape, outputs, places, effective, mistake.sure, mistake.span
            )
            if mistake.value is not None:
                found = _at_helper(python, found, mistake.value, mistake.shape, outputs[mistake.name], effective)
            yield replace(found, related=(*found.related, *called_at(caller)))
    for mistake in mistakes(python, config, effective, "fixed-rows"):
        count = (mistake.shape or (1,))[0]
        first = _first_row(python, mistake.value) if count == 1 and mistake.value is not None else None
        yield Problem(
            first.span if first is not None else mistake.span,
            f"output '{mistake.name}' has {count} row{'s' * (count != 1)} however many the request has: the first "
            "dimension is the batch's",
            help="make one row for each row of the inputs",
            related=(Related(mistake.span, "sent here"),) if first is not None else (),
            certainty="likely",
            key=mistake.name,
            general=mistake.span,
        )
    for mistake in mistakes(python, config, effective, "rows"):
        yield Problem(
            mistake.span,
            f"output '{mistake.name}' is {shape_words(mistake.shape or ())} here when the request has {mistake.found} "
            "rows: the first dimension is the batch's",
            help="reduce and join along the other axes, so that there is one row for each row of the inputs",
            certainty="likely",
            key=mistake.name,
            # Whatever else is told of the file may be why.
            general=Span(python.path, 0, len(python.text)),
        )
    for mistake in mistakes(python, config, effective, "squeezed"):
        yield Problem(
            mistake.span,
            f"`squeeze()` without an axis takes the batch dimension of a batch of one, too: output '{mistake.name}' "
            "then lacks it",
            help="name the axis: `squeeze(axis=1)`",
            certainty="likely",
            key=mistake.name,
            general=mistake.span,
        )


def _followed(
    python: PythonFacts,
    effective: EffectiveConfig,
    outputs: dict[str, Shape],
    shapes: Shapes,
    places: dict[str, Span],
) -> Iterator[Problem]:
    seen: set[int | None] = set()
    for write in (write for response in python.responses for write in response.outputs):
        if write.value is None or write.names is None or len(write.names) != 1 or write.call.span.start in seen:
            continue
        declared = outputs.get(write.names[0])
        if write.call.span in beside_errors(python) or declared is None or python.pb_name(write.call.func) != "Tensor":
            continue
        frame = python.frame_at(write.call)
        shape = shapes.of(write.value, frame)
        if shape is None or _fits(shape, declared) or (shape == () and not _made_array(python, write.value, frame)):
            continue
        seen.add(write.call.span.start)
        found = _problem(write.value.span, write.names[0], shape, outputs, places, effective)
        yield _at_helper(python, found, write.value, shape, declared, effective)


def _problem(
    span: Span,
    name: str,
    shape: Shape,
    outputs: dict[str, Shape],
    places: dict[str, Span],
    effective: EffectiveConfig,
    sure: bool = True,
    general: Span | None = None,
) -> Problem:
    declared = outputs[name]
    without = bool(effective.max_batch_size) and _fits(shape, declared[1:])
    # All values are there in their order, and a client may well not look at the shape.
    sure = sure and not (shape and declared in {(*shape, 1), (*shape, None)})
    return Problem(
        span,
        f"output '{name}' is {shape_words(shape)} here, and clients expect {shape_words(declared)}"
        + (", the batch dimension first" if without else ""),
        help="keep the batch dimension in the array, and out of `dims`; or set `max_batch_size: 0`"
        if without
        else "reshape the array, or declare the shape that is sent",
        related=(Related(places[name], "declared here"),),
        certainty="certain" if sure else "likely",
        key=name,
        general=general,
    )


def _at_helper(
    python: PythonFacts, found: Problem, value: Expr, shape: Shape, declared: Shape, effective: EffectiveConfig
) -> Problem:
    """The problem at the call of the helper that makes rows, as if the model had batches."""
    if not isinstance(value, Name) or effective.max_batch_size != 0 or not shape or shape[0] is not None:
        return found
    sources = python.follow(value) or ()
    call = sources[0][0] if len(sources) == 1 else None
    if not isinstance(call, Call) or called_function(python, call) is None or not _fits(shape[1:], declared):
        return found
    if python.function_at(call) is not python.function_at(value):
        return found
    return replace(
        found,
        span=call.span,
        message=f"{found.message}: this makes rows as for a batch, and there is none (`max_batch_size: 0`)",
        help="hand over the input as the only item of a batch, `x[np.newaxis]`, and send `[0]` of the result",
        related=(*found.related, Related(found.span, "sent here")),
    )


def _made_array(python: PythonFacts, value: Expr, frame: Frame) -> bool:
    """Whether a value without dimensions is an array all the same: ``np.array(x.sum())``."""
    return all(
        isinstance(source, Call) and python.qualified(source.func, where) in {"numpy.array", "numpy.asarray"}
        for source, where in sources_at(python, value, frame) or ((value, frame),)
    )


def _fits(shape: Shape, declared: Shape) -> bool:
    if len(shape) != len(declared):
        return False
    return all(a is None or b is None or a == b for a, b in zip(shape, declared, strict=True))


def _first_row(python: PythonFacts, value: Expr) -> Subscript | None:
    """Where the first row of something is taken to make what a name holds."""
    root = value
    while isinstance(root, Call | Attribute):
        root = root.func if isinstance(root, Call) else root.value
    frame = python.frame_at(value)
    if not isinstance(root, Name) or frame.function is None or len(frame.bindings.get(root.id, ())) != 1:
        return None
    for assign in python.walk_function(frame.function, Assign):
        if assign.value is not None and any(isinstance(t, Name) and t.id == root.id for t in assign.targets):
            for node in walk(assign.value, Subscript):
                if isinstance(node.value, Name) and [getattr(i, "value", None) for i in node.items] == [0]:
                    return node
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.argmax(x, axis=-1)[0].astype(np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#                                                                             ^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.mean(axis=1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#                                                                             ^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array(x.mean(), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#                                                                             ^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.mean(axis=1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x[:, 0].reshape(-1, 3) * 2.0
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x[0]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
max_batch_size: 4
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.labels = ["cat", "dog", "bird"]

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            labels = []
            for row in a:
                labels.append(self.labels[int(np.argmax(row))])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", np.array(labels, dtype=object))]))
#                                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 5 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            top = np.sort(a)[-2:]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", top)]))
#                                                                             ^^^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
max_batch_size: 4
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        batch = np.concatenate([pb_utils.get_input_tensor_by_name(r, "a").as_numpy() for r in requests])
        result = batch * 2
        responses = []
        for i, _ in enumerate(requests):
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", result[i])]))
#                                                                             ^^^^^^^^^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "n" data_type: TYPE_STRING dims: [ 1 ] }
max_batch_size: 4
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            sums, names = [], []
            for row in a:
                sums.append([float(row.sum())])
                names.append(["big"] if row[0] > 1 else ["small"])
            x, n = np.array(sums, dtype=np.float32), np.array(names, dtype=object)
            out = [pb_utils.Tensor("x", x), pb_utils.Tensor("n", n)]
            responses.append(pb_utils.InferenceResponse(out))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            b = pb_utils.get_input_tensor_by_name(request, "b").as_numpy()
            x = np.concatenate([a, b], axis=0)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", x)]))
#                                                                             ^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "b" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            b = pb_utils.get_input_tensor_by_name(request, "b").as_numpy()
            x = np.stack((a, b))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", x)]))
#                                                                             ^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
max_batch_size: 4
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.weights = np.ones((4, 2), dtype=np.float32)

    def predict(self, row):
        return row @ self.weights

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.predict(x[0])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#                                                                             ^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x.sum(axis=0).reshape(-1, 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
#                                                                             ^ TLP111
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "double" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            double = np.stack([x[0] * 2])
#                              ^^^^ TLP111
            tensors = [pb_utils.Tensor("y", x), pb_utils.Tensor("double", double.astype(np.float32))]
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "scores" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "best" data_type: TYPE_INT64 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            scores = pb_utils.get_input_tensor_by_name(request, "scores").as_numpy()
            best = scores.argmax(axis=0).reshape(-1, 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("best", best)]))
#                                                                                ^^^^ TLP111
        return responses
""",
    """\
-- ground/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- ground/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def lowest(self, sweeps):
        heights = np.empty((sweeps.shape[0], 1), dtype=np.float32)
        for row, points in enumerate(sweeps):
            heights[row] = points.min()
        return heights

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.lowest(x)
#               ^^^^^^^^^^^^^^ TLP111
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- ground/config.pbtxt --
backend: "python"
max_batch_size: 0
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- ground/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def lowest(self, sweeps):
        heights = np.empty((sweeps.shape[0], 1), dtype=np.float32)
        for row, points in enumerate(sweeps):
            heights[row] = points.min()
        return heights

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.lowest(x[np.newaxis])[0]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
