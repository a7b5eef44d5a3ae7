"""A warm-up runs a larger batch than the model takes

## What it does
Reports a warm-up sample whose `batch_size` is above `max_batch_size` (above 1 without batching).

## What happens
The server does not check it: it makes that many requests of batch 1 and hands them to the backend together. The
backend meets a batch that no client can cause; an engine with a fixed maximum fails on it.

## How to fix
Write a batch size that real requests can reach.

## Source
Run on nine core builds, 22.12 to 26.06 (facts, section P1).
"""

from collections.abc import Iterator

from tritonlint.completion import may_be_completed
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target
from tritonlint.warmup import samples

RULE = Rule(code="TLC513", name="warmup-batch-too-large", effect="hygiene", certainty="likely")


def check(config: Document, model: Model, repository: RepositoryFacts, target: Target) -> Iterator[Problem]:
    facts = repository.models[model.name]
    limit = facts.effective.max_batch_size
    if limit is None or limit < 0 or (limit == 0 and may_be_completed(facts, target)):
        return
    maximum = config.root.scalar("max_batch_size")
    for sample in samples(config):
        written = sample.message.scalar("batch_size")
        size = sample.batch_size
        if written is None or size is None or size <= max(limit, 1):
            continue
        yield Problem(
            written.span,
            f"{sample.title} runs a batch of {size}, but "
            + (f"max_batch_size is {limit}" if limit else "the model does not batch"),
            help=f"write a batch_size of at most {max(limit, 1)}",
            related=(Related(maximum.span, "the largest batch of a request"),) if maximum is not None else (),
            key=str(sample.index),
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 8
  #           ^ TLC513
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_warmup {
  name: "zeros"
  batch_size: 4
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
)
