"""Binary data in an array that cuts zeros off

## What it does
Plays the model through, and reports bytes from `tobytes()`, `struct.pack` or `gzip.compress` that are put into an array
of NumPy's `S` type: `dtype=np.bytes_`, `dtype="S"`, or no `dtype` at all.

## What happens
NumPy fills such elements up with NUL bytes and drops all NULs at the end when they are read: the client gets less than
was packed wherever the data ends in zeros, such as silence or small numbers.

## How to fix
Pass `dtype=np.object_`.

## Source
NumPy, "Data types": strings of fixed width; seen on 24.10.
"""

from collections.abc import Iterator

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Assign, Attribute, dotted
from tritonlint.inputs.rehearsal.backend import mistakes
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP415",
    name="binary-in-fixed-width",
    effect="wrong-result",
    certainty="likely",
    words=("tobytes", "tostring", "pack", "compress"),
)

_WHOLE = frozenset({"tobytes", "view", "tofile", "data"})


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    for mistake in mistakes(python, config, effective, "binary-cut"):
        if _taken_whole(python, mistake.span):
            continue
        yield Problem(
            mistake.span,
            "elements of this array lose all NUL bytes at their end: binary data that ends in zeros arrives cut",
            help="pass `dtype=np.object_`",
            key=python.text[mistake.span.start : mistake.span.end],
        )


def _taken_whole(python: PythonFacts, made: Span) -> bool:
    """Whether somebody takes the bytes of an array as they lie there, with what fills them up."""
    names = {dotted(t) for a in python.walk(Assign) if a.value is not None and a.value.span == made for t in a.targets}
    whole = (node.value for node in python.walk(Attribute) if node.attr in _WHOLE)
    return any(owner.span == made or (dotted(owner) or "") in names for owner in whole)


EXAMPLES = (
    """\
-- pack/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT16 dims: [ -1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- pack/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([x.tobytes()], dtype=np.bytes_)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP415
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- pack/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_INT16 dims: [ -1 ] }
output { name: "y" data_type: TYPE_STRING dims: [ 1 ] }
-- pack/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = np.array([x.tobytes()], dtype=np.object_)
            if len(y) > 1:
                y = np.array([str(len(x)).encode()])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    # A mark at the end, and bytes that are taken as they lie there.
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_UINT8 dims: [ 4 ] }
output { name: "record" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "copy" data_type: TYPE_UINT8 dims: [ 4 ] }
-- add/1/model.py --
import struct

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            record = np.array([struct.pack("<hc", int(x[0]), b";")])
            raw = np.array([x.tobytes()], dtype="S4")
            copy = np.frombuffer(raw.tobytes(), dtype=np.uint8)
            tensors = [pb_utils.Tensor("record", record), pb_utils.Tensor("copy", copy)]
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
""",
)
