"""Sweeps of Gauss-Seidel over many right-hand sides at once, compiled by numba. Imported only where worlds are drawn.

The inner loops take four entries of a row at a time, so that the running sums are read and written a quarter as often:
that, not arithmetic, is what a sweep spends its time on. Numbers of processes are unsigned, which spares a check for
negative ones.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from lca.compiled import compiled
from lca.drawn_system import Equations
from lca.elimination_order import elimination_order

NAME = f"Gauss-Seidel in feedback-arc order (numba {numba.__version__})"
__all__ = ["NAME", "elimination_order", "residual", "sweep"]


def sweep(equations: Equations, right: NDArray[np.float64], x: NDArray[np.float64], times: int) -> float:
    """Improve `x` in place `times` times; returns the largest relative change of any number in the last sweep."""
    matrix = (equations.start.view(np.uint32), equations.provider.view(np.uint32), equations.amount, equations.inverse)
    for _ in range(times - 1):
        _sweep(*matrix, right, x)
    return float(_last_sweep(*matrix, right, x))


def residual(equations: Equations, x: NDArray[np.float64]) -> float:
    """Largest |q + N x - D x| relative to |D x|."""
    matrix = (equations.start.view(np.uint32), equations.provider.view(np.uint32), equations.amount)
    return float(_residual(*matrix, equations.keeps, equations.right, x))


@compiled
def _sweep(start, provider, amount, inverse, right, x):  # type: ignore[no-untyped-def]
    """x_i = (q_i + sum_j N_ij x_j) / D_i, row after row, each with the newest values of the rows before it."""
    columns = x.shape[1]
    row = np.empty(columns)
    for i in range(start.size - 1):
        for k in range(columns):
            row[k] = right[i, k]
        last = start[i + 1]
        fours = last - (last - start[i]) % np.uint32(4)
        for p in range(start[i], fours, 4):
            t0, t1, t2, t3 = amount[p], amount[p + 1], amount[p + 2], amount[p + 3]
            j0, j1, j2, j3 = provider[p], provider[p + 1], provider[p + 2], provider[p + 3]
            for k in range(columns):
                row[k] += (t0 * x[j0, k] + t1 * x[j1, k]) + (t2 * x[j2, k] + t3 * x[j3, k])
        for p in range(fours, last):
            t0, j0 = amount[p], provider[p]
            for k in range(columns):
                row[k] += t0 * x[j0, k]
        by = inverse[i]
        for k in range(columns):
            x[i, k] = row[k] * by


@compiled
def _last_sweep(start, provider, amount, inverse, right, x):  # type: ignore[no-untyped-def]
    """The same sweep, with its largest relative change; NaN counts as infinite."""
    columns = x.shape[1]
    row, worst = np.empty(columns), np.zeros(columns)
    for i in range(start.size - 1):
        _sum_of_row(right[i], start[i], start[i + 1], provider, amount, x, row)
        by = inverse[i]
        for k in range(columns):
            new = row[k] * by
            change = abs(new - x[i, k]) / (abs(new) + 1e-300)
            worst[k] = worst[k] if change <= worst[k] else change
            x[i, k] = new
    return worst.max()


@compiled
def _residual(start, provider, amount, keeps, right, x):  # type: ignore[no-untyped-def]
    columns = x.shape[1]
    row, worst = np.empty(columns), np.zeros(columns)
    for i in range(start.size - 1):
        _sum_of_row(right[i], start[i], start[i + 1], provider, amount, x, row)
        for k in range(columns):
            made = keeps[i] * x[i, k]
            left = abs(row[k] - made) / (abs(made) + 1e-300)
            worst[k] = worst[k] if left <= worst[k] else left
    return worst.max()


@compiled
def _sum_of_row(right, first, last, provider, amount, x, row):  # type: ignore[no-untyped-def]
    """row = right + the entries `first` to `last` of N, times x; as in `_sweep`, where a call would cost too much."""
    columns = row.size
    for k in range(columns):
        row[k] = right[k]
    fours = last - (last - first) % np.uint32(4)
    for p in range(first, fours, 4):
        t0, t1, t2, t3 = amount[p], amount[p + 1], amount[p + 2], amount[p + 3]
        j0, j1, j2, j3 = provider[p], provider[p + 1], provider[p + 2], provider[p + 3]
        for k in range(columns):
            row[k] += (t0 * x[j0, k] + t1 * x[j1, k]) + (t2 * x[j2, k] + t3 * x[j3, k])
    for p in range(fours, last):
        t0, j0 = amount[p], provider[p]
        for k in range(columns):
            row[k] += t0 * x[j0, k]
