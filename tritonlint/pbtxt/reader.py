"""Reads config.pbtxt: protobuf text format, bound to Triton's schema, with spans, going on after every mistake.

A problem is stated exactly when protobuf's C++ text parser, which the server uses, refuses the text; every row
of its behaviour is checked against ``protoc --encode`` in ``tests/test_pbtxt_verdict.py``. Two things differ by
intent: a ``${placeholder}`` outside quotes is listed in ``Document.placeholders`` instead of being a problem,
and text that holds template blocks (``{% if … %}``) is not judged by what only the rendered text can show.

After a mistake the reader goes on where the next field starts, so that one cause gives one problem.
"""

from __future__ import annotations

import re
import struct
from array import array
from typing import Literal

from tritonlint.nearest import nearest
from tritonlint.pbtxt.names import normalised, unquoted_literal
from tritonlint.pbtxt.schema import FieldType, MessageType, message_types, root_type
from tritonlint.pbtxt.tree import (
    Comment,
    Document,
    Field,
    Message,
    ProblemKind,
    ReadProblem,
    Replacement,
    Scalar,
    ScalarKind,
)

MAX_PROBLEMS = 500
"""Problems noted per file."""
FOREIGN_PROBLEMS = 12
"""Broken places from which a text is taken for another language."""

# Kinds of tokens besides symbols, which are their own kind. EOF is the empty string.
IDENTIFIER, PLAIN, ESCAPED, INTEGER, FLOAT, HOLD, BLOCK, BAD_NUMBER, BAD_STRING, BAD = "asqifhbnux"
EOF = ""
STRINGS = frozenset((PLAIN, ESCAPED))
OPENERS = {"{": "}", "<": ">", "[": "]"}
CLOSERS = frozenset("}>]")
BRACES = frozenset("{<")
SEPARATORS = frozenset(",;")
HOLDERS = frozenset((HOLD, BLOCK))
# What behind an identifier shows that it is the name of a field.
FIELD_SIGNS = frozenset(":{[<")
VALUES = frozenset((IDENTIFIER, PLAIN, ESCAPED, INTEGER, FLOAT, HOLD, BAD_NUMBER, BAD_STRING, BAD, "-"))

_BLOCK = r"\{%[^\n]*?%\}|<%[^\n]*?%>"
_COMMON = r"""
    ([A-Za-z_][A-Za-z0-9_]*)
  | ([{}<>\[\]:,;\-])
  | ("[^"\\\n]*"|'[^'\\\n]*')
  | ((?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(?![A-Za-z0-9_.]))
  | (\#[^\n]*)
  | ("(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
  | ((?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?(?![A-Za-z0-9_.]))
  | (\.?[0-9](?:[eE][+-]|[A-Za-z0-9_.])*)
  | (["'][^\n]*)
  | (//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?)
  | ([^\ \t\n\v\f\r])
"""
_KINDS = (EOF, IDENTIFIER, "", PLAIN, INTEGER, "", ESCAPED, FLOAT, BAD_NUMBER, BAD_STRING, "", BAD, HOLD, BLOCK)
_SYMBOL, _COMMENT, _LAST_USUAL, _FOREIGN_COMMENT = 2, 5, 7, 10
_PLAIN_TOKENS = re.compile(_COMMON, re.VERBOSE)
# A placeholder wins over every other token, but its groups come last, so that _KINDS serves both patterns.
_GLUED = r"[A-Za-z0-9_.]*(?:\$\{[^{}\"'\n]*\}|<%=[^%\n]*%>|\{\{(?!\s*\w+\s*[:{<])[^{}\n]+\}\})"
_HOLD_START = rf"(?:{_GLUED})+[A-Za-z0-9_.]*"
_TEMPLATE_TOKENS = re.compile(rf"(?!{_HOLD_START}|{_BLOCK})(?:{_COMMON})|({_HOLD_START})|({_BLOCK})", re.VERBOSE)
_IN_STRING = re.compile(r"\$\{[A-Za-z_][^{}\"'\n]*\}|\{\{[^{}\n]+\}\}|<%[^%\n]*%>")
_ESCAPE = re.compile(
    rb"\\(?:([abfnrtv\\?'\"])|([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})"
    rb"|u([0-9a-fA-F]{4})|U(00[01][0-9a-fA-F]{5})|(.|$))",
    re.DOTALL,
)
_SIMPLE_ESCAPES = dict(zip(b"abfnrtv\\?'\"", b"\a\b\f\n\r\t\v\\?'\"", strict=True))
_GLUED_FIELD = re.compile(r"(0|[1-9][0-9]*)([A-Za-z_][A-Za-z0-9_]*)(?=\s*[:{])")
_FIELD_LINE = re.compile(r"\s*(?:[A-Za-z_]\w*\s*[:{\[<]|[}\]>#{\[]|$)")
_SMART_QUOTED = re.compile('[\u201c\u201d\u201e]([^\u201c\u201d\u201e"\n]*)[\u201c\u201d"]')
_INVISIBLE = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u3000\u0085"
_ZERO_WIDTH = "\ufeff\u200b\u200c\u200d\u2060"


def read_config(path: str, text: str) -> Document:
    """Read the text of a config.pbtxt; ``text`` comes from :func:`tritonlint.source.decode`. Never raises."""
    return _Reader(path, text).read()


class _Reader:
    """State of one reading: tokens in three parallel arrays, the current index, and what was found."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.kinds: list[str] = []
        self.starts = array("i")
        self.ends = array("i")
        self.i = 0
        self.problems: list[ReadProblem] = []
        self.comments: list[Comment] = []
        self.placeholders: list[tuple[int, int]] = []
        self.blocks = False
        self.json: list[Replacement] | None = None
        self.json_broken = False
        # Open brackets: (closing character, offset, field types of the message or None for a list).
        self.open: list[tuple[str, int, MessageType | None]] = []
        self.unwind: int | None = None
        # Whether a bracket that is not closed was skipped, with its problem, to the end of the text.
        self.swallowed = False
        self._surplus: int | None = None
        # Whether a bracket is wrong: what seems misplaced behind it may be right once it is mended.
        self.lost = False

    def read(self) -> Document:
        text = self.text
        schema = root_type()
        root = Message(self.path, 0, len(text), schema.name)
        if self._wrong_encoding():
            root.uncertain = True
        else:
            self._lex()
            self._enter_json()
            while True:
                self._fields(schema, root, "", 0)
                if self.kinds[self.i] == EOF:
                    break
            self._leave_json(root)
        if self.blocks:
            judged = ("unknown-field", "unknown-enum-value", "wrong-type", "out-of-range")
            self.problems = [p for p in self.problems if p.kind in judged]
        self.problems.sort(key=lambda problem: problem.start)
        broken = [problem for problem in self.problems if problem.kind == "syntax" and not problem.repairs]
        if len(broken) >= FOREIGN_PROBLEMS:
            # Python, YAML or a web page: one place says it, the others are noise.
            first = broken[0]
            said = f"this is no protobuf text format: {first.message} ({len(self.problems) - 1} more problems follow)"
            self.problems = [ReadProblem("syntax", first.start, first.end, said, "write a ModelConfig here")]
        return Document(
            self.path, text, root, tuple(self.problems), tuple(self.comments), tuple(sorted(self.placeholders))
        )

    # ---------------------------------------------------------------- tokens

    def _wrong_encoding(self) -> bool:
        """UTF-16 and the like: one problem for the whole file, instead of one per character."""
        text = self.text
        if text.isascii() and "\0" not in text:
            return False
        utf16 = text.startswith(("\udcff\udcfe", "\udcfe\udcff"))
        if utf16 or text.count("\0") * 4 > len(text):
            self._add(
                "encoding",
                0,
                min(len(text), 2),
                "the file is not UTF-8 text: it looks like UTF-16",
                "save it as UTF-8 without a byte order mark, for example with iconv -f UTF-16 -t UTF-8",
            )
            return True
        return False

    def _lex(self) -> None:
        text = self.text
        if "\0" in text:
            at = text.index("\0")
            self._add("encoding", at, at + 1, "a NUL character; the parser reads no further", "delete the character")
            text = text.replace("\0", " ")
        templated = "${" in text or "{{" in text or "<%" in text or "{%" in text
        pattern = _TEMPLATE_TOKENS if templated else _PLAIN_TOKENS
        kinds, starts, ends = self.kinds, self.starts, self.ends
        add_kind, add_start, add_end = kinds.append, starts.append, ends.append
        position = 0
        size = len(text)
        while position < size:
            for match in pattern.finditer(text, position):
                index = match.lastindex
                start, end = match.span()
                if index == _SYMBOL:
                    add_kind(text[start])
                elif index == _COMMENT:
                    self.comments.append(Comment(start, end, match.group().rstrip("\r")))
                    continue
                elif index <= _LAST_USUAL:  # type: ignore[operator]
                    add_kind(_KINDS[index])  # type: ignore[index]
                else:
                    # Rare; some of these go on elsewhere than behind the match.
                    position = self._odd_token(index or 0, start, end)
                    if position != end:
                        break
                    continue
                add_start(start)
                add_end(end)
            else:
                break
        add_kind(EOF)
        add_start(size)
        add_end(size)

    def _odd_token(self, index: int, start: int, end: int) -> int:
        """A token that is no plain text format. Returns where to go on."""
        text = self.text
        kind = _KINDS[index]
        if index == _FOREIGN_COMMENT:
            self._foreign_comment(start, end)
            return end
        if kind in HOLDERS:
            self.placeholders.append((start, end))
            self.blocks |= kind == BLOCK
        elif kind == BAD_NUMBER:
            glued = _GLUED_FIELD.match(text, start)
            if glued:
                end = glued.end(1)
                kind = INTEGER
                self._add(
                    "syntax",
                    start,
                    glued.end(2),
                    f"a space is missing between {glued[1]} and {glued[2]}",
                    "put a space or a line break between them",
                    (Replacement(end, end, " "),),
                )
        elif kind == BAD_STRING:
            end = self._unterminated(start, end)
        elif kind == BAD:
            char = text[start]
            if char in _INVISIBLE or char in _ZERO_WIDTH or (char < " " or char == "\x7f"):
                self._invisible(start, char)
                return end
            smart = _SMART_QUOTED.match(text, start)
            if smart:
                end = smart.end()
                self._add(
                    "encoding",
                    start,
                    end,
                    "typographic quotation marks; text needs straight ones",
                    f'write "{smart[1]}"',
                    repairs=(Replacement(start, start + 1, '"'), Replacement(end - 1, end, '"')),
                )
                kind = PLAIN
            elif char > "~":
                while end < len(text) and (text[end] > "~" or text[end].isalnum() or text[end] == "_"):
                    end += 1
                if self.kinds and self.kinds[-1] == IDENTIFIER and self.ends[-1] == start:
                    self.kinds.pop()
                    self.ends.pop()
                    start = self.starts.pop()
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        return end

    def _foreign_comment(self, start: int, end: int) -> None:
        text = self.text
        body = text[start:end].rstrip("\r")
        if body.startswith("//"):
            repairs: tuple[Replacement, ...] = (Replacement(start, start + 2, "#"),)
        elif "\n" not in body and body.endswith("*/") and text[end : end + 1] in ("", "\n", "\r"):
            repairs = (Replacement(start, start + 2, "#"), Replacement(end - 2, end, ""))
        else:
            repairs = ()
        self._add(
            "json-habit",
            start,
            start + 2,
            f"a comment starts with #, not with {body[:2]}",
            "write # at the start of every comment line",
            repairs=repairs,
        )

    def _invisible(self, start: int, char: str) -> None:
        if char == "\ufeff" and start == 0:
            message, action = "the file starts with a byte order mark", "save the file as UTF-8 without it"
        else:
            message = f"an invisible character (U+{ord(char):04X}) outside quotes"
            action = "replace it by a space" if char in _INVISIBLE else "delete it"
        repair = " " if char in _INVISIBLE else ""
        self._add("encoding", start, start + 1, message, action, repairs=(Replacement(start, start + 1, repair),))

    def _unterminated(self, start: int, end: int) -> int:
        """A string without its closing quote on the line; returns where it ends."""
        text = self.text
        while end > start and text[end - 1] in "\r \t":
            end -= 1
        line_end = text.find("\n", end)
        if line_end != -1:
            following = text.find("\n", line_end + 1)
            next_line = text[line_end + 1 : following if following != -1 else len(text)]
            closing = text.find(text[start], line_end)
            if closing != -1 and not _FIELD_LINE.match(next_line):
                self._add(
                    "syntax",
                    start,
                    closing + 1,
                    "a text goes over several lines",
                    r"close it on its line and write line breaks as \n; texts that follow each other are joined",
                )
                return closing + 1
        repairs: tuple[Replacement, ...] = ()
        if re.fullmatch(r"[\w./:$ -]*", text[start + 1 : end]):
            repairs = (Replacement(end, end, text[start]),)
        self._add(
            "syntax", start, end, f"the text is not closed: {text[start]} is missing", "close it on its line", repairs
        )
        return end

    # ---------------------------------------------------------------- structure

    def _fields(self, schema: MessageType, message: Message, closer: str, depth: int) -> int:
        """Read fields up to ``closer``; returns where the message ends."""
        kinds, starts, ends, text, path = self.kinds, self.starts, self.ends, self.text, self.path
        known = schema.fields
        seen: dict[str, Field] = {}
        add = message.fields.append
        while True:
            i = self.i
            kind = kinds[i]
            if kind == IDENTIFIER:
                start, name_end = starts[i], ends[i]
                name = text[start:name_end]
                type_ = known.get(name)
                if type_ is None:
                    if self._unknown_field(schema, message, closer, depth, i):
                        return ends[i - 1]
                    continue
                kind = kinds[i + 1]
                if type_.kind == "message":
                    at = i + 1
                    if kind == ":":
                        at += 1
                        kind = kinds[at]
                    if kind in BRACES:
                        values: list[Scalar | Message] = [self._message(type_, at, depth)]
                    elif kind == "[" and type_.repeated:
                        values = self._message_list(type_, at, message, depth)
                    else:
                        values = self._not_a_message(type_, at, message, depth)
                else:
                    at = i + 2
                    if kind != ":":
                        at = self._missing_colon(name, i, message)
                        if not at:
                            continue
                    kind = kinds[at]
                    if kind == "[" and type_.repeated:
                        values = self._scalar_list(type_, at, message)
                    else:
                        values = [self._scalar(type_, at, message)]
                field = Field(path, start, ends[self.i - 1], name, name_end, values)
                add(field)
                if not type_.repeated:
                    self._singular(type_, field, seen)
                kind = kinds[self.i]
                if kind in SEPARATORS:
                    self.i += 1
                if self.unwind is not None:
                    message.uncertain = True
                    if self.unwind < depth:
                        return field.end
                    self.unwind = None
            elif kind == closer:
                if kind == EOF:
                    return len(text)
                self.i = i + 1
                return ends[i]
            elif self._stray(schema, message, closer, depth):
                return ends[self.i - 1]

    def _message(self, type_: FieldType, at: int, depth: int) -> Message:
        """A message in brackets; ``at`` is the opening one."""
        start = self.starts[at]
        closer = OPENERS[self.kinds[at]]
        schema = type_.message
        child = Message(self.path, start, start + 1, schema.name)
        self.i = at + 1
        self.open.append((closer, start, schema))
        child.end = self._fields(schema, child, closer, depth + 1)
        self.open.pop()
        return child

    def _message_list(self, type_: FieldType, at: int, message: Message, depth: int) -> list[Scalar | Message]:
        kinds = self.kinds
        values: list[Scalar | Message] = []
        opening = self.starts[at]
        self.i = at + 1
        if kinds[self.i] == "]":
            self.i += 1
            return values
        self.open.append(("]", opening, None))
        while True:
            kind = kinds[self.i]
            if kind in BRACES:
                values.append(self._message(type_, self.i, depth))
            elif kind in HOLDERS:
                message.uncertain = True
                values.append(self._placeholder(self.i))
                self.i += 1
            elif self._list_element_missing(message, opening, "a message in { }"):
                break
            if self.unwind is not None or self._list_goes_on(message, opening, "{<") == "end":
                break
        self.open.pop()
        return values

    def _scalar_list(self, type_: FieldType, at: int, message: Message) -> list[Scalar | Message]:
        kinds = self.kinds
        values: list[Scalar | Message] = []
        opening = self.starts[at]
        self.i = at + 1
        if kinds[self.i] == "]":
            self.i += 1
            return values
        self.open.append(("]", opening, None))
        while True:
            kind = kinds[self.i]
            if kind == BLOCK:
                values.append(self._placeholder(self.i))
                self.i += 1
            elif kind in VALUES and not (kind == IDENTIFIER and kinds[self.i + 1] in FIELD_SIGNS):
                values.append(self._scalar(type_, self.i, message))
            elif self._list_element_missing(message, opening, _wanted(type_)):
                break
            if self._list_goes_on(message, opening, "") == "end":
                break
        self.open.pop()
        return values

    def _list_element_missing(self, message: Message, opening: int, wanted: str) -> bool:
        """No element stands where one must. Returns whether the list ends here."""
        kinds, i = self.kinds, self.i
        kind = kinds[i]
        start, end = self.starts[i], self.ends[i]
        if kind == "]" and kinds[i - 1] == ",":
            comma = self.starts[i - 1]
            self._add(
                "json-habit",
                comma,
                comma + 1,
                "a comma behind the last element of a list",
                "delete the comma",
                repairs=(Replacement(comma, comma + 1, ""),),
            )
            self.i += 1
            return True
        if kind == ",":
            self._add(
                "syntax",
                start,
                end,
                f"a comma where {wanted} must stand",
                "delete it",
                repairs=(Replacement(start, end, ""),),
            )
            while kinds[self.i] == ",":
                self.i += 1
            if kinds[self.i] == "]":
                self.i += 1
                return True
            # The loop of the caller asks again for an element: pretend that this comma separated two.
            self.i -= 1
            return False
        message.uncertain = True
        if kind in (EOF, IDENTIFIER) or kind in "}>":
            self._unclosed(opening, "[", "]", self.ends[i - 1])
            return True
        self._add("syntax", start, end, f"the list needs {wanted}, but found {self._shown(i)}", "")
        self._skip_value()
        return False

    def _list_goes_on(self, message: Message, opening: int, elements: str) -> Literal["element", "end"]:
        """Behind an element: a comma, the end, or a mistake."""
        kinds, i = self.kinds, self.i
        kind = kinds[i]
        if kind == ",":
            self.i = i + 1
            return "element"
        if kind == "]":
            self.i = i + 1
            return "end"
        start, end = self.starts[i], self.ends[i]
        before = kinds[i - 1]
        if kind in HOLDERS or before in HOLDERS:
            return "element" if kind != EOF else "end"
        if kind == ";":
            comma = (Replacement(start, end, ","),)
            self._add("syntax", start, end, "a list is separated by commas", "write , for ;", comma)
            self.i = i + 1
            return "element"
        is_element = kind in elements if elements else kind in VALUES
        if is_element and kind and not (kind == IDENTIFIER and kinds[i + 1] in FIELD_SIGNS):
            previous = self.ends[i - 1]
            self._add(
                "syntax",
                previous - 1 if not elements else start,
                end if not elements else start + 1,
                "a comma is missing between two elements of a list",
                "put a comma between them",
                (Replacement(previous, previous, ","),),
            )
            return "element"
        message.uncertain = True
        if kind in ("}", ">") and kinds[i + 1] in ("]", ",") and self._bracket_surplus() < 0:
            self._extra_closer(i)
            self.i = i + 1
            return self._list_goes_on(message, opening, elements)
        if kind in (EOF, IDENTIFIER) or kind in CLOSERS:
            self._unclosed(opening, "[", "]", self.ends[i - 1])
            return "end"
        self._add("syntax", start, end, f"a comma or ] must stand here, but found {self._shown(i)}", "")
        self._skip_value()
        return self._list_goes_on(message, opening, elements)

    def _not_a_message(self, type_: FieldType, at: int, message: Message, depth: int) -> list[Scalar | Message]:
        """A message field without an opening bracket."""
        kinds = self.kinds
        kind = kinds[at]
        start, end = self.starts[at], self.ends[at]
        schema = type_.message
        if kind == HOLD:
            message.uncertain = True
            self.i = at + 1
            return [self._placeholder(at)]
        message.uncertain = True
        if kind == "[":
            element = kinds[at + 1]
            self._add(
                "wrong-type",
                start,
                end,
                f"{type_.name} is one message, not a list",
                f"write {type_.name} {{ … }} without [ ]",
                name=type_.name,
            )
            if element in BRACES:
                values = self._message_list(type_, at, message, depth)
                return values[:1]
            self.i = at
            self._skip_value()
            return []
        previous = self.ends[at - 1]
        if kind == IDENTIFIER and self.text[start:end] in schema.fields and kinds[at + 1] in FIELD_SIGNS:
            # The bracket was forgotten, its content was not.
            self._add(
                "unclosed",
                self.starts[at - 1],
                previous,
                f"the opening {{ of {type_.name} is missing",
                f"write {type_.name} {{",
                (Replacement(previous, previous, " {"),),
                name=type_.name,
            )
            child = Message(self.path, previous, previous, schema.name, uncertain=True)
            self.i = at
            if self._missing_opener_is_closed(at):
                self.open.append(("}", previous, schema))
                child.end = self._fields(schema, child, "}", depth + 1)
                self.open.pop()
            return [child]
        if kind in VALUES and not (kind == IDENTIFIER and kinds[at + 1] in FIELD_SIGNS):
            self.i = at
            self._skip_value()
            self._add(
                "wrong-type",
                start,
                self.ends[self.i - 1],
                f"{type_.name} needs a message in {{ }}, but found {self._shown(at)}",
                _message_help(type_),
                name=type_.name,
            )
            return []
        self._add(
            "syntax",
            self.starts[at - 1],
            previous,
            f"{type_.name} needs a message in {{ }}",
            _message_help(type_),
            name=type_.name,
        )
        self.i = at
        return []

    def _missing_opener_is_closed(self, at: int) -> bool:
        """Whether a closing bracket follows that nothing but the forgotten opening one explains."""
        level = 0
        kinds = self.kinds
        for index in range(at, len(kinds)):
            kind = kinds[index]
            if kind in OPENERS:
                level += 1
            elif kind in CLOSERS:
                level -= 1
                if level < 0:
                    return self._bracket_surplus() < 0
        return False

    def _missing_colon(self, name: str, i: int, message: Message) -> int:
        """A scalar field without its colon; returns the index of its value, 0 when there is none to read."""
        kind = self.kinds[i + 1]
        start, end = self.starts[i + 1], self.ends[i + 1]
        name_end = self.ends[i]
        if kind == BAD and self.text[start:end] == "=":
            self._add(
                "syntax",
                start,
                end,
                f"{name} is set with a colon, not with =",
                "write : for =",
                (Replacement(start, end, ":"),),
                name=name,
            )
            return i + 2
        repairs = (Replacement(name_end, name_end, ":"),) if kind in VALUES or kind == "[" else ()
        if kind == IDENTIFIER and ("\n" in self.text[name_end:start] or self.kinds[i + 2] in FIELD_SIGNS):
            repairs = ()
        if kind in "{<" and kind != EOF:
            self._add(
                "wrong-type", start, end, f"{name} is a single value, not a message", f"write {name}: …", name=name
            )
            message.uncertain = True
            self.i = i + 1
            self._skip_value()
            return 0
        self._add(
            "syntax",
            self.starts[i],
            name_end,
            f"a colon and a value must follow {name}",
            f"write {name}: …",
            repairs,
            name=name,
        )
        message.uncertain = True
        if repairs and kind not in (BAD, BAD_NUMBER, BAD_STRING):
            return i + 1
        self.i = i + 1
        if kind in (BAD, BAD_NUMBER, BAD_STRING):
            self._recover()
        return 0

    def _singular(self, type_: FieldType, field: Field, seen: dict[str, Field]) -> None:
        """State a second occurrence, as protobuf does: it looks for presence, and a default value is no presence."""
        name = type_.oneof or type_.name
        earlier = seen.get(name)
        if earlier is None:
            if not field.values:
                return
            value = field.values[0]
            if not type_.oneof and isinstance(value, Scalar) and (value.value is None or _is_default(type_, value)):
                return
            seen[name] = field
        elif earlier.name == type_.name:
            self._add(
                "duplicate-field",
                field.start,
                field.name_end,
                f"{type_.name} is set a second time",
                "keep one of the two",
                related=((earlier.start, earlier.name_end, "first set here"),),
                name=type_.name,
            )
        else:
            self._add(
                "oneof-conflict",
                field.start,
                field.name_end,
                f"{type_.name} excludes {earlier.name}; only one of them may be set",
                f"remove {type_.name} or {earlier.name}",
                related=((earlier.start, earlier.name_end, f"{earlier.name} is set here"),),
                name=type_.name,
            )

    # ---------------------------------------------------------------- values

    def _scalar(self, type_: FieldType, at: int, message: Message) -> Scalar:
        """The value at token ``at``; a value that is not valid for the field becomes None, with a problem."""
        kinds, text = self.kinds, self.text
        kind = kinds[at]
        wanted = type_.kind
        start = self.starts[at]
        if wanted == "string":
            if kind in STRINGS:
                return self._string(at)
            if kind == HOLD:
                if kinds[at + 1] in STRINGS:
                    scalar = self._string(at)
                    scalar.kind = "placeholder"
                    return scalar
                self.i = at + 1
                return self._placeholder(at)
            return self._wrong_value(type_, at, message)
        negative = False
        if kind == "-" and wanted != "bool":
            negative = True
            at += 1
            kind = kinds[at]
        end = self.ends[at]
        token = text[self.starts[at] : end]
        value: bool | int | float | str | None = None
        if kind == HOLD:
            self.i = at + 1
            return Scalar(self.path, start, end, None, text[start:end], "placeholder")
        if wanted == "integer":
            if kind != INTEGER or (negative and type_.low == 0):
                return self._wrong_value(type_, at - negative, message)
            number = _integer(token)
            if number is not None and negative:
                number = -number
            if number is None or not type_.low <= number <= type_.high:
                return self._out_of_range(type_, start, at, f"between {type_.low} and {type_.high}")
            value = number
        elif wanted == "enum":
            enum = type_.enum
            if kind == IDENTIFIER and not negative:
                if token not in enum.numbers:
                    return self._unknown_value(type_, at, message)
                self.i = at + 1
                return Scalar(self.path, start, end, token, token, "identifier")
            if kind != INTEGER:
                return self._wrong_value(type_, at - negative, message)
            number = _integer(token)
            if number is None or number > 2**31 - 1 + negative:
                return self._out_of_range(type_, start, at, "of 32 bits")
            number = -number if negative else number
            value = enum.names.get(number, number)
        elif wanted == "bool":
            if kind == IDENTIFIER:
                if token not in _BOOLS:
                    return self._wrong_value(type_, at, message)
                self.i = at + 1
                return Scalar(self.path, start, end, _BOOLS[token], token, "identifier")
            if kind != INTEGER:
                return self._wrong_value(type_, at, message)
            number = _integer(token)
            if number is None or number > 1:
                return self._out_of_range(type_, start, at, "true or false")
            value = number == 1
        elif kind == FLOAT:
            value = float(token.rstrip("fF"))
        elif kind == INTEGER and not _OCTAL_OR_HEX.match(token):
            value = float(token)
        elif kind == IDENTIFIER and _FLOAT_NAME.fullmatch(token):
            value = float(token.lower())
        else:
            return self._wrong_value(type_, at - negative, message)
        if negative and isinstance(value, float):
            value = -value
        self.i = at + 1
        written: ScalarKind = "identifier" if kind == IDENTIFIER else "number"
        return Scalar(self.path, start, end, value, text[start:end], written)

    def _string(self, at: int) -> Scalar:
        """A string of one or several literals; one that holds a placeholder has no known value."""
        kinds, starts, ends, text = self.kinds, self.starts, self.ends, self.text
        start = starts[at]
        last = at + 1
        while kinds[last] in STRINGS or kinds[last] == HOLD:
            last += 1
        end = ends[last - 1]
        self.i = last
        raw = text[start:end]
        held = False
        if "${" in raw or "{{" in raw or "<%" in raw:
            for index in range(at, last):
                if kinds[index] == HOLD:
                    held = True
                    continue
                for match in _IN_STRING.finditer(text, starts[index], ends[index]):
                    self.placeholders.append(match.span())
                    held = True
        if last == at + 1 and kinds[at] == PLAIN:
            return Scalar(self.path, start, end, None if held else raw[1:-1], raw, "string")
        parts = []
        valid = True
        for index in range(at, last):
            if kinds[index] == HOLD:
                continue
            part = self._unescape(starts[index] + 1, ends[index] - 1) if kinds[index] == ESCAPED else None
            if part is None:
                valid = valid and kinds[index] == PLAIN
                part = text[starts[index] + 1 : ends[index] - 1].encode("utf-8", "surrogateescape")
            parts.append(part)
        value = b"".join(parts).decode("utf-8", "surrogateescape") if valid and not held else None
        return Scalar(self.path, start, end, value, raw, "string")

    def _unescape(self, start: int, end: int) -> bytes | None:
        """The bytes of a literal's content; None, with a problem, for an escape that protobuf does not know."""
        data = self.text[start:end].encode("utf-8", "surrogateescape")
        bad: list[int] = []
        high = 0

        def replace(match: re.Match[bytes]) -> bytes:
            nonlocal high
            simple, octal, hexadecimal, short, long, _ = match.groups()
            before, high = high, 0
            if simple is not None:
                return bytes((_SIMPLE_ESCAPES[simple[0]],))
            if octal is not None:
                return bytes((int(octal, 8) & 255,))
            if hexadecimal is not None:
                return bytes((int(hexadecimal, 16),))
            point = int(short or long or b"0", 16)
            if short is None and long is None:
                bad.append(match.start())
                return b""
            if point > 0x10FFFF:
                return match.group()
            if 0xD800 <= point < 0xDC00:
                high = match.end() << 16 | point
            elif 0xDC00 <= point < 0xE000 and before and before >> 16 == match.start():
                pair = 0x10000 + ((before & 0x3FF) << 10) + (point & 0x3FF)
                return b"\0pair" + chr(pair).encode()
            return chr(point).encode("utf-8", "surrogatepass")

        out = _ESCAPE.sub(replace, data)
        if b"\0pair" in out:
            # The first half was written already, as three bytes; a pair is one character.
            out = re.sub(rb"\xed[\xa0-\xaf][\x80-\xbf]\0pair", b"", out)
        if not bad:
            return out
        at = start + len(data[: bad[0]].decode("utf-8", "surrogateescape"))
        escape = self.text[at : at + 2]
        repairs: tuple[Replacement, ...] = ()
        if len(escape) == 2 and escape[1] not in "xXuU":
            repairs = (Replacement(at, at + 1, "\\\\"),)
        self._add(
            "syntax",
            at,
            min(at + 2, end),
            f"{escape} is no escape sequence",
            r"write \\ for a backslash",
            repairs,
        )
        return None

    def _placeholder(self, at: int) -> Scalar:
        start, end = self.starts[at], self.ends[at]
        return Scalar(self.path, start, end, None, self.text[start:end], "placeholder")

    def _invalid(self, at: int) -> Scalar:
        """What was skipped from ``at`` on, as a value that nobody can know."""
        start, end = self.starts[at], self.ends[max(self.i - 1, at)]
        return Scalar(self.path, start, end, None, self.text[start:end], "identifier")

    def _out_of_range(self, type_: FieldType, start: int, at: int, allowed: str) -> Scalar:
        self.i = at + 1
        end = self.ends[at]
        raw = self.text[start:end]
        self._add(
            "out-of-range",
            start,
            end,
            f"{type_.name}: {raw if len(raw) < 30 else raw[:27] + '…'} is out of range",
            f"{type_.name} takes a value {allowed}" if type_.kind != "bool" else f"write {allowed}",
            name=type_.name,
        )
        return Scalar(self.path, start, end, None, raw, "number")

    def _wrong_value(self, type_: FieldType, at: int, message: Message) -> Scalar:
        """A value of another kind than the field takes, or none at all."""
        kinds, text = self.kinds, self.text
        kind = kinds[at]
        start, end = self.starts[at], self.ends[at]
        name = type_.name
        wanted = _wanted(type_)
        if kind == ":":
            last_colon = at
            while kinds[last_colon + 1] == ":":
                last_colon += 1
            end = self.ends[last_colon]
            extra = (Replacement(start, end, ""),)
            self._add("syntax", start, end, f"one colon is enough behind {name}", "delete it", extra, name=name)
            return self._scalar(type_, last_colon + 1, message)
        next_field = kind == IDENTIFIER and kinds[at + 1] in FIELD_SIGNS
        if (kind not in VALUES and kind not in OPENERS) or next_field or kind == BLOCK:
            self.i = at
            if kind != BLOCK:
                self._add(
                    "syntax",
                    self.starts[at - 1],
                    self.ends[at - 1],
                    f"a value is missing behind {self._shown(at - 1)}: {name} needs {wanted}",
                    f"write the value of {name}",
                    name=name,
                )
            message.uncertain = True
            return Scalar(self.path, self.ends[at - 1], self.ends[at - 1], None, "", "identifier")
        self.i = at
        self._skip_value()
        if kind not in OPENERS and kind not in STRINGS:
            self._skip_glued(same_line=type_.kind == "string")
        last = self.ends[self.i - 1]
        raw = text[start:last]
        if kind == BAD_STRING:
            return self._invalid(at)
        if kind in STRINGS:
            literal = unquoted_literal(type_, text[start + 1 : end - 1])
            self._add(
                "json-habit" if literal else "wrong-type",
                start,
                last,
                f"{name} needs {wanted}, but found a text in quotes",
                f"write {name}: {literal} without quotes" if literal else _values_help(type_),
                (Replacement(start, last, literal),) if literal else (),
                name=name,
            )
        elif kind == BAD_NUMBER:
            digits = raw.lstrip("0")
            octal = raw[0] == "0" and raw.isdigit()
            self._add(
                "wrong-type",
                start,
                last,
                f"{raw} is no octal number: a leading zero means base 8" if octal else f"{raw} is no number",
                f"write {digits}" if octal else f"{name} needs {wanted}",
                (Replacement(start, last, digits),) if octal and type_.kind in ("integer", "enum") else (),
                name=name,
            )
        elif kind == BAD and raw.startswith("+") and len(raw) == 1 and kinds[self.i] in (INTEGER, FLOAT):
            self.i += 1
            self._add(
                "wrong-type",
                start,
                self.ends[self.i - 1],
                "a number is written without a plus sign",
                "delete the +",
                (Replacement(start, end, ""),),
                name=name,
            )
        elif kind == BAD:
            encoding = text[start] > "~"
            self._add(
                "encoding" if encoding else "syntax",
                start,
                last,
                f"{name} needs {wanted}, but found {self._shown(at)}",
                _values_help(type_),
                name=name,
            )
        else:
            self._add(
                "wrong-type",
                start,
                last,
                f"{name} needs {wanted}, but found {self._described(at, raw)}",
                _values_help(type_),
                self._conversion(type_, at, start, last),
                name=name,
            )
        return self._invalid(at)

    def _described(self, at: int, raw: str) -> str:
        kind = self.kinds[at]
        if kind == "[":
            return "a list"
        if kind in OPENERS:
            return "a message in { }"
        return raw if len(raw) < 40 else raw[:37] + "…"

    def _conversion(self, type_: FieldType, at: int, start: int, end: int) -> tuple[Replacement, ...]:
        """The one spelling that can be meant, if there is one."""
        kinds, text = self.kinds, self.text
        raw = text[start:end]
        kind = kinds[at]
        if kind == "[":
            if self.i == at + 3 and kinds[at + 1] not in OPENERS:
                return (Replacement(start, start + 1, ""), Replacement(end - 1, end, ""))
            return ()
        if type_.kind == "string" and re.fullmatch(r"[\w./ -]+", raw):
            return (Replacement(start, end, f'"{raw}"'),)
        if type_.kind == "integer" and kind == FLOAT and re.fullmatch(r"\d{1,18}\.0*", raw):
            return (Replacement(start, end, raw.split(".")[0]),)
        if type_.kind == "bool" and kind == IDENTIFIER:
            literal = unquoted_literal(type_, raw)
            return (Replacement(start, end, literal),) if literal else ()
        return ()

    def _unknown_value(self, type_: FieldType, at: int, message: Message) -> Scalar:
        """A name that the enum does not have."""
        kinds = self.kinds
        enum = type_.enum
        if kinds[at + 1] in FIELD_SIGNS:
            return self._wrong_value(type_, at, message)
        start, end = self.starts[at], self.ends[at]
        token = self.text[start:end]
        literal = unquoted_literal(type_, token)
        if literal:
            action = f"write {literal}"
        else:
            close = nearest(token, enum.numbers)
            action = f"did you mean {close}? " if close else ""
            action += f"{type_.name} takes {', '.join(enum.numbers)}"
        self.i = at + 1
        self._skip_glued(same_line=False)
        self._add(
            "unknown-enum-value",
            start,
            end,
            f"{token} is no value of {type_.name}",
            action,
            (Replacement(start, end, literal),) if literal else (),
            name=f"{type_.type_name}.{token}",
        )
        return Scalar(self.path, start, end, None, token, "identifier")

    # ---------------------------------------------------------------- mistakes in field position

    def _unknown_field(self, schema: MessageType, message: Message, closer: str, depth: int, i: int) -> bool:
        """A name that the message does not have. Returns whether it shows that the message ended before it."""
        kinds, text = self.kinds, self.text
        start, end = self.starts[i], self.ends[i]
        name = text[start:end]
        message.uncertain = True
        if closer and self._belongs_outside(name, start, depth):
            return True
        following = kinds[i + 1]
        if following not in (":", "{", "[", "<", "-") and following not in VALUES:
            self.i = i + 1
            if kinds[self.i] in SEPARATORS:
                self.i += 1
        elif following == IDENTIFIER or (following == BAD and text[self.starts[i + 1] : self.ends[i + 1]] != "="):
            self.i = i + 1
        else:
            self.i = i + 1
            if following in (":", BAD):
                self.i += 1
            if kinds[self.i] in OPENERS or (
                kinds[self.i] in VALUES and not (kinds[self.i] == IDENTIFIER and kinds[self.i + 1] in FIELD_SIGNS)
            ):
                self._skip_value()
            if kinds[self.i] in SEPARATORS:
                self.i += 1
        if len(self.problems) >= MAX_PROBLEMS:
            return False
        meant = normalised(name, schema.fields)
        close = meant or nearest(name, schema.fields)
        owners = _owners().get(name, ())
        repairs: tuple[Replacement, ...] = ()
        where = "the config" if schema.name == "ModelConfig" else schema.name
        if close:
            action = f"did you mean {close}?"
            if meant and not message.has(meant):
                repairs = (Replacement(start, end, meant),)
        elif owners:
            action = f"{name} is a field of {' and of '.join(owners)}; move it there"
        elif len(schema.fields) <= 12:
            action = f"{where} takes {', '.join(schema.fields)}"
        else:
            action = "remove it; texts for the backend go into parameters { key: … value { string_value: … } }"
        self._add(
            "unknown-field",
            start,
            end,
            f"{where} has no field named {name}",
            action,
            repairs,
            name=f"{schema.name}.{name}",
        )
        return False

    def _belongs_outside(self, name: str, start: int, depth: int) -> bool:
        """Whether a forgotten closing bracket explains the field: the message's line is not left of it."""
        if self._bracket_surplus() <= 0:
            return False
        indent = self._indent(start)
        if indent is None:
            return False
        level = depth
        for index in range(len(self.open) - 1, -1, -1):
            closer, opening, schema = self.open[index]
            if schema is None:
                continue
            level -= 1
            outer = next((s for _, _, s in reversed(self.open[:index]) if s is not None), root_type())
            opened = self._line_indent(opening)
            if indent <= opened and name in outer.fields:
                closer, opening, _ = self.open[-1]
                bracket = self.text[opening]
                self._unclosed(opening, bracket, closer, None)
                self.unwind = level
                return True
        return False

    def _stray(self, schema: MessageType, message: Message, closer: str, depth: int) -> bool:
        """A token that cannot start a field. Returns whether the message ends before or with it."""
        kinds, text, i = self.kinds, self.text, self.i
        kind = kinds[i]
        start, end = self.starts[i], self.ends[i]
        following = kinds[i + 1] if kind != EOF else EOF
        if kind == EOF:
            if not self.swallowed:
                opener = self._guilty_opener(self.open[-1][1])
                self._unclosed(opener, text[opener], OPENERS.get(text[opener], closer), None)
            message.uncertain = True
            self.unwind = -1
            return True
        if kind in CLOSERS:
            return self._stray_closer(message, closer, i)
        if kind in STRINGS and following in FIELD_SIGNS:
            name = text[start + 1 : end - 1]
            self.kinds[i] = IDENTIFIER
            self.starts[i] += 1
            self.ends[i] -= 1
            if name in schema.fields:
                self._add(
                    "json-habit",
                    start,
                    end,
                    f"the field name {name} stands in quotes",
                    f"write {name}",
                    (Replacement(start, end, name),),
                    name=name,
                )
            return False
        message.uncertain = True
        if kind in HOLDERS:
            self.i = i + 1
            if kind == HOLD and (following == ":" or following in OPENERS):
                self.i += following == ":"
                self._skip_value()
            if kinds[self.i] in SEPARATORS:
                self.i += 1
            return False
        if kind in SEPARATORS:
            while kinds[self.i] in SEPARATORS:
                self.i += 1
            last = self.ends[self.i - 1]
            self._add(
                "syntax", start, last, f"{kind} separates nothing here", "delete it", (Replacement(start, last, ""),)
            )
            return False
        if self._list_without_brackets(schema, message, i):
            return False
        if kind == BAD_STRING:
            self._recover()
            return False
        what = self._shown(i)
        self._recover()
        if kind == "[" and following == IDENTIFIER:
            said, action = "extensions are not part of the config", "remove it"
        elif kind == "{":
            said, action = "a { without a field name before it", "write the name of the field before it"
        else:
            said, action = f"a field name must stand here, but found {what}", "remove it"
        self._add("encoding" if kind == BAD and text[start] > "~" else "syntax", start, end, said, action)
        self.lost |= kind in OPENERS
        return False

    def _list_without_brackets(self, schema: MessageType, message: Message, i: int) -> bool:
        """``dims: 1, 2, 3``: one problem for the whole list."""
        kinds = self.kinds
        if not message.fields or kinds[i - 1] != "," or kinds[i] not in VALUES:
            return False
        field = message.fields[-1]
        type_ = schema.fields[field.name]
        if not type_.repeated or type_.kind == "message" or len(field.values) != 1 or kinds[i - 2] == "]":
            return False
        last = i
        while kinds[last] in VALUES or (kinds[last] == "," and kinds[last + 1] in (INTEGER, FLOAT, PLAIN, "-")):
            if kinds[last] == IDENTIFIER:
                break
            last += 1
        if last == i:
            return False
        self.i = last
        if kinds[last] in SEPARATORS:
            self.i += 1
        first = field.values[0].start
        end = self.ends[last - 1]
        self._add(
            "syntax",
            first,
            end,
            f"several values of {field.name} need square brackets",
            f"write {field.name}: [ {self.text[first:end]} ]" if end - first < 60 else "put [ ] around them",
            (Replacement(first, first, "["), Replacement(end, end, "]")),
            name=field.name,
        )
        field.values[:] = [Scalar(self.path, first, end, None, self.text[first:end], "number")]
        field.end = end
        return True

    def _stray_closer(self, message: Message, closer: str, i: int) -> bool:
        kind = self.kinds[i]
        start, end = self.starts[i], self.ends[i]
        message.uncertain = True
        if not closer:
            self._extra_closer(i)
            while self.kinds[self.i] in CLOSERS or self.kinds[self.i] in SEPARATORS:
                self.i += 1
            return False
        opening = self.open[-1][1]
        bracket = self.text[opening] if self.text[opening] in OPENERS else "{"
        if any(outer == kind for outer, _, _ in self.open[:-1]):
            self._unclosed(opening, bracket, closer, self.ends[i - 1])
        else:
            self._add(
                "unclosed",
                start,
                end,
                f"{bracket} is closed by {kind} instead of {closer}",
                f"write {closer}",
                (Replacement(start, end, closer),),
                related=((opening, opening + 1, "opened here"),),
            )
            self.i = i + 1
        return True

    def _extra_closer(self, i: int) -> None:
        kind = self.kinds[i]
        start, end = self.starts[i], self.ends[i]
        alone = self._bracket_surplus() == -1 and self.kinds[i + 1] not in CLOSERS
        self._add(
            "unclosed",
            start,
            end,
            f"{kind} closes nothing",
            f"delete it, or add the opening {'{' if kind == '}' else '[' if kind == ']' else '<'} that is missing",
            (Replacement(start, end, ""),) if alone else (),
        )

    def _unclosed(self, opening: int, bracket: str, closer: str, insert_at: int | None) -> None:
        """An opening bracket without its closing one."""
        self._add(
            "unclosed",
            opening,
            opening + 1,
            f"{bracket} is never closed",
            f"add the closing {closer}",
            (Replacement(insert_at, insert_at, f" {closer}"),) if insert_at is not None else (),
        )

    def _bracket_surplus(self) -> int:
        """Opening minus closing brackets of the whole text."""
        if self._surplus is None:
            kinds = self.kinds
            self._surplus = sum(kinds.count(o) - kinds.count(c) for o, c in OPENERS.items())
        return self._surplus

    def _guilty_opener(self, innermost: int) -> int:
        """The bracket that was left open: the first whose closing one is indented like an outer one's line."""
        stack: list[tuple[int, int]] = []
        for index, kind in enumerate(self.kinds):
            if kind in OPENERS:
                opening = self.starts[index]
                stack.append((opening, self._line_indent(opening)))
            elif kind in CLOSERS and stack:
                opening, opened = stack.pop()
                indent = self._indent(self.starts[index])
                if indent is not None and indent < opened and "\n" in self.text[opening : self.starts[index]]:
                    return opening
        return innermost if not stack else stack[-1][0]

    def _indent(self, offset: int) -> int | None:
        """The column of a token that is the first on its line, else None."""
        begin = self.text.rfind("\n", 0, offset) + 1
        return offset - begin if not self.text[begin:offset].strip() else None

    def _line_indent(self, offset: int) -> int:
        """The indentation of the line that holds ``offset``."""
        begin = self.text.rfind("\n", 0, offset) + 1
        line = self.text[begin:offset]
        return len(line) - len(line.lstrip())

    # ---------------------------------------------------------------- going on

    def _skip_value(self) -> None:
        """Go behind one value of any kind, however deep; to the end of the text when it is not closed."""
        kinds, i = self.kinds, self.i
        kind = kinds[i]
        if kind in OPENERS:
            level = 0
            while kind != EOF:
                if kind in OPENERS:
                    level += 1
                elif kind in CLOSERS:
                    level -= 1
                    if level == 0:
                        i += 1
                        break
                i += 1
                kind = kinds[i]
            self.swallowed |= kind == EOF and level > 0
            self.i = i
            return
        while kind == "-":
            i += 1
            kind = kinds[i]
        if kind in STRINGS:
            while kinds[i] in STRINGS:
                i += 1
        elif kind != EOF and kind not in CLOSERS:
            i += 1
        self.i = i

    def _skip_glued(self, same_line: bool) -> None:
        """Go behind what is written without a space behind a bad value, or for texts on the same line."""
        kinds, i = self.kinds, self.i
        while kinds[i] in VALUES and not (kinds[i] == IDENTIFIER and kinds[i + 1] in FIELD_SIGNS):
            between = self.text[self.ends[i - 1] : self.starts[i]]
            if between and (not same_line or "\n" in between):
                break
            i += 1
        self.i = i

    def _recover(self) -> None:
        """Go to where the next field, or the end of the message, seems to be."""
        kinds, text, starts, ends = self.kinds, self.text, self.starts, self.ends
        self.i += kinds[self.i] not in OPENERS
        while True:
            i = self.i
            kind = kinds[i]
            if kind == EOF or kind in CLOSERS:
                return
            if kind == IDENTIFIER and (kinds[i + 1] in (":", "{", "<") or "\n" in text[ends[i - 1] : starts[i]]):
                return
            if kind in STRINGS and kinds[i + 1] == ":":
                return
            self._skip_value()

    # ---------------------------------------------------------------- JSON

    def _enter_json(self) -> None:
        """A file that is a JSON object: one problem for the whole, and what it says is read all the same."""
        kinds = self.kinds
        if kinds[0] != "{" or kinds[1] not in STRINGS or kinds[2] != ":":
            return
        start = self.starts[0]
        self._add(
            "json-habit",
            start,
            start + 1,
            "the file is JSON; the server reads protobuf text format",
            "write fields as name: value, without quotes around names and without the outer braces",
        )
        self.json = [Replacement(start, start + 1, "")]
        self.i = 1
        if kinds[-2] == "}":
            at = self.starts[len(kinds) - 2]
            self.json.append(Replacement(at, at + 1, ""))
            del kinds[-2]
            # The arrays keep the place of EOF, which is the end of the text.
            self.starts.pop(-2)
            self.ends.pop(-2)

    def _leave_json(self, root: Message) -> None:
        if self.json is None:
            return
        root.uncertain = True
        if not self.json_broken:
            said = self.problems[0]
            repairs = tuple(sorted(self.json, key=lambda r: r.start))
            self.problems[0] = ReadProblem(said.kind, said.start, said.end, said.message, said.help, repairs=repairs)

    # ---------------------------------------------------------------- problems

    def _add(
        self,
        kind: ProblemKind,
        start: int,
        end: int,
        message: str,
        help: str,
        repairs: tuple[Replacement, ...] = (),
        name: str = "",
        related: tuple[tuple[int, int, str], ...] = (),
    ) -> None:
        if self.json is not None:
            if repairs:
                self.json += repairs
            else:
                self.json_broken = True
        elif len(self.problems) < MAX_PROBLEMS and not (self.lost and kind in _STRUCTURAL):
            self.lost |= kind == "unclosed"
            self.problems.append(ReadProblem(kind, start, end, message, help, related, repairs, name))

    def _shown(self, i: int) -> str:
        """A token for a message."""
        kind = self.kinds[i]
        if kind == EOF:
            return "the end of the file"
        raw = self.text[self.starts[i] : self.ends[i]]
        return raw if len(raw) <= 30 else raw[:27] + "…"


_OCTAL_OR_HEX = re.compile("0.")
_FLOAT_NAME = re.compile("inf|infinity|nan", re.IGNORECASE)
_STRUCTURAL = frozenset(("unclosed", "unknown-field", "syntax", "duplicate-field", "oneof-conflict"))
_BOOLS = {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}
_OWNERS: dict[str, tuple[str, ...]] = {}


def _owners() -> dict[str, tuple[str, ...]]:
    """Messages by the names of their fields, for fields that stand in the wrong place."""
    if not _OWNERS:
        for message in message_types().values():
            if not message.map_entry and message.name != "ModelConfig":
                for name in message.fields:
                    _OWNERS[name] = (*_OWNERS.get(name, ()), message.name)
        for name in list(_OWNERS):
            if len(_OWNERS[name]) > 3:
                del _OWNERS[name]
        for name in root_type().fields:
            _OWNERS[name] = ("the config itself (outermost level)",)
    return _OWNERS


def _integer(token: str) -> int | None:
    """The number of a valid integer token; None when it has more digits than any integer type."""
    if not _OCTAL_OR_HEX.match(token):
        return int(token) if len(token) <= 20 else None
    return int(token, 16) if token[1] in "xX" else int(token, 8)


def _is_default(type_: FieldType, scalar: Scalar) -> bool:
    """Whether protobuf cannot tell this value from a field that is not written."""
    value = scalar.value
    if type_.kind == "enum":
        return value == type_.enum.default
    if isinstance(value, float):
        try:
            packed = struct.pack("<f" if type_.kind == "float" else "<d", value)
        except OverflowError:
            return False
        return not any(packed)
    return not value


def _wanted(type_: FieldType) -> str:
    if type_.kind == "string":
        return "a text in quotes"
    if type_.kind == "integer":
        return "a whole number" if type_.low else "a whole number without sign"
    if type_.kind == "bool":
        return "true or false"
    return "a number" if type_.kind != "enum" else f"a value of {type_.type_name}"


def _values_help(type_: FieldType) -> str:
    if type_.kind == "enum":
        return f"{type_.name} takes {', '.join(type_.enum.numbers)}"
    if type_.kind == "string":
        return f'write {type_.name}: "…"'
    if type_.kind == "bool":
        return f"write {type_.name}: true or {type_.name}: false"
    return f"write {type_.name}: and {_wanted(type_)}"


def _message_help(type_: FieldType) -> str:
    names = ", ".join(type_.message.fields)
    return f"write {type_.name} {{ … }}" + (f"; it takes {names}" if 0 < len(names) < 90 else "")
