"""Opening and making books: what is looked at before a book is trusted."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from records import mounts, schema, verifying
from records.book import Book, now
from records.engines import is_sqlite, postgres_engine, reading, sqlite_engine, writing
from records.errors import BookDamaged, BookExists, BookMissing, CannotOpen, NetworkFolder, NewerBook, NotABook, OldBook, RecordError
from records.migrations import upgrade

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from records.drafting import Clock

_POSTGRES = ("postgresql://", "postgres://", "postgresql+psycopg://")
#: Seconds that an untouched journal file is watched before it counts as left behind by a crash.
_WATCH = 0.03


def open_book(place: str | Path, create: bool = False, clock: Clock = now) -> Book:
    """The book at a path or PostgreSQL URL; `create` makes it when nothing is there. CannotOpen with the reason otherwise."""
    engine = _engine(place, create)
    try:
        with reading(engine) as connection:
            version = _version(connection)
            if version == schema.VERSION:
                _tail_must_hold(connection)
        if version == 0 and create and not is_sqlite(engine):
            with writing(engine) as connection:
                upgrade(connection)
            version = schema.VERSION
        _must_be_current(version, named(place))
    except RecordError as error:
        engine.dispose()
        raise _about(error, named(place)) from error
    return Book(engine, named(place), clock)


def upgrade_book(place: str | Path) -> int:
    """Bring an older book to the present schema, in one transaction; the version that it had before."""
    engine = _engine(place, create=False)
    try:
        with writing(engine) as connection:
            before = _version(connection)
            if before not in range(1, schema.VERSION + 1):
                _must_be_current(before, named(place))
            upgrade(connection)
        return before
    finally:
        engine.dispose()


def named(place: str | Path) -> str:
    """The place as it may be shown: a URL without its password."""
    if not is_url(place):
        return str(place)
    from sqlalchemy.engine import make_url

    return make_url(str(place)).render_as_string(hide_password=True)


def is_url(place: str | Path) -> bool:
    """Whether this names a PostgreSQL database and not a file."""
    return str(place).startswith(_POSTGRES)


def exists(place: str | Path) -> bool:
    """Whether there is anything at the place of a book: a file, or a journal in the database."""
    if not is_url(place):
        return _is_there(path_of(place))
    engine = postgres_engine(str(place))
    with reading(engine) as connection:
        found = inspect(connection).has_table("journal")
    engine.dispose()
    return found


def path_of(place: str | Path) -> Path:
    """The file of a SQLite book; `sqlite:///` in front is taken off. CannotOpen for any other URL."""
    plain = str(place).removeprefix("sqlite:///")
    if "://" in plain:
        raise CannotOpen(f"{plain.partition('://')[0]}:// is not known; give a path, or postgresql://user@host/database")
    return Path(plain).expanduser()


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise CannotOpen(f"{path} cannot be opened: {error.strerror}") from error


def _engine(place: str | Path, create: bool) -> Engine:
    if is_url(place):
        return postgres_engine(str(place))
    path = path_of(place)
    if not _is_there(path):
        if not create:
            raise BookMissing(f"there is no record book at {path}; `lifeloop records init` makes one, and so does the first entry")
        with suppress(BookExists):  # another process was faster: its book is as good
            create_file(path)
    _file_must_be_usable(path)
    return sqlite_engine(path)


def _file_must_be_usable(path: Path) -> None:
    if not path.is_file():
        raise CannotOpen(f"{path} is not a file")
    _folder_must_be_local(path)
    if path.stat().st_size == 0:
        raise NotABook(f"{path} is empty (0 bytes), not a record book: restore a backup (`lifeloop records restore`), or remove the file")
    if _left_behind(Path(f"{path}-journal")):
        recover(path)


def _folder_must_be_local(path: Path) -> None:
    kind = mounts.network_kind(path)
    if kind:
        raise NetworkFolder(
            f"{path} is on a network file system ({kind}), where SQLite's locks do not hold: use a local disk, or PostgreSQL"
        )


def create_file(path: Path) -> None:
    """Make an empty book; it appears whole or not at all, and never takes the place of a file (BookExists)."""
    _folder_must_be_local(path)
    with new_file(path) as fresh:
        fresh.touch()
        engine = sqlite_engine(fresh)
        with writing(engine) as connection:
            upgrade(connection)
        engine.dispose()


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its name, durably, when the block ends well; BookExists when the name is taken by then.

    CannotOpen when the folder cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        fresh.touch()  # what cannot be made is found out here, and not by whatever writes it
        yield fresh
        _sync(fresh)
        os.link(fresh, path)
        _sync(path.parent)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        raise CannotOpen(f"{path} cannot be made: {error.strerror or error}") from error
    finally:
        for left in (fresh, Path(f"{fresh}-journal")):
            with suppress(OSError):  # a folder that is not there has nothing left in it
                left.unlink()


def must_be_free(place: str | Path) -> None:
    """BookExists when there is something at the place already."""
    if exists(place):
        raise _taken(place)


def _taken(place: str | Path) -> BookExists:
    return BookExists(f"{named(place)} is there already, and nothing is overwritten: name another place")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _left_behind(journal: Path) -> bool:
    """Whether a rollback journal lies there that nobody is writing: the sign of a crash."""
    try:
        before = journal.stat()
        if before.st_size == 0:
            return False
        time.sleep(_WATCH)
        after = journal.stat()
    except FileNotFoundError:
        return False
    return (before.st_ino, before.st_mtime_ns, before.st_size) == (after.st_ino, after.st_mtime_ns, after.st_size)


def recover(path: Path) -> None:
    """Let SQLite roll an interrupted write back, then check everything once; BookDamaged when something does not hold.

    A journal that belongs to another database would be rolled into this one, so what comes out must prove itself.
    """
    engine = sqlite_engine(path)
    try:
        found = verifying.verify(engine)
    finally:
        engine.dispose()
    if not found.ok:
        raise BookDamaged(
            f"{path} does not hold after an interrupted write ({found.problems[0]}); restore a backup: `lifeloop records restore`"
        )


def _version(connection: Connection) -> int:
    """The schema version of a book, 0 when there is none yet (PostgreSQL only); NotABook for anything else."""
    if not is_sqlite(connection):
        return _postgres_version(connection)
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    version: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if application != schema.APPLICATION_ID or version == 0:
        raise NotABook("this SQLite database is not a record book (its application id is another one)")
    _pages_must_be_there(connection)
    return version


def _postgres_version(connection: Connection) -> int:
    tables = inspect(connection).get_table_names()
    if schema.VERSION_TABLE not in tables:
        if "journal" in tables:
            raise NotABook("the database has a table called journal that is not a record book; use another database")
        return 0
    if "journal" not in tables:
        raise BookDamaged("its table journal is gone; restore a backup: `lifeloop records restore`")
    found = connection.execute(text(f"SELECT version_num FROM {schema.VERSION_TABLE}")).scalars().all()
    if len(found) != 1 or not str(found[0]).isdecimal():
        raise BookDamaged(f"{schema.VERSION_TABLE} does not hold one schema version; restore a backup: `lifeloop records restore`")
    return int(found[0])


def _pages_must_be_there(connection: Connection) -> None:
    pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    file = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    if file and Path(file).stat().st_size < pages * size:
        raise BookDamaged("the file is shorter than it should be; restore a backup: `lifeloop records restore`")


def _must_be_current(version: int, place: str) -> None:
    if version == 0:
        raise BookMissing(f"there is no record book at {place}; `lifeloop records init` makes one, and so does the first entry")
    if version > schema.VERSION:
        raise NewerBook(
            f"{place} was written by a later version of Lifeloop (schema {version}, known are 1 to {schema.VERSION}): upgrade Lifeloop"
        )
    if version < schema.VERSION:
        raise OldBook(f"{place} has the schema of an earlier version ({version} of {schema.VERSION}): run `lifeloop records upgrade`")


def _tail_must_hold(connection: Connection) -> None:
    problem = verifying.problem_of_the_tail(connection)
    if problem:
        raise BookDamaged(f"the end of the chain does not hold ({problem}): see `lifeloop records verify`, or restore a backup")


def _about(error: RecordError, place: str) -> RecordError:
    return error if place in str(error) else type(error)(f"{place}: {error}")
