"""Dated facts with a source: revenue, devices traded in, ratings, shares that were published; and reviews of them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from lca.quantity import Finite, Frozen

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
