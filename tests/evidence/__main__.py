"""``python -m tests.evidence``: run the examples of the rules for model.py on real servers and record what happened."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.evidence.cases import Case, Result, cases, judge
from tests.evidence.record import record
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
    for release in sorted({case.release for case in chosen}):
        installation = prepare_server(release, cache=cache, python_packages=True)
        for case in (one for one in chosen if one.release == release):
            result = _run(case, installation)
            results.append(result)
            print(result, flush=True)
    failed = [result for result in results if not result.holds]
    print(f"{len(results) - len(failed)} of {len(results)} as expected")
    if options.output is not None:
        options.output.write_text(record(results, options.release), encoding="utf-8")
    return 1 if failed else 0


def _run(case: Case, installation: object) -> Result:
    from tritonlint.runtime.wheel import ServerInstallation

    assert isinstance(installation, ServerInstallation)
    return judge(case, installation)


if __name__ == "__main__":
    sys.exit(main())
