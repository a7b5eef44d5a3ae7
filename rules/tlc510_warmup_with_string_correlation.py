"""A model with string correlation IDs has a warm-up

## What it does
Reports warm-up samples of a model whose sequence batching hands the correlation ID over as `TYPE_STRING`.

## What happens
From 25.01 on the server refuses the model: warm-up requests carry a numeric ID, whatever the sample says.

## How to fix
Remove the warm-up, or take the correlation ID as `TYPE_UINT64`.

## Source
Triton core, from 25.01 (facts, `warmup.string-corrid`).
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import data_type
from tritonlint.warmup import samples

RULE = Rule(
    code="TLC510",
    name="warmup-with-string-correlation",
    effect="load-failure",
    first="25.01",
    server_says=("data-type is 'UINT64', but model",),
)


def check(config: Document) -> Iterator[Problem]:
    batching = config.root.message("sequence_batching")
    if batching is None:
        return
    for tensor in batching.messages("control_input"):
        for control in tensor.messages("control"):
            kind = control.scalar("kind")
            if kind is None or kind.value not in ("CONTROL_SEQUENCE_CORRID", 3):
                continue
            if data_type(config, control) != "TYPE_STRING":
                continue
            for sample in samples(config):
                if sample.batch_size:
                    yield Problem(
                        sample.span,
                        f"{sample.title} sends a numeric correlation ID but the model takes strings, "
                        "so the server refuses the model",
                        help="remove the warm-up, or declare the correlation ID as TYPE_UINT64",
                        related=(Related(kind.span, "taken as TYPE_STRING here"),),
                        key=str(sample.index),
                    )
            return


EXAMPLES = (
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
sequence_batching {
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_STRING } }
}
model_warmup {
  name: "zeros"
  #     ^^^^^^^ TLC510
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
sequence_batching {
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
}
model_warmup {
  name: "zeros"
  batch_size: 1
  inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }
}
-- add/1/ --
""",
)
