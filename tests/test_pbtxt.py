"""The reader against ``text_format``, its recovery, and texts that nobody should write."""

from __future__ import annotations

import math
import random

import pytest
from google.protobuf import message_factory, text_format
from google.protobuf.message import Message as Protobuf
from hypothesis import given, settings
from hypothesis import strategies as st

from tritonlint.pbtxt.reader import MAX_PROBLEMS, read_config
from tritonlint.pbtxt.schema import FieldType, MessageType, pool, root_type
from tritonlint.pbtxt.tree import Document, Message, Scalar
from tritonlint.source import decode, encode

CONFIG = message_factory.GetMessageClass(pool().FindMessageTypeByName("inference.ModelConfig"))


def plain(message: Message, schema: MessageType) -> dict[str, object]:
    """The tree as data, to compare with :func:`plain_protobuf`: defaults left out, the last singular value wins."""
    out: dict[str, object] = {}
    for field in message.fields:
        type_ = schema.fields[field.name]
        values = [plain(v, type_.message) if isinstance(v, Message) else number(type_, v) for v in field.values]
        if type_.kind == "message" and type_.message.map_entry:
            entries = out.setdefault(field.name, {})
            for value in values:
                key = value.get("key", "" if type_.message.fields["key"].kind == "string" else 0)
                entries[key] = value.get("value", {} if type_.message.fields["value"].kind == "message" else "")
        elif type_.repeated:
            out.setdefault(field.name, []).extend(values)
        else:
            out[field.name] = values[-1]
    return {
        name: value
        for name, value in out.items()
        if schema.fields[name].oneof
        or (schema.fields[name].kind == "message" and not schema.fields[name].repeated)
        or value
    }


def number(type_: FieldType, scalar: Scalar) -> object:
    value = scalar.value
    if type_.kind == "enum" and isinstance(value, str):
        return type_.enum.numbers[value]
    if type_.kind == "float" and isinstance(value, float):
        return _rounded(value)
    return value


def _rounded(value: float) -> float:
    import struct

    return value if math.isinf(value) or math.isnan(value) else struct.unpack("<f", struct.pack("<f", value))[0]


def plain_protobuf(message: Protobuf, schema: MessageType) -> dict[str, object]:
    out: dict[str, object] = {}
    for descriptor, value in message.ListFields():
        type_ = schema.fields[descriptor.name]
        if type_.kind == "message" and type_.message.map_entry:
            inner = type_.message.fields["value"]
            out[type_.name] = {
                k: plain_protobuf(value[k], inner.message) if inner.kind == "message" else value[k] for k in value
            }
        elif type_.kind == "message":
            many = list(value) if type_.repeated else [value]
            said = [plain_protobuf(v, type_.message) for v in many]
            out[type_.name] = said if type_.repeated else said[0]
        else:
            out[type_.name] = list(value) if type_.repeated else value
    return out


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12).filter(
    lambda text: "${" not in text and "{{" not in text and "<%" not in text
)


def write(draw: st.DrawFn, schema: MessageType, depth: int, style: random.Random) -> str:
    """A valid message in some style."""
    names = draw(st.lists(st.sampled_from(sorted(schema.fields)), max_size=5, unique=True)) if schema.fields else []
    taken: set[str] = set()
    parts = []
    for name in names:
        type_ = schema.fields[name]
        if type_.oneof and type_.oneof in taken:
            continue
        taken.add(type_.oneof)
        if type_.kind == "message" and depth > 3:
            continue
        count = draw(st.integers(0, 3)) if type_.repeated else 1
        values = [literal(draw, type_, depth, style) for _ in range(count)]
        colon = style.choice([":", " : ", ": # comment\n"])
        if type_.kind == "message" and style.random() < 0.5:
            colon = " "
        if type_.repeated and style.random() < 0.5:
            parts.append(f"{name}{colon}[{style.choice([',', ' , ']).join(values)}]")
        else:
            parts += [f"{name}{colon}{value}" for value in values]
    return "".join(part + style.choice([" ", "\n", "; ", ", ", "\r\n", " # c\n"]) for part in parts)


def literal(draw: st.DrawFn, type_: FieldType, depth: int, style: random.Random) -> str:
    if type_.kind == "message":
        body = write(draw, type_.message, depth + 1, style)
        return f"<{body}>" if style.random() < 0.2 else f"{{{body}}}"
    if type_.kind == "string":
        data = draw(WORDS).encode()
        quote = style.choice("'\"")
        text = "".join(chr(b) if 32 <= b < 127 and chr(b) not in "'\"\\" else f"\\{b:03o}" for b in data)
        middle = style.randrange(len(text) + 1) if "\\" not in text else 0
        return f"{quote}{text[:middle]}{quote} {quote}{text[middle:]}{quote}"
    if type_.kind == "integer":
        value = draw(st.integers(type_.low, type_.high))
        sign, value = ("-" if value < 0 else ""), abs(value)
        return sign + style.choice([str(value), hex(value), f"0{value:o}"])
    if type_.kind == "bool":
        return draw(st.sampled_from(["true", "True", "t", "1", "false", "False", "f", "0"]))
    if type_.kind == "enum":
        return draw(st.sampled_from([*type_.enum.numbers, *map(str, type_.enum.names), "77"]))
    return style.choice([repr(draw(st.floats(0, 1e30))), "inf", "-inf", "1.5f", ".5", "7"])


@st.composite
def valid_texts(draw: st.DrawFn) -> str:
    return write(draw, root_type(), 0, random.Random(draw(st.integers(0, 10**6))))


@given(valid_texts())
@settings(max_examples=150, deadline=None)
def test_valid_texts_say_what_text_format_says(text: str) -> None:
    document = read_config("c", text)
    assert not document.problems
    expected = text_format.Parse(text, CONFIG())
    assert plain(document.root, root_type()) == plain_protobuf(expected, root_type())


@given(valid_texts(), st.data())
@settings(max_examples=150, deadline=None)
def test_broken_texts_are_refused_when_text_format_refuses(text: str, data: st.DataObject) -> None:
    # Left out: what the two parsers of protobuf judge differently (NUL, + and - apart, octal and unknown escapes).
    piece = data.draw(st.sampled_from(["{", "}", "[", "]", ":", ",", ";", '"', "x", "1", "name", "input {", "#", "é"]))
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 3))
    broken = text[:at] + piece + text[at + cut :]
    if "\\" in text or "-" in text or "01" in text:
        return
    try:
        text_format.Parse(broken, CONFIG())
    except text_format.ParseError:
        accepted = False
    else:
        accepted = True
    assert (not read_config("c", broken).problems) == accepted


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_and_come_back(data: bytes) -> None:
    document = read_config("c", decode(data))
    assert encode(document.text) == data
    assert (document.root.start, document.root.end) == (0, len(document.text))


def one(text: str) -> tuple[str, str]:
    document = read_config("c", text)
    assert len(document.problems) == 1, document.problems
    problem = document.problems[0]
    return problem.kind, text[problem.start : problem.end]


def repaired(text: str) -> str:
    for edit in sorted(read_config("c", text).problems[0].repairs, key=lambda r: -r.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("input [ { name: 'x' dims: [ 4 } ]\noutput [ { name: 'y' } ]", "unclosed", "["),
        ("input [ { name: 'x' ]\noutput [ { name: 'y' } ]", "unclosed", "{"),
        ("dynamic_batching {\n  preserve_ordering: true\ninstance_group [ { count: 1 } ]\n", "unclosed", "{"),
        ("dynamic_batching {\n  default_queue_policy {\n    max_queue_size: 1\n}\nname: 'x'\n", "unclosed", "{"),
        ("name: 'x' }\nbackend: 'b'", "unclosed", "}"),
        ("dynamic_batching\n  preserve_ordering: true\n}\nname: 'x'", "unclosed", "dynamic_batching"),
        ("foo { bar { x: 1 } y: [ 1, 2 ] }\nname: 'x'", "unknown-field", "foo"),
        ("name: \nbackend: 'b'", "syntax", ":"),
        ("name: 'x\nbackend: 'b'", "syntax", "'x"),
        ("input { dims: 1, 2, 3 }", "syntax", "1, 2, 3"),
        ("max_batch_size: 8name: 'x'", "syntax", "8name"),
        ("name: my model\nbackend: 'b'", "wrong-type", "my model"),
        ("x { " * 10_000, "unknown-field", "x"),
        ("\ufffd" * 3, "encoding", "\ufffd" * 3),
    ],
)
def test_one_cause_gives_one_problem(text: str, kind: str, shown: str) -> None:
    assert one(text) == (kind, shown)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("input { data_type: FP32 }", "input { data_type: TYPE_FP32 }"),
        ("input { data_type: TYPE_FLOAT }", "input { data_type: TYPE_FP32 }"),
        ("instance_group { kind: KIND_gpu }", "instance_group { kind: KIND_GPU }"),
        ("input { optional: yes }", "input { optional: true }"),
        ('max_batch_size: "8"', "max_batch_size: 8"),
        ("maxBatchSize: 8", "max_batch_size: 8"),
        ("inputs { }", "input { }"),
        ("input { dims: [ 1 2 ] }", "input { dims: [ 1, 2 ] }"),
        ("input { dims: 1, 2 }", "input { dims: [1, 2] }"),
        ("name: 'x' // c", "name: 'x' # c"),
        ("max_batch_size: 08", "max_batch_size: 8"),
        ('{ "name": "x", "max_batch_size": 8 }', ' name: "x", max_batch_size: 8 '),
    ],
)
def test_repairs(text: str, mended: str) -> None:
    assert repaired(text) == mended
    assert not read_config("c", mended).problems


def placeholders(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.placeholders]


def test_placeholders_are_unknown_values() -> None:
    text = "name: '${n}_x'\nmax_batch_size: ${b}\n${whole}\ninput { dims: [ {{ d }}, 3 ] data_type: TYPE_${t} }\n"
    document = read_config("c", text)
    assert not document.problems
    assert placeholders(document) == ["${n}", "${b}", "${whole}", "{{ d }}", "TYPE_${t}"]
    root = document.root
    assert root.string("name") is None
    assert root.integer("max_batch_size") is None
    assert root.uncertain
    tensor = root.messages("input")[0]
    assert tensor.integers("dims") is None
    assert tensor.scalar("data_type").unknown  # type: ignore[union-attr]


def test_a_dollar_alone_is_no_placeholder() -> None:
    document = read_config("c", "name: '$$TRITON_MODEL_DIRECTORY/env ${ $x'")
    assert not document.placeholders
    assert document.root.string("name") == "$$TRITON_MODEL_DIRECTORY/env ${ $x"


def test_utf16_is_one_problem() -> None:
    assert len(read_config("c", decode("name: 'x'".encode("utf-16"))).problems) == 1


@pytest.mark.parametrize(
    "piece", ["{", "[", "<", '"\n', "x:", "x{", "input{", "name:'", "//\n", "/*", "${", "1x ", "\0\0"]
)
def test_repetition_stays_linear_and_bounded(piece: str) -> None:
    document = read_config("c", piece * 20_000)
    assert 0 < len(document.problems) <= MAX_PROBLEMS or piece == "${"
