"""`lifeloop archetypes`: the archetypes and what a product may say of itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from lca.errors import LifeloopError

if TYPE_CHECKING:
    from lca.product import Product


@click.command()
@click.argument("names", nargs=-1)
@printing.output_options
def command(names: tuple[str, ...], as_json: bool, as_csv: bool, output: Path | None) -> None:
    """List the archetypes; with NAMES, their parameters with default and range."""
    from inventories.shipped import archetype_paths, load

    found: list[Product] = []
    for name in names or tuple(archetype_paths()):
        try:
            found.append(load(name).product)
        except LifeloopError as error:
            printing.stop(error, as_json)
    if as_json:
        printing.write(printing.as_json_text([_as_dict(a) for a in found]), output)
    elif as_csv or names:
        rows = [{"archetype": a.id} | row for a in found for row in _parameters(a)]
        printing.write(printing.as_csv_text(rows) if as_csv else printing.table(rows, right=("value", "low", "high")), output)
    else:
        rows = [{"id": a.id, "family": a.family, "name": a.name, "parameters": len(a.parameters)} for a in found]
        printing.write(printing.table(rows, right=("parameters",)), output)
    sys.exit(0)


def _parameters(archetype: Product) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "value": p.value,
            "unit": p.unit,
            "low": "" if p.low is None else p.low,
            "high": "" if p.high is None else p.high,
            "description": p.description or "",
        }
        for name, p in archetype.parameters.items()
    ]


def _as_dict(archetype: Product) -> dict[str, Any]:
    parameters = [{"id": name} | p.model_dump(exclude_none=True) for name, p in archetype.parameters.items()]
    return {
        "id": archetype.id,
        "family": archetype.family,
        "name": archetype.name,
        "category": archetype.category,
        "parameters": parameters,
    }
