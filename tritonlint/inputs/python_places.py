"""Where the nodes of a libcst tree stand, as character offsets.

The same places as libcst's PositionProvider states (white space around a node left out), which takes several times
as long: it rebuilds the tree on the way, and counts lines and columns that nothing here needs.
"""

from __future__ import annotations

from types import TracebackType
from typing import TypeAlias

import libcst as cst
from libcst._nodes.internal import CodegenState

Places: TypeAlias = dict[int, tuple[int, int]]
"""Start and end of every node, by the node's ``id``; good as long as the tree lives."""


def places_of(module: cst.Module) -> Places:
    """The place of every node, from writing the module out once."""
    state = _Writer(module.default_indent, module.default_newline)
    module._codegen(state)  # what Module.code calls, with a state that counts
    return state.places


class _Writer(CodegenState):
    """Writes nothing, but knows where it stands."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.places: Places = {}
        self.at = 0
        self.starts: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.at += len(token)

    def add_token(self, value: str) -> None:
        self.at += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts.append(self.at)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.starts.pop()
        # A place that the node recorded itself is without the white space around it.
        self.places.setdefault(id(node), (start, self.at))

    def record_syntactic_position(  # type: ignore[override]  # any context manager does
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)


class _Recording:
    __slots__ = ("end_node", "node", "start", "start_node", "writer")

    def __init__(
        self, writer: _Writer, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self.writer = writer
        self.node = node
        self.start_node = start_node
        self.end_node = end_node
        self.start = 0

    def __enter__(self) -> None:
        self.start = self.writer.at

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        places = self.writer.places
        start = self.start if self.start_node is None else places[id(self.start_node)][0]
        end = self.writer.at if self.end_node is None else places[id(self.end_node)][1]
        places[id(self.node)] = start, end
