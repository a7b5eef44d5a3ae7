"""The lowest scores are taken for the best

## What it does
Reports the first places of an ascending sort (`np.argsort(scores)[:k]`, `scores.argsort(axis=1)[:, :k]`,
`sorted(scores)[:k]`) of something that is called scores, probabilities, similarities or the like, where the code around
speaks of the top or the best. Silent where the values are turned round before, and for distances, costs and losses.

## What happens
`argsort` sorts upwards: the first `k` places are those of the lowest scores. Clients get the worst answers, with status
OK.

## How to fix
Sort downwards: `np.argsort(-scores)[:k]`, or take the last places: `np.argsort(scores)[-k:][::-1]`.

## Source
NumPy's documentation of argsort; run on a server of 24.10.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Class,
    Constant,
    Expr,
    Function,
    Name,
    Node,
    Slice,
    Subscript,
    Unary,
    dotted,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP523",
    name="lowest-for-best",
    effect="wrong-result",
    certainty="likely",
    words=("argsort", "argpartition", "sorted"),
)
_SCORES = re.compile(
    r"(^|_)(scores?|probs?|probabilit(y|ies)|sims?|similarit(y|ies)|confidences?|logits?|relevances?)$"
)
_BEST = re.compile(r"(^|_)(top|best|highest|winners?|recommend\w*|retriev\w*|most)(_|\d|$|k$)", re.IGNORECASE)
_OTHER = re.compile(
    r"worst|least|lowest|bottom|ascend|asc(_|$)|outlier|anomal|uncertain|dist|cost|loss|error|energy|penalt|neg|risk"
    r"|perplex|rank$|ranks$|inv",
    re.IGNORECASE,
)
_SORTS = frozenset({"argsort", "argpartition"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for part in python.walk(Subscript):
        if not _takes_first(python, part):
            continue
        frame = python.frame_at(part)
        function = frame.function
        sort = part.value
        if isinstance(sort, Name) and function is not None:
            made = [a for a in own_nodes(function, Assign) if any(dotted(t) == sort.id for t in a.targets)]
            sort = made[0].value if len(made) == 1 and made[0].value is not None else sort
        scores = _sorted(python, sort) if isinstance(sort, Call) else None
        name = (dotted(scores) or "").rsplit(".", 1)[-1]
        if function is None or not _SCORES.search(name.lower()) or _OTHER.search(name):
            continue
        words = _words_around(python, function, part)
        if not any(_BEST.search(word) for word in words) or any(_OTHER.search(word) for word in words):
            continue
        if _turned(function, name):
            continue
        yield Problem(
            part.span,
            f"these are the places of the lowest of `{name}`: the sort goes upwards",
            help=f"sort downwards: `np.argsort(-{python.source(scores)})`" if scores is not None else "sort downwards",
            related=(Related(sort.span, "sorted here"),) if sort is not part.value else (),
            key=name,
        )


def _takes_first(python: PythonFacts, part: Subscript) -> bool:
    """Whether a subscript takes the first few of the last dimension: ``[:k]``, ``[:, :k]``, ``[..., :k]``."""
    cut = part.items[-1] if part.items else None
    if not isinstance(cut, Slice) or cut.upper is None or isinstance(cut.upper, Unary):
        return False
    if isinstance(cut.step, Unary) or (cut.step is not None and not isinstance(cut.step, Constant)):
        return False
    begins = cut.lower is None or (isinstance(cut.lower, Constant) and cut.lower.value == 0)
    return begins and all(isinstance(i, Slice | Constant | Name) or python.source(i) == "..." for i in part.items[:-1])


def _sorted(python: PythonFacts, call: Call) -> Expr | None:
    """What a call sorts upwards."""
    name = python.qualified(call.func)
    if name in {"numpy.argsort", "numpy.argpartition"} or (name == "sorted" and len(call.arguments) == 1):
        return call.argument(0)
    if isinstance(call.func, Attribute) and call.func.attr in _SORTS:
        # Of torch and its like, a keyword says that it goes downwards.
        return call.func.value if call.argument(None, "descending") is None else None
    return None


def _words_around(python: PythonFacts, function: Function, part: Subscript) -> list[str]:
    """The names that say what the places are for."""
    cut = part.items[-1]
    words = [function.name, *(n.id for n in walk(cut, Name)), *(n.attr for n in walk(cut, Attribute))]
    for assign in own_nodes(function, Assign):
        if assign.value is not None and any(node is part for node in walk(assign.value, Subscript)):
            words += [n.id for t in assign.targets for n in walk(t, Name)]
            words += [n.attr for t in assign.targets for n in walk(t, Attribute)]
    if function is python.method("execute"):
        words += [c.name for c in python.walk(Class) if c.name != "TritonPythonModel"]
    return words


def _turned(function: Function, name: str) -> bool:
    """Whether the values were turned round before, or what is best about them is that they are low."""
    for assign in own_nodes(function, Assign):
        if not any((dotted(t) or "").rsplit(".", 1)[-1] == name for t in assign.targets) or assign.value is None:
            continue
        nodes: list[Node] = list(walk(assign.value, Unary, Binary))
        if any(isinstance(n, Unary) and n.operator == "-" for n in nodes):
            return True
        if any(isinstance(n, Binary) and n.operator == "-" and isinstance(n.left, Constant) for n in nodes):
            return True
        words = [n.id if isinstance(n, Name) else n.attr for n in walk(assign.value, Name, Attribute)]
        if any(_OTHER.search(word) or word in {"norm", "cdist", "abs", "negative"} for word in words):
            return True
    return False


_CONFIG = """\
-- songs/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "songs" data_type: TYPE_INT64 dims: [ 2 ] }
-- songs/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
"""
_EXECUTE = """
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("songs", self.top(x))]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
    def top(self, scores, k=2):
        return np.argsort(scores, axis=1)[:, :k]
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP523
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def top(self, scores):
        order = scores.argsort(axis=1)
        best = order[:, :2]
#              ^^^^^^^^^^^^ TLP523
        return best
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def top(self, scores, k=2):
        return np.argsort(-scores, axis=1)[:, :k]
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def top(self, scores, k=2):
        return np.argsort(scores, axis=1)[:, ::-1][:, :k]
"""
    + _EXECUTE,
    # The nearest are what is asked for.
    _CONFIG
    + """\
    def top(self, distances, k=2):
        return np.argsort(distances, axis=1)[:, :k]
"""
    + _EXECUTE,
)
