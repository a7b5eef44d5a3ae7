"""``python -m tests.oracle``: generate cases, ask a real server, compare. See docs/oracle.md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.oracle.case import Case
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
    parser.add_argument("--pythons", type=int, default=0, help="models for the real Python backend (about 0.5 s each)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minimise", type=int, default=10, metavar="N", help="make the first N disagreements small")
    parser.add_argument("--output", type=Path, help="write the disagreements to this file (Markdown)")
    options = parser.parse_args()

    status = 0
    texts = []
    if options.cases or options.ensembles:
        cases = list(generate(options.cases, options.ensembles, options.seed))
        with tempfile.TemporaryDirectory(prefix="tritonlint-standins-") as folder:
            oracle = Oracle(prepare_server(options.release, cache=cache()), build_backends(Path(folder)))
            status |= run(oracle, cases, options, texts)
    if options.pythons:
        cases = list(generate(0, 0, options.seed, pythons=options.pythons))
        oracle = Oracle(prepare_server(options.release, cache=cache(), python_packages=True))
        status |= run(oracle, cases, options, texts)
    if options.output is not None:
        options.output.write_text("\n".join(texts), encoding="utf-8", errors="backslashreplace")
    else:
        print("\n".join(texts))
    return status


def run(oracle: Oracle, cases: list[Case], options: argparse.Namespace, texts: list[str]) -> int:
    """Judge and compare ``cases``; adds the report to ``texts``. Returns 1 when the two disagree."""
    real = oracle.backends is None
    verdicts = oracle.judge(cases, batch=100 if real else 500)
    started = time.perf_counter()
    comparison = compare(options.release, cases, verdicts, real=real)
    seconds = time.perf_counter() - started
    print("real Python backend:" if real else "stand-ins:", comparison)
    print(f"server verdicts: {dict(comparison.states)}")
    print(f"real server: {oracle.rate}")
    print(f"tritonlint: {comparison.models} models in {seconds:.2f} s = {comparison.models / seconds:.0f} configs/s")
    reports = []
    for number, (disagreement, count) in enumerate(one_per_cause(comparison.disagreements)):
        small = minimise(disagreement, oracle) if number < options.minimise else disagreement
        reports.append(f"{small.report()}\n* like it: {count}\n")
    texts.append(f"# Disagreements, seed {options.seed}\n\n{comparison}\n\n" + "\n".join(reports))
    return 1 if comparison.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
