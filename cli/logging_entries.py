"""What commands that log entries share: their options, writing all or nothing, and saying what was there already."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.recordbook import record_errors, records_option, who_option, writing_book

if TYPE_CHECKING:
    from records.book import Book
    from records.restating import Computed, Outdated
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
    """The entries of the drafts in their order, how many are new, how many restate others, and which stay though figures changed."""

    entries: Sequence[Entry]
    added: int
    restated: int = 0
    kept: Sequence[Outdated] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer of an import as plain values."""
        kept = [line.entry.id for line in self.kept]
        return {
            "rows": len(self.entries),
            "added": self.added,
            "restated": self.restated,
            "kept": kept,
            "ids": [e.id for e in self.entries],
        }

    @property
    def sentence(self) -> str:
        """`5 rows, 3 entries added, 2 were there already`."""
        there = len(self.entries) - self.added - self.restated
        parts = [f"{self.restated} restated" if self.restated else "", f"{there} were there already" if there else ""]
        return ", ".join([f"{len(self.entries)} rows, {self.added} entries added", *filter(None, parts)])


_MOST_SHOWN = 5
_WAY_OUT = "to restate an entry, take it back by `lifeloop records reverse ID --reason WHY` and log it under another key"
RESTATE_ROWS = "to log today's figures instead: --restate --reason WHY"


def write_all(
    drafts: Sequence[Draft], as_json: bool, computed: Computed | None = None, restate: str | None = None, way_out: str = _WAY_OUT
) -> Written:
    """Log all drafts or none; no book is made for what is refused. Ends the command with 3 or 2 when something is wrong.

    Where a draft says what an entry says but its computed figures (the fields that `computed` names) are others by now, the entry
    stays, and a warning says so; with a reason to `restate`, it is taken back and the draft is written, in the same transaction.
    """
    from records.drafting import checked_all

    with record_errors(as_json):
        checked_all(drafts)
    with writing_book(as_json) as book:
        written = _write(book, drafts, computed, restate)
    for entry in written.entries:
        if not entry.effective:
            warn(f"{entry.id} was taken back before and does not count; log it under another key, or reverse its reversal", as_json)
    if written.kept:
        _say_kept(written.kept, way_out, as_json)
    return written


def _write(book: Book, drafts: Sequence[Draft], computed: Computed | None, restate: str | None) -> Written:
    from records.restating import Outdated, compared
    from records.values import Draft, Entry

    lines = compared(book, drafts, computed) if computed else list(drafts)
    outdated = [line for line in lines if isinstance(line, Outdated)]
    ready = [line for line in lines if isinstance(line, Draft)]
    before = book.head().entries
    if restate and outdated:
        fresh = [replace(line.draft, reason=restate) for line in outdated]
        made = book.restate([line.entry.id for line in outdated], [*ready, *fresh], reason=restate, who=drafts[0].who)
    else:
        made = book.append_many(ready)
    written, anew = iter(made), iter(made[len(ready) :])
    entries = []
    for line in lines:
        if isinstance(line, Outdated):
            entries.append(next(anew, line.entry))
        else:
            entries.append(line if isinstance(line, Entry) else next(written))
    added = len({entry.seq for entry in made[: len(ready)] if entry.seq > before})
    return Written(entries, added, len(made) - len(ready), () if restate else outdated)


def _say_kept(kept: Sequence[Outdated], way_out: str, as_json: bool) -> None:
    changes = [line.change for line in kept[:_MOST_SHOWN]]
    more = f" and {len(kept) - _MOST_SHOWN} more" if len(kept) > _MOST_SHOWN else ""
    count = "1 entry stays as it was" if len(kept) == 1 else f"{len(kept)} entries stay as they were"
    warn(f"{count} recorded, though today's figures are others: {'; '.join(changes)}{more}; {way_out}", as_json)


def write_one(draft: Draft, as_json: bool, computed: Computed | None = None) -> None:
    """Log one draft and print its id, or the whole entry as JSON."""
    from records.drafting import checked

    with record_errors(as_json):
        checked(draft)
    (entry,) = write_all([draft], as_json, computed).entries
    printing.write(printing.as_json_text(entry.to_dict()) if as_json else entry.id, None)


sheet_option = click.option("--sheet", help="The sheet of a workbook that has several.")
encoding_option = click.option(
    "--encoding",
    type=click.Choice(["utf-8", "utf-16", "gb18030", "big5", "shift_jis"]),
    default="utf-8",
    show_default=True,
    help="What a CSV table is written in; it is never guessed.",
)
restate_option = click.option(
    "--restate",
    is_flag=True,
    help="Rows whose computed figures changed since: take the old entries back and log new ones, with a --reason.",
)


def restating(restate: bool, reason: str | None) -> str | None:
    """The reason of a restatement, None without one; a usage error (exit 2) when none is stated."""
    if restate and not (reason or "").strip():
        raise click.UsageError("--restate needs a --reason: it is kept with the entries that are taken back")
    return reason if restate else None


def warn(text: str, as_json: bool) -> None:
    """A warning on stderr: nothing is refused."""
    click.echo(json.dumps({"warning": text}, ensure_ascii=False) if as_json else f"Warning: {text}", err=True)


def warn_of_future(happened: date, as_json: bool) -> None:
    """A warning when something is said to have happened later than the user's today."""
    from lca.ledger import today

    if happened > today():
        warn(f"{happened} lies in the future", as_json)
