"""Values that carry their unit, range and source: the small frozen types that everything else is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Finite = Annotated[float, Field(allow_inf_nan=False)]
Distribution = Literal["lognormal", "triangular", "uniform", "normal", "discrete_uniform"]
#: A number, or an expression of the product's parameters (see `lca.formula`).
Amount = Finite | Annotated[str, Field(min_length=1, max_length=1000)]
#: Scores from 1 (best) to 5: reliability, completeness, time, geography, technology (`docs/methodology.md`).
Pedigree = tuple[
    Annotated[int, Field(ge=1, le=5)],
    Annotated[int, Field(ge=1, le=5)],
    Annotated[int, Field(ge=1, le=5)],
    Annotated[int, Field(ge=1, le=5)],
    Annotated[int, Field(ge=1, le=5)],
]
#: The key of a source that stands for "no source: an estimate"; it may be used in any file.
ESTIMATE = "estimate"


class Frozen(BaseModel):
    """Base of all our models: immutable, no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Source(Frozen):
    """Where figures come from."""

    title: str = Field(min_length=3, description="title of the document or data set")
    publisher: str = Field(min_length=1, description="who published it")
    year: int | None = Field(None, ge=1900, le=2100, description="year of publication")
    url: str | None = Field(None, description="where it can be found")
    licence: str | None = Field(None, description="licence of the figures, in words")
    note: str | None = Field(None, description="what the reader should know of it")


class Quantity(Frozen):
    """A number or an expression with its unit, plausible range and source."""

    value: Amount = Field(description="a number, or an expression of the product's parameters")
    unit: str = Field(description="unit of the value, low and high")
    low: Amount | None = Field(None, description="lower end of the plausible range")
    high: Amount | None = Field(None, description="upper end of the plausible range")
    distribution: Distribution | None = Field(
        None, description="shape between low and high; when not given lognormal if low is above zero, else triangular"
    )
    source: str = Field(min_length=1, description="key in `sources`, or `estimate`")
    note: str | None = None

    @model_validator(mode="after")
    def range_holds_the_value(self) -> Quantity:
        """Numbers must satisfy low <= value <= high (expressions are checked when they are evaluated)."""
        check_range(self.value, self.low, self.high, self.distribution)
        return self


def check_range(value: object, low: object, high: object, distribution: object = None) -> None:
    """Raise ValueError unless low <= value <= high, as far as they are numbers, and both bounds or none are given.

    A distribution without bounds is refused too: nothing could be drawn from it.
    """
    if (low is None) != (high is None):
        raise ValueError("a range needs both low and high")
    if distribution is not None and low is None:
        raise ValueError(f"a distribution needs a range: give low and high of the {distribution}")
    if isinstance(low, int | float) and isinstance(value, int | float) and low > value:
        raise ValueError(f"low {low:g} is above the value {value:g}")
    if isinstance(high, int | float) and isinstance(value, int | float) and high < value:
        raise ValueError(f"high {high:g} is below the value {value:g}")
