"""What a password, a key or a token looks like."""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"hf_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|glpat-[\w-]{20,}|AIza[\w-]{35}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+"
)
_NAME = re.compile(
    r"(?i)(.*_)?(password|passwd|api_?key|secret|secret_key|secret_access_key|access_token|auth_token|hf_token)"
)
_PARTS = ("pass", "key", "secret", "token")
"""Of which one stands in each of these names."""
SHORTEST = 8
"""Characters of the shortest text that can be a secret."""
_SHORTEST_SHAPE = 20
"""Characters of the shortest text that has such a shape."""
_DIGIT = re.compile(r"\d")
_PLACEHOLDER = re.compile(r"(?i).*(your|change|example|dummy|placeholder|xxx|todo|test|\*\*|[<>{}$]).*")


def names_a_secret(name: str) -> bool:
    """Whether a variable, argument or parameter of that name holds a secret."""
    lowered = name.lower()
    return any(map(lowered.__contains__, _PARTS)) and _NAME.fullmatch(name) is not None


def is_secret(text: str, *, named: bool) -> bool:
    """Whether a text is a secret: by its shape, or because its name says so and it looks like no placeholder."""
    if len(text) >= _SHORTEST_SHAPE and _SHAPE.fullmatch(text):
        return True
    # A name of a secret (`password="DB_PASSWORD"`, `api-key`) has no digit or no letter beside it.
    written = named and len(text) >= SHORTEST and " " not in text and "/" not in text and _DIGIT.search(text)
    return bool(written) and not _PLACEHOLDER.fullmatch(text)
