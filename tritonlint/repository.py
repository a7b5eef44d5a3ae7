"""Discovery: which folders are model repositories, which folders in them are models, what lies in each.

Only paths are looked at, never contents. The walk follows the server's own (core, filesystem/api.cc): every
direct sub-folder of a repository is a model, symlinks to folders included, whatever its name.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from tritonlint.source import Span

EntryKind = Literal["file", "directory", "broken-link", "other", "unreadable"]

MAX_DEPTH = 6
"""Levels below a model folder that are listed; nothing Triton core reads lies deeper."""
MAX_ENTRIES = 20_000
"""Entries listed per model; beyond that the model is marked truncated (an unpacked environment, say)."""
MAX_SEARCH_DEPTH = 12
"""Levels below a given folder that are searched for repositories."""

CONFIG_NAME = "config.pbtxt"
VERSION_NAME = re.compile(r"\d+")
# Names that make a version folder's parent a model without any config (core, AutoCompleteBackendFields).
MODEL_FILES = frozenset(
    {"model.py", "model.onnx", "model.plan", "model.pt", "model.pt2", "model.savedmodel", "model.graphdef", "model.xml"}
)
# Folders that tools put anywhere and that hold no repository.
SKIPPED_IN_SEARCH = frozenset({"node_modules", "__pycache__", "site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder of a model. ``path`` is relative to the model folder, with ``/``."""

    path: str
    kind: EntryKind
    size: int = 0
    executable: bool = False
    link: str | None = None
    """Real path when the entry is a symlink."""

    @property
    def name(self) -> str:
        """Last component of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(slots=True, eq=False)
class Model:
    """A folder that the server would take for a model."""

    name: str
    path: str
    repository: str
    entries: dict[str, Entry] = field(default_factory=dict)
    truncated: bool = False
    recognised: bool = True
    """Whether anything in the folder says that a model is meant; False for a stray folder of a repository."""
    error: str = ""
    """Why the folder could not be listed."""
    _children: dict[str, list[Entry]] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        """The model folder as a whole."""
        return Span(self.path)

    @property
    def real_path(self) -> str:
        """The model folder with every symlink resolved."""
        return os.path.realpath(self.path)

    @property
    def has_config(self) -> bool:
        """Whether there is a ``config.pbtxt`` file."""
        entry = self.entries.get(CONFIG_NAME)
        return entry is not None and entry.kind == "file"

    def at(self, path: str) -> Span:
        """A file or folder of the model as a whole."""
        return Span(os.path.join(self.path, path))

    def children(self, folder: str = "") -> list[Entry]:
        """Direct entries of a folder of the model, in byte order of their names."""
        if not self._children:
            for entry in self.entries.values():
                parent, _, _ = entry.path.rpartition("/")
                self._children.setdefault(parent, []).append(entry)
            for entries in self._children.values():
                entries.sort(key=lambda entry: os.fsencode(entry.name))
        return self._children.get(folder, [])

    @property
    def subfolders(self) -> list[str]:
        """Names of the direct sub-folders, in byte order as the server lists them."""
        return [entry.name for entry in self.children() if entry.kind == "directory"]


@dataclass(slots=True, eq=False)
class Repository:
    """A folder whose direct sub-folders are models. ``strays`` are other entries that the server trips over."""

    path: str
    models: list[Model] = field(default_factory=list)
    strays: list[Entry] = field(default_factory=list)
    plain_files: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Discovery:
    """What was found for the given paths. ``requested`` holds the models to report on."""

    repositories: list[Repository] = field(default_factory=list)
    requested: list[Model] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    """(path, reason) of places that could not be listed."""
    whole: set[str] = field(default_factory=set)
    """Paths of repositories that were asked for as a whole."""
    given: set[str] = field(default_factory=set)
    """Paths of repositories that were named themselves, not found below another folder."""


def discover(paths: Iterable[str], excluded: Callable[[str, bool], bool] = lambda path, is_folder: False) -> Discovery:
    """Find the models that ``paths`` mean: repositories at any depth, models, version folders, single files.

    A path that belongs to no model adds nothing. The whole repository around a single model is known to rules,
    yet only the model itself is reported on.
    """
    finder = _Finder(excluded)
    for path in paths:
        finder.add(path)
    return finder.finish()


class _Finder:
    def __init__(self, excluded: Callable[[str, bool], bool]) -> None:
        self.excluded = excluded
        self.repositories: dict[str, Repository] = {}
        self.requested: dict[str, Model] = {}
        self.unread: list[tuple[str, str]] = []
        self.whole: set[str] = set()
        self.given: set[str] = set()
        self._looks: dict[str, bool] = {}

    def finish(self) -> Discovery:
        repositories = [self.repositories[path] for path in sorted(self.repositories)]
        requested = [self.requested[path] for path in sorted(self.requested)]
        return Discovery(repositories, requested, self.unread, self.whole, self.given)

    def add(self, path: str) -> None:
        path = os.path.normpath(path)
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)
        except OSError as error:
            if not os.path.islink(path):
                self.unread.append((path, error.strerror or str(error)))
            return
        owner = self._owning_model(path, is_folder)
        if owner is not None:
            repository = self._repository(os.path.dirname(owner) or ".")
            for model in repository.models:
                if model.path == owner:
                    self.requested[owner] = model
            return
        if is_folder:
            before = len(self.requested)
            self._search(path, set(), 0)
            if len(self.requested) == before:
                self._bare_repository(path)

    def _bare_repository(self, path: str) -> None:
        """Take a named folder for a repository whose models hold nothing but version folders."""
        if not any(_only_version_folders(_join(path, name)) for name in _folders(path)):
            return
        repository = self._repository(path)
        self.whole.add(repository.path)
        self.given.add(repository.path)
        for model in repository.models:
            self.requested[model.path] = model

    def _owning_model(self, path: str, is_folder: bool) -> str | None:
        """The model folder that a path lies in (or is), looking at most five levels up."""
        candidate = path if is_folder else os.path.dirname(path) or "."
        found = None
        for _ in range(5):
            if self._is_model(candidate):
                # A model inside the version folder of another is a tree of that other model: keep climbing.
                found = candidate
            if os.path.basename(candidate) in ("", ".", ".."):
                absolute = os.path.abspath(candidate)
                if candidate == ".." or absolute == os.path.dirname(absolute):
                    break
                parent = os.path.join(candidate, "..") if candidate != "." else ".."
                if found is not None:
                    break
                candidate = os.path.normpath(parent)
                continue
            parent = os.path.dirname(candidate)
            if found is not None and not self._is_model(parent or "."):
                break
            candidate = parent or "."
        if found is None:
            return None
        # "." and ".." are no names; the model's folder name counts for the server.
        if os.path.basename(found) in ("", ".", ".."):
            return os.path.abspath(found)
        return found

    def _is_model(self, path: str) -> bool:
        known = self._looks.get(path)
        if known is None:
            known = self._looks[path] = looks_like_model(path)
        return known

    def _search(self, path: str, ancestors: set[tuple[int, int]], depth: int) -> None:
        """Find repositories below a folder; a folder with a model among its sub-folders is one."""
        if depth > MAX_SEARCH_DEPTH:
            return
        try:
            status = os.stat(path)
            entries = sorted(os.scandir(path), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            self.unread.append((path, error.strerror or str(error)))
            return
        identity = (status.st_dev, status.st_ino)
        if identity in ancestors:
            return
        folders = [entry for entry in entries if _is_folder(entry)]
        if any(self._is_model(_join(path, entry.name)) for entry in folders):
            repository = self._repository(path)
            self.whole.add(repository.path)
            if depth == 0:
                self.given.add(repository.path)
            for model in repository.models:
                self.requested[model.path] = model
            inner = [e for e in folders if not self._is_model(_join(path, e.name))]
        else:
            inner = folders
        for entry in inner:
            if entry.name.startswith(".") or entry.name in SKIPPED_IN_SEARCH:
                continue
            child = _join(path, entry.name)
            if not self.excluded(child, True):
                self._search(child, ancestors | {identity}, depth + 1)

    def _repository(self, path: str) -> Repository:
        path = os.path.normpath(path)
        repository = self.repositories.get(path)
        if repository is not None:
            return repository
        repository = self.repositories[path] = Repository(path)
        try:
            entries = sorted(os.scandir(path), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            self.unread.append((path, error.strerror or str(error)))
            return repository
        for entry in entries:
            child = _join(path, entry.name)
            if self.excluded(child, _is_folder(entry)):
                continue
            described = _entry(entry, entry.name)
            if described.kind == "directory":
                model = Model(entry.name, child, path, recognised=self._is_model(child))
                if model.recognised or not _holds_repository(child):
                    list_model(model)
                    repository.models.append(model)
                else:
                    repository.strays.append(described)
            elif described.kind == "file":
                repository.plain_files.append(described)
            else:
                repository.strays.append(described)
        return repository


def looks_like_model(path: str) -> bool:
    """Whether a folder means to be a model: a config, or a version folder that holds a model file."""
    try:
        names = {entry.name: entry for entry in os.scandir(path)}
    except OSError:
        return False
    if CONFIG_NAME in names:
        return True
    configs = [name for name in names if is_misspelt_config(name)]
    for name, entry in names.items():
        if (VERSION_NAME.fullmatch(name)) and _is_folder(entry):
            try:
                inside = os.listdir(os.path.join(path, name))
            except OSError:
                continue
            if configs or not MODEL_FILES.isdisjoint(inside):
                return True
            # A config in the version folder: the model is this folder, unless that one is a model named by a number.
            if CONFIG_NAME in inside and not any(VERSION_NAME.fullmatch(name) for name in inside):
                return True
    # Other programs have a config.textproto beside a model.py too; only Triton has a .pbtxt.
    return "model.py" in names and any(name.lower().startswith("config.pb") for name in configs)


def _folders(path: str) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(path) if _is_folder(entry)]
    except OSError:
        return []


def _only_version_folders(path: str) -> bool:
    names = _folders(path)
    return bool(names) and all(VERSION_NAME.fullmatch(name) for name in names)


def is_misspelt_config(name: str) -> bool:
    """Whether a file name is meant to be ``config.pbtxt`` and is not."""
    if name == CONFIG_NAME:
        return False
    lowered = name.lower()
    return lowered in _CONFIG_TYPOS or (lowered.startswith("config.pb") and lowered != "config.pb")


_CONFIG_TYPOS = frozenset(
    {
        "config.pbtxt",
        "config.pbtx",
        "config.pbtext",
        "config.pbtxt.txt",
        "config.pbxt",
        "config.ptbxt",
        "config.prototxt",
        "config.textproto",
        "config.txtpb",
        "configs.pbtxt",
        "confg.pbtxt",
        "cofig.pbtxt",
        "conifg.pbtxt",
        "model.pbtxt",
        "model_config.pbtxt",
    }
)


def list_model(model: Model) -> None:
    """Fill ``model.entries``: breadth first, symlinks followed, loops cut, at most :data:`MAX_ENTRIES`."""
    level: list[tuple[str, frozenset[tuple[int, int]]]] = [("", frozenset())]
    for _ in range(MAX_DEPTH):
        following = []
        for folder, ancestors in level:
            place = os.path.join(model.path, folder) if folder else model.path
            try:
                status = os.stat(place) if ancestors or folder else None
                scanned = list(os.scandir(place))
            except OSError as error:
                if folder:
                    model.entries[folder] = Entry(folder, "unreadable")
                else:
                    model.error = error.strerror or str(error)
                continue
            identity = (status.st_dev, status.st_ino) if status else None
            if identity and identity in ancestors:
                continue
            scanned.sort(key=lambda entry: entry.name)
            for item in scanned:
                if len(model.entries) >= MAX_ENTRIES:
                    model.truncated = True
                    return
                path = f"{folder}/{item.name}" if folder else item.name
                entry = _entry(item, path)
                model.entries[path] = entry
                if entry.kind == "directory":
                    following.append((path, ancestors | {identity} if identity else ancestors))
        level = following
        if not level:
            return


def leads_inside(entry: Entry, folder: str) -> bool:
    """Whether a link points to a place in ``folder``. What lies outside may exist where the server runs."""
    return entry.link is not None and entry.link.startswith(os.path.realpath(folder) + os.sep)


def _holds_repository(path: str) -> bool:
    """Whether a non-model folder contains models itself (a repository nested in a repository)."""
    try:
        return any(_is_folder(entry) and looks_like_model(entry.path) for entry in os.scandir(path))
    except OSError:
        return False


def _entry(item: os.DirEntry[str], path: str) -> Entry:
    link = None
    try:
        linked = item.is_symlink()
        if linked:
            link = os.path.realpath(item.path)
        if item.is_dir():
            return Entry(path, "directory", link=link)
        status = item.stat()
    except OSError:
        return Entry(path, "broken-link" if item.is_symlink() else "unreadable", link=link)
    if stat.S_ISREG(status.st_mode):
        return Entry(path, "file", status.st_size, bool(status.st_mode & 0o111), link)
    return Entry(path, "other", link=link)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _join(folder: str, name: str) -> str:
    return name if folder in ("", ".") else os.path.join(folder, name)


def walk_up(path: str) -> Iterator[str]:
    """The absolute folder of ``path`` and every folder above it."""
    folder = os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path))
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent
