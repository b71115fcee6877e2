"""From a product file to its packaging by market, and to the same product with another component in its packaging."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from circularity.packaging import Basis, Component, Masses, masses_of
from circularity.swap import Design
from inventories.product_files import ProductFile
from inventories.setting import Setting
from inventories.shipped import packaging_materials
from lca import units
from lca.assessment import assess
from lca.errors import InputError, Problem, nearest
from lca.parameters import Values, evaluate_amount, evaluate_parameters
from lca.product import PackagingComponent, Product, check_market
from lca.quantity import ESTIMATE, Quantity


def components_of(product_file: ProductFile, market: str | None = None, changes: Mapping[str, Any] | None = None) -> list[Component]:
    """The components sold in a market (the product's own if none is named), kg per product.

    Raises InputError naming file and line: no such market, nothing packed in it, a mass that is no mass or below zero.
    """
    try:
        return _components(product_file.product, market or product_file.product.market, changes or {})
    except InputError as error:
        raise product_file.located(error) from error


def _components(product: Product, market: str, changes: Mapping[str, Any]) -> list[Component]:
    try:
        check_market(market)
    except ValueError as error:
        raise InputError(Problem(str(error), field="market", value=market)) from error
    chosen = list(product.packaging_in(market))
    if not chosen:
        named = sorted({word for c in product.packaging for word in c.markets})
        hint = nearest(market, named) or (f"markets in the file: {', '.join(named)}" if named else "add components under `packaging`")
        raise InputError(Problem("the product has no packaging in this market", field="packaging", value=market, hint=hint))
    values = evaluate_parameters(product, changes)
    return [_component(c, values) for c in chosen]


def _component(component: PackagingComponent, values: Values) -> Component:
    field = f"packaging[{component.component}].mass"
    mass = float(evaluate_amount(component.mass.value, values, field)) * _kilograms(component.mass.unit, field)
    if mass < 0:
        raise InputError(Problem("the mass is negative", field=field, value=f"{mass:g} kg"))
    return Component(component.component, mass, component.class_, component.excluded, component.level, component.recycled_content)


def _kilograms(unit: str, field: str) -> float:
    try:
        return units.factor(unit, "kg")
    except InputError as error:
        raise error.located(None, None, field) from error


def with_component(product: Product, component: str, material: str, grams: float) -> Product:
    """The product with that component made of another material, in g; processes are the material's own.

    A component of that name in several markets becomes one in all of them. Raises InputError for an unknown component or material.
    """
    known = [c.component for c in product.packaging]
    if component not in known:
        raise InputError(
            Problem(f"{product.id} has no component of that name", field="packaging", value=component, hint=nearest(component, known))
        )
    rows = packaging_materials()
    if material not in rows:
        raise InputError(Problem("no packaging material of that name", field="material", value=material, hint=nearest(material, rows)))
    row = rows[material]
    old = [c for c in product.packaging if c.component == component]
    new = old[0].model_copy(
        update={
            "material": material,
            "class_": row.required("class"),
            "excluded": None,
            "recycled_content": None,
            # no market named means all of them
            "markets": tuple(sorted({m for c in old for m in c.markets})) if all(c.markets for c in old) else (),
            "mass": Quantity(value=grams, unit="g", source=ESTIMATE),
            "process": row.required("process"),
            # made in the same place as what it replaces
            "location": old[0].location or row.required("location"),
            "forming_process": row.text("forming_process") or None,
            "end_of_life_process": row.text("end_of_life_process") or None,
            "end_of_life": None,
            "source": ESTIMATE,
        }
    )
    return product.model_copy(update={"packaging": (*(c for c in product.packaging if c.component != component), new)})


def design_in(setting: Setting, market: str, basis: Basis) -> Design:
    """The packaging of one product in a market in kg, and the product's footprint there in kg CO2e. Raises InputError."""
    product, changes = setting.product_file.product, setting.changes
    masses: Masses = masses_of(_components(product, market, changes), basis)
    sold = product.model_copy(update={"market": market})
    return Design(masses, assess(sold, setting.scores, changes, end_of_life=setting.end_of_life).total)
