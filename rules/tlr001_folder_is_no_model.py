"""A folder in the repository is no model

## What it does
Reports a folder of a model repository in which nothing says that a model is meant: no `config.pbtxt`, no
version folder with a model file.

## What happens
The server takes every folder of a repository for a model, whatever its name, hidden folders included. This
one it refuses, and by default one refused model stops the whole server. Folders of tools (`.git`), folders of a
project whose root holds models too, and folders beside models that were only found by searching are a note: nobody
said that this very folder is served.

## How to fix
Move the folder out of the repository, or give it a config and a version folder. With `--model-control-
mode=explicit` only named models are loaded.

## Source
Triton core, `ModelRepositoryManager::Poll` and `AutoCompleteBackendFields`; all releases.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.facts import RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.repository import Model, is_misspelt_config
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR001",
    name="folder-is-no-model",
    effect="load-failure",
    server_says=("Could not determine backend for model",),
)


TOOL_FOLDERS = frozenset({"__pycache__", "lost+found", "node_modules", "venv"})
# Files that mark the root of a project: its other folders are hardly meant as models.
PROJECT_FILES = frozenset(
    {
        ".gitignore",
        ".pre-commit-config.yaml",
        "Dockerfile",
        "Makefile",
        "docker-compose.yaml",
        "docker-compose.yml",
        "package.json",
        "pyproject.toml",
        "requirements.txt",
        "setup.py",
        "tritonlint.toml",
    }
)


def check(model: Model, effective: EffectiveConfig, repository: RepositoryFacts) -> Iterator[Problem]:
    if model.recognised or model.error or not repository.whole:
        return
    if any(is_misspelt_config(entry.name) for entry in model.children()):
        return
    refused = effective.backend == "" or effective.versions == ()
    tool = model.name.startswith(".") or model.name in TOOL_FOLDERS
    project = (
        not PROJECT_FILES.isdisjoint(entry.name for entry in repository.plain_files) or ".git" in repository.models
    )
    if tool or project or not repository.given:
        yield Problem(
            model.span,
            f"the server takes {model.name} for a model too and refuses it when this folder is served as a repository",
            help=f"serve a folder that holds models only, or leave {model.name} out when deploying",
            effect="portability",
            certainty="likely",
        )
        return
    yield Problem(
        model.span,
        f"the server takes every folder of a repository for a model and will refuse {model.name}: "
        "it has no config.pbtxt and no version folder with a model file",
        help=f"move {model.name} out of {repository.path}, or add {model.name}/config.pbtxt and {model.name}/1/",
        certainty=None if refused else "likely",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- notes/readme.txt --
text
-- notes/ -- TLR001
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
-- readme.txt --
plain files are no models
""",
)
