"""Platform and backend do not fit each other

## What it does
Reports a `platform` that does not belong to the `backend` beside it.

## What happens
The server refuses the model: the backends tensorflow, tensorrt, onnxruntime and pytorch take their own
platforms only. Other backends take any platform from release 23.07 on, and none of these before.

## How to fix
Leave `platform` out: `backend` alone is enough.

## Source
Triton core, `ValidateModelConfig`; all releases.
"""

from collections.abc import Iterator

from tritonlint.config_edits import remove_field
from tritonlint.effective import OWN_PLATFORMS, EffectiveConfig
from tritonlint.finding import Fix, Problem, Related
from tritonlint.pbtxt.tree import Document
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC105",
    name="platform-does-not-fit-backend",
    effect="load-failure",
    server_says=("unexpected 'platform' and 'backend' pair",),
)


def check(config: Document, effective: EffectiveConfig, target: Target, model: Model) -> Iterator[Problem]:
    backend, platform = effective.backend, effective.platform
    written = config.root.scalar("backend") or config.root.scalar("default_model_filename")
    field = config.root.field("platform")
    if not backend or platform is None or platform == "ensemble" or not effective.complete:
        return
    own = OWN_PLATFORMS.get(backend)
    if own is not None:
        if platform in own and (platform != "torch_aoti" or not target.before("26.03")):
            return
        if platform == "torch_aoti" and backend == "pytorch" and not target.before("26.03"):
            return
    elif not target.before("23.07") or not any(platform in others for others in OWN_PLATFORMS.values()):
        return
    if not platform:
        # Without a version there is no file yet that could tell the platform.
        if written is None or not any(name.isdigit() for name in model.subfolders):
            return
        yield Problem(
            written.span,
            f"the server will refuse the model: backend {backend!r} needs a platform here and nothing tells which",
            help="platform: " + " or ".join(f'"{name}"' for name in own or ()),
            key="platform",
        )
        return
    if field is None:
        return
    allowed = f"{backend!r} takes {' or '.join(own)}" if own else f"{backend!r} takes no platform before release 23.07"
    yield Problem(
        field.span,
        f"the server will refuse the model: platform {platform!r} does not fit the backend, {allowed}",
        help="delete the platform, backend alone is enough",
        related=(Related(written.span, "the backend"),) if written is not None else (),
        fix=Fix("delete the platform", (remove_field(config, field),), safety="unsafe"),
        key="platform",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
  platform: "tensorrt_plan"
# ^^^^^^^^^^^^^^^^^^^^^^^^^ TLC105
backend: "onnxruntime"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.onnx --
x
-- fixed: add/config.pbtxt --
backend: "onnxruntime"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
""",
    """\
-- add/config.pbtxt --
backend: "onnxruntime"
platform: "onnxruntime_onnx"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.onnx --
x
""",
    """\
-- add/config.pbtxt --
  backend: "tensorflow"
#          ^^^^^^^^^^^^ TLC109
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/ -- TLR002
""",
)
