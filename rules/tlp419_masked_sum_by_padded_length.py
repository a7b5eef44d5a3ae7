"""A masked sum that is divided by the padded length

## What it does
Reports a sum of `values * mask` over an axis that is divided by the length of that axis (`x.shape[1]`, `len(x[0])`, a
name for it), and the mean of such a product, or of `np.where(mask, values, 0)`, over an axis. Silent where the result
is normalised or set right by the mask later, where only its order counts, where it is meant to be a share, and for a
mask that the model keeps, or that hides parts of images and tables of a fixed size.

## What happens
The mask takes the padding out of the sum, and the division counts it all the same: the result of a row gets smaller
the more it is filled up, and depends on the longest row that it comes with. The status is OK.

## How to fix
Divide by what the mask lets through: `(x * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1e-9)`.

## Source
NumPy's reductions; run on a server of 24.10 with rows of different lengths.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Constant,
    Expr,
    Function,
    Name,
    Sequence,
    Subscript,
    Unary,
    dotted,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP419",
    name="masked-sum-by-padded-length",
    effect="wrong-result",
    certainty="likely",
    words=("sum", "mean"),
)
_MASK = re.compile(r"(^|_)masks?(_|$)|attention_?mask|(^|_)(not_pad|padding|is_token|real)(_|$)", re.IGNORECASE)
_PADDING = re.compile(r"attention|token|pad(_|ded|ding)?|valid", re.IGNORECASE)
"""What a mask of a fixed size has in its name, or in others of the file, if it hides what was filled up."""
_SET_RIGHT = re.compile(
    r"norm|unit(_|$)|share|ratio|fraction|coverage|rate(_|$)|percent|counts?(_|$)|lengths?(_|$)|count_nonzero|cosine"
)
"""Names by which a result is divided by something else, too, or is meant to count everything."""
_MADE_OF = 3


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if not python.understood or not any(_MASK.search(word) for word in python.identifiers):
        return
    inputs = tensors_of(python, config, "input")
    fixed = all(-1 not in (tensor.integers("dims") or (-1,)) for tensor in inputs.values())
    if fixed and not any(_PADDING.search(word) for word in (*inputs, *python.identifiers)):
        return
    if any(_SET_RIGHT.search(word.lower()) for word in python.identifiers):
        return
    for function in python.walk(Function):
        for node in own_nodes(function, Binary, Call, Assign):
            if isinstance(node, Assign):
                # `total /= x.shape[1]`, for a name that was given one value before.
                made = _first_value(function, node) if node.operator == "/" else None
                reduced, axis = made, _axis(made, "sum") if isinstance(made, Call) else None
                padded = axis is not None and node.value is not None and _is_length(function, node.value, axis)
            elif isinstance(node, Binary):
                reduced = _value(function, node.left) if node.operator == "/" else None
                axis = _axis(reduced, "sum") if isinstance(reduced, Call) else None
                padded = axis is not None and _is_length(function, node.right, axis)
            else:
                reduced, axis = node, _axis(node, "mean")
                padded = axis is not None
            if not padded or not isinstance(reduced, Call) or not _is_masked(function, reduced):
                continue
            if _is_set_right(function) or _is_only_ordered(function, node):
                continue
            yield Problem(
                node.span,
                "this divides by the padded length: the mask takes the padding out of the sum only, so the result gets "
                "smaller the more a row is filled up",
                help="divide by the sum of the mask over the same axis",
                key=python.source(node),
            )


def _value(function: Function, expr: Expr) -> Expr:
    """What a name stands for, if it is given one value only."""
    if not isinstance(expr, Name):
        return expr
    made = [a for a in own_nodes(function, Assign) if any(dotted(target) == expr.id for target in a.targets)]
    value = made[0].value if len(made) == 1 and not made[0].operator else None
    return value if value is not None and isinstance(made[0].targets[0], Name) else expr


def _first_value(function: Function, changed: Assign) -> Expr | None:
    """What the name was given that a statement changes, if that is one thing."""
    name = dotted(changed.targets[0])
    made = [a for a in own_nodes(function, Assign) if a is not changed and dotted(a.targets[0]) == name]
    return made[0].value if name is not None and len(made) == 1 and not made[0].operator else None


def _axis(call: Call, name: str) -> int | None:
    """The one axis that a ``sum`` or ``mean`` goes over; not the rows of a batch."""
    if not isinstance(call.func, Attribute) or call.func.attr != name or call.argument(None, "where") is not None:
        return None
    place = 1 if dotted(call.func.value) in {"np", "numpy"} else 0
    given = call.argument(place, "axis")
    sign = 1
    if isinstance(given, Unary) and given.operator == "-":
        sign, given = -1, given.operand
    if not isinstance(given, Constant) or given.value.__class__ is not int:
        return None
    return sign * int(given.value) or None


def _is_length(function: Function, divisor: Expr, axis: int) -> bool:
    """Whether something is ``x.shape[axis]``, or ``len(x[0])`` for the axis behind the rows."""
    divisor = _value(function, divisor)
    if isinstance(divisor, Name):
        return _unpacked(function, divisor.id) == axis
    if isinstance(divisor, Call) and dotted(divisor.func) in {"float", "np.float32"} and divisor.arguments:
        divisor = _value(function, divisor.arguments[0].value)
    if isinstance(divisor, Call):
        first = divisor.argument(0)
        return dotted(divisor.func) == "len" and axis == 1 and isinstance(first, Subscript)
    if not isinstance(divisor, Subscript) or not isinstance(divisor.value, Attribute) or divisor.value.attr != "shape":
        return False
    place = divisor.items[0]
    if isinstance(place, Unary) and place.operator == "-" and isinstance(place.operand, Constant):
        # The last axis of a mask is that of the places.
        return place.operand.value == (1 if _of_mask(function, divisor.value.value, 0) else -axis)
    return isinstance(place, Constant) and place.value in ({axis} if axis > 0 else {axis, 1})


def _unpacked(function: Function, name: str) -> int | None:
    """The place of a name in ``rows, length, size = x.shape``."""
    for assign in own_nodes(function, Assign):
        target, value = assign.targets[0], assign.value
        if isinstance(target, Sequence) and isinstance(value, Attribute) and value.attr == "shape":
            places = [at for at, item in enumerate(target.items) if isinstance(item, Name) and item.id == name]
            if places:
                return places[0]
    return None


def _is_masked(function: Function, reduced: Call) -> bool:
    """Whether a reduction goes over a product with a mask."""
    if not isinstance(reduced.func, Attribute):
        return False
    plain = dotted(reduced.func.value) in {"np", "numpy"}
    product = reduced.argument(0) if plain else reduced.func.value
    product = _value(function, product) if product is not None else None
    if (
        isinstance(product, Call)
        and dotted(product.func) in {"np.where", "numpy.where"}
        and len(product.arguments) == 3
    ):
        test, other = product.arguments[0].value, product.arguments[2].value
        test = test.left if isinstance(test, Compare) else test
        return isinstance(other, Constant) and other.value == 0 and _of_mask(function, test, 0)
    if not isinstance(product, Binary) or product.operator != "*":
        return False
    masks = [_of_mask(function, side, 0) for side in (product.left, product.right)]
    return masks.count(True) == 1


def _of_mask(function: Function, expr: Expr, depth: int) -> bool:
    """Whether an expression is a mask, perhaps of another type or with more axes."""
    while True:
        if isinstance(expr, Subscript):
            expr = expr.value
        elif isinstance(expr, Call) and isinstance(expr.func, Attribute):
            numpy = dotted(expr.func.value) in {"np", "numpy"}
            first = expr.argument(0) if numpy else expr.func.value
            if first is None:
                return False
            expr = first
        else:
            break
    if isinstance(expr, Attribute):
        # What the model keeps is the same for all requests.
        return _MASK.search(expr.attr) is not None and not (dotted(expr) or "").startswith("self.")
    if not isinstance(expr, Name):
        return False
    if _MASK.search(expr.id):
        return True
    value = _value(function, expr)
    return value is not expr and depth < _MADE_OF and _of_mask(function, value, depth + 1)


def _is_set_right(function: Function) -> bool:
    """Whether something in the function sums a mask up alone."""
    for call in own_nodes(function, Call):
        if isinstance(call.func, Attribute) and call.func.attr in {"sum", "mean"}:
            summed = call.argument(0) if dotted(call.func.value) in {"np", "numpy"} else call.func.value
            if summed is not None and not any(walk(summed, Binary)) and _of_mask(function, summed, 0):
                return True
    return False


def _is_only_ordered(function: Function, node: Binary | Call | Assign) -> bool:
    """Whether the places of the largest values of a result are asked for: dividing by a number moves none."""
    names = [a.targets[0] for a in own_nodes(function, Assign) if a is node or a.value is node]
    results = {id(node), *(id(n) for n in own_nodes(function, Name) if n.id in {dotted(name) for name in names})}
    for call in own_nodes(function, Call):
        owner = call.func.value if isinstance(call.func, Attribute) and call.func.attr.startswith("arg") else None
        if owner is not None and any(id(one) in results for one in (owner, call.argument(0))):
            return True
    return False


_POOL = """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "hidden" data_type: TYPE_FP32 dims: [ -1, 2 ] }
input { name: "mask" data_type: TYPE_INT64 dims: [ -1 ] }
output { name: "pooled" data_type: TYPE_FP32 dims: [ 2 ] }
-- pool/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def pool(self, hidden, mask):
        weights = mask.astype(np.float32)[..., np.newaxis]
#!
    def execute(self, requests):
        responses = []
        for request in requests:
            hidden = pb_utils.get_input_tensor_by_name(request, "hidden").as_numpy()
            mask = pb_utils.get_input_tensor_by_name(request, "mask").as_numpy()
            y = pb_utils.Tensor("pooled", self.pool(hidden, mask))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
"""


def _pool(body: str) -> str:
    return _POOL.replace("#!\n", body)


EXAMPLES = (
    _pool("""\
        total = (hidden * weights).sum(axis=1)
        return total / hidden.shape[1]
#              ^^^^^^^^^^^^^^^^^^^^^^^ TLP419

"""),
    _pool("""\
        return np.mean(hidden * weights, axis=1)
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP419

"""),
    _pool("""\
        total = (hidden * weights).sum(axis=1)
        return total / np.maximum(weights.sum(axis=1), np.float32(1e-9))

"""),
    # Nothing is masked.
    _pool("""\
        del weights
        return hidden.sum(axis=1) / np.float32(hidden.shape[1])

"""),
    # Vectors of one length do not care for what they were divided by.
    _pool("""\
        total = (hidden * weights).sum(axis=1) / np.float32(hidden.shape[1])
        return total / np.maximum(np.linalg.norm(total, axis=-1, keepdims=True), np.float32(1e-9))

"""),
    # The largest one stays the largest one.
    _pool("""\
        total = (hidden * weights).mean(axis=1)
        return np.eye(2, dtype=np.float32)[total.argmax(axis=1)]

"""),
    # A picture is never filled up.
    _pool("""\
        return np.mean(hidden * weights, axis=1)

""")
    .replace("[ -1, 2 ]", "[ 3, 2 ]")
    .replace("[ -1 ]", "[ 3 ]"),
)
