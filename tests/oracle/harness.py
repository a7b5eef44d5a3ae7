"""Asks a real server about generated cases, with stand-ins for all backends or with the real Python backend.

Every model is loaded by itself through the model control API, members before their ensemble, so each has a verdict
and a message of its own. A server that dies is started again; the case it died on is tried alone to find out which
model it was.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.oracle.case import Case
from tests.oracle.singles import BACKENDS
from tritonlint.runtime.server import DisposableServer, ServerCrashError, ServerHangError
from tritonlint.runtime.wheel import InstallationError, ServerInstallation

State = Literal["READY", "UNAVAILABLE", "CRASH", "HANG"]

LOAD_SECONDS = 20.0
PYTHON_LOAD_SECONDS = 12.0
PARSE_ERROR = re.compile(r"Error parsing text-format inference\.ModelConfig: (.*)")
POLL_ERROR = re.compile(r"Poll failed for model directory '[^']*': (.*)")
INVALID = re.compile(r"\] (Invalid argument: .*)")


@dataclass(frozen=True)
class Verdict:
    """What the server made of one model."""

    state: State
    message: str = ""

    @property
    def refused(self) -> bool:
        return self.state != "READY"


Verdicts = dict[str, Verdict]
"""Verdict by model folder."""


@dataclass
class Rate:
    """How fast the server judged."""

    loads: int = 0
    seconds: float = 0.0
    starts: int = 0

    def __str__(self) -> str:
        per_second = self.loads / self.seconds if self.seconds else 0.0
        return f"{self.loads} loads in {self.seconds:.2f} s = {per_second:.0f} configs/s ({self.starts} server starts)"


def build_backends(folder: Path) -> Path:
    """Compile the stand-in once and give it to every backend name; needs a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise InstallationError("no C compiler (cc or gcc) for the stand-in backend")
    library = folder / "standin.so"
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).with_name("standin.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True, timeout=60)
    backends = folder / "backends"
    for name in BACKENDS:
        (backends / name).mkdir(parents=True, exist_ok=True)
        shutil.copy2(library, backends / name / f"libtriton_{name}.so")
    return backends


@dataclass
class Oracle:
    """A real server that gives verdicts on cases.

    Without ``backends`` the real Python backend loads the models; each is unloaded again, for its stub is a process.
    """

    installation: ServerInstallation
    backends: Path | None = None
    rate: Rate = field(default_factory=Rate)

    def judge(self, cases: Sequence[Case], *, batch: int = 500) -> dict[str, Verdicts]:
        """Verdicts by case name. A new server for every ``batch`` cases keeps its memory bounded."""
        verdicts: dict[str, Verdicts] = {}
        for start in range(0, len(cases), batch):
            verdicts |= self._judge_batch(cases[start : start + batch])
        return verdicts

    def judge_one(self, case: Case) -> Verdicts:
        """Verdicts of a single case on a server of its own."""
        return self._judge_batch([case])[case.name]

    def _judge_batch(self, cases: Sequence[Case]) -> dict[str, Verdicts]:
        verdicts: dict[str, Verdicts] = {}
        with written(cases) as repository:
            remaining = list(cases)
            while remaining:
                done = 0
                with self._server(repository) as server:
                    for case in remaining:
                        try:
                            verdicts[case.name] = self._load(server, case)
                        except ServerCrashError:
                            break
                        done += 1
                        if any(one.state == "HANG" for one in verdicts[case.name].values()):
                            break
                if done < len(remaining) and remaining[done].name not in verdicts:
                    verdicts[remaining[done].name] = self._alone(remaining[done], repository)
                    # A half-built model sometimes takes the server down only after it was refused.
                    if done and not any(one.state == "CRASH" for one in verdicts[remaining[done].name].values()):
                        previous = remaining[done - 1]
                        verdicts[previous.name] = self._alone(previous, repository)
                    done += 1
                remaining = remaining[done:]
        return verdicts

    def _server(self, repository: Path) -> DisposableServer:
        self.rate.starts += 1
        return DisposableServer(self.installation, repository, backends=self.backends, stop_seconds=0)

    def _alone(self, case: Case, repository: Path) -> Verdicts:
        """Load model after model, each on what is left; a model on which the server dies is a crash."""
        verdicts: Verdicts = {}
        pending = list(case.models)
        while pending:
            with self._server(repository) as server:
                while pending:
                    model = pending.pop(0)
                    try:
                        verdicts[model] = self._load_model(server, model)
                        if verdicts[model].refused:
                            time.sleep(0.3)
                            server.ready()
                    except ServerCrashError as crash:
                        verdicts[model] = Verdict("CRASH", f"{crash.cause}: {_last_words(server.log)}")
                        break
        return verdicts

    def _load(self, server: DisposableServer, case: Case) -> Verdicts:
        return {model: self._load_model(server, model) for model in case.models}

    def _load_model(self, server: DisposableServer, model: str) -> Verdict:
        mark = server.log_size()
        started = time.perf_counter()
        seconds = PYTHON_LOAD_SECONDS if self.backends is None else LOAD_SECONDS
        try:
            answer = server.load(model, seconds=seconds)
        except ServerHangError:
            return Verdict("HANG", f"the load did not return within {seconds:g} s")
        finally:
            self.rate.loads += 1
            self.rate.seconds += time.perf_counter() - started
        if self.backends is None and answer.ok:
            server.unload(model)
        if answer.ok:
            return Verdict("READY")
        return Verdict("UNAVAILABLE", _reason(answer.message, server.log_since(mark)))


def _reason(message: str, log: str) -> str:
    for pattern in (PARSE_ERROR, POLL_ERROR):
        found = pattern.search(log)
        if found:
            return found[1].strip()
    if "no version is available" in message or "failed to poll" in message or not message:
        found = INVALID.search(log)
        if found:
            return found[1].strip()
    return re.sub(r"\s+", " ", message)


def _last_words(log: str) -> str:
    said = [line.strip() for line in log.splitlines() if "what():" in line or "terminate called" in line]
    return "; ".join(said) or "no message"


@contextmanager
def written(cases: Sequence[Case]) -> Iterator[Path]:
    """A repository that holds all ``cases``."""
    with tempfile.TemporaryDirectory(prefix="tritonlint-oracle-") as folder:
        repository = Path(folder) / "repository"
        repository.mkdir()
        for case in cases:
            case.write(repository)
        yield repository
