"""A background's uncertain numbers, draw by draw, as equations that can be solved for the unit scores of that draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lca.background import Background, Facts
from lca.distributions import (
    DISCRETE_UNIFORM,
    LOGNORMAL,
    NORMAL,
    UNIFORM,
    Streams,
    cumulative,
    discrete_uniform,
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

    start: NDArray[np.int32]
    provider: NDArray[np.int32]
    amount: Floats
    keeps: Floats
    right: Floats

    @cached_property
    def inverse(self) -> Floats:
        """1 / D."""
        return np.asarray(1.0 / self.keeps)

    def consumed(self) -> sparse.csr_matrix:
        """N as a matrix."""
        return sparse.csr_matrix((self.amount, self.provider, self.start), shape=(len(self.keeps),) * 2)


def _plain_normals(streams: Streams, number: int) -> Floats:
    return normal(uniforms(streams, np.array([number])))


def _plain_weigh(start: NDArray[np.int32], flow: NDArray[np.int32], emitted: Floats, weights: Floats, result: Floats) -> None:
    result[:] = sparse.csr_matrix((emitted, flow, start), shape=(len(start) - 1, len(weights))) @ weights


@dataclass(frozen=True)
class Arithmetic:
    """How the two costly steps of a draw are done.

    `normals` gives the standard normal numbers of one draw of all streams; `weigh` sets the rows of its last argument to the
    emissions of each process times the weights of their flows.
    """

    normals: Callable[[Streams, int], Floats]
    weigh: Callable[[NDArray[np.int32], NDArray[np.int32], Floats, Floats, Floats], None]


#: By NumPy and SciPy alone.
PLAIN = Arithmetic(_plain_normals, _plain_weigh)


def aligned(rows: int, columns: int) -> Floats:
    """Zeros whose rows begin where a processor's cache lines do: the sweeps read whole rows here and there."""
    line = 64
    room = np.zeros(rows * columns * 8 + line, dtype=np.uint8)
    skip = -room.ctypes.data % line
    return room[skip : skip + rows * columns * 8].view(np.float64).reshape(rows, columns)


class FactDraws:
    """Factors on the amounts of all facts that matter, draw by draw.

    Facts of one cause (numbers on one kind of process, from the same few studies and methods) are correlated by a Gaussian
    copula (Iman & Conover 1982; Groen & Heijungs 2017 show what leaving correlations out does to LCA): the normal score of a
    fact is sqrt(1 - r) times its own plus sqrt(r) times its cause's. Each fact keeps its distribution.
    """

    def __init__(self, facts: Facts, seed: int, used: NDArray[np.bool_], arithmetic: Arithmetic = PLAIN) -> None:
        self._normals_of = arithmetic.normals
        low, high, kind, pedigree = facts.spread.T
        ranged = used & (high > low)
        bell = ranged & (kind == LOGNORMAL) & (low > 0)
        even, about = ranged & (kind == UNIFORM), ranged & (kind == NORMAL)
        self._size = len(facts.keys)
        self._streams = np.zeros(self._size, dtype=np.uint64)
        for number in np.flatnonzero(ranged):
            self._streams[number] = stream(seed, facts.keys[number])
        whole = ranged & (kind == DISCRETE_UNIFORM)
        rest = ranged & ~bell & ~even & ~about & ~whole
        self._bell, self._even, self._about, self._triangle, self._whole = (np.flatnonzero(x) for x in (bell, even, about, rest, whole))
        self._ones = np.array([facts.ones[number] for number in self._whole.tolist()])
        self._sigma = lognormal_sigma(1.0, low[self._bell], high[self._bell])
        self._low, self._high = low, high
        names, self._cause = np.unique(np.array(facts.causes, dtype=str), return_inverse=True)
        self._cause_streams = np.array([stream(seed, f"cause\0{name}") for name in names], dtype=np.uint64)
        self._widened = np.flatnonzero(used & (pedigree > 0))
        self._pedigree = pedigree[self._widened]
        self._pedigree_streams: Streams = np.array(
            [stream(seed, pedigree_fact(facts.keys[number])) for number in self._widened], dtype=np.uint64
        )

    @property
    def size(self) -> int:
        """Number of facts."""
        return self._size

    def factors(self, number: int) -> Floats:
        """The factor on every fact's amount in one draw, shape (facts,)."""
        # all lognormal factors have the mean 1: exp(sigma z - sigma^2 / 2), see `lca.distributions.lognormal_factor`
        exponent = np.zeros(self._size)
        if self._bell.size:
            exponent[self._bell] = _exponent(self._normals(self._bell, number), self._sigma)
        exponent[self._widened] += _exponent(self._normals_of(self._pedigree_streams, number), self._pedigree)
        result = np.exp(exponent, out=exponent)
        for kind, law in ((self._triangle, triangular), (self._even, _even), (self._about, normal_amount)):
            if kind.size:
                result[kind] *= law(cumulative(self._normals(kind, number)), 1.0, self._low[kind], self._high[kind])
        if self._whole.size:
            result[self._whole] *= self._wholes(cumulative(self._normals(self._whole, number)))
        return result

    def _wholes(self, uniform: Floats) -> Floats:
        """Whole numbers of the amounts' own units, as factors on the amounts."""
        low, high = (np.round(bound[self._whole] / self._ones, 9) for bound in (self._low, self._high))
        return np.asarray(discrete_uniform(uniform, low, high) * self._ones)

    def _normals(self, facts: Integers, number: int) -> Floats:
        """Standard normal scores of some facts in one draw, correlated within their causes."""
        own = self._normals_of(self._streams[facts], number)
        if not self._cause_streams.size:
            return own
        shared = self._normals_of(self._cause_streams, number)[self._cause[facts]]
        return np.asarray(np.sqrt(1.0 - COMMON_CAUSE) * own + np.sqrt(COMMON_CAUSE) * shared)


def _exponent(score: Floats, sigma: Floats) -> Floats:
    """sigma z - sigma^2 / 2; in place of the scores."""
    score -= 0.5 * sigma
    score *= sigma
    return score


def _even(uniform: Floats, _: float, low: Floats, high: Floats) -> Floats:
    return low + uniform * (high - low)


class DrawnSystem:
    """The equations of every draw; everything that does not vary is prepared once."""

    def __init__(
        self, background: Background, facts: Facts, methods: tuple[str, ...], seed: int, order: Integers, arithmetic: Arithmetic = PLAIN
    ) -> None:
        self.order, self._size, self._weigh = order, background.size, arithmetic.weigh
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        self._prepare_inputs(background, facts, rank)
        self._methods = len(methods)
        weights = np.stack([background.characterisation[m] for m in methods], axis=1)
        self._prepare_emissions(background, facts, weights, rank)
        used = np.zeros(len(facts.keys), dtype=bool)
        used[self._fact_of_input] = used[self._fact_of_emission] = True
        self._draws = FactDraws(facts, seed, used, arithmetic)

    def _prepare_inputs(self, background: Background, facts: Facts, rank: Integers) -> None:
        """Links sorted by consumer and provider in the order of elimination; what a process takes of itself apart."""
        consumer, provider = rank[background.inputs.column], rank[background.inputs.row]
        sorting = np.lexsort((provider, consumer))
        self._consumer, self._amount = consumer[sorting], background.inputs.amount[sorting]
        self._fact_of_input = facts.of_inputs[sorting]
        own = self._consumer == provider[sorting]
        self._own, self._others = np.flatnonzero(own), np.flatnonzero(~own)
        self._provider = provider[sorting][self._others].astype(np.int32)
        self._start = np.searchsorted(self._consumer[self._others], np.arange(self._size + 1)).astype(np.int32)
        is_mix = np.zeros(self._size, dtype=bool)
        is_mix[rank[facts.mixes]] = True
        self._shares = np.flatnonzero(is_mix[self._consumer])
        self._mix_sums = self._sums_of_mixes(self._amount)

    def _prepare_emissions(self, background: Background, facts: Facts, weights: Floats, rank: Integers) -> None:
        """Emissions of flows that some method counts, sorted by process in the order of elimination."""
        counted = np.flatnonzero(weights[background.emissions.row].any(axis=1))
        emitter = rank[background.emissions.column[counted]]
        sorting = counted[np.argsort(emitter, kind="stable")]
        self._emitted, self._flow = background.emissions.amount[sorting], background.emissions.row[sorting].astype(np.int32)
        self._emission_start = np.searchsorted(np.sort(emitter), np.arange(self._size + 1)).astype(np.int32)
        self._fact_of_emission = facts.of_emissions[sorting]
        self._weights = aligned(len(weights), -(-(self._methods + 1) // _VECTOR) * _VECTOR)
        self._weights[:, : self._methods] = weights

    def _sums_of_mixes(self, amounts: Floats) -> Floats:
        return np.bincount(self._consumer[self._shares], amounts[self._shares], minlength=self._size).astype(np.float64)

    def nominal(self) -> Equations:
        """The equations of the point values."""
        return self._equations(np.ones(self._draws.size))

    def equations(self, number: int) -> Equations:
        """The equations of one draw."""
        return self._equations(self._draws.factors(number))

    def _equations(self, factors: Floats) -> Equations:
        amounts = self._amount * factors[self._fact_of_input]
        if self._shares.size:
            self._keep_shares(amounts)
        eaten = np.bincount(self._consumer[self._own], amounts[self._own], minlength=self._size).astype(np.float64)
        return Equations(self._start, self._provider, amounts[self._others], 1.0 - eaten, self._right(factors))

    def _keep_shares(self, amounts: Floats) -> None:
        """Shares of a mix vary, their sum does not."""
        consumers = self._consumer[self._shares]
        amounts[self._shares] *= self._mix_sums[consumers] / self._sums_of_mixes(amounts)[consumers]

    def _right(self, factors: Floats) -> Floats:
        right = aligned(self._size, self._weights.shape[1])
        self._weigh(self._emission_start, self._flow, self._emitted * factors[self._fact_of_emission], self._weights, right)
        right[:, self._methods] = 1.0
        return right
