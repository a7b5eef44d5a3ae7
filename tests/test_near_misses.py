"""Correct models that come near to what rules report: a server of 24.10 served each of them; nothing is said of any."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tritonlint.engine import check_paths
from tritonlint.example import parse_example
from tritonlint.settings import Settings

MODELS = parse_example((Path(__file__).parent / "fixtures/near_misses.txt").read_text())


@pytest.mark.parametrize("release", ["24.01", "24.10"])
def test_nothing_is_said_of_near_misses(release: str, tmp_path: Path) -> None:
    MODELS.write(tmp_path)
    result = check_paths([str(tmp_path)], replace(Settings(), triton_version=release))
    said = [f"{f.model} line {f.location.line if f.location else 0}: {f.code} {f.message}" for f in result.findings]
    assert not said, "\n".join(said)
