"""Histogram buckets are not in ascending order

## What it does
Reports `buckets` of a `metric_control` that do not strictly increase.

## What happens
A server started with `--metrics-config histogram_latencies=true` dies of an exception that nothing catches, with every
model in it. Without the option nothing happens; hence the finding is likely. Up to 25.12 only decoupled models have
the histogram.

## How to fix
Sort the buckets and remove what stands twice.

## Source
Triton core and prometheus-cpp; from 24.11.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC533",
    name="histogram-buckets-unordered",
    effect="server-crash",
    certainty="likely",
    first="24.11",
    server_says=("Bucket Boundaries must be strictly sorted",),
)


def check(config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    metrics = config.root.message("model_metrics")
    if metrics is None or (effective.decoupled is False and not target.may_be_since("26.01")):
        return
    for index, control in enumerate(metrics.messages("metric_control")):
        options = control.message("histogram_options")
        written = options.field("buckets") if options is not None else None
        values = options.scalars("buckets") if options is not None else []
        numbers = [v.value for v in values if isinstance(v.value, int | float)]
        if written is None or len(numbers) != len(values):
            continue
        wrong = next((i for i in range(1, len(numbers)) if not numbers[i] > numbers[i - 1]), None)
        if wrong is None:
            continue
        ordered = sorted(set(numbers))
        text = "buckets: [ " + ", ".join(f"{number:g}" for number in ordered) + " ]"
        alone = options is not None and len(options.occurrences("buckets")) == 1
        exact = [float(f"{number:g}") for number in ordered] == [float(number) for number in ordered]
        yield Problem(
            values[wrong].span,
            f"bucket {numbers[wrong]} does not come after {numbers[wrong - 1]}; "
            "with latency histograms on, the whole server process dies of it",
            help=f"write `{text}`",
            fix=Fix("sort the buckets", (Edit(written.span, text),)) if alone and exact else None,
            key=str(index),
        )


EXAMPLES = (
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_transaction_policy { decoupled: true }
model_metrics {
  metric_control {
    metric_identifier { family: "nv_inference_first_response_histogram_ms" }
    histogram_options { buckets: [ 1, 100, 10 ] }
    #                                      ^^ TLC533
  }
}
-- add/1/ --
-- fixed: add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_transaction_policy { decoupled: true }
model_metrics {
  metric_control {
    metric_identifier { family: "nv_inference_first_response_histogram_ms" }
    histogram_options { buckets: [ 1, 10, 100 ] }
  }
}
""",
    """\
-- target -- release=25.03
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
model_transaction_policy { decoupled: true }
model_metrics {
  metric_control {
    metric_identifier { family: "nv_inference_first_response_histogram_ms" }
    histogram_options { buckets: [ 1, 10, 100.5 ] }
  }
}
-- add/1/ --
""",
)
