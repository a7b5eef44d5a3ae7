"""Faults of config.pbtxt: the code stays, what is declared no longer fits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tritonlint.pbtxt.reader import read_config
from tritonlint.pbtxt.tree import Message, Scalar

ConfigOperator = Callable[[str], Iterator[str]]

_OTHER_TYPE = {
    "TYPE_FP32": "TYPE_FP64",
    "TYPE_FP16": "TYPE_FP32",
    "TYPE_INT64": "TYPE_INT32",
    "TYPE_INT32": "TYPE_INT64",
    "TYPE_UINT8": "TYPE_INT8",
    "TYPE_STRING": "TYPE_INT32",
    "TYPE_BOOL": "TYPE_INT8",
}


def other_output_type(text: str) -> Iterator[str]:
    """An output is declared with another data type."""
    for output in _root(text).messages("output"):
        declared = output.scalar("data_type")
        if declared is not None and declared.value in _OTHER_TYPE:
            yield _with(text, declared, _OTHER_TYPE[str(declared.value)])


def other_output_name(text: str) -> Iterator[str]:
    """An output is declared by another name."""
    for output in _root(text).messages("output"):
        name = output.scalar("name")
        if name is not None:
            yield _with(text, name, f'"{name.value}_v2"')


def more_output_dims(text: str) -> Iterator[str]:
    """An output is declared with a dimension more."""
    for output in _root(text).messages("output"):
        dims = output.scalars("dims")
        if dims and "[" in text[output.start : dims[0].start].rsplit("dims", 1)[-1]:
            yield _with(text, dims[-1], f"{dims[-1].raw}, 2")


def other_output_dims(text: str) -> Iterator[str]:
    """An output is declared with another size."""
    for output in _root(text).messages("output"):
        for dim in output.scalars("dims"):
            if isinstance(dim.value, int) and dim.value > 1:
                yield _with(text, dim, str(dim.value + 1))


def optional_input(text: str) -> Iterator[str]:
    """An input that is always read becomes optional."""
    for each in _root(text).messages("input"):
        declared = each.scalar("data_type")
        if declared is not None and not each.has("optional"):
            yield f"{text[: declared.end]} optional: true {text[declared.end :]}"


def decoupled_flag(text: str) -> Iterator[str]:
    """The transaction policy no longer fits the style of ``execute``."""
    policy = _root(text).message("model_transaction_policy")
    flag = policy.scalar("decoupled") if policy is not None else None
    if flag is None:
        yield f"{text}\nmodel_transaction_policy {{ decoupled: true }}\n"
    else:
        yield _with(text, flag, "false" if flag.value else "true")


def parameter_gone(text: str) -> Iterator[str]:
    """A parameter has another name than the code asks for."""
    for parameter in _root(text).messages("parameters"):
        key = parameter.scalar("key")
        if key is not None:
            yield _with(text, key, f'"old_{key.value}"')


def parameter_no_number(text: str) -> Iterator[str]:
    """A parameter that is a number becomes a word."""
    for parameter in _root(text).messages("parameters"):
        value = parameter.message("value")
        word = value.scalar("string_value") if value is not None else None
        if word is not None and str(word.value).isdecimal():
            yield _with(text, word, '"auto"')


CONFIG_OPERATORS: tuple[ConfigOperator, ...] = (
    other_output_type, other_output_name, more_output_dims, other_output_dims, optional_input, decoupled_flag,
    parameter_gone, parameter_no_number,
)  # fmt: skip


def _root(text: str) -> Message:
    return read_config("config.pbtxt", text).root


def _with(text: str, value: Scalar, new: str) -> str:
    return text[: value.start] + new + text[value.end :]
