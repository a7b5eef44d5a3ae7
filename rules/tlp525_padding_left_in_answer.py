"""An answer keeps the padding that other requests made necessary

## What it does
Reports, for an input with `allow_ragged_batch`, a model that fills up the arrays of all requests to the longest one and
gives each request its rows of the result (`features[row : row + n]`) as an output with a variable dimension, where
nothing cuts the rows back to their own length.

## What happens
Shape and content of an answer depend on which other requests were in the batch: the same clip gets more frames, made of
zeros, when a longer one came with it. The status is OK.

## How to fix
Cut both: `features[row : row + n, : self.frames(clip.shape[1])]`, or send a mask or the length along.

## Source
Server documentation, ragged batching; run on a server of 24.10 with two requests of different lengths.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_threads import reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Comprehension,
    Constant,
    Expr,
    For,
    Name,
    Slice,
    Subscript,
    dotted,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP525", name="padding-left-in-answer", effect="wrong-result", certainty="likely", words=("max", "amax")
)
_TELLS = ("mask", "length", "lens", "valid")
"""Parts of names with which a client may be told how much of an answer counts."""


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if config.root.message("dynamic_batching") is None or "allow_ragged_batch" not in config.text:
        return
    inputs, outputs = tensors_of(python, config, "input"), tensors_of(python, config, "output")
    ragged = [t for t in inputs.values() if (r := t.scalar("allow_ragged_batch")) is not None and r.value is True]
    variable = {name for name, tensor in outputs.items() if -1 in (tensor.integers("dims") or ())}
    execute = python.method("execute")
    if not ragged or not variable or execute is None or not python.understood:
        return
    if any(part in name.lower() for name in outputs for part in _TELLS):
        return
    functions = reached(python, [execute])
    longest = next((call for f in functions for call in own_nodes(f, Call) if _is_longest(python, call)), None)
    stored = {id(t) for f in functions for a in own_nodes(f, Assign) for t in a.targets}
    fills = any(python.qualified(c.func) == "numpy.pad" for f in functions for c in own_nodes(f, Call))
    for function in functions:
        for part in own_nodes(function, Subscript):
            if id(part) in stored:
                fills = fills or any(_is_cut(item) for item in part.items)
            elif any(_is_cut(item) for item in part.items[1:]) or (_is_cut(part.items[0]) and not _from(part)):
                return  # Something is cut to a length that is worked out.
    if longest is None or not fills:
        return
    for made in python.calls_of("Tensor"):
        name, value = made.call.argument(0, "name"), made.call.argument(1, "tensor")
        rows = _rows(python, value)
        if rows is not None and isinstance(name, Constant) and name.value in variable:
            yield Problem(
                rows.span,
                "these rows are as long as the longest request of the batch: the padding goes to the client, too",
                help="cut them to the length of the request",
                related=(Related(longest.span, "filled up to this"),),
                key=str(name.value),
            )


def _is_longest(python: PythonFacts, call: Call) -> bool:
    """Whether a call works out the greatest length of several arrays."""
    name = python.qualified(call.func)
    first = call.argument(0)
    if name not in {"max", "numpy.max", "numpy.amax"} or first is None:
        return False
    if isinstance(first, Comprehension):
        item = first.elements[0]
        lengths = any(n.attr in {"shape", "size"} for n in walk(item, Attribute))
        return lengths or any(dotted(c.func) == "len" for c in walk(item, Call))
    return isinstance(first, Call) and dotted(first.func) == "map" and dotted(first.argument(0)) == "len"


def _is_cut(item: Expr) -> bool:
    """Whether a slice ends at a place that is worked out."""
    return isinstance(item, Slice) and item.upper is not None and not isinstance(item.upper, Constant)


def _from(part: Subscript) -> bool:
    """Whether a slice begins at a place that is worked out, as rows of a batch do."""
    item = part.items[0]
    return isinstance(item, Slice) and item.lower is not None and not isinstance(item.lower, Constant)


def _rows(python: PythonFacts, value: Expr | None) -> Subscript | None:
    """The rows of a batch that an expression is."""
    if isinstance(value, Name):
        function = python.function_at(value)
        assigns = own_nodes(function, Assign) if function is not None else ()
        made = [a.value for a in assigns if any(isinstance(t, Name) and t.id == value.id for t in a.targets)]
        value = made[0] if len(made) == 1 else None
    if not isinstance(value, Subscript) or len(value.items) != 1:
        return None
    function = python.function_at(value)
    in_loop = function is not None and any(True for _ in own_nodes(function, For))
    return value if in_loop and _is_cut(value.items[0]) and _from(value) else None


_CONFIG = """\
-- frames/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { preferred_batch_size: [ 2 ] max_queue_delay_microseconds: 500000 }
-- frames/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        clips = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        longest = max(clip.shape[1] for clip in clips)
        batch = np.concatenate([np.pad(clip, ((0, 0), (0, longest - clip.shape[1]))) for clip in clips])
        features = np.sqrt(np.abs(batch))
        responses = []
        row = 0
        for clip in clips:
"""
_END = """\
            row += len(clip)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", own)]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
            own = features[row : row + len(clip)]
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP525
"""
    + _END,
    _CONFIG
    + """\
            own = features[row : row + len(clip), : clip.shape[1]]
"""
    + _END,
)
