"""The config file has another name

## What it does
Reports a file that is meant to be `config.pbtxt` in a model that has none.

## What happens
The server does not read it. It tries to work out everything from the model file alone, which fails for most
models; with auto-completion off it always fails.

## How to fix
Rename the file to `config.pbtxt`.

## Source
Triton core, `ModelRepositoryManager::InitializeModelInfo`; all releases.
"""

import re
from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Fix, Problem, Rename
from tritonlint.repository import CONFIG_NAME, Model, is_misspelt_config
from tritonlint.rule import Rule

_TEMPLATE = re.compile(r"\.(template|tmpl|tpl|in|j2|jinja2?|mustache|example|sample)$", re.IGNORECASE)

RULE = Rule(
    code="TLR007",
    name="misspelt-config-file",
    effect="load-failure",
    server_says=("Could not determine backend for model", "model configuration is not provided"),
)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    if CONFIG_NAME in model.entries:
        return
    files = [entry for entry in model.children() if entry.kind == "file" and is_misspelt_config(entry.name)]
    if any(_TEMPLATE.search(entry.name) for entry in files):
        return  # The config is made from it, for one deployment or the other.
    if not files:
        return
    entry = files[0]
    rename = Rename(model.at(entry.name).path, model.at(CONFIG_NAME).path)
    yield Problem(
        model.at(entry.name),
        f"the server reads {CONFIG_NAME} only, so {model.name} has no configuration for it",
        help=f"mv {model.name}/{entry.name} {model.name}/{CONFIG_NAME}",
        fix=Fix(f"rename it to {CONFIG_NAME}", renames=(rename,)),
        certainty=None if effective.backend == "" else "likely",
    )


EXAMPLES = (
    """\
-- add/config.pbtext -- TLR007
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/config.pbtxt.old --
-- add/1/ --
""",
    # What fills in the template has not run yet.
    """\
-- add/config.pbtxt.template --
backend: "identity"
max_batch_size: $MOST
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
