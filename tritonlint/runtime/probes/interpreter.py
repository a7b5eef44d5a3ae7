"""The probe `interpreter`: the stub processes, what each of them runs, and whether they start by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tritonlint.inputs.elf import read_elf
from tritonlint.runtime.gpu import gpu_memory
from tritonlint.runtime.observation import Interpreter, StubAlone, first_line
from tritonlint.runtime.processes import environment_of, is_mapped, mapped_libraries, run_bounded
from tritonlint.runtime.subject import Subject


def look_at_processes(subject: Subject) -> None:
    """Which interpreter, NumPy, stub and environment each stub process has."""
    run = subject.run
    if not subject.is_python:
        run.saw("interpreter", "not a Python model", ran=False)
        return
    run.processes = subject.stubs()
    run.processes_expected = True
    run.stubs_at_first = len(run.processes)
    if run.processes:
        stub = run.processes[0]
        run.stub_numpy2 = read_elf(f"/proc/{stub.pid}/root{stub.executable}").numpy2
    subject.note_belongings()
    run.instances = _instances(run.config)
    if subject.options.allocator is not None:
        name = subject.options.allocator.name
        run.server_allocator = name if is_mapped(name, mapped_libraries(subject.server.pid)) else None
    seen = []
    for stub in run.processes:
        parts = [f"Python {stub.python}" if stub.python else "no libpython"]
        parts.append(f"numpy {stub.numpy}" if stub.numpy else "no numpy")
        own = stub.executable.startswith(f"{subject.server.installation.root}/")
        parts.append("the server's own stub" if own else f"stub {subject.local(stub.executable)}")
        parts.append(f"environment {subject.local(stub.environment)}" if stub.environment else "no environment")
        if subject.options.device == "gpu":
            parts.append(f"GPU memory {gpu_memory().get(stub.pid, 'none')}")
        if subject.options.allocator is not None:
            mapped = stub.maps(subject.options.allocator.name)
            parts.append(f"{subject.options.allocator.name} {'mapped' if mapped else 'not mapped'}")
        seen.append(", ".join(parts))
    kinds = sorted({str(each.get("kind", "")).removeprefix("KIND_") for each in run.config.get("instance_group", ())})
    count = f"{len(run.processes)} stub process{'es' if len(run.processes) != 1 else ''} on {'/'.join(kinds) or 'CPU'}"
    run.saw("interpreter", f"{count}: {'; '.join(dict.fromkeys(seen))}" if seen else count)


def run_alone(subject: Subject) -> None:
    """The stub without arguments, and the environment's own interpreter, in the environment that a stub got."""
    if not subject.run.processes or subject.options.contained:
        return
    stub = subject.run.processes[0]
    environment = environment_of(stub.pid)
    ran = run_bounded([stub.executable], environment)
    if ran is not None:
        subject.run.stub_alone = StubAlone(*ran)
        said = "starts" if subject.run.stub_alone.started else f"does not start: {first_line(ran[1])}"
        subject.run.saw("interpreter", f"the stub alone {said}")
    if stub.environment is None:
        return
    python = Path(stub.environment) / "bin" / "python3"
    script = (
        "import sys\nprint('.'.join(map(str, sys.version_info[:3])))\n"
        "try:\n    import numpy\n    print(numpy.__version__)\nexcept Exception as error:\n    print(repr(error))\n"
    )
    ran = run_bounded([str(python), "-c", script], environment)
    shown = subject.local(str(python))
    if ran is None or ran[0] != 0:
        said = first_line(ran[1]) if ran is not None else "it cannot be started"
        subject.run.interpreter = Interpreter(shown, None, None, said)
        subject.run.saw("interpreter", f"the environment's python3: {said}")
        return
    lines = ran[1].splitlines()
    numpy = lines[1] if len(lines) > 1 and lines[1][:1].isdigit() else None
    subject.run.interpreter = Interpreter(shown, lines[0], numpy)
    subject.run.saw("interpreter", f"the environment's python3: Python {lines[0]}, numpy {numpy or 'missing'}")


def _instances(config: Mapping[str, Any]) -> int | None:
    groups = config.get("instance_group")
    if not groups:
        return None
    return sum(int(each.get("count", 1)) * max(len(each.get("gpus", ())), 1) for each in groups)
