"""Models that use the standard library, played through as in ``test_rehearsal.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import MARK, each, events

HEAD = """\
import asyncio
import csv
import datetime
import functools
import hashlib
import io
import itertools
import json
import logging
import queue
import re
import threading
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from decimal import Decimal
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

"""
CASES = {
    # ---------------------------------------------------------------------------------------------- typed results
    "checksum_in_text": each('y, label = x, text\n"crc " + zlib.crc32(text[0, 0])  #! sure TypeError'),
    "checksum_of_text": each('y, label = x, text\nzlib.crc32("a")  #! sure TypeError'),
    "checksum": each("y, label = x, text\nzlib.crc32(text[0, 0]) % 7 + 1"),
    "digest_of_text": each('y, label = x, text\nhashlib.sha256("a")  #! sure TypeError'),
    "digest_fed_text": each('y, label = x, text\nh = hashlib.sha256()\nh.update("a")  #! sure TypeError'),
    "digest": each('y, label = x, text\nh = hashlib.new("md5")\nh.update(text[0, 0])\n"a" + h.hexdigest()'),
    "digest_is_text": each('y, label = x, text\nhashlib.md5(b"a").hexdigest().decode()  #! sure AttributeError'),
    "uuid_in_text": each('y, label = x, text\n"id-" + uuid.uuid4()  #! sure TypeError'),
    "uuid_hex": each('y, label = x, text\n"id-" + uuid.uuid4().hex + str(uuid.uuid4())'),
    "a_date_has_no_json": each("y, label = x, text\njson.dumps({'at': datetime.datetime.now()})  #! sure TypeError"),
    "a_date_as_text_has": each("y, label = x, text\njson.dumps({'at': datetime.datetime.now().isoformat()})"),
    "a_decimal_has_no_json": each('y, label = x, text\njson.dumps([Decimal("1")])  #! sure TypeError'),
    "a_decimal_with_default": each('y, label = x, text\njson.dumps([Decimal("1")], default=str)'),
    "decimal_by_float": each('y, label = x, text\nDecimal("1") * 0.5  #! sure TypeError'),
    "decimals": each('y, label = x, text\nround(float(Decimal("1") * 2 + Decimal("0.1")), 2)'),
    "a_decimal_rounded": each(
        'y, label = x, text\nmode = {"a": "ROUND_UP", "b": "ROUND_DOWN"}[text[0, 0].decode()]\n'
        'Decimal("1.5").quantize(Decimal(1), rounding=mode).to_integral_value(text[0, 0].decode())\n'
        'Decimal("1.5") + text[0, 0].decode()  #! sure TypeError'
    ),
    "a_day_less": each("y, label = x, text\ndatetime.date.today() - 1  #! sure TypeError"),
    "days": each("y, label = x, text\n(datetime.date.today() - datetime.date(2024, 1, 1)).days + 1"),
    "seconds": each(
        "y, label = x, text\n(datetime.datetime.now() - datetime.datetime(2024, 1, 1)).total_seconds() / 2"
    ),
    "a_date_of_bytes": each("y, label = x, text\ndatetime.date.fromisoformat(b'2024-01-01')  #! sure TypeError"),
    "a_date_that_may_be_none": each("y, label = x, text\ndatetime.date.fromisoformat('not a date')"),
    "path_and_text": each('y, label = x, text\nPath("a") + "b"  #! sure TypeError'),
    "paths": each('y, label = x, text\n((Path("a") / "b").parent.parent / "c").read_text().upper() + Path("a").name'),
    "path_of_json": each('y, label = x, text\njson.load(Path("a"))  #! sure AttributeError'),
    "path_opened": each('y, label = x, text\nwith open(Path("a")) as file:\n    json.load(file)'),
    # --------------------------------------------------------------------------------------------------- patterns
    "groups_of_text": each(
        'y, label = x, text\nfound = re.match(r"(\\d+)", "a")\nif found:\n    found[1] + 1  #! maybe TypeError'
    ),
    "groups_that_may_be_none": each(
        'y, label = x, text\nfound = re.match(r"(\\d+)(b)?", "a")\n'
        "if found:\n    int(found.group(1)) + len(found.group(2) or '')\n"
        "    if found.group(2) is None:\n        found[2]"
    ),
    "no_such_group": each(
        'y, label = x, text\nfound = re.match(r"(\\d+)", "a")\nif found:\n    found.group(2)  #! maybe IndexError'
    ),
    "named_groups": each(
        'y, label = x, text\nfound = re.search(r"(?P<n>a)", "a")\n'
        'if found is not None:\n    found["n"].upper(), found.groupdict()["n"]'
    ),
    "pairs": each('y, label = x, text\nfor a, b in re.findall(r"(a)(b)", "ab"):\n    a.upper() + b'),
    "three_are_not_two": each(
        'y, label = x, text\nfor a, b in re.findall(r"(a)(b)(c)", "ab"):  #! maybe ValueError\n    pass'
    ),
    "substituted": each('y, label = x, text\nre.sub("a", lambda m: m.group(0).upper(), "b").strip()'),
    # ------------------------------------------------------------------------------------------------------- JSON
    "json_asked": each(
        "y, label = x, text\ndata = json.loads(text[0, 0])\nfor key, value in data.items():\n    key.strip(), value\n"
        'total = 0\nfor row in data["rows"]:\n    total += float(row.get("price", 0)) * row["n"]\n'
        'data.get("name", "").strip().encode("utf-8"), data.get("tags", []), data.get("x", {}).get("y")'
    ),
    "json_texts_decoded": each(
        'y, label = x, text\njson.loads(text[0, 0])["a"].strip().decode()  #! sure AttributeError'
    ),
}
POOL = """\
class TritonPythonModel:
    def initialize(self, args):
        self.pool = ThreadPoolExecutor(2)
        self.names = ["a", "b"]
        self.size = 3
        self.count = 0
        self.seen = {{}}

    def work(self, x):
        {work}

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            {body}
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", text)]))
        return responses
"""


def pool(work: str, body: str) -> str:
    """A model that hands work to a pool."""
    return POOL.format(work=work.replace("\n", "\n        "), body=body.replace("\n", "\n            "))


CASES |= {
    "result_of_a_pool": pool("return x.astype(np.float64)", "y = self.pool.submit(self.work, x).result()").replace(
        "text)]))\n", "text)]))  #! sure data-type\n"
    ),
    "result_that_fits": pool("return x * 2", "y = self.pool.submit(self.work, x).result()"),
    "what_a_pool_raises": pool('return x + "a"  #! sure TypeError', "y = self.pool.submit(self.work, x).result()"),
    "what_nobody_asks": pool('raise ValueError("a")', "self.pool.submit(self.work, x)\ny = x"),
    "what_is_caught": pool(
        'raise ValueError("a")',
        "future = self.pool.submit(self.work, x)\ntry:\n    y = future.result()\nexcept ValueError:\n    y = x",
    ),
    "a_name_that_work_sets": pool(
        "self.size = 'a'\nreturn x", "y = self.pool.submit(self.work, x).result()\n'b' + self.size"
    ),
    "a_name_that_nobody_sets": pool(
        "return x", "y = self.pool.submit(self.work, x).result()\n'b' + self.size  #! sure TypeError"
    ),
    "a_count_that_work_changes": pool(
        "self.count += 1\nself.seen[self.count] = x\nreturn x",
        "y = self.pool.submit(self.work, x).result()\nif self.count:\n    self.seen[1]\nself.names[1]",
    ),
    "a_list_that_work_fills": pool(
        "self.names.append('c')\nreturn x", "y = self.pool.submit(self.work, x).result()\nself.names[2]"
    ),
    "a_list_that_work_fills_by_another_name": pool(
        "names = self.names\nnames.append('c')\nreturn x", "y = self.pool.submit(self.work, x).result()\nself.names[2]"
    ),
    "a_list_that_nobody_fills": pool(
        "return x", "y = self.pool.submit(self.work, x).result()\nself.names[2]  #! sure IndexError"
    ),
    "as_they_complete": pool(
        "return x",
        "futures = [self.pool.submit(self.work, x) for _ in range(2)]\nfor future in as_completed(futures):\n"
        "    y = future.result()\ndone, _ = wait(futures)\nlist(done)",
    ),
    "a_dict_of_futures": pool(
        "return x",
        "futures = {self.pool.submit(self.work, x): i for i in range(2)}\ny = x\nfor future in as_completed(futures):\n"
        "    futures[future] + 1\n    y = future.result()",
    ),
    "a_pool_in_a_with": pool(
        "return x",
        "with ThreadPoolExecutor(2) as some:\n    y, _ = some.map(self.work, [x, x])\n    some.submit(self.work, x)",
    ),
    "set_by_reflection": pool(
        "setattr(self, 'size', 'a')\nreturn x", "y = self.pool.submit(self.work, x).result()\n'b' + self.size"
    ),
}
WORKER = """\
class TritonPythonModel:
    def initialize(self, args):
        self.size = 3
        self.jobs = queue.Queue()
        self.ready = threading.Event()
        self.lock = threading.RLock()
        self.table = {"a": 1}
        self.result = None
        self.log = logging.getLogger(__name__)
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        while not self.ready.is_set():
            self.result = self.jobs.get()
            self.extra = 1

    def execute(self, requests):
        responses = []
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            found = []
            self.jobs.put(found)
            self.log.info("put", found)
            with self.lock:
                if self.result is not None:
                    self.result.shape
                if hasattr(self, "extra"):
                    self.extra + 1
            if found:
                found[0].upper()
            self.jobs.qsize() + self.table["a"]
            "a" + self.jobs.qsize()  #! sure TypeError
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)]))
        return responses
"""
CASES |= {
    "worker": WORKER,
    "worker_and_table": WORKER.replace('"a" + self.jobs.qsize()', 'self.table["b"]').replace("TypeError", "KeyError"),
    "worker_and_size": WORKER.replace("self.jobs.qsize()  #", "self.size  #"),
    "worker_sets_size": WORKER.replace("self.jobs.qsize()  #! sure TypeError", "self.size").replace(
        "self.extra = 1", "self.size = 'a'"
    ),
    "worker_fills_table": WORKER.replace('"a" + self.jobs.qsize()  #! sure TypeError', 'self.table["b"]').replace(
        "self.extra = 1", "self.table['b'] = 1"
    ),
    "a_file_in_memory": each(
        "y, label = x, text\nout = io.StringIO()\nwriter = csv.writer(out)\nwriter.writerow([1])\n"
        'out.getvalue().encode() + b"a"'
        '\nfor row in csv.reader(io.StringIO("a,b")):\n    row[0].strip()\n'
        'for row in csv.DictReader(io.StringIO("a,b")):\n    float(row["a"] or 0)'
    ),
    "a_file_of_text": each('y, label = x, text\nio.StringIO("a").getvalue() + b"a"  #! sure TypeError'),
    "a_row_of_texts": each(
        'y, label = x, text\nfor row in csv.reader(io.StringIO("a,b")):\n    row[0] + 1  #! maybe TypeError'
    ),
    "a_file_asked": each(
        "y, label = x, text\nfile = open('a', 'w')\nif not file.closed:\n    file.close()\n"
        "file.write('a') + 1, file.name\nopen('b', 'rb').read() + b'a'"
    ),
    "sums": each(
        "y, label = x, text\nends = list(itertools.accumulate([1, 2, 3]))\n"
        "'a' + ends[2]  #! sure TypeError\nlist(itertools.accumulate([[1], [2]]))[1][1]"
    ),
    "no_sums": each("y, label = x, text\nlist(itertools.accumulate([{}]))\nlist(itertools.accumulate([None], max))"),
    "sums_of_any_number": each(
        "y, label = x, text\nends = list(itertools.accumulate(len(t) for t in text[:, 0]))\n"
        "if ends:\n    ends[-1] + 1\n    'a' + ends[0]  #! maybe TypeError"
    ),
    "sums_with_a_beginning": each(
        "y, label = x, text\n[0][len(list(itertools.accumulate([], initial=1))) - 1]\n"
        "itertools.accumulate([1, 'a'])\nlist(itertools.accumulate([1, 'a']))  #! sure TypeError"
    ),
    "groups": each(
        "y, label = x, text\nfor key, rows in itertools.groupby(sorted(text[:, 0]), key=len):\n"
        "    key + 1\n    for row in rows:\n        row.decode().strip()\n        row + 'a'  #! maybe TypeError"
    ),
    "pairs_of_neighbours": each(
        "y, label = x, text\n[b - a for a, b in itertools.pairwise([1, 2, 4])][1]\n"
        "for a, b in itertools.pairwise([1]):\n    a + 'a'\n"
        "for a, b, c in itertools.pairwise([1, 2]):  #! sure ValueError\n    pass"
    ),
    "combined": each(
        "y, label = x, text\nlist(itertools.combinations([1, 2], 2))[0][1] + 1\n"
        "for a, b in itertools.permutations(text[:, 0], 2):\n    a.decode() + b.decode()\n"
        "first, second = itertools.tee(iter([1]))\nnext(first) + next(second)\n"
        "for row in itertools.batched([1, 2, 3], 2):\n    row[0] + 1, sum(row)\n"
        "next(itertools.dropwhile(lambda one: one < 5, [1, 2, 3]), 0) + 1"
    ),
    "a_part_of_a_function": each(
        "label = text\ntwice = functools.partial(np.multiply, np.float32(2))\ny = twice(x)\n"
        "functools.partial(int, base=2)('11') + 1\n"
        "functools.partial(json.dumps, default=str)({'a': uuid.uuid4()}) + 'a'"
    ),
    "a_part_of_another_type": each(
        "label = text\ntwice = functools.partial(np.multiply, np.float64([2]))\ny = twice(x)"
    ).replace("label)]))\n", "label)]))  #! sure data-type\n"),
    "a_part_of_something_of_the_backend": each(
        "import other_library\nlabel = text\nmake = functools.partial(pb_utils.Tensor, 'y')\n"
        "say = functools.partial(pb_utils.Logger.log_info)\nkeep = functools.partial(scaled, [2], cap=3)\n"
        "other_library.register(keep)\nkeep(x)\nsay('text')\n"
        "y = make(x).as_numpy()\nsay(len(x))  #! sure logged\nmake('y', x)  #! sure TypeError"
    )
    + "\n\ndef scaled(factors, x, *, cap):\n    return np.minimum(x * factors[0], cap)\n",
    "more_than_the_logger_takes": each(
        "y, label = x, text\ndef tell(message, *others):\n"
        "    pb_utils.Logger.log_info(message, *others)  #! maybe log-arguments\n"
        "tell('a')\nif len(x) > 2:\n    tell('%d rows', len(x))"
    ),
    "groups_in_a_remark": each(
        'y, label = x, text\nfor a in re.findall(r"(a) # (b)", "a", re.X):\n    a.upper()\n'
        'found = re.match(r"(?x)(a) ?", "b")\nif found and found.group(1) is not None:\n    found.group(1).upper()'
    ),
    "bytes_put_into_json": each(
        'y, label = x, text\ndata = json.loads(text[0, 0])\ndata["raw"] = text[0, 0]\ndata["raw"].strip().decode()'
    ),
    "bytes_added_to_json": each(
        'y, label = x, text\ndata = json.loads(text[0, 0])\ndata["raw"].append(text[0, 0])\n'
        'data["raw"][0].strip().decode()'
    ),
    "another_process": pool(
        "self.size = 'a'\nreturn x",
        "import multiprocessing\nwith multiprocessing.Pool(2) as some:\n    y = some.map(self.work, [x])[0]\n"
        "self.size + 1, 'a' + str(self.size)",
    ),
    "results_that_are_no_plain_tuples": each(
        "import colorsys, shutil, time\ny, label = x, text\ntime.get_clock_info('monotonic').resolution * 2\n"
        "shutil.disk_usage('/').free // 2\ncolorsys.rgb_to_yiq(0.1, 0.2, 0.3)[0] + 1"
    ),
    "parts_of_an_address": each(
        "import urllib.parse\ny, label = x, text\nurl = urllib.parse.urlparse(text[0, 0].decode())\n"
        "url.port + 1, url.username.upper(), url.password + 'a', url.hostname + 'a'"
    ),
    "version_of_an_id": each("y, label = x, text\nuuid.uuid4().version + 1, uuid.uuid4().hex + 'a'"),
    "what_stands_for_nothing": each(
        "import configparser, unicodedata\ny, label = x, text\n"
        "parser = configparser.ConfigParser()\nparser.read('a')\n"
        "if parser.getint('a', 'b', fallback=None) is None:\n    float('a')  #! maybe ValueError\n"
        "if unicodedata.digit('a', None) is None:\n    float('a')  #! maybe ValueError"
    ),
    "elements_of_texts": each(
        "y, label = x, text\ntext.astype(str)[0, 0].item() + 'a', text.astype('S')[0, 0].item() + b'a'\n"
        "np.array(['a', 'b'])[0].tolist() + 'a', text.astype(str)[0, 0].dtype\n"
        "text.astype(str)[0, 0].decode()  #! sure AttributeError"
    ),
    "names_of_fields": each(
        "y, label = x, text\ntable = np.zeros(2, dtype=[('a', 'f4'), ('b', 'f4')])\n"
        "table[['a', 'b']] = table[['b', 'a']]\ntable[['a']].dtype.names[0] + 'x'"
    ),
    "days_of_texts": each("y, label = x, text\nnp.arange('2024-01', '2024-03', dtype='datetime64[D]').size + 1"),
    "fields_that_are_not_given": """\
from dataclasses import dataclass, field


@dataclass
class Item:
    rank: float = field(init=False)
    score: float
    name: str = field(default="", kw_only=True)

    def __post_init__(self):
        self.rank = -self.score


class TritonPythonModel:
    def initialize(self, args):
        self.item = Item(1.5, name="a")
        self.rank, self.name = self.item.rank + 1, self.item.name + "b"

    def execute(self, requests):
        return [None for _ in requests]
""",
    "fields_that_are_set_later": """\
from dataclasses import dataclass, field


@dataclass
class Item:
    colour: tuple
    label: str = field(init=False)
    late: int = field(init=False)

    def __post_init__(self):
        self.label = "-".join(self.colour)

    def settle(self):
        self.late = 2


ITEMS = [Item(("a", "b")), Item(("c",))]


class TritonPythonModel:
    def execute(self, requests):
        for item in ITEMS:
            item.settle()
            item.late + 1
            item.label + "b"
            item.label + 1  #! sure TypeError
        return [None for _ in requests]
""",
    "fields_that_something_else_describes": """\
from dataclasses import dataclass


def describe(init):
    return property(lambda owner: 1, lambda owner, value: None)


@dataclass
class Item:
    label: str = describe(init=False)

    def __post_init__(self):
        self.label = "a"


class TritonPythonModel:
    def execute(self, requests):
        Item().label + 1
        return [None for _ in requests]
""",
    "texts_that_are_no_json": each(
        "y, label = x, text\ntry:\n    data = json.loads('')\n"
        "except json.JSONDecodeError as error:\n    data = {'a': error.pos + 1}\n"
        "data.get('a')\ntry:\n    int('')  #! sure ValueError\nexcept json.JSONDecodeError:\n    pass"
    ),
    "descriptors": """\
class Number:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, kind=None):
        return self if obj is None else getattr(obj, self.name, 0)

    def __set__(self, obj, value):
        setattr(obj, self.name, int(value))


class Options:
    size, count = Number(), Number()

    def __init__(self):
        self.size = "3"


class TritonPythonModel:
    def initialize(self, args):
        options = Options()
        self.size = options.size + options.count + 1

    def execute(self, requests):
        return [None for _ in requests]
""",
    "classes_that_take_others": """\
import abc
from typing import Protocol, runtime_checkable


@runtime_checkable
class Scaler(Protocol):
    def scale(self, values): ...


class Base(abc.ABC):
    pass


class Double:
    def scale(self, values):
        return values * 2


Base.register(Double)


class TritonPythonModel:
    def initialize(self, args):
        assert isinstance(Double(), Scaler)
        assert isinstance(Double(), Base)

    def execute(self, requests):
        return [None for _ in requests]
""",
    "tasks": """\
class TritonPythonModel:
    async def one(self, x):
        await asyncio.sleep(0)
        return x

    async def execute(self, requests):
        responses = []
        gate = asyncio.Semaphore(2)
        for request in requests:
            x = pb_utils.get_input_tensor_by_name(request, "x").as_numpy()
            text = pb_utils.get_input_tensor_by_name(request, "text").as_numpy()
            async with gate, asyncio.TaskGroup() as group:
                task = group.create_task(self.one(x))
            y = task.result()
            await asyncio.wait_for(self.one(x), 1)
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", y), pb_utils.Tensor("label", text)]))
        return responses
""",
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_rehearsal_says(name: str, tmp_path: Path) -> None:
    model = HEAD + CASES[name]
    expected = [
        (number, *mark.groups()) for number, line in enumerate(model.splitlines(), 1) for mark in MARK.finditer(line)
    ]
    assert events(tmp_path, model) == expected, model
