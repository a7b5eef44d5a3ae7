"""Deployment files near a repository: the tritonserver image they name, its flags, and what it may write."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tritonlint.repository import walk_up

MAX_LEVELS = 4
"""Folders above the repository that are searched, the one with ``.git`` being the last."""
MAX_BYTES = 256 * 1024
MAX_FILES = 100
"""Files of one folder that are read."""

FILE_NAME = re.compile(r"(.*[._-])?(docker|container)file([._-].*)?|(docker-)?compose([._-].*)?\.ya?ml", re.IGNORECASE)
IMAGE = re.compile(r"tritonserver:(?:(?P<release>\d\d\.\d\d)|\$\{?(?P<argument>\w+)(?::-(?P<default>\d\d\.\d\d))?\}?)")
ARGUMENT = re.compile(r"^[ \t]*ARG[ \t]+(?P<name>\w+)=[\"']?(?P<release>\d\d\.\d\d)\b", re.MULTILINE)


# Also of Kubernetes and in scripts that start the server.
START_NAME = re.compile(r".*\.ya?ml|.*\.sh", re.IGNORECASE)
# As one argument, as two in one text, and as two elements of a list.
BACKEND_FOLDER = re.compile(
    r"--backend-directory(?:=|[\"']?[ \t]*,?[ \t]*(?:\n[ \t]*-[ \t]*)?)[\"']?(?P<folder>/[^\s\"',;\\\]]*)"
)
SERVER = "tritonserver"
TEMPORARY = "tmp"
"""Stands in every way to make /tmp writable: its path, and `tmpfs`."""
OWN_FOLDER = re.compile(r"\$\{?(?:PWD|HOME)\b\}?|\$\(pwd\)")
USED_IMAGE = re.compile(r"^(?P<indent>[ \t-]*)image:[ \t]*(?P<image>\S.*)$", re.MULTILINE)
READ_ONLY_POD = re.compile(r"\breadOnlyRootFilesystem:[ \t]*true\b")
READ_ONLY_SERVICE = re.compile(r"^(?P<indent>[ \t]*)(?P<said>read_only:[ \t]*true\b)", re.MULTILINE)
DOCKER_RUN = re.compile(r"\b(?:docker|podman)[ \t]+run\b(?:\\\r?\n|[^\n\\;|&])*")
READ_ONLY_FLAG = re.compile(r"(?<=\s)--read-only(?:=true)?(?=[\s\\])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a deployment file, and where it stands."""

    text: str
    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """How the server is started; of each kind the nearest folder that names any wins."""

    backend_folders: tuple[Passage, ...]
    """The folders that it is given with ``--backend-directory``."""
    read_only_roots: tuple[Passage, ...]
    """What makes the file system of its container read-only, where nothing is said of /tmp."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An image tag with a release, and where it stands."""

    release: str
    path: str
    line: int


def find_images(repository: str) -> list[ImageReference]:
    """Every tritonserver image named in Dockerfiles and compose files beside or above a repository.

    The nearest folder that names any wins.
    """
    for files in _files(repository, (FILE_NAME,)):
        found = [image for path in files for image in _images(path)]
        if found:
            return found
    return []


def read_deployment(repository: str) -> Deployment:
    """What deployment files and start scripts beside or above a repository say of the server, each file read once."""
    folders: list[Passage] = []
    roots: list[Passage] = []
    for files in _files(repository, (FILE_NAME, START_NAME)):
        folders_here: list[Passage] = []
        roots_here: list[Passage] = []
        for path in files:
            text = _text(path)
            if SERVER in text:
                folders_here += [one for one in _backend_folders(text, path) if not _in_comment(text, one.start)]
                roots_here += [one for one in _read_only_roots(text, path) if not _in_comment(text, one.start)]
        folders, roots = folders or folders_here, roots or roots_here
    return Deployment(tuple(folders), tuple(roots))


def _files(repository: str, names: tuple[re.Pattern[str], ...]) -> Iterator[list[str]]:
    for level, folder in enumerate(walk_up(repository)):
        if level > MAX_LEVELS:
            return
        try:
            inside = sorted(os.listdir(folder))
        except OSError:
            return
        chosen = [name for name in inside if any(one.fullmatch(name) for one in names)]
        yield [os.path.join(folder, name) for name in chosen[:MAX_FILES]]
        if ".git" in inside:
            return


def _text(path: str) -> str:
    if not os.path.isfile(path):
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as stream:
            return stream.read(MAX_BYTES)
    except OSError:
        return ""


def _in_comment(text: str, place: int) -> bool:
    return text[text.rfind("\n", 0, place) + 1 : place].lstrip().startswith("#")


def _passage(found: re.Match[str], path: str, group: str | int = 0) -> Passage:
    return Passage(found[group], path, found.start(group), found.end(group))


def _backend_folders(text: str, path: str) -> Iterator[Passage]:
    return (_passage(given, path, "folder") for given in BACKEND_FOLDER.finditer(text))


def _read_only_roots(text: str, path: str) -> Iterator[Passage]:
    for run in DOCKER_RUN.finditer(text):
        flag = READ_ONLY_FLAG.search(text, run.start(), run.end())
        words = OWN_FOLDER.sub("", run[0])
        # Any other variable may hold further options.
        if flag is not None and SERVER in words and TEMPORARY not in words and "$" not in words:
            yield _passage(flag, path)
    images = [image for image in USED_IMAGE.finditer(text) if not _in_comment(text, image.end())]
    # With containers of other images it is not said whose file system that is.
    if not images or not all(SERVER in image["image"] for image in images) or TEMPORARY in text:
        return
    for pod in READ_ONLY_POD.finditer(text):
        yield _passage(pod, path)
    # A volume of a service can be read-only, too, and stands deeper.
    indents = {len(image["indent"]) for image in images}
    for service in READ_ONLY_SERVICE.finditer(text):
        if len(service["indent"]) in indents:
            yield _passage(service, path, "said")


def _images(path: str) -> list[ImageReference]:
    text = _text(path)
    arguments = {match["name"]: match["release"] for match in ARGUMENT.finditer(text)}
    found = []
    for image in IMAGE.finditer(text):
        if _in_comment(text, image.start()):
            continue
        release = image["release"] or image["default"] or arguments.get(image["argument"] or "")
        if release:
            found.append(ImageReference(release, path, text.count("\n", 0, image.start()) + 1))
    return found
