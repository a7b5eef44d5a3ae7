"""Writes docs/interpreter-matrix.md: what the servers did, and how often tritonlint foretold it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.matrix.case import Case
from tests.matrix.cases import ENVIRONMENTS, stubs
from tests.matrix.trial import OUTCOMES, Verdict
from tests.matrix.verdict import AGREEMENTS, Forecast

HEAD = """\
# Stubs and environments on real servers

`python -m tests.matrix --output docs/interpreter-matrix.md` writes this page. Every case is a model folder with a
stub, an environment, both or neither. NVIDIA's own server loads it, answers `[1, 2, 3]` and then a request that the
model hands on to another model; the model writes down its interpreter and the libpython that is mapped. tritonlint
reads the same folder (`--triton-version RELEASE --backend-directory BACKENDS`) before the server does.

| part | where from |
| --- | --- |
| servers and stubs | the wheels of `nvidia-pytriton`, through pip |
| Python 3.9 and 3.11 | Debian 11 and 12, through apt, unpacked and packed again as environments |
| numpy | 1.26.4 and 2.0.2, the wheels |

The server's own stub is the one for Python 3.11. Its numpy lies in the Python backend's folder, where an image would
have it in its Python. Answers of servers are kept in `tests/matrix/verdicts.json`; `--again` asks once more.

| the server's answer | what happened |
| --- | --- |
| right | the answers are right, in the environment where there is one |
| refused | the load ends with an error |
| hangs | the load does not end: nothing has happened for seven seconds, twelve after its start |
| wrong interpreter | everything is answered, but not by the Python or the packages that were packed |
| wrong result | an answer with other bytes, or none |
| request fails | an answer with an error |
| server crash | the process of the server has died |

A case counts as agreed when a finding names what happened: `load-failure` where the server refuses or hangs,
`wrong-result` for the wrong interpreter and for wrong answers, `request-failure`, `server-crash`, and for a right
model nothing that is certain. Whether a folder is read-only where the server runs cannot be read from the files.
"""


@dataclass(frozen=True)
class Row:
    """One case with both answers."""

    case: Case
    verdict: Verdict
    forecast: Forecast

    @property
    def agreement(self) -> str:
        return self.forecast.against(self.verdict)


def document(releases: Sequence[str], matrix: dict[str, list[Row]], odd: list[Row]) -> str:
    """The whole page."""
    everything = [row for rows in matrix.values() for row in rows] + odd
    parts = [HEAD, "## Figures\n", _figures({**matrix, "odd cases": odd}), _outcomes(everything)]
    different = [row for row in everything if row.agreement != "agrees"]
    if different:
        parts += ["## Where they differ\n", _table(different)]
    warned = [row for row in everything if row.verdict.outcome == "right" and row.forecast.findings]
    if warned:
        parts += ["## Right, and yet something is likely\n", _table(warned)]
    for release in releases:
        parts += [f"## The matrix of {release}\n", _matrix(release, matrix[release])]
    parts += ["## Odd cases\n", _table(odd)]
    return "\n".join(parts)


def _figures(groups: dict[str, list[Row]]) -> str:
    lines = [
        "| cases | number | agreed | missed | false alarm | another effect | certain, of those that fail |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, rows in groups.items():
        count = Counter(row.agreement for row in rows)
        failing = [row for row in rows if row.verdict.outcome != "right"]
        certain = sum(any(certainty == "certain" for _, _, certainty in row.forecast.findings) for row in failing)
        agreed = f"{count['agrees']} ({100 * count['agrees'] / max(1, len(rows)):.1f} %)"
        others = [str(count[kind]) for kind in AGREEMENTS[1:]]
        lines.append(f"| {name} | {len(rows)} | {agreed} | {' | '.join(others)} | {certain} of {len(failing)} |")
    return "\n".join([*lines, ""])


def _outcomes(rows: Iterable[Row]) -> str:
    count = Counter(row.verdict.outcome for row in rows)
    return "The servers' answers: " + ", ".join(f"{count[one]} {one}" for one in OUTCOMES if count[one]) + ".\n"


def _matrix(release: str, rows: list[Row]) -> str:
    found = {row.case.axes: row for row in rows}
    lines = [f"| stub | {' | '.join(ENVIRONMENTS)} |", "| --- |" + " --- |" * len(ENVIRONMENTS)]
    for stub in stubs(release):
        cells = [_cell(found[stub, environment]) for environment in ENVIRONMENTS]
        lines.append(f"| {stub} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _cell(row: Row) -> str:
    codes = ", ".join(dict.fromkeys(code for code, _, _ in row.forecast.findings))
    return f"{row.verdict.outcome}{f' ({codes})' if codes else ''}{'' if row.agreement == 'agrees' else ' **!**'}"


def _table(rows: Iterable[Row]) -> str:
    lines = ["| case | the server | it says | tritonlint |", "| --- | --- | --- | --- |"]
    for row in rows:
        cells = [row.case.name, row.verdict.outcome, _quoted(row.verdict.said), str(row.forecast)]
        if row.agreement != "agrees":
            cells[-1] += f" **{row.agreement}**"
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _quoted(said: str) -> str:
    said = said.partition("UNAVAILABLE state: ")[2] or said
    text = said.replace("|", "\\|").replace("`", "'")
    return f"`{text[:160]}{'…' if len(text) > 160 else ''}`" if text else ""
