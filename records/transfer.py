"""Books as text and back, hashes included: JSON lines and CSV, every link checked on the way in."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from sqlalchemy import insert, select

from lca.errors import Problem
from records.canonical import NotCanonical, canonical, parsed
from records.engines import postgres_engine, sqlite_engine, writing
from records.errors import BookDamaged, ContentRefused, OtherHistory
from records.kinds import REVERSAL, kind_named
from records.migrations import upgrade
from records.opening import exists, is_url, new_file, open_book, path_of
from records.queries import head_of, rows_with_keys
from records.tables import journal
from records.values import Head
from records.verifying import Walk, line_of_key, problem_of, rows

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from records.book import Book
    from records.queries import Row

FIELDS = ("seq", "key", "kind", "happened", "recorded", "who", "reason", "content", "hash")
#: A spreadsheet would run a cell that begins so; an apostrophe in front keeps it text, and is taken off again on import.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "'")
_AT_ONCE = 2_000
#: A row of a file: its line and its fields.
Stored = tuple[int, dict[str, Any]]


def write_jsonl(book: Book, out: TextIO) -> Head:
    """Every entry as one canonical JSON object a line; BookDamaged when the chain does not hold."""
    return _write(book, lambda row: out.write(_line(row) + "\n"))


def write_csv(book: Book, out: TextIO) -> Head:
    """Every entry as a row of CSV with its content as JSON; BookDamaged when the chain does not hold."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    return _write(book, lambda row: writer.writerow([_cell(row[name]) for name in FIELDS]))


def _write(book: Book, write: Any) -> Head:
    end = book.head().entries
    walk = Walk(lambda key: line_of_key(book.engine, key))
    for row in islice(rows(book.engine), end):
        walk.take(row)
        if walk.problems:
            raise BookDamaged(f"{book.place}: {walk.problems[0]}; see `lifeloop records verify`")
        write(row)
    return Head(walk.entries, walk.hash)


def _line(row: Row) -> str:
    return f'{{"content":{row["content"]},{canonical({n: row[n] for n in FIELDS if n != "content"})[1:]}'


def _cell(value: Any) -> Any:
    # None and "" differ in JSON but not in CSV; the book has no empty text, so an empty cell is None
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


def read_entries(path: Path) -> Iterator[Stored]:
    """The rows of an export, CSV when its first line is our header, else JSON lines; ContentRefused with file and line."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            is_csv = file.readline().strip() == ",".join(FIELDS)
            file.seek(0)
            yield from _read_csv(file) if is_csv else _read_jsonl(file)
    except ContentRefused as error:
        raise error.located(str(path)) from error
    except UnicodeDecodeError as error:
        raise ContentRefused(
            Problem("this is not UTF-8 text", file=str(path), hint="only files of `records export` can be imported")
        ) from error
    except (OSError, csv.Error) as error:
        raise ContentRefused(Problem(f"cannot be read: {error}", file=str(path))) from error


def _read_jsonl(file: TextIO) -> Iterator[Stored]:
    for line, text in enumerate(file, 1):
        try:
            found = parsed(text)
            yield line, _fields(found, canonical(found["content"]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ContentRefused(Problem(f"not an entry of an export: {error}", line=line)) from error


def _fields(found: dict[str, Any], content: str) -> dict[str, Any]:
    if set(found) != set(FIELDS):
        raise ValueError(f"it must have the keys {', '.join(FIELDS)}")
    return found | {"content": content}


def _read_csv(file: TextIO) -> Iterator[Stored]:
    reader = csv.reader(file, strict=True)
    next(reader)
    for cells in reader:
        try:
            values = [cell[1:] if cell.startswith("'") else cell or None for cell in cells]
            found: dict[str, Any] = dict(zip(FIELDS, values, strict=True))
            yield reader.line_num, found | {"seq": int(str(found["seq"]))}
        except ValueError as error:
            raise ContentRefused(Problem(f"not an entry of an export: {error}", line=reader.line_num)) from error


def import_file(path: Path, place: str | Path) -> tuple[int, Head]:
    """Bring an export into a book, made when nothing is there: how many entries were new, and the head then.

    The export must begin with the book's own entries (or the book be empty) and go on from there; hashes are kept. All or
    nothing. ContentRefused for a row whose hash does not hold, OtherHistory for an export of another book.
    """
    if exists(place):
        with open_book(place) as book, writing(book.engine) as connection:
            return _import(connection, path)
    if is_url(place):
        engine = postgres_engine(str(place))
        try:
            return _make_and_import(engine, path)
        finally:
            engine.dispose()
    with new_file(path_of(place)) as fresh:
        fresh.touch()
        engine = sqlite_engine(fresh)
        done = _make_and_import(engine, path)
        engine.dispose()
    return done


def _make_and_import(engine: Engine, path: Path) -> tuple[int, Head]:
    with writing(engine) as connection:
        upgrade(connection)
        return _import(connection, path)


def _import(connection: Connection, path: Path) -> tuple[int, Head]:
    there = head_of(connection).entries
    stored = read_entries(path)
    _must_be_the_beginning(connection, islice(stored, there), there, path)
    intake = Intake(connection, str(path))
    for row in stored:
        intake.take(row)
    intake.flush()
    return intake.entries - there, Head(intake.entries, intake.hash)


def _must_be_the_beginning(connection: Connection, stored: Iterable[Stored], there: int, path: Path) -> None:
    query = select(journal.c.seq, journal.c.hash).order_by(journal.c.seq)
    ours = connection.execute(query)
    for (line, row), (seq, known) in zip(stored, ours, strict=False):
        if (row["seq"], row["hash"]) != (seq, known):
            raise OtherHistory(f"{path}:{line}: the export is of another book (entry {seq} differs); import it into a new one")
    ours.close()


class Intake:
    """Takes rows of an export into a book, in the caller's transaction, each link checked."""

    def __init__(self, connection: Connection, file: str) -> None:
        end = head_of(connection)
        self.entries, self.hash = end.entries, end.hash
        self._connection, self._file = connection, file
        self._waiting: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, int] = {}

    def take(self, stored: Stored) -> None:
        """Check a row and keep it for the next insert; ContentRefused when its link does not hold."""
        line, row = stored
        try:
            row = row | self._columns(row)
        except (NotCanonical, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ContentRefused(Problem(f"not an entry of an export: {error}", self._file, line)) from error
        problem = problem_of(row, self.entries, self.hash) or self._problem_of_key(row["key"])
        if problem:
            raise ContentRefused(Problem(problem, self._file, line, value=str(row["key"])))
        self.entries, self.hash = row["seq"], row["hash"]
        self._waiting[row["key"]] = row
        self._lines[row["key"]] = line
        if len(self._waiting) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Insert what is kept."""
        for key, there in rows_with_keys(self._connection, list(self._waiting)).items():
            raise ContentRefused(Problem(f"its key is that of entry {there['seq']}", self._file, self._lines[key], "key", key))
        if self._waiting:
            self._connection.execute(insert(journal), list(self._waiting.values()))
        self._waiting.clear()
        self._lines.clear()

    def _problem_of_key(self, key: str) -> str | None:
        return f"its key is that of line {self._lines[key]}" if key in self._waiting else None

    def _columns(self, row: dict[str, Any]) -> dict[str, Any]:
        content = parsed(row["content"])
        columns: dict[str, Any] = {"reverses": None, "root": None, **kind_named(row["kind"]).columns(content)}
        if row["kind"] == REVERSAL:
            seq, root = self._line_of(content["reverses"])
            columns |= {"reverses": seq, "root": root or seq}
        return columns

    def _line_of(self, key: str) -> tuple[int, int | None]:
        if key in self._waiting:
            return self._waiting[key]["seq"], self._waiting[key]["root"]
        found = rows_with_keys(self._connection, [key]).get(key)
        if found is None:
            raise ValueError(f"it reverses {key!r}, which is not before it")
        return found["seq"], found["root"]
