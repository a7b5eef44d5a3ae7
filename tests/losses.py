"""What the rehearsal does not know of models: ``python -m tests.losses [FOLDER…] [--list LOSS]``.

Most faults that are missed are missed because a value was lost long before. This plays every model of the folders (of
the correct ones in ``tests/blind`` without any) and lists the expressions where a value is lost first: their operands
are known, their result is not. ``value`` is nothing known at all, ``dtype`` and ``shape`` are what an array lacks.
``--list "shape np.array()"`` gives the places of one loss.

A value that is lost where two ways are joined shows up nowhere: its name is unknown from then on.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.blind import HELD_BACK, RELEASE, SETS, set_names
from tritonlint import cache
from tritonlint.engine import check_paths
from tritonlint.example import parse_example
from tritonlint.inputs import python_tree as tree
from tritonlint.inputs.rehearsal import expressions, pb_utils
from tritonlint.inputs.rehearsal.values import Array, Unknown, Value
from tritonlint.settings import Settings

ANY_RULE_THAT_ASKS = frozenset({"TLP030"})
LEAST = 3
"""Models that have to share a loss for it to be listed."""

Handler = Callable[[Any, Any, Any], Value]


@dataclass(slots=True)
class Losses:
    """``places`` by loss and construct, each with its source; ``tensors`` by what is known of their arrays."""

    places: dict[str, dict[tuple[str, int], str]] = field(default_factory=lambda: defaultdict(dict))
    tensors: Counter[str] = field(default_factory=Counter)
    _open: list[set[str]] = field(default_factory=list)

    def watched(self, kind: type, handler: Handler) -> Handler:
        """A handler of expressions that notes what is lost in it, and not in a part of it."""

        def watch(machine: Any, node: Any, scope: Any) -> Value:
            self._open.append(set())
            try:
                value = handler(machine, node, scope)
            finally:
                lost_before = self._open.pop()
            lost = _lost(value)
            if lost and kind is not tree.Name and lost not in lost_before and "value" not in lost_before:
                text = machine.python.text
                place = machine.python.path, text.count("\n", 0, node.span.start) + 1
                self.places[f"{lost} {_construct(node)}"].setdefault(place, _shown(text, node))
            if self._open and lost:
                self._open[-1].add(lost)
            return value

        return watch

    def counted(self, handler: Any) -> Any:
        """The maker of tensors, with what is known of each."""

        def count(own: Any, args: list[Value], kwargs: dict[str, Value], node: Any) -> Value:
            if len(args) == 2:
                value = args[1]
                self.tensors["no value" if not isinstance(value, Array) else _lost(value) or "known"] += 1
            return handler(own, args, kwargs, node)

        return count


def _lost(value: Value) -> str:
    if isinstance(value, Unknown) and value.type is None:
        return "value"
    if isinstance(value, Array):
        return "dtype" if value.dtype is None else "shape" if value.shape is None else ""
    return ""


def _construct(node: tree.Expr) -> str:
    if isinstance(node, tree.Call):
        return f"{_construct(node.func)}()"
    if isinstance(node, tree.Attribute):
        # The module tells more of a function than any other owner does of a method.
        owner = node.value.id if isinstance(node.value, tree.Name) else ""
        return f"{owner if owner in {'np', 'numpy', 'pb_utils', 'json'} else ''}.{node.attr}"
    return node.id if isinstance(node, tree.Name) else type(node).__name__


def _shown(text: str, node: tree.Expr) -> str:
    return " ".join(text[node.span.start : node.span.end].split())[:100]


def losses(folders: list[str]) -> Losses:
    """Play the models below folders."""
    cache.disable()
    found = Losses()
    handlers = {kind: found.watched(kind, handler) for kind, handler in expressions._EXPRESSIONS.items()}
    tensor = {"Tensor": found.counted(pb_utils._CALLS["Tensor"])}
    with patch.dict(expressions._EXPRESSIONS, handlers), patch.dict(pb_utils._CALLS, tensor):
        check_paths(folders, Settings(triton_version=RELEASE, select=ANY_RULE_THAT_ASKS))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", metavar="FOLDER")
    parser.add_argument("--list", metavar="LOSS", help="where this is lost")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folders = options.folders
        for name in () if folders else set_names():
            if name not in HELD_BACK:
                parse_example((SETS / f"{name}.txt").read_text(encoding="utf-8")).write(Path(place, name))
                parts = (Path(place, name, part) for part in ("correct", "mended"))
                folders += [str(part) for part in parts if part.is_dir()]
        found = losses(folders)
    if options.list:
        for (path, line), source in found.places[options.list].items():
            print(f"{path.removeprefix(place)}:{line}: {source}")
        return
    total = found.tensors.total()
    print("output tensors:", ", ".join(f"{kind} {n} ({100 * n // total} %)" for kind, n in found.tensors.most_common()))
    models = {loss: len({path for path, _ in places}) for loss, places in found.places.items()}
    for loss, count in sorted(models.items(), key=lambda one: -one[1]):
        if count >= LEAST:
            print(f"{count:4} models: {loss:36} {' | '.join(list(found.places[loss].values())[:3])}")


if __name__ == "__main__":
    main()
