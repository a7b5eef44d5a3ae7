"""What a rule is, and the registry that finds the rules by file name.

A rule is one module in ``rules/``: a docstring (first line = title), ``RULE``, ``check`` and ``EXAMPLES``.
``check`` is a generator that asks for its facts by parameter name; see :data:`PARAMETERS`.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tritonlint.finding import Certainty, Effect, Problem

CODE_IN_FILE_NAME = re.compile(r"(tl[a-z]\d{3})_([a-z0-9_]+)\.py")

# What ``check`` may ask for. A rule that names ``repository`` runs after every model's facts are known; a rule
# that names only ``repository`` and ``target`` runs once per repository.
PARAMETERS = frozenset(
    {"model", "config", "effective", "python", "plan", "environment", "target", "repository", "helpers", "run"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Metadata of a rule.

    ``first`` and ``last`` bound the releases ("YY.MM", inclusive) in which the server behaves so; None means
    unbounded. ``server_says`` holds fragments of what the server prints, for people who search for them.
    ``words`` are for speed: a rule that asks for ``python`` is not called for a model.py whose code holds none of them
    (``PythonFacts.identifiers``), as it could say nothing there.
    """

    code: str
    name: str
    effect: Effect
    certainty: Certainty = "certain"
    first: str | None = None
    last: str | None = None
    server_says: tuple[str, ...] = ()
    words: Collection[str] = ()


def last_parts(names: Iterable[str]) -> frozenset[str]:
    """``words`` of a rule about dotted names: however they are imported, their last parts stand in the code."""
    return frozenset(name.rpartition(".")[2] for name in names)


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule with its function, its examples and its documentation."""

    rule: Rule
    check: Callable[..., Iterable[Problem]]
    parameters: tuple[str, ...]
    module: ModuleType

    @property
    def title(self) -> str:
        """First line of the documentation, without the full stop."""
        return self.documentation.splitlines()[0].rstrip(".")

    @property
    def documentation(self) -> str:
        """The module docstring, in Markdown."""
        return inspect.getdoc(self.module) or ""

    @property
    def examples(self) -> tuple[str, ...]:
        """The example trees, in the format of :mod:`tritonlint.example`."""
        examples: tuple[str, ...] = self.module.EXAMPLES
        return examples


def rules_folder() -> Path:
    """Where the rule files lie: inside the installed package, or beside it in a checkout."""
    import tritonlint

    for root in tritonlint.__path__:
        folder = Path(root) / "rules"
        if folder.is_dir():
            return folder
    raise FileNotFoundError("tritonlint is installed without its rules")


@cache
def rule_modules() -> dict[str, str]:
    """Module name of every rule by code, in code order; imports nothing."""
    found = {}
    for entry in sorted(rules_folder().iterdir()):
        match = CODE_IN_FILE_NAME.fullmatch(entry.name)
        if match:
            found[match[1].upper()] = f"tritonlint.rules.{entry.stem}"
    return found


@cache
def load_rule(code: str) -> LoadedRule:
    """Import one rule. Raises KeyError for a code that does not exist."""
    module = importlib.import_module(rule_modules()[code])
    rule: Rule = module.RULE
    check: Any = module.check
    return LoadedRule(rule, check, tuple(inspect.signature(check).parameters), module)


@cache
def rule_names() -> dict[str, str]:
    """Code of every rule by its name, derived from the file names."""
    return {module.split("_", 1)[1].replace("_", "-"): code for code, module in rule_modules().items()}
