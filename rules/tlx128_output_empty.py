"""An output holds fewer bytes than its shape needs

## What it does
Compares the bytes of each output with its shape and type.

## What happens
The request succeeds and the client gets zero bytes, or cannot reshape what it gets.

## How to fix
Almost always NumPy 2 under a stub for NumPy 1: pin `numpy<2`.

## Source
Seen by `tritonlint verify` on a real server; nothing static is claimed here.
"""

from collections.abc import Iterator

from tritonlint.finding import Problem
from tritonlint.rule import Rule
from tritonlint.runtime.observation import ModelRun, declared_outputs
from tritonlint.tensors import shape_text

RULE = Rule(code="TLX128", name="output-empty", effect="wrong-result")


def check(run: ModelRun) -> Iterator[Problem]:
    if run.numpy_too_new:
        return
    for name, tensor, _, exchange in declared_outputs(run):
        needed = tensor.expected_bytes
        if needed is not None and len(tensor.data) != needed:
            yield Problem(
                run.tensor_place("output", name),
                f"output '{name}' of shape {shape_text(tensor.shape)} needs {needed} bytes, the answer to "
                f"{exchange.request.title} holds {len(tensor.data)}",
                help="check that the stub and numpy fit each other",
                key=name,
            )


EXAMPLES: tuple[str, ...] = ()
