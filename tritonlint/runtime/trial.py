"""What is done to one model on a running server, in the order in which it is done. Judges nothing.

What is seen goes into a :class:`~tritonlint.runtime.observation.ModelRun`, which the rules ``TLX1..`` read.
"""

from __future__ import annotations

from tritonlint.runtime.probes.batches import send_alone, send_batches
from tritonlint.runtime.probes.failing_requests import send_invalid, send_odd
from tritonlint.runtime.probes.interpreter import look_at_processes, run_alone
from tritonlint.runtime.probes.leftovers import look_for_leaks, unload
from tritonlint.runtime.probes.load import load
from tritonlint.runtime.probes.requests import send_requests
from tritonlint.runtime.probes.shared_memory import compare, outgrow
from tritonlint.runtime.probes.soak import soak
from tritonlint.runtime.server import ServerCrashError, ServerError
from tritonlint.runtime.shared_memory import region_names
from tritonlint.runtime.subject import Subject


def try_model(subject: Subject) -> None:
    """Load the model, try everything on it, and unload it."""
    run = subject.run
    regions = region_names(subject.server)
    if not load(subject):
        return
    try:
        with subject.grpc_client():
            look_at_processes(subject)
            good = send_requests(subject)
            if good is not None and run.processes and not subject.lost_stub:
                subject.proved(subject.facts, good)
            if good is not None and not subject.spoiled:
                compare(subject, good)
                send_invalid(subject, good)
                soak(subject, good)
                send_odd(subject, good)
                send_alone(subject, good)
            if not subject.spoiled:
                run_alone(subject)
            if good is not None and not subject.spoiled:
                send_batches(subject, good)
            if good is not None and not subject.spoiled:
                # Last: a model may take its time for it.
                outgrow(subject, good)
            if good is not None and not subject.spoiled:
                look_for_leaks(subject, good, regions)
    except ServerCrashError as error:
        subject.spoiled = True
        run.saw("requests", f"the server died ({error.cause})")
    except ServerError as error:
        subject.spoiled = True
        run.saw("requests", f"the server stopped answering: {error}")
    if not subject.spoiled:
        unload(subject, regions)
