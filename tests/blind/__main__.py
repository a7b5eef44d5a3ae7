"""How many faults of the blind sets are found: ``python -m tests.blind [SET…] [--missed]``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.blind import score, set_names


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", nargs="*", metavar="SET", default=set_names())
    parser.add_argument("--missed", action="store_true", help="name the faulty models that are not found")
    options = parser.parse_args()
    faulty = found = correct = alarms = 0
    for name in options.sets:
        with tempfile.TemporaryDirectory() as folder:
            result = score(name, Path(folder))
        faulty, found = faulty + result.faulty, found + result.found
        correct, alarms = correct + result.correct, alarms + len(result.alarms)
        print(
            f"{name:12} {result.found:3} of {result.faulty:3} faults found, "
            f"{len(result.alarms)} false alarms on {result.correct} correct models"
        )
        for alarm in result.alarms:
            print(f"    false alarm: {alarm.model} line {alarm.location.line}: {alarm.code} {alarm.message}")
        for model, what in result.missed.items() if options.missed else ():
            print(f"    missed: {model}: {what}")
    rate = f" ({100 * found / faulty:.0f} %)" if faulty else ""
    print(f"{'all':12} {found:3} of {faulty:3}{rate}, {alarms} false alarms on {correct} correct models")


if __name__ == "__main__":
    main()
