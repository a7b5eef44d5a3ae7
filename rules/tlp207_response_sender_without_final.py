"""A response sender that never says it is done

## What it does
Follows a response sender from `request.get_response_sender()` on, and one that a thread is given: ways that end without
`flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL` are reported, among them `except` blocks, `continue`, `return`, a
`break` that skips the `else` of a loop or the turn that sends the flag, and a loop that a request can leave without a
turn. A sender that is handed to other code is not followed there; where nothing in the whole file can send the flag, it
is missing wherever the sender goes.

## What happens
Without the final flag the request is never complete: the client waits for ever, and the server keeps the request and
cannot unload the model.

## How to fix
Send the last response with `flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL`, or send the flag alone behind it.

## Source
Facts, python-backend 6.4 and 6.5 (observed on 24.10).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import called_function
from tritonlint.inputs.python_flow import (
    innermost_block,
    is_generator,
    is_none,
    may_name_every_case,
    own_nodes,
    returns,
    thread_targets,
)
from tritonlint.inputs.python_imports import imports_unknown
from tritonlint.inputs.python_response_flow import (
    FINAL,
    Answers,
    final_names,
    gets_sender,
    open_ends,
    send_flags,
    starts_list,
)
from tritonlint.inputs.python_streams import flags_of_helpers
from tritonlint.inputs.python_tree import (
    Assert,
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Flow,
    For,
    Function,
    If,
    Name,
    Return,
    Scope,
    Sequence,
    Slice,
    Stmt,
    Subscript,
    Try,
    While,
    Yield,
    dotted,
    lies_in,
    walk,
)
from tritonlint.inputs.rehearsal.backend import mistakes, rehearse
from tritonlint.pbtxt.tree import Document
from tritonlint.python_edits import insert_after, insert_before, pb_alias
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP207",
    name="response-sender-without-final",
    effect="request-failure",
    first="22.05",
)
_CUTS = frozenset({"split", "rsplit", "splitlines", "findall", "finditer"})
"""Methods that cut texts into parts."""
_SEND_OTHERWISE = frozenset(
    {"getattr", "methodcaller", "attrgetter", "eval", "importlib", "socket", "Pipe", "multiprocessing"}
    | {"set_release_flags"}
)
"""Names in files that may send without the word, or something else than responses, or answer later."""
HELP = "send the last response with `flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL`"

_WHY = {
    "": "the final flag is never sent for a request, so the client waits for ever",
    "no sender": "a request comes to its end without a response sender, so the client waits for ever",
    "left": "on this way the final flag is not sent, so the client waits for ever",
    "request": "this thread gets the request in place of its response sender, so the client waits for ever",
    "not started": "this thread is never started: nothing is sent, and the client waits for ever",
}
_EARLY = "this leaves the loop before the turn that ends the stream: the request ends"
_HELP = {"not started": "start the thread", "request": "hand over `request.get_response_sender()`"}


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    if not python.understood:
        return
    taken = "get_response_sender" in python.text
    found = list(_seen(python, effective)) if taken else []
    if not found and "set_release_flags" not in python.text:
        found = [*_left_in_loop(python), *_no_turn(python)]
    yield from found
    seen = list(mistakes(python, config, effective, "no-final")) if not found else []
    if taken and not found and not any(mistake.found for mistake in seen):
        unflagged = _unflagged(python, effective)
        # An exception of `execute` is an answer.
        if unflagged is not None and not any(e.phase == "execute" for e in rehearse(python, config, effective).raises):
            yield unflagged
            return
    for mistake in seen:
        if not taken and mistake.found != "request":
            continue
        if not mistake.found and FINAL in python.identifiers and _kept_for_thread(python):
            continue
        yield Problem(
            mistake.span,
            _WHY.get(mistake.found) or f"this raises `{mistake.found}` in a thread: nobody sends the final flag",
            help=_HELP.get(mistake.found, HELP),
            certainty="certain" if mistake.sure else "likely",
            key="never",
            general=_counted_turns(python) or mistake.span,
        )


def _unflagged(python: PythonFacts, effective: EffectiveConfig) -> Problem | None:
    """Something is sent, but nothing in the file with the final flag: wherever the sender goes, nobody ends it."""
    execute = python.method("execute")
    if execute is None or is_generator(execute) or _SEND_OTHERWISE & python.identifiers or imports_unknown(python):
        return None
    streams = effective.decoupled is True
    by_list = execute.decorators or not all(is_none(s.value) for s in returns(execute))
    if not streams and (effective.decoupled is None or by_list):
        return None  # Requests may be answered through the list.
    named = [node for node in python.walk(Attribute) if node.attr == "send"]
    sends = [c for c in python.walk(Call) if isinstance(c.func, Attribute) and c.func.attr == "send"]
    if not sends or len(named) != len(sends) or any(send_flags(call) != 0 for call in sends):
        return None
    answers = [
        call for call in sends if call.arguments and "error" not in python.source(call.arguments[0].value).lower()
    ]
    last = (answers or sends)[-1]
    return Problem(
        last.span,
        "nothing in this file sends the final flag: whoever waits for this answer waits for ever",
        help=HELP,
        key="nowhere",
    )


def _counted_turns(python: PythonFacts) -> Span | None:
    """The loop that sends every final flag in one of its turns: which turn that is may be told there."""
    for loop in _around_all(python, _final_sends(python)):
        called = dotted(loop.iterable.func) if isinstance(loop.iterable, Call) else None
        if called in {"range", "enumerate"}:
            return loop.span
    return None


def _around_all(python: PythonFacts, sends: list[Call]) -> list[For]:
    """The loops of one function, from the outermost, that hold all these calls."""
    function = python.function_at(sends[0]) if sends else None
    loops = own_nodes(function, For) if function is not None else ()
    return [loop for loop in loops if all(lies_in(call, loop) for call in sends)]


def _kept_for_thread(python: PythonFacts) -> bool:
    """Whether a thread of the file can find a sender where it was kept: it may send the flag."""
    if not thread_targets(python.body):
        return False
    shared = {name for scope in python.walk(Scope) if scope.keyword == "global" for name in scope.names}
    places = [n for n in python.walk(Assign) if not isinstance(n.targets[0], Name) or n.targets[0].id in shared]
    return any(gets_sender(source) for node in places if node.value for source, _ in python.follow(node.value) or ())


def _seen(python: PythonFacts, effective: EffectiveConfig) -> Iterator[Problem]:
    if "set_release_flags" in python.text:
        return  # A request that is scheduled again is not finished yet.
    execute = python.method("execute")
    if execute is not None and effective.decoupled is not True and not all(is_none(s.value) for s in returns(execute)):
        return  # Requests may be answered through the list.
    if "COMPLETE_FINAL" not in python.text:
        for call in python.walk(Call):
            sends = isinstance(call.func, Attribute) and call.func.attr == "send" and gets_sender(call.func.value)
            if sends and send_flags(call) == 0:
                yield Problem(
                    call.span,
                    "the final flag is never sent for this request, so the client waits for ever",
                    help=HELP,
                    key="chained",
                )
    finals = final_names(python)
    only_one = python.text.count("get_response_sender") == 1
    for frame in python.frames:
        function = frame.function
        if function is None:
            continue
        for node in own_nodes(function, Assign):
            if gets_sender(node.value) and len(node.targets) == 1:
                target = node.targets[0]
                if isinstance(target, Name) and node.value is not None and target.id in frame.bindings:
                    helpers = flags_of_helpers(python, function, target.id)
                    found = open_ends(innermost_block(function, node), target.id, finals=finals, helpers=helpers)
                    if found is not None:
                        last = innermost_block(function, node)[-1]
                        got = _whole_answer(function, target.id, effective) or node.value.span
                        yield from _sender(python, found, got, target.id, last, only_one, function)
    targets = thread_targets(python.body)
    nowhere = "COMPLETE_FINAL" not in python.text and "flags" not in python.text
    owners = {id(python.function_at(call)) for call in _final_sends(python)}
    for function in (f.function for f in python.frames if f.function is not None):
        # Nobody but this function ends the stream.
        alone = owners == {id(function)}
        for parameter in function.positional if function.name in targets or nowhere or alone else ():
            # Other things can be sent through too: a socket, a generator.
            known = function.name in targets or alone or "sender" in parameter.name
            if known and f"{parameter.name}.send(" in python.source(function):
                helpers = flags_of_helpers(python, function, parameter.name)
                found = open_ends(function.body, parameter.name, given=True, finals=finals, helpers=helpers)
                # Whoever starts the thread may send the flag behind it.
                if found is not None and (found.closes or "COMPLETE_FINAL" not in python.text):
                    last = function.body[-1]
                    got = _whole_answer(function, parameter.name, effective) or parameter.span
                    yield from _sender(python, found, got, parameter.name, last, False, function)


def _whole_answer(function: Function, name: str, effective: EffectiveConfig) -> Span | None:
    """What a function sends through a sender once and for all, where a request has one response."""
    sent = [c for c in own_nodes(function, Call) if dotted(c.func) == f"{name}.send"]
    return sent[0].span if len(sent) == 1 and effective.decoupled is False else None


def _final_sends(python: PythonFacts) -> list[Call]:
    """Every call that may send the final flag."""
    sends = [c for c in python.walk(Call) if isinstance(c.func, Attribute) and c.func.attr == "send"]
    return [call for call in sends if send_flags(call, final_names(python)) != 0]


def _left_in_loop(python: PythonFacts) -> Iterator[Problem]:
    """The one function that ends the stream, left from a loop before the end: the sender may come from anywhere."""
    handlers = [handler for attempt in python.walk(Try) for handler in attempt.handlers]
    # Who calls it may answer its exceptions, but knows of no other way out.
    sends = [call for call in _final_sends(python) if not any(lies_in(call, handler) for handler in handlers)]
    owners = {id(python.function_at(call)) for call in sends}
    function = python.function_at(sends[0]) if len(owners) == 1 else None
    if function is None:
        return
    loops = list(own_nodes(function, For, While))
    for name in {dotted(call.func.value) or "" for call in sends if isinstance(call.func, Attribute)}:
        found = open_ends(function.body, name, given=True, finals=final_names(python)) if name else None
        if found is None or not found.closes or found.falls or found.branches:
            continue
        owner = name.split(".")[0]
        tests = [condition for condition in own_nodes(function, If) if _asks_for(condition.test, owner)]
        inside = [
            node
            for node in found.returns
            if any(lies_in(node, loop) for loop in loops) or not any(lies_in(node, test) for test in tests)
        ]
        for node, what in (
            *((node, "this skips the `else` of the loop: the request ends") for node in found.breaks),
            *((_with_condition(function, node), _EARLY) for node in found.early),
            *((node, "here the request is left") for node in inside),
        ):
            yield Problem(
                node.span,
                f"{what} without the final flag, so the client waits for ever",
                help=HELP,
                related=(Related(sends[-1].span, "sent here only"),),
                certainty="likely",
                key=what,
            )


def _with_condition(function: Function, left: Flow) -> Flow:
    """A ``break``, with the condition that leads to it: both belong to what is told."""
    for branch in own_nodes(function, If):
        if branch.body[-1] is left and not branch.orelse:
            return Flow(Span(left.span.path, branch.span.start, left.span.end), left.keyword)
    return left


def _asks_for(test: Expr, owner: str) -> bool:
    """Whether a condition asks for a thing itself, not for something of it: whether there is a job at all."""
    parts = {id(node.value) for node in walk(test, Attribute)}
    return any(name.id == owner and id(name) not in parts for name in walk(test, Name))


def _no_turn(python: PythonFacts) -> Iterator[Problem]:
    """The final flag is sent in a loop only, and a request decides how many turns that has."""
    sends = _final_sends(python)
    function = python.function_at(sends[0]) if sends else None
    if function is None:
        return
    around = _around_all(python, sends)
    loops = [loop for loop in around if not any(gets_sender(call) for call in walk(loop.body, Call))]
    if not loops or any(lies_in(call, part) for call in sends for part in loops[-1].orelse):
        return
    turns = _turns(loops[-1].iterable)
    found = _made_of(python, turns, function) if turns is not None else None
    if turns is None or found is None or not _are_all_nothing(python, found):
        return
    # Whoever asks for the number before may answer those who want nothing.
    for where, name in found.names:
        for node in own_nodes(where, If, While, Assert):
            if not lies_in(node, loops[-1]) and any(n.id == name for n in walk(node.test, Name)):
                return
    yield Problem(
        loops[-1].header,
        f"the final flag is sent in this loop only: when `{turns.id}` leaves it no turn, the client waits for ever",
        help="send the flag alone behind the loop: `sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)`",
        certainty="likely",
        key="no turn",
    )


def _turns(iterable: Expr) -> Name | None:
    """The name that says how often a loop turns."""
    while isinstance(iterable, Call) and dotted(iterable.func) in {"range", "enumerate", "len"}:
        given = iterable.arguments
        if not iterable.certain or not given:
            return None
        if dotted(iterable.func) == "range" and len(given) > 1:
            # From 0 in steps: to the second.
            begin = given[0].value
            if not isinstance(begin, Constant) or begin.value != 0:
                return None
            iterable = given[1].value
        elif len(given) == 1 or dotted(iterable.func) == "enumerate":
            iterable = given[0].value
        else:
            return None
    return iterable if isinstance(iterable, Name) else None


def _may_not_turn(python: PythonFacts, loop: For, function: Function) -> bool:
    """Whether a request decides that a loop has no turn."""
    turns = _turns(loop.iterable)
    if turns is None:
        return _may_be_nothing(python, loop.iterable)
    found = _made_of(python, turns, function)
    return found is not None and _are_all_nothing(python, found)


def _may_yield_nothing(python: PythonFacts, function: Function) -> bool:
    """Whether a request decides that a generator ends at once: all it gives is given in loops."""
    steps, loops = list(own_nodes(function, Yield)), list(own_nodes(function, For))
    return bool(steps) and all(
        any(lies_in(step, loop) and _may_not_turn(python, loop, function) for loop in loops) for step in steps
    )


@dataclass(slots=True)
class _Made:
    """What a list or number is made of, and the names it goes by on the way."""

    parts: list[Expr]
    names: list[tuple[Function, str]]


def _made_of(python: PythonFacts, name: Name, function: Function, depth: int = 0) -> _Made | None:
    """Follow a name to what is put into it, also from a parameter to the one call of its function."""
    names = [(function, name.id)]
    bindings = python.frame_of(function).bindings.get(name.id, [])
    if any(binding.kind == "parameter" for binding in bindings):
        calls = [
            call
            for call in python.walk(Call)
            if (call.func.attr if isinstance(call.func, Attribute) else dotted(call.func)) == function.name
        ]
        caller = python.function_at(calls[0]) if len(calls) == 1 and len(bindings) == 1 else None
        given = _given(function, calls[0], name.id) if caller is not None else None
        if caller is None or given is None or depth > 2:
            return None
        if not isinstance(given, Name):
            return _Made([given], names)
        found = _made_of(python, given, caller, depth + 1)
        return _Made(found.parts, names + found.names) if found is not None else None
    sources = python.follow(name, python.frame_of(function))
    if sources is not None and len(sources) == 1 and isinstance(sources[0][0], Sequence) is False:
        return _Made([sources[0][0]], names)
    # A list that begins empty, and grows by what is found.
    parts: list[Expr] = []
    for node in own_nodes(function, Assign, Call, Subscript):
        if isinstance(node, Assign):
            if not any(dotted(target) == name.id for target in node.targets):
                continue
            if node.operator and node.value is not None:
                parts.append(node.value)
            elif not starts_list(node):
                return None
        elif isinstance(node, Subscript):
            if dotted(node.value) == name.id:
                return None
        elif isinstance(node.func, Attribute) and dotted(node.func.value) == name.id:
            if node.func.attr != "extend" or len(node.arguments) != 1:
                return None
            parts.append(node.arguments[0].value)
    return _Made(parts, names)


def _are_all_nothing(python: PythonFacts, made: _Made) -> bool:
    return bool(made.parts) and all(_may_be_nothing(python, part) for part in made.parts)


def _given(function: Function, call: Call, name: str) -> Expr | None:
    """What a call hands over for a parameter."""
    keyword = call.argument(None, name)
    if keyword is not None or not call.certain:
        return keyword
    positional = [parameter.name for parameter in function.positional]
    place = positional.index(name) - (positional[:1] in (["self"], ["cls"])) if name in positional else -1
    given = [argument for argument in call.arguments if argument.keyword is None]
    return given[place].value if 0 <= place < len(given) else None


def _may_be_nothing(python: PythonFacts, source: Expr | None) -> bool:
    """Whether an expression is a number from a request, or the words of a text."""
    while isinstance(source, Subscript) and isinstance(source.items[0], Slice):
        source = source.value
    if isinstance(source, Comprehension) and source.kind == "list" and len(source.clauses) == 1:
        clause = source.clauses[0]
        return bool(clause.conditions) and _cuts_text(python, clause.iterable)
    if not isinstance(source, Call):
        return False
    if dotted(source.func) in {"list", "tuple"} and len(source.arguments) == 1:
        return _may_be_nothing(python, source.arguments[0].value)
    helper = called_function(python, source)
    if helper is not None and is_generator(helper):
        return _may_yield_nothing(python, helper)
    if helper is not None:
        given = returns(helper)
        found = python.follow(given[0].value) if len(given) == 1 and given[0].value is not None else None
        one = found[0][0] if found is not None and len(found) == 1 else None
        return one is not source and _may_be_nothing(python, one)
    if isinstance(source.func, Attribute) and source.func.attr == "split":
        return not source.arguments
    if isinstance(source.func, Attribute) and source.func.attr in {"findall", "finditer", "splitlines"}:
        return True
    read = any(n.attr == "as_numpy" for n in walk(source, Attribute))
    only_read = not any(isinstance(n, Binary | Conditional | Compare) for n in walk(source))
    plain = dotted(source.func) == "int" or (isinstance(source.func, Attribute) and source.func.attr == "item")
    return plain and read and only_read


def _cuts_text(python: PythonFacts, expr: Expr, depth: int = 0) -> bool:
    """Whether an expression is what a text was cut into."""
    if isinstance(expr, Name):
        sources = python.follow(expr)
        return depth < 3 and bool(sources) and all(_cuts_text(python, one, depth + 1) for one, _ in sources or ())
    if isinstance(expr, Comprehension) and len(expr.clauses) == 1:
        return _cuts_text(python, expr.clauses[0].iterable, depth)
    if isinstance(expr, Call) and dotted(expr.func) in {"map", "filter"} and len(expr.arguments) == 2:
        return _cuts_text(python, expr.arguments[1].value, depth)
    return isinstance(expr, Call) and isinstance(expr.func, Attribute) and expr.func.attr in _CUTS


def _is_one_of_several(function: Function, sends: list[Call], got: Span) -> bool:
    """Whether everything is sent in the one turn that ends a loop over a few ways: the last one may never fail."""
    for loop in own_nodes(function, For):
        within = (loop.span.start or 0) <= (got.start or 0) < (loop.span.end or 0) and got not in {
            call.span for call in sends
        }
        inside = bool(sends) and all(lies_in(call, loop) for call in sends)
        leaves = [*walk(loop.body, Return), *(one for one in walk(loop.body, Flow) if one.keyword == "break")]
        if inside and not within and leaves and isinstance(loop.iterable, Sequence) and len(loop.iterable.items) > 1:
            return True
    return False


def _sender(
    python: PythonFacts, found: Answers, got: Span, name: str, last: Stmt, certain: bool, function: Function
) -> Iterator[Problem]:
    related = (Related(got, "the sender"),)
    sends = [call for call in own_nodes(function, Call) if dotted(call.func) == f"{name}.send"]
    if found.closes and _is_one_of_several(function, sends, got):
        return
    if found.falls and not found.early:
        final = [call for call in sends if send_flags(call, final_names(python)) != 0]
        handlers = [handler for attempt in own_nodes(function, Try) for handler in attempt.handlers]
        failed = found.closes and all(any(lies_in(call, handler) for handler in handlers) for call in final)
        used = [n for n in own_nodes(function, Name) if n.id == name and not any(lies_in(n, h) for h in handlers)]
        if failed and final and len(used) > 1:
            return  # What is sent before is left unfinished: the rehearsal tells where.
        yield Problem(
            final[0].span if failed and final else got,
            "this is sent after an error only: without one, the client waits for ever"
            if failed and final
            else "there is a way on which the final flag is not sent through this sender: the client waits for ever"
            if found.closes
            else "the final flag is never sent through this sender, so the client waits for ever",
            help="send the response behind the `try` as well" if failed and final else HELP,
            fix=None if found.closes else _fix(python, last, name),
            certainty=None if certain and not found.closes else "likely",
            key="final",
        )
        if not found.closes:
            return
    for handler in found.handlers:
        handed = [c for c in own_nodes(function, Call) if name in (dotted(a.value) for a in c.arguments)]
        sent = [call for call in (*handed, *sends) if lies_in(call, handler)]
        yield Problem(
            sent[-1].span if sent else handler.header,
            "nothing but this is sent after an error, and it has no final flag: the client waits for ever"
            if sent
            else "after this `except` block the final flag is never sent, so the client waits for ever",
            help=f"{HELP}, also after an error",
            related=related,
            fix=_fix(python, handler.body[-1], name),
            certainty="likely",
            key="except",
        )
    places: list[tuple[Span, str]] = [(node.span, "here the request is left") for node in found.continues]
    places += [(node.span, "here the request is left") for node in found.returns]
    places += [(node.span, "this skips the `else` of the loop: the request ends") for node in found.breaks]
    places += [(_with_condition(function, node).span, _EARLY) for node in found.early]
    places += [
        (_side(node, sends), "one outcome of this condition leaves the request")
        for node in found.branches
        if not may_name_every_case(python, function, node)
    ]
    for span, what in places:
        yield Problem(
            _with_send(python, span, sends),
            f"{what} without the final flag, so the client waits for ever",
            help=HELP,
            related=related,
            certainty="likely",
            key=what,
        )


def _side(branch: If, sends: list[Call]) -> Span:
    """The condition, or what one side of it sends as its last."""
    for side in (branch.body, branch.orelse):
        sent = [call for call in sends if side and lies_in(call, side[-1])]
        if sent and not any(send_flags(call) != 0 for call in sends if any(lies_in(call, one) for one in side)):
            return sent[-1].span
    return branch.test.span


def _with_send(python: PythonFacts, span: Span, sends: list[Call]) -> Span:
    """A place, with the last response that was sent right before it."""
    for call in sends:
        end, start = call.span.end, span.start
        if end is not None and start is not None and end <= start and not python.text[end:start].strip():
            return Span(span.path, call.span.start, span.end)
    return span


def _fix(python: PythonFacts, last: Stmt, name: str) -> Fix | None:
    """Send the flag alone behind a block."""
    pb = pb_alias(python)
    if pb is None:
        return None
    line = f"{name}.send(flags={pb}.TRITONSERVER_RESPONSE_COMPLETE_FINAL)"
    edit: Edit | None
    if not isinstance(last, Flow):
        edit = insert_after(python, last, line)
    elif last.keyword == "pass":
        edit = Edit(last.span, line)
    else:
        edit = insert_before(python, last, line)
    return Fix("send the final flag", (edit,), safety="unsafe") if edit is not None else None


EXAMPLES = (
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
        for request in requests:
            sender = request.get_response_sender()
            for value in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                if value >= 0:
                    break
#                   ^^^^^ TLP207
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", value.reshape(1))]))
            else:
                sender.send(flags=final)
""",
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
        for request in requests:
            sender = request.get_response_sender()
            done = False
            for value in pb_utils.get_input_tensor_by_name(request, "x").as_numpy():
                if value < 0:
                    sender.send(flags=final)
                    done = True
                    break
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", value.reshape(1))]))
            if not done:
                sender.send(flags=final)
""",
    """\
-- count/config.pbtxt --
backend: "python"
input { name: "n" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- count/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            n = int(pb_utils.get_input_tensor_by_name(request, "n").as_numpy()[0])
            for number in range(n):
#           ^^^^^^^^^^^^^^^^^^^^^^ TLP207
                y = pb_utils.Tensor("y", np.array([number], dtype=np.float32))
                flags = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if number == n - 1 else 0
                sender.send(pb_utils.InferenceResponse([y]), flags=flags)
""",
    """\
-- count/config.pbtxt --
backend: "python"
input { name: "n" data_type: TYPE_INT32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- count/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            n = int(pb_utils.get_input_tensor_by_name(request, "n").as_numpy()[0])
            if n < 1:
                error = pb_utils.TritonError("n must be positive")
                sender.send(
                    pb_utils.InferenceResponse(error=error), flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
                )
                continue
            for number in range(n):
                y = pb_utils.Tensor("y", np.array([number], dtype=np.float32))
                flags = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if number == n - 1 else 0
                sender.send(pb_utils.InferenceResponse([y]), flags=flags)
""",
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def work(self, sender, x):
        try:
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.work, args=(request, x)).start()
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
        return None
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                for _ in range(3):
                    sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
-- fixed: add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] > 0:
                    raise ValueError("too large")
                for _ in range(3):
                    sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            if x[0] > 0:
                continue
#               ^^^^^^^^ TLP207
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, request, sender):
        try:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            if x[0] > 0:
                raise ValueError("too large")
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        except ValueError as error:
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            pb_utils.Logger.log_error(str(error))

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.answer, args=(request, request.get_response_sender()), daemon=True).start()
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] < 0:
                    continue
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse([], pb_utils.TritonError(str(error))))
            finally:
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            worker = threading.Thread(target=self._work, args=(request, request.get_response_sender()))
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            worker.daemon = True

    def _work(self, request, sender):
        try:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        finally:
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
model_transaction_policy { decoupled: true }
-- echo/1/model.py --
import threading

import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def work(self, sender, x):
        try:
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)])
        except ValueError as error:
            response = pb_utils.InferenceResponse([], pb_utils.TritonError(str(error)))
            sender.send(response, flags=FINAL)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            threading.Thread(target=self.work, args=(request.get_response_sender(), x)).start()
""",
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- echo/1/model.py --
import queue
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        self.worker = threading.Thread(target=self.work, daemon=True)
        self.worker.start()

    def work(self):
        for job in iter(self.jobs.get, None):
            sender, x = job
            try:
                response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)])
            except ValueError as error:
                response = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
            sender.send(response)
#           ^^^^^^^^^^^^^^^^^^^^^ TLP207

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.jobs.put((request.get_response_sender(), x.copy()))

    def finalize(self):
        self.jobs.put(None)
        self.worker.join()
""",
    # The flag may be written as a number.
    """\
-- echo/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- echo/1/model.py --
import queue
import threading

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        self.worker = threading.Thread(target=self.work, daemon=True)
        self.worker.start()

    def work(self):
        for sender, x, flags in iter(self.jobs.get, None):
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x * 2)]), flags)

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.jobs.put((request.get_response_sender(), x.copy(), 1))

    def finalize(self):
        self.jobs.put(None)
        self.worker.join()
""",
    """\
-- words/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ -1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- words/1/model.py --
import threading

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            words = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            worker = threading.Thread(target=self.stream, args=(request.get_response_sender(), list(words), 8))
            worker.start()

    def stream(self, sender, words, limit):
#       ^^^^^^ TLP221
        for number, word in enumerate([*words, b"and"] * 8, start=1):
            if word != b"stop": break
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", np.array([word], dtype=object))])
            if number >= limit:
                sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
                break
            sender.send(response)
""",
    # What is left of it tells both when it ends, and that there was nothing.
    """\
-- parts/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
model_transaction_policy { decoupled: true }
-- parts/1/model.py --
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            values = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            left = len(values)
            while True:
                part = values[len(values) - left :][:2]
                if len(part) == 0:
                    break
                left -= len(part)
                y = pb_utils.InferenceResponse([pb_utils.Tensor("y", part)])
                if left == 0:
                    sender.send(y, flags=FINAL)
                    break
                sender.send(y)
""",
    # The loop always comes to its last turn.
    """\
-- add/config.pbtxt --
backend: "python"
max_batch_size: 0
model_transaction_policy { decoupled: true }
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            values = np.append(x, np.float32(0))
            n = len(values)
            for i in range(n):
                y = pb_utils.InferenceResponse([pb_utils.Tensor("y", values[i : i + 1])])
                if i == n - 1:
                    sender.send(y, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
                    break
                sender.send(y)
""",
    """\
-- chat/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- chat/1/model.py --
import queue
import threading

import triton_python_backend_utils as pb_utils


class Job:
    def __init__(self, values, sender):
        self.values = values
        self.sender = sender


class TritonPythonModel:
    def initialize(self, args):
        self.jobs = queue.Queue()
        self.worker = threading.Thread(target=self.work, daemon=True)
        self.worker.start()

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.jobs.put(Job(x.copy(), request.get_response_sender()))

    def work(self):
        while True:
            job = self.jobs.get()
            if job is None:
                return
            try:
                self.stream(job)
            except Exception as error:
                job.sender.send(
                    pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))),
                    flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL,
                )

    def stream(self, job):
        for value in job.values:
            if value >= 0:
                return
#               ^^^^^^ TLP207
            job.sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", value.reshape(1))]))
        job.sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def finalize(self):
        self.jobs.put(None)
        self.worker.join()
""",
    """\
-- words/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- words/1/model.py --
import triton_python_backend_utils as pb_utils

FINAL = None


class TritonPythonModel:
    def initialize(self, args):
        global FINAL
        FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                if x[0] >= 0:
                    raise ValueError("too large")
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
                sender.send(flags=FINAL)
            except ValueError as error:
                sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
""",
    """\
-- words/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- words/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
        return None
""",
    """\
-- sentences/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- sentences/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Writer:
    def __init__(self, sender):
        self._sender = sender

    def write(self, parts):
        last = len(parts) - 1
        for index, part in enumerate(parts):
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
            flags = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if index == last else 0
            y = pb_utils.Tensor("y", np.array([part], dtype=object))
            self._sender.send(pb_utils.InferenceResponse([y]), flags=flags)


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            writer = Writer(request.get_response_sender())
            texts = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            found = []
            for text in texts:
                found += [part for part in text.decode("utf-8").split(".") if part]
            writer.write(found)
""",
    """\
-- sentences/config.pbtxt --
backend: "python"
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- sentences/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class Writer:
    def __init__(self, sender):
        self._sender = sender

    def write(self, parts):
        last = len(parts) - 1
        for index, part in enumerate(parts):
            flags = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if index == last else 0
            y = pb_utils.Tensor("y", np.array([part], dtype=object))
            self._sender.send(pb_utils.InferenceResponse([y]), flags=flags)


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            writer = Writer(request.get_response_sender())
            texts = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            found = []
            for text in texts:
                found += [part for part in text.decode("utf-8").split(".") if part]
            if not found:
                found = [""]
            writer.write(found)
""",
    """\
-- words/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- words/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def words(self, text):
        for word in text.split()[:10]:
            yield word

    def execute(self, requests):
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0].decode()
            sender = request.get_response_sender()
            words = list(self.words(text))
            for number, word in enumerate(words, start=1):
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP207
                tensor = pb_utils.Tensor("y", np.array([word.encode()], dtype=object))
                flags = FINAL if number == len(words) else 0
                sender.send(pb_utils.InferenceResponse([tensor]), flags=flags)
""",
    """\
-- words/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- words/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    def words(self, text):
        yield "echo:"
        for word in text.split()[:10]:
            yield word

    def execute(self, requests):
        for request in requests:
            text = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()[0].decode()
            sender = request.get_response_sender()
            words = list(self.words(text))
            for number, word in enumerate(words, start=1):
                tensor = pb_utils.Tensor("y", np.array([word.encode()], dtype=object))
                flags = FINAL if number == len(words) else 0
                sender.send(pb_utils.InferenceResponse([tensor]), flags=flags)
""",
    # The last way always does.
    """\
-- break_after/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- break_after/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def answer(self, sender, x):
        for scale in (1.0, 0.5, 0.25):
            y = x * np.float32(scale)
            if np.abs(y).max() < 10 or scale == 0.25:
                sender.send(
                    pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]),
                    flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL,
                )
                break

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            self.answer(request.get_response_sender(), x)
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
model_transaction_policy { decoupled: true }
-- add/1/model.py --
import json

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.streams = pb_utils.using_decoupled_model_transaction_policy(json.loads(args["model_config"]))

    def execute(self, requests):
        responses = []
        for request in requests:
            if self.streams:
                sender = request.get_response_sender()
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", x)])
            try:
                if self.streams:
                    sender.send(response)
                else:
                    responses.append(response)
                if self.streams:
                    sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            except ValueError as error:
                failed = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
                if not self.streams:
                    responses.append(failed)
                    continue
                sender.send(failed, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            if not self.streams:
                continue
            self.answered = True
        if self.streams:
            return None
        return responses
""",
    # The number of the flag, where it cannot be imported, is the flag.
    """\
-- parts/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
model_transaction_policy { decoupled: true }
-- parts/1/model.py --
import triton_python_backend_utils as pb_utils

NAME = "TRITONSERVER_RESPONSE_COMPLETE_FINAL"
FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if hasattr(pb_utils, NAME) else 1


class Writer:
    def __init__(self, sender):
        self._sender = sender

    def part(self, y):
        self._sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))

    def done(self):
        self._sender.send(flags=FINAL)


class TritonPythonModel:
    def answer(self, request):
        writer = Writer(request.get_response_sender())
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if not x.size:
            return
#           ^^^^^^ TLP207
        for start in range(0, x.size, 4):
            writer.part(x[start : start + 4])
        writer.done()

    def execute(self, requests):
        for request in requests:
            self.answer(request)
""",
    # The number of the flag, where it cannot be imported, is the flag.
    """\
-- parts/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1 ] }
model_transaction_policy { decoupled: true }
-- parts/1/model.py --
import triton_python_backend_utils as pb_utils

NAME = "TRITONSERVER_RESPONSE_COMPLETE_FINAL"
FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if hasattr(pb_utils, NAME) else 1


class Writer:
    def __init__(self, sender):
        self._sender = sender

    def part(self, y):
        self._sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))

    def done(self):
        self._sender.send(flags=FINAL)


class TritonPythonModel:
    def answer(self, request):
        writer = Writer(request.get_response_sender())
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        if not x.size:
            writer.done()
            return
        for start in range(0, x.size, 4):
            writer.part(x[start : start + 4])
        writer.done()

    def execute(self, requests):
        for request in requests:
            self.answer(request)
""",
)
