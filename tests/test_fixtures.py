"""Whole repositories with their expected report.

``tests/fixtures/NAME/repo`` is checked under ``settings.json``; the concise report must be ``expected.txt``.
``TRITONLINT_UPDATE_FIXTURES=1`` writes it anew; read the difference before committing it.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from tritonlint.engine import check_paths
from tritonlint.report import write_report
from tritonlint.settings import Settings

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir() if path.is_dir()))
def test_fixture(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES / name)
    settings = Settings(**json.loads(Path("settings.json").read_text(encoding="utf-8")))
    stream = io.StringIO()
    write_report("concise", check_paths(["repo"], settings), stream)
    if os.environ.get("TRITONLINT_UPDATE_FIXTURES"):
        Path("expected.txt").write_text(stream.getvalue(), encoding="utf-8")
    assert stream.getvalue() == Path("expected.txt").read_text(encoding="utf-8")
