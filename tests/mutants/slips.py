"""Slips with names, types and calls: one thing of two, something left out, something too much."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.mutants.source import Source, name_of

_LIFE = frozenset({"execute", "initialize", "finalize", "auto_complete_config", "__init__"})


def outputs_exchanged(source: Source) -> Iterator[str]:
    """Two outputs have each other's names."""
    for first, second in _pairs_of_outputs(source):
        other = Source(source.with_text(second, source.text(first)))
        same = next(node for node in other.nodes(ast.Constant) if node.lineno == first.lineno and _at(node, first))
        yield other.with_text(same, source.text(second))


def output_named_twice(source: Source) -> Iterator[str]:
    """Two outputs are made under one name."""
    for first, second in _pairs_of_outputs(source):
        yield source.with_text(second, source.text(first))


def array_for_two_outputs(source: Source) -> Iterator[str]:
    """The second output gets the array of the first one."""
    for first, second in _pairs_of_outputs(source):
        one, other = source.parent(first), source.parent(second)
        if isinstance(one, ast.Call) and isinstance(other, ast.Call):
            yield source.with_text(other.args[1], source.text(one.args[1]))


def input_read_twice(source: Source) -> Iterator[str]:
    """The same input is read twice, and another one never."""
    reads = [(call, call.args[1]) for call in source.calls("get_input_tensor_by_name") if len(call.args) == 2]
    for call, name in reads:
        texts = [source.text(other) for one, other in reads if source.function_of(one) is source.function_of(call)]
        others = [text for text in texts if text != source.text(name) and text[:1] in {'"', "'"}]
        if isinstance(name, ast.Constant) and others and texts.count(source.text(name)) == 1:
            yield source.with_text(name, others[0])


def arguments_exchanged(source: Source) -> Iterator[str]:
    """Two arguments of a helper of the file stand in another order."""
    own = {function.name for function in source.nodes(ast.FunctionDef)}
    for call in source.nodes(ast.Call):
        if name_of(call.func) in own and len(call.args) > 1 and not isinstance(call.args[1], ast.Starred):
            texts = [source.text(one) for one in (*call.args, *call.keywords)]
            if texts[0] != texts[1]:
                arguments = ", ".join([texts[1], texts[0], *texts[2:]])
                yield source.with_text(call, f"{source.text(call.func)}({arguments})")


def results_exchanged(source: Source) -> Iterator[str]:
    """The results of a helper are taken in another order."""
    for target in _unpacked(source):
        yield source.with_text(target, f"{source.text(target.elts[1])}, {source.text(target.elts[0])}")


def results_not_unpacked(source: Source) -> Iterator[str]:
    """One name takes both results of a helper."""
    for target in _unpacked(source):
        yield source.with_text(target, source.text(target.elts[1]))


def other_attribute(source: Source) -> Iterator[str]:
    """Another attribute is read than the one that was meant."""
    initialize, execute = source.method("initialize"), source.method("execute")
    if initialize is None or execute is None:
        return
    attributes = source.nodes(ast.Attribute, below=initialize)
    names = sorted({node.attr for node in attributes if _is_own(source, node) and isinstance(node.ctx, ast.Store)})
    for node in source.nodes(ast.Attribute, below=execute):
        if _is_own(source, node) and isinstance(node.ctx, ast.Load) and node.attr in names and len(names) > 1:
            yield source.with_text(node, f"self.{names[names.index(node.attr) - 1]}")


def self_left_out(source: Source) -> Iterator[str]:
    """``self.`` is left out."""
    for node in source.nodes(ast.Attribute):
        if _is_own(source, node) and isinstance(node.ctx, ast.Load):
            yield source.with_text(node, node.attr)


def none_test_inverted(source: Source) -> Iterator[str]:
    """``is None`` in place of ``is not None``, or the other way round."""
    for node in source.nodes(ast.Compare):
        if isinstance(node.ops[0], ast.Is | ast.IsNot) and source.text(node.comparators[0]) == "None":
            word = "is not" if isinstance(node.ops[0], ast.Is) else "is"
            yield source.with_text(node, f"{source.text(node.left)} {word} None")


def error_test_inverted(source: Source) -> Iterator[str]:
    """``if not answer.has_error()`` in place of ``if answer.has_error()``."""
    for node in source.nodes(ast.If):
        if isinstance(node.test, ast.Call) and name_of(node.test.func) == "has_error":
            yield source.with_text(node.test, f"not {source.text(node.test)}")


def default_left_out(source: Source) -> Iterator[str]:
    """What stands for an input that was not sent is left out."""
    for node in source.nodes(ast.IfExp):
        test = source.text(node.test)
        if test.endswith((" is None", " is not None")):
            yield source.with_text(node, source.text(node.orelse if test.endswith(" is None") else node.body))


def not_decoded(source: Source) -> Iterator[str]:
    """``.decode()`` is left out."""
    for call in source.calls("decode"):
        if isinstance(call.func, ast.Attribute) and len(call.args) < 2 and "self" not in source.text(call.func):
            yield source.with_text(call, source.text(call.func.value))


def text_among_bytes(source: Source) -> Iterator[str]:
    """A key, or an item of a set, is a text among bytes."""
    tables = [node.keys for node in source.nodes(ast.Dict)] + [node.elts for node in source.nodes(ast.Set)]
    for keys in tables:
        bytes_ = [key for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, bytes)]
        for key in bytes_ if len(bytes_) == len(keys) > 1 else ():
            yield source.with_text(key, source.text(key).lstrip("bB"))


def json_not_parsed(source: Source) -> Iterator[str]:
    """``json.loads`` of what a request or a file holds is left out."""
    for call in source.calls("loads"):
        if source.text(call.func) == "json.loads" and "model_config" not in source.text(call):
            yield source.with_text(call, source.text(call.args[0]))


def data_type_not_translated(source: Source) -> Iterator[str]:
    """``TYPE_FP32`` is used as a data type of NumPy."""
    for call in source.calls("triton_string_to_numpy"):
        yield source.with_text(call, source.text(call.args[0]))


def config_of_an_input(source: Source) -> Iterator[str]:
    """An output is looked up among the inputs of the config."""
    for call in source.calls("get_output_config_by_name"):
        yield source.with_text(call.func, source.text(call.func).replace("get_output", "get_input"))


def misspelt_key(source: Source) -> Iterator[str]:
    """A key is read that a dict does not get."""
    for node in source.nodes(ast.Subscript):
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(node.ctx, ast.Load):
            yield source.with_text(key, repr(f"{key.value}s"))


def exception_as_message(source: Source) -> Iterator[str]:
    """``TritonError(error)`` in place of ``TritonError(str(error))``."""
    for call in source.calls("TritonError"):
        text = call.args[0] if call.args else None
        if isinstance(text, ast.Call) and name_of(text.func) == "str":
            yield source.with_text(text, source.text(text.args[0]))


def helper_without_return(source: Source) -> Iterator[str]:
    """A helper forgets to return what it worked out."""
    for function in source.nodes(ast.FunctionDef):
        last = function.body[-1]
        ends = [node for node in source.nodes(ast.Return, below=function) if source.function_of(node) is function]
        if function.name not in _LIFE and ends == [last] and isinstance(last, ast.Return) and last.value is not None:
            yield source.with_text(last, source.text(last.value))


def list_in_default(source: Source) -> Iterator[str]:
    """What a helper fills and returns is made once, as the default of a parameter."""
    for function in source.nodes(ast.FunctionDef):
        plain = not function.args.kwonlyargs and not function.args.vararg and not function.args.kwarg
        for statement in function.body if plain and function.name not in _LIFE and function.args.args else ():
            if not isinstance(statement, ast.Assign) or source.text(statement.value) not in {"[]", "{}"}:
                continue
            name, end = source.text(statement.targets[0]), function.body[-1]
            if isinstance(end, ast.Return) and name in source.text(end):
                changed = Source(source.with_text(statement, "pass"))
                same = next(one for one in changed.nodes(ast.FunctionDef) if one.lineno == function.lineno)
                place = (same.args.defaults or same.args.args)[-1]
                yield changed.with_text(place, f"{changed.text(place)}, {name}={source.text(statement.value)}")


def extend_for_append(source: Source) -> Iterator[str]:
    """``extend`` in place of ``append``."""
    for call in source.calls("append"):
        if isinstance(call.func, ast.Attribute):
            yield source.with_text(call.func, f"{source.text(call.func.value)}.extend")


def append_assigned(source: Source) -> Iterator[str]:
    """``rows = rows.append(row)``."""
    for call in source.calls("append"):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and isinstance(source.parent(call), ast.Expr):
            yield source.with_text(call, f"{owner.id} = {source.text(call)}")


def true_division(source: Source) -> Iterator[str]:
    """``/`` in place of ``//``."""
    for node in source.nodes(ast.BinOp):
        if isinstance(node.op, ast.FloorDiv):
            yield source.with_text(node, source.text(node).replace("//", "/"))


def comma_behind_value(source: Source) -> Iterator[str]:
    """A comma makes a tuple of a value."""
    for node in source.nodes(ast.Assign):
        if not isinstance(node.value, ast.Tuple) and source.function_of(node) is not None:
            yield source.with_text(node.value, f"{source.text(node.value)},")


def gathered_as_list(source: Source) -> Iterator[str]:
    """``asyncio.gather(calls)`` in place of ``asyncio.gather(*calls)``."""
    for call in source.calls("gather"):
        for argument in call.args:
            if isinstance(argument, ast.Starred):
                yield source.with_text(argument, source.text(argument.value))


def called_when_handed_on(source: Source) -> Iterator[str]:
    """``submit(work(row))`` in place of ``submit(work, row)``."""
    for call in source.calls("submit"):
        if len(call.args) > 1 and not call.keywords:
            work, *rest = map(source.text, call.args)
            yield source.with_text(call, f"{source.text(call.func)}({work}({', '.join(rest)}))")


SLIP_OPERATORS = (
    outputs_exchanged, output_named_twice, array_for_two_outputs, input_read_twice, arguments_exchanged,
    results_exchanged, results_not_unpacked, other_attribute, self_left_out, none_test_inverted, error_test_inverted,
    default_left_out, not_decoded, text_among_bytes, json_not_parsed, data_type_not_translated, config_of_an_input,
    misspelt_key, exception_as_message, helper_without_return, list_in_default, extend_for_append, append_assigned,
    true_division, comma_behind_value, gathered_as_list, called_when_handed_on,
)  # fmt: skip


def _at(one: ast.expr, other: ast.expr) -> bool:
    return one.col_offset == other.col_offset


def _is_own(source: Source, node: ast.Attribute) -> bool:
    return source.text(node.value) == "self"


def _pairs_of_outputs(source: Source) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The names of the first two tensors of a response."""
    for call in source.calls("InferenceResponse"):
        tensors = [one for one in source.calls("Tensor", below=call) if len(one.args) == 2]
        if len(tensors) > 1 and all(isinstance(one.args[0], ast.Constant) for one in tensors):
            yield tensors[0].args[0], tensors[1].args[0]


def _unpacked(source: Source) -> Iterator[ast.Tuple]:
    """``a, b`` of ``a, b = helper(…)`` for helpers of the file."""
    own = {function.name for function in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef)}
    for node in source.nodes(ast.Assign):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        target = node.targets[0]
        called = isinstance(value, ast.Call) and name_of(value.func) in own
        if called and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            yield target
