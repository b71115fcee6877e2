"""Scenarios: named sets of changes to a design, to the grid of its use, or to the electricity of its supply chain."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from lca.quantity import Finite, Frozen

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class GreenElectricity(Frozen):
    """A share of the grid electricity of some parts' supply chain is replaced by a named generation technology.

    Tier 1 is the processes that the product's lines name (their own electricity), tier 2 their suppliers, and so on. The
    electricity is replaced in the background network, at the place of each process; totals are never scaled.
    """

    share: Share
    technology: str = Field("electricity, wind", description="background process of the generation that takes the grid's place")
    tiers: Annotated[int, Field(ge=1, le=10)] | Literal["all"] = Field(1, description="how many tiers of suppliers take part")
    parts: tuple[str, ...] = Field((), description="parts whose supply chain takes part; empty: all")
    stages: tuple[Literal["materials", "manufacturing"], ...] = ("materials", "manufacturing")
    source: str = Field(min_length=1)

    @field_validator("parts", "stages", mode="before")
    @classmethod
    def lists_are_tuples(cls, value: object) -> object:
        """YAML has lists only."""
        return tuple(value) if isinstance(value, list) else value


class GridOutlook(Frozen):
    """The electricity of the use stage declines over the service life along a published outlook (`grid_outlook.csv`)."""

    outlook: str = Field("stated policies", description="name of the outlook in the table")
    first_year: Annotated[int, Field(ge=2015, le=2100)]
    years: Annotated[float, Field(gt=0, le=60)] | None = Field(None, description="years of use; the service life where that is in years")


class Scenario(Frozen):
    """One named scenario of a product."""

    description: str = Field(min_length=3)
    set: dict[str, Finite | str] = Field(default_factory=dict, description="parameters (or service_life) and their values")
    market: str | None = Field(None, description="the market whose packaging is assessed: international, domestic, or a country code")
    green_electricity: tuple[GreenElectricity, ...] = ()
    grid_outlook: GridOutlook | None = None
    source: str = Field(min_length=1)

    @field_validator("green_electricity", mode="before")
    @classmethod
    def list_is_a_tuple(cls, value: object) -> object:
        """YAML has lists only."""
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def something_changes(self) -> Scenario:
        """A scenario that changes nothing is a mistake."""
        if not (self.set or self.market or self.green_electricity or self.grid_outlook):
            raise ValueError("the scenario changes nothing: give set, market, green_electricity or grid_outlook")
        return self
