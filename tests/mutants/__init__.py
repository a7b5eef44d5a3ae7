"""Faults planted into models that a real server of 24.10 served well: which kinds are found, and in how much code.

The models are those of ``tests/blind``. None of the mutants was shown to a server: an operator plants what breaks a
contract that the server is known to keep, but here and there it leaves a model as right as it was (float64 that is
cast again, an error that is asked for twice). So what is counted is a share to be compared, not a verdict.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.blind import HELD_BACK, RELEASE, SETS, set_names
from tests.mutants.batches import BATCH_OPERATORS, HIDDEN_ALONE
from tests.mutants.code import CODE_OPERATORS, HIDDEN_WITHOUT_BATCHES, CodeOperator
from tests.mutants.config import CONFIG_OPERATORS
from tests.mutants.slips import SLIP_OPERATORS
from tests.mutants.source import Source
from tritonlint.engine import check_paths
from tritonlint.example import parse_example
from tritonlint.settings import Settings

CODE = "1/model.py"
CONFIG = "config.pbtxt"


@dataclass(frozen=True, slots=True)
class Operator:
    """A kind of fault, and the file that it changes."""

    path: str
    name: str
    what: str
    texts: Callable[[str], Iterator[str]]
    """The file with the fault, for every place where it can be planted."""


def _in_code(plant_in: CodeOperator) -> Callable[[str], Iterator[str]]:
    return lambda text: plant_in(Source(text))


OPERATORS = {
    each.name: each
    for each in (
        *(
            Operator(CODE, each.__name__, each.__doc__ or "", _in_code(each))
            for each in (*CODE_OPERATORS, *BATCH_OPERATORS, *SLIP_OPERATORS)
        ),
        *(Operator(CONFIG, each.__name__, each.__doc__ or "", each) for each in CONFIG_OPERATORS),
    )
}


@dataclass(frozen=True, slots=True)
class Model:
    """A model that was served well, with the folder of models that were served beside it."""

    group: str
    name: str
    files: dict[str, dict[str, str]] = field(repr=False)
    """The files of all models of the folder: texts by path, by model."""

    def text(self, path: str) -> str:
        """One of its files."""
        return self.files[self.name][path]

    def needed(self) -> set[str]:
        """The model and those of its folder that it names, and that these name."""
        found, left = set(), [self.name]
        while left:
            name = left.pop()
            found.add(name)
            words = {word for text in self.files[name].values() for word in re.findall(r"[\w-]+", text)}
            left += sorted(words & (self.files.keys() - found))
        return found


@dataclass(frozen=True, slots=True)
class Mutant:
    """A model with one fault: what one of its files was, and is."""

    model: Model
    path: str
    text: str

    def changed(self) -> tuple[int, str, str]:
        """The first line that differs, before and after."""
        before, after = self.model.text(self.path).splitlines(), self.text.splitlines()
        pairs = enumerate(zip(before, after, strict=False), start=1)
        changes = ((line, old.strip(), new.strip()) for line, (old, new) in pairs if old != new)
        return next(changes, (len(after), "", ""))


@dataclass(slots=True)
class Tally:
    """The mutants of an operator, by what is said of them."""

    found: list[Mutant] = field(default_factory=list)
    noted: list[Mutant] = field(default_factory=list)
    missed: list[Mutant] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All of them."""
        return len(self.found) + len(self.noted) + len(self.missed)


def served_models() -> list[Model]:
    """The correct models of all blind sets that may be looked at, with a config and a model.py."""
    groups: dict[str, dict[str, dict[str, str]]] = {}
    for name in (each for each in set_names() if each not in HELD_BACK):
        for path, text in parse_example((SETS / f"{name}.txt").read_text(encoding="utf-8")).files.items():
            part, model, inside = path.split("/", 2)
            if part != "faulty":
                groups.setdefault(f"{name}-{part}", {}).setdefault(model, {})[inside] = text
    return [
        Model(group, name, files)
        for group, files in groups.items()
        for name in files
        if {CODE, CONFIG} <= files[name].keys()
    ]


def plant(operator: Operator, models: Sequence[Model], sample: int, seed: int) -> list[Mutant]:
    """At most ``sample`` mutants, one of a model, by chance."""
    chance = random.Random(seed)
    mutants: list[Mutant] = []
    for model in chance.sample(models, len(models)):
        if operator.name in HIDDEN_WITHOUT_BATCHES | HIDDEN_ALONE and "dynamic_batching" not in model.text(CONFIG):
            continue
        texts = list(operator.texts(model.text(operator.path)))
        if texts:
            mutants.append(Mutant(model, operator.path, chance.choice(texts)))
        if len(mutants) == sample:
            break
    return mutants


def tally(mutants: Sequence[Mutant], folder: Path) -> Tally:
    """Lay mutants out below a folder, each in a repository of its own, and check them."""
    for number, mutant in enumerate(mutants):
        for name in mutant.model.needed():
            for path, text in mutant.model.files[name].items():
                place = folder / str(number) / name / path
                place.parent.mkdir(parents=True, exist_ok=True)
                changed = name == mutant.model.name and path == mutant.path
                place.write_text(mutant.text if changed else text, encoding="utf-8", newline="")
    said: dict[int, set[str]] = {}
    repositories = [str(folder / str(number)) for number in range(len(mutants))]
    result = check_paths(repositories, Settings(triton_version=RELEASE))
    for finding in result.findings:
        repository, name = Path(finding.location.path).relative_to(folder).parts[:2]
        if name == mutants[int(repository)].model.name:
            said.setdefault(int(repository), set()).add(finding.severity)
    sums = Tally()
    for number, mutant in enumerate(mutants):
        severities = said.get(number, set())
        (sums.missed if not severities else sums.noted if severities == {"note"} else sums.found).append(mutant)
    return sums
