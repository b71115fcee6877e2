"""`lifeloop records`: the record book itself, whatever is logged in it."""

from __future__ import annotations

import json
import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.recordbook import is_moment, reading_book, record_errors, records_option, records_place, who_option, writing_book
from cli.records_review import COMMANDS as REVIEWING

if TYPE_CHECKING:
    from records.values import Entry, Head

_HEAD = re.compile(r"\b[0-9a-f]{64}\b")
_json = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")


@click.group("records")
@records_option
def command() -> None:
    """The record book: an append-only journal of everything that is logged, on SQLite or PostgreSQL."""


for reviewing in REVIEWING:
    command.add_command(reviewing)


@command.command("init")
@records_option
@_json
def init(as_json: bool) -> None:
    """Make an empty book, if there is none."""
    with writing_book(as_json) as book:
        _print_head(book.head(), book.place, as_json)


@command.command("status")
@records_option
@_json
def status(as_json: bool) -> None:
    """How many entries of each kind there are, when the last was recorded, and the head of the chain."""
    with reading_book(as_json) as book:
        head, counts = book.head(), book.counts()
        last = book.entries(include_reversed=True, last=1)
        place = book.place
    recorded = last[0].to_dict()["recorded"] if last else None
    if as_json:
        kinds = {kind: {"effective": c.effective, "entries": c.entries} for kind, c in counts.items()}
        shown = {"records": place, "entries": head.entries, "head": head.hash, "last_recorded": recorded, "kinds": kinds}
        printing.write(printing.as_json_text(shown), None)
        return
    rows = [{"kind": kind, "entries": c.entries, "effective": c.effective} for kind, c in counts.items()]
    if rows:
        printing.write(printing.table(rows, right=("entries", "effective")), None)
    click.echo(f"{place}: {head.entries} entries, last recorded {recorded or 'never'}")
    click.echo(f"head {head.hash}")


@command.command("list")
@click.option("--kind", help="Only entries of this kind.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="Events from this day on.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="Events up to this day, whenever recorded.")
@click.option("--known-at", callback=is_moment, metavar="TIME", help="As the book stood at this moment (record time).")
@click.option("--last", type=click.IntRange(min=1), help="Only so many from the end.")
@click.option("--all", "include_reversed", is_flag=True, help="Also what was taken back, and the reversals.")
@records_option
@printing.output_options
def list_(as_json: bool, as_csv: bool, output: Path | None, since: datetime | None, at: datetime | None, **selection: Any) -> None:
    """Entries in the order of writing."""
    with reading_book(as_json) as book:
        entries = book.entries(since=_day(since), at=_day(at), **selection)
    if as_json:
        printing.write(printing.as_json_text([e.to_dict() for e in entries]), output)
    elif as_csv:
        printing.write(printing.as_csv_text([e.to_dict() | {"content": _content(e)} for e in entries]), output)
    elif entries:
        printing.write(printing.table([_shown(e) for e in entries]), output)
    else:
        click.echo("No entries.", err=True)


@command.command("reverse")
@click.argument("entry_id")
@click.option("--reason", required=True, help="Why the entry is taken back.")
@who_option
@records_option
@_json
def reverse(entry_id: str, reason: str, who: str, as_json: bool) -> None:
    """Take the entry ENTRY_ID back by a new entry, whose id is printed. Reversing that one brings it back."""
    with reading_book(as_json) as book:
        made = book.reverse(entry_id, reason=reason, who=who)
    printing.write(printing.as_json_text(made.to_dict()) if as_json else made.id, None)


@command.command("verify")
@click.option("--against", metavar="HEAD", help="A head that was written down, or a file that holds it.")
@records_option
@_json
def verify(against: str | None, as_json: bool) -> None:
    """Check pages, guards and every link of the chain; exit 3 when something does not hold, 2 when the book cannot be reached."""
    from records.errors import BookDamaged, NotABook, RecordError
    from records.opening import open_book
    from records.values import GENESIS, Verified

    head = _head_of(against)
    try:
        with open_book(records_place()) as book:
            found = book.verify(head)
    except (BookDamaged, NotABook) as error:
        found = Verified(0, GENESIS, (str(error),))
    except RecordError as error:  # nothing is known of the book: it is not there, not ours to read, or its server does not answer
        printing.stop(error, as_json, printing.EXIT_USAGE)
    if as_json:
        printing.write(printing.as_json_text(found.to_dict()), None)
    else:
        for problem in found.problems:
            click.echo(f"Error: {problem}", err=True)
        click.echo(f"{found.entries} entries, {'every check held' if found.ok else 'NOT as it was written'}\nhead {found.head}")
    sys.exit(0 if found.ok else printing.EXIT_REFUSED)


@command.command("upgrade")
@records_option
@_json
def upgrade(as_json: bool) -> None:
    """Bring a book of an earlier version to the present schema; entries and hashes stay as they are."""
    from records.opening import open_book, upgrade_book

    with record_errors(as_json):
        before = upgrade_book(records_place())
        with open_book(records_place()) as book:
            head = book.head()
    if not as_json:
        click.echo(f"schema {before} before")
    _print_head(head, records_place(), as_json)


@command.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@records_option
@_json
def backup(file: Path, as_json: bool) -> None:
    """Write a checked copy to the new FILE while others go on writing: SQLite, or JSON lines from PostgreSQL."""
    from records.backup import backup as copy

    with reading_book(as_json) as book:
        head = copy(book, file)
    _print_head(head, str(file), as_json)


@command.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@records_option
@_json
def restore(file: Path, as_json: bool) -> None:
    """Make the book anew from the backup or export FILE, where there is none yet, and check it."""
    from records.backup import restore as bring_back
    from records.opening import named

    with record_errors(as_json):
        head = bring_back(file, records_place())
        place = named(records_place())
    _print_head(head, place, as_json)


@command.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="Form of the text.")
@click.option("--xlsx", is_flag=True, help="A workbook for people, one sheet a kind; needs --output and cannot be imported again.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="A new file instead of the screen.")
@records_option
def export(form: str, xlsx: bool, output: Path | None) -> None:
    """Every entry as text with its hash, so that `records import` can make the same book again; or a workbook."""
    from records.book_to_xlsx import write_xlsx
    from records.opening import must_be_free, new_file
    from records.transfer import write_csv, write_jsonl

    if xlsx and output is None:
        raise click.UsageError("--xlsx needs --output FILE.xlsx")
    write = write_csv if form == "csv" else write_jsonl
    with reading_book() as book:
        if output is None:
            write(book, sys.stdout)
            return
        must_be_free(output)
        if xlsx:
            with new_file(output) as fresh:
                write_xlsx(book, fresh)
            return
        with new_file(output) as fresh, fresh.open("w", encoding="utf-8", newline="") as file:
            write(book, file)


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@records_option
@_json
def import_(file: Path, as_json: bool) -> None:
    """Bring in the export FILE: into a new book, or as the continuation of the book that it came from. All or nothing."""
    from records.opening import named
    from records.transfer import import_file

    with record_errors(as_json):
        added, head = import_file(file, records_place())
        place = named(records_place())
    if not as_json:
        click.echo(f"{added} new entries")
    _print_head(head, place, as_json)


def _print_head(head: Head, place: str, as_json: bool) -> None:
    if as_json:
        printing.write(printing.as_json_text({"records": place, "entries": head.entries, "head": head.hash}), None)
    else:
        click.echo(f"{place}: {head.entries} entries\nhead {head.hash}")


def _head_of(against: str | None) -> str | None:
    """The 64 digits of a head, given as such or in a file that holds them; the last ones of the file count."""
    if against is None:
        return None
    text = against.lower()
    if not _HEAD.fullmatch(text) and Path(against).is_file():
        text = Path(against).read_text(encoding="utf-8", errors="replace")
    found = _HEAD.findall(text)
    if not found:
        raise click.UsageError(f"--against: {against!r} is neither a head (64 hexadecimal digits) nor a file that holds one")
    return str(found[-1])


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _content(entry: Entry) -> str:
    return json.dumps(entry.content, ensure_ascii=False)


def _shown(entry: Entry) -> dict[str, Any]:
    content = ", ".join(f"{name} {value}" for name, value in entry.content.items())
    taken_back = "" if entry.effective else " (taken back)"
    return {"id": entry.id, "kind": entry.kind, "happened": entry.happened.isoformat(), "who": entry.who, "content": content + taken_back}
