"""A custom batching library that the server cannot take

## What it does
Checks the parameter `TRITON_BATCH_STRATEGY_PATH`: not together with sequence batching, not empty, not outside the
model folder.

## What happens
The server refuses the model. `$$TRITON_MODEL_DIRECTORY` is not expanded here: the path is relative to the working
directory of the server, so a relative one is found only by luck, and that is reported as likely.

## How to fix
Put the library into the model folder as `batchstrategy.so`: it is found there without any parameter. Else write the
absolute path that it has where the server runs.

## Source
Triton core, `TritonModel::SetBatchingStrategy`; from 23.01, the check of the folder from 26.06.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC550",
    name="batching-library",
    effect="load-failure",
    first="23.01",
    server_says=(
        "cannot be specified with sequence batcher",
        "Batching library path not found",
        "Batching library path escapes model repository",
        "Parent path and child path must be non-empty",
    ),
)

PARAMETER = "TRITON_BATCH_STRATEGY_PATH"


def check(config: Document) -> Iterator[Problem]:
    entry = config.root.map("parameters").get(PARAMETER)
    if entry is None or config.root.has("ensemble_scheduling"):
        return
    sequence = config.root.field("sequence_batching")
    if sequence is not None:
        yield Problem(
            entry.span,
            "a batching library does not go with sequence batching, so the server refuses the model",
            help=f"remove {PARAMETER}, or sequence_batching",
            related=(Related(sequence.name_span, "sequence batching"),),
            key="sequence",
        )
        return
    path = entry.value.string("string_value") if isinstance(entry.value, Message) else ""
    span = entry.span
    if isinstance(entry.value, Message):
        written = entry.value.scalar("string_value")
        span = written.span if written is not None else span
    if path == "":
        yield Problem(
            span,
            f"{PARAMETER} is empty, so the server refuses the model",
            help="write the absolute path of the library, or remove the parameter",
            key="empty",
        )
    elif path is not None and not path.startswith("/"):
        found = "holds a variable that is not expanded here" if path.startswith("$$") else "is a relative path"
        yield Problem(
            span,
            f"{PARAMETER} {found}: it is looked up from where the server was started",
            help="put the library into the model folder as batchstrategy.so and remove the parameter",
            key="relative",
            certainty="likely",
        )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "" } }
#                                                                    ^^ TLC550
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
sequence_batching { }
parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/models/add/volume.so" } }
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLC550
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { }
parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/models/add/batchstrategy.so" } }
-- add/1/ --
-- add/batchstrategy.so --
library
""",
)
