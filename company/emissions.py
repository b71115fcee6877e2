"""Emissions of a company: what is entered, and what any set of scopes adds up to, with how it was found.

Reported figures come as single scopes, as sums of scopes, or as categories. A set of scopes is added up from its parts
where they are known, taken from a reported sum else, or found as a difference; the answer says which.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from company.scopes import CATEGORIES, Scope, Scope2Method, ScopeSet, spoken, written
from lca.errors import InputError, Problem, nearest
from lca.quantity import Finite, Frozen

#: reported: published as such; activity: amount x factor; product: footprints x units sold; implied: follows from another figure.
Basis = Literal["reported", "activity", "product", "implied"]
UNSPECIFIED = "unspecified"
#: Two ways to the same figure that differ by more than this part of it are said to differ.
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
        if self.category is not None and (self.scopes != "3" or self.category not in CATEGORIES):
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
class Amount:
    """Emissions of a set of scopes in one year, in t CO2e, with the way they were found."""

    year: int
    scopes: tuple[Scope, ...]
    method: str | None
    value: float
    how: str
    bases: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


#: Ways to a set of scopes, the finest first: entries to add, and (after a minus sign) to take off.
_WAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "1": (("1",), ("1+2", "-2")),
    "2": (("2",), ("1+2", "-1")),
    "3": (("3",), ("1+2+3", "-1", "-2"), ("1+2+3", "-1+2")),
    "1+2": (("1", "2"), ("1+2",), ("1+2+3", "-3")),
    "1+3": (("1", "3"),),
    "2+3": (("2", "3"), ("1+2+3", "-1")),
    "1+2+3": (("1", "2", "3"), ("1+2", "3"), ("1+2+3",)),
}


def amount_of(booked: Iterable[Booked], year: int, scopes: Sequence[Scope], method: str | None, segment: str | None = None) -> Amount:
    """Emissions of a set of scopes in a year, in t CO2e. Raises InputError, saying what there is, when it cannot be found.

    Entries with scope 2 count only when they are of the method that is asked for; no figure is taken for another's.
    """
    if "2" in scopes and method is None:
        raise InputError(Problem("scope 2 needs its method", field="scope2", hint="say --scope2 location or --scope2 market"))
    of_year = [b for b in booked if b.year == year and (segment is None or b.segment == segment)]
    wanted = method if method is not None else _method_of_totals(of_year)
    used = [b for b in of_year if "2" not in b.scopes or b.method == wanted]
    known = {key: _total_of(key, used) for key in {b.scopes for b in used}}
    ways = [way for way in _WAYS[written(scopes)] if all(key.removeprefix("-") in known for key in way)]
    if not ways:
        raise InputError(Problem(f"no figure for {spoken(scopes, method)} in {year}", field="scopes", hint=_what_there_is(of_year)))
    values = [math.fsum(-known[key[1:]] if key[0] == "-" else known[key] for key in way) for way in ways]
    names = {key.removeprefix("-") for key in ways[0]}
    bases = tuple(sorted({b.basis for b in used if b.scopes in names}))
    warnings = _disagreements(ways, values) + double_counts(b for b in used if b.scopes in names)
    return Amount(year, tuple(scopes), method if "2" in scopes else None, values[0], _how(ways[0]), bases, warnings)


def _method_of_totals(booked: Iterable[Booked]) -> str | None:
    """The one scope-2 method under which scope 1 or 3 may be found as a difference: sums of two methods do not mix."""
    there = {b.method for b in booked if "+" in b.scopes}
    return next((m for m in ("market", "location", "unstated") if m in there), None)


def _total_of(scopes: str, booked: Sequence[Booked]) -> float:
    """The total of one key: an entry of scope 3 without category is the whole, of which categories are a breakdown."""
    mine = [b for b in booked if b.scopes == scopes]
    whole = [b for b in mine if b.category is None]
    return math.fsum(b.co2e_t for b in whole or mine)


def _how(way: tuple[str, ...]) -> str:
    added = [key for key in way if key[0] != "-"]
    taken = [key[1:] for key in way if key[0] == "-"]
    sums = " and ".join(f"scope{'s' if '+' in key else ''} {key}" for key in added)
    return f"entries of {sums}" + (f", less {' and '.join(taken)}" if taken else "")


def _disagreements(ways: Sequence[tuple[str, ...]], values: Sequence[float]) -> tuple[str, ...]:
    first = values[0]
    return tuple(
        f"{_how(way)} give {value:,.1f} t, {_how(ways[0])} give {first:,.1f} t"
        for way, value in zip(ways[1:], values[1:], strict=True)
        if not math.isclose(value, first, rel_tol=TOLERANCE)
    )


def _what_there_is(booked: Sequence[Booked]) -> str:
    there = sorted({spoken(b.scopes.split("+"), b.method) for b in booked})
    return f"the book has {'; '.join(there)}" if there else "the book has no emissions in that year"


@dataclass(frozen=True)
class Clash:
    """Bookings of one scope or category and year that may hold the same tonnes; `rule` is a stable id, `why` a sentence."""

    rule: str
    why: str
    members: tuple[Booked, ...]


def double_counts(booked: Iterable[Booked]) -> tuple[str, ...]:
    """Where a tonne could be counted twice, in words: see `clashes`."""
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
