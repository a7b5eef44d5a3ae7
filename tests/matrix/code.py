"""Models whose code asks for what their Python or environment does not have, and environments that lean outside."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.matrix.case import KEYWORD, PROBE, Build, Room
from tests.matrix.parts import FOREIGN, OWN, pack

ELSEWHERE = """\
VIRTUAL_ENV="/home/somebody/env"
export VIRTUAL_ENV
export PATH="$VIRTUAL_ENV/bin:$PATH"
"""


def stories() -> dict[str, Build]:
    """Every case by its story; the server is one of release 24.10 with Python 3.11."""
    return {
        "model.py imports what its environment lacks": _code("import pandas\n"),
        "model.py imports in initialize what its environment lacks": _code(
            "",
            code=PROBE.replace("def initialize(self, args):\n", "def initialize(self, args):\n        import pandas\n"),
        ),
        "model.py imports in execute what its environment lacks": _code(
            "", code=PROBE.replace("        responses = []\n", "        import pandas\n        responses = []\n")
        ),
        "a module beside model.py imports what its environment lacks": _helper("import pandas\n"),
        "model.py imports a namespace package of its environment": _code(
            "import things.one\n", change=_package("things/one.py", "VALUE = 1\n")
        ),
        "model.py imports what a try catches": _code(
            "try:\n    import pandas\nexcept ImportError:\n    pandas = None\n"
        ),
        "model.py imports typing.override, no environment": _code("from typing import override\n", environment=None),
        "model.py imports collections.Mapping": _code("from collections import Mapping\n"),
        "model.py imports collections.Mapping, stub and environment of 3.9": _code(
            "from collections import Mapping\n", FOREIGN
        ),
        "model.py imports tomllib, stub and environment of 3.9": _code("import tomllib\n", FOREIGN),
        "model.py imports datetime.UTC, stub and environment of 3.9": _code("from datetime import UTC\n", FOREIGN),
        "model.py imports imp, which 3.11 still has": _code("import imp\n"),
        "backend folder without libtriton_python.so": _without("libtriton_python.so"),
        "backend folder without triton_python_backend_stub": _without("triton_python_backend_stub"),
        "backend folder without triton_python_backend_utils.py": _without("triton_python_backend_utils.py"),
        "environment whose .pth file leads outside, not imported": _code(
            "", change=_package("outside.pth", "/home/somebody/src\n")
        ),
        "environment with lib/python3.1 as a copy": _code("", change=_copied_library),
        "activate names the folder where it was made": _code("", change=_activate_elsewhere),
        "activate names the folder where it was made, stub and environment of 3.9": _code(
            "", FOREIGN, change=_activate_elsewhere
        ),
    }


def _code(
    first: str,
    version: str = OWN,
    environment: str | None = "",
    change: Callable[[Path], None] | None = None,
    code: str = PROBE,
) -> Build:
    def build(room: Room) -> None:
        (room.model / "1" / "model.py").write_text(first + code, encoding="utf-8")
        if version == FOREIGN:
            room.stub(room.release, version)
        if environment is None:
            return
        if change is None:
            room.archive(room.parts.archive(version))
            return
        place = room.folder / "packed"
        shutil.copytree(room.parts.environment(version), place, symlinks=True)
        change(place)
        pack(place, room.model / "environment.tar.gz")
        room.environment = f"{KEYWORD}/environment.tar.gz"

    return build


def _helper(text: str) -> Build:
    build = _code("from .prepare import *\n")

    def both(room: Room) -> None:
        build(room)
        (room.model / "1" / "prepare.py").write_text("import shapes\n", encoding="utf-8")
        (room.model / "shapes.py").write_text(text, encoding="utf-8")

    return both


def _without(part: str) -> Build:
    def build(room: Room) -> None:
        (room.own_backends() / "python" / part).unlink()

    return build


def _package(name: str, text: str) -> Callable[[Path], None]:
    def change(environment: Path) -> None:
        place = environment / "lib" / "python3" / "dist-packages" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")

    return change


def _copied_library(environment: Path) -> None:
    shutil.copytree(environment / "lib" / f"python{OWN}", environment / "lib" / "python3.1", symlinks=True)


def _activate_elsewhere(environment: Path) -> None:
    (environment / "bin" / "activate").write_text(ELSEWHERE, encoding="utf-8")
