"""A model.py without the class TritonPythonModel

## What it does
Reports a Python model file that defines no `TritonPythonModel` at module level, or defines it only below a condition
that is false while Triton imports the file (`if __name__ == "__main__":`, `if False:`), or binds the name to an object
in place of a class. A name that is imported, assigned or possibly made by `import *` counts as there.

## What happens
The model does not load.

## How to fix
Name the class `TritonPythonModel`.

## Source
Facts, python-backend 6.1 (observed on 24.10).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.facts import Helpers
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.inputs.python import MODEL_CLASS, PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_load import skipped
from tritonlint.inputs.python_tree import (
    Assign,
    Call,
    Class,
    Constant,
    Function,
    ImportFrom,
    Name,
    Return,
    Scope,
    Sequence,
    Yield,
    dotted,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP002",
    name="no-model-class",
    effect="load-failure",
    server_says=("has no attribute 'TritonPythonModel'", "object is not callable"),
)


def check(python: PythonFacts, helpers: Helpers) -> Iterator[Problem]:
    if python.error is not None:
        return
    yield from _not_callable(python)
    yield from _lacks_in_star(python, helpers)
    never = _never_bound(python) if python.class_status != "missing" else None
    if never is not None:
        yield Problem(
            never,
            f"`{MODEL_CLASS}` is only defined below a condition that is false when Triton imports this file: "
            "the model cannot load",
            help="move the definition to the left margin",
            key=MODEL_CLASS,
        )
    if python.class_status != "missing":
        return
    classes = [s for s in python.body if isinstance(s, Class)]
    with_execute = [c for c in classes if any(getattr(s, "name", "") == "execute" for s in c.body)]
    near = get_close_matches(MODEL_CLASS, [c.name for c in classes], 1, 0.7)
    candidates = [c for c in classes if c.name in near] or with_execute
    if len(candidates) == 1:
        found = candidates[0]
        # Renaming is safe only where nothing else uses the old name.
        alone = python.text.count(found.name) == 1
        yield Problem(
            found.name_span,
            f"the class is called `{found.name}`; Triton looks for `{MODEL_CLASS}` only",
            help=f"rename it to `{MODEL_CLASS}`",
            fix=Fix(f"rename the class to {MODEL_CLASS}", (Edit(found.name_span, MODEL_CLASS),)) if alone else None,
            key=MODEL_CLASS,
        )
        return
    hidden = [n for n in python.walk(Class) if n.name == MODEL_CLASS]
    if hidden:
        yield Problem(
            hidden[0].name_span,
            f"`{MODEL_CLASS}` is defined inside another block; Triton looks for it at module level",
            help="move the class to the left margin",
            key=MODEL_CLASS,
        )
        return
    yield Problem(
        _nearest(python) or Span(python.path),
        f"this file defines no class `{MODEL_CLASS}`, so the model cannot load",
        help=f"define `class {MODEL_CLASS}:` with `execute(self, requests)` at module level",
        key=MODEL_CLASS,
    )


def _nearest(python: PythonFacts) -> Span | None:
    """What was probably meant to make the class: an import under another name, or methods without a class."""
    for node in python.walk(ImportFrom):
        for alias in node.names:
            if get_close_matches(MODEL_CLASS, [alias.name], 1, 0.7):
                return alias.span
    functions = (s for s in python.body if isinstance(s, Function) and s.name == "execute")
    return next((function.name_span for function in functions), None)


def _not_callable(python: PythonFacts) -> Iterator[Problem]:
    """The name bound to what cannot be called: an object of a class of the file, what a decorator forgets to return."""
    classes = {s.name: s for s in python.body if isinstance(s, Class)}
    for statement in python.body:
        if not isinstance(statement, Assign) or [dotted(t) for t in statement.targets] != [MODEL_CLASS]:
            continue
        made = statement.value
        if not isinstance(made, Call):
            continue
        cls = classes.get(dotted(made.func) or "")
        if cls is None or cls.bases or cls.keywords or cls.decorators:
            continue
        if not any(isinstance(s, Function) and s.name in {"__call__", "__new__"} for s in cls.body):
            yield Problem(
                made.span,
                f"`{MODEL_CLASS}` is an object here, and Triton calls it to make one: the model cannot load",
                help=f"write `{MODEL_CLASS} = {cls.name}`",
                key=MODEL_CLASS,
            )
    functions = {s.name: s for s in python.body if isinstance(s, Function)}
    for decorator in python.model_class.decorators[:1] if python.model_class is not None else ():
        function = functions.get(dotted(decorator) or "")
        if function is not None and not function.is_async and not list(own_nodes(function, Return, Yield)):
            yield Problem(
                decorator.span,
                f"`{function.name}` returns nothing, so `{MODEL_CLASS}` is None: the model cannot load",
                help=f"end `{function.name}` with `return` of the class",
                key=MODEL_CLASS,
            )


def _lacks_in_star(python: PythonFacts, helpers: Helpers) -> Iterator[Problem]:
    """``import *`` of a module of the model that has no such class."""
    if python.class_status != "unknown" or python.frames[0].bindings.keys() & {MODEL_CLASS, "__getattr__"}:
        return
    stars = [node for node in python.walk(ImportFrom) if node.star]
    if len(stars) != 1 or stars[0] not in python.body or python.calls_any("globals", "exec", "setattr", "vars"):
        return
    module = helpers.module(python.path, stars[0].module)
    if module is None or module.error is not None:
        return
    shown = _all_of(module)
    hides = module.class_status == "defined" and shown is not None and MODEL_CLASS not in shown
    if module.class_status != "missing" and not hides:
        return
    start = python.text.index(stars[0].module, stars[0].span.start)
    yield Problem(
        Span(python.path, start, stars[0].span.end),
        f"`{stars[0].module}` {'does not name it in `__all__`' if hides else 'defines no such class'}: "
        f"there is no `{MODEL_CLASS}` in this file, so the model cannot load",
        help=f"write `from {stars[0].module} import {MODEL_CLASS}`" if hides else "define the class",
        key=MODEL_CLASS,
    )


def _all_of(module: PythonFacts) -> list[object] | None:
    """The names in ``__all__`` where it is one plain list."""
    shown = [binding.expr for binding in module.frames[0].bindings.get("__all__", ())]
    if len(shown) != 1 or not isinstance(shown[0], Sequence):
        return None
    items: list[object] = [item.value for item in shown[0].items if isinstance(item, Constant)]
    return items if len(items) == len(shown[0].items) else None


def _never_bound(python: PythonFacts) -> Span | None:
    """Where the name is bound that Triton looks for, if importing the file surely never comes there."""
    if python.model_class is not None and python.model_class.name == MODEL_CLASS:
        return python.model_class.name_span if skipped(python, python.model_class.span) else None
    frame = python.frames[0]
    if "__getattr__" in frame.bindings or any(node.star for node in python.walk(ImportFrom)):
        return None
    if python.calls_any("globals", "exec", "setattr", "vars"):
        return None
    # Functions bind it by `global`.
    makers = [python.function_at(scope) for scope in python.walk(Scope) if MODEL_CLASS in scope.names]
    places = [binding.span for binding in frame.bindings.get(MODEL_CLASS, ()) if binding.kind != "unknown"]
    names = {maker.name for maker in makers if maker is not None and maker in python.body and not maker.decorators}
    calls = [node.span for node in python.walk(Name) if node.id in names]
    if len(names) != len(makers) or not all(skipped(python, place) for place in (*places, *calls)):
        return None
    places += [maker.name_span for maker in makers if maker is not None]
    return places[0] if places else None


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPytonModel:
#     ^^^^^^^^^^^^^^^^ TLP002
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
-- add/1/model.py -- TLP002
def main():
    pass
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
from helper import TritonPythonModel
-- add/1/helper.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        tensors = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in tensors]
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

if __name__ == "__main__":

    class TritonPythonModel:
#         ^^^^^^^^^^^^^^^^^ TLP002
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
import triton_python_backend_utils as pb_utils


class Model:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", array)]) for array in arrays]


if __name__ == "__main__":
    TritonPythonModel = Model
#   ^^^^^^^^^^^^^^^^^ TLP002
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Model:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", array)]) for array in arrays]


class Trial(Model):
    pass


if __name__ == "__main__":
    TritonPythonModel = Trial
else:
    TritonPythonModel = Model
""",
    """\
-- global_in_function/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
-- global_in_function/1/model.py --
import triton_python_backend_utils as pb_utils


def define():
    global TritonPythonModel

    class TritonPythonModel:
        def execute(self, requests):
            return [
                pb_utils.InferenceResponse(
                    [pb_utils.Tensor("y", pb_utils.get_input_tensor_by_name(r, "x").as_numpy())]
                )
                for r in requests
            ]


define()
""",
    """\
-- alias_instance/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- alias_instance/1/model.py --
import triton_python_backend_utils as pb_utils


class Model:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]


TritonPythonModel = Model()
#                   ^^^^^^^ TLP002
""",
    """\
-- decorator_function/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- decorator_function/1/model.py --
import functools

import triton_python_backend_utils as pb_utils


def logged(cls):
    cls.logged = True


@logged
#^^^^^^ TLP002
class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- star_hidden/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- star_hidden/1/model.py --
from impl import *
#    ^^^^^^^^^^^^^ TLP002
-- star_hidden/1/impl.py --
import triton_python_backend_utils as pb_utils

__all__ = ["helper"]


def helper(x):
    return x


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- star_lacks/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- star_lacks/1/model.py --
from impl import *
#    ^^^^^^^^^^^^^ TLP002
-- star_lacks/1/impl.py --
import triton_python_backend_utils as pb_utils


class Scorer:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- as_import/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- as_import/1/model.py --
from impl import TritonPythonModel as Model
#                ^^^^^^^^^^^^^^^^^ TLP002
-- as_import/1/impl.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- functions_only/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- functions_only/1/model.py --
import triton_python_backend_utils as pb_utils


def initialize(args):
    pass


def execute(requests):
#   ^^^^^^^ TLP002
    arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
    return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- callable_instance/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- callable_instance/1/model.py --
import triton_python_backend_utils as pb_utils


class Model:
    def __call__(self):
        return self

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]


TritonPythonModel = Model()
""",
    """\
-- decorated/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- decorated/1/model.py --
import triton_python_backend_utils as pb_utils


def logged(cls):
    cls.logged = True
    return cls


@logged
class TritonPythonModel:
    def __new__(cls, *args):
        return super().__new__(cls)

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]
""",
    """\
-- lambda_factory/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- lambda_factory/1/model.py --
import triton_python_backend_utils as pb_utils


class Model:
    def __init__(self, scale):
        self.scale = scale

    def execute(self, requests):
        arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]


TritonPythonModel = lambda: Model(2.0)
""",
    """\
-- made_by_function/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }
-- made_by_function/1/model.py --
import triton_python_backend_utils as pb_utils


def build():
    class Model:
        def execute(self, requests):
            arrays = [pb_utils.get_input_tensor_by_name(r, "INPUT0").as_numpy() for r in requests]
            return [pb_utils.InferenceResponse([pb_utils.Tensor("OUTPUT0", x)]) for x in arrays]

    return Model


TritonPythonModel = build()
""",
)
