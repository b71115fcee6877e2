"""In which order a network's processes are best solved: providers before consumers as far as loops allow.

Gauss-Seidel sweeps along this order carry a change down a whole supply chain in one sweep; only the arcs that run against
the order (the feedback arcs) make it wait for the next. Finding the fewest is hard; the greedy rule of Eades, Lin & Smyth
(1993, Information Processing Letters 47, 319-323) on the loops' arc weights is near enough.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from lca.compiled import compiled

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def elimination_order(provider: Integers, consumer: Integers, weight: Floats, size: int) -> Integers:
    """Numbers of all processes in the order of elimination; `weight` (>= 0) says how much each arc matters.

    Groups of processes that need each other (strong components) stand in topological order, providers first; within a
    group the greedy rule decides.
    """
    outside = provider != consumer
    arcs = sparse.csr_matrix((weight[outside], (provider[outside], consumer[outside])), shape=(size, size))
    arcs.sum_duplicates()
    count, label = connected_components(arcs, directed=True, connection="strong")
    members = np.argsort(label, kind="stable")
    start = np.searchsorted(label[members], np.arange(count + 1))
    ordered = [_within(arcs, members[start[group] : start[group + 1]]) for group in _topological(arcs, label, count)]
    return np.concatenate(ordered).astype(np.int64)


def _topological(arcs: sparse.csr_matrix, label: NDArray[np.int32], count: int) -> list[int]:
    """The groups, providers before consumers (Kahn 1962)."""
    pairs = arcs.tocoo()
    between = label[pairs.row] != label[pairs.col]
    ones = np.ones(int(between.sum()), dtype=np.int64)
    graph = sparse.csr_matrix((ones, (label[pairs.row[between]], label[pairs.col[between]])), shape=(count, count))
    graph.sum_duplicates()
    waiting_for = np.bincount(graph.indices, minlength=count)
    ready = np.flatnonzero(waiting_for == 0).tolist()
    order = []
    while ready:
        group = ready.pop()
        order.append(group)
        for consumer in graph.indices[graph.indptr[group] : graph.indptr[group + 1]]:
            waiting_for[consumer] -= 1
            if waiting_for[consumer] == 0:
                ready.append(int(consumer))
    return order


def _within(arcs: sparse.csr_matrix, members: Integers) -> Integers:
    if len(members) == 1:
        return members
    down = arcs[members][:, members].tocsr()
    up = down.T.tocsr()
    order: Integers = _greedy(down.indptr, down.indices, down.data, up.indptr, up.indices, up.data)
    return members[order]


@compiled
def _greedy(down, consumers, out_weight, up, providers, in_weight):  # type: ignore[no-untyped-def]
    """Eades, Lin & Smyth: sources to the front, sinks to the back, else the process that gives most more than it takes."""
    size = down.size - 1
    gives, takes, left = np.zeros(size), np.zeros(size), np.ones(size, np.bool_)
    for i in range(size):
        for p in range(down[i], down[i + 1]):
            gives[i] += out_weight[p]
            takes[consumers[p]] += out_weight[p]
    order = np.empty(size, np.int64)
    nothing = 1e-12 * (gives.max() + takes.max())
    front, back = 0, size
    while front < back:
        best, most, found = -1, -np.inf, False
        for i in range(size):
            if not left[i]:
                continue
            if takes[i] <= nothing or gives[i] > nothing:
                if takes[i] > nothing:
                    if gives[i] - takes[i] > most:
                        best, most = i, gives[i] - takes[i]
                    continue
                order[front], front = i, front + 1
            else:
                back -= 1
                order[back] = i
            found = True
            _remove(i, left, takes, gives, down, consumers, out_weight, up, providers, in_weight)
        if not found:
            order[front], front = best, front + 1
            _remove(best, left, takes, gives, down, consumers, out_weight, up, providers, in_weight)
    return order


@compiled
def _remove(i, left, takes, gives, down, consumers, out_weight, up, providers, in_weight):  # type: ignore[no-untyped-def] # noqa: PLR0913
    left[i] = False
    for p in range(down[i], down[i + 1]):
        takes[consumers[p]] -= out_weight[p]
    for p in range(up[i], up[i + 1]):
        gives[providers[p]] -= in_weight[p]
