"""Single models: good configurations of many kinds, mutated one field family at a time.

Nothing here knows what the server thinks of a case; a mutation may well be harmless. What matters is that every
field of the schema is touched by values inside, outside and on the border of what a reader might expect.
"""

# ruff: noqa: E501  (a piece of configuration reads best unbroken)

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from tests.oracle.case import Case, Link, Message, Raw, Style, Value, quoted
from tritonlint.pbtxt.schema import FieldType, MessageType, root_type

BACKENDS = (
    "identity",
    "onnxruntime",
    "openvino",
    "python",
    "pytorch",
    "tensorrt",
    "tensorflow",
    "dali",
    "fil",
    "vllm",
    "tensorrtllm",
    "repeat",
    "square",
)
"""Backends that have a stand-in."""

MODEL_FILES = {
    "onnxruntime": "model.onnx",
    "openvino": "model.xml",
    "python": "model.py",
    "pytorch": "model.pt",
    "tensorrt": "model.plan",
    "tensorflow": "model.savedmodel/saved_model.pb",
    "dali": "model.dali",
    "fil": "xgboost.model",
    "vllm": "model.json",
}
MODEL_PY = """import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [pb_utils.InferenceResponse(output_tensors=[]) for _ in requests]
"""
TYPES = (
    "BOOL",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "FP16",
    "FP32",
    "FP64",
    "STRING",
    "BF16",
)


@dataclass
class Draft:
    """A single model while it is being mutated."""

    name: str
    rng: random.Random
    backend: str
    config: Message
    max_batch: int = 0
    files: dict[str, str | bytes] = field(default_factory=dict)
    mutations: list[str] = field(default_factory=list)
    edit_text: list[Callable[[str], str]] = field(default_factory=list)
    version_folders: list[str] = field(default_factory=lambda: ["1"])
    with_config: bool = True

    def get(self, name: str) -> Value | None:
        return next((value for key, value in self.config if key == name), None)

    def drop(self, name: str) -> None:
        self.config[:] = [(key, value) for key, value in self.config if key != name]

    def put(self, name: str, value: Value | None) -> None:
        """Replace, add, or (None) drop a field."""
        for position, (key, _) in enumerate(self.config):
            if key == name:
                if value is None:
                    self.drop(name)
                else:
                    self.config[position] = (name, value)
                return
        if value is not None:
            self.config.append((name, value))

    def raw(self, text: str, *instead_of: str) -> None:
        for name in instead_of:
            self.drop(name)
        self.config.append(("", Raw(text)))
        self.mutations.append(text if len(text) < 160 else text[:157] + "...")

    def tensors(self, kind: str) -> list[Message]:
        value = self.get(kind)
        return [one for one in value if isinstance(one, Message)] if isinstance(value, list) else []

    def a_tensor(self) -> tuple[str, Message]:
        kinds = [kind for kind in ("input", "output") if self.tensors(kind)]
        if not kinds:
            self.put("input", [tensor("X", "FP32", ["4"])])
            kinds = ["input"]
        kind = self.rng.choice(kinds)
        return kind, self.rng.choice(self.tensors(kind))

    def note(self, text: str) -> None:
        self.mutations.append(text)


def tensor(name: str, dtype: str, dims: list[str], **more: Value) -> Message:
    return Message([("name", quoted(name)), ("data_type", f"TYPE_{dtype}"), ("dims", dims), *more.items()])


def set_field(message: Message, name: str, value: Value | None) -> None:
    message[:] = [(key, old) for key, old in message if key != name]
    if value is not None:
        message.append((name, value))


# --- good configurations --------------------------------------------------------------------------------------------


def _io(inputs: list[tuple[str, str, list[str]]], outputs: list[tuple[str, str, list[str]]]) -> list[tuple[str, Value]]:
    return [("input", [tensor(*one) for one in inputs]), ("output", [tensor(*one) for one in outputs])]


SIMPLE = _io([("IN", "FP32", ["4"])], [("OUT", "FP32", ["4"])])
IMAGE = _io([("image", "UINT8", ["3", "224", "224"])], [("scores", "FP32", ["1000"])])
TEXT = _io([("ids", "INT64", ["-1"]), ("mask", "INT64", ["-1"])], [("logits", "FP32", ["-1", "2"])])
STRINGS = _io([("text", "STRING", ["1"]), ("flag", "BOOL", ["1"])], [("answer", "STRING", ["-1"])])
GROUP = Message([("count", "2"), ("kind", "KIND_CPU")])
SEQUENCE = (
    'sequence_batching { max_sequence_idle_microseconds: 5000000 %s control_input [ { name: "START" control [ { kind: '
    'CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } ] }, { name: "CORRID" control [ { kind: '
    "CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } ] } ] }"
)
BASES: dict[str, tuple[str, int, list[tuple[str, Value]]]] = {
    "identity": ("identity", 8, SIMPLE),
    "onnx image": ("onnxruntime", 16, IMAGE),
    "onnx text": ("onnxruntime", 32, TEXT),
    "onnx unbatched": ("onnxruntime", 0, _io([("x", "FP32", ["1", "16"])], [("y", "FP32", ["1", "4"])])),
    "openvino": ("openvino", 4, SIMPLE),
    "python": ("python", 8, STRINGS),
    "python groups": ("python", 0, [*SIMPLE, ("instance_group", [GROUP])]),
    "python decoupled": ("python", 0, [*STRINGS, ("model_transaction_policy", Message([("decoupled", "true")]))]),
    "pytorch": ("pytorch", 4, _io([("INPUT__0", "FP32", ["3", "-1"])], [("OUTPUT__0", "FP32", ["2"])])),
    "tensorrt": ("tensorrt", 8, IMAGE),
    "tensorflow": ("tensorflow", 8, IMAGE),
    "dali": ("dali", 64, _io([("RAW", "UINT8", ["-1"])], [("TENSOR", "FP32", ["3", "224", "224"])])),
    "fil": ("fil", 1024, _io([("input__0", "FP32", ["32"])], [("output__0", "FP32", ["1"])])),
    "vllm": ("vllm", 0, STRINGS),
    "batched dynamically": (
        "python",
        8,
        [*TEXT, ("dynamic_batching", Message([("preferred_batch_size", ["4", "8"])]))],
    ),
    "sequence direct": ("python", 4, [*SIMPLE, ("", Raw(SEQUENCE % "direct { }"))]),
    "sequence oldest": ("onnxruntime", 4, [*SIMPLE, ("", Raw(SEQUENCE % "oldest { max_candidate_sequences: 4 }"))]),
    "reshaped": (
        "onnxruntime",
        8,
        [("input", [tensor("x", "FP32", ["1"], reshape=Message([("shape", [])]))]), *SIMPLE[1:]],
    ),
    "warmed up": (
        "python",
        4,
        [
            *SIMPLE,
            (
                "",
                Raw(
                    'model_warmup { name: "w" batch_size: 1 inputs { key: "IN" value { data_type: TYPE_FP32 dims: 4 zero_data: true } } }'
                ),
            ),
        ],
    ),
    "nothing declared": ("onnxruntime", 0, []),
}


def _copy(value: Value) -> Value:
    if isinstance(value, Message):
        return Message([(key, _copy(one)) for key, one in value])
    if isinstance(value, str):
        return value
    return cast("Value", [_copy(one) for one in value])


def draft(name: str, rng: random.Random, base: str | None = None) -> tuple[str, Draft]:
    base = base or rng.choice(list(BASES))
    backend, max_batch, fields = BASES[base]
    config = Message()
    if rng.random() < 0.6:
        config.append(("name", quoted(name)))
    config.append(("backend", quoted(backend)))
    if max_batch or rng.random() < 0.5:
        config.append(("max_batch_size", str(max_batch)))
    config.extend((key, _copy(value)) for key, value in fields)
    made = Draft(name, rng, backend, config, max_batch)
    return base, made


# --- field families -------------------------------------------------------------------------------------------------

Mutation = Callable[[Draft], None]
FAMILIES: dict[str, Mutation] = {}


def family(mutation: Mutation) -> Mutation:
    FAMILIES[mutation.__name__] = mutation
    return mutation


@family
def good(draft: Draft) -> None:
    """Left as it is, in some style."""


@family
def name(draft: Draft) -> None:
    value = draft.rng.choice(
        ["", draft.name.upper(), draft.name + "x", "model", draft.name + " ", " " + draft.name, draft.name + "\n"]
    )
    draft.put("name", quoted(value))
    draft.note(f"name {value!r}")


@family
def platform_and_backend(draft: Draft) -> None:
    rng = draft.rng
    platforms = (
        None,
        "",
        "onnxruntime_onnx",
        "tensorrt_plan",
        "tensorflow_savedmodel",
        "tensorflow_graphdef",
        "openvino",
        "pytorch_libtorch",
        "python",
        "ensemble",
        "custom",
        "caffe2_netdef",
        "foo",
        "ONNXRUNTIME_ONNX",
        "libtorch",
        "torch_aoti",
    )
    backends = (None, "", *BACKENDS[:7], "onnx", "Python", "libtorch", "ensemble", "tensorflow1", "foo bar")
    pair = rng.choice(
        [
            (rng.choice(platforms), rng.choice(backends)),
            (rng.choice(platforms), draft.backend),
            (rng.choice(platforms), None),
            (None, rng.choice(backends)),
        ]
    )
    draft.put("platform", None if pair[0] is None else quoted(pair[0]))
    draft.put("backend", None if pair[1] is None else quoted(pair[1]))
    draft.note(f"platform {pair[0]!r}, backend {pair[1]!r}")


@family
def filenames(draft: Draft) -> None:
    draft.raw(
        draft.rng.choice(
            [
                f'default_model_filename: "{one}"'
                for one in (
                    "",
                    "model.py",
                    "model.onnx",
                    "model.plan",
                    "model.pt",
                    "model.savedmodel",
                    "model.xml",
                    "other.bin",
                    "../model.py",
                    "sub/model.onnx",
                )
            ]
            + [
                'cc_model_filenames { key: "8.0" value: "a.plan" }',
                'cc_model_filenames { key: "x" value: "" }',
                'runtime: ""',
                'runtime: "model.py"',
                'runtime: "libtriton_python.so"',
                'runtime: "nothere.so"',
                f'runtime: "libtriton_{draft.backend}.so"',
                'runtime: "../libtriton_python.so"',
            ]
        )
    )
    if draft.rng.random() < 0.3:
        draft.drop("backend")
        draft.note("no backend")


@family
def max_batch_size(draft: Draft) -> None:
    value = draft.rng.choice(
        [
            "0",
            "1",
            "4",
            "8",
            "-1",
            "-8",
            "0x10",
            "010",
            "09",
            "2147483647",
            "2147483648",
            "8.0",
            "+8",
            '"8"',
            "[ 8 ]",
            "- 1",
            "true",
            "1e3",
            "8u",
        ]
    )
    draft.put("max_batch_size", value)
    draft.note(f"max_batch_size {value}")


@family
def version_policy(draft: Draft) -> None:
    draft.raw(
        "version_policy "
        + draft.rng.choice(
            [
                "{ }",
                "{ latest { } }",
                "{ latest { num_versions: 0 } }",
                "{ latest { num_versions: 1 } }",
                "{ latest { num_versions: 9 } }",
                "{ all { } }",
                "{ specific { } }",
                "{ specific { versions: [ 1 ] } }",
                "{ specific { versions: [ 1, 1 ] } }",
                "{ specific { versions: [ 2 ] } }",
                "{ specific { versions: [ 0 ] } }",
                "{ specific { versions: [ 1, 3 ] } }",
                "{ all { } latest { } }",
                "{ latest { num_versions: -1 } }",
                "{ specific { versions: -1 } }",
                ": all",
                "{ all: true }",
                '{ specific { versions: "1" } }',
                "{ newest { } }",
            ]
        )
    )
    if draft.rng.random() < 0.4:
        draft.version_folders.append(draft.rng.choice(["2", "3", "10"]))


@family
def version_folders(draft: Draft) -> None:
    draft.version_folders[:] = draft.rng.choice(
        [
            [],
            ["0"],
            ["1", "2"],
            ["01"],
            ["1", "02"],
            ["v1"],
            ["1", "v2"],
            ["latest"],
            ["1", "configs"],
            ["1", "warmup"],
            ["configs"],
            ["1", ".ipynb_checkpoints"],
            ["1", "0"],
            ["10", "9"],
            ["99999999999999999999"],
            ["2024"],
            ["-1"],
            ["+1"],
            ["1.5"],
            ["1_old"],
            ["1", "1_old"],
            ["one"],
            ["9223372036854775807"],
            ["9223372036854775808"],
            ["00"],
        ]
    )
    draft.note(f"version folders {draft.version_folders}")


@family
def layout(draft: Draft) -> None:
    choice = draft.rng.choice(
        [
            "no config",
            "empty config",
            "config is a folder",
            "config in the version folder",
            "nested",
            "no model file",
            "model file beside",
            "dangling link",
            "dangling link in version",
            "config.pbtxt.txt",
            "config is a link",
            "configs folder",
            "file named config",
        ]
    )
    config = f"{draft.name}/config.pbtxt"
    if choice == "no config":
        draft.with_config = False
    elif choice == "empty config":
        draft.config.clear()
    elif choice == "config is a folder":
        draft.with_config = False
        draft.files[config + "/"] = ""
    elif choice == "config in the version folder":
        draft.with_config = False
        draft.files[f"{draft.name}/1/config.pbtxt"] = 'backend: "python"\n'
    elif choice == "nested":
        draft.with_config = False
        draft.version_folders[:] = []
        draft.files[f"{draft.name}/inner/config.pbtxt"] = 'backend: "python"\n'
        draft.files[f"{draft.name}/inner/1/model.py"] = MODEL_PY
    elif choice == "no model file":
        draft.backend = ""
        draft.files[f"{draft.name}/1/"] = ""
    elif choice == "model file beside":
        draft.files[f"{draft.name}/model.onnx"] = ""
    elif choice == "dangling link":
        draft.files[f"{draft.name}/notes"] = Link("nowhere")
    elif choice == "dangling link in version":
        draft.files[f"{draft.name}/1/notes"] = Link("nowhere")
    elif choice == "config.pbtxt.txt":
        draft.with_config = False
        draft.files[config + ".txt"] = 'backend: "python"\n'
    elif choice == "config is a link":
        draft.with_config = False
        draft.files[f"{draft.name}/real.pbtxt"] = f'backend: "{draft.backend}"\n'
        draft.files[config] = Link("real.pbtxt")
    elif choice == "configs folder":
        draft.files[f"{draft.name}/configs/other.pbtxt"] = "nonsense {"
    else:
        draft.files[f"{draft.name}/config"] = ""
    draft.note(choice)


@family
def tensor_name(draft: Draft) -> None:
    kind, one = draft.a_tensor()
    value = draft.rng.choice([None, "", "a b", "ü", "x" * 300, "x:0", "same", "INPUT__x", "a/b", "\\n"])
    set_field(one, "name", None if value is None else quoted(value))
    if value == "same":
        for other in draft.tensors("input") + draft.tensors("output"):
            set_field(other, "name", quoted("same"))
    draft.note(f"{kind} name {value!r}")


@family
def tensor_type(draft: Draft) -> None:
    kind, one = draft.a_tensor()
    value = draft.rng.choice(
        [
            None,
            "TYPE_INVALID",
            "0",
            "11",
            "14",
            "15",
            "99",
            "-1",
            "FP32",
            "TYPE_FLOAT",
            "type_fp32",
            '"TYPE_FP32"',
            *(f"TYPE_{one}" for one in TYPES),
        ]
    )
    set_field(one, "data_type", value)
    draft.note(f"{kind} data_type {value}")


@family
def tensor_dims(draft: Draft) -> None:
    kind, one = draft.a_tensor()
    value = draft.rng.choice(
        [
            None,
            [],
            ["0"],
            ["-1"],
            ["-2"],
            ["1", "0", "3"],
            ["-1", "-1"],
            ["4", "-1", "3"],
            ["1"] * 9,
            ["65536"] * 5,
            ["9223372036854775807", "2"],
            ["9223372036854775808"],
            ["4.0"],
            ['"4"'],
            ["- 1"],
            ["x"],
            ["0x4"],
        ]
    )
    set_field(one, "dims", value)
    draft.note(f"{kind} dims {value}")


@family
def tensor_dims_text(draft: Draft) -> None:
    draft.raw(
        'input { name: "EXTRA" data_type: TYPE_FP32 dims'
        + draft.rng.choice(
            [
                ": 4",
                ": [ 4, ]",
                ": [ , 4 ]",
                ": [ 4; 4 ]",
                " [ 4 ]",
                ": 4 dims: [ 2, 3 ]",
                ": (4)",
                ": 4 4",
                ": { 4 }",
                ": [ [ 4 ] ]",
                ": [ 4 4 ]",
            ]
        )
        + " }"
    )


@family
def tensor_reshape(draft: Draft) -> None:
    kind, one = draft.a_tensor()
    dims, shape = draft.rng.choice(
        [
            ("1", ""),
            ("1,1", ""),
            ("2", ""),
            ("-1", ""),
            ("4", "4"),
            ("4", "2,2"),
            ("4", "2,3"),
            ("4", "-1"),
            ("-1", "4"),
            ("-1", "-1"),
            ("-1", "1,-1"),
            ("-1", "-1,-1"),
            ("2,-1", "2,-1,1"),
            ("2,4,-1,6", "8,-1,1,6"),
            ("2,4,-1,6", "8,-1,5"),
            ("4,-1,6", "4,-1,2,3"),
            ("4", "0"),
            ("4", "-2"),
            ("4", "4,1,1"),
            ("1", "1,1,1"),
            ("-1,3,-1", "-1,-1,3"),
            ("-1,3,-1", "-1,3,-1"),
            ("65536,65536,65536,65536", "1"),
        ]
    )
    set_field(one, "dims", [part for part in dims.split(",") if part])
    set_field(one, "reshape", Message([("shape", [part for part in shape.split(",") if part])]))
    if draft.rng.random() < 0.3:
        draft.put("max_batch_size", "0")
    draft.note(f"{kind} dims [{dims}] reshape [{shape}]")


@family
def tensor_format(draft: Draft) -> None:
    kind, one = draft.a_tensor()
    value = draft.rng.choice(["FORMAT_NONE", "FORMAT_NHWC", "FORMAT_NCHW", "NCHW", "1", "2", "7", '"FORMAT_NHWC"'])
    dims = draft.rng.choice([["3"], ["4", "4"], ["3", "4", "4"], ["-1", "-1", "3"], ["1", "3", "4", "4"]])
    set_field(one, "dims", dims)
    set_field(one, "format", value)
    draft.note(f"{kind} format {value} dims {dims}")


@family
def tensor_flags(draft: Draft) -> None:
    kind, one = draft.a_tensor()
    flag = draft.rng.choice(["optional", "allow_ragged_batch", "is_shape_tensor", "is_non_linear_format_io"])
    value = draft.rng.choice(["true", "false", "True", "t", "1", "0", "01", "TRUE", "yes", '"true"', "2"])
    set_field(one, flag, value)
    if draft.rng.random() < 0.3:
        set_field(one, "dims", ["3", "4", "4"])
    draft.note(f"{kind} {flag} {value}")


@family
def tensor_lists(draft: Draft) -> None:
    rng = draft.rng
    draft.raw(
        rng.choice(
            [
                "input { }",
                "output { }",
                "input [ ]",
                "output [ ]",
                "input: [ ]",
                "inputs { }",
                'input { nme: "x" }',
                "input",
                "output: 3",
            ]
        )
    )
    if rng.random() < 0.5:
        gone = rng.choice(["input", "output"])
        draft.drop(gone)
        draft.note(f"no {gone}")


@family
def labels(draft: Draft) -> None:
    outputs = draft.tensors("output")
    if not outputs or draft.rng.random() < 0.15:
        draft.raw('input { name: "L" data_type: TYPE_FP32 dims: 1 label_filename: "labels.txt" }')
        return
    value = draft.rng.choice(
        ["labels.txt", "", "missing.txt", "1/labels.txt", "../labels.txt", "/labels.txt", "folder", "1/../labels.txt"]
    )
    set_field(outputs[0], "label_filename", quoted(value))
    draft.files[f"{draft.name}/labels.txt"] = draft.rng.choice(["cat\ndog\n", "", "one line"])
    if draft.rng.random() < 0.5:
        draft.files[f"{draft.name}/1/labels.txt"] = "cat\n"
    if value == "folder":
        draft.files[f"{draft.name}/folder/"] = ""
    if draft.rng.random() < 0.2:
        outputs.append(Message(_copy(outputs[0])))  # type: ignore[arg-type]
        draft.put("output", outputs)
    draft.note(f"label_filename {value!r}")


@family
def batch_input(draft: Draft) -> None:
    rng = draft.rng
    source = rng.choice([*(str(dict(one).get("name", '"x"')) for one in draft.tensors("input")), '"nothing"'])
    parts = [
        rng.choice(
            [
                "",
                *(
                    f"kind: {one}"
                    for one in (
                        "BATCH_ELEMENT_COUNT",
                        "BATCH_ACCUMULATED_ELEMENT_COUNT",
                        "BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO",
                        "BATCH_MAX_ELEMENT_COUNT_AS_SHAPE",
                        "BATCH_ITEM_SHAPE",
                        "BATCH_ITEM_SHAPE_FLATTEN",
                        "BATCH_SIZE",
                        "9",
                    )
                ),
            ]
        ),
        rng.choice(["", 'target_name: "T"', 'target_name: [ "T", "U" ]']),
        rng.choice(["data_type: TYPE_FP32", "data_type: TYPE_INT32", "data_type: TYPE_INT64", "", "data_type: 11"]),
        rng.choice([f"source_input: {source}", f"source_input: {source}", "", f"source_input: [ {source}, {source} ]"]),
    ]
    draft.raw("batch_input { " + " ".join(part for part in parts if part) + " }")


@family
def batch_output(draft: Draft) -> None:
    rng = draft.rng
    source = rng.choice([*(str(dict(one).get("name", '"x"')) for one in draft.tensors("input")), '"nothing"'])
    target = rng.choice([*(str(dict(one).get("name", '"x"')) for one in draft.tensors("output")), '"nothing"'])
    parts = [
        rng.choice([f"target_name: {target}", f"target_name: [ {target}, {target} ]", ""]),
        rng.choice(["kind: BATCH_SCATTER_WITH_INPUT_SHAPE", "", "kind: 3"]),
        rng.choice([f"source_input: {source}", f"source_input: {source}", "", f"source_input: [ {source}, {source} ]"]),
    ]
    text = "batch_output { " + " ".join(part for part in parts if part) + " }"
    draft.raw(text)
    if rng.random() < 0.2:
        draft.raw(text)


@family
def instance_kind(draft: Draft) -> None:
    rng = draft.rng
    kind = rng.choice(
        ["KIND_AUTO", "KIND_GPU", "KIND_CPU", "KIND_MODEL", "9", "-1", "GPU", "KIND_TPU", '"KIND_CPU"', ""]
    )
    count = rng.choice(["", "0", "1", "2", "-1", "-5", "2.0", '"2"', "4294967296"])
    gpus = rng.choice(["", "", "", "gpus: 0", "gpus: [ 0, 1 ]", "gpus: [ ]", "gpus: -1", "gpus: [ 0, 0 ]"])
    parts = [f"kind: {kind}" if kind else "", f"count: {count}" if count else "", gpus]
    draft.raw("instance_group { " + " ".join(part for part in parts if part) + " }", "instance_group")


@family
def instance_more(draft: Draft) -> None:
    draft.raw(
        "instance_group "
        + draft.rng.choice(
            [
                "[ ]",
                "{ }",
                "[ { }, { } ]",
                '{ name: "g" kind: KIND_CPU }',
                '[ { name: "g" }, { name: "g" } ]',
                '{ kind: KIND_CPU profile: "0" }',
                '{ kind: KIND_CPU profile: "" }',
                '{ kind: KIND_CPU profile: "x" }',
                '{ kind: KIND_CPU profile: "-1" }',
                '{ kind: KIND_CPU profile: "99999999999" }',
                "{ kind: KIND_CPU passive: true }",
                '{ kind: KIND_CPU host_policy: "nothere" }',
                '{ kind: KIND_CPU host_policy: "" }',
                "{ kind: KIND_CPU secondary_devices { kind: KIND_NVDLA device_id: 0 } }",
                "{ kind: KIND_CPU secondary_devices { kind: 5 } }",
                "{ kind: KIND_CPU count: 1 kind: KIND_GPU }",
                "{ kind: KIND_CPU gpu: 0 }",
                "{ KIND_CPU }",
            ]
        ),
        "instance_group",
    )


@family
def rate_limiter(draft: Draft) -> None:
    draft.raw(
        "instance_group { kind: KIND_CPU rate_limiter { "
        + draft.rng.choice(
            [
                "",
                "priority: 0",
                "priority: 2",
                "priority: -1",
                'resources { name: "R" count: 1 }',
                "resources { }",
                'resources { name: "R" count: -1 }',
                'resources [ { name: "R" global: true count: 2 }, { name: "R" count: 1 } ]',
                'resources { name: "R" count: 4294967296 }',
                'resources { nme: "R" }',
                'resources { name: "R" global: yes }',
            ]
        )
        + " } }",
        "instance_group",
    )


@family
def dynamic_preferred(draft: Draft) -> None:
    draft.raw(
        "dynamic_batching { preferred_batch_size: "
        + draft.rng.choice(
            ["[ ]", "4", "[ 4, 8 ]", "[ 8, 4, 4 ]", "0", "-1", "[ 1, 0 ]", "1024", "[ 4, 2000 ]", '"4"', "2147483648"]
        )
        + " }",
        "dynamic_batching",
    )


@family
def dynamic_more(draft: Draft) -> None:
    draft.raw(
        draft.rng.choice(
            [
                "dynamic_batching { }",
                "dynamic_batching: { }",
                "dynamic_batching: true",
                "dynamic_batching { } dynamic_batching { }",
                "dynamic_batching { max_queue_delay_microseconds: 100 }",
                "dynamic_batching { max_queue_delay_microseconds: -1 }",
                "dynamic_batching { max_queue_delay_microseconds: 1.5 }",
                "dynamic_batching { max_queue_delay: 100 }",
                "dynamic_batching { max_queue_delay_microseconds: 18446744073709551615 }",
                "dynamic_batching { max_queue_delay_microseconds: 18446744073709551616 }",
                "dynamic_batching { preserve_ordering: true }",
                "dynamic_batching { preserve_ordering: yes }",
                "dynamic_batching { priority_levels: 5000000000 default_priority_level: 1 }",
                "dynamic_batcher { }",
            ]
        ),
        "dynamic_batching",
    )


@family
def dynamic_priority(draft: Draft) -> None:
    rng = draft.rng
    parts = [
        f"priority_levels: {rng.choice(['0', '1', '2', '3', '5'])}",
        rng.choice(["", *(f"default_priority_level: {one}" for one in ("0", "1", "2", "9"))]),
        rng.choice(["", "", "preserve_ordering: true"]),
        rng.choice(
            ["", *(f"priority_queue_policy {{ key: {one} value {{ max_queue_size: 4 }} }}" for one in ("0", "1", "9"))]
        ),
    ]
    draft.raw("dynamic_batching { " + " ".join(part for part in parts if part) + " }", "dynamic_batching")


@family
def dynamic_queue(draft: Draft) -> None:
    rng = draft.rng
    action = rng.choice(["REJECT", "DELAY", "1", "5", "DROP"])
    timeout = rng.choice(["0", "7", "-5", "18446744073709551615"])
    policy = f"{{ timeout_action: {action} default_timeout_microseconds: {timeout} allow_timeout_override: {rng.choice(['true', 'false'])} }}"
    where = (
        rng.choice(
            [
                "default_queue_policy %s",
                "priority_levels: 2 default_priority_level: 1 priority_queue_policy { key: 1 value %s }",
                "priority_queue_policy { key: 3 value %s }",
            ]
        )
        % policy
    )
    order = rng.choice(["", "preserve_ordering: true "])
    draft.raw(f"dynamic_batching {{ {order}{where} }}", "dynamic_batching")


def _sequence(draft: Draft, inside: str) -> None:
    draft.config[:] = [
        (key, one) for key, one in draft.config if not (isinstance(one, Raw) and one.startswith("sequence"))
    ]
    draft.raw(f"sequence_batching {{ {inside} }}", "dynamic_batching")


@family
def sequence_controls(draft: Draft) -> None:
    rng = draft.rng

    def control() -> str:
        kind = rng.choice(
            [
                "",
                *(f"kind: CONTROL_SEQUENCE_{one}" for one in ("START", "END", "READY", "CORRID", "CORRID")),
                "kind: 8",
                "kind: SEQUENCE_START",
            ]
        )
        values = rng.choice(
            [
                "int32_false_true: [ 0, 1 ]",
                "fp32_false_true: [ 0, 1 ]",
                "bool_false_true: [ false, true ]",
                "int32_false_true: [ 0 ]",
                "int32_false_true: [ 0, 1, 2 ]",
                "",
                "int32_false_true: [ 0, 1 ] fp32_false_true: [ 0, 1 ]",
            ]
        )
        if "CORRID" in kind and rng.random() < 0.8:
            values = rng.choice(
                [
                    "data_type: TYPE_UINT64",
                    "data_type: TYPE_STRING",
                    "data_type: TYPE_FP32",
                    "",
                    "data_type: TYPE_INT32",
                ]
            )
        return "{ " + " ".join(part for part in (kind, values) if part) + " }"

    inputs = []
    for number in range(rng.choice([1, 1, 2, 3])):
        called = rng.choice([f'name: "C{number}"', f'name: "C{number}"', 'name: "C"', ""])
        controls = ", ".join(control() for _ in range(rng.choice([1, 1, 1, 0, 2])))
        inputs.append(f"{{ {called} control [ {controls} ] }}")
    _sequence(draft, f"control_input [ {', '.join(inputs)} ]")


@family
def sequence_strategy(draft: Draft) -> None:
    _sequence(
        draft,
        draft.rng.choice(
            [
                "",
                "direct { }",
                "oldest { }",
                "direct { } oldest { }",
                "direct { minimum_slot_utilization: 0 }",
                "direct { minimum_slot_utilization: 1.0 }",
                "direct { minimum_slot_utilization: 1.01 }",
                "direct { minimum_slot_utilization: -0.5 }",
                "direct { minimum_slot_utilization: nan }",
                "direct { max_queue_delay_microseconds: 5 }",
                "oldest { max_candidate_sequences: 0 }",
                "oldest { max_candidate_sequences: 4 preferred_batch_size: [ 1 ] }",
                "oldest { max_candidate_sequences: 4 preferred_batch_size: [ 0 ] }",
                "oldest { max_candidate_sequences: 4 preferred_batch_size: [ 4096 ] }",
                "oldest { max_candidate_sequences: 4 preserve_ordering: true }",
                "max_sequence_idle_microseconds: 0",
                "max_sequence_idle_microseconds: -1",
                "max_queue_delay_microseconds: 5",
                "iterative_sequence: true",
                "oldest { max_candidate_sequence: 4 }",
            ]
        ),
    )


@family
def sequence_state(draft: Draft) -> None:
    rng = draft.rng

    def state() -> str:
        dims = rng.choice(["[ 4 ]", "[ -1 ]", "[ 2, 2 ]", "[ ]"])
        first = rng.choice(["", "initial_state { %s }", "initial_state { %s }", "initial_state [ { %s }, { %s } ]"])
        inside = " ".join(
            part
            for part in (
                rng.choice(['name: "zero"', 'name: "zero"', ""]),
                rng.choice(["data_type: TYPE_FP32", "data_type: TYPE_FP32", "data_type: TYPE_INT32", ""]),
                rng.choice([f"dims: {dims}", f"dims: {dims}", "dims: [ 4 ]", "dims: [ -1 ]", "dims: [ 4, 1 ]"]),
                rng.choice(
                    ["zero_data: true", "zero_data: true", 'data_file: "state.bin"', 'data_file: "none.bin"', ""]
                ),
            )
            if part
        )
        flags = rng.choice(["", "", "use_same_buffer_for_input_output: true", "use_growable_memory: true"])
        return f'{{ input_name: "SI" output_name: "SO" data_type: TYPE_FP32 dims: {dims} {first.replace("%s", inside)} {flags} }}'

    draft.files[f"{draft.name}/initial_state/state.bin"] = rng.choice([b"\0" * 16, b"\0" * 3])
    _sequence(draft, f"state [ {', '.join(state() for _ in range(rng.choice([1, 1, 2])))} ]")


@family
def sequence_and_others(draft: Draft) -> None:
    _sequence(draft, "direct { }")
    draft.raw(
        draft.rng.choice(
            [
                "dynamic_batching { }",
                "response_cache { enable: true }",
                "ensemble_scheduling { }",
                'parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "x.so" } }',
                "model_transaction_policy { decoupled: true }",
            ]
        )
    )


@family
def cache_and_transaction(draft: Draft) -> None:
    draft.raw(
        draft.rng.choice(
            [
                "response_cache { enable: true }",
                "response_cache { enable: false }",
                "response_cache { }",
                "response_cache { enable: yes }",
                "response_cache: true",
                "response_cache { enabled: true }",
            ]
        )
    )
    if draft.rng.random() < 0.6:
        draft.raw(
            "model_transaction_policy "
            + draft.rng.choice(
                ["{ decoupled: true }", "{ decoupled: false }", "{ }", '{ decoupled: "True" }', ": decoupled"]
            ),
            "model_transaction_policy",
        )


@family
def optimization(draft: Draft) -> None:
    draft.raw(
        "optimization "
        + draft.rng.choice(
            [
                "{ }",
                "{ graph { level: 1 } }",
                "{ graph { level: -100 } }",
                "{ graph { level: high } }",
                "{ priority: PRIORITY_MAX }",
                "{ priority: 2 }",
                "{ priority: HIGH }",
                "{ cuda { graphs: true } }",
                "{ cuda { graphs: 2 } }",
                "{ cuda { } }",
                '{ cuda { graph_spec { batch_size: 1 input { key: "IN" value { dim: [ 4 ] } } } } }',
                "{ cuda { busy_wait_events: true output_copy_stream: true } }",
                "{ input_pinned_memory { enable: false } }",
                "{ input_pinned_memory: true }",
                "{ eager_batching: true }",
                "{ gather_kernel_buffer_threshold: 0 }",
                '{ execution_accelerators { gpu_execution_accelerator { name: "tensorrt" parameters { key: "precision_mode" value: "FP16" } } } }',
                '{ execution_accelerators { gpu_execution_accelerator { name: "nonsense" } } }',
                '{ execution_accelerators { cpu_execution_accelerator { name: "openvino" parameters { key: "k" value: 1 } } } }',
                "{ cuda { allow_inexact_match: true } }",
            ]
        )
    )


@family
def warmup(draft: Draft) -> None:
    rng = draft.rng
    inputs = [dict(one) for one in draft.tensors("input")]

    def one_input(fields: dict[str, Value]) -> str:
        key = str(fields.get("name", '"x"'))
        dims = fields.get("dims", ["4"])
        numbers = (
            [part if part != "-1" else rng.choice(["2", "2", "-1"]) for part in dims] if isinstance(dims, list) else []
        )
        if rng.random() < 0.15:
            numbers = rng.choice([[], ["7"], ["-2"], [*map(str, numbers), "1"]])
        dtype = (
            str(fields.get("data_type", "TYPE_FP32"))
            if rng.random() < 0.85
            else rng.choice(["TYPE_INT8", "TYPE_INVALID"])
        )
        data = rng.choice(
            ["zero_data: true"] * 4
            + [
                "random_data: true",
                'input_data_file: "data.bin"',
                'input_data_file: "none.bin"',
                "",
                "zero_data: false",
            ]
        )
        return f"inputs {{ key: {key} value {{ data_type: {dtype} dims: [ {', '.join(map(str, numbers))} ] {data} }} }}"

    chosen = [one for one in inputs if rng.random() < 0.92]
    extra = rng.choice(
        ["", "", "", 'inputs { key: "UNKNOWN" value { data_type: TYPE_FP32 dims: [ 1 ] zero_data: true } }']
    )
    size = rng.choice(["batch_size: 1", "batch_size: 1", "batch_size: 1", "", "batch_size: 0", "batch_size: 300"])
    count = rng.choice(["", "", "count: 2", "count: 0", "count: -1"])
    draft.files[f"{draft.name}/warmup/data.bin"] = rng.choice([b"\0" * 200_000, b"\0" * 3])
    draft.config[:] = [
        (key, one) for key, one in draft.config if not (isinstance(one, Raw) and one.startswith("model_warmup"))
    ]
    draft.raw(f'model_warmup {{ name: "w" {size} {count} {" ".join(one_input(one) for one in chosen)} {extra} }}')


@family
def parameters(draft: Draft) -> None:
    draft.raw(
        draft.rng.choice(
            [
                'parameters { key: "k" value { string_value: "v" } }',
                'parameters { key: "k" value: "v" }',
                'parameters { key: "k" }',
                'parameters { value { string_value: "v" } }',
                'parameters { key: 1 value { string_value: "v" } }',
                'parameters [ { key: "a" value { string_value: "1" } }, { key: "a" value { string_value: "2" } } ]',
                'parameters { key: "k" value { int_value: 1 } }',
                'parameters { key: "k" value { string_value: 1 } }',
                'parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "" } }',
                'parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/nowhere/lib.so" } }',
                'parameters: { key: "EXECUTION_ENV_PATH", value: { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }',
                'metric_tags { key: "team" value: "a" }',
                'metric_tags { key: "a-b" value: "a" }',
                'metric_tags { key: "_a" value: "x" }',
                'metric_tags { key: "" value: "x" }',
                'metric_tags { key: "1abc" value: "x" }',
                'metric_tags { key: "t" value: 1 }',
                'metric_tags { key: "ü" value: "x" }',
                "metric_tags { }",
                'tags { key: "t" value: "v" }',
            ]
        )
    )


@family
def operations_agents_metrics(draft: Draft) -> None:
    draft.raw(
        draft.rng.choice(
            [
                "model_operations { }",
                'model_operations { op_library_filename: "x.so" }',
                "model_operations { op_library_filename: [ ] }",
                "model_repository_agents { }",
                'model_repository_agents { agents { name: "nothere" } }',
                "model_repository_agents { agents { } }",
                "model_repository_agents { agents: [ ] }",
                "model_metrics { }",
                "model_metrics { metric_control { } }",
                'model_metrics { metric_control { metric_identifier { family: "x" } } }',
                'model_metrics { metric_control { metric_identifier { family: "nv_inference_first_response_histogram_ms" } histogram_options { buckets: [ 1, 2 ] } } }',
            ]
        )
    )


@family
def stray_ensemble_fields(draft: Draft) -> None:
    choice = draft.rng.choice(["scheduling", "platform", "both", "empty step", "platform without backend"])
    if choice in ("platform", "both", "platform without backend"):
        draft.put("platform", '"ensemble"')
    if choice in ("both", "platform without backend"):
        draft.drop("backend")
    if choice in ("scheduling", "both"):
        draft.raw("ensemble_scheduling { }")
    if choice == "empty step":
        draft.raw("ensemble_scheduling { step { } }")
    draft.note(f"ensemble fields: {choice}")


@family
def syntax_values(draft: Draft) -> None:
    draft.raw(
        draft.rng.choice(
            [
                "default_model_filename: 5",
                "default_model_filename: model",
                'default_model_filename: "a" "b"',
                "tags: 3",
                "default_model_filename: 'it\\'s'",
                'default_model_filename: "\\q"',
                'default_model_filename: "\\x41\\101\\u0041"',
                'default_model_filename: "two\nlines"',
                'default_model_filename: "open',
                "response_cache { enable: 1 }",
                "response_cache { enable: TRUE }",
                "response_cache { enable: 0x1 }",
                "response_cache { enable: 00 }",
                "optimization { graph { level: 1f } }",
                "optimization { graph { level: --1 } }",
                "sequence_batching { direct { minimum_slot_utilization: 1.0f } }",
                "sequence_batching { direct { minimum_slot_utilization: .5 } }",
                "sequence_batching { direct { minimum_slot_utilization: 1e-1 } }",
                "sequence_batching { direct { minimum_slot_utilization: inf } }",
                "sequence_batching { direct { minimum_slot_utilization: 010 } }",
                'default_model_filename: "\\400"',
                'default_model_filename: "\\U00110000"',
                'default_model_filename: ""',
                "optimization { graph { level: 1_000 } }",
                "optimization { graph { level: 1e2 } }",
                "version_policy { latest { num_versions: 0X1 } }",
                "dynamic_batching { preserve_ordering: tru }",
                "dynamic_batching { preserve_ordering: f }",
            ]
        )
    )
    if "sequence_batching" in draft.mutations[-1] or "dynamic_batching" in draft.mutations[-1]:
        draft.drop("dynamic_batching")


@family
def syntax_lexical(draft: Draft) -> None:
    rng = draft.rng
    choice = rng.choice(
        [
            "bom",
            "nul",
            "tab",
            "// comment",
            "/* */ comment",
            "; after",
            ", after",
            ",, after",
            "equals sign",
            "json",
            "crlf",
            "cr",
            "no newline",
            "comment without newline",
            "non-ascii comment",
            "non-ascii string",
            "glued number",
            "invalid utf-8",
            "form feed",
            "semicolon line",
            "non-ascii identifier",
            "whitespace only",
            "backslash",
        ]
    )

    def edit(text: str) -> str:
        return {
            "bom": "\ufeff" + text,
            "nul": text + "\0",
            "tab": text.replace("\n", "\t\n"),
            "// comment": text + "// note\n",
            "/* */ comment": text + "/* note */\n",
            "; after": text + 'tags { key: "a"; value: "b"; };\n' if False else text.rstrip() + ";\n",
            ", after": text.rstrip() + ",\n",
            ",, after": text.rstrip() + ",,\n",
            "equals sign": text.replace(":", "=", 1),
            "json": '{ "backend": "python" }\n',
            "crlf": text.replace("\n", "\r\n"),
            "cr": text.replace("\r\n", "\n").replace("\n", "\r"),
            "no newline": text.rstrip(),
            "comment without newline": text + "# end",
            "non-ascii comment": text + "# größe — 模型\n",
            "non-ascii string": text + 'default_model_filename: "größe"\n',
            "glued number": text + 'max_batch_size: 8default_model_filename: "x"\n',
            "invalid utf-8": text + 'default_model_filename: "\udcff"\n',
            "form feed": text + "\f\n",
            "semicolon line": text + ";\n",
            "non-ascii identifier": text + "größe: 1\n",
            "whitespace only": " \n\n\t\n",
            "backslash": text + "\\\n",
        }[choice]

    draft.edit_text.append(edit)
    draft.note(f"text: {choice}")


@family
def syntax_structure(draft: Draft) -> None:
    rng = draft.rng
    choice = rng.choice(
        [
            "closing brace dropped",
            "closing brace added",
            "opening brace dropped",
            "colon dropped",
            "colon doubled",
            "field twice",
            "camelCase",
            "capitals",
            "unknown field",
            "field number",
            "stray word",
            "list closed twice",
            "comma dropped",
            "extension",
            "quote dropped",
            "mixed brackets",
            "empty brackets",
            "message as scalar",
            "line swapped",
        ]
    )
    spot = rng.random()

    def nth(text: str, what: str, instead: str) -> str:
        places = [position for position in range(len(text)) if text.startswith(what, position)]
        if not places:
            return text + instead
        position = places[int(spot * len(places))]
        return text[:position] + instead + text[position + len(what) :]

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        edits: dict[str, Callable[[], str]] = {
            "closing brace dropped": lambda: nth(text, "}", ""),
            "closing brace added": lambda: text + "}\n",
            "opening brace dropped": lambda: nth(text, "{", ""),
            "colon dropped": lambda: nth(text, ":", ""),
            "colon doubled": lambda: nth(text, ":", "::"),
            "field twice": lambda: text + 'backend: "python"\n',
            "camelCase": lambda: text + "maxBatchSize: 4\n",
            "capitals": lambda: text + "MAX_BATCH_SIZE: 4\n",
            "unknown field": lambda: text + rng_word + ": 1\n",
            "field number": lambda: text + "4: 8\n",
            "stray word": lambda: nth(text, "\n", "\nstray\n"),
            "list closed twice": lambda: nth(text, "]", "]]"),
            "comma dropped": lambda: nth(text, ",", " "),
            "extension": lambda: text + "[foo.bar]: 1\n",
            "quote dropped": lambda: nth(text, '"', ""),
            "mixed brackets": lambda: nth(text, "}", ">"),
            "empty brackets": lambda: nth(text, "[", "[ ["),
            "message as scalar": lambda: text + "version_policy: 3\n",
            "line swapped": lambda: "".join(reversed(lines)),
        }
        return edits[choice]()

    rng_word = rng.choice(["max_batchsize", "instance_groups", "dynamic_batch", "outputs", "backends", "model_name"])
    draft.edit_text.append(edit)
    draft.note(f"text: {choice}")


PIECES = (
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    ":",
    ",",
    ";",
    '"',
    "'",
    "#",
    "\n",
    " ",
    "\t",
    "-",
    "+",
    ".",
    "0",
    "1",
    "x",
    "\\",
    "/",
    "_",
    "e",
    "\f",
    "\v",
    "\u00a0",
    "\u00e9",
    "\x00",
    "=",
    "(",
    "|",
    "~",
    "@",
    "$",
    "\\x41",
    "\\101",
    "\\n",
    "\\u00e9",
    "\\ud800",
    "1e3",
    "0x",
    "inf",
    "# \n",
    '""',
    "- ",
)


@family
def characters(draft: Draft) -> None:
    """Some characters of the text are dropped, doubled, moved or replaced."""
    seed = draft.rng.random()

    def edit(text: str) -> str:
        rng = random.Random(seed)
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            place = rng.randrange(len(text) + 1)
            end = min(len(text), place + rng.choice([1, 1, 1, 2, 5]))
            kind = rng.choice(["drop", "double", "insert", "replace", "move"])
            piece = text[place:end]
            if kind == "drop":
                text = text[:place] + text[end:]
            elif kind == "double":
                text = text[:end] + piece + text[end:]
            elif kind == "insert":
                text = text[:place] + rng.choice(PIECES) + text[place:]
            elif kind == "replace":
                text = text[:place] + rng.choice(PIECES) + text[end:]
            else:
                rest = text[:place] + text[end:]
                to = rng.randrange(len(rest) + 1)
                text = rest[:to] + piece + rest[to:]
        return text

    draft.edit_text.append(edit)
    draft.note("characters changed")


@family
def characters_again(draft: Draft) -> None:
    characters(draft)


NUMBERS = (
    "0",
    "0",
    "1",
    "1",
    "2",
    "3",
    "4",
    "8",
    "16",
    "-1",
    "-2",
    "100",
    "2147483647",
    "4294967295",
    "9223372036854775807",
)
TEXTS = ("", "X", "Y", "IN", "OUT", "START", "model.py", "labels.txt", "yes", "0", "1", "a b", "ß", "../x", "default")


def _any_value(rng: random.Random, kind: FieldType, depth: int) -> Value:
    """A value of a field's type, out of what people write and what lies beside it."""
    if kind.repeated and rng.random() < 0.9:
        count = rng.choice([0, 1, 1, 1, 2, 3])
        single = replace(kind, repeated=False)
        return cast("Value", [_any_value(rng, single, depth) for _ in range(count)])
    if kind.kind == "message":
        fields = list(kind.message.fields.values())
        if kind.message.map_entry:
            chosen = fields
        else:
            chosen = rng.sample(fields, min(len(fields), rng.choice([0, 1, 1, 2, 2, 3]))) if depth < 4 else []
        return Message([(one.name, _any_value(rng, one, depth + 1)) for one in chosen])
    if kind.kind == "enum":
        return rng.choice([*kind.enum.numbers, *kind.enum.numbers, "0", "7", "-1"])
    if kind.kind == "bool":
        return rng.choice(["true", "false"])
    if kind.kind == "string":
        return quoted(rng.choice(TEXTS))
    if kind.kind == "float":
        return rng.choice(["0", "0.5", "1", "1.5", "-1", "nan", "1e40"])
    return rng.choice(NUMBERS)


@family
def any_field(draft: Draft) -> None:
    """A field of any message that is there gets any value of its type."""
    messages: list[tuple[Message, MessageType]] = [(draft.config, root_type())]
    for message, described in messages:
        for field_name, value in message:
            kind = described.fields.get(field_name)
            if kind is not None and kind.kind == "message" and not kind.message.map_entry:
                parts = [value] if isinstance(value, Message) else value
                messages += [(one, kind.message) for one in parts if isinstance(one, Message)]
    for _ in range(draft.rng.choice([1, 1, 2])):
        message, described = draft.rng.choice(messages) if draft.rng.random() < 0.6 else messages[0]
        kind = draft.rng.choice(list(described.fields.values()))
        value = _any_value(draft.rng, kind, 0)
        message[:] = [(key, old) for key, old in message if key != kind.name]
        message.append((kind.name, value))
        draft.note(f"{described.name}.{kind.name}")


@family
def any_field_again(draft: Draft) -> None:
    any_field(draft)


@family
def any_field_once_more(draft: Draft) -> None:
    any_field(draft)


def single(name: str, rng: random.Random, family_name: str) -> Case:
    """One model: a good configuration in some style, mutated by one family, sometimes by a second one."""
    base, made = draft(name, rng)
    FAMILIES[family_name](made)
    if rng.random() < 0.15:
        FAMILIES[rng.choice(list(FAMILIES))](made)
    style = Style.random(rng) if rng.random() < 0.35 else Style()
    if rng.random() < 0.2:
        rng.shuffle(made.config)
    case = Case(name, f"{family_name} on {base}", made.mutations, dict(made.files), [name])
    if made.with_config:
        text = style.write(made.config)
        for edit in made.edit_text:
            text = edit(text)
        case.files[f"{name}/config.pbtxt"] = text
    for version in made.version_folders:
        file = MODEL_FILES.get(made.backend)
        if version in ("configs", "warmup") or file is None:
            case.files[f"{name}/{version}/"] = ""
        else:
            case.files[f"{name}/{version}/{file}"] = MODEL_PY if file == "model.py" else ""
    return case
