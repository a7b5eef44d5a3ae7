"""Build ``tritonlint/data`` from ``proto``: the descriptor set, the field releases and the release table.

Run it after editing anything in ``proto``; ``tests/test_schema.py`` compares the result with what is committed.
Needs grpcio-tools (the ``test`` extra), for protoc.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
DATA = ROOT / "tritonlint" / "data"


def release_table() -> str:
    """The text of releases.json: facts by release."""
    facts = tomllib.loads((PROTO / "releases.toml").read_text(encoding="utf-8"))
    return _dump_lines(facts["release"])


def field_table() -> str:
    """The text of fields.json: first and last release by field and by enum value; last is null while it exists."""
    facts = tomllib.loads((PROTO / "model-config-fields.toml").read_text(encoding="utf-8"))
    releases = {
        name: [entry["first"], entry.get("last")]
        for section in ("field", "enum_value")
        for name, entry in facts[section].items()
    }
    return _dump_lines(releases)


def descriptor_set(source: str) -> bytes:
    """The serialized descriptor set of a file in ``proto``, without source locations."""
    from grpc_tools import protoc

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "descriptors.binpb"
        status = protoc.main(["protoc", f"--proto_path={PROTO}", f"--descriptor_set_out={out}", str(PROTO / source)])
        if status:
            raise SystemExit(status)
        return out.read_bytes()


def build() -> dict[str, bytes]:
    """Every generated file by name."""
    return {
        "releases.json": release_table().encode(),
        "fields.json": field_table().encode(),
        "model_config.binpb": descriptor_set("model_config.proto"),
        "inference.binpb": descriptor_set("inference.proto"),
    }


def _dump_lines(table: dict[str, Any]) -> str:
    """JSON with one entry a line, so that a change shows as one changed line."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in table.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    for name, content in build().items():
        (DATA / name).write_bytes(content)
