"""Everything known about a model, read only when a rule asks for it, and the index of all models."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tritonlint.cache import cached, content_key
from tritonlint.repository import CONFIG_NAME, Entry, Model
from tritonlint.source import Span, decode
from tritonlint.target import Target

if TYPE_CHECKING:
    from tritonlint.effective import EffectiveConfig
    from tritonlint.inputs.deployment import Deployment
    from tritonlint.inputs.environment import EnvironmentFacts
    from tritonlint.inputs.python import PythonFacts
    from tritonlint.pbtxt.tree import Document
    from tritonlint.resolution import BackendFolder, Plan
    from tritonlint.runtime.observation import ModelRun

MAX_TEXT_BYTES = 16 * 1024 * 1024
"""Largest config.pbtxt or model.py that is read; real ones are a thousand times smaller."""
MAX_HELPER_BYTES = 128 * 1024
"""Largest module beside a model file that is looked into for what the model file gets from it."""


class UnreadableFile(Exception):  # noqa: N818 (a fact that becomes a finding)
    """A file that rules need cannot be read; becomes one finding."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def read_text_file(path: str) -> str:
    """The text of a regular file of at most :data:`MAX_TEXT_BYTES`. Raises UnreadableFile."""
    try:
        # O_NONBLOCK: a FIFO put in the file's place between listing and opening must not hang the run.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            # Room for the largest file is only made for one that turns out longer than it said.
            size = min(os.fstat(descriptor).st_size, MAX_TEXT_BYTES)
            data = stream.read(size + 1)
            if len(data) > size:
                data += stream.read(MAX_TEXT_BYTES - size)
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from error
    if len(data) > MAX_TEXT_BYTES:
        raise UnreadableFile(path, f"larger than {MAX_TEXT_BYTES // 2**20} MiB")
    return decode(data)


def python_facts(path: str, text: str) -> PythonFacts:
    """Facts of a model file, from the cache when the same text was read at the same path before."""

    def compute() -> PythonFacts:
        from tritonlint.inputs.python_reading import read_python

        return read_python(path, text)

    return cached("python", python_key(path, text), compute)


def python_key(path: str, text: str) -> str:
    """Cache key of a model file's facts; the path counts because spans carry it."""
    return f"{path}:{content_key(text)}"


def python_facts_of(path: str) -> PythonFacts | None:
    """As :func:`python_facts` for a file on disk, for worker processes; None when it cannot be read."""
    try:
        return python_facts(path, read_text_file(path))
    except UnreadableFile:
        return None


class ModelFacts:
    """The facts about one model; each is read on first use and kept.

    ``text_of`` gives the text of a file (the run reads each once) and raises UnreadableFile; ``parsed`` holds facts
    of model files that are known already.
    """

    def __init__(
        self, model: Model, target: Target, text_of: Callable[[str], str], parsed: Mapping[str, PythonFacts]
    ) -> None:
        self.model = model
        self.target = target
        self._text = text_of
        self._parsed = parsed
        self.others: Callable[[str], ModelFacts | None] = lambda _: None
        """Finds another model of the same repository."""
        self.unreadable: list[UnreadableFile] = []
        self.run: ModelRun | None = None
        """What the runtime check saw; None in a static check."""

    @cached_property
    def config(self) -> Document | None:
        """The read config.pbtxt, or None when there is none (or it cannot be read)."""
        from tritonlint.pbtxt.reader import read_config

        if not self.model.has_config:
            return None
        path = os.path.join(self.model.path, CONFIG_NAME)
        try:
            return read_config(path, self._text(path))
        except UnreadableFile as error:
            self.unreadable.append(error)
            return None

    @cached_property
    def effective(self) -> EffectiveConfig:
        """What the server makes of config and files before it validates them."""
        from tritonlint.effective import resolve

        effective = resolve(self.model, self.config, self.target)
        effective.others = self.others
        effective.module = self.helpers.module
        return effective

    @cached_property
    def python(self) -> tuple[PythonFacts, ...]:
        """Facts of the Python model file of every version that has one, when the Python backend runs the model."""
        from tritonlint.inputs.python_beside import class_beside
        from tritonlint.inputs.python_imports import base_may_change_methods

        found = []
        for place in self.python_files:
            parsed = self._parsed.get(place)
            try:
                facts = parsed if parsed is not None else python_facts(place, self._text(place))
            except UnreadableFile as error:
                self.unreadable.append(error)
                continue
            if facts.understood and not facts.bases_known:
                facts.base_changes_methods = base_may_change_methods(facts, self.helpers.module)
            if facts.class_status == "unknown":
                facts.class_beside = class_beside(facts, self.helpers.module)
            found.append(facts)
        return tuple(found)

    @cached_property
    def helpers(self) -> Helpers:
        """The model's own modules beside its model files."""
        return Helpers(self.model, self._text)

    @property
    def python_files(self) -> list[str]:
        """Paths of the model files that the Python backend runs (or is meant to run)."""
        if self.effective.intended_backend != "python":
            return []
        return [os.path.join(self.model.path, path) for path in self.effective.model_files]

    @cached_property
    def plan(self) -> Plan | None:
        """Which stub will run in which environment; None for models the Python backend does not run."""
        from tritonlint.resolution import resolve_plan, stub_folder

        if stub_folder(self.effective, self.target) is None:
            return None
        return resolve_plan(self.model, self.config, self.effective, self.target)

    @property
    def environment(self) -> EnvironmentFacts | None:
        """The packed or unpacked environment that the config names."""
        return self.plan.environment if self.plan is not None else None


class Helpers:
    """Modules in the version folder and the model's folder; each is read when an import is followed to it."""

    def __init__(self, model: Model, text_of: Callable[[str], str]) -> None:
        self._model = model
        self._text = text_of
        self.read: dict[str, PythonFacts | None] = {}
        """What was read so far, by path."""

    def find(self, beside: str, name: str) -> PythonFacts | None:
        """The module NAME that a file imports; None for a package, a compiled module, and what cannot be read."""
        path = self._path(beside, name)
        return self._facts(path) if path is not None else None

    def module(self, beside: str, name: str) -> PythonFacts | None:
        """What a model file gets as NAME: ``lib.text`` through ``sys.path``, ``.text`` out of its own folder.

        None where another module may be the one: the standard library and site-packages come before the model's.
        What is too large comes with an error in place of its tree.
        """
        from tritonlint.inputs.python import PythonFacts, ReadError
        from tritonlint.inputs.python_imports import THIRD_PARTY
        from tritonlint.standard_library import is_standard

        version = os.path.relpath(os.path.dirname(beside), self._model.path).replace(os.sep, "/")
        parts = name.lstrip(".").split(".")
        own = self._model.entries.get(f"{version}/{os.path.basename(beside)}")
        # What the real path of a linked model file leads to is not looked at.
        if "/" in version or own is None or own.link is not None or self._model.truncated:
            return None
        if name.startswith("."):
            places = [f"{version}/{parts[0]}"]
        elif is_standard(parts[0]) or parts[0] in THIRD_PARTY:
            return None
        else:
            places = [f"{version}/{parts[0]}", parts[0]]
        entry = next((found for place in places if (found := self._source(place)) is not None), None)
        for part in parts[1:]:
            folder = entry.path.removesuffix("__init__.py") if entry is not None else ""
            entry = self._source(folder + part) if folder.endswith("/") else None
        if entry is None or entry.kind != "file" or not entry.path.endswith(".py"):
            return None
        path = os.path.join(self._model.path, entry.path)
        if entry.size > MAX_HELPER_BYTES:
            return PythonFacts(path, "", error=ReadError("too-deep", Span(path), "too large to be looked into"))
        return self._facts(path) if path != beside else None

    def _source(self, place: str) -> Entry | None:
        """The file that is imported for a place without its ending; a folder if it is only that."""
        entries = self._model.entries
        package = entries.get(f"{place}/__init__.py")
        if package is not None:
            return package
        # A compiled module comes before the source beside it.
        compiled = (e for e in self._model.children(place.rpartition("/")[0]) if e.path.startswith(f"{place}."))
        ready = next((entry for entry in compiled if entry.path.endswith((".so", ".pyd"))), None)
        return ready or entries.get(f"{place}.py") or entries.get(place)

    def text(self, beside: str, name: str) -> str | None:
        """The text of that module, which is there long before its facts are."""
        path = self._path(beside, name)
        try:
            return self._text(path) if path is not None else None
        except UnreadableFile:
            return None

    def content(self, path: str) -> str | None:
        """The text of any file of the model, by its path in the model's folder; None if unknown."""
        entry = self._model.entries.get(path)
        if entry is None or entry.kind != "file" or entry.size > MAX_HELPER_BYTES:
            return None
        try:
            return self._text(os.path.join(self._model.path, path))
        except UnreadableFile:
            return None

    def json(self, beside: str, name: str) -> object:
        """What the one JSON file of this name in the version folder and the model's folder holds; None if unknown."""
        version = os.path.relpath(os.path.dirname(beside), self._model.path).replace(os.sep, "/")
        found = [e for p in (f"{version}/{name}", name) if (e := self._model.entries.get(p)) and e.kind == "file"]
        try:
            held: object = (
                json.loads(self._text(os.path.join(self._model.path, found[0].path))) if len(found) == 1 else None
            )
        except (UnreadableFile, ValueError, RecursionError):
            return None
        return held

    def _path(self, beside: str, name: str) -> str | None:
        version = os.path.relpath(os.path.dirname(beside), self._model.path).replace(os.sep, "/")
        # The version folder stands before the model's folder on the path.
        for path in (f"{version}/{name}", name):
            if path in self._model.entries:
                return None
            entry = self._model.entries.get(f"{path}.py")
            if entry is not None and entry.kind == "file":
                return os.path.join(self._model.path, entry.path)
        return None

    def _facts(self, path: str) -> PythonFacts | None:
        if path not in self.read:
            try:
                self.read[path] = python_facts(path, self._text(path))
            except UnreadableFile:
                self.read[path] = None
        return self.read[path]


@dataclass(slots=True)
class RepositoryFacts:
    """All models of one repository, by folder name, and what else lies in it.

    ``whole`` is True when the user asked for the whole repository (then a stray folder is reported), ``given`` when
    the repository itself was named, so that it is certainly what a server is to serve.
    """

    path: str
    models: Mapping[str, ModelFacts]
    target: Target
    strays: tuple[Entry, ...] = ()
    plain_files: tuple[Entry, ...] = ()
    whole: bool = True
    given: bool = True
    memo: dict[str, object] = field(default_factory=dict)
    """Answers that several rules need, computed once (the step graph, say)."""

    def deployment(self) -> Deployment:
        """What deployment files beside or above the repository say of the server, read once."""
        from tritonlint.inputs.deployment import Deployment, read_deployment

        known = self.memo.get("deployment")
        if not isinstance(known, Deployment):
            known = self.memo["deployment"] = read_deployment(self.path)
        return known

    def backend_folders(self) -> tuple[BackendFolder, ...]:
        """The Python backend's folders in the given backend directories, read once."""
        from tritonlint.resolution import backend_folders

        known = self.memo.get("backend-folders")
        if not isinstance(known, tuple):
            known = self.memo["backend-folders"] = backend_folders(self.target)
        return known
