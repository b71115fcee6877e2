"""What commands that log entries share: their options, writing all or nothing, and saying what was there already."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.recordbook import record_errors, records_option, who_option, writing_book

if TYPE_CHECKING:
    from records.values import Draft, Entry

Function = Callable[..., Any]
_YEARS = range(1990, 2101)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines.")


def as_day(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """Callback of options that are a day: YYYY-MM-DD of the years 1990 to 2100."""
    if value is None:
        return None
    try:
        day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day such as 2024-12-31", param=parameter) from error
    if day.year not in _YEARS:
        raise click.BadParameter(f"{value!r}: a year from {_YEARS[0]} to {_YEARS[-1]} is needed", param=parameter)
    return day


def as_labels(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Callback of options of the form NAME=VALUE that may be repeated."""
    made = {}
    for text in values:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise click.BadParameter(f"{text!r} is not of the form NAME=VALUE")
        made[name] = value
    return made


def entry_options(command: Function) -> Function:
    """--key, --note, --reason, --who, --records and --json: what every logged entry can be given."""
    for option in (
        json_option,
        records_option,
        who_option,
        click.option("--reason", help="Why a closed period is restated."),
        click.option("--note", help="A remark."),
        click.option("--key", help="Idempotency key, which becomes the entry's id; the same key with the same content adds nothing."),
    ):
        command = option(command)
    return command


evidence_option = click.option(
    "--evidence", multiple=True, type=click.Path(path_type=Path), help="Document behind it; its SHA-256 is logged. May be repeated."
)


def evidence_content(paths: Sequence[Path]) -> dict[str, Any]:
    """The field `evidence` of a content with the digests of these files; nothing without files. Raises InputError."""
    from circularity.evidence import evidence_of

    return {"evidence": [evidence_of(path).model_dump(mode="json") for path in paths]} if paths else {}


@dataclass(frozen=True)
class Written:
    """The entries of the drafts in their order, and how many of them are new."""

    entries: Sequence[Entry]
    added: int


def write_all(drafts: Sequence[Draft], as_json: bool) -> Written:
    """Log all drafts or none; no book is made for what is refused. Ends the command with 3 or 2 when something is wrong."""
    from records.drafting import checked_all

    with record_errors(as_json):
        checked_all(drafts)
    with writing_book(as_json) as book:
        before = book.head().entries
        entries = book.append_many(drafts)
    for entry in entries:
        if not entry.effective:
            warn(f"{entry.id} was taken back before and does not count; log it under another key, or reverse its reversal", as_json)
    return Written(entries, len({entry.seq for entry in entries if entry.seq > before}))


def write_one(draft: Draft, as_json: bool) -> None:
    """Log one draft and print its id, or the whole entry as JSON."""
    from records.drafting import checked

    with record_errors(as_json):
        checked(draft)
    (entry,) = write_all([draft], as_json).entries
    printing.write(printing.as_json_text(entry.to_dict()) if as_json else entry.id, None)


def warn(text: str, as_json: bool) -> None:
    """A warning on stderr: nothing is refused."""
    click.echo(json.dumps({"warning": text}, ensure_ascii=False) if as_json else f"Warning: {text}", err=True)


def warn_of_future(happened: date, as_json: bool) -> None:
    """A warning when something is said to have happened later than today."""
    if happened > datetime.now(UTC).date():
        warn(f"{happened} lies in the future", as_json)
