"""The borders between the parts, and what the wheel holds."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FACTS_OF_A_RUN = {"tritonlint.runtime.observation", "tritonlint.runtime.request"}
NOT_FOR_RULES = {"baseline", "cache", "cli", "example", "fix", "report", "runtime", "settings", "specimen"}
PURE_STDLIB = {
    "__future__",
    "builtins",
    "collections",
    "dataclasses",
    "difflib",
    "fnmatch",
    "functools",
    "itertools",
    "math",
    "os",
    "posixpath",
    "re",
    "typing",
}
WITHOUT_DISK = {
    "sep",
    "fsencode",
    "join",
    "dirname",
    "basename",
    "normpath",
    "relpath",
    "isabs",
    "commonpath",
    "splitext",
}


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("*.py")), ids=lambda path: path.stem)
def test_rules_are_pure_functions_over_facts(path: Path) -> None:
    for module in imports(path):
        first, _, rest = module.partition(".")
        if first == "tritonlint":
            allowed = rest.split(".")[0] not in NOT_FOR_RULES or module in FACTS_OF_A_RUN
            assert allowed, f"{path.name} imports {module}"
        else:
            assert first in PURE_STDLIB, f"{path.name} imports {module}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("os", "os.path") and node.attr != "path":
            assert node.attr in WITHOUT_DISK, f"{path.name} looks at the file system"
        assert not (isinstance(node, ast.Name) and node.id == "open"), f"{path.name} opens a file"


def test_reports_do_not_know_rules_or_inputs() -> None:
    for path in (ROOT / "tritonlint" / "report").glob("*.py"):
        for module in imports(path):
            assert not module.startswith(("tritonlint.rule", "tritonlint.inputs", "tritonlint.pbtxt")), path.name


def test_inputs_do_not_judge() -> None:
    for folder in ("inputs", "pbtxt"):
        for path in (ROOT / "tritonlint" / folder).rglob("*.py"):
            assert not imports(path) & {"tritonlint.finding", "tritonlint.rule", "tritonlint.engine"}, path.name


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--version"], ["libcst", "google.protobuf", "elftools", "tritonlint.engine"]),
        (["check", "examples/fixed_model_repository", "--select", "TLC0"], ["libcst", "elftools"]),
    ],
)
def test_heavy_modules_stay_unimported(arguments: list[str], absent: list[str]) -> None:
    code = (
        "import sys, atexit\n"
        f"atexit.register(lambda: sys.stderr.write(repr([m for m in {absent!r} if m in sys.modules])))\n"
        f"sys.argv = ['tritonlint', *{arguments!r}]\n"
        "from tritonlint.cli import main\nmain()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stderr.endswith("[]"), run.stderr


def test_wheel_holds_rules_and_data(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, packaged in (("rules", "tritonlint/rules"), ("tritonlint", "tritonlint")):
        for path in (ROOT / folder).rglob("*.py"):
            assert f"{packaged}/{path.relative_to(ROOT / folder).as_posix()}" in names
    assert {f"tritonlint/data/{path.name}" for path in (ROOT / "tritonlint" / "data").glob("*.*")} <= names
    assert "tritonlint/py.typed" in names
    top = {name.split("/")[0] for name in names}
    assert top == {"tritonlint", next(name for name in top if name.endswith(".dist-info"))}
