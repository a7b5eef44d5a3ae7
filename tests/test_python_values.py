"""Data types and shapes that are read from code, held against what NumPy itself makes of the same code."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_dtypes import Types
from tritonlint.inputs.python_reaching import sources_at
from tritonlint.inputs.python_reading import read_python
from tritonlint.inputs.python_shapes import Shapes
from tritonlint.inputs.python_tree import Expr, Return, walk

TYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint32", "uint64", "float16", "float32", "float64")
ONE = (
    "a / 2", "a * 2", "a * 2.0", "a - 1", "a + 0.5", "a // 2", "a % 2", "a ** 2", "-a", "a.sum()", "a.mean(axis=0)",
    "a.max()", "np.mean(a, axis=0)", "np.sum(a, axis=0)", "np.exp(a)", "np.sqrt(a)", "np.where(a > 0, a, a)",
    "np.where(a > 0, a, 0)", "np.where(a > 0, a, 0.5)", "np.maximum(a, 0)", "np.maximum(a, 0.0)", "a > 2", "a[0]",
    "a[0] * 2", "a[0:1] * 2.0", "a.mean() * 2", "a.sum() / 2", "np.array([a.sum()])", "np.array([a.mean() * 2])",
    "np.round(a)", "a.T", "np.argmax(a, axis=0)", "np.array([1, 2, 3])[:, None] * a", "np.array([[a[0] * 2.5]])",
    "a.cumsum()", "np.clip(a, 0, 1)", "np.abs(a)", "a.clip(0, 0.5)", "a.std(axis=0)", "np.prod(a)", "a.round()",
    "np.tile(a, 2)", "np.full((2,), 0.5)", "np.pad(a, 1)", "a.astype(np.float32) * 2", "np.zeros(3) + a",
    "np.zeros((2, 3), dtype=a.dtype)", "a[:, 0]", "a[..., None]", "a[None]", "a[0, 1]", "a[-1:]", "a.reshape(-1)",
    "a.reshape(-1, 1)", "a.reshape((2, -1))", "np.reshape(a, (4, 3))", "np.expand_dims(a, axis=-1)",
    "np.expand_dims(a, 0)", "a.squeeze()", "a[:1].squeeze(axis=0)", "a.sum(axis=1, keepdims=True)",
    "np.stack([a, a])", "np.concatenate([a, a], axis=1)", "a.flatten()", "a.transpose(1, 0)",
    "np.array([[1, 2], [3, 4]])", "np.array([1.5])", "np.array([a, a])", "np.zeros(len(a))", "np.ones(a.shape)",
    "a.ravel()", "np.argmax(a, axis=-1)[0]", "np.zeros_like(a)[1:2]", "np.asarray(a) - a.mean(axis=1, keepdims=True)",
    "a[[0, 1]]", "a[a > 0]", "np.median(a, axis=0)", "np.stack([row for row in a])",
    "np.array([row * 2 for row in a[0]])", "np.concatenate([row * 0.5 for row in a])",
    "np.array([v + 1 for v in a[0]])", "np.array([[v * 0.5] for v in a[0]])", "np.squeeze(a[:, :1], axis=1)",
    "a.swapaxes(0, 1)", "np.empty((2, 3, 4)).mean(axis=1)",
)  # fmt: skip
TWO = ("a + b", "a - b", "a * b", "a / b", "np.maximum(a, b)", "np.concatenate([a, b])", "np.stack([a, b])")


def _returns(facts: PythonFacts) -> Iterator[tuple[str, Expr, Frame]]:
    for frame in facts.frames:
        if frame.function is not None:
            for node in walk(frame.function.body):
                if isinstance(node, Return) and node.value is not None:
                    yield frame.function.name, node.value, frame


def _file(expressions: list[tuple[str, str, str]]) -> PythonFacts:
    lines = ["import numpy as np", "import triton_python_backend_utils as pb_utils"]
    for number, (first, second, expression) in enumerate(expressions):
        lines += [
            f"def f{number}(request):",
            f'    a = pb_utils.get_input_tensor_by_name(request, "{first}").as_numpy()',
        ]
        lines += [
            f'    b = pb_utils.get_input_tensor_by_name(request, "{second}").as_numpy()',
            f"    return {expression}",
        ]
    return read_python("model.py", "\n".join(lines) + "\n")


def test_types_and_shapes_are_those_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    asked = [(t, t, e) for t in TYPES for e in ONE] + [(t, u, e) for t in TYPES for u in TYPES for e in TWO]
    facts = _file(asked)
    types = Types(facts, {name: name for name in TYPES})
    shapes = Shapes(facts, dict.fromkeys(TYPES, (3, 4)))
    wrong, known_types, known_shapes = [], 0, 0
    for name, value, frame in _returns(facts):
        first, second, expression = asked[int(name[1:])]
        names = {"np": numpy, "a": numpy.ones((3, 4), first), "b": numpy.ones((3, 4), second)}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                real = numpy.asarray(eval(expression, names))
        except (TypeError, ValueError):
            continue
        dtype, shape = types.of(value, frame), shapes.of(value, frame)
        known_types += dtype is not None
        known_shapes += shape is not None
        if dtype not in {None, real.dtype.name}:
            wrong.append(f"{first} {second}: {expression} is {real.dtype.name}, not {dtype}")
        fits = shape is None or (
            len(shape) == real.ndim and all(s in (None, r) for s, r in zip(shape, real.shape, strict=True))
        )
        if not fits:
            wrong.append(f"{expression} has the shape {real.shape}, not {shape}")
    assert wrong == []
    assert known_types > 700
    assert known_shapes > 1000


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("x = 1\nx = 2\nreturn x", {"2"}),
        ("x = 1\nx = x + 1\nreturn x", {"x + 1"}),
        ("x = 1\nif a:\n    x = 2\nreturn x", {"1", "2"}),
        ("x = 1\nif a:\n    x = 2\n    return x\n", {"2"}),
        ("x = 1\nx = 2\nfor i in a:\n    return x\n", {"2"}),
        ("x = 1\nfor i in a:\n    y = x\n    x = 2\nreturn x", {"1", "2"}),
        ("x = 0\nx = 1\nfor i in a:\n    return x\n    x = 2\n", {"0", "1", "2"}),
        ("x = 0\nfor i in a:\n    x = 1\n    x = 2\n    return x\n", {"2"}),
        ("try:\n    x = 1\nexcept ValueError:\n    x = 2\nreturn x", {"1", "2"}),
        ("x = 0\nwith a:\n    x = 1\n    return x\n", {"1"}),
        ("x = 0\nx = 1\nwhile x:\n    x = 2\nelse:\n    return x\n", {"0", "1", "2"}),
        ("x = 1\nx += 1\nreturn x", None),
        ("x = 1\nx = 3\ny = [x for x in a]\nreturn x", None),
    ],
)
def test_the_assignment_that_a_use_sees(body: str, seen: set[str] | None) -> None:
    text = "def f(a):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    facts = read_python("model.py", text)
    _, value, frame = next(_returns(facts))
    found = sources_at(facts, value, frame)
    assert (None if found is None else {facts.source(expr) for expr, _ in found}) == seen
