"""What type of object an expression is, as far as it is plain to see; None for anything that is not."""

from __future__ import annotations

from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Constant,
    Dict,
    Expr,
    FString,
    Handler,
    Name,
    Sequence,
    Walrus,
    With,
    dotted,
    walk,
)

_OF_PB: dict[str, str] = {
    "Tensor": "Tensor",
    "Tensor.from_dlpack": "Tensor",
    "InferenceResponse": "InferenceResponse",
    "InferenceRequest": "InferenceRequest",
    "TritonError": "TritonError",
    "TritonModelException": "exception",
    "get_input_tensor_by_name": "Tensor",
}
_BUILTINS = frozenset(
    {
        "str", "bytes", "int", "float", "bool", "list", "tuple", "set", "frozenset", "dict", "map", "filter", "zip",
        "reversed", "iter", "enumerate",
    }
)  # fmt: skip
_RESULTS: dict[str, str] = {
    "len": "int",
    "repr": "str",
    "format": "str",
    "sorted": "list",
    "json.dumps": "str",
    "sys.exc_info": "tuple",
}
_POOLS = frozenset({"concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor"})
_THREADS = frozenset({"threading.Thread", "multiprocessing.Process"})
_OF_ARRAY = {"shape": "tuple", "size": "int", "ndim": "int", "nbytes": "int"}
_METHODS = {"as_numpy": "ndarray", "tolist": "list", "decode": "str"}
_ARRAYS = frozenset({"array", "asarray", "zeros", "ones", "full", "empty", "concatenate", "stack"})
_EXCEPTIONS = frozenset(
    {
        "Exception", "ValueError", "TypeError", "RuntimeError", "KeyError", "IndexError", "AttributeError", "OSError",
        "NotImplementedError",
    }
)  # fmt: skip


def kind_of(python: PythonFacts, expr: Expr, frame: Frame | None = None) -> str | None:
    """The one type that an expression has: a builtin's name, a class of pb_utils, ``ndarray``, ``exception``."""
    frame = frame or python.frame_at(expr)
    if isinstance(expr, Name) and caught_as(python, expr) is not None:
        return "exception"
    if isinstance(expr, Name) and _is_request(python, expr, frame):
        return "InferenceRequest"
    sources = python.follow(expr, frame)
    if sources is None and isinstance(expr, Name) and "parameter" in {b.kind for b in frame.bindings.get(expr.id, ())}:
        return _handed(python, expr)
    kinds = {_kind(python, source, where) for source, where in sources or ()}
    return kinds.pop() if len(kinds) == 1 else None


def _handed(python: PythonFacts, name: Name) -> str | None:
    """What every call in the file hands over for a parameter; one more step is not taken."""
    kinds = set()
    for value in objects_of(python).always_given(name) or ():
        sources = python.follow(value) or ()
        kinds |= {_kind(python, source, where) for source, where in sources} or {None}
    return kinds.pop() if len(kinds) == 1 else None


def caught_as(python: PythonFacts, name: Name) -> Handler | None:
    """The ``except … as name`` that a name stands below, when nothing else gives it a value there."""
    for node in python.walk(Handler):
        if node.name == name.id:
            below = list(walk(node.body))
            if not any(n is name for n in below):
                continue
            targets = [t for n in below if isinstance(n, Assign) for t in n.targets]
            targets += [n.target for n in below if isinstance(n, Walrus)]
            return None if any(dotted(target) == name.id for target in targets) else node
    return None


def _is_request(python: PythonFacts, name: Name, frame: Frame) -> bool:
    """Whether a name is what a loop over the requests binds."""
    found = python.lookup(name.id, frame)
    return found is not None and all(
        binding.kind == "element"
        and binding.index is None
        and binding.expr is not None
        and python.is_request_list(binding.expr, found[1])
        for binding in found[0]
    )


def _kind(python: PythonFacts, expr: Expr, frame: Frame) -> str | None:
    if isinstance(expr, Constant):
        return "None" if expr.value is None else type(expr.value).__name__
    if isinstance(expr, FString):
        return "str"
    if isinstance(expr, Sequence | Comprehension):
        return expr.kind
    if isinstance(expr, Dict):
        return "dict"
    if isinstance(expr, Attribute):
        if expr.attr == "args" and isinstance(expr.value, Name) and caught_as(python, expr.value) is not None:
            return "tuple"
        return _OF_ARRAY.get(expr.attr) if kind_of(python, expr.value, frame) == "ndarray" else None
    if isinstance(expr, Binary) and expr.operator in {"%", "+"}:
        return "str" if _kind(python, expr.left, frame) == "str" else None
    return _call(python, expr, frame) if isinstance(expr, Call) else None


def _call(python: PythonFacts, call: Call, frame: Frame) -> str | None:
    name = python.qualified(call.func, frame)
    if name is None:
        method = call.func.attr if isinstance(call.func, Attribute) else ""
        owner = call.func.value if isinstance(call.func, Attribute) else None
        if method == "message":
            # Of the error of a response.
            of_error = isinstance(owner, Call) and isinstance(owner.func, Attribute) and owner.func.attr == "error"
            return "str" if of_error else None
        if method == "error" and owner is not None and not call.arguments:
            # Only answers of other models have both methods.
            asked = f"{python.source(owner)}.has_error" in python.text
            return "TritonError" if asked and dotted(owner) is not None else None
        if method == "submit" and owner is not None:
            return "Future" if _made_by(python, owner, frame, _POOLS) else None
        if method == "join" and owner is not None:
            return "None" if _made_by(python, owner, frame, _THREADS) else None
        return _METHODS.get(method)
    pb = python.pb_name(call.func, frame)
    if pb is not None:
        return _OF_PB.get(pb)
    if name in _BUILTINS:
        return name
    if name in _EXCEPTIONS:
        return "exception"
    if name.startswith("numpy.") and name.removeprefix("numpy.") in _ARRAYS:
        return "ndarray"
    return _RESULTS.get(name)


def _made_by(python: PythonFacts, expr: Expr, frame: Frame, classes: frozenset[str]) -> bool:
    """Whether an object is made by one of these classes, also in a ``with``."""
    made: list[Expr] = [source for source, _ in python.follow(expr, frame) or ()]
    if not made and isinstance(expr, Name):
        bound = python.lookup(expr.id, frame)
        held = [item for node in python.walk(With) for item in node.items if dotted(item.target) == expr.id]
        if bound is not None and len(bound[0]) == len(held) == 1:
            made = [held[0].value]
    return bool(made) and all(isinstance(one, Call) and python.qualified(one.func) in classes for one in made)


def described(kind: str) -> str:
    """A kind in a sentence: ``a list``, ``an InferenceResponse``, ``None``."""
    if kind == "None":
        return kind
    if kind == "exception":
        return "an exception object"
    if kind == "ndarray":
        return "a NumPy array"
    return f"{'an' if kind[0] in 'aeioAEIO' else 'a'} {kind}"
