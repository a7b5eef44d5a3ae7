"""What tritonlint says of a case, held against what its server did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tests.matrix.case import TARGET, Room
from tests.matrix.trial import Outcome, Verdict
from tritonlint.engine import check_paths
from tritonlint.finding import Effect, Finding
from tritonlint.settings import Settings

Agreement = Literal["agrees", "miss", "false alarm", "other effect"]
AGREEMENTS: tuple[Agreement, ...] = get_args(Agreement)

FAILING: frozenset[Effect] = frozenset({"server-crash", "load-failure", "request-failure", "wrong-result"})
FORETELLS: dict[Outcome, frozenset[Effect]] = {
    "right": frozenset(),
    "refused": frozenset({"load-failure"}),
    "hangs": frozenset({"load-failure"}),
    "wrong interpreter": frozenset({"wrong-result"}),
    "wrong result": frozenset({"wrong-result"}),
    "request fails": frozenset({"request-failure"}),
    "server crash": frozenset({"server-crash"}),
}


@dataclass(frozen=True)
class Forecast:
    """The findings that matter here: code, effect and certainty."""

    findings: tuple[tuple[str, Effect, str], ...]

    def __str__(self) -> str:
        return ", ".join(f"{code} ({certainty} {effect})" for code, effect, certainty in self.findings) or "nothing"

    def against(self, verdict: Verdict) -> Agreement:
        """Who is right: the server. A likely finding may be wrong about a model that works; a certain one never."""
        certain = {effect for _, effect, certainty in self.findings if certainty == "certain"}
        foretold = {effect for _, effect, _ in self.findings}
        if verdict.outcome == "right":
            return "false alarm" if certain else "agrees"
        if verdict.outcome not in ("refused", "hangs") and "load-failure" in certain:
            return "false alarm"
        if foretold & FORETELLS[verdict.outcome]:
            return "agrees"
        return "other effect" if foretold else "miss"


def forecast(room: Room) -> Forecast:
    """Check the repository for the server that the room is meant for."""
    backends = room.backends or room.parts.server(room.release).backends
    settings = Settings(triton_version=room.release, gpus=0, backend_directories=(str(backends),))
    result = check_paths([str(room.repository)], settings)
    found: dict[tuple[str, Effect, str], None] = {}
    for finding in result.findings:
        if finding.model != TARGET and finding.effect in FAILING:
            found[_key(finding)] = None
    return Forecast(tuple(found))


def _key(finding: Finding) -> tuple[str, Effect, str]:
    return finding.code, finding.effect, finding.certainty
