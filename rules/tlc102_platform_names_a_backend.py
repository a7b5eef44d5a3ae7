"""The platform names a backend

## What it does
Reports `platform: "python"` and the like: a name that belongs into `backend`.

## What happens
The server refuses the model. Its core knows no platform for Python, OpenVINO, DALI and other backends; only
`backend` names them.

## How to fix
Write `backend` in place of `platform`.

## Source
Triton core, `ValidateModelConfig`; all releases; `platform: "python"` seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.config_edits import quoted
from tritonlint.effective import PLATFORM_BACKENDS, EffectiveConfig, known_backends, platforms_of_core
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document, Scalar
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC102",
    name="platform-names-a-backend",
    effect="load-failure",
    server_says=("unexpected platform type",),
)


def check(config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    platform = named_backend(config, effective, target)
    if platform is None:
        return
    backend = PLATFORM_BACKENDS.get(str(platform.value).lower(), str(platform.value))
    field = config.root.field("platform")
    if field is None:
        return
    edits = (Edit(field.name_span, "backend"), Edit(platform.span, quoted(backend)))
    yield Problem(
        field.span,
        f"the server will refuse the model: {platform.value!r} is a backend, not a platform",
        help=f"backend: {quoted(backend)}",
        fix=Fix("name it as the backend", edits),
        key="platform",
    )


def named_backend(config: Document, effective: EffectiveConfig, target: Target) -> Scalar | None:
    """The platform's value, when it is what a backend is called and nothing else names the backend."""
    platform = config.root.scalar("platform")
    if platform is None or not isinstance(platform.value, str) or not effective.complete:
        return None
    if effective.backend != "" or platform.value in platforms_of_core(target.window[1]):
        return None
    name = platform.value.lower()
    return platform if PLATFORM_BACKENDS.get(name, name) in known_backends() else None


EXAMPLES = (
    """\
-- add/config.pbtxt --
  platform: "identity"
# ^^^^^^^^^^^^^^^^^^^^ TLC102
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
backend: "identity"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
)
