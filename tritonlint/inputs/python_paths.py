"""Paths in the code of model.py that lead to files of the model."""

from __future__ import annotations

import posixpath

from tritonlint.inputs.python import Frame, PythonFacts
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Attribute, Binary, Call, Constant, Expr, FString, Name, Subscript

NAME, VERSION = "<name>", "<version>"
"""Stand in a path for the name of the model, and for its version."""
WRAPPERS = frozenset({"pathlib.Path", "str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath"})
_DEEPEST = 6


def path_inside(python: PythonFacts, expr: Expr, frame: Frame, depth: int = 0) -> str | None:
    """The path within the model's folder that an expression means, "" for the folder itself."""
    if depth > _DEEPEST:
        return None
    if isinstance(expr, FString) or (isinstance(expr, Binary) and expr.operator == "+"):
        root, *others = _pieces(expr)
        rest = [_part(python, part) for part in others]
        text = "".join(part or "" for part in rest)
        start = path_inside(python, root, frame, depth + 1) if text.startswith("/") and None not in rest else None
        return posixpath.normpath(start + text).lstrip("/") if start is not None else None
    if isinstance(expr, Binary) and expr.operator == "/":
        return _joined(python, path_inside(python, expr.left, frame, depth + 1), [expr.right])
    if isinstance(expr, Name) and expr.id == "__file__":
        return f"{VERSION}/{python.path.rpartition('/')[2]}"
    if isinstance(expr, Attribute) and expr.attr == "parent":
        whole = path_inside(python, expr.value, frame, depth + 1)
        return posixpath.dirname(whole) if whole else None
    if isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr in {"resolve", "absolute"}:
        return path_inside(python, expr.func.value, frame, depth + 1)
    if isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr == "with_name":
        whole = path_inside(python, expr.func.value, frame, depth + 1)
        return _joined(python, posixpath.dirname(whole), [one.value for one in expr.arguments]) if whole else None
    if isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr == "joinpath":
        return _joined(
            python, path_inside(python, expr.func.value, frame, depth + 1), [one.value for one in expr.arguments]
        )
    if isinstance(expr, Call) and not expr.arguments and python.pb_name(expr.func, frame) == "get_model_dir":
        return VERSION
    if isinstance(expr, Call) and expr.arguments and expr.certain:
        name = python.qualified(expr.func, frame)
        if name == "os.path.dirname":
            whole = path_inside(python, expr.arguments[0].value, frame, depth + 1)
            return posixpath.dirname(whole) if whole else None
        if name == "os.path.join" or (name in WRAPPERS and len(expr.arguments) == 1) or name == "pathlib.Path":
            first = path_inside(python, expr.arguments[0].value, frame, depth + 1)
            return _joined(python, first, [argument.value for argument in expr.arguments[1:]])
        if isinstance(expr.func, Attribute) and expr.func.attr == "get":
            key = expr.argument(0)
            return "" if isinstance(key, Constant) and key.value == "model_repository" else None
        return None
    if isinstance(expr, Subscript):
        key = expr.items[0]
        return "" if isinstance(key, Constant) and key.value == "model_repository" else None
    given = objects_of(python).arguments_for(expr) if isinstance(expr, Name) and expr.id in frame.bindings else None
    if given is not None:
        paths = {path_inside(python, one, python.frame_at(one), depth + 1) for one in given}
        return paths.pop() if len(paths) == 1 else None
    sources = python.follow(expr, frame)
    if sources is None or len(sources) != 1 or sources[0][0] is expr:
        return None
    return path_inside(python, sources[0][0], sources[0][1], depth + 1)


def _pieces(expr: Expr) -> list[Expr]:
    """What a text is put together from, in order."""
    if isinstance(expr, FString) and expr.parts:
        return [piece for part in expr.parts for piece in _pieces(part)]
    if isinstance(expr, Binary) and expr.operator == "+":
        return [*_pieces(expr.left), *_pieces(expr.right)]
    return [expr]


def _part(python: PythonFacts, part: Expr) -> str | None:
    """The text that is put behind a path; the model's name and version stand for themselves."""
    if isinstance(part, Subscript) and isinstance(part.items[0], Constant):
        return {"model_name": NAME, "model_version": VERSION}.get(str(part.items[0].value))
    known = python.strings(part)
    if known is None and isinstance(part, Name):
        handed = objects_of(python).always_given(part) or ()
        known = python.strings(handed[0]) if len(handed) == 1 else None
    return known[0] if known is not None and len(known) == 1 else None


def _joined(python: PythonFacts, start: str | None, parts: list[Expr]) -> str | None:
    texts = [text for text in (_part(python, part) for part in parts) if text is not None]
    return posixpath.normpath(posixpath.join(start, *texts)) if start is not None and len(texts) == len(parts) else None
