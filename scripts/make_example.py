"""Write the binary files of the example repositories: a small ONNX model and a packed Python environment.

Both are made without the tools that usually make them, and are the same bytes every time.

    python scripts/make_example.py [FOLDER]     (default: examples/)
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tritonlint.specimen import build  # noqa: E402

REPOSITORIES = ("model_repository", "fixed_model_repository")
# What conda-pack leaves of a Python 3.10 (the interpreter of the stub in release 24.10), without its bulk.
ENVIRONMENT = """\
@tar.gz
bin/
bin/activate = export PATH="$(cd "$(dirname "$0")" && pwd):$PATH"\\n
bin/python3.10 = the interpreter\\n
bin/python3 -> python3.10
bin/python -> python3.10
lib/
lib/libpython3.10.so.1.0 = its library\\n
lib/libpython3.10.so -> libpython3.10.so.1.0
lib/python3.10/
lib/python3.10/os.py = \\n
lib/python3.10/site-packages/
lib/python3.10/site-packages/numpy/__init__.py = \\n
lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA = Name: numpy\\nVersion: 1.26.4\\n
"""
# Numbers of onnx.proto: TensorProto.DataType and AttributeProto.AttributeType.
FLOAT, INT64 = 1, 7
ATTRIBUTE_INT = 2


def varint(number: int) -> bytes:
    """Protobuf's base 128 integer."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def number(field: int, value: int) -> bytes:
    """A varint field."""
    return varint(field << 3) + varint(value)


def message(field: int, *parts: bytes) -> bytes:
    """A length-delimited field: a message of encoded fields, or bytes."""
    content = b"".join(parts)
    return varint(field << 3 | 2) + varint(len(content)) + content


def text(field: int, value: str) -> bytes:
    """A string field."""
    return message(field, value.encode())


def tensor(field: int, name: str, data_type: int, shape: Iterable[int | str]) -> bytes:
    """A graph input or output (ValueInfoProto); a name in the shape is a free dimension."""
    dimensions = b"".join(message(1, text(2, d) if isinstance(d, str) else number(1, d)) for d in shape)
    return message(field, text(1, name), message(2, message(1, number(1, data_type), message(2, dimensions))))


def onnx_model() -> bytes:
    """``ids`` INT64 [batch, 16] to ``embedding`` FP32 [batch, 16], by one Cast."""
    cast = message(
        1,
        text(1, "ids"),
        text(2, "embedding"),
        text(3, "cast"),
        text(4, "Cast"),
        message(5, text(1, "to"), number(3, FLOAT), number(20, ATTRIBUTE_INT)),
    )
    graph = message(
        7,
        cast,
        text(2, "embedder"),
        tensor(11, "ids", INT64, ("batch", 16)),
        tensor(12, "embedding", FLOAT, ("batch", 16)),
    )
    return number(1, 8) + text(2, "tritonlint example") + graph + message(8, text(1, ""), number(2, 13))


def main(arguments: list[str]) -> None:
    """Write the files of both repositories."""
    folder = Path(arguments[0]) if arguments else ROOT / "examples"
    for repository in REPOSITORIES:
        for path in (folder / repository / "embedder" / "1", folder / repository / "reranker"):
            path.mkdir(parents=True, exist_ok=True)
        (folder / repository / "embedder" / "1" / "model.onnx").write_bytes(onnx_model())
        build(ENVIRONMENT, folder / repository / "reranker" / "env.tar.gz")


if __name__ == "__main__":
    main(sys.argv[1:])
