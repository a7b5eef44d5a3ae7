"""A call to the server where there is none

## What it does
Reports `load_model`, `unload_model`, `is_model_ready` and `MetricFamily` in `auto_complete_config`, and calls there of
functions and classes of the file, or of a module beside it, that do this.

## What happens
The process that runs `auto_complete_config` has no connection to the server: the call never returns, and the load
hangs without a message.

## How to fix
Make the call in `initialize`.

## Source
Facts, python-backend 6.2 (observed on 24.10 and 25.08).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PbCall, PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, unconditional
from tritonlint.inputs.python_tree import Attribute, Call, Class, Function, Name
from tritonlint.inputs.rehearsal.completed import SERVER_CALLS, Refused, refused
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP009",
    name="server-call-in-auto-complete",
    effect="load-failure",
    first="23.07",
)
_DEEPEST = 4


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    played = refused(python, config, effective)
    told = list(_written(python, played))
    yield from told
    for one in () if told else dict.fromkeys(played.asked):
        yield Problem(
            one.span,
            f"`{one.name}`, which this comes to, never returns in auto_complete_config: the model load hangs",
            help="move the call to `initialize`",
            certainty=None if one.sure else "likely",
            key=one.name,
        )


def _written(python: PythonFacts, played: Refused) -> Iterator[Problem]:
    """The calls that stand in the hook, and those of the file's own code in it that come to one."""
    hook = python.method("auto_complete_config")
    if hook is None:
        return
    asked = list(python.calls_of(*SERVER_CALLS))
    for call in asked:
        if call.function is not None and call.function.span == hook.span:
            if played.whole and not any(one.span == call.span for one in played.asked):
                continue  # Behind a condition that is false.
            yield Problem(
                call.span,
                f"`{call.name}` never returns in auto_complete_config: the model load hangs",
                help="move the call to `initialize`",
                certainty=None if unconditional(hook, call.call) else "likely",
                key=call.name,
            )
    for node in own_nodes(hook, Call) if asked else ():
        found = _reached(python, node, asked, 0)
        if found is not None:
            yield Problem(
                node.span,
                f"`{found.name}`, which this comes to, never returns in auto_complete_config: the model load hangs",
                help="move the call to `initialize`",
                related=(Related(found.span, "called here"),),
                certainty="likely",
                key=found.name,
            )


def _reached(python: PythonFacts, call: Call, asked: list[PbCall], depth: int) -> PbCall | None:
    """The call to the server that a call of the file's own code comes to."""
    function = _called(python, call)
    if function is None or depth == _DEEPEST:
        return None
    for one in asked:
        if one.function is not None and one.function.span == function.span:
            return one
    found = (_reached(python, node, asked, depth + 1) for node in own_nodes(function, Call))
    return next((one for one in found if one is not None), None)


def _called(python: PythonFacts, call: Call) -> Function | None:
    """The function that a call runs; also a method of a class by the class, and the constructor of one."""
    func = call.func
    owner = func.value if isinstance(func, Attribute) else func
    wanted = func.attr if isinstance(func, Attribute) else "__init__"
    name = owner.id if isinstance(owner, Name) else None
    if isinstance(owner, Call) and isinstance(owner.func, Name):
        name = owner.func.id  # `Meters().register()`
    frame = python.frame_at(call)
    classes = [node for node in python.body if isinstance(node, Class) and node.name == name]
    if not classes and name is not None and frame.in_class is not None and frame.function is not None:
        first = frame.function.parameters[:1]
        if first and first[0].name == name and "staticmethod" not in frame.function.decorator_names:
            classes = [frame.in_class]
    for cls in classes:
        for node in cls.body:
            if isinstance(node, Function) and node.name == wanted:
                return node
    return called_function(python, call)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        pb_utils.is_model_ready("other")
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP009
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        pb_utils.is_model_ready("other")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Meters:
    family = None

    @classmethod
    def register(cls):
        if cls.family is None:
            cls.family = pb_utils.MetricFamily(
                name="requests_seen", description="requests", kind=pb_utils.MetricFamily.COUNTER
            )


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        Meters.register()
#       ^^^^^^^^^^^^^^^^^ TLP009
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- sibling/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- sibling/1/model.py --
import triton_python_backend_utils as pb_utils
from backends import wait_for


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        wait_for("encoder")
#       ^^^^^^^^^^^^^^^^^^^ TLP009
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
-- sibling/1/backends.py --
import triton_python_backend_utils as pb_utils


def wait_for(name):
    while not pb_utils.is_model_ready(name):
        pass
""",
    """\
-- getattr/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- getattr/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        load = getattr(pb_utils, "load_model", None)
        if load is not None:
            load("encoder")
#           ^^^^^^^^^^^^^^^ TLP009
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- sibling_base/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- sibling_base/1/model.py --
import triton_python_backend_utils as pb_utils
from dependent import Dependent


class TritonPythonModel(Dependent):
#     ^^^^^^^^^^^^^^^^^ TLP009
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
-- sibling_base/1/dependent.py --
import triton_python_backend_utils as pb_utils


class Dependent:
    @staticmethod
    def auto_complete_config(config):
        pb_utils.load_model("encoder")
        return config
""",
    """\
-- never_true/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- never_true/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    WAITS = False

    @classmethod
    def auto_complete_config(cls, config):
        if cls.WAITS:
            pb_utils.load_model("x")
        config.set_max_batch_size(8)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
    """\
-- own_name/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- own_name/1/model.py --
import triton_python_backend_utils as pb_utils


def is_model_ready(name):
    return len(name) > 2


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        config.set_max_batch_size(8 if is_model_ready("encoder") else 4)
        return config

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "INPUT0").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x * 2)]))
        return responses
""",
)
