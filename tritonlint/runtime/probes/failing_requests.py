"""The probe `failing-requests`: requests that do not fit the config, and valid ones with unusual content."""

from __future__ import annotations

from dataclasses import replace

from tritonlint.runtime.observation import Failing, Invalid, Reply
from tritonlint.runtime.request import Request, invalid_requests, odd_requests
from tritonlint.runtime.subject import Subject, exchange_text


def send_invalid(subject: Subject, good: Request) -> None:
    """Requests that do not fit the config; the server must refuse each, and answer the next one."""
    if subject.spoiled:
        return
    if not good.inputs:
        subject.run.saw("failing-requests", "the config declares no inputs", ran=False)
        return
    found = []
    for kind, request in invalid_requests(good):
        # The server refuses these itself; whether a stub died all the same, the good request after it tells.
        exchange = subject.exchange(request, look=False)
        after = Reply(error="not sent")
        if not (exchange.reply.hung or exchange.reply.server_died):
            after = subject.send(good)
            exchange = replace(exchange, stub_died=not after.answered and subject.lost_a_stub())
        usable = subject.recover(exchange)
        found.append(Invalid(kind, exchange.reply, exchange.stub_died, after))
        subject.run.invalid = tuple(found)
        if not usable:
            break
    refused = [each.kind for each in found if not each.reply.answered]
    lives = all(each.next_reply.answered for each in found)
    text = f"wrong {', '.join(refused) or 'nothing'}: refused; {'the next request works' if lives else 'then broken'}"
    subject.run.saw("failing-requests", text)


def send_odd(subject: Subject, good: Request) -> None:
    """Valid requests with unusual content. What is answered is fine; an error must stay with its request."""
    if subject.spoiled or subject.run.decoupled or good.parameters or not good.inputs:
        return
    tried, failed = [], []
    for request in odd_requests(subject.run.config, good):
        subject.progress(f"{subject.name}: {request.title}")
        exchange = subject.exchange(request)
        tried.append(request.title)
        if exchange.reply.answered:
            continue
        failed.append(exchange_text(exchange))
        usable = subject.recover(exchange)
        after = subject.send(good) if usable and not subject.spoiled else Reply(error="not sent")
        subject.run.failing = (
            *subject.run.failing,
            Failing(request, exchange.reply, exchange.stub_died, after, blamed=exchange.blamed),
        )
        if not usable or not after.answered:
            break
    if tried:
        text = f"{len(tried) - len(failed)} answered; {'; '.join(failed)}" if failed else "all answered"
        subject.run.saw("failing-requests", f"{', '.join(tried)}: {text}")
