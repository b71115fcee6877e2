"""Two years side by side, and base years that are recalculated for a reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from company.scopes import Scope2Method, ScopeSet, spoken
from lca.errors import InputError, Problem
from lca.quantity import Finite, Frozen

#: Usual significance threshold of base-year recalculation; a company states its own (GHG Protocol, chapter 5).
THRESHOLD = 0.05


@dataclass(frozen=True)
class Change:
    """The change from one value to the next, in their unit and relative to the first."""

    before: float
    after: float

    @property
    def absolute(self) -> float:
        """After less before, in the unit of both."""
        return self.after - self.before

    @property
    def relative(self) -> float:
        """(after - before) / before, dimensionless: 0.078 is +7.8 %. Raises InputError when the value before is zero."""
        if self.before == 0:
            raise InputError(Problem("no relative change from zero", field="before", value="0"))
        return self.after / self.before - 1


class Recalculation(Frozen):
    """Content of an entry: why, and by how many t CO2e, the emissions of a base year would be another figure today."""

    base_year: Annotated[int, Field(ge=1990, le=2100)]
    scopes: ScopeSet
    method: Scope2Method | None = None
    change_t: Finite = Field(description="t CO2e that are added to the base year (negative: taken off)")
    reason: Literal["acquisition", "divestment", "outsourcing", "insourcing", "method", "error"]
    threshold: Annotated[float, Field(ge=0, le=1)] = THRESHOLD
    source: str = Field(min_length=1)
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None


@dataclass(frozen=True)
class BaseYear:
    """Emissions of a base year in t CO2e: as first entered, with all changes, and which of the two counts."""

    original: float
    changes: float
    threshold: float
    warnings: tuple[str, ...] = ()

    @property
    def significance(self) -> float:
        """|sum of changes| / original."""
        return abs(self.changes) / self.original if self.original else math.inf if self.changes else 0.0

    @property
    def recalculated(self) -> bool:
        """Whether the changes together reach the threshold."""
        return bool(self.changes) and self.significance >= self.threshold

    @property
    def value(self) -> float:
        """t CO2e that targets are measured against."""
        return self.original + self.changes if self.recalculated else self.original


def changes_of(logged: Sequence[Recalculation], scopes: str, method: str | None) -> tuple[list[Recalculation], tuple[str, ...]]:
    """The changes that count for a set of scopes, and what is to be said of the others.

    Changes of these very scopes count; where there are none, changes of sets within them that do not overlap. With scope 2 a change
    is of the same method. What is not counted is said: a change of a wider set, of another method, or one that may be in another.
    """
    within = [c for c in logged if set(c.scopes) <= set(scopes) and ("2" not in c.scopes or c.method == method)]
    taken: list[str] = []
    for key in sorted({c.scopes for c in within}, key=lambda key: (-len(key), key)):
        if not any(set(key) & set(other) - {"+"} for other in taken):
            taken.append(key)
    counted = [c for c in within if c.scopes in taken]
    asked = spoken(scopes.split("+"), method)
    return counted, tuple(
        f"a change of {spoken(c.scopes.split('+'), c.method)} by {c.change_t:+,.10g} t ({c.reason}) is not counted in the base year of {asked}: "
        + ("it may be in the change of more scopes" if c in within else "how much of it is of these scopes and this method is not known")
        for c in logged
        if c not in counted and set(c.scopes) & set(scopes) - {"+"}
    )


def base_year(original: float, changes: Sequence[float], threshold: float = THRESHOLD) -> BaseYear:
    """The base year after its changes (GHG Protocol, chapter 5): recalculated when they reach the threshold together.

    Small changes are kept and add up: 3 % and 3 % more reach a threshold of 5 %. Values in t CO2e.
    """
    return BaseYear(original, math.fsum(changes), threshold)
