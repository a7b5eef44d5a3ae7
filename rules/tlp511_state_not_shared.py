"""State in global variables of a model with several instances

## What it does
Reports global variables and attributes of the class that `execute` counts up or replaces, where config.pbtxt asks for
more than one instance.

## What happens
Every instance is a process of its own: each has its own copy, and which one a request meets is chance.

## How to fix
Keep state outside of the model (a database, files), let clients use sequences with `sequence_batching`, or run one
instance.

## Source
Facts, python-backend 8: a process per instance.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import MODEL_CLASS, PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import Assign, Attribute, Name, Scope, dotted
from tritonlint.rule import Rule

RULE = Rule(code="TLP511", name="state-not-shared", effect="wrong-result", certainty="likely")


def check(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    groups = effective.instance_groups
    if execute is None or not groups or effective.scheduling == "sequence":
        return
    written = next((g.message for g in groups if g.message is not None), None)
    if written is None or sum(group.count or 0 for group in groups) < 2:
        return
    nodes = list(own_nodes(execute))
    shared = {name for node in nodes if isinstance(node, Scope) and node.keyword == "global" for name in node.names}
    for node in nodes:
        for target in node.targets if isinstance(node, Assign) else ():
            name = target.id if isinstance(target, Name) and target.id in shared else None
            if isinstance(target, Attribute) and dotted(target.value) in {MODEL_CLASS, "self.__class__"}:
                name = target.attr
            # What is only kept (a model loaded once) is the same in every process.
            if name is None or not isinstance(node, Assign) or not node.operator:
                continue
            count = written.field("count")
            yield Problem(
                node.span,
                f"every instance is a process with its own `{name}`: requests see different values",
                help="keep state outside of the model, or run one instance",
                related=(Related(count.span, "several instances"),) if count is not None else (),
                key=name,
            )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
instance_group { count: 2 kind: KIND_CPU }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

COUNT = 0


class TritonPythonModel:
    def execute(self, requests):
        global COUNT
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            COUNT += 1
#           ^^^^^^^^^^ TLP511
            y = (x + COUNT).astype("float32")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils

COUNT = 0


class TritonPythonModel:
    def execute(self, requests):
        global COUNT
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            COUNT += 1
            y = (x + COUNT).astype("float32")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
