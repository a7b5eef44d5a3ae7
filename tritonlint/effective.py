"""What the server makes of a model before it validates it: inferred backend, versions to load, instance groups.

Follows core's ``AutoCompleteBackendFields``, ``NormalizeModelConfig``, ``VersionsToLoad`` and
``NormalizeInstanceGroup`` (facts: server-validation, sections E, F, J, L). Where the releases that count differ, or
a value cannot be known, the answer is None and rules stay silent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from tritonlint.pbtxt.tree import Document, Message
from tritonlint.repository import CONFIG_NAME, Model
from tritonlint.source import Span
from tritonlint.target import Target, release_table

if TYPE_CHECKING:
    from tritonlint.facts import ModelFacts
    from tritonlint.inputs.python import PythonFacts

INT64_MAX = 2**63 - 1
INT64_MIN = -(2**63)

# Releases in which the inference changed; between two of them every release infers alike (section E).
_INFERENCE_CHANGES = ("22.06", "22.08", "22.09", "24.01", "26.03", "26.04")
# What std::stoll accepts: blanks, a sign, then digits; the rest of the name is not looked at.
_STOLL = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)")
_SKIPPED_VERSION_FOLDERS = frozenset({"warmup", "initial_state"})

# Platforms that users write for a backend that has none, or under another name (facts, platform.unknown).
PLATFORM_BACKENDS = {
    "python": "python",
    "onnxruntime": "onnxruntime",
    "onnx": "onnxruntime",
    "onnxruntime_onnx": "onnxruntime",
    "tensorrt": "tensorrt",
    "tensorrt_plan": "tensorrt",
    "pytorch": "pytorch",
    "pytorch_libtorch": "pytorch",
    "torch_aoti": "pytorch",
    "tensorflow": "tensorflow",
    "tensorflow_savedmodel": "tensorflow",
    "tensorflow_graphdef": "tensorflow",
    "openvino": "openvino",
    "dali": "dali",
    "fil": "fil",
    "vllm": "vllm",
    "tensorrtllm": "tensorrtllm",
    "identity": "identity",
}

# The backends that core ties to platforms of their own (section G1, platform.backend-pair).
OWN_PLATFORMS = {
    "onnxruntime": ("onnxruntime_onnx",),
    "pytorch": ("pytorch_libtorch", "torch_aoti"),
    "tensorflow": ("tensorflow_graphdef", "tensorflow_savedmodel"),
    "tensorrt": ("tensorrt_plan",),
}
_TORCH_AOTI_SINCE = "26.03"

VersionKind = Literal["version", "skipped", "leading-zeros", "not-a-number", "prefix", "negative", "out-of-range"]
Scheduling = Literal["ensemble", "dynamic", "sequence"]


@dataclass(frozen=True, slots=True)
class VersionFolder:
    """A direct sub-folder of a model, as version selection reads its name (section J).

    ``prefix`` is a name that only starts with a number (``1_old``): the server takes the number and then looks
    into another folder. ``number`` is None when the folder is ignored.
    """

    name: str
    kind: VersionKind
    number: int | None = None


@dataclass(frozen=True, slots=True)
class InstanceGroup:
    """An instance group after normalisation; ``message`` is None for the group that the server adds itself.

    ``kind`` None: it depends on the machine. ``count`` None: the backend prefers a number of its own.
    ``gpus`` None: not known.
    """

    message: Message | None
    kind: str | int | None
    count: int | None
    gpus: tuple[int, ...] | None


@dataclass(slots=True, eq=False)
class EffectiveConfig:
    """A model's configuration as the server validates it.

    ``backend`` is "" when the server finds none (ensembles, and models it refuses) and None when it cannot be
    known. ``intended_backend`` adds what was evidently meant (``platform: "python"``). ``versions`` pairs the
    number of each version that will be loaded with the folder that made the server think so. ``model_files`` are
    the Python model files of those versions that exist, relative to the model. ``complete`` is False when parts
    of the config could not be understood, or a repository agent may replace it, so that a missing field proves nothing.
    """

    name: str
    backend: str | None
    backend_span: Span
    intended_backend: str | None
    platform: str | None
    default_model_filename: str | None
    runtime: str | None
    max_batch_size: int | None
    scheduling: Scheduling | None
    is_ensemble: bool
    decoupled: bool | None
    versions: tuple[tuple[int, str], ...] | None
    version_folders: tuple[VersionFolder, ...]
    model_files: tuple[str, ...]
    instance_groups: tuple[InstanceGroup, ...] | None
    complete: bool
    others: Callable[[str], ModelFacts | None] = lambda _: None
    """Finds another model of the same repository."""
    module: Callable[[str, str], PythonFacts | None] = lambda _, __: None
    """Finds what lies beside a model file under the name that it is imported by (:meth:`facts.Helpers.module`)."""

    @property
    def uses_python(self) -> bool:
        """Whether the Python backend itself runs the model."""
        return self.backend == "python"


def resolve(model: Model, config: Document | None, target: Target) -> EffectiveConfig:
    """Work out the effective configuration of a model. Never raises for anything a user may have written."""
    known = config is not None or CONFIG_NAME not in model.entries
    root = config.root if config is not None else Message(model.path, 0, 0, "ModelConfig", uncertain=not known)
    moved = _may_be_replaced(root)
    complete = known and not root.uncertain and not model.error and not moved
    # A misspelt field is left out of the tree: what is missing may be what was misspelt.
    misread = not complete or any(p.kind in ("unknown-field", "syntax") for p in (config.problems if config else ()))

    identity = _infer(model, root, target)
    if identity.backend == "" and misread and identity.platform != "ensemble":
        identity = _Identity(None, identity.platform or None, identity.default_model_filename or None)
    written = root.scalar("backend") or root.scalar("platform")
    folders = tuple(version_folder(name, target) for name in model.subfolders)
    versions = None if model.error or not known or moved else _versions_to_load(root, folders)
    is_ensemble = root.string("platform") == "ensemble" and not identity.backend
    intended = identity.backend
    if not intended:
        platform = root.string("platform")
        intended = PLATFORM_BACKENDS.get(platform.lower(), intended) if platform else intended
    return EffectiveConfig(
        name=root.string("name") or model.name,
        backend=identity.backend,
        backend_span=written.span if written is not None else model.span,
        intended_backend=intended,
        platform=identity.platform,
        default_model_filename=identity.default_model_filename,
        runtime=root.string("runtime"),
        max_batch_size=root.integer("max_batch_size"),
        scheduling=_scheduling(root),
        is_ensemble=is_ensemble,
        decoupled=_decoupled(root),
        versions=versions,
        version_folders=folders,
        model_files=_python_files(model, identity, folders, versions) if intended == "python" else (),
        instance_groups=() if is_ensemble else _instance_groups(root, identity.backend, target),
        complete=complete,
    )


def _may_be_replaced(root: Message) -> bool:
    """Whether a repository agent may have the server read another folder; of the agents NVIDIA ships, none does."""
    agents = root.message("model_repository_agents")
    return agents is not None and any(agent.string("name") != "checksum" for agent in agents.messages("agents"))


def platforms_of_core(release: str) -> frozenset[str]:
    """Every platform that core knows in a release."""
    names = {name for own in OWN_PLATFORMS.values() for name in own} | {"ensemble"}
    return frozenset(names if release >= _TORCH_AOTI_SINCE else names - {"torch_aoti"})


@cache
def known_backends() -> frozenset[str]:
    """Every name that some release's standard images hold as a backend."""
    names = {name for facts in release_table().values() for name in facts.get("backends", ())}
    return frozenset(names | {"vllm", "tensorrtllm"})


# Copies of the Python backend's folder as the documentation of old releases advises them (backends/python_3_8).
COPIED_PYTHON_BACKEND = re.compile(r"(?:triton[_-])?python(?:[_-]?backend)?[_-]?(?:py)?\d(?:[._]?\d+)*")


def has_backend_library(model: Model, backend: str, target: Target) -> bool:
    """Whether the model brings the backend's library, or a given backend folder holds it (section K)."""
    library = f"libtriton_{backend}.so"
    if any(entry.name == library and entry.path.count("/") <= 1 for entry in model.entries.values()):
        return True
    return any(in_backend_folder(backend, name, target) for name in (library, "model.py"))


def in_backend_folder(backend: str, name: str, target: Target) -> bool:
    """Whether one of the given backend folders holds a file of a backend."""
    return any(os.path.exists(os.path.join(folder, backend, name)) for folder in target.backend_directories)


# --- backend, platform, file name ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Identity:
    backend: str | None
    platform: str | None
    default_model_filename: str | None


@dataclass(frozen=True, slots=True)
class _Written:
    backend: str
    platform: str
    filename: str
    runtime: str | None


def _infer(model: Model, root: Message, target: Target) -> _Identity:
    """Run the inference for every release that counts; a part on which they differ is None."""
    first, last = target.window
    releases = [first, *(r for r in _INFERENCE_CHANGES if first < r <= last)]
    found = [_infer_in(release, model, root) for release in releases]
    return _Identity(
        _agreed(identity.backend for identity in found),
        _agreed(identity.platform for identity in found),
        _agreed(identity.default_model_filename for identity in found),
    )


def _agreed(values: Iterable[str | None]) -> str | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _infer_in(release: str, model: Model, root: Message) -> _Identity:
    backend, platform, filename = root.string("backend"), root.string("platform"), root.string("default_model_filename")
    if backend is None or platform is None or filename is None:
        # An explicit backend is kept whatever the others are.
        return _Identity(backend or None, platform, filename)
    inside = _first_folder(model)
    nothing_said = not platform and not filename

    if not platform and backend in ("", "tensorflow"):
        if filename == "model.savedmodel" or (not filename and inside.get("model.savedmodel") == "directory"):
            platform = "tensorflow_savedmodel"
        if filename == "model.graphdef" or (not filename and inside.get("model.graphdef", "directory") != "directory"):
            platform = "tensorflow_graphdef"
    if platform in ("tensorflow_savedmodel", "tensorflow_graphdef"):
        return _Identity(backend or "tensorflow", platform, filename or "model." + platform.partition("_")[2])

    if not backend and (
        platform == "tensorrt_plan"
        or filename == "model.plan"
        or (nothing_said and inside.get("model.plan", "directory") != "directory")
    ):
        backend = "tensorrt"
    if backend == "tensorrt":
        return _Identity(backend, platform or "tensorrt_plan", filename or "model.plan")

    if not backend and (
        platform == "onnxruntime_onnx" or filename == "model.onnx" or (nothing_said and "model.onnx" in inside)
    ):
        backend = "onnxruntime"
    if backend == "onnxruntime":
        return _Identity(backend, platform or "onnxruntime_onnx", filename or "model.onnx")

    if release >= "22.09":
        if not backend and (filename == "model.xml" or (nothing_said and "model.xml" in inside)):
            backend = "openvino"
        if backend == "openvino":
            return _Identity(backend, platform, filename or "model.xml")

    pytorch = _infer_pytorch(release, _Written(backend, platform, filename, root.string("runtime")), inside)
    if pytorch is not None:
        return pytorch

    if release >= "22.06":
        if not backend and (filename == "model.py" or (nothing_said and "model.py" in inside)):
            backend = "python"
        if backend == "python":
            return _Identity(backend, platform, filename or "model.py")

    if release >= "22.08" and not backend and nothing_said and "." in model.name:
        backend = model.name.partition(".")[2]
        return _Identity(backend, "", f"model.{backend}")
    return _Identity(backend, platform, filename)


def _infer_pytorch(release: str, given: _Written, inside: dict[str, str]) -> _Identity | None:
    """Step 5 (section E, the PyTorch table); None when it is not a PyTorch model."""
    backend, platform, filename = given.backend, given.platform, given.filename
    nothing_said = not platform and not filename
    by_file = ""
    if nothing_said and not backend:
        if inside.get("model.pt", "directory") != "directory":
            by_file = "model.pt"
        elif release >= "26.03" and inside.get("model.pt2", "directory") != "directory":
            by_file = "model.pt2"
    platforms = {"pytorch_libtorch"}
    filenames = {"model.pt"}
    if release >= "26.03":
        platforms.add("torch_aoti")
        filenames.add("model.pt2")
    if release >= "26.04":
        platforms.add("libtorch")
    if not backend and not (platform in platforms or filename in filenames or by_file):
        return None
    if backend not in ("", "pytorch"):
        return None
    if release >= "26.04":
        default = {"torch_aoti": "model.pt2", "model.pt2": "model.pt2", "": "model.pt"}.get(platform or by_file, "")
        if by_file == "model.pt2":
            platform = "torch_aoti"
    else:
        default = "" if given.runtime == "model.py" and release >= "24.01" else "model.pt"
    return _Identity("pytorch", platform or "pytorch_libtorch", filename or default)


def _first_folder(model: Model) -> dict[str, str]:
    """Name to kind of what lies in the folder that core looks into: the first sub-folder in byte order."""
    subfolders = model.subfolders
    if not subfolders:
        return {}
    return {entry.name: entry.kind for entry in model.children(subfolders[0])}


# --- versions --------------------------------------------------------------------------------------------------


def version_folder(name: str, target: Target) -> VersionFolder:
    """How version selection reads the name of a sub-folder (section J)."""
    if name in _SKIPPED_VERSION_FOLDERS or (name == "configs" and target.since("24.05")):
        return VersionFolder(name, "skipped")
    if len(name) > 1 and name.startswith("0"):
        return VersionFolder(name, "leading-zeros")
    match = _STOLL.match(name)
    if match is None:
        return VersionFolder(name, "not-a-number")
    number = int(match[1]) if len(match[1]) <= 40 else INT64_MAX + 1
    if not INT64_MIN <= number <= INT64_MAX:
        return VersionFolder(name, "out-of-range")
    if name != str(number):
        return VersionFolder(name, "prefix", number)
    return VersionFolder(name, "negative" if number < 0 else "version", number)


def _versions_to_load(root: Message, folders: tuple[VersionFolder, ...]) -> tuple[tuple[int, str], ...] | None:
    """Select versions by the policy, in ascending order; None when the policy is not known."""
    if any(folder.kind == "out-of-range" for folder in folders):
        return None
    present: dict[int, str] = {}
    for folder in folders:
        if folder.number is not None and (folder.number not in present or folder.kind == "version"):
            present[folder.number] = folder.name
    numbers = sorted(present)
    selected: list[int] = []
    if root.uncertain and not root.has("version_policy"):
        return None
    policy = root.message("version_policy")
    if policy is None:
        if root.has("version_policy"):
            return None
        selected = numbers[-1:]
    elif policy.uncertain:
        return None
    elif (specific := policy.message("specific")) is not None:
        wanted = specific.integers("versions")
        if wanted is None:
            return None
        selected = sorted(set(wanted) & present.keys())
    elif (latest := policy.message("latest")) is not None:
        count = latest.integer("num_versions")
        if count is None:
            return None
        selected = numbers[-count:] if count > 0 else []
    elif not any(policy.has(name) for name in ("specific", "latest")):
        # `version_policy {}` and `all {}` both mean every version.
        selected = numbers
    else:
        return None
    return tuple((number, present[number]) for number in selected)


def _python_files(
    model: Model, identity: _Identity, folders: tuple[VersionFolder, ...], versions: tuple[tuple[int, str], ...] | None
) -> tuple[str, ...]:
    name = identity.default_model_filename
    if name is None:
        return ()
    if versions is None:
        numbers = [folder.number for folder in folders if folder.kind in ("version", "negative")]
    else:
        numbers = [number for number, _ in versions]
    paths = [f"{number}/{name or 'model.py'}" for number in numbers]
    return tuple(path for path in paths if path in model.entries and model.entries[path].kind == "file")


# --- scheduling and instances ----------------------------------------------------------------------------------


def _scheduling(root: Message) -> Scheduling | None:
    choices: tuple[tuple[str, Scheduling], ...] = (
        ("ensemble_scheduling", "ensemble"),
        ("sequence_batching", "sequence"),
        ("dynamic_batching", "dynamic"),
    )
    for field, choice in choices:
        if root.has(field):
            return choice
    return None


def _decoupled(root: Message) -> bool | None:
    policy = root.message("model_transaction_policy")
    if policy is None:
        return None if root.uncertain or root.has("model_transaction_policy") else False
    return policy.boolean("decoupled")


_KINDS: dict[str | int, str] = {0: "KIND_AUTO", 1: "KIND_GPU", 2: "KIND_CPU", 3: "KIND_MODEL"}


def written_kind(group: Message) -> str | int | None:
    """Return the kind of an instance group as written: its name, a number outside the enum, None when unknown."""
    value = group.scalar("kind")
    if value is None:
        return None if group.uncertain else "KIND_AUTO"
    if isinstance(value.value, bool) or not isinstance(value.value, int | str):
        return None
    return _KINDS.get(value.value, value.value)


def _instance_groups(root: Message, backend: str | None, target: Target) -> tuple[InstanceGroup, ...] | None:
    groups = root.messages("instance_group")
    if not groups:
        if root.uncertain or root.has("instance_group"):
            return None
        kind = None if target.gpus is None else "KIND_GPU" if target.gpus else "KIND_CPU"
        if backend != "python":
            kind = None
        return (InstanceGroup(None, kind, _default_count(backend, kind), None if kind != "KIND_CPU" else ()),)
    return tuple(_instance_group(group, backend, target) for group in groups)


def _instance_group(group: Message, backend: str | None, target: Target) -> InstanceGroup:
    kind = written_kind(group)
    listed = group.integers("gpus")
    gpus = None if listed is None else tuple(listed)
    if kind == "KIND_AUTO":
        kind = None
        if target.gpus == 0:
            kind = "KIND_CPU"
        elif target.gpus is not None and gpus is not None:
            kind = "KIND_CPU" if any(not 0 <= gpu < target.gpus for gpu in gpus) else "KIND_GPU"
    count = group.integer("count")
    if count is not None and count < 1:
        count = _default_count(backend, kind)
    if kind == "KIND_GPU" and gpus == ():
        gpus = tuple(range(target.gpus)) if target.gpus is not None else None
    return InstanceGroup(group, kind, count, gpus)


def _default_count(backend: str | None, kind: str | int | None) -> int | None:
    """Instances of a group without a count (section L; backends other than these are not established)."""
    if backend == "python":
        return 1
    if backend in ("onnxruntime", "tensorflow") and kind is not None:
        return 2 if kind == "KIND_CPU" else 1
    return None
