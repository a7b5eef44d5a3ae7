"""Slips with what several requests, or several rows, bring: places, sizes, axes and turns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.mutants.source import Source, name_of

_REDUCTIONS = frozenset({"mean", "sum", "min", "argmax", "argmin", "std", "norm", "any", "all", "prod"})
"""What answers with other numbers over all rows; a maximum mostly only shifts a softmax."""


def first_request_for_all(source: Source) -> Iterator[str]:
    """An input is read of the first request in every turn."""
    for loop in source.request_loops():
        for call in source.calls("get_input_tensor_by_name", below=loop):
            if isinstance(loop.target, ast.Name) and source.text(call.args[0]) == loop.target.id:
                yield source.with_text(call.args[0], "requests[0]")


def error_made_before_loop(source: Source) -> Iterator[str]:
    """One error is made in front of the loop, for every request that is refused."""
    for loop in source.request_loops():
        for call in source.calls("TritonError", below=loop):
            names = {node.id for node in source.nodes(ast.Name, below=call)}
            # A stream takes the text of an error alone.
            if names <= {"pb_utils", "self"} and "get_response_sender" not in source.text(loop):
                found = Source(source.with_text(call, "refusal"))
                again = next(one for one in found.request_loops() if one.lineno == loop.lineno)
                yield found.with_line_before(again, f"refusal = {source.text(call)}")


def start_not_moved(source: Source) -> Iterator[str]:
    """The place in a batch is not moved on."""
    for _, _, move in _moved_cuts(source):
        yield source.with_text(move, "pass")


def start_moved_by_one(source: Source) -> Iterator[str]:
    """The place in a batch is moved on by one, whatever was taken."""
    for _, _, move in _moved_cuts(source):
        if source.text(move.value) != "1":
            yield source.with_text(move.value, "1")


def start_left_out(source: Source) -> Iterator[str]:
    """``rows[:size]`` in place of ``rows[start : start + size]``."""
    for cut, size, _ in _moved_cuts(source):
        yield source.with_text(cut, f"{source.text(cut.value)}[:{size}]")


def slice_ends_at_size(source: Source) -> Iterator[str]:
    """``rows[start:size]`` in place of ``rows[start : start + size]``."""
    for cut, size, move in _moved_cuts(source):
        yield source.with_text(cut, f"{source.text(cut.value)}[{source.text(move.target)}:{size}]")


def slice_one_too_long(source: Source) -> Iterator[str]:
    """``rows[start : start + size + 1]``."""
    for cut, size, move in _moved_cuts(source):
        start = source.text(move.target)
        yield source.with_text(cut, f"{source.text(cut.value)}[{start} : {start} + {size} + 1]")


def split_at_sizes(source: Source) -> Iterator[str]:
    """``np.split`` is given sizes in place of places."""
    for call in source.calls("split"):
        for inner in source.calls("cumsum", below=call):
            if len(call.args) > 1 and inner.args:
                yield source.with_text(call.args[1], source.text(inner.args[0]))


def axis_left_out(source: Source) -> Iterator[str]:
    """A number of each row becomes one of all rows."""
    for call in source.calls(*_REDUCTIONS):
        for keyword in call.keywords:
            if keyword.arg == "axis":
                yield source.without_argument(call, keyword)


def first_row_taken(source: Source) -> Iterator[str]:
    """``as_numpy()[0]`` in place of ``as_numpy()``."""
    for call in source.calls("as_numpy"):
        if not isinstance(source.parent(call), ast.Subscript | ast.Attribute):
            yield source.with_text(call, f"{source.text(call)}[0]")


def dimension_lost(source: Source) -> Iterator[str]:
    """``[:, None]`` or ``.reshape(-1, 1)`` is left out."""
    for node in source.nodes(ast.Subscript):
        if source.text(node.slice) in {":, None", ":, np.newaxis", "None", "None, :"}:
            yield source.with_text(node, source.text(node.value))
    for call in source.calls("reshape"):
        if isinstance(call.func, ast.Attribute) and [source.text(one) for one in call.args] == ["-1", "1"]:
            yield source.with_text(call, source.text(call.func.value))


def answered_per_row(source: Source) -> Iterator[str]:
    """The response is appended in the loop over the rows."""
    for loop in source.request_loops():
        for inner, behind in zip(loop.body, loop.body[1:], strict=False):
            if isinstance(inner, ast.For) and source.text(behind).startswith("responses.append(pb_utils.Inference"):
                yield source.moved_to_column(behind, inner.body[0].col_offset)


def break_for_continue(source: Source) -> Iterator[str]:
    """``break`` behind an error response: those after it get none."""
    for loop in source.request_loops():
        for statement in source.nodes(ast.Continue, below=loop):
            if _loop_of(source, statement) is loop:
                yield source.with_text(statement, "break")


def return_for_continue(source: Source) -> Iterator[str]:
    """``return responses`` behind an error response: those after it get none."""
    execute = source.method("execute")
    last = execute.body[-1] if execute is not None else None
    for loop in source.request_loops():
        for statement in source.nodes(ast.Continue, below=loop):
            inside = execute is not None and loop in execute.body and _loop_of(source, statement) is loop
            if inside and isinstance(last, ast.Return) and isinstance(last.value, ast.Name):
                yield source.with_text(statement, source.text(last))


def turns_exchanged(source: Source) -> Iterator[str]:
    """The names in ``for a, b in zip(…)``, ``enumerate`` or ``items()`` stand in another order."""
    for loop in source.nodes(ast.For):
        names = loop.target.elts if isinstance(loop.target, ast.Tuple) else []
        called = name_of(loop.iter.func) if isinstance(loop.iter, ast.Call) else ""
        if len(names) == 2 and called in {"zip", "enumerate", "items"}:
            yield source.with_text(loop.target, f"({source.text(names[1])}, {source.text(names[0])})")


def not_counted(source: Source) -> Iterator[str]:
    """``enumerate`` is left out."""
    for loop in source.nodes(ast.For):
        if isinstance(loop.iter, ast.Call) and name_of(loop.iter.func) == "enumerate" and loop.iter.args:
            yield source.with_text(loop.iter, source.text(loop.iter.args[0]))


def arrays_without_list(source: Source) -> Iterator[str]:
    """``np.concatenate(a, b)`` in place of ``np.concatenate([a, b])``."""
    for call in source.calls("concatenate", "stack", "vstack", "hstack"):
        if call.args and isinstance(call.args[0], ast.List | ast.Tuple) and len(call.args[0].elts) > 1:
            yield source.with_text(call.args[0], ", ".join(map(source.text, call.args[0].elts)))


BATCH_OPERATORS = (
    first_request_for_all, start_not_moved, start_moved_by_one, start_left_out, slice_ends_at_size, slice_one_too_long,
    split_at_sizes, axis_left_out, first_row_taken, dimension_lost, answered_per_row, break_for_continue,
    return_for_continue, turns_exchanged, not_counted, arrays_without_list, error_made_before_loop,
)  # fmt: skip

HIDDEN_ALONE = frozenset(
    {"first_request_for_all", "start_not_moved", "start_moved_by_one", "start_left_out", "slice_ends_at_size"}
    | {"slice_one_too_long", "split_at_sizes", "break_for_continue", "return_for_continue", "error_made_before_loop"}
)
"""Nothing is wrong while every call gets one request."""


def _moved_cuts(source: Source) -> Iterator[tuple[ast.Subscript, str, ast.AugAssign]]:
    """``rows[start : start + size]`` before ``start += …`` in a loop, with the size and what moves on."""
    for loop in source.nodes(ast.For):
        moves = [one for one in loop.body if isinstance(one, ast.AugAssign) and isinstance(one.op, ast.Add)]
        for move in moves:
            for node in source.nodes(ast.Subscript, below=loop):
                cut = node.slice
                end = cut.upper if isinstance(cut, ast.Slice) else None
                if not isinstance(end, ast.BinOp) or not isinstance(cut, ast.Slice) or cut.lower is None:
                    continue
                if source.text(cut.lower) == source.text(end.left) == source.text(move.target):
                    yield node, source.text(end.right), move


def _loop_of(source: Source, node: ast.AST) -> ast.AST | None:
    above = source.parent(node)
    while above is not None and not isinstance(above, ast.For | ast.While):
        above = source.parent(above)
    return above
