"""Which modules a model.py surely imports, and when: at import, in ``initialize``, or with every request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tritonlint.inputs.python import PB_MODULE, PythonFacts
from tritonlint.inputs.python_flow import completes, unconditional
from tritonlint.inputs.python_guards import guarded
from tritonlint.inputs.python_tree import Alias, Class, Import, ImportFrom, Node, dotted
from tritonlint.remember import remembered
from tritonlint.source import Span
from tritonlint.standard_library import WITH_NUMPY, is_standard

When = Literal["load", "request"]
MAX_REACHED = 30
"""Modules of one model that imports are followed to."""

THIRD_PARTY = frozenset(
    {
        "triton_python_backend_utils", "c_python_backend_utils", "tritonclient", "numpy", "torch",
        "torchvision", "torchaudio", "cupy", "pandas", "scipy", "sklearn", "skimage", "cv2", "PIL", "transformers",
        "tokenizers", "sentencepiece", "tiktoken", "onnxruntime", "onnx", "tensorflow", "tensorrt", "keras", "jax",
        "flax", "numba", "requests", "httpx", "aiohttp", "flask", "fastapi", "datasets", "diffusers", "accelerate",
        "peft", "timm", "einops", "librosa", "soundfile", "nltk", "spacy", "gensim", "regex", "yaml", "pydantic",
        "attr", "attrs", "six", "packaging", "setuptools", "pkg_resources", "pip", "wheel", "typing_extensions",
        "tqdm", "click", "jinja2", "redis", "boto3", "psutil", "google", "grpc", "faiss", "xgboost", "lightgbm",
        "catboost", "joblib", "cloudpickle", "msgpack", "orjson", "ujson", "zmq", "prometheus_client", "vllm",
        "ray", "pyarrow", "polars", "networkx", "sympy", "matplotlib", "geventhttpclient", "gevent", "nvidia",
    }
)  # fmt: skip
"""Modules that environments have in site-packages, which comes before the model's own folders."""
# Whatever may change what can be imported, or install it: then nothing is sure any more.
CHANGES_IMPORTS = re.compile(
    # Each begins with a letter, so that the search passes over most of a file at once.
    r"sys\.(?:path|modules|meta_path|path_hooks)\b|from sys import\b|importlib\b|subprocess\b"
    r"|os\.(?:system|popen|exec\w*|chdir)\b|site\.|__import__\b|pip\b|exec\((?<![.\w]exec\()|runpy\b|zipimport\b"
    r"|pkgutil\b|__path__\b"
)
_WORDS = (
    "sys.path", "sys.modules", "sys.meta_path", "from sys import", "importlib", "subprocess", "os.system", "os.popen",
    "os.exec", "os.chdir", "site.", "__import__", "pip", "exec(", "runpy", "zipimport", "pkgutil", "__path__",
)  # fmt: skip
"""With which everything that matches begins."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One module that is imported. ``members`` are what ``from module import …`` asks of it."""

    module: str
    span: Span
    members: tuple[Alias, ...]
    when: When
    relative: bool = False
    """Whether it is asked for with a dot, which leads to the model's own files only."""


@remembered
def changes_imports(python: PythonFacts) -> bool:
    """Whether the file has something that may change where modules are found."""
    # Plain words are searched a hundred times faster than a pattern.
    return any(CHANGES_IMPORTS.match(python.text, at) for word in _WORDS for at in _places(python.text, word))


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at != -1:
        yield at
        at = text.find(word, at + 1)


_OWN_FOLDER = r"(?:os\.path\.(?:abspath|realpath)\(__file__\)|__file__)"
_HARMLESS = re.compile(
    r"sys\.path\.append\(|in sys\.path\b|importlib\.(?:metadata|resources|util\.find_spec)\b"
    rf"|sys\.path\.insert\(\s*0\s*,\s*(?:os\.path\.dirname\({_OWN_FOLDER}\)"
    r"|str\((?:pathlib\.)?Path\(__file__\)(?:\.resolve\(\)|\.absolute\(\))?\.parent\))\s*\)"
)
_REARRANGES = re.compile(
    r"sys\.(?:path|modules|meta_path|path_hooks)\b|from sys import\b|importlib\b|os\.chdir\b|__import__\b"
    r"|site\.addsitedir|(?<![.\w])(?:exec|eval|globals|locals)\(|unittest\b|runpy\b|zipimport\b|pkgutil\b|__path__\b"
)


@remembered
def rearranges_modules(python: PythonFacts) -> bool:
    """Whether the file may change which file a module beside it comes from, or what is in one, in a way of its own.

    Folders at the end of ``sys.path``, or the file's own one, change nothing of that.
    """
    return _REARRANGES.search(_HARMLESS.sub("", python.text)) is not None


def base_may_change_methods(python: PythonFacts, find: Callable[[str, str], PythonFacts | None]) -> bool:
    """Whether a base in another file may put something in the place of the methods of the model class.

    ``find`` gives the module that a file gets by a name, if it is one of the model. Nothing is known of others, but
    those that everybody has do no such thing.
    """
    pending, seen = [python], {python.path}
    while pending:
        one = pending.pop()
        imported = {alias.bound: node.module for node in one.walk(ImportFrom) for alias in node.names}
        imported |= {alias.bound: alias.name for node in one.walk(Import) for alias in node.names}
        firsts = {(dotted(base) or "").split(".")[0] for cls in one.walk(Class) for base in cls.bases}
        for module in {imported[first] for first in firsts if first in imported}:
            if is_standard(module.split(".")[0]) or module.split(".")[0] in THIRD_PARTY:
                continue
            found = find(one.path, module)
            if found is None or found.error is not None or _CHANGES_METHODS.search(found.text):
                return True
            if found.path not in seen:
                seen.add(found.path)
                pending.append(found)
    return False


_CHANGES_METHODS = re.compile(r"__init_subclass__|\bmetaclass\s*=(?!\s*(?:abc\.)?ABCMeta\b)")
_APPENDS = re.compile(r"sys\.path\.append\(|in sys\.path\b")
_PATHS = re.compile(r"sys\.path\b(?!_)")


def may_prefer_own_modules(python: PythonFacts, module: str, place: Node) -> bool:
    """Whether a module beside the file may come before one of the standard library where a statement imports it.

    The model's folders are behind it, and so is what is appended to ``sys.path``; and no path leads away from what is
    imported already.
    """
    if not changes_imports(python):
        return False
    before = [node for node in python.body if (node.span.end or 0) < (place.span.start or 0)]
    imported = module in WITH_NUMPY and not {"numpy", PB_MODULE}.isdisjoint(_tops(before))
    return CHANGES_IMPORTS.search((_PATHS if imported else _APPENDS).sub("", python.text)) is not None


def sure_imports(python: PythonFacts) -> Iterator[Imported]:
    """Imports that every load, or every request, comes by; those in a ``try`` or below a condition are not."""
    return iter(_all_imports(python))


@remembered
def imports_others(python: PythonFacts) -> bool:
    """Whether a file imports more than the standard library, NumPy, PyTorch and what the backend gives."""
    return any(
        top not in {"numpy", "torch", PB_MODULE} and not is_standard(top)
        for top in _tops([*python.walk(Import, ImportFrom)])
    )


def imports_unknown(python: PythonFacts) -> bool:
    """Whether a file imports what may know of the backend: neither a well-known library nor the standard one."""
    return any(top not in THIRD_PARTY and not is_standard(top) for top in _tops([*python.walk(Import, ImportFrom)]))


def _tops(nodes: Sequence[Node]) -> set[str]:
    """The first parts of the names of all modules that some statements import."""
    names = {alias.name for node in nodes if isinstance(node, Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ImportFrom)}
    return {name.split(".")[0] for name in names}


@remembered
def _all_imports(python: PythonFacts) -> tuple[Imported, ...]:
    return tuple(_sure_imports(python))


def _sure_imports(python: PythonFacts) -> Iterator[Imported]:
    if python.error is not None:
        return
    for statement in python.body:
        if isinstance(statement, Import | ImportFrom):
            yield from _imported(statement, "load")
        elif not completes((statement,)):
            return
    if python.class_status != "defined" or not python.bases_known:
        return
    times: tuple[tuple[str, When], ...] = (("__init__", "load"), ("initialize", "load"), ("execute", "request"))
    for name, when in times:
        method = python.method(name)
        if method is None or any(binding.kind != "function" for binding, _ in python.attributes.get(name, ())):
            continue
        for node in python.walk_function(method, Import, ImportFrom):
            if unconditional(method, node) and not guarded(python.body, node):
                yield from _imported(node, when)


def _imported(statement: Import | ImportFrom, when: When) -> Iterator[Imported]:
    if isinstance(statement, Import):
        for alias in statement.names:
            yield Imported(alias.name, alias.span, (), when)
    elif not statement.module.startswith("."):
        # The module's own place is not kept: it stands between the keywords.
        yield Imported(statement.module, statement.span, statement.names, when)
    elif not statement.module.startswith(".."):
        for name in (statement.module[1:],) if statement.module != "." else (a.name for a in statement.names):
            yield Imported(name, statement.span, (), when, relative=True)


def reached(python: PythonFacts, find: Callable[[str, str], PythonFacts | None]) -> list[tuple[PythonFacts, When]]:
    """A model file and the model's own modules that importing it leads to, each with when that is.

    ``find`` gives the module of a name that a file imports, and None for what is none of the model's or is unknown.
    """
    found: dict[str, tuple[PythonFacts, When]] = {python.path: (python, "load")}
    queue = [python]
    while queue and len(found) < MAX_REACHED:
        current = queue.pop(0)
        came = found[current.path][1]
        for imported in sure_imports(current):
            module = find(current.path, imported.module.split(".")[0])
            if module is not None and module.path not in found:
                found[module.path] = module, "request" if came == "request" else imported.when
                queue.append(module)
    return list(found.values())
