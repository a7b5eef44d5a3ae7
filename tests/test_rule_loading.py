"""Rules of model.py files are imported for a model that has one, and for no other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tritonlint.engine import PYTHON_FAMILY
from tritonlint.rule import load_rule, rule_modules

LOADED = """
import sys
from tritonlint.engine import check_paths
check_paths([sys.argv[1]])
print(*[name for name in sys.modules if name.startswith("tritonlint.rules.tlp") or name == "libcst"])
"""


def test_every_rule_of_the_family_asks_for_python() -> None:
    family = [code for code in rule_modules() if code.startswith(PYTHON_FAMILY)]
    assert family
    assert [code for code in family if "python" not in load_rule(code).parameters] == []


def test_a_model_without_python_loads_none_of_them(tmp_path: Path) -> None:
    version = tmp_path / "plain" / "1"
    version.mkdir(parents=True)
    (version / "model.onnx").write_bytes(b"")
    (version.parent / "config.pbtxt").write_text('backend: "onnxruntime"\n')
    found = subprocess.run(
        [sys.executable, "-c", LOADED, str(tmp_path)],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == []
