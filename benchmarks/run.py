"""Measure tritonlint against a floor, as ratios taken in one run, so that the machine's speed cancels out.

    python benchmarks/run.py [--models 200] [--rounds 3] [--jobs 1] [--configs 1000] [--no-server]

The floor is a bare process that does nothing but parse the same files: ``libcst.parse_module`` for every model.py
and ``text_format.Parse`` for every config.pbtxt. Floor and tritonlint take turns; the best of the rounds counts,
in CPU time, because other work on the machine changes wall time most. Seconds in brackets: CPU, wall.
Cold is a run with an empty cache, warm the same run again, "one file" a run over one model.py that has just changed.

Then come the cost of the rules about model.py over the bare parse of the same files (rules_cost.py), and the rate for
configs next to that of a real server (rate.py); both can be run by themselves.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import rate  # noqa: E402
from benchmarks.generate import generate  # noqa: E402

FLOOR = """
import sys
from pathlib import Path
folder, schema = sys.argv[1:]
import libcst
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(Path(schema).read_bytes()).file:
    pool.Add(file)
Config = message_factory.GetMessageClass(pool.FindMessageTypeByName("inference.ModelConfig"))
for path in sorted(Path(folder).glob("*/config.pbtxt")):
    text_format.Parse(path.read_text(), Config())
for path in sorted(Path(folder).glob("*/*/model.py")):
    libcst.parse_module(path.read_bytes())
"""
SCHEMA = ROOT / "tritonlint" / "data" / "model_config.binpb"
FINDINGS_OR_NONE = (0, 1)


class Bench:
    """Runs commands with caches of its own and remembers the best time of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.best: dict[str, float] = {}
        self.wall: dict[str, float] = {}

    def run(self, label: str, command: Sequence[str], cache: str) -> None:
        own = {"TRITONLINT_CACHE": self.folder / cache, "PYTHONPATH": ROOT, "PYTHONPYCACHEPREFIX": self.folder / "pyc"}
        environment = {**os.environ, **{name: str(value) for name, value in own.items()}}
        # An installed package has its bytecode, as the floor's libcst does; a checkout may be told to write none.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        before, start = rate.children_cpu(), time.perf_counter()
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        wall, seconds = time.perf_counter() - start, rate.children_cpu() - before
        if done.returncode not in FINDINGS_OR_NONE:
            raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        self.best[label] = min(seconds, self.best.get(label, seconds))
        self.wall[label] = min(wall, self.wall.get(label, wall))

    def ratio(self, label: str, to: str) -> str:
        return f"{self.best[label] / self.best[to]:6.2f}   ({self.best[label]:.2f} s, {self.wall[label]:.2f} s)"


def lint(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tritonlint", *arguments]


def measure(models: int, rounds: int, jobs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tritonlint-benchmark-") as name:
        bench = Bench(Path(name))
        mixed, configs = bench.folder / "mixed", bench.folder / "configs"
        generate(mixed, models)
        generate(configs, models, seed=1, python_percent=0)
        check = lint("check", "--triton-version", "24.10", "--jobs", str(jobs))
        changed = next(iter(sorted(mixed.glob("*/1/model.py"))))
        text = changed.read_text(encoding="utf-8")
        for turn in range(rounds):
            bench.run("nothing", [sys.executable, "-c", "pass"], "none")
            bench.run("floor", [sys.executable, "-c", FLOOR, str(mixed), str(SCHEMA)], "none")
            bench.run("cold", [*check, str(mixed)], f"cold-{turn}")
            bench.run("warm", [*check, str(mixed)], f"cold-{turn}")
            changed.write_text(f"{text}# {turn}\n", encoding="utf-8")
            bench.run("one file", [*check, str(changed)], f"cold-{turn}")
            bench.run("version", lint("--version"), "none")
            bench.run("configs floor", [sys.executable, "-c", FLOOR, str(configs), str(SCHEMA)], "none")
            bench.run("configs", [*check, str(configs)], f"configs-{turn}")
        # A process of its own, so that its heap is that of a run.
        cost = [sys.executable, str(ROOT / "benchmarks" / "rules_cost.py"), str(mixed), "--rounds", str(rounds)]
        costs = subprocess.run(cost, env=rate.environment(), capture_output=True, text=True, check=True).stdout
        report(bench, models, len(list(mixed.glob("*/*/model.py"))), len(list(configs.glob("*/config.pbtxt"))))
        print(costs, end="")


def report(bench: Bench, models: int, programs: int, configs: int) -> None:
    print(f"{models} models, {programs} of them with a model.py; best of the rounds")
    print(f"cold run / floor               {bench.ratio('cold', 'floor')}")
    print(f"warm run / floor               {bench.ratio('warm', 'floor')}")
    print(f"warm run / cold run            {bench.ratio('warm', 'cold')}")
    print(f"one changed file / bare python {bench.ratio('one file', 'nothing')}")
    print(f"--version / bare python        {bench.ratio('version', 'nothing')}")
    print(f"configs alone, cold / floor    {bench.ratio('configs', 'configs floor')}", end="   ")
    print(f"{configs / bench.best['configs']:.0f} configs a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=200, help="1 to 10000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1, help="worker processes of tritonlint; the floor has one")
    parser.add_argument("--configs", type=int, default=1000, help="for the rate beside a real server's")
    parser.add_argument("--no-server", action="store_true", help="leave the real server out")
    options = parser.parse_args()
    measure(options.models, options.rounds, options.jobs)
    rate.measure(options.configs, seed=7, rounds=options.rounds, server=not options.no_server)


if __name__ == "__main__":
    main()
