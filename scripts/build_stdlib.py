"""Build ``tritonlint/data/stdlib.json``: which Python minor has which module of the standard library.

The names come from the ``stdlib-list`` package (``pip install stdlib-list``), which keeps them per version; the names
inside modules from the *What's New* documents. Run it when a new Python is out.
"""

from __future__ import annotations

import json
from pathlib import Path

PYTHONS = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
DATA = Path(__file__).resolve().parent.parent / "tritonlint" / "data" / "stdlib.json"

SINCE = {
    "3.8": "functools.cached_property functools.singledispatchmethod math.prod math.dist math.isqrt math.comb "
    "statistics.fmean typing.Final typing.Literal typing.Protocol typing.TypedDict typing.runtime_checkable "
    "typing.final unittest.mock.AsyncMock",
    "3.9": "functools.cache typing.Annotated math.lcm asyncio.to_thread random.randbytes",
    "3.10": "typing.ParamSpec typing.TypeAlias typing.TypeGuard typing.Concatenate typing.is_typeddict "
    "itertools.pairwise contextlib.aclosing types.NoneType types.UnionType dataclasses.KW_ONLY",
    "3.11": "typing.Self typing.Never typing.LiteralString typing.Required typing.NotRequired typing.TypeVarTuple "
    "typing.Unpack typing.assert_never typing.assert_type typing.reveal_type typing.dataclass_transform datetime.UTC "
    "enum.StrEnum enum.ReprEnum enum.verify enum.nonmember enum.member asyncio.TaskGroup asyncio.timeout "
    "asyncio.Runner asyncio.Barrier contextlib.chdir hashlib.file_digest math.cbrt math.exp2",
    "3.12": "typing.override typing.TypeAliasType itertools.batched collections.abc.Buffer math.sumprod "
    "calendar.Month calendar.Day",
    "3.13": "warnings.deprecated typing.TypeIs typing.ReadOnly copy.replace queue.ShutDown",
}
UNTIL = {
    "3.8": "base64.encodestring base64.decodestring",
    "3.9": "collections.Mapping collections.MutableMapping collections.Sequence collections.MutableSequence "
    "collections.Iterable collections.Iterator collections.Callable collections.Hashable collections.Sized "
    "collections.Set collections.MutableSet collections.Container collections.Generator collections.Collection "
    "collections.Awaitable collections.Coroutine",
    "3.10": "inspect.getargspec inspect.formatargspec asyncio.coroutine",
    "3.11": "pkgutil.ImpImporter pkgutil.ImpLoader",
    "3.12": "typing.io typing.re",
}


def build() -> str:
    """The text of the file, one name a line."""
    from stdlib_list import stdlib_list  # type: ignore[import-not-found, unused-ignore]

    names: dict[str, list[str]] = {}
    for python in PYTHONS:
        for module in {name.split(".")[0] for name in stdlib_list(python)}:
            if not module.startswith("_") and module not in ("lib", "test"):
                names.setdefault(module, []).append(python)
    modules = {}
    for module, pythons in sorted(names.items()):
        # Lists of older versions left out what only other systems or debug builds have.
        gaps = PYTHONS.index(pythons[-1]) - PYTHONS.index(pythons[0]) + 1 != len(pythons)
        first = None if gaps or pythons[0] == PYTHONS[0] else pythons[0]
        last = None if pythons[-1] == PYTHONS[-1] else pythons[-1]
        modules[module] = [first, last]
    members: dict[str, list[str | None]] = {}
    for first, text in SINCE.items():
        members.update({name: [first, None] for name in text.split()})
    for last, text in UNTIL.items():
        members.update({name: [None, last] for name in text.split()})
    lines = [
        f"{json.dumps(kind)}: {{\n"
        + ",\n".join(f"{json.dumps(name)}: {json.dumps(span)}" for name, span in sorted(table.items()))
        + "\n}"
        for kind, table in (("modules", modules), ("members", members))
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    DATA.write_text(build(), encoding="utf-8")
