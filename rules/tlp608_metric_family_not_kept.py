"""A metric whose family is gone

## What it does
Reports `self.metric = family.Metric(…)` where `family` is a local name that nothing keeps,
`pb_utils.MetricFamily(…).Metric(…)`, and functions that give such a metric back without its family.

## What happens
With the family its metrics end: `Invalid metric operation as the corresponding 'MetricFamily' has been deleted`, at the
first use after the function that made them.

## How to fix
Keep the family as long as its metrics: `self.family = pb_utils.MetricFamily(…)`.

## Source
Facts, python-backend 6.9; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Delete, Function, Name, dotted, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP608",
    name="metric-family-not-kept",
    effect="request-failure",
    first="23.05",
    server_says=("Invalid metric operation as the corresponding 'MetricFamily' has been deleted",),
    words=("MetricFamily",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if "MetricFamily" not in python.text:
        return
    yield from _given_back(python)
    for method in ("initialize", "__init__"):
        function = python.method(method)
        own = python.self_name(python.frame_of(function)) if function is not None else None
        if function is None or own is None:
            continue
        for node in own_nodes(function, Assign):
            if not isinstance(node.value, Call):
                continue
            kept = any(isinstance(t, Attribute) and dotted(t.value) == own for t in node.targets)
            made = node.value.func
            if not isinstance(made, Attribute) or made.attr != "Metric":
                continue
            family = made.value
            lost: tuple[Related, ...] | None = None
            if isinstance(family, Call) and python.pb_name(family.func) == "MetricFamily":
                lost = ()
            elif kept and isinstance(family, Name):
                lost = _only_local(python, function, family.id)
            if lost is not None:
                yield Problem(
                    node.value.span,
                    "the metric is kept, but its family is not: the first use in execute fails",
                    help=f"keep the family too: `{own}.family = pb_utils.MetricFamily(…)`",
                    related=lost,
                    key="family",
                )


def _given_back(python: PythonFacts) -> Iterator[Problem]:
    """Functions that return a metric of a family which ends with them."""
    for frame in python.frames:
        function = frame.function
        for node in returns(function) if function is not None else ():
            made = node.value.func if isinstance(node.value, Call) else None
            if function is None or not isinstance(made, Attribute) or made.attr != "Metric":
                continue
            family = made.value
            lost = _only_local(python, function, family.id) if isinstance(family, Name) else None
            if lost:
                yield Problem(
                    lost[0].span,
                    "the metric is given back, but its family ends with this function: the metric's first use fails",
                    help="keep the family too: return both, or put it into an attribute",
                    key="family",
                )


def _only_local(python: PythonFacts, function: Function, name: str) -> tuple[Related, ...] | None:
    """Where a local family is made, when it is used for nothing but making metrics."""
    bound = python.frame_of(function).bindings.get(name, [])
    if len(bound) != 1 or bound[0].kind != "value" or not isinstance(bound[0].expr, Call):
        return None
    if python.pb_name(bound[0].expr.func) != "MetricFamily" or python.calls_any("locals", "vars"):
        return None
    # `family = self.family = …` keeps it.
    if any(node.value is bound[0].expr and len(node.targets) > 1 for node in walk(function.body, Assign)):
        return None
    fine = {bound[0].span}
    for node in walk(function.body, Attribute):
        if node.attr == "Metric" and dotted(node.value) == name:
            fine.add(node.value.span)
        elif isinstance(node, Delete):
            fine |= {target.span for target in node.targets}
    if any(isinstance(n, Name) and n.id == name and n.span not in fine for n in walk(function.body)):
        return None
    return (Related(bound[0].span, "the family, which ends with this function"),)


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
        family = pb_utils.MetricFamily(
            name="tlp608_requests", description="requests", kind=pb_utils.MetricFamily.COUNTER
        )
        self.metric = family.Metric(labels={"version": args["model_version"]})
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP608

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
            name="tlp608_good", description="requests", kind=pb_utils.MetricFamily.COUNTER
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


def counter(name, labels):
    family = pb_utils.MetricFamily(name=name, description=name, kind=pb_utils.MetricFamily.COUNTER)
#   ^^^^^^ TLP608
    return family.Metric(labels=labels)


class TritonPythonModel:
    def initialize(self, args):
        self.metric = counter("tlp608_helper", {"version": args["model_version"]})

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.metric.increment(1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- kept/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- kept/1/model.py --
import triton_python_backend_utils as pb_utils

KEEP = []
FAMILIES = {}


def make(name):
    family = pb_utils.MetricFamily(name=name, description="d", kind=pb_utils.MetricFamily.COUNTER)
    KEEP.append(family)
    return family.Metric(labels={})


def pair(name):
    family = pb_utils.MetricFamily(name=name, description="d", kind=pb_utils.MetricFamily.COUNTER)
    return family, family.Metric(labels={})


def closure(name):
    family = pb_utils.MetricFamily(name=name, description="d", kind=pb_utils.MetricFamily.COUNTER)
    metric = family.Metric(labels={})

    def inc(n, _keep=family):
        metric.increment(n)

    return inc


class TritonPythonModel:
    def initialize(self, args):
        self.a = make("adv_k1")
        self.f, self.b = pair("adv_k2")
        self.c = closure("adv_k3")
        fam = self.fam = pb_utils.MetricFamily(
            name="adv_k4", description="d", kind=pb_utils.MetricFamily.COUNTER
        )
        self.d = fam.Metric(labels={})
        fam2 = FAMILIES["x"] = pb_utils.MetricFamily(
            name="adv_k5", description="d", kind=pb_utils.MetricFamily.COUNTER
        )
        self.e = fam2.Metric(labels={})
        fam3 = pb_utils.MetricFamily(name="adv_k6", description="d", kind=pb_utils.MetricFamily.COUNTER)
        self.g = fam3.Metric(labels={})
        self.keep = lambda: fam3

    def execute(self, requests):
        for m in (self.a, self.b, self.d, self.e, self.g):
            m.increment(1)
        self.c(1)
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
            )
            for r in requests
        ]
""",
)
