"""Settings: ``[tool.tritonlint]`` in pyproject.toml or ``tritonlint.toml``, searched upward, plus options."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from tritonlint.finding import SEVERITIES, Severity
from tritonlint.nearest import nearest
from tritonlint.repository import walk_up
from tritonlint.rule import rule_modules, rule_names
from tritonlint.target import RELEASE, release_table

FILE_NAMES = ("tritonlint.toml", "pyproject.toml")


class SettingsError(Exception):
    """A setting or option that means nothing; exit status 2."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Overrides for the models whose folder name matches ``pattern`` (fnmatch)."""

    pattern: str
    ignore: frozenset[str] = frozenset()
    severity: tuple[tuple[str, Severity], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that steers a run. ``select`` and ``ignore`` hold rule codes."""

    triton_version: str | None = None
    triton_version_origin: str = ""
    gpus: int | None = None
    backend_directories: tuple[str, ...] = ()
    path_map: tuple[tuple[str, str], ...] = ()
    machine: str | None = None
    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    severity: tuple[tuple[str, Severity], ...] = ()
    fail_on: Severity = "warning"
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    per_model: tuple[ModelSettings, ...] = ()
    file: str | None = None
    folder: str = field(default=".")
    """The folder that the patterns of ``exclude`` are relative to."""

    def codes(self) -> frozenset[str]:
        """The rules that run."""
        chosen = self.select if self.select is not None else frozenset(rule_modules())
        return chosen - self.ignore


def expand_codes(names: Iterable[str], where: str) -> frozenset[str]:
    """Codes meant by codes, code prefixes and rule names. Raises SettingsError with the nearest name."""
    codes: set[str] = set()
    for name in names:
        for part in filter(None, (part.strip() for part in name.split(","))):
            if part.upper() == "ALL":
                matching = list(rule_modules())
            else:
                matching = [code for code in rule_modules() if code.startswith(part.upper())]
            by_name = rule_names().get(part.lower())
            if by_name is not None:
                matching = [by_name]
            if not matching:
                raise SettingsError(f"{where}: no rule {part!r}{_nearest(part, [*rule_modules(), *rule_names()])}")
            codes.update(matching)
    return frozenset(codes)


def check_release(release: str, where: str) -> str:
    """``release`` when it is in the release table. Raises SettingsError."""
    if not RELEASE.fullmatch(release):
        raise SettingsError(f"{where}: {release!r} is no Triton release; write it as YY.MM, for example 24.10")
    known = sorted(release_table())
    if not known[0] <= release <= known[-1]:
        raise SettingsError(f"{where}: release {release} is not known; known are {known[0]} to {known[-1]}")
    return release


def find_settings(start: str) -> Settings:
    """The nearest settings file at or above ``start``; defaults when there is none. Raises SettingsError."""
    for folder in walk_up(start):
        for name in FILE_NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                table = _table(path)
                if table is not None:
                    return parse_settings(table, path)
    return Settings()


def parse_settings(table: Mapping[str, Any], path: str) -> Settings:
    """Settings of a parsed table. Raises SettingsError for an unknown key or a value of the wrong type."""
    path = os.path.relpath(path) if not os.path.relpath(path).startswith("..") else path
    folder = os.path.dirname(os.path.abspath(path))
    settings = Settings(file=path, folder=folder)
    for key, value in table.items():
        where = f"{path}: {key}"
        if key == "triton-version":
            release = check_release(_typed(value, str, where), where)
            settings = replace(settings, triton_version=release, triton_version_origin=f"{key} in {path}")
        elif key == "gpus":
            settings = replace(settings, gpus=_typed(value, int, where))
        elif key == "backend-directory":
            directories = [value] if isinstance(value, str) else _strings(value, where)
            settings = replace(settings, backend_directories=tuple(os.path.join(folder, d) for d in directories))
        elif key == "path-map":
            pairs = _typed(value, dict, where)
            settings = replace(
                settings, path_map=tuple((k, os.path.join(folder, _typed(v, str, where))) for k, v in pairs.items())
            )
        elif key == "machine":
            settings = replace(settings, machine=_machine(value, where))
        elif key == "select":
            settings = replace(settings, select=expand_codes(_strings(value, where), where))
        elif key == "ignore":
            settings = replace(settings, ignore=expand_codes(_strings(value, where), where))
        elif key == "severity":
            settings = replace(settings, severity=_severities(value, where))
        elif key == "fail-on":
            settings = replace(settings, fail_on=_severity(value, where))
        elif key == "exclude":
            settings = replace(settings, exclude=tuple(_strings(value, where)))
        elif key == "baseline":
            settings = replace(settings, baseline=os.path.join(folder, _typed(value, str, where)))
        elif key == "per-model":
            settings = replace(settings, per_model=_per_model(value, where))
        else:
            raise SettingsError(f"{path}: unknown key {key!r}{_nearest(key, KEYS)}; known are {', '.join(KEYS)}")
    return settings


KEYS = (
    "backend-directory",
    "baseline",
    "exclude",
    "fail-on",
    "gpus",
    "ignore",
    "machine",
    "path-map",
    "per-model",
    "select",
    "severity",
    "triton-version",
)


@cache
def excluder(patterns: tuple[str, ...], folder: str) -> Any:
    """A predicate (path, is_folder) for gitignore-style patterns relative to ``folder``."""
    if not patterns:
        return lambda path, is_folder: False
    import pathspec

    spec = pathspec.GitIgnoreSpec.from_lines(patterns)

    def excluded(path: str, is_folder: bool) -> bool:
        relative = os.path.relpath(os.path.abspath(path), folder)
        if relative.startswith(".."):
            relative = os.path.abspath(path).lstrip("/")
        return spec.match_file(relative + "/" if is_folder else relative)

    return excluded


def _table(path: str) -> Mapping[str, Any] | None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        with open(path, "rb") as stream:
            document = tomllib.load(stream)
    except (OSError, ValueError) as error:
        if os.path.basename(path) == "pyproject.toml" and not isinstance(error, OSError):
            # Somebody else's file: say so only when it is ours to read.
            try:
                with open(path, "rb") as stream:
                    if b"tool.tritonlint" not in stream.read():
                        return None
            except OSError:
                return None
        raise SettingsError(f"{path}: {error}") from error
    if os.path.basename(path) == "pyproject.toml":
        table = document.get("tool", {}).get("tritonlint")
        if table is None:
            return None
        typed: Mapping[str, Any] = _typed(table, dict, f"{path}: tool.tritonlint")
        return typed
    own: Mapping[str, Any] = document
    return own


def _per_model(value: Any, where: str) -> tuple[ModelSettings, ...]:
    out = []
    for pattern, table in _typed(value, dict, where).items():
        inner = f"{where}.{pattern}"
        for key in _typed(table, dict, inner):
            if key not in ("ignore", "severity"):
                raise SettingsError(f"{inner}: unknown key {key!r}{_nearest(key, ('ignore', 'severity'))}")
        out.append(
            ModelSettings(
                pattern,
                expand_codes(_strings(table.get("ignore", []), inner), inner),
                _severities(table.get("severity", {}), inner),
            )
        )
    return tuple(out)


def _severities(value: Any, where: str) -> tuple[tuple[str, Severity], ...]:
    out = []
    for name, severity in _typed(value, dict, where).items():
        out += [(code, _severity(severity, where)) for code in sorted(expand_codes([name], where))]
    return tuple(out)


def _severity(value: Any, where: str) -> Severity:
    if value not in SEVERITIES:
        raise SettingsError(f"{where}: {value!r} is none of {', '.join(SEVERITIES)}")
    severity: Severity = value
    return severity


MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def _machine(value: Any, where: str) -> str:
    if value not in MACHINES:
        raise SettingsError(f"{where}: {value!r} is none of {', '.join(MACHINES)}")
    return MACHINES[value]


def _strings(value: Any, where: str) -> list[str]:
    return [_typed(item, str, where) for item in _typed(value, list, where)]


def _typed(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SettingsError(f"{where}: expected {kind.__name__}, found {type(value).__name__} {value!r}")
    return value


def _nearest(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known, 0.6)
    return f"; did you mean {close!r}?" if close else ""
