"""A product's parameters evaluated in the order they depend on each other: numbers, texts and places by name."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator, Mapping
from typing import Any

from lca import formula, units
from lca.errors import FormulaError, InputError, Problem, UnknownName, nearest
from lca.one_or_many import is_finite, is_many, largest, smallest
from lca.product import Product, check_service_life

#: What a name stands for: a number, an array of one number a design, or a word.
Values = dict[str, Any]


def evaluate_parameters(product: Product, changes: Mapping[str, Any] | None = None, factors: Mapping[str, Any] | None = None) -> Values:
    """All names that the product's formulas may use, with their values.

    Besides the parameters: `service_life` (in its own unit), `product_mass`, `packaging_mass` (of the product's market)
    and `packaged_mass`, in kg. `changes` sets parameters or `service_life` to other values (numbers, arrays or words);
    `factors` multiply the value of a parameter after its expression was evaluated (draws of an uncertain formula).
    Raises InputError for an unknown name, a loop of formulas, or a value of the wrong kind.
    """
    changes = dict(changes or {})
    _check_changes(product, changes)
    expressions = _expressions(product) | changes
    values: Values = {n: p.value for n, p in product.parameters.items() if p.type != "number"}
    values |= {n: v for n, v in changes.items() if isinstance(v, str) and _is_word(product, n)}
    pending = {n: e for n, e in expressions.items() if n not in values}
    for name in _order(pending, changes):
        values[name] = evaluate_amount(pending[name], values, _field(name, changes)) * (factors or {}).get(name, 1.0)
    _check_values(product, values, changes)
    return values


def _check_values(product: Product, values: Values, changes: Mapping[str, Any]) -> None:
    """A service life can be meant, and what its archetype expects above zero is not below."""
    if "service_life" in changes:
        for bound in (smallest(values["service_life"]), largest(values["service_life"])):
            try:
                check_service_life(bound, product.service_life.unit)
            except ValueError as error:
                raise InputError(Problem(str(error), field="set service_life", value=f"{bound:g}")) from error
    for name, low, _ in _expected(product, values, changes):
        if low >= 0 and smallest(values[name]) < 0:
            raise InputError(Problem("is below zero, which it cannot be", field=_field(name, changes), value=f"{smallest(values[name]):g}"))


def unusual_values(product: Product, values: Values, changes: Mapping[str, Any]) -> list[str]:
    """A sentence for every value that lies outside the range that the extended file expects (a single design only)."""
    said = []
    for name, low, high in _expected(product, values, changes):
        if not is_many(values[name]) and not low * (1 - 1e-9) <= values[name] <= high * (1 + 1e-9):
            unit = product.parameters[name].unit
            said.append(
                f"{name} {values[name]:g} {unit} is outside the range {low:g} to {high:g} {unit} that its archetype expects".replace(
                    "  ", " "
                )
            )
    return said


def _expected(product: Product, values: Values, changes: Mapping[str, Any]) -> Iterator[tuple[str, float, float]]:
    """Parameters whose value is the product's own or was changed, with the bounds that are expected where they are single numbers."""
    for name, parameter in product.parameters.items():
        bounds = parameter.expected or ((parameter.low, parameter.high) if name in changes else None)
        if bounds is None or bounds[0] is None or bounds[1] is None or name not in values:
            continue
        low, high = (evaluate_amount(bound, values, f"parameters.{name}") for bound in bounds)
        if not is_many(low) and not is_many(high):
            yield name, float(low), float(high)


def evaluate_amount(amount: Any, values: Values, field: str) -> Any:
    """A number as it is, an expression by its names. Raises FormulaError naming the field."""
    if not isinstance(amount, str):
        return amount
    try:
        return formula.evaluate(amount, values)
    except FormulaError as error:
        raise error.located(None, None, field) from error


def _is_word(product: Product, name: str) -> bool:
    return name in product.parameters and product.parameters[name].type != "number"


def _check_changes(product: Product, changes: Mapping[str, Any]) -> None:
    known = [*product.parameters, "service_life"]
    for name, value in changes.items():
        if name not in known:
            hint = nearest(name, known) or f"parameters: {', '.join(known)}"
            raise UnknownName(Problem(f"{product.id} has no parameter of that name", field="set", value=name, hint=hint))
        if _is_word(product, name):
            choices = product.parameters[name].choices
            if not isinstance(value, str) or (choices and value not in choices):
                hint = f"one of {', '.join(choices)}" if choices else "a word"
                raise InputError(Problem("not a value of this parameter", field=f"set {name}", value=str(value), hint=hint))
        elif not isinstance(value, str) and not is_finite(value):
            raise InputError(Problem("not a finite number", field=f"set {name}", value=str(value)))


def _expressions(product: Product) -> dict[str, Any]:
    """Every numeric name with its number or expression, in kg where it is a mass of the product itself."""
    expressions: dict[str, Any] = {n: p.value for n, p in product.parameters.items() if p.type == "number"}
    expressions["service_life"] = product.service_life.value
    if product.mass is not None:
        expressions["product_mass"] = _scaled(product.mass.value, units.factor(product.mass.unit, "kg"))
    packaging = [_scaled(c.mass.value, units.factor(c.mass.unit, "kg")) for c in product.packaging_in(product.market)]
    expressions["packaging_mass"] = " + ".join(str(x) for x in packaging) if packaging else 0.0
    if product.mass is not None:
        expressions["packaged_mass"] = "product_mass + packaging_mass"
    return expressions


def _scaled(amount: Any, factor: float) -> Any:
    if isinstance(amount, str):
        return f"({amount}) * {factor!r}"
    return amount * factor


def _field(name: str, changes: Mapping[str, Any]) -> str:
    """Where the value of a name stands: in the file, or among what was set."""
    return f"set {name}" if name in changes else f"parameters.{name}"


def _order(expressions: Mapping[str, Any], changes: Mapping[str, Any]) -> list[str]:
    graph = {}
    for name, expression in expressions.items():
        try:
            used = formula.names(expression) if isinstance(expression, str) else frozenset()
        except FormulaError as error:
            raise error.located(None, None, _field(name, changes)) from error
        graph[name] = used & expressions.keys()
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        cycle = " -> ".join(error.args[1])
        raise FormulaError(Problem("parameters depend on each other in a circle", field="parameters", value=cycle)) from error
