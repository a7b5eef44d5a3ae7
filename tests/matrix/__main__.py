"""``python -m tests.matrix``: try stubs and environments on real servers, compare. See docs/interpreter-matrix.md."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from tests.matrix.case import Case
from tests.matrix.cases import SERVERS, matrix
from tests.matrix.document import Row, document
from tests.matrix.odd import odd
from tests.matrix.parts import RELEASES, Parts
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
    parser.add_argument("--output", type=Path, help="write the page (Markdown) to this file")
    options = parser.parse_args()

    parts = Parts(cache())
    releases = options.release or RELEASES

    def judged(cases: list[Case]) -> list[Row]:
        return [_judged(case, parts, options) for case in cases if options.case in case.name]

    grids = {release: judged(matrix(release)) for release in SERVERS if release in releases}
    oddities = [row for release in releases for row in judged(odd(release))]
    if options.output is not None:
        options.output.write_text(document(list(grids), grids, oddities), encoding="utf-8")
    return 1 if any(row.agreement != "agrees" for row in [*oddities, *chain(*grids.values())]) else 0


def _judged(case: Case, parts: Parts, options: argparse.Namespace) -> Row:
    recorded = read_verdicts(options.verdicts)
    if options.again or case.name not in recorded:
        recorded[case.name] = run(case, parts)
        text = {name: asdict(verdict) for name, verdict in sorted(recorded.items())}
        options.verdicts.write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    row = Row(case, recorded[case.name], foretold(case, parts))
    print(
        f"{row.agreement:12} {case.name}: {row.verdict.outcome} | {row.forecast} | {row.verdict.said[:150]}", flush=True
    )
    return row


def read_verdicts(place: Path = VERDICTS) -> dict[str, Verdict]:
    """The recorded verdicts by the name of the case."""
    if not place.exists():
        return {}
    return {name: Verdict(**fields) for name, fields in json.loads(place.read_text(encoding="utf-8")).items()}


def foretold(case: Case, parts: Parts) -> Forecast:
    """What tritonlint says of a case."""
    room = case.make(parts)
    try:
        return forecast(room)
    finally:
        shutil.rmtree(room.folder)


if __name__ == "__main__":
    sys.exit(main())
