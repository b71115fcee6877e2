"""A record book: append, reverse, read, add up, verify. The package's docstring is its manual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Self

from records import drafting, queries, verifying
from records.engines import reading, writing
from records.errors import UnknownEntry
from records.queries import Selection, Wanted, entry_of
from records.values import Count, Draft, Entry, Head, Sum, Verified

if TYPE_CHECKING:
    from pydantic import BaseModel
    from sqlalchemy import Engine


def now() -> datetime:
    """The time by the system's clock, in UTC."""
    return datetime.now(UTC)


class Book:
    """An open record book. Every call is one transaction; errors leave the book as it was."""

    def __init__(self, engine: Engine, place: str, clock: drafting.Clock = now) -> None:
        self.engine = engine
        self.place = place
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the book can be used again and then opens new ones."""
        self.engine.dispose()

    def append(
        self,
        kind: str,
        content: BaseModel | Mapping[str, Any],
        *,
        happened: date,
        who: str,
        key: str | None = None,
        reason: str | None = None,
    ) -> Entry:
        """Write one entry, or find it under its key. ContentRefused, UnknownKind, KeyConflict, PeriodClosed, CannotWrite."""
        return self.append_many([Draft(kind, content, happened, who, key, reason)])[0]

    def append_many(self, drafts: Iterable[Draft]) -> list[Entry]:
        """Write all drafts or none, in one transaction. The errors of `append`."""
        ready = drafting.checked_all(drafts)
        with writing(self.engine) as connection:
            rows = drafting.append(connection, ready, self._clock)
        return [entry_of(row) for row in rows]

    def restate(self, taken_back: Sequence[str], drafts: Iterable[Draft], *, reason: str, who: str) -> list[Entry]:
        """Take entries back and write drafts, in one transaction: all of it or nothing. The errors of `append` and `reverse`."""
        ready = drafting.checked_all(drafts)
        with writing(self.engine) as connection:
            for entry_id in taken_back:
                drafting.reverse(connection, entry_id, reason, who, self._clock)
            rows = drafting.append(connection, ready, self._clock)
        return [entry_of(row) for row in rows]

    def reverse(self, entry_id: str, *, reason: str, who: str) -> Entry:
        """Take an entry back by a new one. UnknownEntry, AlreadyReversed (with another reason), CannotWrite."""
        with writing(self.engine) as connection:
            return entry_of(drafting.reverse(connection, entry_id, reason, who, self._clock))

    def entries(
        self,
        kind: str | None = None,
        *,
        since: date | None = None,
        at: date | None = None,
        known_at: datetime | None = None,
        where: Mapping[str, Wanted] | None = None,
        include_reversed: bool = False,
        last: int | None = None,
    ) -> list[Entry]:
        """Entries in order of writing; with `include_reversed` also those taken back and the reversals themselves."""
        query = queries.entries(Selection(kind, since, at, known_at, where or {}), include_reversed, last)
        with reading(self.engine) as connection:
            found = [entry_of(row._mapping) for row in connection.execute(query)]
        return found if last is None else found[::-1]

    def sum(
        self,
        kind: str,
        amount: str,
        *,
        by: Sequence[str] = (),
        since: date | None = None,
        at: date | None = None,
        known_at: datetime | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> list[Sum]:
        """The totals of an amount by group, in the amount's own unit, added up by the database. UnknownKind for a wrong name."""
        with reading(self.engine) as connection:
            return queries.totals(connection, Selection(kind, since, at, known_at, where or {}), amount, by)

    def latest(
        self,
        kind: str,
        per: Sequence[str],
        *,
        since: date | None = None,
        at: date | None = None,
        known_at: datetime | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> list[Entry]:
        """The newest entry by event date in each group of labels."""
        query = queries.latest(Selection(kind, since, at, known_at, where or {}), per)
        with reading(self.engine) as connection:
            return [entry_of(row._mapping) for row in connection.execute(query)]

    def counts(self) -> dict[str, Count]:
        """How many entries there are, by kind."""
        with reading(self.engine) as connection:
            return queries.counts(connection)

    def get(self, entry_id: str) -> Entry:
        """The entry with this id, taken back or not; UnknownEntry when there is none."""
        with reading(self.engine) as connection:
            found = queries.rows_with_keys(connection, [entry_id])
        if entry_id not in found:
            raise UnknownEntry(f"the book has no entry {entry_id!r}; `lifeloop records list` shows them")
        return entry_of(found[entry_id])

    def head(self) -> Head:
        """The end of the chain."""
        with reading(self.engine) as connection:
            return queries.head_of(connection)

    def verify(self, against: str | None = None) -> Verified:
        """Check the database's pages, its guards and every link; `against` is the hash of a head that was written down."""
        return verifying.verify(self.engine, against)
