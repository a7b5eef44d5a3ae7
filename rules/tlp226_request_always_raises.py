"""An exception that every request meets

## What it does
Plays `initialize` and `execute` through with the config's tensors and parameters, and reports what raises there: a key
that is not there, a name without a value, an index or a shape that cannot fit, a call that does not fit its function.
An exception that only some ways through the code come to is reported as likely. Silent where another rule names the
cause, and where a handler means the exception.

## What happens
The exception ends `execute`: all requests of the call fail with its text. With a handler that turns it into a
`TritonError`, each request gets that error.

## How to fix
Mend the line; the message is the one that Python gives.

## Source
Facts, python-backend 6.4: exceptions of `execute`; each example was run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related, called_at, looked_up_at
from tritonlint.inputs.python import MODEL_CLASS, PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_keys import key_written
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Constant, Function, If, Name, lies_in
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.inputs.rehearsal.outcome import Raise
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP226",
    name="request-always-raises",
    effect="request-failure",
    server_says=("Failed to process the request(s) for model",),
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    played = rehearse(python, config, effective)
    if played.crash is not None:
        raise played.crash
    execute = python.method("execute")
    for raised in played.raises:
        if (
            execute is not None
            and raised.span in {execute.span, execute.name_span}
            and "positional argument" in raised.message
        ):
            continue  # Its parameters are told elsewhere.
        if raised.phase != "execute" or raised.absent or (raised.explicit and not raised.sure):
            continue
        if not raised.sure and "NoneType" in raised.message and _is_given_elsewhere(python, raised.span):
            continue
        if raised.without:
            which = f"a request without the optional input `{raised.without}`"
            what = f"and the handler answers {which} with an error" if raised.caught else f"so {which} fails"
        else:
            what = _consequence(raised)
        if raised.cause is not None:
            yield Problem(
                raised.cause,
                f"what this gives is used without `await`: `{raised.message}`, {what}",
                help="write `await` before it",
                certainty="certain" if raised.sure else "likely",
                related=(Related(raised.span, "used here"), *called_at(played.entered.get(raised.span))),
                key=raised.message,
                general=raised.cause,
            )
            continue
        written = key_written(python, raised.span, raised.message)
        yield Problem(
            written or raised.span,
            f"this raises `{raised.message}`, {what}",
            help="remove the raise" if raised.explicit else "mend the expression",
            certainty="certain" if raised.sure else "likely",
            related=looked_up_at(written, raised.span) or called_at(played.entered.get(raised.span)),
            key=raised.message,
            general=_place(python, raised),
        )


def _is_given_elsewhere(python: PythonFacts, place: Span) -> bool:
    """Whether None is the default of a parameter that other calls give, in a branch that may be for these alone."""
    for name in python.walk(Name):
        if not (place.start or 0) <= (name.span.start or 0) < (place.end or 0) or place.path != python.path:
            continue
        function = python.function_at(name)
        defaults = {p.name: p.default for p in function.positional} if function is not None else {}
        default = defaults.get(name.id)
        if function is None or not isinstance(default, Constant) or default.value is not None:
            continue
        branches = (one for one in own_nodes(function, If) if any(lies_in(name, s) for s in (*one.body, *one.orelse)))
        if next(branches, None) is not None and objects_of(python).arguments_for(name):
            return True
    return False


def _consequence(raised: Raise) -> str:
    if raised.caught:
        whom = "every request with an error" if raised.sure else "the request with an error when it comes here"
        return f"and the handler answers {whom}"
    return "so every request fails" if raised.sure else "so the request fails when it comes here"


def _place(python: PythonFacts, raised: Raise) -> Span:
    """Where another rule may name the cause."""
    elsewhere = raised.message.startswith(f"AttributeError: '{MODEL_CLASS}' object")
    if elsewhere or (raised.without and "NoneType" in raised.message):
        # The method that should set it may have another name, the test that is missing may be somewhere else.
        return Span(python.path, 0, len(python.text))
    if raised.explicit and raised.span.path == python.path:
        start = raised.span.start or 0
        functions = [frame.owner.span for frame in python.frames if isinstance(frame.owner, Function)]
        around = [span for span in functions if (span.start or 0) <= start < (span.end or 0)]
        return around[-1] if around else raised.statement
    return raised.statement


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "offsets" value { string_value: "1,2" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.offsets = parameters["offsets"]["string_value"].split(",")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x + float(self.offsets[2])
#                         ^^^^^^^^^^^^^^^ TLP226
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "offsets" value { string_value: "1,2" } }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.offsets = parameters["offsets"]["string_value"].split(",")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = x + float(self.offsets[1])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y.astype(np.float32))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def _counts(self, steps):
        for number in range(steps):
#                     ^^^^^^^^^^^^ TLP226
            yield number

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.zeros(1, dtype=np.int32)
            async for number in self._counts(x):
                y += number
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # The largest one is kept in any case.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            values = pb_utils.get_input_tensor_by_name(request, "x").as_numpy().tolist()
            top = max(values)
            kept = [value for value in values if value >= top]
            y = np.array([min(kept)], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- half/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- half/1/model.py --
import contextlib

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def half(self, x):
        if x[0] < 0:
            raise ValueError("negative")
        return x / 2

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            try:
                y = self.half(x)
            except (KeyError, ValueError) as error:
                text = str(error) if type(error) in (KeyError, ValueError) else error.message
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(text)))
                continue
            with contextlib.ExitStack() as stack:
                stack.enter_context(contextlib.suppress(ZeroDivisionError))
                y = y + np.float32(1 / 0)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # Other requests were turned away.
    """\
-- a/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- a/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        out = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if len(x) != 1:
                raise pb_utils.TritonModelException("one row per request")
            (row,) = x
            out.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.sort(row)[np.newaxis])]))
        return out
-- e/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- e/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        out = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            assert x.shape == (2, 4), "two rows"
            left, right = x
            y = np.stack([left - right, right - left])
            out.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return out
""",
    # What a plain helper starts is awaited by whoever calls it.
    """\
-- twice/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- twice/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def _twice(self, x):
        await asyncio.sleep(0)
        return x * 2

    def _start(self, x):
        return self._twice(x)

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            parts = [self._start(part) for part in (x, x + 1)]
#                    ^^^^^^^^^^^^^^^^^ TLP226
            y = np.maximum(parts[0].astype(np.float32), parts[1].astype(np.float32))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- twice/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- twice/1/model.py --
import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    async def _twice(self, x):
        await asyncio.sleep(0)
        return x * 2

    def _start(self, x):
        return self._twice(x)

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            parts = await asyncio.gather(*(self._start(part) for part in (x, x + 1)))
            y = np.maximum(parts[0].astype(np.float32), parts[1].astype(np.float32))
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # The class is that of a module beside the file.
    """\
-- scale/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- scale/1/model.py --
from .impl import TritonPythonModel
-- scale/1/impl.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]) for x in found]
#                                                                         ^^^^^ TLP226
""",
    """\
-- shift/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
parameters { key: "offsets" value { string_value: "1,2" } }
-- shift/1/model.py --
from lib import shifting

TritonPythonModel = shifting.Shifted
-- shift/1/lib/__init__.py --
-- shift/1/lib/shifting.py --
import json

import triton_python_backend_utils as pb_utils


class Shifted:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.offsets = parameters["offsets"]["string_value"].split(",")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            x = x + type(x[0])(self.offsets[2])
#                              ^^^^^^^^^^^^^^^ TLP226
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # What replaces the class, or its methods, or gives it attributes, stands elsewhere.
    """\
-- patched/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- patched/1/model.py --
import impl
import triton_python_backend_utils as pb_utils


def execute(self, requests):
    found = [pb_utils.get_input_tensor_by_name(request, "x") for request in requests]
    return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x.as_numpy())]) for x in found]


TritonPythonModel = impl.Scaler
TritonPythonModel.execute = execute
-- patched/1/impl.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]) for x in found]
""",
    """\
-- elsewhere/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- elsewhere/1/model.py --
import patches
from impl import Scaler as TritonPythonModel
-- elsewhere/1/patches.py --
import impl

impl.Scaler.scale = 3
-- elsewhere/1/impl.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]) for x in found]
""",
    """\
-- either/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- either/1/model.py --
try:
    from .fast import Scaler as TritonPythonModel
except ImportError:
    from .slow import Scaler as TritonPythonModel
-- either/1/fast.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.factor)]) for x in found]
-- either/1/slow.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]) for x in found]
""",
    """\
-- decorated/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- decorated/1/model.py --
from impl import Scaler as TritonPythonModel
-- decorated/1/impl.py --
import triton_python_backend_utils as pb_utils


def scaled(cls):
    cls.scale = 2
    return cls


@scaled
class Scaler:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]) for x in found]
""",
    """\
-- asked/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- asked/1/model.py --
import impl

TritonPythonModel = impl.Scaler
-- asked/1/impl.py --
import triton_python_backend_utils as pb_utils


class Scaler:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x * self.scale)]) for x in found]

    def __getattr__(self, name):
        return 2
""",
)
