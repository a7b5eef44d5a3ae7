"""A warm-up names an input that the model does not have

## What it does
Reports keys of a warm-up sample's `inputs` that are neither inputs of the model nor control inputs or states of its
sequence batching. When an input that is required is missing, `warmup-inputs-incomplete` speaks instead.

## What happens
The server sends it as a control input, unchecked. Behind a misspelt name of an optional input, that input is never
warmed up.

## How to fix
Write the input's name, or remove the entry.

## Source
Triton core, `GenerateWarmupData` (facts, `warmup.unknown-input`).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.completion import may_be_completed
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import tensors
from tritonlint.warmup import samples

RULE = Rule(code="TLC511", name="warmup-input-unknown", effect="hygiene", certainty="likely")


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    declared = tensors(config, "input")
    names = {tensor.name for tensor in declared if tensor.name}
    if not names or len(names) != len(declared):
        return
    required = {t.name for t in declared if t.message.boolean("optional") is False}
    batching = config.root.message("sequence_batching")
    others: set[str | None] = set()
    if batching is not None:
        others = {control.string("name") for control in batching.messages("control_input")}
        others |= {state.string("input_name") for state in batching.messages("state")}
    for sample in samples(config):
        unknown = [given for given in sample.inputs if given.name not in names | others]
        if not sample.batch_size or not unknown or required - {given.name for given in sample.inputs}:
            continue
        facts = repository.models[model.name]
        if facts.effective.backend == "python" and may_be_completed(facts, target):
            return
        for given in unknown:
            near = get_close_matches(given.name, sorted(name for name in names if name), 1, 0.6)
            yield Problem(
                given.span,
                f"'{given.name}' in {sample.title} is not an input of the model",
                help=f"did you mean `{near[0]}`?" if near else "remove this entry",
                key=given.key,
            )


EXAMPLES = (
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
  inputs { key: "masks" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
  #             ^^^^^^^ TLC511
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
  inputs { key: "mask" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
)
