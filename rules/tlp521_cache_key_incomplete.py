"""A cache that is asked for less than its answers depend on

## What it does
Reports a cache of the model (a dict called `…cache…` or `…memo…`) whose key leaves out something of the request that
the value stored under it is worked out from: another input, or another argument that the caller takes from the request,
with a name that says that it chooses (`language`, `user`, `mode`, `top_k`). Silent for keys that stand for all of it.

## What happens
The first request decides: who asks with the same key and another language, user or option gets the answer that was made
for somebody else, with status OK.

## How to fix
Put all of it into the key: `key = (word, language)`.

## Source
Python's dicts; run on a server of 24.10 with two requests that differ in what the key leaves out.
"""

import re
from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_requests import from_request
from tritonlint.inputs.python_threads import by_name, method_called, reached
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Call,
    Compare,
    Conditional,
    Constant,
    Expr,
    For,
    Function,
    If,
    Name,
    Node,
    Subscript,
    dotted,
    last_name,
    lies_in,
    walk,
)
from tritonlint.rule import Rule

RULE = Rule(code="TLP521", name="cache-key-incomplete", effect="wrong-result", certainty="likely")
_CACHE = re.compile(r"cache|memo(?!r)|lru", re.IGNORECASE)
_CACHES = ("ache", "CACHE", "memo", "Memo", "MEMO", "lru", "LRU")
"""Without any of these no cache is named."""
_CHOOSES = re.compile(
    r"lang|locale|tenant|user|option|mode$|style|unit|country|currency|region|voice|format|kind|type$|domain|categor"
    r"|topic|threshold|scale|size|width|height|precision|temperature|top_?k|^k$|dialect|role|theme"
)
"""Names of what chooses between answers. Data may well stand behind the key: behind an id, or a hash of it."""
_NAMES_ALL = re.compile(
    r"(^|_)(id|ids|key|hash|digest|sha\d*|md5|uuid|fingerprint|checksum|session|token|url|uri|path)$|request"
)
"""Names of keys that stand for everything else."""


def check(python: PythonFacts) -> Iterator[Problem]:
    execute = python.method("execute")
    if execute is None or not python.understood or not any(word in python.text for word in _CACHES):
        return
    if not any(_CACHE.search(name) for name in python.identifiers):
        return
    for function in reached(python, [execute]):
        if function.name in {"__init__", "initialize", "auto_complete_config", "finalize"}:
            continue
        for cache, key, value, place in _stores(function):
            table = dotted(cache)
            if table is None or "." not in table or not _is_asked(python, function, cache, key):
                continue
            known = _made_of(function, key) | _made_of(function, cache)
            asked = _made_of(function, value)
            if not known or table in {dotted(n) for n in walk(value, Attribute)}:
                continue
            given = from_request(function) - _constant_arguments(python, function)
            missing = sorted(name for name in asked - known if name in given and _CHOOSES.search(name))
            if not missing or any(_NAMES_ALL.search(name) for name in known | _words(key)):
                continue
            if _is_asked_for(function, missing[0], value):
                continue
            yield Problem(
                key.span,
                f"what is kept here depends on `{missing[0]}`, too: who asks with another one gets the first answer",
                help=f"put `{missing[0]}` into the key",
                related=(Related(place.span, "kept here"),),
                key=table,
            )


def _stores(function: Function) -> Iterator[tuple[Expr, Expr, Expr, Node]]:
    """Where a function puts something into a cache: the cache, the key, the value and the statement."""
    for assign in own_nodes(function, Assign):
        target = assign.targets[0] if len(assign.targets) == 1 else None
        if not isinstance(target, Subscript) or assign.operator or assign.value is None or len(target.items) != 1:
            continue
        if _CACHE.search(dotted(target.value) or ""):
            yield target.value, target.items[0], assign.value, assign
    for call in own_nodes(function, Call):
        owner, _ = method_called(call)
        if not isinstance(call.func, Attribute) or owner is None or not _CACHE.search(owner):
            continue
        # `cache.put(key, value)`; the second argument of `get` is a default.
        if len(call.arguments) == 2 and call.func.attr not in {"get", "pop", "setdefault"}:
            yield call.func.value, call.arguments[0].value, call.arguments[1].value, call


def _is_asked(python: PythonFacts, function: Function, cache: Expr, key: Expr) -> bool:
    """Whether the function looks the same key up in the cache, and takes what it finds."""
    table, same = dotted(cache), python.source(key)
    for node in own_nodes(function, Compare, Call):
        if isinstance(node, Compare):
            asked = node.left if node.operators in {("in",), ("not in",)} else None
            if asked is not None and dotted(node.rights[0]) == table and python.source(asked) == same:
                return True
            continue
        key_of_get = node.argument(0) if method_called(node) == (table, "get") else None
        if key_of_get is not None and python.source(key_of_get) == same:
            return True
    stored = {id(t) for a in own_nodes(function, Assign) for t in a.targets}
    return any(
        id(node) not in stored and dotted(node.value) == table and python.source(node.items[0]) == same
        for node in own_nodes(function, Subscript)
        if "KeyError" in python.identifiers
    )


def _made_of(function: Function, value: Expr) -> set[str]:
    """The parameters and names of a request that a value is worked out from."""
    made: dict[str, list[Expr]] = {}
    for assign in own_nodes(function, Assign):
        for target in assign.targets:
            if isinstance(target, Name) and assign.value is not None:
                made.setdefault(target.id, []).append(assign.value)
    turns = {n.id for loop in own_nodes(function, For) for n in walk(loop.target, Name)}
    found: set[str] = set()
    waiting, seen = [value], set[str]()
    while waiting:
        one = waiting.pop()
        for name in walk(one, Name):
            if name.id in seen:
                continue
            seen.add(name.id)
            sources = made.get(name.id, [])
            read = [c.value for source in sources for c in walk(source, Constant) if isinstance(c.value, str)]
            if sources and name.id not in turns and not (read and any("request" in _words(s) for s in sources)):
                waiting += sources
            else:
                found.add(name.id)
    return found - {"self", "cls"}


def _is_asked_for(function: Function, name: str, value: Expr) -> bool:
    """Whether a condition asks for something: what is found may be held against it, or only some of it kept."""
    tests: list[Expr] = [node.test for node in own_nodes(function, If, Conditional, Assert)]
    tests += own_nodes(function, Compare)
    return any(n.id == name for test in tests if not lies_in(test, value) for n in walk(test, Name))


def _words(value: Expr) -> set[str]:
    return {node.id for node in walk(value, Name)}


def _constant_arguments(python: PythonFacts, function: Function) -> set[str]:
    """The parameters of a helper that no caller gives something of a request."""
    names = [p.name for p in function.parameters if p.name not in {"self", "cls"}]
    varying: set[str] = set()
    if function is python.method("execute") or len(by_name(python).get(function.name, ())) != 1:
        return set() if function is python.method("execute") else set(names)
    for call in python.walk(Call):
        last = last_name(call.func)
        around = python.function_at(call)
        if last != function.name or around is None:
            continue
        brought = from_request(around)
        for place, name in enumerate(names):
            argument = call.argument(place, name)
            if argument is not None and any(n.id in brought for n in walk(argument, Name)):
                varying.add(name)
    return set(names) - varying


_CONFIG = """\
-- words/config.pbtxt --
backend: "python"
input { name: "word" data_type: TYPE_STRING dims: [ 1 ] }
input { name: "language" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "answer" data_type: TYPE_STRING dims: [ 1 ] }
-- words/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

WORDS = {("en", "gift"): "present", ("de", "gift"): "toxin"}


class TritonPythonModel:
    def initialize(self, args):
        self.cache = {}

"""
_EXECUTE = """
    def execute(self, requests):
        responses = []
        for request in requests:
            word = pb_utils.get_input_tensor_by_name(request, "word").as_numpy()[0].decode("utf-8")
            language = pb_utils.get_input_tensor_by_name(request, "language").as_numpy()[0].decode("utf-8")
            answer = np.array([self.look_up(word, language).encode("utf-8")], dtype=np.object_)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("answer", answer)]))
        return responses
"""
EXAMPLES = (
    _CONFIG
    + """\
    def look_up(self, word, language):
        if word not in self.cache:
            if len(self.cache) > 1000:
                self.cache.clear()
            self.cache[word] = WORDS.get((language, word), word)
#                      ^^^^ TLP521
        return self.cache[word]
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def look_up(self, word, language):
        known = self.cache.get(word)
        if known is None:
            if len(self.cache) > 1000:
                self.cache.clear()
            known = WORDS.get((language, word), word)
            self.cache[word] = known
#                      ^^^^ TLP521
        return known
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def look_up(self, word, language):
        key = (word, language)
        if key not in self.cache:
            if len(self.cache) > 1000:
                self.cache.clear()
            self.cache[key] = WORDS.get((language, word), word)
        return self.cache[key]
"""
    + _EXECUTE,
    _CONFIG
    + """\
    def look_up(self, word, language):
        key = f"{language}:{word}"
        if key not in self.cache:
            if len(self.cache) > 1000:
                self.cache.clear()
            self.cache[key] = WORDS.get((language, word), word)
        return self.cache[key]
"""
    + _EXECUTE,
    # What is found is held against what is asked for.
    _CONFIG
    + """\
    def look_up(self, word, language):
        known = self.cache.get(word)
        if known is None or known[0] != language:
            if len(self.cache) > 1000:
                self.cache.clear()
            known = (language, WORDS.get((language, word), word))
            self.cache[word] = known
        return known[1]
"""
    + _EXECUTE,
)
