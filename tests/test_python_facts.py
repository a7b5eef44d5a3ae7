"""What the reader of model.py knows, and what it refuses to guess."""

from __future__ import annotations

import pickle

import pytest

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_reading import read_python

HEAD = "import numpy as np\nimport triton_python_backend_utils as pb_utils\n"


def model(*body: str, head: str = HEAD) -> PythonFacts:
    lines = "\n".join(f"        {line}" for line in body)
    return read_python("model.py", f"{head}class TritonPythonModel:\n    def execute(self, requests):\n{lines}\n")


@pytest.mark.parametrize(
    ("text", "kind", "start"),
    [
        ("def f(:\n  pass\n", "syntax", 6),
        ("a\0b", "null-byte", 1),
        ("x = '\udcff'", "encoding", 5),
        ("# coding: no-such-thing\n", "encoding", 10),
        ("(" * 10_000 + ")" * 10_000, "too-deep", 0),
        ("x = " + "+".join(["1"] * 5_000), "too-deep", 0),
        ("x = " + " and ".join(["1"] * 20_000), "too-deep", 0),
        ("x = " + "+".join(["1"] * 500), "too-deep", 0),
        ("if a: pass\n" + "elif a: pass\n" * 400, "too-deep", 0),
        # The same within a statement of a method, and in what stands before a body.
        ("class A:\n  def f(self):\n    x = 1\n    return " + "+".join(["1"] * 2_000), "too-deep", 0),
        ("class A:\r  def f(self):\r    x = 1\r    return (" + "+\r".join(["1"] * 2_000) + ")", "too-deep", 0),
        ("x = 1\n@a(" + "+".join(["1"] * 2_000) + ")\ndef f():\n  pass", "too-deep", 0),
        ("x = 1; y = (\n" + "+".join(["1"] * 2_000) + ")", "too-deep", 0),
    ],
)
def test_what_cannot_be_read(text: str, kind: str, start: int) -> None:
    error = read_python("model.py", text).error
    assert error is not None
    assert (error.kind, error.span.start) == (kind, start)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_long_file_of_short_statements_is_read(newline: str) -> None:
    lines = [HEAD, "class TritonPythonModel:", "    def execute(self, requests):", *["        a.b(c + d)[0]"] * 500]
    facts = read_python("model.py", "\n".join(lines).replace("\n", newline))
    assert facts.understood


@pytest.mark.parametrize("prefix", ["", "\ufeff", "# é ü\r\n", "# coding: latin-1\n# \udce9\n"])
def test_places_are_exact(prefix: str) -> None:
    facts = read_python("model.py", prefix + "class TritonPythonModel:\n    pass\n")
    assert facts.model_class is not None
    span = facts.model_class.name_span
    assert facts.text[span.start : span.end] == "TritonPythonModel"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('n = "x"', ("x",)),
        ('n = "x" if requests else "z"', ("x", "z")),
        ('n = f"in_{1}"', ("in_1",)),
        ('n = "in" + "put"', ("input",)),
        ('n = ["a", "b"][1]', ("b",)),
        ("n = requests[0]", None),
        ('n = "x"; n += "y"', None),
    ],
)
def test_names_are_followed(line: str, names: tuple[str, ...] | None) -> None:
    facts = model(line, "pb_utils.get_input_tensor_by_name(requests[0], n)")
    assert facts.reads[0].names == names


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ("np.zeros(3)", "float64"),
        ("np.zeros(3, np.float32)", "float32"),
        ("np.array([1, 2])", "int64"),
        ("np.array(['a'])", "str"),
        ("np.zeros(3).astype('float16') + 1", "float16"),
        ("np.zeros(3) > 1", "bool"),
        ("unknown()", None),
    ],
)
def test_data_types(value: str, dtype: str | None) -> None:
    facts = model(f"t = pb_utils.Tensor('y', {value})", "return [pb_utils.InferenceResponse([t])]")
    assert facts.responses[0].outputs[0].dtype == dtype


def test_facts_survive_the_cache() -> None:
    facts = pickle.loads(pickle.dumps(model("return []")))
    execute = facts.method("execute")
    assert execute is not None
    assert facts.frame_of(execute).function is execute


def test_imported_class_is_unknown() -> None:
    assert read_python("model.py", "from base import *\n").class_status == "unknown"
    assert read_python("model.py", "TritonPythonModel = make()\n").class_status == "unknown"
