"""Modules beside model.py, played through with it: what is said of them stands in their lines, and in no other file's.

A server of 24.10 served each model of ``fixtures/sibling_modules.txt``; nothing is said of any. The others are marked
as in :mod:`tests.test_rehearsal`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.test_rehearsal import RELEASE, marked
from tritonlint.engine import check_paths
from tritonlint.example import parse_example
from tritonlint.facts import MAX_HELPER_BYTES, ModelFacts, read_text_file
from tritonlint.finding import Finding
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.inputs.rehearsal.found import Rehearsal
from tritonlint.repository import discover
from tritonlint.settings import Settings
from tritonlint.source import LineIndex
from tritonlint.target import Target

SERVED = parse_example((Path(__file__).parent / "fixtures/sibling_modules.txt").read_text(encoding="utf-8"))
CONFIG = """\
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
"""
MODEL = """\
import numpy as np
import triton_python_backend_utils as pb_utils

import helpers


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", helpers.cast(x, text))]))
        return responses
"""
"""What a helper makes of the inputs is the output."""
SCALER = """\
import triton_python_backend_utils as pb_utils


class {name}:
    def initialize(self, args):
        self.factor = 2

    def execute(self, requests):
        found = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        found = [x * self.scale for x in found]  #! sure AttributeError
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]) for x in found]
"""
ASKING = MODEL.replace("import helpers", "import asking").replace("helpers.cast(x, text)", "asking.ask('other', x)")
ASK = """\
import triton_python_backend_utils as pb


def ask(model, x):
    call = pb.InferenceRequest(model_name=model, requested_output_names=["y"], inputs=[pb.Tensor("x", x)])
    answer = call.exec()
"""

CASES = {
    "a_function_that_raises": {
        "1/model.py": MODEL,
        "1/helpers.py": "def cast(x, text):\n    return x.astype('f4').nothing  #! sure AttributeError\n",
    },
    "a_function_that_returns_something_else": {
        "1/model.py": MODEL.replace("import helpers", "from helpers import cast").replace(
            "helpers.cast(x, text))]))", "cast(x, text))]))  #! sure data-type"
        ),
        "1/helpers.py": "import numpy as np\n\n\ndef cast(x, text):\n    return x.astype(np.float64)\n",
    },
    "too_few_arguments": {
        "1/model.py": MODEL.replace("(x, text))]))", "(x))]))  #! sure TypeError"),
        "1/helpers.py": "def cast(x, text):\n    return x\n",
    },
    "no_text_for_the_logger": {
        "1/model.py": MODEL,
        "1/helpers.py": "import triton_python_backend_utils as pb_utils\n\n\ndef cast(x, text):\n"
        "    pb_utils.Logger.log_info('rows')\n    pb_utils.Logger.log_info(len(x))  #! sure TypeError\n    return x\n",
    },
    "bytes_among_texts": {
        "1/model.py": MODEL,
        "1/helpers.py": "KNOWN = {'a': 1}\n\n\ndef cast(x, text):\n"
        "    return x if KNOWN.get(text[0, 0]) else x * 2  #! sure bytes-compared\n",
    },
    "a_constant_of_another_module": {
        "1/model.py": MODEL,
        "1/helpers.py": "from sizes import WIDTH\n\n\ndef cast(x, text):\n"
        "    return x.reshape(WIDTH, WIDTH)  #! sure ValueError\n",
        "sizes.py": "WIDTH = 3\n",
    },
    "a_package": {
        "1/model.py": MODEL.replace("import helpers", "from . import lib as helpers"),
        "1/lib/__init__.py": "from .casting import cast\n",
        "1/lib/casting.py": "from .names import NAMES\n\n\ndef cast(x, text):\n"
        "    return x * len(NAMES['b'])  #! sure KeyError\n",
        "1/lib/names.py": "NAMES = {'a': 1}\n",
    },
    "a_base_class": {
        "1/model.py": "from serving import Base\n\n\nclass TritonPythonModel(Base):\n"
        "    def predict(self, x):\n        return x * self.scale  #! sure AttributeError\n",
        "1/serving.py": "import triton_python_backend_utils as pb_utils\n\n\nclass Base:\n"
        "    def initialize(self, args):\n        self.factor = 2\n\n"
        "    def execute(self, requests):\n"
        "        found = [pb_utils.get_input_tensor_by_name(request, 'x').as_numpy() for request in requests]\n"
        "        return [pb_utils.InferenceResponse([pb_utils.Tensor('y', self.predict(x))]) for x in found]\n",
    },
    "raised_while_it_is_imported": {
        "1/model.py": MODEL,
        "1/helpers.py": "WIDTH = 'abc' + 1  #! sure TypeError\n\n\ndef cast(x, text):\n    return x\n",
    },
    "no_package_for_a_dot": {
        "1/model.py": MODEL,
        "1/helpers.py": "from .sizes import WIDTH  #! sure ImportError\n\n\ndef cast(x, text):\n    return x\n",
        "1/sizes.py": "WIDTH = 3\n",
    },
    "a_model_class_from_the_folder": {
        "1/model.py": "from .impl import TritonPythonModel\n",
        "1/impl.py": SCALER.format(name="TritonPythonModel"),
    },
    "a_model_class_under_another_name": {
        "1/model.py": "from impl import Scaler as TritonPythonModel\n",
        "impl.py": SCALER.format(name="Scaler"),
    },
    "a_model_class_of_a_module": {
        "1/model.py": "import impl\n\nTritonPythonModel = impl.Scaler\n",
        "1/impl.py": SCALER.format(name="Scaler"),
    },
    "a_model_class_that_a_package_hands_on": {
        "1/model.py": "from lib import Scaler\n\nTritonPythonModel = Scaler\n",
        "1/lib/__init__.py": "from .scaling import Scaler\n",
        "1/lib/scaling.py": SCALER.format(name="Scaler"),
    },
    "a_model_class_with_a_base_in_a_third_file": {
        "1/model.py": "from impl import TritonPythonModel\n",
        "1/impl.py": "from base import Scaler\n\n\nclass TritonPythonModel(Scaler):\n    pass\n",
        "base.py": SCALER.format(name="Scaler"),
    },
    "a_model_class_that_never_loads": {
        "1/model.py": "from .impl import TritonPythonModel\n",
        "1/impl.py": "class TritonPythonModel:\n    def initialize(self, args):\n"
        "        self.kind = args['kind']  #! sure KeyError\n\n"
        "    def execute(self, requests):\n        return self.lost\n",
    },
    "an_answer_that_nobody_asks": {
        "1/model.py": ASKING,
        "1/asking.py": f"{ASK}    return pb.get_output_tensor_by_name(answer, 'y').as_numpy()  #! maybe error-lost\n",
    },
    "an_answer_that_a_third_file_asks": {
        "1/model.py": ASKING,
        "1/asking.py": f"from checking import checked\n{ASK}    checked(answer)\n"
        "    return pb.get_output_tensor_by_name(answer, 'y').as_numpy()\n",
        "1/checking.py": "def checked(answer):\n    if answer.has_error():\n"
        "        raise ValueError(answer.error().message())  #! maybe ValueError\n",
    },
    "an_answer_that_an_unknown_library_gets": {
        "1/model.py": ASKING,
        "1/asking.py": f"from kit import checked\n{ASK}    checked(answer)\n"
        "    return pb.get_output_tensor_by_name(answer, 'y').as_numpy()\n",
    },
    "a_class_that_both_change": {
        "1/model.py": MODEL.replace("import helpers", "import helpers\n\nhelpers.Caster.kind = 'f4'"),
        "1/helpers.py": "class Caster:\n    kind = 'f8'\n\n\ndef cast(x, text):\n"
        "    return x.astype(Caster.kind).nothing  #! sure AttributeError\n",
    },
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in {"config.pbtxt": CONFIG, **files}.items():
        (folder / "m" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "m" / path).write_text(text, encoding="utf-8")
    return folder / "m"


def play(model: Path) -> Rehearsal:
    (found,) = discover([str(model)], lambda _path, _folder: False).requested
    facts = ModelFacts(found, Target(release=RELEASE), read_text_file, {})
    assert facts.config is not None
    return rehearse(facts.python[0], facts.config, facts.effective)


def told(folder: Path) -> list[Finding]:
    return list(check_paths([str(folder)], replace(Settings(), triton_version=RELEASE)).findings)


@pytest.mark.parametrize("name", CASES)
def test_what_is_seen_in_other_modules(name: str, tmp_path: Path) -> None:
    model = write(tmp_path, CASES[name])
    played = play(model)
    assert played.crash is None
    said = [(r.span, r.sure, r.message.split(":")[0]) for r in played.raises]
    said += [(one.span, one.sure, one.kind) for one in (*played.mistakes, *played.beside)]
    found: dict[str, set[tuple[int, str, str]]] = {path: set() for path in CASES[name]}
    for span, sure, what in said:
        path = Path(span.path).relative_to(model).as_posix()
        line = LineIndex(CASES[name][path]).position(span.start or 0, span.end or 0).line
        found[path].add((line, "sure" if sure else "maybe", what))
    assert {path: sorted(seen) for path, seen in found.items()} == {p: marked(t) for p, t in CASES[name].items()}


def test_nothing_is_said_of_models_that_were_served(tmp_path: Path) -> None:
    SERVED.write(tmp_path)
    said = [f"{f.model} line {f.location.line}: {f.code} {f.message}" for f in told(tmp_path)]
    assert not said, "\n".join(said)


def test_nothing_is_said_of_an_execute_that_a_base_of_a_library_may_replace(tmp_path: Path) -> None:
    text = (
        "import triton_python_backend_utils as pb_utils\nfrom serving_kit import PerRequest\n\n\n"
        "class TritonPythonModel(PerRequest):\n    def execute(self, request):\n"
        "        return [pb_utils.Tensor('y', pb_utils.get_input_tensor_by_name(request, 'x').as_numpy())]\n"
    )
    write(tmp_path, {"1/model.py": text})
    said = {finding.code for finding in told(tmp_path)}
    assert said.isdisjoint({"TLP017", "TLP204", "TLP210", "TLP226"}), said


def test_a_finding_stands_in_the_module_and_names_the_call(tmp_path: Path) -> None:
    write(tmp_path, CASES["a_function_that_raises"])
    (finding,) = told(tmp_path)
    (related,) = finding.related
    assert (finding.code, Path(finding.location.path).name, finding.location.line) == ("TLP226", "helpers.py", 2)
    assert (Path(related.location.path).name, related.location.line) == ("model.py", 13)


GIVEN = {
    "TLP101": (
        "helpers.cast(request, 'z')",
        "def cast(r, name):\n    return pb.get_input_tensor_by_name(r, name).as_numpy()\n",
    ),
    "TLP405": (
        "x if helpers.cast(text[0, 0]) else x * 2",
        "KNOWN = {'a': 1}\n\n\ndef cast(word):\n    return KNOWN.get(word)\n",
    ),
}
"""What model.py gives to a module that is right, as far as it can know."""


@pytest.mark.parametrize("code", GIVEN)
def test_what_model_py_gives_is_told_there(code: str, tmp_path: Path) -> None:
    call, helpers = GIVEN[code]
    model = MODEL.replace("helpers.cast(x, text)", call)
    write(tmp_path, {"1/model.py": model, "1/helpers.py": f"import triton_python_backend_utils as pb\n\n{helpers}"})
    (finding,) = told(tmp_path)
    assert (finding.code, finding.location.path.rsplit("/", 1)[-1], finding.location.line) == (code, "model.py", 13)
    assert "helpers.py" in [related.location.path.rsplit("/", 1)[-1] for related in finding.related]


LACKING = SCALER.format(name="Scaler").replace("  #! sure AttributeError", "")
OTHERS = "from impl import Scaler as TritonPythonModel\n"
EXECUTE = "def execute(self, requests):\n    return []\n\n\n"
UNSURE = {
    "bound_twice": {
        "1/model.py": "try:\n    from .fast import Scaler as TritonPythonModel\nexcept ImportError:\n"
        "    from .impl import Scaler as TritonPythonModel\n",
        "1/fast.py": LACKING.replace("self.scale", "self.factor"),
    },
    "a_method_is_replaced": {"1/model.py": f"{OTHERS}\nTritonPythonModel.execute = print\n"},
    "a_method_is_replaced_in_a_third_file": {
        "1/model.py": f"import patches\n{OTHERS}",
        "1/patches.py": f"import impl\n\n\n{EXECUTE}impl.Scaler.execute = execute\n",
    },
    "a_method_is_set_by_name": {
        "1/model.py": f"import patches\n{OTHERS}",
        "1/patches.py": f"import impl\n\n\n{EXECUTE}"
        "for name in ['execute']:\n    setattr(impl.Scaler, name, execute)\n",
    },
    "an_attribute_is_set_in_a_third_file": {
        "1/model.py": f"import patches\n{OTHERS}",
        "1/patches.py": "import impl\n\nimpl.Scaler.scale = 3\n",
    },
    "the_class_is_replaced": {
        "1/model.py": "import impl\n\nimpl.Scaler = impl.Other\nTritonPythonModel = impl.Scaler\n",
        "1/impl.py": f"{LACKING}\n\n{LACKING.replace('Scaler', 'Other').replace('scale', 'factor')}",
    },
    "decorated": {
        "1/impl.py": LACKING.replace(
            "class ", "def scaled(cls):\n    cls.scale = 2\n    return cls\n\n\n@scaled\nclass "
        )
    },
    "made_by_a_function": {
        "1/model.py": "from impl import Scaler\nfrom making import made\n\nTritonPythonModel = made(Scaler)\n",
        "1/making.py": "def made(cls):\n    cls.scale = 2\n    return cls\n",
    },
    "defined_twice": {"1/impl.py": LACKING + LACKING.replace("self.scale", "self.factor")},
    "replaced_by_a_star": {
        "1/impl.py": f"{LACKING}\n\nfrom right import *\n",
        "1/right.py": LACKING.replace("self.scale", "self.factor"),
    },
    "found_by_another_path": {"1/model.py": f"import sys\n\nsys.path.insert(0, '/opt/impl')\n{OTHERS}"},
    "a_base_of_a_library": {
        "1/impl.py": LACKING.replace("import tr", "from kit import Base\nimport tr").replace("Scaler", "Scaler(Base)")
    },
    "a_base_that_changes_others": {
        "1/impl.py": LACKING.replace("import tr", "from base import Base\nimport tr").replace("Scaler", "Scaler(Base)"),
        "1/base.py": "class Base:\n    def __init_subclass__(cls):\n        cls.scale = 2\n",
    },
    "a_hook_that_adds_an_output": {
        "1/impl.py": LACKING.replace("self.scale", "2").replace('"y"', '"z"')
        + "\n    @staticmethod\n    def auto_complete_config(config):\n"
        "        config.add_output({'name': 'z', 'data_type': 'TYPE_FP32', 'dims': [4]})\n        return config\n",
    },
    "a_hook_that_streams": {
        "1/impl.py": "import triton_python_backend_utils as pb_utils\nfrom stream import streams\n\n\nclass Scaler:\n"
        "    @staticmethod\n    def auto_complete_config(config):\n        return streams(config)\n\n"
        "    def execute(self, requests):\n        for request in requests:\n"
        "            sender = request.get_response_sender()\n            sender.send(pb_utils.InferenceResponse([]))\n"
        "            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)\n",
        "1/stream.py": "def streams(config):\n    config.set_model_transaction_policy({'decoupled': True})\n"
        "    return config\n",
    },
    "a_library_of_that_name": {
        "1/model.py": "from yaml import Scaler as TritonPythonModel\n",
        "1/yaml.py": LACKING,
    },
}
"""What replaces the model class of another file, its methods, or the config, is not sure, or another one is meant."""


@pytest.mark.parametrize("name", UNSURE)
def test_nothing_is_said_of_a_model_class_that_is_not_sure(name: str, tmp_path: Path) -> None:
    model = write(tmp_path, {"1/model.py": OTHERS, "1/impl.py": LACKING, **UNSURE[name]})
    played = play(model)
    assert (played.crash, told(tmp_path)) == (None, [])


def test_a_finding_in_a_model_class_elsewhere_has_no_caller(tmp_path: Path) -> None:
    write(tmp_path, {"1/model.py": OTHERS, "1/impl.py": LACKING})
    (finding,) = told(tmp_path)
    assert (finding.code, Path(finding.location.path).name, finding.related) == ("TLP226", "impl.py", ())


def test_a_comment_in_the_module_silences(tmp_path: Path) -> None:
    files = CASES["a_function_that_raises"]
    comment = "  # tritonlint: ignore[TLP226] in the module"
    write(tmp_path, {**files, "1/helpers.py": files["1/helpers.py"].replace("  #! sure AttributeError", comment)})
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    "content", [b"def cast(:\n", bytes(range(256)) * 20, b"#" * (MAX_HELPER_BYTES + 1), b"\xff\xfe"]
)
def test_a_module_that_is_not_understood(content: bytes, tmp_path: Path) -> None:
    model = write(tmp_path, {"1/model.py": MODEL, "1/helpers.py": ""})
    (model / "1/helpers.py").write_bytes(content)
    played = play(model)
    assert (played.crash, played.raises, played.mistakes, played.beside) == (None, [], [], [])


def test_a_linked_module_is_the_one_of_the_version(tmp_path: Path) -> None:
    wrong = "def cast(x, text):\n    return x.nothing\n"
    model = write(
        tmp_path, {"1/model.py": MODEL, "helpers.py": wrong, "other.py": "def cast(x, text):\n    return x\n"}
    )
    (model / "1/helpers.py").symlink_to("../other.py")
    assert told(tmp_path) == []


def test_what_a_compiled_module_hides_is_not_looked_at(tmp_path: Path) -> None:
    model = write(tmp_path, {"1/model.py": MODEL, "1/helpers.py": "def cast(x, text):\n    return x.nothing\n"})
    (model / "1/helpers.cpython-310-x86_64-linux-gnu.so").write_bytes(b"\x7fELF")
    assert play(model).raises == []


def test_modules_that_import_each_other_for_ever_come_to_an_end(tmp_path: Path) -> None:
    files = {f"1/m{n}.py": f"import m{n + 1}\nfrom m{(n + 7) % 60} import *\nX = {n}\n" for n in range(60)}
    model = write(
        tmp_path, {"1/model.py": MODEL, **files, "1/helpers.py": "import m0\n\n\ndef cast(x, text):\n    return x\n"}
    )
    assert play(model).crash is None


def test_modules_share_the_steps_of_the_model(tmp_path: Path) -> None:
    long = "N = 0\n" + "N += 1\n" * 9000
    played = play(write(tmp_path, {"1/model.py": MODEL, "1/helpers.py": long}))
    assert (played.ended, played.raises, played.crash) == ("", [], None)
