"""Backups that are checked when they are made and again when they are brought back."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from records.engines import is_sqlite, reading, sqlite_engine, translated
from records.errors import BookDamaged, BookMissing, CannotOpen
from records.opening import is_url, must_be_free, new_file, open_book, path_of
from records.transfer import import_file, write_jsonl
from records.values import Head
from records.verifying import verify

if TYPE_CHECKING:
    from records.book import Book

_SQLITE_MAGIC = b"SQLite format 3\0"


def backup(book: Book, target: Path) -> Head:
    """One consistent state of the book in a new file, checked: a SQLite file, or JSON lines for a book on PostgreSQL.

    Others may go on writing. BookExists when the file is there already, BookDamaged when the book or its copy does not hold.
    """
    must_be_free(target)
    with new_file(target) as fresh:
        if not is_sqlite(book.engine):
            with fresh.open("w", encoding="utf-8", newline="") as file:
                return write_jsonl(book, file)
        _copy(book, fresh)
        return _proven(fresh, book.place)


def restore(source: Path, place: str | Path) -> Head:
    """A book from a backup (or an export) at a place where there is none; BookMissing, BookExists, BookDamaged, ContentRefused."""
    if not source.is_file():
        raise BookMissing(f"there is no backup at {source}")
    if not os.access(source, os.R_OK):
        raise CannotOpen(f"{source} cannot be read by you")
    must_be_free(place)
    if not _is_sqlite_file(source):
        return import_file(source, place)[1]
    with open_book(source) as book:
        if is_url(place):
            return _through_text(book, place)
        with new_file(path_of(place)) as fresh:
            _copy(book, fresh)
            return _proven(fresh, str(source))


def _copy(book: Book, fresh: Path) -> None:
    with reading(book.engine) as connection, translated():
        source: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        copy = sqlite3.connect(fresh)
        source.backup(copy)
        copy.close()


def _proven(copy: Path, source: str) -> Head:
    engine = sqlite_engine(copy)
    found = verify(engine)
    engine.dispose()
    if not found.ok:
        raise BookDamaged(f"{source} does not hold ({found.problems[0]}), so no copy of it was kept; use an earlier backup")
    return Head(found.entries, found.head)


def _is_sqlite_file(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC


def _through_text(book: Book, place: str | Path) -> Head:
    """From a SQLite backup into PostgreSQL: by way of an export that nobody else sees."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        export = Path(folder) / "export.jsonl"
        with export.open("w", encoding="utf-8", newline="") as file:
            write_jsonl(book, file)
        return import_file(export, place)[1]
