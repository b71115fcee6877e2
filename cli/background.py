"""`lifeloop background`: list, search, show and check the background database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from cli import printing
from lca.errors import LifeloopError
from lca.rounding import significant


@click.group("background")
def command() -> None:
    """Look into the background database and check it."""


def _rows(method: str, as_json: bool) -> list[dict[str, Any]]:
    from inventories.score_store import unit_scores

    try:
        scores = unit_scores()
        totals = scores.of_method(method).sum(axis=1)
    except LifeloopError as error:
        printing.stop(error, as_json)
    return [
        {
            "name": p.name,
            "location": p.location,
            "unit": p.unit,
            "category": p.category,
            "kind": p.kind,
            "source": ";".join(p.sources),
            "year": p.year,
            "score": float(total),
        }
        for p, total in zip(scores.catalogue.processes, totals, strict=True)
    ]


def _print(rows: list[dict[str, Any]], as_json: bool, as_csv: bool, output: Path | None) -> None:
    if as_json:
        printing.write(printing.as_json_text(rows), output)
    elif as_csv:
        printing.write(printing.as_csv_text(rows), output)
    else:
        shown = [
            {
                "process": row["name"],
                "place": row["location"],
                "kg CO2e": significant(row["score"]),
                "per": row["unit"],
                "category": row["category"],
                "kind": row["kind"],
                "year": row["year"],
            }
            for row in rows
        ]
        printing.write(printing.table(shown, right=("kg CO2e", "year")), output)


_method = click.option("--method", default="AR6-GWP100", show_default=True, help="Characterisation set.")


@command.command("list")
@click.option("--category", help="Only this category.")
@click.option("--location", help="Only this place.")
@_method
@printing.output_options
def list_(category: str | None, location: str | None, method: str, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """Every process with its unit score in kg CO2e."""
    rows = [
        r for r in _rows(method, as_json) if (not category or r["category"] == category) and (not location or r["location"] == location)
    ]
    _print(rows, as_json, as_csv, output)


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@_method
@printing.output_options
def search(words: tuple[str, ...], method: str, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """Processes whose name or category holds all the WORDS; the nearest names when none does."""
    rows = _rows(method, as_json)
    found = [r for r in rows if all(w.lower() in f"{r['name']} {r['category']}".lower() for w in words)]
    if not found and not as_json:
        from lca.errors import nearest

        hint = nearest(" ".join(words), {r["name"] for r in rows})
        click.echo(f"No process is called that{'; ' + hint if hint else ''}.", err=True)
        return
    _print(found, as_json, as_csv, output)


@command.command("show")
@click.argument("name")
@click.option("--location", default="GLO", show_default=True, help="Place of the process; falls back to its parents.")
@_method
@printing.output_options
def show(name: str, location: str, method: str, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """What a process consumes and emits: amount, range, what each row adds, basis and source."""
    from inventories.background_queries import show_process

    try:
        shown = show_process(name, location, method)
    except LifeloopError as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    if as_json:
        printing.write(printing.as_json_text(shown), output)
        return
    if as_csv:
        printing.write(printing.as_csv_text(shown["exchanges"]), output)
        return
    rows = [
        {
            "kind": row["kind"],
            "what": row["flow"] + (f" ({row['flow_location']})" if row["flow_location"] else ""),
            "amount": f"{significant(row['amount'])} {row['flow_unit']}",
            "range": f"{significant(row['low'])} to {significant(row['high'])}",
            "kg CO2e": significant(row["value"]),
            "basis": row["basis"],
            "source": f"{row['source_title']} ({row['source_year']}), {row['place']}",
        }
        for row in shown["exchanges"]
    ]
    head = f"{shown['name']} ({shown['location']}): {significant(shown['score'])} kg CO2e per {shown['unit']}, {shown['category']}, {shown['kind']}"
    printing.write("\n".join([head, "", printing.table(rows, right=("amount", "range", "kg CO2e"))]), output)


@command.command("check")
@click.option("--details", is_flag=True, help="Also print every compared electricity and process.")
@printing.output_options
def check(details: bool, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """Prove the database: sources, units, matrix, scores, orphans, electricity and second studies."""
    from inventories.background_check import check_background

    try:
        report = check_background()
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        printing.write(printing.as_json_text(report.to_dict()), output)
    elif as_csv:
        printing.write(printing.as_csv_text(report.compared), output)
    else:
        printing.write(report.text(details), output)
    sys.exit(0 if report.passed else printing.EXIT_REFUSED)
