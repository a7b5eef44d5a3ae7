"""``python -m tests.oracle``: generate cases, ask a real server, compare. See docs/oracle.md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.oracle.compare import compare, minimise, one_per_cause
from tests.oracle.generator import generate
from tests.oracle.harness import Oracle, build_backends
from tritonlint.runtime.wheel import WHEELS, prepare_server

REPOSITORY_ROOT = Path(__file__).parents[2]


def cache() -> Path:
    return Path(os.environ.get("TRITONLINT_TEST_CACHE") or REPOSITORY_ROOT / ".cache" / "tritonlint")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--release", choices=sorted(WHEELS), default="24.10")
    parser.add_argument("--cases", type=int, default=2000, help="single models")
    parser.add_argument("--ensembles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minimise", type=int, default=10, metavar="N", help="make the first N disagreements small")
    parser.add_argument("--output", type=Path, help="write the disagreements to this file (Markdown)")
    options = parser.parse_args()

    cases = list(generate(options.cases, options.ensembles, options.seed))
    installation = prepare_server(options.release, cache=cache())
    with tempfile.TemporaryDirectory(prefix="tritonlint-standins-") as folder:
        oracle = Oracle(installation, build_backends(Path(folder)))
        verdicts = oracle.judge(cases)
        started = time.perf_counter()
        comparison = compare(options.release, cases, verdicts)
        seconds = time.perf_counter() - started
        print(comparison)
        print(f"server verdicts: {dict(comparison.states)}")
        print(f"real server: {oracle.rate}")
        print(
            f"tritonlint: {comparison.models} models in {seconds:.2f} s = {comparison.models / seconds:.0f} configs/s"
        )
        reports = []
        for number, (disagreement, count) in enumerate(one_per_cause(comparison.disagreements)):
            small = minimise(disagreement, oracle) if number < options.minimise else disagreement
            reports.append(f"{small.report()}\n* like it: {count}\n")
    text = f"# Disagreements, seed {options.seed}\n\n{comparison}\n\n" + "\n".join(reports)
    if options.output is not None:
        options.output.write_text(text, encoding="utf-8", errors="backslashreplace")
    else:
        print("\n".join(reports))
    return 1 if comparison.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
