"""Which modules a model.py surely imports, and when: at import, in ``initialize``, or with every request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_flow import completes, guarded, unconditional
from tritonlint.inputs.python_tree import Alias, Import, ImportFrom
from tritonlint.remember import remembered
from tritonlint.source import Span

When = Literal["load", "request"]

# Whatever may change what can be imported, or install it: then nothing is sure any more.
CHANGES_IMPORTS = re.compile(
    r"\b(?:sys\.(?:path|modules|meta_path|path_hooks)\b|from sys import\b|importlib\b|subprocess\b"
    r"|os\.(?:system|popen|exec\w*|chdir)\b|site\.|__import__\b|pip\b|(?<!\.)exec\(|runpy\b|zipimport\b|pkgutil\b"
    r"|__path__\b)"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """One module that is imported. ``members`` are what ``from module import …`` asks of it."""

    module: str
    span: Span
    members: tuple[Alias, ...]
    when: When


@remembered
def changes_imports(python: PythonFacts) -> bool:
    """Whether the file has something that may change where modules are found."""
    return CHANGES_IMPORTS.search(python.text) is not None


def sure_imports(python: PythonFacts) -> Iterator[Imported]:
    """Absolute imports that every load, or every request, comes by; those in a ``try`` or below a condition are not."""
    if python.error is not None:
        return
    for statement in python.body:
        if isinstance(statement, Import | ImportFrom):
            yield from _imported(statement, "load")
        elif not completes((statement,)):
            return
    if python.class_status != "defined" or not python.bases_known:
        return
    times: tuple[tuple[str, When], ...] = (("__init__", "load"), ("initialize", "load"), ("execute", "request"))
    for name, when in times:
        method = python.method(name)
        if method is None or any(binding.kind != "function" for binding, _ in python.attributes.get(name, ())):
            continue
        for node in python.walk_function(method, Import, ImportFrom):
            if unconditional(method, node) and not guarded(python.body, node):
                yield from _imported(node, when)


def _imported(statement: Import | ImportFrom, when: When) -> Iterator[Imported]:
    if isinstance(statement, Import):
        for alias in statement.names:
            yield Imported(alias.name, alias.span, (), when)
    elif not statement.module.startswith("."):
        # The module's own place is not kept: it stands between the keywords.
        yield Imported(statement.module, statement.span, statement.names, when)
