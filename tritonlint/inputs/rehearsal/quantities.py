"""Arguments that have to be numbers: what Python's standard library and NumPy raise for a text or a dict there.

Parameters of the config are texts in dicts, and a conversion is soon forgotten.
"""

from __future__ import annotations

from tritonlint.inputs.rehearsal.values import Array, Failure, Mapping, Seq, Value, type_name

_NO_NUMBERS = frozenset({"str", "bytes", "list", "tuple", "dict", "set"})
_COMPARED = "'{}' not supported between instances of '{}' and 'int'"
_AS_INDEX = "'{}' object cannot be interpreted as an integer"
_STANDARD: dict[str, tuple[int, str, str]] = {
    **dict.fromkeys(
        (
            "concurrent.futures.ThreadPoolExecutor",
            "concurrent.futures.thread.ThreadPoolExecutor",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        (0, "max_workers", "<="),
    ),
    **dict.fromkeys(
        ("multiprocessing.Pool", "multiprocessing.pool.ThreadPool", "multiprocessing.pool.Pool"),
        (0, "processes", "<"),
    ),
    **dict.fromkeys(
        ("threading.Semaphore", "threading.BoundedSemaphore", "asyncio.Semaphore", "asyncio.BoundedSemaphore"),
        (0, "value", "<"),
    ),
    "asyncio.tasks.sleep": (0, "delay", "<="),
    "asyncio.tasks.wait_for": (1, "timeout", "<="),
    "heapq.nlargest": (0, "n", ">="),
    "heapq.nsmallest": (0, "n", ">="),
    "textwrap.wrap": (1, "width", "<="),
    "textwrap.fill": (1, "width", "<="),
    "textwrap.shorten": (1, "width", "<="),
    "collections.deque": (1, "maxlen", "an integer is required"),
    "enumerate": (1, "start", _AS_INDEX),
}
"""By function: the place and the name of an argument, and the comparison or the message that it fails with."""
_TEXT: dict[str, tuple[tuple[int, str], ...]] = {
    "arange": ((0, "start"), (1, "stop"), (2, "step")),
    **dict.fromkeys(("linspace", "logspace"), ((0, "start"), (1, "stop"), (2, "num"))),
    **dict.fromkeys(("round", "around"), ((1, "decimals"),)),
    **dict.fromkeys(("quantile", "percentile", "nanquantile", "nanpercentile"), ((1, "q"),)),
    **dict.fromkeys(("partition", "argpartition"), ((1, "kth"),)),
    **dict.fromkeys(("isclose", "allclose"), ((1, "b"), (2, "rtol"), (3, "atol"))),
    **dict.fromkeys(("array_split", "split"), ((1, "indices_or_sections"),)),
    **dict.fromkeys(("std", "var", "nanstd", "nanvar"), ((4, "ddof"),)),
    **dict.fromkeys(("hanning", "hamming", "blackman", "bartlett"), ((0, "M"),)),
    **dict.fromkeys(("fft.fft", "fft.rfft", "fft.ifft", "fft.irfft", "diff"), ((1, "n"),)),
    **dict.fromkeys(("random.default_rng", "random.seed", "random.RandomState"), ((0, "seed"),)),
    "tile": ((1, "reps"),),
    "pad": ((1, "pad_width"),),
    "nan_to_num": ((2, "nan"),),
    "bincount": ((2, "minlength"),),
    "clip": ((1, "a_min"), (2, "a_max")),
}
"""Arguments of functions of NumPy that no text can be; seen with NumPy 1.26 and 2."""
_DICT: dict[str, tuple[tuple[int, str], ...]] = {
    **{name: places for name, places in _TEXT.items() if name not in {"tile", "pad"}},
    **dict.fromkeys(("zeros", "ones", "empty", "full"), ((0, "shape"),)),
    **dict.fromkeys(("random.normal", "random.uniform"), ((0, "low"), (1, "high"), (2, "size"))),
    **dict.fromkeys(("random.randint", "random.choice"), ((1, "size"),)),
    "eye": ((0, "N"), (1, "M")),
    "repeat": ((1, "repeats"),),
    "roll": ((1, "shift"),),
}
"""Arguments that no dict can be; seen with NumPy 1.26 and 2."""
_OPERATORS = frozenset(
    {
        "maximum", "minimum", "fmax", "fmin", "greater", "greater_equal", "less", "less_equal", "add", "subtract",
        "multiply", "divide", "true_divide", "power", "dot", "mod",
    }
)  # fmt: skip
"""Functions that take no text and no dict beside an array of numbers."""
_OF_METHODS = frozenset({"round", "partition", "argpartition", "clip", "std", "var"})
_METHOD_NAMES = {"clip": ("min", "max")}


def is_no_number(value: Value) -> bool:
    """Whether a value is a text, or something that holds others."""
    return type_name(value) in _NO_NUMBERS


def refuse_no_number(name: str, args: list[Value], kwargs: dict[str, Value]) -> None:
    """Raise what a function of Python raises for an argument that is no number."""
    known = _STANDARD.get(name)
    if known is None:
        return
    place, keyword, problem = known
    kind = type_name(args[place] if place < len(args) else kwargs.get(keyword))
    if kind not in _NO_NUMBERS:
        return
    raise Failure("TypeError", _COMPARED.format(problem, kind) if len(problem) < 3 else problem.format(kind))


def refuse_texts(name: str, args: list[Value], kwargs: dict[str, Value], *, method: bool = False) -> None:
    """Raise what NumPy raises for a text, or for a dict that is not empty, in the place of a number."""
    if method and name not in _OF_METHODS:
        return
    for number, (place, keyword) in enumerate(_DICT.get(name, _TEXT.get(name, ()))):
        at = place - method
        if 0 <= at < len(args):
            value = args[at]
        else:
            names = _METHOD_NAMES.get(name)
            value = kwargs.get(names[number] if method and names else keyword)
        kind = "dict" if _is_filled_dict(value) else type_name(value)
        # Dates may be written as texts.
        if (kind == "dict" and name in _DICT) or (kind == "str" and name in _TEXT and "dtype" not in kwargs):
            raise Failure("TypeError", f"{name}() takes no {'text' if kind == 'str' else kind} as a number")
    if name in _OPERATORS and len(args) == 2 and not method:
        for one, other in (args, args[::-1]):
            wrong = "dict" if _is_filled_dict(other) else type_name(other)
            if wrong in {"str", "dict"} and _are_numbers(one):
                raise Failure("TypeError", f"{name}() takes no {'text' if wrong == 'str' else wrong} beside numbers")


def _is_filled_dict(value: Value) -> bool:
    return isinstance(value, Mapping) and value.kind == "dict" and bool(value.items)


def _are_numbers(value: Value) -> bool:
    return isinstance(value, Array) and (value.dtype or "").startswith(("int", "uint", "float"))


_FORMATS_OF_NUMBERS = frozenset("bcdeEfFgGnoxX%")
_FORMATS_OF_INTEGERS = frozenset("bcdoxX")


def refuse_format(value: Value, specification: str) -> None:
    """Raise what Python raises for a value that does not take what stands behind the colon in an f-string."""
    if not specification:
        return
    kind = type_name(value)
    several = isinstance(value, Array) and not value.scalar and bool(value.shape)
    if several or value is None or (isinstance(value, (Seq, Mapping)) and kind in _NO_NUMBERS):
        raise Failure("TypeError", f"unsupported format string passed to {(kind or '').rpartition('.')[2]}.__format__")
    code = specification[-1]
    text = kind == "str" and code in _FORMATS_OF_NUMBERS
    if text or (kind == "float" and code in _FORMATS_OF_INTEGERS):
        raise Failure("ValueError", f"Unknown format code '{code}' for object of type '{kind}'")
