"""Draws compiled by numba: what `lca.distributions` and SciPy do, several times as fast. Imported only where worlds are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lca.compiled import compiled
from lca.distributions import Floats, Streams, place_of

__all__ = ["normals", "quantile", "weigh"]

_BLOCK = 1024

# Wichura (1988), Algorithm AS 241, PPND16: the normal quantile as a ratio of two polynomials in each of three regions,
# highest power first, to about 1e-16.
_CENTRE = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
_TAIL = (
    (
        7.7454501427834140764e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258,
        3.64784832476320460504,
        5.76949722146069140550,
        4.63033784615654529590,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940,
        2.05319162663775882187,
        1.0,
    ),
)
_FAR_TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580,
        5.46378491116411436990,
        6.65790464350110377720,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)


def normals(streams: Streams, number: int) -> Floats:
    """Draw `number` of every stream as a standard normal number: `normal(uniforms(streams, number))` to the last digits."""
    made: Floats = _normals(streams, place_of(np.array([number]))[0])
    return made


def weigh(start: NDArray[np.int32], flow: NDArray[np.int32], emitted: Floats, weights: Floats, result: Floats) -> None:
    """Set every row of `result` to the sum of its emissions' amounts times the rows of `weights`."""
    _weigh(start.view(np.uint32), flow.view(np.uint32), emitted, weights, result)


@compiled
def _ratio(r, above, below):  # type: ignore[no-untyped-def]
    """Two polynomials by Horner's rule, divided."""
    top, bottom = above[0], below[0]
    for n in range(1, 8):
        top = top * r + above[n]
        bottom = bottom * r + below[n]
    return top / bottom


@compiled
def _tail(off):  # type: ignore[no-untyped-def]
    r = np.sqrt(-np.log(0.5 - abs(off)))
    far = _ratio(r - 1.6, _TAIL[0], _TAIL[1]) if r <= 5.0 else _ratio(r - 5.0, _FAR_TAIL[0], _FAR_TAIL[1])
    return far if off > 0 else -far


@compiled
def quantile(probability):  # type: ignore[no-untyped-def]
    """The standard normal quantile of one probability, by the same approximation."""
    off = probability - 0.5
    return _tail(off) if abs(off) > 0.425 else off * _ratio(0.180625 - off * off, _CENTRE[0], _CENTRE[1])


@compiled
def _normals(streams, place):  # type: ignore[no-untyped-def]
    """Block by block: the central region for all, by vector instructions; then the tails, which need a logarithm each."""
    result, distance = np.empty(streams.size), np.empty(_BLOCK)
    for first in range(0, streams.size, _BLOCK):
        count = min(_BLOCK, streams.size - first)
        for i in range(count):
            bits = streams[first + i] ^ place
            bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            bits = bits ^ (bits >> np.uint64(31))
            off = (np.float64(np.int64(bits >> np.uint64(12))) + 0.5) * 2.0**-52 - 0.5
            distance[i] = off
            result[first + i] = off * _ratio(0.180625 - off * off, _CENTRE[0], _CENTRE[1])
        for i in range(count):
            off = distance[i]
            if abs(off) > 0.425:
                result[first + i] = _tail(off)
    return result


@compiled
def _weigh(start, flow, emitted, weights, result):  # type: ignore[no-untyped-def]
    columns = weights.shape[1]
    row = np.empty(columns)
    for i in range(start.size - 1):
        row[:] = 0.0
        last = start[i + 1]
        fours = last - (last - start[i]) % np.uint32(4)
        for p in range(start[i], fours, 4):
            t0, t1, t2, t3 = emitted[p], emitted[p + 1], emitted[p + 2], emitted[p + 3]
            j0, j1, j2, j3 = flow[p], flow[p + 1], flow[p + 2], flow[p + 3]
            for k in range(columns):
                row[k] += (t0 * weights[j0, k] + t1 * weights[j1, k]) + (t2 * weights[j2, k] + t3 * weights[j3, k])
        for p in range(fours, last):
            t0, j0 = emitted[p], flow[p]
            for k in range(columns):
                row[k] += t0 * weights[j0, k]
        for k in range(columns):
            result[i, k] = row[k]
