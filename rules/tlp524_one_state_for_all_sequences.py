"""One state for all sequences

## What it does
Reports, with the sequence batcher, an attribute of the model that the start flag resets and each request moves on,
where one instance serves several sequences at the same time: strategy `oldest`, or batches of more than one. Silent
where the model asks for the correlation id, or Triton keeps the state (`state`).

## What happens
Sequences that run at the same time share the state: each adds to the totals of the others, and the start of one throws
away what the others have, with status OK.

## How to fix
Keep a dict by correlation id: `self.totals[request.correlation_id()]`, and delete the entry with the end flag.

## Source
Server documentation, sequence batcher; run on a server of 24.10 with two sequences.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_threads import by_name, reached
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Constant,
    Dict,
    Expr,
    Expression,
    Function,
    If,
    Name,
    Node,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document, Message
from tritonlint.rule import Rule

RULE = Rule(code="TLP524", name="one-state-for-all-sequences", effect="wrong-result", certainty="likely")
_LOADING = ("__init__", "initialize")
_START = re.compile(r"start|begin|first|new|reset|fresh|flag", re.IGNORECASE)
_LOGS = re.compile(r"log|print|warn|info|debug", re.IGNORECASE)
_ADDS = frozenset({"append", "extend", "add", "update", "insert"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    execute = python.method("execute")
    batching = config.root.message("sequence_batching")
    if execute is None or batching is None or not python.understood or not _several(batching, effective):
        return
    start, corrid = _flag(batching, "CONTROL_SEQUENCE_START"), _flag(batching, "CONTROL_SEQUENCE_CORRID")
    numbers: list[Node] = [n for n in python.walk(Attribute) if n.attr == "correlation_id"]
    numbers += [n for n in python.walk(Constant) if corrid is not None and n.value == corrid]
    asks = numbers != [] and not _only_logged(python, numbers)
    named = start is not None and f'"{start}"' in python.text.replace("'", '"')
    flagged = "TRITONSERVER_REQUEST_FLAG_SEQUENCE_START" in python.identifiers
    if asks or not (named or flagged) or batching.messages("state"):
        return
    loading = {id(f) for name in _LOADING for f in by_name(python).get(name, ())}
    serving = [f for f in reached(python, [execute]) if id(f) not in loading]
    first: dict[str, Assign] = {}
    for assign in python.walk(Assign):
        function = python.function_at(assign)
        # Of another class there may be an object for each.
        of_model = any(lies_in(assign, owner) for owner in python.model_classes)
        if function is not None and id(function) in loading and of_model:
            first |= {name: assign for t in assign.targets if (name := _attribute(t)) is not None}
    for name, made in first.items():
        if isinstance(made.value, Dict) or (isinstance(made.value, Call) and dotted(made.value.func) == "dict"):
            continue  # It has a key for each of something.
        if _is_put_away(serving, name):
            continue
        resets: list[Node] = []
        moves: list[Node] = []
        for function in serving:
            # What is also asked how far it has come is no state of a sequence.
            tests = [
                test
                for test in own_nodes(function, If)
                if _asks_for_start(python, test.test, start)
                and not any(_attribute(node) == name for node in walk(test.test, Attribute))
            ]
            for assign in own_nodes(function, Assign):
                if not any(_attribute(t) == name for t in assign.targets):
                    continue
                value = assign.value
                if assign.operator or (value and any(_attribute(n) == name for n in walk(value, Attribute))):
                    moves.append(assign)
                elif any(lies_in(assign, test) for test in tests):
                    resets.append(assign)
            for call in own_nodes(function, Call):
                func = call.func
                if isinstance(func, Attribute) and _attribute(func.value) == name:
                    if func.attr == "clear" and any(lies_in(call, test) for test in tests):
                        resets.append(call)
                    elif func.attr in _ADDS or _moves_on(python, func.attr):
                        moves.append(call)
                    elif any(lies_in(call, test) for test in tests) and _sets(python, func.attr):
                        resets.append(call)
        if resets and moves and _is_answer(python, serving, name, (*moves, *resets)):
            yield Problem(
                made.span,
                f"`self.{name}` is one for all sequences that this instance serves at the same time",
                help="keep one for each: a dict by `request.correlation_id()`",
                related=(Related(resets[0].span, "anew for each sequence"), Related(moves[0].span, "moved on")),
                key=name,
            )


def _is_put_away(serving: list[Function], name: str) -> bool:
    """Whether an attribute is taken out of a container with one for each of something, and put back."""
    for assign in (assign for function in serving for assign in own_nodes(function, Assign)):
        kept = assign.value.func if isinstance(assign.value, Call) else assign.value
        stored = any(isinstance(target, Subscript) for target in assign.targets) and not assign.operator
        if stored and assign.value is not None and _attribute(assign.value) == name:
            return True
        taken = isinstance(kept, Subscript) or (
            isinstance(kept, Attribute) and kept.attr in {"get", "setdefault", "pop"}
        )
        if taken and isinstance(kept, Subscript | Attribute) and any(_attribute(t) == name for t in assign.targets):
            owner = _attribute(kept.value)
            if owner is not None and owner != name:
                return True
    return False


def _moves_on(python: PythonFacts, method: str) -> bool:
    """Whether a method of the file adds to what its object holds."""
    functions = by_name(python).get(method, ())
    return len(functions) == 1 and any(
        _attribute(t) is not None
        and (a.operator or any(_attribute(n) == _attribute(t) for n in walk(a.value, Attribute)))
        for a in own_nodes(functions[0], Assign)
        if a.value is not None
        for t in a.targets
    )


def _sets(python: PythonFacts, method: str) -> bool:
    """Whether a method of the file gives its object other values."""
    functions = by_name(python).get(method, ())
    return len(functions) == 1 and any(_attribute(t) for a in own_nodes(functions[0], Assign) for t in a.targets)


def _only_logged(python: PythonFacts, asked: list[Node]) -> bool:
    """Whether something, and what it is assigned to, stands in messages for the log only."""
    logs = [c for c in python.walk(Call) if _LOGS.search(last_name(c.func))]
    assigns = list(python.walk(Assign))
    names: set[str] = set()
    while asked:
        node = asked.pop()
        if any(lies_in(node, log) for log in logs):
            continue
        around = next((a for a in assigns if a.value is not None and lies_in(node, a.value)), None)
        if around is None or not all(isinstance(target, Name) for target in around.targets):
            return False
        new = {target.id for target in around.targets if isinstance(target, Name)} - names
        names |= new
        asked += [n for n in python.walk(Name) if n.id in new and not any(n is t for a in assigns for t in a.targets)]
    return True


def _asks_for_start(python: PythonFacts, test: Expr, start: str | None) -> bool:
    """Whether a condition is about the begin of a sequence, roughly."""
    return _START.search(python.source(test)) is not None or (start is not None and start in python.source(test))


def _is_answer(python: PythonFacts, serving: list[Function], name: str, changes: tuple[Node, ...]) -> bool:
    """Whether what is kept is read for more than the log."""
    for function in serving:
        alone = [statement.value for statement in own_nodes(function, Expression)]
        changed = [c for c in own_nodes(function, Call) if any(c is one for one in changes)]
        if any(not any(call is value for value in alone) for call in changed):
            return True  # What changes it gives the answer.
        logs = [c for c in own_nodes(function, Call) if _LOGS.search(dotted(c.func) or "")]
        for node in own_nodes(function, Attribute):
            if _attribute(node) == name and not any(lies_in(node, one) for one in (*changes, *logs)):
                return True
    return False


def _several(batching: Message, effective: EffectiveConfig) -> bool:
    """Whether one instance may have more than one sequence at a time."""
    oldest = batching.message("oldest")
    if oldest is not None:
        candidates = oldest.scalar("max_candidate_sequences")
        return candidates is None or candidates.value not in {1}
    return (effective.max_batch_size or 0) > 1


def _flag(batching: Message, kind: str) -> str | None:
    """The name of a control input."""
    for control_input in batching.messages("control_input"):
        for control in control_input.messages("control"):
            found = control.scalar("kind")
            if found is not None and found.value == kind:
                return control_input.string("name")
    return None


def _attribute(expr: Expr) -> str | None:
    plain = isinstance(expr, Attribute) and isinstance(expr.value, Name) and expr.value.id == "self"
    return expr.attr if plain and isinstance(expr, Attribute) else None


_CONFIG = """\
-- total/config.pbtxt --
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
sequence_batching {
  oldest { max_candidate_sequences: 8 }
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } }
  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
}
-- total/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
"""
EXAMPLES = (
    _CONFIG
    + """\
        self.total = 0.0
#       ^^^^^^^^^^^^^^^^ TLP524

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if pb_utils.get_input_tensor_by_name(request, "START").as_numpy().any():
                self.total = 0.0
            self.total += float(x.sum())
            y = np.full((len(x), 1), self.total, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    _CONFIG
    + """\
        self.totals = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            number = request.correlation_id()
            if pb_utils.get_input_tensor_by_name(request, "START").as_numpy().any():
                self.totals.pop(number, None)
            self.totals[number] = self.totals.get(number, 0.0) + float(x.sum())
            y = np.full((len(x), 1), self.totals[number], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # It is put away by the client's own number of the sequence.
    _CONFIG.replace("import numpy", "import collections\n\nimport numpy")
    + """\
        self.total = 0.0
        self.totals = collections.OrderedDict()

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            session = request.request_id().partition("/")[0]
            if pb_utils.get_input_tensor_by_name(request, "START").as_numpy().any():
                self.total = 0.0
            else:
                self.total = self.totals[session]
            self.total += float(x.sum())
            self.totals[session] = self.total
            if len(self.totals) > 1000:
                self.totals.popitem(last=False)
            y = np.full((len(x), 1), self.total, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # The correlation id is asked for, for the log only.
    _CONFIG
    + """\
        self.total = 0.0
#       ^^^^^^^^^^^^^^^^ TLP524

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            number = pb_utils.get_input_tensor_by_name(request, "ID").as_numpy().item()
            if pb_utils.get_input_tensor_by_name(request, "START").as_numpy().any():
                pb_utils.Logger.log_info(f"sequence {number} begins")
                self.total = 0.0
            self.total += float(x.sum())
            y = np.full((len(x), 1), self.total, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # The state is an object.
    _CONFIG.replace(
        "class TritonPythonModel",
        """\
class Total:
    def __init__(self):
        self.value = 0.0

    def reset(self):
        self.value = 0.0

    def add(self, x):
        self.value += float(x.sum())
        return self.value


class TritonPythonModel""",
    )
    + """\
        self.running = Total()
#       ^^^^^^^^^^^^^^^^^^^^^^ TLP524

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if pb_utils.get_input_tensor_by_name(request, "START").as_numpy().any():
                self.running.reset()
            y = np.full((len(x), 1), self.running.add(x), dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # The id is the key, through a name.
    _CONFIG
    + """\
        self.totals = [0.0] * 64
        self.seen = 0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            number = pb_utils.get_input_tensor_by_name(request, "ID").as_numpy().item()
            pb_utils.Logger.log_info(f"sequence {number}")
            place = number % 64
            if pb_utils.get_input_tensor_by_name(request, "START").as_numpy().any():
                self.totals[place] = 0.0
            self.totals[place] += float(x.sum())
            y = np.full((len(x), 1), self.totals[place], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # One sequence at a time.
    _CONFIG.replace("oldest { max_candidate_sequences: 8 }", "oldest { max_candidate_sequences: 1 }")
    + """\
        self.total = 0.0

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if pb_utils.get_input_tensor_by_name(request, "START").as_numpy().any():
                self.total = 0.0
            self.total += float(x.sum())
            y = np.full((len(x), 1), self.total, dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
