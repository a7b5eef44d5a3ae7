"""The models of ``tests/blind``: nothing is said of those that were served well, and what was found once is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blind import score, set_names

FOUND = {
    "eight": 43,
    "eighteen": 40,
    "eleven": 38,
    "five": 49,
    "fifteen": 84,
    "four": 55,
    "four-more": 72,
    "fourteen": 52,
    "nine": 40,
    "nine-more": 18,
    "nineteen": 39,
    "one": 43,
    "served": 0,
    "served-again": 0,
    "served-more": 0,
    "seven": 58,
    "seven-more": 56,
    "seventeen": 38,
    "sixteen": 40,
    "six": 59,
    "six-more": 72,
    "ten": 60,
    "thirteen": 31,
    "three": 50,
    "three-more": 16,
    "twelve": 39,
    "twenty": 38,
    "twenty-eight": 45,
    "twenty-five": 44,
    "twenty-four": 40,
    "twenty-one": 72,
    "twenty-seven": 48,
    "twenty-six": 54,
    "twenty-three": 62,
    "twenty-two": 49,
    "two": 44,
}
"""Faulty models with a finding where the fault is; more is better."""


@pytest.mark.parametrize("name", set_names())
def test_what_a_server_showed_is_said_and_nothing_else(name: str, tmp_path: Path) -> None:
    result = score(name, tmp_path)
    alarms = [f"{f.model} line {f.location.line}: {f.code} {f.message}" for f in result.alarms]
    assert not alarms, "\n".join(alarms)
    assert result.found >= FOUND[name], f"missed: {', '.join(sorted(result.missed))}"
