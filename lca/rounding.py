"""Numbers as people read them: so many significant digits, never an exponent. Machines get every digit elsewhere."""

from __future__ import annotations

import math


def significant(value: float, digits: int = 3) -> str:
    """A number with so many significant digits: 0.00123, 45.6, 1,230."""
    if value == 0 or math.isnan(value):
        return "0" if value == 0 else "-"
    rounded = float(f"{value:.{digits}g}")
    exponent = int(f"{rounded:e}".split("e")[1])
    return f"{rounded:,.{min(max(0, digits - 1 - exponent), 12)}f}"
