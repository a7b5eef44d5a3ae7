"""Every kind of fault that can be planted into models that were served well is found in most of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import OPERATORS, Model, plant, served_models, tally

SAMPLE = 10
MOST = 0.6
"""Of a small sample; some mutants are no fault (``tests/mutants``)."""
SOME = {
    "sorted_upwards": 0.2,
    "transposed_by_reshape": 0.2,
    "not_counted": 0.4,
    "other_attribute": 0.4,
    "none_test_inverted": 0.4,
    "axis_left_out": 0.4,
    "true_division": 0.4,
    "slice_one_too_long": 0.2,
    "input_read_twice": 0.4,
    "comma_behind_value": 0.3,
}
"""Kinds that are found only where names, types or shapes say what was meant."""


@pytest.fixture(scope="module")
def models() -> list[Model]:
    return served_models()


@pytest.mark.parametrize("name", OPERATORS)
def test_what_is_planted_is_found(name: str, models: list[Model], tmp_path: Path) -> None:
    mutants = plant(OPERATORS[name], models, SAMPLE, seed=1)
    assert len(mutants) == SAMPLE or name in SOME
    sums = tally(mutants, tmp_path)
    places = [f"{mutant.model.group}/{mutant.model.name}: {mutant.changed()}" for mutant in (*sums.noted, *sums.missed)]
    assert len(sums.found) >= SOME.get(name, MOST) * len(mutants), "\n".join(places)
