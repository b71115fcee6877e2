"""A background with some processes copied and rewired: greener electricity for named supply chains, a future grid.

The original processes stay as they are; a copy is a process of its own with its own name, the same facts (so that the
same draws reach original and copy) and other links. What a product line is to use is the copy's name.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lca.background import Background, Facts, Links
from lca.catalogue import Catalogue

Integers = NDArray[np.int64]
ALL = -1


@dataclass(frozen=True, order=True)
class Greening:
    """A process whose supply chain gets `share` of its grid electricity from `technology`, down to `tiers` (ALL: no end)."""

    process: int
    share: float
    technology: str
    tiers: int


@dataclass(frozen=True, order=True)
class Rescaling:
    """A process that is consumed `factor` times for each unit: a grid of another year, relative to today's."""

    process: int
    factor: float
    label: str


Change = Greening | Rescaling


def rewired_digest(digest: str, changes: Iterable[Change]) -> str:
    """The digest of the background that `rewire` would make, known before it is made."""
    return hashlib.sha256("\n".join([digest, *sorted(map(repr, changes))]).encode()).hexdigest()


def copy_name(name: str, change: Change) -> str:
    """The name of the copy that a change makes of a process."""
    if isinstance(change, Rescaling):
        return f"{name} [{change.label}]"
    tiers = "all tiers" if change.tiers == ALL else f"tier {change.tiers}" if change.tiers == 1 else f"tiers 1-{change.tiers}"
    return f"{name} [{change.share:.4g} {change.technology.removeprefix('electricity, ')}, {tiers}]"


class _Copies:
    """The links of the new processes while they are made."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self.processes = list(background.catalogue.processes)
        self.inputs: list[tuple[int, int, float, int, bool]] = []
        self.emissions: list[tuple[int, int, float, int, bool]] = []
        self._made: dict[tuple[int, float, str, int], int] = {}
        facts = background.facts
        none = np.zeros(0, dtype=np.int64)
        self._links_of = _by_column(background.inputs, facts.of_inputs if facts else none)
        self._emissions_of = _by_column(background.emissions, facts.of_emissions if facts else none)

    def rescale(self, change: Rescaling) -> None:
        """A copy that is `factor` times the original."""
        number = self._new(change.process, change)
        self.inputs.append((change.process, number, change.factor, -1, False))

    def green(self, change: Greening, process: int, tiers: int) -> int:
        """The number of the greened copy of a process, made when it is not there yet."""
        key = (process, change.share, change.technology, tiers)
        if key in self._made:
            return self._made[key]
        number = self._made[key] = self._new(process, replace(change, tiers=tiers))
        if self._is_grid(process):
            self._replace_grid(change, number, (process, 1.0, -1, False))
            return number
        for row, amount, fact, estimated in self._emissions_of[process]:
            self.emissions.append((row, number, amount, fact, estimated))
        deeper = tiers if tiers == ALL else tiers - 1
        for row, amount, fact, estimated in self._links_of[process]:
            if self._is_grid(row):
                self._replace_grid(change, number, (row, amount, fact, estimated))
            else:
                self.inputs.append((self.green(change, row, deeper) if deeper else row, number, amount, fact, estimated))
        return number

    def _replace_grid(self, change: Greening, number: int, link: tuple[int, float, int, bool]) -> None:
        """Split a link to the grid: the share comes from the technology, with the same grid losses."""
        row, amount, fact, estimated = link
        technology = self.background.catalogue.find(change.technology, self.processes[row].location).index
        self.inputs.append((row, number, amount * (1.0 - change.share), fact, estimated))
        self.inputs.append((technology, number, amount * change.share * self._losses(row), fact, estimated))

    def _new(self, process: int, change: Change) -> int:
        original = self.processes[process]
        self.processes.append(original._replace(name=copy_name(original.name, change), kind="unit process"))
        return len(self.processes) - 1

    def _is_grid(self, process: int) -> bool:
        return is_grid(self.processes[process].name)

    def _losses(self, process: int) -> float:
        """kWh generated per kWh delivered at that voltage: what the voltage level consumes of the generation mix."""
        return sum(amount for row, amount, _, _ in self._links_of[process] if self.processes[row].category == "electricity")


def is_grid(name: str) -> bool:
    """Whether a process is electricity from the grid at some voltage."""
    return name.startswith("electricity, ") and name.endswith(" voltage")


def _by_column(links: Links, facts: Integers) -> dict[int, list[tuple[int, float, int, bool]]]:
    numbers = facts if len(facts) else np.full(len(links.row), -1)
    gathered: dict[int, list[tuple[int, float, int, bool]]] = defaultdict(list)
    for row, column, amount, fact, guess in zip(links.row, links.column, links.amount, numbers, links.estimated, strict=True):
        gathered[int(column)].append((int(row), float(amount), int(fact), bool(guess)))
    return gathered


def rewire(background: Background, changes: Iterable[Change]) -> Background:
    """The background with the copies that the changes ask for added at the end."""
    wanted = sorted(set(changes), key=repr)
    copies = _Copies(background)
    for change in wanted:
        if isinstance(change, Greening):
            copies.green(change, change.process, change.tiers)
        else:
            copies.rescale(change)
    facts = background.facts and _with_facts(background.facts, copies)
    return replace(
        background,
        catalogue=Catalogue(tuple(copies.processes), background.catalogue.places),
        inputs=_joined(background.inputs, copies.inputs),
        emissions=_joined(background.emissions, copies.emissions),
        facts=facts,
        digest=rewired_digest(background.digest, wanted),
    )


def _joined(links: Links, added: list[tuple[int, int, float, int, bool]]) -> Links:
    row, column, amount, _, guess = zip(*added, strict=True) if added else ((), (), (), (), ())
    return Links(
        np.r_[links.row, np.array(row, dtype=np.int64)],
        np.r_[links.column, np.array(column, dtype=np.int64)],
        np.r_[links.amount, np.array(amount, dtype=float)],
        np.r_[links.estimated, np.array(guess, dtype=bool)],
    )


def _with_facts(facts: Facts, copies: _Copies) -> Facts:
    """Copies share the facts of their originals; a rescaled copy's factor is certain (a fact without spread)."""
    certain = len(facts.keys)
    inputs = np.array([fact if fact >= 0 else certain for *_, fact, _ in copies.inputs], dtype=np.int64)
    emissions = np.array([fact for *_, fact, _ in copies.emissions], dtype=np.int64)
    return replace(
        facts,
        keys=(*facts.keys, "certain"),
        spread=np.vstack([facts.spread, [1.0, 1.0, 1.0, 0.0]]),
        of_inputs=np.r_[facts.of_inputs, inputs],
        of_emissions=np.r_[facts.of_emissions, emissions],
        causes=(*facts.causes, "certain") if facts.causes else (),
    )
