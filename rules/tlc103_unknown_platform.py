"""The server knows no such platform

## What it does
Reports a `platform` that the server's core does not know, in a config that names no backend.

## What happens
The server refuses the model.

## How to fix
Name the backend instead: `backend: "python"`, `"onnxruntime"`, `"openvino"`, … Platforms are
`onnxruntime_onnx`, `tensorrt_plan`, `pytorch_libtorch`, `tensorflow_savedmodel`, `tensorflow_graphdef` and
`ensemble`.

## Source
Triton core, `ValidateModelConfig`; all releases; `torch_aoti` from 26.03 on.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from tritonlint.config_edits import quoted
from tritonlint.effective import PLATFORM_BACKENDS, EffectiveConfig, known_backends, platforms_of_core
from tritonlint.finding import Edit, Fix, Problem
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.target import Target

RULE = Rule(
    code="TLC103",
    name="unknown-platform",
    effect="load-failure",
    server_says=("unexpected platform type",),
)


def check(config: Document, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    platform = config.root.scalar("platform")
    if platform is None or not isinstance(platform.value, str) or not platform.value or not effective.complete:
        return
    known = platforms_of_core(target.window[1])
    name = platform.value.lower()
    if effective.backend != "" or platform.value in known or PLATFORM_BACKENDS.get(name, name) in known_backends():
        return
    near = get_close_matches(name, known, 1, 0.75)
    fix = Fix(f"write {near[0]}", (Edit(platform.span, quoted(near[0])),), safety="unsafe") if near else None
    yield Problem(
        platform.span,
        f"the server will refuse the model: it knows no platform {platform.value!r}",
        help=(f"platform: {quoted(near[0])}" if near else 'name the backend instead, backend: "..."')
        + f" (platforms: {', '.join(sorted(known))})",
        fix=fix,
        key="platform",
    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
platform: "caffe2_netdef"
#         ^^^^^^^^^^^^^^^ TLC103
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/ --
""",
    """\
-- add/config.pbtxt --
platform: "onnxruntime_onnx"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.onnx --
x
""",
)
