"""The options of every command that logs one entry: when, from where, by whom, under which key."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.logging_entries import write_all
from cli.recordbook import record_errors, records_option, who_option

if TYPE_CHECKING:
    from records.restating import Computed
    from records.values import Entry

Function = Callable[..., Any]


@dataclass(frozen=True)
class Logging:
    """How an entry is logged, as told on the command line."""

    year: int | None
    day: datetime | None
    source: str | None
    note: str | None
    key: str | None
    evidence: Path | None
    reason: str | None
    who: str
    as_json: bool

    @property
    def happened(self) -> date:
        """The event date: --date, or the last day of --year; a usage error (exit 2) without either."""
        if (self.day is None) == (self.year is None):
            raise click.UsageError("say when: --date YYYY-MM-DD, or --year for its last day")
        return self.day.date() if self.day else date(self.year or 0, 12, 31)

    def _begun(self) -> date:
        """The event date; a year that has not begun is refused, the running year's last day is not."""
        from lca.errors import InputError, Problem
        from lca.ledger import today

        happened = self.happened
        if happened.year > today().year:
            error = Problem(f"later than this year, {today().year}", field="date", value=happened.isoformat(), hint="is the year right?")
            printing.stop(InputError(error), self.as_json)
        return happened

    def content(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The content of an entry: its fields with source, note and evidence, without what was not told."""
        every = fields | {"source": self.source, "note": self.note} | self._documents()
        return {name: value for name, value in every.items() if value is not None}

    def with_source(self, more: str) -> Logging:
        """The same with more said of the source."""
        return replace(self, source=f"{self.source}; {more}")

    def log(self, *entries: tuple[str, dict[str, Any]], computed: Computed | None = None) -> None:
        """Write entries of these kinds and fields, all or none, and print their ids; `computed` as in `write_all`."""
        from records.drafting import checked
        from records.values import Draft

        happened = self._begun()
        drafts = [
            Draft(kind, self.content(fields), happened, self.who, self._key(position), self.reason)
            for position, (kind, fields) in enumerate(entries)
        ]
        with record_errors(self.as_json):
            for draft in drafts:
                checked(draft)
        self._print(write_all(drafts, self.as_json, computed).entries)

    def _key(self, position: int) -> str | None:
        return f"{self.key}-{position + 1}" if self.key and position else self.key

    def _documents(self) -> dict[str, str]:
        if self.evidence is None:
            return {}
        from circularity.evidence import evidence_of
        from lca.errors import InputError

        try:
            found = evidence_of(self.evidence)
        except InputError as error:
            printing.stop(error, self.as_json, printing.EXIT_USAGE)
        return {"evidence": found.name, "evidence_sha256": found.sha256}

    def _print(self, made: Sequence[Entry]) -> None:
        if self.as_json:
            shown = [entry.to_dict() for entry in made]
            printing.write(printing.as_json_text(shown[0] if len(shown) == 1 else shown), None)
        else:
            printing.write("\n".join(entry.id for entry in made), None)


_OPTIONS = (
    click.option("--year", type=click.IntRange(1990, 2100), help="Year of the figure; the entry is dated on its last day."),
    click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the figure, instead of --year."),
    click.option("--source", required=True, help="Where the figure comes from."),
    click.option("--note", help="A remark."),
    click.option("--key", help="Idempotency key, the entry's id; the same key with the same content adds nothing."),
    click.option("--evidence", type=click.Path(path_type=Path), help="Document behind the figure; its digest is logged."),
    click.option("--reason", help="Why a closed period is restated."),
    who_option,
    records_option,
    click.option("--json", "as_json", is_flag=True, help="JSON with every digit, for machines."),
)


def entry_options(command: Function) -> Function:
    """Give a command the options of logging; it gets one argument `logging`."""

    @functools.wraps(command)
    def with_logging(**options: Any) -> Any:
        said = {field: options.pop(field, None) for field in Logging.__dataclass_fields__}
        return command(logging=Logging(**said), **options)

    made: Function = with_logging
    for option in reversed(_OPTIONS):
        made = option(made)
    return made
