"""``python -m tests.matrix``: try stubs and environments on real servers, compare. See docs/interpreter-matrix.md."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from tests.matrix.case import Case
from tests.matrix.cases import RELEASES, matrix
from tests.matrix.odd import odd
from tests.matrix.parts import Parts
from tests.matrix.trial import Verdict, run
from tests.matrix.verdict import Forecast, forecast

REPOSITORY_ROOT = Path(__file__).parents[2]
VERDICTS = Path(__file__).with_name("verdicts.json")


def cache() -> Path:
    return Path(os.environ.get("TRITONLINT_TEST_CACHE") or REPOSITORY_ROOT / ".cache" / "tritonlint").absolute()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--release", choices=RELEASES, action="append", help="only this server; repeatable")
    parser.add_argument("--case", default="", help="only cases whose name holds this text")
    parser.add_argument("--again", action="store_true", help="ask the servers again where a verdict is recorded")
    parser.add_argument("--verdicts", type=Path, default=VERDICTS, help="where verdicts of servers are recorded")
    options = parser.parse_args()

    parts = Parts(cache())
    recorded = json.loads(options.verdicts.read_text("utf-8")) if options.verdicts.exists() else {}
    wrong = 0
    for release in options.release or RELEASES:
        for case in [*matrix(release), *odd(release)]:
            if options.case not in case.name:
                continue
            if options.again or case.name not in recorded:
                recorded[case.name] = asdict(run(case, parts))
                options.verdicts.write_text(json.dumps(recorded, indent=1, ensure_ascii=False), "utf-8")
            verdict = Verdict(**recorded[case.name])
            found = foretold(case, parts)
            agreement = found.against(verdict)
            wrong += agreement != "agrees"
            print(f"{agreement:12} {case.name}: {verdict.outcome} | {found} | {verdict.said[:150]}", flush=True)
    return 1 if wrong else 0


def foretold(case: Case, parts: Parts) -> Forecast:
    """What tritonlint says of a case."""
    room = case.make(parts)
    try:
        return forecast(room)
    finally:
        shutil.rmtree(room.folder)


if __name__ == "__main__":
    sys.exit(main())
