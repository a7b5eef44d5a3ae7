"""Texts and dicts of parameters in the place of numbers and names: what Python, NumPy and the stub raise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_rehearsal import ARRAY, CONFIG, HEAD, TEXT, events, marked

IMPORTS = "import collections\nimport heapq\nimport itertools\nimport multiprocessing\nimport textwrap\n\n"
MODEL = f"""\
class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.held = parameters["size"]
        self.size = parameters["size"]["string_value"]

    async def execute(self, requests):
        responses = []
        for request in requests:
            x = {ARRAY}
            text = {TEXT}
            size, held, words = self.size, self.held, text[0, 0].decode().split()
            BODY
            responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("y", x), pb_utils.Tensor("label", text)]))
        return responses
"""
RAISED = {
    "TypeError": [
        "ThreadPoolExecutor(size)",
        "ThreadPoolExecutor(max_workers=size)",
        "ThreadPoolExecutor(held)",
        "multiprocessing.Pool(size)",
        "threading.Semaphore(size)",
        "threading.BoundedSemaphore(value=size)",
        "asyncio.Semaphore(held)",
        "await asyncio.sleep(size)",
        "await asyncio.wait_for(asyncio.sleep(1), size)",
        "await asyncio.wait_for(asyncio.sleep(1), timeout=size)",
        "heapq.nlargest(size, [1, 2])",
        "collections.Counter(words).most_common(size)",
        "collections.deque(maxlen=size)",
        "textwrap.shorten('a', size)",
        "list(enumerate(words, size))",
        "np.arange(0, 1, size)",
        "np.linspace(0, 1, num=size)",
        "np.linspace(0, 1, num=held)",
        "x.std(axis=1, ddof=size)",
        "np.std(x, ddof=held)",
        "np.clip(x, 0, a_max=held)",
        "x.clip(max=held)",
        "np.random.default_rng(size)",
        "np.random.RandomState(seed=size)",
        "np.nan_to_num(x, nan=size)",
        "np.bincount([1], minlength=size)",
        "np.hanning(size)",
        "np.greater(x, size)",
        "np.maximum(held, x)",
        "np.multiply(x, held)",
        "np.zeros(held)",
        "np.zeros(held, dtype=np.float32)",
        "np.repeat(x, held, axis=0)",
        "np.random.uniform(0, held)",
        "x[..., :size]",
        "np.argsort(json.loads(words[0]))[:, :size]",
        "f'{held:>5}'",
        "f'{x:.2f}'",
        "f'{x.mean(axis=1):.2f}'",
        "f'{None:.2f}'",
        "f'{words:10}'",
    ],
    "ValueError": [
        "itertools.islice(words, size)",
        "f'{size:.2f}'",
        "f'{size:03d}'",
        "f'{words[0]:.1%}'",
        "f'{float(size):d}'",
    ],
    "IndexError": ["x[..., size]", "x[..., None, 0, 0, 0]"],
}
FINE = [
    "ThreadPoolExecutor(int(size))",
    "ThreadPoolExecutor()",
    "ThreadPoolExecutor(None)",
    "ThreadPoolExecutor(thread_name_prefix=size)",
    "threading.Semaphore()",
    "await asyncio.sleep(float(size), size)",
    "await asyncio.wait_for(asyncio.sleep(1), None)",
    "asyncio.ensure_future(asyncio.sleep(size)).cancel()",
    "heapq.nlargest(int(size), words, key=len)",
    "collections.Counter(words).most_common()",
    "collections.deque(words, None)",
    "list(enumerate(words, int(size)))",
    "itertools.islice(words, None)",
    "np.arange('2024-01', '2024-03', dtype='datetime64[D]')",
    "np.array([size], dtype=np.int32)",
    "np.full((1, 4), size, dtype=np.float32)",
    "np.repeat(x, size, axis=0)",
    "np.where(x > 0, size, 'none')",
    "np.char.add(words, size)",
    "np.maximum(np.array(words, dtype=object), size)",
    "x.std(axis=1, ddof=int(size))",
    "np.random.default_rng(int(size))",
    "np.zeros((int(size), 4))[..., 0]",
    "x[..., None][0, 0, 0]",
    "f'{size:>5}{size!r:>5}{size:^10s}'",
    "f'{x[0, 0]:.2f}{float(x.mean()):.2f}{x.max():.1e}'",
    "f'{x!r:>10}'",
    "f'{x.sum():.{int(size)}f}'",
    "f'{int(size):d}{float(size):.2f}{len(words):5}'",
    "f'{request.request_id():>8}'",
    "f'{json.loads(words[0]):.2f}'",
    "f'{held=}'",
]


def played(folder: Path, line: str) -> tuple[object, object]:
    model = HEAD + IMPORTS + MODEL.replace("BODY", line)
    return events(folder, model, CONFIG), marked(model)


@pytest.mark.parametrize(("line", "error"), [(line, error) for error, lines in RAISED.items() for line in lines])
def test_what_is_no_number_raises(line: str, error: str, tmp_path: Path) -> None:
    seen, expected = played(tmp_path, f"{line}  #! sure {error}")
    assert seen == expected


ASK = 'pb_utils.InferenceRequest(inputs=[pb_utils.Tensor("x", x)], {})'
NAMED = 'model_name="a", requested_output_names=["y"], '
ASKED = {
    # Each was seen on a server of 24.10.
    'model_name=held, requested_output_names=["y"]': "TypeError",
    'model_name=None, requested_output_names=["y"]': "TypeError",
    'model_name=size, requested_output_names="y"': "TypeError",
    "model_name=size, requested_output_names=[held]": "TypeError",
    NAMED + "model_version=size": "TypeError",
    NAMED + "timeout=size": "TypeError",
    NAMED + "timeout=1e6": "TypeError",
    NAMED + "timeout=None": "TypeError",
    NAMED + "flags=held": "TypeError",
    NAMED + "request_id=7": "TypeError",
    NAMED + "parameters=request.parameters()": "TritonModelException",
    NAMED + 'parameters={"temperature": 0.5}': "TritonModelException",
    NAMED + 'parameters={"none": None}': "TritonModelException",
    'model_name=size, requested_output_names=("y",)': "",
    'model_name=b"a", requested_output_names=list(words)': "",
    NAMED + "model_version=int(size), timeout=np.int64(5), flags=True, request_id=request.request_id()": "",
    NAMED + "timeout=request.timeout(), flags=request.flags(), correlation_id=request.correlation_id()": "",
    NAMED + "timeout=int(float(size) * 1e6), parameters=json.loads(request.parameters())": "",
    NAMED + 'parameters={"a": 1, "b": "c", "d": True}': "",
    NAMED + "parameters=None": "",
}


@pytest.mark.parametrize("arguments", ASKED)
def test_what_a_request_takes(arguments: str, tmp_path: Path) -> None:
    error = ASKED[arguments]
    seen, expected = played(tmp_path, ASK.format(arguments) + (f"  #! sure {error}" if error else ""))
    assert seen == expected


@pytest.mark.parametrize("decoupled", ["decoupled: true", None])
def test_the_text_of_the_config_is_asked_for_its_policy(decoupled: str | None, tmp_path: Path) -> None:
    config = CONFIG + (f"model_transaction_policy {{ {decoupled} }}\n" if decoupled else "")
    mark = "  #! sure TypeError" if decoupled else ""
    model = f"""\
class TritonPythonModel:
    def initialize(self, args):
        pb_utils.using_decoupled_model_transaction_policy(args["model_config"]){mark}

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            error = pb_utils.TritonError("no")
            sender.send(pb_utils.InferenceResponse(error=error), pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
"""
    assert events(tmp_path, HEAD + model, config) == marked(HEAD + model)


@pytest.mark.parametrize("line", FINE)
def test_what_may_be_a_number_does_not(line: str, tmp_path: Path) -> None:
    seen, expected = played(tmp_path, line)
    assert seen == expected
