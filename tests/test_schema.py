"""The schema is what Triton's own clients carry, and the committed data is what the sources give."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet

from tritonlint.pbtxt.schema import SCHEMA_RELEASE, field_release, field_releases
from tritonlint.target import release_table

ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("TRITONLINT_TEST_CACHE", ROOT / ".cache"))
# Releases of the client (2.x) and of the server they were made for (releases.json, key "triton").
CLIENTS = ("2.31.0", "2.51.0", "2.70.0")
# uint32 before 23.07 (proto/model-config-fields.toml, "changed").
WIDENED = ("ModelDynamicBatching.priority_levels", "ModelDynamicBatching.default_priority_level")


def test_committed_data_is_fresh() -> None:
    pytest.importorskip("grpc_tools")
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        from build_data import DATA, build
    finally:
        sys.path.pop(0)
    for name, content in build().items():
        if name.endswith(".binpb"):
            # Another protoc may order options differently; the messages count.
            committed = FileDescriptorSet.FromString((DATA / name).read_bytes())
            assert committed == FileDescriptorSet.FromString(content), "run scripts/build_data.py"
        else:
            assert (DATA / name).read_bytes() == content, f"{name}: run scripts/build_data.py"


def own_schema() -> FileDescriptorProto:
    data = (ROOT / "tritonlint" / "data" / "model_config.binpb").read_bytes()
    return FileDescriptorSet.FromString(data).file[0]


def said(file: FileDescriptorProto) -> dict[str, tuple[object, ...]]:
    """Every field and enum value by name: number, type, label and oneof."""
    out: dict[str, tuple[object, ...]] = {}

    def enums(prefix: str, container: FileDescriptorProto | DescriptorProto) -> None:
        for enum in container.enum_type:
            for value in enum.value:
                out[f"{prefix}{enum.name}.{value.name}"] = (value.number,)

    def messages(prefix: str, nested: object) -> None:
        for message in nested:  # type: ignore[attr-defined]
            name = f"{prefix}{message.name}"
            for field in message.field:
                oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
                kind = FieldDescriptorProto.Type.Name(field.type)
                out[f"{name}.{field.name}"] = (field.number, kind, field.type_name, field.label, oneof)
            enums(f"{name}.", message)
            messages(f"{name}.", message.nested_type)

    enums("", file)
    messages("", file.message_type)
    return out


def client_schema(version: str) -> FileDescriptorProto:
    folder = CACHE / f"tritonclient-{version}"
    if not list(folder.glob("*.whl")):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        command += [f"tritonclient=={version}", "-d", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"tritonclient {version} cannot be fetched: {done.stderr.strip()[-200:]}")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        member = next(name for name in wheel.namelist() if name.endswith("tritonclient/grpc/model_config_pb2.py"))
        source = wheel.read(member).decode()
    literal = re.search(r"AddSerializedFile\((b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\")\)", source)
    assert literal is not None
    return FileDescriptorProto.FromString(ast.literal_eval(literal[1]))


@pytest.mark.parametrize("version", CLIENTS)
def test_schema_is_the_clients(version: str) -> None:
    ours, theirs = said(own_schema()), said(client_schema(version))
    release = next(name for name, facts in release_table().items() if facts.get("triton") == version)
    entries = {name for name in ours if ".key" in name or name.endswith(("Entry.value", "Entry.key"))}
    # The client of a month can be built from a proto one release older or newer than the server's.
    for name in ours.keys() - entries:
        first = field_releases()[name][0]
        if release < "23.07" and name in WIDENED:
            assert theirs[name][:2] == (ours[name][0], "TYPE_UINT32"), name
        elif first <= release:
            assert theirs.get(name) == ours[name], name
        else:
            assert name not in theirs, f"{name} is said to come with {first}"
    assert not theirs.keys() - ours.keys()


def test_every_field_has_a_release() -> None:
    names = {name for name in said(own_schema()) if "Entry." not in name}
    assert names == {name for name, (_, last) in field_releases().items() if last is None}
    assert field_release("ModelConfig", "runtime") == ("24.01", None)
    assert field_release("ModelOptimizationPolicy.Cuda", "allow_inexact_match") == ("20.09", "20.09")
    assert field_release("ModelConfig", "nothing") is None
    assert max(first for first, _ in field_releases().values()) <= SCHEMA_RELEASE
