"""Configs per second, tritonlint's next to the real server's, for the same generated configs in the same run.

    python benchmarks/rate.py [--configs 1000] [--seed 7] [--rounds 3] [--no-server]

The configs are those of the oracle (tests/oracle: good ones and broken ones, every family of fields), without a
model.py. The real server is a tritonserver 24.10 that loads each of them through its model control API, with
stand-ins for all backends, so that it spends its time on reading and validating; its rate is the sum of the load
requests, start and repository listing left out. tritonlint runs in one process without a cache: once as a command,
start included, and once inside a process that has its rules imported. CPU time is what a core of its own would
take, wall time also says what else ran.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.oracle.case import Case  # noqa: E402
from tests.oracle.generator import generate  # noqa: E402
from tests.oracle.harness import Oracle, build_backends, written  # noqa: E402
from tritonlint.runtime.wheel import InstallationError, prepare_server  # noqa: E402

RELEASE = "24.10"
IN_PROCESS = """
import gc, sys, time
from tritonlint import cache
from tritonlint.engine import check_paths
from tritonlint.settings import Settings
warm, folder, release = sys.argv[1:]
cache.disable()
gc.disable()
settings = Settings(triton_version=release)
check_paths([warm], settings)
wall, cpu = time.perf_counter(), time.process_time()
check_paths([folder], settings)
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


@dataclass(frozen=True)
class Spent:
    """Seconds for a number of configs."""

    wall: float
    cpu: float

    def rates(self, count: int) -> str:
        return f"{count / self.cpu:6.0f} configs/s of CPU time, {count / self.wall:6.0f} of wall time"


def cases(count: int, seed: int) -> list[Case]:
    """The first ``count`` generated cases that have no model.py."""
    found: list[Case] = []
    # The longer a list, the more cases at its end: it begins like every shorter one.
    asked = count
    while len(found) < count:
        asked *= 2
        found = [case for case in generate(asked, 0, seed) if not any(path.endswith(".py") for path in case.files)]
    return found[:count]


def environment() -> dict[str, str]:
    """For processes that are measured: this checkout, with its bytecode kept as an installed package's is."""
    own = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "tritonlint-pyc"),
    }
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    return own


def children_cpu() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def as_command(repository: Path) -> Spent:
    """One ``tritonlint check`` of everything, its start included."""
    command = [sys.executable, "-m", "tritonlint", "check", "--jobs", "1", "--no-cache", "--triton-version", RELEASE]
    before, start = children_cpu(), time.perf_counter()
    done = subprocess.run([*command, str(repository)], env=environment(), stdout=subprocess.DEVNULL, check=False)
    spent = Spent(time.perf_counter() - start, children_cpu() - before)
    if done.returncode not in (0, 1):
        raise SystemExit(f"tritonlint check ended with exit status {done.returncode}")
    return spent


def in_process(repository: Path, warm: Path) -> Spent:
    """The same inside a process that has checked ``warm`` before."""
    command = [sys.executable, "-c", IN_PROCESS, str(warm), str(repository), RELEASE]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    wall, cpu = done.stdout.split()
    return Spent(float(wall), float(cpu))


def real_server(chosen: Sequence[Case], cache: Path) -> str:
    """The rate at which the real server judges, or why there is none."""
    with tempfile.TemporaryDirectory(prefix="tritonlint-standins-") as folder:
        try:
            oracle = Oracle(prepare_server(RELEASE, cache=cache), build_backends(Path(folder)))
        except InstallationError as error:
            return f"not measured: {error}"
        oracle.judge(chosen)
        return str(oracle.rate)


def best(spent: Sequence[Spent]) -> Spent:
    return Spent(min(one.wall for one in spent), min(one.cpu for one in spent))


def measure(count: int, seed: int, rounds: int, *, server: bool) -> None:
    chosen = cases(count, seed)
    with written(chosen) as repository, written(chosen[:1]) as warm:
        inside = best([in_process(repository, warm) for _ in range(rounds)])
        command = best([as_command(repository) for _ in range(rounds)])
    print(f"{count} generated configs without model.py, seed {seed}, release {RELEASE}; one process, no cache")
    print(f"tritonlint, in process         {inside.rates(count)}")
    print(f"tritonlint, command with start {command.rates(count)}")
    if server:
        cache = Path(os.environ.get("TRITONLINT_TEST_CACHE") or ROOT / ".cache" / "tritonlint")
        print(f"real server {RELEASE}              {real_server(chosen, cache)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--configs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-server", action="store_true", help="leave the real server out")
    options = parser.parse_args()
    measure(options.configs, options.seed, options.rounds, server=not options.no_server)


if __name__ == "__main__":
    main()
