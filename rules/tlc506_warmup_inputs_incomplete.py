"""A warm-up leaves out inputs of the model

## What it does
Counts the inputs of every warm-up sample against the model's inputs that are not `optional`.

## What happens
The server refuses the model. A misspelt key counts as missing: it is taken for a control input of sequence batching
and sent unchecked.

## How to fix
Give every input that is not optional an entry under `inputs`, with the input's exact name as key.

## Source
Triton core, `InferenceRequest::Normalize` on the warm-up request; all releases. The missing names are printed from
24.03 on.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors
from tritonlint.warmup import samples

RULE = Rule(
    code="TLC506",
    name="warmup-inputs-incomplete",
    effect="load-failure",
    server_says=("expected 1 inputs but got 0 inputs", "expected number of inputs between"),
)


def check(config: Document) -> Iterator[Problem]:
    declared = tensors(config, "input")
    if any(not tensor.name or tensor.message.boolean("optional") is None for tensor in declared):
        return
    required = [tensor for tensor in declared if not tensor.message.boolean("optional")]
    names = {tensor.name for tensor in declared}
    for sample in samples(config):
        if not sample.batch_size or not sample.inputs_known:
            continue
        keys = {given.name for given in sample.inputs}
        missing = [tensor for tensor in required if tensor.name not in keys]
        if not missing or len(keys & names) >= len(required):
            continue
        wrong = [given for given in sample.inputs if given.name not in names]
        for tensor in missing:
            near = get_close_matches(str(tensor.name), [given.name for given in wrong], 1, 0.6)
            place = next((given for given in wrong if given.name in near), None)
            if place is None and len(wrong) == len(missing) == 1:
                place = wrong[0]
            if place is not None:
                yield Problem(
                    place.span,
                    f"'{place.name}' is not an input of the model and {tensor.title} has no data in {sample.title}, "
                    "so the server refuses the model",
                    help=f'write `key: "{tensor.name}"`',
                    related=(Related(tensor.span, "the input without data"),),
                    key=f"{sample.index}:{tensor.name}",
                )
            else:
                yield Problem(
                    sample.span,
                    f"{sample.title} has no data for {tensor.title}, so the server refuses the model",
                    help=f'add `inputs {{ key: "{tensor.name}" value {{ ... }} }}`, or mark the input `optional: true`',
                    related=(Related(tensor.span, "the input without data"),),
                    key=f"{sample.index}:{tensor.name}",
                )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "nothing"
  #     ^^^^^^^^^ TLC506
  batch_size: 1
}
model_warmup {
  name: "misspelt"
  batch_size: 1
  inputs { key: "X" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
  #             ^^^ TLC506
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
input { name: "mask" data_type: TYPE_FP32 dims: [ 4 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
)
