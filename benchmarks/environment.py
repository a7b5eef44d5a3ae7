"""Measure how long the facts of a large packed environment take, against ``tar -tzf`` of the same file in the same run.

    python benchmarks/environment.py [--size 2.0] [--rounds 3]

The archive is made as conda-pack would make it, with the files of this machine's own Python as its stuff: many small
modules, large shared libraries, and data that does not compress. It lies in a temporary folder that is removed at the
end. The goals: at most half the time of ``tar -tzf``, under 200 MB of memory, and nothing to wait for the second time.
"""

from __future__ import annotations

import argparse
import os
import random
import struct
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_SHARE = 0.5
MAX_MEMORY = 200 * 2**20
SECOND_CHECK = 0.5
"""Seconds in which a known archive is answered, the start of the process included."""

READ = """
import sys
from tritonlint.inputs.environment import read_environment
facts = read_environment(sys.argv[1])
assert facts.complete and facts.python == "3.12" and facts.version("numpy") == "1.26.4", facts
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


class Packer:
    """Writes one gzip stream; what was compressed once is copied, so that gigabytes take seconds to make."""

    def __init__(self, place: Path) -> None:
        self.stream = place.open("wb")
        self.stream.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
        self.checksum, self.length = 0, 0
        self.known: dict[int, bytes] = {}

    def add(self, name: str, content: bytes, link: str = "") -> None:
        """One member."""
        member = tarfile.TarInfo(name)
        member.mode = 0o755
        member.size = len(content)
        if link:
            member.type, member.linkname = tarfile.SYMTYPE, link
        self._write(_deflated(header := member.tobuf(tarfile.GNU_FORMAT)), header)
        if content:
            body = content + bytes(-len(content) % 512)
            packed = self.known.get(id(content))
            if packed is None:
                packed = self.known[id(content)] = _deflated(body)
            self._write(packed, body)

    def _write(self, packed: bytes, plain: bytes) -> None:
        self.stream.write(packed)
        self.checksum = zlib.crc32(plain, self.checksum)
        self.length += len(plain)

    def close(self) -> None:
        """The two blocks of zeros that end an archive, and the end of the gzip stream."""
        self._write(_deflated(bytes(1024)), bytes(1024))
        self.stream.write(zlib.compressobj(4, zlib.DEFLATED, -15).flush())
        self.stream.write(struct.pack("<II", self.checksum, self.length & 0xFFFFFFFF))
        self.stream.close()


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(4, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def _stuff(chance: random.Random) -> tuple[list[bytes], list[bytes]]:
    """Small and large contents: modules of the standard library, and libraries with a part that does not compress."""
    library = Path(sysconfig.get_paths()["stdlib"])
    texts = [path.read_bytes() for path in sorted(library.glob("*.py"))[:150]]
    binaries = [Path(place).read_bytes() for place in _loaded_libraries()]
    joined = b"".join(binaries) or b"".join(texts)
    large = []
    for megabytes in (1, 2, 4, 8, 16, 48):
        size = megabytes * 2**20
        plain = (joined * (size // len(joined) + 1))[: size * 2 // 3]
        large.append(plain + chance.randbytes(size - len(plain)))
    return texts, large


def _loaded_libraries() -> Iterator[str]:
    for name in ("x86_64-linux-gnu", "aarch64-linux-gnu"):
        folder = Path("/usr/lib") / name
        for pattern in ("libc.so.6", "libstdc++.so.6", "libcrypto.so.3", "libpython3*.so.1.0"):
            yield from (str(path) for path in sorted(folder.glob(pattern)))


def make(place: Path, size: int) -> None:
    """An archive of at least ``size`` bytes at ``place``."""
    chance = random.Random(5)
    texts, large = _stuff(chance)
    packer = Packer(place)
    packages = "lib/python3.12/site-packages"
    packer.add("bin/activate", b'export PATH="$VIRTUAL_ENV/bin:$PATH"\n')
    packer.add("bin/python3.12", large[3])
    packer.add("bin/python3", b"", "python3.12")
    packer.add("conda-meta/numpy-1.26.4-py312heda63a1_0.json", b"{}")
    packer.add("lib/libstdc++.so.6.0.33", large[1] + b"\0GLIBCXX_3.4.33\0")
    # A program of this machine, as large as conda's libpython with its symbols.
    packer.add("lib/libpython3.12.so.1.0", Path(sys.executable).read_bytes() + bytes(25 * 2**20))
    number = 0
    while packer.stream.tell() < size:
        number += 1
        package = f"{packages}/package_{number // 400}"
        packer.add(f"{package}/module_{number}.py", chance.choice(texts))
        if number % 25 == 0:
            packer.add(f"{package}/lib/library_{number}.so", large[(number // 25) % len(large)])
    packer.close()


def _measured(command: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Seconds and processor seconds of one command and its children, and the last line it printed."""
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    seconds, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used, done.stdout[-4096:].decode(errors="replace").split("\n")[-2]


def main() -> int:
    """Make the archive, measure in turns, print a table; status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=2.0, help="gigabytes of the packed archive")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tritonlint-bench-") as folder:
        place = Path(folder) / "env.tar.gz"
        make(place, int(options.size * 1e9))
        times: dict[str, list[float]] = {"tar -tzf": [], "read": [], "read again": []}
        processor: dict[str, list[float]] = {label: [] for label in times}
        memory = 0
        for turn in range(options.rounds):
            cache = {**os.environ, "PYTHONPATH": str(ROOT), "TRITONLINT_CACHE": f"{folder}/cache{turn}"}
            seconds, used, _ = _measured(["tar", "-tzf", str(place)], cache)
            times["tar -tzf"].append(seconds)
            processor["tar -tzf"].append(used)
            for label in ("read", "read again"):
                # The kernel counts the parent into ru_maxrss of a child, so the child tells its own peak.
                seconds, used, peak = _measured([sys.executable, "-c", READ, str(place)], cache)
                times[label].append(seconds)
                processor[label].append(used)
                memory = max(memory, int(peak) * 1024)
        best = {label: min(seconds) for label, seconds in times.items()}
        share = best["read"] / best["tar -tzf"]
        print(f"archive {place.stat().st_size / 1e9:.2f} GB, best of {options.rounds} rounds")
        for label, seconds in best.items():
            print(f"{label:12} {seconds:7.2f} s, {min(processor[label]):7.2f} s of a processor")
        # tar and gzip are two processes: on a busy machine they get twice the share of it.
        work = min(processor["read"]) / min(processor["tar -tzf"])
        print(f"share of tar {share:7.2f}   (goal {MAX_SHARE}); of its work {work:.2f}")
        print(f"peak memory  {memory / 2**20:7.0f} MB (goal {MAX_MEMORY / 2**20:.0f})")
        reached = share <= MAX_SHARE and memory <= MAX_MEMORY and best["read again"] <= SECOND_CHECK
        print("goals reached" if reached else "goals missed")
        return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
