"""Functions compiled by numba, kept on disk where that is possible, so that they are compiled once and not in every worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

#: What the compiler may do with floating-point sums for speed. NaN and infinity keep their meaning: they say "diverged".
_FAST = {"contract", "reassoc", "nsz", "arcp"}


def compiled(function: Callable[..., Any]) -> Any:
    """The function compiled at its first call."""
    try:
        return numba.njit(fastmath=_FAST, cache=True)(function)
    except RuntimeError:
        # numba found no folder that it may write to
        return numba.njit(fastmath=_FAST)(function)
