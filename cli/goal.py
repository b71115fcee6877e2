"""`lifeloop goal`: set goals of any kind, log values that nothing else gives, and see how far along they are."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.logging_entries import as_day, as_labels, entry_options, evidence_content, evidence_option, warn, warn_of_future, write_one
from cli.recordbook import is_moment, reading_book, record_errors, records_option
from lca.errors import InputError, nearest
from lca.ledger import today
from lca.rounding import significant

if TYPE_CHECKING:
    from circularity.goals import Goal, Progress
    from records.values import Entry

_known_at = click.option("--known-at", callback=is_moment, metavar="TIME", help="As the book stood at this moment (record time).")


@click.group("goal")
@records_option
def command() -> None:
    """Goals: a metric, a period, a target. A metric of e-waste or packaging is computed from entries; others are logged."""


@command.command("add")
@click.option("--id", "goal_id", required=True, help="Short name of the goal.")
@click.option("--metric", required=True, help="What is counted, such as ewaste.recycled: see `lifeloop goal metrics`.")
@click.option("--unit", required=True, help="Unit of the target: t, piece, %, 1 for a share.")
@click.option("--target", type=float, required=True, help="Where the goal wants to be at the end of the period.")
@click.option("--from", "start", callback=as_day, required=True, metavar="DAY", help="First day of the period.")
@click.option("--to", "end", callback=as_day, required=True, metavar="DAY", help="Last day of the period.")
@click.option("--baseline", type=float, help="Where a level stands at the start (default: 0, of a metric of one's own it must be said).")
@click.option("--measure", type=click.Choice(["total", "level"]), help="Values add up, or the newest counts (default: by the metric).")
@click.option("--scope", multiple=True, callback=as_labels, metavar="NAME=VALUE", help="Only entries with this label; all without.")
@click.option("--source", help="Where the goal was published.")
@entry_options
def add(goal_id: str, as_json: bool, key: str | None, who: str, reason: str | None, **said: Any) -> None:
    """Set a goal and print the entry's id. The entry is dated on the first day of the goal's period."""
    from circularity.goal_values import METRICS, check_goal, metric_named
    from circularity.goals import KIND
    from company.intensity import check_stated
    from records.goal_entries import entry_key, goal_from
    from records.values import Draft

    try:
        check_stated(said["metric"], said["unit"], said["note"] or "", field="note")
        said["measure"] = said["measure"] or metric_named(said["metric"], said["unit"]).measure
        goal = check_goal(goal_from({"id": goal_id} | said))
    except InputError as error:
        printing.stop(error, as_json)
    if goal.metric not in METRICS:
        _say_how_to_log(goal, as_json)
    there, warnings = _there(goal, as_json)
    for text in warnings:
        warn(text, as_json)
    with record_errors(as_json):
        key = entry_key(goal, key, there)
    write_one(Draft(KIND, goal, goal.start, who, key, reason), as_json)


def _there(goal: Goal, as_json: bool) -> tuple[list[Entry], list[str]]:
    """Every entry of a goal with that id, taken back or not, and labels of its scope that no entry has; none where there is no book yet."""
    from circularity.goal_values import scope_not_there
    from cli.recordbook import records_place
    from records import open_book
    from records.errors import BookMissing

    with record_errors(as_json):
        try:
            with open_book(records_place()) as book:
                return book.entries("goal", where={"id": goal.id}, include_reversed=True), scope_not_there(book, goal)
        except BookMissing:
            return [], []


def _say_how_to_log(goal: Goal, as_json: bool) -> None:
    from circularity.goal_values import METRICS

    hint = nearest(goal.metric, METRICS)
    said = f"{goal.metric} is not computed from other entries: log it by `lifeloop goal log --metric {goal.metric}`"
    warn(f"{said}; {hint}" if hint else said, as_json)


@command.command("log")
@click.option("--metric", required=True, help="The goal's metric, such as materials.recycled_used.")
@click.option("--value", type=float, required=True, help="The value: an amount to add, or where a level stands.")
@click.option("--unit", required=True, help="Its unit: t, %, 1 for a share.")
@click.option("--date", "happened", callback=as_day, required=True, metavar="DAY", help="When it was so.")
@click.option("--region", help="Where.")
@click.option("--source", help="Where the figure comes from.")
@evidence_option
@entry_options
def log(happened: date, evidence: tuple[Path, ...], as_json: bool, key: str | None, who: str, reason: str | None, **said: Any) -> None:
    """Log a value of a metric that is not computed from e-waste entries, and print its id."""
    from circularity.goal_values import MEASURE_KIND, check_measure
    from circularity.years import not_later
    from company.intensity import check_stated
    from records.values import Draft

    try:
        content = {name: value for name, value in said.items() if value is not None} | evidence_content(evidence)
        check_stated(said["metric"], said["unit"], said["note"] or "", field="note")
        check_measure(said["metric"], said["unit"], said["value"])
        not_later(happened.year, today().year, "date")
    except InputError as error:
        printing.stop(error, as_json)
    warn_of_future(happened, as_json)
    write_one(Draft(MEASURE_KIND, content, happened, who, key, reason), as_json)


@command.command("metrics")
@printing.output_options
def metrics(as_json: bool, as_csv: bool, output: Path | None) -> None:
    """The metrics that are known, their unit, whether they add up, and what a scope may name."""
    from circularity.goal_values import METRICS

    rows = [
        {"metric": m.name, "unit": m.unit, "measure": m.measure, "scope": ", ".join(m.scope), "title": m.title} for m in METRICS.values()
    ]
    made = printing.as_json_text(rows) if as_json else printing.as_csv_text(rows) if as_csv else printing.table(rows)
    printing.write(made, output)


@command.command("list")
@_known_at
@records_option
@printing.output_options
def list_(as_json: bool, as_csv: bool, output: Path | None, known_at: datetime | None) -> None:
    """The goals that count, in the order of writing."""
    with reading_book(as_json) as book:
        entries = book.entries("goal", known_at=known_at)
    names = ("id", "metric", "unit", "target", "measure", "start", "end", "scope")
    rows: list[dict[str, Any]] = [{"entry": e.id} | {name: e.content.get(name) for name in names} for e in entries]
    if as_json:
        printing.write(printing.as_json_text([e.to_dict() for e in entries]), output)
        return
    flat = [row | {"scope": _scope(row["scope"])} for row in rows]
    if as_csv:
        printing.write(printing.as_csv_text(flat), output)
    elif flat:
        printing.write(printing.table([row | {"target": significant(row["target"], 5)} for row in flat], right=("target",)), output)
    else:
        click.echo("No goals.", err=True)


def _scope(scope: dict[str, str] | None) -> str:
    return ", ".join(f"{name}={value}" for name, value in (scope or {}).items())


@command.command("status")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--at", callback=as_day, metavar="DAY", help="Events up to this day, whenever recorded (default: today).")
@_known_at
@click.option("--plot", type=printing.PICTURE, help="Draw the paths to this file (.svg, .png or .pdf).")
@records_option
@printing.output_options
def status(
    ids: tuple[str, ...], at: date | None, known_at: datetime | None, plot: Path | None, as_json: bool, as_csv: bool, output: Path | None
) -> None:
    """How far along each goal is at a day, how much time is gone, what is needed a year, and when it will be reached."""
    from circularity.goal_values import readings_of
    from circularity.goals import path, progress
    from records.goal_entries import goals_of

    at = at or today()
    with reading_book(as_json) as book:
        goals = goals_of(book, known_at, ids)
        told = [readings_of(book, goal, at, known_at) for goal in goals]
    found = [progress(goal, readings, at) for goal, readings in zip(goals, told, strict=True)]
    _print_status(found, as_json, as_csv, output)
    if plot and found:
        from cli.goal_plots import plot_goals

        plot_goals([(one, path(one.goal, readings.values, at)) for one, readings in zip(found, told, strict=True)], plot)


def _print_status(found: list[Progress], as_json: bool, as_csv: bool, output: Path | None) -> None:
    if as_json:
        printing.write(printing.as_json_text([one.to_dict() for one in found]), output)
    elif as_csv:
        printing.write(printing.as_csv_text([_flat(one) for one in found]), output)
    elif found:
        rows = [_shown(one) for one in found]
        printing.write(printing.table(rows, right=[name for name in rows[0] if name not in {"id", "metric", "unit", "reached"}]), output)
    else:
        click.echo("No goals.", err=True)
    if not as_json:
        for one in found:
            for text in one.warnings:
                warn(f"{one.goal.id}: {text}", as_json)


def _flat(one: Progress) -> dict[str, Any]:
    made = one.to_dict() | {"scope": _scope(one.goal.scope)}
    forecast, warnings = made.pop("forecast") or {}, "; ".join(made.pop("warnings"))
    return made | {f"forecast_{name}": forecast.get(name) for name in ("date", "low", "high")} | {"warnings": warnings}


def _shown(one: Progress) -> dict[str, str]:
    forecast = one.forecast
    when = ""
    if forecast:
        low, high = forecast.low.isoformat(), forecast.high.isoformat() if forecast.high else "never"
        when = forecast.on.isoformat() + ("" if low == high else f" ({low} to {high})")
    return {
        "id": one.goal.id,
        "metric": one.goal.metric,
        "target": significant(one.goal.target, 5),
        "achieved": _amount(one.achieved),
        "remaining": _amount(one.remaining),
        "unit": one.goal.unit,
        "done": "" if one.completion is None else f"{one.completion:.2%}",
        "time": f"{one.elapsed:.1%}",
        "needed a year": "" if one.required_rate is None else significant(one.required_rate),
        "reached": when,
    }


def _amount(value: float | None) -> str:
    return "" if value is None else ("-" if value < 0 else "") + significant(abs(value), 5)
