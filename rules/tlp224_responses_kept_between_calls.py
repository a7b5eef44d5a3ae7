"""A list of responses that grows from call to call

## What it does
Reports `return self.responses` from execute where the list is made in `initialize` (or in the class) and execute only
appends to it.

## What happens
The first call works. The second returns the old responses too: the number does not match, and every request fails from
then on.

## How to fix
Make the list in execute.

## Source
Facts, python-backend 6.4: wrong number of responses (every release); the second request fails on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_join import uses_sender
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Sequence, dotted
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP224",
    name="responses-kept-between-calls",
    effect="request-failure",
    server_says=("Number of InferenceResponse objects do not match",),
)


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    own = python.self_name(python.frame_of(execute)) if execute is not None else None
    if execute is None or own is None or uses_sender(python):
        return
    for statement in returns(execute):
        value = statement.value
        if not isinstance(value, Attribute) or dotted(value.value) != own:
            continue
        made = python.attributes.get(value.attr, [])
        if len(made) != 1 or not isinstance(made[0][0].expr, Sequence) or made[0][0].expr.items:
            continue
        if python.frames[made[0][1]].owner is execute:
            continue
        name = f"{own}.{value.attr}"
        calls = [
            c.func.attr for c in python.walk(Call) if isinstance(c.func, Attribute) and dotted(c.func.value) == name
        ]
        appended = any(
            isinstance(c.func, Attribute) and dotted(c.func) == f"{name}.append" for c in own_nodes(execute, Call)
        )
        # Under another name, or in another function, it may be emptied.
        plain = {c.func.value.span for c in python.walk(Call) if isinstance(c.func, Attribute)}
        plain |= {target.span for assign in python.walk(Assign) for target in assign.targets}
        plain |= {s.value.span for s in returns(execute) if s.value is not None}
        if any(dotted(node) == name and node.span not in plain for node in python.walk(Attribute)):
            continue
        changed = any(dotted(t) == name or _within(t, name) for a in own_nodes(execute, Assign) for t in a.targets)
        if appended and set(calls) <= {"append"} and not changed and "del " not in python.source(execute):
            yield Problem(
                value.span,
                f"`{name}` is never emptied: from the second call on it holds too many responses, and all fail",
                help="make the list in execute: `responses = []`",
                related=(Related(made[0][0].span, "made once, here"),),
                key=value.attr,
            )


def _within(target: object, name: str) -> bool:
    return dotted(getattr(target, "value", None)) == name


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
        self.responses = []

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return self.responses
#              ^^^^^^^^^^^^^^ TLP224
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # It is emptied under another name.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.responses = []

    def execute(self, requests):
        kept = self.responses
        kept.clear()
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return self.responses
""",
)
