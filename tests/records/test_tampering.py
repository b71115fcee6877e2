"""L7 and L11: what was changed behind the book's back shows, and a broken file is detected and not used."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from records import Draft, open_book
from records.book import Book
from records.canonical import link
from records.engines import writing
from records.errors import BookDamaged, CannotOpen, NewerBook, NotABook, OldBook, RecordError
from records.schema import SQLITE_GUARDS
from records.tables import HASHED
from records.values import Head
from tests.records.samples import DAY, SOAK, weighed

_POSTGRES_TRIGGER = "journal_no_change"


@pytest.fixture
def ten(book: Book) -> Head:
    """Ten entries in a book, and the head that was written down."""
    for i in range(10):
        book.append("test.weighed", weighed(i), happened=DAY, who="li", key=f"k{i}")
    return book.head()


def _behind_its_back(book: Book, *statements: str) -> None:
    """As the owner of the database can: guards off, edit, guards on again."""
    with writing(book.engine) as connection:
        sqlite = book.engine.dialect.name == "sqlite"
        off = [f"DROP TRIGGER {name}" for name in SQLITE_GUARDS] if sqlite else [f"ALTER TABLE journal DISABLE TRIGGER {_POSTGRES_TRIGGER}"]
        on = list(SQLITE_GUARDS.values()) if sqlite else [f"ALTER TABLE journal ENABLE ALWAYS TRIGGER {_POSTGRES_TRIGGER}"]
        for statement in (*off, *statements, *on):
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "edits",
    [
        ["UPDATE journal SET who = 'wu' WHERE seq = 4"],
        ["UPDATE journal SET happened = '2023-12-31' WHERE seq = 4"],
        ["UPDATE journal SET recorded = '2000-01-01T00:00:00.000000Z' WHERE seq = 4"],
        ["UPDATE journal SET reason = 'said later' WHERE seq = 4"],
        ["UPDATE journal SET kind = 'period' WHERE seq = 4"],
        ["UPDATE journal SET amount_1 = 1000 WHERE seq = 4"],
        ["UPDATE journal SET label_1 = 'reused' WHERE seq = 4"],
        ["UPDATE journal SET root = 4 WHERE seq = 5"],
        ["UPDATE journal SET content = replace(content, 'recycled', 'reused') WHERE seq = 4"],
        [
            "UPDATE journal SET seq = 99 WHERE seq = 4",
            "UPDATE journal SET seq = 4 WHERE seq = 5",
            "UPDATE journal SET seq = 5 WHERE seq = 99",
        ],
        ["DELETE FROM journal WHERE seq = 4"],
        ["DELETE FROM journal WHERE seq = 1"],
    ],
)
def test_an_edit_behind_the_books_back_shows(book: Book, ten: Head, edits: list[str]) -> None:
    assert book.verify(ten.hash).ok
    _behind_its_back(book, *edits)
    assert not book.verify().ok


def test_a_tail_that_was_dropped_shows_against_a_head(book: Book, ten: Head) -> None:
    _behind_its_back(book, "DELETE FROM journal WHERE seq > 7")
    assert book.verify().ok
    found = book.verify(ten.hash)
    assert not found.ok
    assert ten.hash in found.problems[0]


def test_a_history_rewritten_from_an_entry_on_shows_against_a_head(book: Book, ten: Head) -> None:
    """Whoever makes all hashes anew has a chain that holds, but not the one whose head was written down."""
    entries = book.entries()
    before, edits = entries[3].hash, []
    for entry in entries[4:]:
        text = '{"mass_t":1000,"region":"unspecified","treatment":"recycled"}'
        fields = {"key": entry.id, "recorded": entry.to_dict()["recorded"], "happened": entry.happened.isoformat()}
        row = fields | {"kind": entry.kind, "who": entry.who, "reason": entry.reason, "seq": entry.seq}
        before = link(before, {name: row[name] for name in HASHED}, text)
        edits.append(f"UPDATE journal SET content = '{text}', amount_1 = 1000, hash = '{before}' WHERE seq = {entry.seq}")
    _behind_its_back(book, *edits)
    assert book.verify().ok
    assert not book.verify(ten.hash).ok


def test_an_earlier_head_is_found_in_a_book_that_went_on(book: Book, ten: Head) -> None:
    book.append("test.weighed", weighed(1), happened=DAY, who="li", key="later")
    assert book.verify(ten.hash).ok


def _readable(path: Path) -> object:
    with open_book(path) as book:
        return book.verify(), book.entries(include_reversed=True), book.sum("test.weighed", "mass_t", by=("treatment", "region"))


def test_a_flipped_bit_shows_or_changes_nothing(tmp_path: Path) -> None:
    """600 single bits anywhere in the file: each is detected, or lies in bytes that nothing is read from."""
    whole = tmp_path / "whole.book"
    with open_book(whole, create=True) as book:
        book.append_many(Draft("test.weighed", weighed(i, note="n" * 300), DAY, "li", f"k{i}") for i in range(40))
        book.reverse("k7", reason="wrong", who="wu")
    kept, data, draw, seen = _readable(whole), whole.read_bytes(), random.Random(7), 0
    flipped = tmp_path / "flipped.book"
    for _ in range(600 * SOAK):
        made = bytearray(data)
        made[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        flipped.write_bytes(made)
        try:
            found = _readable(flipped)
        except RecordError:
            seen += 1
            continue
        if found[0].ok:  # type: ignore[index]
            assert found == kept
        else:
            seen += 1
    assert seen > 200 * SOAK  # about half of the file is empty or left over from pages that were split


# --- broken files -----------------------------------------------------------------------------------------------------------


def _pragma(statement: str) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        connection.close()

    return run


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(change(path.read_bytes())) and None


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


_BROKEN = [
    (_bytes(lambda _: b""), NotABook, "restore"),
    (_bytes(lambda b: b[: len(b) // 2]), BookDamaged, "restore"),
    (_bytes(lambda b: b[:-4096]), BookDamaged, "restore"),
    (_bytes(lambda b: b[:50]), CannotOpen, "restore"),
    (_bytes(lambda _: b"date,mass\n2024-12-31,5\n"), NotABook, "restore"),
    (_bytes(lambda b: b"\0" * 100 + b[100:]), NotABook, "restore"),
    (_bytes(lambda b: b[:4096] + b"\xff" * (len(b) - 4096)), CannotOpen, "restore"),
    (_bytes(lambda b: b"PK\3\4" + b[4:]), NotABook, "restore"),
    (_pragma("PRAGMA application_id = 7"), NotABook, "application id"),
    (_pragma("PRAGMA user_version = 99"), NewerBook, "upgrade Lifeloop"),
    (_pragma("PRAGMA user_version = 1"), OldBook, "records upgrade"),
    (_folder, CannotOpen, "not a file"),
]


@pytest.mark.parametrize(("breaks", "error", "way_out"), _BROKEN)
def test_a_broken_file_is_not_used(tmp_path: Path, breaks: Callable[[Path], None], error: type[CannotOpen], way_out: str) -> None:
    path = tmp_path / "a.book"
    with open_book(path, create=True) as book:
        for i in range(20):
            book.append("test.weighed", weighed(i, note="n" * 500), happened=DAY, who="li", key=f"k{i}")
    breaks(path)
    for create in (False, True):
        with pytest.raises(error, match=way_out):
            open_book(path, create=create)


def test_the_journal_of_another_database_is_not_taken_for_good(tmp_path: Path) -> None:
    """A rollback journal that lies beside the wrong book would be rolled into it; what comes out must prove itself."""
    ours, other = tmp_path / "ours.book", tmp_path / "other.book"
    for path, mass in ((ours, 1), (other, 2)):
        with open_book(path, create=True) as book:
            for i in range(20):
                book.append("test.weighed", weighed(mass * i, note="n" * 500), happened=DAY, who="li", key=f"k{i}")
    with sqlite3.connect(other, isolation_level=None) as writer:
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DROP TRIGGER journal_no_update")
        writer.execute("UPDATE journal SET content = replace(content, 'n', 'm')")
        shutil.copy(f"{other}-journal", f"{ours}-journal")
        writer.execute("ROLLBACK")
    writer.close()
    with pytest.raises(BookDamaged, match="restore"):
        open_book(ours)
