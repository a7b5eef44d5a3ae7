"""What the functions of a file send through a response sender that they are given."""

from __future__ import annotations

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import is_generator, own_nodes
from tritonlint.inputs.python_response_flow import final_names, open_ends
from tritonlint.inputs.python_tree import Attribute, Call, Function, dotted


def flags_of_helpers(python: PythonFacts, function: Function, name: str) -> dict[int, int]:
    """The flags that functions of the file send through a sender that they get, or through the object that has it."""
    found: dict[int, int] = {}
    owner, _, attribute = name.rpartition(".")
    for call in own_nodes(function, Call):
        for number, argument in enumerate(call.arguments):
            given = dotted(argument.value)
            if given is None or given not in {name, owner} or argument.star:
                continue
            flags = _sent_by(python, call, number, argument.keyword, "" if given == name else f".{attribute}")
            if flags is not None:
                found[id(call)] = flags
    return found


def _sent_by(python: PythonFacts, call: Call, number: int, keyword: str | None, inside: str) -> int | None:
    """The flags that a call surely sends through what it gets as one of its arguments."""
    called = called_function(python, call)
    if called is None or called is python.function_at(call) or is_generator(called):
        return None
    bound = isinstance(call.func, Attribute) and "staticmethod" not in {dotted(d) for d in called.decorators}
    names = [parameter.name for parameter in called.positional][bound:]
    parameter = keyword if keyword is not None else names[number] if number < len(names) else None
    if parameter is None:
        return None
    ends = open_ends(called.body, f"{parameter}{inside}", given=True, finals=final_names(python))
    if ends is None or ends.twice or ends.early:
        return None
    if not ends.closes:
        return 0
    sure = not (ends.falls or ends.handlers or ends.branches or ends.returns or ends.breaks or ends.continues)
    return 1 if sure else None
