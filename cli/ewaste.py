"""`lifeloop ewaste`: log what was collected, reused, recycled, recovered, disposed, and add it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.logging_entries import (
    RESTATE_ROWS,
    as_day,
    as_labels,
    encoding_option,
    entry_options,
    evidence_content,
    evidence_option,
    json_option,
    restate_option,
    restating,
    sheet_option,
    warn,
    warn_of_future,
    write_all,
    write_one,
)
from cli.recordbook import is_moment, reading_book, records_option, who_option
from lca.errors import InputError
from lca.rounding import significant

if TYPE_CHECKING:
    from circularity.ewaste import MassOf
    from records.values import Draft

_UNSPECIFIED = "unspecified"
_LISTED = ("date", "treatment", "mass_t", "units", "stream", "region", "channel", "recycler", "product")
_by = click.option(
    "--by",
    multiple=True,
    type=click.Choice(["year", "month", "stream", "region", "channel", "recycler", "product"]),
    help="Divide further by this; may be repeated.",
)


def _as_wanted(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Labels as entries have them: phones are logged as weee-6."""
    from circularity.ewaste import stream_of

    labels = as_labels(ctx, parameter, values)
    try:
        return labels | ({"stream": stream_of(labels["stream"])} if "stream" in labels else {})
    except InputError as error:
        raise click.BadParameter(str(error), param=parameter) from error


_where = click.option("--where", multiple=True, callback=_as_wanted, metavar="NAME=VALUE", help="Only entries with this label.")
_since = click.option("--from", "since", callback=as_day, metavar="DAY", help="Events from this day on.")
_at = click.option("--at", callback=as_day, metavar="DAY", help="Events up to this day, whenever recorded.")
_known_at = click.option("--known-at", callback=is_moment, metavar="TIME", help="As the book stood at this moment (record time).")


@click.group("ewaste")
@records_option
def command() -> None:
    """E-waste: mass or devices by treatment, stream, region, channel and recycler, with evidence.

    Treatments are collected, reused, recycled, recovered and disposed. They are kept apart: one tonne can be logged as collected and as
    recycled.
    """


@command.command("add")
@click.option("--date", "happened", callback=as_day, required=True, metavar="DAY", help="When it happened.")
@click.option("--mass", type=float, help="How much, in --unit.")
@click.option("--units", type=float, help="How many devices; their mass is that of --product, or --unit-mass.")
@click.option("--unit", help="Unit of the mass: t, kg, g, 吨, 公斤; piece, 台 for units.")
@click.option("--treatment", required=True, help="collected, reused, recycled, recovered or disposed.")
@click.option("--stream", help="WEEE category: weee-1 to weee-6, a word such as phones, or your own.")
@click.option("--region", help="Where.")
@click.option("--channel", help="How it came in, such as trade-in.")
@click.option("--recycler", help="Who treated it.")
@click.option("--product", help="What it was: a product file or the id of a shipped product, or any name.")
@click.option("--unit-mass", type=float, metavar="KG", help="Mass of one device (default: of the product's file).")
@evidence_option
@entry_options
def add(happened: date, key: str | None, evidence: tuple[Path, ...], who: str, as_json: bool, **said: Any) -> None:
    """Log one entry and print its id."""
    from circularity.ewaste import KIND, content_of, unlikely_mass
    from records.values import Draft

    reason, weighing = said.pop("reason"), _Weighing()
    try:
        content = content_of(said, weighing.mass_of) | evidence_content(evidence)
    except InputError as error:
        printing.stop(error, as_json)
    warn_of_future(happened, as_json)
    doubt = unlikely_mass(content, weighing.mass_of) if said["unit_mass"] is not None else None
    if doubt:
        warn(doubt, as_json)
    write_one(Draft(KIND, content, happened, who, key, reason), as_json, weighing.computed)


_kind = click.option(
    "--kind",
    type=click.Choice(["ewaste", "placed"]),
    default="ewaste",
    show_default=True,
    help="What a row is: e-waste, or equipment put on the market.",
)


@command.command("import")
@click.argument("table", type=click.Path(path_type=Path))
@_kind
@click.option("--preview", is_flag=True, help="Show what would be logged and write nothing.")
@sheet_option
@encoding_option
@restate_option
@click.option("--reason", help="Why a closed period, or an entry, is restated.")
@who_option
@records_option
@json_option
def import_(table: Path, kind: str, preview: bool, restate: bool, as_json: bool, **how: Any) -> None:
    """Log a table, CSV or Excel, whole or not at all; the same table twice adds nothing. `lifeloop ewaste template` writes one.

    Devices keep the mass that they were logged with; --restate logs that of today's product file instead.
    """
    anew, weighing = restating(restate, how["reason"]), _Weighing()
    try:
        drafts = _read(kind, table, weighing.mass_of, how)
    except InputError as error:
        printing.stop(error, as_json)
    if kind == "ewaste":
        _doubt(drafts, weighing.mass_of, as_json)
    if preview:
        _preview(drafts, as_json)
        return
    written = write_all(drafts, as_json, weighing.computed, anew, RESTATE_ROWS)
    printing.write(printing.as_json_text(written.to_dict()) if as_json else written.sentence, None)


def _read(kind: str, table: Path, mass_of: MassOf, how: dict[str, Any]) -> list[Draft]:
    from lca.ledger import today
    from records.ewaste_table import read_ewaste
    from records.placed_table import read_placed

    if kind == "placed":
        return read_placed(table, this_year=today().year, **how)
    return read_ewaste(table, mass_of, today=today(), **how)


class _Weighing:
    """The mass of one device by its product's file, read once a product, and remembered by the product's id."""

    def __init__(self) -> None:
        self._by_name: dict[str, tuple[str, float]] = {}
        self._by_id: dict[str, float] = {}

    def mass_of(self, name: str) -> tuple[str, float]:
        """The id of a product and the mass of one in kg. Raises InputError."""
        from inventories.product_mass import product_mass

        if name not in self._by_name:
            self._by_name[name] = product_mass(name)
            self._by_id |= dict([self._by_name[name]])
        return self._by_name[name]

    def computed(self, draft: Draft) -> frozenset[str]:
        """The computed fields of devices that are weighed by their product's file; none of what was weighed or said."""
        from records.restating import COMPUTED

        content = _content(draft)
        declared = self._by_id.get(content.get("product", ""))
        return COMPUTED["ewaste"] if declared is not None and content.get("unit_mass_kg") == declared else frozenset()


def _doubt(drafts: Sequence[Draft], mass_of: MassOf, as_json: bool) -> None:
    from circularity.ewaste import unlikely_mass

    for doubt in dict.fromkeys(unlikely_mass(_content(draft), mass_of) for draft in drafts):
        if doubt:
            warn(doubt, as_json)


def _content(draft: Draft) -> dict[str, Any]:
    from pydantic import BaseModel

    content = draft.content
    return content.model_dump(mode="json", exclude_none=True) if isinstance(content, BaseModel) else dict(content)


def _preview(drafts: Sequence[Draft], as_json: bool) -> None:
    contents = [{"key": draft.key, "date": draft.happened.isoformat()} | _content(draft) for draft in drafts]
    if as_json:
        printing.write(printing.as_json_text(contents), None)
        return
    names = [name for name in _LISTED if any(c.get(name, _UNSPECIFIED) != _UNSPECIFIED for c in contents)]
    shown = [{name: c.get(name, "") for name in names} | {"mass_t": significant(c["mass_t"], 5)} for c in contents]
    printing.write(printing.table(shown, right=("mass_t", "units")), None)
    click.echo(f"{len(drafts)} rows, {_sums(contents)}; nothing was written")


def _sums(contents: Sequence[dict[str, Any]]) -> str:
    """`collected 7.0000 t, recycled 12.500 t`: by treatment, which are never added up; without treatments one sum."""
    sums: dict[str, float] = {}
    for content in contents:
        treatment = content.get("treatment", "")
        sums[treatment] = sums.get(treatment, 0.0) + content["mass_t"]
    return ", ".join(f"{treatment} {significant(mass, 5)} t".lstrip() for treatment, mass in sorted(sums.items()))


@command.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_kind
@click.option("--chinese", is_flag=True, help="Headers in Chinese.")
def template(file: Path, kind: str, chinese: bool) -> None:
    """Write an empty table to fill in, .xlsx or .csv; nothing is overwritten."""
    from records import ewaste_table, placed_table
    from records.spreadsheets import write_template

    try:
        write_template(file, placed_table.COLUMNS if kind == "placed" else ewaste_table.COLUMNS, chinese)
    except InputError as error:
        printing.stop(error, as_json=False)
    click.echo(str(file))


@command.command("list")
@_since
@_at
@_known_at
@_where
@records_option
@printing.output_options
def list_(as_json: bool, as_csv: bool, output: Path | None, **selection: Any) -> None:
    """The entries that count, in the order of writing."""
    from circularity.ewaste import KIND

    with reading_book(as_json) as book:
        entries = book.entries(KIND, **selection)
    rows: list[dict[str, Any]] = [
        {"id": e.id, "date": e.happened.isoformat()} | {name: e.content.get(name) for name in _LISTED[1:]} for e in entries
    ]
    if as_json:
        printing.write(printing.as_json_text([e.to_dict() for e in entries]), output)
    elif as_csv:
        printing.write(printing.as_csv_text(rows), output)
    elif rows:
        shown = [row | {"mass_t": significant(row["mass_t"]), "units": _count(row["units"])} for row in rows]
        printing.write(
            printing.table([{k: "" if v is None else v for k, v in row.items()} for row in shown], right=("mass_t", "units")), output
        )
    else:
        click.echo("No entries.", err=True)


def _count(units: float | None) -> str:
    return "" if units is None else f"{units:,.10g}"


@command.command("status")
@_by
@click.option("--units", "in_units", is_flag=True, help="Devices instead of tonnes: entries that were logged in units.")
@_since
@_at
@_known_at
@_where
@records_option
@printing.output_options
def status(by: tuple[str, ...], in_units: bool, as_json: bool, as_csv: bool, output: Path | None, **selection: Any) -> None:
    """Totals by treatment; a warning where more was treated in a year than collected."""
    from circularity.ewaste import by_treatment, implausible, rolled_up

    labels = tuple(dict.fromkeys(by))
    with reading_book(as_json) as book:
        found = by_treatment(book, dict.fromkeys(("year", *labels)), "units" if in_units else "mass_t", **selection)
    rows = _totals(rolled_up(found, labels), in_units)
    if as_json:
        printing.write(printing.as_json_text(rows), output)
    elif as_csv:
        printing.write(printing.as_csv_text(rows), output)
    elif rows:
        name = "units" if in_units else "mass"
        printing.write(printing.table([row | {name: significant(row[name], 5)} for row in rows], right=(name, "entries")), output)
    else:
        click.echo("No entries.", err=True)
    for said in [] if in_units else implausible(found):
        warn(said, as_json)


def _totals(rows: list[dict[str, Any]], in_units: bool) -> list[dict[str, Any]]:
    """Rows with their amount named; of units, only where any were logged (and how many entries gave them is not known)."""
    found = []
    for row in rows:
        labels = {name: value for name, value in row.items() if name not in {"amount", "entries"}}
        if not in_units:
            found.append(labels | {"mass": row["amount"], "unit": "t", "entries": row["entries"]})
        elif row["amount"]:
            found.append(labels | {"units": row["amount"], "unit": "piece"})
    return found


@command.command("placed")
@click.option("--year", type=click.IntRange(1990, 2100), required=True, help="Year in which it was put on the market.")
@click.option("--mass", type=float, required=True, help="How much, in --unit.")
@click.option("--unit", required=True, help="Unit of the mass: t, kg, 吨.")
@click.option("--stream", help="WEEE category.")
@click.option("--region", help="Where.")
@evidence_option
@entry_options
def placed(year: int, mass: float, unit: str, key: str | None, evidence: tuple[Path, ...], as_json: bool, **said: Any) -> None:
    """Log equipment put on the market in a year, the base of the collection rate. The entry is dated on the year's last day."""
    from circularity.ewaste import stream_of, tonnes
    from circularity.weee import PLACED_KIND
    from circularity.years import not_later
    from lca.ledger import today
    from records.values import Draft

    who, reason = said.pop("who"), said.pop("reason")
    try:
        content = {name: value for name, value in said.items() if value} | {
            "mass_t": tonnes(mass, unit),
            "year": not_later(year, today().year),
        }
        content |= evidence_content(evidence)
        content |= {"stream": stream_of(said["stream"])} if said["stream"] else {}
    except InputError as error:
        printing.stop(error, as_json)
    write_one(Draft(PLACED_KIND, content, date(year, 12, 31), who, key, reason), as_json)


@command.command("rates")
@click.option("--year", type=click.IntRange(1990, 2100), required=True, help="Year of the rates.")
@click.option("--region", help="Only entries of this region.")
@records_option
@json_option
def rates(year: int, region: str | None, as_json: bool) -> None:
    """Collection, recovery and recycling rates of the WEEE Directive, each with its definition and target."""
    from circularity.weee import rates as rates_of

    with reading_book(as_json) as book:
        found = [rate.to_dict() for rate in rates_of(book, year, region)]
    if as_json:
        printing.write(printing.as_json_text(found), None)
        return
    shown = [
        {
            "rate": r["definition"],
            "stream": r["stream"],
            "value": _percent(r["rate"]),
            "target": _percent(r["target"]),
            "note": r["note"] or "",
        }
        for r in found
    ]
    printing.write(printing.table(shown, right=("value", "target")), None)
    for definition, formula in {r["definition"]: r["formula"] for r in found}.items():
        click.echo(f"{definition}: {formula}")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
