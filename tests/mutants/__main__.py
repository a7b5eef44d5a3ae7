"""Which kinds of planted faults are found: ``python -m tests.mutants [OPERATOR…] [--list]``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.mutants import OPERATORS, plant, served_models, tally


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("operators", nargs="*", metavar="OPERATOR", default=list(OPERATORS))
    parser.add_argument("--sample", type=int, default=100, help="mutants of an operator")
    parser.add_argument("--seed", type=int, default=1, help="other models and places")
    parser.add_argument("--list", action="store_true", help="show the mutants of which nothing is said")
    options = parser.parse_args()
    models = served_models()
    found = total = 0
    for name in options.operators:
        with tempfile.TemporaryDirectory() as folder:
            sums = tally(plant(OPERATORS[name], models, options.sample, options.seed), Path(folder).resolve())
        found, total = found + len(sums.found), total + sums.total
        counts = f"{len(sums.found):4} of {sums.total:4} found, {len(sums.noted):3} noted"
        print(f"{counts}: {name}: {OPERATORS[name].what}", flush=True)
        for mutant in sums.missed if options.list else ():
            line, before, after = mutant.changed()
            print(f"     {mutant.model.group}/{mutant.model.name}/{mutant.path}:{line}: {before} => {after}")
    print(f"{found:4} of {total:4} found ({100 * found // max(total, 1)} %)")


if __name__ == "__main__":
    main()
