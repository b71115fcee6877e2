"""The kind of entry that the tests of the journal write, and how many of each they write."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

from lca.quantity import Finite, Frozen
from records import Kind, register_kind

#: How many times the figures of CI a run shall do; 1 in CI, more by hand.
SOAK = int(os.environ.get("LIFELOOP_SOAK", "1"))
DAY = date(2024, 12, 31)


class Weighed(Frozen):
    """Some tonnes of something, treated somewhere."""

    mass_t: Finite
    treatment: str
    region: str = "unspecified"
    note: str | None = None


WEIGHED = register_kind(Kind("test.weighed", Weighed, amounts=("mass_t",), labels=("treatment", "region")))


def weighed(mass_t: float, treatment: str = "recycled", **more: Any) -> dict[str, Any]:
    """Content of a test entry."""
    return {"mass_t": float(mass_t), "treatment": treatment, **more}
