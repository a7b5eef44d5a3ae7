"""Triton's schema as the reader needs it, from descriptors in a private pool.

The default pool is never touched: ``tritonclient`` puts files of the same names there, and protobuf refuses two.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor
    from google.protobuf.descriptor_pool import DescriptorPool

PACKAGE = "inference."
ROOT_TYPE = "ModelConfig"
SCHEMA_RELEASE = "26.07"
"""The newest release whose schema is known (proto/model-config-fields.toml)."""
DATA = Path(__file__).parent.parent / "data"

ValueKind = Literal["message", "string", "integer", "float", "double", "bool", "enum"]


@dataclass(slots=True, eq=False)
class EnumType:
    """An enum: its values by name and by number."""

    name: str
    numbers: dict[str, int]
    names: dict[int, str]

    @property
    def default(self) -> str:
        """The value that a field has when it is not written."""
        return self.names[0]


@dataclass(slots=True, eq=False)
class FieldType:
    """A field as the reader needs it. ``low`` and ``high`` bound integers; ``oneof`` names the group it is in.

    ``message`` and ``enum`` are empty unless ``kind`` says that they are the field's type.
    """

    name: str
    kind: ValueKind
    type_name: str
    repeated: bool
    oneof: str
    low: int = 0
    high: int = 0
    message: MessageType = field(default_factory=lambda: MessageType(""))
    enum: EnumType = field(default_factory=lambda: EnumType("", {}, {}))


@dataclass(slots=True, eq=False)
class MessageType:
    """A message: its fields by name, in order of their numbers."""

    name: str
    fields: dict[str, FieldType] = field(default_factory=dict)
    map_entry: bool = False


@cache
def pool() -> DescriptorPool:
    """The private pool with Triton's schema."""
    from google.protobuf import descriptor_pb2, descriptor_pool

    files = descriptor_pb2.FileDescriptorSet.FromString((DATA / "model_config.binpb").read_bytes())
    private = descriptor_pool.DescriptorPool()
    for file in files.file:
        private.Add(file)
    return private


@cache
def root_type() -> MessageType:
    """The schema of a config.pbtxt."""
    descriptor = pool().FindMessageTypeByName(PACKAGE + ROOT_TYPE)
    return _message_type(descriptor, {}, {})


@cache
def message_types() -> dict[str, MessageType]:
    """Every message that can occur in a config, by name without package."""
    found: dict[str, MessageType] = {}
    todo = [root_type()]
    while todo:
        message = todo.pop()
        if message.name not in found:
            found[message.name] = message
            todo += [f.message for f in message.fields.values() if f.kind == "message"]
    return found


@cache
def field_releases() -> dict[str, tuple[str, str | None]]:
    """First and last release by ``Message.field`` and ``Enum.VALUE``, removed ones too; last None: it exists."""
    table: dict[str, list[str | None]] = json.loads((DATA / "fields.json").read_text(encoding="utf-8"))
    return {name: (str(first), last) for name, (first, last) in table.items()}


def field_release(message_type: str, field_name: str) -> tuple[str, str | None] | None:
    """First and last release that has a field (or an enum's value); None when no release is known to have it.

    ``message_type`` is a name without package, as in :class:`~tritonlint.pbtxt.tree.Message`.
    """
    return field_releases().get(f"{message_type}.{field_name}")


_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}


def _message_type(
    descriptor: Descriptor | None, known: dict[str, MessageType], enums: dict[str, EnumType]
) -> MessageType:
    if descriptor is None:
        raise ValueError("a message field without a message type")
    name = descriptor.full_name.removeprefix(PACKAGE)
    message = known.get(name)
    if message is None:
        message = known[name] = MessageType(name, map_entry=descriptor.GetOptions().map_entry)
        for described in descriptor.fields:
            message.fields[described.name] = _field_type(described, known, enums)
    return message


def _field_type(described: FieldDescriptor, known: dict[str, MessageType], enums: dict[str, EnumType]) -> FieldType:
    oneof = described.containing_oneof
    made = FieldType(described.name, "string", "string", _repeated(described), oneof.name if oneof is not None else "")
    code = described.type
    if code == described.TYPE_MESSAGE:
        made.kind = "message"
        made.message = _message_type(described.message_type, known, enums)
        made.type_name = made.message.name
    elif code == described.TYPE_ENUM:
        made.kind = "enum"
        enum = described.enum_type
        if enum is None:
            raise ValueError("an enum field without an enum type")
        name = enum.full_name.removeprefix(PACKAGE)
        if name not in enums:
            numbers = {value.name: value.number for value in enum.values}
            enums[name] = EnumType(name, numbers, {number: value for value, number in numbers.items()})
        made.enum = enums[name]
        made.type_name = name
    elif code != described.TYPE_STRING:
        made.type_name = _SCALARS[code]
        if made.type_name in _RANGES:
            made.kind = "integer"
            made.low, made.high = _RANGES[made.type_name]
        elif made.type_name == "bool":
            made.kind = "bool"
        else:
            made.kind = "float" if made.type_name == "float" else "double"
    return made


def _repeated(described: FieldDescriptor) -> bool:
    # protobuf 7 drops ``label``; protobuf 4 and 5 do not have ``is_repeated``.
    newer = getattr(described, "is_repeated", None)
    if newer is not None:
        return bool(newer)
    label: int = described.label  # type: ignore[attr-defined]
    return label == _LABEL_REPEATED


_LABEL_REPEATED = 3
# Numbers of descriptor.proto's field types that occur in the schema.
_SCALARS = {1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 8: "bool", 13: "uint32"}
