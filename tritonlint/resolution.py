"""Which stub will run a Python model, in which environment, and which Python that makes.

The server takes the stub from the model's own folder, else from the Python backend's folder, and embeds the libpython
that this stub is linked to. The environment only moves the place where that libpython looks for its library (facts on
the Python backend, sections 1.4, 2.1 and 3.2).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tritonlint.finding import Related
from tritonlint.inputs.elf import AUDITWHEEL_NAME, LIBPYTHON, ElfFacts, read_elf, version_key
from tritonlint.inputs.environment import EnvironmentFacts, read_environment
from tritonlint.pbtxt.tree import Message, Scalar
from tritonlint.repository import Entry, Model
from tritonlint.source import Span
from tritonlint.target import Target, release_table

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
    "backend",
]
"""How EXECUTION_ENV_PATH is written; ``backend`` is an environment that a backend written in Python brings."""
StubOrigin = Literal["model", "backend-directory", "release"]
Where = Literal["folder", "environment", "image", "absent", "elsewhere", "unknown"]
REMOTE = re.compile(r"(?:s3|gs|as)://")
"""What Triton core fetches; any other URL is a path to it (seen on 24.10 with ``file://`` and ``https://``)."""
BRACED_KEYWORD = "${TRITON_MODEL_DIRECTORY}"
CUDART = re.compile(r"libcudart\.so\.(\d+)(?:\.\d+)*")
LIBSTDCXX = "libstdc++.so.6"


@dataclass(frozen=True, slots=True)
class Library:
    """One library that the stub needs, as the loader will look for it.

    ``folder``: where its RPATH or RUNPATH leads from the stub; ``environment``: ``lib`` of the environment, which the
    server puts into LD_LIBRARY_PATH; ``image``: the release's own image has it; ``absent``: no place has it;
    ``elsewhere``: an absolute folder of the stub may have it; ``unknown``: the image is not known so well.
    """

    name: str
    where: Where
    place: str = ""
    facts: ElfFacts | None = None
    """What the library itself is, when it is here to be read."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A symbol version that the loader will not find: it then refuses to start the stub."""

    user: str
    """The file that needs it: the stub, or a library of the environment."""
    library: str
    version: str
    """With its family, such as ``GLIBC_2.38``."""
    offered: str
    """Highest version of the family that is there."""
    where: Literal["environment", "image", "folder"]
    by_stub: bool = True


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
    canonical: str | None = None
    """``resolved`` with every link followed; by this name the server keeps what it unpacked."""
    exists: bool | None = None
    inside: bool | None = None
    """Whether the environment lies in the model folder."""
    environment: EnvironmentFacts | None = None
    missing_beside: tuple[str, ...] = ()
    """Libraries with auditwheel's hashed names that the stub looks for relative to itself and that are not there."""
    release_python: str | None = None
    """X.Y of the server's own stub: the one in a given backend directory, else the one that the release ships."""
    server_stub: ElfFacts | None = None
    """The server's own stub where a given backend directory has it; an image can hold more than its release."""
    libraries: tuple[Library, ...] = ()
    """Where the loader finds what a stub that is here needs, in its order; empty for the release's own."""
    unmet: tuple[Unmet, ...] = ()

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
    def falls_back(self) -> bool | None:
        """Whether the stub finds a standard library outside the environment: the one of a server with its Python.

        Otherwise it dies at start (seen on 23.07 to 24.10). None when the server's Pythons are not known.
        """
        if None in (self.stub_python, self.release_python):
            return None
        if self.stub_python == self.release_python:
            return True
        return False if self.server_stub is not None else None

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


LIBRARY_NAME = "libtriton_python.so"
UTILS_NAME = "triton_python_backend_utils.py"


@dataclass(frozen=True, slots=True)
class BackendFolder:
    """A folder of a given backend directory that holds parts of the Python backend."""

    path: str
    name: str
    names: frozenset[str]
    library: ElfFacts | None = None
    """``libtriton_NAME.so``, NAME being the folder's, else ``libtriton_python.so``."""
    stub: ElfFacts | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Parts that the folder lacks; its own library may have the folder's name."""
        parts = (f"libtriton_{self.name}.so" if self.name != "python" else LIBRARY_NAME, STUB_NAME, UTILS_NAME)
        return tuple(part for part in parts if part not in self.names)


def backend_folders(target: Target) -> tuple[BackendFolder, ...]:
    """``python`` of every given backend directory, and its copies under other names."""
    folders = [
        read_backend_folder(os.path.join(directory, name))
        for directory in target.backend_directories
        for name in sorted(_listed(directory))
    ]
    return tuple(folder for folder in folders if folder.name == "python" or folder.stub is not None)


def read_backend_folder(path: str) -> BackendFolder:
    """Which parts of the Python backend a folder holds."""
    name = os.path.basename(os.path.abspath(path))
    names = frozenset(_listed(path))
    library = next((n for n in (f"libtriton_{name}.so", LIBRARY_NAME) if n in names), None)
    return BackendFolder(
        path,
        name,
        names,
        read_elf(os.path.join(path, library)) if library is not None else None,
        read_elf(os.path.join(path, STUB_NAME)) if STUB_NAME in names else None,
    )


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def resolve_plan(model: Model, config: Document | None, effective: EffectiveConfig, target: Target) -> Plan:
    """Find stub and environment of one model that the Python backend runs. Reads them, runs nothing."""
    origin, entry, stub_path = _find_stub(model, stub_folder(effective, target) or "python", target)
    stub = None
    if stub_path is not None:
        stub = read_elf(stub_path) if origin == "model" else _read_shared(stub_path)
    installed = _installed_stub("python", target)
    # A given backend directory shows what is there, whatever the image of the release ships.
    server_stub = _read_shared(installed) if installed is not None else None
    shipped = target.fact("python")
    written = environment_setting(config)
    common = {
        "stub_origin": origin,
        "stub": stub,
        "stub_entry": entry,
        "stub_path": stub_path,
        "missing_beside": _missing_beside(stub) if entry is not None and stub is not None else (),
        "release_python": (
            server_stub.python if server_stub is not None else shipped if isinstance(shipped, str) else None
        ),
        "server_stub": server_stub,
    }
    plan = Plan(**common, written=written)  # type: ignore[arg-type]
    form = path_form(written.value) if written is not None else "none"
    # The value of a template is not known, but nobody fills in what is written like the server's own keyword.
    if written is not None and written.value is None and BRACED_KEYWORD in written.raw:
        form = "single-dollar"
    if written is not None and form != "none":
        resolved, exists = _resolve(str(written.value), form, model, target)
        plan = replace(
            plan,
            form=form,
            resolved=resolved,
            canonical=os.path.realpath(resolved) if resolved is not None else None,
            exists=exists,
            inside=_inside(resolved, model.path) if resolved is not None else None,
            environment=read_environment(resolved) if resolved is not None and exists else None,
        )
    elif written is None and (default := _backend_environment(effective, target)) is not None:
        plan = replace(
            plan, form="backend", resolved=default, exists=True, inside=False, environment=read_environment(default)
        )
    return _loaded(plan, target)


def stub_folder(effective: EffectiveConfig, target: Target) -> str | None:
    """The backend folder whose stub and utilities run a model; None when the Python backend does not run it.

    ``python``, a backend written in Python with parts of its own (from 23.10 on), or a renamed copy (up to 23.09).
    """
    backend = effective.intended_backend
    if backend is None or backend == "python":
        return backend
    for directory in target.backend_directories:
        names = set(_listed(os.path.join(directory, backend)))
        own = {STUB_NAME, UTILS_NAME} <= names
        if f"libtriton_{backend}.so" in names:
            return backend if own and target.until("23.09") else None
        if "model.py" in names and target.since("23.10"):
            return backend if own else "python"
    return None


def _backend_environment(effective: EffectiveConfig, target: Target) -> str | None:
    """The environment that lies in the folder of a backend written in Python (from 24.01 on)."""
    backend, runtime = effective.intended_backend, effective.runtime
    if not backend or not runtime or backend == "python" or not target.since("24.01"):
        return None
    places = (os.path.join(d, backend, f"pb_exec_env_{runtime}.tar.gz") for d in target.backend_directories)
    return next((place for place in places if os.path.exists(place)), None)


def plan_alone(stub: ElfFacts, target: Target) -> Plan:
    """The plan of a stub that lies in no model: what the loader makes of it in the image of the target."""
    shipped = target.fact("python")
    plan = Plan("model", stub=stub, stub_path=stub.path, release_python=shipped if isinstance(shipped, str) else None)
    return _loaded(plan, target)


def _loaded(plan: Plan, target: Target) -> Plan:
    """The plan with what the loader makes of the stub and the libraries it brings along."""
    stub = plan.stub
    # An environment that is not here (another machine's path, nothing at the place) may hold anything.
    if stub is not None and (stub.error or stub.not_elf):
        return plan
    known = plan.environment is not None or plan.form == "none"
    libraries = tuple(_library(name, stub, plan, target, known) for name in stub.needed) if stub is not None else ()
    return replace(plan, libraries=libraries, unmet=tuple(_unmet(plan, libraries, target)) if known else ())


def _library(name: str, stub: ElfFacts, plan: Plan, target: Target, known: bool) -> Library:
    own = stub.runpath or stub.rpath
    absolute = [folder for folder in own if not _from_origin(folder)]
    near = _beside(name, stub, own)
    # RPATH comes before LD_LIBRARY_PATH, RUNPATH after it; a RUNPATH makes the loader forget the RPATH.
    if near is not None and not stub.runpath:
        return near
    environment = plan.environment
    if environment is not None and environment.readable and not environment.top_folder:
        if name in environment.libraries:
            facts = next((f for file, f in environment.binaries.items() if name in (file, f.soname)), None)
            return Library(name, "environment", f"lib/{name}", facts)
        known = known and environment.complete
    if near is not None:
        return near
    held = _image_has(name, target, plan.release_python)
    if held:
        return Library(name, "image")
    if absolute or not known:
        return Library(name, "elsewhere" if absolute else "unknown", absolute[0] if absolute else "")
    return Library(name, "unknown" if held is None else "absent")


def _from_origin(folder: str) -> bool:
    return folder.startswith(("$ORIGIN", "${ORIGIN}"))


def _beside(name: str, stub: ElfFacts, folders: tuple[str, ...]) -> Library | None:
    origin = os.path.dirname(os.path.abspath(stub.path))
    for folder in folders:
        place = os.path.join(folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin), name)
        if _from_origin(folder) and os.path.exists(place):
            # Only this one's versions are compared, and others can be large.
            return Library(name, "folder", place, read_elf(place) if name == LIBSTDCXX else None)
    return None


def _image_has(name: str, target: Target, release_python: str | None) -> bool | None:
    """Whether the standard image of the target has a library; None when that is not established."""
    table = loader_table()
    if name in table["glibc"] or name in (LIBSTDCXX, "libgcc_s.so.1"):
        return True
    python = LIBPYTHON.match(name)
    if python:
        if release_python is None:
            return None
        # Debug and free-threaded builds are packages of their own, which no image has.
        return f"{python[1]}.{python[2]}" == release_python and not python[3] and not AUDITWHEEL_NAME.search(name)
    cudart = CUDART.fullmatch(name)
    if cudart:
        cuda = cuda_major(target)
        return None if cuda is None else bool(cudart[1] == cuda)
    absent = table["absent"].get(target.fact("ubuntu"))
    return False if absent is not None and name in absent else None


def cuda_major(target: Target) -> str | None:
    """Major version of CUDA in every release that counts; a gap in the table between equal neighbours is none."""
    first, last = target.window
    known = {release: str(facts["cuda"]) for release, facts in release_table().items() if facts.get("cuda")}
    # CUDA never went back, so what holds before and after holds in between.
    before = [cuda for release, cuda in sorted(known.items()) if release <= first]
    after = [cuda for release, cuda in sorted(known.items()) if release >= last]
    if not before or not after:
        return None
    major = before[-1].split(".")[0]
    return major if after[0].split(".")[0] == major else None


@cache
def loader_table() -> dict[str, Any]:
    """What the images' loaders find (``data/loader.json``)."""
    text = (Path(__file__).parent / "data" / "loader.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def _unmet(plan: Plan, libraries: tuple[Library, ...], target: Target) -> Iterator[Unmet]:
    stub, environment = plan.stub, plan.environment
    users: list[tuple[str, ElfFacts, bool]] = [(stub.path, stub, True)] if stub is not None else []
    used = environment is not None and environment.readable and not environment.top_folder
    if environment is not None and used:
        python = plan.stub_python
        for file, facts in environment.binaries.items():
            # Another Python's library lies there unused.
            if facts.soname == LIBSTDCXX or (
                python is not None and LIBPYTHON.match(file) and f"libpython{python}." in file
            ):
                users.append((f"lib/{file}", facts, False))
    for user, facts, by_stub in users:
        if facts.error or facts.not_elf:
            continue
        for family, version in facts.versions_needed:
            found = _offer(family, plan, libraries if by_stub else (), target)
            if found is not None and version_key(version) > version_key(found[1]):
                library = "libc.so.6" if family == "GLIBC" else LIBSTDCXX
                yield Unmet(user, library, f"{family}_{version}", found[1], found[0], by_stub)


def _offer(
    family: str, plan: Plan, libraries: tuple[Library, ...], target: Target
) -> tuple[Literal["environment", "image", "folder"], str] | None:
    """Who offers the versions of a family, and the highest of them; None when that is not known."""
    if family != "GLIBC":
        for library in libraries:
            if library.name == LIBSTDCXX and library.where == "folder":
                offered = library.facts.offers(family) if library.facts is not None else None
                return ("folder", offered) if offered else None
        environment = plan.environment
        if environment is not None and LIBSTDCXX in environment.libraries:
            for facts in environment.binaries.values():
                if facts.soname == LIBSTDCXX and facts.offers(family):
                    return "environment", facts.offers(family) or ""
            return None
        if environment is not None and not environment.complete:
            return None
    elif any(library.name == "libc.so.6" and library.where != "image" for library in libraries):
        return None
    base = target.fact("glibc" if family == "GLIBC" else "libstdcxx")
    if base is None:
        return None
    offered = loader_table()["cxxabi"].get(base) if family == "CXXABI" else base
    return ("image", offered) if offered else None


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
    if "$TRITON_MODEL_DIRECTORY" in value or BRACED_KEYWORD in value:
        return "single-dollar"
    if value.startswith("~"):
        return "home"
    if REMOTE.match(value):
        return "remote"
    if re.search(r"\$(?:\w+|\{\w+\})", value):
        return "variable"
    return "absolute" if value.startswith("/") else "relative"


def _find_stub(model: Model, folder: str, target: Target) -> tuple[StubOrigin, Entry | None, str | None]:
    entry = model.entries.get(STUB_NAME)
    if entry is not None:
        # The server asks stat(), so a folder or an unreadable file of that name is taken as well.
        return "model", entry, os.path.join(model.path, STUB_NAME) if entry.kind == "file" else None
    place = _installed_stub(folder, target)
    return ("release", None, None) if place is None else ("backend-directory", None, place)


def _read_shared(path: str) -> ElfFacts:
    """A file outside the models, which is the same for all of them: read once as long as it does not change."""
    try:
        status = os.stat(path)
    except OSError:
        return read_elf(path)
    return _read_version(path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=64)
def _read_version(path: str, *_: int) -> ElfFacts:
    return read_elf(path)


def _installed_stub(folder: str, target: Target) -> str | None:
    places = (os.path.join(directory, folder, STUB_NAME) for directory in target.backend_directories)
    return next((place for place in places if os.path.exists(place)), None)


def _resolve(value: str, form: PathForm, model: Model, target: Target) -> tuple[str | None, bool | None]:
    """Where the value leads on this machine, and whether something is there; None for what only the server knows."""
    if form == "model-directory":
        # The server only puts the folder in the place of the keyword: without a slash behind it, a sibling is meant.
        behind = value.removeprefix(KEYWORD)
        folder = model.path if behind.startswith("/") else os.path.abspath(model.path)
        place = os.path.normpath(folder + behind)
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
