"""The target release's images lack this backend

## What it does
Reports a backend that images of other releases hold and those of the target release do not: `tensorflow` from
25.03 on.

## What happens
The server finds no library for it and refuses the model.

## How to fix
Stay on a release that has it, build it into the image, or move the model to another backend.

## Source
Backends of the images per release; Triton core, `TritonModel::Create`.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig, has_backend_library, known_backends
from tritonlint.finding import Problem
from tritonlint.repository import Model
from tritonlint.rule import Rule
from tritonlint.target import Target, release_table

RULE = Rule(
    code="TLC109",
    name="backend-not-in-release",
    effect="load-failure",
    certainty="likely",
    server_says=("unable to find backend library for backend",),
)


def check(model: Model, effective: EffectiveConfig, target: Target) -> Iterator[Problem]:
    backend = effective.backend
    if not backend or backend not in known_backends() or backend in ("vllm", "tensorrtllm") or effective.runtime:
        return
    first, last = target.window
    known = {
        release: facts["backends"]
        for release, facts in release_table().items()
        if first <= release <= last and facts.get("backends")
    }
    lacking = sorted(release for release, backends in known.items() if backend not in backends)
    if not lacking or has_backend_library(model, backend, target):
        return
    everywhere = len(lacking) == len(known)
    if target.release is None:
        where = "of the last two years" if everywhere else f"from {lacking[0]} on"
    else:
        where = f"of release {target.release}"
    yield Problem(
        effective.backend_span,
        f"the server's images {where} hold no backend {backend!r}: the model will not load there",
        help="use an image that has it, or move the model to another backend (onnxruntime, openvino, python)",
        key="backend",
        effect=None if everywhere else "portability",
    )


EXAMPLES = (
    """\
-- target -- release=25.05
-- add/config.pbtxt --
platform: "tensorflow_savedmodel"
#         ^^^^^^^^^^^^^^^^^^^^^^^ TLC109
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.savedmodel/saved_model.pb --
x
""",
    """\
-- target -- release=24.10
-- add/config.pbtxt --
platform: "tensorflow_savedmodel"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
-- add/1/model.savedmodel/saved_model.pb --
x
""",
)
