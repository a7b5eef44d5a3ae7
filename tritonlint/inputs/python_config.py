"""Where in the parsed model config an expression of model.py lies."""

from __future__ import annotations

from tritonlint.inputs.python import MAX_STEPS, Frame, PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Expr, Name, Subscript

ConfigPath = tuple[str | int, ...]


def config_path(python: PythonFacts, expr: Expr, frame: Frame, steps: int = 0) -> ConfigPath | None:
    """Where in the parsed model config an expression lies (``("parameters", "scale")``), None when it does not.

    The entries that ``get_output_config_by_name`` returns are ``("output", name)``.
    """
    if steps > MAX_STEPS:
        return None
    sources = python.follow(expr, frame)
    if not sources or len(sources) != 1:
        return None
    source, where = sources[0]
    if isinstance(source, Subscript) and len(source.items) == 1:
        above = config_path(python, source.value, where, steps + 1)
        keys = python.values(source.items[0], where) if above is not None else None
        if above is None or keys is None or len(keys) != 1 or not isinstance(keys[0], str | int):
            return None
        return (*above, keys[0])
    if not isinstance(source, Call) or not source.certain:
        return None
    name = python.qualified(source.func, where)
    text = source.argument(0)
    if name == "json.loads" and isinstance(text, Subscript | Name | Attribute):
        if len(source.arguments) != 1:
            return None  # A hook may make something else of it.
        given = python.follow(text, where)
        if given and len(given) == 1 and isinstance(given[0][0], Subscript) and len(given[0][0].items) == 1:
            return () if python.strings(given[0][0].items[0], given[0][1]) == ("model_config",) else None
        return None
    if isinstance(source.func, Attribute) and source.func.attr == "get" and text is not None:
        # Every parsed config has `parameters`, so a default is never taken.
        above = config_path(python, source.func.value, where, steps + 1)
        return ("parameters",) if above == () and python.strings(text, where) == ("parameters",) else None
    made = python.pb_name(source.func, where)
    if made in {"get_input_config_by_name", "get_output_config_by_name"} and text is not None:
        names = python.strings(source.argument(1, "name"), where)
        if names is None or len(names) != 1 or config_path(python, text, where, steps + 1) != ():
            return None
        return "input" if made == "get_input_config_by_name" else "output", names[0]
    return None
