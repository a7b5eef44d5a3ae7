"""A metric control is incomplete

## What it does
Reports a `metric_control` of `model_metrics` without `metric_identifier`, without `family`, without
`histogram_options` or without `buckets`.

## What happens
The server refuses the model.

## How to fix
Write all of it: `metric_control { metric_identifier { family: "nv_inference_first_response_histogram_ms" }
histogram_options { buckets: [ 1, 10, 100 ] } }`.

## Source
Triton core, `ValidateModelConfig`; from 24.11, when the field appeared.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document, Field, Message
from tritonlint.rule import Rule
from tritonlint.source import Span
from tritonlint.tensors import anchor, certainly_absent, entries

RULE = Rule(
    code="TLC531",
    name="metric-control-incomplete",
    effect="load-failure",
    first="24.11",
    server_says=(
        "must specify 'metric_identifier'",
        "metric identifier must specify non-empty 'family'",
        "metric control must specify 'histogram_options'",
        "histogram options must specify non-empty 'buckets'",
    ),
)


def check(config: Document) -> Iterator[Problem]:
    metrics = config.root.message("model_metrics")
    if metrics is None:
        return
    for index, (written, control) in enumerate(entries(metrics, "metric_control")):
        for missing, span in _missing(config, written, control):
            yield Problem(
                span,
                f"metric_control number {index + 1} has no {missing}, so the server refuses the model",
                help=f"add {missing}, or remove this metric_control",
                key=f"{index}:{missing}",
            )


def _missing(config: Document, written: Field, control: Message) -> Iterator[tuple[str, Span]]:
    for outer, inner in (("metric_identifier", "family"), ("histogram_options", "buckets")):
        message, place = control.message(outer), control.field(outer)
        if message is None or place is None:
            if certainly_absent(config, control, outer):
                yield outer, anchor(written, control)
            continue
        value = message.field(inner)
        if value is None:
            if certainly_absent(config, message, inner):
                yield inner, place.name_span
        elif (inner == "family" and message.string(inner) == "") or (inner == "buckets" and not message.scalars(inner)):
            yield inner, value.span


EXAMPLES = (
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_metrics {
  metric_control {
    metric_identifier { family: "nv_inference_first_response_histogram_ms" }
     histogram_options { }
    #^^^^^^^^^^^^^^^^^ TLC531
  }
}
-- add/1/ --
""",
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_metrics {
  metric_control {
    metric_identifier { family: "nv_inference_first_response_histogram_ms" }
    histogram_options { buckets: [ 1, 10, 100 ] }
  }
}
-- add/1/ --
""",
)
