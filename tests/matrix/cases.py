"""The matrix: every stub with every environment on three servers."""

from __future__ import annotations

from itertools import product

from tests.matrix.case import Build, Case, Room
from tests.matrix.parts import FOREIGN, OWN

SERVERS = ("23.07", "24.03", "24.10")
OTHERS = {"23.07": ("23.12", "24.10"), "24.03": ("23.12", "24.10"), "24.10": ("24.03", "24.07")}
"""Two other releases for each server, whose stubs are tried on it."""


def _nothing(room: Room) -> None:
    """Neither stub nor environment."""


def _stub(release: str, version: str) -> Build:
    def build(room: Room) -> None:
        room.stub(release, version)

    return build


def _environment(version: str, numpy: int | None = 1, change: str = "") -> Build:
    def build(room: Room) -> None:
        room.archive(room.parts.archive(version, numpy, change))

    return build


def _truncated(room: Room) -> None:
    data = room.parts.archive(OWN).read_bytes()
    room.packed(data[: len(data) * 2 // 3])


def stubs(server: str) -> dict[str, Build]:
    """Every stub of the matrix for one server, by name."""
    found: dict[str, Build] = {"the server's own": _nothing}
    for release in (server, *OTHERS[server]):
        for version in (OWN, FOREIGN):
            found[f"{release}, Python {version}"] = _stub(release, version)
    return found


ENVIRONMENTS: dict[str, Build] = {
    "none": _nothing,
    **{f"{version}, numpy {numpy}": _environment(version, numpy) for version in (OWN, FOREIGN) for numpy in (1, 2)},
    **{f"{version}, no bin/python3": _environment(version, change="no-python3") for version in (OWN, FOREIGN)},
    "truncated": _truncated,
    "in a top folder": _environment(OWN, change="top-folder"),
}


def matrix(release: str) -> list[Case]:
    """Every stub with every environment on the server of one release."""
    return [
        Case(release, f"{release}: stub {stub}; environment {environment}", (stub, environment), _both(first, second))
        for (stub, first), (environment, second) in product(stubs(release).items(), ENVIRONMENTS.items())
    ]


def _both(first: Build, second: Build) -> Build:
    def build(room: Room) -> None:
        first(room)
        second(room)

    return build
