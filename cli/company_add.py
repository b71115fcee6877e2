"""`lifeloop company add`: emissions, activities, electricity, products sold, figures such as revenue, changed base years."""

from __future__ import annotations

from typing import Any

import click

from cli import printing
from cli.company_activity import command as activity
from cli.company_import import say_refused_years
from cli.entry_options import Logging, entry_options
from cli.logging_entries import warn
from cli.recordbook import records_option
from lca.errors import InputError, LifeloopError

_SCOPES = ("1", "2", "3", "1+2", "1+2+3")
_METHODS = ("location", "market", "unstated")
_method = click.option("--scope2", "method", type=click.Choice(_METHODS), help="How scope 2 is accounted, where it is in the figure.")
_segment = click.option("--segment", help="Part of the company, such as phones (default: the whole).")
_wording = click.option("--wording", help="The publisher's words, where they matter.")


@click.group("add")
@records_option
def command() -> None:
    """Log one entry of the company's account; prints its id."""


@command.command("emission")
@click.option("--scopes", required=True, help="1, 2, 3, 1+2 or 1+2+3: what the figure covers.")
@click.option("--co2e", "co2e_t", type=float, required=True, help="t CO2e.")
@_method
@click.option("--category", help="3.1 to 3.15, of scope 3.")
@click.option("--basis", type=click.Choice(["reported", "implied"]), default="reported", show_default=True, help="How the figure is known.")
@click.option("--biogenic", "biogenic_co2_t", type=float, help="Biogenic CO2 in t, reported apart.")
@_segment
@_wording
@entry_options
def emission(logging: Logging, scopes: str, **fields: Any) -> None:
    """A figure that was published or follows from another one."""
    logging.log(("emission", fields | {"scopes": _set(scopes)}))


def _set(scopes: str) -> str:
    return "+".join(word for word in scopes.replace(",", "+").split("+") if word)


command.add_command(activity)


@command.command("electricity")
@click.option("--kwh", type=float, required=True, help="Electricity that was used, or that the instrument is for, in kWh.")
@click.option("--grid", required=True, help="Place of the grid, such as CN or CN-BJ.")
@click.option("--factor", type=float, help="kg CO2e per kWh (default: the grid's published average; 0 for a renewable instrument).")
@click.option("--residual", type=float, help="Residual mix of the grid, kg CO2e per kWh.")
@click.option("--instrument", type=click.Choice(["certificate", "contract", "supplier"]), help="What was bought, instead of used.")
@click.option("--renewable", is_flag=True, help="The instrument is for renewable electricity.")
@click.option("--site", help="Where it was used.")
@entry_options
def electricity(logging: Logging, grid: str, factor: float | None, instrument: str | None, renewable: bool, **fields: Any) -> None:
    """Electricity for scope 2, by location and by market: what was used, and the instruments that were bought for it."""
    made = fields | {"grid": grid, "factor": factor, "renewable": renewable}
    if instrument:
        if factor is None and not renewable:
            raise click.UsageError("say the --factor of the instrument, or --renewable")
        logging.log(("electricity", made | {"role": "instrument", "instrument": instrument, "factor": factor or 0.0}))
        say_refused_years(logging.as_json, {logging.happened.year})
        return
    if renewable:
        hint = (
            "of an own plant, log its electricity on a --grid of its own with --factor 0, and an instrument (contract) for it on that grid"
        )
        raise click.UsageError(f"--renewable is said of an --instrument; {hint}")
    if factor is None:
        from inventories.company_factors import grid_average

        try:
            found = grid_average(grid)
        except LifeloopError as error:
            printing.stop(error, logging.as_json)
        logging = logging.with_source(f"factor: {found.source} ({found.location})")
        made["factor"] = found.factor
    logging.log(("electricity", made | {"role": "consumption"}))


@command.command("sale")
@click.argument("product")
@click.option("--units", type=float, required=True, help="Units sold in the period.")
@click.option(
    "--transport-paid-by", type=click.Choice(["company", "customer"]), default="company", show_default=True, help="Category 3.4, or 3.9."
)
@click.option(
    "--assembly",
    type=click.Choice(["own", "supplier"]),
    default="supplier",
    show_default=True,
    help="Own: its energy is in scopes 1 and 2.",
)
@click.option("--market", help="Where they were sold.")
@entry_options
def sale(logging: Logging, product: str, **fields: Any) -> None:
    """Units of PRODUCT sold: its footprint by stage is kept in the entry, and fills categories 1, 4, 9, 11 and 12 of scope 3."""
    from inventories.company_factors import unit_footprint

    try:
        unit = unit_footprint(product)
    except LifeloopError as error:
        printing.stop(error, logging.as_json)
    from records.restating import COMPUTED

    logging.log(("sale", fields | unit), computed=lambda draft: COMPUTED[draft.kind])


@command.command("figure")
@click.argument("name")
@click.option("--value", type=float, help="The figure.")
@click.option("--text", help="A rating or another fact that is no number.")
@click.option("--unit", default="", help="Its unit, such as million RMB.")
@click.option("--part", default="", help="What it is of, where several parts add up.")
@click.option(
    "--bound", type=click.Choice(["exact", "at_most", "at_least", "about"]), default="exact", show_default=True, help="How it is bounded."
)
@click.option("--definition", default="", help="What is counted, and what is not.")
@_wording
@entry_options
def figure(logging: Logging, **fields: Any) -> None:
    """A dated figure or fact such as revenue (what intensities are per), removals, or a rating.

    A published intensity says in --definition or --wording its scopes, scope-2 method and denominator, or is refused.
    """
    from company.indicators import check_figure
    from company.intensity import check_stated

    try:
        check_figure(fields["name"], fields["value"], fields["unit"], fields["part"])
    except InputError as error:
        printing.stop(error, logging.as_json)
    try:
        check_stated(fields["name"], fields["unit"], f"{fields['definition']} {fields['wording'] or ''}".strip())
    except LifeloopError as error:
        printing.stop(error, logging.as_json, printing.EXIT_USAGE)
    logging.log(("indicator", fields))


@command.command("complete")
@click.option("--scopes", required=True, help="1, 2, 3, 1+2 or 1+2+3: of which all entries of the year are there.")
@click.option("--scope2", "method", type=click.Choice(_METHODS), help="Only by this method of scope 2 (default: by each).")
@click.option("--category", help="3.1 to 3.15, of scope 3: only of this category.")
@_segment
@entry_options
def complete(logging: Logging, scopes: str, method: str | None, category: str | None, segment: str | None) -> None:
    """Declare that the entries of a year are complete: their sum then stands for the whole, also beside a reported total."""
    from company.completeness import COMPLETE, declaration

    try:
        made = declaration(scopes, method, category, segment)
    except InputError as error:
        printing.stop(error, logging.as_json)
    logging.log(("indicator", {"name": COMPLETE, "part": made.part, "text": "all entries are there"}))


@command.command("recalculation")
@click.option("--base-year", type=int, required=True, help="The base year that would be another figure today.")
@click.option("--scopes", required=True, help="1, 2, 3, 1+2 or 1+2+3.")
@_method
@click.option("--change", "change_t", type=float, required=True, help="t CO2e that are added to the base year (negative: taken off).")
@click.option(
    "--why",
    "because",
    required=True,
    type=click.Choice(["acquisition", "divestment", "outsourcing", "insourcing", "method", "error"]),
    help="What changed.",
)
@click.option("--threshold", type=float, default=0.05, show_default=True, help="Part of the base year from which on it is recalculated.")
@entry_options
def recalculation(logging: Logging, scopes: str, because: str, **fields: Any) -> None:
    """A change of a base year; it is recalculated when all changes together reach the threshold."""
    logging.log(("recalculation", fields | {"scopes": _set(scopes), "reason": because}))
    _say_what_it_leaves(logging, fields["base_year"])


def _say_what_it_leaves(logging: Logging, base_year: int) -> None:
    """Warnings for targets whose base year some change does not reach."""
    from cli.recordbook import reading_book
    from company.account import Account

    with reading_book(logging.as_json) as book:
        account = Account(book)
        mine = [t for t in account.targets() if t.metric == "emissions" and t.base_year == base_year]
        said = [f"{t.id}: {note}" for t in mine for note in account.unchanged(t)]
    for text in said or ([] if mine else [f"no target is measured against {base_year} yet"]):
        warn(text, logging.as_json)
