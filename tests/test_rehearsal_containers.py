"""Containers whose keys and places requests decide: what they may hold is known, and nothing else is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import HEAD, each, events, marked

IMPORTS = """\
import heapq
import json
import itertools
import operator
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from typing import NamedTuple

Pair = namedtuple("Pair", "word count", defaults=(0,))


class Span(NamedTuple):
    start: int
    end: int = 0


"""
ROWS = "y, label, key = x, text, text[0, 0].decode()\nrows = [(len(w), w) for w in key.split()]\n"
CASES = {
    "what_a_count_holds": "counts = {}\nfor w in key.split():\n    counts[w] = counts.get(w, 0) + 1\n"
    "counts[key] + 'x'  #! sure TypeError",
    "what_a_loop_puts_in_later": "step = {}\nfor w in key.split():\n    last = step.get(w)\n    if last is None:\n"
    "        step[w] = 0\n    elif last == 0:\n        step[w] = 'many'\n    else:\n        step[w] = last + 'x'",
    "a_table_asked_for_what_it_may_lack": "table = {}\ntable[key] = x\nfound = table.get(key)\n"
    "found = found if found is not None else x\nfound.nothing()  #! sure AttributeError",
    "what_may_be_none": "table = {}\ntable[key] = x\nfound = table.get(key)\nif not found:\n    found = 'x'",
    "the_order_of_use": "cache = OrderedDict()\ncache[key] = x\ncache.move_to_end(key)\n"
    "old, one = cache.popitem(last=False)\n"
    "one.nothing()  #! sure AttributeError",
    "a_key_that_is_not_there": "cache = OrderedDict()\nif (key,) in cache:\n    cache.move_to_end((key,))",
    "one_list_by_two_names": "table, one = {}, []\ntable[key] = one\none.append(1)\ntable[key].append('text')\n"
    "if len(one) == 1:\n    one.nothing()",
    "two_lists": "table, one = {}, []\ntable[key] = one\ntable[key + 'x'] = []\ntable[key].append('text')\n"
    "if len(one) == 0:\n    ''.join(one)\nelse:\n    one[0].upper()",
    "what_is_put_over_a_known_key": "table = {'a': 1}\ntable[key] = 'x'\nif table['a'] == 1:\n    pass\n"
    "else:\n    table['a'].upper()",
    "columns": "words = ()\nif rows:\n    sizes, words = zip(*rows)\n    sizes.nothing()  #! maybe AttributeError\n"
    "words[:1]",
    "columns_of_nothing": "columns = list(zip(*rows))\nif len(columns) == 2:\n    columns[1][0].upper()",
    "the_first_or_none": "best = next((r for r in rows if r[0] > 3), None)\nif not best:\n    best = (0, '')\n"
    "best[1].nothing()  #! sure AttributeError",
    "a_heap": "heap = []\nheapq.heappush(heap, (1, key))\nheapq.heappush(heap, (0, 'b'))\n"
    "heapq.heappop(heap)[1].nothing()  #! sure AttributeError",
    "an_input_of_a_number": "for one, place in enumerate(key):\n"
    "    pb_utils.get_input_tensor_by_name(one, 'x')  #! maybe AttributeError",
    "an_output_of_a_number": "pb_utils.get_output_tensor_by_name(len(key), 'x')  #! sure AttributeError",
    "a_text_among_bytes": "data = text[0, 0]\n'a' in data.lower()  #! sure TypeError",
    "bytes_among_a_text": "data = text[0, 0]\ndata in key  #! sure TypeError",
    "bytes_joined_by_a_text": "data = text[0, 0]\n' '.join(data.split())  #! maybe TypeError",
    "a_text_joined_by_bytes": "b' '.join(key.split())  #! maybe TypeError",
    "texts_joined_by_a_text": "data = text[0, 0]\n' '.join(key.split())\nb' '.join(data.split())\nb'a' in data",
    "bytes_one_by_one": "data = text[0, 0]\n[letter.lower() for letter in data]  #! maybe AttributeError",
    "a_place_and_a_letter": "for i, word in key.split():  #! maybe ValueError\n    pass",
    "two_letters": "for first, second in key.split():\n    first.upper()\nfor i, word in enumerate(key.split()):\n"
    "    word.upper()\nfor i, word in [('a', 'b'), (key, key)]:\n    i.upper()",
    "none_of_a_document": "found = json.loads(key).get('a')\nif found is None:\n"
    "    found.strip()  #! maybe AttributeError\nelse:\n    found.strip()",
    "an_empty_heap": "heapq.heappop([])  #! sure IndexError",
    "the_largest": "heapq.nlargest(3, rows)[0][1].nothing()  #! sure AttributeError",
    "groups": "for size, group in itertools.groupby(sorted(rows), key=operator.itemgetter(0)):\n"
    "    [one[1].upper() for one in group]",
    "getters": "operator.itemgetter(1)(rows[0]).nothing()  #! sure AttributeError\n",
    "a_getter_of_two": "a, b = operator.itemgetter(0, 1)(rows[0])\nb.nothing()  #! sure AttributeError",
    "a_method_by_name": "operator.methodcaller('upper')(key).nothing()  #! sure AttributeError",
    "a_named_tuple": "word, count = Pair(key)._replace(count=2)\ncount.nothing()  #! sure AttributeError",
    "a_field_that_is_not_there": "Pair(key)._replace(number=2)  #! sure ValueError",
    "a_named_tuple_by_place": "Span(1)[1].nothing()  #! sure AttributeError",
    "a_named_tuple_as_it_is": "span = Span(1, 3)\nif isinstance(span, tuple) and len(span) == 2:\n"
    "    span._asdict()['end'] + 1\n"
    "else:\n    span.nothing()\nSpan.end.__doc__\nmax(span) + sum(span)",
    "the_last_ones": "window = deque(maxlen=3)\nfor number in range(5):\n    window.append(number)\n"
    "if len(window) == 3:\n"
    "    window.nothing()  #! sure AttributeError",
    "the_first_ones": "window = deque([1, 2, 3], 3)\nwindow.appendleft('a')\nwindow[0].upper()\nwindow[-1] + 1",
    "how_often": "counts = Counter(key.split())\ncounts.update(key.split())\n(counts['a'] + 1) * 2",
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_known_of_containers(name: str, tmp_path: Path) -> None:
    model = HEAD + IMPORTS + each(ROWS + CASES[name])
    assert events(tmp_path, model) == marked(model), model
