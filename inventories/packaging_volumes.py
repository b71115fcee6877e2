"""Yearly volumes of packaging: units of a product sold in a market, with the packaging that its product file tells."""

from __future__ import annotations

import math
from collections.abc import Mapping

from circularity.packaging import Component
from circularity.volumes import PackagingVolume, tonnes_of, unit_packaging
from inventories.packaging import components_of
from inventories.product_files import ProductFile
from lca.assessment import product_digest
from lca.errors import InputError, Problem


def volume_of(product_file: ProductFile, market: str, year: int, units: float, said: Mapping[str, str] | None = None) -> PackagingVolume:
    """So many units with the packaging of the product file; `said` are source and note. Raises InputError."""
    if not 1990 <= year <= 2100:
        raise InputError(Problem("a year lies between 1990 and 2100", field="year", value=str(year)))
    if not 0 < units < math.inf:
        raise InputError(Problem("units are a finite number above zero", field="units", value=f"{units:g}"))
    components: list[Component] = components_of(product_file, market)
    masses = unit_packaging(components)
    product = product_file.product
    tonnes, said = tonnes_of(masses, units), said or {}
    return PackagingVolume(
        product=product.id,
        market=market,
        year=year,
        units=units,
        masses=masses,
        total_t=tonnes["total_t"],
        plastic_t=tonnes["plastic_t"],
        family=product.family,
        product_digest=product_digest(product),
        source=said.get("source"),
        note=said.get("note"),
    )
