"""SQL that reads the journal: which entries are effective, selections, totals, the newest of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, RowMapping, func, select, true

from records.canonical import parsed
from records.errors import BookDamaged, UnknownKind
from records.kinds import REVERSAL, kind_named
from records.tables import journal
from records.values import GENESIS, Count, Entry, Head, Sum

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

Row = Mapping[str, Any] | RowMapping
Wanted = str | None | Sequence[str]
_KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Selection:
    """Which entries: event dates from `since` to `at` (both included), recorded by `known_at`, with these labels."""

    kind: str | None = None
    since: date | None = None
    at: date | None = None
    known_at: datetime | None = None
    where: Mapping[str, Wanted] = field(default_factory=dict)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The selection as SQL."""
        made: list[ColumnElement[bool]] = []
        if self.kind is not None:
            made.append(journal.c.kind == kind_named(self.kind).name)
        if self.since is not None:
            made.append(journal.c.happened >= self.since.isoformat())
        if self.at is not None:
            made.append(journal.c.happened <= self.at.isoformat())
        if self.known_at is not None:
            made.append(_known(journal.c.recorded, self.known_at))
        return made + [_matches(column_of(self.kind, name), wanted) for name, wanted in self.where.items()]


def _known(recorded: Any, known_at: datetime) -> ColumnElement[bool]:
    from records.drafting import stamp

    condition: ColumnElement[bool] = recorded <= stamp(known_at)
    return condition


def _matches(column: Any, wanted: Wanted) -> ColumnElement[bool]:
    if wanted is None or isinstance(wanted, str):
        condition: ColumnElement[bool] = column == wanted
        return condition
    return column.in_(list(wanted))  # type: ignore[no-any-return]


def column_of(kind: str | None, name: str) -> Any:
    """The SQL of a label, or of what every entry has: key, who, kind, happened, year, month. UnknownKind for anything else."""
    if name in {"key", "who", "kind", "happened"}:
        return journal.c[name]
    if name in {"year", "month"}:
        return func.substr(journal.c.happened, 1, 4 if name == "year" else 7)
    if kind is None:
        raise UnknownKind(f"selecting by {name!r} needs a kind")
    return journal.c[kind_named(kind).label_column(name)]


def effective(known_at: datetime | None = None) -> list[ColumnElement[bool]]:
    """Entries that are not reversals and whose line of reversals, as far as known by then, has an even number of them."""
    lines = select(journal.c.root).where(journal.c.root.is_not(None))
    if known_at is not None:
        lines = lines.where(_known(journal.c.recorded, known_at))
    taken_back = lines.group_by(journal.c.root).having(func.count() % 2 == 1)
    return [journal.c.root.is_(None), journal.c.seq.not_in(taken_back)]


def _is_effective(known_at: datetime | None) -> Any:
    """Of any row, reversals too: whether an even number of its line follows it."""
    later = journal.alias("later")
    follows = [later.c.root == func.coalesce(journal.c.root, journal.c.seq), later.c.seq > journal.c.seq]
    if known_at is not None:
        follows.append(_known(later.c.recorded, known_at))
    return (select(func.count()).select_from(later).where(*follows).correlate(journal).scalar_subquery() % 2 == 0).label("effective")


def entries(selection: Selection, include_reversed: bool, last: int | None = None) -> Select[Any]:
    """The rows of a selection in order of writing; `last` keeps only so many from the end."""
    query = select(journal, _is_effective(selection.known_at)).where(*selection.conditions())
    if not include_reversed:
        query = query.where(*effective(selection.known_at))
    return query.order_by(journal.c.seq.desc()).limit(last) if last is not None else query.order_by(journal.c.seq)


def totals(connection: Connection, selection: Selection, amount: str, by: Sequence[str]) -> list[Sum]:
    """The sum of an amount of the selection's kind in each group: one SQL aggregate."""
    column = journal.c[kind_named(selection.kind or "").amount_column(amount)]
    groups = [column_of(selection.kind, name) for name in by]
    query = select(*groups, func.coalesce(func.sum(column), 0.0), func.count()).where(
        *selection.conditions(), *effective(selection.known_at)
    )
    found = [Sum(tuple(row[:-2]), float(row[-2]), row[-1]) for row in connection.execute(query.group_by(*groups))]
    return sorted(found, key=lambda s: [(x is not None, x or "") for x in s.by])


def counts(connection: Connection) -> dict[str, Count]:
    """Entries by kind: all of them, and the effective ones."""
    found = connection.execute(select(journal.c.kind, func.count()).group_by(journal.c.kind).order_by(journal.c.kind))
    still = select(journal.c.kind, func.count()).where(*effective()).group_by(journal.c.kind)
    valid = {row[0]: row[1] for row in connection.execute(still)}
    return {kind: Count(number, valid.get(kind, 0)) for kind, number in found}


def latest(selection: Selection, per: Sequence[str]) -> Select[Any]:
    """The newest effective row by event date (then by writing) in each group, in order of writing."""
    groups = [column_of(selection.kind, name) for name in per]
    rank = func.row_number().over(partition_by=groups, order_by=(journal.c.happened.desc(), journal.c.seq.desc())).label("rank")
    ranked = select(journal, true().label("effective"), rank).where(*selection.conditions(), *effective(selection.known_at)).subquery()
    return select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.seq)


def rows_with_keys(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    """The rows that have these keys, by key."""
    found: dict[str, Row] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        query = select(journal, _is_effective(None)).where(journal.c.key.in_(keys[start : start + _KEYS_AT_ONCE]))
        found |= {row.key: row._mapping for row in connection.execute(query)}
    return found


def line_of(connection: Connection, seq: int) -> Row | None:
    """The row that reverses the row `seq`, if there is one."""
    row = connection.execute(select(journal, _is_effective(None)).where(journal.c.reverses == seq)).first()
    return row._mapping if row else None


def head_of(connection: Connection) -> Head:
    """The end of the chain."""
    last = connection.execute(select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)).first()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


def entry_of(row: Row) -> Entry:
    """A row as an Entry; BookDamaged when it holds what was never written."""
    try:
        return _entry_of(row)
    except (ValueError, TypeError, KeyError) as error:
        raise BookDamaged(
            f"entry {row['seq']} cannot be read ({error}): see `lifeloop records verify`, or restore a backup: `lifeloop records restore`"
        ) from error


def _entry_of(row: Row) -> Entry:
    content = parsed(row["content"])
    return Entry(
        seq=row["seq"],
        id=row["key"],
        kind=row["kind"],
        content=content,
        happened=date.fromisoformat(row["happened"]),
        recorded=datetime.fromisoformat(row["recorded"]).astimezone(UTC),
        who=row["who"],
        hash=row["hash"],
        reason=row["reason"],
        reverses=content["reverses"] if row["kind"] == REVERSAL else None,
        effective=bool(row.get("effective", True)),
    )
