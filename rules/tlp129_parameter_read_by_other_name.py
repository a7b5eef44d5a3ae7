"""A config parameter that is read by a name close to its own

## What it does
Reports a key that `initialize` asks for and config.pbtxt does not set, where the reading has a default or a test for
what is missing, and config.pbtxt sets a parameter of nearly the same name that is nowhere in model.py.

## What happens
The model loads and answers with the default; what config.pbtxt says has no effect, and nothing tells.

## How to fix
Use the same name on both sides.

## Source
Python's dict; run on a server of 24.10: the answer is that of the default.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import tensors_of
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Binary,
    Call,
    Clause,
    Compare,
    Comprehension,
    Constant,
    Expr,
    For,
    FString,
    Function,
    Name,
    Node,
    Sequence,
    Subscript,
    Try,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP129",
    name="parameter-read-by-other-name",
    effect="wrong-result",
    certainty="likely",
    words=("initialize", "__init__"),
)
_OF_BACKEND = re.compile(r"EXECUTION_ENV_PATH|FORCE_CPU_ONLY_INPUT_TENSORS|TRITON_|shm-|stub-")
_KEY = re.compile(r"[A-Za-z][\w.-]{3,}")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_ITERATED = frozenset({"items", "values", "keys", "update"})
_WHOLE = re.compile(r"(^|[._])(args|parameters|params|model_config|config)$")
_OTHERS = re.compile(
    r"environ|getenv|open|join|log|print|input|output|config_by_name|Tensor|getattr|hasattr", re.IGNORECASE
)
_OPPOSITES = (
    {"min", "max"}, {"low", "high"}, {"lower", "upper"}, {"top", "bottom"}, {"start", "end"}, {"start", "stop"},
    {"first", "last"}, {"width", "height"}, {"in", "out"}, {"input", "output"}, {"mean", "std"}, {"x", "y"},
    {"left", "right"}, {"query", "document"}, {"source", "target"}, {"pre", "post"}, {"encoder", "decoder"},
)  # fmt: skip


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    if "parameters" not in python.text or not python.understood or config.problems or config.root.uncertain:
        return
    unread: dict[str, Span] = {}
    present: set[str] = set()
    for entry in config.root.messages("parameters"):
        key = entry.scalar("key")
        if key is None or not isinstance(key.value, str):
            return
        present.add(key.value)
        if not _OF_BACKEND.match(key.value) and not _is_named(python, key.value):
            unread[key.value] = key.span
    if not unread or _reads_all(python):
        return
    others = present | set(tensors_of(python, config, "input")) | set(tensors_of(python, config, "output"))
    asked: dict[str, Expr] = {}
    for expr in _keys(python):
        if isinstance(expr, Constant) and isinstance(expr.value, str) and expr.value not in others:
            asked.setdefault(expr.value, expr)
    for wanted, span in unread.items():
        near = [name for name in asked if _KEY.fullmatch(name) and _are_near(name, wanted)]
        if len(near) != 1 or sum(_are_near(near[0], one) for one in unread) != 1:
            continue
        place = asked[near[0]].span
        literal = python.text[place.start : place.end] in {f'"{near[0]}"', f"'{near[0]}'"}
        yield Problem(
            place,
            f"config.pbtxt sets no parameter '{near[0]}', but '{wanted}', which nothing reads: the default is used",
            help=f"did you mean '{wanted}'?",
            related=(Related(span, "set here"),),
            fix=Fix(f"read '{wanted}'", (Edit(place, f'"{wanted}"'),), safety="unsafe") if literal else None,
            key=near[0],
        )


def _is_named(python: PythonFacts, key: str) -> bool:
    """Whether a parameter is named in the file: in a text, or as an attribute of what the file makes of them all."""
    if key not in python.text:
        return False
    if any(isinstance(one.value, str) and key in one.value for one in python.walk(Constant)):
        return True
    stored = {t.attr for node in python.walk(Assign) for t in node.targets if isinstance(t, Attribute)}
    # An object that gets it as a keyword has it from there.
    stored |= {a.keyword for call in python.walk(Call) for a in call.arguments if a.keyword is not None}
    return key not in stored and any(node.attr == key for node in python.walk(Attribute))


def _keys(python: PythonFacts) -> Iterator[Expr]:
    """What stands where initialize names a parameter: in ``get``, in calls of the file's own helpers, before ``in``."""
    starts = {python.method(name) for name in ("initialize", "__init__")} - {None}
    attempts = [part for attempt in python.walk(Try) if attempt.handlers for part in attempt.body]
    for node in python.walk(Call, Compare, Subscript):
        function = python.function_at(node)
        if function is not None and function not in starts and not _is_started(python, function.name):
            continue
        if isinstance(node, Subscript):
            # Whoever catches the KeyError has a default.
            if "param" in python.source(node.value).lower() and any(lies_in(node, part) for part in attempts):
                yield node.items[0]
            continue
        if isinstance(node, Compare):
            if node.operators[0] in {"in", "not in"} and "param" in python.source(node.rights[0]).lower():
                yield node.left
            continue
        name = dotted(node.func) or (node.func.attr if isinstance(node.func, Attribute) else "")
        if not node.arguments or _OTHERS.search(name):
            continue
        of_dict = name.endswith("get") and _is_of_parameters(python, node)
        if of_dict:
            yield node.arguments[0].value
        elif not name.endswith(".get"):
            # `number("key", default)`, `number(parameters, "key", default)`
            yield from (node.arguments[n].value for n in range(min(2, len(node.arguments))) if _helps(python, node, n))


def _is_started(python: PythonFacts, name: str) -> bool:
    """Whether initialize calls a function by this name."""
    initialize = python.method("initialize")
    return initialize is not None and any(last_name(call.func) == name for call in walk(initialize.body, Call))


def _is_of_parameters(python: PythonFacts, call: Call) -> bool:
    owner = call.func.value if isinstance(call.func, Attribute) else None
    if owner is None:
        return False
    if "param" in python.source(owner).lower():
        return True
    return any("param" in python.source(source).lower() for source, _ in python.follow(owner) or ())


def _helps(python: PythonFacts, call: Call, place: int) -> bool:
    """Whether a call goes to code of the file, which takes an argument for a key as it is."""
    called = called_function(python, call)
    last = last_name(call.func)
    named = [f.function for f in python.frames if f.function is not None and f.function.name == last]
    for function in [called] if called is not None else named:
        own = [p.name for p in function.parameters if p.name not in {"self", "cls"}]
        if place >= len(own) or not _is_key(python, function, own[place]):
            return False
    return called is not None or bool(named)


def _is_key(python: PythonFacts, function: Function, name: str) -> bool:
    """Whether a function looks a parameter of its own up, and never another form of it."""
    if any(dotted(target) == name for assign in own_nodes(function, Assign) for target in assign.targets):
        return False
    if any(dotted(node.value) == name for node in own_nodes(function, Attribute)):
        return False  # `key.upper()`
    keys: list[Expr] = []
    for node in own_nodes(function, Call, Subscript, Compare):
        if isinstance(node, Subscript):
            keys += node.items
        elif isinstance(node, Compare):
            keys.append(node.left)
        elif (dotted(node.func) or "get").rsplit(".", 1)[-1] not in {"str", "repr", "print", "join", "format"}:
            of_log = isinstance(node.func, Attribute) and _OTHERS.search(dotted(node.func) or "")
            keys += [] if of_log else [a.value for a in node.arguments]
    made = [key for key in keys if not isinstance(key, Name) and any(n.id == name for n in walk(key, Name))]
    return any(dotted(key) == name for key in keys) and not any(isinstance(key, FString | Binary) for key in made)


def _reads_all(python: PythonFacts) -> bool:
    """Whether the file goes through all parameters, or puts their names together."""
    copies = [made for assign in python.walk(Assign) if (made := _copied(python, assign)) is not None]
    for node in python.walk(For, Clause, Call):
        if any(lies_in(node, made) for made in copies):
            continue
        if isinstance(node, Call):
            func = node.func
            if any(a.star for a in node.arguments) and "param" in python.source(node).lower():
                return True
            if _goes_elsewhere(python, node):
                return True
            if isinstance(func, Attribute) and func.attr in _ITERATED and "param" in python.source(func.value).lower():
                return True
        elif "param" in python.source(node.iterable).lower():
            return True
    for call in python.walk(Call, Subscript):
        given = [a.value for a in call.arguments[:1]] if isinstance(call, Call) else list(call.items[:1])
        owner = call.func if isinstance(call, Call) else call.value
        if "param" in python.source(owner).lower() and any(_is_put_together(python, one) for one in given):
            return True
    return False


def _copied(python: PythonFacts, assign: Assign) -> Comprehension | None:
    """A dict that has every parameter under its own name, and of which the file asks for single ones only."""
    made, name = assign.value, dotted(assign.targets[0])
    if not isinstance(made, Comprehension) or made.kind != "dict" or len(made.clauses) != 1 or name is None:
        return None
    target = made.clauses[0].target
    key = target.items[0] if isinstance(target, Sequence) and target.items else None
    if not isinstance(key, Name) or not isinstance(made.elements[0], Name) or made.elements[0].id != key.id:
        return None
    asked: set[Node] = {node.value for node in python.walk(Subscript)}
    asked |= {
        call.func.value for call in python.walk(Call) if isinstance(call.func, Attribute) and call.func.attr == "get"
    }
    asked |= {right for node in python.walk(Compare) for right in node.rights}
    uses = [n for n in python.walk(Name, Attribute) if dotted(n) == name and n is not assign.targets[0]]
    return made if all(use in asked for use in uses) else None


def _goes_elsewhere(python: PythonFacts, call: Call) -> bool:
    """Whether the parameters, or all that initialize is given, go to code of another file."""
    name = python.qualified(call.func) or ""
    module = name.split(".", 1)[0]
    imported = module != name and module not in {
        "json",
        "logging",
        "triton_python_backend_utils",
        "self",
        "pprint",
        "copy",
    }
    if not imported or any(
        f.function is not None and f.function.name == name.rsplit(".", 1)[-1] for f in python.frames
    ):
        return False
    return any(_WHOLE.search(dotted(argument.value) or "") for argument in call.arguments)


def _is_put_together(python: PythonFacts, key: Expr) -> bool:
    """Whether a key is no plain text, nor what a helper is given."""
    if isinstance(key, FString | Binary):
        return True
    if isinstance(key, Name):
        found = python.lookup(key.id, python.frame_at(key))
        return found is not None and any(binding.kind == "element" for binding in found[0])
    return False


def _are_near(asked: str, key: str) -> bool:
    """Whether two names mean the same: other forms of the same words, or a slip."""
    first, second = ([w.lower() for w in _WORDS.findall(name)] for name in (asked, key))
    odd = set(first) ^ set(second)
    if any(pair <= odd for pair in _OPPOSITES) or any(word.isdigit() for word in odd):
        return False
    if sorted(first) == sorted(second) or "".join(first) == "".join(second):
        return True
    if len(first) == len(second):
        # Each word is the same, or another form of it.
        return all(a == b or _is_form(a, b) for a, b in zip(first, second, strict=True))
    if set(first) < set(second) or set(second) < set(first):
        shorter = first if len(first) < len(second) else second
        return len(odd) == 1 and len("".join(shorter)) > 5
    return SequenceMatcher(None, asked.lower(), key.lower()).ratio() >= 0.88


def _is_form(one: str, other: str) -> bool:
    """``block`` and ``blocking``, ``treshold`` and ``threshold``."""
    short, long = sorted((one, other), key=len)
    return (len(short) > 2 and long.startswith(short)) or SequenceMatcher(None, one, other).ratio() >= 0.8


EXAMPLES = (
    """\
-- gate/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "block_threshold" value { string_value: "0.2" } }
-- gate/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class Settings:
    def __init__(self, parameters):
        self.parameters = parameters

    def number(self, key, default):
        entry = self.parameters.get(key)
        return default if entry is None else float(entry["string_value"])


class TritonPythonModel:
    def initialize(self, args):
        settings = Settings(json.loads(args["model_config"])["parameters"])
        self.threshold = settings.number("blocking_threshold", 0.5)
#                                        ^^^^^^^^^^^^^^^^^^^^ TLP129

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x * np.float32(self.threshold))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- gate/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "max_score" value { string_value: "0.2" } }
-- gate/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.least = float(parameters.get("min_score", {"string_value": "0.5"})["string_value"])

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x * np.float32(self.least))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- near/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "max_distance_km" value { string_value: "50" } }
-- near/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        params = {k: v["string_value"] for k, v in config.get("parameters", {}).items()}
        self.limit = np.float32(params.get("max_dist_km", 200.0))
#                                          ^^^^^^^^^^^^^ TLP129

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", np.minimum(x, self.limit))]))
        return responses
""",
    """\
-- near/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "max_distance_km" value { string_value: "50" } }
-- near/1/model.py --
import json

import numpy as np
import triton_python_backend_utils as pb_utils


class Limits:
    max_distance = 200.0

    def __init__(self, **settings):
        self.limit = np.float32(settings.pop("max_dist_km", self.max_distance))
        for name, value in settings.items():
            setattr(self, name.replace("_km", ""), np.float32(value))


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        given = {k: v["string_value"] for k, v in config.get("parameters", {}).items()}
        self.limits = Limits(**given)

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.minimum(x, self.limits.max_distance)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- cut/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "max_words" value { string_value: "3" } }
-- cut/1/model.py --
import json
from dataclasses import dataclass

import numpy as np
import triton_python_backend_utils as pb_utils


@dataclass(frozen=True)
class Settings:
    max_words: int = 128

    @classmethod
    def of(cls, config):
        parameters = {key: entry["string_value"] for key, entry in config.get("parameters", {}).items()}
        return cls(max_words=int(parameters.get("maxWords", cls.max_words)))
#                                               ^^^^^^^^^^ TLP129


class TritonPythonModel:
    def initialize(self, args):
        self.settings = Settings.of(json.loads(args["model_config"]))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x * np.float32(self.settings.max_words))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- cut/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
parameters { key: "max_words" value { string_value: "3" } }
-- cut/1/model.py --
import json
from dataclasses import dataclass

import numpy as np
import triton_python_backend_utils as pb_utils


@dataclass(frozen=True)
class Settings:
    max_words: int = 128

    @classmethod
    def of(cls, config):
        parameters = {key: entry["string_value"] for key, entry in config.get("parameters", {}).items()}
        return cls(max_words=int(parameters.get("max_words", cls.max_words)))


class TritonPythonModel:
    def initialize(self, args):
        self.settings = Settings.of(json.loads(args["model_config"]))

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x * np.float32(self.settings.max_words))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
)
