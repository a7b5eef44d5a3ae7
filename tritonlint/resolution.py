"""Which stub will run a Python model, in which environment, and which Python that makes.

The server takes the stub from the model's own folder, else from the Python backend's folder, and embeds the libpython
that this stub is linked to. The environment only moves the place where that libpython looks for its library (facts on
the Python backend, sections 1.4, 2.1 and 3.2).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tritonlint.finding import Related
from tritonlint.inputs.elf import AUDITWHEEL_NAME, ElfFacts, read_elf
from tritonlint.inputs.environment import EnvironmentFacts, read_environment
from tritonlint.pbtxt.tree import Message, Scalar
from tritonlint.repository import Entry, Model
from tritonlint.source import Span
from tritonlint.target import Target

if TYPE_CHECKING:
    from tritonlint.effective import EffectiveConfig
    from tritonlint.pbtxt.tree import Document

STUB_NAME = "triton_python_backend_stub"
ENVIRONMENT_KEY = "EXECUTION_ENV_PATH"
KEYWORD = "$$TRITON_MODEL_DIRECTORY"

PathForm = Literal[
    "none",
    "unknown",
    "model-directory",
    "misplaced-keyword",
    "single-dollar",
    "variable",
    "home",
    "relative",
    "absolute",
    "remote",
]
StubOrigin = Literal["model", "backend-directory", "release"]
REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Plan:
    """The interpreter of one Python model, as far as the files tell.

    ``stub`` is the stub that was found and read; None when the release's own stub will run and is not here.
    ``resolved`` is the environment's place on this machine; None when it cannot be known. ``exists`` is None then too.
    """

    stub_origin: StubOrigin
    stub: ElfFacts | None = None
    stub_entry: Entry | None = None
    """The stub in the model folder, whatever it is."""
    stub_path: str | None = None
    written: Scalar | None = None
    """The value of EXECUTION_ENV_PATH; None when it is not set."""
    form: PathForm = "none"
    resolved: str | None = None
    exists: bool | None = None
    inside: bool | None = None
    """Whether the environment lies in the model folder."""
    environment: EnvironmentFacts | None = None
    missing_beside: tuple[str, ...] = ()
    """Libraries with auditwheel's hashed names that the stub looks for relative to itself and that are not there."""
    release_python: str | None = None
    """X.Y of the stub that the release ships."""

    @property
    def stub_python(self) -> str | None:
        """X.Y of the Python that will be embedded; None when a custom stub does not tell or the release is unknown."""
        if self.stub_origin == "release":
            return self.release_python
        return self.stub.python if self.stub is not None else None

    @property
    def place(self) -> Span:
        """Where a finding about the environment belongs: the value in the config, which leads to it."""
        return self.written.span if self.written is not None else Span(self.resolved or "")

    def archive(self, label: str) -> tuple[Related, ...]:
        """The environment itself as a second place of a finding."""
        return (Related(Span(self.resolved), label),) if self.resolved is not None else ()

    @property
    def ignored(self) -> bool:
        """Whether the environment is surely not used, because its Python is not the stub's."""
        return None not in (self.stub_python, self.environment_python) and self.stub_python != self.environment_python

    @property
    def environment_python(self) -> str | None:
        """X.Y of the environment's library; None without an environment or when it does not tell."""
        return self.environment.python if self.environment is not None else None

    @property
    def numpy(self) -> str | None:
        """Version of numpy in the environment."""
        return self.environment.version("numpy") if self.environment is not None else None

    @property
    def stub_numpy2(self) -> bool | None:
        """Whether the custom stub can exchange arrays of NumPy 2; None when it is the release's own or unknown."""
        return self.stub.numpy2 if self.stub is not None else None


def resolve_plan(model: Model, config: Document | None, effective: EffectiveConfig, target: Target) -> Plan:
    """Find stub and environment of one model that the Python backend runs. Reads them, runs nothing."""
    origin, entry, stub_path = _find_stub(model, target)
    stub = read_elf(stub_path) if stub_path is not None else None
    written = environment_setting(config)
    release_python = target.fact("python")
    common = {
        "stub_origin": origin,
        "stub": stub,
        "stub_entry": entry,
        "stub_path": stub_path,
        "missing_beside": _missing_beside(stub) if entry is not None and stub is not None else (),
        "release_python": release_python if isinstance(release_python, str) else None,
    }
    if written is None:
        return Plan(**common)  # type: ignore[arg-type]
    form = path_form(written.value)
    if form == "none":
        return Plan(**common, written=written)  # type: ignore[arg-type]
    resolved, exists = _resolve(str(written.value), form, model, target)
    environment = read_environment(resolved) if resolved is not None and exists else None
    return Plan(
        **common,  # type: ignore[arg-type]
        written=written,
        form=form,
        resolved=resolved,
        exists=exists,
        inside=_inside(resolved, model.path) if resolved is not None else None,
        environment=environment,
    )


def _missing_beside(stub: ElfFacts) -> tuple[str, ...]:
    hashed = [name for name in stub.needed if AUDITWHEEL_NAME.search(name)]
    folders = stub.runpath or stub.rpath
    # Without a folder, or with an absolute one, the image may have them.
    if not hashed or not folders or not all(folder.startswith(("$ORIGIN", "${ORIGIN}")) for folder in folders):
        return ()
    origin = os.path.dirname(os.path.abspath(stub.path))
    places = [folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin) for folder in folders]
    return tuple(name for name in hashed if not any(os.path.exists(os.path.join(p, name)) for p in places))


def environment_setting(config: Document | None) -> Scalar | None:
    """The value of ``parameters["EXECUTION_ENV_PATH"]``; None when it is not written."""
    if config is None:
        return None
    entry = config.root.map("parameters").get(ENVIRONMENT_KEY)
    if entry is None or not isinstance(entry.value, Message):
        return None
    return entry.value.scalar("string_value")


def path_form(value: object) -> PathForm:
    """How a value of EXECUTION_ENV_PATH is read by the server (facts, section 2.1)."""
    if not isinstance(value, str):
        return "unknown"
    if not value:
        return "none"
    if value.startswith(KEYWORD):
        return "model-directory"
    if KEYWORD in value:
        return "misplaced-keyword"
    if "$TRITON_MODEL_DIRECTORY" in value or "${TRITON_MODEL_DIRECTORY}" in value:
        return "single-dollar"
    if value.startswith("~"):
        return "home"
    if REMOTE.match(value):
        return "remote"
    if re.search(r"\$(?:\w+|\{\w+\})", value):
        return "variable"
    return "absolute" if value.startswith("/") else "relative"


def _find_stub(model: Model, target: Target) -> tuple[StubOrigin, Entry | None, str | None]:
    entry = model.entries.get(STUB_NAME)
    if entry is not None:
        # The server asks stat(), so a folder or an unreadable file of that name is taken as well.
        return "model", entry, os.path.join(model.path, STUB_NAME) if entry.kind == "file" else None
    for folder in target.backend_directories:
        place = os.path.join(folder, "python", STUB_NAME)
        if os.path.exists(place):
            return "backend-directory", None, place
    return "release", None, None


def _resolve(value: str, form: PathForm, model: Model, target: Target) -> tuple[str | None, bool | None]:
    """Where the value leads on this machine, and whether something is there; None for what only the server knows."""
    if form == "model-directory":
        place = os.path.normpath(model.path + "/" + value.removeprefix(KEYWORD).lstrip("/"))
        return place, os.path.exists(place)
    if form != "absolute":
        return None, None
    mapped = map_path(value, target)
    if mapped is not None:
        return mapped, os.path.exists(mapped)
    if os.path.exists(value):
        return value, True
    # In the container the repository has another place; the part from the model's folder on is the same.
    parts = value.strip("/").split("/")
    if model.name in parts:
        rest = parts[len(parts) - parts[::-1].index(model.name) :]
        place = os.path.join(model.path, *rest)
        if rest and ".." not in rest and os.path.exists(place):
            return place, True
    return None, None


def map_path(path: str, target: Target) -> str | None:
    """The place here of an absolute path of the container, by the longest mapped prefix; None when none fits."""
    best = ("", "")
    for container, here in target.path_map:
        prefix = container.rstrip("/")
        if (path == prefix or path.startswith(prefix + "/")) and len(prefix) >= len(best[0]):
            best = (prefix, here)
    if not best[1]:
        return None
    rest = path[len(best[0]) :].lstrip("/")
    return os.path.normpath(os.path.join(best[1], rest)) if rest else os.path.normpath(best[1])


def _inside(place: str, folder: str) -> bool:
    place, folder = os.path.abspath(place), os.path.abspath(folder)
    return place.startswith(folder.rstrip("/") + "/")
