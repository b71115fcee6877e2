"""Dated facts with a source: revenue, devices traded in, ratings, shares that were published; and reviews of them."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from company.completeness import COMPLETE, declared_of
from lca import units
from lca.errors import InputError, Problem
from lca.quantity import Finite, Frozen

#: Names of the figures that targets read from the journal.
REMOVALS, RENEWABLE = "removals", "renewable electricity share"
#: How a figure is bounded: "nearly 300" is at most 300.
Bound = Literal["exact", "at_most", "at_least", "about"]
MARKS: dict[str, str] = {"exact": "", "at_most": "<= ", "at_least": ">= ", "about": "about "}


class Indicator(Frozen):
    """Content of an entry: one figure, or one word such as a rating, for the period that ends at the entry's date."""

    name: str = Field(min_length=1, max_length=120)
    value: Finite | None = None
    text: str | None = Field(None, max_length=500, description="a rating or another fact that is no number")
    unit: str = ""
    part: str = Field("", description="what it is of, where several parts add up: a family, a market")
    bound: Bound = "exact"
    definition: str = Field("", description="what is counted, and what is not")
    source: str = Field(min_length=1)
    wording: str | None = Field(None, description="the publisher's words, where they can be read in several ways")
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None

    @model_validator(mode="after")
    def says_one_thing(self) -> Indicator:
        """A number or a word, not both, not neither."""
        if (self.value is None) == (self.text is None):
            raise ValueError("an indicator has a value or a text")
        return self


def in_unit(figure: Indicator, wanted: str) -> float:
    """The value of a figure in a unit; CO2e says what was weighed, and no unit is the wanted one. Raises UnitError for another kind."""
    plain = re.sub(r"\s*CO2(-?eq?)?\s*", "", figure.unit, flags=re.IGNORECASE)
    factor = 1.0 if plain in {"", "share", "ratio"} else units.factor(plain, wanted)
    return (figure.value or 0.0) * factor


def share_of(figure: Indicator) -> float:
    """The value of a share, 0 to 1. Raises InputError where it lies outside, UnitError where its unit is none of a share."""
    share = in_unit(figure, "1")
    if not 0 <= share <= 1 + 1e-9:
        hint = "a share is 0 to 1, or 0 to 100 with the unit %"
        raise InputError(Problem(f"{figure.name} is no share", field="value", value=f"{figure.value:g} {figure.unit}".strip(), hint=hint))
    return share


def check_figure(name: str, value: float | None, unit: str, part: str) -> None:
    """Raises InputError for a figure that targets or totals read, and could not: a share outside 0 to 1, removals that are no mass."""
    if name == COMPLETE and declared_of(part) is None:
        hint = "`lifeloop company add complete --scopes 3` logs it"
        raise InputError(Problem("does not name what is complete", field="part", value=part, hint=hint))
    if value is None or name not in {RENEWABLE, REMOVALS}:
        return
    figure = Indicator(name=name, value=value, unit=unit, part=part, source="to be logged")
    if name == RENEWABLE:
        share_of(figure)
    elif in_unit(figure, "t") < 0:
        raise InputError(Problem("removals are above zero", field="value", value=f"{value:g}"))


class Review(Frozen):
    """Content of an entry: somebody looked at a target, a goal or an entry, and what came of it."""

    subject: str = Field(min_length=1, max_length=200, description="id of a target, goal or entry, or `emissions 2024`")
    outcome: Literal["confirmed", "changed", "rejected", "noted"]
    reviewer: str = Field(min_length=1, max_length=200)
    source: str | None = None
    note: str | None = None
    next_review: date | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None
