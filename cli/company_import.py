"""`lifeloop company import`: a table of emissions, electricity or figures, CSV or Excel, whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click

from cli import printing
from cli.logging_entries import RESTATE_ROWS, encoding_option, restate_option, restating, sheet_option, warn, write_all
from cli.recordbook import reading_book, records_option, who_option
from lca.errors import LifeloopError

TABLES = ("emission", "electricity", "sale", "indicator")


def import_table(
    kind: str,
    table: Path,
    sheet: str | None,
    encoding: str,
    preview: bool,
    reason: str | None,
    who: str,
    as_json: bool,
    restate: bool = False,
) -> None:
    """Log every row of a table as an entry of this kind, or show what would be logged."""
    from records.company_sheets import Reading, read_company_table
    from records.restating import COMPUTED

    anew = restating(restate, reason)
    complete = {"sale": _with_footprint, "indicator": _readable}.get(kind, dict)
    try:
        drafts = read_company_table(table, Reading(kind, who, sheet, encoding, reason, complete))
    except LifeloopError as error:
        printing.stop(error, as_json)
    if preview:
        rows = [{"key": d.key, "date": d.happened.isoformat(), **dict(d.content)} for d in drafts]
        shown = [{"date": r["date"], "content": ", ".join(f"{k} {v}" for k, v in r.items() if k not in {"key", "date"})} for r in rows]
        printing.write(printing.as_json_text(rows) if as_json else printing.table(shown), None)
        return
    computed = (lambda _: COMPUTED["sale"]) if kind == "sale" else None
    made = write_all(drafts, as_json, computed, anew, RESTATE_ROWS)
    if kind == "electricity":
        say_refused_years(as_json, {d.happened.year for d in drafts})
    printing.write(printing.as_json_text(made.to_dict()) if as_json else made.sentence, None)


def say_refused_years(as_json: bool, years: Collection[int]) -> None:
    """A warning for each of these years that has more instruments than use by now: the use may be logged later."""
    from company.account import Account

    with reading_book(as_json) as book:
        refused = Account(book).refused
    for year in sorted(refused.keys() & set(years)):
        warn(f"{refused[year]}; until that is mended, {year} has no scope 2", as_json)


def _with_footprint(sale: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of products sold with the footprint of one unit."""
    from inventories.company_factors import unit_footprint

    return dict(sale) | unit_footprint(str(sale["product"])) if "product" in sale else sale


def _readable(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of figures, refused where it is one that targets read and could not."""
    from company.indicators import check_figure

    check_figure(str(figure.get("name", "")), figure.get("value"), str(figure.get("unit", "")), str(figure.get("part", "")))
    return figure


@click.command("import")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(TABLES), default="emission", show_default=True, help="What a row is.")
@sheet_option
@encoding_option
@click.option("--preview", is_flag=True, help="Show what would be logged and write nothing.")
@click.option("--template", is_flag=True, help="Write TABLE as an empty table to fill in, and log nothing.")
@click.option("--chinese", is_flag=True, help="Of the template: headers in Chinese.")
@restate_option
@click.option("--reason", help="Why a closed period, or an entry, is restated.")
@who_option
@records_option
@click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")
def command(table: Path, kind: str, template: bool, chinese: bool, as_json: bool, **said: Any) -> None:
    """Log a CSV or Excel table, whole or not at all; the same table twice adds nothing.

    A sale keeps the footprint that it was logged with; --restate logs today's instead.
    """
    if template:
        write_template(kind, table, chinese, as_json)
        return
    import_table(kind, table, as_json=as_json, **said)


def write_template(kind: str, table: Path, chinese: bool, as_json: bool) -> None:
    """An empty table of this kind; a file that is there already is a usage error."""
    from records.company_sheets import COLUMNS
    from records.spreadsheets import write_template as write

    try:
        write(table, COLUMNS[kind], chinese)
    except LifeloopError as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
