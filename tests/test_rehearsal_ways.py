"""Values that are one of two, what loops leave behind, what generators give: see ``tests/test_rehearsal.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import ARRAY, EXTRA, HEAD, TEXT, each, events, marked

OPTIONAL = f"""\
def given(request):
    tensor = {EXTRA}
    if tensor is None:
        return None
    return tensor.as_numpy()


def short(request):
    tensor = {EXTRA}
    return None if tensor is None else tensor.as_numpy()


class Extra:
    def __init__(self, request):
        self.array = short(request)


"""
FIELDS = f"""\
class TritonPythonModel:
    def fields(self, x, text):
        tensors = [pb_utils.Tensor("y", x)]
        if x.sum() > 1:
            return tensors  #! maybe missing-output
        tensors.append(pb_utils.Tensor("label", text))
        return tensors

    def execute(self, requests):
        responses = []
        for request in requests:
            tensors = self.fields({ARRAY}, {TEXT})
            responses.append(pb_utils.InferenceResponse(tensors))
        return responses
"""
CHOSEN = """\
        both = [pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)]
        return both if x.sum() > 1 else [pb_utils.Tensor("y", x)]  #! maybe missing-output
"""
SAID = {
    "a_list_that_is_shorter_on_one_way": FIELDS,
    "one_of_two_lists": FIELDS[: FIELDS.index("        tensors =")] + CHOSEN + FIELDS[FIELDS.index("\n    def exec") :],
    "a_sum_over_words": each(
        "y, label, total = x, text, 0\n"
        "for word in text[0, 0].split():\n    total += len(word)\ntotal.append(1)  #! sure AttributeError"
    ),
    "a_state_of_one_shape": each(
        "y, label, state = x, text, np.zeros(3)\n"
        "for row in x:\n    state = state * 0.5 + row[:3]\ny = x + state  #! sure ValueError"
    ),
    "what_the_last_turn_leaves": each(
        "y, label = x, text\nfor word in text[0, 0].split():\n    size = len(word)\n"
        "size.append(1)  #! sure AttributeError"
    ),
    "an_attribute_that_a_loop_counts": """\
class Counter:
    def __init__(self):
        self.words = 0

"""
    + each(
        "y, label, counter = x, text, Counter()\n"
        "for word in text[0, 0].split():\n    counter.words += 1\ncounter.words.append(1)  #! sure AttributeError"
    ),
    "an_array_or_none_behind_a_test": OPTIONAL
    + each("y, label, e = x, text, given(request)\nif e is not None:\n    y = x + e.items()  #! maybe AttributeError"),
    "a_conditional_array_or_none": OPTIONAL
    + each(
        "y, label, e = x, text, short(request)\nif e is None:\n    e = np.ones(4)\ne.items()  #! maybe AttributeError"
    ),
    "an_attribute_that_may_be_none": OPTIONAL
    + each(
        "y, label, e = x, text, Extra(request)\n"
        "if e.array is not None:\n    y = x + e.array.items()  #! maybe AttributeError"
    ),
    "a_number_or_none": each(
        "y, label = x, text\nn = len(text[0, 0]) if x.sum() > 1 else None\n"
        "if n is not None:\n    n.append(1)  #! maybe AttributeError"
    ),
    "what_isinstance_says_of_a_value_or_none": OPTIONAL
    + each(
        "y, label, e = x, text, short(request)\nif isinstance(e, np.ndarray):\n    e.items()  #! maybe AttributeError"
    ),
}
SILENT = {
    "a_sum_becomes_another_type": each(
        "y, label, n = x, text, 0\nwhile x.sum() > n:\n    n = n + 1 if n < 5 else float(n)\ny = x * n"
    ),
    "a_number_becomes_a_text_in_the_third_turn": each(
        "y, label, a, b, c = x, text, 0, 0, 0\n"
        "for row in x:\n    a, b, c = b, c, 'end'\n"
        "y = x if isinstance(a, str) else x + a"
    ),
    "a_name_of_some_turn_is_read_in_the_next": each(
        "y, label, old = x, text, None\nfor row in x:\n    if old is not None:\n        y = y + old\n    old = row"
    ),
    "an_array_grows": each(
        "label, y = text, x[:0]\nfor row in x:\n    y = np.concatenate([y, row[None]])\ny = y.reshape(x.shape)"
    ),
    "another_list_each_turn": each(
        "y, label, rows, last = x, text, [], []\n"
        "for row in x:\n    last = [float(v) for v in row]\n    rows.append(last)\n"
        "last.append('end')\nfor row in rows:\n    label = text if row[-1] == 'end' else text[:]"
    ),
    "what_a_loop_without_a_turn_leaves": each(
        "y, label, found = x, text, None\n"
        "for word in text[0, 0].split():\n    found = word\n"
        "if found is None:\n    found = 'none'\nlabel = text if found == b'x' else text[:]"
    ),
    "a_name_that_only_some_turn_binds": each(
        "y, label, met = x, text, False\n"
        "for row in x:\n    if met:\n        n += 1\n    else:\n        n = 0\n        met = True\ny = x * len(x)"
    ),
    "a_name_that_the_loop_rebinds_behind_a_break": each(
        "y, label, kind = x, text, 1\n"
        "for row in x:\n    if row.sum() > 3:\n        kind = 'big'\n        break\n    kind = 2.5\n"
        "y = x if kind == 'big' else x * kind"
    ),
    "a_while_that_halves": each("label, n = text, 100\nwhile n > x.sum():\n    n //= 2\ny = x[:, :4] * n"),
    "none_is_tested_first": OPTIONAL
    + each("y, label, e = x, text, given(request)\ny = x if e is None else x + e\nz = e is None or e.shape[0]"),
    "a_default_for_none": OPTIONAL
    + each("y, label, e = x, text, short(request)\nif e is None:\n    e = np.zeros_like(x)\ny = x + e"),
    "none_is_shown": OPTIONAL
    + each('label, e = text, short(request)\ny = x\npb_utils.Logger.log_info("%s" % e)\nprint(str(e), f"{e}", [e])'),
    "a_short_list_is_filled_up": FIELDS.replace("  #! maybe missing-output", "").replace(
        "            responses.append(",
        "            tensors.append(pb_utils.Tensor('label', np.full((1, 1), b'')))\n            responses.append(",
    ),
    "both_ways_hold_all": FIELDS.replace("  #! maybe missing-output", "").replace(
        "return tensors\n        t", 'return [pb_utils.Tensor("label", text), *tensors]\n        t'
    ),
    "an_empty_text_is_no_none": each(
        "y, label = x, text\nword = text[0, 0].decode() if x.sum() > 1 else None\n"
        "if not word:\n    word = word.upper() if word is not None else ''\n"
        "label = np.full(text.shape, word.encode(), dtype=object)"
    ),
    "none_in_a_list": OPTIONAL
    + each(
        "y, label = x, text\nfound = [short(request), None, 3]\n"
        "for one in found:\n    if one is None:\n        continue\n    y = x + one"
    ),
    "a_number_or_none_is_no_text": each(
        "y, label = x, text\nn = 3 if x.sum() > 1 else None\n"
        "if isinstance(n, int):\n    y = x * n\nelif n is None:\n    y = x - 1"
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(name: str, tmp_path: Path) -> None:
    model = HEAD + SAID[name]
    assert events(tmp_path, model) == marked(model), model


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said(name: str, tmp_path: Path) -> None:
    model = HEAD + SILENT[name]
    assert events(tmp_path, model) == [], model
