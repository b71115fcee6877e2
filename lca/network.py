"""The background's links in the order a walk down the supply chain needs them, stored beside the unit scores."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from lca.background import Background, Links
from lca.scores import replace_file

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """What every process consumes and emits, consumer by consumer.

    The inputs of process j are `provider[start[j]:start[j + 1]]` with `amount` per unit of j; its emissions are
    `flow[flow_start[j]:flow_start[j + 1]]` with `emitted` in kg per unit. `factors` (methods, flows) are kg CO2e per kg.
    """

    start: Integers
    provider: Integers
    amount: Floats
    flow_start: Integers
    flow: Integers
    emitted: Floats
    factors: Floats
    flow_names: NDArray[np.str_]

    @property
    def size(self) -> int:
        """Number of processes."""
        return len(self.start) - 1

    def inputs_of(self, process: int) -> tuple[Integers, Floats]:
        """Providers and amounts of one process."""
        links = slice(self.start[process], self.start[process + 1])
        return self.provider[links], self.amount[links]

    def supply(self, demand: Floats) -> Floats:
        """Units of every process that a final demand sets in motion: s = f + Z s (A s = f), by a direct sparse solve."""
        from scipy import sparse
        from scipy.sparse.linalg import spsolve

        consumed = sparse.csc_matrix((self.amount, self.provider, self.start), shape=(self.size, self.size))
        return np.asarray(spsolve(sparse.identity(self.size, format="csc") - consumed, demand), dtype=float)

    def direct(self, method: int) -> Floats:
        """kg CO2e that one unit of each process emits itself, shape (processes,)."""
        column = np.repeat(np.arange(self.size), np.diff(self.flow_start))
        return np.bincount(column, self.emitted * self.factors[method][self.flow], minlength=self.size).astype(float)

    def inventory(self, supply: Floats) -> Floats:
        """kg of every elementary flow for that supply: g = B s."""
        column = np.repeat(np.arange(self.size), np.diff(self.flow_start))
        return np.bincount(self.flow, self.emitted * supply[column], minlength=len(self.flow_names)).astype(float)


def network_of(background: Background) -> Network:
    """Sort the background's links by consumer; several links of one pair are added.

    What a process takes of its own product is netted: a unit is one that leaves it, with all that was needed for it.
    """
    inputs, per_net_unit = _without_own(background.inputs, background.size)
    start, provider, amount = _by_column(inputs, background.size)
    emissions = background.emissions
    flow_start, flow, emitted = _by_column(replace(emissions, amount=emissions.amount * per_net_unit[emissions.column]), background.size)
    factors = np.stack([background.characterisation[m] for m in background.characterisation])
    return Network(start, provider, amount, flow_start, flow, emitted, factors, np.array(background.flows))


def _without_own(inputs: Links, size: int) -> tuple[Links, Floats]:
    """The links between different processes per net unit of the consumer, and the gross units of a net one, 1 / (1 - own)."""
    own = inputs.row == inputs.column
    gross = np.asarray(1.0 / (1.0 - np.bincount(inputs.column[own], inputs.amount[own], minlength=size)), dtype=np.float64)
    row, column, amount, estimated = (x[~own] for x in (inputs.row, inputs.column, inputs.amount, inputs.estimated))
    return Links(row, column, amount * gross[column], estimated), gross


def _by_column(links: Links, size: int) -> tuple[Integers, Integers, Floats]:
    from scipy import sparse

    matrix: Any = sparse.coo_matrix((links.amount, (links.row, links.column)), shape=(int(links.row.max(initial=0)) + 1, size)).tocsc()
    matrix.sum_duplicates()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), matrix.data


def save(network: Network, folder: Path) -> None:
    """Write the network in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {field.name: getattr(network, field.name) for field in fields(Network)}

    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, **arrays)

    replace_file(folder / "network.npz", write)


def load(folder: Path) -> Network | None:
    """The stored network, or None."""
    try:
        with (folder / "network.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Network(**{field.name: arrays[field.name] for field in fields(Network)})
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None
