"""A metric control names a metric that cannot be customised

## What it does
Reports a `family` other than `nv_inference_first_response_histogram_ms` in `model_metrics`.

## What happens
The server logs a warning and goes on; the buckets have no effect.

## How to fix
Write the one family that can be customised, or remove the entry.

## Source
Triton core, `MetricModelReporter`; from 24.11 up to 26.06 at least.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLC532",
    name="metric-family-unknown",
    effect="hygiene",
    first="24.11",
    server_says=("is not a customizable metric",),
)

FAMILY = "nv_inference_first_response_histogram_ms"


def check(config: Document) -> Iterator[Problem]:
    metrics = config.root.message("model_metrics")
    for index, control in enumerate(metrics.messages("metric_control") if metrics is not None else ()):
        identifier = control.message("metric_identifier")
        family = identifier.scalar("family") if identifier is not None else None
        if family is None or not isinstance(family.value, str) or family.value in ("", FAMILY):
            continue
        yield Problem(
            family.span,
            f"'{family.value}' cannot be customised, so these buckets have no effect",
            help=f'write `family: "{FAMILY}"`',
            key=str(index),
        )


EXAMPLES = (
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_metrics {
  metric_control {
    metric_identifier { family: "nv_inference_count" }
    #                           ^^^^^^^^^^^^^^^^^^^^ TLC532
    histogram_options { buckets: [ 1, 10 ] }
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
    histogram_options { buckets: [ 1, 10 ] }
  }
}
-- add/1/ --
""",
)
