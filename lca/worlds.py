"""Possible worlds: the background's unit scores drawn K times, stored, so that every product sees the same K worlds.

In each draw all uncertain numbers of the background are drawn once, the system is solved for all processes and methods,
and the solution is stored. Products compared on the same worlds are paired by construction (Lesage et al. 2018,
doi 10.1007/s11367-018-1444-x: dependently pre-sampled arrays reproduce unit-process Monte Carlo).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lca.background import Background, Facts
from lca.distributions import draw
from lca.errors import LifeloopError
from lca.scores import UnitScores, replace_file

FORMAT = 1
_SWEEPS = 400
_TOLERANCE = 1e-7
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Worlds:
    """Unit scores in K drawn worlds: `values` (methods, processes, draws) in kg CO2e per unit, float32.

    `left_out` counts drawn economies that were not productive (a loop needed more than it made); they are not among the K.
    """

    values: NDArray[np.float32]
    methods: tuple[str, ...]
    seed: int
    digest: str
    left_out: int

    @property
    def draws(self) -> int:
        """Number of worlds."""
        return int(self.values.shape[2])

    def first(self, draws: int) -> Worlds:
        """The same worlds, only the first so many."""
        return replace(self, values=self.values[:, :, :draws])

    def of_method(self, method: str) -> NDArray[np.float32]:
        """Scores (processes, draws) of one method."""
        chosen: NDArray[np.float32] = self.values[self.methods.index(method)]
        return chosen


def sample_worlds(background: Background, nominal: UnitScores, draws: int, seed: int, progress: Progress | None = None) -> Worlds:
    """Draw and solve the background `draws` times.

    Each draw starts from the nominal solution and iterates x = q + Z^T x until no score changes by more than 1e-7 of
    itself; one that does not settle, or that gets a negative score, is not productive: it is counted and left out.
    """
    if background.facts is None:
        raise LifeloopError("this background says nothing of its uncertainty")
    system = _System(background, nominal.methods)
    start = nominal.values.sum(axis=2)
    factors = _fact_draws(background.facts, draws, seed)
    kept = np.empty((len(nominal.methods), background.size, draws), dtype=np.float32)
    good = 0
    for k in range(draws):
        solution = system.solve(factors[:, k], start)
        if solution is not None:
            kept[:, :, good] = solution.T
            good += 1
        if progress and (k + 1) % 50 == 0:
            progress(k + 1, draws)
    if good < max(2, draws // 2):
        raise LifeloopError(f"only {good} of {draws} drawn backgrounds are productive; the ranges are too wide to sample")
    return Worlds(np.ascontiguousarray(kept[:, :, :good]), nominal.methods, seed, nominal.digest, draws - good)


def _fact_draws(facts: Facts, draws: int, seed: int) -> NDArray[np.float64]:
    """Factor on each fact's amount in each draw, shape (facts, draws)."""
    result = np.empty((len(facts.keys), draws))
    for row, (key, (low, high, kind, sigma)) in enumerate(zip(facts.keys, facts.spread, strict=True)):
        result[row] = draw(seed, key, draws, (1.0, float(low), float(high), int(kind)), float(sigma))
    return result


class _System:
    """x = q + Z^T x with the numbers of one draw, the pattern of Z^T made once."""

    def __init__(self, background: Background, methods: tuple[str, ...]) -> None:
        assert background.facts is not None
        self._facts = background.facts
        self._inputs, self._emissions = background.inputs, background.emissions
        self._size = background.size
        self._direct = np.stack([background.characterisation[m][self._emissions.row] for m in methods], axis=1)
        self._direct *= self._emissions.amount[:, None]
        self._to_process = sparse.csr_matrix(
            (np.ones(len(self._emissions.column)), (self._emissions.column, np.arange(len(self._emissions.column)))),
            shape=(self._size, len(self._emissions.column)),
        )
        order = np.lexsort((self._inputs.row, self._inputs.column))
        self._order = order
        starts = np.searchsorted(self._inputs.column[order], np.arange(self._size + 1))
        self._pattern = (self._inputs.row[order], starts)
        is_mix = np.zeros(self._size, dtype=bool)
        is_mix[self._facts.mixes] = True
        self._mix_links = np.flatnonzero(is_mix[self._inputs.column])

    def solve(self, factor: NDArray[np.float64], start: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The scores (processes, methods) of one draw, or None when its economy is not productive."""
        amounts = self._inputs.amount * factor[self._facts.of_inputs]
        self._keep_shares(amounts)
        transposed = sparse.csr_matrix((amounts[self._order], *self._pattern), shape=(self._size, self._size))
        direct = self._to_process @ (self._direct * factor[self._facts.of_emissions][:, None])
        solution = start
        for _ in range(_SWEEPS):
            following = direct + transposed @ solution
            change = float(np.max(np.abs(following - solution) / np.maximum(np.abs(following), 1e-12)))
            solution = following
            if change < _TOLERANCE:
                return solution if solution.min() >= 0 else None
            if not np.isfinite(change):
                return None
        return None

    def _keep_shares(self, amounts: NDArray[np.float64]) -> None:
        """Shares of a mix vary, their sum does not."""
        links = self._mix_links
        columns = self._inputs.column[links]
        drawn = np.bincount(columns, amounts[links], minlength=self._size)
        nominal = np.bincount(columns, self._inputs.amount[links], minlength=self._size)
        amounts[links] *= nominal[columns] / drawn[columns]


def save(worlds: Worlds, folder: Path) -> None:
    """Write the worlds beside their scores, the index last, so that a reader sees all or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / "worlds.npy", lambda path: np.save(path, worlds.values, allow_pickle=False))
    index = {"format": FORMAT, "methods": worlds.methods, "seed": worlds.seed, "digest": worlds.digest, "left_out": worlds.left_out}
    replace_file(folder / "worlds.json", lambda path: path.write_text(json.dumps(index), encoding="utf-8"))


def load(folder: Path, digest: str, seed: int) -> Worlds | None:
    """The stored worlds of this background and seed, memory-mapped; None when there are none."""
    try:
        index = json.loads((folder / "worlds.json").read_bytes())
    except (OSError, ValueError):
        return None
    if (index.get("format"), index.get("digest"), index.get("seed")) != (FORMAT, digest, seed):
        return None
    values = np.load(folder / "worlds.npy", mmap_mode="r", allow_pickle=False)
    return Worlds(values, tuple(index["methods"]), seed, digest, index["left_out"])
