"""A model class that a model file gets from a module beside it, where nothing but that class can be meant."""

from __future__ import annotations

import re
from collections.abc import Callable

from tritonlint.inputs.python import MODEL_CLASS, ClassBeside, PythonFacts
from tritonlint.inputs.python_imports import MAX_REACHED, THIRD_PARTY, rearranges_modules
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Expr,
    Import,
    ImportFrom,
    Name,
    Scope,
    dotted,
    last_name,
)
from tritonlint.standard_library import is_standard

Find = Callable[[str, str], PythonFacts | None]

_HOOK = "auto_complete_config"
_HIDES = re.compile(
    r"\b(?:setattr|globals|locals|vars|exec|eval)\s*\(|__dict__|__class__\s*=|__init_subclass__|\b__new__\b"
    r"|__getattribute__|\bmetaclass\s*=(?!\s*(?:abc\.)?ABCMeta\b)"
)
"""What may put something else in the place of a class or of its methods."""
_HARMLESS = frozenset({"dataclasses.dataclass", "typing.final"})
_ROOTS = frozenset({"object", "ABC", "abc.ABC"})


def class_beside(python: PythonFacts, find: Find) -> ClassBeside | None:
    """The class, if the file surely gets it from a module that defines it plainly and nothing replaces it.

    ``find`` gives the module that a file gets by a name, if it is surely one of the model.
    """
    if python.error is not None or not _is_plain(python):
        return None
    lineage: list[tuple[PythonFacts, Class]] = []
    if not _follow(python, MODEL_CLASS, "", python, find, lineage) or lineage[0][0] is python:
        return None
    files = {one.path: one for one, _ in lineage}
    files[python.path] = python
    for one, cls in lineage:
        calls = [decorator.func if isinstance(decorator, Call) else decorator for decorator in cls.decorators]
        if any(one.qualified(call) not in _HARMLESS for call in calls):
            return None
    names = {cls.name for _, cls in lineage} | {MODEL_CLASS}
    for file in files.values():
        for target in (target for assign in file.walk(Assign) for target in assign.targets):
            if isinstance(target, Attribute) and (target.attr in names or last_name(target.value) in names):
                return None  # `impl.Scaler = …`, `Scaler.execute = …`
    return ClassBeside(lineage[0][1].span, not any(_HOOK in file.text for file in files.values()))


def _is_plain(python: PythonFacts) -> bool:
    """Whether all names of a file are bound where they seem to be."""
    stars = any(statement.star for statement in python.walk(ImportFrom))
    return not stars and not rearranges_modules(python) and not _HIDES.search(python.text)


def _follow(
    main: PythonFacts, name: str, module: str, python: PythonFacts, find: Find, lineage: list[tuple[PythonFacts, Class]]
) -> bool:
    """Put the class that a name of a file stands for, and its bases, into ``lineage``; whether all of it is sure.

    ``module`` is what the file is imported by; empty for the model file.
    """
    for _ in range(MAX_REACHED):
        first, _, rest = name.partition(".")
        bindings = python.frames[0].bindings.get(first, [])
        if len(bindings) != 1 or any(first in scope.names for scope in python.walk(Scope)):
            return False
        kind, expr = bindings[0].kind, bindings[0].expr
        if kind == "class" and not rest:
            cls = next((one for one in python.body if isinstance(one, Class) and one.name == first), None)
            if cls is None or len(lineage) >= MAX_REACHED:
                return False
            lineage.append((python, cls))
            return all(_base(main, base, module, python, find, lineage) for base in cls.bases)
        if kind == "value" and isinstance(expr, (Name, Attribute)):
            plain = any(isinstance(one, Assign) and one.value is expr and not one.operator for one in python.body)
            named = dotted(expr)
            if not plain or named is None:
                return False
            name = f"{named}.{rest}" if rest else named
            continue
        if kind != "import":
            return False
        whole = _imported(python, first, module)
        if whole is None:
            return False
        module, _, name = (f"{whole}.{rest}" if rest else whole).rpartition(".")
        found = find(main.path, module) if module.strip(".") else None
        if found is None or found.error is not None or found is python or not _is_plain(found):
            return False
        python = found
    return False


def _base(
    main: PythonFacts,
    base: Expr,
    module: str,
    python: PythonFacts,
    find: Find,
    lineage: list[tuple[PythonFacts, Class]],
) -> bool:
    """Whether a base is known, or one of a library that leaves methods alone."""
    name = dotted(base)
    if name is None:
        return False
    if name in _ROOTS:
        return True
    first = name.partition(".")[0]
    bindings = python.frames[0].bindings.get(first, [])
    if len(bindings) == 1 and bindings[0].kind == "import":
        top = bindings[0].target.partition(".")[0]
        if is_standard(top) or top in THIRD_PARTY:
            return True
    return _follow(main, name, module, python, find, lineage)


def _imported(python: PythonFacts, name: str, module: str) -> str | None:
    """The full name of what an import in the body of a file binds; None for what is not sure."""
    for statement in python.body:
        if isinstance(statement, Import):
            for alias in statement.names:
                if alias.bound == name:
                    return alias.bound if name == alias.name.partition(".")[0] else alias.name
        elif isinstance(statement, ImportFrom):
            for alias in statement.names:
                if alias.bound == name:
                    package = _package(python, statement.module, module)
                    return None if package is None else f"{package.rstrip('.')}.{alias.name}"
    return None


def _package(python: PythonFacts, written: str, module: str) -> str | None:
    """The full name of the module in ``from … import``."""
    name = written.lstrip(".")
    dots = len(written) - len(name)
    if dots == 0:
        return name
    if dots > 1:
        return None
    if not module:
        package = "."
    elif python.path.endswith("__init__.py"):
        package = module
    else:
        package = module.rpartition(".")[0] or ("." if module.startswith(".") else "")
    if not package:
        return None  # It raises.
    return f"{package.rstrip('.')}.{name}" if name else package
