"""An output written by a name that the config does not declare

## What it does
Compares the names of the tensors in InferenceResponse, those of requests and of other models' answers that are put
there as they are included, with the outputs of config.pbtxt, state outputs included.
Silent when the model has `auto_complete_config` or a name cannot be known.

## What happens
Triton drops the tensor without a word: the request succeeds, and the output the client asked for is missing.

## How to fix
Use the same name on both sides.

## Source
Facts, python-backend 6.4 (observed on 23.10, 24.05, 24.10, 25.08).
"""

from collections.abc import Iterator
from dataclasses import replace

from tritonlint.effective import EffectiveConfig
from tritonlint.finding import Edit, Fix, Problem, Related, called_at
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_answers import beside_errors
from tritonlint.inputs.python_bls import answers, bls_requests, given_tensor
from tritonlint.inputs.python_join import declared_anywhere, written_in
from tritonlint.inputs.python_objects import objects_of
from tritonlint.inputs.python_tree import Attribute, Call, Constant, Expr, Name, Sequence, Starred
from tritonlint.inputs.rehearsal.backend import mistakes_anywhere
from tritonlint.nearest import nearest
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP102",
    name="output-not-declared",
    effect="wrong-result",
)


def check(python: PythonFacts, config: Document, effective: EffectiveConfig) -> Iterator[Problem]:
    names = declared_anywhere(python, config, "output")
    if not names:
        return
    seen: set[int | None] = set()
    for response in python.responses:
        for write in response.outputs:
            if not write.names or any(name in names for name in write.names) or write.name_span.start in seen:
                continue
            if write.call.span in beside_errors(python):
                continue
            seen.add(write.name_span.start)
            wanted = write.names[0]
            text = python.text[write.name_span.start : write.name_span.end]
            yield _problem(write.name_span, wanted, names, sure=len(write.names) == 1, text=text)
    yield from _passed_on(python, names)
    yield from _named_elsewhere(python, names, seen)
    for file, mistake, caller in mistakes_anywhere(python, config, effective, "unknown-output"):
        made = file is python and any(made.call.span == mistake.span for made in python.calls_of("Tensor"))
        everywhere = [c for c in python.walk(Constant) if c.value == mistake.name] if made else []
        written = everywhere[0] if len(everywhere) == 1 else written_in(python, caller, mistake.name)
        place, text = (written.span, python.source(written)) if written is not None else (mistake.span, "")
        if place.path == python.path and place.start in seen:
            continue
        found = _problem(place, mistake.name, names, sure=mistake.sure, text=text)
        elsewhere = called_at(caller) if written is None or caller is None else (Related(mistake.span, "made here"),)
        general = mistake.span if file is python else place
        yield replace(found, related=(*found.related, *elsewhere), general=general)


def _problem(span: Span, wanted: str, names: dict[str, Span], *, sure: bool, text: str = "") -> Problem:
    """``text`` is what stands in the file; a name that is written there can be replaced."""
    near = nearest(wanted, names, 0.75)
    edit = Edit(span, f'"{near}"')
    return Problem(
        span,
        f'config.pbtxt declares no output "{wanted}": Triton drops this tensor silently',
        help=f'write "{near}"' if near else f"declared outputs: {', '.join(sorted(names))}",
        related=(Related(names[near], f'output "{near}" is declared here'),) if near else (),
        fix=Fix(f'write "{near}"', (edit,), safety="unsafe") if near and text[1:-1] == wanted else None,
        certainty="certain" if sure else "likely",
        key=wanted,
    )


def _named_elsewhere(python: PythonFacts, names: dict[str, Span], seen: set[int | None]) -> Iterator[Problem]:
    """Names that a helper is given, or that a loop over names written out takes."""
    if any(True for _ in python.calls_of("InferenceRequest")):
        return  # The tensor may be an input of another model.
    objects = objects_of(python)
    for made in python.calls_of("Tensor"):
        named = made.call.argument(0, "name")
        if not isinstance(named, Name):
            continue
        frame = python.frame_at(named)
        found = python.lookup(named.id, frame)
        if found is None or len(found[0]) != 1:
            continue
        places: list[Expr] = []
        if found[0][0].kind == "parameter":
            places = objects.arguments_for(named) or []
        elif found[0][0].kind == "element":
            places = [place for place, _ in python.follow(named, frame) or ()]
        for place in places:
            wanted = python.strings(place)
            if wanted is None or len(wanted) != 1 or wanted[0] in names or place.span.start in seen:
                continue
            seen.add(place.span.start)
            # An element of a list may be used for more than this.
            text = python.source(place) if found[0][0].kind == "parameter" else ""
            yield _problem(place.span, wanted[0], names, sure=False, text=text)


def _passed_on(python: PythonFacts, names: dict[str, Span]) -> Iterator[Problem]:
    """Tensors of requests and of other models' answers that are put into a response as they are."""
    for made in python.calls_of("InferenceResponse"):
        given = made.call.argument(0, "output_tensors")
        frame = python.frame_at(made.call)
        for source, where in (python.follow(given, frame) or ()) if given is not None else ():
            found: list[tuple[str, Span]] = []
            if isinstance(source, Sequence):
                tensors = [given_tensor(python, item, where) for item in source.items if not isinstance(item, Starred)]
                found = [(t.name, t.span) for t in tensors if t.name is not None and (t.received or t.answered)]
            elif (
                isinstance(source, Call) and isinstance(source.func, Attribute) and source.func.attr == "output_tensors"
            ):
                spans = {call.span for call in answers(python, source.func.value, where) or ()}
                asked = [r for r in bls_requests(python) if any(e.call.span in spans for e in r.executions)]
                wanted = asked[0].requested or () if len(asked) == 1 else ()
                if wanted and not any(name in names for name, _ in wanted):
                    found = [(wanted[0][0], source.span)]
            for name, span in found:
                if name not in names:
                    yield Problem(
                        span,
                        f'this tensor is called "{name}", and config.pbtxt declares no such output: Triton drops it',
                        help=f'write `pb_utils.Tensor("{next(iter(names))}", tensor.as_numpy())`',
                        key=name,
                    )


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("Y", x.astype(np.float32))
#                               ^^^ TLP102
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
-- fixed: add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = pb_utils.Tensor("y", x.astype(np.float32))
            responses.append(pb_utils.InferenceResponse([y]))
        return responses
""",
    """\
-- a/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- a/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            p = pb_utils.Tensor("p", x)
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["r"], inputs=[p])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            responses.append(pb_utils.InferenceResponse(answer.output_tensors()))
#                                                       ^^^^^^^^^^^^^^^^^^^^^^^ TLP102
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "p" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "r" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "s" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            p = pb_utils.get_input_tensor_by_name(request, "p").as_numpy()
            made = [pb_utils.Tensor("r", p), pb_utils.Tensor("s", p)]
            responses.append(pb_utils.InferenceResponse(made))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 1 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            responses.append(pb_utils.InferenceResponse([x]))
#                                                        ^ TLP102
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "probs" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import numpy as np
import triton_python_backend_utils as pb_utils


def to_tensor(name, value):
    return pb_utils.Tensor(name, value.astype(np.float32))


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            responses.append(pb_utils.InferenceResponse([to_tensor("prob", a / a.sum())]))
#                                                                  ^^^^^^ TLP102
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            results = {
                "x": a * 2,
                "z": a + 1,
#               ^^^ TLP102
            }
            tensors = [pb_utils.Tensor(name, value) for name, value in results.items()]
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.output_names = ["x", "yy"]
#                                 ^^^^ TLP102

    def execute(self, requests):
        responses = []
        for request in requests:
            a = pb_utils.get_input_tensor_by_name(request, "a").as_numpy()
            tensors = []
            for name, value in zip(self.output_names, (a * 2, a + 1)):
                tensors.append(pb_utils.Tensor(name, value))
            responses.append(pb_utils.InferenceResponse(output_tensors=tensors))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "a" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "w" data_type: TYPE_FP32 dims: [ 2 ] optional: true }
output { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def read(self, request, name):
        tensor = pb_utils.get_input_tensor_by_name(request, name)
        return None if tensor is None else tensor.as_numpy()

    def execute(self, requests):
        responses = []
        for request in requests:
            a = self.read(request, "a")
            w = self.read(request, "w")
            results = {"x": a, "y": a if w is None else w}
            out = [pb_utils.Tensor(name, value) for name, value in results.items()]
            responses.append(pb_utils.InferenceResponse(out))
        return responses
""",
)
