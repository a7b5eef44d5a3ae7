"""What ``tritonlint inspect PATH`` tells of a stub, a shared library, a backend folder, an environment or a model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tritonlint.inputs.elf import AUDITWHEEL_NAME, ElfFacts, read_elf
from tritonlint.inputs.environment import EnvironmentFacts, archive_format, read_environment
from tritonlint.resolution import (
    STUB_NAME,
    Library,
    Plan,
    Unmet,
    plan_alone,
    read_backend_folder,
    resolve_plan,
    stub_folder,
)
from tritonlint.target import Target

MAX_PARTS = 200
"""Files of one folder that are inspected."""

NOT_ELF = {
    "empty": "an empty file",
    "git-lfs-pointer": "a Git LFS pointer, not the file itself",
    "script": "a script (#!)",
    "text": "a text file",
    "not-regular": "not a regular file",
    "unreadable": "not readable",
    "too-large": "too large to be read",
    "other": "neither an ELF file nor an archive that is known here",
}


def inspect_path(path: str, target: Target | None = None) -> dict[str, Any]:
    """Everything that the file or folder tells without being run, ready for JSON.

    Without a release in ``target`` the libraries of a stub are looked up for the newest release it can be from.
    """
    target = target or Target()
    if not os.path.isdir(path):
        return _file(path, target)
    parts = [os.path.join(path, name) for name in sorted(_names(path))]
    binaries = [part for part in parts if os.path.basename(part) == STUB_NAME or part.endswith(".so")]
    if any(os.path.exists(os.path.join(path, name)) for name in ("bin/activate", "conda-meta", "pyvenv.cfg")):
        return _environment(read_environment(path))
    if os.path.exists(os.path.join(path, "config.pbtxt")):
        inside = [part for part in parts if os.path.basename(part) == STUB_NAME or _is_environment(part)]
        found = [inspect_path(part, target) for part in inside[:MAX_PARTS]]
        return {"kind": "model", "path": path, **_model(path, target), "parts": found}
    if binaries:
        return {**_backend_folder(path), "parts": [_file(part, target) for part in binaries[:MAX_PARTS]]}
    facts = read_environment(path)
    if facts.pythons or facts.python3:
        return _environment(facts)
    return {"kind": "folder", "path": path, "parts": []}


def render_table(facts: dict[str, Any]) -> str:
    """The same for people: one line a fact."""
    return "\n".join(_lines(facts))


def _names(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


def _is_environment(path: str) -> bool:
    if os.path.isdir(path):
        return os.path.exists(os.path.join(path, "bin", "activate"))
    return archive_format(_head(path)) in ("tar", "tar.gz")


def _head(path: str) -> bytes:
    try:
        # Anything but a regular file (a FIFO, say) may block for ever.
        if not os.path.isfile(path):
            return b""
        with open(path, "rb") as stream:
            return stream.read(512)
    except OSError:
        return b""


def _file(path: str, target: Target) -> dict[str, Any]:
    head = _head(path)
    if not head.startswith(b"\x7fELF"):
        kind = archive_format(head)
        if kind not in ("other", "empty", "git-lfs-pointer"):
            return _environment(read_environment(path))
    return _elf(read_elf(path), target)


def _model(path: str, target: Target) -> dict[str, Any]:
    """Which stub will run the model in which environment."""
    from tritonlint.effective import resolve
    from tritonlint.facts import UnreadableFile, read_text_file
    from tritonlint.pbtxt.reader import read_config
    from tritonlint.repository import CONFIG_NAME, Model, list_model

    path = os.path.abspath(path)
    model = Model(os.path.basename(path), path, os.path.dirname(path))
    list_model(model)
    place = os.path.join(path, CONFIG_NAME)
    try:
        config = read_config(place, read_text_file(place))
    except UnreadableFile as error:
        return {"error": error.reason}
    effective = resolve(model, config, target)
    if stub_folder(effective, target) is None:
        return {"backend": effective.backend or ""}
    plan = resolve_plan(model, config, effective, target)
    return {
        "backend": effective.intended_backend or "",
        "release": target.release or "",
        "activation": target.fact("env_activation") or "",
        "stub_from": {"model": "the model's folder", "backend-directory": plan.stub_path, "release": "the release"}[
            plan.stub_origin
        ],
        "stub_python": plan.stub_python,
        "environment": plan.resolved or "",
        "environment_written": str(plan.written.value) if plan.written is not None else "",
        "environment_exists": plan.exists,
        "environment_python": plan.environment_python,
        "environment_is_ignored": plan.ignored if plan.environment is not None else None,
        "numpy": plan.numpy,
        **_loader(plan),
    }


def _loader(plan: Plan) -> dict[str, Any]:
    return {
        "libraries": {library.name: _found(library) for library in plan.libraries},
        "versions_missing": [_shortage(unmet) for unmet in plan.unmet],
    }


def _found(library: Library) -> str:
    return f"{library.where}: {library.place}" if library.place else library.where


def _shortage(unmet: Unmet) -> str:
    offered = f"the {unmet.where} ends at {unmet.offered}"
    return f"{unmet.version} of {unmet.library} for {os.path.basename(unmet.user)}, {offered}"


def _backend_folder(path: str) -> dict[str, Any]:
    folder = read_backend_folder(path)
    stub = folder.stub
    return {
        "kind": "backend-folder",
        "path": path,
        "missing": list(folder.missing) if folder.name == "python" or stub is not None else [],
        "python": stub.python if stub is not None else None,
        "triton_first": stub.releases[0] if stub is not None and stub.releases else None,
        "triton_last": stub.releases[1] if stub is not None and stub.releases else None,
        "model_py": "model.py" in folder.names,
        "library_links_libpython": folder.library.libpython if folder.library is not None else "",
    }


def _elf(facts: ElfFacts, target: Target) -> dict[str, Any]:
    base: dict[str, Any] = {"path": facts.path, "size": facts.size, "mode": f"{facts.mode:04o}"}
    if facts.not_elf:
        return {"kind": "file", **base, "is": NOT_ELF[facts.not_elf], "error": facts.error}
    kind = "stub" if facts.is_stub else "backend-library" if facts.exports else "elf"
    return {
        "kind": kind,
        **base,
        "error": facts.error,
        "class": f"ELF{facts.bits}" if facts.bits else "",
        "machine": facts.machine,
        "type": facts.type,
        "interpreter": facts.interpreter,
        "soname": facts.soname,
        "python": facts.python,
        "free_threaded": facts.free_threaded,
        "debug_python": facts.python_debug,
        "libpython": facts.libpython,
        "triton_first": facts.releases[0] if facts.releases else None,
        "triton_last": facts.releases[1] if facts.releases else None,
        "numpy2": facts.numpy2,
        "needed": list(facts.needed),
        "needed_from_a_wheel": [name for name in facts.needed if AUDITWHEEL_NAME.search(name)],
        "rpath": list(facts.rpath),
        "runpath": list(facts.runpath),
        "versions_needed": dict(facts.versions_needed),
        "versions_offered": dict(facts.versions_offered),
        "exports": list(facts.exports),
        "build_id": facts.build_id,
        **(_stub_loader(facts, target) if facts.is_stub else {}),
    }


def _stub_loader(facts: ElfFacts, target: Target) -> dict[str, Any]:
    if target.release is None and facts.releases is not None:
        target = replace(target, release=facts.releases[1])
    return {"loaded_by_release": target.release or "", **_loader(plan_alone(facts, target))}


def _environment(facts: EnvironmentFacts) -> dict[str, Any]:
    activation = facts.activation
    return {
        "kind": "environment",
        "path": facts.path,
        "format": facts.format,
        "size": facts.size,
        "error": facts.error,
        "read_to_the_end": facts.complete,
        "members": facts.members,
        "top_folder": facts.top_folder,
        "python": facts.python,
        "python_folders": list(facts.pythons),
        "python_version": facts.python_full,
        "free_threaded": facts.free_threaded,
        "system": facts.system,
        "machine": facts.machine,
        "bin_python3": facts.python3,
        "bin_python3_link": facts.python3_link,
        "bin_activate": facts.activate,
        "activate_exports": list(activation.exports) if activation else [],
        "activate_sources": list(activation.sources) if activation else [],
        "conda_unpack": facts.conda_unpack,
        "activation_hooks": list(facts.hooks),
        "libpython": list(facts.libpython),
        "libstdcxx": f"GLIBCXX_{facts.libstdcxx}" if facts.libstdcxx else "",
        "libraries": sorted(facts.libraries),
        "binaries": {
            name: {
                "soname": binary.soname,
                "needed": list(binary.needed),
                "versions_needed": dict(binary.versions_needed),
                "versions_offered": dict(binary.versions_offered),
            }
            for name, binary in facts.binaries.items()
        },
        "numpy": facts.version("numpy"),
        "extension_modules": sorted(facts.extensions),
        "platforms": sorted(facts.platforms),
        "venv_home": facts.venv_home,
        "leftovers": list(facts.leftovers),
        "pth_folders": [f"{name}: {folder}" for name, folder in facts.pth],
        "pth_code": list(facts.pth_code),
        "editable_installs": list(facts.editables),
        "unsafe_members": list(facts.unsafe),
        "members_through_links": list(facts.through_links),
        "distributions": facts.distributions,
        "modules": sorted(facts.modules),
    }


def _lines(facts: dict[str, Any], indent: str = "") -> Iterator[str]:
    yield f"{indent}{facts['path']}: {facts['kind'].replace('-', ' ')}"
    for key, value in facts.items():
        if key in ("path", "kind", "parts") or value in (None, "", [], {}):
            continue
        label = key.replace("_", " ")
        if isinstance(value, dict) and key in ("libraries", "binaries"):
            yield f"{indent}  {label}"
            width = max(map(len, value))
            for name, found in value.items():
                shown = _shown("", {k: v for k, v in found.items() if v}) if isinstance(found, dict) else found
                yield f"{indent}    {name:{width}}  {shown}"
            continue
        yield f"{indent}  {label:20} {_shown(key, value)}"
    for part in facts.get("parts", ()):
        yield from _lines(part, indent + "  ")


def _shown(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        if key == "distributions":
            return f"{len(value)}: " + ", ".join(f"{name} {version}" for name, version in list(value.items())[:40])
        return ", ".join(f"{name} {_shown(name, inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value[:40]) + (f" and {len(value) - 40} more" if len(value) > 40 else "")
    return str(value)
