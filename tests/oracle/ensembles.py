"""Ensembles: a random flow through one to four models, then one thing changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.oracle.case import Case, Message, Raw, Style, Value, mapping, quoted
from tests.oracle.singles import MODEL_FILES, MODEL_PY, TYPES, tensor


@dataclass
class Tensor:
    """A tensor as a model declares it."""

    name: str
    dtype: str
    dims: list[str]
    more: dict[str, Value] = field(default_factory=dict)


@dataclass
class Member:
    """A model that steps use."""

    name: str
    backend: str
    max_batch: int
    inputs: list[Tensor]
    outputs: list[Tensor]
    versions: list[str] = field(default_factory=lambda: ["1"])
    extra: list[str] = field(default_factory=list)
    exists: bool = True
    declares: bool = True


@dataclass
class Step:
    """A step of the ensemble."""

    model: str
    inputs: list[tuple[str, str]]
    outputs: list[tuple[str, str]]
    version: str | None = "-1"
    extra: list[str] = field(default_factory=list)


@dataclass
class Pipeline:
    """An ensemble while it is being mutated."""

    name: str
    rng: random.Random
    max_batch: int
    members: list[Member]
    steps: list[Step]
    inputs: list[Tensor]
    outputs: list[Tensor]
    versions: list[str] = field(default_factory=lambda: ["1"])
    platform: str | None = "ensemble"
    scheduling: bool = True
    extra: list[str] = field(default_factory=list)
    others: list[Pipeline] = field(default_factory=list)
    mutations: list[str] = field(default_factory=list)


DIMS = (["4"], ["-1"], ["2", "2"], ["3", "8", "8"], ["-1", "16"], ["1"])


def pipeline(name: str, rng: random.Random) -> Pipeline:
    """A random flow of one to four steps in which every tensor is made and used."""
    batch = rng.choice([0, 0, 8, 8])

    def shape(tensor_name: str) -> Tensor:
        return Tensor(tensor_name, rng.choice(TYPES), list(rng.choice(DIMS)))

    flowing: dict[str, Tensor] = {}
    inputs = [shape(f"in{number}") for number in range(rng.choice([1, 1, 2]))]
    unused = {one.name for one in inputs}
    flowing.update({one.name: one for one in inputs})
    members, steps = [], []
    for number in range(rng.choice([1, 2, 2, 3, 4])):
        chosen = set(rng.sample(sorted(flowing), min(len(flowing), rng.choice([1, 1, 2]))))
        if unused and rng.random() < 0.7:
            chosen |= set(rng.sample(sorted(unused), 1))
        names = sorted(chosen)
        unused -= chosen
        made = [shape(f"t{number}_{index}") for index in range(rng.choice([1, 1, 2]))]
        member = Member(
            f"{name}_m{number}",
            rng.choice(["onnxruntime", "python", "pytorch", "tensorrt", "identity"]),
            batch and rng.choice([batch, batch * 2]),
            [Tensor(f"I{index}", flowing[one].dtype, list(flowing[one].dims)) for index, one in enumerate(names)],
            [Tensor(f"O{index}", one.dtype, list(one.dims)) for index, one in enumerate(made)],
        )
        members.append(member)
        steps.append(
            Step(
                member.name,
                [(f"I{index}", one) for index, one in enumerate(names)],
                [(f"O{index}", one.name) for index, one in enumerate(made)],
            )
        )
        flowing.update({one.name: one for one in made})
        unused |= {one.name for one in made}
    outputs = [flowing[one] for one in sorted(unused) if one.startswith("t")]
    for one in sorted(unused):
        if one.startswith("in"):
            position = next(index for index, given in enumerate(inputs) if given.name == one)
            steps[-1].inputs.append((f"I{len(members[-1].inputs)}", one))
            members[-1].inputs.append(
                Tensor(f"I{len(members[-1].inputs)}", inputs[position].dtype, inputs[position].dims)
            )
    return Pipeline(
        name, rng, batch, members, steps, inputs, [Tensor(one.name, one.dtype, list(one.dims)) for one in outputs]
    )


EnsembleMutation = Callable[[Pipeline], str]
ENSEMBLE_FAMILIES: dict[str, EnsembleMutation] = {}


def ensemble_family(mutation: EnsembleMutation) -> EnsembleMutation:
    ENSEMBLE_FAMILIES[mutation.__name__] = mutation
    return mutation


@ensemble_family
def sound(flow: Pipeline) -> str:
    return "nothing"


@ensemble_family
def map_dropped(flow: Pipeline) -> str:
    step = flow.rng.choice(flow.steps)
    side = flow.rng.choice([step.inputs, step.outputs])
    return f"dropped {side.pop(flow.rng.randrange(len(side)))}" if side else "nothing to drop"


@ensemble_family
def map_key(flow: Pipeline) -> str:
    step = flow.rng.choice(flow.steps)
    side = flow.rng.choice([step.inputs, step.outputs])
    position = flow.rng.randrange(len(side))
    side[position] = (flow.rng.choice(["i0", "", "O9", "I9", side[position][0] + " "]), side[position][1])
    return f"map key {side[position]}"


@ensemble_family
def map_value(flow: Pipeline) -> str:
    step = flow.rng.choice(flow.steps)
    side = flow.rng.choice([step.inputs, step.outputs])
    position = flow.rng.randrange(len(side))
    side[position] = (side[position][0], flow.rng.choice(["nowhere", "", "in0", "t0_0", "IN0"]))
    return f"map value {side[position]}"


@ensemble_family
def map_duplicate(flow: Pipeline) -> str:
    step = flow.rng.choice(flow.steps)
    side = flow.rng.choice([step.inputs, step.outputs])
    key, value = flow.rng.choice(side)
    added = flow.rng.choice([(key, value), (key, value + "_b"), (key + "b", value)])
    side.append(added)
    return f"map entry added {added}"


@ensemble_family
def ensemble_tensors(flow: Pipeline) -> str:
    choice = flow.rng.choice(
        [
            "input added",
            "output added",
            "input dropped",
            "output dropped",
            "output is input",
            "input twice",
            "no inputs",
            "no outputs",
        ]
    )
    if choice == "input added":
        flow.inputs.append(Tensor("extra", "FP32", ["1"]))
    elif choice == "output added":
        flow.outputs.append(Tensor("extra", "FP32", ["1"]))
    elif choice == "input dropped":
        flow.inputs.pop()
    elif choice == "output dropped" and flow.outputs:
        flow.outputs.pop()
    elif choice == "output is input":
        flow.outputs.append(flow.inputs[0])
    elif choice == "input twice":
        flow.inputs.append(flow.inputs[0])
    elif choice == "no inputs":
        flow.inputs.clear()
    else:
        flow.outputs.clear()
    return choice


@ensemble_family
def ensemble_tensor_fields(flow: Pipeline) -> str:
    one = flow.rng.choice(flow.inputs + flow.outputs)
    choice = flow.rng.choice(["type", "dims", "reshape", "optional", "zero dim", "variable", "no type", "label"])
    if choice == "type":
        one.dtype = "FP64"
    elif choice == "dims":
        one.dims = ["5", "5"]
    elif choice == "reshape":
        one.dims, one.more = ["1", *one.dims], {"reshape": Message([("shape", list(one.dims))])}
    elif choice == "optional":
        one.more = {"optional": "true"}
    elif choice == "zero dim":
        one.dims = ["0"]
    elif choice == "variable":
        one.dims = ["-1"] * len(one.dims)
    elif choice == "no type":
        one.dtype = "INVALID"
    else:
        one.more = {"label_filename": '"none.txt"'}
    return f"ensemble tensor {one.name}: {choice}"


@ensemble_family
def member_tensor_fields(flow: Pipeline) -> str:
    member = flow.rng.choice(flow.members)
    side = flow.rng.choice([member.inputs, member.outputs])
    one = flow.rng.choice(side)
    choice = flow.rng.choice(
        ["type", "dims", "rank", "reshape", "optional", "variable", "batch as dimension", "extra", "dropped"]
    )
    if choice == "type":
        one.dtype = "BOOL" if one.dtype != "BOOL" else "FP32"
    elif choice == "dims":
        one.dims = ["5"]
    elif choice == "rank":
        one.dims = [*one.dims, "1"]
    elif choice == "reshape":
        one.more = {"reshape": Message([("shape", [*one.dims, "1"])])}
    elif choice == "optional":
        member.inputs.append(Tensor("OPTIONAL", "FP32", ["1"], {"optional": flow.rng.choice(["true", "false"])}))
    elif choice == "variable":
        one.dims = ["-1"] * len(one.dims)
    elif choice == "batch as dimension":
        member.max_batch = 0
        for each in member.inputs + member.outputs:
            each.dims = ["-1", *each.dims]
    elif choice == "extra":
        member.outputs.append(Tensor("EXTRA", "FP32", ["1"]))
    else:
        side.remove(one)
    return f"{member.name} {one.name}: {choice}"


@ensemble_family
def batch_sizes(flow: Pipeline) -> str:
    choice = flow.rng.choice(["ensemble up", "ensemble zero", "member down", "member zero", "ensemble negative"])
    if choice == "ensemble up":
        flow.max_batch = 64
    elif choice == "ensemble zero":
        flow.max_batch = 0
    elif choice == "member down":
        flow.rng.choice(flow.members).max_batch = 1
    elif choice == "member zero":
        flow.rng.choice(flow.members).max_batch = 0
    else:
        flow.max_batch = -1
    return choice


@ensemble_family
def step_version(flow: Pipeline) -> str:
    step = flow.rng.choice(flow.steps)
    step.version = flow.rng.choice([None, "0", "1", "2", "-1", "-2", "latest"])
    member = next(one for one in flow.members if one.name == step.model)
    member.versions = flow.rng.choice([["1"], ["2"], ["1", "2"], ["0"], []])
    if flow.rng.random() < 0.4:
        member.extra.append("version_policy { all { } }")
    return f"model_version {step.version}, member has {member.versions}"


@ensemble_family
def members_missing(flow: Pipeline) -> str:
    member = flow.rng.choice(flow.members)
    choice = flow.rng.choice(["gone", "unparsable", "refused at load", "step without model", "other name"])
    step = next(one for one in flow.steps if one.model == member.name)
    if choice == "gone":
        member.exists = False
    elif choice == "unparsable":
        member.extra.append("nonsense: 1")
    elif choice == "refused at load":
        member.extra.append("instance_group { kind: KIND_MODEL gpus: 0 }")
    elif choice == "step without model":
        step.model = ""
    else:
        step.model = step.model.upper()
    return f"{member.name}: {choice}"


@ensemble_family
def forbidden_fields(flow: Pipeline) -> str:
    added = flow.rng.choice(
        [
            "instance_group { }",
            "instance_group [ ]",
            "optimization { }",
            "dynamic_batching { }",
            'backend: "python"',
            'backend: ""',
            'model_warmup { name: "w" batch_size: 1 }',
            "sequence_batching { }",
            "response_cache { enable: true }",
            "model_transaction_policy { decoupled: true }",
            'default_model_filename: "model.plan"',
            'runtime: "x"',
            'parameters { key: "k" value { string_value: "v" } }',
            "version_policy { specific { versions: 3 } }",
            'batch_input { kind: BATCH_ELEMENT_COUNT target_name: "T" data_type: TYPE_FP32 source_input: "in0" }',
            'metric_tags { key: "a-b" value: "c" }',
        ]
    )
    flow.extra.append(added)
    return f"ensemble has {added}"


@ensemble_family
def scheduling_forms(flow: Pipeline) -> str:
    choice = flow.rng.choice(
        [
            "no scheduling",
            "no platform",
            "platform in capitals",
            "no steps",
            "max_inflight",
            "namespace",
            "unknown step field",
        ]
    )
    if choice == "no scheduling":
        flow.scheduling = False
    elif choice == "no platform":
        flow.platform = None
    elif choice == "platform in capitals":
        flow.platform = "ENSEMBLE"
    elif choice == "no steps":
        flow.steps.clear()
    elif choice == "max_inflight":
        flow.steps[0].extra.append("max_inflight_requests: 4")
    elif choice == "namespace":
        flow.steps[0].extra.append('model_namespace: "elsewhere"')
    else:
        flow.steps[0].extra.append('model: "x"')
    return choice


@ensemble_family
def decoupled(flow: Pipeline) -> str:
    member = flow.rng.choice(flow.members)
    member.extra.append("model_transaction_policy { decoupled: true }")
    if flow.rng.random() < 0.2:
        flow.extra.append("response_cache { enable: true }")
    return f"{member.name} is decoupled"


@ensemble_family
def ensemble_versions(flow: Pipeline) -> str:
    flow.versions = flow.rng.choice([[], ["1", "2"], ["0"], ["v1"], ["01"]])
    return f"ensemble has versions {flow.versions}"


@ensemble_family
def same_model_twice(flow: Pipeline) -> str:
    step = flow.rng.choice(flow.steps)
    again = [(key, value + "_again") for key, value in step.outputs]
    flow.steps.append(Step(step.model, list(step.inputs), again, step.version))
    if flow.rng.random() < 0.8:
        made = {one.name: one for member in flow.members if member.name == step.model for one in member.outputs}
        flow.outputs.extend(Tensor(value, made[key].dtype, list(made[key].dims)) for key, value in again)
    return f"{step.model} used once more"


@ensemble_family
def member_without_tensors(flow: Pipeline) -> str:
    member = flow.rng.choice(flow.members)
    member.declares = False
    return f"{member.name} declares no tensors"


@ensemble_family
def nested(flow: Pipeline) -> str:
    outer = Pipeline(
        f"{flow.name}_outer",
        flow.rng,
        flow.max_batch,
        [],
        [
            Step(
                flow.name,
                [(one.name, one.name) for one in flow.inputs],
                [(one.name, one.name + "_x") for one in flow.outputs],
            )
        ],
        [Tensor(one.name, one.dtype, list(one.dims)) for one in flow.inputs],
        [Tensor(one.name + "_x", one.dtype, list(one.dims)) for one in flow.outputs],
    )
    flow.others.append(outer)
    choice = flow.rng.choice(["sound", "inner broken", "cycle", "type"])
    if choice == "inner broken":
        map_value(flow)
    elif choice == "cycle":
        flow.steps[0].model = outer.name
    elif choice == "type":
        outer.outputs[0].dtype = "FP64" if outer.outputs[0].dtype != "FP64" else "FP32"
    return f"nested in another ensemble: {choice}"


@ensemble_family
def itself(flow: Pipeline) -> str:
    flow.steps[-1].model = flow.name
    return "a step uses the ensemble itself"


@ensemble_family
def inner_cycle(flow: Pipeline) -> str:
    step = flow.steps[0]
    step.inputs[0] = (step.inputs[0][0], flow.steps[-1].outputs[0][1])
    return "the first step waits for the last one"


@ensemble_family
def values_exchanged(flow: Pipeline) -> str:
    return _exchange(flow, 1)


@ensemble_family
def more_values_exchanged(flow: Pipeline) -> str:
    return _exchange(flow, flow.rng.choice([2, 3]))


def _exchange(flow: Pipeline, count: int) -> str:
    """Values of the ensemble or of its members become those of others: names, types, dims, batch sizes."""
    said = []
    tensors = [*flow.inputs, *flow.outputs, *(one for m in flow.members for one in (*m.inputs, *m.outputs))]
    names = [one.name for one in tensors] + [value for step in flow.steps for _, value in (*step.inputs, *step.outputs)]
    for _ in range(count):
        choice = flow.rng.choice(["name", "type", "dims", "batch", "value", "key", "model", "order", "reshape"])
        one = flow.rng.choice(tensors)
        other = flow.rng.choice(tensors)
        step = flow.rng.choice(flow.steps)
        side = flow.rng.choice([side for side in (step.inputs, step.outputs) if side] or [[("k", "v")]])
        position = flow.rng.randrange(len(side))
        if choice == "name":
            one.name = flow.rng.choice(names)
        elif choice == "type":
            one.dtype = other.dtype
        elif choice == "dims":
            one.dims = list(
                flow.rng.choice([other.dims, ["-1", *one.dims], one.dims[1:] or ["1"], ["-1"] * len(one.dims)])
            )
        elif choice == "batch":
            flow.rng.choice(flow.members).max_batch = flow.rng.choice([0, 1, flow.max_batch, 100])
        elif choice == "value":
            side[position] = (side[position][0], flow.rng.choice(names))
        elif choice == "key":
            side[position] = (flow.rng.choice(names), side[position][1])
        elif choice == "model":
            step.model = flow.rng.choice(flow.steps).model
        elif choice == "order":
            flow.rng.shuffle(flow.steps)
        else:
            one.more = {"reshape": Message([("shape", list(other.dims))])}
        said.append(choice)
    return f"exchanged {', '.join(said)}"


def _declare(tensors: list[Tensor]) -> list[Message]:
    return [tensor(one.name, one.dtype, one.dims, **one.more) for one in tensors]


def _map(entries: list[tuple[str, str]]) -> list[Message]:
    return [message for key, value in entries for message in mapping(**{key: quoted(value)})]


def _ensemble_config(flow: Pipeline) -> Message:
    config = Message([("name", quoted(flow.name))])
    if flow.platform is not None:
        config.append(("platform", quoted(flow.platform)))
    config.extend(
        [("max_batch_size", str(flow.max_batch)), ("input", _declare(flow.inputs)), ("output", _declare(flow.outputs))]
    )
    if flow.scheduling:
        steps = []
        for step in flow.steps:
            fields = Message([("model_name", quoted(step.model))] if step.model else [])
            if step.version is not None:
                fields.append(("model_version", step.version))
            fields.extend([("input_map", _map(step.inputs)), ("output_map", _map(step.outputs))])
            fields.extend(("", Raw(one)) for one in step.extra)
            steps.append(fields)
        config.append(("ensemble_scheduling", Message([("step", steps)] if steps else [])))
    config.extend(("", Raw(one)) for one in flow.extra)
    return config


def ensemble(name: str, rng: random.Random, family_name: str) -> Case:
    """An ensemble repository with one mutation, sometimes two."""
    flow = pipeline(f"{name}_main", rng)
    flow.mutations.append(ENSEMBLE_FAMILIES[family_name](flow))
    if (
        rng.random() < 0.15
        and flow.steps
        and all(step.inputs and step.outputs for step in flow.steps)
        and flow.outputs
        and flow.inputs
    ):
        other = rng.choice(["map_key", "map_value", "batch_sizes", "forbidden_fields"])
        flow.mutations.append(ENSEMBLE_FAMILIES[other](flow))
    style = Style.random(rng) if rng.random() < 0.3 else Style()
    case = Case(name, f"ensemble: {family_name}", flow.mutations)
    for member in flow.members:
        if not member.exists:
            continue
        config = Message([("backend", quoted(member.backend)), ("max_batch_size", str(member.max_batch))])
        if member.declares:
            config.extend([("input", _declare(member.inputs)), ("output", _declare(member.outputs))])
        config.extend(("", Raw(one)) for one in member.extra)
        case.files[f"{member.name}/config.pbtxt"] = style.write(config)
        file = MODEL_FILES.get(member.backend)
        for version in member.versions:
            if file is None:
                case.files[f"{member.name}/{version}/"] = ""
            else:
                case.files[f"{member.name}/{version}/{file}"] = MODEL_PY if file == "model.py" else ""
        case.models.append(member.name)
    for one in (flow, *flow.others):
        case.files[f"{one.name}/config.pbtxt"] = style.write(_ensemble_config(one))
        for version in one.versions:
            case.files[f"{one.name}/{version}/"] = ""
        case.models.append(one.name)
        case.steps[one.name] = [step.model for step in one.steps if step.model]
    return case
