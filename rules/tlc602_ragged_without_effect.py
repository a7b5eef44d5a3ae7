"""allow_ragged_batch has no effect here

## What it does
Reports `allow_ragged_batch: true` on an input of an ensemble, of a model without batching, of a TorchScript model, and
of a model that has neither dynamic nor sequence batching.

## What happens
The flag is accepted and ignored: requests of different shapes are not merged into one batch.

## How to fix
Put the flag on the model that batches, together with `dynamic_batching { }`, a backend that can take ragged batches,
and a `batch_input` that tells the model where each request begins.

## Source
Triton core accepts the flag anywhere (facts, section R and pain points C21).
"""

from collections.abc import Iterator

from tritonlint.completion import may_be_completed
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.tensors import certainly_absent, tensors

RULE = Rule(code="TLC602", name="ragged-without-effect", effect="performance")


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    facts = repository.models[model.name]
    effective = facts.effective
    for tensor in tensors(config, "input"):
        written = tensor.message.scalar("allow_ragged_batch")
        if written is None or written.value is not True:
            continue
        if effective.is_ensemble:
            reason = "an ensemble does not batch; the models of its steps do"
        elif effective.max_batch_size == 0 and not may_be_completed(facts, target):
            reason = "max_batch_size is 0, so the model does not batch"
        elif effective.platform == "pytorch_libtorch" and not effective.runtime:
            reason = "TorchScript models take no ragged batches"
        elif (
            effective.max_batch_size
            and effective.scheduling is None
            and certainly_absent(config, config.root, "dynamic_batching")
            and not may_be_completed(facts, target)
        ):
            reason = "without `dynamic_batching { }` requests are never merged"
        else:
            continue
        unmerged = bool(effective.max_batch_size) and not effective.is_ensemble and effective.scheduling is None
        yield Problem(
            written.span,
            f"allow_ragged_batch of {tensor.title} has no effect: {reason}",
            help="remove the flag, or batch in the model that takes the tensor",
            key=tensor.key,
            certainty="likely" if unmerged else "certain",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
#                                                                       ^^^^ TLC602
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
dynamic_batching { }
-- add/1/ --
""",
)
