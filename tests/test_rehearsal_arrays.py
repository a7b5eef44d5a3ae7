"""The rehearsal's NumPy against the real one: every expression is evaluated by both."""

from __future__ import annotations

import ast
import operator
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tritonlint.inputs.rehearsal import arrays
from tritonlint.inputs.rehearsal.values import (
    SEQUENCE,
    UNKNOWN,
    Array,
    Bound,
    Builtin,
    DType,
    Failure,
    Library,
    Mapping,
    Seq,
    Unknown,
)

DTYPES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
    "complex64", "complex128", "object", "str", "bytes",
)  # fmt: skip
OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.USub: "-",
    ast.UAdd: "+", ast.Invert: "~", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
BUILTINS = {"int", "float", "bool", "str", "bytes", "object", "complex"}


class OutOfReachError(Exception):
    """The expression goes on with a value that is not known."""


def abstract(value: Any) -> Any:
    """What the rehearsal would know of a value."""
    if isinstance(value, list | tuple):
        return Seq(type(value).__name__, [abstract(item) for item in value])
    if isinstance(value, dict):
        return Mapping({key: abstract(item) for key, item in value.items()})
    if isinstance(value, np.ndarray):
        return Array(name_of(value.dtype), value.shape, of_elements(value))
    if isinstance(value, str | bytes):
        return value if type(value) in (str, bytes) else Unknown("str" if isinstance(value, str) else "bytes")
    if isinstance(value, np.generic):
        return Array(name_of(value.dtype), (), None, True)
    if isinstance(value, np.dtype):
        return DType(name_of(value))
    return value


def name_of(dtype: Any) -> str:
    return {"U": "str", "S": "bytes"}.get(dtype.kind, dtype.name)


def of_elements(value: Any) -> str | None:
    kinds = {type(item).__name__ for item in value.flat} if value.dtype == object else set()
    return kinds.pop() if len(kinds) == 1 and kinds <= {"bytes", "str"} else None


def rehearse(node: ast.AST, names: dict[str, Any]) -> Any:
    """Evaluate an expression the way the rehearsal does."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in BUILTINS and node.id not in names:
            raise OutOfReachError
        return Builtin(node.id) if node.id in BUILTINS else names[node.id]
    if isinstance(node, ast.Tuple | ast.List):
        return Seq("tuple" if isinstance(node, ast.Tuple) else "list", listed(node.elts, names))
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return Mapping({k.value: rehearse(v, names) for k, v in pairs if isinstance(k, ast.Constant)})
    if isinstance(node, ast.Slice):
        return arrays.Slice(*(rehearse(e, names) if e else None for e in (node.lower, node.upper, node.step)))
    if isinstance(node, ast.UnaryOp):
        value = rehearse(node.operand, names)
        if isinstance(value, Array):
            return arrays.unary(OPERATORS[type(node.op)], value)
        if isinstance(value, int):
            return {"-": operator.neg, "+": operator.pos, "~": operator.inv}[OPERATORS[type(node.op)]](value)
    if isinstance(node, ast.BinOp | ast.Compare):
        left = rehearse(node.left, names)
        right = rehearse(node.right if isinstance(node, ast.BinOp) else node.comparators[0], names)
        if isinstance(left, Array | DType) or isinstance(right, Array | DType):
            if isinstance(node, ast.BinOp):
                return arrays.binary(OPERATORS[type(node.op)], left, right)
            return arrays.compare(OPERATORS[type(node.ops[0])], left, right)
    if isinstance(node, ast.Subscript):
        value = rehearse(node.value, names)
        if isinstance(value, Array):
            return arrays.getitem(value, rehearse(node.slice, names))
        if isinstance(value, Library) and value.name in arrays.GRIDS:
            return arrays.grid(value.name, rehearse(node.slice, names))
        if isinstance(value, Seq):
            place = rehearse(node.slice, names)
            if isinstance(place, int) and not value.open and -len(value.items) <= place < len(value.items):
                return value.items[place]
    if isinstance(node, ast.Attribute):
        value = rehearse(node.value, names)
        if isinstance(value, Library):
            if value.name == "numpy":
                return arrays.constant(node.attr)
            return Library(f"{value.name}.{node.attr}")
        if isinstance(value, Array):
            return arrays.attribute(value, node.attr)
        if isinstance(value, DType):
            return arrays.dtype_attribute(value, node.attr)
    if isinstance(node, ast.Call):
        function = rehearse(node.func, names)
        args = listed(node.args, names)
        kwargs = {keyword.arg or "": rehearse(keyword.value, names) for keyword in node.keywords}
        if isinstance(function, Builtin):
            (value,) = args
            if not isinstance(value, Array):
                raise OutOfReachError
            if function.name == "bool":
                found = arrays.truth(value)
                return Unknown("bool") if found is None else found
            return UNKNOWN
        if isinstance(function, Library):
            return arrays.call(function.name.removeprefix("numpy."), args, kwargs)
        if isinstance(function, DType):
            return arrays.call(function.name or "unknown", args, kwargs)
        if isinstance(function, Bound):
            return arrays.method(function.owner, function.name, args, kwargs)
    raise OutOfReachError


def listed(nodes: list[ast.expr], names: dict[str, Any]) -> list[Any]:
    """What items of a list, or arguments, are."""
    found: list[Any] = []
    for node in nodes:
        value = rehearse(node.value if isinstance(node, ast.Starred) else node, names)
        if not isinstance(node, ast.Starred):
            found.append(value)
        elif isinstance(value, Seq) and not value.open:
            found += value.items
        else:
            raise OutOfReachError
    return found


def agrees(found: Any, real: Any) -> bool:
    """Whether what the rehearsal says of a value holds."""
    if isinstance(found, Unknown):
        return found.type is None or any(cls.__name__ == found.type for cls in type(real).__mro__)
    if isinstance(found, Array):
        if found.shape is None and not isinstance(real, np.ndarray | np.generic):
            return found.dtype is None or found.dtype == "object"
        if found.scalar and found.dtype is None and isinstance(real, int | float | complex):
            return True  # A number, of NumPy or of Python.
        if found.scalar and (isinstance(real, np.ndarray) or not isinstance(real, np.generic)):
            return False
        if not found.scalar and found.shape is not None and not isinstance(real, np.ndarray):
            return False
        if found.dtype is not None and found.dtype != name_of(real.dtype):
            return False
        if found.of is not None and any(type(item).__name__ != found.of for item in real.flat):
            return False
        if found.shape is None:
            return True
        return len(found.shape) == real.ndim and all(
            a is None or a == b for a, b in zip(found.shape, real.shape, strict=True)
        )
    if isinstance(found, Seq):
        kinds = {cls.__name__ for cls in type(real).__mro__}
        if found.kind not in kinds and not (found.kind == SEQUENCE and kinds & {"list", "tuple"}):
            return found.kind == "generator"
        if not found.open and len(found.items) != len(real):
            return False
        items = [*found.items, *[found.each] * (len(real) - len(found.items))]
        return all(agrees(a, b) for a, b in zip(items, real, strict=True))
    if isinstance(found, DType):
        return found.name is None or np.dtype(real) == np.dtype(found.name) or name_of(np.dtype(real)) == found.name
    if isinstance(found, Library | Bound | Builtin):
        return True
    if isinstance(found, float) and np.isnan(found):
        return bool(np.isnan(real))
    return type(found) is type(real) and bool(found == real)


def both(text: str, real: dict[str, Any], names: dict[str, Any]) -> tuple[Any, Any]:
    """What the rehearsal and NumPy make of an expression; an exception is a value here."""
    tree = ast.parse(text, mode="eval").body
    outcome: Any
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            outcome = eval(text, {"np": np}, dict(real))
        except Exception as error:
            outcome = error
    try:
        found = rehearse(tree, {"np": Library("numpy"), **names})
    except Failure as failure:
        found = failure
    return found, outcome


def of_numbers(value: Any) -> bool:
    if isinstance(value, Array):
        return value.shape is not None and value.dtype not in {None, "object", "str", "bytes"}
    return isinstance(value, int | float)


def judge(text: str, found: Any, outcome: Any, context: dict[str, Any]) -> None:
    if isinstance(found, Failure):
        assert isinstance(outcome, Exception), f"{text} {context}: {found.args}, but it gives {outcome!r}"
        if not all(of_numbers(one) for one in context.values()):
            return  # Of two errors NumPy may see the one first that is not known.
        kinds = {cls.__name__ for cls in type(outcome).__mro__}
        assert found.type in kinds, f"{text} {context}: {found.args}, but it raises {outcome!r}"
    elif not isinstance(outcome, Exception):
        dtype = getattr(outcome, "dtype", None)
        assert agrees(found, outcome), f"{text} {context}: {found!r}, but it is {dtype} {outcome!r}"


SHAPES = st.lists(st.sampled_from((0, 1, 1, 1, 2, 2, 3, 3, 4)), max_size=3).map(tuple)


@st.composite
def values(draw: st.DrawFn) -> tuple[Any, Any]:
    """A real value and what is known of it."""
    if draw(st.integers(0, 5)) == 0:
        number = draw(st.sampled_from((0, 1, 2, 3, -1, 300, 70000, 0.5, 2.0, -1.5, 1e6, True, None, "a", b"a")))
        if number is not None and number.__class__ in (int, float) and abs(number) < 10 and draw(st.booleans()):
            return number, Unknown(type(number).__name__)
        if isinstance(number, str | bytes | bool) and draw(st.booleans()):
            return number, Unknown(type(number).__name__)
        return number, number
    shape = draw(SHAPES)
    dtype = draw(st.sampled_from(DTYPES))
    made = np.ones(shape, "int64")
    if dtype == "object":
        made = np.full(shape, draw(st.sampled_from((b"a", "a", 1, 2.5))), dtype=object)
    elif dtype in {"str", "bytes"}:
        made = np.full(shape, "a" if dtype == "str" else b"a")
    else:
        made = made.astype(dtype)
    known = abstract(made)
    if not shape and dtype not in {"object", "str", "bytes"} and draw(st.booleans()):
        return made[()], abstract(made[()])
    # A length that is not known counts as not 0.
    forget = draw(st.integers(0 if 0 not in shape else 2, 5))
    if forget == 0:
        known = Array(known.dtype, None, known.of)
    elif forget == 1:
        known = Array(known.dtype, tuple(draw(st.sampled_from((n, None))) for n in shape), known.of)
    elif forget == 2:
        known = Array(None, known.shape, None)
    return made, known


TEMPLATES = """
a + b|a - b|a * b|a / b|a // b|a % b|a ** b|a @ b|a & b|a | b|a ^ b|a << b|a >> b|a == b|a != b|a < b|a >= b|-a|+a|~a
np.add(a, b)|np.subtract(a, b)|np.multiply(a, b)|np.divide(a, b)|np.power(a, b)|np.maximum(a, b)|np.minimum(a, b)
np.matmul(a, b)|np.dot(a, b)|np.outer(a, b)|np.equal(a, b)|np.greater(a, b)|np.logical_and(a, b)|np.logical_or(a, b)
np.exp(a)|np.log(a)|np.sqrt(a)|np.tanh(a)|np.sin(a)|np.floor(a)|np.ceil(a)|np.rint(a)|np.abs(a)|np.absolute(a)
np.negative(a)|np.square(a)|np.sign(a)|np.isnan(a)|np.isfinite(a)|np.logical_not(a)|np.invert(a)|np.reciprocal(a)
np.fabs(a)|np.sum(a)|np.sum(a, axis=i)|np.sum(a, axis=i, keepdims=True)|np.sum(a, i)|a.sum()|a.sum(axis=i)|a.sum(i)
a.sum(axis=(0, i))|a.sum(dtype=np.float32)|np.prod(a)|np.mean(a)|np.mean(a, axis=i)|a.mean()|a.mean(i, keepdims=True)
a.std()|np.var(a, axis=i)|a.max()|np.max(a, axis=i)|np.amin(a)|a.min(i)|np.argmax(a)|np.argmax(a, axis=i)|a.argmin(i)
a.argmax(axis=i, keepdims=True)|a.any()|np.all(a)|np.any(a, axis=i)|a.cumsum()|np.cumsum(a, axis=i)|np.cumsum(a, i)
np.median(a)|np.median(a, axis=i)|np.percentile(a, 50)|np.percentile(a, [5, 50], axis=i)|np.average(a, axis=i)
np.quantile(a, 0.5, axis=i)|np.quantile(a, [0.25, 0.5], axis=i)|np.quantile(a, (0.5,))|np.hanning(i)|np.hamming(3)
np.fft.rfft(a)|np.fft.fft(a, axis=i)|np.abs(np.fft.rfft(a))|np.convolve(a, b)|np.convolve(a, b, mode="same")
np.correlate(a, b)|np.linalg.norm(a)|np.linalg.norm(a, axis=i)|np.linalg.norm(a, axis=i, keepdims=True)
np.count_nonzero(a, axis=i)|np.linalg.norm(a, ord=2)
a.reshape(i)|a.reshape(-1)|a.reshape(i, -1)|a.reshape((2, i))|a.reshape(-1, 1)|a.reshape(2, 3)|a.reshape([1, -1])
np.reshape(a, (i, j))|a.reshape(a.shape)|a.flatten()|a.ravel()|np.ravel(a)|a.squeeze()|a.squeeze(i)|np.squeeze(a)
np.squeeze(a, axis=i)|np.expand_dims(a, i)|np.expand_dims(a, axis=(0, i))|a.T|a.transpose()|a.transpose(i, j)
a.transpose((1, 0))|np.transpose(a)|np.transpose(a, (0, 2, 1))|a.swapaxes(i, j)|np.swapaxes(a, 0, i)
np.moveaxis(a, i, j)|np.flip(a)|np.flip(a, i)|np.roll(a, 1)|np.sort(a)|np.argsort(a)|a.argsort()|a.argsort(axis=i)
np.nan_to_num(a)|np.round(a)|np.round(a, 2)|a.round(1)|np.clip(a, 0, 1)|np.clip(a, 0.0, 1.0)|a.clip(0, b)|a.clip(0, 1)
a.clip(min=0)|np.clip(a, None, 5)|np.clip(a, a_min=0, a_max=255)|np.concatenate([a, b])|np.concatenate([a, b], axis=i)
np.concatenate((a, a), i)|np.concatenate(a)|np.concatenate([a, b], axis=None)|np.stack([a, b])|np.stack([a, b], axis=i)
np.stack([a, a, a], i)|np.stack(a)|np.vstack([a, b])|np.hstack([a, b])|np.vstack(a)|np.hstack(a)|np.atleast_1d(a)
np.atleast_2d(a)|np.broadcast_to(a, (2, 3))|np.broadcast_to(a, b.shape)|np.repeat(a, 2)|np.repeat(a, 2, axis=i)
a.repeat(3, i)|np.tile(a, 2)|np.tile(a, (2, i))|np.unique(a)|np.split(a, 2)|np.split(a, i, axis=j)|np.take(a, 0)
np.take(a, [0, 0], axis=i)|a.take(0, axis=i)|np.where(a, b, 0)|np.where(a, 1.0, b)|np.where(a > 0, a, b)|np.where(a)
np.where(a, b, b)|np.where(a > 0, 1, 0)|np.where(a > 0, 1.0, 0)|np.nonzero(a)|np.argwhere(a)|np.isin(a, b)
np.isclose(a, b)|np.allclose(a, b)|np.array_equal(a, b)|np.shape(a)|np.ndim(a)|np.size(a)|np.linalg.inv(a)|np.diff(a)
a[0]|a[i]|a[-1]|a[i, j]|a[0, 0, 0]|a[...]|a[:, 0]|a[..., 0]|a[..., None]|a[None]|a[:, np.newaxis]|a[1:]|a[:-1]|a[::2]
a[i:]|a[:i]|a[:, i:j]|a[[0, 0]]|a[[0, i]]|a[[0, i], [0, 0]]|a[:, [0, i]]|a[a > 0]|a[a == 1]|a[b]|a[b, 0]|a[0, b]
a[np.argsort(a)]|a[:, b]|a[0, :, [0, 0]]|a["x"]|a[1.0]|a[()]|a[[True, False]]|a[np.array([0, 1])]|a[[]]|a[(0, 0)]
a.shape|a.ndim|a.size|a.dtype|a.nbytes|a.itemsize|a.real|a.foo|a.decode|a.is_integer|a.numpy|a.append|a.cpu|a.shape[0]
a.dtype.name|a.dtype.kind|a.dtype.itemsize|a.dtype.foo|a.dtype == np.float32|a.dtype == "float32"|a.dtype == object
a.dtype == np.object_|a.dtype != np.int64|a.dtype == float|a.dtype == b.dtype|a.dtype.type == np.float32
a.astype(np.float32)|a.astype("int32")|a.astype(float)|a.astype(int)|a.astype(object)|a.astype(str)|a.astype(np.bytes_)
a.astype(np.bool_)|a.astype(dtype=np.float16)|a.astype("fp32")|a.astype("<f4")|a.astype(b.dtype)|a.astype(3)
a.astype(np.str_)|a.astype("S")|a.item()|a.item(0)|a.tolist()|a.tobytes()|a.copy()|a.fill(0)|a.sort()|a.view()
a.view(np.uint8)|a.dot(b)|a.nonzero()|a.prod(axis=i)|a.ptp()|bool(a)|np.float32(a)|np.int64(a)|np.bool_(a)|np.float64(a)
np.object_(a)|np.str_(a)|np.array(a)|np.array([a])|np.array([a, b])|np.array([[a, a]])|np.array([a, 1])|np.array((a, b))
np.array([a, 0.5])|np.array(a, dtype=np.float32)|np.array([a, b], dtype=np.float32)|np.array([a, b], dtype=object)
np.array([a], dtype=object)|np.array(a, dtype=object)|np.array([a, "x"])|np.array([a, b"x"])|np.array([a, None])
np.array([a], dtype=np.int32)|np.array([[1, 2], a])|np.array([a, [1, 2]])|np.array(a, ndmin=2)|np.asarray(a)
np.asarray([a, b])|np.asarray(a, dtype=np.int64)|np.asarray(a, np.float32)|np.ascontiguousarray(a)|np.copy(a)
np.zeros_like(a)|np.ones_like(a, dtype=np.float32)|np.full_like(a, 0)|np.full((2, i), a)|np.full(i, a, dtype=np.int8)
np.zeros(a.shape)|np.zeros(a.shape, dtype=a.dtype)|np.empty((i, j), a.dtype)|np.ones(i)|np.zeros((2, 2), np.float32)
np.zeros(a)|np.arange(i)|np.arange(i, j)|np.arange(0, 1, 0.5)|np.arange(i, dtype=np.float32)|np.linspace(0, 1, i)
np.linspace(a, 1)|np.eye(i)|np.eye(2, i, dtype=np.float32)|np.identity(i)|np.random.rand(i, 2)|np.random.rand()
np.random.randn(2)|np.random.normal(size=i)|np.random.normal()|np.random.randint(0, 5)|np.random.randint(0, 5, size=i)
np.random.randint(0, 5, (2, 2), dtype=np.uint8)|np.random.uniform(0, 1, (2, i))|np.random.random(i)|np.random.random()
np.random.permutation(i)|np.char.upper(a)|np.char.decode(a)|np.char.encode(a)|np.char.strip(a)
np.frombuffer(b"abcd", np.float32)|np.frombuffer(b"abc", dtype=np.float32)|np.frombuffer(b"abcd", np.uint8)
np.frombuffer("abcd", np.uint8)|np.frombuffer(a, np.uint8)|np.dtype("float32")|np.dtype("f8")|np.dtype("nope")
np.dtype("TYPE_FP32")|np.dtype("fp16")|np.dtype("string")|np.dtype("B")|np.dtype("S10")|np.pi|np.inf|np.newaxis
np.sum(a, dim=i)|a.sum(dim=i)|np.concatenate([a], dim=0)|np.expand_dims(a)|np.expand_dims(a, dim=0)|np.zeros()
np.zeros(2, 3)|np.zeros(2.0)|np.zeros("a")|np.zeros((2, None))|np.zeros(-1)|np.array()|np.array(1, 2, 3)|np.stack(a, b)
np.array(1, 2)|np.array([1, 2], [3, 4])|np.argmax(a, 1, 2, 3, 4)|np.reshape(a)|a.reshape(1, (2, 3))|np.ones(2, 2)
np.concatenate(a, b)|np.concatenate(1, 2)|np.concatenate([])|np.stack([])|np.add(a)|np.exp(a, b)|np.where(a, b)
(a + b).astype(np.float32)|(a * 2).sum(axis=i)|(a / 255.0).reshape(1, -1)|(a > 0.5).astype(np.int32)|a.max() + b
a[0] * 2|a[0] + b|a[0].astype(np.float32)|a.mean(axis=i) + b|np.exp(a - np.max(a, axis=-1, keepdims=True))
np.exp(a) / np.sum(np.exp(a), axis=-1, keepdims=True)|a.astype(np.float32) / 255|a.astype(np.float32) + 0.5
a.astype(np.float32) * b|a.astype(np.uint8) + b|a.reshape(-1)[0] + b|np.float32(2) * a|np.float64(2) * a|a + np.int64(1)
a + [1]|[1, 2] + a|a * 2|2 * a|a + 1.5|1.5 - a|a + 70000|a - 300|a ** 2|a ** 0.5|a ** -1|2 ** a|a ** 2.0|a % 2|a // 2
a / 2|a + True|a + None|a + "x"|"x" + a|a == None|a == "x"|a < None|a < "x"|a == [1, 2]|a + {"a": 1}|a + b"x"|a - b"x"
"""
EXPRESSIONS = [text for line in TEMPLATES.strip().splitlines() for text in line.replace(" | ", " \0 ").split("|")]
EXPRESSIONS = [text.replace("\0", "|") for text in EXPRESSIONS]


@pytest.mark.parametrize("text", EXPRESSIONS)
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(a=values(), b=values(), i=st.integers(-2, 3), j=st.integers(-2, 3), hide=st.booleans())
def test_expression(text: str, a: Any, b: Any, i: int, j: int, hide: bool) -> None:
    numbers = {"i": i, "j": j}
    real = {"a": a[0], "b": b[0], **numbers}
    known = {"a": a[1], "b": b[1], **({name: Unknown("int") for name in numbers} if hide else numbers)}
    try:
        found, outcome = both(text, real, known)
    except OutOfReachError:
        return
    judge(text, found, outcome, known)


WRITES = (
    "a[0] = b", "a[i] = b", "a[i, j] = b", "a[:] = b", "a[...] = b", "a[1:] = b", "a[:, 0] = b", "a[[0, 0]] = b",
    "a[a > 0] = 0", "a[0] = 'x'", "a[0, 0] = '1.5'", "a[0] = None", "a[0] = [1, 2]", "a[0] = [i]", "a[:] = [1, 2, 3]",
    "a[:] = [[1], [2]]", "a[0] = {'a': 1}", "a[0] = b'x'", "a['x'] = 1", "a[i:j] = 0.5", "a[None] = b", "a[0, 0] = b",
    "a[()] = b", "a += b", "a -= b", "a *= b", "a /= b", "a //= b", "a **= b", "a &= b", "a |= b", "a += 1", "a += 0.5",
    "a /= 2", "a *= 2", "a -= 0.5", "a %= 2", "a += 'x'", "a += None", "a += [1]", "a @= b", "a //= 2", "a *= b.shape",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITES)
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(a=values(), b=values(), i=st.integers(-2, 3), j=st.integers(-2, 3), hide=st.booleans())
def test_write(text: str, a: Any, b: Any, i: int, j: int, hide: bool) -> None:
    if not isinstance(a[1], Array):
        return
    numbers = {"i": i, "j": j}
    real = {"np": np, "a": a[0].copy(), "b": b[0], **numbers}
    known = {"a": a[1], "b": b[1], **({name: Unknown("int") for name in numbers} if hide else numbers)}
    (statement,) = ast.parse(text).body
    outcome: Any = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(text, real)
        except Exception as error:
            outcome = error
    found: Any = None
    try:
        if isinstance(statement, ast.AugAssign):
            value = rehearse(statement.value, known)
            found = arrays.inplace(OPERATORS[type(statement.op)], a[1], value)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript):
            arrays.setitem(a[1], rehearse(statement.targets[0].slice, known), rehearse(statement.value, known))
    except OutOfReachError:
        return
    except Failure as failure:
        found = failure
    if outcome is None and not isinstance(found, Failure):
        outcome = real["a"] if isinstance(statement, ast.AugAssign) else None
    # Both the data types and the shapes may be wrong.
    judge(text, found, outcome, {**known, "first": None})


@settings(max_examples=300, deadline=None, derandomize=True)
@given(a=values())
def test_length_and_elements(a: Any) -> None:
    if not isinstance(a[1], Array):
        return
    for rehearsed, real in ((arrays.length, len), (arrays.element, lambda array: next(iter(array)))):
        outcome: Any
        try:
            outcome = real(a[0])
        except (TypeError, StopIteration) as error:
            outcome = error
        try:
            found = rehearsed(a[1])
        except Failure as failure:
            found = failure
        if found is not None and not isinstance(outcome, StopIteration):
            judge(rehearsed.__name__, found, outcome, {"a": a[1]})


LEAVES = st.sampled_from((0, 1, 2, -3, 0.5, True, "a", "1", b"b", None, 2**63, {"k": 1}, np.float32(1), np.int64(2)))
NESTED = st.recursive(
    LEAVES | SHAPES.map(np.zeros) | SHAPES.map(lambda shape: np.ones(shape, "float32")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.builds(lambda one, n: [one] * n, inner, st.integers(1, 3))
    ),
    max_leaves=8,
)


def partly(value: Any, draw: st.DrawFn) -> Any:
    """What may be known of a value that is not known as a whole."""
    if draw(st.integers(0, 9)) == 0:
        return UNKNOWN
    if isinstance(value, list | tuple):
        return Seq(type(value).__name__, [partly(item, draw) for item in value])
    if type(value) in (int, float, bool, str, bytes) and value != 2**63 and draw(st.integers(0, 2)) == 0:
        return Unknown(type(value).__name__)
    known = abstract(value)
    if isinstance(known, Array) and known.shape and 0 not in known.shape and draw(st.integers(0, 2)) == 0:
        return Array(known.dtype, tuple(draw(st.sampled_from((n, None))) for n in known.shape))
    return known


@pytest.mark.parametrize(
    "text",
    ["np.array(x)", "np.asarray(x)", "np.float32(x)", "np.sum(x)", "np.stack(x)", "np.concatenate(x)", "np.vstack(x)"]
    + [f"np.array(x, dtype=np.{name})" for name in ("float32", "int64", "object_", "bytes_", "str_", "bool_")],
)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(value=NESTED, data=st.data())
def test_array_of_values(text: str, value: Any, data: st.DataObject) -> None:
    known = partly(value, data.draw)
    found, outcome = both(text, {"x": value}, {"x": known})
    judge(f"{text} {value!r}", found, outcome, {"x": known})


def test_array_of_a_list_that_goes_on() -> None:
    open_list = Seq("list", [Unknown("float")], open=True)
    made = arrays.from_value(open_list)
    assert (made.dtype, made.shape) == ("float64", (None,))
    begun = Seq("list", [0], open=True)
    assert arrays.from_value(begun).dtype is None
    assert arrays.from_value(Seq("list", [], open=True)).shape is None
    texts = arrays.call("array", [Seq("list", [Unknown("bytes")], open=True)], {"dtype": DType("object")})
    assert (texts.dtype, texts.shape, texts.of) == ("object", (None,), "bytes")
    assert arrays.element(texts) == Unknown("bytes")
