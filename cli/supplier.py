"""`lifeloop supplier`: the register of suppliers, counts at any date, green electricity by weight, rules, due diligence."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.company_import import import_table, write_template
from cli.entry_options import Logging, entry_options
from cli.finite import FiniteRange
from cli.logging_entries import encoding_option, sheet_option, warn
from cli.recordbook import is_moment, reading_book, records_option, who_option
from lca.errors import LifeloopError
from lca.ledger import folded, today
from lca.rounding import significant

if TYPE_CHECKING:
    from company.supplier_report import Register

_json = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")
_known_at = click.option("--known-at", callback=is_moment, metavar="TIME", help="As the book stood at this moment (record time).")
_at = click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Statuses up to this day, whenever recorded (default: today, with figures dated on the last day of the running year).",
)
_chain = click.option("--chain", help="Supply chain, such as phones or vehicles.")
_STATUSES = (
    "registered",
    "data_verified",
    "target_set",
    "green_electricity",
    "sbti",
    "emissions",
    "conflict_minerals_asked",
    "conflict_minerals_answered",
    "audited",
    "findings",
    "findings_closed",
    "contract_ended",
)


@click.group("supplier")
@records_option
def command() -> None:
    """The supplier register: dated statuses with evidence, and what they count up to."""


@command.command("add")
@click.argument("supplier")
@click.option("--status", type=click.Choice(_STATUSES), default="registered", show_default=True, help="What holds from that day on.")
@click.option("--ended", is_flag=True, help="The status no longer holds from that day on.")
@click.option("--value", type=float, help="Share 0 to 1 of green electricity; t CO2e of the year; number of findings.")
@click.option("--count", type=click.IntRange(min=0), default=1, show_default=True, help="Suppliers (or audits) the entry speaks for.")
@click.option(
    "--bound",
    type=click.Choice(["exact", "at_most", "at_least", "about"]),
    default="exact",
    show_default=True,
    help="How they are bounded.",
)
@_chain
@click.option("--tier", type=click.IntRange(1, 20), help="Tier; 1 delivers to us.")
@click.option("--category", help="What is bought, such as batteries.")
@click.option("--spend", type=float, help="Bought in a year, in one currency for the whole register.")
@click.option("--volume", type=float, help="Bought in a year, in one unit for the whole register.")
@click.option("--electricity", "electricity_kwh", type=float, help="kWh that the supplier uses for us in a year.")
@click.option("--definition", help="What the figure counts, and with which weight, where it was published.")
@click.option("--wording", help="The publisher's words, where they matter.")
@entry_options
def add(logging: Logging, ended: bool, **fields: Any) -> None:
    """Log a status of SUPPLIER, or of a named group of suppliers where only their count is known; prints the entry's id."""
    logging.log(("supplier", fields | {"holds": not ended}))
    if logging.day and logging.happened > today():
        warn(f"{logging.happened} lies in the future: it counts from that day on", logging.as_json)


@command.command("import")
@click.argument("table", type=click.Path(path_type=Path))
@sheet_option
@encoding_option
@click.option("--preview", is_flag=True, help="Show what would be logged and write nothing.")
@click.option("--template", is_flag=True, help="Write TABLE as an empty table to fill in, and log nothing.")
@click.option("--chinese", is_flag=True, help="Of the template: headers in Chinese.")
@click.option("--reason", help="Why a closed period is restated.")
@who_option
@records_option
@_json
def import_(table: Path, template: bool, chinese: bool, as_json: bool, **said: Any) -> None:
    """Log a CSV or Excel table of statuses, whole or not at all; the same table twice adds nothing."""
    if template:
        write_template("supplier", table, chinese, as_json)
        return
    import_table("supplier", table, as_json=as_json, **said)


@command.command("list")
@_chain
@_at
@_known_at
@click.option("--all", "history", is_flag=True, help="Every status that was logged, not only what holds.")
@records_option
@printing.output_options
def list_(
    chain: str | None, at: datetime | None, known_at: datetime | None, history: bool, as_json: bool, as_csv: bool, output: Path | None
) -> None:
    """What holds for each supplier at a day; audits, findings and ended contracts are events, and each is listed."""
    from company.supplier_report import register

    with reading_book(as_json) as book:
        found = register(book, _day(at), known_at)
    rows = [row for row in found.rows(history) if chain is None or folded(chain) == folded(row["chain"])]
    if as_json:
        printing.write(printing.as_json_text(rows), output)
    elif as_csv:
        printing.write(printing.as_csv_text(rows), output)
    elif rows:
        names = ("chain", "supplier", "status", "since", "value", "count", "tier", "category", "evidence")
        printing.write(printing.table([{n: "" if row[n] is None else row[n] for n in names} for row in rows]), output)
    else:
        click.echo("No entries.", err=True)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


@command.command("status")
@_chain
@_at
@_known_at
@click.option(
    "--weight",
    type=click.Choice(["spend", "volume", "electricity", "mean"]),
    help="What green electricity is weighted by (default: the first of spend, volume, electricity that is logged, else the plain mean).",
)
@click.option("--cut", type=FiniteRange(0, 1, max_open=True), default=0.05, show_default=True, help="Rule: cut of emissions a year.")
@click.option(
    "--as-scenario",
    "scenario",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the green share of --chain as a scenario file for `lifeloop assess --scenarios`.",
)
@click.option("--tiers", default="all", show_default=True, help="Of the scenario: tiers of the product's supply chain that take part.")
@click.option("--technology", default="electricity, wind", show_default=True, help="Of the scenario: generation that replaces the grid.")
@records_option
@_json
def status(chain: str | None, at: datetime | None, known_at: datetime | None, as_json: bool, scenario: Path | None, **asked: Any) -> None:
    """Counts by status, green electricity by weight, each supplier against the rules, due diligence."""
    from company.supplier_report import register

    with reading_book(as_json) as book:
        found = register(book, _day(at), known_at)
    try:
        report = _report(found, chain, asked["weight"], asked["cut"])
        if scenario:
            _write_scenario(found, chain, scenario, asked)
    except LifeloopError as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    printing.write(printing.as_json_text(report) if as_json else _report_text(report), None)


def _report(found: Register, chain: str | None, weight: Any, cut: float) -> dict[str, Any]:
    from company.supplier_rules import Rules

    return found.report([found.chain_named(chain)] if chain else found.chains, weight, Rules(yearly_cut=cut))


def _write_scenario(found: Register, chain: str | None, path: Path, asked: dict[str, Any]) -> None:
    from inventories.supplier_scenario import scenario_text

    if chain is None:
        raise click.UsageError("say which --chain the scenario is of")
    share = found.green_share(found.chain_named(chain), asked["weight"])
    printing.write(scenario_text(share, found.at, asked["tiers"], asked["technology"]), path)


def _report_text(report: dict[str, Any]) -> str:
    blocks = []
    if report["counts"]:
        marks = {"exact": "", "at_most": "at most ", "at_least": "at least ", "about": "about "}
        rows = [
            {"chain": c["chain"], "status": c["status"], "suppliers": f"{marks[c['bound']]}{c['count']:,}", "meaning": c["meaning"]}
            for c in report["counts"]
        ]
        blocks.append(printing.table(rows, right=("suppliers",)))
    blocks += [
        f"{g['chain']}: {g['green_share']:.1%} green electricity ({g['definition']}; {g['told']:.0%} told)" for g in report["green_shares"]
    ]
    if report["rules"]:
        blocks.append(printing.table([_rule(row) for row in report["rules"]], "rules"))
    blocks += [_diligence(d) for d in report["due_diligence"] if d["conflict_minerals_asked"] or d["audits"] or d["contracts_ended"]]
    return "\n\n".join([*blocks, *(f"Warning: {text}" for text in report["warnings"])]) or "No entries."


def _rule(row: dict[str, Any]) -> dict[str, Any]:
    shown = {"yearly_cut": "{:.1%}", "last_cut": "{:.1%}", "renewable_share": "{:.1%}"}
    return {k.replace("_", " "): "" if v is None else shown[k].format(v) if k in shown else v for k, v in row.items()}


def _diligence(told: dict[str, Any]) -> str:
    rate, closed = told["conflict_minerals_feedback_rate"], told["findings_closed_rate"]
    parts = [
        f"conflict minerals: {told['conflict_minerals_answered']} of {told['conflict_minerals_asked']} answered ({rate:.0%})"
        if rate is not None
        else "",
        f"{told['audits']:,} on-site audits{_by_year(told['by_year'])}" if told["audits"] else "",
        f"{significant(told['findings_closed'])} of {significant(told['findings'])} findings closed ({closed:.0%})"
        if closed is not None
        else "",
        f"{told['contracts_ended']} contracts ended" if told["contracts_ended"] else "",
    ]
    return f"{told['chain']}: {'; '.join(part for part in parts if part)}"


def _by_year(years: list[dict[str, Any]]) -> str:
    """` (2023: 590, 2024: 611)`; nothing where all are of one year."""
    audits = [f"{year['year']}: {year['audits']:,}" for year in years if year["audits"]]
    return f" ({', '.join(audits)})" if len(audits) > 1 else ""
