"""What a word in a config was meant to be, where it differs by a habit of another format."""

from __future__ import annotations

from collections.abc import Collection

from tritonlint.pbtxt.schema import FieldType

# Names of element types elsewhere (NumPy, PyTorch, ONNX, KServe) by Triton's.
_ELEMENT_TYPES = {
    "FLOAT": "FP32",
    "FLOAT32": "FP32",
    "F32": "FP32",
    "HALF": "FP16",
    "FLOAT16": "FP16",
    "F16": "FP16",
    "DOUBLE": "FP64",
    "FLOAT64": "FP64",
    "F64": "FP64",
    "BFLOAT16": "BF16",
    "LONG": "INT64",
    "SHORT": "INT16",
    "BYTES": "STRING",
    "STR": "STRING",
    "BOOLEAN": "BOOL",
}
_TRUE = frozenset(("true", "yes", "on", "1", "t"))
_FALSE = frozenset(("false", "no", "off", "0", "f"))


def normalised(name: str, candidates: Collection[str]) -> str:
    """The candidate that differs from ``name`` in case, underscores, hyphens or one plural s only, or ""."""
    key = name.replace("_", "").lower()
    found = [c for c in candidates if c.replace("_", "") in (key, key + "s") or c.replace("_", "") + "s" == key]
    return found[0] if len(found) == 1 else ""


def unquoted_literal(type_: FieldType, word: str) -> str:
    """The one valid literal of a field that ``word`` can mean, or ""."""
    word = word.strip()
    if type_.kind == "bool":
        return "true" if word.lower() in _TRUE else "false" if word.lower() in _FALSE else ""
    if type_.kind == "integer":
        digits = word.removeprefix("-")
        plain = digits.isascii() and digits.isdigit() and len(digits) < 20 and (digits == "0" or digits[0] != "0")
        return word if plain and type_.low <= int(word) <= type_.high else ""
    if type_.kind != "enum":
        return ""
    upper = word.upper().replace("-", "_")
    numbers = type_.enum.numbers
    if upper in numbers:
        return upper
    for prefix in {name.split("_", 1)[0] + "_" for name in numbers if "_" in name}:
        bare = upper.removeprefix(prefix)
        if prefix + bare in numbers:
            return prefix + bare
        if prefix == "TYPE_" and bare in _ELEMENT_TYPES:
            return prefix + _ELEMENT_TYPES[bare]
    return ""
