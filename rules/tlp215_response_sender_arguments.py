"""A call that a response sender does not take

## What it does
Reports `sender.send()` with neither a response nor a flag, with flags other than 0 and
`TRITONSERVER_RESPONSE_COMPLETE_FINAL`, with a tensor, a list or the flag instead of a response, with keywords that do
not exist, and methods that a sender does not have.

## What happens
The call raises: `Inference Response object must be provided when the response flags is set to zero.`, `Unsupported flag
provided.`, `incompatible function arguments` or AttributeError. The request fails.

## How to fix
`sender.send(response)`, `sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)`, or
`sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)`; there is no `close`.

## Source
Facts, python-backend 6.5 and 7; seen on 24.10.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_join import defines
from tritonlint.inputs.python_response_flow import final_names, gets_sender, send_flags
from tritonlint.inputs.python_tree import (
    Attribute,
    Call,
    Comprehension,
    Constant,
    Name,
    Node,
    Sequence,
    last_name,
)
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP215",
    name="response-sender-arguments",
    effect="request-failure",
    first="22.05",
    server_says=(
        "Inference Response object must be provided when the response flags is set to zero",
        "Unsupported flag provided",
        "incompatible function arguments",
    ),
    words=("get_response_sender",),
)
METHODS = ("send", "is_cancelled")
OTHER_FLAGS = frozenset(
    {
        "TRITONSERVER_REQUEST_FLAG_SEQUENCE_END",
        "TRITONSERVER_REQUEST_RELEASE_RESCHEDULE",
    }
)


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood or "get_response_sender" not in python.text:
        return
    if defines(python, "get_response_sender"):
        return
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        names = set()
        for name, bindings in frame.bindings.items():
            if all(b.kind == "value" and gets_sender(b.expr) for b in bindings):
                names.add(name)
        for node in own_nodes(function, Call, Attribute):
            found = _problem(python, node, names)
            if found is not None and not guarded(python.body, node):
                yield found


def _problem(python: PythonFacts, node: Node, names: set[str]) -> Problem | None:
    if isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "send" and node.certain:
        if _is_sender(node.func, names):
            found = _send(python, node)
        else:
            # The flag is nothing that is sent through anything else; an object of another file may take it, though.
            made = [one for one, _ in python.follow(node.func.value) or () if isinstance(one, Call)]
            called_so = "sender" in last_name(node.func.value).lower() and not defines(python, "send")
            found = _flag_alone(python, node) if called_so and all(gets_sender(one) for one in made) else None
        return Problem(found[0], found[1], help=found[2], key=found[1]) if found is not None else None
    if not isinstance(node, Attribute) or node.attr in METHODS or node.attr.startswith("_"):
        return None
    if not _is_sender(node, names):
        return None
    near = get_close_matches(node.attr, METHODS, 1)
    return Problem(
        node.attr_span,
        f"a response sender has no `{node.attr}`: this raises AttributeError",
        help=f"write `{near[0]}`" if near else "it has `send` and `is_cancelled`; the final flag ends the request",
        key=node.attr,
    )


def _is_sender(node: Attribute, names: set[str]) -> bool:
    return (isinstance(node.value, Name) and node.value.id in names) or gets_sender(node.value)


def _flag_alone(python: PythonFacts, call: Call) -> tuple[Span, str, str] | None:
    """The flag in the place of the response."""
    response, flags = call.argument(0, "response"), call.argument(1, "flags")
    if response is None or flags is not None or send_flags(call, final_names(python)) != 1:
        return None
    return (
        response.span,
        "the first argument of `send` is the response, and this is the flag: it raises TypeError",
        "write `send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)`",
    )


def _send(python: PythonFacts, call: Call) -> tuple[Span, str, str] | None:
    for argument in call.arguments:
        if argument.keyword not in {None, "response", "flags"}:
            return (
                argument.span,
                f"`send` takes no `{argument.keyword}`, only `response` and `flags`",
                "write `send(response, flags=…)`",
            )
    response, flags = call.argument(0, "response"), call.argument(1, "flags")
    alone = _flag_alone(python, call)
    if alone is not None:
        return alone
    nothing = response is None or (isinstance(response, Constant) and response.value is None)
    zero = flags is None or (isinstance(flags, Constant) and flags.value == 0)
    if nothing and zero:
        return (
            call.span,
            "`send` needs a response or the final flag: this raises an error",
            "write `send(response)` or `send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)`",
        )
    wrong = isinstance(flags, Constant) and flags.value not in (0, 1)
    if flags is not None and (wrong or last_name(flags) in OTHER_FLAGS):
        return (
            flags.span,
            "a response can be sent with flags 0 or the final flag only",
            "write `flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL`",
        )
    sources = python.follow(response) or () if response is not None else ()
    for source, where in sources if len(sources) == 1 else ():
        what = ""
        if isinstance(source, Sequence | Comprehension):
            what = f"a {source.kind}"
        elif isinstance(source, Call) and python.pb_name(source.func, where) in {"Tensor", "TritonError"}:
            what = f"a {python.pb_name(source.func, where)}"
        if what and response is not None:
            return (
                response.span,
                f"`send` takes one InferenceResponse, and this is {what}: it raises TypeError",
                "write `send(pb_utils.InferenceResponse(output_tensors=[…]))`",
            )
    return None


EXAMPLES = (
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
            sender.send(pb_utils.Tensor("y", x), flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
#                       ^^^^^^^^^^^^^^^^^^^^^^^ TLP215
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
            sender.send()
#           ^^^^^^^^^^^^^ TLP215
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
            sender.close()
#                  ^^^^^ TLP215
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
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]), 0)
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- feed/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- feed/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(self.final)
#                       ^^^^^^^^^^ TLP215
""",
    """\
-- feed/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- feed/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(None, self.final)
""",
)
