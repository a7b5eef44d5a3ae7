"""A result that nobody takes

## What it does
Reports statements that only compute something: a method of text or an array that returns a new one (`text.replace(a,
b)`, `pattern.sub("", text)`, `x.astype(…)`), functions such as `sorted`, `np.clip`, `np.sort`, `json.dumps`, and a
method that is named and not called (`self.thread.start`), and calls of the file's own functions that only make a
response, where requests are answered. Statements in a `try` are left out: they may be checks.

## What happens
Nothing changes: the old value goes into the answer, with status OK. A tensor or a response that is dropped is missing:
the request fails (`Output tensor for inference response should not be empty.`), or its client waits for ever.

## How to fix
Assign the result (`text = text.replace(a, b)`), return it, or add the missing `()`.

## Source
Python's and NumPy's documentation: strings do not change, and these functions return a new array; run on a server of
24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function, only_makes_responses
from tritonlint.inputs.python_flow import returns
from tritonlint.inputs.python_tree import (
    Attribute,
    Await,
    Call,
    Constant,
    Expression,
    Function,
    Name,
    Subscript,
    Try,
    lies_in,
    walk,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(code="TLP262", name="result-thrown-away", effect="wrong-result", certainty="likely")
_NUMPY = (
    "append", "around", "array_split", "astype", "clip", "concatenate", "delete", "expand_dims", "flip", "fliplr",
    "flipud", "hstack", "insert", "moveaxis", "pad", "repeat", "reshape", "roll", "rollaxis", "rot90", "round", "sort",
    "squeeze", "stack", "swapaxes", "tile", "transpose", "unique", "vstack", "where",
)  # fmt: skip
_FUNCTIONS = frozenset(
    {"sorted", "reversed", "json.dumps", "re.sub", "re.subn", "re.escape", "os.path.join", "copy.deepcopy", "copy.copy"}
    | {
        "base64.b64encode",
        "base64.b64decode",
        "html.escape",
        "html.unescape",
        "textwrap.dedent",
        "unicodedata.normalize",
    }
    | {f"numpy.{name}" for name in _NUMPY}
)
_METHODS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("lower", "upper", "casefold", "capitalize", "title", "swapcase", "flatten", "tolist"), (0, 0)),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), (0, 1)),
    **dict.fromkeys(("removeprefix", "removesuffix", "zfill"), (1, 1)),
    "replace": (2, 3),
    "sub": (2, 3),
    "astype": (1, 1),
    "reshape": (1, 8),
    "squeeze": (0, 1),
    "transpose": (0, 8),
    "clip": (1, 2),
    "tobytes": (0, 0),
}
"""Methods without any effect, with the least and the most arguments they take."""
_ACTIONS = frozenset({"start", "join", "release", "acquire", "close", "clear", "shutdown", "flush", "commit", "sort"})
"""Methods that nobody names as a statement without meaning to call them."""
_MADE = frozenset({"Tensor", "InferenceResponse", "TritonError"})
"""Objects of pb_utils that do nothing by being made."""
_CALLS = frozenset({"InferenceResponse"})
"""Without these names the file makes no response."""


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    attempts: list[Try] | None = None
    for statement in python.walk(Expression):
        found = _useless(python, statement)
        if found is None:
            continue
        if attempts is None:
            attempts = [node for node in python.walk(Try) if node.handlers]
        if any(lies_in(statement, one) for attempt in attempts for one in attempt.body):
            continue
        what, help_text = found
        yield Problem(
            statement.span, f"the result of `{what}` is thrown away: this line does nothing", help=help_text, key=what
        )
    yield from _responses(python)


def _responses(python: PythonFacts) -> Iterator[Problem]:
    """Calls of the file's own functions that only make a response, as statements of what answers requests."""
    if not _CALLS.intersection(python.identifiers):
        return
    own = {frame.function.name for frame in python.frames if frame.function is not None}
    for statement in python.walk(Expression):
        call = statement.value.value if isinstance(statement.value, Await) else statement.value
        if not isinstance(call, Call):
            continue
        func = call.func
        # Most statements call something of a library.
        if (func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else "") not in own:
            continue
        called = called_function(python, call)
        # While loading, and in a function that gives nothing back, a model may try out its own helpers.
        if called is None or called.is_async is not isinstance(statement.value, Await) or not _answers(python, call):
            continue
        if only_makes_responses(python, called):
            shown = python.source(call.func)
            yield Problem(
                statement.span,
                f"the response that `{shown}` makes is thrown away: nothing answers the request here",
                help=f"return it, append it to the responses, or send it: `return {shown}(…)`",
                effect="request-failure",
                key=shown,
                general=_silent_execute(python, call),
            )


def _silent_execute(python: PythonFacts, call: Call) -> Span | None:
    """An execute around a call that gives nothing back at all: that may be told there."""
    execute = python.method("execute")
    if execute is None or python.function_at(call) is not execute or any(s.value for s in returns(execute)):
        return None
    return execute.span


def _answers(python: PythonFacts, call: Call) -> bool:
    """Whether a call stands in execute, or in a function that gives a response back elsewhere."""
    function = python.function_at(call)
    if function is None or function is python.method("initialize"):
        return False
    if function is python.method("execute"):
        return True
    made = (s.value.value if isinstance(s.value, Await) else s.value for s in returns(function))
    for value in made:
        called = called_function(python, value) if isinstance(value, Call) else None
        direct = isinstance(value, Call) and python.pb_name(value.func) == "InferenceResponse"
        if direct or (called is not None and only_makes_responses(python, called)):
            return True
    return False


def _useless(python: PythonFacts, statement: Expression) -> tuple[str, str] | None:
    value = statement.value
    if isinstance(value, Attribute):
        if value.attr in _ACTIONS and not _own(python, value.attr):
            return python.source(value), f"call it: `{python.source(value)}()`"
        return None
    if not isinstance(value, Call) or not value.certain:
        return None
    func = value.func
    name = python.qualified(func)
    if name is None and not (isinstance(func, Attribute) and func.attr in _METHODS):
        return None
    keywords = {a.keyword for a in value.arguments}
    if keywords & {"out", "inplace", "copy"}:
        return None
    # Before it serves, a model may try out whether they can be made.
    if python.pb_name(func) in _MADE and python.function_at(value) is not python.method("initialize"):
        return python.source(func), f"return it, or give it a name: `… = {python.source(func)}(…)`"
    # Such as `np.clip(x, 0, 1, x)`: the last one takes the result. While loading, they may only be warmed up.
    function = python.function_at(value)
    if name in {"numpy.clip", "numpy.around", "numpy.round"} and len(value.arguments) > 2 + (name == "numpy.clip"):
        return None
    warms_up = function is not None and function.name in {"initialize", "warm", "warmup", "warm_up"}
    if name in _FUNCTIONS and not warms_up:
        shown = python.source(func)
        first = value.arguments[0].value if value.arguments else None
        target = f"{python.source(first)} = " if isinstance(first, Name | Attribute | Subscript) else "… = "
        return shown, f"take it (`{target}{shown}(…)`), or return it"
    if not isinstance(func, Attribute) or func.attr not in _METHODS or _own(python, func.attr):
        return None
    least, most = _METHODS[func.attr]
    if not least <= len(value.arguments) <= most or keywords - {None, "count", "flags"}:
        return None
    # A module's function may do anything; so may what a library made for the model.
    if not isinstance(func.value, Name | Subscript | Call | Constant | Attribute) or name is not None:
        return None
    shown = f"{python.source(func.value)}.{func.attr}" if not isinstance(func.value, Call) else func.attr
    target = python.source(value.arguments[-1].value) if func.attr == "sub" else python.source(func.value)
    return shown, f"take it (`{target} = …`), or return it"


def _own(python: PythonFacts, name: str) -> bool:
    """Whether the file has a function of that name."""
    return any(function.name == name for function in walk(python.body, Function))


EXAMPLES = (
    """\
-- answer/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- answer/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.known = {}

    def _build(self, y):
        tensor = pb_utils.Tensor("y", y)
        return pb_utils.InferenceResponse(output_tensors=[tensor])

    def _answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        known = self.known.get(x.tobytes())
        if known is None or len(known) == 1:
            self._build(x)
#           ^^^^^^^^^^^^^^ TLP262
        else:
            return self._build(known)

    def execute(self, requests):
        return [self._answer(request) for request in requests]
""",
    """\
-- answer/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- answer/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self._build(np.zeros(1, dtype=np.float32))

    def _build(self, y):
        tensor = pb_utils.Tensor("y", y)
        return pb_utils.InferenceResponse(output_tensors=[tensor])

    def _add(self, responses, y):
        response = self._build(y)
        responses.append(response)
        return response

    def execute(self, requests):
        responses = []
        for request in requests:
            self._add(responses, pb_utils.get_input_tensor_by_name(request, "x").as_numpy())
        return responses
""",
    """\
-- clean/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "cleaned" data_type: TYPE_STRING dims: [ 1 ] }
-- clean/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0].decode("utf-8")
            text.replace(",", " ")
#           ^^^^^^^^^^^^^^^^^^^^^^ TLP262
            cleaned = np.array([text.encode("utf-8")], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("cleaned", cleaned)]))
        return responses
""",
    """\
-- bound/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- bound/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            np.clip(x, 0, 1)
#           ^^^^^^^^^^^^^^^^ TLP262
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- bound/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- bound/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().copy()
            np.clip(x, 0, 1, out=x)
            x.sort()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- bound/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- bound/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def tensor_of(x):
    if x.max() < 1:
        return pb_utils.Tensor("y", x)
    pb_utils.Tensor("y", np.minimum(x, 1))
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP262


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([tensor_of(x)]))
        return responses
""",
    """\
-- bound/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- bound/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        np.sort(np.zeros(2, dtype=np.float32))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().copy()
            np.clip(x, 0, 1, x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
