"""The rehearsal meets any Python: it never fails itself, and finds nothing wrong with modules that import well."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from tests.blind import RELEASE
from tritonlint.facts import ModelFacts, read_text_file
from tritonlint.inputs.python_reading import read_python
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.repository import discover
from tritonlint.target import Target

STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
PACKAGES = ("json", "email", "logging", "asyncio", "collections", "concurrent", "http", "xml", "unittest", "importlib")
CONFIG = """\
backend: "python"
max_batch_size: 4
dynamic_batching { }
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "s" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
"""
MODEL = """

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            s = pb_utils.get_input_tensor_by_name(request, "s").as_numpy()[0, 0]
{calls}            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
"""
ARGUMENTS = ("x", "s", "request", "3", "'t'", "[x]", "{}", "None")


def called(parsed: ast.Module) -> str:
    """Calls of everything that a module defines, with arguments of all kinds."""
    lines: list[str] = []
    for number, node in enumerate(parsed.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines.append(call(node.name, node.args, number))
        elif isinstance(node, ast.ClassDef):
            methods = [m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("__")]
            lines.append("\n".join([f"o = {node.name}()", *(call(f"o.{m.name}", m.args, number) for m in methods)]))
    block = "            try:\n{}\n            except Exception:\n                pass\n"
    return "".join(block.format("\n".join(f"                {one}" for one in text.splitlines())) for text in lines)


def call(name: str, arguments: ast.arguments, number: int) -> str:
    count = len(arguments.posonlyargs) + len(arguments.args)
    return f"{name}({', '.join(ARGUMENTS[(number + i) % len(ARGUMENTS)] for i in range(count))})"


def facts_of(folder: Path, model: str = MODEL.format(calls="")) -> ModelFacts:
    (folder / "add" / "1").mkdir(parents=True)
    (folder / "add" / "config.pbtxt").write_text(CONFIG)
    (folder / "add" / "1" / "model.py").write_text(model)
    (found,) = discover([str(folder)], lambda _path, _folder: False).requested
    return ModelFacts(found, Target(release=RELEASE), read_text_file, {})


@pytest.mark.parametrize("package", ["", *PACKAGES])
def test_the_standard_library_can_be_played_through(package: str, tmp_path: Path) -> None:
    facts = facts_of(tmp_path)
    assert facts.config is not None
    played = 0
    for path in sorted((STANDARD_LIBRARY / package).glob("*.py"))[:60]:
        text = path.read_text(encoding="utf-8", errors="replace")
        python = read_python(str(path), text + MODEL.format(calls=called(ast.parse(text))))
        if python.error is not None:
            continue
        found = rehearse(python, facts.config, facts.effective)
        assert found.crash is None, path.name
        played += bool(found.ended)
        wrong = [e for e in found.raises if e.phase == "import" and e.sure and not e.caught and not e.explicit]
        assert not wrong, f"{path.name} imports well: {wrong}"
    assert played


@pytest.mark.parametrize(
    "change",
    [
        "requests.sort(key=str)", "requests.pop()", "requests.clear()", "requests.append(None)", "requests[:] = [1]",
        "requests.extend(self.more)", "requests.insert(0, {})", "del requests[0]", "requests += 'ab'",
        "requests.reverse()", "requests = None", "requests[0] = object()",
    ],
)  # fmt: skip
def test_the_list_of_requests_may_hold_anything(change: str, tmp_path: Path) -> None:
    start = "        responses = []\n"
    model = MODEL.format(calls="").replace(start, f"        {change}\n{start}")
    facts = facts_of(tmp_path, model)
    assert facts.config is not None
    (python,) = facts.python
    assert rehearse(python, facts.config, facts.effective).crash is None
