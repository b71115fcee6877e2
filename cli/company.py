"""`lifeloop company`: emissions by scope and category, inventory, intensities that say what they are, and trends."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.company_add import command as add
from cli.company_import import command as import_
from cli.logging_entries import warn
from cli.recordbook import is_moment, reading_book, records_option
from lca.errors import InputError, LifeloopError, Problem
from lca.rounding import significant

if TYPE_CHECKING:
    from company.inventory import Inventory, Total
    from company.scopes import Scope
    from company.trend_rows import TrendRow

KINDS = ("emission", "electricity", "sale", "indicator", "recalculation")
_json = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")
_year = click.option("--year", type=click.IntRange(1990, 2100), help="The year (default: the last one with emissions).")
_known_at = click.option("--known-at", callback=is_moment, metavar="TIME", help="As the book stood at this moment (record time).")
_scopes = click.option("--scopes", metavar="1,2", help="The scopes that are added up.")
_scope2 = click.option("--scope2", "method", metavar="METHOD", help="How scope 2 is accounted: location, market or unstated.")


@click.group("company")
@records_option
def command() -> None:
    """The company's own account: scopes 1 to 3, intensities with their definition, change from year to year."""


command.add_command(add)
command.add_command(import_)


@command.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only entries of this kind.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="Events up to this day, whenever recorded.")
@_known_at
@records_option
@printing.output_options
def list_(kind: str | None, at: datetime | None, known_at: datetime | None, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """The entries of the account, kind by kind, in the order of writing."""
    with reading_book(as_json) as book:
        kinds = (kind,) if kind else KINDS
        entries = [e for k in kinds for e in book.entries(k, at=at.date() if at else None, known_at=known_at)]
    rows = [{"id": e.id, "kind": e.kind, "date": e.happened.isoformat(), "who": e.who} for e in entries]
    if as_json:
        printing.write(printing.as_json_text([row | {"content": dict(e.content)} for row, e in zip(rows, entries, strict=True)]), output)
        return
    shown = [row | {"content": _content(e.content)} for row, e in zip(rows, entries, strict=True)]
    if as_csv:
        printing.write(printing.as_csv_text(shown), output)
    elif shown:
        printing.write(printing.table(shown), output)
    else:
        click.echo("No entries.", err=True)


def _content(content: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in content.items() if not isinstance(value, dict | list))


@command.command("inventory")
@_year
@_known_at
@records_option
@printing.output_options
def inventory(year: int | None, known_at: datetime | None, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """A year's emissions by scope and category, with their basis, both scope-2 methods, and what to watch."""
    from company.account import Account
    from company.inventory import inventory as made

    with reading_book(as_json) as book:
        account = Account(book, known_at=known_at)
        try:
            found = made(account, account.year_or_last(year))
        except LifeloopError as error:
            printing.stop(error, as_json, printing.EXIT_USAGE)
    if as_json:
        printing.write(printing.as_json_text(found.to_dict()), output)
    elif as_csv:
        printing.write(printing.as_csv_text([row | {"scopes": "+".join(row["scopes"])} for row in found.to_dict()["rows"]]), output)
        for text in found.warnings:
            warn(text, as_json)
    else:
        printing.write(_inventory_text(found), output)


def _inventory_text(found: Inventory) -> str:
    from company.inventory import named

    rows = [
        {"emissions": named(b), "segment": b.segment, "basis": b.basis, "t CO2e": significant(b.co2e_t, 4), "entries": b.entries}
        for b in found.booked
    ]
    totals = [_total(t) for t in found.totals]
    blocks = [printing.table(rows, f"{found.year}, as entered", right=("t CO2e", "entries"))]
    if totals:
        blocks.append(printing.table(totals, "totals", right=("t CO2e", "share of all scopes", "year before", "change")))
    if found.own_assembly:
        blocks.append(
            f"Energy of own assembly, left out of category 3.1: {significant(found.own_assembly)} t CO2e (it is in scopes 1 and 2)."
        )
    if found.renewable_share is not None:
        blocks.append(f"Renewable electricity: {found.renewable_share:.1%} of what was used.")
    return "\n\n".join([*blocks, *(f"Warning: {text}" for text in found.warnings)])


def _total(total: Total) -> dict[str, str]:
    from company.scopes import spoken

    return {
        "scopes": spoken(total.amount.scopes, total.amount.method),
        "t CO2e": significant(total.amount.value, 4),
        "share of all scopes": "" if total.share_of_all is None else f"{total.share_of_all:.1%}",
        "year before": "" if total.before is None else significant(total.before, 4),
        "change": "" if total.change is None else f"{total.change.relative:+.1%}",
        "how": total.amount.how,
    }


@command.command("intensity")
@_scopes
@_scope2
@click.option("--per", metavar="NAME", help="What emissions are divided by: the name of a logged figure, such as revenue.")
@_year
@_known_at
@records_option
@_json
def intensity(scopes: str | None, method: str | None, per: str | None, year: int | None, known_at: datetime | None, as_json: bool) -> None:
    """Emissions per revenue or another figure. It cannot be had without its scopes, scope-2 method and denominator (exit 2)."""
    from company.account import Account

    try:
        chosen, how = _named(scopes, method)
        if per is None or not per.strip():
            raise InputError(Problem("an intensity names its denominator", field="per", hint="say --per revenue"))
    except LifeloopError as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    with reading_book(as_json) as book:
        account = Account(book, known_at=known_at)
        try:
            made = account.intensity(account.year_or_last(year), chosen, how, per.strip())
        except LifeloopError as error:
            printing.stop(error, as_json, printing.EXIT_USAGE)
    if as_json:
        printing.write(printing.as_json_text(made.to_dict()), None)
        return
    click.echo(str(made))
    below = made.denominator
    click.echo(
        f"{significant(made.emissions.value, 4)} t CO2e ({made.emissions.how}) / {below.value:,.12g} {below.unit} of {below.name} ({below.source})"
    )
    for text in made.emissions.warnings:
        click.echo(f"Warning: {text}", err=True)


def _named(scopes: str | None, method: str | None) -> tuple[tuple[Scope, ...], str | None]:
    """Scopes and scope-2 method as asked for. Raises InputError when one is missing or unknown."""
    from company.scopes import METHODS, read_scopes
    from lca.errors import nearest

    if scopes is None:
        raise InputError(Problem("the scopes must be named", field="scopes", hint="say --scopes 1,2"))
    chosen = read_scopes(scopes)
    if method is not None and method not in METHODS:
        raise InputError(
            Problem("not a scope-2 method", field="scope2", value=method, hint=nearest(method, METHODS) or f"one of {', '.join(METHODS)}")
        )
    if "2" in chosen and method is None:
        raise InputError(Problem("scope 2 needs its method", field="scope2", hint="say --scope2 market or --scope2 location"))
    return chosen, method if "2" in chosen else None


@command.command("trend")
@_scopes
@_scope2
@click.option("--per", metavar="NAME", help="Also the intensity per this figure, where it is logged.")
@_known_at
@records_option
@printing.output_options
def trend(
    scopes: str | None, method: str | None, per: str | None, known_at: datetime | None, as_json: bool, as_csv: bool, output: Path | None
) -> None:
    """Emissions of a set of scopes year by year, their change, and base years recalculated."""
    from company.account import Account
    from company.trend_rows import trend_rows

    try:
        chosen, how = _named(scopes, method)
    except LifeloopError as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    with reading_book(as_json) as book:
        account = Account(book, known_at=known_at)
        rows = trend_rows(account, chosen, how, per)
        refused = account.refused if "2" in chosen else {}
    for year, wrong in refused.items():
        warn(f"{year} is left out: {wrong}", as_json)
    if not rows:
        printing.stop(
            InputError(Problem("no year has a figure for these scopes", field="scopes", value=scopes)), as_json, printing.EXIT_USAGE
        )
    if as_json:
        printing.write(printing.as_json_text([row.to_dict() for row in rows]), output)
    elif as_csv:
        printing.write(printing.as_csv_text([_flat(row) for row in rows]), output)
    else:
        printing.write(printing.table([row.shown() for row in rows], right=("t CO2e", "change", "base year", "intensity")), output)
    if not as_json:
        for text in dict.fromkeys(text for row in rows for text in row.warnings):
            warn(text, as_json)


def _flat(row: TrendRow) -> dict[str, Any]:
    """A year of the trend as cells of a table."""
    told = row.to_dict()
    return {name: value for name, value in told.items() if name != "detail"} | {
        "scopes": "+".join(told["scopes"]),
        "warnings": "; ".join(told["warnings"]),
    }
