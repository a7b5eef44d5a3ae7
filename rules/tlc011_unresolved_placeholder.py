"""A placeholder that something must fill in before the server reads the config

## What it does
Reports the first `${name}`, `{{ name }}`, `{% … %}` or `<% … %>` outside of quotes, once per config. What a
placeholder stands for is taken as unknown by every other rule.

## What happens
Whatever deploys the model must fill the placeholders in. A server that gets the file as it lies here refuses the model.

## How to fix
Check the rendered repository as well: render the template, then run `tritonlint check` on the result. If the template
is rendered in every deployment, ignore this rule for it.

## Source
protobuf's C++ text parser knows no placeholders, and the server replaces none while it reads the file.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLC011",
    name="unresolved-placeholder",
    effect="portability",
    certainty="likely",
    server_says=("Error parsing text-format inference.ModelConfig",),
)


def check(config: Document) -> Iterator[Problem]:
    text = config.text
    # A placeholder in quotes is a text like any other to the server.
    outside = [place for place in config.placeholders if not _in_string(config, place)]
    if not outside:
        return
    start, end = outside[0]
    more = f" (and {len(outside) - 1} more)" if len(outside) > 1 else ""
    yield Problem(
        Span(config.path, start, end),
        f"the server refuses the model unless {text[start:end]}{more} is filled in before",
        help="render the template and check the result",
        key="placeholder",
    )


def _in_string(config: Document, place: tuple[int, int]) -> bool:
    """Whether a placeholder is a part of a text in quotes: the quotes before it on its line do not pair up."""
    text = config.text
    before = text[text.rfind("\n", 0, place[0]) + 1 : place[0]]
    quote = ""
    skip = False
    for char in before:
        if skip:
            skip = False
        elif char == "\\":
            skip = bool(quote)
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#":
            return True
    return bool(quote)


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
max_batch_size: ${MAX_BATCH}
#               ^^^^^^^^^^^^ TLC011
input { name: "x" data_type: TYPE_FP32 dims: [ ${WIDTH} ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
parameters { key: "folder" value { string_value: "${HOME}/data" } }
-- add/1/ --
""",
)
