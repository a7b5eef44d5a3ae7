"""Objects and containers that go by several names: what is changed through one is not taken to be as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import HEAD, each, events, marked

CLASSES = """\
import heapq
from typing import NamedTuple


class Job:
    def __init__(self, row):
        self.row = row
        self.done = None


class Point(NamedTuple):
    a: int
    b: int


Point.__new__.__defaults__ = (1, 2)


def scale(value, by=None):
    return value * by


scale.__defaults__ = (2,)
REGISTRY = {}


class Plugins:
    def __init__(self):
        self.table = {}

    def __call__(self, cls):
        self.table[cls.__name__] = cls
        return cls

    def add(self, function):
        self.table["function"] = function
        return function


plugins = Plugins()


def register(name):
    def wrap(cls):
        REGISTRY[name] = cls
        return cls

    return wrap


@register("gain")
@plugins
class Gain:
    def run(self, value):
        return value * 3


@plugins.add
def half(value):
    return value / 2


"""
START = "y, label, jobs = x, text, [Job(row) for row in x]\nsome = x.sum() > 0\n"
SILENT = {
    "one_of_two_objects": "a, b = Job(1), Job(2)\nc = a if some else b\nc.done = x\nif some:\n    a.done.shape",
    "an_object_or_something_unknown": "a = Job(1)\nc = json.loads(text[0, 0]) if some else a\nc.done = x\n"
    "if not some:\n    a.done.shape",
    "one_of_two_lists_in_tuples": "a, b = [], []\nc = (a, 1) if some else (b, 2)\nc[0].append(1)\n"
    "if some:\n    a[0]\nelse:\n    b[0]",
    "a_list_or_something_unknown": "a = []\nc = json.loads(text[0, 0]) if some else a\nc.append(1)\n"
    "if not some:\n    a[0]",
    "one_of_two_lists_in_dicts": "a, b = [], []\nc = {'k': a} if some else {'k': b}\nc['k'].append(1)\n"
    "if some:\n    a[0]",
    "objects_in_lists_of_a_list": "queue = []\nfor job in jobs:\n    queue.append([1.0, len(queue), job])\n"
    "queue[0][2].done = x\njobs[0].done.shape",
    "objects_in_a_heap": "queue = []\nfor job in jobs:\n    heapq.heappush(queue, [job.row.sum(), len(queue), job])\n"
    "while queue:\n    heapq.heappop(queue)[2].done = x\nfor job in jobs:\n    job.done.shape",
    "one_object_of_a_list": "jobs[0].done = 'first'\nif jobs[-1].done is None:\n    y = x\n"
    "else:\n    jobs[-1].done.upper()",
    "one_dict_of_a_list": "rows = [{'n': None} for row in x]\nrows[0]['n'] = 1\n"
    "y = x if rows[-1]['n'] is None else x * ''.join(['a', rows[-1]['n'] * 'a']).nothing()\n".replace(
        ".nothing()", ".count('a')"
    ),
    "classes_that_decorators_keep": "REGISTRY['gain']().run(x)\nplugins.table['Gain']().run(x)\n"
    "plugins.table['function'](x)",
    "defaults_that_are_set_later": "Point().b + Point(3).a\nscale(x)",
    "some_of_the_parts": "first, second = [], []\nfor i, row in enumerate(x):\n"
    "    (first if i % 2 == 0 else second).append(row)\n"
    "y = np.concatenate([np.stack(part) for part in (first, second) if part])",
    "an_error_that_is_kept": "error = None\ntry:\n    int(text[0, 0])\nexcept ValueError as problem:\n"
    "    error = problem\ntry:\n    if error is not None:\n        raise error\nexcept ValueError:\n    y = x",
    "an_error_that_is_raised_again": "try:\n    try:\n        int(text[0, 0])\n    except ValueError:\n        raise\n"
    "except ValueError:\n    y = x",
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said(name: str, tmp_path: Path) -> None:
    model = HEAD + CLASSES + each(START + SILENT[name])
    assert events(tmp_path, model) == [], model


def test_objects_with_one_name_are_known(tmp_path: Path) -> None:
    body = "a, b = Job(1), Job(2)\na.done = x\nif some:\n    b.done = x\na.done.nothing()  #! sure AttributeError"
    model = HEAD + CLASSES + each(START + body)
    assert events(tmp_path, model) == marked(model), model
