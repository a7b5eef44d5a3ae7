"""A batch input or batch output has no effect

## What it does
Reports `batch_input` and `batch_output` in a model without batching, and a `batch_input` without `target_name`.

## What happens
The server accepts it. No request is ever merged with another, or no tensor receives the values.

## How to fix
Set `max_batch_size`, name the input of the model file as target, or remove the entry.

## Source
Triton core (facts, `batchio.no-target`).
"""

from collections.abc import Iterator

from tritonlint.completion import may_be_completed
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import anchor, certainly_absent, entries

RULE = Rule(code="TLC604", name="batch-tensor-without-effect", effect="hygiene")


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    facts = repository.models[model.name]
    for name in ("batch_input", "batch_output"):
        for index, (written, message) in enumerate(entries(config.root, name)):
            if facts.effective.max_batch_size == 0 and not may_be_completed(facts, target):
                reason = "the model does not batch (max_batch_size is 0)"
            elif name == "batch_input" and certainly_absent(config, message, "target_name"):
                reason = "it names no target"
            else:
                continue
            yield Problem(
                anchor(written, message),
                f"{name} number {index + 1} has no effect: {reason}",
                help="remove it, or set `max_batch_size` and name a target",
                key=f"{name}:{index}",
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
 batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_INT32 source_input: "x" }
#^^^^^^^^^^^ TLC604
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
batch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_INT32 source_input: "x" }
-- add/1/ --
""",
)
