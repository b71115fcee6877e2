"""Does a book still hold? Pages, guards, and every link of the chain; each finding is one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from records import schema
from records.canonical import NotCanonical, link, parsed
from records.engines import is_sqlite, reading
from records.errors import BrokeOff, RecordError, Unreachable
from records.kinds import REVERSAL, kind_named, known_kinds
from records.tables import HASHED, journal
from records.values import GENESIS, Verified

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from records.queries import Row

#: Key of an entry -> its seq and root.
Find = Callable[[str], tuple[int, int | None] | None]
_ROWS_AT_ONCE = 5_000
#: A broken book can have a finding at every row; so many say enough.
_MOST_PROBLEMS = 20


def verify(engine: Engine, against: str | None = None) -> Verified:
    """Check everything; `against` is a head's hash that must be found in the chain.

    Unreachable or BrokeOff when the server does not answer: that says nothing of the book.
    """
    problems = _first(_of_database(engine))
    walk = Walk(lambda key: line_of_key(engine, key), against)
    try:
        for row in rows(engine):
            walk.take(row)
            if len(walk.problems) >= _MOST_PROBLEMS:
                break
    except (Unreachable, BrokeOff):
        raise
    except (RecordError, UnicodeDecodeError) as error:
        walk.problems.append(f"after entry {walk.entries} the book cannot be read: {error}")
    problems += walk.problems
    if not walk.met:
        problems.append(f"the head {against} is not in the book: entries up to it were changed, or taken away from its end")
    return Verified(walk.entries, walk.hash, tuple(problems))


def line_of_key(engine: Engine, key: str) -> tuple[int, int | None] | None:
    """The seq and root of the entry with this key."""
    with reading(engine) as connection:
        found = connection.execute(select(journal.c.seq, journal.c.root).where(journal.c.key == key)).first()
    return (found.seq, found.root) if found else None


def rows(engine: Engine, after: int = 0) -> Iterator[Row]:
    """Every row in order, in short transactions: nothing that was read can change, so writers need not wait."""
    while True:
        with reading(engine) as connection:
            query = select(journal).where(journal.c.seq > after).order_by(journal.c.seq).limit(_ROWS_AT_ONCE)
            chunk = [row._mapping for row in connection.execute(query)]
        yield from chunk
        if len(chunk) < _ROWS_AT_ONCE:
            return
        after = chunk[-1]["seq"]


class Walk:
    """Walks along the chain and notes what does not hold; `find` gives seq and root of an entry by its key."""

    def __init__(self, find: Find, against: str | None = None) -> None:
        self.entries = 0
        self.hash = GENESIS
        self.problems: list[str] = []
        self.met = against in {None, GENESIS}
        self._find = find
        self._against = against

    def take(self, row: Row) -> None:
        """Check the next row against the one before and against its own content."""
        problem = problem_of(row, self.entries, self.hash) or self._problem_of_reversal(row)
        if problem:
            self.problems.append(f"entry {self.entries + 1} ({row['key']}): {problem}")
        self.entries, self.hash = self.entries + 1, str(row["hash"])
        self.met = self.met or self.hash == self._against

    def _problem_of_reversal(self, row: Row) -> str | None:
        wanted: tuple[int | None, int | None] = (None, None)
        if row["kind"] == REVERSAL:
            target = self._find(parsed(row["content"])["reverses"])
            if target is None or target[0] >= row["seq"]:
                return "it reverses an entry that is not before it"
            wanted = (target[0], target[1] or target[0])
        return None if (row["reverses"], row["root"]) == wanted else "the columns of its reversal are not those of its content"


def problem_of(row: Row, before: int, previous: str) -> str | None:
    """What is wrong with a row that follows `before` rows, the last of which has the hash `previous`."""
    try:
        if row["seq"] != before + 1:
            return f"number {row['seq']} follows {before}"
        if row["hash"] != link(previous, {name: row[name] for name in HASHED}, row["content"]):
            return "its hash is not that of its content and the entry before"
        return _problem_of_columns(row)
    except (NotCanonical, ValueError, TypeError, KeyError, AttributeError) as error:
        return f"it cannot be read: {error}"


def _problem_of_columns(row: Row) -> str | None:
    if row["kind"] not in known_kinds():
        return None
    wanted = kind_named(row["kind"]).columns(parsed(row["content"]))
    wrong = [name for name, value in wanted.items() if row[name] != value]
    return f"the columns {', '.join(wrong)} are not those of its content" if wrong else None


def problem_of_the_tail(connection: Connection) -> str | None:
    """What is wrong with the last row, as far as the row before it tells; quick enough for every opening."""
    if not is_sqlite(connection):
        # by the index, for a table whose file was cut off just looks shorter when it is read from its beginning
        connection.execute(text("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"))
    last = connection.execute(select(journal).order_by(journal.c.seq.desc()).limit(2)).all()
    if not last:
        return None
    before = last[1] if len(last) > 1 else None
    return problem_of(last[0]._mapping, before.seq if before else 0, before.hash if before else GENESIS)


def _of_database(engine: Engine) -> Iterator[str]:
    try:
        with reading(engine) as connection:
            if is_sqlite(engine):
                yield from _of_pages(connection)
                yield from _of_sqlite_guards(connection)
            else:
                yield from _of_postgres_guards(connection)
                yield from _of_postgres_indexes(connection)
    except (Unreachable, BrokeOff):
        raise
    except (RecordError, UnicodeDecodeError) as error:
        yield f"the database cannot be checked: {error}"


def _of_pages(connection: Connection) -> Iterator[str]:
    for (found,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_PROBLEMS})"):
        if found != "ok":
            yield f"pages: {found}"


def _of_sqlite_guards(connection: Connection) -> Iterator[str]:
    """The table, its indexes and triggers must be the ones that we made, word for word."""
    found = {row.name: row.sql for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    wanted = schema.sqlite_objects()
    for name, sql in wanted.items():
        if found.get(name) != sql:
            yield f"{name} of the database was {'changed' if name in found else 'dropped'}: entries may have been edited"
    for name in sorted(set(found) - set(wanted) - {schema.VERSION_TABLE}):
        yield f"{name} was added to the database by something else"


def _of_postgres_guards(connection: Connection) -> Iterator[str]:
    query = text(
        "SELECT t.tgname, t.tgenabled::text, t.tgtype, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgrelid = 'journal'::regclass AND NOT t.tgisinternal"
    )
    found = {row[0]: tuple(row[1:3]) for row in connection.execute(query) if schema.REFUSAL in row[3]}
    for name, wanted in schema.POSTGRES_TRIGGERS.items():
        if found.get(name) != wanted:
            yield f"the trigger {name} was dropped, changed or switched off: entries may have been edited"


def _of_postgres_indexes(connection: Connection) -> Iterator[str]:
    """Totals and keys are looked up in indexes, so each must hold what the table holds: both are read whole and compared."""
    for name, (columns, rows) in schema.POSTGRES_INDEXES.items():
        query = text(f"SELECT count(*), sum(hashtextextended(ROW({columns})::text, 0)) FROM journal WHERE {rows}")
        found = []
        for index in ("off", "on"):
            table = "on" if index == "off" else "off"
            for setting, value in (("seqscan", table), ("indexscan", index), ("indexonlyscan", index), ("bitmapscan", "off")):
                connection.execute(text(f"SET LOCAL enable_{setting} = {value}"))
            found.append(tuple(connection.execute(query).one()))
        if found[0] != found[1]:
            yield f"the index {name} does not hold what the table holds"


def _first(found: Iterator[str]) -> list[str]:
    return [problem for problem, _ in zip(found, range(_MOST_PROBLEMS), strict=False)]
