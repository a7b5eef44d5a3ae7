"""A warm-up input has another data type than the model's input

## What it does
Compares the data type of every warm-up input with that of the model input of the same name.

## What happens
The server refuses the model. A type that is left out is not taken over from the input: it is refused, too.

## How to fix
Write the input's data type.

## Source
Triton core, `InferenceRequest::Normalize` on the warm-up request; all releases. From 26.03 on a missing type is
reported with a misleading text about variable dimensions.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors
from tritonlint.warmup import active_inputs

RULE = Rule(code="TLC507", name="warmup-data-type", effect="load-failure", server_says=("data-type is",))


def check(config: Document) -> Iterator[Problem]:
    declared = {tensor.name: tensor for tensor in tensors(config, "input")}
    for given in active_inputs(config):
        tensor = declared.get(given.name)
        if tensor is None or given.has_no_data:
            continue
        wanted, found = tensor.data_type, given.data_type
        if wanted in (None, "TYPE_INVALID") or found is None or wanted == found:
            continue
        written = given.value.scalar("data_type") if given.value is not None else None
        is_ = "has no data type" if found == "TYPE_INVALID" else f"is {found}"
        yield Problem(
            written.span if written is not None else given.span,
            f"warm-up input '{given.name}' {is_} but the model takes {wanted}, so the server refuses the model",
            help=f"write `data_type: {wanted}`",
            related=(Related(tensor.span, f"{tensor.title} is {wanted}"),),
            fix=Fix(f"write {wanted}", (Edit(written.span, wanted or ""),)) if written is not None else None,
            key=given.key,
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP16 dims: [ 4 ] zero_data: true } }
  #                                    ^^^^^^^^^ TLC507
}
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
)
