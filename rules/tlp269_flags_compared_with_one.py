"""The flags of a request are compared with one of them

## What it does
Reports `request.flags() == pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START` (or `…_END`), also with `!=` and under a
name: the flags are bits of one number.

## What happens
A sequence of a single request has both flags: neither comparison holds, its state is not begun anew or never removed,
and the next sequence of that id goes on with it.

## How to fix
Ask for the bit: `request.flags() & pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START`.

## Source
core, `tritonserver.h` (the flags are a bitwise or); seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Compare, Expr, last_name
from tritonlint.rule import Rule
from tritonlint.source import Span

FLAGS = frozenset({"TRITONSERVER_REQUEST_FLAG_SEQUENCE_START", "TRITONSERVER_REQUEST_FLAG_SEQUENCE_END"})
RULE = Rule(
    code="TLP269",
    name="flags-compared-with-one",
    effect="wrong-result",
    certainty="likely",
    words=tuple(sorted(FLAGS)),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    for test in python.walk(Compare):
        if len(test.rights) != 1 or test.operators[0] not in {"==", "!="}:
            continue
        for flags, one in ((test.left, test.rights[0]), (test.rights[0], test.left)):
            name = last_name(one)
            if name not in FLAGS or not _is_flags(python, flags):
                continue
            masked = f"{python.source(flags)} & {python.source(one)}"
            fix = None
            if test.operators[0] == "==":
                edit = Edit(Span(python.path, test.span.start, test.span.end), f"bool({masked})")
                fix = Fix("ask for the bit", (edit,), safety="unsafe")
            yield Problem(
                test.span,
                "a request may have both flags, as one that is a whole sequence: then this comparison "
                f"{'does not hold' if test.operators[0] == '==' else 'holds'} although the flag is set",
                help=f"ask for the bit: `{masked}`",
                fix=fix,
                key=name,
            )


def _is_flags(python: PythonFacts, expr: Expr) -> bool:
    """Whether an expression is all flags of a request."""
    sources = python.follow(expr) or ()
    return bool(sources) and all(
        isinstance(source, Call)
        and isinstance(source.func, Attribute)
        and source.func.attr == "flags"
        and not source.arguments
        for source, _ in sources
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
sequence_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.totals = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            key, flags = request.correlation_id(), request.flags()
            if request.flags() == pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START:
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP269
                self.totals[key] = np.zeros_like(x)
            self.totals[key] = self.totals.get(key, np.full_like(x, 100)) + x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.totals[key])]))
            ended = flags == pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP269
            if ended:
                del self.totals[key]
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
sequence_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.totals = {}
        self.both = (
            pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START | pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END
        )

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            key, flags = request.correlation_id(), request.flags()
            started = flags & pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START
            if started == pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START or flags == self.both:
                self.totals[key] = np.zeros_like(x)
            self.totals[key] = self.totals.get(key, np.full_like(x, 100)) + x
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.totals[key])]))
            if flags & pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END:
                del self.totals[key]
        return responses
""",
)
