"""The lowest scores are taken for the best

## What it does
Reports the first places of an ascending sort (`np.argsort(scores)[:k]`, `scores.argsort(axis=1)[:, :k]`,
`sorted(scores)[:k]`) of something that is called scores, probabilities, similarities or the like, here or where it is
made or handed over, where the code around speaks of the top or the best. Silent where the values are turned round
before, and for distances, costs and losses.

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
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_remarks import remarks
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
    Slice,
    Subscript,
    Unary,
    dotted,
    last_name,
    lies_in,
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
    r"(^|_)(scores?|probs?|probabilit(y|ies)|sims?|similarit(y|ies)|confidences?|logits?|relevances?"
    r"|(log_)?softmax|sigmoid|predict_proba)$"
)
_BEST = re.compile(r"(^|_)(top|best|highest|winners?|recommend\w*|retriev\w*|most)(_|\d|$|k$)", re.IGNORECASE)
_OTHER = re.compile(
    r"worst|least|lowest|bottom|ascend|asc(_|$)|outlier|anomal|uncertain|dist|cost|loss|error|energy|penalt|neg|risk"
    r"|perplex|rank$|ranks$|inv|small|drop|rest$|exclu|remov|mask|discard|prune|low(er)? (is|are|wins?)|golf",
    re.IGNORECASE,
)
_FEW = re.compile(
    r"(^|[._])(k|n|top|best|limit|count|size|max\w*|num\w*|top_?\w|\w+_(k|n|count|limit))$", re.IGNORECASE
)
"""Names of how many are wanted; the first ones of another number may be those that are not."""
_CONVERTS = frozenset({"asarray", "array", "squeeze", "ravel"})
_KEEPS = frozenset({"astype", "copy", "reshape", "squeeze", "ravel"})
_STEPS = 3
_SORTS = frozenset({"argsort", "argpartition"})


def check(python: PythonFacts) -> Iterator[Problem]:
    if not python.understood:
        return
    for part in python.walk(Subscript):
        if not _takes_first(python, part) or any(lies_in(part, t) for a in python.walk(Assign) for t in a.targets):
            continue
        frame = python.frame_at(part)
        function = frame.function
        sort = part.value
        if isinstance(sort, Name) and function is not None:
            made = [a for a in own_nodes(function, Assign) if any(dotted(t) == sort.id for t in a.targets)]
            sort = made[0].value if len(made) == 1 and made[0].value is not None else sort
        scores = _sorted(python, sort) if isinstance(sort, Call) else None
        if function is None or scores is None:
            continue
        meant = _meanings(python, function, scores, 0)
        name = next((word for word in meant if _SCORES.search(word.lower())), None)
        if name is None or any(_OTHER.search(word) for word in meant):
            continue
        words = _words_around(python, function, part)
        if not any(_BEST.search(word) for word in words) or any(_OTHER.search(word) for word in words):
            continue
        if _OTHER.search(remarks(python, function)) or _turned(python, function, scores, 0):
            continue
        yield Problem(
            part.span,
            f"these are the places of the lowest of `{name}`: the sort goes upwards",
            help=f"sort downwards: `np.argsort(-{python.source(scores)})`",
            related=(Related(sort.span, "sorted here"),) if sort is not part.value else (),
            key=name,
        )


def _takes_first(python: PythonFacts, part: Subscript) -> bool:
    """Whether a subscript takes the first few of the last dimension: ``[:k]``, ``[:, :k]``, ``[..., :k]``."""
    cut = part.items[-1] if part.items else None
    if not isinstance(cut, Slice) or not isinstance(cut.upper, Constant | Name | Attribute):
        return False
    if not isinstance(cut.upper, Constant) and not _FEW.search(dotted(cut.upper) or ""):
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


def _meanings(python: PythonFacts, function: Function, scores: Expr, depth: int) -> list[str]:
    """What the values are called that are sorted: here, where they are made, and where they are handed over."""
    if isinstance(scores, Call):
        # What a helper or a method of a model gives, and what is only converted.
        made = last_name(scores.func)
        inner = scores.argument(0) if made in _CONVERTS and scores.arguments else None
        of = scores.func.value if made in _KEEPS and isinstance(scores.func, Attribute) else inner
        return [made] if of is None or depth > _STEPS else _meanings(python, function, of, depth + 1)
    name = dotted(scores)
    if name is None:
        return []
    words = [name.rsplit(".", 1)[-1]]
    if depth > _STEPS or "." in name or _SCORES.search(words[0].lower()):
        return words
    for assign in own_nodes(function, Assign):
        if assign.value is not None and any(dotted(target) == name for target in assign.targets):
            words += _meanings(python, function, assign.value, depth + 1)
    places = [parameter.name for parameter in function.parameters if parameter.name not in {"self", "cls"}]
    for call in python.walk(Call) if name in places else ():
        around, given = python.function_at(call), call.argument(places.index(name), name)
        if given is not None and around is not None and called_function(python, call) is function:
            words += _meanings(python, around, given, depth + 1)
    return words


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


def _turned(python: PythonFacts, function: Function, scores: Expr, depth: int) -> bool:
    """Whether values were turned round before, or what is best about them is that they are low."""
    if depth > 3 or _is_low(python, scores):
        return True
    name = dotted(scores)
    if name is None:
        return False
    last = name.rsplit(".", 1)[-1]
    for assign in python.walk(Assign) if "." in name else own_nodes(function, Assign):
        if not any(last_name(t) == last for t in assign.targets) or assign.value is None:
            continue
        called = called_function(python, assign.value) if isinstance(assign.value, Call) else None
        given = [s.value for s in returns(called) if s.value is not None] if called is not None else []
        if assign.operator or any(_is_low(python, one) for one in (assign.value, *given)):
            return True
    if any(dotted(call.argument(None, "out")) == name for call in own_nodes(function, Call)):
        return True
    for number, parameter in enumerate(p.name for p in function.parameters if p.name != "self"):
        if parameter != name:
            continue
        for call in python.walk(Call):
            around = python.function_at(call)
            given_here = call.argument(number, name)
            if around is None or given_here is None or called_function(python, call) is not function:
                continue
            if _turned(python, around, given_here, depth + 1):
                return True
    return False


def _is_low(python: PythonFacts, value: Expr) -> bool:
    """Whether an expression turns values round, or makes differences."""
    if any(node.operator == "-" for node in walk(value, Unary, Binary)):
        return True
    words = [n.id if isinstance(n, Name) else n.attr for n in walk(value, Name, Attribute)]
    return any(_OTHER.search(word) or word in {"norm", "cdist", "abs", "negative", "subtract"} for word in words)


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
_HELPER = (
    _CONFIG
    + """\
    def probabilities(self, x):
        powers = np.exp(x - x.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def top(self, x):
        return self.top_k(self.probabilities(x), 2)

    def top_k(self, values, k):
        return np.argsort(values, axis=1)[:, :k]
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP523
"""
)
_EXECUTE = """
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("songs", self.top(x))]))
        return responses
"""
EXAMPLES = (
    _HELPER + _EXECUTE,
    # What is handed over is turned round.
    _HELPER.replace("self.top_k(self", "self.top_k(-self").replace(
        "#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP523\n", ""
    )
    + _EXECUTE,
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
    # The caller has turned them round.
    _CONFIG
    + """\
    def top(self, x):
        return self.first(-x)

    def first(self, scores, k=2):
        return np.argsort(scores, axis=1)[:, :k]
"""
    + _EXECUTE,
)
