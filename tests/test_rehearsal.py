"""Models played through: what a rehearsal says of each line stands there as a comment.

``#! sure TypeError`` or ``#! maybe shape``: an exception that every call (or one way) comes to, or a mistake of a kind.
A line without such a comment must not be reported.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tritonlint.facts import ModelFacts, read_text_file
from tritonlint.inputs.rehearsal.backend import rehearse
from tritonlint.repository import discover
from tritonlint.source import LineIndex
from tritonlint.target import Target

RELEASE = "24.10"
MARK = re.compile(r"#! (sure|maybe) (\S+)")
CONFIG = """\
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
input { name: "text" data_type: TYPE_STRING dims: [ 1 ] }
input { name: "extra" data_type: TYPE_FP32 dims: [ 4 ] optional: true }
output { name: "y" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "label" data_type: TYPE_STRING dims: [ 1 ] }
parameters { key: "names" value { string_value: "a,b" } }
parameters { key: "size" value { string_value: "3" } }
"""
HEAD = """\
import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import triton_python_backend_utils as pb_utils

"""
TEXT = 'pb_utils.get_input_tensor_by_name(request, "text").as_numpy()'
ARRAY = 'pb_utils.get_input_tensor_by_name(request, "x").as_numpy()'
EXTRA = 'pb_utils.get_input_tensor_by_name(request, "extra")'
SCORER = """\
backend: "python"
max_batch_size: 8
input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] }
output { name: "score" data_type: TYPE_FP32 dims: [ 1 ] }
output { name: "label" data_type: TYPE_STRING dims: [ 1 ] }
"""
ANY = "class TritonPythonModel:\n    def execute(self, requests):\n        return [None for _ in requests]\n"


def each(body: str) -> str:
    """A model whose execute does the same with every request; ``x`` and ``text`` are its inputs."""
    lines = "\n".join(f"            {line}" for line in body.strip("\n").split("\n"))
    return f"""\
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = {ARRAY}
            text = {TEXT}
{lines}
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", label)]))
        return responses
"""


def ask(requested: str, body: str) -> str:
    """A model that asks the model "scorer"."""
    call = f'ask = pb_utils.InferenceRequest(model_name="scorer", requested_output_names={requested},'
    given = '    inputs=[pb_utils.Tensor("x", x)])\n'
    return each(f"{call}\n{given}y, label = x, text\n{body}")


def words(body: str) -> str:
    """A model that puts the lengths of the words of a text, ``ids``, into the array ``row``."""
    first = "y, label, row = x, text, np.zeros(12)\nids = [len(word) for word in text[0, 0].decode().split()]\n"
    return each(first + body)


CASES = {
    "rows_counted_from_one": each(
        "y, label = x, text\nplaces = {n: row for n, row in enumerate(np.zeros(2), start=1)}\nplaces[2]\n"
        "places = {n: row for n, row in enumerate(np.zeros(2), 1)}\nplaces[2]\nplaces[0]  #! sure KeyError"
    ),
    "texts_counted_from_one": each(
        "y, label = x, text\nfor n, word in enumerate(text[0][:3], start=1):\n    word + '!'  #! sure TypeError"
    ),
    "texts_beside_others": each(
        "y, label = x, text\nfor n, word in zip('a', text[0], strict=True):\n    word + '!'  #! sure TypeError"
    ),
    "table_behind_a_view": each(
        "import types\ny, label = x, text\ntable = {1: 2}\nview = types.MappingProxyType(table)\n"
        "table[2] = 3\nview[2]\nview.get(text[0, 0].decode())  #! sure other-key\nview[3]  #! sure KeyError"
    ),
    "far_beyond_the_end": each("y, label = x, text\nwords = text[0, 0].split()[: 10**30]"),
    "a_decorator_that_keeps_the_responses": f"""\
def guarded(function):
    def wrapper(self, requests):  #! maybe return
        try:
            function(self, requests)
        except ValueError as error:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))) for _ in requests]
    return wrapper


class TritonPythonModel:
    @guarded
    def execute(self, requests):
        responses = []
        for request in requests:
            x = {ARRAY}
            text = {TEXT}
            float(text[0, 0])
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)]))
        return responses
""",
    "a_decorator_that_hands_them_on": f"""\
def guarded(function):
    def wrapper(self, requests):
        try:
            return function(self, requests)
        except ValueError as error:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))) for _ in requests]
    return wrapper


class TritonPythonModel:
    @guarded
    def execute(self, requests):
        responses = []
        for request in requests:
            x = {ARRAY}
            text = {TEXT}
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)]))
        return responses
""",
    "a_proxy_changes_what_it_wraps": """\
class Counting:
    def __init__(self, target):
        self.target, self.calls = target, {}

    def __getattr__(self, name):
        def counted(*args):
            self.calls[name] = self.calls.get(name, 0) + 1
            return getattr(self.target, name)(*args)
        return counted


class TritonPythonModel:
    def initialize(self, args):
        self.text = Counting("a")

    def execute(self, requests):
        self.text.upper()
        return [pb_utils.InferenceResponse([]) for _ in range(self.text.calls["upper"])]  #! maybe missing-output
""",
    "a_property_sets_what_it_likes": f"""\
class Gate:
    def __init__(self, limit):
        self.limit = limit

    @property
    def limit(self):
        return self._limit

    @limit.setter
    def limit(self, value):
        self._limit = np.float32(value)


class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            y = {ARRAY} * np.array([Gate(1.5).limit])
            label = np.array([Gate(1.5).name])  #! sure AttributeError
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y)]))
        return responses
""",
    "a_set_holds_equals_once": each(
        "y, label = x, text\nif len({x.shape[0], text.shape[0]}) != 1:\n    raise ValueError"
    ),
    "inputs_that_came": each(
        "label = text\nnames = {t.name() for t in request.inputs()}\n"
        f"y = x * {EXTRA}.as_numpy() if 'extra' in names else x"
    ),
    "only_what_is_left_raises": f"""\
class TritonPythonModel:
    def find(self, text):
        for word in ("a", "b"):
            if text == word:
                return word
        return word.missing  #! maybe AttributeError

    def count(self, text):
        found = 0
        for word in ("a", "b"):
            if text == word:
                continue
            found += word.size  #! maybe AttributeError
        return found

    def execute(self, requests):
        for request in requests:
            text = {TEXT}[0, 0].decode()
            self.find(text)
            self.count(text)
        return [pb_utils.InferenceResponse([]) for _ in requests]  #! sure missing-output
""",
    "config_without_key": """\
class TritonPythonModel:
    def initialize(self, args):
        self.config = json.loads(args["model_config"])
        made = pb_utils.get_output_config_by_name(self.config, "y")
        self.label = made.get("label_filename", "") or made.get("dtype", 4) + 1
        made["size"] = 3
        self.size = made["size"]
        self.policy = self.config["version_policy"]
        self.kind = pb_utils.get_output_config_by_name(self.config, "y")["datatype"]  #! sure KeyError

    def execute(self, requests):
        return [None for _ in requests]
""",
    "config_of_no_tensor": """\
class Spec:
    def __init__(self, config, name):
        entry = pb_utils.get_output_config_by_name(config, name)
        self.kind = entry["data_type"]  #! sure TypeError


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        other = pb_utils.get_output_config_by_name(config, "other")
        self.label = other["label_filename"] if other is not None else ""
        self.y = Spec(config, "y")
        self.z = Spec(config, "nothing")

    def execute(self, requests):
        return [None for _ in requests]
""",
    "one_type_or_another": f"""\
class TritonPythonModel:
    def scaled(self, x):
        if x.max() < 1:
            return x
        return x * np.full(4, 0.5)

    def outputs(self, request):
        label = pb_utils.Tensor("label", {TEXT})
        return [pb_utils.Tensor("y", self.scaled({ARRAY})), label]  #! maybe data-type

    def execute(self, requests):
        responses = []
        for request in requests:
            outputs, error = [], None
            try:
                outputs = self.outputs(request)
            except ValueError as exc:
                error = pb_utils.TritonError(str(exc))
            responses.append(pb_utils.InferenceResponse(output_tensors=outputs, error=error))
        return responses
""",
    "one_type_at_last": each("y, label = x if x.max() < 1 else x * 0.5 if x.min() else np.array([]), text"),
    "one_part_more_than_borders": """\
class TritonPythonModel:
    def parts(self, requests, keep):
        rows = [pb_utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        borders = np.cumsum([len(one) for one in rows])
        return np.split(np.concatenate(rows), borders[:-1] if keep else borders)

    def execute(self, requests):
        good = [self.answer(part) for part in self.parts(requests, True)]
        bad = [self.answer(part) for part in self.parts(requests, False)]
        return bad if len(good) == len(requests) else good  #! sure count

    def answer(self, part):
        label = pb_utils.Tensor("label", part[:, :1].astype(object))
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", part), label])
""",
    "zip_of_pairs": each(
        "y, label = x, text\n"
        "words, sizes = zip([(t, len(t)) for t in text[:, 0]])  #! maybe ValueError\n"
        "words, sizes = zip(*[(t, len(t)) for t in text[:, 0]])"
    ),
    "text_as_tensor": each(
        'y, label = x, text\nword = text[0, 0].decode()\npb_utils.Tensor("label", word)  #! sure TypeError'
    ),
    "text_as_error": each(
        "y, label = x, text\nword = text[0, 0].decode()\npb_utils.InferenceResponse([], error=word)  #! sure TypeError"
    ),
    "exception_in_json": each(
        "y, label = x, text\n"
        "try:\n"
        "    json.loads(text[0, 0])\n"
        "except ValueError as error:\n"
        '    json.dumps({"error": str(error), "kind": type(error).__name__})\n'
        '    json.dumps({"error": error})  #! maybe TypeError'
    ),
    "exception_as_text": each(
        "y, label = x, text\n"
        "try:\n"
        "    json.loads(text[0, 0])\n"
        "except ValueError as error:\n"
        '    "failed: " + str(error)\n'
        '    "failed: " + error  #! maybe TypeError\n'
        "try:\n"
        "    json.loads(text[0, 0])\n"
        "except (KeyError, ValueError) as error:\n"
        "    error.message  #! maybe AttributeError\n"
        "try:\n"
        "    json.loads(text[0, 0])\n"
        "except Exception as error:\n"
        "    error.message"
    ),
    "json_as_tensor": each(
        'y, label = x, text\nfound = json.loads(text[0, 0])\npb_utils.Tensor("y", found["y"])  #! sure TypeError'
    ),
    "type_of_nothing": """\
class TritonPythonModel:
    def initialize(self, args):
        made = pb_utils.get_output_config_by_name(json.loads(args["model_config"]), "y")
        self.kind = pb_utils.triton_string_to_numpy(made["data_type"])
        self.kind = pb_utils.triton_string_to_numpy(made.get("datatype"))  #! sure KeyError

    def execute(self, requests):
        return [None for _ in requests]
""",
    "tensor_in_json": each(
        'y, label = x, text\nmade = pb_utils.Tensor("y", x)\njson.dumps({"y": [made]})  #! sure TypeError'
    ),
    "bytes_joined": each('y = x\nlabel = ",".join(text[:, 0])  #! sure TypeError'),
    "zip_kept_for_all_requests": f"""\
class TritonPythonModel:
    def initialize(self, args):
        self.pairs = zip((1, 2), (3, 4))

    def execute(self, requests):
        responses = []
        for request in requests:
            y = {ARRAY}
            for low, high in self.pairs:  #! sure used-up
                y = np.clip(y, low, high)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", {TEXT})]))
        return responses
""",
    "parameters_are_text": each(
        "given = request.parameters()\noptions = given if given else {}\ny, label = x, text\n"
        'y = y * options.get("scale", 1)  #! sure AttributeError'
    ),
    "parameters_parsed": each(
        "given = request.parameters()\noptions = json.loads(given) if given else {}\ny, label = x, text\n"
        'y = y * np.float32(options.get("scale", 1))'
    ),
    "named_exception_of_every_request": each(
        "label = text\ntry:\n    y = np.concatenate([x, x[:, :2]])  #! sure ValueError\n"
        "except ValueError as error:\n"
        "    responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))\n    continue"
    ),
    "named_exception_of_some_requests": each(
        "y, label = x, text\nif y.sum() > 3:\n    try:\n        y = np.concatenate([x, x[:, :2]])\n"
        "    except ValueError as error:\n"
        "        responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))\n        continue"
    ),
    "hook_leaves_tensors_alone": f"""\
class TritonPythonModel:
    @staticmethod
    def auto_complete_config(auto_complete_model_config):
        auto_complete_model_config.set_max_batch_size(8)
        return auto_complete_model_config

    def execute(self, requests):
        tensors = [
            pb_utils.Tensor("y", {ARRAY}.astype(float))  #! sure data-type
            for request in requests
        ]
        return [pb_utils.InferenceResponse([one]) for one in tensors]  #! sure missing-output
""",
    "arguments_swapped_once": """\
class TritonPythonModel:
    def array(self, request, name):
        return pb_utils.get_input_tensor_by_name(request, name).as_numpy()

    def execute(self, requests):
        for request in requests:
            self.array("x", request)  #! sure AttributeError
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    "arguments_swapped_here": """\
class TritonPythonModel:
    def array(self, request, name):
        return pb_utils.get_input_tensor_by_name(request, name).as_numpy()

    def execute(self, requests):
        for request in requests:
            one = request
            self.array(one, "x")
            self.array("x", one)  #! sure AttributeError
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    "helper_fails_itself": """\
class TritonPythonModel:
    def array(self, request, name):
        return pb_utils.get_input_tensor_by_name(request, name).array  #! sure AttributeError

    def execute(self, requests):
        for request in requests:
            self.array(request, "x")
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    "mapped_by_a_pool": f"""\
class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def answer(self, request):
        return {ARRAY}.missing  #! sure AttributeError

    def error(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(str({ARRAY}.ndim)))

    def execute(self, requests):
        list(self.pool.map(self.error, requests))
        return list(self.pool.map(self.answer, requests))
""",
    "mapped_by_a_pool_and_never_asked_for": """\
class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def note(self, request):
        return request.missing

    def execute(self, requests):
        self.pool.map(self.note, requests)
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    "bytes_in_a_str": each('y = x\nlabel = text[0, 0] in "abc"  #! sure TypeError'),
    "bytes_as_key": each('y = x\nlabel = {"a": text, "b": text}[text[0, 0]]  #! sure KeyError'),
    "bytes_looked_up": each('y = x\nlabel = {"a": text, "b": text}.get(text[0, 0], text)  #! sure bytes-compared'),
    "bytes_among_texts": each('y, label = x, text\ny = y * (text[0, 0] in ("a", "b"))  #! sure bytes-compared'),
    "bytes_formatted": each('y, label = x, text\n"{}".format(text[0, 0])  #! sure bytes-in-text'),
    "bytes_and_text_sorted": each('y, label = x, text\n_ = sorted([text[0, 0], "end"])  #! sure TypeError'),
    "bytes_split_by_text": each('y, label = x, text\ntext[0, 0].split(",")  #! sure TypeError'),
    "bytes_replaced": each('y, label = x, text\n_ = text[0, 0].replace("a", "b")  #! sure TypeError'),
    "bytes_start_with_text": each('y, label = x, text\ntext[0, 0].startswith("a")  #! sure TypeError'),
    "bytes_and_text_added": each('y, label = x, text\n"Hello " + text[0, 0]  #! sure TypeError'),
    "text_decoded_twice": each("y, label = x, text\ntext[0, 0].decode().decode()  #! sure AttributeError"),
    "text_array": each(
        "y = x\n"
        "label = np.array([[t.decode()] for t in text[:, 0]])\n"
        'pb_utils.Tensor("label", label)  #! sure text-array\n'
        "label = label.astype(object)"
    ),
    "shuffled": each(
        'y, label = x, text\nimport random\nwords = random.shuffle(["a", "b"])\nlen(words)  #! sure TypeError'
    ),
    "updated": each('y, label = x, text\noptions = {"a": 1}.update(b=2)\noptions["a"]  #! sure TypeError'),
    "sorted_array": each("y, label = x, text\nx = x.copy().sort()\nx.shape  #! sure AttributeError"),
    "appended": each("y, label = x, text\nitems = [].append(1)\nfor item in items:  #! sure TypeError\n    pass"),
    "no_json_parse": each('y, label = x, text\njson.parse("1")  #! sure AttributeError'),
    "no_path_exist": each('y, label = x, text\nimport os\nos.path.exist("a")  #! sure AttributeError'),
    "no_math_power": each("y, label = x, text\nimport math\nmath.power(2, 3)  #! sure AttributeError"),
    "no_time": each("y, label = x, text\nimport time\ntime.now()  #! sure AttributeError"),
    "no_datetime": each("y, label = x, text\nimport datetime\ndatetime.now()  #! sure AttributeError"),
    "no_re": each('y, label = x, text\nimport re\nre.replace("a", "b", "c")  #! sure AttributeError'),
    "next_again": each("y, label = x, text\nit = iter([1])\nnext(it)\nnext(it)  #! sure StopIteration"),
    "method_as_value": each("y, label = x, text\nsize = x.sum\nsize + 1  #! sure TypeError"),
    "func_as_value": each("y, label = x, text\ndef f():\n    return 1\nf + 1  #! sure TypeError"),
    "func_none": each("y, label = x, text\ndef f(a):\n    a + 1\nf(1) + 1  #! sure TypeError"),
    "lambda_arity": each("y, label = x, text\nf = lambda a: a\nf(1, 2)  #! sure TypeError"),
    "tuple_index": each("y, label = x, text\n(1, 2)[2]  #! sure IndexError"),
    "del_twice": each('y, label = x, text\nd = {"a": 1}\ndel d["a"]\ndel d["a"]  #! sure KeyError'),
    "format_missing": each('y, label = x, text\n"{a}".format(b=1)  #! sure KeyError'),
    "file_of_text": each(
        "y = x\n"
        "with open(str(len(x))) as lines:\n"
        "    label = np.array([line.strip() for line in lines])\n"
        'pb_utils.Tensor("label", label)  #! sure text-array\n'
        "label = text"
    ),
    "file_of_bytes": each(
        'y, label = x, text\nwith open("f", "rb") as file:\n    file.read().split(",")  #! sure TypeError'
    ),
    "name_among_texts": each(
        "y, label = x, text\n"
        "name = json.loads(text[0, 0])\n"
        'if name not in ("a", "b"):\n'
        "    raise ValueError(name)\n"
        "name(x)  #! sure TypeError"
    ),
    "encoded_by_name": each(
        "y = x\n"
        'words = [word.encode("utf-8") for word in json.loads(text[0, 0])]\n'
        "label = np.array(words, dtype=object)\n"
        'pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", label)])  #! sure shape\n'
        "label = text"
    ),
    "rows_taken_apart": each("y, label = x, text\nfirst, second = x  #! maybe ValueError"),
    "columns_taken_apart": each("y, label = x, text\nfirst, *_ = x\na, b, c, d = x.T"),
    "handler_of_no_class": each(
        "y, label = x, text\n"
        "try:\n"
        "    json.loads(text[0, 0])\n"
        "except json.DecodeError:  #! maybe AttributeError\n"
        "    raise ValueError from None"
    ),
    "own_exception_of_a_library": each(
        "y, label = x, text\n"
        "try:\n"
        "    json.load(text[0, 0].decode())  #! sure AttributeError\n"
        "except json.JSONDecodeError:\n"
        "    pass"
    ),
    "bytes_among_keys": each('y, label = x, text\n{"a": 1}.get(text[0, 0])  #! sure bytes-compared'),
    "bytes_in_one_of_some_texts": each(
        'y, label = x, text\n{"a": "{0}!", "b": "{0}?"}.get(str(x), "{0}").format(text[0, 0])  #! sure bytes-in-text'
    ),
    "async_exec_without_a_loop": ask('["score"]', "ask.async_exec()  #! sure RuntimeError"),
    "async_exec_in_a_loop": ask('["score"]', "async def go():\n    await ask.async_exec()\nasyncio.run(go())"),
    "array_as_input": ask(
        '["score"]',
        'pb_utils.InferenceRequest(model_name="scorer", requested_output_names=[], inputs=[x])  #! sure TypeError',
    ),
    "dict_in_object_array": each(
        'y = x\nlabel = np.array([[{"a": 1}] for _ in x], dtype=object)\n_ = [pb_utils.InferenceResponse('
        '[pb_utils.Tensor("y", y), pb_utils.Tensor("label", label)])]  #! sure elements\nlabel = text'
    ),
    "list_of_json": each('y, label = x, np.array([[json.dumps({"a": 1})] for _ in x], dtype=object)'),
    "json_key": each("y, label = x, text\njson.loads(text[0, 0])[text[0, 0]]  #! sure KeyError"),
    "re_bytes": each('import re\ny, label = x, text\nre.sub("a", "b", text[0, 0])  #! sure TypeError'),
    "re_pattern_bytes": each('import re\ny, label = x, text\nre.compile("a").sub("b", text[0, 0])  #! sure TypeError'),
    "pattern_text": each('import re\ny, label = x, text\nre.compile("a").sub("b", text[0, 0].decode())'),
    "only_errors_are_answers": """\
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                response = self.answer(request)
            except ValueError as error:
                response = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
                responses.append(response)
        return responses  #! maybe count

    def answer(self, request):
        x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
        text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)])
""",
    "caught_on_a_way": """\
class TritonPythonModel:
    def answer(self, x, text):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)])

    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
                if x.sum() > 0:
                    responses.append(self.answer(x))  #! maybe TypeError
                else:
                    responses.append(self.answer(x, text))
            except Exception as error:
                responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))))
        return responses
""",
    "iterator_used_up": each(
        "y, label = x, text\nsteps = (n for n in range(3))\nlist(steps)\nlist(steps)  #! sure used-up"
    ),
    "iterator_asked_twice": each(
        "y, label = x, text\nwords = map(str.lower, ['A', 'B'])\n'a' in words\n'b' in words  #! sure used-up"
    ),
    "iterator_asked_for_an_order": each(
        "y, label = x, text\nwords = iter(['a', 'b', 'c'])\nall(word in words for word in ['a', 'c'])"
    ),
    "iterator_in_pairs": each(
        "y, label = x, text\nwords = iter(['a', 'b', 'c', 'd'])\n"
        "pairs = dict(zip(words, words))\npairs['a'] + pairs['c']"
    ),
    "iterator_pulled_in_its_loop": each(
        "y, label = x, text\nwords, pairs = iter(['a', 1, 'b', 2]), {}\n"
        "for word in words:\n    pairs[word.upper()] = next(words) + 1"
    ),
    "iterator_with_a_rest": each(
        "y, label = x, text\nwords = iter(['a', 1])\nfor word in words:\n    break\nsum(words)"
    ),
    "iterator_made_anew": each("y, label = x, text\nfor _ in range(2):\n    max(n for n in range(3))"),
    "loop_left_early": each(
        "y, label = x, text\nlines = iter(text[0, 0].decode().split())\nfor line in lines:\n    if line:\n"
        "        break\nfor line in lines:\n    pass"
    ),
    "text_as_number": each("y, label = x, text\nnp.arange(label[0, 0].decode())  #! sure TypeError"),
    "keys_of_a_counter": each(
        "from collections import Counter\ny, label = x, text\n"
        "words = Counter(t.decode() for t in text[:, 0]).most_common(3)\n"
        "[word.decode() for word, _ in words]  #! maybe AttributeError"
    ),
    "values_of_an_open_dict": each(
        "y, label = x, text\nlengths = {t.decode(): len(t) for t in text[:, 0]}\n"
        "for name, length in lengths.items():\n    name.upper(), length.upper()  #! maybe AttributeError"
    ),
    "open_dict_changed": each(
        "y, label = x, text\nlengths = {t.decode(): len(t) for t in text[:, 0]}\nlengths[text[0, 0].decode()] = 'a'\n"
        "for length in lengths.values():\n    length.upper()"
    ),
    "row_not_filled": words("row[:] = [1] + ids[:10] + [2]  #! sure cut-row"),
    "row_filled_by_product": words("ids = ids[:12]\nrow[:] = ids + [0] * (12 - len(ids))"),
    "row_filled_in_place": words("ids = ids[:12]\nids += [0] * (12 - len(ids))\nrow[:] = ids"),
    "row_filled_in_a_loop": words("ids = ids[:12]\nwhile len(ids) < 12:\n    ids.append(0)\nrow[:] = ids"),
    "row_filled_on_a_way": words(
        "ids = ids[:12]\nif len(ids) < 12:\n    ids = ids + [0] * (12 - len(ids))\nrow[:] = ids"
    ),
    "row_filled_and_cut": words("row[:] = (ids + [0] * 12)[:12]"),
    "row_filled_in_part": words("ids = ids[:12]\nrow[: len(ids)] = ids"),
    "row_of_numbers": words("row[:] = ids"),
    "rows_not_filled": words(
        "np.array([[len(w) for w in t.decode().split()][:4] for t in text[:, 0]])  #! sure cut-row"
    ),
    "rows_split": each("y, label = x, text\nx.reshape(len(x), 3)  #! maybe ValueError"),
    "rows_split2": each("y, label = x, text\nnp.reshape(x, (-1, 3, 2))  #! maybe ValueError"),
    "rows_of_parts": each("label = text\nparts = x.reshape(len(x) * 2, 2)\ny = np.exp(parts).reshape(len(x), 4)"),
    "rows_of_groups": each(
        "y, label = x, text\nif len(x) % 3 or x.shape[0] % 3:\n"
        "    responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError('groups')))\n    continue\n"
        "y = np.repeat(x.reshape(-1, 3, 4).mean(axis=1), 3, axis=0)"
    ),
    "rows_cut": each("y, label = x, text\nx.reshape(x.shape[0] * 2, 2), x.reshape(-1, 4, 1), x.reshape(len(x), -1)"),
    "an_error_is_no_answer": """\
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
                text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
                if x.sum() > 0:
                    raise ValueError("too large")
                tensors = [pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)]
                responses.append(pb_utils.InferenceResponse(tensors))
            except ValueError:
                pb_utils.Logger.log_warn("too large")
        return responses
""",
    "half_sum": each("y, label = x, text\nx.astype(np.int32).astype(np.float16).sum()"),
    "optional_asked": each(f"e = {EXTRA}\ny, label = x if e is None else x + e.as_numpy(), text"),
    "optional_asked_twice": each(
        f"e, f = {EXTRA}, {EXTRA}\nif e is None and f is None:\n    y, label = x, text\n"
        "else:\n    y, label = x + (e.as_numpy() if e else f.as_numpy()), text"
    ),
    "optional_asked_by_map": each(f"""
import operator
tensors = (tensor for tensor in [{EXTRA}])
(array,) = map(operator.methodcaller("as_numpy"), tensors)  #! maybe AttributeError
y, label = x, text
"""),
    "bytes_compared_at_once": each(f"""
found = {TEXT} == "yes"  #! sure bytes-compared
same = np.isin({TEXT}, ["yes", "no"])  #! sure bytes-compared
other = np.isin({TEXT}, [b"yes", b"no"])
match {TEXT}.ravel()[0]:  #! sure bytes-compared
    case "yes":
        pass
y, label = x, text
"""),
    "level_of_another_logger": each("""
import logging
level = logging.INFO if x.sum() > 0 else logging.WARNING
pb_utils.Logger.log("text", level)  #! sure log-level
pb_utils.Logger.log("text", pb_utils.Logger.INFO)
y, label = x, text
"""),
    "optional_asked_late": each(
        f"e = {EXTRA}\nif not e:\n    e = x\nelse:\n    e = e.as_numpy()\ny, label = x + e, text"
    ),
    "scalar_is_no_bytes": each(
        "v = x[0, 0]\nif isinstance(v, (bytes, str)):\n    v = v.decode()\ny, label = x * v, text"
    ),
    "optional_asked_wrongly": each(
        f"e, y, label = {EXTRA}, x, text\nif e is None:\n    y = x + e.as_numpy()  #! maybe AttributeError"
    ),
    "optional_asked_wrongly2": each(
        f"e, label = {EXTRA}, text\ny = x if e else x + e.as_numpy()  #! maybe AttributeError"
    ),
    "lock_given_back": each(
        "y, label, lock = x, text, threading.Lock()\nlock.acquire()\ntry:\n    y = x + 1\n"
        "finally:\n    lock.release()\n"
        "for word in text:\n    with lock:\n        if len(word) > 2:\n            continue\n        y = y + 1"
    ),
    "lock_taken_twice": each(
        "y, label, lock = x, text, threading.Lock()\nlock.acquire()  #! sure deadlock\nlock.acquire()"
    ),
    "one_of_the_most_common": each(
        "from collections import Counter\ny, label = x, text\n"
        "word, count = Counter(text[0, 0].split()).most_common(1)  #! sure ValueError"
    ),
    "some_of_the_most_common": each(
        "from collections import Counter\ny, label = x, text\nfound = Counter(text[0, 0].split())\n"
        "(word, count), = found.most_common(1)\n(a, n), (b, m) = found.most_common(2)\n"
        "one, two, *more = found.most_common(5)"
    ),
    "split_once": each('y, label = x, text\na, b, c = text[0, 0].decode().split(":", 1)  #! sure ValueError'),
    "split_twice": each('y, label = x, text\na, b, c = text[0, 0].decode().split(":", 2)\na, b = str(y).split(" ", 1)'),
    "behind_what_was_cut": each(
        "y, label = x, text\nwords = text[0, 0].split()[:2]\nlast = words[2]  #! sure IndexError"
    ),
    "within_what_was_cut": each(
        "y, label = x, text\nwords = text[0, 0].split()[:2]\nlast = words[1]\nwords.append(last)\nlast = words[2]"
    ),
    "indices_of_another_rank": each(
        "label = text\ntop = np.argsort(-x, axis=1)[0, :3]\ny = np.take_along_axis(x, top, axis=1)  #! sure ValueError"
    ),
    "method_as_array": each("label = text\ny = np.split(x.sum, x, axis=1)  #! sure TypeError"),
    "method_as_tensor": each(
        'y, label = x, text\ndef made():\n    return x\n_ = pb_utils.Tensor("y", made)  #! sure TypeError'
    ),
    "length_of_a_function": each("y, label = x, text\ndef made():\n    return x\nlen(made)  #! sure TypeError"),
    "function_for_numpy": each(
        "label = text\ndef made(row):\n    return row * 2\ny = np.apply_along_axis(made, 1, x).astype(np.float32)\n"
        "np.vectorize(made)(x)\nnp.array([made])"
    ),
    "optional_left_out_of_a_sum": each(
        f"def scale(e):\n    if e is None:\n        return None\n    return e.as_numpy()\n"
        f"y, label = x + scale({EXTRA}), text  #! maybe TypeError"
    ),
    "optional_left_out_and_text_instead": each(
        f'e, limit, label = {EXTRA}, "0.5", text\nif e is not None:\n    limit = e.as_numpy()\n'
        "if len(x) > 2:\n    label = text[:, :]\ny = (x > limit).astype(np.float32)  #! maybe TypeError"
    ),
    "optional_left_out_asked_twice": each(
        f"e, f, y, label = {EXTRA}, None, x, text\nif e is not None:\n    f = e.as_numpy()\n"
        "if e is not None:\n    y = x + f"
    ),
    "optional_and_other_type": each(
        f"e, y, label = {EXTRA}, x, text\nif e is not None:\n    y = x + e.as_numpy()[:, :3]  #! maybe ValueError"
    ),
    "random_weights": each("y, label = x @ np.random.default_rng(3).normal(size=(4, 4)).astype(np.float32), text"),
    "random_weights_of_wrong_type": each(
        "y = x @ np.random.default_rng(3).random((4, 4))\nlabel = text\n"
        '_ = pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", text)])  #! sure data-type\n'
        "y = x"
    ),
    "random_weights_of_wrong_shape": each(
        "label, rng = text, np.random.RandomState(3)\ny = x @ rng.rand(3, 4)  #! sure ValueError"
    ),
    "family_is_no_metric": each(
        'y, label = x, text\nfamily = pb_utils.MetricFamily(name="n", description="d", '
        "kind=pb_utils.MetricFamily.COUNTER)\n"
        'family.Metric(labels={"a": "b"}).increment(1)\nfamily.increment(1)  #! sure AttributeError'
    ),
    "labels_of_metrics_are_texts": each(
        'y, label = x, text\nfamily = pb_utils.MetricFamily("n", "d", pb_utils.MetricFamily.GAUGE)\n'
        'family.Metric(labels={"a": 1})  #! sure TritonModelException'
    ),
    "rows_stacked": each("y, label = np.stack([row * 2 for row in x]), text"),
    "lists_of_lists": each("y, label = np.array([[float(v) for v in row] for row in x], dtype=np.float32), text"),
    "one_of_several_functions": each(
        'y = {b"a": np.sin, b"b": np.cos}[text[0, 0]](x)\n'
        "double, half = (lambda v: v * 2), (lambda v: v / 2)\n"
        'y = {b"a": double, b"b": half}[text[0, 0]](x)\n'
        "label = text"
    ),
    "one_of_several_functions_fails": each(
        "y = x\nfirst, last = (lambda v: v[0]), (lambda v: v.last())  #! maybe AttributeError\n"
        '{b"a": first, b"b": last}[text[0, 0]](x)\nlabel = text'
    ),
    "function_as_array": each(
        "double, half = (lambda v: v * 2), (lambda v: v / 2)\n"
        'y = np.asarray({b"a": double, b"b": half}[text[0, 0]], dtype=np.float32)  #! sure TypeError\nlabel = text'
    ),
    "field_of_a_dataclass": "from dataclasses import dataclass, field\n\n@dataclass\nclass Found:\n"
    "    words: list = field(default_factory=list)\n\n"
    + each(
        'y, label, found = x, text, Found()\nfound.words += "amount"  #! sure letters-added\nfound.words[0].upper()'
    ),
    "field_that_is_none": "from dataclasses import KW_ONLY, InitVar, dataclass\n\n@dataclass\nclass Found:\n"
    "    place: int\n    _: KW_ONLY\n    score: float\n    by: InitVar[float]\n\n"
    + each("y, label, found = x, text, Found(1, score=0.5, by=2.0)"),
    "word_appended": each('y, label, words = x, text, []\nwords.append("amount")\nwords += ["night"]'),
    "quantiles_are_texts": each(
        'y, label = x, text\n_ = np.quantile(x, "0.5;0.7".split(";"), axis=1)  #! sure TypeError'
    ),
    "rows_without_their_axis": each("y, label = x / x.sum(axis=1), text  #! sure axis-lost"),
    "norms_without_their_axis": each(
        "n = np.linalg.norm(x, axis=-1)  #! sure axis-lost\ny, label = x / (n + 1e-9), text"
    ),
    "rows_with_their_axis": each("n = np.linalg.norm(x, axis=-1)\ny, label = x / n[:, None] - x.max(axis=0), text"),
    "rows_normalised_by_a_number_of_python": each(
        "low, high = float(x.min()), float(x.max())  #! sure over-rows\n"
        "y, label = (x - x.min(axis=1, keepdims=True)) / max(high - low, 1e-6), text"
    ),
    "rows_normalised_each_by_its_number": each("y, label = np.stack([v / max(float(v.sum()), 1e-6) for v in x]), text"),
    "rows_normalised_together": each(
        "e = np.exp(x - x.max())\ny, label = e / e.sum(), text  #! sure over-rows\n"
        "_ = np.divide(e, e.sum(axis=0) + 1)  #! sure over-rows\n_ = (x - x.mean(axis=0)) / (x.std(axis=0) + 1)\n"
        "_ = x - x.mean(axis=1, keepdims=True)\n"
        "_ = [row / row.sum() for row in x]"
    ),
    "axes_moved_by_reshape": each(
        "b, n = x.shape\ny, label = x, text\n_ = (x * 2)[:, ::-1].reshape(n, b)  #! sure axis-moved\n"
        "_ = np.reshape(np.exp(x), (-1, x.shape[0]))  #! sure axis-moved\n"
        "_ = x.reshape(b, n)\n_ = x.T.reshape(n, b)\n_ = x.reshape((n, b), order='F')\n_ = x.reshape(2, 2, b)\n"
        "_ = text.reshape(1, len(text))"
    ),
    "squares_summed_as_halves": each(
        "half = x.astype(np.float16)  #! sure half-cast\n"
        "n = np.sqrt(np.sum(half * half, axis=-1, keepdims=True))  #! sure half-squares\n"
        "wide = half.astype(np.float32)\n_ = np.sqrt(np.sum(wide * wide, axis=-1))\n"
        "_ = half / n\ny, label = x, text"
    ),
    "objects_of_a_dataclass_in_json": """\
from dataclasses import asdict, dataclass

@dataclass
class Found:
    place: int
    score: float

class TritonPythonModel:
    def found(self, scores):
        for place, score in enumerate(scores):
            yield Found(place, score)

    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            json.dumps([float(one.score) for one in self.found(x.ravel())])
            json.dumps([asdict(one) for one in self.found(x.ravel())])  #! maybe TypeError
        return [None for _ in requests]
""",
    "rows_by_any_number_of_places": each(
        "order, kept = list(np.argsort(-x[:, 0])), []\nwhile order:\n    best = order.pop(0)\n    kept.append(best)\n"
        "    order = [i for i in order if x[i, 1] > 0.5]\n"
        "_ = x[kept] @ np.ones((4, 2))\n_ = x[kept, :3] @ np.ones((4, 2))  #! sure ValueError\ny, label = x, text"
    ),
    "squares_before_the_cast": each(
        "half = x.astype(np.float16)  #! sure half-cast\npower = np.mean(half * half)  #! sure late-cast\n"
        "y, label = x * power.astype(np.float32), text\n_ = np.mean(x * x).astype(np.float64)"
    ),
    "bytes_clipped_too_late": each(
        "z = x.astype(np.uint8)\n_ = np.clip(z + 60, 0, 255)  #! sure wraps\n_ = np.clip(255 - z, 0, 9)\n"
        "y, label = x, text"
    ),
    "binary_data_in_fixed_width": each(
        "y, label = x, text\n_ = np.array([b'start' + x.tobytes()])  #! sure binary-cut\n"
        "_ = np.array([x.tobytes() + text[0, 0] + b''])  #! sure binary-cut\n"
        "_ = np.array([x.tobytes()], dtype=object)\n_ = np.array([b'text'])\n"
        "_ = np.array([x.tobytes() + b'end', x.tobytes() + (x.tobytes() + b'end')])\n"
        "_ = np.array([b''.join([x.tobytes(), b'end'])])\nwhole = x.tobytes()\nwhole += b'.'\n_ = np.array([whole])"
    ),
    "methods_not_called": each(
        'y, label = x, text\nname = request.request_id  #! sure not-called\n_ = f"of {name}"\n_ = f"of {name()}"'
    ),
    "nothing_left": each(
        "y, label = x, text\nkept = [row for row in x if row[0] > 0]\n_ = np.stack(kept)  #! maybe ValueError"
    ),
    **{
        f"something_left_{number}": each(f"y, label, row = x, text, x[0]\n{body}")
        for number, body in enumerate(
            (
                "_ = row[row >= row.max()].min()",
                "_ = row[row.mean() <= row].min()",
                "_ = max([v for v in row if v >= x.min()])",
                "limit = float(np.median(row))\n_ = row[row <= np.percentile(row, 90)].min() + row[row >= limit].min()",
                "limit = float(np.quantile(row, 0.9))\n_ = row[row >= limit].min()",
                "_ = np.stack([v for v in x[0] if v >= np.median(x[0])])",
                "_ = (x * 2)[0][row == row.max()].min()",
                "_ = row[row >= 0.5].min()  #! maybe ValueError",
                "_ = row[row >= x.max() * 2].min()  #! maybe ValueError",
            )
        )
    },
    "length_matched": each(
        "y, label = x, text\nmatch x.shape[0]:\n    case 0 | 1 | 2:\n        _ = np.pad(x, ((0, 2 - len(x)), (0, 0)))\n"
        "    case _:\n        _ = x[:2]"
    ),
    "length_not_matched": each(
        "y, label = x, text\nmatch request.request_id():\n    case _:\n"
        "        _ = np.pad(x, ((0, 2 - len(x)), (0, 0)))  #! maybe ValueError"
    ),
    "something_left": each(
        "y, label = x, text\nkept = [row for row in x if row[0] > 0]\nif kept:\n    _ = np.stack(kept)"
    ),
    "cleaned_for_json": (
        "def clean(o):\n    if isinstance(o, np.ndarray):\n        return o.tolist()\n"
        "    if isinstance(o, (np.integer, np.floating)):\n        return o.item()\n"
        "    if isinstance(o, np.generic):\n        return o.item()\n"
        "    if isinstance(o, dict):\n        return {k: clean(v) for k, v in o.items()}\n"
        "    return [clean(v) for v in o] if isinstance(o, list) else o\n\n\n"
        + each(
            "y, label = x, text\n"
            '_ = json.dumps(clean({"a": x.sum(), "b": [x, 1, 2.5], "c": {"d": x[0, 0], "e": "f", "g": None}}))\n'
            "if isinstance([], np.generic) or isinstance(x, np.generic) or not isinstance(x[0, 0], np.float32):\n"
            "    _ = x.nothing\n_ = {}.tolist()  #! sure AttributeError"
        )
    ),
    "json_of_a_list": each(
        'y, label, rows = x, text, []\nfor row in x:\n    rows.append({"score": row[0]})\n'
        "_ = json.dumps(rows)  #! maybe TypeError\n_ = json.dumps(rows, default=float)"
    ),
    "parameters_are_a_text": each("y, label = x, text\n_ = dict(request.parameters())  #! sure ValueError"),
    "texts_looked_up": each(
        'y, label = x, text\ncodes = {line: 1 for line in open("codes")}\n'
        "_ = [codes.get(word[0]) for word in text]  #! maybe bytes-compared"
    ),
    "rows_as_a_condition": each("y, label = x, text\nif x[:, :1] > 0:  #! maybe ValueError\n    pass"),
    "arrays_in_and": each("y, label = x, text\n(x[:, 0] > 0) and (x[:, 1] > 0)  #! maybe ValueError"),
    "bytes_wrap": each("z = x.astype(np.uint8)\ny, label = ((z + z) // 2).astype(np.float32), text  #! sure wraps"),
    "bytes_do_not_wrap": each("z = x.astype(np.uint8)\ny, label = ((z + 1) // 2).astype(np.float32), text"),
    "bls_asked_output": ask('["score"]', 'y = x * pb_utils.get_output_tensor_by_name(ask.exec(), "score").as_numpy()'),
    "bls_output_not_asked_for": ask(
        '["score"]', 'pb_utils.get_output_tensor_by_name(ask.exec(), "label").as_numpy()  #! sure AttributeError'
    ),
    "bls_data_type": ask(
        '["label"]', 'y = x * pb_utils.get_output_tensor_by_name(ask.exec(), "label").as_numpy()  #! sure TypeError'
    ),
    "bls_only_output": ask('["score"]', "y = x + ask.exec().output_tensors()[0].as_numpy()"),
    "bls_only_output_is_bytes": ask(
        '["label"]', "y = x + ask.exec().output_tensors()[0].as_numpy()  #! sure TypeError"
    ),
    "bls_outputs_by_name": ask(
        '["score", "label"]',
        "found = {t.name(): t.as_numpy() for t in ask.exec().output_tensors()}\n"
        'pb_utils.Tensor("y", found["score"].sum())  #! sure TypeError',
    ),
    "bls_outputs_in_other_order": ask(
        '["label", "score"]', "first, other = ask.exec().output_tensors()\ny = x + other.as_numpy() + first.as_numpy()"
    ),
    "bls_no_stream": ask('["score"]', "for answer in ask.exec():  #! sure TypeError\n    answer.has_error()"),
    "bls_stream": ask(
        '["score"]',
        "for answer in ask.exec(decoupled=True):\n"
        '    y = x + pb_utils.get_output_tensor_by_name(answer, "score").as_numpy()',
    ),
    "bls_stream_is_no_answer": ask('["score"]', "ask.exec(decoupled=True).has_error()  #! sure AttributeError"),
    "a_cache_takes_no_array_as_its_key": """\
from functools import lru_cache


@lru_cache(maxsize=16)
def doubled(row, times=2):
    return row * times
"""
    + each("y, label = np.stack([doubled(row) for row in x]), text  #! maybe TypeError"),
    "a_cache_takes_bytes_and_tuples": """\
import functools


@functools.lru_cache
def length(word, shape):
    return len(word)
"""
    + each("y, label = x + length(text[0, 0], x.shape), text"),
    "words_of_bytes_are_bytes": each(
        "y, label = x, text\nfor index in np.ndindex(text.shape):\n"
        '    label[index] = text[index].split(b".")[0] + ".png"  #! maybe TypeError'
    ),
    "places_of_an_array": each(
        "y, label = x, text.copy()\nfor index, word in np.ndenumerate(text):\n"
        "    label[index] = word.decode().upper()\nfor (row, column), number in np.ndenumerate(x):\n"
        "    y = x + number"
    ),
    "a_word_of_an_array_with_its_place_is_bytes": each(
        "y, label = x, text.copy()\n"
        "for index, word in np.ndenumerate(text):\n    label[index] = word + '!'  #! maybe TypeError"
    ),
    "einsum_keeps_the_wider_type": each('y, label = np.einsum("bi,i->bi", x, np.ones(4)), text')
    .replace('Tensor("y", y)', 'Tensor("y", y)')
    .replace("label)]))", "label)]))  #! sure data-type"),
    "einsum_of_one_type": each('y, label = np.einsum("bi,ij->bj", x, np.eye(4, dtype=np.float32)), text'),
    "histograms_count_with_int64": each(
        "y, label = np.stack([np.histogram(row, bins=4)[0] for row in x]), text"
    ).replace("label)]))", "label)]))  #! sure data-type"),
    "words_that_become_something_else": each("""
y, label = x, text
for change in ("set", "append", "insert", "extend", "sum", "turns", "slice"):
    parts = text[0, 0].decode().split(",")
    if change == "set":
        parts[0] = 3
        first = parts[0] + 1
    elif change == "append":
        parts.append(3)
        first = parts[-1] + 1
    elif change == "insert":
        parts.insert(0, 3)
        first = parts[0] + 1
    elif change == "extend":
        parts.extend([1, 2])
        first = parts[-1] + 1
    elif change == "sum":
        first = (parts + [3])[-1] + 1
    elif change == "turns":
        for number, part in enumerate(parts):
            parts[number] = float(part)
        first = sum(parts) + parts[0]
    else:
        parts[:] = [float(part) for part in parts]
        first = parts[0] + 1
"""),
    "histograms_with_a_type_of_their_own": each(
        "y, label = np.stack([np.histogram(row, bins=4)[0] for row in x]).astype(np.float32), text"
    ),
    "names_in_a_named_tuple": """\
from typing import NamedTuple


class Names(NamedTuple):
    given: str
    asked: str = "X"


NAMES = Names("x")
"""
    + each(
        "first, second = NAMES\ny, label = x * len(NAMES), text\n"
        "y = pb_utils.get_input_tensor_by_name(request, NAMES.given).as_numpy()\n"
        "y = pb_utils.get_input_tensor_by_name(request, NAMES.asked).as_numpy()  #! sure AttributeError"
    ),
    "a_named_tuple_is_a_tuple": """\
from typing import NamedTuple


class Scale(NamedTuple):
    factor: float
    shift: float = 0.0

    def over(self, x):
        return (x * self.factor + self.shift).astype(np.float32)


SCALE = Scale(2.0)._replace(shift=1.0)
"""
    + each("y, label = SCALE.over(x) + np.float32(Scale(*SCALE)[1]), text"),
    "member_of_an_enumeration": """\
from enum import Enum


class Field(str, Enum):
    X = "x"
    GAIN = "gain"

    @property
    def tensor(self):
        return self.value.lower()


def read(request, field: Field):
    return pb_utils.get_input_tensor_by_name(request, field.value).as_numpy()  #! sure AttributeError


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, Field.X.tensor).as_numpy()
            gain = read(request, Field.GAIN)
        return []
""",
    "members_that_are_more_than_their_values": """\
from enum import Enum


class Field(str, Enum):
    X = "x"
    ALSO_X = "x"
    GAIN = "gain"


class Odd(Enum):
    X = "y"

    def __new__(cls, value):
        made = object.__new__(cls)
        made._value_ = "x"
        return made


"""
    + each("""
for field in Field:
    if field is Field.GAIN:
        continue
    x = pb_utils.get_input_tensor_by_name(request, field.value).as_numpy()
assert Field.X is Field.ALSO_X
x = pb_utils.get_input_tensor_by_name(request, Field.X).as_numpy() + len(Field.X.upper())
x = pb_utils.get_input_tensor_by_name(request, Odd.X.value).as_numpy()
sizes = {Field.X: 4, "text": 1}
if Field.GAIN == "gain" and Field.X in ("x", "y"):
    x = x[:, : sizes["x"]] + len(Field.X + "z")
y, label = x, text
"""),
}

ASYNC = {
    "loop_in_a_helper": """
    async def answer(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    def ask(self, request):
        return asyncio.run(self.answer(request))  #! sure RuntimeError

    async def execute(self, requests):
        return [self.ask(r) for r in requests]
""",
    "loop_in_a_thread": """
    async def answer(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    def ask(self, request):
        return asyncio.run(self.answer(request))

    async def execute(self, requests):
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(None, self.ask, r) for r in requests]
""",
    "task_without_a_loop": """
    async def answer(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    def execute(self, requests):
        tasks = [asyncio.create_task(self.answer(r)) for r in requests]  #! sure RuntimeError
        return tasks
""",
    "task_of_a_given_loop": """
    async def answer(self, request):
        asyncio.get_running_loop()
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    def execute(self, requests):
        loop = asyncio.new_event_loop()
        return [loop.run_until_complete(loop.create_task(self.answer(r))) for r in requests]
""",
    "gathered_with_exceptions": f"""\
    async def ask(self, x):
        call = pb_utils.InferenceRequest(model_name="scorer", inputs=[pb_utils.Tensor("x", x)],
            requested_output_names=["score"])
        return await call.exec()  #! sure TypeError

    async def execute(self, requests):
        asked = (self.ask({ARRAY}) for request in requests)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return [
            pb_utils.InferenceResponse(error=pb_utils.TritonError(str(answer)))
            for answer in answers
            if isinstance(answer, Exception)
        ]
""",
    "async_generator": """\
    async def count(self, steps):
        for _ in range(steps):  #! sure TypeError
            yield 1

    async def execute(self, requests):
        return [1 async for one in self.count(np.zeros(1, dtype=np.int64)) for _ in requests]
""",
    "async_generator_in_for": """\
    async def count(self):
        yield 1

    async def execute(self, requests):
        return [self.no for _ in self.count()]  #! sure TypeError
""",
    "async_for_over_list": """\
    async def execute(self, requests):
        async for request in requests:  #! sure TypeError
            pass
""",
    "gather_of_values": """\
    def answer(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    async def execute(self, requests):
        return list(await asyncio.gather(*[self.answer(r) for r in requests]))  #! sure TypeError
""",
    "gather_of_some_values": """\
    def answer(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    async def execute(self, requests):
        names = json.loads(requests[0].parameters())
        await asyncio.gather(*[self.answer(name) for name in names])  #! maybe TypeError
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    "gathered": """\
    async def answer(self, request):
        await asyncio.sleep(0)
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    async def execute(self, requests):
        tasks = [asyncio.create_task(self.answer(r)) for r in requests]
        return [await task for task in tasks]
""",
    "one_less": """\
    async def answer(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    async def execute(self, requests):
        return (await asyncio.gather(*(self.answer(r) for r in requests)))[1:]  #! sure count
""",
    "gathered_not_awaited": """\
    async def answer(self, request):
        await asyncio.sleep(0)
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    async def execute(self, requests):
        return list(asyncio.gather(*(self.answer(r) for r in requests)))  #! sure RuntimeError
""",
    "gathered_and_awaited_before": """\
    async def answer(self, request):
        await asyncio.sleep(0)
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    async def execute(self, requests):
        gathered = asyncio.gather(*(self.answer(r) for r in requests))
        answers = await gathered
        return list(answers)
""",
    "future_gone_through": """\
    async def execute(self, requests):
        responses = []
        for request in requests:
            ask = pb_utils.InferenceRequest(model_name="scorer", requested_output_names=["score"], inputs=[])
            answers = asyncio.gather(ask.async_exec(), ask.async_exec())
            for answer in answers:
                if answer.has_error():  #! maybe AttributeError
                    pass
            responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("no")))
        return responses
""",
    "future_gone_through_when_it_is_done": """\
    async def execute(self, requests):
        ask = pb_utils.InferenceRequest(model_name="scorer", requested_output_names=["score"], inputs=[])
        answers = asyncio.gather(ask.async_exec(), ask.async_exec())
        await answers
        for answer in answers:
            answer.has_error()
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    **{
        f"coroutine_{number}": f"""\
    async def scale(self, x):
        await asyncio.sleep(0)
        return x

    async def execute(self, requests):
        x = np.ones((2, 4), dtype=np.float32)
        made = {work}  #! sure TypeError
        return [pb_utils.InferenceResponse([pb_utils.Tensor("y", made)]) for _ in requests]
"""
        for number, work in enumerate(
            (
                "x @ self.scale(x)",
                "np.float32(2) * self.scale(x)",
                "x > self.scale(x)",
                "np.maximum(self.scale(x), 0)",
                "np.asarray(self.scale(x), dtype=np.float32)",
                "float(self.scale(x))",
                'pb_utils.Tensor("y", self.scale(x))',
            )
        )
    },
    "coroutines_put_into_arrays": """\
    async def scale(self, x):
        await asyncio.sleep(0)
        return x

    async def execute(self, requests):
        x = np.ones((2, 4), dtype=np.float32)
        calls = np.empty(2, dtype=object)
        calls[0] = self.scale(x)
        calls[1:] = self.scale(x)
        flags = np.zeros(2, dtype=bool)
        flags[0] = self.scale(x)
        x[0] = self.scale(x)  #! sure TypeError
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    "sets_as_keys": """\
    def execute(self, requests):
        errors = {frozenset({"a"}): pb_utils.TritonError("no"), frozenset({"a", "b"}): None}
        responses = [pb_utils.InferenceResponse(error=errors[frozenset({"a"})]) for _ in requests]
        errors[{"a"}] = {{"a"}: 1}  #! sure TypeError
        return responses
""",
    "future_as_answer": """\
    async def execute(self, requests):
        ask = pb_utils.InferenceRequest(model_name="scorer", requested_output_names=["score"], inputs=[])
        asked = ask.async_exec()
        return [pb_utils.InferenceResponse(error=asked.error()) for _ in requests]  #! sure AttributeError
""",
    "executor": """\
    def answer(self, request):
        return {}["a"]  #! sure KeyError

    async def execute(self, requests):
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*[loop.run_in_executor(None, self.answer, r) for r in requests])
""",
    "to_thread": """\
    def answer(self, request):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))

    async def execute(self, requests):
        return [await asyncio.to_thread(self.answer, r) for r in requests]
""",
}
FINAL = "flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL"
STREAMS = {
    "flag_in_the_place_of_the_response": f"""\
    def finish(self, sender, flag):
        sender.send(flag)  #! sure TypeError

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            if {TEXT}[0, 0] == b"":
                self.finish(sender, pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            self.finish(sender, pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
""",
    "only_errors_end_it": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                for word in {TEXT}[0, 0].split():  #! maybe no-final
                    if sender.is_cancelled():
                        break
                    label = pb_utils.Tensor("label", {TEXT})
                    sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("y", {ARRAY}), label]))
            except Exception as error:
                sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))), {FINAL})
""",
    "ended_where_it_is_cancelled": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                for word in {TEXT}[0, 0].split():
                    if sender.is_cancelled():
                        sender.send({FINAL})
                        return
                sender.send({FINAL})
            except Exception as error:
                sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))), {FINAL})
""",
    "only_errors_are_sent": f"""\
    def work(self, sender, x):
        try:
            label = pb_utils.Tensor("label", x[:, :1].astype(object))
            answer = pb_utils.InferenceResponse([pb_utils.Tensor("y", x), label])
        except ValueError as error:
            answer = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
            sender.send(answer, {FINAL})  #! maybe no-final

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.work, args=(request.get_response_sender(), {ARRAY})).start()
""",
    "thread": f"""\
    def work(self, sender):
        sender.send({FINAL})

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.work, args=(request.get_response_sender(),)).start()
""",
    "threads_kept": f"""\
    def work(self, sender):
        sender.send({FINAL})

    def execute(self, requests):
        threads = [threading.Thread(target=self.work, args=(r.get_response_sender(),)) for r in requests if self]
        for thread in threads:
            thread.start()
""",
    "thread_never_started": f"""\
    def work(self, sender):
        sender.send({FINAL})

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.work, args=(request.get_response_sender(),))  #! sure no-final
""",
    "thread_with_a_request_for_a_tuple": f"""\
    def work(self, request):
        request.get_response_sender().send({FINAL})

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.work, args=(request)).start()  #! maybe no-final
""",
    "thread_dies": f"""\
    def work(self, sender, count):
        sender.send({FINAL})  #! maybe no-final

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.work, args=(3, request.get_response_sender())).start()
""",
    "thread_never_ends": """\
    def work(self, sender):
        sender.send()  #! sure no-final

    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.work, kwargs={"sender": request.get_response_sender()}).start()
""",
    "pool": f"""\
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=2)

    def work(self, sender):
        sender.send({FINAL})

    def execute(self, requests):
        for request in requests:
            self.pool.submit(self.work, request.get_response_sender())
""",
    "task_of_its_own": f"""\
    async def work(self, sender):
        sender.send({FINAL})

    async def execute(self, requests):
        for request in requests:
            asyncio.create_task(self.work(request.get_response_sender()))
""",
    "send_with_its_flag": f"""\
    def execute(self, requests):
        import functools

        for request in requests:
            done = functools.partial(functools.partial(request.get_response_sender().send), {FINAL})
            done(pb_utils.InferenceResponse(error=pb_utils.TritonError("too long")))
""",
    "send_with_flags_that_end_nothing": """\
    def execute(self, requests):
        import functools

        for request in requests:
            emit = functools.partial(request.get_response_sender().send, flags=0)
            emit(pb_utils.InferenceResponse(error=pb_utils.TritonError("too long")))  #! sure no-final
""",
    "send_that_others_call": """\
    def execute(self, requests):
        for request in requests:
            send = request.get_response_sender().send
            list(map(send, [None], [pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL]))
""",
    "send_in_an_iterator": f"""\
    def execute(self, requests):
        import itertools

        sends = [request.get_response_sender().send for request in requests]
        for send, _ in itertools.zip_longest(sends, requests):
            send({FINAL})
""",
    "callback_ends_it": f"""\
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=2)

    def end(self, sender, future):
        sender.send({FINAL})

    def execute(self, requests):
        import functools

        for request in requests:
            future = self.pool.submit(np.square, {ARRAY})
            future.add_done_callback(functools.partial(self.end, request.get_response_sender()))
""",
    "callback_ends_nothing": f"""\
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(max_workers=2)

    def end(self, sender, future):
        sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError("failed")))  #! sure no-final

    def execute(self, requests):
        import functools

        for request in requests:
            future = self.pool.submit(np.square, {ARRAY})
            future.add_done_callback(functools.partial(self.end, request.get_response_sender()))
""",
    "thread_class": f"""\
    class Worker(threading.Thread):
        def __init__(self, sender):
            super().__init__()
            self.sender = sender

        def run(self):
            self.sender.send({FINAL})

    def execute(self, requests):
        for request in requests:
            self.Worker(request.get_response_sender()).start()
""",
    "end_only_after_an_error": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                sender.send(json.loads(request.request_id()))  #! maybe no-final
            except ValueError:
                sender.send({FINAL})
""",
    "end_after_all": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            done = False
            try:
                sender.send(json.loads(request.request_id()))
            except ValueError:
                sender.send({FINAL})
                done = True
            if not done:
                sender.send({FINAL})
""",
    "way_without_end": f"""\
    def execute(self, requests):
        for request in requests:
            self.answer(request, request.get_response_sender())

    def answer(self, request, sender):
        if not request.request_id():
            return  #! maybe no-final
        sender.send({FINAL})
""",
    "senders_kept_for_later": f"""\
    def execute(self, requests):
        later = []
        for request in requests:
            sender = request.get_response_sender()
            if request.request_id():
                later.append((request, sender))
                continue
            sender.send({FINAL})
        for request, sender in later:
            sender.send({FINAL})
""",
    "all_senders_by_name": f"""\
    def execute(self, requests):
        later = {{}}
        for request in requests:
            later[request.request_id()] = request.get_response_sender()
        for sender in later.values():
            sender.send({FINAL})
""",
    "senders_by_name": f"""\
    def execute(self, requests):
        later = {{}}
        for request in requests:
            sender = request.get_response_sender()
            if request.request_id():
                later[request.request_id()] = sender
                continue
            sender.send({FINAL})
        for sender in later.values():
            sender.send({FINAL})
""",
    "way_ended_by_finally": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                if not request.request_id():
                    continue
                self.logger = 1
            finally:
                sender.send({FINAL})
""",
    "way_ended_by_caller": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            if not self.answer(request, sender):
                sender.send({FINAL})

    def answer(self, request, sender):
        if not request.request_id():
            return False
        sender.send({FINAL})
        return True
""",
    "final_in_a_loop": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            for value in {ARRAY}:
                sender.send({FINAL})  #! maybe final-in-loop
""",
    "sent_behind_the_last_turn": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            values = {ARRAY}
            for i, value in enumerate(values):
                flags = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if i == len(values) - 1 else 0
                sender.send(flags=flags)
            sender.send()  #! maybe after-final
""",
    "sent_behind_no_turn": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            values = {ARRAY}
            for i, value in enumerate(values):
                last = i == len(values) - 1
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if last else 0)
            if len(values) == 0:
                sender.send({FINAL})
""",
    "final_in_the_last_turn": f"""\
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            values = {ARRAY}
            for i, value in enumerate(values):
                last = i == len(values) - 1
                sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL if last else 0)
            for value in values:
                if value.sum() > 3:
                    sender.send({FINAL})
                    break
""",
    "queue": f"""\
    def execute(self, requests):
        import queue
        todo = queue.Queue()
        for request in requests:
            todo.put(request.get_response_sender())
        while not todo.empty():
            todo.get().send({FINAL})
""",
}


def events(folder: Path, model: str, config: str = CONFIG) -> list[tuple[int, str, str]]:
    """What the rehearsal of a model says, with the model "scorer" beside it: line, "sure" or "maybe", what."""
    written = {"scorer/config.pbtxt": SCORER, "scorer/1/model.py": ANY, "m/config.pbtxt": config, "m/1/model.py": model}
    for path, text in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    found = discover([str(folder)], lambda _path, _folder: False).requested
    models = {one.name: ModelFacts(one, Target(release=RELEASE), read_text_file, {}) for one in found}
    for facts in models.values():
        facts.others = models.get
    facts = models["m"]
    assert facts.config is not None
    (python,) = facts.python
    played = rehearse(python, facts.config, facts.effective)
    assert played.crash is None
    index = LineIndex(python.text)
    said = [(r.span, r.sure, r.message.split(":")[0]) for r in played.raises if not r.explicit]
    # The cases that call other models are about something else than their errors: TLP306 has examples of those.
    said += [(one.span, one.sure, one.kind) for one in played.mistakes if one.kind != "error-lost"]
    return sorted(
        {(index.position(s.start or 0, s.end or 0).line, "sure" if sure else "maybe", what) for s, sure, what in said}
    )


@pytest.mark.parametrize("name", CASES)
def test_what_a_rehearsal_says(name: str, tmp_path: Path) -> None:
    model = HEAD + CASES[name]
    expected = [
        (number, *mark.groups()) for number, line in enumerate(model.splitlines(), 1) for mark in MARK.finditer(line)
    ]
    assert events(tmp_path, model) == expected, model


def marked(model: str) -> list[tuple[int, str, str]]:
    """What the comments of a model say."""
    return [
        (number, mark[1], mark[2]) for number, line in enumerate(model.splitlines(), 1) for mark in MARK.finditer(line)
    ]


def test_none_at_another_place_is_another_input_that_is_not_there(tmp_path: Path) -> None:
    model = """\
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def read(self, request, name):
        tensor = pb_utils.get_input_tensor_by_name(request, name)
        if tensor is None:
            return None
        return tensor.as_numpy()

    def scored(self, x, mask, extra):
        if mask is not None:
            x = x + mask
        return x + extra[0, 0]  #! maybe TypeError

    def execute(self, requests):
        out = []
        for request in requests:
            score = self.scored(*[self.read(request, name) for name in ("x", "mask", "extra")])
            out.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", score)]))
        return out
"""
    config = CONFIG.replace('output { name: "label" data_type: TYPE_STRING dims: [ 1 ] }\n', "")
    config += 'input { name: "mask" data_type: TYPE_FP32 dims: [ 4 ] optional: true }\n'
    assert events(tmp_path, model, config) == marked(model)


@pytest.mark.parametrize("name", ASYNC)
def test_what_an_async_model_does(name: str, tmp_path: Path) -> None:
    model = HEAD + "class TritonPythonModel:\n" + ASYNC[name]
    assert events(tmp_path, model) == marked(model), model


@pytest.mark.parametrize("name", STREAMS)
def test_what_a_decoupled_model_sends(name: str, tmp_path: Path) -> None:
    model = HEAD + "class TritonPythonModel:\n" + STREAMS[name]
    config = CONFIG + "model_transaction_policy { decoupled: true }\n"
    assert events(tmp_path, model, config) == marked(model), model


ANSWERS = {
    "sent_without_the_flag": f"""\
class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def job(self, sender, x):
        try:
            tensors = [pb_utils.Tensor("y", x), pb_utils.Tensor("label", x[:, :1].astype(object))]
            response = pb_utils.InferenceResponse(tensors)
        except ValueError as error:
            response = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        sender.send(response)  #! sure no-final

    def execute(self, requests):
        for request in requests:
            self.pool.submit(self.job, request.get_response_sender(), {ARRAY})
""",
    "sender_and_array_swapped": f"""\
class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def job(self, sender, x):
        total = x.sum()
        sender.send(pb_utils.InferenceResponse(error=pb_utils.TritonError(str(total))), {FINAL})

    def execute(self, requests):
        for request in requests:
            self.pool.submit(self.job, {ARRAY}, request.get_response_sender())  #! maybe no-final
        return None
""",
    "sent_with_the_flag": f"""\
class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            y, label = {ARRAY}, {TEXT}
            response = pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", label)])
            request.get_response_sender().send(response, {FINAL})
        return None
""",
    "a_job_of_the_file_with_the_sender_in_it": f"""\
class Ticket:
    def __init__(self, sender, x):
        self.sender, self.x = sender, x


def score(ticket):
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(ticket.x.sum())))


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def execute(self, requests):
        tickets, results = [], []
        for request in requests:
            ticket = Ticket(request.get_response_sender(), {ARRAY})
            tickets.append(ticket)
            results.append(self.pool.submit(score, ticket))
        while tickets:
            ticket, result = tickets.pop(0), results.pop(0)
            ticket.sender.send(result.result())  #! sure no-final
""",
    "a_job_that_answers": f"""\
class Ticket:
    def __init__(self, sender, x):
        self.sender, self.x = sender, x


class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)

    def work(self, ticket):
        error = pb_utils.TritonError(str(ticket.x.sum()))
        ticket.sender.send(pb_utils.InferenceResponse(error=error), {FINAL})

    def execute(self, requests):
        for request in requests:
            self.pool.submit(self.work, Ticket(request.get_response_sender(), {ARRAY}))
""",
    "the_list_of_requests_is_sorted": f"""\
def width(request):
    return len({ARRAY})


class Order:
    def __init__(self, batch):
        batch.sort(key=width)  #! sure list-changed
        self.batch = batch


class TritonPythonModel:
    def execute(self, requests):
        order = Order(requests)
        for request in sorted(order.batch, key=width):
            x = {ARRAY}
            x.nothing()  #! sure AttributeError
        return [None for _ in requests]
""",
}
"""Models that answer through senders though they are not decoupled, and what becomes of the list of requests."""


@pytest.mark.parametrize("name", ANSWERS)
def test_what_senders_do_instead_of_a_list(name: str, tmp_path: Path) -> None:
    model = HEAD + ANSWERS[name]
    assert events(tmp_path, model) == marked(model)


STREAMER = """\
class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            request.get_response_sender().send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
"""


@pytest.mark.parametrize("asks", [True, False])
def test_a_stream_that_ends_with_the_flag_alone(asks: bool, tmp_path: Path) -> None:
    (tmp_path / "streamer" / "1").mkdir(parents=True)
    (tmp_path / "streamer" / "1" / "model.py").write_text(HEAD + STREAMER)
    decoupled = "model_transaction_policy { decoupled: true }\n"
    (tmp_path / "streamer" / "config.pbtxt").write_text(SCORER + decoupled)
    test = "if answer.output_tensors():" if asks else "if not answer.has_error():"
    mark = "" if asks else "  #! maybe AttributeError"
    model = HEAD + ask(
        '["score"]',
        "for answer in ask.exec(decoupled=True):\n"
        f"    {test}\n"
        f'        y = x + pb_utils.get_output_tensor_by_name(answer, "score").as_numpy(){mark}',
    ).replace('"scorer"', '"streamer"')
    assert events(tmp_path, model) == marked(model), model


@pytest.mark.parametrize("asks", [True, False])
def test_a_named_output_of_a_stream_that_ends_with_the_flag_alone(asks: bool, tmp_path: Path) -> None:
    (tmp_path / "streamer" / "1").mkdir(parents=True)
    (tmp_path / "streamer" / "1" / "model.py").write_text(HEAD + STREAMER)
    decoupled = "model_transaction_policy { decoupled: true }\n"
    (tmp_path / "streamer" / "config.pbtxt").write_text(SCORER + decoupled)
    used = "if score: y = x + score.as_numpy()" if asks else "y = x + score.as_numpy()  #! maybe AttributeError"
    model = HEAD + ask(
        '["score"]',
        "for answer in ask.exec(decoupled=True):\n"
        '    score = pb_utils.get_output_tensor_by_name(answer, "score")\n'
        f"    {used}",
    ).replace('"scorer"', '"streamer"')
    assert events(tmp_path, model) == marked(model), model


HELPERS = {
    "wrapper_without_self": f"""\
def per_request(function):
    @functools.wraps(function)
    def wrapper(requests):  #! sure TypeError
        return [function(request) for request in requests]
    return wrapper

class TritonPythonModel:
    @per_request
    def execute(self, request):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", {ARRAY}), pb_utils.Tensor("label", {TEXT})])
""",
    "wrapper_that_hands_all_on": f"""\
def per_request(function):
    @functools.wraps(function)
    def wrapper(self, requests):
        return [function(self, request) for request in requests]
    return wrapper

class TritonPythonModel:
    @per_request
    def execute(self, request):
        return pb_utils.InferenceResponse([pb_utils.Tensor("y", {ARRAY}), pb_utils.Tensor("label", {TEXT})])
""",
    "error_made_of_the_exception": f"""\
class TritonPythonModel:
    def failure(self, reason):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(reason))  #! maybe TypeError

    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                text = {TEXT}
                y = {ARRAY} * np.float32(float(text[0, 0]))
                responses.append(
                    pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", text)])
                )
            except ValueError as reason:
                responses.append(self.failure(reason))
        return responses
""",
}
"""Helpers and decorators that are given, or give, something else than they take."""


@pytest.mark.parametrize("name", HELPERS)
def test_what_helpers_are_given(name: str, tmp_path: Path) -> None:
    model = HEAD.replace("import json", "import functools\nimport json") + HELPERS[name]
    assert events(tmp_path, model) == marked(model)


TENSORS = (("input", "x"), ("output", "y"))
WIDE = """\
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            {test}
                x = x * np.float32(2)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x)]))
        return responses
"""
"""A model for arrays of any length."""


@pytest.mark.parametrize(
    "test",
    [
        "if x > 2:  #! maybe ValueError",
        "if x.size == 1 and x > 2:",
        "if (x > 2).any():",
        "if x.max(axis=(0, 1), keepdims=True) > 2:",
        "if x[0, 0] > 2:",
    ],
)
def test_an_array_of_any_length_as_a_condition(test: str, tmp_path: Path) -> None:
    model = HEAD + WIDE.format(test=test)
    config = 'backend: "python"\nmax_batch_size: 8\n'
    config += "".join(f'{kind} {{ name: "{name}" data_type: TYPE_FP32 dims: [ -1 ] }}\n' for kind, name in TENSORS)
    assert events(tmp_path, model, config) == marked(model), model


@pytest.mark.parametrize(
    "body",
    [
        """
raw = np.frombuffer(text[0, 0], dtype=np.float32)
part = raw.reshape(-1, 4)
part[part < 0] = 0  #! sure ValueError
""",
        """
part = np.frombuffer(text[0, 0], dtype=np.float32)[2:]
part *= 2  #! sure ValueError
""",
        """
wide = np.broadcast_to(x, (2, *x.shape))
np.clip(wide, 0, 1, out=wide)  #! sure ValueError
""",
        """
own = np.frombuffer(text[0, 0], dtype=np.float32).copy()
own[own < 0] = 0
turned = np.frombuffer(text[0, 0], dtype=np.uint8).reshape(-1, 2).T.reshape(-1)
turned[0] = 1
room = np.frombuffer(bytearray(text[0, 0]), dtype=np.uint8)
room += 1
bits = np.unpackbits(np.frombuffer(text[0, 0], dtype=np.uint8))
bits[0] = 1
""",
        """
spectrum = np.fft.rfft(x, axis=-1) / 2
pb_utils.Tensor("y", spectrum)  #! sure TritonModelException
""",
        """
spectrum = np.fft.rfft(x, axis=-1)
pb_utils.Tensor("y", np.abs(spectrum)[:, :4].astype(np.float32))
pb_utils.Tensor("y", np.fft.irfft(spectrum).astype(np.float32))
pb_utils.Tensor("y", spectrum.real[:, :4].astype(np.float32))
""",
        """
places = np.where(x[0] > 0)
count = len(places)  #! sure places
if np.nonzero(x):  #! sure places
    count = len(places[0])
rows, columns = np.nonzero(x)
count = len(rows) + len(np.argwhere(x)) + len(np.where(x > 0, x, 0))
""",
        """
shown = np.vectorize(lambda word: str(word), otypes=[object])(text)  #! maybe bytes-in-text
shown = list(map(lambda word: f"{word}!", text.ravel()))  #! maybe bytes-in-text
shown = np.frompyfunc(lambda word, times: word.decode() * times, 2, 1)(text, x[:, :1].astype(int))
shown = list(map(lambda word: word.decode(), text.ravel()))
""",
        """
vector = np.vectorize(lambda value, times=1.0: value * times)
y = vector(x, times=2.0) + np.vectorize(lambda a, b: a + b, signature="(n),(n)->(n)")(x, b=x)
""",
        """
value = np.float64(json.loads(text[0, 0]))
shown = json.dumps([np.float64(x[0, 0]), np.float64(3), value])
shown = json.dumps([np.float32(x[0, 0])])  #! sure TypeError
""",
    ],
)
def test_what_numpy_makes(body: str, tmp_path: Path) -> None:
    model = HEAD + each(f"{body.strip()}\ny, label = x, text")
    assert events(tmp_path, model) == marked(model)


HELPED = {
    "a_context_manager_of_the_file": """\
from contextlib import contextmanager


class Meter:
    def __init__(self):
        self.family = pb_utils.MetricFamily(name="busy", description="rows", kind=pb_utils.MetricFamily.COUNTER)
        self.busy = self.family.Metric(labels={})

    @contextmanager
    def track(self, rows):
        self.busy.increment(rows)
        try:
            yield self
        finally:
            self.busy.increment(-rows)  #! sure metric


class TritonPythonModel:
    def initialize(self, args):
        self.meter = Meter()

    def execute(self, requests):
        for request in requests:
            with self.meter.track(3) as meter:
                meter.nothing  #! sure AttributeError
        return [pb_utils.InferenceResponse([]) for _ in requests]
""",
    "a_metric_under_a_name_that_a_request_brings": """\
class TritonPythonModel:
    def initialize(self, args):
        self.family = pb_utils.MetricFamily(name="hits", description="hits", kind=pb_utils.MetricFamily.COUNTER)
        self.level = pb_utils.MetricFamily(name="level", description="level", kind=pb_utils.MetricFamily.GAUGE)
        self.hits = {name: self.family.Metric(labels={"rule": name}) for name in ("a", "b")}
        self.either = {"hits": self.hits["a"], "level": self.level.Metric(labels={})}

    def execute(self, requests):
        for request in requests:
            name = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()[0, 0].decode()
            self.hits[name].set(1)  #! sure metric
            self.either[name].set(1)
        return [pb_utils.InferenceResponse([]) for _ in requests]  #! sure missing-output
""",
    "a_context_manager_with_a_lock_that_is_left_early": """\
import contextlib


class TritonPythonModel:
    def initialize(self, args):
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def held(self):
        with self.lock:
            yield 1

    def one(self, request):
        with self.held() as number:
            if request.request_id():
                return pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(number)))

    def execute(self, requests):
        return [self.one(request) for request in requests]
""",
    "loggers_change_nothing": f"""\
import logging

logger = logging.getLogger("model")


class TritonPythonModel:
    def execute(self, requests):
        sizes = [len({ARRAY}) for request in requests]
        rows = np.concatenate([{ARRAY} for request in requests])
        logger.info("%s", sizes)
        parts = np.array_split(rows, len(sizes))  #! sure split-by-requests
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(parts))) for _ in requests]
""",
    "one_error_in_several_responses": f"""\
class TritonPythonModel:
    def initialize(self, args):
        self.kept = pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))  #! maybe response-again

    def execute(self, requests):
        refused = pb_utils.TritonError("no")
        failed = pb_utils.InferenceResponse(error=pb_utils.TritonError("no"))  #! maybe response-again
        responses = []
        for request in requests:
            x = {ARRAY}
            if x.max() > 3:
                responses.append(self.kept)
            elif x.max() > 2:
                responses.append(failed)
            elif x.max() > 1:
                responses.append(pb_utils.InferenceResponse(error=refused))  #! maybe error-again
            else:
                fresh = pb_utils.TritonError("no")
                responses.append(pb_utils.InferenceResponse(error=fresh))
        return responses
""",
    "errors_that_are_many": f"""\
class TritonPythonModel:
    def checked(self, x):
        error = pb_utils.TritonError("no")
        for value in x.ravel():
            if value > 3:
                return pb_utils.InferenceResponse(error=error)
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("no, either"))

    def answer(self, reply):
        if reply.has_error():
            return pb_utils.InferenceResponse(error=reply.error())
        return pb_utils.InferenceResponse(reply.output_tensors())

    def execute(self, requests):
        rows = np.concatenate([{ARRAY} for request in requests])
        errors = [pb_utils.TritonError(str(value)) for value in rows.ravel()]
        failed = [pb_utils.InferenceResponse(error=error) for error in errors]
        calls = [pb_utils.InferenceRequest(model_name="m", requested_output_names=["OUT"], inputs=[]) for _ in rows]
        replies = [call.exec() for call in calls]
        if len(rows) > 5:
            return [failed[number] for number in range(len(requests))]
        if len(rows) > 4:
            return [self.answer(replies[number]) for number in range(len(requests))]
        return [self.checked({ARRAY}) for request in requests]
""",
    "sizes_are_no_positions": f"""\
class TritonPythonModel:
    def execute(self, requests):
        arrays = [{ARRAY} for request in requests]
        sizes = [len(x) for x in arrays]
        rows = np.concatenate(arrays)
        parts = np.split(rows, sizes[:-1])  #! sure split-by-sizes
        cuts = sizes[:-1]
        for number in range(1, len(cuts)):
            cuts[number] += cuts[number - 1]
        parts = np.split(rows, cuts)
        parts = np.split(rows, np.cumsum(sizes)[:-1])
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(part))) for part in parts]
""",
    "asks_for_the_size_of_a_row": each("""
row = x[0]  #! maybe first-row
places = np.nonzero(row > 0.5)[0]
y = np.zeros((1, 4), np.float32) + (places.size + len(row)) / row.shape[0]
label = np.array([[text[0, 0]]], dtype=object)
"""),
    "asks_for_the_number_of_rows": each("""
row = x[0]
if (x == row).size > row.size:
    raise ValueError("one")
y = row.reshape(1, 4)
label = np.array([[text[0, 0]]], dtype=object)
"""),
    "errors_by_class": f"""\
CODES = {{ValueError: 400, KeyError: 404}}
NAMES = {{ValueError: "INVALID_ARG", KeyError: "NOT_FOUND"}}


class TritonPythonModel:
    def initialize(self, args):
        self.logger = pb_utils.Logger

    def failed(self, error):
        self.logger.log_error(error)  #! maybe logged
        self.logger.log_info(f"{{error}}")
        code = CODES.get(type(error), 500)
        good = getattr(pb_utils.TritonError, NAMES.get(type(error), "INTERNAL"))
        pb_utils.TritonError(str(error), good)
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error), code))  #! maybe error-code

    def one(self, request):
        if {ARRAY}.sum() > 3:
            raise ValueError("no")
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("yes"))

    def execute(self, requests):
        responses = []
        for request in requests:
            try:
                responses.append(self.one(request))
            except ValueError as error:
                responses.append(self.failed(error))
        return responses
""",
    "json_of_bytes": f"""\
def plain(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def shown(value):
    return str(value)  #! maybe bytes-in-text


class TritonPythonModel:
    def one(self, request):
        record = {{"text": {TEXT}.reshape(-1)[0], "number": 3}}
        text = json.dumps(record, default=str)  #! sure bytes-in-text
        text += json.dumps(record, default=shown) + json.dumps(record, default=plain)
        text += json.dumps({{"text": record["text"].decode(), "path": object()}}, default=str)
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(text))

    def execute(self, requests):
        return [self.one(request) for request in requests]
""",
    "options_by_the_fields_of_a_dataclass": """\
import dataclasses


@dataclasses.dataclass
class Options:
    size: int = 3
    lower: bool = False


class TritonPythonModel:
    def initialize(self, args):
        given = {"lower": "false", "size": "3"}
        made = {}
        for field in dataclasses.fields(Options):
            made[field.name] = field.type(given[field.name])  #! sure text-as-flag
        self.options = Options(**made)
        self.other = [
            type(one.default)(given[name])  #! sure text-as-flag
            for name, one in Options.__dataclass_fields__.items()
        ]

    def execute(self, requests):
        return [pb_utils.InferenceResponse(error=pb_utils.TritonError("no")) for _ in requests]
""",
    "names_and_arrays_that_do_not_match": f"""\
class TritonPythonModel:
    def initialize(self, args):
        self.names = [one["name"] for one in json.loads(args["model_config"])["output"]]

    def one(self, request):
        pairs = zip(self.names, [{ARRAY}])  #! sure missing-output
        return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in pairs])

    def execute(self, requests):
        return [self.one(request) for request in requests]
""",
}


@pytest.mark.parametrize("name", HELPED)
def test_what_is_done_by_helpers(name: str, tmp_path: Path) -> None:
    model = HEAD + HELPED[name]
    assert events(tmp_path, model, CONFIG + "dynamic_batching { }\n") == marked(model), model
