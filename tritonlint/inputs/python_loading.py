"""Calls that read weights: the loading functions of the libraries that model.py files use."""

from __future__ import annotations

from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Name

LOADERS = frozenset(
    {
        "torch.load", "torch.jit.load", "torch.hub.load", "onnxruntime.InferenceSession", "joblib.load", "pickle.load",
        "tensorflow.saved_model.load", "tensorflow.keras.models.load_model", "keras.models.load_model",
        "transformers.pipeline", "sentence_transformers.SentenceTransformer", "whisper.load_model",
        "faster_whisper.WhisperModel", "spacy.load", "ultralytics.YOLO", "easyocr.Reader", "fasttext.load_model",
        "open_clip.create_model_and_transforms", "timm.create_model", "cv2.dnn.readNet", "cv2.dnn.readNetFromONNX",
        "lightgbm.Booster", "safetensors.torch.load_file", "ctranslate2.Translator", "vllm.LLM",
    }
)  # fmt: skip
HELD = frozenset({"io.BytesIO", "io.StringIO"})


def loading_call(python: PythonFacts, call: Call) -> str | None:
    """How a call that reads weights is called, None for any other call."""
    name = python.qualified(call.func)
    if name in LOADERS:
        first = call.argument(0)
        sources = python.follow(first) if first is not None else None
        # What stands in memory already is no file of weights.
        if any(isinstance(s, Call) and python.qualified(s.func, where) in HELD for s, where in sources or ()):
            return None
        return name
    if isinstance(call.func, Attribute) and call.func.attr == "from_pretrained" and isinstance(call.func.value, Name):
        return f"{call.func.value.id}.from_pretrained"
    return None
