"""Bytes of a TYPE_STRING input used as if they were text

## What it does
Follows the elements of TYPE_STRING inputs through loops and indices, and reports them in f-strings, in `str(…)`,
added to or compared with `str` literals, with `str` arguments in their methods, in `json.dumps`, as keys of dicts with
`str` keys, in `" ".join(…)` and `re.sub(…)`, and in arithmetic with numbers; and `decode` of a whole array.
Log messages and exceptions are left out.

## What happens
The elements are `bytes`. `str(x)` and f-strings give `b'text'` with status OK, a comparison with a `str` is never
true, and everything else raises TypeError.

## How to fix
Write `.decode("utf-8")` first.

## Source
Facts, python-backend 6.7 (observed on 24.10).
"""

import re
from collections.abc import Iterator
from itertools import chain

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Certainty, Edit, Effect, Fix, Problem, Related, called_at
from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_flow import unconditional
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_reaching import sources_at
from tritonlint.inputs.python_shapes import Shapes, shape_is_asked, shapes_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Constant,
    Dict,
    Expr,
    FString,
    Name,
    Node,
    Raise,
    Sequence,
    Slice,
    Subscript,
    dotted,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.pbtxt.tree import Document
from tritonlint.remember import remembered
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP405",
    name="bytes-used-as-text",
    effect="wrong-result",
    server_says=('can only concatenate str (not "bytes") to str', "a bytes-like object is required, not 'str'"),
)
MAX_STEPS = 8
FLAT = re.compile(r"\.(?:flatten|ravel|item)\(|reshape\(-1\)|\[0, 0\]|\[0\]\[0\]")
SAME = frozenset({"flatten", "ravel", "reshape", "squeeze", "copy", "tolist", "item"})
TEXT_METHODS = frozenset(
    {"split", "replace", "startswith", "endswith", "strip", "lstrip", "rstrip", "find", "count", "index", "partition"}
    | {"join", "rsplit", "rfind", "rindex", "removeprefix", "removesuffix", "rpartition"}
)
PATTERNS = {
    **{f"re.{name}": 1 for name in ("match", "search", "fullmatch", "findall", "finditer", "split")},
    "re.sub": 2,
    "re.subn": 2,
}
"""Where functions that take a pattern take the text."""

_SHOWN = re.compile(r"![ra][:}]|%[ra]\b")
"""Formats that ask for `b'…'`."""
_BOTH = re.compile(r"(?<![\w\"'])b[\"']")


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    texts = {
        name
        for name, tensor in tensors_of(python, config, "input").items()
        if (scalar := tensor.scalar("data_type")) is not None and scalar.value == "TYPE_STRING"
    }
    if not texts:
        return
    execute = python.method("execute")
    for file, mistake, caller in mistakes_anywhere(python, config, effective, "bytes-in-text", "bytes-compared"):
        if mistake.span.start in _spoken(file):
            continue
        if (_BOTH if mistake.kind == "bytes-compared" else _SHOWN).search(_line(file, mistake.span)):
            continue  # It is compared with bytes, too, or written as such on purpose.
        if mistake.kind == "bytes-in-text" and _is_key(file, mistake.span):
            continue
        handed = _handed_over(python, file, caller)
        yield Problem(
            handed or mistake.span,
            "these bytes are used as text in another module"
            if handed is not None
            else "bytes are put into a text here, which becomes `b'…'`"
            if mistake.kind == "bytes-in-text"
            else "bytes never equal a str: this comparison is never true",
            help='the elements of a TYPE_STRING input are bytes: write `.decode("utf-8")` first',
            effect="wrong-result",
            certainty="likely",
            related=called_at(caller) if handed is None else (Related(mistake.span, "used here"),),
            key=file.text[mistake.span.start : mistake.span.end],
            general=handed or mistake.span,
        )
    if not any(read.names is not None and set(read.names) <= texts for read in python.reads):
        return
    # What is taken from an array with more dimensions may be an array itself, which has no `decode`.
    ranks = [
        len(tensor.integers("dims") or ())
        for name, tensor in tensors_of(python, config, "input").items()
        if name in texts
    ]
    single = max(ranks) + bool(effective.max_batch_size) < 2 or bool(FLAT.search(python.text))
    yield from _rows(python, shapes_of(python, config, effective), texts)
    for node in chain(python.walk(FString, Call, Binary), python.walk(Compare, Subscript)):
        shown = isinstance(node, Call | Binary) and _SHOWN.search(python.source(node)) is not None
        for use, effect, message in _uses(python, node, texts):
            if shown and effect == "wrong-result":
                continue
            if _looked_at(python, use) or node.span.start in _spoken(python):
                continue
            sure = effect == "wrong-result" or (execute is not None and unconditional(execute, node))
            certainty: Certainty = "certain" if sure and not isinstance(node, FString) else "likely"
            end = Span(python.path, use.span.end, use.span.end)
            whole = isinstance(node, Call) and dotted(node.func) == "str"
            edits = (Edit(node.span, f'{python.source(use)}.decode("utf-8")'),) if whole else (Edit(end, ".decode()"),)
            yield Problem(
                node.span if whole else use.span,
                message,
                help='the elements of a TYPE_STRING input are bytes: write `.decode("utf-8")` first'
                if not isinstance(node, Binary) or node.operator in {"+", "%"}
                else "convert with `.astype(np.float32)` first, or declare the input as a number",
                fix=Fix("decode the bytes", edits, safety="unsafe")
                if single
                and (not isinstance(node, Binary) or node.operator in {"+", "%"})
                and "encode" not in message
                and _holds(python, use, python.frame_at(node), texts, 0) == "element"
                else None,
                effect=effect,
                certainty=certainty,
                key=python.source(use),
            )


def _is_key(python: PythonFacts, span: Span) -> bool:
    """Whether a text gets a name that only says under what something is kept: nobody reads it."""
    for assign in python.walk(Assign):
        target = assign.targets[0]
        if not isinstance(assign.value, FString) or not isinstance(target, Name) or not _covers(assign.value, span):
            continue
        function = python.function_at(assign)
        body = python.body if function is None else function.body
        keys = {id(part.items[0]) for part in walk(body, Subscript)}
        keys |= {id(test.left) for test in walk(body, Compare) if set(test.operators) <= {"in", "not in"}}
        keys |= {id(key) for table in walk(body, Dict) for key in table.keys if key is not None}
        for call in walk(body, Call):
            looks = isinstance(call.func, Attribute) and call.func.attr in {"get", "pop", "setdefault", "add"}
            keys |= {id(call.arguments[0].value)} if looks and call.arguments else set()
        uses = [name for name in walk(body, Name) if name.id == target.id and name is not target]
        return bool(uses) and all(id(name) in keys for name in uses)
    return False


def _covers(node: Node, span: Span) -> bool:
    return (node.span.start or 0) <= (span.start or 0) and (span.end or 0) <= (node.span.end or 0)


def _rows(python: PythonFacts, shapes: Shapes, texts: set[str]) -> Iterator[Problem]:
    """Arrays, and rows of arrays, that are taken for a single text."""
    execute = python.method("execute")
    for call in python.walk(Call):
        if not isinstance(call.func, Attribute) or call.func.attr != "decode":
            continue
        frame, value = python.frame_at(call), call.func.value
        if _holds(python, value, frame, texts, 0) is None or not shapes.of(value, frame):
            continue
        if _type_is_asked(python, value) or shape_is_asked(python, call):
            continue
        yield Problem(
            value.span,
            f"`{python.source(value)}` is an array of bytes and has no `decode`",
            help='take one element (`x[0]`, `x[0, 0]`), or write `[text.decode("utf-8") for text in x.flatten()]`',
            effect="request-failure",
            certainty="certain" if execute is not None and unconditional(execute, call) else "likely",
            key=python.source(value),
        )


def _looked_at(python: PythonFacts, use: Expr) -> bool:
    """Whether the function asks what the value is, or decodes it in another place."""
    function = python.function_at(use)
    text = python.source(use)
    for node in python.walk_function(function, Call) if function is not None else ():
        if isinstance(node.func, Attribute) and node.func.attr == "decode" and python.source(node.func.value) == text:
            return True
    return _type_is_asked(python, use)


def _type_is_asked(python: PythonFacts, use: Expr) -> bool:
    function = python.function_at(use)
    text = python.source(use)
    return any(
        dotted(node.func) in {"isinstance", "hasattr", "type"}
        and bool(node.arguments)
        and python.source(node.arguments[0].value) == text
        for node in (python.walk_function(function, Call) if function is not None else ())
    )


def _uses(python: PythonFacts, node: Node, texts: set[str]) -> Iterator[tuple[Expr, Effect, str]]:
    frame = python.frame_at(node)

    def element(expr: Expr) -> bool:
        return _holds(python, expr, frame, texts, 0) == "element"

    if isinstance(node, FString):
        for part in node.parts:
            if not isinstance(part, Constant) and element(part):
                yield part, "wrong-result", f"`{python.source(part)}` is bytes, so the text becomes `b'…'`"
    elif isinstance(node, Binary) and node.operator == "+":
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if _is_text(python, other, frame) and element(side):
                yield (
                    side,
                    "request-failure",
                    f"`{python.source(side)}` is bytes, and adding it to a str raises TypeError",
                )
    elif isinstance(node, Binary) and node.operator == "%" and _is_text(python, node.left, frame):
        for part in node.right.items if isinstance(node.right, Sequence) else (node.right,):
            if element(part):
                yield part, "wrong-result", f"`{python.source(part)}` is bytes, so the text becomes `b'…'`"
    elif isinstance(node, Binary) and node.operator in {"-", "*", "/", "**"}:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            number = isinstance(other, Constant) and isinstance(other.value, int | float)
            # Bytes times a whole number is their repetition.
            repeated = node.operator == "*" and isinstance(other, Constant) and isinstance(other.value, int)
            if number and not repeated and _holds(python, side, frame, texts, 0) is not None:
                yield (
                    side,
                    "request-failure",
                    f"`{python.source(side)}` is bytes, no number: `{node.operator}` raises TypeError",
                )
    elif (
        isinstance(node, Compare)
        and [*node.operators] in (["in"], ["not in"])
        and _is_text(python, node.left, frame)
        and element(node.rights[0])
    ):
        what = f"`{python.source(node.rights[0])}` is bytes"
        yield node.rights[0], "request-failure", f"{what}, and looking for a str in it raises TypeError"
    elif isinstance(node, Compare) and len(node.rights) == 1 and node.operators[0] in {"==", "!=", "in", "not in"}:
        for side, other in ((node.left, node.rights[0]), (node.rights[0], node.left)):
            known = [other]
            if node.operators[0] in {"in", "not in"}:
                if side is not node.left or not isinstance(other, Sequence):
                    continue
                known = list(other.items)
            if known and all(_is_text(python, item, frame) for item in known) and element(side):
                yield side, "wrong-result", f"`{python.source(side)}` is bytes and never equals a str"
    elif isinstance(node, Subscript) and len(node.items) == 1:
        sources = python.follow(node.value, frame) or ()
        keys = [key for source, _ in sources if isinstance(source, Dict) for key in source.keys]
        texts_only = bool(keys) and all(isinstance(key, Constant) and isinstance(key.value, str) for key in keys)
        if texts_only and all(isinstance(source, Dict) for source, _ in sources) and element(node.items[0]):
            what = f"`{python.source(node.items[0])}` is bytes"
            yield node.items[0], "request-failure", f"{what}, and the dict's keys are str: this raises KeyError"
    elif isinstance(node, Call) and dotted(node.func) == "map" and len(node.arguments) == 2:
        given = node.arguments[1].value
        if dotted(node.arguments[0].value) == "str" and _holds(python, given, frame, texts, 0) == "array":
            yield given, "wrong-result", f"`{python.source(given)}` holds bytes, so this gives `b'…'`"
    elif isinstance(node, Call) and dotted(node.func) == "json.loads" and node.arguments:
        given = node.arguments[0].value
        if _holds(python, given, frame, texts, 0) == "array":
            yield given, "request-failure", f"`{python.source(given)}` is an array: `json.loads` raises TypeError"
    elif isinstance(node, Call) and dotted(node.func) == "json.dumps" and node.arguments:
        if node.argument(None, "default") is not None or node.argument(None, "cls") is not None:
            return
        for inner in _leaves(node.arguments[0].value):
            if element(inner):
                what = f"`{python.source(inner)}` is bytes"
                yield inner, "request-failure", f"{what}, and JSON knows no bytes: this raises TypeError"
                return
    elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "format":
        if _is_text(python, node.func.value, frame):
            for argument in node.arguments:
                if element(argument.value):
                    yield argument.value, "wrong-result", f"`{python.source(argument.value)}` is bytes: `b'…'`"
    elif isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "encode":
        if element(node.func.value):
            what = f"`{python.source(node.func.value)}` is bytes already"
            yield node.func.value, "request-failure", f"{what}, and has no `encode`"
    elif isinstance(node, Call) and (python.qualified(node.func, frame) or "") in PATTERNS:
        subject = node.argument(PATTERNS[python.qualified(node.func, frame) or ""], "string")
        if (
            subject is not None
            and node.arguments
            and _is_text(python, node.arguments[0].value, frame)
            and element(subject)
        ):
            what = f"`{python.source(subject)}` is bytes"
            yield subject, "request-failure", f"{what}, and a pattern of str raises TypeError"
    elif isinstance(node, Call) and node.certain and node.arguments:
        given = node.arguments[0].value
        if isinstance(node.func, Name) and node.func.id == "str" and python.qualified(node.func) == "str":
            if len(node.arguments) == 1 and element(given):
                yield given, "wrong-result", f"`{python.source(given)}` is bytes, so this gives `b'…'`"
        elif not isinstance(node.func, Attribute) or node.func.attr not in TEXT_METHODS:
            return
        elif node.func.attr == "join":
            if _is_text(python, node.func.value, frame) and _holds(python, given, frame, texts, 0) == "array":
                what = f"`{python.source(given)}` holds bytes"
                yield given, "request-failure", f"{what}, and joining them with a str raises TypeError"
        elif _is_text(python, given, frame) and element(node.func.value):
            what = f"`{python.source(node.func.value)}` is bytes"
            yield node.func.value, "request-failure", f"{what}, and `{node.func.attr}` of a str raises TypeError"


def _leaves(expr: Expr) -> Iterator[Expr]:
    """What stands in nested displays."""
    if isinstance(expr, Dict | Sequence):
        for value in expr.values if isinstance(expr, Dict) else expr.items:
            yield from _leaves(value)
    else:
        yield expr


def _is_text(python: PythonFacts, expr: Expr, frame: Frame) -> bool:
    return isinstance(expr, FString) or bool(python.strings(expr, frame))


@remembered
def _handed_over(python: PythonFacts, file: PythonFacts, caller: Span | None) -> Span | None:
    """What model.py makes and gives to another module, which has no bytes of its own."""
    call = next((call for call in python.walk(Call) if call.span == caller), None)
    if call is None or len(call.arguments) != 1 or not {"as_numpy", "encode", "read"}.isdisjoint(file.identifiers):
        return None
    if any(isinstance(constant.value, bytes) for constant in file.walk(Constant)):
        return None
    sources = python.follow(call.arguments[0].value) or ()
    return sources[0][0].span if len(sources) == 1 else call.arguments[0].value.span


def _spoken(python: PythonFacts) -> set[int | None]:
    """Where everything lies that is only said: arguments of loggers and of print, what is raised, errors."""
    found: set[int | None] = set()
    for node in python.walk(Raise, Call):
        said: tuple[Node, ...] = ()
        if isinstance(node, Raise):
            said = tuple(walk(node))
        else:
            name = dotted(node.func) or ""
            last = name.rsplit(".", 1)[-1]
            if last.startswith(("log", "print", "warn", "debug", "info", "error", "exception", "TritonError")):
                said = tuple(walk(node))
        found.update(inner.span.start for inner in said)
    for statement in python.walk(Assign):
        target = statement.targets[0]
        if isinstance(target, Name) and isinstance(statement.value, FString) and _is_only_said(python, target, found):
            found.update(inner.span.start for inner in walk(statement.value))
    return found


def _is_only_said(python: PythonFacts, target: Name, said: set[int | None]) -> bool:
    """Whether the text of a name, an error message, goes nowhere but where things are said."""
    function = python.function_at(target)
    if function is None:
        return False
    bound = {inner.span for one in walk(function.body, Assign) for inner in one.targets}
    uses = [name for name in walk(function.body, Name) if name.id == target.id and name.span not in bound]
    return bool(uses) and all(name.span.start in said for name in uses)


def _holds(python: PythonFacts, expr: Expr, frame: Frame, texts: set[str], steps: int) -> str | None:
    """Whether an expression is the "array" of a TYPE_STRING input, or an "element" of it."""
    if steps > MAX_STEPS:
        return None
    if isinstance(expr, Name):
        found = python.lookup(expr.id, frame)
        kinds = set()
        if found is not None and len(found[0]) > 1:
            sources = sources_at(python, expr, frame)
            if sources and len(sources) == 1:
                return _holds(python, *sources[0], texts, steps + 1)
        for binding in found[0] if found is not None else ():
            if binding.expr is None or binding.index is not None or found is None:
                return None
            held = _holds(python, binding.expr, found[1], texts, steps + 1)
            kinds.add(held if binding.kind == "value" else "element" if held and binding.kind == "element" else None)
        return kinds.pop() if len(kinds) == 1 else None
    if isinstance(expr, Comprehension) and expr.kind in {"list", "generator"} and len(expr.elements) == 1:
        inside = python.frame_at(expr.elements[0])
        return "array" if _holds(python, expr.elements[0], inside, texts, steps + 1) == "element" else None
    if isinstance(expr, Call) and dotted(expr.func) in {"list", "tuple", "sorted"} and len(expr.arguments) == 1:
        return _holds(python, expr.arguments[0].value, frame, texts, steps + 1)
    if isinstance(expr, Subscript):
        held = _holds(python, expr.value, frame, texts, steps + 1)
        if held is None or any(isinstance(item, Sequence) for item in expr.items):
            return None
        return "array" if any(isinstance(item, Slice) for item in expr.items) else "element"
    if not isinstance(expr, Call) or not isinstance(expr.func, Attribute):
        return None
    if expr.func.attr == "as_numpy":
        sources = python.follow(expr.func.value, frame)
        for source, where in sources or ():
            if not isinstance(source, Call) or python.pb_name(source.func, where) != "get_input_tensor_by_name":
                return None
            names = python.strings(source.argument(1, "name"), where)
            if names is None or not set(names) <= texts:
                return None
        return "array" if sources else None
    if expr.func.attr in SAME:
        held = _holds(python, expr.func.value, frame, texts, steps + 1)
        return "element" if held and expr.func.attr == "item" else held
    return None


def _line(python: PythonFacts, span: Span) -> str:
    """The lines that a place stands in."""
    end = python.text.find("\n", span.end or 0)
    return python.text[python.text.rfind("\n", 0, span.start or 0) + 1 : end if end >= 0 else None]


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([str(text) for text in x], dtype=object)
#                         ^^^^^^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([text.decode("utf-8") for text in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = (x * 2.0).astype(object)
#                ^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array(["hello " + text for text in x], dtype=object)
#                                    ^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array(["hello " + text.decode() for text in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_BOOL dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([text == "yes" for text in x])
#                         ^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([f"<{text}>" for text in x], dtype=object)
#                             ^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = [text if isinstance(text, str) else str(text, "utf-8") for text in x]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(y, dtype=object))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = [text.decode() if isinstance(text, bytes) else str(text) for text in x]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array(y, dtype=object))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            pb_utils.Logger.log_info(f"got {x[0]}")
            y = np.array([text.decode().upper() for text in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils

CODES = {"one": "1", "two": "2"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = CODES[x[0]]
#                        ^^^^ TLP405
            y = np.array([text, text], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils

CODES = {"one": "1", "two": "2"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = json.dumps({"text": x[0]})
#                                      ^^^^ TLP405
            y = np.array([text, text], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils

CODES = {"one": "1", "two": "2"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = x[0].encode()
#                  ^^^^ TLP405
            y = np.array([text, text], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils

CODES = {"one": "1", "two": "2"}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = json.dumps({"text": str(x[0], "utf-8")})
            y = np.array([text, text], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            text = " ".join(list(a.flatten()))
#                           ^^^^^^^^^^^^^^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", np.array([text], dtype=object))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


import re


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            text = a[0]
            text = re.sub(r"[0-9]+", "", text)
#                                        ^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", np.array([text], dtype=object))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "x" data_type: TYPE_BOOL dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            found = "text" in a[0]
#                             ^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", np.array([found]))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            text = a.decode("utf-8")
#                  ^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", np.array([text], dtype=object))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
max_batch_size: 4
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            texts = [t.decode("utf-8") for t in a]
#                    ^ TLP405
            x = np.array(texts, dtype=object).reshape(-1, 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
max_batch_size: 4
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            rows = [text.decode("utf-8") for text in a.flatten()]
            joined = ", ".join(rows).replace("a", "b")
            found = "b" in joined and b"text" in a[0, 0]
            x = np.array([[joined] for _ in rows if found], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("x", x)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "out" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0]
            result = "Answer: %s" % text
#                                   ^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("out", np.array([result], dtype=np.object_))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 2 ] }
output { name: "out" data_type: TYPE_STRING dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            texts = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            upper = [s.upper() for s in map(str, texts)]
#                                                ^^^^^ TLP405
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("out", np.array(upper, dtype=np.object_))]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "out" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import json
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            payload = json.loads(pb_utils.get_input_tensor_by_name(request, "text").as_numpy())
#                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP405
            out = np.array([payload["v"]], dtype=np.float32)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("out", out)]))
        return responses
""",
    """\
-- slug/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- slug/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def slug(value):
    return str(value).lower()
#          ^^^^^^^^^^ TLP405


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", np.vectorize(slug, otypes=[object])(x))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- slug/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- slug/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def slug(value, encoding):
    return str(value, encoding).lower()


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            words = list(map(lambda value: slug(value, "utf-8"), x.ravel()))
            y = pb_utils.Tensor("y", np.array(words, dtype=object).reshape(x.shape))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # Written as bytes on purpose.
    """\
-- format_repr/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- format_repr/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] == b"":
                message = "empty text in request {}: {!r}".format(request.request_id(), x[0])
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(message)))
                continue
            y = np.array(["{}".format(len(t)).encode() for t in x], dtype=object)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- known/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_INT32 dims: [ 1 ] }
-- known/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

KNOWN = {"en": {"the", "and"}, "de": {"der", "und"}}


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            words = set(x[0].lower().split())
            hits = [len(words & known) for known in KNOWN.values()]
#                       ^^^^^^^^^^^^^ TLP405
            y = pb_utils.Tensor("y", np.array([max(hits)], dtype=np.int32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    # The rows of a batch are arrays, which are neither bytes nor text.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = []
            for word in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                if isinstance(word, bytes):
                    words.append(word.decode("utf-8"))
                else:
                    words.append(str(word))
#                                ^^^^^^^^^ TLP405
            y = np.array([[word.upper().encode("utf-8")] for word in words], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            words = []
            for word in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                if isinstance(word, np.ndarray):
                    word = word[0]
                words.append(word.decode("utf-8") if isinstance(word, bytes) else str(word))
            y = np.array([[word.upper().encode("utf-8")] for word in words], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # Under what something is kept is read by nobody.
    """\
-- key/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
dynamic_batching { max_queue_delay_microseconds: 1000 }
-- key/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def initialize(self, args):
        self.cache = {}
        self.version = args["model_version"]

    def execute(self, requests):
        responses = []
        for request in requests:
            raw = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()

            y = np.zeros((len(raw), 1), dtype=np.float32)
            for row, t in enumerate(raw[:, 0]):
                key = f"{self.version}:{t}"  # A key of the cache; nobody reads it.
                if key not in self.cache:
                    self.cache = {key: float(len(t))}
                y[row] = self.cache[key]
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
