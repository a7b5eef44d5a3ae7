"""The probe `requests`: everything is sent in-band once."""

from __future__ import annotations

from tritonlint.runtime.request import Request, requests_for, warmup_requests
from tritonlint.runtime.subject import Subject, exchange_text


def send_requests(subject: Subject) -> Request | None:
    """All requests in-band; the first that was answered with tensors is what later probes build on."""
    run = subject.run
    try:
        requests = [
            *subject.options.samples.get(subject.name, ()),
            *warmup_requests(run.config, subject.facts.model.path),
        ]
        requests = requests or list(requests_for(run.config))
    except ValueError as error:
        run.saw("requests", f"no request could be made up: {error}; give samples with --requests", ran=False)
        return None
    good = None
    exchanges = []
    for request in requests:
        subject.progress(f"{subject.name}: {request.title}")
        exchange = subject.exchange(request)
        exchanges.append(exchange)
        run.exchanges = tuple(exchanges)
        run.saw("requests", exchange_text(exchange), exchange.reply.seconds)
        if exchange.reply.answered and exchange.reply.outputs:
            subject.expected[id(request)] = exchange.reply
            # An answer without a byte shows little.
            if good is None or not any(tensor.data for tensor in subject.expected[id(good)].outputs):
                good = request
        if not subject.recover(exchange):
            return good if not subject.spoiled else None
    return good
