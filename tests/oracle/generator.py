"""All cases of a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.oracle.case import Case
from tests.oracle.ensembles import ENSEMBLE_FAMILIES, ensemble
from tests.oracle.pythons import FAMILIES as PYTHON_FAMILIES
from tests.oracle.pythons import python_model
from tests.oracle.singles import FAMILIES, single


def generate(singles: int, ensembles: int, seed: int, *, pythons: int = 0) -> Iterator[Case]:
    """The cases of a seed; family after family, so that a small sample touches every one of them.

    ``pythons`` are models for the real Python backend, the others for stand-ins.
    """
    for kind, make, families, count in (
        ("c", single, list(FAMILIES), singles),
        ("e", ensemble, list(ENSEMBLE_FAMILIES), ensembles),
        ("p", python_model, list(PYTHON_FAMILIES), pythons),
    ):
        for number in range(count):
            # Each case has its own generator: a case stays the same when others are added.
            rng = random.Random(f"{seed}/{kind}/{number}")
            yield make(f"{kind}{number:05d}", rng, families[number % len(families)])
