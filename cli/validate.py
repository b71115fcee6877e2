"""`lifeloop validate`: modelled against published footprints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from lca.errors import LifeloopError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inventories.validation import Case


@click.command()
@click.option("--markdown", is_flag=True, help="The tables as Markdown, as they stand in the README.")
@printing.output_options
def command(markdown: bool, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """Modelled against published footprints, case by case and by family. Exits 0 whatever the errors are."""
    from cli.choices import worlds_progress
    from inventories.score_store import unit_scores
    from inventories.validation import summarise, validate
    from inventories.world_store import worlds_of

    try:
        scores = unit_scores()
        cases = validate(scores, worlds_of(scores, progress=worlds_progress), progress=worlds_progress)
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        printing.write(printing.as_json_text({"cases": [c.to_dict() for c in cases], "summary": summarise(cases)}), output)
    elif as_csv:
        flat = (
            "id",
            "product",
            "family",
            "published",
            "modelled",
            "unit",
            "error",
            "comparable",
            "comparison",
            "confidence",
            "verified_items",
        )
        printing.write(printing.as_csv_text([{key: c.to_dict()[key] for key in flat} for c in cases]), output)
    elif markdown:
        from cli.validation_tables import as_markdown

        printing.write(as_markdown(cases, summarise(cases)), output)
    else:
        printing.write(report(cases, summarise(cases)), output)


def report(cases: Sequence[Case], summary: dict[str, Any]) -> str:
    """The cases and the summary as text."""
    from cli.validation_tables import case_rows, summary_lines

    return "\n".join(
        [
            printing.table(case_rows(cases), right=("published", "modelled", "90 % interval", "error", "verified")),
            "",
            *summary_lines(summary),
        ]
    )
