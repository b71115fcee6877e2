"""`lifeloop new`: a commented starting file from an archetype."""

from __future__ import annotations

from pathlib import Path

import click

from cli import printing
from lca.errors import LifeloopError


@click.command()
@click.argument("archetype")
@click.option("--output", "-o", type=printing.NEW_FILE, help="Write to this file (refused when it exists).")
@click.option("--id", "product_id", help="Id of the new product; the file's name by default.")
def command(archetype: str, output: Path | None, product_id: str | None) -> None:
    """Write a commented starting file that extends ARCHETYPE: every parameter with its default, unit and range."""
    from inventories.starting import starting_file

    if output is not None and output.exists():
        raise click.UsageError(f"{output} is there already; choose another name")
    try:
        text = starting_file(archetype, product_id or (output.stem if output else f"my-{archetype}"))
    except LifeloopError as error:
        printing.stop(error, as_json=False, code=printing.EXIT_USAGE)
    printing.write(text.rstrip("\n"), output)
