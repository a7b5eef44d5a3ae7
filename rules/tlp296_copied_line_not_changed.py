"""A line was copied, and the name of the tensor stayed

## What it does
Reports an input that a function reads twice, where the second name is that of another declared input which nothing in
the file mentions: `ids = … "input_ids"`, `mask = … "input_ids"` of a model with an input `attention_mask`. Also a
response whose two outputs get the same array, while a local name like that of the second one is set and never used.

## What happens
The model works with the wrong array; what was meant is not looked at. The status is OK as long as the shapes fit.

## How to fix
Read the input that the name says, or give the output its own array.

## Source
Python's own behaviour; run on a server of 24.10.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem, Related
from tritonlint.inputs.python import PythonFacts, TensorWrite
from tritonlint.inputs.python_flow import own_nodes
from tritonlint.inputs.python_join import declared
from tritonlint.inputs.python_names import ReadInto, inputs_read_into, name_of_value, words_in, words_of_items
from tritonlint.inputs.python_tree import Assign, Constant, Function, Name, is_text, target_parts, walk
from tritonlint.pbtxt.tree import Document
from tritonlint.rule import Rule

RULE = Rule(
    code="TLP296",
    name="copied-line-not-changed",
    effect="wrong-result",
    certainty="likely",
    words=("get_input_tensor_by_name", "Tensor"),
)


def check(python: PythonFacts, config: Document) -> Iterator[Problem]:
    yield from _inputs(python, config)
    for response in python.responses:
        if len(response.outputs) > 1 and response.function is not None:
            yield from _outputs(response.function, response.outputs)


def _inputs(python: PythonFacts, config: Document) -> Iterator[Problem]:
    read = inputs_read_into(python)
    twice = [
        (one, other)
        for place, one in enumerate(read)
        for other in read[place + 1 :]
        if one.tensor == other.tensor
        and one.target.id != other.target.id
        and one.function is other.function
        and _is_copy(python, one, other)
    ]
    names = declared(python, config, "input") if twice else None
    if not names or any(each.names is None for each in python.reads) or "inputs" in python.used_names:
        return
    written = {node.value for node in python.walk(Constant) if is_text(node)}
    unread = [name for name in names if name not in written]
    for pair in twice:
        for one, other in (pair, pair[::-1]):
            meant = [name for name in unread if _is_named_after(one.target.id, name, one.tensor)]
            if len(meant) == 1 and not _is_named_after(other.target.id, meant[0], ""):
                yield Problem(
                    one.read.span,
                    f"`{one.target.id}` is read from input '{one.tensor}', as `{other.target.id}` is; nothing reads "
                    f"'{meant[0]}'",
                    help=f'read "{meant[0]}"',
                    related=(Related(other.read.span, "read here, too"), Related(names[meant[0]], "declared here")),
                    key=one.target.id,
                )


def _is_copy(python: PythonFacts, one: ReadInto, other: ReadInto) -> bool:
    """Whether two lines differ in the name only, and no name is set again: a part of one may be the other thing."""
    made = [a for a in own_nodes(one.function, Assign) if set(a.targets) & {one.target, other.target}]
    names = [part.id for a in own_nodes(one.function, Assign) for t in a.targets for part in walk((t,), Name)]
    same = len({python.source(a.value) for a in made if a.value is not None}) == 1
    return same and names.count(one.target.id) == names.count(other.target.id) == 1


def _is_named_after(name: str, tensor: str, other: str) -> bool:
    """Whether a name shares a word with a tensor, and none with another one."""
    words = words_of_items(name)
    return bool(words & words_of_items(tensor)) and not words & words_of_items(other)


def _outputs(function: Function, outputs: tuple[TensorWrite, ...]) -> Iterator[Problem]:
    named = [(name_of_value(w.value), w.names[0], w) for w in outputs if w.names and len(w.names) == 1]
    for place, (value, name, write) in enumerate(named):
        same = next((w for other, _, w in named[:place] + named[place + 1 :] if other == value), None)
        if value is None or write.value is None or same is None or set(words_in(value)) & words_of_items(name):
            continue
        unused = [
            each for each in _never_used(function) if each != value and set(words_in(each)) <= words_of_items(name)
        ]
        if len(unused) == 1 and max(map(len, unused)) > 2:
            yield Problem(
                write.value.span,
                f"output '{name}' gets `{value}`, which another one gets, too; `{unused[0]}` is set and never used",
                help=f"answer with `{unused[0]}`",
                related=(Related(same.call.span, "the other output"),),
                key=name,
            )


def _never_used(function: Function) -> list[str]:
    """Local names that an assignment sets by itself, and that stand nowhere else in the function."""
    targets = [
        part.id
        for assign in own_nodes(function, Assign)
        if len(assign.targets) == 1
        for part in target_parts(assign.targets[0])
        if isinstance(part, Name)
    ]
    written = [node.id for node in own_nodes(function, Name)]
    return [name for name in dict.fromkeys(targets) if written.count(name) == targets.count(name)]


EXAMPLES = (
    """\
-- pool/config.pbtxt --
backend: "python"
max_batch_size: 8
input { name: "input_ids" data_type: TYPE_INT64 dims: [ 4 ] }
input { name: "attention_mask" data_type: TYPE_INT64 dims: [ 4 ] }
output { name: "total" data_type: TYPE_INT64 dims: [ 1 ] }
-- pool/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            ids = pb_utils.get_input_tensor_by_name(request, "input_ids").as_numpy()
            mask = pb_utils.get_input_tensor_by_name(request, "input_ids").as_numpy()
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP296
            total = (ids * mask).sum(axis=1, keepdims=True)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("total", total)]))
        return responses
""",
    """\
-- stats/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "LOWEST" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "MEAN" data_type: TYPE_FP32 dims: [ 1 ] }
-- stats/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            mean = x.mean(keepdims=True)
            lowest = x.min(keepdims=True)
            outputs = [pb_utils.Tensor("LOWEST", mean), pb_utils.Tensor("MEAN", mean)]
#                                                ^^^^ TLP296
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses
""",
    # What is read twice is meant, and inputs that nothing reads are, too.
    """\
-- pool/config.pbtxt --
backend: "python"
input { name: "PIXELS" data_type: TYPE_FP32 dims: [ 4 ] }
input { name: "PIXEL_SCALE" data_type: TYPE_FP32 dims: [ 1 ] }
input { name: "USER" data_type: TYPE_INT64 dims: [ 1 ] }
output { name: "LOW" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "HIGH" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "FIRST" data_type: TYPE_FP32 dims: [ 4 ] }
-- pool/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            pixels = pb_utils.get_input_tensor_by_name(request, "PIXELS").as_numpy()
            original = pb_utils.get_input_tensor_by_name(request, "PIXELS").as_numpy().copy()
            scale = pb_utils.get_input_tensor_by_name(request, "PIXELS").as_numpy()[-1:]
            pixel = pb_utils.get_input_tensor_by_name(request, "PIXELS").as_numpy()[0]
            pixels += 1
            first = original
            spare = pixels - pixel * scale
            low = high = pixels
            outputs = [pb_utils.Tensor("LOW", low), pb_utils.Tensor("HIGH", low), pb_utils.Tensor("FIRST", first)]
            responses.append(pb_utils.InferenceResponse(outputs))
        return responses
""",
)
