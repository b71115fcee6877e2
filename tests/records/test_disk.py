"""L2 and L10: the power goes, the disk is full, the book is read-only; nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from records import engines, open_book
from records.book import Book
from records.engines import sqlite_engine
from records.errors import CannotOpen, CannotWrite, RecordError
from tests.records.samples import DAY, SOAK, weighed

powerloss = pytest.importorskip("tests.records.powerloss", reason="the disk that loses power needs apsw")


@pytest.fixture(scope="module")
def disk() -> Iterator[powerloss.Disk]:
    """A disk under our own control."""
    made = powerloss.Disk("powerloss")
    yield made
    made.unregister()


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An empty book, to be copied."""
    path = tmp_path / "empty.book"
    open_book(path, create=True).close()
    return path


def _book_on(disk: powerloss.Disk, path: Path) -> Book:
    return Book(sqlite_engine(path, sys.modules[powerloss.__name__], disk.name), str(path))


def _write_until_it_fails(book: Book, draw: random.Random, most: int = 40) -> list[str]:
    done: list[str] = []
    try:
        for i in range(most):
            note = "x" * draw.choice([20, 900, 5000])
            done.append(book.append("test.weighed", weighed(i, note=note), happened=DAY, who="li", key=f"k{i}").id)
    except RecordError:
        pass
    finally:
        book.close()
    return done


def _losses(disk: powerloss.Disk, empty: Path, cuts: int) -> tuple[int, int]:
    """Power cuts after which an acknowledged entry was missing or the book did not hold, and all acknowledged entries."""
    draw, bad, acknowledged = random.Random(7), 0, 0
    for number in range(cuts):
        before, after = empty.parent / f"{number}", empty.parent / f"{number}-after"
        before.mkdir()
        after.mkdir()
        shutil.copy(empty, before / "a.book")
        disk.begin(cut=draw.randrange(3, 500))
        done = _write_until_it_fails(_book_on(disk, before / "a.book"), draw)
        disk.after_the_cut(after, draw)
        acknowledged += len(done)
        bad += not _holds(after / "a.book", done)
        shutil.rmtree(before)
        shutil.rmtree(after)
    return bad, acknowledged


def _holds(path: Path, done: list[str]) -> bool:
    try:
        with open_book(path) as book:
            return set(done) <= {e.id for e in book.entries()} and book.verify().ok
    except RecordError:
        return False


def test_power_cuts_lose_nothing_that_was_acknowledged(disk: powerloss.Disk, empty: Path) -> None:
    """200 cuts at random operations of the disk."""
    bad, acknowledged = _losses(disk, empty, 200 * SOAK)
    assert acknowledged > 1000
    assert bad == 0


@pytest.mark.parametrize("weaker", ["OFF", "FULL"])
def test_weaker_settings_do_lose_entries_on_this_disk(
    disk: powerloss.Disk, empty: Path, monkeypatch: pytest.MonkeyPatch, weaker: str
) -> None:
    """The simulator can fail: SQLite says that FULL without EXTRA may lose the last commit, and it does here."""
    monkeypatch.setattr(engines, "_PRAGMAS", (*engines._PRAGMAS[:-1], f"PRAGMA synchronous = {weaker}"))
    assert _losses(disk, empty, 40)[0] > 0


def test_a_disk_that_is_full_at_any_write_is_survived(disk: powerloss.Disk, empty: Path) -> None:
    """The n-th write finds no room, n = 1 to 60: the entry is refused with a way out, and the same key works afterwards."""
    refused: list[str] = []
    for n in range(1, 60 * SOAK + 1):
        path = empty.parent / f"full{n}.book"
        shutil.copy(empty, path)
        disk.begin(full=n)
        with _book_on(disk, path) as book:
            for i in range(12):
                before = book.head()
                try:
                    book.append("test.weighed", weighed(i, note="x" * 5000), happened=DAY, who="li", key=f"k{i}")
                except CannotWrite as error:
                    refused.append(str(error))
                    assert book.head() == before
                    book.append("test.weighed", weighed(i, note="x" * 5000), happened=DAY, who="li", key=f"k{i}")
        with open_book(path) as book:
            assert [e.id for e in book.entries()] == [f"k{i}" for i in range(12)]
            assert book.verify().ok
        path.unlink()
    assert len(refused) == 60 * SOAK
    assert all("make room" in said for said in refused)


def test_a_book_that_may_only_be_read_is_read(empty: Path) -> None:
    """SQLite's own read-only switch, because the rights of files do not bind the system's administrator."""
    with open_book(empty) as book:
        book.append("test.weighed", weighed(1), happened=DAY, who="li", key="a")
        with book.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(CannotWrite, match="read-only"):
            book.append("test.weighed", weighed(2), happened=DAY, who="li", key="b")
        assert [e.id for e in book.entries()] == ["a"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="cannot be"):
        open_book(tmp_path / "nowhere" / "a.book", create=True)
