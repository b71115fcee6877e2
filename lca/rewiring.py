"""A background with some processes copied and rewired: greener electricity for named supply chains, a future grid.

The original processes stay as they are; a copy is a process of its own with its own name, the same facts (so that the
same draws reach original and copy) and other links. What a product line is to use is the copy's name.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lca.background import Background, Facts, Links
from lca.catalogue import Catalogue, Process
from lca.errors import InputError, Problem, UnknownProcess

Integers = NDArray[np.int64]
ALL = -1
#: Shares such as 0.1 + 0.2 + 0.7 may miss 1 by their last digits.
_ROUNDING = 1e-9
_GENERATION_MIX = "electricity, generation mix"


@dataclass(frozen=True, order=True)
class Supply:
    """`share` of grid electricity (0 to 1) that comes from `technology` instead, down to `tiers` of suppliers (ALL: no end)."""

    technology: str
    tiers: int
    share: float


def together(supplies: Iterable[Supply]) -> tuple[Supply, ...]:
    """The supplies of one process in a fixed order; shares of the same technology and tiers are added."""
    shares: dict[tuple[str, int], list[float]] = defaultdict(list)
    for supply in supplies:
        shares[supply.technology, supply.tiers].append(supply.share)
    return tuple(Supply(*key, math.fsum(each)) for key, each in sorted(shares.items()))


@dataclass(frozen=True, order=True)
class Greening:
    """A process whose supply chain gets shares of its grid electricity elsewhere; what is left of 1 stays grid electricity."""

    process: int
    supplies: tuple[Supply, ...]

    def __post_init__(self) -> None:
        """Raise InputError where the shares of the process's own electricity add up to more than 1."""
        whole = math.fsum(supply.share for supply in self.supplies)
        if whole > 1.0 + _ROUNDING:
            raise InputError(Problem("more than all of the grid electricity is replaced", field="green_electricity", value=f"{whole:g}"))


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
    return f"{name} [{'; '.join(map(_told, change.supplies))}]"


def _told(supply: Supply) -> str:
    tiers = "all tiers" if supply.tiers == ALL else f"tier {supply.tiers}" if supply.tiers == 1 else f"tiers 1-{supply.tiers}"
    # all digits that tell two shares apart: a copy is found by its name
    return f"{supply.share:.15g} {supply.technology.removeprefix('electricity, ')}, {tiers}"


class _Copies:
    """The links of the new processes while they are made."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self.processes = list(background.catalogue.processes)
        self.inputs: list[tuple[int, int, float, int, bool]] = []
        self.emissions: list[tuple[int, int, float, int, bool]] = []
        self._made: dict[Greening, int] = {}
        facts = background.facts
        none = np.zeros(0, dtype=np.int64)
        #: copies of mixes: their shares must keep their sum as those of the originals do
        self.mixes: list[int] = []
        self._is_mix = set(facts.mixes.tolist()) if facts else set()
        self._links_of = _by_column(background.inputs, facts.of_inputs if facts else none)
        self._emissions_of = _by_column(background.emissions, facts.of_emissions if facts else none)

    def rescale(self, change: Rescaling) -> None:
        """A copy that is `factor` times the original."""
        number = self._new(change.process, change)
        self.inputs.append((change.process, number, change.factor, -1, False))

    def green(self, change: Greening) -> int:
        """The number of the greened copy of a process, made when it is not there yet."""
        if change in self._made:
            return self._made[change]
        process = change.process
        number = self._made[change] = self._new(process, change)
        if self._is_grid(process):
            self._replace_grid(change, number, (process, 1.0, -1, False))
            return number
        if process in self._is_mix:
            self.mixes.append(number)
        for row, amount, fact, estimated in self._emissions_of[process]:
            self.emissions.append((row, number, amount, fact, estimated))
        deeper = _one_tier_deeper(change.supplies)
        for row, amount, fact, estimated in self._links_of[process]:
            if self._is_grid(row):
                self._replace_grid(change, number, (row, amount, fact, estimated))
            else:
                self.inputs.append((self.green(Greening(row, deeper)) if deeper else row, number, amount, fact, estimated))
        return number

    def _replace_grid(self, change: Greening, number: int, link: tuple[int, float, int, bool]) -> None:
        """Split a link to the grid: each share comes from its technology, with the same grid losses."""
        row, amount, fact, estimated = link
        left = max(0.0, 1.0 - math.fsum(supply.share for supply in change.supplies))
        self.inputs.append((row, number, amount * left, fact, estimated))
        for supply in change.supplies:
            technology = self._technology(supply.technology, self.processes[row])
            self.inputs.append((technology, number, amount * supply.share * self._losses(row), fact, estimated))

    def _technology(self, name: str, grid: Process) -> int:
        try:
            return self.background.catalogue.find(name, grid.location).index
        except UnknownProcess as error:
            reason = f"{name!r} is not there at {grid.location}, where the supply chain takes grid electricity, nor at a parent of it"
            raise UnknownProcess(Problem(reason, field="green_electricity", hint=error.problems[0].hint)) from error

    def _new(self, process: int, change: Change) -> int:
        original = self.processes[process]
        self.processes.append(original._replace(name=copy_name(original.name, change), kind="unit process"))
        return len(self.processes) - 1

    def _is_grid(self, process: int) -> bool:
        return is_grid(self.processes[process].name)

    def _losses(self, process: int) -> float:
        """kWh generated per kWh delivered at that voltage: what the voltage level consumes of the generation mix."""
        return sum(amount for row, amount, _, _ in self._links_of[process] if self.processes[row].category == "electricity")


def _one_tier_deeper(supplies: tuple[Supply, ...]) -> tuple[Supply, ...]:
    """What is left of the supplies for the suppliers of a process."""
    return tuple(replace(s, tiers=s.tiers if s.tiers == ALL else s.tiers - 1) for s in supplies if s.tiers != 1)


def is_generation(process: Process) -> bool:
    """Whether a process generates electricity by one technology: no grid, and no mix of technologies of a place."""
    return process.category == "electricity" and process.unit == "kWh" and not is_grid(process.name) and process.name != _GENERATION_MIX


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
            copies.green(change)
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
    """Copies share the facts of their originals, and a copy of a mix is a mix; a rescaled copy's factor is certain (no spread)."""
    certain = len(facts.keys)
    inputs = np.array([fact if fact >= 0 else certain for *_, fact, _ in copies.inputs], dtype=np.int64)
    emissions = np.array([fact for *_, fact, _ in copies.emissions], dtype=np.int64)
    return replace(
        facts,
        keys=(*facts.keys, "certain"),
        spread=np.vstack([facts.spread, [1.0, 1.0, 1.0, 0.0]]),
        of_inputs=np.r_[facts.of_inputs, inputs],
        of_emissions=np.r_[facts.of_emissions, emissions],
        mixes=np.r_[facts.mixes, np.array(copies.mixes, dtype=np.int64)],
        causes=(*facts.causes, "certain") if facts.causes else (),
    )
