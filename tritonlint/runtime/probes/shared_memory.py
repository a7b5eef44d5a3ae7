"""The probe `shared-memory`: the same request over every transport, and one that outgrows the region."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tritonlint.runtime.exchange import ExchangeError, find_cuda_runtime, infer_shared, shared_regions
from tritonlint.runtime.observation import Comparison, Growth, Reply
from tritonlint.runtime.request import Request, Tensor, larger_request
from tritonlint.runtime.shared_memory import region_sizes, shared_memory_space
from tritonlint.runtime.subject import Subject, exchange_text

LARGE_REQUEST = 24 * 1024 * 1024
"""Bytes of the request that must not fit: with its answer it needs more than a /dev/shm of 32 MiB holds."""
REPEATS = 5
REPEAT_SECONDS = 2.0
"""How often, and for how long, a request is sent again to see whether a model differs from itself."""


def compare(subject: Subject, good: Request) -> None:
    """The good request over every other way; the model's own answers must not depend on it."""
    if subject.run.decoupled or good.parameters:
        subject.run.saw("shared-memory", "not compared: a sequence or a decoupled model", ran=False)
        return
    first = subject.expected[id(good)]
    answers = _answers_again(subject, good)
    steady = subject.steady = all(again.answered and again.outputs == first.outputs for again in answers)
    ways: list[tuple[str, Callable[[], Reply]]] = []
    if subject.grpc is not None:
        client = subject.grpc
        ways.append(("gRPC", lambda: client.infer(subject.name, good, seconds=subject.options.timeout)))
    ways.append(("system shared memory", lambda: _through_regions(subject, good, first.outputs, None)))
    if subject.options.device == "gpu":
        library = find_cuda_runtime(subject.server.installation.root)
        ways.append(("CUDA shared memory", lambda: _through_regions(subject, good, first.outputs, library)))
    for transport, send in ways:
        subject.progress(f"{subject.name}: {transport}")
        start = time.monotonic()
        try:
            reply = send()
        except ExchangeError as error:
            _compared(subject, Comparison(transport, good, None, str(error), steady), start)
            continue
        if not steady and any(_sizes(again) != _sizes(first) for again in answers):
            detail = "not compared: the sizes of the model's answers differ from one to the next"
            _compared(subject, Comparison(transport, good, None, detail, steady), start)
            continue
        if not reply.answered:
            detail = "no answer in time" if reply.hung else subject.local(reply.error or "the server died")
            _compared(subject, Comparison(transport, good, False, detail, steady), start)
            if reply.hung or reply.server_died:
                subject.spoiled = True
                return
            continue
        difference = _difference(first.outputs, reply.outputs, bytewise=steady)
        _compared(subject, Comparison(transport, good, not difference, difference, steady), start)


def _answers_again(subject: Subject, good: Request) -> list[Reply]:
    """More answers to the same request: a model that answers at random may well say the same twice."""
    start = time.monotonic()
    answers = [subject.send(good)]
    while len(answers) < REPEATS and answers[-1].answered and time.monotonic() - start < REPEAT_SECONDS:
        answers.append(subject.send(good))
    return answers


def _through_regions(subject: Subject, good: Request, expected: Sequence[Tensor], cuda: Path | None) -> Reply:
    with shared_regions(subject.server, good, expected, cuda) as regions:
        return infer_shared(subject.server, subject.name, good, regions, expected, seconds=subject.options.timeout)


def _compared(subject: Subject, comparison: Comparison, start: float) -> None:
    subject.run.comparisons = (*subject.run.comparisons, comparison)
    ways = "the same bytes" if comparison.bytewise else "the same names, types and shapes (it differs from itself)"
    text = f"{comparison.transport}: " + (ways if comparison.same else comparison.detail)
    subject.run.saw("shared-memory", text, time.monotonic() - start, ran=comparison.same is not None)


def outgrow(subject: Subject, good: Request) -> None:
    """A request larger than the stub's region: the region must grow, or the answer must say why not."""
    if not subject.is_python:
        return
    if subject.run.decoupled:
        subject.run.saw("shared-memory", "no growth tried: a decoupled model may answer it a million times", ran=False)
        return
    regions = {stub.region for stub in subject.run.processes}
    before = sum(region_sizes(subject.server, regions))
    request = larger_request(subject.run.config, good, max(2 * before, LARGE_REQUEST))
    if request is None:
        subject.run.saw("shared-memory", "no growth tried: every input has a fixed shape", ran=False)
        return
    subject.progress(f"{subject.name}: {request.title}")
    exchange = subject.exchange(request)
    sent = sum(len(tensor.data) for tensor in request.inputs)
    after = sum(region_sizes(subject.server, regions))
    free, size = shared_memory_space(subject.server)
    subject.run.growth = Growth(sent, before, after, free, size, exchange.reply, exchange.stub_died)
    text = f"{sent / 2**20:.1f} MiB sent: region {before / 2**20:.1f} → {after / 2**20:.1f} MiB"
    if not exchange.reply.answered:
        text += f"; {exchange_text(exchange)}"
    subject.run.saw("shared-memory", text, exchange.reply.seconds)
    subject.recover(exchange)


def _sizes(reply: Reply) -> list[tuple[str, tuple[int, ...], int]]:
    return [(tensor.name, tensor.shape, len(tensor.data)) for tensor in reply.outputs]


def _difference(expected: Sequence[Tensor], seen: Sequence[Tensor], *, bytewise: bool) -> str:
    """What differs between two answers; empty when nothing does."""
    by_name = {tensor.name: tensor for tensor in seen}
    for tensor in expected:
        other = by_name.get(tensor.name)
        if other is None:
            return f"output '{tensor.name}' is missing"
        if (other.datatype, other.shape) != (tensor.datatype, tensor.shape):
            return f"output '{tensor.name}' is {other.summary}, in-band it is {tensor.summary}"
        if bytewise and other.data != tensor.data:
            at = next(
                (i for i, (a, b) in enumerate(zip(tensor.data, other.data, strict=False)) if a != b),
                min(len(tensor.data), len(other.data)),
            )
            return f"output '{tensor.name}' differs from the in-band answer at byte {at} of {len(tensor.data)}"
    return ""
