"""Data types of array expressions, as far as NumPy's own rules decide them without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tritonlint.inputs.python_config import config_path
from tritonlint.inputs.python_reaching import sources_at
from tritonlint.inputs.python_tree import (
    Argument,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Constant,
    Dict,
    Expr,
    FString,
    Function,
    Name,
    Raise,
    Return,
    Sequence,
    Slice,
    Starred,
    Subscript,
    Unary,
    Yield,
    dotted,
    last_name,
    walk,
)
from tritonlint.remember import remembered

if TYPE_CHECKING:
    from tritonlint.inputs.python import Frame, PythonFacts

MAX_STEPS = 24
MAX_HELPERS = 3
"""Helpers that call helpers: as deep as a value is followed."""
MAX_EVALUATIONS = 2000
"""Expressions looked at for one data type: names that are reassigned from themselves multiply with every step."""
TRITON_TO_NUMPY = {
    "TYPE_BOOL": "bool",
    "TYPE_UINT8": "uint8",
    "TYPE_UINT16": "uint16",
    "TYPE_UINT32": "uint32",
    "TYPE_UINT64": "uint64",
    "TYPE_INT8": "int8",
    "TYPE_INT16": "int16",
    "TYPE_INT32": "int32",
    "TYPE_INT64": "int64",
    "TYPE_FP16": "float16",
    "TYPE_FP32": "float32",
    "TYPE_FP64": "float64",
    "TYPE_STRING": "object",
}
"""The types a Python model can receive and send as NumPy arrays (facts, 6.7); TYPE_STRING also takes ``bytes``."""

_NAMES = {
    "bool": "bool",
    "bool_": "bool",
    "bool8": "bool",
    "byte": "int8",
    "ubyte": "uint8",
    "short": "int16",
    "ushort": "uint16",
    "intc": "int32",
    "uintc": "uint32",
    "int_": "int64",
    "int": "int64",
    "uint": "uint64",
    "longlong": "int64",
    "half": "float16",
    "single": "float32",
    "float": "float64",
    "float_": "float64",
    "double": "float64",
    "str": "str",
    "str_": "str",
    "unicode_": "str",
    "bytes": "bytes",
    "bytes_": "bytes",
    "string_": "bytes",
    "object": "object",
    "object_": "object",
    "O": "object",
    "?": "bool",
    "f": "float32",
    "d": "float64",
    "e": "float16",
    "i": "int32",
    "b": "int8",
    "B": "uint8",
    "U": "str",
    "S": "bytes",
    "complex": "complex128",
    "complex64": "complex64",
    "complex128": "complex128",
    **{n: n for n in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")},
    **{n: n for n in ("float16", "float32", "float64")},
    **{f"{c}{s}": f"{k}{8 * s}" for c, k in (("i", "int"), ("u", "uint")) for s in (1, 2, 4, 8)},
    **{f"f{s}": f"float{8 * s}" for s in (2, 4, 8)},
}
_REMOVED = frozenset({"float", "int", "object", "str", "complex"})
"""Names that NumPy has had no more since 1.24."""
_SAME = frozenset(
    {
        "copy", "reshape", "flatten", "ravel", "squeeze", "transpose", "swapaxes", "repeat", "take", "byteswap",
    }
)  # fmt: skip
_SAME_FUNCTIONS = frozenset(
    {
        "numpy.squeeze", "numpy.expand_dims", "numpy.reshape", "numpy.transpose", "numpy.ascontiguousarray",
        "numpy.copy", "numpy.ravel", "numpy.flip", "numpy.roll", "numpy.repeat", "numpy.tile", "numpy.pad",
        "numpy.atleast_1d", "numpy.atleast_2d", "numpy.broadcast_to", "numpy.moveaxis", "numpy.swapaxes", "numpy.sort",
        "numpy.abs", "numpy.zeros_like", "numpy.ones_like", "numpy.empty_like",
    }
)  # fmt: skip
_FLOAT64 = frozenset(
    {
        "numpy.random.rand", "numpy.random.randn", "numpy.random.random", "numpy.random.normal",
        "numpy.random.uniform", "numpy.random.random_sample", "numpy.eye", "numpy.identity",
    }
)  # fmt: skip
_DRAWS = {"normal": 2, "uniform": 2, "standard_normal": 0, "random": 0, "random_sample": 0}
"""Where generators of random numbers take ``size``, without which they give a single value."""
_REDUCTIONS = frozenset(
    {"sum", "mean", "max", "min", "prod", "std", "var", "argmax", "argmin", "any", "all", "median", "ptp"}
)
_TORCH_METHODS = frozenset(
    {
        "to", "cpu", "cuda", "detach", "float", "half", "double", "int", "long", "bool", "squeeze", "unsqueeze",
        "reshape", "view", "contiguous", "permute", "transpose", "flatten", "softmax", "sigmoid", "argmax", "clone",
    }
)  # fmt: skip
_TORCH_MAKERS = frozenset(
    {
        "tensor", "as_tensor", "from_numpy", "zeros", "ones", "empty", "full", "arange", "rand", "randn", "cat",
        "stack", "argmax", "softmax", "sigmoid", "zeros_like", "ones_like", "from_dlpack", "utils.dlpack.from_dlpack",
        "nn.functional.softmax", "nn.functional.normalize",
    }
)  # fmt: skip
_SCALARS = frozenset({"float", "int", "len", "bool", "str"})

_REDUCED = frozenset({"sum", "mean", "max", "min", "prod", "std", "var", "amax", "amin", "cumsum"})
_INDICES = frozenset(
    f"numpy.{name}"
    for name in ("argmax", "argmin", "argsort", "argpartition", "argwhere", "nonzero", "flatnonzero", "searchsorted")
)
_TRUTHS = frozenset(
    f"numpy.{name}"
    for name in (
        "logical_and", "logical_or", "logical_not", "logical_xor", "isnan", "isfinite", "isinf", "isclose", "greater",
        "greater_equal", "less", "less_equal", "equal", "not_equal",
    )
)  # fmt: skip
_MATH = frozenset(
    {"exp", "log", "log2", "log10", "log1p", "sqrt", "pow", "sin", "cos", "tan", "tanh", "atan2", "hypot", "fabs"}
)
_FLOAT_FUNCTIONS = frozenset(
    f"numpy.{name}" for name in ("exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "tanh", "sin", "cos")
)
_TEXT_METHODS = frozenset(
    {
        "decode",
        "format",
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "title",
        "capitalize",
        "replace",
        "join",
        "zfill",
    }
)
_OF_VALUES: dict[type, str] = {bool: "bool", int: "int64", float: "float64", str: "str", bytes: "bytes"}
_BITS = ("int8", "int16", "int32", "int64")
_PROMOTED = {
    **{frozenset({a, b}): max(a, b, key=_BITS.index) for a in _BITS for b in _BITS},
    **{frozenset({a, "float64"}): "float64" for a in (*_BITS, "uint8", "uint16", "uint32", "uint64", "bool")},
    **{frozenset({a, "float32"}): "float32" for a in ("int8", "int16", "uint8", "uint16", "bool", "float16")},
    **{frozenset({a, "float32"}): "float64" for a in ("int32", "int64", "uint32", "uint64", "float64")},
    frozenset({"float16", "float64"}): "float64",
}
"""What NumPy makes of two arrays of these types."""

_WITH_ELEMENTS = frozenset(f"numpy.{name}" for name in ("array", "zeros", "ones", "random.rand", "random.randn"))
_DEFAULT_FLOAT64 = frozenset({"numpy.zeros", "numpy.ones", "numpy.empty"})
# Where dtype stands when it is given by position.
_DTYPE_POSITION = {
    "numpy.zeros": 1,
    "numpy.ones": 1,
    "numpy.empty": 1,
    "numpy.array": 1,
    "numpy.asarray": 1,
    "numpy.ascontiguousarray": 1,
    "numpy.full": 2,
    "numpy.identity": 1,
    "numpy.eye": 3,
    "numpy.zeros_like": 1,
    "numpy.ones_like": 1,
    "numpy.empty_like": 1,
}
_MAKERS = frozenset({*_DTYPE_POSITION, "numpy.arange", "numpy.linspace", "numpy.fromiter"})


def dtype_named(name: str) -> str | None:
    """NumPy's full name of a data type that is given as text (``"f4"``, ``"float"``)."""
    return _NAMES.get(name.lower().lstrip("<=|"), _NAMES.get(name))


def dtype_name(facts: PythonFacts, expr: Expr, frame: Frame) -> str | None:
    """The data type that an expression given as ``dtype`` means."""
    name = facts.qualified(expr, frame)
    if name is not None:
        if name.startswith("numpy."):
            bare = name.removeprefix("numpy.")
            return _NAMES.get(bare) if bare not in _REMOVED else None
        if name in {"bool", "int", "float", "str", "bytes", "object", "complex"}:
            return _NAMES[name]
        return None
    if isinstance(expr, Call) and facts.qualified(expr.func, frame) == "numpy.dtype":
        inner = expr.argument(0)
        return dtype_name(facts, inner, frame) if inner is not None else None
    values = facts.values(expr, frame)
    if values is None or len(values) != 1 or not isinstance(values[0], str):
        return None
    return _NAMES.get(values[0].lstrip("<=|"))


@remembered
def dtype_of(facts: PythonFacts, expr: Expr, frame: Frame) -> str | None:
    """NumPy's name of an array's data type, or None where it is not certain."""
    return Types(facts).of(expr, frame)


def not_an_array(facts: PythonFacts, expr: Expr, frame: Frame) -> str | None:
    """What an expression is when it is certainly no NumPy array ("a list"), or None."""
    return Types(facts).not_an_array(expr, frame)


def _as_float(dtype: str | None) -> str | None:
    if dtype is None or dtype.startswith("float"):
        return dtype
    return "float64" if dtype in {"int32", "int64", "uint32", "uint64"} else None


def _is_float(dtype: str) -> bool:
    return dtype.startswith("float")


def _if_float(dtype: str | None) -> str | None:
    # Whole numbers clipped to 0.5 become float64.
    return dtype if dtype is not None and dtype.startswith("float") else None


def _reduced(function: str, dtype: str | None) -> str | None:
    if dtype is None or dtype.startswith("float") or function in {"max", "min", "amax", "amin"}:
        return dtype
    if function in {"mean", "std", "var"}:
        return "float64" if dtype.startswith(("int", "uint", "bool")) else None
    if dtype == "bool" or dtype.startswith("int"):
        return "int64"
    return "uint64" if dtype.startswith("uint") else None


def function_called(facts: PythonFacts, call: Call, frame: Frame) -> Function | None:
    """The function of this file, or the method of the model class, that a call calls."""
    if isinstance(call.func, Attribute) and isinstance(call.func.value, Name):
        own = facts.self_name(frame)
        return facts.method(call.func.attr) if own is not None and call.func.value.id == own else None
    if not isinstance(call.func, Name):
        return None
    found = facts.lookup(call.func.id, frame)
    if found is None or len(found[0]) != 1 or found[0][0].kind != "function":
        return None
    return facts.function_bound(found[0][0])


def handed(facts: PythonFacts, parameter: str, frame: Frame) -> list[tuple[Expr, Frame]]:
    """What every call of a helper of this file hands over for one of its parameters; empty when not all is seen."""
    function = frame.function
    names = [one.name for one in function.positional] if function is not None else []
    bound = frame.in_class is not None
    if function is None or function.decorators or parameter not in names[bound:]:
        return []
    if function.name not in facts.used_names:
        return []
    found: list[tuple[Expr, Frame]] = []
    if bound:
        references = sum(node.attr == function.name for node in facts.walk(Attribute))
    else:
        references = sum(node.id == function.name for node in facts.walk(Name))
    for call in facts.walk(Call):
        name = call.func.attr if isinstance(call.func, Attribute) else dotted(call.func)
        if name == function.name and call.certain:
            where = facts.frame_at(call)
            if function_called(facts, call, where) is not function:
                continue
            references -= 1
            given = call.argument(names.index(parameter) - bound, parameter)
            if given is None:
                return []
            found.append((given, where))
    # A helper that is handed on by name is given what nobody sees here.
    return found if references == 0 else []


class Types:
    """Data types of expressions of one file.

    ``inputs`` are the data types of the arrays that requests bring, ``outputs`` those that the config promises, both by
    tensor name and in the config's order.
    """

    def __init__(
        self,
        facts: PythonFacts,
        inputs: Mapping[str, str | None] | None = None,
        outputs: Mapping[str, str | None] | None = None,
    ) -> None:
        self.facts = facts
        self.inputs = inputs or {}
        self.outputs = outputs or {}
        self.left = MAX_EVALUATIONS
        self._known: dict[tuple[Expr, Frame], str | None] = {}

    def _sources(self, expr: Expr, frame: Frame) -> list[tuple[Expr, Frame]] | None:
        return sources_at(self.facts, expr, frame)

    def of(self, expr: Expr, frame: Frame, steps: int = 0) -> str | None:
        """NumPy's name of an array's data type, or None where it is not certain."""
        if steps == 0:
            if (expr, frame) not in self._known:
                self.left = MAX_EVALUATIONS
                self._known[expr, frame] = self._of(expr, frame, 0)
            return self._known[expr, frame]
        return self._of(expr, frame, steps)

    def _of(self, expr: Expr, frame: Frame, steps: int) -> str | None:
        self.left -= 1
        if steps > MAX_STEPS or self.left < 0:
            return None
        if isinstance(expr, Name | Attribute):
            if isinstance(expr, Attribute) and expr.attr in {"T", "real"}:
                same = self.of(expr.value, frame, steps + 1)
                return None if expr.attr == "real" and same is not None and same.startswith("complex") else same
            if expr in self.facts.shadowed:
                return None
            sources = self._sources(expr, frame)
            if not sources or (len(sources) == 1 and sources[0][0] is expr):
                return self._element(expr, frame, steps) if isinstance(expr, Name) else None
            found = {self.of(source, where, steps + 1) for source, where in sources}
            return found.pop() if len(found) == 1 else None
        if isinstance(expr, Call):
            return self._call(expr, frame, steps)
        if isinstance(expr, Subscript):
            if any(self._is_text(item, frame) for item in expr.items):
                return None
            return self.of(expr.value, frame, steps + 1)
        if (
            isinstance(expr, Compare)
            and len(expr.rights) == 1
            and expr.operators[0] in {"<", "<=", ">", ">=", "==", "!="}
        ):
            left = self.of(expr.left, frame, steps + 1)
            return "bool" if left is not None else None
        if isinstance(expr, Unary) and expr.operator == "-":
            return self.of(expr.operand, frame, steps + 1)
        if isinstance(expr, Binary):
            return self._arithmetic(expr, frame, steps)
        return None

    def named(self, expr: Expr, frame: Frame) -> str | None:
        """The data type that an expression given as ``dtype`` means, looked up in the config where the code does so."""
        found = set()
        sources = self.facts.follow(expr, frame)
        if not sources:
            return dtype_name(self.facts, expr, frame)
        for source, where in sources:
            if isinstance(source, Attribute) and source.attr == "dtype":
                found.add(self.of(source.value, where))
                continue
            made = isinstance(source, Call) and self.facts.pb_name(source.func, where) == "triton_string_to_numpy"
            given = source.argument(0) if isinstance(source, Call) and made else None
            if given is None:
                return dtype_name(self.facts, expr, frame)
            names = self.facts.strings(given, where)
            if names is not None:
                found |= {TRITON_TO_NUMPY.get(name) for name in names}
            else:
                found.add(self._configured(given, where))
        return found.pop() if len(found) == 1 else None

    def _configured(self, given: Expr, frame: Frame) -> str | None:
        path = config_path(self.facts, given, frame)
        if path is None or len(path) != 3 or path[2] != "data_type" or path[0] not in {"input", "output"}:
            return None
        tensors = self.inputs if path[0] == "input" else self.outputs
        if isinstance(path[1], int):
            return list(tensors.values())[path[1]] if 0 <= path[1] < len(tensors) else None
        return tensors.get(path[1])

    def _element(self, name: Name, frame: Frame, steps: int) -> str | None:
        """The data type of what a loop over an array binds."""
        found = self.facts.lookup(name.id, frame)
        if found is not None and [binding.kind for binding in found[0]] == ["parameter"]:
            return self._handed(name.id, found[1], steps)
        if found is None or len(found[0]) != 1 or found[0][0].kind != "element":
            return None
        iterable, index = found[0][0].expr, found[0][0].index
        if isinstance(iterable, Call) and dotted(iterable.func) in {"enumerate", "zip"}:
            position = 0 if dotted(iterable.func) == "enumerate" and index == 1 else index
            if position is None or (dotted(iterable.func) == "enumerate" and index != 1):
                return None
            iterable, index = iterable.argument(position), None
        return self.of(iterable, found[1], steps + 1) if iterable is not None and index is None else None

    def _handed(self, parameter: str, frame: Frame, steps: int) -> str | None:
        """The data type that every call of a helper of this file hands over for one of its parameters."""
        if steps > MAX_STEPS // 2:
            return None
        found = {self.of(given, where, steps + 4) for given, where in handed(self.facts, parameter, frame)}
        return found.pop() if len(found) == 1 else None

    def _is_text(self, item: Expr, frame: Frame) -> bool:
        return isinstance(item, Constant) and isinstance(item.value, str)

    def _call(self, call: Call, frame: Frame, steps: int) -> str | None:
        if not call.certain:
            return None
        name = self.facts.qualified(call.func, frame)
        if name is not None and name.startswith("numpy."):
            position = _DTYPE_POSITION.get(name)
            given = call.argument(position, "dtype")
            if given is not None and name in _MAKERS:
                if isinstance(given, Constant) and given.value is None:
                    return None
                return self.named(given, frame)
            if name in _DEFAULT_FLOAT64 or (name in _FLOAT64 and call.arguments):
                return "float64"
            first = call.argument(0)
            if first is None:
                return None
            if name in {"numpy.array", "numpy.asarray"}:
                return self._literal(first, frame, steps)
            if name in {"numpy.arange", "numpy.linspace"}:
                kinds = {self._scalar(a.value, frame, steps + 1) for a in call.arguments if a.keyword is None}
                if not kinds <= {"int64", "float64"}:
                    return None
                return "float64" if name == "numpy.linspace" or "float64" in kinds else "int64"
            if name == "numpy.where":
                numbers = {self._scalar(argument.value, frame, steps + 1) for argument in call.arguments[1:]}
                if len(call.arguments) == 3 and numbers <= {"int64", "float64"}:
                    return "float64" if "float64" in numbers else "int64"
                return self._promoted(call.arguments[1:], frame, steps)
            if name in {"numpy.maximum", "numpy.minimum", "numpy.matmul", "numpy.dot"}:
                return self._promoted(call.arguments[:2], frame, steps)
            if name in _FLOAT_FUNCTIONS:
                return _as_float(self.of(first, frame, steps + 1))
            if name.removeprefix("numpy.") in _REDUCED:
                if call.argument(2, "dtype") is not None:
                    return None
                return _reduced(name.removeprefix("numpy."), self.of(first, frame, steps + 1))
            if name == "numpy.full":
                fill = call.argument(1, "fill_value")
                return self._scalar(fill, frame, steps + 1) if fill is not None else None
            if name in _INDICES:
                return "int64"
            if name in _TRUTHS:
                known = self.of(first, frame, steps + 1)
                return "bool" if known is not None and known.startswith(("int", "uint", "float", "bool")) else None
            if name in {"numpy.concatenate", "numpy.stack", "numpy.vstack", "numpy.hstack"}:
                return self._common(first, frame, steps)
            if name in _SAME_FUNCTIONS:
                same = self.of(first, frame, steps + 1)
                return None if name == "numpy.abs" and same is not None and same.startswith("complex") else same
            if name.startswith("numpy.char."):
                kind = self.of(first, frame, steps + 1)
                return kind if kind == "str" and name.rsplit(".", 1)[1] in _TEXT_METHODS else None
            if name in {"numpy.clip", "numpy.round"}:
                return _if_float(self.of(first, frame, steps + 1))
            bare = name.removeprefix("numpy.")
            if bare in _NAMES and "." not in bare:
                return _NAMES[bare]
            return None
        returned = self._returned(call, frame, steps)
        if returned is not None or not isinstance(call.func, Attribute):
            return returned
        if call.func.attr == "as_numpy" and not call.arguments:
            return self._received(call.func.value, frame)
        if call.func.attr in _DRAWS and self._generator(call.func.value, frame):
            if call.argument(_DRAWS[call.func.attr], "size") is None or call.argument(None, "out") is not None:
                return None
            # Newer generators take a data type, too.
            wanted = call.argument(1, "dtype") if _DRAWS[call.func.attr] == 0 else None
            return self.named(wanted, frame) if wanted is not None else "float64"
        if call.func.attr in _REDUCED and call.argument(1, "dtype") is None:
            return _reduced(call.func.attr, self.of(call.func.value, frame, steps + 1))
        if call.func.attr == "astype":
            given = call.argument(0, "dtype")
            return self.named(given, frame) if given is not None else None
        if call.func.attr in {"clip", "round"}:
            return _if_float(self.of(call.func.value, frame, steps + 1))
        if call.func.attr in _SAME:
            return self.of(call.func.value, frame, steps + 1)
        if call.func.attr in {"argmax", "argmin", "argsort"}:
            return "int64" if self.of(call.func.value, frame, steps + 1) else None
        return None

    def _returned(self, call: Call, frame: Frame, steps: int) -> str | None:
        """The data type that a function or method of this file returns, whatever it is given."""
        function = function_called(self.facts, call, frame)
        if function is None or function.is_async or function.decorators or steps > MAX_STEPS // 2:
            return None
        own = self.facts.frame_of(function)
        found: set[str | None] = set()
        for node in walk(function.body, into_functions=False):
            if isinstance(node, Yield):
                return None
            if isinstance(node, Return):
                found.add(self.of(node.value, own, steps + 4) if node.value is not None else None)
        return found.pop() if len(found) == 1 else None

    def _generator(self, expr: Expr, frame: Frame) -> bool:
        """Whether an expression is a generator of random numbers of NumPy."""
        made = {
            self.facts.qualified(source.func, where) if isinstance(source, Call) else None
            for source, where in self._sources(expr, frame) or ()
        }
        return bool(made) and made <= {"numpy.random.default_rng", "numpy.random.RandomState"}

    def _received(self, tensor: Expr, frame: Frame) -> str | None:
        """The data type of the input tensor that an expression is."""
        found = set()
        for source, where in self._sources(tensor, frame) or ():
            if not isinstance(source, Call) or self.facts.pb_name(source.func, where) != "get_input_tensor_by_name":
                return None
            for name in self.facts.strings(source.argument(1, "name"), where) or ("",):
                found.add(self.inputs.get(name))
        return found.pop() if len(found) == 1 else None

    def _promoted(self, arguments: tuple[Argument, ...], frame: Frame, steps: int) -> str | None:
        """The common data type of two operands of which a Python number is one at most."""
        if len(arguments) != 2:
            return None
        left, right = (argument.value for argument in arguments)
        return self._both(left, right, "+", frame, steps)

    def value(self, expr: Expr, frame: Frame) -> str | None:
        """The data type that NumPy gives to an expression that is a Python number or text, None for all else."""
        return self._scalar(expr, frame)

    def _scalar(self, expr: Expr, frame: Frame, steps: int = 0) -> str | None:
        """The data type that NumPy gives to a Python value."""
        values = self.facts.values(expr, frame)
        if values:
            kinds = {_OF_VALUES.get(type(value)) for value in values}
            return kinds.pop() if len(kinds) == 1 else None
        sources = self._sources(expr, frame) if steps < MAX_STEPS else None
        found = {self._made(source, where, steps + 1) for source, where in sources or ()}
        return found.pop() if len(found) == 1 else None

    def _made(self, expr: Expr, frame: Frame, steps: int) -> str | None:
        if isinstance(expr, FString):
            return "str"
        if isinstance(expr, Binary) and expr.operator in {"+", "-", "*", "/"}:
            sides = {self._scalar(side, frame, steps + 1) for side in (expr.left, expr.right)}
            if not sides <= {"int64", "float64"}:
                return "str" if sides == {"str"} and expr.operator == "+" else None
            return "float64" if "float64" in sides or expr.operator == "/" else "int64"
        if isinstance(expr, Subscript):
            return self._picked(expr, frame, steps)
        if not isinstance(expr, Call):
            return None
        name = self.facts.qualified(expr.func, frame)
        if name in {"float", "int", "len", "ord", "str", "bool", "numpy.count_nonzero"}:
            if name == "numpy.count_nonzero" and len(expr.arguments) != 1:
                return None
            return {"float": "float64", "str": "str", "bool": "bool"}.get(name, "int64")
        if name is not None and name.startswith("math.") and name.removeprefix("math.") in _MATH:
            return "float64"
        if isinstance(expr.func, Attribute) and expr.func.attr == "item" and not expr.arguments:
            kept = self.of(expr.func.value, frame, steps + 1) or ""
            return "float64" if kept.startswith("float") else "int64" if kept.startswith(("int", "uint")) else None
        if name == "round" and expr.arguments and expr.certain:
            number = self._scalar(expr.arguments[0].value, frame, steps + 1)
            return number if len(expr.arguments) == 2 or number == "int64" else "int64" if number else None
        if name == "json.dumps":
            return "str"
        if isinstance(expr.func, Attribute) and expr.func.attr in _TEXT_METHODS:
            # `self.decode(…)`, `self.codec.decode(…)` and `np.char.decode(…)` may give anything.
            root = (dotted(expr.func.value) or "").partition(".")[0]
            own = root == self.facts.self_name(frame) or self.facts.qualified(expr.func, frame) is not None
            text = expr.func.attr in {"decode", "format"} and not own
            text = text or self._scalar(expr.func.value, frame, steps + 1) == "str"
            return "str" if text else None
        return None

    def _picked(self, expr: Subscript, frame: Frame, steps: int) -> str | None:
        """What one item of a list or dict written out is, when all items are alike."""
        if len(expr.items) != 1 or isinstance(expr.items[0], Slice):
            return None
        kinds: set[str | None] = set()
        for source, where in self._sources(expr.value, frame) or ():
            items = source.items if isinstance(source, Sequence) and source.kind in {"list", "tuple"} else ()
            items = source.values if isinstance(source, Dict) else items
            if not items or len(items) > MAX_STEPS:
                return None
            kinds |= {self._scalar(item, where, steps + 1) for item in items}
        return kinds.pop() if len(kinds) == 1 else None

    def _literal(self, expr: Expr, frame: Frame, steps: int) -> str | None:
        """``np.array(x)`` without dtype: decided by the elements, or kept when x is an array itself."""
        if steps > MAX_STEPS:
            return None
        known = self.of(expr, frame, steps + 1)
        if known is not None:
            return known
        items: list[tuple[Expr, Frame]] = []
        for source, where in self.listed(expr, frame):
            if isinstance(source, Comprehension) and source.kind == "list" and len(source.elements) == 1:
                items.append((source.elements[0], where))
            elif isinstance(source, Sequence) and not any(isinstance(item, Starred) for item in source.items):
                items += [(item, where) for item in source.items]
            else:
                return self._scalar(expr, frame, steps + 1) if isinstance(expr, Constant) else None
        kinds = {self._literal(item, where, steps + 1) or self._scalar(item, where, steps + 1) for item, where in items}
        if len(kinds) == 1:
            return kinds.pop()
        return "float64" if kinds == {"int64", "float64"} else None

    def listed(self, expr: Expr, frame: Frame) -> list[tuple[Expr, Frame]]:
        """The lists that an expression is; for a local list that is only appended to, one of what is appended."""
        sources = self._sources(expr, frame)
        if sources or not isinstance(expr, Name):
            return sources or [(expr, frame)]
        found = self.facts.lookup(expr.id, frame)
        if found is None or len(found[0]) != 1 or found[1].function is None or found[0][0].kind != "value":
            return [(expr, frame)]
        made = found[0][0].expr
        if not isinstance(made, Sequence) or made.kind != "list" or made.items:
            return [(expr, frame)]
        appended: list[Expr] = []
        for node in walk(found[1].function.body):
            if isinstance(node, Attribute) and isinstance(node.value, Name) and node.value.id == expr.id:
                if node.attr not in {"append", "__len__"}:
                    return [(expr, frame)]
            elif isinstance(node, Call) and dotted(node.func) == f"{expr.id}.append" and node.certain:
                appended += [argument.value for argument in node.arguments]
        return [(Sequence(made.span, "list", tuple(appended)), found[1])] if appended else [(expr, frame)]

    def _common(self, expr: Expr, frame: Frame, steps: int) -> str | None:
        kinds: set[str | None] = set()
        for source, where in self.listed(expr, frame):
            if isinstance(source, Comprehension) and source.kind == "list" and len(source.elements) == 1:
                kinds.add(self.of(source.elements[0], where, steps + 1))
            elif isinstance(source, Sequence) and source.items:
                kinds |= {self.of(item, where, steps + 1) for item in source.items}
            else:
                return None
        return kinds.pop() if len(kinds) == 1 else None

    def _arithmetic(self, expr: Binary, frame: Frame, steps: int) -> str | None:
        if expr.operator not in {"+", "-", "*", "/", "//", "%", "**", "@"}:
            return None
        return self._both(expr.left, expr.right, expr.operator, frame, steps)

    def _both(self, left: Expr, right: Expr, operator: str, frame: Frame, steps: int) -> str | None:
        """The data type of an operation, where NumPy 1 and 2 agree about it."""
        kinds = [self.of(side, frame, steps + 1) for side in (left, right)]
        numbers = [self._number(side, frame, steps) for side in (left, right)]
        if None in kinds and any(numbers):
            position = kinds.index(None)
            known, number, other = kinds[1 - position], numbers[position], (left, right)[1 - position]
            if known is None or number is None:
                return None
            # NumPy 1 makes float64 of a float32 *scalar* and a number, NumPy 2 float32.
            if known in {"float16", "float32"}:
                return None if self._may_be_scalar(other, frame) else known
            if known == "float64":
                return known
            if known in {"int8", "int16", "uint8", "uint16"}:
                to_float = number == "float" or operator == "/"
                return "float64" if to_float and not self._may_be_scalar(other, frame) else None
            if known in {"int32", "int64", "uint32", "uint64"}:
                if number == "float" or operator == "/":
                    return "float64"
                return None if operator == "**" or self._may_be_scalar(other, frame) else known
            return None
        first, second = kinds
        if first is None or second is None:
            # Whatever numbers the other side holds, float64 wins; of a single value it would not.
            wide = left if first == "float64" else right if second == "float64" else None
            return "float64" if wide is not None and self._has_elements(wide, frame) else None
        common = _PROMOTED.get(frozenset({first, second})) if first != second else first
        # What NumPy 1 makes of an array and a single value, it decides by the value.
        for side, own, kind in ((left, first, second), (right, second, first)):
            if common != kind and not (_is_float(own) and not _is_float(kind)) and self._may_be_scalar(side, frame):
                return None
        if common is None or common in {"bool", "object", "str", "bytes"}:
            return None
        if operator == "/":
            return _as_float(common)
        return common

    def _has_elements(self, expr: Expr, frame: Frame) -> bool:
        """Whether an expression is certainly an array with dimensions."""
        sources = self._sources(expr, frame)
        return bool(sources) and all(
            isinstance(source, Call)
            and self.facts.qualified(source.func, where) in _WITH_ELEMENTS
            and (not source.arguments or not isinstance(source.arguments[0].value, Constant | Name))
            for source, where in sources or ()
        )

    def _number(self, expr: Expr, frame: Frame, steps: int) -> str | None:
        """Whether an expression is a Python number: "int" (known to be small) or "float"."""
        values = self.facts.values(expr, frame) if isinstance(expr, Name | Attribute) else None
        if values and all(type(value) is int and abs(value) < 2**31 for value in values):
            return "int"
        if isinstance(expr, Name | Attribute | Call) and self._scalar(expr, frame, steps + 1) == "float64":
            return "float"
        if isinstance(expr, Unary) and expr.operator == "-":
            expr = expr.operand
        if not isinstance(expr, Constant) or isinstance(expr.value, bool):
            return None
        # A large number may not fit, which NumPy 1 and 2 answer differently.
        if isinstance(expr.value, int):
            return "int" if abs(expr.value) < 2**31 else None
        return "float" if isinstance(expr.value, float) else None

    def _may_be_scalar(self, expr: Expr, frame: Frame, steps: int = 0) -> bool:
        for source, _ in self._sources(expr, frame) or ((expr, frame),):
            if isinstance(source, Name):
                given = handed(self.facts, source.id, frame) if steps < MAX_HELPERS else []
                if not given or any(self._may_be_scalar(one, where, steps + 1) for one, where in given):
                    return True  # What a loop over an array binds.
                continue
            if isinstance(source, Subscript) and not any(isinstance(item, Slice) for item in source.items):
                return True
            if isinstance(source, Binary):
                # Of single values and numbers comes a single value.
                sides = (source.left, source.right)
                if all(isinstance(one, Constant) or self._may_be_scalar(one, frame, steps + 1) for one in sides):
                    return True
            if isinstance(source, Call) and dotted(source.func) is not None:
                single = source.arguments and self._scalar(source.arguments[0].value, frame, MAX_STEPS - 1) is not None
                if single and self.facts.qualified(source.func, frame) in {"numpy.array", "numpy.asarray"}:
                    return True
                last = last_name(source.func)
                if last in _REDUCED or last in _NAMES:
                    return True
        return False

    def not_an_array(self, expr: Expr, frame: Frame, steps: int = 0) -> str | None:
        """What an expression is when it is certainly no NumPy array ("a list"), or None."""
        sources = self._sources(expr, frame) if steps < MAX_STEPS else None
        kinds = {self._kind(source, where, steps + 1) for source, where in sources or ()}
        return kinds.pop() if len(kinds) == 1 else None

    def _kind(self, expr: Expr, frame: Frame, steps: int) -> str | None:
        if isinstance(expr, Comprehension):
            return {"list": "a list", "generator": "a generator"}.get(expr.kind)
        if isinstance(expr, Sequence):
            return f"a {expr.kind}" if expr.kind in {"list", "tuple"} else None
        if isinstance(expr, Dict):
            return "a dict"
        if isinstance(expr, FString):
            return "a string"
        if isinstance(expr, Constant):
            return "a string" if isinstance(expr.value, str) else "None" if expr.value is None else "a single value"
        if not isinstance(expr, Call) or not expr.certain:
            return None
        if self.facts.pb_name(expr.func, frame) in {"Tensor", "get_input_tensor_by_name", "get_output_tensor_by_name"}:
            return "a pb_utils.Tensor"
        name = self.facts.qualified(expr.func, frame)
        if name is not None:
            if name in _SCALARS:
                return "a single value"
            if name in {"list", "sorted"}:
                return "a list"
            plain = name.removeprefix("numpy.")
            if name.startswith("numpy."):
                single = plain in _REDUCTIONS and len(expr.arguments) == 1 and expr.arguments[0].keyword is None
                single = single or (plain == "linalg.norm" and len(expr.arguments) == 1)
                # The classes of NumPy's scalars make scalars of scalars only.
                return "a single NumPy value" if single and self.is_array(expr.arguments[0].value, frame) else None
            if name.startswith("torch."):
                return "a torch tensor" if name.removeprefix("torch.") in _TORCH_MAKERS else None
        function = function_called(self.facts, expr, frame)
        if function is not None:
            return self._helper_kind(function, steps)
        made = self._made(expr, frame, steps)
        if made is not None:
            return "a string" if made == "str" else "a single value"
        if not isinstance(expr.func, Attribute):
            return None
        if expr.func.attr in {"sort", "fill"} and self.is_array(expr.func.value, frame):
            return "None"  # They change the array itself.
        if expr.func.attr == "item" and not expr.arguments:
            owner = expr.func.value
            if self.is_array(owner, frame) or self.not_an_array(owner, frame, steps) == "a single NumPy value":
                return "a single value"
        if expr.func.attr == "tolist" and not expr.arguments and self.is_array(expr.func.value, frame):
            return "a list"
        if expr.func.attr in _REDUCTIONS and not expr.arguments and self.is_array(expr.func.value, frame):
            return "a single NumPy value"
        if expr.func.attr in _TORCH_METHODS and self.not_an_array(expr.func.value, frame, steps) == "a torch tensor":
            return "a torch tensor"
        return None

    def _helper_kind(self, function: Function, steps: int) -> str | None:
        """What a function of this file gives, when none of its ways gives an array."""
        if function.is_async or function.decorators or not function.body or isinstance(function.body[-1], Raise):
            return None
        inside = list(walk(function.body, into_functions=False))
        if any(isinstance(node, Yield) for node in inside):
            return None
        own = self.facts.frame_of(function)
        values = [node.value for node in inside if isinstance(node, Return)]
        kinds = {self.not_an_array(v, own, steps + 4) if v is not None else "None" for v in values} or {"None"}
        return kinds.pop() if len(kinds) == 1 else None

    def is_array(self, expr: Expr, frame: Frame) -> bool:
        """Whether an expression is a NumPy array as far as can be seen: an ``as_numpy()`` or of a known data type."""
        sources = self._sources(expr, frame)
        return bool(sources) and all(self._is_array(source, where) for source, where in sources or ())

    def _is_array(self, expr: Expr, frame: Frame) -> bool:
        if isinstance(expr, Attribute) and expr.attr == "T":
            return self.is_array(expr.value, frame)
        if isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr == "as_numpy":
            return True
        return not isinstance(expr, Constant) and self.of(expr, frame) is not None
