"""What the NVIDIA driver tells about the machine's GPUs."""

from __future__ import annotations

import os
import shutil

from tritonlint.runtime.processes import run_bounded


def gpus() -> tuple[str, ...]:
    """The machine's GPUs as ``nvidia-smi -L`` lists them; empty without a driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    ran = run_bounded([program, "-L"], os.environ)
    if ran is None or ran[0] != 0:
        return ()
    return tuple(line for line in ran[1].splitlines() if line.startswith("GPU "))


def gpu_memory() -> dict[int, str]:
    """Memory on GPUs by process, as ``nvidia-smi`` counts it; nothing where it shows other process ids."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return {}
    ran = run_bounded([program, "--query-compute-apps=pid,used_memory", "--format=csv,noheader"], os.environ)
    if ran is None or ran[0] != 0:
        return {}
    rows = (line.split(",", 1) for line in ran[1].splitlines() if "," in line)
    return {int(pid): used.strip() for pid, used in rows if pid.strip().isdigit()}
