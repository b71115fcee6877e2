"""`lifeloop records close | sign | unsigned | missing-evidence | doubles`: what people look at before a book is reported from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import click

from cli import printing
from cli.recordbook import reading_book, records_option, who_option
from lca.ledger import today

if TYPE_CHECKING:
    from records.book import Book
    from records.values import Entry

_json = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")
_day = click.DateTime(["%Y-%m-%d"])
_on = click.option("--date", "on", type=_day, default=lambda: today().isoformat(), help="The day of it (default: today).")
_note = click.option("--note", help="A remark.")
_kind = click.option("--kind", help="Only entries of this kind.")
#: Entries of one warning that are shown to people.
_SHOWN = 10


def _print_made(entry: Entry, as_json: bool) -> None:
    printing.write(printing.as_json_text(entry.to_dict()) if as_json else entry.id, None)


@click.command("close")
@click.option("--from", "since", type=_day, required=True, help="First day of the period.")
@click.option("--to", "until", type=_day, required=True, help="Last day of the period.")
@_note
@_on
@who_option
@records_option
@_json
def close(since: datetime, until: datetime, note: str | None, on: datetime, who: str, as_json: bool) -> None:
    """Close a period: entries dated into it then need a stated reason. Reversing the printed id opens it again."""
    from records.reviewing import close_period

    if since > until:
        raise click.UsageError("--from is later than --to")
    with reading_book(as_json) as book:
        made = close_period(book, since.date(), until.date(), who=who, on=on.date(), note=note)
    _print_made(made, as_json)


@click.command("sign")
@click.argument("entry_id")
@click.option("--verdict", type=click.Choice(["approved", "rejected"]), default="approved", show_default=True, help="The reviewer's word.")
@_note
@_on
@who_option
@records_option
@_json
def sign(entry_id: str, verdict: Literal["approved", "rejected"], note: str | None, on: datetime, who: str, as_json: bool) -> None:
    """Sign the entry or goal ENTRY_ID as a reviewer, who must not be the one who logged it."""
    from records.reviewing import sign as put_name_to

    with reading_book(as_json) as book:
        made = put_name_to(book, entry_id, verdict, who=who, on=on.date(), note=note)
    _print_made(made, as_json)


def _print_entries(find: Callable[[Book], Sequence[Entry]], as_json: bool) -> None:
    with reading_book(as_json) as book:
        found = find(book)
    if as_json:
        printing.write(printing.as_json_text([e.to_dict() for e in found]), None)
    elif found:
        rows: list[dict[str, Any]] = [{"id": e.id, "kind": e.kind, "happened": e.happened.isoformat(), "who": e.who} for e in found]
        printing.write(printing.table(rows), None)
    else:
        click.echo("None.")


@click.command("unsigned")
@_kind
@records_option
@_json
def unsigned(kind: str | None, as_json: bool) -> None:
    """Entries that no reviewer approved, or that one rejected."""
    from records import reviewing

    _print_entries(lambda book: reviewing.unsigned(book, kind), as_json)


@click.command("missing-evidence")
@_kind
@records_option
@_json
def missing_evidence(kind: str | None, as_json: bool) -> None:
    """Entries that could have evidence and have none."""
    from records import reviewing

    _print_entries(lambda book: reviewing.without_evidence(book, kind), as_json)


@click.command("doubles")
@records_option
@_json
def doubles(as_json: bool) -> None:
    """Warn where one tonne could be counted twice, by which rule, in which entries and why; nothing is left out of totals.

    A note says what is no mistake, such as an entry that counts in two goals.
    """
    from records.doubles import said
    from records.reviewing import doubles as look_alike

    with reading_book(as_json) as book:
        found = look_alike(book)
    if as_json:
        printing.write(printing.as_json_text([double.to_dict() for double in found]), None)
        return
    for double in found:
        click.echo(f"{double.severity}, {double.rule}: {double.why}")
        for entry in double.entries[:_SHOWN]:
            click.echo(f"  {entry.id} ({entry.kind}, {entry.happened.isoformat()}): {said(entry)}")
        if len(double.entries) > _SHOWN:
            click.echo(f"  and {len(double.entries) - _SHOWN} more, all in --json")
    if not found:
        click.echo("None.")


COMMANDS = (close, sign, unsigned, missing_evidence, doubles)
