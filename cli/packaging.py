"""`lifeloop packaging`: plastic-free ratios from product files and from logged volumes, and what a swap does."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, design_choices
from cli.finite import FiniteRange
from cli.logging_entries import RESTATE_ROWS, encoding_option, restate_option, restating, sheet_option, warn, write_all, write_one
from cli.recordbook import is_moment, reading_book, records_option, who_option
from lca.errors import InputError, LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from circularity.packaging import Basis
    from circularity.swap import Swapped
    from records.packaging_table import VolumeOf
    from records.values import Draft

_json = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")
_definition = click.option(
    "--definition",
    "basis",
    type=click.Choice(["mass.all", "mass.without-excluded"]),
    default="mass.all",
    show_default=True,
    help="Count every component, or leave adhesives, inks, coatings and ESD protection out.",
)


@click.group("packaging")
@records_option
def command() -> None:
    """Plastic-free ratios of packaging, by product, market and year; every ratio names its definition."""


@command.command("ratio")
@click.argument("products", nargs=-1, required=True, metavar="PRODUCT...")
@click.option("--market", help="international, domestic or a country code (default: the product's own).")
@_definition
@design_choices
@printing.output_options
def ratio(
    products: tuple[str, ...], market: str | None, basis: Basis, choices: Choices, as_json: bool, as_csv: bool, output: Path | None
) -> None:
    """The plastic-free ratio of product files or shipped products.

    One that is refused does not stop the others: it is named on stderr and the exit code is 3.
    """
    rows = []
    for name in products:
        try:
            rows.append(_ratio(name, market, basis, choices))
        except LifeloopError as error:
            printing.refuse(error, as_json)
    if as_json:
        printing.write(printing.as_json_text(rows), output)
    elif as_csv:
        printing.write(printing.as_csv_text(rows), output)
    elif rows:
        printing.write(f"{_ratio_table(rows)}\n{_meaning(basis)}", output)
    sys.exit(printing.EXIT_REFUSED if len(rows) < len(products) else 0)


def _ratio(name: str, market: str | None, basis: Basis, choices: Choices) -> dict[str, Any]:
    from circularity.packaging import masses_of, plastic_free_ratio
    from inventories.packaging import components_of

    setting = choices.setting(name)
    product_file = setting.product_file
    masses = masses_of(components_of(product_file, market, setting.changes), basis)
    try:
        free = plastic_free_ratio(masses)
    except InputError as error:
        raise product_file.located(error) from error
    return {
        "product": product_file.product.id,
        "market": market or product_file.product.market,
        "definition": basis,
        "plastic_free_ratio": free,
        "total_mass": masses.total,
        "plastic_mass": masses.plastic,
        "unit": "kg",
    }


def _ratio_table(rows: list[dict[str, Any]]) -> str:
    shown = [
        {
            "product": row["product"],
            "market": row["market"],
            "plastic-free": f"{row['plastic_free_ratio']:.1%}",
            "packaging, g": significant(1000 * row["total_mass"]),
            "plastic, g": significant(1000 * row["plastic_mass"]),
        }
        for row in rows
    ]
    return printing.table(shown, right=("plastic-free", "packaging, g", "plastic, g"))


def _meaning(name: str) -> str:
    from circularity.packaging import definition_named

    made = definition_named(name)
    return f"definition {made.id}: {made.title}; {made.formula}"


@command.command("add")
@click.argument("product")
@click.option("--market", required=True, help="international, domestic or a country code.")
@click.option("--year", required=True, type=int, help="Year of sale; the entry is dated on its last day.")
@click.option("--units", required=True, type=float, help="Units sold.")
@click.option("--key", help="Idempotency key; the same key with the same content adds nothing.")
@click.option("--evidence", type=click.Path(path_type=Path), help="Document behind the figure; its digest is logged.")
@click.option("--source", help="Where the figure comes from.")
@click.option("--note", help="A remark.")
@click.option("--reason", help="Why a closed period is restated.")
@who_option
@records_option
@_json
def add(product: str, key: str | None, evidence: Path | None, reason: str | None, who: str, as_json: bool, **said: Any) -> None:
    """Log the units of PRODUCT sold in a market and year, in the packaging of its file; prints the entry's id."""
    from circularity.evidence import evidence_of
    from circularity.years import not_later
    from inventories.packaging_volumes import volume_of
    from inventories.shipped import load
    from lca.ledger import today
    from records.restating import COMPUTED
    from records.values import Draft

    market, year, units = said.pop("market"), said.pop("year"), said.pop("units")
    try:
        volume = volume_of(load(product), market, not_later(year, today().year), units, {k: v for k, v in said.items() if v})
        if evidence:
            volume = volume.model_copy(update={"evidence": (evidence_of(evidence),)})
    except LifeloopError as error:
        printing.stop(error, as_json)
    write_one(Draft("packaging", volume, date(year, 12, 31), who, key, reason), as_json, lambda _: COMPUTED["packaging"])


@command.command("import")
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--preview", is_flag=True, help="Show what would be logged and write nothing.")
@sheet_option
@encoding_option
@restate_option
@click.option("--reason", help="Why a closed period, or an entry, is restated.")
@who_option
@records_option
@_json
def import_(table: Path, preview: bool, restate: bool, who: str, as_json: bool, **how: Any) -> None:
    """Log a table, CSV or Excel, whole or not at all; the same table twice adds nothing. `lifeloop packaging template` writes one.

    An entry keeps the packaging that it was logged with; --restate logs that of today's product file instead.
    """
    from lca.ledger import today
    from records.packaging_table import read_packaging
    from records.restating import COMPUTED

    anew = restating(restate, how["reason"])
    try:
        drafts = read_packaging(table, _volume_by_name(), who, this_year=today().year, **how)
    except LifeloopError as error:
        printing.stop(error, as_json)
    if preview:
        _preview(drafts, as_json)
        return
    made = write_all(drafts, as_json, lambda _: COMPUTED["packaging"], anew, RESTATE_ROWS)
    printing.write(printing.as_json_text(made.to_dict()) if as_json else made.sentence, None)


def _volume_by_name() -> VolumeOf:
    from inventories.packaging_volumes import volume_of
    from inventories.shipped import load

    files = functools.cache(load)
    return lambda product, market, year, units, said: volume_of(files(product), market, year, units, said)


def _preview(drafts: Sequence[Draft], as_json: bool) -> None:
    from records.kinds import kind_named

    rows = [json.loads(kind_named(draft.kind).text(draft.content)) | {"key": draft.key} for draft in drafts]
    if as_json:
        printing.write(printing.as_json_text(rows), None)
        return
    shown = [{k: row[k] for k in ("product", "market", "year")} | {"units": f"{row['units']:,.10g}"} for row in rows]
    masses = [{"packaging, t": significant(row["total_t"]), "plastic, t": significant(row["plastic_t"])} for row in rows]
    table = [a | b for a, b in zip(shown, masses, strict=True)]
    printing.write(printing.table(table, right=("year", "units", "packaging, t", "plastic, t")), None)
    click.echo(f"{len(rows)} rows; nothing was written")


@command.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--chinese", is_flag=True, help="Headers in Chinese.")
def template(file: Path, chinese: bool) -> None:
    """Write an empty table of yearly volumes to fill in, .xlsx or .csv; nothing is overwritten."""
    from records.packaging_table import COLUMNS
    from records.spreadsheets import write_template

    try:
        write_template(file, COLUMNS, chinese)
    except InputError as error:
        printing.stop(error, as_json=False)
    click.echo(str(file))


@command.command("list")
@records_option
@printing.output_options
def list_(as_json: bool, as_csv: bool, output: Path | None) -> None:
    """The logged volumes that count, in the order of writing."""
    with reading_book(as_json) as book:
        entries = book.entries("packaging")
    names = ("product", "market", "year", "units", "total_t", "plastic_t")
    rows = [{"id": entry.id} | {name: entry.content[name] for name in names} for entry in entries]
    if as_json:
        printing.write(printing.as_json_text(rows), output)
    elif as_csv:
        printing.write(printing.as_csv_text(rows), output)
    elif rows:
        shown = [row | {name: significant(float(row[name])) for name in ("units", "total_t", "plastic_t")} for row in rows]
        printing.write(printing.table(shown, right=("units", "total_t", "plastic_t")), output)
    else:
        click.echo("No entries.", err=True)


@command.command("status")
@_definition
@click.option("--by-model", is_flag=True, help="Ratios of each model by itself, too.")
@click.option("--at-least", type=FiniteRange(0, 1), default=1.0, show_default=True, help="Ratio from which on a model is covered.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="Sales up to this day, whenever recorded.")
@click.option("--known-at", callback=is_moment, metavar="TIME", help="As the book stood at this moment (record time).")
@records_option
@_json
def status(basis: Basis, by_model: bool, at_least: float, at: datetime | None, known_at: datetime | None, as_json: bool) -> None:
    """Ratios of all units sold by year, market and model, their change in percentage points, and the models covered."""
    from circularity.volumes import coverage, overlaps, roll_up, roll_up_by_model, sold

    with reading_book(as_json) as book:
        rows = sold(book, at=at.date() if at else None, known_at=known_at)
        rolled, covered = roll_up(rows, basis), coverage(rows, basis, at_least)
    doubts = [overlap.sentence for overlap in overlaps(rows)]
    found = [row.to_dict() for row in [*(roll_up_by_model(rows, basis) if by_model else []), *rolled]]
    if as_json:
        answer = {"roll_up": found, "coverage": [c.to_dict() for c in covered], "warnings": doubts}
        printing.write(printing.as_json_text(answer), None)
    elif found:
        printing.write(_status_table(found, by_model), None)
        for one in covered:
            click.echo(one.sentence)
        click.echo(_meaning(f"units.{basis}") + f"; a model is covered from a ratio of {at_least:.3g} on")
    else:
        click.echo("No entries.", err=True)
    for doubt in doubts:
        warn(doubt, as_json)


def _status_table(found: list[dict[str, Any]], by_model: bool) -> str:
    shown = [
        ({"model": row["product"]} if by_model else {})
        | {
            "year": row["year"],
            "market": row["market"],
            "plastic-free": f"{row['plastic_free_ratio']:.1%}",
            "points": _signed(row["change_points"]),
            "packaging, t": significant(row["total_mass"]),
            "plastic, t": significant(row["plastic_mass"]),
            "units": significant(row["units_sold"]),
            "models": row["models"],
        }
        for row in found
    ]
    return printing.table(shown, right=[name for name in shown[0] if name not in {"market", "model"}])


def _signed(value: float | None) -> str:
    return "" if value is None else ("+" if value > 0 else "-" if value < 0 else "") + significant(abs(value))


def _split(_ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, float, float]]:
    made = []
    for text in values:
        name, _, numbers = text.partition("=")
        share, _, covered = numbers.partition(":")
        try:
            made.append((name, float(share), float(covered or 1)))
        except ValueError as error:
            raise click.BadParameter(f"{text!r} is not of the form MARKET=SHARE or MARKET=SHARE:COVERED") from error
    return made


def _material(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[str, float] | None:
    if text is None:
        return None
    name, _, grams = text.rpartition("=")
    try:
        mass = float(grams)
    except ValueError:
        mass = -1.0
    if not name or not 0 <= mass < float("inf"):
        raise click.BadParameter(f"{text!r} is not of the form MATERIAL=GRAMS")
    return name, mass


@command.command("swap")
@click.argument("products", nargs=-1, required=True, metavar="PRODUCT...")
@click.option("--component", default="tray", show_default=True, help="The component that is swapped.")
@click.option("--before", callback=_material, metavar="MATERIAL=GRAMS", help="What it was made of (default: as in the file).")
@click.option("--after", callback=_material, metavar="MATERIAL=GRAMS", help="What it is made of now (default: as in the file).")
@click.option(
    "--market",
    "markets",
    multiple=True,
    callback=_split,
    default=("international=1",),
    show_default=True,
    metavar="MARKET=SHARE[:COVERED]",
    help="Share of the units sold in a market, and the share of these that gets the swap.",
)
@_definition
@design_choices
@_json
def swap(products: tuple[str, ...], basis: Basis, choices: Choices, as_json: bool, **asked: Any) -> None:
    """What another material of one component does to the ratio and to kg CO2e, market by market."""
    from circularity.swap import totals

    try:
        rows = [row for name in dict.fromkeys(products) for row in _swapped(name, basis, choices, **asked)]
        every = [row.to_dict() for row in rows] + totals(rows)
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        printing.write(printing.as_json_text(every), None)
        return
    printing.write(_swap_table(every), None)
    click.echo(f"{_meaning(basis)}; kg CO2e per unit, cradle to grave, every model sold alike")


def _swapped(
    name: str, basis: Basis, choices: Choices, component: str, before: Any, after: Any, markets: list[tuple[str, float, float]]
) -> list[Swapped]:
    from circularity.swap import Market, Swapped, check_split
    from inventories.packaging import design_in, with_component

    split = [Market(*said) for said in markets]
    check_split(split)
    setting = choices.setting(name)
    product_file = setting.product_file
    of_file = product_file.product
    old, new = (
        replace(setting, product_file=replace(product_file, product=with_component(of_file, component, *m))) if m else setting
        for m in (before, after)
    )
    try:
        return [Swapped(of_file.id, m, basis, design_in(old, m.name, basis), design_in(new, m.name, basis)) for m in split]
    except InputError as error:
        raise product_file.located(error) from error


def _swap_table(rows: list[dict[str, Any]]) -> str:
    shown = [
        {
            "product": row["product"],
            "market": row["market"],
            "plastic-free before": f"{row['ratio_before']:.1%}",
            "after": f"{row['ratio_after']:.1%}",
            "points": _signed(row["change_points"]),
            "packaging, g": f"{significant(1000 * row['packaging_mass_before'])} -> {significant(1000 * row['packaging_mass_after'])}",
            "kg CO2e before": significant(row["footprint_before"], 4),
            "change, kg CO2e": _signed(row["footprint_change"]),
        }
        for row in rows
    ]
    return printing.table(shown, right=[name for name in shown[0] if name not in {"product", "market"}])
