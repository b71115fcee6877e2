"""Sweeps of Gauss-Seidel over many right-hand sides at once, compiled by numba. Imported only where worlds are drawn."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from lca.compiled import compiled
from lca.drawn_system import Equations
from lca.elimination_order import elimination_order

NAME = f"Gauss-Seidel in feedback-arc order (numba {numba.__version__})"
__all__ = ["NAME", "elimination_order", "sweep"]


def sweep(equations: Equations, right: NDArray[np.float64], x: NDArray[np.float64], times: int) -> float:
    """Improve `x` in place `times` times; returns the largest relative change of any number in the last sweep."""
    matrix = (equations.start, equations.provider, equations.amount, 1.0 / equations.keeps)
    for _ in range(times - 1):
        _sweep(*matrix, right, x)
    return float(_last_sweep(*matrix, right, x))


@compiled
def _sweep(start, provider, amount, inverse, right, x):  # type: ignore[no-untyped-def]
    """x_i = (q_i + sum_j N_ij x_j) / D_i, row after row, each with the newest values of the rows before it."""
    columns = x.shape[1]
    row = np.empty(columns)
    for i in range(start.size - 1):
        row[:] = right[i]
        for p in range(start[i], start[i + 1]):
            times, j = amount[p], provider[p]
            for k in range(columns):
                row[k] += times * x[j, k]
        for k in range(columns):
            x[i, k] = row[k] * inverse[i]


@compiled
def _last_sweep(start, provider, amount, inverse, right, x):  # type: ignore[no-untyped-def]
    """The same sweep, with its largest relative change; NaN counts as infinite."""
    columns = x.shape[1]
    row, worst = np.empty(columns), np.zeros(columns)
    for i in range(start.size - 1):
        row[:] = right[i]
        for p in range(start[i], start[i + 1]):
            times, j = amount[p], provider[p]
            for k in range(columns):
                row[k] += times * x[j, k]
        for k in range(columns):
            new = row[k] * inverse[i]
            change = abs(new - x[i, k]) / (abs(new) + 1e-300)
            worst[k] = worst[k] if change <= worst[k] else change
            x[i, k] = new
    return worst.max()
