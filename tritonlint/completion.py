"""Whether a backend may still add the inputs, outputs, types and shapes that a config leaves out.

In auto-complete mode (the default) core looks at ``input`` and ``output`` only after the backend's own
initialisation, so what is missing in the file proves something only where nothing can fill it in
(facts: server-validation, sections M and N).
"""

from __future__ import annotations

from tritonlint.effective import EffectiveConfig
from tritonlint.facts import ModelFacts
from tritonlint.inputs.rehearsal.completed import Completed, completed, may_add_tensors
from tritonlint.repository import Model
from tritonlint.target import Target
from tritonlint.tensors import Tensor

# Backends of Triton's own that hand nothing back.
_COMPLETES_NOTHING = frozenset({"identity", "repeat", "square"})
COMPLETER = "auto_complete_config"
"""The method by which a model.py completes its config."""
# Backends whose only source of shapes and types is the model file.
_READS_MODEL_FILE = frozenset({"onnxruntime", "tensorrt", "tensorflow", "openvino", "fil", "dali"})

# What the vLLM backend adds itself (its src/model.py; names only ever came on top from release to release).
VLLM_TENSORS: dict[str, frozenset[str]] = {
    "input": frozenset(
        {
            "text_input",
            "image",
            "stream",
            "sampling_parameters",
            "exclude_input_in_output",
            "return_finish_reason",
            "return_cumulative_logprob",
            "return_logprobs",
            "return_num_input_tokens",
            "return_num_output_tokens",
            "embedding_request",
        }
    ),
    "output": frozenset(
        {"text_output", "finish_reason", "cumulative_logprob", "logprobs", "num_input_tokens", "num_output_tokens"}
    ),
}


def may_be_completed(facts: ModelFacts, target: Target) -> bool:
    """Whether inputs and outputs (or their types and dims) may come from somewhere else than the config."""
    effective = facts.effective
    if effective.is_ensemble or effective.backend in _COMPLETES_NOTHING:
        return False
    if effective.backend == "python":
        return not facts.python or any(
            not python.understood or python.method(COMPLETER) is not None or python.may_define(COMPLETER)
            for python in facts.python
        )
    if effective.backend == "pytorch":
        # TorchScript files carry no names or shapes; only the Python-based variant and AOTInductor packages differ.
        return bool(effective.runtime) or effective.runtime is None or not target.before("26.03")
    if effective.backend in _READS_MODEL_FILE:
        return not _model_files_are_empty(facts.model, effective)
    return True


def is_completed(facts: ModelFacts, tensor: Tensor) -> bool:
    """Whether ``auto_complete_config`` gives a tensor what it lacks, as far as it can be told, or may do so."""
    if facts.config is None:
        return False
    hooks = [completed(python, facts.config) for python in facts.python if may_add_tensors(python)]
    return any(hook is not None and _is_given(hook, tensor) for hook in hooks)


def _is_given(hook: Completed, tensor: Tensor) -> bool:
    if tensor.direction not in hook.closed:
        return True
    made = hook.tensors[tensor.direction].get(tensor.name or "")
    if made is None:
        return False
    return made.uncertain or bool(made.scalar("data_type") is not None and made.integers("dims"))


def _model_files_are_empty(model: Model, effective: EffectiveConfig) -> bool:
    folders = [folder for _, folder in effective.versions or ()]
    files = [
        entry
        for entry in model.entries.values()
        if entry.kind == "file" and any(entry.path.startswith(f"{folder}/") for folder in folders)
    ]
    return bool(files) and all(entry.size == 0 for entry in files)
