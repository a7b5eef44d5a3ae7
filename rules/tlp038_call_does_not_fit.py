"""A call that does not fit the method or function that it calls

## What it does
Reports calls of the model's own methods, of functions and classes of the file, and of `super()`, with too few or too
many arguments or with a keyword that there is not; a method without `self` is the usual case. Also `super().name(…)`
where no base has `name`.

## What happens
The line raises TypeError (AttributeError where no base has the method). In `initialize` and `__init__` the model does
not load; in `execute` the request fails.

## How to fix
Pass what the definition asks for, or add the parameter.

## Source
Python's calls; the forms of `initialize` were loaded on a real server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Attribute, Call, Class, Expr, Function, Name, Stmt, dotted
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP038",
    name="call-does-not-fit",
    effect="request-failure",
    certainty="likely",
    server_says=("positional argument", "unexpected keyword argument", "object has no attribute"),
)
AT_LOAD = ("__init__", "initialize")


def check(python: PythonFacts) -> Iterator[Problem]:
    if python.error is not None or python.calls_any("setattr"):
        return
    told: set[Span] = set()
    methods = {s.name for owner in python.model_classes for s in owner.body if isinstance(s, Function)}
    for call in python.walk(Call):
        if not _may_be_of_file(python, call.func, methods) or not call.certain:
            continue
        found = _own(python, call) or _of_file(python, call) or _of_base(python, call)
        if found is None:
            continue
        name, function, given = found
        why = _misfit(call, function, given) if function is not None else "no base of the model has it"
        if not why or call.span in told or guarded(python.body, call):
            continue
        told.add(call.span)
        hooks = (python.method(hook) for hook in AT_LOAD)
        loading = any(hook is not None and unconditional(hook, call) for hook in hooks)
        yield Problem(
            call.span,
            f"`{name}` cannot be called like this: {why}",
            help="add `self` as its first parameter"
            if function is not None and given == 1 and not function.positional[:1]
            else f"call it as `{_signature(function, given)}`"
            if function is not None
            else "remove the call",
            related=(Related(function.name_span, "defined here"),) if function is not None else (),
            effect="load-failure" if loading else None,
            key=name,
        )


def _may_be_of_file(python: PythonFacts, func: Expr, methods: set[str]) -> bool:
    """Whether something that the file itself defines is called; mostly it is a library's."""
    if isinstance(func, Name):
        return func.id in python.frames[0].bindings
    if not isinstance(func, Attribute):
        return False
    return isinstance(func.value, Call) or func.attr in methods


def _own(python: PythonFacts, call: Call) -> tuple[str, Function, int] | None:
    """The method that ``self.name(…)`` calls, and how many arguments come before those that are written."""
    func = call.func
    if not isinstance(func, Attribute) or not isinstance(func.value, Name):
        return None
    method = python.method(func.attr)
    if method is None:
        return None
    frame = python.frame_at(call)
    own = python.self_name(frame)
    found = python.lookup(func.value.id, frame)
    if own is None or func.value.id != own or found is None or [b.kind for b in found[0]] != ["parameter"]:
        return None
    while frame.in_class is None and frame.parent is not None:
        frame = python.frames[frame.parent]
    if not any(frame.in_class is owner for owner in python.model_classes):
        return None
    if any(binding.kind != "function" for binding, _ in python.attributes.get(func.attr, [])):
        return None
    return _bound_method(method, f"self.{func.attr}")


def _bound_method(method: Function, name: str) -> tuple[str, Function, int] | None:
    decorators = method.decorator_names
    if decorators and decorators not in {("staticmethod",), ("classmethod",)}:
        return None
    return name, method, 0 if decorators == ("staticmethod",) else 1


def _of_file(python: PythonFacts, call: Call) -> tuple[str, Function, int] | None:
    """The function of the module that ``name(…)`` calls, or the constructor of a class without bases."""
    module = python.frames[0]
    if not isinstance(call.func, Name) or call.func.id not in module.bindings:
        return None
    found = python.lookup(call.func.id, python.frame_at(call))
    if found is None or found[1] is not module or len(found[0]) != 1 or found[0][0].kind not in {"function", "class"}:
        return None
    made = next((s for s in python.body if isinstance(s, Function | Class) and s.name == call.func.id), None)
    if isinstance(made, Function):
        return None if made.decorators else (made.name, made, 0)
    if made is None or made.decorators or made.keywords or any(dotted(base) != "object" for base in made.bases):
        return None
    if any(isinstance(s, Function) and s.name == "__new__" for s in made.body):
        return None
    inits = [s for s in made.body if isinstance(s, Function) and s.name == "__init__"]
    return (made.name, inits[0], 1) if len(inits) == 1 and not inits[0].decorators else None


def _of_base(python: PythonFacts, call: Call) -> tuple[str, Function | None, int] | None:
    """The method that ``super().name(…)`` calls in the model class; None for the method when no base has it."""
    func = call.func
    if not isinstance(func, Attribute) or not isinstance(func.value, Call) or dotted(func.value.func) != "super":
        return None
    owner = python.frame_at(call).in_class
    # With one base at most in each, the order in which classes are asked is that of the file's bases.
    if not python.bases_known or func.value.arguments or any(len(c.bases) > 1 for c in python.model_classes):
        return None
    place = next((n for n, one in enumerate(python.model_classes) if one is owner), None)
    if place is None:
        return None
    bases = python.model_classes[place + 1 :]
    if any(base.decorators or base.keywords for base in bases):
        return None
    name = f"super().{func.attr}"
    for base in bases:
        defined = [s for s in base.body if isinstance(s, Function) and s.name == func.attr]
        if len(defined) == 1:
            return _bound_method(defined[0], name)
        if defined or any(not _plain(statement) for statement in base.body):
            return None
    return None if hasattr(object, func.attr) else (name, None, 1)


def _plain(statement: Stmt) -> bool:
    """Whether a statement of a class body surely binds no method."""
    return isinstance(statement, Function) or type(statement).__name__ in {"Expression", "Flow"}


def _misfit(call: Call, function: Function, given: int) -> str:
    """Why the arguments of a call do not fit; empty when they do."""
    positional = function.positional
    stars = {p.kind for p in function.parameters}
    count = given + sum(a.keyword is None for a in call.arguments)
    if count > len(positional) and "star" not in stars:
        return f"it takes {_number(len(positional))} and gets {count}{', `self` counted' if given else ''}"
    filled = {p.name for p in positional[:count]}
    named = {p.name for p in function.parameters if p.kind in {"normal", "keyword-only"}}
    for argument in call.arguments:
        if argument.keyword is None:
            continue
        if argument.keyword not in named and "double-star" not in stars:
            return f"it has no parameter `{argument.keyword}`"
        if argument.keyword in filled and argument.keyword in named:
            return f"`{argument.keyword}` is given twice"
        filled.add(argument.keyword)
    missing = [
        p.name
        for p in function.parameters
        if p.default is None and p.name not in filled and p.kind not in {"star", "double-star"}
    ]
    return f"nothing is given for {', '.join(f'`{name}`' for name in missing)}" if missing else ""


def _number(count: int) -> str:
    return f"{count or 'no'} argument{'' if count == 1 else 's'}"


def _signature(function: Function, given: int) -> str:
    written = [p.name for p in function.parameters if p.kind not in {"star", "double-star"}][given:]
    return f"{function.name}({', '.join(written)})"


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.names = self.output_names(args["model_config"])
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP038

    def output_names(text):
        return [output["name"] for output in json.loads(text)["output"]]

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class Base:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])


class TritonPythonModel(Base):
    def initialize(self, args):
        super().initialize()
#       ^^^^^^^^^^^^^^^^^^^^ TLP038
        self.scale = 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
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
        super().initialize(args)
#       ^^^^^^^^^^^^^^^^^^^^^^^^ TLP038
        self.scale = 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
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


def scaled(x, factor):
    return x * x.dtype.type(factor)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", scaled(x))]))
#                                                                             ^^^^^^^^^ TLP038
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Scale:
    def __init__(self, factor=1, *, offset=0):
        self.factor = factor
        self.offset = offset

    def __call__(self, x):
        return x * x.dtype.type(self.factor) + x.dtype.type(self.offset)


class Base:
    def __init__(self, name="add"):
        self.name = name


class TritonPythonModel(Base):
    def __init__(self):
        super().__init__(name="scale")
        self.scale = Scale(2, offset=1)

    def initialize(self, args):
        self.title = self.joined("a", "b", end="!")

    @staticmethod
    def joined(*parts, end=""):
        return "".join(parts) + end

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scale(x))]))
        return responses
""",
)
