"""Models that call each other in a circle

## What it does
Follows the calls of Python models (BLS) and the steps of ensembles through the repository, and reports a circle at the
first call in it.

## What happens
Every model in the circle waits for the next one, and the last one for an instance of the first, which is busy: the
request hangs for ever, whatever the number of instances.

## How to fix
Break the circle: move the shared part into a model that calls none of the others.

## Source
Facts, python-backend 6.8; circles of two Python models and through an ensemble observed to hang on 24.10.
"""

from collections.abc import Iterator
from itertools import pairwise

from tritonlint.ensemble import ensemble_of
from tritonlint.facts import ModelFacts, RepositoryFacts
from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_bls import always, bls_requests
from tritonlint.repository import Model
from tritonlint.rule import Rule

RULE = Rule(code="TLP505", name="bls-cycle", effect="request-failure", words=("InferenceRequest",))


def check(python: PythonFacts, model: Model, repository: RepositoryFacts) -> Iterator[Problem]:
    requests = bls_requests(python)
    graph: dict[str, set[str]] = {}
    for request in requests:
        target = request.model
        if not target or target == model.name or request.model_span is None or not request.executions:
            continue
        way = _way(repository, graph, target, model.name)
        # Each circle is told once, at the model whose name comes first.
        if way is None or any(name < model.name for name in way if repository.models[name].python):
            continue
        # Where the circle comes to an end, a second instance may answer while the first one waits.
        several = [facts for name in way if (facts := repository.models[name]) and _has_several(facts)]
        sure = always(python, request) and all(_always(repository.models[a], b) for a, b in pairwise(way))
        if several and not sure:
            continue
        circle = " → ".join([model.name, *way])
        yield Problem(
            request.model_span,
            f"the models wait for each other ({circle}), and the request hangs",
            help="move what they share into a model that calls none of them",
            certainty="certain" if sure else "likely",
            key=circle,
        )


def _has_several(facts: ModelFacts) -> bool:
    """Whether a model has more than one instance."""
    groups = facts.effective.instance_groups
    return groups is None or len(groups) > 1 or any(group.count != 1 for group in groups)


def _targets(facts: ModelFacts) -> set[str]:
    """The models that a model calls or runs as steps."""
    found = {r.model for python in facts.python for r in bls_requests(python) if r.model and r.executions}
    ensemble = ensemble_of(facts.config) if facts.config is not None and facts.effective.is_ensemble else None
    for step in ensemble.steps if ensemble is not None else ():
        if step.model_name:
            found.add(step.model_name)
    return found


def _way(repository: RepositoryFacts, graph: dict[str, set[str]], start: str, end: str) -> list[str] | None:
    """The shortest way of calls from one model to another, both included."""
    ways = [[start]]
    seen = {start}
    while ways:
        following = []
        for way in ways:
            facts = repository.models.get(way[-1])
            if facts is None:
                continue
            if way[-1] not in graph:
                graph[way[-1]] = _targets(facts)
            for target in sorted(graph[way[-1]] - (seen - {end})):
                if target == end:
                    return [*way, end]
                seen.add(target)
                following.append([*way, target])
        ways = following
    return None


def _always(facts: ModelFacts, target: str) -> bool:
    """Whether every request to a model comes to a call of another."""
    if facts.effective.is_ensemble:
        return True
    return all(any(r.model == target and always(p, r) for r in bls_requests(p)) for p in facts.python)


EXAMPLES = (
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
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["y"], inputs=[x])
#                                                       ^^^ TLP505
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="a", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- work/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- work/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="flow", requested_output_names=["y"], inputs=[x])
#                                                       ^^^^^^ TLP505
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- flow/config.pbtxt --
platform: "ensemble"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
ensemble_scheduling {
  step {
    model_name: "work" model_version: -1
    input_map { key: "x" value: "x" }
    output_map { key: "y" value: "y" }
  }
}
-- flow/1/ --
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
            x = pb_utils.get_input_tensor_by_name(request, "x")
            call = pb_utils.InferenceRequest(model_name="b", requested_output_names=["y"], inputs=[x])
            answer = call.exec()
            if answer.has_error():
                raise pb_utils.TritonModelException(answer.error().message())
            y = pb_utils.get_output_tensor_by_name(answer, "y").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
-- b/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- b/1/model.py --
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
-- flow/config.pbtxt --
platform: "ensemble"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
ensemble_scheduling {
  step {
    model_name: "a" model_version: -1
    input_map { key: "x" value: "x" }
    output_map { key: "y" value: "y" }
  }
}
-- flow/1/ --
""",
)
