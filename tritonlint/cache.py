"""Facts of files, kept between runs in the user's cache folder, keyed by what they were read from.

The folder is the user's own, never inside a linted repository: nothing a repository holds is ever unpickled.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable
from typing import TypeVar

Facts = TypeVar("Facts")

_enabled = True


def disable() -> None:
    """Neither read nor write the cache in this process (``--no-cache``)."""
    global _enabled  # noqa: PLW0603
    _enabled = False


def cache_folder() -> str:
    """``$TRITONLINT_CACHE``, or ``tritonlint`` in the user's cache folder."""
    own = os.environ.get("TRITONLINT_CACHE")
    if own:
        return own
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "tritonlint")


def cached(kind: str, key: str, compute: Callable[[], Facts]) -> Facts:
    """The facts stored under ``key``, computed when absent. ``kind`` is the name of the reader's module.

    A reader that changed (its file's size or time) never sees facts of its former self.
    """
    if not _enabled:
        return compute()
    path = _path(kind, key)
    try:
        with open(path, "rb") as stream:
            facts: Facts = pickle.load(stream)  # noqa: S301 (the user's own folder, see above)
            return facts
    except Exception:  # noqa: S110 (absent, cut or of another version: computed anew)
        pass
    facts = compute()
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
        with os.fdopen(descriptor, "wb") as stream:
            pickle.dump(facts, stream, pickle.HIGHEST_PROTOCOL)
        os.replace(temporary, path)
    except OSError:
        pass  # A cache that cannot be written costs time, nothing else.
    return facts


def holds(kind: str, key: str) -> bool:
    """Whether facts are stored under ``key``."""
    return _enabled and os.path.exists(_path(kind, key))


def content_key(text: str) -> str:
    """A key for facts that depend on the text of one file alone."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _path(kind: str, key: str) -> str:
    module = kind.rsplit(".", 1)[-1]
    digest = hashlib.sha256(f"{_generation(kind)}:{key}".encode()).hexdigest()
    return os.path.join(cache_folder(), "facts", module, digest[:2], digest[2:])


def _generation(kind: str) -> str:
    """What tells two versions of the readers apart: size and time of every file in their folder."""
    known = _generations.get(kind)
    if known is None:
        folder = os.path.join(os.path.dirname(__file__), "inputs")
        parts = []
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py"):
                status = os.stat(os.path.join(folder, name))
                parts.append(f"{name}:{status.st_size}:{status.st_mtime_ns}")
        known = _generations[kind] = hashlib.sha256("|".join(parts).encode()).hexdigest()
    return known


_generations: dict[str, str] = {}
