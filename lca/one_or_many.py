"""A number of one design, or an array with one number a design: the few questions that are asked of either.

numpy is imported only where there are arrays, so that a single design is assessed without it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def is_many(value: Any) -> bool:
    """Whether a value holds one number a design."""
    return getattr(value, "ndim", 0) > 0


def smallest(value: Any) -> float:
    """The number, or the smallest of them."""
    return float(value.min() if is_many(value) else value)


def largest(value: Any) -> float:
    """The number, or the largest of them."""
    return float(value.max() if is_many(value) else value)


def mean(value: Any) -> float:
    """The number, or the mean of them."""
    return float(value.mean() if is_many(value) else value)


def is_finite(value: Any) -> bool:
    """Whether all of it is finite numbers."""
    return math.isfinite(smallest(value)) and math.isfinite(largest(value))


def columns(values: Sequence[Any]) -> NDArray[np.float64]:
    """Numbers side by side: shape (values,), or (n, values) when any of them is an array over n designs."""
    import numpy as np

    if not values:
        return np.zeros(0)
    return np.stack(np.broadcast_arrays(*[np.asarray(value, dtype=float) for value in values]), axis=-1)
