"""`lifeloop demo`: the main job on the data we ship."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import printing
from lca.errors import LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from cli.sustainability_page import PageRow
    from lca.footprint import Footprint
    from lca.scores import UnitScores


@click.command()
@click.option("--output", "-o", type=click.Path(file_okay=False, path_type=Path), help="Also write tables and pictures into this folder.")
def command(output: Path | None) -> None:
    """Assess the shipped portfolio and compare it with what was published."""
    from cli.choices import worlds_progress
    from cli.validate import report
    from inventories.score_store import unit_scores
    from inventories.validation import summarise, validate
    from inventories.world_store import worlds_of

    if output:
        _make_folder(output)
    try:
        click.echo("Solving the background with Brightway (only the first time) ...", err=True)
        scores = unit_scores()
        footprints = _assess_portfolio(scores)
        cases = validate(scores, worlds_of(scores, progress=worlds_progress), progress=worlds_progress)
        book, page = _example_page(output, footprints)
    except LifeloopError as error:
        printing.stop(error, as_json=False)
    processes = {p.name for p in scores.catalogue.processes if p.category != "electricity"}
    places = {p.location for p in scores.catalogue.processes if p.category == "electricity"}
    click.echo(f"{scores.background} {scores.digest[:12]}: {len(processes)} processes besides electricity, grids of {len(places)} places\n")
    click.echo(_portfolio(footprints))
    click.echo("\nModelled against published (kg CO2e over the published stages; brackets: not comparable without a condition)")
    click.echo(report(cases, summarise(cases)))
    click.echo(f"\nThe sustainability page of a report, computed from the entries of a record book ({book})")
    click.echo(printing.table([row.to_dict() for row in page]))
    if output:
        _write(output, footprints)
        click.echo(
            f"\nWritten to {output}: footprints.json, lines.csv, portfolio.svg, portfolio.png, example-book.sqlite, sustainability.md"
        )
    click.echo("\nNext: lifeloop explain xiaomi_14 · lifeloop compare xiaomi_13 xiaomi_14 · lifeloop new smartphone -o mine.yaml")


def _make_folder(path: Path) -> None:
    """The output folder is there and can be written to before anything is computed (else exit 2)."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be made: {error.strerror}") from error
    if not os.access(path, os.W_OK):
        raise click.UsageError(f"{path} cannot be written to")


def _assess_portfolio(scores: UnitScores) -> list[Footprint]:
    from inventories.assessing import assess_file
    from inventories.shipped import product_paths

    return [assess_file(name, scores) for name in product_paths()]


def _portfolio(footprints: list[Footprint]) -> str:
    order = {"phone": 0, "wearable": 1, "appliance": 2, "vehicle": 3}
    rows = [
        {"family": f.family, "product": f.name, "kg CO2e": significant(f.total)}
        | {stage.replace("_", " "): f"{value / f.total:.0%}" for stage, value in f.stages.items()}
        | {"on estimates": f"{f.resting_on_estimates / f.total:.0%}"}
        for f in sorted(footprints, key=lambda f: (order[f.family], f.category, f.name))
    ]
    return printing.table(
        rows, title="Life-cycle footprint per functional unit", right=[k for k in rows[0] if k not in {"family", "product"}]
    )


def _example_page(output: Path | None, footprints: list[Footprint]) -> tuple[str, list[PageRow]]:
    """The example book (kept beside the other files where there is a folder) and its page of 2024."""
    from tempfile import TemporaryDirectory

    from cli.example_book import NAME, build_example_book
    from cli.sustainability_page import Page, as_markdown

    with TemporaryDirectory() as scratch:
        folder = output or Path(scratch)
        with build_example_book(folder / "example-book.sqlite") as book:
            rows = Page(book, 2024, footprints).rows()
        if output:
            printing.write(as_markdown(f"Sustainability page 2024 ({NAME})", rows), output / "sustainability.md")
    return NAME, rows


def _write(folder: Path, footprints: list[Footprint]) -> None:
    from cli.plots import plot_stages

    printing.write(printing.as_json_text([f.to_dict() for f in footprints]), folder / "footprints.json")
    printing.write(printing.as_csv_text([{"product": f.product} | part for f in footprints for part in f.parts]), folder / "lines.csv")
    plot_stages(footprints, folder / "portfolio.svg")
    plot_stages(footprints, folder / "portfolio.png")
