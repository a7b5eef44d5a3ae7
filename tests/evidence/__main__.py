"""``python -m tests.evidence``: run the examples of the rules for model.py on real servers and record what happened."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.evidence.cases import Result, cases, judge
from tests.evidence.record import record
from tritonlint.rule import load_rule
from tritonlint.runtime.wheel import WHEELS, prepare_server

ROOT = Path(__file__).parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evidence", description=__doc__)
    parser.add_argument("--release", choices=sorted(WHEELS), default="24.10")
    parser.add_argument("--rule", action="append", default=[], metavar="CODE", help="only these rules")
    parser.add_argument("--no-borders", action="store_true", help="leave out the other releases")
    parser.add_argument("--output", type=Path, help="write the record to this file (Markdown)")
    options = parser.parse_args()

    cache = Path(os.environ.get("TRITONLINT_TEST_CACHE") or ROOT / ".cache" / "tritonlint")
    chosen = cases(options.release, options.rule, borders=not options.no_borders)
    results: list[Result] = []
    try:
        for release in sorted({case.release for case in chosen}, reverse=True):
            installation = prepare_server(release, cache=cache, python_packages=True)
            for case in (one for one in chosen if one.release == release):
                results.append(judge(case, installation))
                print(results[-1], flush=True)
    finally:
        # An interrupted run keeps what it has seen; the rows of other rules stay.
        if options.output is not None:
            earlier = options.output.read_text(encoding="utf-8") if options.output.is_file() else ""
            options.output.write_text(record(results, earlier), encoding="utf-8")
    held = sum(result.holds for result in results)
    print(f"{held} of {len(results)} as expected")
    quoting = {one.case.code for one in results if one.case.bad and load_rule(one.case.code).rule.server_says}
    unseen = quoting - {one.case.code for one in results if one.quotes}
    print(f"quoted by the rule, but brought about by no example: {', '.join(sorted(unseen)) or 'nothing'}")
    return int(held < len(results))


if __name__ == "__main__":
    sys.exit(main())
