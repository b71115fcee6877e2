"""A background's uncertain numbers, draw by draw, as equations that can be solved for the unit scores of that draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lca.background import Background, Facts
from lca.distributions import (
    LOGNORMAL,
    NORMAL,
    UNIFORM,
    Streams,
    cumulative,
    lognormal,
    lognormal_factor,
    lognormal_sigma,
    normal,
    normal_amount,
    pedigree_fact,
    stream,
    triangular,
    uniforms,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: Right-hand sides are filled up with zeros to a multiple of this: the width of a processor's vectors in float64.
_VECTOR = 8
#: Correlation of the normal scores of two facts of one cause. The literature has no figure; half of the variance is the
#: assumption between "every number errs alone" (errors of thousands of rows cancel, intervals far too narrow) and "all err
#: alike". Checked against published totals by `lifeloop validate`, never fitted to them.
COMMON_CAUSE = 0.5


@dataclass(frozen=True)
class Equations:
    """D x = q + N x of one draw: what a unit of each process scores is its own emissions and the scores of its inputs.

    Unknowns stand in the order of elimination. Row i of N is `amount[start[i]:start[i + 1]]` of the `provider`s; D is
    `keeps`, what is left of a unit after the process has served itself. `right` (processes, columns) holds the direct
    scores of every method; the column after the last method is all ones (see `lca.world_solving`), the rest is filling.
    """

    start: Integers
    provider: Integers
    amount: Floats
    keeps: Floats
    right: Floats

    def consumed(self) -> sparse.csr_matrix:
        """N as a matrix."""
        return sparse.csr_matrix((self.amount, self.provider, self.start), shape=(len(self.keeps),) * 2)


class FactDraws:
    """Factors on the amounts of all facts that matter, draw by draw.

    Facts of one cause (numbers on one kind of process, from the same few studies and methods) are correlated by a Gaussian
    copula (Iman & Conover 1982; Groen & Heijungs 2017 show what leaving correlations out does to LCA): the normal score of a
    fact is sqrt(1 - r) times its own plus sqrt(r) times its cause's. Each fact keeps its distribution.
    """

    def __init__(self, facts: Facts, seed: int, used: NDArray[np.bool_]) -> None:
        low, high, kind, pedigree = facts.spread.T
        ranged = used & (high > low)
        bell = ranged & (kind == LOGNORMAL) & (low > 0)
        even, about = ranged & (kind == UNIFORM), ranged & (kind == NORMAL)
        self._size = len(facts.keys)
        self._streams = np.zeros(self._size, dtype=np.uint64)
        for number in np.flatnonzero(ranged):
            self._streams[number] = stream(seed, facts.keys[number])
        rest = ranged & ~bell & ~even & ~about
        self._bell, self._even, self._about, self._triangle = (np.flatnonzero(x) for x in (bell, even, about, rest))
        self._sigma = lognormal_sigma(1.0, low[self._bell], high[self._bell])
        self._low, self._high = low, high
        names, self._cause = np.unique(np.array(facts.causes, dtype=str), return_inverse=True)
        self._cause_streams = np.array([stream(seed, f"cause\0{name}") for name in names], dtype=np.uint64)
        self._widened = np.flatnonzero(used & (pedigree > 0))
        self._pedigree = pedigree[self._widened]
        self._pedigree_streams: Streams = np.array(
            [stream(seed, pedigree_fact(facts.keys[number])) for number in self._widened], dtype=np.uint64
        )

    def factors(self, number: int) -> Floats:
        """The factor on every fact's amount in one draw, shape (facts,)."""
        result, draw = np.ones(self._size), np.array([number])
        result[self._bell] = lognormal_factor(self._normals(self._bell, draw), self._sigma)
        for kind, law in ((self._triangle, triangular), (self._even, _even), (self._about, normal_amount)):
            result[kind] = law(cumulative(self._normals(kind, draw)), 1.0, self._low[kind], self._high[kind])
        result[self._widened] *= lognormal(uniforms(self._pedigree_streams, draw), 1.0, self._pedigree)
        return result

    def _normals(self, facts: Integers, draw: Integers) -> Floats:
        """Standard normal scores of some facts in one draw, correlated within their causes."""
        own = normal(uniforms(self._streams[facts], draw))
        if not self._cause_streams.size:
            return own
        shared = normal(uniforms(self._cause_streams, draw))[self._cause[facts]]
        return np.asarray(np.sqrt(1.0 - COMMON_CAUSE) * own + np.sqrt(COMMON_CAUSE) * shared)


def _even(uniform: Floats, _: float, low: Floats, high: Floats) -> Floats:
    return low + uniform * (high - low)


class DrawnSystem:
    """The equations of every draw; everything that does not vary is prepared once."""

    def __init__(self, background: Background, facts: Facts, methods: tuple[str, ...], seed: int, order: Integers) -> None:
        self.order, self._size = order, background.size
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        self._prepare_inputs(background, facts, rank)
        weights = np.stack([background.characterisation[m] for m in methods], axis=1)
        self._prepare_emissions(background, facts, weights, rank)
        used = np.zeros(len(facts.keys), dtype=bool)
        used[self._fact_of_input] = used[self._fact_of_emission] = True
        self._draws = FactDraws(facts, seed, used)

    def _prepare_inputs(self, background: Background, facts: Facts, rank: Integers) -> None:
        """Links sorted by consumer and provider in the order of elimination; what a process takes of itself apart."""
        consumer, provider = rank[background.inputs.column], rank[background.inputs.row]
        sorting = np.lexsort((provider, consumer))
        self._consumer, self._amount = consumer[sorting], background.inputs.amount[sorting]
        self._fact_of_input = facts.of_inputs[sorting]
        self._own = self._consumer == provider[sorting]
        self._provider = provider[sorting][~self._own]
        self._start = np.searchsorted(self._consumer[~self._own], np.arange(self._size + 1))
        is_mix = np.zeros(self._size, dtype=bool)
        is_mix[rank[facts.mixes]] = True
        self._shares = np.flatnonzero(is_mix[self._consumer])
        self._mix_sums = self._sums_of_mixes(self._amount)

    def _prepare_emissions(self, background: Background, facts: Facts, weights: Floats, rank: Integers) -> None:
        """Emissions of flows that some method counts, sorted by process in the order of elimination."""
        counted = np.flatnonzero(weights[background.emissions.row].any(axis=1))
        emitter = rank[background.emissions.column[counted]]
        sorting = counted[np.argsort(emitter, kind="stable")]
        self._emitted, self._flow = background.emissions.amount[sorting], background.emissions.row[sorting]
        self._emission_start = np.searchsorted(np.sort(emitter), np.arange(self._size + 1))
        self._fact_of_emission = facts.of_emissions[sorting]
        self._weights = weights

    def _sums_of_mixes(self, amounts: Floats) -> Floats:
        return np.bincount(self._consumer[self._shares], amounts[self._shares], minlength=self._size).astype(np.float64)

    def nominal(self) -> Equations:
        """The equations of the point values."""
        return self._equations(np.ones(self._draws._size))

    def equations(self, number: int) -> Equations:
        """The equations of one draw."""
        return self._equations(self._draws.factors(number))

    def _equations(self, factors: Floats) -> Equations:
        amounts = self._amount * factors[self._fact_of_input]
        self._keep_shares(amounts)
        keeps = np.ones(self._size)
        np.subtract.at(keeps, self._consumer[self._own], amounts[self._own])
        return Equations(self._start, self._provider, amounts[~self._own], keeps, self._right(factors))

    def _keep_shares(self, amounts: Floats) -> None:
        """Shares of a mix vary, their sum does not."""
        consumers = self._consumer[self._shares]
        amounts[self._shares] *= self._mix_sums[consumers] / self._sums_of_mixes(amounts)[consumers]

    def _right(self, factors: Floats) -> Floats:
        emitted = self._emitted * factors[self._fact_of_emission]
        matrix = sparse.csr_matrix((emitted, self._flow, self._emission_start), shape=(self._size, len(self._weights)))
        methods = self._weights.shape[1]
        right = np.zeros((self._size, -(-(methods + 1) // _VECTOR) * _VECTOR))
        right[:, :methods] = matrix @ self._weights
        right[:, methods] = 1.0
        return right
