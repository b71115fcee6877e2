"""`lifeloop products`: what is shipped."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli import printing
from lca.errors import LifeloopError


@click.command()
@printing.output_options
def command(as_json: bool, as_csv: bool, output: Path | None) -> None:
    """List the products that are shipped."""
    from inventories.shipped import load, product_paths

    rows = []
    refused = False
    for name, path in product_paths().items():
        try:
            product = load(name).product
        except LifeloopError as error:
            printing.refuse(error, as_json)
            refused = True
            continue
        rows.append({"id": product.id, "name": product.name, "category": product.category, "family": product.family, "path": str(path)})
    if as_json:
        printing.write(printing.as_json_text(rows), output)
    elif as_csv:
        printing.write(printing.as_csv_text(rows), output)
    else:
        printing.write(printing.table([{k: v for k, v in row.items() if k != "path"} for row in rows]), output)
    sys.exit(printing.EXIT_REFUSED if refused else 0)
