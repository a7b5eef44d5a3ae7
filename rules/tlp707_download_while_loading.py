"""Weights that are fetched from the network while the model loads

## What it does
Notes calls in `initialize` (and at module level) that fetch something: `from_pretrained` with the name of a model hub,
`snapshot_download`, `hf_hub_download`, `torch.hub.load`, `urlretrieve`, `nltk.download`.

## What happens
Every instance fetches it at every start. Without network, or when the hub limits or changes something, the model does
not load; a server that restarts waits for it.

## How to fix
Put the files into the version folder or the image, and load them from `args["model_repository"]`.

## Source
Documentation of the libraries.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.inputs.python import PythonFacts
from tritonlint.inputs.python_tree import Attribute, Call, Constant
from tritonlint.rule import Rule, last_parts

FETCHING = frozenset(
    {
        "huggingface_hub.snapshot_download", "huggingface_hub.hf_hub_download", "torch.hub.load", "nltk.download",
        "torch.hub.load_state_dict_from_url", "torch.hub.download_url_to_file", "urllib.request.urlretrieve",
        "gdown.download", "spacy.cli.download", "kagglehub.model_download",
    }
)  # fmt: skip

RULE = Rule(
    code="TLP707",
    name="download-while-loading",
    effect="hygiene",
    certainty="likely",
    words=last_parts(FETCHING) | {"from_pretrained"},
)
WORDS = ("from_pretrained", "download", "torch.hub", "urlretrieve")


def check(python: PythonFacts) -> Iterator[Problem]:
    if not any(word in python.text for word in WORDS):
        return
    initialize = python.method("initialize")
    for node in python.walk(Call):
        function = python.function_at(node)
        if function is not None and function is not initialize:
            continue
        name = python.qualified(node.func)
        if name not in FETCHING:
            if not isinstance(node.func, Attribute) or node.func.attr != "from_pretrained":
                continue
            wanted = python.strings(node.argument(0, "pretrained_model_name_or_path"))
            offline = node.argument(None, "local_files_only")
            if not wanted or not all(_on_a_hub(text) for text in wanted):
                continue
            if isinstance(offline, Constant) and offline.value is True:
                continue
            name = "from_pretrained"
        yield Problem(
            node.span,
            f"`{name.rsplit('.', 1)[-1]}` fetches files from the network at every start of every instance",
            help="keep the files beside model.py, or in the image",
            key=name,
        )
        return


def _on_a_hub(text: str) -> bool:
    """Whether a text is the name of a model on a hub and no path."""
    return text.count("/") < 2 and not text.startswith((".", "/", "~", "$")) and "\\" not in text


EXAMPLES = (
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
from transformers import AutoModel
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.net = AutoModel.from_pretrained("bert-base/uncased")
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TLP707

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.net(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    """\
-- add/config.pbtxt --
backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }
-- add/1/model.py --
from transformers import AutoModel
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self.net = AutoModel.from_pretrained(args["model_repository"] + "/1/weights")

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            y = self.net(x)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
)
