"""There is no config.pbtxt and nothing to complete it from

## What it does
Reports a model without `config.pbtxt` whose model file is empty, so that no backend can read inputs and
outputs from it; and, as likely, one of a backend that cannot do so at all.

## What happens
The server refuses the model. Backends such as ONNX Runtime and TensorRT work out a configuration from a real
model file; with `--disable-auto-complete-config` the file is mandatory.

## How to fix
Write a `config.pbtxt`.

## Source
Triton core, `Model::Init`; from 22.11 on.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.repository import CONFIG_NAME, Model, is_misspelt_config
from tritonlint.rule import Rule

RULE = Rule(
    code="TLR016",
    name="config-missing",
    effect="load-failure",
    server_says=("model configuration is not provided",),
)


def check(model: Model, effective: EffectiveConfig) -> Iterator[Problem]:
    if CONFIG_NAME in model.entries or not model.recognised or not effective.backend or not effective.versions:
        return
    if any(is_misspelt_config(entry.name) for entry in model.children()) or effective.backend == "python":
        return
    name = effective.default_model_filename
    files = [
        entry
        for _, folder in effective.versions
        for entry in model.entries.values()
        if name and entry.kind == "file" and (entry.path + "/").startswith(f"{folder}/{name}/")
    ]
    empty = bool(files) and all(entry.size == 0 for entry in files)
    if not empty and effective.backend != "pytorch":
        return
    yield Problem(
        model.span,
        f"the server will refuse {model.name}: it has no config.pbtxt"
        + (f" and {name} is empty, so that nothing can be worked out from it" if empty else ""),
        help=f"write {model.name}/config.pbtxt with backend, input and output",
        certainty=None if empty else "likely",
        key="config",
    )


EXAMPLES = (
    """\
-- add/ -- TLR016
-- add/1/model.onnx --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
