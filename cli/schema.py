"""`lifeloop schema`: the JSON Schema of the product file."""

from __future__ import annotations

from pathlib import Path

import click

from cli import printing


@click.command()
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead of the screen.")
def command(output: Path | None) -> None:
    """The JSON Schema of the product file, for editors that check while you type."""
    from inventories.schema import product_schema

    printing.write(printing.as_json_text(product_schema()), output)
