"""What was published for a product: the reference that a footprint is compared with, and in which boundary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from lca.quantity import Finite, Frozen
from lca.stages import Stage


class Published(Frozen):
    """A published footprint of the product, with the boundary it must be compared in."""

    case: str | None = Field(None, description="id of the case in the reference table")
    value: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    unit: str = "kg CO2e"
    comparable: Literal["yes", "scenario", "model", "no"] = "yes"
    boundary: tuple[Stage, ...] = Field((), description="the stages that the published value covers")
    use_grid: str | None = None
    service_life: str | None = None
    stages: dict[str, Finite] = Field(
        default_factory=dict, description="published values by our stage names, joined by + where the source joins them"
    )
    confidence: Literal["A", "B", "C"] | None = None
    verified_items: Annotated[int, Field(ge=0)] = 0
    scenario: str | None = Field(None, description="scenario of the product under which alone the two may be compared")
    basis: str | None = None
    source: str = Field(min_length=1)
    note: str | None = None

    @field_validator("boundary", mode="before")
    @classmethod
    def list_is_a_tuple(cls, value: object) -> object:
        """YAML has lists only."""
        return tuple(value) if isinstance(value, list) else value


class Reference(Frozen):
    """What was published for this product."""

    published: Published
