"""A call that pb_utils.Logger does not take

## What it does
Reports `pb_utils.Logger.log_…` with anything else than one string (an exception, a number, `%` arguments), a level
that is a number (as those of `logging` are) or a string, and `pb_utils.Logger()`.

## What happens
TypeError `incompatible function arguments`, or `No constructor defined!`: often in the middle of error handling, so
that the real error is lost. In `initialize` the model does not load.

## How to fix
Give one string: `pb_utils.Logger.log_error(f"… {error}")`.

## Source
Facts, python-backend 6.9; every form observed on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Effect, Fix, Problem
from tritonlint.inputs.python import PbCall, PythonFacts
from tritonlint.inputs.python_flow import while_loading
from tritonlint.inputs.python_guards import meant_to_fail
from tritonlint.inputs.python_kinds import described, kind_of
from tritonlint.inputs.python_tree import Constant
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP307",
    name="logger-arguments",
    effect="request-failure",
    first="22.09",
    server_says=("incompatible function arguments", "No constructor defined!"),
    words=("Logger",),
)

_LEVEL = (
    "the level is one of `pb_utils.Logger.INFO`, `WARNING`, `ERROR`, `VERBOSE`: this raises TypeError",
    "write `pb_utils.Logger.INFO`",
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if "Logger" not in python.text:
        return
    told = set()
    for problem in _written(python):
        told.add(problem.span)
        yield problem
    for mistake in mistakes(python, config, effective, "logged"):
        if mistake.span not in told and not any(mistake.span.within(span) for span in told):
            start, end = mistake.span.start, mistake.span.end
            wrap = (Edit(Span(python.path, start, start), "str("), Edit(Span(python.path, end, end), ")"))
            yield Problem(
                mistake.span,
                "the logger takes a string; what comes here is none, and raises TypeError",
                help=f"write `str({python.text[start:end]})`",
                fix=Fix("convert to a string", wrap),
                certainty="certain" if mistake.sure else "likely",
                key="logged",
            )
    for mistake in mistakes(python, config, effective, "log-arguments"):
        if not any(span.within(mistake.span) for span in told):
            yield Problem(
                mistake.span,
                "the logger takes one string and formats nothing: what else is given here raises TypeError",
                help='format the message yourself: `f"… {value}"`',
                certainty="certain" if mistake.sure else "likely",
                key="arguments",
            )
    for mistake in mistakes(python, config, effective, "log-level"):
        if mistake.span not in told:
            yield Problem(mistake.span, *_LEVEL, certainty="certain" if mistake.sure else "likely", key="level")


def _written(python: PythonFacts) -> Iterator[Problem]:
    for call in python.pb_calls:
        if not call.name.startswith("Logger"):
            continue
        found = _wrong(python, call)
        if found is not None and not meant_to_fail(python.body, call.call):
            span, message, help_, fix = found
            effect: Effect | None = None
            if while_loading(python, call.call):
                effect = "load-failure"
            yield Problem(span, message, help=help_, fix=fix, effect=effect, key=call.name)


def _wrong(python: PythonFacts, made: PbCall) -> tuple[Span, str, str, Fix | None] | None:
    call = made.call
    if made.name == "Logger":
        end = call.func.span.end
        edit = Edit(Span(python.path, end, call.span.end), "")
        return (
            call.span,
            "`pb_utils.Logger` is used as it is: calling it raises `No constructor defined!`",
            "write `pb_utils.Logger.log_info(…)` or `logger = pb_utils.Logger`",
            None if call.arguments else Fix("use the class itself", (edit,)),
        )
    method = made.name.removeprefix("Logger.")
    if method not in {"log", "log_info", "log_warn", "log_error", "log_verbose"} or not call.certain:
        return None
    allowed = {"message", "level"} if method == "log" else {"message"}
    for argument in call.arguments:
        if argument.keyword is not None and argument.keyword not in allowed:
            return (
                argument.span,
                f"`{method}` takes no `{argument.keyword}`: this raises TypeError",
                "give one string; its name is `message`",
                None,
            )
    message = call.argument(0, "message")
    level = call.argument(1, "level") if method == "log" else None
    if level is not None and kind_of(python, level) in {"str", "int"}:
        return (
            level.span,
            *_LEVEL,
            None,
        )
    if message is None:
        return call.span, f"`{method}` needs a message: this raises TypeError", "give one string", None
    if len(call.arguments) > len(allowed):
        first, rest = call.arguments[0], call.arguments[1:]
        fix = None
        percent = (
            isinstance(message, Constant) and isinstance(message.value, str) and message.value.count("%") == len(rest)
        )
        if percent and all(a.keyword is None for a in call.arguments):
            given = ", ".join(python.source(a.value) for a in rest)
            given = f"({given})" if len(rest) > 1 else f"({given},)"
            edit = Edit(Span(python.path, first.span.end, rest[-1].span.end), f" % {given}")
            fix = Fix("format the message", (edit,))
        return (
            Span(python.path, rest[0].span.start, rest[-1].span.end),
            f"`{method}` takes one string and formats nothing: more arguments raise TypeError",
            'format the message yourself: `f"… {value}"`',
            fix,
        )
    kind = kind_of(python, message)
    if kind in {None, "str", "bytes"}:
        return None
    start, end = message.span.start, message.span.end
    wrap = (Edit(Span(python.path, start, start), "str("), Edit(Span(python.path, end, end), ")"))
    return (
        message.span,
        f"`{method}` takes a string; {described(kind or '')} raises TypeError",
        f"write `str({python.source(message)})`",
        Fix("convert to a string", wrap),
    )


EXAMPLES = (
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
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                pb_utils.Logger.log_error(error)
#                                         ^^^^^ TLP307
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                pb_utils.Logger.log_error(str(error))
                responses.append(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
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
        pb_utils.Logger.log_info("%s is ready", args["model_name"])
#                                               ^^^^^^^^^^^^^^^^^^ TLP307

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        pb_utils.Logger.log_info("%s is ready" % (args["model_name"],))

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
    def execute(self, requests):
        logger = pb_utils.Logger()
#                ^^^^^^^^^^^^^^^^^ TLP307
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            logger.log_verbose("one more")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        logger = pb_utils.Logger
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            logger.log_verbose("one more")
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
    def execute(self, requests):
        logger = pb_utils.Logger
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            logger.log_info(f"{x.size} values")
            logger.log("one more", logger.VERBOSE)
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


class Scaler:
    def __init__(self, logger):
        self.logger = logger

    def run(self, x):
        if x.max() > 0:
            self.logger.log_warn("%d values are above %s", x.size, 0)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP307
        return x / 10


class TritonPythonModel:
    def initialize(self, args):
        self.scaler = Scaler(pb_utils.Logger)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.scaler.run(x))]))
        return responses
""",
    # A logger of one's own may take them.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class Logger:
    def log_warn(self, text, *values):
        pb_utils.Logger.log_warn(text % values)


class TritonPythonModel:
    def initialize(self, args):
        self.logger = Logger()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x.max() > 0:
                self.logger.log_warn("%d values are above %s", x.size, 0)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import logging

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def note(self, text, level=logging.INFO):
        pb_utils.Logger.log(text, level)
#                                 ^^^^^ TLP307

    def execute(self, requests):
        self.note(f"{len(requests)} requests", logging.WARNING if len(requests) > 8 else logging.INFO)
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", array)]) for array in arrays]
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import logging

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        logger = pb_utils.Logger
        self.levels = {logging.INFO: logger.INFO, logging.WARNING: logger.WARNING}

    def note(self, text, level=logging.INFO):
        pb_utils.Logger.log(text, self.levels[level])

    def execute(self, requests):
        self.note(f"{len(requests)} requests", logging.WARNING if len(requests) > 8 else logging.INFO)
        arrays = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", array)]) for array in arrays]
""",
)
