"""A pool that one request shuts down for all others

## What it does
Reports `with self.pool:` and `self.pool.shutdown()` outside of `finalize`, where `self.pool` is a ThreadPoolExecutor or
ProcessPoolExecutor that only `initialize` (or `__init__`) makes.

## What happens
The end of the `with` shuts the pool down. The first call works; every later one fails with `cannot schedule new
futures after shutdown`.

## How to fix
Use the pool without `with`, and shut it down in `finalize`.

## Source
`concurrent.futures`; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Attribute, Call, Expr, Handler, With, last_name, lies_in
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP241",
    name="pool-closed-by-request",
    effect="request-failure",
    server_says=("cannot schedule new futures after shutdown",),
    words=("ThreadPoolExecutor", "ProcessPoolExecutor"),
)
_POOLS = frozenset({"concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"}) | frozenset(
    {"concurrent.futures.thread.ThreadPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor"}
)
_LOADING = frozenset({"__init__", "initialize"})
_BEYOND_REQUESTS = _LOADING | {"finalize", "__del__", "__exit__"}


def check(python: PythonFacts) -> Iterator[Problem]:
    for item in (item for node in python.walk(With) for item in node.items):
        made = _made_while_loading(python, item.value)
        if made is not None:
            yield Problem(
                item.value.span,
                "the end of this `with` shuts the pool of the model down: every later call fails",
                help="use the pool without `with`, and shut it down in `finalize`",
                related=(Related(made, "made once"),),
                key="with",
            )
    for call in python.walk(Call):
        if isinstance(call.func, Attribute) and call.func.attr == "shutdown":
            made = _made_while_loading(python, call.func.value)
            function = python.function_at(call)
            if made is None or function is None or function is not python.method("execute"):
                continue
            # A pool that is broken may be shut down, and another one made.
            again = any(_last(c) in _LOADING for c in own_nodes(function, Call))
            if not again and not any(lies_in(call, handler) for handler in own_nodes(function, Handler)):
                yield Problem(
                    call.span,
                    "this shuts the pool of the model down: every later call fails",
                    help="shut it down in `finalize`",
                    related=(Related(made, "made once"),),
                    key="shutdown",
                )


def _last(call: Call) -> str:
    return last_name(call.func)


def _made_while_loading(python: PythonFacts, expr: Expr) -> Span | None:
    """Where a pool in an attribute of the model is made, if only loading makes it and this is no part of loading."""
    frame = python.frame_at(expr)
    own = python.self_name(frame)
    if not isinstance(expr, Attribute) or own is None or python.source(expr.value) != own:
        return None
    function = python.function_at(expr)
    if function is None or function.name in _BEYOND_REQUESTS:
        return None
    callers = [one for call in python.walk(Call) if _last(call) == function.name and (one := python.function_at(call))]
    if function.name != "execute" and all(one.name in _BEYOND_REQUESTS for one in callers):
        return None
    if not any(frame.in_class is cls for cls in python.model_classes):
        return None
    bindings = python.attributes.get(expr.attr, [])
    for binding, number in bindings:
        place = python.frames[number]
        maker = place.function
        if binding.kind != "value" or maker is None or maker.name not in _LOADING:
            return None
        if not isinstance(binding.expr, Call) or python.qualified(binding.expr.func, place) not in _POOLS:
            return None
    return bindings[0][0].span if bindings else None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=2)

    def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x + x)])

    def execute(self, requests):
        with self.pool:
#            ^^^^^^^^^ TLP241
            return list(self.pool.map(self._answer, requests))
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=2)

    def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x + x)])

    def execute(self, requests):
        return list(self.pool.map(self._answer, requests))

    def finalize(self):
        self.pool.shutdown()
""",
    # Only finalize shuts it down.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from concurrent.futures import ThreadPoolExecutor

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])

    def execute(self, requests):
        return list(self.pool.map(self.answer, requests))

    def stop(self):
        with self.pool:
            pb_utils.Logger.log_info("the last tasks end here")

    def finalize(self):
        self.stop()
""",
)
