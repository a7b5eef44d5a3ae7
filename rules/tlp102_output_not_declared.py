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

from tritonlint.finding import Edit, Fix, Problem, Related
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import answers, bls_requests, given_tensor
from tritonlint.inputs.python_join import declared
from tritonlint.inputs.python_tree import Attribute, Call, Sequence, Starred
from tritonlint.nearest import nearest
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule
from tritonlint.source import Span

RULE = Rule(
    code="TLP102",
    name="output-not-declared",
    effect="wrong-result",
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    names = declared(python, config, "output")
    if not names:
        return
    seen: set[int | None] = set()
    for response in python.responses:
        for write in response.outputs:
            if not write.names or any(name in names for name in write.names) or write.name_span.start in seen:
                continue
            seen.add(write.name_span.start)
            wanted = write.names[0]
            near = nearest(wanted, names, 0.75)
            quoted = python.text[write.name_span.start : write.name_span.end] in {f'"{wanted}"', f"'{wanted}'"}
            edit = Edit(write.name_span, f'"{near}"')
            yield Problem(
                write.name_span,
                f'config.pbtxt declares no output "{wanted}": Triton drops this tensor silently',
                help=f'write "{near}"' if near else f"declared outputs: {', '.join(sorted(names))}",
                related=(Related(names[near], f'output "{near}" is declared here'),) if near else (),
                fix=Fix(f'write "{near}"', (edit,), safety="unsafe") if near and quoted else None,
                certainty="certain" if len(write.names) == 1 else "likely",
                key=wanted,
            )
    yield from _passed_on(python, names)


def _passed_on(python: PythonFacts, names: dict[str, Span]) -> Iterator[Problem]:
    """Tensors of requests and of other models' answers that are put into a response as they are."""
    requests = bls_requests(python)
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
                asked = [r for r in requests if any(e.call.span in spans for e in r.executions)]
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
)
