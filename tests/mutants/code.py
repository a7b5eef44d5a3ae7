"""Faults of model.py. Each operator gives the file with one fault, for every place where it can be planted."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tests.mutants.source import Source, name_of

CodeOperator = Callable[[Source], Iterator[str]]


def renamed_output(source: Source) -> Iterator[str]:
    """An output tensor is made under a name that the config does not have."""
    for call in source.calls("Tensor"):
        if _is_response_part(source, call) and call.args and _is_text(call.args[0]):
            yield source.with_text(call.args[0], repr(ast.literal_eval(call.args[0]) + "_V2"))


def renamed_input(source: Source) -> Iterator[str]:
    """An input is asked for by a name that the config does not have."""
    for call in source.calls("get_input_tensor_by_name"):
        if len(call.args) == 2 and _is_text(call.args[1]):
            yield source.with_text(call.args[1], repr(ast.literal_eval(call.args[1]) + "_V2"))


def no_return(source: Source) -> Iterator[str]:
    """``execute`` forgets to return its responses."""
    execute = source.method("execute")
    found = [] if execute is None else list(source.nodes(ast.Return, below=execute))
    if len(found) == 1 and source.function_of(found[0]) is execute and isinstance(found[0].value, ast.Name):
        yield source.with_text(found[0], source.text(found[0].value))


def first_response_returned(source: Source) -> Iterator[str]:
    """``execute`` returns one response where a list of them is asked for."""
    execute = source.method("execute")
    for node in () if execute is None else source.nodes(ast.Return, below=execute):
        if source.function_of(node) is execute and isinstance(node.value, ast.Name):
            yield source.with_text(node.value, f"{node.value.id}[0]")


def responses_turned(source: Source) -> Iterator[str]:
    """The responses are returned in the opposite order."""
    execute = source.method("execute")
    for node in () if execute is None else source.nodes(ast.Return, below=execute):
        if source.function_of(node) is execute and isinstance(node.value, ast.Name):
            yield source.with_text(node.value, f"list(reversed({node.value.id}))")


def double_precision(source: Source) -> Iterator[str]:
    """float64 is made where float32 was."""
    for call in source.calls("astype"):
        if call.args and source.text(call.args[0]) == "np.float32":
            yield source.with_text(call.args[0], "np.float64")


def numpy_strings(source: Source) -> Iterator[str]:
    """Strings are put into an array of fixed width in place of objects."""
    for node in source.nodes(ast.Attribute):
        if source.text(node) in {"np.object_", "np.bytes_"}:
            yield source.with_text(node, "np.str_")


def tensor_not_array(source: Source) -> Iterator[str]:
    """``as_numpy()`` is left out."""
    for call in source.calls("as_numpy"):
        if isinstance(call.func, ast.Attribute):
            yield source.with_text(call, source.text(call.func.value))


def tensor_arguments_swapped(source: Source) -> Iterator[str]:
    """``pb_utils.Tensor(array, name)``."""
    for call in source.calls("Tensor"):
        if len(call.args) == 2:
            first, second = call.args
            yield source.with_text(call, f"{source.text(call.func)}({source.text(second)}, {source.text(first)})")


def list_in_tensor(source: Source) -> Iterator[str]:
    """A list is given to ``pb_utils.Tensor`` in place of an array."""
    for call in source.calls("Tensor"):
        if len(call.args) == 2:
            yield source.with_text(call.args[1], f"({source.text(call.args[1])}).tolist()")


def one_dimension_more(source: Source) -> Iterator[str]:
    """An output gets a dimension too many."""
    for call in source.calls("Tensor"):
        if len(call.args) == 2 and _is_response_part(source, call):
            yield source.with_text(call.args[1], f"np.expand_dims({source.text(call.args[1])}, 0)")


def sum_without_keepdims(source: Source) -> Iterator[str]:
    """``keepdims=True`` is left out."""
    yield from _without_keyword(source, "keepdims")


def config_not_parsed(source: Source) -> Iterator[str]:
    """``args["model_config"]`` is taken for a dictionary."""
    for call in source.calls("loads"):
        if call.args and source.text(call.args[0]) in {'args["model_config"]', "args['model_config']"}:
            yield source.with_text(call, source.text(call.args[0]))


def parameter_not_unwrapped(source: Source) -> Iterator[str]:
    """A parameter is taken without its ``["string_value"]``."""
    for node in source.nodes(ast.Subscript):
        if _is_text(node.slice) and ast.literal_eval(node.slice) == "string_value":
            yield source.with_text(node, source.text(node.value))


def parameter_kept_as_text(source: Source) -> Iterator[str]:
    """A parameter is not made a number."""
    for call in source.nodes(ast.Call):
        if name_of(call.func) in {"int", "float"} and call.args and "string_value" in source.text(call.args[0]):
            yield source.with_text(call, source.text(call.args[0]))


def unknown_argument_of_initialize(source: Source) -> Iterator[str]:
    """``args`` is read by a key that it does not have."""
    for node in source.nodes(ast.Subscript):
        if source.text(node.value) == "args" and _is_text(node.slice):
            yield source.with_text(node.slice, repr(ast.literal_eval(node.slice).removeprefix("model_") + "_name"))


def bls_error_not_asked(source: Source) -> Iterator[str]:
    """The answer of another model is used without a look at its error."""
    for node in source.nodes(ast.If):
        if isinstance(node.test, ast.Call) and name_of(node.test.func) == "has_error" and not node.orelse:
            yield source.with_text(node, "pass")


def unknown_model_called(source: Source) -> Iterator[str]:
    """A model is called that the repository does not have."""
    for value in _keyword_values(source, "InferenceRequest", "model_name"):
        if _is_text(value):
            yield source.with_text(value, repr(ast.literal_eval(value) + "_v2"))


def unknown_output_asked(source: Source) -> Iterator[str]:
    """Another model is asked for an output that it does not have."""
    for value in _keyword_values(source, "InferenceRequest", "requested_output_names"):
        if isinstance(value, ast.List) and value.elts and _is_text(value.elts[0]):
            yield source.with_text(value.elts[0], repr(ast.literal_eval(value.elts[0]) + "_V2"))


def list_made_in_loop(source: Source) -> Iterator[str]:
    """The list of responses begins anew for every request."""
    for loop in source.request_loops():
        for name in sorted(_appended_to(source, loop)):
            yield source.with_line_before(loop.body[0], f"{name} = []")


def return_in_loop(source: Source) -> Iterator[str]:
    """``execute`` returns after the first request of a batch."""
    execute = source.method("execute")
    for loop in source.request_loops():
        last = execute.body[-1] if execute is not None else None
        if execute is not None and loop in execute.body and isinstance(last, ast.Return) and _is_name(last.value):
            yield source.moved_to_column(last, loop.body[0].col_offset)


def append_behind_loop(source: Source) -> Iterator[str]:
    """The response is appended once, behind the loop over the requests."""
    for loop in source.request_loops():
        if len(loop.body) > 1 and _appends_response(source, loop.body[-1]):
            yield source.moved_to_column(loop.body[-1], loop.col_offset)


def error_not_answered(source: Source) -> Iterator[str]:
    """The error response of a request is forgotten."""
    for loop in source.request_loops():
        for statement in source.nodes(ast.Expr, below=loop):
            if _appends_response(source, statement) and "TritonError" in source.text(statement):
                yield source.with_text(statement, "pass")


def answered_twice(source: Source) -> Iterator[str]:
    """``continue`` behind an error response is forgotten."""
    for loop in source.request_loops():
        for statement in source.nodes(ast.Continue, below=loop):
            yield source.with_text(statement, "pass")


def exception_swallowed(source: Source) -> Iterator[str]:
    """A handler does nothing in place of answering the request."""
    for loop in source.request_loops():
        for handler in source.nodes(ast.ExceptHandler, below=loop):
            if "TritonError" in source.text(handler) and handler.type is not None:
                name = f" as {handler.name}" if handler.name else ""
                indent = " " * handler.body[0].col_offset
                yield source.with_text(handler, f"except {source.text(handler.type)}{name}:\n{indent}pass")


def tensor_in_place_of_list(source: Source) -> Iterator[str]:
    """A response is made of a tensor in place of a list of tensors."""
    for tensors in _response_tensors(source):
        if len(tensors.elts) == 1:
            yield source.with_text(tensors, source.text(tensors.elts[0]))


def output_left_out(source: Source) -> Iterator[str]:
    """A declared output is never produced."""
    for tensors in _response_tensors(source):
        if len(tensors.elts) > 1:
            yield source.with_text(tensors, f"[{', '.join(map(source.text, tensors.elts[:-1]))}]")


def no_final_flag(source: Source) -> Iterator[str]:
    """A response sender is never told that the last response was sent."""
    for call in source.calls("send"):
        if [keyword.arg for keyword in call.keywords] == ["flags"]:
            if call.args:
                yield source.without_argument(call, call.keywords[0])
            elif isinstance(source.parent(call), ast.Expr):
                yield source.with_text(call, "pass")


def flag_for_response(source: Source) -> Iterator[str]:
    """The final flag is given without its name, in the place of the response."""
    for call in source.calls("send"):
        if not call.args and [keyword.arg for keyword in call.keywords] == ["flags"]:
            yield source.with_text(call, f"{source.text(call.func)}({source.text(call.keywords[0].value)})")


def final_flag_too_early(source: Source) -> Iterator[str]:
    """The first of several responses carries the final flag."""
    for call in source.calls("send"):
        if len(call.args) == 1 and not call.keywords:
            flag = "flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL"
            yield source.with_text(call, f"{source.text(call.func)}({source.text(call.args[0])}, {flag})")


def text_in_place_of_error(source: Source) -> Iterator[str]:
    """A response gets a text as its error."""
    for call in source.calls("TritonError"):
        if isinstance(source.parent(call), ast.Call | ast.keyword) and call.args:
            yield source.with_text(call, source.text(call.args[0]))


def error_raised(source: Source) -> Iterator[str]:
    """``TritonError``, which is no exception, is raised."""
    for node in source.nodes(ast.Raise):
        if isinstance(node.exc, ast.Call) and name_of(node.exc.func) == "TritonModelException":
            yield source.with_text(node.exc, source.text(node.exc).replace("TritonModelException", "TritonError", 1))


def bytes_made_text_by_str(source: Source) -> Iterator[str]:
    """``str(value)`` in place of ``value.decode()``."""
    for call in source.calls("decode"):
        if isinstance(call.func, ast.Attribute):
            yield source.with_text(call, f"str({source.text(call.func.value)})")


def not_awaited(source: Source) -> Iterator[str]:
    """``await`` is forgotten."""
    for node in source.nodes(ast.Await):
        yield source.with_text(node, source.text(node.value))


def execute_without_self(source: Source) -> Iterator[str]:
    """``execute`` lacks ``self``."""
    execute = source.method("execute")
    if execute is not None and [each.arg for each in execute.args.args] == ["self", "requests"]:
        yield source.with_text(execute.args.args[0], "requests").replace("requests, requests", "requests", 1)


def attribute_set_by_another_name(source: Source) -> Iterator[str]:
    """``initialize`` sets an attribute by another name than the one that is read."""
    initialize = source.method("initialize")
    read = {node.attr for node in source.nodes(ast.Attribute) if isinstance(node.ctx, ast.Load)}
    for node in () if initialize is None else source.nodes(ast.Attribute, below=initialize):
        if isinstance(node.ctx, ast.Store) and source.text(node.value) == "self" and node.attr in read:
            yield source.with_text(node, f"self.{node.attr}_value")


def unknown_method(source: Source) -> Iterator[str]:
    """A method is called that the object of the backend does not have."""
    others = {"inputs": "get_inputs", "has_error": "is_error", "correlation_id": "get_correlation_id"}
    for call in source.calls(*others):
        if isinstance(call.func, ast.Attribute):
            yield source.with_text(call.func, f"{source.text(call.func.value)}.{others[call.func.attr]}")


def logger_of_python(source: Source) -> Iterator[str]:
    """The logger of the backend is used like one of ``logging``."""
    others = {"log_info": "info", "log_error": "error", "log_warn": "warning"}
    for call in source.calls(*others):
        if isinstance(call.func, ast.Attribute) and source.text(call.func).startswith("pb_utils."):
            yield source.with_text(call.func, f"{source.text(call.func.value)}.{others[call.func.attr]}")


def request_removed(source: Source) -> Iterator[str]:
    """The list of requests is changed while it is read."""
    for loop in source.request_loops():
        if isinstance(loop.target, ast.Name):
            yield source.with_line_before(loop.body[0], f"requests.remove({loop.target.id})")


def list_kept_between_calls(source: Source) -> Iterator[str]:
    """Responses are gathered in a list that lives as long as the model."""
    execute, initialize = source.method("execute"), source.method("initialize")
    if execute is None or initialize is None or execute.lineno < initialize.lineno:
        return
    for loop in source.request_loops():
        for name in sorted(_appended_to(source, loop)):
            begun = [
                node for node in execute.body if isinstance(node, ast.Assign) and source.text(node) == f"{name} = []"
            ]
            if begun:
                changed = Source(source.with_text(begun[0], f"{name} = self._{name}"))
                start = changed.method("initialize")
                assert start is not None
                yield changed.with_line_before(start.body[-1], f"self._{name} = []")


def lock_not_released(source: Source) -> Iterator[str]:
    """A lock is taken by hand, and released at most on the last of several ways out."""
    # One that its own thread may take again does no harm there.
    locks = [] if any(source.calls("RLock")) else source.nodes(ast.With)
    for block in locks:
        lock = source.text(block.items[0].context_expr)
        if len(block.items) > 1 or "lock" not in lock.rpartition(".")[2].lower() or "(" in lock:
            continue
        last, changed = block.body[-1], source
        ways = [node for one in block.body for node in source.nodes(ast.Return, ast.Raise, below=one)]
        if len(ways) > 1 and last in ways:
            changed = Source(source.with_line_before(last, f"{lock}.release()"))
        planted = next(node for node in changed.nodes(ast.With) if node.lineno == block.lineno)
        indent = planted.body[0].col_offset - planted.col_offset
        lines = changed.text(planted).split("\n")[planted.body[0].lineno - planted.lineno :]
        yield changed.with_text(planted, "\n".join([f"{lock}.acquire()", *(line[indent:] for line in lines)]))


def sorted_upwards(source: Source) -> Iterator[str]:
    """The best are taken from the front of an order that goes upwards."""
    for call in source.calls("argsort", "argpartition"):
        first = call.args[0] if call.args else None
        if isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.USub):
            yield source.with_text(first, source.text(first.operand))


def transposed_by_reshape(source: Source) -> Iterator[str]:
    """The channels are moved to the front with reshape."""
    for call in source.calls("transpose"):
        owner = source.text(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if owner.isidentifier() and [source.text(one) for one in call.args] == ["0", "3", "1", "2"]:
            shape = ", ".join(f"{owner}.shape[{axis}]" for axis in (0, 3, 1, 2))
            yield source.with_text(call, f"{owner}.reshape({shape})")


CODE_OPERATORS: tuple[CodeOperator, ...] = (
    renamed_output, renamed_input, no_return, first_response_returned, responses_turned, double_precision,
    numpy_strings, tensor_not_array, tensor_arguments_swapped, list_in_tensor, one_dimension_more, sum_without_keepdims,
    config_not_parsed, parameter_not_unwrapped, parameter_kept_as_text, unknown_argument_of_initialize,
    bls_error_not_asked, unknown_model_called, unknown_output_asked, list_made_in_loop, return_in_loop,
    append_behind_loop, error_not_answered, answered_twice, exception_swallowed, tensor_in_place_of_list,
    output_left_out, no_final_flag, flag_for_response, final_flag_too_early, text_in_place_of_error, error_raised,
    bytes_made_text_by_str, not_awaited, execute_without_self, attribute_set_by_another_name, unknown_method,
    logger_of_python, request_removed, list_kept_between_calls, lock_not_released, sorted_upwards,
    transposed_by_reshape,
)  # fmt: skip

HIDDEN_WITHOUT_BATCHES = frozenset({"responses_turned", "return_in_loop", "append_behind_loop"})
"""Nothing is wrong while every call gets one request."""


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_name(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Name)


def _is_response_part(source: Source, call: ast.Call) -> bool:
    """Whether a tensor is made where a response is made, not for another model."""
    above: ast.AST | None = call
    while above is not None and not isinstance(above, ast.stmt):
        if isinstance(above, ast.Call) and name_of(above.func) == "InferenceResponse":
            return True
        above = source.parent(above)
    return False


def _response_tensors(source: Source) -> Iterator[ast.List]:
    for call in source.calls("InferenceResponse"):
        tensors = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "output_tensors")]
        yield from (each for each in tensors if isinstance(each, ast.List))


def _keyword_values(source: Source, function: str, name: str) -> Iterator[ast.expr]:
    for call in source.calls(function):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == name)


def _without_keyword(source: Source, name: str) -> Iterator[str]:
    for call in source.nodes(ast.Call):
        for keyword in call.keywords:
            if keyword.arg == name:
                yield source.without_argument(call, keyword)


def _appends_response(source: Source, statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and name_of(call.func) == "append" and "InferenceResponse(" in source.text(call)


def _appended_to(source: Source, loop: ast.For) -> set[str]:
    return {
        call.func.value.id
        for call in source.calls("append", below=loop)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and "InferenceResponse(" in source.text(call)
    }
