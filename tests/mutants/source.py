"""A model.py in which faults are planted: Python's own tree with the text behind each node."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """The text of a model.py and its tree. Raises SyntaxError."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        # Columns of ast count bytes.
        self._bytes = text.encode()
        self._lines = [0]
        for line in self._bytes.split(b"\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def nodes(self, *kinds: type[Node], below: ast.AST | None = None) -> Iterator[Node]:
        """All nodes of some kinds, of the file or below one of them."""
        return (node for node in ast.walk(below or self.tree) if isinstance(node, kinds))

    def calls(self, *names: str, below: ast.AST | None = None) -> Iterator[ast.Call]:
        """Calls of functions and methods with one of these names."""
        return (call for call in self.nodes(ast.Call, below=below) if name_of(call.func) in names)

    def method(self, name: str) -> Function | None:
        """The first function of this name."""
        functions = (node for node in ast.walk(self.tree) if isinstance(node, Function))
        return next((function for function in functions if function.name == name), None)

    def request_loops(self) -> Iterator[ast.For]:
        """Loops over ``requests``."""
        return (loop for loop in self.nodes(ast.For) if self.text(loop.iter) == "requests")

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around."""
        return self._parents.get(node)

    def function_of(self, node: ast.AST) -> Function | None:
        """The function around."""
        above = self._parents.get(node)
        while above is not None and not isinstance(above, Function):
            above = self._parents.get(above)
        return above

    def text(self, node: ast.AST) -> str:
        """A node as it is written."""
        start, end = self._place(node)
        return self._bytes[start:end].decode()

    def with_text(self, node: ast.AST, new: str) -> str:
        """The file with something else in place of a node."""
        start, end = self._place(node)
        return (self._bytes[:start] + new.encode() + self._bytes[end:]).decode()

    def with_line_before(self, statement: ast.stmt, line: str) -> str:
        """The file with one more line in front of a statement."""
        start, _ = self._place(statement)
        indent = "\n" + " " * statement.col_offset
        return (self._bytes[:start] + (line + indent).encode() + self._bytes[start:]).decode()

    def moved_to_column(self, statement: ast.stmt, column: int) -> str:
        """The file with the lines of a statement moved to another column."""
        start, end = self._place(statement)
        first = self._bytes.rfind(b"\n", 0, start) + 1
        shift = column - statement.col_offset
        lines = self._bytes[first:end].decode().split("\n")
        moved = [" " * shift + line if shift > 0 else line[-shift:] for line in lines]
        return (self._bytes[:first] + "\n".join(moved).encode() + self._bytes[end:]).decode()

    def without_argument(self, call: ast.Call, argument: ast.AST) -> str:
        """The file with an argument of a call left out."""
        kept = [self.text(each) for each in (*call.args, *call.keywords) if each is not argument]
        return self.with_text(call, f"{self.text(call.func)}({', '.join(kept)})")

    def _place(self, node: ast.AST) -> tuple[int, int]:
        # Every node that is asked for has a place.
        assert isinstance(node, ast.stmt | ast.expr | ast.keyword | ast.arg | ast.ExceptHandler)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.lineno - 1] + node.col_offset, self._lines[node.end_lineno - 1] + node.end_col_offset


def name_of(function: ast.expr) -> str:
    """The last name of ``a.b.c``."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
