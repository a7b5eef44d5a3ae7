"""A warm-up input has another shape than the model's input

## What it does
Compares the dims of every warm-up input with the dims of the model input of the same name: equal rank, equal sizes,
-1 of the model takes anything.

## What happens
The server refuses the model.

## How to fix
Write the dims as `input` has them, without the batch dimension (`batch_size` adds it) and before any `reshape`.

## Source
Triton core, `InferenceRequest::Normalize` on the warm-up request; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import shape_text, shapes_match, tensors
from tritonlint.warmup import active_inputs

RULE = Rule(code="TLC508", name="warmup-shape", effect="load-failure", server_says=("unexpected shape for input",))


def check(config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    declared = {tensor.name: tensor for tensor in tensors(config, "input")}
    for given in active_inputs(config):
        tensor, dims = declared.get(given.name), given.dims
        if tensor is None or dims is None or any(dim < 0 for dim in dims) or given.has_no_data:
            continue
        wanted = tensor.dims
        if not wanted or any(dim < 1 and dim != -1 for dim in wanted) or shapes_match(wanted, dims):
            continue
        # Shape tensors are compared otherwise.
        if tensor.message.boolean("is_shape_tensor") is not False:
            continue
        hint = f"write dims that fit {shape_text(wanted)}"
        if effective.max_batch_size and len(dims) == len(wanted) + 1 and shapes_match(wanted, dims[1:]):
            hint = f"leave the batch dimension out: `dims: {shape_text(dims[1:])}`; `batch_size` adds it"
        yield Problem(
            given.dims_span,
            f"warm-up input '{given.name}' has the shape {shape_text(dims)} but the model takes {shape_text(wanted)}, "
            "so the server refuses the model",
            help=hint,
            related=(Related(tensor.dims_span, "what the model takes"),),
            key=given.key,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 3, 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 1, 3, 4 ] zero_data: true } }
  #                                              ^^^^^^^^^^^^^^^^^ TLC508
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 3, -1 ] reshape { shape: [ 3, 1, -1 ] } }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 3, 4 ] zero_data: true } }
}
-- add/1/ --
""",
)
