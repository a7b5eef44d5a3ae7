"""What a rehearsal knows of the config: what ``auto_complete_config`` adds, and what no hook can change.

What the hooks do was seen on a server of 24.10, with and without ``--disable-auto-complete-config``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import HEAD, events, marked
from tritonlint.inputs.python_reading import read_python
from tritonlint.inputs.rehearsal.completed import completed
from tritonlint.pbtxt.reader import read_config

EMPTY = 'backend: "python"\n'
FULL = (
    EMPTY
    + 'input { name: "X" data_type: TYPE_FP32 dims: [ 4 ] }\noutput { name: "Y" data_type: TYPE_FP32 dims: [ -1 ] }\n'
)
HALF = EMPTY + 'input { name: "X" }\noutput { name: "Y" dims: [ 2 ] reshape { shape: [ 2, 1 ] } }\n'
ADD = (
    'config.add_input({"name": "X", "data_type": "TYPE_FP32", "dims": [4]})\n'
    'config.add_output({"name": "Y", "data_type": "TYPE_FP32", "dims": [-1]})\n'
)
X, Y = "X TYPE_FP32 [4]", "Y TYPE_FP32 [-1]"
HOOKS: dict[str, tuple[str, str, str, str, int | None]] = {
    # config, hook; inputs, outputs ("…" where there may be others), max_batch_size
    "nothing": (FULL, "pass", X, Y, 0),
    "from_nothing": (EMPTY, ADD + "config.set_max_batch_size(8)", X, Y, 8),
    "the_same_again": (FULL, ADD, X, Y, 0),
    "caught": (
        FULL,
        'try:\n    config.add_input({"name": "X", "data_type": "TYPE_FP16", "dims": [4]})\n'
        "except ValueError:\n    pass",
        X,
        Y,
        0,
    ),
    "another_one": (
        FULL,
        'config.add_output({"name": "Z", "data_type": "TYPE_INT32", "dims": [1]})',
        X,
        f"{Y}, Z TYPE_INT32 [1]",
        0,
    ),
    "filled_in": (
        HALF,
        'config.add_input({"name": "X", "data_type": "TYPE_FP32", "dims": [4]})\n'
        'config.add_output({"name": "Y", "data_type": "TYPE_FP32", "dims": [2]})',
        X,
        "Y TYPE_FP32 [2]",
        0,
    ),
    "in_a_loop": (
        EMPTY,
        'for name, dims in (("X", [4]), ("B", [1])):\n'
        '    config.add_input(dict(name=name, data_type="TYPE_FP32", dims=dims))',
        f"{X}, B TYPE_FP32 [1]",
        "",
        0,
    ),
    "what_is_not_there": (
        FULL,
        'known = {one["name"] for one in config.as_dict()["input"]}\n'
        'for name in ("X", "B"):\n    if name not in known:\n'
        '        config.add_input({"name": name, "data_type": "TYPE_FP32", "dims": [1]})',
        f"{X}, B TYPE_FP32 [1]",
        Y,
        0,
    ),
    "by_a_helper": (EMPTY, 'both(config, "X", "Y")', "X TYPE_FP32 [1]", "Y TYPE_FP32 [1]", 0),
    "by_what_is_unknown": (FULL, "other.complete(config)", f"{X} …", f"{Y} …", None),
    "kept_by_what_is_unknown": (FULL, "other.keep(config.as_dict())", f"{X} …", f"{Y} …", None),
    "perhaps": (
        FULL,
        'if other.wanted():\n    config.add_input({"name": "B", "data_type": "TYPE_FP32", "dims": [1]})',
        f"{X} …",
        Y,
        0,
    ),
    "name_is_unknown": (
        FULL,
        'config.add_output({"name": other.name(), "data_type": "TYPE_FP32", "dims": [1]})',
        X,
        f"{Y} …",
        0,
    ),
    "tensor_is_unknown": (HALF, "config.add_input(other.tensor())", "X ? ? …", "…", 0),
    "dims_are_unknown": (
        EMPTY,
        'config.add_input({"name": "X", "data_type": "TYPE_FP32", "dims": [other.size()]})',
        "X TYPE_FP32 ?",
        "",
        0,
    ),
    "other_type_through_the_dict": (
        FULL,
        'config.as_dict()["input"][0]["data_type"] = "TYPE_FP16"',
        "X TYPE_FP16 [4]",
        Y,
        0,
    ),
    "taken_away_through_the_dict": (FULL, 'config.as_dict()["input"].clear()', "", Y, 0),
    "inside_of_the_object": (FULL, 'config._model_config["input"] = []', f"{X} …", f"{Y} …", None),
    "no_such_type": (
        FULL,
        'config.set_max_batch_size(8)\nconfig.add_output({"name": "Z", "data_type": "TYPE_FOO", "dims": [1]})',
        f"{X} …",
        f"{Y} …",
        None,
    ),
    # A server that does not ask the hook has other batches.
    "batches_or_not": (FULL, "config.set_max_batch_size(8)", X, Y, None),
    "larger_batches": (FULL + "max_batch_size: 4\n", "config.set_max_batch_size(8)", X, Y, None),
    "same_batches": (FULL + "max_batch_size: 8\n", "config.set_max_batch_size(8)", X, Y, 8),
    "gives_nothing_back": (FULL, ADD + "return", f"{X} …", f"{Y} …", None),
    "gives_something_else_back": (FULL, "config = other.make(config.as_dict())", f"{X} …", f"{Y} …", None),
    "refused": (
        FULL,
        'config.add_output({"name": "Y", "data_type": "TYPE_FP16", "dims": [1]})',
        f"{X} …",
        f"{Y} …",
        None,
    ),
}


def model_with(hook: str, body: str = "") -> str:
    """A model with a hook."""
    lines = "".join(f"        {line}\n" for line in hook.splitlines())
    return f"""{HEAD}
import other

def both(config, first, second):
    config.add_input({{"name": first, "data_type": "TYPE_FP32", "dims": [1]}})
    config.add_output({{"name": second, "data_type": "TYPE_FP32", "dims": [1]}})

class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
{lines}        return config

{body}"""


@pytest.mark.parametrize("name", HOOKS)
def test_what_a_hook_leaves(name: str) -> None:
    text, hook, inputs, outputs, size = HOOKS[name]
    known = completed(read_python("m/1/model.py", model_with(hook)), read_config("m/config.pbtxt", text))
    assert known is not None
    shown = []
    for direction in ("input", "output"):
        tensors = [
            f"{name} {kind.value if (kind := one.scalar('data_type')) else '?'} {one.integers('dims') or '?'}"
            for name, one in known.tensors[direction].items()
        ]
        shown.append(" ".join(filter(None, [", ".join(tensors), "" if direction in known.closed else "…"])))
    assert (*shown, known.max_batch_size) == (inputs, outputs, size)


EXECUTE = """\
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "X").as_numpy()
"""
PLAYED = {
    # config, hook, what follows in the loop over requests
    "added_output_of_another_type": (
        EMPTY,
        ADD,
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", x.astype(int))]))  #! sure data-type',
    ),
    "added_output_of_another_shape": (
        EMPTY,
        ADD + "config.set_max_batch_size(8)",
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", x.sum(axis=1))]))  #! sure shape',
    ),
    "added_output_that_fits": (
        EMPTY,
        ADD + "config.set_max_batch_size(8)",
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", x * 2)]))',
    ),
    "batches_or_not": (
        FULL,
        ADD + "config.set_max_batch_size(8)",
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", x.sum(axis=-1))]))',
    ),
    "full_tensors_are_known_whatever_a_hook_adds": (
        FULL,
        "config.add_output(other.tensor())",
        'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Z", x), pb_utils.Tensor("Y", x.reshape(3, 5))]))'
        "  #! sure ValueError",
    ),
    "may_be_decoupled": (FULL, 'config.set_model_transaction_policy({"decoupled": True})', ""),
    "optional": (
        EMPTY,
        'config.add_input({"name": "B", "data_type": "TYPE_FP32", "dims": [4], "optional": True})\n' + ADD,
        'b = pb_utils.get_input_tensor_by_name(request, "B")\n'
        "            if b is not None:\n                x = x + b.as_numpy()\n"
        '            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("Y", x)]))',
    ),
}


@pytest.mark.parametrize("name", PLAYED)
def test_what_a_rehearsal_says_of_completed_configs(name: str, tmp_path: Path) -> None:
    config, hook, follows = PLAYED[name]
    model = model_with(hook, f"{EXECUTE}            {follows}\n        return responses\n")
    assert events(tmp_path, model, config) == marked(model), model


SEQUENCE = """\
backend: "python"
max_batch_size: 4
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
input { name: "weights" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
sequence_batching {
  oldest { max_candidate_sequences: 4 }
  control_input { name: "START" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } }
  control_input { name: "END" control { kind: CONTROL_SEQUENCE_END bool_false_true: [ false, true ] } }
  control_input { name: "CORRID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
}
"""
PLAIN = SEQUENCE[: SEQUENCE.index("sequence_batching")]
OBJECTS = {
    # config, what follows in the loop over requests, where `read` gives the array of an input by its name
    "controls": (
        SEQUENCE,
        """\
key, start = int(read(request, "CORRID")[0][0]), read(request, "START").item()
if start:
    self.sums[key] = np.zeros((1, 2), dtype=np.float32)
self.sums[key] = self.sums[key] + read(request, "x")
y = self.sums[key]
if read(request, "END")[0, 0]:
    del self.sums[key]
""",
    ),
    "control_as_output": (SEQUENCE, 'y = np.repeat(read(request, "CORRID"), 2, axis=1)'),
    "control_has_one_element": (SEQUENCE, 'y = read(request, "x")\nread(request, "START")[0, 1]  #! sure IndexError'),
    "control_has_two_axes": (SEQUENCE, 'y = read(request, "x")\nread(request, "END")[0][0][0]  #! sure IndexError'),
    "inputs_by_name": (
        PLAIN,
        """\
inputs = {t.name(): t.as_numpy() for t in request.inputs()}
y = inputs["x"] * inputs["weights"]
""",
    ),
    "inputs_in_any_order": (
        PLAIN,
        """\
for t in request.inputs():
    if t.name() == "x":
        y = t.as_numpy()
""",
    ),
    "name_of_the_request": (
        PLAIN,
        """\
wanted = json.loads(request.parameters()).get("input", "x")
tensor = pb_utils.get_input_tensor_by_name(request, wanted)
if tensor is None:
    responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("no such input")))
    continue
y = tensor.as_numpy()
""",
    ),
    "name_of_the_request_with_another_type": (
        PLAIN,
        """\
tensor = pb_utils.get_input_tensor_by_name(request, json.loads(request.parameters())["input"])
y = tensor.as_numpy().astype(int)
""",
    ),
    "requested_names_are_a_set": (
        PLAIN,
        """\
wanted = request.requested_output_names()
both = wanted & {"y"} or wanted - {"y"}
first, count = sorted(wanted)[0], len(wanted)
if "y" not in wanted or not wanted.issuperset({"y"}) or list(wanted) == []:  #! sure requested-name
    raise pb_utils.TritonModelException(first)
y = read(request, "x")
""",
    ),
    "requested_names_have_no_first": (
        PLAIN,
        'y = read(request, "x")\nfirst = request.requested_output_names()[0]  #! sure TypeError',
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_what_a_rehearsal_says_of_requests(name: str, tmp_path: Path) -> None:
    config, follows = OBJECTS[name]
    lines = "".join(f"            {line}\n" for line in follows.splitlines())
    wrong = {"control_as_output": "  #! sure data-type", "name_of_the_request_with_another_type": "  #! sure data-type"}
    model = f"""{HEAD}
def read(request, name):
    return pb_utils.get_input_tensor_by_name(request, name).as_numpy()

class TritonPythonModel:
    def initialize(self, args):
        self.sums = {{}}

    def execute(self, requests):
        responses = []
        for request in requests:
{lines}            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)])){wrong.get(name, "")}
        return responses
"""
    assert events(tmp_path, model, config) == marked(model), model
