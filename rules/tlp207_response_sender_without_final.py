"""A response sender that never says it is done

## What it does
Follows a response sender from `request.get_response_sender()` on, and one that a thread is given: ways that end without
`flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL` are reported, among them `except` blocks, `continue` and `return`.
A sender that is handed to other code is not followed
there.

## What happens
Without the final flag the request is never complete: the client waits for ever, and the server keeps the request and
cannot unload the model.

## How to fix
Send the last response with `flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL`, or send the flag alone behind it.

## Source
Facts, python-backend 6.4 and 6.5 (observed on 24.10).
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import (
    Answers,
    gets_sender,
    innermost_block,
    is_none,
    open_ends,
    own_nodes,
    returns,
    send_flags,
    thread_targets,
)
from tritonlint.inputs.python_tree import Assign, Attribute, Call, Flow, Name, Stmt
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.python_edits import insert_after, insert_before, pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP207",
    name="response-sender-without-final",
    effect="request-failure",
    first="22.05",
)
HELP = "send the last response with `flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL`"

_WHY = {
    "": "the final flag is never sent for a request, so the client waits for ever",
    "no sender": "a request comes to its end without a response sender, so the client waits for ever",
    "left": "on this way the final flag is not sent, so the client waits for ever",
    "request": "this thread gets the request in place of its response sender, so the client waits for ever",
    "not started": "this thread is never started: nothing is sent, and the client waits for ever",
}
_HELP = {"not started": "start the thread", "request": "hand over `request.get_response_sender()`"}


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood:
        return
    taken = "get_response_sender" in python.text
    found = list(_seen(python, effective)) if taken else []
    yield from found
    for mistake in mistakes(python, config, effective, "no-final") if not found else ():
        if not taken and mistake.found != "request":
            continue
        yield Problem(
            mistake.span,
            _WHY.get(mistake.found) or f"this raises `{mistake.found}` in a thread: nobody sends the final flag",
            help=_HELP.get(mistake.found, HELP),
            certainty="certain" if mistake.sure else "likely",
            key="never",
            general=mistake.span,
        )


def _seen(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if "set_release_flags" in python.text:
        return  # A request that is scheduled again is not finished yet.
    execute = python.method("execute")
    if execute is not None and effective.decoupled is not True and not all(is_none(s.value) for s in returns(execute)):
        return  # Requests may be answered through the list.
    if "COMPLETE_FINAL" not in python.text:
        for call in python.walk(Call):
            sends = isinstance(call.func, Attribute) and call.func.attr == "send" and gets_sender(call.func.value)
            if sends and send_flags(call) == 0:
                yield Problem(
                    call.span,
                    "the final flag is never sent for this request, so the client waits for ever",
                    help=HELP,
                    key="chained",
                )
    only_one = python.text.count("get_response_sender") == 1
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        for node in own_nodes(function, Assign):
            if gets_sender(node.value) and len(node.targets) == 1:
                target = node.targets[0]
                if isinstance(target, Name) and node.value is not None:
                    found = open_ends(innermost_block(function, node), target.id)
                    if found is not None:
                        last = innermost_block(function, node)[-1]
                        yield from _sender(python, found, node.value.span, target.id, last, only_one)
    targets = thread_targets(python.body)
    nowhere = "COMPLETE_FINAL" not in python.text and "flags" not in python.text
    for function in (f.function for f in python.frames if f.function is not None):
        for parameter in function.positional if function.name in targets or nowhere else ():
            # Other things can be sent through too: a socket, a generator.
            known = function.name in targets or "sender" in parameter.name
            if known and f"{parameter.name}.send(" in python.source(function):
                found = open_ends(function.body, parameter.name, given=True)
                # Whoever starts the thread may send the flag behind it.
                if found is not None and (found.closes or "COMPLETE_FINAL" not in python.text):
                    yield from _sender(python, found, parameter.span, parameter.name, function.body[-1], certain=False)


def _sender(python: PythonFacts, found: Answers, got: Span, name: str, last: Stmt, certain: bool) -> Iterator[Problem]:
    related = (Related(got, "the sender"),)
    if found.falls:
        yield Problem(
            got,
            "there is a way on which the final flag is not sent through this sender: the client waits for ever"
            if found.closes
            else "the final flag is never sent through this sender, so the client waits for ever",
            help=HELP,
            fix=None if found.closes else _fix(python, last, name),
            certainty=None if certain and not found.closes else "likely",
            key="final",
        )
        if not found.closes:
            return
    for handler in found.handlers:
        yield Problem(
            handler.header,
            "after this `except` block the final flag is never sent, so the client waits for ever",
            help=f"{HELP}, also after an error",
            related=related,
            fix=_fix(python, handler.body[-1], name),
            certainty="likely",
            key="except",
        )
    places: list[tuple[Span, str]] = [(node.span, "here the request is left") for node in found.continues]
    places += [(node.span, "here the request is left") for node in found.returns]
    places += [(node.test.span, "one outcome of this condition leaves the request") for node in found.branches]
    for span, what in places:
        yield Problem(
            span,
            f"{what} without the final flag, so the client waits for ever",
            help=HELP,
            related=related,
            certainty="likely",
            key=what,
        )


def _fix(python: PythonFacts, last: Stmt, name: str) -> Fix | None:
    """Send the flag alone behind a block."""
    pb = pb_alias(python)
    if pb is None:
        return None
    line = f"{name}.send(flags={pb}.TRITONSERVER_RESPONSE_COMPLETE_FINAL)"
    edit: Edit | None
    if not isinstance(last, Flow):
        edit = insert_after(python, last, line)
    elif last.keyword == "pass":
        edit = Edit(last.span, line)
    else:
        edit = insert_before(python, last, line)
    return Fix("send the final flag", (edit,), safety="unsafe") if edit is not None else None


EXAMPLES = (
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def work(self, sender, x):
        try:
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.work, args=(request, x)).start()
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
        return None
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                for _ in range(3):
                    sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            except ValueError as error:
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                for _ in range(3):
                    sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            if x[0] > 0:
                continue
#               ^^^^^^^^ TLP207
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request, sender):
        try:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise ValueError("too large")
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        except ValueError as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            pb_utils.Logger.log_error(str(error))

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.answer, args=(request, request.get_response_sender()), daemon=True).start()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] < 0:
                    continue
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
            finally:
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            worker = threading.Thread(target=self._work, args=(request, request.get_response_sender()))
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            worker.daemon = True

    def _work(self, request, sender):
        try:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
)
