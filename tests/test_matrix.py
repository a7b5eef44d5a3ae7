"""Stubs and environments on a real server, and what tritonlint foretells (docs/interpreter-matrix.md)."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.matrix.__main__ import foretold, read_verdicts
from tests.matrix.case import Case
from tests.matrix.cases import SERVERS, matrix
from tests.matrix.odd import odd
from tests.matrix.parts import RELEASES, Parts, PartsMissingError
from tests.matrix.trial import judge, thaw
from tests.matrix.verdict import forecast
from tritonlint.runtime.wheel import InstallationError

# One of each kind, on one server; the whole matrix takes half an hour.
SAMPLE = (
    "stub the server's own; environment 3.11, numpy 1",
    "stub the server's own; environment 3.11, numpy 2",
    "stub the server's own; environment 3.9, numpy 1",
    "stub the server's own; environment truncated",
    "stub 24.10, Python 3.9; environment 3.9, numpy 1",
    "stub 24.10, Python 3.9; environment none",
    "activate ends with a failing test",
    "copied backend folder python_3_9",
    "stub of 23.12, Python 3.11",
)


def cases() -> dict[str, Case]:
    found = [case for release in SERVERS for case in matrix(release)]
    found += [case for release in RELEASES for case in odd(release)]
    return {case.name: case for case in found}


@pytest.fixture(scope="module")
def parts(server_cache: Path) -> Parts:
    parts = Parts(server_cache.absolute())
    try:
        parts.server("24.10")
        for version in ("3.9", "3.11"):
            parts.environment(version)
    except (PartsMissingError, InstallationError, OSError) as error:
        pytest.skip(f"the parts of the matrix cannot be had: {error}")
    return parts


def test_every_case_has_a_verdict() -> None:
    assert sorted(read_verdicts()) == sorted(cases())


def test_the_matrix_is_as_large_as_it_says() -> None:
    count = Counter(case.release for case in cases().values() if ";" in case.name)
    assert count == dict.fromkeys(SERVERS, 63)


@pytest.mark.server
@pytest.mark.parametrize("name", SAMPLE)
def test_server_and_forecast_agree(name: str, parts: Parts) -> None:
    case = cases()[f"24.10: {name}"]
    room = case.make(parts)
    try:
        said = forecast(room)
        verdict = judge(room)
    finally:
        thaw(room)
        shutil.rmtree(room.folder)
    assert verdict.outcome == read_verdicts()[case.name].outcome, verdict
    assert said.against(verdict) == "agrees", said


@pytest.mark.server
def test_forecasts_agree_with_recorded_verdicts(parts: Parts) -> None:
    recorded = read_verdicts()
    wrong = {}
    for case in matrix("24.10"):
        # Stubs of other releases would have to be fetched with their servers.
        if not case.axes[0].startswith(("the server's own", "24.10")):
            continue
        said = foretold(case, parts)
        if said.against(recorded[case.name]) != "agrees":
            wrong[case.name] = (recorded[case.name].outcome, str(said))
    assert not wrong
