"""What reading model.py files and all rules about them cost over the bare libcst parse of the same files.

    python benchmarks/rules_cost.py FOLDER… [--rounds 5]

Three things take turns in one process, and the best CPU time of each counts: ``libcst.parse_module`` for every
model.py, and for every module beside one that the check reads; a check with all rules of the family TLP; the same
check with two rules that need no model.py, which is what discovery, configs, the plan of interpreters and the engine
cost anyhow. The cost is (second - third) / first - 1.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import libcst

from tritonlint import cache
from tritonlint.engine import check_paths
from tritonlint.inputs import python_reading
from tritonlint.inputs.python import PythonFacts
from tritonlint.rule import rule_modules
from tritonlint.settings import Settings

RELEASE = "24.10"
NO_MODEL_FILE = frozenset({"TLC101", "TLS001"})


def seconds(action: Callable[[], object]) -> float:
    """CPU seconds of one call, with the heap as clean as a new process has it."""
    gc.collect()
    start = time.process_time()
    action()
    return time.process_time() - start


def texts_read(action: Callable[[], object]) -> dict[str, str]:
    """The Python files, by their paths, that are read while something runs."""
    texts: dict[str, str] = {}

    def read(path: str, text: str) -> PythonFacts:
        texts[path] = text
        return own(path, text)

    own, python_reading.read_python = python_reading.read_python, read
    try:
        action()
    finally:
        python_reading.read_python = own
    return texts


def measure(folders: Sequence[str], rounds: int) -> None:
    cache.disable()
    # As the command does for its own run; the floor gets the same.
    gc.disable()
    rules = frozenset(code for code in rule_modules() if code.startswith("TLP"))
    all_rules = Settings(triton_version=RELEASE, select=rules)
    no_rules = Settings(triton_version=RELEASE, select=NO_MODEL_FILE)
    texts = texts_read(lambda: check_paths(folders, all_rules))
    models = sum(path.endswith("/model.py") for path in texts)
    if not models:
        raise SystemExit("no model.py in these folders")

    def parse() -> None:
        for text in texts.values():
            libcst.parse_module(text)

    actions = (parse, lambda: check_paths(folders, all_rules), lambda: check_paths(folders, no_rules))
    for action in actions:
        action()  # imports rules, compiles patterns
    best = [float("inf")] * len(actions)
    for _ in range(rounds):
        for index, action in enumerate(actions):
            best[index] = min(best[index], seconds(action))
    bare, checked, other = best
    lines = sum(text.count("\n") for text in texts.values())
    print(f"{models} model.py files, {len(texts) - models} modules beside them, {lines} lines, {len(rules)} rules")
    print(f"bare libcst parse              {bare / len(texts) * 1000:6.2f} ms a file")
    print(f"read and judged                {(checked - other) / len(texts) * 1000:6.2f} ms a file")
    print(f"cost over the bare parse       {((checked - other) / bare - 1) * 100:6.0f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    measure(options.folders, options.rounds)


if __name__ == "__main__":
    main()
