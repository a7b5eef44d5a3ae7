"""Imports of the modules that lie beside model.py: they are played as Python imports them.

The server puts the version folder and the model's folder behind everything else on ``sys.path``, and imports the
model file out of the version folder as a package. So ``import text`` and ``from .text import x`` give two modules
of one file, each with its own state (seen on 24.10). Which file a name stands for is for ``find`` to say; what it
does not know stays a library of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable

from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_api import pb_api
from tritonlint.inputs.python_imports import MAX_REACHED, rearranges_modules
from tritonlint.inputs.python_load import names_from_elsewhere
from tritonlint.inputs.rehearsal.calls import PbMethod
from tritonlint.inputs.rehearsal.expressions import Expressions
from tritonlint.inputs.rehearsal.library_calls import PbCall
from tritonlint.inputs.rehearsal.objects import Cls, Module, Scope
from tritonlint.inputs.rehearsal.outcome import RaisedError
from tritonlint.inputs.rehearsal.trail import ABSENT
from tritonlint.inputs.rehearsal.values import UNKNOWN, Library, Seq, Value
from tritonlint.inputs.rehearsal.ways import Activation
from tritonlint.source import Span

Find = Callable[[str], PythonFacts | None]
"""Finds a module beside the model file by the name that it is imported by."""


class Imports(Expressions):
    """Plays imports."""

    def __init__(
        self, python: PythonFacts, has_member: Callable[[Value, str], bool], pb_call: PbCall, pb_method: PbMethod
    ) -> None:
        super().__init__(python, has_member, pb_call, pb_method)
        self.find: Find = lambda _: None
        self._rearranged: bool | None = None
        """Whether something may have changed which file a name stands for; None before anybody asked."""
        self.constants: list[Cls] = []
        """Dataclasses, of which other modules may set attributes."""

    def _bind(self, name: str, value: Value, scope: Scope) -> None:
        self.put(scope.elsewhere.get(name, scope).vars, name, value)

    def _s_import(self, node: tree.Import, scope: Scope) -> str | None:
        for alias in node.names:
            whole = alias.bound == alias.name.split(".")[0]
            first, last = self._imported(alias.name, alias.span)
            if first is None:
                self._bind(alias.bound, Library(alias.bound if whole else alias.name), scope)
            else:
                self._bind(alias.bound, first if whole else last, scope)
        return None

    def _s_import_from(self, node: tree.ImportFrom, scope: Scope) -> str | None:
        name = self._absolute(node)
        found = self._imported(name, node.span)[1] if name.strip(".") else None
        if isinstance(found, Module) and node.star:
            self._bind_all(found, scope)
        for alias in node.names:
            if node.module == PB_MODULE and self.phase == "import" and alias.name in pb_api().injected:
                raise self.fail("ImportError", f"cannot import name '{alias.name}' from '{PB_MODULE}'", alias.span)
            if isinstance(found, Module) and alias.name in found.scope.vars and not found.open:
                value = found.scope.vars[alias.name]
            elif (value := self._inner(found, name, alias)) is None:
                value = self.constant(f"{node.module}.{alias.name}")
            self._bind(alias.bound, value, scope)
        return None

    def _absolute(self, node: tree.ImportFrom) -> str:
        """The name that ``from …`` leads to: those of the model file's own folder begin with a dot."""
        written = node.module.lstrip(".")
        dots = len(node.module) - len(written)
        if not dots:
            return written
        package = self.module.package
        if not package:
            raise self.fail("ImportError", "attempted relative import with no known parent package", node.span)
        for _ in range(dots - 1):
            package = package.rpartition(".")[0] or ("." if package[1:] and package[0] == "." else "")
        if not package:
            return ""  # Beyond the outermost package.
        return f"{package.rstrip('.')}.{written}" if written else package

    def _imported(self, name: str, span: Span) -> tuple[Value, Value]:
        """The module that the first part of a dotted name stands for, and that of all parts; None for a library."""
        dot, parts = "." if name.startswith(".") else "", name.lstrip(".").split(".")
        outer = first = None
        for number, part in enumerate(parts, 1):
            found = self._module(dot + ".".join(parts[:number]), span)
            if number == 1:
                first = found
            elif isinstance(outer, Module):
                self.put(outer.scope.vars, part, UNKNOWN if found is None else found)
            if not isinstance(found, Module):
                # A package may have a module that is not found here, but it is no library then.
                return first, None if first is None else UNKNOWN
            outer = found
        return first, outer

    def _module(self, name: str, span: Span) -> Value:
        """A module beside the model file, played when it is imported for the first time."""
        if name in self.modules:
            return self.modules[name]
        python = self.find(name) if len(self.modules) < MAX_REACHED else None
        if python is None:
            return None
        if self._rearranged is None:
            self._rearranged = rearranges_modules(self.main.python)
        if self._rearranged:
            return None
        if python.error is not None or rearranges_modules(python):
            # Whatever it does to the others is not seen.
            self._rearranged = True
            for one in self.modules.values():
                if isinstance(one, Module):
                    one.forget()
            return UNKNOWN
        return self._play_module(Module(python, name, from_elsewhere=names_from_elsewhere(python)), span)

    def is_beside(self, name: str) -> bool:
        """Whether the full name of something is that of a module beside the model file, or of what is in it."""
        return name.startswith(".") or self.find(name.split(".", maxsplit=1)[0]) is not None

    def _play_module(self, module: Module, span: Span) -> Value:
        if module.python not in self.played:
            self._know(module.python)
        folder = self.main.python.path.replace("\\", "/").split("/")[-2:-1]
        module.scope.vars["__name__"] = module.name if module.name[0] != "." else "".join(folder) + module.name
        self.put(self.modules, module.name, module)
        outer, maybe, self.activation = self.activation, self.maybe, Activation()
        self.maybe += self.diverted_in(outer)
        try:
            with self.inside(module, span):
                self.run(module.python.body, module.scope)
        except RaisedError:
            # The next import tries it again.
            self.put(self.modules, module.name, ABSENT)
            raise
        finally:
            self.activation, self.maybe = outer, maybe
        return module

    def _know(self, python: PythonFacts) -> None:
        """Look at a file as a whole, as far as what is known of others depends on it."""
        self.played.append(python)
        self.know_functions(python)
        self._attributes = None
        for cls in self.constants:
            cls.constant = cls.constant and (cls.named_tuple or not sets_attributes(python, cls.node))

    def _inner(self, found: Value, name: str, alias: tree.Alias) -> Value:
        """What ``from name import …`` gives where no name of the module is meant: a module of the package."""
        inner = None
        if name == "." or (isinstance(found, Module) and found.package == name):
            inner = self._imported(f"{name.rstrip('.')}.{alias.name}", alias.span)[1]
        if inner is None and isinstance(found, Module):
            return UNKNOWN
        return found if inner is None else inner

    def _bind_all(self, module: Module, scope: Scope) -> None:
        """``from module import *``."""
        held = dict(module.scope.vars)
        public = held.get("__all__", Seq("list", [name for name in held if not name.startswith("_")]))
        listed = isinstance(public, Seq) and not public.open and all(isinstance(name, str) for name in public.items)
        if listed and not module.open:
            self.steps += len(public.items)
            for name in public.items:
                self._bind(name, held.get(name, UNKNOWN), scope)
        else:
            # Any of these names may stand for another thing from now on.
            self.steps += len(held)
            for name in held:
                self._bind(name, UNKNOWN, scope)


def sets_attributes(python: PythonFacts, node: tree.Class) -> bool:
    """Whether a file, or the methods of a class in it, may set attributes of the objects of that class."""
    if "setattr" in python.identifiers or "__dict__" in python.identifiers:
        return True
    for assign in python.walk(tree.Assign):
        for target in assign.targets:
            of_self = isinstance(target, tree.Attribute) and tree.dotted(target.value) == "self"
            within = python.path == node.span.path and tree.lies_in(assign, node)
            if isinstance(target, tree.Attribute) and (not of_self or within):
                return True
    return False
