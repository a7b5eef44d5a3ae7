"""A custom metric that refuses what is done with it

## What it does
Follows metrics from `pb_utils.MetricFamily(…)`: label values that are no strings, labels that are no dict, `set` on a
counter, `observe` on a counter or gauge, `increment`, `set` and `value` on a histogram, a histogram without buckets,
buckets for anything else or not as a rising list, values that are no numbers, methods that a metric does not have, and
names that Prometheus does not allow.

## What happens
An error is raised: in `initialize` the model does not load, elsewhere the request fails. Where it is the server that
refuses (a method, a value, a label's value, the bounds of buckets, a name) and not Python, a request also ends the
whole server, mostly within ten calls, even if the model catches the error.

## How to fix
Use strings as label values, `increment` for counters, `set` for gauges, `observe` and buckets for histograms.

## Source
Facts, python-backend 6.9; every form observed on 24.10: what the server refuses in execute ended it with SIGABRT, so
did `observe` on a counter in initialize. `set` on a counter in execute: SIGABRT on 23.07, 23.12 and 24.03, too; on
24.07 requests hang.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Effect, Fix, Problem
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import guarded
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


class _Found(NamedTuple):
    span: Span
    message: str
    help: str
    fix: Fix | None = None
    by_server: bool = False
    """Whether the server refuses, and not Python."""


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if "MetricFamily" not in python.text:
        return
    told: set[Span] = set()
    for problem in _followed(python):
        told.add(problem.span)
        yield problem
    for mistake in mistakes(python, config, effective, "metric"):
        if mistake.name == "down":
            if not any(span.start == (mistake.span.end or 0) + 1 for span in told):
                yield Problem(
                    mistake.span,
                    "a COUNTER only grows: a step below zero raises an error, and can end the whole server",
                    help="make the family a GAUGE",
                    certainty="certain" if mistake.sure else "likely",
                    key="down",
                )
        elif mistake.span not in told:
            right = REFUSED[mistake.found][mistake.name]
            yield Problem(
                mistake.span,
                f"a {mistake.found} does not support `{mistake.name}`: this raises an error, and can end the whole "
                "server",
                help=f"write `{right}`" if right else "read the histogram through the metrics endpoint",
                effect="server-crash",
                certainty="certain" if mistake.sure else "likely",
                key=mistake.name,
            )


def _followed(python: PythonFacts) -> Iterator[Problem]:
    initialize = python.method("initialize")
    for made in python.calls_of("MetricFamily"):
        name = made.call.argument(0, "name")
        if isinstance(name, Constant) and isinstance(name.value, str) and not _NAME.fullmatch(name.value):
            yield Problem(
                name.span,
                "`Invalid metric name`: letters, digits, `_` and `:` only, and no digit first",
                help=f'write `"{_OTHER.sub("_", name.value)}"`',
                effect="load-failure"
                if initialize is not None and unconditional(initialize, made.call)
                else _while_serving(python, made.call),
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
        if found is None:
            continue
        effect = _while_serving(python, node) if found.by_server else None
        # In a request, catching the error does not save the server.
        in_request = effect is not None and python.function_at(node) is python.method("execute")
        if not in_request and guarded(python.body, node):
            continue
        if initialize is not None and unconditional(initialize, node):
            effect = "load-failure"
        yield Problem(found.span, found.message, help=found.help, fix=found.fix, effect=effect, key=found.message)


def _while_serving(python: PythonFacts, call: Call) -> Effect | None:
    """What something that the server refuses does in a request."""
    function = python.function_at(call)
    return "server-crash" if function is not None and function.name not in {"__init__", "initialize"} else None


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
            return _Found(
                Span(python.path, at, at + len(argument.keyword or "")),
                f"`Metric` has no parameter `{argument.keyword}`: this raises TypeError",
                "it takes `labels` and, for histograms, `buckets`",
            )
    labels_kind = kind_of(python, labels) if labels is not None else None
    if labels is not None and labels_kind not in {None, "dict", "None"}:
        return _Found(
            labels.span, f"labels are a dict; {described(labels_kind or '')} is refused", "write `{name: value}`"
        )
    for key, value in zip(labels.keys, labels.values, strict=True) if isinstance(labels, Dict) else ():
        inner = kind_of(python, value) if key is not None else None
        if inner not in {None, "str"}:
            start, end = value.span.start, value.span.end
            wrap = (Edit(Span(python.path, start, start), "str("), Edit(Span(python.path, end, end), ")"))
            return _Found(
                value.span,
                f"label values are strings; {described(inner or '')} is refused: `attempt to access JSON non-string`",
                f"write `str({python.source(value)})`",
                Fix("convert to a string", wrap),
                by_server=True,
            )
    if kind == "HISTOGRAM" and buckets is None:
        return _Found(call.span, "a histogram needs buckets", "give `buckets=[…]`, rising numbers")
    if kind in {"COUNTER", "GAUGE"} and buckets is not None and kind_of(python, buckets) not in {None, "None"}:
        return _Found(buckets.span, f"only a histogram has buckets, and this is a {kind}", "leave them out")
    if kind == "HISTOGRAM" and buckets is not None:
        given = kind_of(python, buckets)
        if given not in {None, "list"}:
            return _Found(buckets.span, f"buckets are a list; {described(given or '')} is refused", "write `[…]`")
        bounds = [i.value for i in buckets.items if isinstance(i, Constant)] if isinstance(buckets, Sequence) else []
        numbers = [b for b in bounds if isinstance(b, int | float)]
        if sorted(set(numbers)) != numbers:
            return _Found(buckets.span, "the bounds of the buckets must rise strictly", "sort them", by_server=True)
    return None


def _call(python: PythonFacts, call: Call, func: Attribute, kind: str) -> _Found | None:
    method = func.attr
    if method not in METHODS:
        near = OTHER_NAMES.get(method) or next(iter(get_close_matches(method, METHODS, 1)), "")
        return _Found(
            func.attr_span,
            f"a metric has no `{method}`: this raises AttributeError",
            f"write `{near}`" if near else f"it has {', '.join(METHODS)}",
        )
    if method in REFUSED.get(kind, {}):
        right = REFUSED[kind][method]
        return _Found(
            func.attr_span,
            f"a {kind} does not support `{method}`: this raises an error, and can end the whole server",
            f"write `{right}`" if right else "read the histogram through the metrics endpoint",
            by_server=True,
        )
    first = call.argument(0)
    given = kind_of(python, first) if first is not None else None
    if first is not None and given not in {None, "int", "float", "bool"}:
        return _Found(
            first.span, f"a metric takes a number; {described(given or '')} raises TypeError", "give a number"
        )
    if kind == "COUNTER" and isinstance(first, Constant) and isinstance(first.value, int | float) and first.value < 0:
        return _Found(first.span, "a COUNTER only grows", "use a GAUGE", by_server=True)
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
            name="tlp607_level", description="level", kind=pb_utils.MetricFamily.COUNTER
        )
        self.metric = self.family.Metric(labels={"version": args["model_version"]})

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                self.metric.set(x.size)
#                           ^^^ TLP607
            except pb_utils.TritonModelException as error:
                pb_utils.Logger.log_warn(str(error))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
