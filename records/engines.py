"""Engines for the two databases with the settings that durability needs, and transactions whose errors say what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from records.errors import BookDamaged, BrokeOff, CannotOpen, CannotWrite, NotABook, RecordError, Unreachable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: Seconds to wait for other writers.
PATIENCE = 30
#: Rollback journal with EXTRA: FULL loses acknowledged entries at power loss, and WAL has a corruption bug before SQLite 3.51.3.
_PRAGMAS = (
    f"PRAGMA busy_timeout = {PATIENCE * 1000}",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
)
#: Every commit waits until PostgreSQL has flushed its log, whatever the server's default is.
_SYNCHRONOUS_COMMIT = "on"
#: Settings of a PostgreSQL server that no session can change and without which a power cut loses or breaks what was committed.
_MUST_BE_ON = ("fsync", "full_page_writes")
_READ_ONLY = "default_transaction_read_only"
#: One book a database: every writer takes this lock for the length of its transaction, so the chain has one end.
_CHAIN_LOCK = 0x4C6C6F70


def sqlite_engine(path: Path, module: Any = sqlite3, vfs: str | None = None) -> Engine:
    """An engine on an existing file; `module` is another DBAPI of SQLite, `vfs` the name of its file system."""
    uri = f"file:{quote(str(path.absolute()))}?mode=rw{'&vfs=' + vfs if vfs else ''}"

    def connect() -> Any:
        made = module.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        for pragma in _PRAGMAS:
            made.execute(pragma).fetchall()
        return made

    engine = create_engine("sqlite+pysqlite://", creator=connect, module=module, poolclass=QueuePool, pool_size=5, max_overflow=-1)
    _one_pool_a_process(engine)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def postgres_engine(url: str) -> Engine:
    """An engine on PostgreSQL by psycopg 3; CannotOpen when psycopg is not installed."""
    from sqlalchemy.engine import make_url

    try:
        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=5,
            max_overflow=-1,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10},
        )
    except ModuleNotFoundError as error:
        raise CannotOpen("PostgreSQL needs psycopg: pip install 'lifeloop[postgres]'") from error
    _one_pool_a_process(engine)
    return engine


def _one_pool_a_process(engine: Engine) -> None:
    """Connections do not survive a fork: two processes on one would mix their transactions and lose SQLite's locks."""

    @event.listens_for(engine, "connect")
    def note(_connection: Any, record: Any) -> None:
        record.info["pid"] = os.getpid()

    @event.listens_for(engine, "checkout")
    def check(_connection: Any, record: Any, proxy: Any) -> None:
        if record.info["pid"] != os.getpid():
            from sqlalchemy.exc import DisconnectionError

            record.dbapi_connection = proxy.dbapi_connection = None
            raise DisconnectionError("the connection belongs to another process")


def is_sqlite(connection: Connection | Engine) -> bool:
    """Whether this is SQLite; else it is PostgreSQL."""
    return connection.dialect.name == "sqlite"


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the book."""
    options = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with translated(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is the book's only writer; it is durable when the block has ended without an error."""
    with translated(), engine.connect().execution_options(writing=True) as connection, connection.begin():
        if not is_sqlite(engine):
            _make_durable(connection)
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})"))
        yield connection


def _make_durable(connection: Connection) -> None:
    """This transaction's commit waits for the disk; CannotWrite where the server's are not to reach it, or not to be written."""
    wanted = {"lock_timeout": f"{PATIENCE}s", "synchronous_commit": _SYNCHRONOUS_COMMIT}
    asked = [f"set_config('{name}', '{value}', true)" for name, value in wanted.items()]
    asked += [f"current_setting('{name}')" for name in (*_MUST_BE_ON, _READ_ONLY)]
    found = connection.execute(text(f"SELECT {', '.join(asked)}")).one()[len(wanted) :]
    if found[-1] == "on":  # the driver's own BEGIN READ WRITE would override it
        raise CannotWrite("the database is read-only: nothing was written; its administrator has set default_transaction_read_only")
    for name, value in zip(_MUST_BE_ON, found, strict=False):
        if value == "off":
            raise CannotWrite(
                f"the server runs with {name} = off, so a power cut would lose or break entries: nothing was written; "
                f"set {name} = on in its postgresql.conf"
            )


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the database as ours, with a way out."""
    try:
        yield
    except UnicodeDecodeError as error:  # the driver's: a text or a name in the file is not what was written
        raise BookDamaged(
            f"a text in it is not UTF-8 ({error.reason}): see `lifeloop records verify`, or restore a backup: `lifeloop records restore`"
        ) from error
    except DBAPIError as error:
        raise _meaning(error.orig) from error
    except sqlite3.Error as error:  # of the driver itself, where no engine is between, as in a backup
        raise _meaning(error) from error


_DAMAGED = "restore a backup: `lifeloop records restore`; `lifeloop records verify` says more"
#: PostgreSQL's code -> the error and what to do about it; the messages of these codes may be in any language.
_CODES: dict[str, tuple[type[RecordError], str]] = {
    "XX001": (BookDamaged, _DAMAGED),  # a page whose checksum is wrong, or that is not there
    "XX002": (BookDamaged, _DAMAGED),  # an index that is broken
    "58P01": (BookDamaged, _DAMAGED),  # a file that is gone
    "42P01": (BookDamaged, _DAMAGED),  # a table that is gone
    "42703": (BookDamaged, _DAMAGED),  # a column that is gone
    "53100": (CannotWrite, "nothing was written; make room on the disk and try again"),
}
#: What the driver's message holds -> the error and what to do about it.
_MEANINGS: tuple[tuple[str, type[RecordError], str], ...] = (
    ("not a database", NotABook, "name a record book, or restore a backup: `lifeloop records restore`"),
    ("malformed", BookDamaged, _DAMAGED),
    ("file too large", CannotWrite, "nothing was written; make room on the disk and try again"),
    ("full", CannotWrite, "nothing was written; make room on the disk and try again"),
    ("no space left", CannotWrite, "nothing was written; make room on the disk and try again"),
    ("readonly", CannotWrite, "nothing was written; the book or its folder is read-only for you"),
    ("read-only", CannotWrite, "nothing was written; the book or its database is read-only for you"),
    (
        "during recovery",
        CannotWrite,
        "nothing was written; this server only repeats another one's entries and is read-only: write to that one",
    ),
    ("permission denied", CannotWrite, "nothing was written; the database gives you no right to do this"),
    ("must be owner", CannotWrite, "nothing was written; the database gives you no right to do this"),
    ("locked", CannotWrite, "nothing was written; others kept the book busy, try again"),
    ("lock timeout", CannotWrite, "nothing was written; others kept the book busy, try again"),
    ("append-only", CannotWrite, "entries are never changed; correct one by `lifeloop records reverse`"),
    ("unable to open", CannotOpen, "the file or its folder cannot be opened by you"),
    ("i/o error", CannotWrite, "the disk failed; whether the entry was kept shows by trying again with the same key"),
    ("connection", Unreachable, "the database cannot be reached; try again with the same key"),
    ("resolve host", Unreachable, "the database cannot be reached: is the host's name right?"),
)


def _meaning(error: BaseException | None) -> RecordError:
    said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if getattr(getattr(error, "diag", None), "severity_nonlocalized", None) in {"FATAL", "PANIC"}:
        # perhaps in the middle of a commit
        return BrokeOff(f"{said}; the server broke off: whether the entry was kept shows by trying again with the same key")
    code = getattr(error, "sqlstate", None)
    if code in _CODES:
        kind, way_out = _CODES[code]
        return kind(f"{said}; {way_out}")
    for words, kind, way_out in _MEANINGS:
        if words in said.lower():
            return kind(f"{said}; {way_out}")
    return CannotOpen(f"the database says: {said}")
