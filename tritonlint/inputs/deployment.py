"""Deployment files near a repository: which tritonserver image they name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from tritonlint.repository import walk_up

MAX_LEVELS = 4
"""Folders above the repository that are searched, the one with ``.git`` being the last."""
MAX_BYTES = 256 * 1024

FILE_NAME = re.compile(r"(.*[._-])?(docker|container)file([._-].*)?|(docker-)?compose([._-].*)?\.ya?ml", re.IGNORECASE)
IMAGE = re.compile(r"tritonserver:(?:(?P<release>\d\d\.\d\d)|\$\{?(?P<argument>\w+)(?::-(?P<default>\d\d\.\d\d))?\}?)")
ARGUMENT = re.compile(r"^[ \t]*ARG[ \t]+(?P<name>\w+)=[\"']?(?P<release>\d\d\.\d\d)\b", re.MULTILINE)


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
    for level, folder in enumerate(walk_up(repository)):
        if level > MAX_LEVELS:
            break
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            break
        found: list[ImageReference] = []
        for name in names:
            if FILE_NAME.fullmatch(name):
                found += _read(os.path.join(folder, name))
        if found:
            return found
        if ".git" in names:
            break
    return []


def _read(path: str) -> list[ImageReference]:
    if not os.path.isfile(path):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            text = stream.read(MAX_BYTES)
    except OSError:
        return []
    arguments = {match["name"]: match["release"] for match in ARGUMENT.finditer(text)}
    found = []
    for image in IMAGE.finditer(text):
        start = text.rfind("\n", 0, image.start()) + 1
        if text[start : image.start()].lstrip().startswith("#"):
            continue
        release = image["release"] or image["default"] or arguments.get(image["argument"] or "")
        if release:
            found.append(ImageReference(release, path, text.count("\n", 0, image.start()) + 1))
    return found
