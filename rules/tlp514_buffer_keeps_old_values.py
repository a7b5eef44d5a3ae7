"""A buffer of the model that is filled only partly

## What it does
Reports `self.buffer[: len(x)] = x` where loading made the array (`zeros`, `empty`, `full`), no other statement writes
to it, and the whole buffer is returned or sent afterwards.

## What happens
When something shorter comes than before, the rest of the buffer still holds values of earlier requests: a client gets
what belongs to others, with status OK.

## How to fix
Clear the buffer first (`self.buffer.fill(0)`), make a new one for each request, or send only what was written.

## Source
Python's own behaviour; seen on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes, returns
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Compare,
    Constant,
    Expr,
    For,
    Function,
    Name,
    Slice,
    Subscript,
    Unary,
    dotted,
    last_name,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.tensors import tensors

RULE = Rule(
    code="TLP514",
    name="buffer-keeps-old-values",
    effect="security",
    certainty="likely",
    words=("zeros", "empty", "full", "ones"),
)
_MAKERS = frozenset({"numpy.zeros", "numpy.empty", "numpy.full", "numpy.ones"})
_LOADING = frozenset({"__init__", "initialize"})
_WHOLE = frozenset({"copy", "sum", "mean", "max", "min", "reshape", "astype", "tobytes", "tolist"})


_FILLS_UP = frozenset({"pad", "resize", "ljust", "zfill", "broadcast_to"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood or effective.scheduling == "sequence":
        return
    for store in (a for a in python.walk(Assign) if not a.operator and isinstance(a.targets[0], Subscript)):
        function = python.function_at(store)
        buffer = _part_from_start(store.targets[0], function)
        if buffer is None or function is None or function.name in _LOADING or len(store.targets) != 1:
            continue
        made = _made_once(python, buffer, store)
        if made is None or _view_is_changed(function, store) or not _follows_request(function, store):
            continue
        use = _given_whole(python, function, buffer)
        if use is None or _cut_again(python, function, store) or _full(python, config, effective, function, store):
            continue
        shown = python.source(buffer)
        yield Problem(
            store.span,
            f"behind what this writes, `{shown}` still holds values of earlier requests, and all of it is handed on",
            help=f"clear it first: `{shown}.fill(0)`",
            related=(Related(made.span, "made once"), Related(use.span, "handed on as a whole")),
            key=shown,
        )


def _part_from_start(target: Expr, function: Function | None) -> Attribute | None:
    """The buffer whose beginning is written, up to a place that is worked out."""
    if not isinstance(target, Subscript) or not isinstance(target.value, Attribute | Name):
        return None
    # In the rows that are handed on, it is the last dimension whose rest stays.
    part = target.items[-1]
    if not isinstance(part, Slice) or part.upper is None or part.step is not None:
        return None
    begins = part.lower is None or (isinstance(part.lower, Constant) and part.lower.value == 0)
    if not begins or isinstance(part.upper, Constant | Unary):
        return None
    if isinstance(target.value, Attribute):
        return target.value if len(target.items) == 1 else None
    view = _view(target.value, function)
    return view.value if isinstance(view, Subscript) and isinstance(view.value, Attribute) else None


def _view(name: Name, function: Function | None) -> Subscript | None:
    """The first rows of a buffer that a name stands for: ``view = self.buffer[:n]``."""
    assigns = own_nodes(function, Assign) if function is not None else ()
    made = [a.value for a in assigns if any(isinstance(t, Name) and t.id == name.id for t in a.targets)]
    view = made[0] if len(made) == 1 else None
    if not isinstance(view, Subscript) or not isinstance(view.value, Attribute) or len(view.items) != 1:
        return None
    part = view.items[0]
    return view if isinstance(part, Slice) and part.lower is None and part.step is None else None


def _made_once(python: PythonFacts, buffer: Attribute, store: Assign) -> Assign | None:
    """Where loading makes the buffer, if nothing else writes to it, clears it or hands it to somebody."""
    if dotted(buffer.value) != python.self_name(python.frame_at(buffer)):
        return None
    made: list[Assign] = []
    for assign in python.walk(Assign):
        for target in assign.targets:
            held = target.value if isinstance(target, Subscript) else target
            if isinstance(held, Attribute) and held.attr == buffer.attr and assign is not store:
                made.append(assign)
    for call in python.walk(Call):
        func = call.func
        if isinstance(func, Attribute) and isinstance(func.value, Attribute) and func.value.attr == buffer.attr:
            if func.attr not in _WHOLE:
                return None
            continue
        if call.argument(None, "out") is not None or (dotted(func) or "").endswith("copyto"):
            return None
        # A function that it is handed to may clear it.
        if python.pb_name(func) != "Tensor" and any(_is(a.value, buffer.attr) for a in call.arguments):
            return None
    # Another name for it, too, may be what clears it; its size may be what a request is compared with.
    if any(_is(a.value, buffer.attr) for a in python.walk(Assign)):
        return None
    if any(_is(n.value, buffer.attr) and n.attr not in _WHOLE for n in python.walk(Attribute)):
        return None
    if len(made) != 1 or made[0].operator or isinstance(made[0].targets[0], Subscript):
        return None
    function, value = python.function_at(made[0]), made[0].value
    if function is None or function.name not in _LOADING or not isinstance(value, Call):
        return None
    return made[0] if python.qualified(value.func) in _MAKERS else None


def _view_is_changed(function: Function, store: Assign) -> bool:
    """Whether more is done with the other name of a buffer than to write into it once and to hand it on."""
    target = store.targets[0]
    view = target.value if isinstance(target, Subscript) else None
    if not isinstance(view, Name):
        return False
    for assign in own_nodes(function, Assign):
        others = [t for t in assign.targets if isinstance(t, Subscript) and assign is not store]
        if any(isinstance(t.value, Name) and t.value.id == view.id for t in others):
            return True
    for call in own_nodes(function, Call):
        func = call.func
        if isinstance(func, Attribute) and isinstance(func.value, Name) and func.value.id == view.id:
            if func.attr not in _WHOLE:
                return True
        # `pb_utils.Tensor("y", view)` hands it on; anything else may clear it.
        elif not (isinstance(func, Attribute) and func.attr == "Tensor") and any(
            isinstance(a.value, Name) and a.value.id == view.id for a in call.arguments
        ):
            return True
    return False


def _is(value: Expr | None, name: str) -> bool:
    return isinstance(value, Attribute) and value.attr == name


def _full(python: PythonFacts, config: Document, effective: EffectiveConfig, function: Function, store: Assign) -> bool:
    """Whether what is written may have the same length each time: filled up, compared, or fixed by the config."""
    if not _FILLS_UP.isdisjoint(python.identifiers):
        return True
    for test in python.walk(Compare):
        if any(
            _length(side) and op in {"==", "!=", "<", "<="}
            for side, op in zip((test.left, *test.rights[:-1]), test.operators, strict=True)
        ) and not all(isinstance(right, Constant) and right.value in {0, 1} for right in test.rights):
            return True
    inputs = tensors(config, "input")
    if not inputs or any(one.data_type == "TYPE_STRING" or min(one.dims or [-1]) < 0 for one in inputs):
        return False
    if effective.max_batch_size in {0, 1}:
        return True
    # One row after the other.
    turns = {n.id for loop in own_nodes(function, For) for n in walk(loop.target, Name)}
    part = store.targets[0]
    return function is not python.method("execute") or any(n.id in turns for n in walk(part, Name))


def _length(value: Expr) -> bool:
    """Whether an expression asks how long something is, or is a name for that."""
    if isinstance(value, Call):
        return dotted(value.func) in {"len", "np.size", "numpy.size"}
    last = last_name(value.value if isinstance(value, Subscript) else value)
    return last in {"shape", "size"} or isinstance(value, Name)


def _follows_request(function: Function, store: Assign) -> bool:
    """Whether the request says how much is written, and what."""
    given = from_request(function)
    target = store.targets[0]
    brings = {n.id for n in walk(target, Name)} & given
    return bool(brings) and store.value is not None and any(n.id in given for n in walk(store.value, Name))


def _given_whole(python: PythonFacts, function: Function, buffer: Attribute) -> Expr | None:
    """Where the function returns the whole buffer or puts it into a tensor."""
    name = dotted(buffer)
    values = [s.value for s in returns(function)]
    for call in own_nodes(function, Call):
        if python.pb_name(call.func) == "Tensor":
            values.append(call.argument(1))
    for value in values:
        held = value
        if isinstance(held, Call) and isinstance(held.func, Attribute) and held.func.attr in _WHOLE:
            held = held.func.value
        if held is not None and dotted(held) == name:
            return value
        view = _view(held, function) if isinstance(held, Name) else None
        if view is not None and dotted(view.value) == name:
            return value
    return None


def _cut_again(python: PythonFacts, function: Function, store: Assign) -> bool:
    """Whether something else cuts at a place that is worked out, or marks what is filled."""
    if any("mask" in name.lower() for name in python.identifiers):
        return True
    own = set(walk(store, Slice)) if store.value is not None else set()
    target = store.targets[0]
    view = _view(target.value, function) if isinstance(target, Subscript) and isinstance(target.value, Name) else None
    own |= set(walk(view, Slice)) if view is not None else set()
    for part in python.walk(Slice):
        around = python.function_at(part)
        if part in own or around is None or around.name in _LOADING:
            continue
        if part.upper is not None and not isinstance(part.upper, Constant):
            return True
    return False


_CONFIG = """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 6 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.window = np.zeros(6, dtype=np.float32)

"""
_EXECUTE = """
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", self.padded(x).copy())]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
    def padded(self, x):
        recent = x[-6:]
        self.window[: len(recent)] = recent
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP514
        return self.window
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def padded(self, x):
        recent = x[-6:]
        self.window.fill(0)
        self.window[: len(recent)] = recent
        return self.window
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def padded(self, x):
        recent = x[-6:]
        self.window[: len(recent)] = recent
        self.window[len(recent) :] = 0
        return self.window
"""
    + _EXECUTE,
    # The same through another name for its first rows.
    _CONFIG.replace('backend: "python"\n', 'backend: "python"\nmax_batch_size: 4\n').replace(
        "zeros(6,", "zeros((4, 6),"
    )
    + """\
    def padded(self, x):
        view = self.window[: len(x)]
        width = min(x.shape[1], 6)
        view[:, :width] = x[:, :width]
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP514
        return view.copy()
"""
    + _EXECUTE,
    _CONFIG.replace('backend: "python"\n', 'backend: "python"\nmax_batch_size: 4\n').replace(
        "zeros(6,", "zeros((4, 6),"
    )
    + """\
    def padded(self, x):
        view = self.window[: len(x)]
        width = min(x.shape[1], 6)
        view.fill(0)
        view[:, :width] = x[:, :width]
        return view.copy()
"""
    + _EXECUTE,
    # What is kept on purpose: each request is put before the earlier ones.
    _CONFIG
    + """\
    def padded(self, x):
        recent = x[-6:]
        self.window = np.roll(self.window, len(recent))
        self.window[: len(recent)] = recent
        return self.window
"""
    + _EXECUTE,
    # All of it is written: other lengths are refused.
    _CONFIG
    + """\
    def padded(self, x):
        if x.shape != (6,):
            x = np.resize(x, 6)
        self.window[: len(x)] = x
        return self.window
"""
    + _EXECUTE,
)
