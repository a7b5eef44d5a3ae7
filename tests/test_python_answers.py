"""The ways of responses through execute, of senders to their final flag, and edits that keep the text around them."""

from __future__ import annotations

import textwrap

import pytest

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import answering_functions, response_makers
from tritonlint.inputs.python_flow import innermost_block, request_loops
from tritonlint.inputs.python_kinds import kind_of
from tritonlint.inputs.python_reading import read_python
from tritonlint.inputs.python_response_flow import answering_loop, answers, open_ends, stores
from tritonlint.inputs.python_tree import Assign, Call
from tritonlint.python_edits import answer_errors_of_loop, append_error, insert_after, pb_alias

HEAD = "import triton_python_backend_utils as pb\n\n\nclass TritonPythonModel:\n"


def facts(body: str, *, newline: str = "\n") -> PythonFacts:
    text = HEAD + textwrap.indent(textwrap.dedent(body), "    ")
    python = read_python("model.py", text.replace("\n", newline))
    assert python.error is None
    return python


def loop_body(*lines: str) -> str:
    body = "".join(f"        {line}\n" for line in lines)
    return f"def execute(self, requests):\n    out = []\n    for request in requests:\n{body}    return out\n"


@pytest.mark.parametrize(
    ("lines", "handlers", "continues", "branches", "twice"),
    [
        (("out.append(1)",), 0, 0, 0, 0),
        (("if request:", "    continue", "out.append(1)"), 0, 1, 0, 0),
        (("if request:", "    out.append(1)"), 0, 0, 1, 0),
        (("if request:", "    out.append(1)", "else:", "    out.append(2)"), 0, 0, 0, 0),
        (("if request:", "    out.append(1)", "if not request:", "    out.append(2)"), 0, 0, 0, 0),
        (("if request:", "    out.append(1)", "out.append(2)"), 0, 0, 0, 1),
        (("if request:", "    out.append(1)", "    continue", "out.append(2)"), 0, 0, 0, 0),
        (("try:", "    out.append(1)", "except ValueError:", "    pass"), 1, 0, 0, 0),
        (("try:", "    out.append(1)", "except ValueError:", "    raise"), 0, 0, 0, 0),
        (("try:", "    x = 1", "except ValueError:", "    out.append(1)", "out.append(2)"), 0, 0, 0, 1),
        (("try:", "    out.append(1)", "except ValueError:", "    out.append(2)"), 0, 0, 0, 0),
    ],
)
def test_every_way_through_the_loop(
    lines: tuple[str, ...], handlers: int, continues: int, branches: int, twice: int
) -> None:
    execute = facts(loop_body(*lines)).method("execute")
    assert execute is not None
    loop = answering_loop(execute, "out")
    assert loop is not None
    found = answers(loop, "out")
    assert found is not None
    assert (len(found.handlers), len(found.continues), len(found.branches), len(found.twice)) == (
        handlers, continues, branches, twice,
    )  # fmt: skip


def test_a_list_that_something_else_fills_is_not_judged() -> None:
    execute = facts(
        """\
        def execute(self, requests):
            out = []
            for request in requests:
                if request:
                    out.append(request)
            out.extend(missing(requests))
            return out
        """
    ).method("execute")
    assert execute is not None
    assert answering_loop(execute, "out") is None


@pytest.mark.parametrize(
    ("lines", "branches"),
    [
        (("out[i] = request",), 0),
        (("if request:", "    out[i] = request"), 1),
        (("if request:", "    out[i] = request", "else:", "    out[i] = 1"), 0),
        (("try:", "    x = 1", "except ValueError:", "    out[i] = 1", "    x = 0", "if x:", "    out[i] = x"), 0),
    ],
)
def test_places_of_a_list_of_none(lines: tuple[str, ...], branches: int) -> None:
    body = "".join(f"        {line}\n" for line in lines)
    execute = facts(
        "def execute(self, requests):\n    out = [None] * len(requests)\n"
        f"    for i, request in enumerate(requests):\n{body}    return out\n"
    ).method("execute")
    assert execute is not None
    found = stores(execute, "out")
    assert found is not None
    assert len(found[1].branches) == branches
    assert not found[1].handlers


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (("sender.send(answer)", "sender.send(flags=pb.TRITONSERVER_RESPONSE_COMPLETE_FINAL)"), ""),
        (("sender.send(answer, flags=1)",), ""),
        (("sender.send(answer)",), "falls"),
        (("if request:", "    return", "sender.send(answer, flags=1)"), "returns"),
        (("if request:", "    continue", "sender.send(answer, flags=1)"), "continues"),
        (("if request:", "    sender.send(answer, flags=1)"), "branches"),
        (("try:", "    sender.send(answer, flags=1)", "except ValueError:", "    pass"), "handlers"),
        (("try:", "    return", "finally:", "    sender.send(flags=1)"), ""),
        (("sender.send(flags=1)", "sender.send(answer)"), "twice"),
    ],
)
def test_every_way_of_a_sender(lines: tuple[str, ...], problems: str) -> None:
    execute = facts(loop_body("sender = request.get_response_sender()", *lines)).method("execute")
    assert execute is not None
    got = next(node for node in request_loops(execute)[0].body if isinstance(node, Assign))
    found = open_ends(innermost_block(execute, got), "sender")
    assert found is not None
    kinds = ("falls", "returns", "continues", "branches", "handlers", "twice")
    assert [kind for kind in kinds if getattr(found, kind)] == ([problems] if problems else [])


@pytest.mark.parametrize("use", ["self.keep(sender)", "other = sender", "sender.send(1, flags=last)", "sender.close()"])
def test_a_sender_in_other_hands_is_not_judged(use: str) -> None:
    execute = facts(loop_body("sender = request.get_response_sender()", use)).method("execute")
    assert execute is not None
    assert open_ends(request_loops(execute)[0].body, "sender") is None


def test_requests_and_responses_are_followed_into_methods() -> None:
    python = facts(
        """\
        def execute(self, requests):
            return self.serve(requests)

        def serve(self, requests):
            return [self.one(request) for request in requests]

        def one(self, request):
            return None
        """
    )
    functions = answering_functions(python)
    assert [function.name for function in functions] == ["execute", "serve"]
    assert [maker.name for maker, _ in response_makers(python, functions[1])] == ["one"]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("'a' % request", "str"),
        ("f'{request}'", "str"),
        ("len(requests)", "int"),
        ("[1]", "list"),
        ("pb.Tensor('y', x)", "Tensor"),
        ("answer.error().message()", "str"),
        ("request", "InferenceRequest"),
        ("unknown(request)", None),
    ],
)
def test_kinds(expression: str, kind: str | None) -> None:
    python = facts(loop_body(f"keep({expression})"))
    call = next(call for call in python.walk(Call) if python.source(call.func) == "keep")
    assert kind_of(python, call.arguments[0].value) == kind


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_edits_keep_line_ends_and_indentation(newline: str) -> None:
    python = facts(loop_body("x = 1  # one", "out.append(x)"), newline=newline)
    execute = python.method("execute")
    assert execute is not None
    assert pb_alias(python) == "pb"
    loop = request_loops(execute)[0]
    edit = insert_after(python, loop.body[0], "y = 2")
    assert edit is not None
    assert edit.text == f"{newline}            y = 2"
    assert python.text[: edit.span.start].endswith("# one")
    (whole,) = answer_errors_of_loop(python, loop, "out")
    changed = python.text[: whole.span.start] + whole.text + python.text[whole.span.end :]
    assert read_python("model.py", changed).error is None
    assert changed.count("\n") == changed.count(newline)


def test_text_over_several_lines_is_left_alone() -> None:
    execute_with_text = facts(loop_body("x = '''a", "b'''", "out.append(x)"))
    execute = execute_with_text.method("execute")
    assert execute is not None
    assert answer_errors_of_loop(execute_with_text, request_loops(execute)[0], "out") == ()


def test_an_error_response_needs_a_name_for_the_error() -> None:
    python = facts(loop_body("try:", "    out.append(1)", "except:", "    pass"))
    execute = python.method("execute")
    assert execute is not None
    found = answers(request_loops(execute)[0], "out")
    assert found is not None
    assert append_error(python, found.handlers[0], "out") == ()
