"""How each rule's examples are asked, and what must be seen. One table; a rule without an entry follows its effect.

Keys are codes, for the bad examples, and ``CODE clean``. Of several entries the first that fits the example counts: one
fits when every text that it changes, and its ``where``, are in the example's files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.evidence.bench import BATCHED, Ask
from tritonlint.example import Example
from tritonlint.finding import Effect

Shows = Literal["refused", "error", "hang", "error or hang", "crash", "difference", "nothing", "not observable"]


@dataclass(frozen=True)
class Evidence:
    """What an example must show and how it is asked.

    ``shows`` replaces what follows from the effect. ``difference`` is a regular expression that one of the observed
    differences must match; ``holds`` names the value that the first output of the last answer must have (for a wrong
    value that only the model knows), ``streams`` the number of responses that its stream must hold. ``why`` explains
    what is not observable here, or how the fault is made to show. ``releases`` are further releases with what is to be
    seen there.
    """

    shows: Shows | None = None
    ask: Ask = field(default_factory=Ask)
    where: str = ""
    difference: str = ""
    holds: object = None
    streams: int | None = None
    why: str = ""
    releases: Mapping[str, Shows] = field(default_factory=dict)


BY_EFFECT: Mapping[Effect, Shows] = {
    "server-crash": "crash",
    "load-failure": "refused",
    "request-failure": "error or hang",
    "wrong-result": "difference",
    "instability": "crash",
    "security": "not observable",
    "performance": "not observable",
    "portability": "not observable",
    "hygiene": "not observable",
}
WHY_NOT: Mapping[Effect, str] = {
    "security": "what an attacker could do is no outcome of a request",
    "performance": "a matter of time and memory, not of outcome",
    "portability": "concerns another release or machine",
    "hygiene": "the model works; people do not",
}

NO_GPU = "there is no GPU here"
TOGETHER = Ask(together=2, config=BATCHED)
TO_OTHER = Ask(companions={"other": "echo"})
UNTIL_CRASH = Ask(rounds=200)
SOON = "it dies with one of the first requests, mostly within ten"
STARTS = {"sequence_id": 1, "sequence_start": True}
"""The request is the first of a sequence."""
NOTHING = Ask(values={"x": []}, shapes={"x": [0]})
"""A request with an array of no elements."""
WHOLE = {**STARTS, "sequence_end": True}
"""The request is all of a sequence."""
RAISES = {"x.astype(np.float32)": "np.asarray(['text']).astype(np.float32)"}
"""The conversion raises ValueError."""

EVIDENCE: Mapping[str, tuple[Evidence, ...]] = {
    "TLP005": (
        Evidence("not observable", where="trail.flush()", why="what is lost shows when the model is unloaded"),
        Evidence(),
    ),
    "TLP009": (Evidence("hang"),),
    "TLP012": (
        Evidence("not observable", where='"KIND_GPU": "cuda"}.get(', why="there is no GPU"),
        Evidence("not observable", where='startswith("KIND_GPU")', why="there is no GPU"),
        Evidence("not observable", where='args.get("model_instance_kind", "CPU")', why="there is no GPU"),
        Evidence(
            ask=Ask(
                change={
                    '"KIND_GPU"': '"KIND_" + json.loads(\'"CPU"\')',
                    "import numpy as np": "import json\nimport numpy as np",
                    "x.astype(np.float32)": "np.float32([self.gpu])",
                }
            ),
            holds=0.0,
            why="asked for the kind that the instance has (CPU), with the comparison's outcome as the answer",
        ),
        Evidence(
            ask=Ask(change={"x.astype(np.float32)": "np.float32([self.first])"}),
            holds=0.0,
            why="the comparison's outcome as the answer, on device 0",
        ),
        Evidence(
            ask=Ask(change={'pb_utils.Tensor("y", x)': 'pb_utils.Tensor("y", x * (self.place == "cpu"))'}),
            where="place_of(args)",
            holds=0.0,
            why="the comparison's outcome as the answer, on a CPU instance",
        ),
    ),
    "TLP017": (
        Evidence("error", Ask(companions={"other": "failing"}), where="error().message)"),
        Evidence("error", Ask(parameters=STARTS), where="sequence_batching"),
        Evidence(),
    ),
    "TLP020": (Evidence("error or hang", why="the process of the model ends, and the server stays"),),
    "TLP031": (
        Evidence(where="args.get(", ask=Ask(values={"x": [2.0]}), holds=2.0, why="2 times the scale of 3 is 6"),
        Evidence(),
    ),
    "TLP039": (Evidence(where="class Journal"), Evidence("refused")),
    "TLP106": (
        Evidence(
            where="execute(self, requests):\n        responses = []\n        for request in requests:\n            x"
        ),
        Evidence(where="pool.submit"),
        Evidence("difference", where="get_response_sender", streams=1, why="the response of the list is lost"),
    ),
    "TLP035": (
        Evidence(
            "nothing",
            where="TYPE_FLOAT",
            why="the server drops what the function adds and knows the tensors of config.pbtxt only",
            releases={"23.07": "refused"},
        ),
    ),
    "TLP258": (
        Evidence(
            ask=Ask(change={"wrap(text, width=width)": "wrap('a', width=0)"}),
            where="wrap(text, width=width)",
            why="as for a width of 0",
        ),
    ),
    "TLP527": (Evidence(ask=Ask(values={"x": [1.0]}), holds=7.0, why="the second task is done first"),),
    "TLP269": (Evidence(ask=Ask(values={"x": [1.0]}, parameters=WHOLE), holds=101.0, why="1 begins its sequence"),),
    "TLP269 clean": (Evidence(ask=Ask(values={"x": [1.0]}, parameters=WHOLE)),),
    "TLP060": (Evidence("error", Ask(without=("y",)), why="asked as its clients do, with x"),),
    "TLP062": (
        Evidence(
            ask=Ask(values={"x": [255] * 500}, shapes={"x": [500]}), holds=math.inf, why="the sum of 500 white pixels"
        ),
    ),
    "TLP102": (Evidence(difference="is missing"),),
    "TLP103": (
        Evidence(ask=Ask(values={"line": ["none"]}, shapes={"line": [1]}), where="NUMBER", difference="is missing"),
        Evidence(difference="is missing"),
    ),
    "TLP104": (Evidence(difference="declared"),),
    "TLP105": (Evidence(ask=Ask(without=("w",)), where='"w"'), Evidence(ask=Ask(without=("x",)))),
    "TLP105 clean": (Evidence(ask=Ask(without=("x",))),),
    "TLP107": (Evidence("error"),),
    "TLP110": (
        Evidence(where='== "2"', holds=1.0, why="the factor is 3 where the comparison is true"),
        Evidence("error"),
    ),
    "TLP111": (
        Evidence(where="scores.argmax(axis=0)", ask=Ask(shapes={"scores": [3, 4]}), difference="batch entries"),
        Evidence(where="np.stack([x[0] * 2])", ask=Ask(shapes={"x": [2, 2]}), difference="batch entries"),
        Evidence(difference="shape|batch entries"),
    ),
    "TLP112": (
        Evidence("error", Ask(shapes={"x": [2, 2, 3]}), where="x.reshape(1, 6)", why="asked with a batch of two"),
        Evidence("error"),
    ),
    "TLP113": (Evidence("not observable", why="no GPU here: the server refuses the instance group"),),
    "TLP113 clean": (Evidence("not observable", why="no GPU here: the server refuses the instance group"),),
    "TLP114": (Evidence("not observable", why="no GPU here: every input lies in the CPU's memory"),),
    "TLP115": (
        Evidence(ask=Ask(values={"b": [1.0, 1.0], "a": [5.0, 5.0]}), holds=-4.0, why="5 - 1 is 4; b is sent before a"),
    ),
    "TLP116": (Evidence(ask=Ask(values={"x": [5.0, 5.0]}), holds=-5.0, why="the box is 5, the score 0"),),
    "TLP117": (
        Evidence(ask=Ask(shapes={"x": [2, 2]}), where="TYPE_FP32 dims: [ 2 ]", difference="batch entries"),
        Evidence(ask=Ask(shapes={"x": [2, 1]}), difference="batch entries"),
    ),
    "TLP118": (Evidence("refused", where="max_workers"), Evidence("error", Ask(shapes={"x": [3, 2]}))),
    "TLP119": (Evidence(ask=Ask(together=6, change={"% 2": "< 4"}), difference="another client's request"),),
    "TLP201": (
        Evidence(where="requests.reverse()", ask=TOGETHER, difference="another client's request"),
        Evidence("crash", Ask(rounds=6), releases={"24.03": "error", "24.07": "error"}),
    ),
    "TLP202": (Evidence("hang", releases={"24.03": "error", "24.07": "hang"}),),
    "TLP203": (Evidence("error", TOGETHER),),
    "TLP205": (Evidence("error", TOGETHER),),
    "TLP206": (Evidence("error", Ask(values={"x": [2000.0]}), where="suppress(ValueError)"), Evidence()),
    "TLP211": (Evidence("error", TOGETHER),),
    "TLP223": (
        Evidence(ask=TOGETHER, where="requests[:1]"),
        Evidence(ask=Ask(values={"x": [2000.0]}), where="filter(None"),
        Evidence(ask=NOTHING, where="if x.size]"),
        Evidence(ask=NOTHING, where="if len(x))"),
        Evidence(),
    ),
    "TLP212": (
        Evidence(
            ask=Ask(
                together=2,
                config=BATCHED,
                change={
                    "submit(self.answer, request) for request in requests": (
                        "submit(lambda r, n: (__import__('time').sleep(1 - n), self.answer(r))[1], request, n) "
                        "for n, request in enumerate(requests)"
                    )
                },
            ),
            difference="another client's request",
            why="the first one takes longer",
        ),
        Evidence(
            ask=Ask(
                together=2,
                config=BATCHED,
                change={
                    'submit(abs, pb_utils.get_input_tensor_by_name(r, "x").as_numpy()) for r in requests': (
                        "submit(lambda r, n: (__import__('time').sleep(1 - n), "
                        'pb_utils.get_input_tensor_by_name(r, "x").as_numpy())[1], r, n) '
                        "for n, r in enumerate(requests)"
                    )
                },
            ),
            difference="another client's request",
            why="the first one takes longer",
        ),
        Evidence(
            ask=Ask(together=2, config=BATCHED, change={"-float(arrays[place].max())": "-place"}),
            difference="another client's request",
            why="the second one has the larger values",
        ),
        Evidence(
            ask=Ask(together=2, config=BATCHED, change={"-arrays[i].sum()": "-i"}),
            difference="another client's request",
            why="the second one has the larger sum",
        ),
        Evidence(
            ask=Ask(together=2, config=BATCHED, change={"-pair[1].sum()": "-requests.index(pair[0])"}),
            difference="another client's request",
            why="the second one has the larger sum",
        ),
        Evidence(
            ask=Ask(
                together=2,
                config=BATCHED,
                change={
                    "sorted(self._load(requests), key=lambda texts: texts[0], reverse=True)": (
                        "self._load(requests)[::-1]"
                    )
                },
            ),
            difference="another client's request",
            why="the second one has the later text",
        ),
        Evidence(ask=TOGETHER, difference="another client's request"),
    ),
    "TLP207": (
        Evidence("hang", ask=Ask(change={"text.split()[:10]": "text.split()[:0]"}), why="there is no word in the text"),
        Evidence("hang", ask=Ask(change={"range(n)": "range(0)"}), why="the number of the request is 0"),
        Evidence("hang", ask=Ask(change={"if part]": "if not part]"}), why="the text holds no sentence"),
        Evidence("hang", ask=Ask(change={"if not x.size:": "if x.size:"}), why="as for an array of no elements"),
    ),
    "TLP213": (
        Evidence("hang", ask=Ask(rounds=2), where="self._fail(", why="the second request finds no worker"),
        Evidence("difference", where="second = ", streams=1, why="the second one is lost, with status OK"),
        Evidence("difference", where="def _stream", streams=1, why="the stream ends after its first turn"),
        Evidence("difference", where="range(len(x))", streams=1, why="two are sent, the first one with the final flag"),
    ),
    "TLP214": (Evidence("error", releases={"24.03": "error"}, why="before 24.06 there is no sender in this mode"),),
    "TLP216": (
        Evidence(
            "error",
            where="iterative_sequence: true",
            releases={"23.07": "refused"},
            why="before 23.11 there are no iterative sequences",
        ),
        Evidence(releases={"23.07": "error"}, why="before 23.11 there are no release flags"),
    ),
    "TLP219": (Evidence("hang", releases={"24.03": "error"}, why="before 24.04 it is not awaited at all (TLP218)"),),
    "TLP222": (Evidence(ask=TOGETHER, difference="another client's request|shape|batch"),),
    "TLP224": (Evidence("error", Ask(rounds=2), why="the second call returns two responses"),),
    "TLP230": (
        Evidence(
            ask=Ask(change={"np.array(kept, dtype=np.int64)": "np.array([len(kept)], dtype=np.int64)"}),
            holds=0,
            why="the length of the list as the answer",
        ),
    ),
    "TLP231": (Evidence(ask=Ask(shapes={"text": (2, 1)}), difference="batch entries"),),
    "TLP701 clean": (
        Evidence(ask=Ask(values={"x": ["1 + 2"]}), where="fullmatch"),
        Evidence(ask=Ask(values={"x": ["1 + 2"]}), where="formula.check()"),
    ),
    "TLP232 clean": (Evidence(ask=Ask(values={"text": ["1,2"]})),),
    "TLP234": (
        Evidence(ask=Ask(values={"x": [1.0]}, rounds=2), where="def total", holds=2.0, why="1 was asked for twice"),
        Evidence(
            ask=Ask(
                rounds=2,
                change={
                    "np.array(distinct(x.tolist()), dtype=np.float32)": (
                        "np.array([len(distinct(x.tolist())), 0], dtype=np.float32)"
                    )
                },
            ),
            holds=3.0,
            why="the length of what two requests of one value have left: one request and the default make two",
        ),
        Evidence(
            ask=Ask(
                values={"x": [1.0, 2.0]},
                change={
                    "np.array(self._positive(x), dtype=np.float32)": (
                        "np.array([(len(self._positive(x)), len(self._positive(x)))[1]], dtype=np.float32)"
                    )
                },
            ),
            holds=4.0,
            why="the length of what the second call gives, for two positive values",
        ),
    ),
    "TLP235": (
        Evidence(
            where="def clean",
            ask=Ask(values={"raw": ["a longer title"]}, shapes={"raw": [1, 1]}),
            holds=b"A Longer Tit",
            why="a title of 14 letters",
        ),
        Evidence(
            where="def decode",
            ask=Ask(values={"places": list(range(1, 11))}, shapes={"places": [1, 10]}),
            holds=b"abcdefgh",
            why="a word of ten letters",
        ),
        Evidence(ask=Ask(values={"code": [2]}), holds=b"Reykja", why="asked for the longer text"),
    ),
    "TLP236": (
        Evidence(ask=Ask(values={"a": [200] * 16, "b": [100] * 16}), holds=22, why="the mean of 200 and 100 is 150"),
    ),
    "TLP237": (Evidence(ask=Ask(shapes={"x": (2, 5)})),),
    "TLP240": (
        Evidence(
            where="apart(",
            ask=Ask(values={"lat": [1.0, 5.0], "lon": [2.0, 10.0]}),
            holds=6.0,
            why="between (1, 2) and (5, 10), which are 12 apart",
        ),
        Evidence("error", where="enumerate(words)"),
        Evidence(
            where='Tensor("LOW", high)',
            ask=Ask(values={"BASE": [1.0, 1.0], "WEIGHT": [2.0, 2.0]}),
            holds=4.0,
            why="1 - 2 is -1",
        ),
        Evidence(
            where="weight, base",
            ask=Ask(values={"BASE": [1.0, 1.0], "WEIGHT": [2.0, 2.0]}),
            holds=0.0,
            why="1 - 2 * 2 is -3",
        ),
        Evidence(ask=Ask(values={"x": [1.0, 2.0]}), holds=2.0, why="the least of 1 and 2"),
    ),
    "TLP241": (Evidence("error", Ask(rounds=2), why="the second call"),),
    "TLP242": (Evidence("hang", Ask(rounds=2), why="the second call waits for the lock"),),
    "TLP245": (
        Evidence(
            where="start is not None",
            ask=Ask(values={"x": [1.0]}, rounds=2, parameters=STARTS, later={"sequence_id": 1}),
            holds=1.0,
            why="the second request of a sequence, whose total is 2",
        ),
        Evidence(
            ask=Ask(values={"x": [1.0]}, rounds=2, parameters=STARTS),
            holds=2.0,
            why="1 starts a second sequence, whose total is 1",
        ),
    ),
    "TLP245 clean": (Evidence(ask=Ask(parameters=STARTS)),),
    "TLP247": (Evidence(ask=Ask(values={"x": ["Text"]}), holds=b"text", why="the parameter says false"),),
    "TLP248": (Evidence(ask=Ask(values={"x": ["one"]}), holds=b"no", why="asked for one of the words"),),
    "TLP249": (Evidence(ask=Ask(values={"x": ["one"]}, rounds=2), holds=b"no", why="the second call for one word"),),
    "TLP250": (
        Evidence(where="TITLES.get", ask=Ask(values={"code": ["B7"]}), holds=b"None", why="a code that is not there"),
    )
    + (Evidence(ask=Ask(values={"x": [7]}), holds=b"{'id': 7}", why="the text of the dict"),) * 3,
    "TLP251": (
        Evidence(
            ask=Ask(
                together=2,
                change={
                    '"y", scored[request.request_id()])]': '"y", 0 * scored[request.request_id()] + len(scored))]',
                },
            ),
            where="scored = self._scored(requests)",
            holds=1.0,
            why="with the number of its entries for two requests as the answer",
        ),
        Evidence("error", Ask(together=2)),
    ),
    "TLP253": (Evidence("hang", Ask(values={"x": [1.0]}, rounds=2), why="the second call waits for the lock"),),
    "TLP253 clean": (Evidence(ask=Ask(values={"x": [-1.0]}, rounds=2)),),
    "TLP255": (
        Evidence(ask=Ask(values={"x": [1.0]}), holds=b"value,p,o,s,i,t,i,v,e", why="asked with a positive number"),
    ),
    "TLP260": (
        Evidence(ask=TOGETHER, where="self.pool.submit", difference="another client's request"),
        Evidence(ask=Ask(together=3), where="self.workers.submit"),
        Evidence(ask=Ask(together=3), where="self.senders.submit"),
        Evidence(ask=Ask(values={"x": [1.0]}), holds=1.0, why="1 km is 1000 m"),
    ),
    "TLP516": (
        Evidence(
            ask=Ask(rounds=2, change={"points % 3": "np.full(1, int(grid.any()))"}),
            holds=1.0,
            why="the second request has another place",
        ),
    ),
    "TLP270 clean": (
        Evidence("not observable", where="one column only", why="the bench sends two of every open dimension"),
        Evidence(),
    ),
    "TLP270": (
        Evidence(
            where="def to_chw",
            ask=Ask(
                shapes={"x": [1, 2, 2, 3]},
                values={"x": list(range(1, 13))},
                change={"*self.dims)": "*self.dims)[:, ::-1]"},
            ),
            holds=9.0,
            why="the third plane begins with 3",
        ),
        Evidence(
            ask=Ask(
                shapes={"x": [1, 1, 2, 3]},
                values={"x": [1, 2, 3, 4, 5, 6]},
                change={"channels, height, width)": "channels, height, width)[:, ::-1]"},
            ),
            holds=10.0,
            why="the third plane begins with 6",
        ),
        Evidence(
            ask=Ask(
                shapes={"x": [1, 1, 2, 3]},
                values={"x": [1, 2, 3, 4, 5, 6]},
                change={"*x.shape[1:3]))": "*x.shape[1:3]))[:, ::-1]"},
            ),
            holds=5.0,
            why="the third plane begins with 3",
        ),
    ),
    "TLP261": (
        Evidence(
            ask=Ask(together=2, config=BATCHED, change={"np.concatenate(arrays) + 1": "np.concatenate(arrays)"}),
            difference="another client's request",
        ),
    ),
    "TLP257": (Evidence("hang", ask=Ask(together=2), why="one of two clients never gets the final flag"),),
    "TLP262": (
        Evidence("hang", where="self._build(known)"),
        Evidence(where="text.replace(", ask=Ask(values={"text": ["a,b"]}), holds=b"a,b", why="the comma stays"),
        Evidence("error", where="tensor_of(x)", why="the function gives None instead"),
        Evidence(ask=Ask(values={"x": [2.0, 3.0]}), holds=2.0, why="the bound is 1"),
    ),
    "TLP263": (Evidence(holds=b'{"range": null}', why="the answer should hold a text"),),
    "TLP275": (
        *(
            Evidence(
                ask=Ask(
                    values={"x": [1.0, 2.0]},
                    rounds=2,
                    change={f"np.array({kept}, ": f"np.array([len({kept})], "},
                ),
                holds=4.0,
                why="the number of what the second call gives, for two positive values",
            )
            for kept in ("self.positive(x)", "self.kept")
        ),
        Evidence(
            ask=Ask(rounds=2, change={"self.mirror(x)": "np.array([len(self.mirror(x))], dtype=np.float32)"}),
            holds=8.0,
            why="the number of values of the second answer, for two that are mirrored to four",
        ),
    ),
    "TLP282": (Evidence("error", Ask(rounds=2), why="the second call"),),
    "TLP283": (
        Evidence(
            ask=Ask(values={"x": [1.0]}, rounds=2, parameters=STARTS, later={"sequence_id": 1}),
            holds=1.0,
            why="the second request of a sequence: 1 and 1 is 2",
        ),
    ),
    "TLP283 clean": (Evidence(ask=Ask(parameters=STARTS)),),
    "TLP284": (Evidence(ask=Ask(values={"x": [1.0, 2.0, 3.0]}), holds=1, why="three values are above 0"),),
    "TLP287": (Evidence(ask=Ask(values={"x": [3.0, 1.0]}), holds=0.0, why="the raw value is 3"),),
    "TLP288": (Evidence(ask=Ask(values={"x": [1, 1]}), holds=2, why="the first row should begin with 1"),),
    "TLP290": (
        Evidence(
            where="map(SCORES.get",
            ask=Ask(change={'"scores", scores': '"scores", 7 * np.isnan(scores).astype(np.float32)'}),
            holds=7.0,
            why="the scores are NaN",
        ),
    ),
    "TLP291": (
        Evidence(
            ask=Ask(values={"x": [1.0]}, rounds=2, parameters=STARTS, later={"sequence_id": 2, "sequence_start": True}),
            holds=2.0,
            why="the first request of a second sequence, whose total is 1",
        ),
    ),
    "TLP291 clean": (Evidence(ask=Ask(parameters=STARTS)),),
    "TLP293": (
        Evidence("crash", Ask(together=6), where="waiting.remove"),
        Evidence(ask=Ask(together=6), difference="another client's request"),
    ),
    "TLP292": (
        Evidence(
            ask=Ask(values={"x": [1.0, 1.0]}, rounds=2),
            where="self.effects",
            holds=4.0,
            why="the second answer should be the first, 2",
        ),
        Evidence(
            ask=Ask(values={"x": [1.0, 1.0]}, rounds=2), holds=2.5, why="the second answer should be the first, 1.5"
        ),
    ),
    "TLP285": (
        Evidence(
            ask=Ask(values={"x": [1.0, 2.0]}, rounds=2), holds=4.0, why="the second call counts the first one's, too"
        ),
    ),
    "TLP276": (
        Evidence(
            "difference", Ask(values={"x": [-1.0]}), where="def root", holds=0.0, why="no request gave it a value"
        ),
        Evidence(ask=Ask(change=RAISES)),
    ),
    "TLP266": (
        Evidence("hang", Ask(change={".as_numpy()": ".as_numpy()[:1]"}), where="start=1", why="there is one turn"),
        Evidence("hang", where="i == count"),
    ),
    "TLP277": (Evidence(ask=Ask(together=2, config=BATCHED)),),
    "TLP301": (
        Evidence("error", Ask(companions={"other": "failing"}), where="raise answer.error()"),
        Evidence("error"),
    ),
    "TLP129": (
        Evidence(ask=Ask(values={"x": [100.0]}), where="max_dist_km", holds=100.0, why="below the default"),
        Evidence(ask=Ask(values={"x": [1.0]}), where="maxWords", holds=128.0, why="the default"),
        Evidence(ask=Ask(values={"x": [1.0]}), holds=0.5, why="the default"),
    ),
    "TLP306": (
        Evidence(where='model_name="judge"', ask=Ask(values={"x": [2000.0, 1.0]}), holds=0.0, why="the judge refuses"),
        Evidence("error", TO_OTHER, where="results[0].has_error()", why="only the second call fails"),
        Evidence("difference", where="SOURCE_MODEL", holds=0.0, why="the sum of nothing"),
        Evidence("error", Ask(companions={"other": "echo"}), where="heard = ask", why="the second model is absent"),
    ),
    "TLP306 clean": (
        Evidence(ask=Ask(change={'"absent"': '"other"'}, companions={"other": "echo"}), where="SOURCE_MODEL"),
        Evidence(ask=Ask(change={'"absent"': '"other"'}, companions={"other": "echo"}), where="NEXT_MODEL"),
        Evidence(ask=TO_OTHER, where="any(result.has_error()"),
        Evidence(ask=TO_OTHER, where="outputs = second"),
        Evidence(ask=Ask(companions={"scorer": "echo"}), where="for attempt in range"),
        Evidence(ask=Ask(companions={"other": "echo"}), where="reply = spare"),
        Evidence(ask=Ask(companions={"other": "echo"}), where="from asking import"),
    ),
    "TLP302 clean": (Evidence(where="outputs, problem", ask=Ask(values={"x": [-1.0]})), Evidence()),
    "TLP309": (Evidence(ask=Ask(change=RAISES), where="tensors = []"),),
    "TLP315": (Evidence(ask=Ask(together=3, rounds=8)),),
    "TLP315 clean": (Evidence(ask=Ask(values={"x": [-1.0]})),),
    "TLP313": (Evidence(ask=Ask(companions={"other": "failing"}), holds=0.0, why="the error is in the log only"),),
    "TLP313 clean": (Evidence(ask=TO_OTHER),),
    "TLP303": (
        Evidence("error", TOGETHER, where="x.max() > 10", why="asked together with a request that is fine"),
        Evidence("error or hang", TOGETHER, where="x[0, 0] > 0"),
        Evidence("error", where="COMMAND.search("),
        Evidence("error", where="x.astype(np.int32)"),
        Evidence("error", Ask(values={"x": ["{}"]}), where='document["age"]'),
        Evidence("not observable", why=WHY_NOT["hygiene"]),
    ),
    "TLP303 clean": (
        Evidence(ask=Ask(values={"x": ['{"age": 3}']}), where='document["age"]'),
        Evidence(ask=Ask(values={"x": ["1.5"]}), where="out of memory"),
        Evidence(ask=Ask(values={"x": ["1.5"]}), where="for part in (text, text[1:])"),
        Evidence(ask=Ask(parameters={"scale": 2})),
    ),
    "TLP304": (Evidence("error", TOGETHER),),
    "TLP312": (
        Evidence("error", Ask(values={"x": ["no JSON"]}), where="json.loads"),
        Evidence("error", Ask(values={"x": [200.0]}), where="raise ValueError"),
    ),
    "TLP312 clean": (Evidence(ask=Ask(values={"x": ["1.5"]}), where="json.loads"), Evidence()),
    "TLP405": (
        Evidence(where="words & known", ask=Ask(values={"x": [b"the end"]}), holds=0, why="one word is known"),
        Evidence("error", where='"hello " + text'),
        Evidence("error", where='" ".join(list('),
        Evidence("error", where="re.sub("),
        Evidence("error", where='"text" in a[0]'),
        Evidence("error", where='a.decode("utf-8")'),
        Evidence("error", where='t.decode("utf-8") for t in a]'),
        Evidence("error", where="json.loads("),
        Evidence(where='"Answer: %s" %', holds=b"Answer: b'text 0a'", why="the answer should hold the text"),
        Evidence(where="map(str, texts)", holds=b"B'TEXT 0A'", why="the answer should be the text"),
        Evidence(where="words.append(str(word))", holds=b"[B'TEXT 0A']", why="the answer should be the text"),
        Evidence("error", where="x * 2.0"),
        Evidence(
            where='text == "yes"', ask=Ask(values={"x": ["yes", "yes"]}), holds=False, why="asked with that very text"
        ),
        Evidence(where='f"<', holds=b"<b'text 0a'>", why="the answer should be the text in angle brackets"),
        Evidence(difference="repr of bytes"),
    ),
    "TLP407": (
        Evidence(
            where="rows *= 2",
            ask=Ask(together=2, config=BATCHED, change={"rows *= 2": "rows *= 1"}),
            difference="another client's request",
        ),
        Evidence(
            ask=Ask(together=2, config=BATCHED, change={"np.multiply(x, 2,": "np.multiply(x, 1,"}),
            difference="another client's request",
        ),
        Evidence(ask=TOGETHER, difference="another client's request"),
    ),
    "TLP408": (
        Evidence(
            ask=Ask(
                together=2,
                shapes={"x": (2, 2)},
                change={
                    "as_numpy() for request in requests]": "as_numpy()[: 1 + n] for n, request in enumerate(requests)]"
                },
            ),
            where="np.array_split",
            difference="batch entries|declared",
            why="the requests of the batch are given different batch sizes",
        ),
        Evidence("difference", TOGETHER, where="[response] * len(requests)", difference="batch entries"),
        Evidence(
            "error",
            Ask(
                together=2,
                shapes={"x": (1, 2)},
                change={"waves.append(centred(wave))": "waves.append(centred(wave[:, : 1 + len(waves)]))"},
            ),
            where="def centred",
            why="the requests of the batch are given different lengths",
        ),
        Evidence(ask=Ask(shapes={"x": (2, 3)}), where="number : number + 1", difference="batch entries"),
        Evidence(
            "error",
            Ask(
                together=2,
                config=BATCHED,
                change={"for request in requests]": "[:, : 1 + number] for number, request in enumerate(requests)]"},
            ),
            where="np.concatenate(parts)",
            why="the requests of the batch are given different lengths",
        ),
        Evidence(
            "error",
            Ask(
                together=2,
                config=BATCHED,
                change={
                    "[pb_utils.get": "[np.repeat(pb_utils.get",
                    "for request in requests]": ", 1 + number, axis=0) for number, request in enumerate(requests)]",
                },
            ),
            where="np.stack(parts)",
            why="the requests of the batch are given different batch sizes",
        ),
    ),
    "TLP412": (Evidence("not observable", why="no GPU and no ONNX Runtime here"),),
    "TLP412 clean": (Evidence("not observable", why="no GPU and no ONNX Runtime here"),),
    "TLP501": (Evidence("error", TO_OTHER),),
    "TLP503": (Evidence("hang"),),
    "TLP503 clean": (Evidence(ask=TO_OTHER),),
    "TLP504": (Evidence("refused", TO_OTHER),),
    "TLP505": (Evidence("hang"),),
    "TLP511": (Evidence("not observable", why="which instance a request meets is chance"),),
    "TLP512": (Evidence("not observable", why="the process of the model stays behind when the model is unloaded"),),
    "TLP519": (
        Evidence(
            ask=Ask(together=2, values={"x": [1.0, 2.0]}, shapes={"x": [2, 1]}),
            holds=2.0,
            why="two requests of two rows each: the second one's begin with 1",
        ),
    ),
    "TLP279": (
        Evidence(
            where="model_version",
            ask=Ask(values={"zone": [0]}, shapes={"zone": [1]}, change={"TARIFFS[2])": "np.float32([9]))"}),
            holds=9.0,
            why="version 1 has 1.1",
        ),
        Evidence(
            ask=Ask(
                values={"zone": [0]},
                shapes={"zone": [1]},
                change={"self.tariff = TARIFFS[1]": "self.tariff = np.float32([9])"},
            ),
            holds=9.0,
            why="tariff 2 has 1.2",
        ),
    ),
    "TLP278": (
        Evidence(where='"unknown")', holds=b"unknown", why="the label is there, under its text"),
        Evidence("error"),
    ),
    "TLP273 clean": (Evidence(where="nothing is below 0", ask=Ask(values={"x": [-1.0]})),),
    "TLP268": (Evidence("not observable", why="the first load succeeds, and only the next one is refused"),),
    "TLP274": (Evidence("not observable", why="what stays behind shows when the model is unloaded"),),
    "TLP413": (
        Evidence(
            ask=Ask(change={"str(request.request_id)": "str(request.request_id)[:13]"}),
            holds=b"answer to <bound method",
            why="the id should stand there",
        ),
    ),
    "TLP294": (Evidence(ask=Ask(shapes={"hidden": (3, 5, 4), "mask": (3, 5)})),),
    "TLP295": (
        Evidence(
            ask=Ask(together=2, config=BATCHED, change={"x + 1": "x"}),
            difference="another client's request",
            why="with the input as the answer",
        ),
        Evidence(
            ask=Ask(together=2, config=BATCHED, change={"np.sqrt(array)": "array * np.float32(1)"}),
            difference="another client's request",
            why="with the input as the answer",
        ),
    ),
    "TLP296": (
        Evidence(
            where="attention_mask",
            ask=Ask(values={"input_ids": [2, 2, 2, 2], "attention_mask": [1, 1, 0, 0]}),
            holds=16,
            why="2 + 2 is 4",
        ),
        Evidence(ask=Ask(values={"x": [1.0, 2.0, 3.0, 6.0]}), holds=3.0, why="the lowest is 1"),
    ),
    "TLP297": (Evidence(ask=TOGETHER, difference="another client's request|shape|batch|empty"),),
    "TLP422": (
        Evidence(
            ask=Ask(values={"x": [b"a"]}, change={'["model_name"]': '["model_instance_kind"]'}),
            holds=b"('CPU',): a",
            why="the name in parentheses",
        ),
    ),
    "TLP421": (
        Evidence(where="mile", ask=Ask(values={"unit": [b"mile"]}), holds=0.0, why="a mile is long"),
        Evidence(ask=Ask(values={"unit": [b"cm"]}), holds=0.0, why="the factor of cm is 0.01"),
    ),
    "TLP298": (
        Evidence(
            ask=Ask(together=2, change={'b"Hello, " + user': "user"}),
            difference="another client",
            why="with the name alone as the answer",
        ),
    ),
    "TLP299": (
        Evidence(
            ask=Ask(values={"text": ["aa", "aa aa aa aa"]}, shapes={"text": [2, 1]}),
            holds=0.25,
            why="a mean of one word that counts 1, beside four words",
        ),
    ),
    "TLP414": (
        Evidence(
            where="(x * x).sum(",
            ask=Ask(values={"x": [1.0] * 4}, shapes={"x": [2, 2]}),
            difference="batch entries",
            why="one number for two rows",
        ),
        Evidence(
            ask=Ask(values={"x": [1.0] * 4}, shapes={"x": [2, 2]}), holds=0.25, why="two rows, each of which sums to 1"
        ),
    ),
    "TLP415": (Evidence(ask=Ask(values={"x": [5, 0]}, shapes={"x": [2]}), holds=b"\x05", why="5 and 0: four bytes"),),
    "TLP419": (
        Evidence(
            ask=Ask(
                values={"hidden": [1.0, 1.0, 1.0, 1.0], "mask": [1, 0]}, shapes={"hidden": [1, 2, 2], "mask": [1, 2]}
            ),
            holds=0.5,
            why="the mean of the one that counts is 1",
        ),
    ),
    "TLP416": (
        Evidence(
            where="def unit(",
            ask=Ask(values={"x": [300.0, 0.0, 0.0]}, shapes={"x": [1, 3]}),
            holds=0.0,
            why="it points where the centre does",
        ),
        Evidence(
            where="(x * x).sum()",
            ask=Ask(values={"x": [300.0]}, shapes={"x": [1]}),
            holds=0.0,
            why="300 by itself is 1",
        ),
        Evidence(ask=Ask(values={"x": [300.0]}, shapes={"x": [1]}), holds=math.inf, why="the root mean square is 300"),
    ),
    "TLP417": (
        Evidence(where="employees", ask=Ask(values={"x": ["no JSON"]}), holds=0.0, why="it is no profile"),
        Evidence(where='(document)["text"]', ask=Ask(values={"x": ["no JSON"]}), holds=b"", why="it is no document"),
        Evidence(where="rates.cross", ask=Ask(values={"pair": ["EUR/XXX"]}), holds=0.0, why="there is no such rate"),
        Evidence(where="PoorSignal", holds=0.0, why="no request has a pulse"),
        Evidence(
            where="no letter",
            ask=Ask(values={"x": [99, 1]}, shapes={"x": [1, 2]}),
            holds=b"",
            why="it is refused",
        ),
        Evidence(
            where="three features", ask=Ask(values={"x": [1.0, 2.0]}, shapes={"x": [2]}), holds=0.0, why="it is refused"
        ),
        Evidence(
            ask=Ask(
                values={"x": [5, 5]},
                shapes={"x": [2]},
                change={'Tensor("y", code)': 'Tensor("y", np.array([len(code)], dtype=np.int32))'},
            ),
            holds=0,
            why="reading them raised ValueError",
        ),
    ),
    "TLP417 clean": (Evidence(where="three features", ask=Ask(values={"x": [1.0, 2.0, 3.0]}, shapes={"x": [3]})),),
    "TLP418": (Evidence("not observable", why="what stays is on the server's disk"),),
    "TLP526": (
        Evidence(
            ask=Ask(together=2, change={"x * 2": "x", "features * self.gain": "self.gain"}),
            difference="another client's request",
        ),
    ),
    "TLP513": (Evidence("hang", Ask(values={"x": [1.0]}), why="the exception ends the thread"),),
    "TLP513 clean": (Evidence(ask=Ask(values={"x": [-1.0]})),),
    "TLP515": (Evidence(ask=Ask(values={"x": [-1.0]}), holds=b"x has no root", why="the text of the exception"),),
    "TLP517": (
        Evidence(ask=Ask(rounds=2), where="reverse()", holds=2.0, why="the first answer was 3"),
        Evidence(ask=Ask(values={"x": [1.0]}, rounds=2), holds=5.0, why="the first answer was 4"),
    ),
    "TLP521": (
        Evidence(
            ask=Ask(
                rounds=2,
                values={"word": ["gift"], "language": ["en"]},
                change={'"language").as_numpy()[0].decode("utf-8")': '"word") and ("de" if self.cache else "en")'},
            ),
            holds=b"present",
            why="the second request asks for the German word",
        ),
    ),
    "TLP522": (
        Evidence(
            where='options.get("limit"',
            ask=Ask(values={"x": [0.7]}, shapes={"x": [1]}, rounds=2, parameters={"limit": "0.9"}, later={}),
            holds=False,
            why="the second request sets no limit: 0.7 is above 0.5",
        ),
        Evidence(
            ask=Ask(
                values={"x": [0.7], "limit": [0.9]},
                shapes={"x": [1]},
                rounds=2,
                change={"if limit is not None:": "if limit is not None and self.limit == 0.5:"},
            ),
            holds=False,
            why="as if the second request had set no limit: 0.7 is above 0.5",
        ),
    ),
    "TLP523": (
        Evidence(
            where="def top_k(self, values",
            ask=Ask(values={"x": [1.0, 2.0, 3.0, 4.0]}, shapes={"x": [1, 4]}),
            holds=0,
            why="the first place is the one of the lowest probability",
        ),
        Evidence(
            where="def top(self, scores",
            ask=Ask(values={"x": [1.0, 2.0, 3.0, 4.0]}, shapes={"x": [1, 4]}),
            holds=0,
            why="the first place is the one of the lowest score",
        ),
    ),
    "TLP524": (Evidence("not observable", why="shows when the requests of two sequences take turns"),),
    "TLP525": (Evidence("not observable", why="the answer has the length of another request of its batch"),),
    "TLP524 clean": (Evidence(ask=Ask(parameters=STARTS)),),
    "TLP708": (Evidence("not observable", why="memory runs out after very many requests"),),
    "TLP601": (
        Evidence("refused", where="HISTOGRAM", releases={"24.10": "nothing"}),
        Evidence("error", where='answer["parameters"]', releases={"23.12": "error"}),
        Evidence("error", where="parameters=told", releases={"23.12": "error"}),
        Evidence("refused", releases={"23.12": "nothing"}),
    ),
    "TLP602": (
        Evidence("error", where="answer.parameters()", releases={"23.12": "error"}),
        Evidence("error", releases={"23.12": "nothing"}),
    ),
    "TLP603": (
        Evidence("not observable", where="import tomllib", why="the servers at hand run Python 3.11, which has it"),
    ),
    "TLP607": (
        Evidence(where="self.rows.set(rows)", ask=UNTIL_CRASH, why=SOON),
        Evidence(where="self.metric.observe(x.size)", ask=UNTIL_CRASH, why=SOON),
        Evidence(where="self.metric.set(x.size)", ask=UNTIL_CRASH, why="catching the error does not help"),
        Evidence(),
    ),
    "TLP709": (
        Evidence(
            "difference",
            Ask(values={"template": ["../private"]}),
            holds=b"Secret\n",
            why="a file that lies beside the folder",
        ),
    ),
    "TLP709 clean": (Evidence(ask=Ask(values={"template": ["short"]}), where='("short", "long")'),),
    "TLP704 clean": (Evidence(ask=Ask(environment={"DATABASE_PASSWORD": "x"})),),
}


def evidence_for(code: str, bad: bool, example: Example) -> Evidence:
    """The entry for one example."""
    text = "\n".join(example.files.values())
    for entry in EVIDENCE.get(code if bad else f"{code} clean", ()):
        if entry.where in text and all(old in text for old in entry.ask.change):
            return entry
    return Evidence()
