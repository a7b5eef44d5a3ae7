"""Requests that meet in one batch; part of the probes `requests` and `failing-requests`."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace

from tritonlint.runtime.exchange import infer_http
from tritonlint.runtime.observation import Reply, first_line
from tritonlint.runtime.request import Request, batch_limit, varied
from tritonlint.runtime.subject import Subject, reply_text

BATCH_DELAY_MICROSECONDS = 200_000
TOGETHER = 4
"""Requests that are sent side by side to be put into one batch."""


def send_alone(subject: Subject, good: Request) -> None:
    """What requests that will meet in one batch are answered when each comes alone."""
    if not subject.spoiled and _batches(subject, good):
        requests = (good, *(varied(good, salt) for salt in range(1, TOGETHER)))
        subject.alone = [(request, subject.send(request)) for request in requests]


def send_batches(subject: Subject, good: Request) -> None:
    """Requests that meet in one batch: good ones, then a failing one among good ones."""
    if not _batches(subject, good) or not subject.reload(_slow_config(subject)):
        return
    if subject.alone and all(reply.answered for _, reply in subject.alone):
        _send_together(subject, [request for request, _ in subject.alone], [reply for _, reply in subject.alone])
    if not subject.spoiled:
        _send_beside(subject, good)


def _send_beside(subject: Subject, good: Request) -> None:
    """A request that fails alone, together with good ones in one batch."""
    bad = next(
        (
            each
            for each in subject.run.failing
            if not each.stub_died and each.reply.error is not None and _batches(subject, good, each.request)
        ),
        None,
    )
    if bad is None:
        return
    replies, batched = _together(subject, [good, bad.request, good])
    beside = (replies[0], replies[2])
    subject.run.failing = tuple(
        replace(each, beside=beside, batched=batched) if each is bad else each for each in subject.run.failing
    )
    lost = sum(not reply.answered for reply in beside)
    text = f"{bad.request.title} in one batch with two good requests: {lost} of them lost"
    subject.run.saw("failing-requests", text if batched else f"{text} (the server did not batch them)")


def _send_together(subject: Subject, requests: Sequence[Request], alone: Sequence[Reply]) -> None:
    """Several good requests in one batch: each must get its own answer."""
    subject.progress(f"{subject.name}: {len(requests)} requests in one batch")
    replies, batched = _together(subject, requests)
    if not batched:
        subject.run.saw("requests", f"{len(requests)} requests at once: the server did not batch them", ran=False)
        return
    subject.run.together = tuple(
        (request, one, many) for request, one, many in zip(requests, alone, replies, strict=True)
    )
    subject.run.steady = subject.steady
    lost = [reply for reply in replies if not reply.answered]
    text = "all answered" if not lost else f"{len(lost)} lost: {first_line(reply_text(lost[0]))}"
    subject.run.saw("requests", f"{len(requests)} requests in one batch: {text}")


def _batches(subject: Subject, *requests: Request) -> bool:
    config = subject.run.config
    if subject.run.decoupled or "dynamic_batching" not in config or batch_limit(config) < TOGETHER:
        return False
    shapes = {tuple((t.name, t.shape) for t in request.inputs) for request in requests}
    return len(shapes) == 1 and bool(requests[0].inputs) and all(t.shape[:1] == (1,) for t in requests[0].inputs)


def _slow_config(subject: Subject) -> str:
    """The model's configuration with a queue delay and one instance, so that requests meet in one batch."""
    config = json.loads(json.dumps(subject.run.config))
    config["dynamic_batching"]["max_queue_delay_microseconds"] = BATCH_DELAY_MICROSECONDS
    config["dynamic_batching"].pop("preferred_batch_size", None)
    for entry in config.get("instance_group", ()):
        entry["count"] = 1
    return json.dumps(config)


def _together(subject: Subject, requests: Sequence[Request]) -> tuple[list[Reply], bool]:
    """Send requests at the same time; also whether the server put any of them into one execution."""
    before = _executions(subject)
    replies: list[Reply] = [Reply(error="not sent")] * len(requests)

    def send(number: int) -> None:
        replies[number] = infer_http(subject.server, subject.name, requests[number], seconds=subject.options.timeout)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if any(reply.hung or reply.server_died for reply in replies):
        subject.spoiled = True
        return replies, True
    return replies, _executions(subject) - before < len(requests)


def _executions(subject: Subject) -> int:
    answer = subject.server.request("GET", f"/v2/models/{subject.name}/stats", seconds=subject.options.timeout)
    if not answer.ok:
        return 0
    # A failed execution counts no execution, but its requests fail.
    return sum(int(each.get("execution_count", 0)) for each in json.loads(answer.body)["model_stats"])
