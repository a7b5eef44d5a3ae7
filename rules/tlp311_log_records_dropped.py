"""Log records that nobody sees

## What it does
Reports, once per file, `logging.info(…)` and `logging.debug(…)` (also of `logging.getLogger(…)`) in a model.py that
never sets a level or a handler, and imports nothing that may do so.

## What happens
Python's root logger lets WARNING and above through only: these lines never reach the server's log.

## How to fix
Use `pb_utils.Logger.log_info(…)`, or call `logging.basicConfig(level=logging.INFO)` in `initialize`.

## Source
Seen on 24.10: `logging.info` in execute leaves nothing in the log, `logging.warning` does.
"""

import re
from collections.abc import Iterator

from tritonlint.facts import Helpers
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Import, ImportFrom
from tritonlint.rule import Rule

RULE = Rule(code="TLP311", name="log-records-dropped", effect="hygiene", words=("info", "debug"))
_CONFIGURED = re.compile(
    r"basicConfig|dictConfig|fileConfig|setLevel|addHandler|StreamHandler|force=|absl|loguru"
    r"|\.level\b|\.handlers\b|setLoggerClass|makeLogRecord|setLogRecordFactory|\.manager\b"
)


def check(python: PythonFacts, helpers: Helpers) -> Iterator[Problem]:
    if "logging" not in python.imports or _CONFIGURED.search(python.text) or _is_set_elsewhere(python, helpers):
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


def _is_set_elsewhere(python: PythonFacts, helpers: Helpers) -> bool:
    """Whether a module that is imported seems to set the logging up, by its name or its text."""
    imported = {alias.name for node in python.walk(Import, ImportFrom) for alias in node.names} | set(python.imports)
    if any("log" in name.lower() and name not in {"logging", "math.log", "log", "Logger"} for name in imported):
        return True
    texts = (helpers.text(python.path, module.lstrip(".").replace(".", "/")) for module in python.imports)
    return any(text is not None and _CONFIGURED.search(text) for text in texts)


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
