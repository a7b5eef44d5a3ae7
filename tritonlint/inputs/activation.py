"""``bin/activate`` of an environment: what it does and with what status it ends, read and never run.

Up to 25.07 the server starts the stub with ``source bin/activate && exec …``: a script that ends with another status
than 0, or ends the shell, means a stub that is never started (seen on 24.10, docs/interpreter-matrix.md). ``set -e``
does not matter there, because the shell ignores it in front of ``&&``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

EXPORT = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=", re.MULTILINE)
SOURCE = re.compile(r"^\s*(?:source|\.)\s+(\S+)", re.MULTILINE)
# What an activation script sets for itself; the server sets PATH and VIRTUAL_ENV itself from 25.08 on.
USUAL_EXPORTS = re.compile(
    r"PATH|VIRTUAL_ENV\w*|PS1|_OLD_\w+|_CONDA_\w+|CONDA_\w+|_CE_\w+|PYTHONHOME|SCRIPT_PATH|SCRIPT_DIR"
)
OPENING = {"if": "fi", "for": "done", "while": "done", "until": "done", "select": "done", "case": "esac", "{": "}"}
FUNCTION = re.compile(r"(?:function\s+)?[\w-]+\s*\(\s*\)\s*\{?|function\s+[\w-]+\s*\{?")
HERE_DOCUMENT = re.compile(r"<<-?\s*['\"\\]?\w")
# In a pipe or in the background it is another shell that ends.
LEAVING = re.compile(r"(exit|exec)(?:\s+(?!\d*[<>])[^\s|&][^|&]*)?|return\s+0*[1-9]\d*")
TEST = re.compile(r"(?:(?:\[\[?|test|which|type|hash|ls|grep)\s|command\s+-[vV]\s).*&&.*", re.DOTALL)
# A folder or file that the server's own image need not have.
OUTSIDE_PLACE = (
    r"[\"']?(?!/(?:(?:usr|etc|dev|proc|sys|bin|lib|opt/tritonserver)\b|(?:tmp|opt|root|home|var)?/?[\"']?(?:\s|$)))"
    r"/[^\s$\"'|;&]+[\"']?"
)
# A pipe ends with the status of its last command.
FOREIGN_COMMAND = re.compile(
    rf"(?:conda|mamba|micromamba|module|pyenv)\s.*|(?:cd|pushd)\s+{OUTSIDE_PLACE}"
    r"|(?:(?:command\s+-[vV]|which)\s+)?(?:nvcc|nvidia-smi)(?:\s[^|;]*)?",
    re.DOTALL,
)
# The script leaves when the image does not have something.
GIVING_UP = re.compile(
    rf"(?:\[\[?\s+-[def]\s+{OUTSIDE_PLACE}\s+\]\]?|(?:test\s+-[def]|source|\.|cd)\s+{OUTSIDE_PLACE})"
    r"\s*\|\|\s*(?:exit\b.*|return\s+0*[1-9]\d*)"
)
OUTSIDE_FILE = re.compile(r"(?:source|\.)\s+[\"']?/[^\s$]*")
STRICT = re.compile(r"set\s+(?:-\w*u\w*|-o\s+nounset)\b.*", re.DOTALL)
USED_NAME = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
ASSIGNED_NAME = re.compile(r"(?:^|[\s;])(?:export\s+|local\s+|declare\s+|readonly\s+)*([A-Za-z_]\w*)\+?=", re.MULTILINE)
# What is there in every process of an image, or set by bash itself.
KNOWN_NAMES = frozenset(
    {"PATH", "HOME", "PWD", "OLDPWD", "BASH_SOURCE", "LD_LIBRARY_PATH", "BASH", "IFS", "SHLVL", "UID"}
)


@dataclass(frozen=True, slots=True)
class Activation:
    """What ``bin/activate`` does, as far as its text tells."""

    exports: tuple[str, ...] = ()
    """Exported variables beyond those that every activation script sets."""
    sources: tuple[str, ...] = ()
    sets_path: bool = False
    prefix: str = ""
    """Absolute VIRTUAL_ENV that the script insists on."""
    empty: bool = False
    failure: str = ""
    """What ends the script with another status than 0, or ends the shell, in words; "" when nothing is seen."""
    fails_surely: bool = False
    """Whether that holds wherever the script runs."""


def read_activation(text: str) -> Activation:
    """What an activation script does, by its lines; comments are left out."""
    code = "\n".join(line.split(" #", 1)[0] for line in text.splitlines() if not line.lstrip().startswith("#"))
    exports = dict.fromkeys(re.findall(r"^\s*export\s+([A-Za-z_]\w*)", code, re.MULTILINE))
    prefix = re.search(r"^\s*(?:export\s+)?VIRTUAL_ENV=[\"']?(/[^\"'\s$]+)", code, re.MULTILINE)
    failure, surely = _failure(text)
    return Activation(
        exports=tuple(name for name in exports if not USUAL_EXPORTS.fullmatch(name)),
        sources=tuple(dict.fromkeys(SOURCE.findall(code))),
        sets_path="PATH" in EXPORT.findall(code),
        prefix=prefix[1] if prefix else "",
        empty=not code.strip(),
        failure=failure,
        fails_surely=surely,
    )


def _failure(text: str) -> tuple[str, bool]:
    # A here-document may hold anything; such scripts are not judged.
    if HERE_DOCUMENT.search(text):
        return "", False
    windows = ", with the line ends of Windows" if "\r\n" in text else ""
    closing: list[str] = []
    last = ""
    strict = ""
    for statement in _statements(text):
        if statement is None:
            return f"a quote that is not closed{windows}", True
        # An empty line with the line end of Windows is no blank to the shell's reader, and holds no word.
        word = statement.split(None, 1)[0] if statement.strip() else ""
        if closing and re.fullmatch(rf"{re.escape(closing[-1])}(?:\s*[&|<>;\d].*)?", statement, re.DOTALL):
            closing.pop()
            last = ""
            continue
        if FUNCTION.fullmatch(statement):
            closing.append("}")
            last = ""
            continue
        if word in OPENING:
            closing.append(OPENING[word])
            last = ""
            continue
        if closing:
            continue
        last = statement
        if LEAVING.fullmatch(statement):
            return f"`{_short(statement)}`", True
        if GIVING_UP.fullmatch(statement):
            return f"`{_short(statement)}`, when the image does not have that", False
        if re.fullmatch(r"return(?:\s+0+)?", statement):
            return "", False
        if STRICT.fullmatch(statement):
            strict = statement
        elif strict:
            unset = _unset(statement, text)
            if unset:
                return f"`{_short(strict)}` and then `${unset}`, which may not be set", False
    if closing:
        return f"a block without its `{closing[-1]}`{windows}", True
    if last == "false":
        return "`false` at its end", True
    if "||" not in last and TEST.fullmatch(last):
        return f"a test at its end, `{_short(last)}`", False
    if "||" not in last and (FOREIGN_COMMAND.fullmatch(last) or OUTSIDE_FILE.fullmatch(last)):
        return f"`{_short(last)}` at its end, which the image may not have", False
    return "", False


def _unset(statement: str, text: str) -> str:
    assigned = set(ASSIGNED_NAME.findall(text))
    for bare, braced in USED_NAME.findall(re.sub(r"'[^']*'", "", statement)):
        name = bare or braced
        if name not in assigned and name not in KNOWN_NAMES:
            return str(name)
    return ""


def _short(statement: str) -> str:
    line = " ".join(statement.split())
    return line if len(line) <= 50 else line[:49] + "…"


def _statements(text: str) -> Iterator[str | None]:
    """Statements in order, without comments; words that open and close blocks stand alone. None for an open quote."""
    part: list[str] = []
    nesting: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        top = nesting[-1] if nesting else ""
        if top == "'":
            if char == "'":
                nesting.pop()
        elif char == "\\":
            if text[position + 1 : position + 2] == "\n" and not nesting:
                position += 2
                continue
            part.append(text[position : position + 2])
            position += 2
            continue
        elif char in ('"', "`"):
            if top == char:
                nesting.pop()
            else:
                nesting.append(char)
        elif char == "'" and top != '"':
            nesting.append("'")
        elif text.startswith(("$(", "${"), position):
            nesting.append(")" if text[position + 1] == "(" else "}")
            part.append(text[position : position + 2])
            position += 2
            continue
        elif nesting and char == top and char in ")}":
            nesting.pop()
        elif char == "(" and top == ")":
            nesting.append(")")
        elif char == "#" and top not in ('"', "}") and (position == 0 or text[position - 1] in " \t\n;"):
            end = text.find("\n", position)
            position = len(text) if end == -1 else end
            continue
        elif not nesting and (char == "\n" or (char == ";" and text[position - 1 : position] != ";")):
            yield from _split("".join(part))
            part = []
            position += 1
            continue
        part.append(char)
        position += 1
    if nesting:
        yield None
        return
    yield from _split("".join(part))


def _split(statement: str) -> Iterator[str]:
    """``then X``, ``do X`` and ``{ X`` as two statements."""
    statement = statement.strip(" \t;")
    while statement:
        word, _, rest = statement.partition(" ")
        if word in ("then", "do", "else", "{"):
            if word == "{":
                yield "{"
            statement = rest.strip(" \t")
            continue
        if word == "elif":
            return
        yield statement
        return
