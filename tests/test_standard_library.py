"""What the standard library of each Python has, held against the Python that runs the tests; and what is imported."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_imports import changes_imports, reached, sure_imports
from tritonlint.inputs.python_reading import read_python
from tritonlint.standard_library import is_standard, lacking

DATA = Path(__file__).parent.parent / "tritonlint" / "data" / "stdlib.json"
HERE = "{}.{}".format(*sys.version_info)
# Removed early, or only on other systems: no list of names tells.
ODD = {"idlelib", "turtledemo", "antigravity", "this"}


def test_modules_of_this_python() -> None:
    public = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    for name in public - ODD:
        assert is_standard(name), name
        assert lacking(name, HERE) == "", name
    for name in json.loads(DATA.read_text())["modules"]:
        if lacking(name, HERE):
            assert name not in public, name


def test_names_of_this_python() -> None:
    for name in json.loads(DATA.read_text())["members"]:
        module, _, member = name.rpartition(".")
        assert hasattr(importlib.import_module(module), member) is (lacking(name, HERE) == ""), name


@pytest.mark.parametrize(
    ("name", "python", "why"),
    [
        ("tomllib", "3.10", "since 3.11"),
        ("tomllib", "3.11", ""),
        ("distutils", "3.12", "until 3.11"),
        ("distutils", "3.9", ""),
        ("telnetlib", "3.13", "until 3.12"),
        ("typing.Self", "3.9", "since 3.11"),
        ("collections.Mapping", "3.10", "until 3.9"),
        ("numpy", "3.10", ""),
    ],
)
def test_lacking(name: str, python: str, why: str) -> None:
    assert lacking(name, python) == why


CODE = """\
import json, numpy as np
import a.b
from c import d
from . import e
import triton_python_backend_utils as pb_utils
if pb_utils:
    import under_condition
try:
    import tried
except ImportError:
    tried = None
if TYPE_CHECKING:
    import for_types


def helper():
    import in_helper


class TritonPythonModel:
    def initialize(self, args):
        import at_start
        if args:
            import perhaps

    def execute(self, requests):
        import late
        for request in requests:
            import later
        return pb_utils.exec()
"""


def test_sure_imports() -> None:
    python = read_python("1/model.py", CODE)
    found = {imported.module: imported.when for imported in sure_imports(python)}
    assert found == {
        "json": "load",
        "numpy": "load",
        "a.b": "load",
        "c": "load",
        "e": "load",
        "triton_python_backend_utils": "load",
        "at_start": "load",
        "late": "request",
        "later": "request",
    }
    assert not changes_imports(python)


@pytest.mark.parametrize(
    "line",
    [
        'sys.path.insert(0, "/opt")',
        "importlib.import_module(x)",
        "subprocess.run(['pip'])",
        "exec(code)",
        "os.system('x')",
        "sys.modules['a'] = b",
        "from sys import path",
    ],
)
def test_what_may_change_imports(line: str) -> None:
    assert changes_imports(read_python("1/model.py", f"import sys\n{line}\n"))


def test_nothing_is_sure_behind_an_end() -> None:
    python = read_python("1/model.py", "import a\nraise SystemExit\nimport b\n")
    assert [imported.module for imported in sure_imports(python)] == ["a"]


def test_imports_are_followed_through_the_models_own_modules() -> None:
    texts = {
        "a": "from .b import x\nimport a\n",
        "b": "from . import c\n\ndef f():\n    import d\n",
        "c": "try:\n    import d\nexcept ImportError:\n    d = None\n",
        "d": "import e\n",
    }

    def find(beside: str, name: str) -> PythonFacts | None:
        return read_python(f"1/{name}.py", texts[name]) if name in texts else None

    found = reached(read_python("1/model.py", "import a, os\n"), find)
    assert [(file.path, when) for file, when in found] == [
        ("1/model.py", "load"),
        ("1/a.py", "load"),
        ("1/b.py", "load"),
        ("1/c.py", "load"),
    ]
