"""A private view of a model repository: real folders, links to the user's files.

A server writes into the repository it is given: the interpreter leaves ``__pycache__`` beside model.py, and the
Python backend changes the mode of a model's own stub (up to 25.07). In the view it may; the user's files stay as
they are.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from tritonlint.resolution import STUB_NAME

MAX_FILES = 200_000


class ViewError(Exception):
    """The repository cannot be shown to a server; the message says why."""


def make_view(models: Iterable[tuple[str, str]], folder: Path) -> None:
    """Lay out ``(name, path)`` models under ``folder``. Raises ViewError for more than :data:`MAX_FILES` files."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, path in models:
        ancestors: set[tuple[int, int]] = set()
        count = _copy(os.path.abspath(path), folder / name, count, ancestors)


def _copy(source: str, destination: Path, count: int, ancestors: set[tuple[int, int]]) -> int:
    status = os.stat(source)
    identity = (status.st_dev, status.st_ino)
    if identity in ancestors:
        # A link that leads back up: the server is shown the link itself.
        destination.symlink_to(source)
        return count
    destination.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            count += 1
            if count > MAX_FILES:
                raise ViewError(f"{source}: more than {MAX_FILES} files; verify models one at a time")
            place = destination / entry.name
            if entry.name == "__pycache__":
                continue
            if entry.is_dir() and not os.path.exists(os.path.join(entry.path, "bin", "python3")):
                count = _copy(entry.path, place, count, ancestors | {identity})
            elif entry.name == STUB_NAME and entry.is_file():
                shutil.copy2(entry.path, place)
            else:
                place.symlink_to(os.path.abspath(entry.path))
    return count
