"""A custom metric that refuses what is done with it

## What it does
Follows metrics from `pb_utils.MetricFamily(…)`: label values that are no strings, labels that are no dict, `set` on a
counter, `observe` on a counter or gauge, `increment`, `set` and `value` on a histogram, a histogram without buckets,
buckets for anything else or not as a rising list, values that are no numbers, methods that a metric does not have, and
names that Prometheus does not allow.

## What happens
An error is raised: in `initialize` the model does not load, elsewhere the request fails. On 24.10 some of these abort
the whole server.

## How to fix
Use strings as label values, `increment` for counters, `set` for gauges, `observe` and buckets for histograms.

## Source
Facts, python-backend 6.9; every form observed on 24.10: `set` on a counter in execute and `observe` on a counter in
initialize ended the server with SIGABRT.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Effect, Fix, Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import guarded, unconditional
from tritonlint.inputs.python_kinds import described, kind_of
from tritonlint.inputs.python_tree import Attribute, Call, Constant, Dict, Expr, Sequence
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP607",
    name="metric-misused",
    effect="request-failure",
    first="23.05",
    server_says=(
        "attempt to access JSON non-string as string",
        "Labels must be a dictionary.",
        "does not support Set",
        "does not support Observe",
        "Missing required buckets.",
        "Unexpected buckets found.",
    ),
    words=("MetricFamily",),
)
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_OTHER = re.compile(r"^(?=[0-9])|[^a-zA-Z0-9_:]")
METHODS = ("increment", "set", "value", "observe")
REFUSED = {
    "COUNTER": {"set": "increment", "observe": "increment"},
    "GAUGE": {"observe": "set"},
    "HISTOGRAM": {"increment": "observe", "set": "observe", "value": ""},
}
OTHER_NAMES = {"inc": "increment", "add": "increment", "dec": "increment", "get": "value"}

_Found = tuple[Span, str, str, Fix | None]


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if "MetricFamily" not in python.text:
        return
    told: set[Span] = set()
    for problem in _followed(python):
        told.add(problem.span)
        yield problem
    for mistake in mistakes(python, config, effective, "metric"):
        if mistake.span not in told:
            right = REFUSED[mistake.found][mistake.name]
            yield Problem(
                mistake.span,
                f"a {mistake.found} does not support `{mistake.name}`: this raises an error, and can end the whole "
                "server",
                help=f"write `{right}`" if right else "read the histogram through the metrics endpoint",
                effect=_effect(mistake.found, mistake.name),
                certainty="certain" if mistake.sure else "likely",
                key=mistake.name,
            )


def _effect(kind: str, method: str) -> Effect | None:
    """What a call while serving does."""
    return "server-crash" if (kind, method) == ("COUNTER", "set") else None


def _followed(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    for made in python.calls_of("MetricFamily"):
        name = made.call.argument(0, "name")
        if isinstance(name, Constant) and isinstance(name.value, str) and not _NAME.fullmatch(name.value):
            yield Problem(
                name.span,
                "`Invalid metric name`: letters, digits, `_` and `:` only, and no digit first",
                help=f'write `"{_OTHER.sub("_", name.value)}"`',
                effect="load-failure" if initialize is not None and unconditional(initialize, made.call) else None,
                key="name",
            )
    for node in python.walk(Call):
        if not isinstance(node.func, Attribute):
            continue
        found: _Found | None = None
        if node.func.attr == "Metric":
            kind = _family(python, node.func.value)
            found = _metric(python, node, kind) if kind is not None else None
        else:
            kind = _metric_kind(python, node.func.value)
            found = _call(python, node, node.func, kind) if kind is not None else None
        if found is None or guarded(python.body, node):
            continue
        span, message, help_, fix = found
        effect: Effect | None = None
        if initialize is not None and unconditional(initialize, node):
            effect = "load-failure"
        elif message.startswith("a COUNTER does not support `set`"):
            effect = _effect("COUNTER", "set")
        yield Problem(span, message, help=help_, fix=fix, effect=effect, key=message)


def _family(python: PythonFacts, expr: Expr, frame: Frame | None = None) -> str | None:
    """The kind of the one metric family that an expression is; empty when only the kind is unknown."""
    kinds = set()
    for source, where in python.follow(expr, frame) or ():
        if not isinstance(source, Call) or python.pb_name(source.func, where) != "MetricFamily":
            return None
        kind = source.argument(2, "kind")
        name = python.pb_name(kind, where) if kind is not None else None
        kinds.add(name.rsplit(".", 1)[-1] if name is not None and name.startswith("MetricFamily.") else "")
    return kinds.pop() if len(kinds) == 1 else None


def _metric_kind(python: PythonFacts, expr: Expr) -> str | None:
    kinds = set()
    for source, where in python.follow(expr) or ():
        if not isinstance(source, Call) or not isinstance(source.func, Attribute) or source.func.attr != "Metric":
            return None
        kinds.add(_family(python, source.func.value, where))
    return kinds.pop() if len(kinds) == 1 else None


def _metric(python: PythonFacts, call: Call, kind: str) -> _Found | None:
    labels, buckets = call.argument(0, "labels"), call.argument(1, "buckets")
    if not call.certain:
        return None
    for argument in call.arguments:
        if argument.keyword not in {None, "labels", "buckets"}:
            at = argument.span.start or 0
            return (
                Span(python.path, at, at + len(argument.keyword or "")),
                f"`Metric` has no parameter `{argument.keyword}`: this raises TypeError",
                "it takes `labels` and, for histograms, `buckets`",
                None,
            )
    labels_kind = kind_of(python, labels) if labels is not None else None
    if labels is not None and labels_kind not in {None, "dict", "None"}:
        return (
            labels.span,
            f"labels are a dict; {described(labels_kind or '')} is refused",
            "write `{name: value}`",
            None,
        )
    for value in labels.values if isinstance(labels, Dict) else ():
        inner = kind_of(python, value)
        if inner not in {None, "str"}:
            start, end = value.span.start, value.span.end
            wrap = (Edit(Span(python.path, start, start), "str("), Edit(Span(python.path, end, end), ")"))
            return (
                value.span,
                f"label values are strings; {described(inner or '')} is refused: `attempt to access JSON non-string`",
                f"write `str({python.source(value)})`",
                Fix("convert to a string", wrap),
            )
    if kind == "HISTOGRAM" and buckets is None:
        return call.span, "a histogram needs buckets", "give `buckets=[…]`, rising numbers", None
    if kind in {"COUNTER", "GAUGE"} and buckets is not None and kind_of(python, buckets) not in {None, "None"}:
        return buckets.span, f"only a histogram has buckets, and this is a {kind}", "leave them out", None
    if kind == "HISTOGRAM" and buckets is not None:
        given = kind_of(python, buckets)
        if given not in {None, "list"}:
            return buckets.span, f"buckets are a list; {described(given or '')} is refused", "write `[…]`", None
        bounds = [i.value for i in buckets.items if isinstance(i, Constant)] if isinstance(buckets, Sequence) else []
        numbers = [b for b in bounds if isinstance(b, int | float)]
        if sorted(set(numbers)) != numbers:
            return buckets.span, "the bounds of the buckets must rise strictly", "sort them", None
    return None


def _call(python: PythonFacts, call: Call, func: Attribute, kind: str) -> _Found | None:
    method = func.attr
    if method not in METHODS:
        near = OTHER_NAMES.get(method) or next(iter(get_close_matches(method, METHODS, 1)), "")
        return (
            func.attr_span,
            f"a metric has no `{method}`: this raises AttributeError",
            f"write `{near}`" if near else f"it has {', '.join(METHODS)}",
            None,
        )
    if method in REFUSED.get(kind, {}):
        right = REFUSED[kind][method]
        return (
            func.attr_span,
            f"a {kind} does not support `{method}`: this raises an error, and can end the whole server",
            f"write `{right}`" if right else "read the histogram through the metrics endpoint",
            None,
        )
    first = call.argument(0)
    given = kind_of(python, first) if first is not None else None
    if first is not None and given not in {None, "int", "float", "bool"}:
        return first.span, f"a metric takes a number; {described(given or '')} raises TypeError", "give a number", None
    if kind == "COUNTER" and isinstance(first, Constant) and isinstance(first.value, int | float) and first.value < 0:
        return first.span, "a COUNTER only grows", "use a GAUGE", None
    return None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.family = pb_utils.MetricFamily(
            name="tlp607_requests", description="requests", kind=pb_utils.MetricFamily.COUNTER
        )
        self.metric = self.family.Metric(labels={"version": 1})
#                                                           ^ TLP607

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.metric.increment(1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.family = pb_utils.MetricFamily(
            name="tlp607_requests", description="requests", kind=pb_utils.MetricFamily.COUNTER
        )
        self.metric = self.family.Metric(labels={"version": str(1)})

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.metric.increment(1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.family = pb_utils.MetricFamily(
            name="tlp607_size", description="size", kind=pb_utils.MetricFamily.GAUGE
        )
        self.metric = self.family.Metric(labels={"version": args["model_version"]})

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.metric.observe(x.size)
#                       ^^^^^^^ TLP607
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.family = pb_utils.MetricFamily(
            name="tlp607_good", description="requests", kind=pb_utils.MetricFamily.COUNTER
        )
        self.metric = self.family.Metric(labels={"version": args["model_version"]})

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.metric.increment(1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Metrics:
    def __init__(self):
        self.family = pb_utils.MetricFamily(
            name="tlp607_rows", description="rows", kind=pb_utils.MetricFamily.COUNTER
        )
        self.rows = self.family.Metric(labels={"model": "add"})

    def count(self, rows):
        self.rows.set(rows)
#                 ^^^ TLP607


class TritonPythonModel:
    def initialize(self, args):
        self.metrics = Metrics()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.metrics.count(len(x))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
