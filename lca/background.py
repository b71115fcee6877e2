"""The background as numbers: a network of unit processes with emissions by gas, ready to be solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lca.catalogue import Catalogue

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Entries of a sparse matrix, one exchange each, several may meet in one cell (they are added).

    `column` is the consuming or emitting process; `row` the process consumed or the elementary flow. Amounts are per
    unit of the column's process, in the row's unit, and positive.
    """

    row: Integers
    column: Integers
    amount: Floats
    #: True where the amount has no source (basis `estimated`)
    estimated: NDArray[np.bool_]


@dataclass(frozen=True)
class Facts:
    """The uncertain numbers of a background, each once, however many exchanges repeat it at other places.

    `spread` has a row (low / amount, high / amount, kind, pedigree sigma) for each fact; `of_inputs` and `of_emissions`
    give the fact behind every link. `mixes` numbers the processes whose inputs are shares that must keep their sum.
    `causes` names for each fact what its error may have in common with others (here: the category of its process);
    facts of one cause are correlated, see `lca.drawn_system`. Without causes all facts are independent. `ones` gives, for
    each fact of whole numbers (discrete uniform), what one is as a share of its amount.
    """

    keys: tuple[str, ...]
    spread: Floats
    of_inputs: Integers
    of_emissions: Integers
    mixes: Integers
    causes: tuple[str, ...] = ()
    ones: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Background:
    """Processes, what they consume of each other, what they emit, and how emissions count.

    The technosphere matrix is A = I - Z with Z[row, column] = amounts consumed; the biosphere matrix is B[flow, process]
    (`docs/methodology.md`). `characterisation` gives kg CO2e per kg of each flow for each method.
    """

    catalogue: Catalogue
    inputs: Links
    emissions: Links
    flows: tuple[str, ...]
    groups: tuple[str, ...]
    group_of_flow: Integers
    characterisation: Mapping[str, Floats]
    digest: str
    facts: Facts | None = None
    name: str = "lifeloop open background"

    @property
    def size(self) -> int:
        """Number of processes."""
        return len(self.catalogue.processes)
