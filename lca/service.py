"""A footprint by time or distance of service: what a year, or a kilometre, of a design costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lca.errors import InputError, Problem
from lca.footprint import Footprint
from lca.parameters import evaluate_parameters
from lca.product import FunctionalUnit, Product
from lca.uncertainty import Draws


def length_of_service(product: Product, changes: Mapping[str, Any], unit: str) -> float:
    """The service life in `unit` (year or km). Raises InputError when the product's is counted otherwise."""
    own = product.service_life.unit
    if own != unit:
        reason = f"the service life of {product.id} is counted in {own}, not in {unit}"
        raise InputError(Problem(reason, field="service_life", value=str(product.service_life.value), hint=f"use --per {own}"))
    return float(evaluate_parameters(product, changes)["service_life"])


def per_service(footprint: Footprint, length: float, unit: str) -> Footprint:
    """The footprint of one year or km of service: every line divided by the service life of `length` units."""
    said = f"values are per {unit} of service: {footprint.name} serves {footprint.service_life}"
    return replace(
        footprint,
        functional_unit=FunctionalUnit(
            description=f"one {unit} of service of: {footprint.functional_unit.description}", quantity=1, unit=unit
        ),
        bill=replace(footprint.bill, amount_of=tuple(amount / length for amount in footprint.bill.amount_of)),
        rows=tuple(tuple(value / length for value in row) for row in footprint.rows),
        resting_on_estimates=footprint.resting_on_estimates / length,
        warnings=(said, *footprint.warnings),
        treated=replace(footprint.treated, covered=footprint.treated.covered / length),
        carbon=footprint.carbon and footprint.carbon.scaled(1.0 / length),
    )


def draws_per_service(draws: Draws, length: float) -> Draws:
    """The same of a design's footprint in every possible world."""
    return replace(draws, lines=draws.lines / length, point=draws.point / length)
