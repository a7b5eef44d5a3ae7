"""A batch input or batch output names a tensor that is not declared

## What it does
Looks up `source_input` of every `batch_input` and `batch_output` among the inputs, and `target_name` of every
`batch_output` among the outputs.

## What happens
The server refuses the model, unless a backend completes the list of inputs or outputs from the model file: then the
finding is only likely.

## How to fix
Write the name as the config declares it. The target of a `batch_input` is different: it names an input that only the
model file has, and must *not* be declared.

## Source
Triton core, `ValidateBatchIO`; all releases.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.completion import VLLM_TENSORS, may_be_completed
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import Direction, certainly_absent, entries, tensors

RULE = Rule(
    code="TLC223",
    name="batch-source-unknown",
    effect="load-failure",
    server_says=("unknown source input name", "unknown target output name"),
)

PLACES: tuple[tuple[str, str, Direction], ...] = (
    ("batch_input", "source_input", "input"),
    ("batch_output", "source_input", "input"),
    ("batch_output", "target_name", "output"),
)


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    for owner, field, direction in PLACES:
        declared = [tensor.name for tensor in tensors(config, direction)]
        if None in declared or config.root.uncertain:
            continue
        if not declared and not config.root.has(direction) and not certainly_absent(config, config.root, direction):
            continue
        names = [name for name in declared if name]
        facts = repository.models[model.name]
        if facts.effective.backend == "vllm":
            names += sorted(VLLM_TENSORS[direction] - set(names))
        for index, (_, message) in enumerate(entries(config.root, owner)):
            values = message.scalars(field)
            if field == "source_input" and len(values) != 1:
                continue
            for value in values:
                if not isinstance(value.value, str) or value.value in names:
                    continue
                # Backends fill an empty list, never a list that was begun; a model.py may add to any.
                begun = bool(names) and facts.effective.backend != "python"
                open_list = not begun and may_be_completed(facts, target)
                near = get_close_matches(value.value, names, 1, 0.6)
                have = ", ".join(f"`{name}`" for name in names) or "none"
                yield Problem(
                    value.span,
                    f"'{value.value}' is not a declared {direction}, so the server refuses the model"
                    + (" unless the backend completes the list" if open_list else ""),
                    help=f"did you mean `{near[0]}`?" if near else f"declared {direction}s: {have}",
                    key=f"{owner}:{index}:{value.value}",
                    certainty="likely" if open_list else "certain",
                )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "tokens" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_FP32 source_input: "token" }
#                                                                                           ^^^^^^^ TLC223
batch_output { target_name: "z" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "tokens" }
#                           ^^^ TLC223
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_FP32 source_input: "x" }
batch_output { target_name: "y" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }
-- add/1/ --
""",
)
