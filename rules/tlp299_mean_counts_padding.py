"""A mean that counts the padding

## What it does
Plays the model through, and reports a mean, standard deviation, variance or median over an axis that was made as long
as the longest of several texts or arrays (`np.zeros((len(rows), max(map(len, rows))))`), of the array itself or of what
a table has for its numbers, when rows are written into a part of it (`ids[i, : len(row)] = row`). Silent where the
result is multiplied or divided afterwards, as by the true lengths.

## What happens
What the shorter ones are filled up with counts, too, so the result of a request depends on the longest one that it is
together with in a batch. The status is OK.

## How to fix
Use a mask: `(values * mask).sum(axis=1) / mask.sum(axis=1)`.

## Source
NumPy's reductions; seen on 24.10 with requests of different lengths in one batch.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_tree import (
    Assign,
    Binary,
    Call,
    Comprehension,
    Constant,
    Expr,
    Name,
    Return,
    Slice,
    Subscript,
    dotted,
    last_name,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP299",
    name="mean-counts-padding",
    effect="wrong-result",
    certainty="likely",
    words=("mean", "average", "std", "var", "median"),
)
_WEIGHING = frozenset({"divide", "true_divide", "multiply", "where"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if (effective.max_batch_size or 0) < 2 or not _is_part_filled(python):
        return
    if _are_equal(python):
        return
    for mistake in mistakes(python, config, effective, "padded-mean"):
        call = next((call for call in python.walk(Call) if call.span == mistake.span), None)
        if call is None or _is_weighed(python, call, 0):
            continue
        yield Problem(
            mistake.span,
            "this counts what shorter rows are filled up with: the result depends on the longest one of the batch",
            help="use a mask: `(values * mask).sum(axis=1) / mask.sum(axis=1)`",
            key=python.source(call),
        )


def _is_part_filled(python: PythonFacts) -> bool:
    """Whether rows are written up to a length that is worked out: ``ids[i, : len(row)] = row``."""
    for assign in python.walk(Assign):
        for target in assign.targets:
            if isinstance(target, Subscript) and any(
                isinstance(item, Slice) and item.upper is not None and not isinstance(item.upper, Constant)
                for item in target.items
            ):
                return True
    return False


def _are_equal(python: PythonFacts) -> bool:
    """Whether somebody asks for the shortest length, too, or which lengths there are: they may have to be equal."""
    asked: list[Expr] = [
        call for call in python.walk(Call) if dotted(call.func) in {"min", "set"} and len(call.arguments) == 1
    ]
    asked += [made for made in python.walk(Comprehension) if made.kind == "set"]
    return any(node.id == "len" for node in walk(tuple(asked), Name))


def _is_weighed(python: PythonFacts, made: Expr, depth: int) -> bool:
    """Whether what an expression gives is multiplied or divided later, or may be."""
    function = python.function_at(made)
    if function is None or depth > 4:
        return True
    names = {
        target.id
        for assign in own_nodes(function, Assign)
        if assign.value is not None and any(node is made for node in walk((assign.value,), Call))
        for target in assign.targets
        if isinstance(target, Name)
    }
    for part in own_nodes(function, Binary):
        if part.operator in {"*", "/"} and any(
            node is made or _is_one(node, names) for node in walk((part,), Name, Call)
        ):
            return True
    for call in own_nodes(function, Call):
        last = last_name(call.func)
        if last in _WEIGHING and any(_is_one(node, names) or node is made for node in walk(call.arguments, Name, Call)):
            return True
    if any(
        assign.operator in {"*", "/"} and dotted(assign.targets[0]) in names for assign in own_nodes(function, Assign)
    ):
        return True
    given = (r.value for r in own_nodes(function, Return) if r.value is not None)
    returned = any(node is made or _is_one(node, names) for value in given for node in walk((value,), Name, Call))
    if not returned or function.name == "execute":
        return False
    callers = [call for call in python.walk(Call) if last_name(call.func) == function.name]
    return any(_is_weighed(python, call, depth + 1) for call in callers)


def _is_one(node: Expr, names: set[str]) -> bool:
    return isinstance(node, Name) and node.id in names


_POOL = """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 500000 preferred_batch_size: [ 2 ] }
-- pool/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

WEIGHTS = np.array([0.0, 0.5, 1.0], dtype=np.float32)


class TritonPythonModel:
    def execute(self, requests):
        texts = [pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[:, 0] for request in requests]
        rows = [[min(len(word), 2) for word in text.split()] or [1] for text in np.concatenate(texts)]
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        for place, row in zip(ids, rows):
            place[: len(row)] = row
        scores = WEIGHTS[ids].mean(axis=1)
#                ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP299
        responses, start = [], 0
        for text in texts:
            part = scores[start : start + len(text), None]
            start += len(text)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("score", part)]))
        return responses
"""
_MARK = "#                ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP299\n"
EXAMPLES = (
    _POOL,
    _POOL.replace(_MARK, "").replace(".mean(axis=1)", ".sum(axis=1) / (ids > 0).sum(axis=1).astype(np.float32)"),
    # The means are set right by the lengths.
    _POOL.replace(_MARK, "        scores = (scores * longest / [len(row) for row in rows]).astype(np.float32)\n"),
    # Every place of a row is filled.
    _POOL.replace(_MARK, "").replace("place[: len(row)] = row", "place[:] = np.resize(row, longest)"),
    # Every row is as long as the others.
    _POOL.replace(_MARK, "").replace("longest = max(map(len, rows))", "longest = 16"),
)
