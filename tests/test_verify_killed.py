"""`tritonlint verify` itself, interrupted and killed at random moments: nothing stays behind."""

from __future__ import annotations

import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.test_runtime_cleanup import AT_A_TIME, SECONDS_TO_CLEAN, SIGNALS, client, repository, room

pytestmark = pytest.mark.server
__all__ = ["repository", "room"]  # fixtures of the other module

MOMENTS = 20
SECONDS = 9.0
"""As long as a run takes on a quiet machine, from the start of the interpreter to the end of the second server."""


def test_verify_killed_at_any_moment_leaves_nothing(room: Path, server_cache: Path, repository: Path) -> None:
    chance = random.Random(6)
    plans = [(number, SECONDS * (number + chance.random()) / MOMENTS) for number in range(MOMENTS)]
    command = ("env", f"TRITONLINT_CACHE={server_cache.resolve()}", sys.executable, "-m", "tritonlint", "verify")

    def killed(plan: tuple[int, float]) -> tuple[str, list[str], list[str]]:
        number, delay = plan
        sent = SIGNALS[number % len(SIGNALS)]
        with client(
            room / f"verify-{number}", *command, "--server", "embedded", os.fspath(repository / "plain")
        ) as one:
            time.sleep(delay)
            before = one.traces()
            one.process.send_signal(sent)
            return f"{sent.name} after {delay:.1f} s: {one.said()[-1:]}", one.traces_after(SECONDS_TO_CLEAN), before

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        results = list(pool.map(killed, plans))
    # The test would prove nothing if there had been nothing to leave.
    assert sum(any("tritonserver" in trace for trace in before) for _, _, before in results) >= MOMENTS // 3
    failed = [f"{when}: {left}" for when, left, _ in results if left]
    assert not failed, "\n".join(failed)
