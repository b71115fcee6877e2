"""`lifeloop target`: emission targets and shares, their paths, on, behind or ahead of them, and the log of reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.entry_options import Logging, entry_options
from cli.logging_entries import warn
from cli.recordbook import is_moment, reading_book, records_option
from lca.errors import InputError, LifeloopError, Problem, nearest
from lca.rounding import significant

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from company.account import Account
    from company.indicators import Review
    from company.targets import Standing

_json = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")
_known_at = click.option("--known-at", callback=is_moment, metavar="TIME", help="As the book stood at this moment (record time).")
_YEAR = click.IntRange(1990, 2100)


@click.group("target")
@records_option
def command() -> None:
    """Targets for emissions, renewable electricity and suppliers' green electricity, and where they stand."""


def _with_comma(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else value.replace(",", "+").replace(" ", "")


@command.command("add")
@click.option("--id", "id", required=True, help="The target's id; logged again, it is the new wording of the same target.")
@click.option(
    "--metric",
    type=click.Choice(["emissions", "renewable_share", "supplier_green_share"]),
    default="emissions",
    show_default=True,
    help="What is measured.",
)
@click.option("--scopes", callback=_with_comma, metavar="1,2", help="Scopes, of emissions.")
@click.option("--scope2", "method", type=click.Choice(["location", "market", "unstated"]), help="How scope 2 is accounted.")
@click.option("--segment", help="Only this part of the company.")
@click.option("--supply-chain", help="Supply chain, of suppliers' green electricity.")
@click.option("--weight", type=click.Choice(["spend", "volume", "electricity", "mean"]), help="What suppliers are weighted by.")
@click.option("--base-year", type=_YEAR, required=True, help="Year that is measured against.")
@click.option("--base-value", type=float, help="Its value (default: from the entries).")
@click.option("--target-year", type=_YEAR, required=True, help="Year in which it shall be reached.")
@click.option(
    "--path",
    type=click.Choice(["linear", "sbti_1_5c", "sbti_well_below_2c", "net_zero"]),
    default="linear",
    show_default=True,
    help="Straight line; SBTi's absolute contraction of 4.2 % or 2.5 % a year; net zero with a residual.",
)
@click.option("--reduction", type=float, help="0.7 for -70 % against the base year (linear).")
@click.option("--residual", type=float, help="0.1 for 10 % of the base year that may remain and is neutralised (net zero).")
@click.option("--share", type=float, help="0.5 for 50 % (shares).")
@click.option("--wording", help="The publisher's words.")
@entry_options
def add(logging: Logging, **fields: Any) -> None:
    """Log a target, dated when it was set; prints the entry's id."""
    logging.log(("target", fields))


@command.command("list")
@_known_at
@records_option
@_json
def list_(known_at: datetime | None, as_json: bool) -> None:
    """The targets in their newest wording."""
    from company.account import Account

    with reading_book(as_json) as book:
        targets = Account(book, known_at=known_at).targets()
    if as_json:
        printing.write(printing.as_json_text([t.model_dump(mode="json") for t in targets]), None)
    elif targets:
        rows = [
            {
                "id": t.id,
                "measures": t.measures,
                "segment": t.segment or "",
                "base": t.base_year,
                "target": t.target_year,
                "path": t.path,
                "end": _end(t.model_dump()),
                "source": t.source,
            }
            for t in targets
        ]
        printing.write(printing.table(rows), None)
    else:
        click.echo("No targets.", err=True)


def _end(told: dict[str, Any]) -> str:
    signs = {"reduction": "-{:.3g} %", "residual": "{:.3g} % remain", "share": "{:.3g} %"}
    return next((text.format(100 * told[name]) for name, text in signs.items() if told[name] is not None), "by its path")


@command.command("status")
@click.option("--year", type=_YEAR, help="The year (default: for each target the last one in which its value is known).")
@click.option("--id", "wanted", multiple=True, help="Only this target.")
@_known_at
@click.option("--plot", type=printing.PICTURE, help="Draw base years, paths, actual values and statuses to this file (.svg, .png or .pdf).")
@records_option
@_json
def status(year: int | None, wanted: tuple[str, ...], known_at: datetime | None, plot: Path | None, as_json: bool) -> None:
    """Each target beside its path: on, behind or ahead; and its last review."""
    from company.account import Account

    with reading_book(as_json) as book:
        account = Account(book, known_at=known_at)
        try:
            standings = _standings(account, year, wanted)
        except LifeloopError as error:
            printing.stop(error, as_json, printing.EXIT_USAGE)
        reviews = account.last_reviews()
        tracks = [(s, account.values(s.target, s.year)) for s in standings] if plot else []
    rows = [s.to_dict() | {"last_review": _review(reviews.get(s.target.id))} for s in standings]
    if as_json:
        printing.write(printing.as_json_text(rows), None)
    elif rows:
        printing.write(printing.table([_shown(row) for row in rows], right=("base", "path says", "actual", "gap")), None)
    else:
        click.echo("No targets.", err=True)
    if not as_json:
        for text in dict.fromkeys(f"{s.target.id}: {text}" for s in standings for text in s.warnings):
            warn(text, as_json)
    if plot and tracks:
        from cli.target_plots import plot_targets

        plot_targets(tracks, plot)


def _standings(account: Account, year: int | None, wanted: tuple[str, ...]) -> list[Standing]:
    targets = {t.id: t for t in account.targets()}
    for name in wanted:
        if name not in targets:
            hint = nearest(name, targets) or f"targets: {', '.join(targets) or 'none'}"
            raise InputError(Problem("no target of that id", field="id", value=name, hint=hint))
    chosen = [t for t in targets.values() if not wanted or t.id in wanted]
    return [account.latest_standing(t) if year is None else account.standing(t, year) for t in chosen]


def _review(found: tuple[date, Review] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    happened, review = found
    following = review.next_review.isoformat() if review.next_review else None
    return {"date": happened.isoformat(), "outcome": review.outcome, "reviewer": review.reviewer, "next_review": following}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    share = row["unit"] == "share"

    def value(name: str) -> str:
        found = row[name]
        return "" if found is None else f"{found:.1%}" if share else significant(found, 4)

    review = row["last_review"]
    return {
        "target": row["id"],
        "measures": row["measures"] + (f", {row['segment']}" if row["segment"] else ""),
        "year": row["year"],
        "base": value("base"),
        "path says": value("expected"),
        "actual": value("actual"),
        "gap": "" if row["gap"] is None else f"{100 * row['gap']:+.1f} points" if share else value("gap"),
        "unit": row["unit"],
        "status": row["status"],
        "last review": f"{review['date']} {review['outcome']}" if review else "never",
    }


@command.command("review")
@click.argument("target_id")
@click.option("--outcome", type=click.Choice(["confirmed", "changed", "rejected", "noted"]), required=True, help="What came of it.")
@click.option("--reviewer", required=True, help="Who looked at it.")
@click.option("--next-review", type=click.DateTime(["%Y-%m-%d"]), help="When it is looked at again.")
@entry_options
def review(logging: Logging, target_id: str, outcome: str, reviewer: str, next_review: datetime | None) -> None:
    """Log that somebody reviewed the target TARGET_ID."""
    from company.account import Account

    with reading_book(logging.as_json) as book:
        known = [t.id for t in Account(book).targets()]
    if target_id not in known:
        hint = nearest(target_id, known) or f"targets: {', '.join(known) or 'none'}"
        error = InputError(Problem("no target of that id", field="target", value=target_id, hint=hint))
        printing.stop(error, logging.as_json, printing.EXIT_USAGE)
    following = next_review.date().isoformat() if next_review else None
    logging.log(("review", {"subject": target_id, "outcome": outcome, "reviewer": reviewer, "next_review": following}))


@command.command("reviews")
@_known_at
@records_option
@_json
def reviews(known_at: datetime | None, as_json: bool) -> None:
    """The log of reviews, in the order of writing."""
    with reading_book(as_json) as book:
        entries = book.entries("review", known_at=known_at)
    rows = [{"id": e.id, "date": e.happened.isoformat(), "who": e.who} | dict(e.content) for e in entries]
    if as_json:
        printing.write(printing.as_json_text(rows), None)
    elif rows:
        names = ("date", "subject", "outcome", "reviewer", "next_review", "note")
        printing.write(printing.table([{name: row.get(name, "") for name in names} for row in rows]), None)
    else:
        click.echo("No reviews.", err=True)
