"""What a rehearsal knows of the config: what ``auto_complete_config`` adds, and what no hook can change.

What the hooks do was seen on a server of 24.10, with and without ``--disable-auto-complete-config``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import HEAD, events, marked
from tritonlint.inputs.python import read_python
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
