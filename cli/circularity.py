"""`lifeloop circularity`: the material circularity indicator of products, and what a design does to it and to kg CO2e."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices
from cli.finite import FiniteRange
from lca.errors import FunctionalUnitsDiffer, LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from inventories.circularity_shares import Circularity
    from lca.footprint import Footprint

_json = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")
_life = click.option(
    "--average-life",
    type=FiniteRange(min=0, min_open=True),
    help="Average life of such products, in the unit of the file (default: the archetype's).",
)
_FOOT = (
    "Shares of the mass without packaging. recyclable: materials of which some is recycled today; recycled after use: what that"
    " recycling gives back; data: mass whose material has figures (the rest counts as virgin and as waste)."
)


@click.group("circularity")
def command() -> None:
    """Material circularity (MCI, 0 to 1, higher is more circular) from the product file."""


@command.command("show")
@click.argument("products", nargs=-1, required=True, metavar="PRODUCT...")
@_life
@model_choices
@_json
def show(products: tuple[str, ...], choices: Choices, average_life: float | None, as_json: bool) -> None:
    """The indicator, and recycled, reused and recyclable shares; one that is refused gives exit code 3."""
    found = []
    for name in products:
        try:
            found.append(_circularity(name, choices, average_life))
        except LifeloopError as error:
            printing.refuse(error, as_json)
    if as_json:
        printing.write(printing.as_json_text([one.to_dict() for one in found]), None)
    elif found:
        rows = [{"product": one.product} | _shown(one) for one in found]
        printing.write(f"{printing.table(rows, right=[k for k in rows[0] if k != 'product'])}\n{_FOOT}", None)
    sys.exit(printing.EXIT_REFUSED if len(found) < len(products) else 0)


def _circularity(name: str, choices: Choices, average_life: float | None) -> Circularity:
    from inventories.circularity_shares import circularity_of

    return circularity_of(choices.setting(name), average_life)


def _shown(one: Circularity) -> dict[str, str]:
    return {
        "MCI": significant(one.mci),
        "LFI": significant(one.linear_flow_index),
        "utility": significant(one.utility),
        "mass, kg": significant(one.mass),
        "recycled": f"{one.recycled:.1%}",
        "reused": f"{one.reused:.1%}",
        "recyclable": f"{one.recyclable:.1%}",
        "recycled after use": f"{one.recycled_after_use:.1%}",
        "data": f"{one.covered:.1%}",
    }


@command.command("compare")
@click.argument("a", metavar="A")
@click.argument("b", metavar="[B]", required=False)
@_life
@model_choices
@_json
def compare(a: str, b: str | None, choices: Choices, average_life: float | None, as_json: bool) -> None:
    """The change in MCI and in kg CO2e side by side: A against B, or A against itself with --set or --scenario.

    kg CO2e are told per functional unit, which is a whole life as a rule, and per year or km of it: a longer life costs more
    electricity over the life, and less a year.
    """
    if b is None and not choices.changes and choices.scenario is None:
        raise click.UsageError("name a second design B, or a change with --set or --scenario")
    first = choices if b is not None else replace(choices, changes={}, scenario=None)
    try:
        answer = _compared(_design(a, first, average_life), _design(b or a, choices, average_life))
        answer["a"]["scenario"], answer["b"]["scenario"] = first.scenario_of(a), choices.scenario_of(b or a)
    except FunctionalUnitsDiffer as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    except LifeloopError as error:
        printing.stop(error, as_json)
    printing.write(printing.as_json_text(answer) if as_json else _report(answer, _changed(choices)), None)


@dataclass(frozen=True)
class _Design:
    """One side of the comparison: its indicator, its footprint, and how long it serves, in years or km."""

    circularity: Circularity
    footprint: Footprint
    service: float
    service_unit: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values; the footprint per functional unit, and per year or km of service."""
        return self.circularity.to_dict() | {
            "functional_unit": self.footprint.functional_unit.model_dump(),
            "service_life": self.footprint.service_life,
            "footprint": self.footprint.total,
            "footprint_unit": "kg CO2e",
            "footprint_per_service": self.footprint.total / self.service,
            "footprint_per_service_unit": f"kg CO2e per {self.service_unit}",
        }


def _design(name: str, choices: Choices, average_life: float | None) -> _Design:
    from lca.service import length_of_service

    setting = choices.setting(name)
    product = setting.product_file.product
    service = length_of_service(product, setting.changes, product.service_life.unit)
    return _Design(_circularity(name, choices, average_life), choices.assess(name), service, product.service_life.unit)


def _compared(first: _Design, second: _Design) -> dict[str, Any]:
    from lca.comparison import compare as compared

    # two designs are compared only where they do the same thing
    comparison = compared(first.footprint, second.footprint)
    sides = [first.to_dict(), second.to_dict()]
    change = {"mci": second.circularity.mci - first.circularity.mci, "footprint": comparison.difference}
    if first.service_unit == second.service_unit:
        change["footprint_per_service"] = sides[1]["footprint_per_service"] - sides[0]["footprint_per_service"]
    return {"a": sides[0], "b": sides[1], "change": change, "warnings": list(comparison.warnings)}


def _changed(choices: Choices) -> str:
    """What B was made with, in words."""
    return f" with {', '.join(f'{name}={value}' for name, value in choices.changes.items())}" if choices.changes else ""


def _report(answer: dict[str, Any], changed: str) -> str:
    a, b = answer["a"], answer["b"]
    names = {"mci": "MCI", "footprint": "kg CO2e per functional unit"}
    if "footprint_per_service" in answer["change"]:
        names["footprint_per_service"] = a["footprint_per_service_unit"]
    names |= {"utility": "utility", "mass": "mass, kg"}
    names |= {"recycled_share": "recycled", "reused_share": "reused", "recyclable_share": "recyclable"}
    rows = [
        {"": name, "A": significant(a[key]), "B": significant(b[key]), "B - A": _signed(b[key] - a[key])} for key, name in names.items()
    ]
    said = [f"{side['product']} under {side['scenario']}" if side["scenario"] else side["product"] for side in (a, b)]
    unit = f"functional unit: {a['functional_unit']['description']}; A serves {a['service_life']}, B {b['service_life']}"
    notes = "".join(f"\nnote: {warning}" for warning in answer["warnings"])
    return f"A = {said[0]}, B = {said[1]}{changed}\n{unit}\n\n{printing.table(rows, right=('A', 'B', 'B - A'))}\n{_FOOT}{notes}"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "") + significant(abs(value))
