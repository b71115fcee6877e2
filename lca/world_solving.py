"""One drawn economy solved: an iteration from the nominal solution, proofs that it is right, and a direct solve else.

Besides the methods' scores a column of ones is solved for: its solution is what one unit of each process sets in motion
over the whole network. It is finite and positive exactly when the economy is productive (Hawkins & Simon 1949).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lca.drawn_system import PLAIN, Arithmetic, Equations, aligned

Floats = NDArray[np.float64]
#: What an iteration is: improve x in place so many times, return the largest relative change of the last time.
Sweep = Callable[[Equations, Floats, Floats, int], float]
#: Largest relative error of any score that the iteration may be expected to leave, and largest relative residual.
TOLERANCE = 1e-6
#: Largest relative error against a direct solve in spot checks.
FORWARD_TOLERANCE = 1e-5
#: Sweeps before the first look at the change, at least and at most between two looks, and in all.
_FIRST, _FEWEST, _MOST_AT_ONCE = 6, 2, 12
_MOST_SWEEPS = 600
_SWEEPS_BEFORE_PROOF = 30


@dataclass(frozen=True)
class Solution:
    """Scores (processes, columns) of one draw, in the order of elimination, and how they were found."""

    values: Floats
    residual: float
    direct: bool


@dataclass(frozen=True)
class Iteration:
    """A way to iterate: its name for the record, its sweep, the order of elimination it wants, and how the rest is computed."""

    name: str
    sweep: Sweep
    order: Callable[..., NDArray[np.int64]]
    residual: Callable[[Equations, Floats], float]
    arithmetic: Arithmetic = PLAIN


def best_iteration() -> Iteration:
    """Gauss-Seidel compiled by numba; where numba cannot be imported, Jacobi by SciPy (two to three times as many sweeps)."""
    try:
        from lca import compiled_draws
        from lca import gauss_seidel as compiled
    except ImportError as error:
        return Iteration(f"Jacobi (SciPy), because numba cannot be imported: {error}", jacobi, _natural_order, residual)
    arithmetic = Arithmetic(compiled_draws.normals, compiled_draws.weigh)
    return Iteration(compiled.NAME, compiled.sweep, compiled.elimination_order, compiled.residual, arithmetic)


def _natural_order(provider: Any, consumer: Any, weight: Any, size: int) -> NDArray[np.int64]:
    return np.arange(size)


def jacobi(equations: Equations, right: Floats, x: Floats, times: int) -> float:
    """x = (q + N x) / D, `times` times, in place; the largest relative change of the last time."""
    consumed = equations.consumed()
    change = np.inf
    for _ in range(times):
        following = (right + consumed @ x) / equations.keeps[:, None]
        with np.errstate(over="ignore", invalid="ignore"):
            change = float(np.max(np.abs(following - x) / (np.abs(following) + 1e-300)))
        x[:] = following
    return change


def solve(equations: Equations, start: Floats, iteration: Iteration, ones: int) -> Solution | None:
    """The scores of one draw; None when its economy is not productive. `ones` is the number of the column of ones.

    Iterates until the error that is to be expected from the last change and the rate of shrinking is below 1e-6, and the
    residual too. Where it does not shrink, growth is proved or a direct solve decides.
    """
    if equations.keeps.min() <= 0:
        return None
    x, before, sweeps, swept, to_prove = aligned(*start.shape), np.inf, _FIRST, 0, _SWEEPS_BEFORE_PROOF
    x[:] = start
    while swept < _MOST_SWEEPS:
        change = iteration.sweep(equations, equations.right, x, sweeps)
        swept += sweeps
        if not np.isfinite(change):
            break
        rate = _rate(change, before, sweeps)
        if _expected_error(change, rate) < TOLERANCE:
            left = iteration.residual(equations, x)
            if left < TOLERANCE:
                return Solution(x, left, direct=False) if x[:, ones].min() > 0 else None
        if swept >= to_prove:
            if grows_for_ever(equations, x, iteration.sweep, ones):
                return None
            to_prove += _SWEEPS_BEFORE_PROOF
        before, sweeps = change, _sweeps_to_go(change, rate)
    return solve_directly(equations, ones)


def _rate(change: float, before: float, sweeps: int) -> float:
    """By what the change shrinks in each sweep: 0 where nothing changes any more, 1 where it does not shrink or is not known."""
    if change == 0:
        return 0.0
    if not np.isfinite(before) or change >= before:
        return 1.0
    # a change that has shrunk by the last bit only has not shrunk: its root rounds to 1
    return min(1.0, float((change / before) ** (1 / sweeps)))


def _expected_error(change: float, rate: float) -> float:
    """Sum of the geometric series of changes to come: change x rate / (1 - rate); infinite while it does not shrink."""
    return change * rate / (1.0 - rate) if rate < 1.0 else float("inf")


def _sweeps_to_go(change: float, rate: float) -> int:
    """Sweeps after which the error should be small enough, within bounds: a look at the change costs half a sweep."""
    error = _expected_error(change, rate)
    if not TOLERANCE < error < float("inf"):
        return _FEWEST
    return int(np.clip(np.ceil(np.log(TOLERANCE / error) / np.log(rate)), _FEWEST, _MOST_AT_ONCE))


def residual(equations: Equations, x: Floats) -> float:
    """Largest |q + N x - D x| relative to |D x|."""
    made = equations.keeps[:, None] * x
    return float(np.max(np.abs(equations.right + equations.consumed() @ x - made) / (np.abs(made) + 1e-300)))


def grows_for_ever(equations: Equations, x: Floats, sweep: Sweep, ones: int) -> bool:
    """A proof that the economy is not productive: some v >= 0, not zero, with H v >= v for the iteration's matrix H >= 0.

    Then the spectral radius of H is at least 1 (Collatz 1942, Wielandt 1950), so that of N is too (Stein & Rosenberg
    1948). v is sought in the last change of the column of ones, among the processes where it still grows. False proves
    nothing.
    """
    v = x[:, [ones]].copy()
    sweep(equations, np.ones_like(v), v, 1)
    v -= x[:, [ones]]
    v[v < 0] = 0.0
    for _ in range(10):
        following, nothing = v.copy(), np.zeros_like(v)
        sweep(equations, nothing, following, 1)
        growing = (following >= v * (1.0 + 1e-9)) & (v > 0)
        if not growing.any():
            return False
        if np.array_equal(growing, v > 0):
            return True
        v[~growing] = 0.0
    return False


def solve_directly(equations: Equations, ones: int) -> Solution | None:
    """The scores by SuperLU of D - N; None when the matrix is singular or the economy is not productive."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    matrix = (sparse.diags_array(equations.keeps) - equations.consumed()).tocsc()
    try:
        values = splu(matrix).solve(equations.right)
    except RuntimeError:
        return None
    if not np.isfinite(values).all() or values[:, ones].min() <= 0:
        return None
    return Solution(values, residual(equations, values), direct=True)


def forward_error(values: Floats, exact: Floats) -> float:
    """Largest relative difference of any score to the exact one (scores that are exactly zero must be met exactly)."""
    return float(np.max(np.abs(values - exact) / np.maximum(np.abs(exact), 1e-300)))
