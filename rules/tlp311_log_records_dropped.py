"""Log records that nobody sees

## What it does
Reports, once per file, `logging.info(…)` and `logging.debug(…)` (also of `logging.getLogger(…)`) in a model.py that
never sets a level or a handler.

## What happens
Python's root logger lets WARNING and above through only: these lines never reach the server's log.

## How to fix
Use `pb_utils.Logger.log_info(…)`, or call `logging.basicConfig(level=logging.INFO)` in `initialize`.

## Source
Seen on 24.10: `logging.info` in execute leaves nothing in the log, `logging.warning` does.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call
from tritonlint.rule import Rule

RULE = Rule(code="TLP311", name="log-records-dropped", effect="hygiene", words=("info", "debug"))
_CONFIGURED = re.compile(r"basicConfig|dictConfig|fileConfig|setLevel|addHandler|StreamHandler|force=|absl|loguru")


def check(python: PythonFacts) -> Iterator[Problem]:
    if "logging" not in python.imports or _CONFIGURED.search(python.text):
        return
    dropped = [node for node in python.walk(Call) if _is_dropped(python, node)]
    for call in dropped[:1]:
        yield Problem(
            call.func.span,
            "nothing sets a level for Python's logging here, so this never reaches the log",
            help="use `pb_utils.Logger.log_info(…)`, or `logging.basicConfig(level=logging.INFO)` in initialize",
            related=tuple(Related(other.func.span, "this too") for other in dropped[1:6]),
            key="logging",
        )


def _is_dropped(python: PythonFacts, call: Call) -> bool:
    if not isinstance(call.func, Attribute) or call.func.attr not in {"info", "debug"}:
        return False
    if python.qualified(call.func) in {"logging.info", "logging.debug"}:
        return True
    sources = python.follow(call.func.value)
    return bool(sources) and all(
        isinstance(s, Call) and python.qualified(s.func, where) == "logging.getLogger" for s, where in sources or ()
    )


EXAMPLES = (
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
        self.log = logging.getLogger(__name__)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.log.info("one more")
#           ^^^^^^^^^^^^^ TLP311
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
    def initialize(self, args):
        logging.basicConfig(level=logging.INFO)
        self.log = logging.getLogger(__name__)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.log.info("one more")
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
""",
)
