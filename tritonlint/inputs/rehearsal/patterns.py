"""What ``re`` gives in a rehearsal: no text is searched, but the types of what is found are known."""

from __future__ import annotations

import re
from functools import lru_cache

from tritonlint.inputs.rehearsal.builtin import Call, Handler
from tritonlint.inputs.rehearsal.objects import Match
from tritonlint.inputs.rehearsal.reality import plain, shown
from tritonlint.inputs.rehearsal.values import UNKNOWN, Failure, Library, Mapping, Perhaps, Seq, Unknown, Value

_MAY_LEAVE_OUT = re.compile(r"\||\)[?*{]|\(\?[!(]|\(\?<!|\(\?[a-zA-Z]*x")
"""What a pattern has in which a group may not take part though the whole matches."""
_KEEP_GROUPS = frozenset({"I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL", "A", "ASCII", "U", "UNICODE"})
HARMLESS_FLAGS = frozenset(f"re.{flag}" for flag in _KEEP_GROUPS)
"""Flags with which a pattern has the same groups."""


@lru_cache(maxsize=512)
def _compiled(pattern: str | bytes) -> re.Pattern[str] | re.Pattern[bytes] | None:
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return None


def _known(pattern: Value) -> re.Pattern[str] | re.Pattern[bytes] | None:
    return _compiled(pattern) if pattern.__class__ in (str, bytes) and len(pattern) < 2000 else None


def _look_at_types(call: Call, place: int) -> str | None:
    """The type of the text that is searched; raise Python's ``TypeError`` for what no pattern can be looked for in."""
    kind = plain(call.value(place, "string", UNKNOWN))
    pattern = plain(call.value(0, "pattern", UNKNOWN))
    if kind is not None and kind not in ("str", "bytes"):
        words = shown(kind).rpartition(".")[2]
        raise Failure("TypeError", f"expected string or bytes-like object, got '{words}'")
    if pattern == "str" and kind == "bytes":
        raise Failure("TypeError", "cannot use a string pattern on a bytes-like object")
    if pattern == "bytes" and kind == "str":
        raise Failure("TypeError", "cannot use a bytes pattern on a string-like object")
    # Whoever finds a pattern of text in something has found it in text.
    return kind or (pattern if pattern in ("str", "bytes") else None)


def _pattern(call: Call, place: int = 2) -> Value:
    """The pattern, whose groups may be others with a flag (at ``place``)."""
    pattern = call.value(0, "pattern", UNKNOWN)
    flags = call.value(place, "flags", 0)
    same = flags == 0 or (isinstance(flags, Library) and flags.name in HARMLESS_FLAGS)
    return pattern if same else Unknown(plain(pattern))


def _match(call: Call) -> Match:
    kind = _look_at_types(call, 1)
    return Match(Unknown(kind), _pattern(call))


def _search(call: Call) -> Value:
    return Perhaps(_match(call))


def _find_each(call: Call) -> Value:
    return Seq("generator", [], True, _match(call))


def _find_all(call: Call) -> Value:
    text = Unknown(_look_at_types(call, 1))
    known = _known(_pattern(call))
    if known is None:
        return Seq("list", [], True)
    return Seq("list", [], True, text if known.groups < 2 else Seq("tuple", [text] * known.groups))


def _split(call: Call) -> Value:
    text = Unknown(_look_at_types(call, 1))
    known = _known(_pattern(call, 3))
    alike = known is not None and not known.groups
    return Seq("list", [text] if text.type else [], True, text if alike else UNKNOWN)


def _substitute(call: Call) -> Value:
    return Unknown(_look_at_types(call, 2))


def _substitute_and_count(call: Call) -> Value:
    return Seq("tuple", [Unknown(_look_at_types(call, 2)), Unknown("int")])


FUNCTIONS: dict[str, Handler] = {
    "re.match": _search,
    "re.fullmatch": _search,
    "re.search": _search,
    "re.finditer": _find_each,
    "re.findall": _find_all,
    "re.split": _split,
    "re.sub": _substitute,
    "re.subn": _substitute_and_count,
}


# ------------------------------------------------------------------------------------------------------------ matches
_METHODS = frozenset({"group", "groups", "groupdict", "start", "end", "span", "expand"})


def is_method(name: str) -> bool:
    """Whether a match has a method of this name."""
    return name in _METHODS


def attribute(match: Match, name: str) -> Value:
    """An attribute of a match."""
    if not hasattr(re.Match, name):
        raise Failure("AttributeError", f"'re.Match' object has no attribute '{name}'")
    if name in {"pos", "endpos"}:
        return Unknown("int")
    if name in {"lastindex", "lastgroup"}:
        return Perhaps(Unknown("int" if name == "lastindex" else "str"))
    return match.text if name == "string" else UNKNOWN


def group(match: Match, which: Value) -> Value:
    """``match[which]``."""
    if which.__class__ is int and which == 0:
        return match.text
    known = _known(match.pattern)
    if known is None or which.__class__ not in (int, str):
        return UNKNOWN
    # Flags may change which groups there are, but none that are kept with a pattern.
    if which not in known.groupindex and not (which.__class__ is int and 0 <= which <= known.groups):
        raise Failure("IndexError", "no such group")
    return _part(match)


def _part(match: Match) -> Value:
    """What one group found, which may be nothing."""
    pattern = match.pattern if match.pattern.__class__ is str else match.pattern.decode("latin-1")
    return Perhaps(match.text) if _MAY_LEAVE_OUT.search(pattern) else match.text


def method(match: Match, name: str, args: list[Value]) -> Value:
    """What a method of a match gives."""
    if name == "group":
        parts = [group(match, which) for which in args or [0]]
        return parts[0] if len(parts) == 1 else Seq("tuple", parts)
    if name in {"start", "end"}:
        return Unknown("int")
    if name == "span":
        return Seq("tuple", [Unknown("int"), Unknown("int")])
    if name == "expand":
        return match.text
    known = _known(match.pattern)
    part = UNKNOWN if known is None or args else _part(match)
    if name == "groups":
        return Seq("tuple", [], True) if known is None else Seq("tuple", [part] * known.groups)
    return Mapping({}, True) if known is None else Mapping(dict.fromkeys(known.groupindex, part))
