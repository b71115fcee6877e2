"""Emissions of a company: what is entered, what a sum of it is, and where a tonne could be counted twice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from company.scopes import CATEGORIES, Scope, Scope2Method, ScopeSet, spoken
from lca.errors import InputError, Problem, nearest
from lca.quantity import Finite, Frozen
from lca.rounding import significant

#: reported: published as such; activity: amount x factor; product: footprints x units sold; implied: follows from another figure.
Basis = Literal["reported", "activity", "product", "implied"]
UNSPECIFIED = "unspecified"
#: Detail that differs from the reported figure by no more than this part of it adds up to it, and may stand for it.
TOLERANCE = 0.005


class ActivityData(Frozen):
    """What was consumed or done, and the factor that turned it into emissions."""

    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: str = Field(min_length=1)
    factor: Annotated[float, Field(allow_inf_nan=False)] = Field(description="kg CO2e per unit of the amount")
    process: str = Field(min_length=1, description="process of the background that the factor is of, or a factor's name")
    location: str = Field(min_length=1)
    background: str = Field(min_length=1, description="digest of the background, or the source of the factor")


def activity_emissions(amount: float, factor: float) -> float:
    """Emissions in t CO2e of an activity: amount x factor / 1000, the factor in kg CO2e per unit (GHG Protocol, chapter 6)."""
    return amount * factor / 1000


class Emission(Frozen):
    """Content of an entry: so many tonnes CO2e of some scopes, in the period that ends at the entry's date."""

    co2e_t: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(description="t CO2e, without biogenic CO2 and without offsets")
    scopes: ScopeSet
    method: Scope2Method | None = Field(None, description="needed where scope 2 is among the scopes")
    category: str | None = Field(None, description="3.1 to 3.15, of scope 3 only")
    basis: Basis = "reported"
    segment: str = UNSPECIFIED
    source: str = Field(min_length=1)
    biogenic_co2_t: Finite | None = Field(None, description="reported apart from the scopes (GHG Protocol)")
    activity: ActivityData | None = None
    wording: str | None = Field(None, description="the publisher's words, where they matter")
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None

    @model_validator(mode="after")
    def scope_2_has_a_method(self) -> Emission:
        """Location-based and market-based figures are two answers to two questions."""
        if ("2" in self.scopes) != (self.method is not None):
            needs = f"one of {', '.join(get_args(Scope2Method))}" if "2" in self.scopes else "only where scope 2 is among the scopes"
            raise ValueError(f"method: {needs}")
        return self

    @model_validator(mode="after")
    def category_is_of_scope_3(self) -> Emission:
        """Categories divide scope 3 only."""
        if self.category is not None and self.scopes != "3":
            raise ValueError(f"category {self.category!r} divides scope 3, and the scopes here are {self.scopes}")
        if self.category is not None and self.category not in CATEGORIES:
            raise ValueError(f"category {self.category!r} is not one of scope 3: {nearest(self.category, CATEGORIES) or '3.1 to 3.15'}")
        return self

    @model_validator(mode="after")
    def activity_gives_the_emissions(self) -> Emission:
        """An entry of activity data carries amount and factor, and their product is what is entered."""
        if (self.basis == "activity") != (self.activity is not None):
            raise ValueError("basis activity and activity data go together")
        if self.activity is not None:
            made = activity_emissions(self.activity.amount, self.activity.factor)
            if not math.isclose(made, self.co2e_t, rel_tol=1e-9, abs_tol=1e-12):
                raise ValueError(f"co2e_t is {self.co2e_t:g}, amount x factor gives {made:g} t")
        return self


@dataclass(frozen=True)
class Booked:
    """The sum of the entries of one year that agree in these labels, in t CO2e."""

    year: int
    scopes: str
    method: str | None
    category: str | None
    segment: str
    basis: str
    co2e_t: float
    entries: int = 1


@dataclass(frozen=True)
class Beside:
    """A figure that was told, the detail that is entered beside it (both in t CO2e), and which of the two counts."""

    of: str
    told: float
    detail: float
    counts: Literal["told", "detail"]

    @property
    def coverage(self) -> float | None:
        """The detail as a part of what was told, dimensionless; None where nothing was told to be emitted."""
        return self.detail / self.told if self.told else None

    def to_dict(self) -> dict[str, object]:
        """The comparison as plain values."""
        return {"of": self.of, "told": self.told, "detail": self.detail, "coverage": self.coverage, "counts": self.counts}


@dataclass(frozen=True)
class Amount:
    """Emissions of a set of scopes in one year, in t CO2e, with the way they were found.

    `complete` is False where the figure was added up from detail that nobody declared complete: then it is at least so much.
    `segments` are those for which alone (a part of) it is known.
    """

    year: int
    scopes: tuple[Scope, ...]
    method: str | None
    value: float
    how: str
    bases: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    complete: bool = True
    beside: tuple[Beside, ...] = ()
    segments: tuple[str, ...] = ()


def tonnes(value: float) -> str:
    """t CO2e as they stand in sentences: `10,787,758.0 t`, `0.0772 t`."""
    return f"{value:,.1f} t" if abs(value) >= 1 or value == 0 else f"{significant(value)} t"


@dataclass(frozen=True)
class Clash:
    """Bookings of one scope or category and year that may hold the same tonnes; `rule` is a stable id, `why` a sentence."""

    rule: str
    why: str
    members: tuple[Booked, ...]


def added_twice(booked: Iterable[Booked]) -> tuple[str, ...]:
    """Where a tonne could be twice in a sum of these bookings, in words: see `clashes`."""
    return tuple(clash.why for clash in clashes(booked))


def clashes(booked: Iterable[Booked]) -> tuple[Clash, ...]:
    """One scope or category entered on two bases, several times as reported, or by segment and as a whole."""
    groups: dict[tuple[int, str, str | None, str | None], list[Booked]] = {}
    for b in booked:
        groups.setdefault((b.year, b.scopes, b.method, b.category), []).append(b)
    return tuple(clash for members in groups.values() for clash in _clashes(members))


def _clashes(members: Sequence[Booked]) -> Iterator[Clash]:
    first = members[0]
    name = f"{first.category} {CATEGORIES[first.category]}" if first.category else spoken(first.scopes.split("+"), first.method)
    bases = sorted({b.basis for b in members})
    if len(bases) > 1:
        why = f"{name} in {first.year} is entered as {' and as '.join(bases)}: is a tonne counted twice?"
        yield Clash("two-bases", why, tuple(members))
    told: dict[tuple[str, str], list[Booked]] = {}
    for b in members:
        if b.basis in {"reported", "implied"}:
            told.setdefault((b.segment, b.basis), []).append(b)
    for same in told.values():
        times = sum(b.entries for b in same)
        if times > 1:
            yield Clash(
                "reported-again", f"{name} in {first.year} is entered {times} times: parts of a whole, or one figure twice?", tuple(same)
            )
    segments = {b.segment for b in members}
    if UNSPECIFIED in segments and len(segments) > 1:
        why = f"{name} in {first.year} is entered for the whole company and by segment: is a tonne counted twice?"
        yield Clash("whole-and-segment", why, tuple(members))


def share(part: float, whole: float) -> float:
    """A part of a whole, from 0 to 1. Raises InputError when the whole is zero."""
    if whole == 0:
        raise InputError(Problem("a share of nothing", value="0"))
    return part / whole
