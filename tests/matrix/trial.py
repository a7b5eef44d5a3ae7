"""Runs one case on its real server and says what became of it."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tests.matrix.case import TARGET, Case, Room
from tests.matrix.parts import Parts
from tritonlint.runtime.server import Answer, DisposableServer, ServerCrashError, ServerError, ServerHangError

Outcome = Literal["right", "refused", "hangs", "wrong interpreter", "wrong result", "request fails", "server crash"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
QUIET_SECONDS = 7.0
"""A load in which nobody has used the processor for so long hangs; 12 s pass before that can be said."""
LEAST_SECONDS = 12.0
MOST_SECONDS = 60.0
VALUES = (1.0, 2.0, 3.0)
CALLING = (41.0, 2.0, 3.0)
"""The probe hands these on to another model (BLS)."""
UNPACKED = re.compile(r"/tmp/python_env_\w{6}")
TELLING = re.compile(
    r"Fatal Python error.*|ModuleNotFoundError.*|.*error while loading shared libraries.*"
    r"|.*version `\w+_[\d.]+' not found.*"
    r"|.*lock_exception.*|.*syntax error.*|.*cannot execute.*|.*Permission denied.*|.*No such file or directory.*"
)


@dataclass(frozen=True)
class Verdict:
    """What the server made of a case, in which interpreter, and its most telling line."""

    outcome: Outcome
    said: str = ""
    python: str = ""
    numpy: str = ""
    libpython: str = ""
    """Where the mapped libpython came from: "environment", "server" or "elsewhere"."""
    seconds: float = 0.0


def run(case: Case, parts: Parts) -> Verdict:
    """Build the case, try it, clean up."""
    room = case.make(parts)
    try:
        return judge(room)
    finally:
        thaw(room)
        shutil.rmtree(room.folder, ignore_errors=True)


def judge(room: Room) -> Verdict:
    """Try what is in the room on a server of its own."""
    server = room.parts.server(room.release)
    environment = server.environment | {"TRITONLINT_REPORT": str(room.reports)}
    started = time.monotonic()
    if room.freeze:
        subprocess.run(["chattr", "+i", *map(str, room.model.glob("*stub*"))], check=True)
    # A name that no address can hold is loaded at the start, and the server then waits for it.
    plain = re.fullmatch(r"[\w-]+", room.model_name) is not None
    running = DisposableServer(
        server.installation,
        room.repository,
        backends=room.backends or server.backends,
        environment=environment,
        options=["--log-verbose=1", *([] if plain else [f"--load-model={room.model_name}"])],
        start_seconds=MOST_SECONDS if plain else LEAST_SECONDS,
        stop_seconds=0,
    )
    outcome: Outcome = "hangs"
    said = ""
    with suppress(ServerHangError), running:
        outcome, said = _try(running, room) if plain else _state(running, room)
    if outcome == "hangs":
        said = _telling(running.log)
    report = _report(room)
    return Verdict(
        outcome,
        _shown(said, room),
        python=report.get("python", ""),
        numpy=report.get("numpy", ""),
        libpython=_origin(report.get("libpython", []), room),
        seconds=round(time.monotonic() - started, 1),
    )


def _state(server: DisposableServer, room: Room) -> tuple[Outcome, str]:
    """How the load at the start ended, for a model that no request can name."""
    row = next(row for row in server.repository_index() if row.model == room.model_name)
    return ("right", "") if row.state == "READY" else ("refused", row.reason)


def _try(server: DisposableServer, room: Room) -> tuple[Outcome, str]:
    stage = "the load"
    try:
        answer = _load(server, room.model_name)
        if answer is None:
            return "hangs", ""
        if not answer.ok:
            return "refused", answer.message
        target = server.load(TARGET, seconds=MOST_SECONDS)
        if not target.ok:
            raise AssertionError(f"the model that the probe calls does not load: {target.message}")
        failed: tuple[Outcome, str] | None = None
        for stage, values, added in (("a request", VALUES, 1), ("a call of another model", CALLING, 2)):
            body = {
                "inputs": [{"name": "INPUT", "datatype": "FP32", "shape": [3], "data": values}],
                "outputs": [{"name": "OUTPUT", "parameters": {"binary_data": True}}],
            }
            got = server.request("POST", f"/v2/models/{room.model_name}/infer", json.dumps(body).encode(), seconds=20)
            tail = got.body[got.body.rfind(b"}") + 1 :]
            if not got.ok:
                failed = failed or ("request fails", got.message)
            elif tail != struct.pack("<3f", *(value + added for value in values)):
                failed = failed or ("wrong result", f"{stage} is answered with {len(tail)} bytes")
        # Some die a moment after they have answered.
        time.sleep(0.3)
        server.ready()
        if failed is not None:
            return failed
    except ServerCrashError as crash:
        return "server crash", f"{crash.cause} at {stage}"
    except ServerHangError as hang:
        return "request fails", str(hang)
    if room.environment is not None and "environment" not in _used(room):
        return "wrong interpreter", f"sys.prefix is {_report(room)['prefix']}"
    if room.expected and _report(room)["python"] != room.expected:
        return "wrong interpreter", f"it is Python {_report(room)['python']}"
    return "right", ""


def _load(server: DisposableServer, model: str) -> Answer | None:
    """The answer to the load; None for one that hangs."""
    answers: list[Answer | Exception] = []

    def load() -> None:
        try:
            answers.append(server.load(model, seconds=MOST_SECONDS))
        except (ServerError, ValueError) as error:
            # ValueError: a load that hangs is left behind when the server is ended.
            answers.append(error)

    thread = threading.Thread(target=load, daemon=True)
    started = quiet_since = time.monotonic()
    thread.start()
    used = 0
    while thread.is_alive():
        thread.join(0.25)
        now = time.monotonic()
        ticks = sum(map(_ticks, server.processes()))
        if ticks > used + 2:
            used, quiet_since = ticks, now
        if now - started > LEAST_SECONDS and now - quiet_since > QUIET_SECONDS:
            return None
    if isinstance(answers[0], ServerHangError):
        return None
    if isinstance(answers[0], Exception):
        raise answers[0]
    return answers[0]


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _report(room: Room) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((room.reports / room.model_name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _used(room: Room) -> str:
    prefix = _report(room).get("prefix", "")
    return "environment" if UNPACKED.match(prefix) or prefix.startswith(str(room.folder)) else "server"


def _origin(mapped: object, room: Room) -> str:
    places = mapped if isinstance(mapped, list) else []
    own = room.parts.server(room.release).environment["LD_LIBRARY_PATH"]
    for place in places:
        if UNPACKED.match(place) or place.startswith(str(room.folder)):
            return "environment"
        return "server" if place.startswith(own) else "elsewhere"
    return ""


def _telling(log: str) -> str:
    for line in log.splitlines():
        if TELLING.fullmatch(line) and "] " not in line[:60]:
            return line
    return ""


def _shown(text: str, room: Room) -> str:
    """The text without this machine's places."""
    text = text.replace(str(room.folder), "…").replace(str(room.parts.folder), "…")
    text = UNPACKED.sub("/tmp/python_env_…", text)
    return re.sub(r"\s+", " ", text).strip()[:300]


def thaw(room: Room) -> None:
    """Undo what ``freeze`` did, so that the folder can be removed."""
    if room.freeze:
        subprocess.run(["chattr", "-i", *map(str, room.model.glob("*stub*"))], check=False)
