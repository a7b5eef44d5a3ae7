"""A field that the config does not have

## What it does
Reports field names that Triton's `ModelConfig` does not have at that place: misspelt, in camel case, in the wrong
message, or gone.

## What happens
The server cannot read the config and refuses the model.

## How to fix
Take the suggested name, or move the field to the message it belongs to. Settings of your own go into `parameters`.

## Source
Triton's model_config.proto, release by release (proto/README.md); names are compared exactly.
"""

from collections.abc import Iterator
from dataclasses import replace

from tritonlint.config_problems import problem
from tritonlint.finding import Problem
from tritonlint.pbtxt.schema import SCHEMA_RELEASE, field_releases
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC003",
    name="unknown-field",
    effect="load-failure",
    server_says=("has no field named",),
)


def check(config: Document, target: Target) -> Iterator[Problem]:
    for said in config.problems:
        if said.kind != "unknown-field":
            continue
        first, last = field_releases().get(said.name, ("", None))
        if last is None:
            found = problem(config, said)
            # A release newer than the schema may have the field.
            newer = target.release is not None and target.release > SCHEMA_RELEASE
            yield replace(found, certainty="likely") if newer else found
        elif target.release is None or not first <= target.release <= last:
            span = f"only in {first}" if first == last else f"from {first} to {last} only"
            yield replace(problem(config, replace(said, repairs=())), help=f"remove it; Triton had it {span}")


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" datatype: TYPE_FP32 dims: [ 4 ] }
#                 ^^^^^^^^ TLC003
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
dynamic_batching { preferred_batch_sizes: [ 4 ] }
#                  ^^^^^^^^^^^^^^^^^^^^^ TLC003
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- target -- release=20.09
-- add/config.pbtxt --
platform: "onnxruntime_onnx"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
optimization { cuda { allow_inexact_match: true } }
-- add/1/model.onnx --
""",
)
