"""The model's process is ended while it serves

## What it does
Reports `os._exit`, `os.abort`, `signal.raise_signal` and `os.kill(os.getpid(), …)` in methods other than `initialize`,
and `sys.exit`, `exit`, `quit` and `raise SystemExit` in execute and what it calls. A note for SIGTERM and SIGINT, which
the stub ignores.

## What happens
The request fails with `Stub process '…' is not healthy.`. From 24.06 on the process is never started again: every
further request fails until the model is loaded anew, while the model still reports that it is ready (until 25.12).
`sys.exit` only raises SystemExit: every request of the call fails with that, and nothing ends.

## How to fix
Raise `pb_utils.TritonModelException`, or answer with `error=`; let the orchestrator restart a server that has to go.

## Source
Facts, python-backend 8; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_threads import only_as_script
from tritonlint.inputs.python_tree import Call, Constant, Expr, Function, If, Name, Raise, Try, dotted, lies_in, walk
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP020",
    name="process-ended-in-execute",
    effect="request-failure",
    certainty="likely",
    server_says=("is not healthy",),
    words=("_exit", "abort", "kill", "exit", "quit", "raise_signal", "SystemExit"),
)
_IGNORED = frozenset({"signal.SIGTERM", "signal.SIGINT", "signal.Signals.SIGTERM", "signal.Signals.SIGINT"})
_ENDS = frozenset({"signal.SIGABRT", "signal.SIGKILL", "signal.SIGHUP", "signal.SIGSEGV"})


def check(python: PythonFacts) -> Iterator[Problem]:
    words = ("_exit", "abort", "kill", "exit(", "quit(", "raise_signal", "SystemExit")
    if not any(word in python.text for word in words):
        return
    initialize = python.method("initialize")
    served = _served(python)
    for node in walk(python.body, Call, Raise):
        function = python.function_at(node)
        if function is None:
            continue
        name = python.qualified(node.func) if isinstance(node, Call) else _raised(node)
        if name in {"sys.exit", "exit", "quit", "SystemExit"}:
            if (
                function in served
                and isinstance(node, Raise) == (name == "SystemExit")
                and not _kept_in(function, node)
            ):
                yield _refused(
                    node, name, "SystemExit is raised" if isinstance(node, Raise) else f"`{name}` raises SystemExit"
                )
            continue
        if not isinstance(node, Call) or function is initialize or id(function) in only_as_script(python):
            continue
        if name in {"os.kill", "signal.raise_signal"}:
            sent = node.argument(1 if name == "os.kill" else 0)
            if name == "os.kill" and not _is_own(python, node.argument(0)):
                continue
            if isinstance(sent, Constant) and sent.value == 0:
                continue
            ignored = (isinstance(sent, Constant) and sent.value in (2, 15)) or dotted(sent) in _IGNORED
            if ignored:
                yield Problem(
                    node.span,
                    f"`{name}` does nothing here: the stub ignores SIGTERM and SIGINT",
                    help="let the orchestrator restart a server that has to go",
                    effect="hygiene",
                    key=name,
                )
                continue
            if name == "signal.raise_signal" and dotted(sent) not in _ENDS:
                continue
        elif name not in {"os._exit", "os.abort"} or _is_in_child(python, function, node):
            continue
        yield Problem(
            node.span,
            f"`{name}` ends the model's process: since 24.06 it is not started again, and every further request fails",
            help="raise `pb_utils.TritonModelException`, or answer with `error=`",
            effect="instability",
            key=name or "",
        )


def _refused(node: Call | Raise, name: str, what: str) -> Problem:
    return Problem(
        node.span,
        f"{what} here: every request of the call fails, and the process goes on",
        help="raise `pb_utils.TritonModelException`, or answer with `error=`",
        key=name,
    )


def _served(python: PythonFacts) -> list[Function]:
    """``execute`` and the functions of the file that it surely calls."""
    found: list[Function] = []
    waiting = [python.method("execute")]
    while waiting:
        function = waiting.pop()
        if function is not None and function not in found:
            found.append(function)
            waiting += [called_function(python, call) for call in own_nodes(function, Call)]
    return found


def _raised(node: Raise) -> str | None:
    made = node.exception.func if isinstance(node.exception, Call) else node.exception
    return dotted(made) if made is not None else None


def _kept_in(function: Function, node: Call | Raise) -> bool:
    """Whether the function itself catches what is raised there."""
    return any(
        lies_in(node, part)
        for attempt in own_nodes(function, Try)
        for handler in attempt.handlers
        if handler.type is None or {n.id for n in walk((handler.type,), Name)} & {"BaseException", "SystemExit"}
        for part in attempt.body
    )


def _is_own(python: PythonFacts, whom: Expr | None) -> bool:
    """Whether a process id is that of the model's process."""
    sources = python.follow(whom) if whom is not None else None
    return bool(sources) and all(
        isinstance(source, Call) and python.qualified(source.func, where) == "os.getpid"
        for source, where in sources or ()
    )


def _is_in_child(python: PythonFacts, function: Function, node: Call) -> bool:
    """Whether a function forks, and what a condition of it keeps apart may be the new process."""
    forks = any(python.qualified(call.func) == "os.fork" for call in own_nodes(function, Call))
    return forks and any(lies_in(node, branch) for branch in own_nodes(function, If))


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os
import signal

import triton_python_backend_utils as pb_utils


class Watch:
    def check(self, x):
        if x[0] > 0:
            pid = os.getpid()
            os.kill(pid, signal.SIGKILL)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP020


class TritonPythonModel:
    def initialize(self, args):
        self.watch = Watch()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.watch.check(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import sys

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def check(self, x):
        if x[0] > 0:
            sys.exit("too large")
#           ^^^^^^^^^^^^^^^^^^^^^ TLP020

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.check(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
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
    def check(self, x):
        if np.abs(x).max() > 0:
            raise SystemExit(2)
#           ^^^^^^^^^^^^^^^^^^^ TLP020

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.check(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os
import sys

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def check(self, x):
        try:
            sys.exit(1)
        except SystemExit:
            pass
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.check(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses


def main():
    TritonPythonModel().initialize({})
    sys.exit(0)


if __name__ == "__main__":
    main()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                os._exit(1)
#               ^^^^^^^^^^^ TLP020
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
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] < 0:
                raise pb_utils.TritonModelException("too small")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
    # What only runs when the file is started by hand ends no process of the server.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os
import sys

import numpy as np
import triton_python_backend_utils as pb_utils


def double(x):
    return x * np.float32(2)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", double(x))]))
        return responses


def leave(code):
    sys.stdout.flush()
    os._exit(code)


def main(path):
    if not os.path.exists(path):
        leave(2)
    print(double(np.loadtxt(path)))


if __name__ == "__main__":
    main(sys.argv[1])
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import os

import numpy as np
import triton_python_backend_utils as pb_utils


def leave(code):
    os._exit(code)
#   ^^^^^^^^^^^^^^ TLP020


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if np.any(x > 0):
                leave(1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses


if __name__ == "__main__":
    leave(0)
""",
)
