"""L2, L7, L10 and L11 on PostgreSQL: the power goes, the disk is full, bits flip, files are lost."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from records import Draft, engines, open_book
from records.book import Book
from records.errors import BookDamaged, BookMissing, CannotOpen, CannotWrite, NewerBook, NotABook, OldBook, RecordError
from records.verifying import Walk
from tests.records.conftest import running_server
from tests.records.crash_images import PAGE, Images
from tests.records.samples import DAY, SOAK, weighed
from tests.records.servers import LOG_FILE, Server, connect


@pytest.fixture(scope="module")
def fragile() -> Iterator[Server]:
    """A server that holds 16 pages in memory, so that it reads and writes its files all the time.

    By its own settings it would acknowledge what it has not written yet, for up to 10 s; the book asks for more.
    """
    yield from running_server("shared_buffers=128kB", "autovacuum=off", "synchronous_commit=off", "wal_writer_delay=10s")


@contextmanager
def _restarted(server: Server, *settings: str, standby: bool = False) -> Iterator[None]:
    """The server with other settings, or as one that repeats what another server writes."""
    signal = server.data / "standby.signal"
    server.stop()
    if standby:
        signal.touch()
        server.hand_over(signal)
    server.start(*settings)
    try:
        yield
    finally:
        server.stop()
        signal.unlink(missing_ok=True)
        server.start()


# --- the power goes (L2) ----------------------------------------------------------------------------------------------------


def _write_until_it_fails(book: Book, name: str, acknowledged: list[str]) -> None:
    draw = random.Random(name)
    try:
        for i in range(10**6):
            note = "x" * draw.choice([20, 900, 5000])
            acknowledged.append(book.append("test.weighed", weighed(i, note=note), happened=DAY, who=name, key=f"{name}-{i}").id)
    except RecordError:
        return


def _holds(images: Images, url: str, acknowledged: list[str]) -> bool:
    try:
        rows, keys = images.rows(str(make_url(url).database))
    except subprocess.CalledProcessError:  # the server does not come up, or cannot read a page
        return False
    found = {row["key"]: (row["seq"], row["root"]) for row in rows}
    walk = Walk(found.get)
    for row in rows:
        walk.take(row)
    return not walk.problems and keys == sorted(found) and set(acknowledged) <= set(found)


def _losses(server: Server, runs: int, cuts: int) -> tuple[int, int, int]:
    """Bad cuts, checked acknowledged entries and sectors of pages that a cut kept; two writers a run, the same book."""
    url, draw, acknowledged = server.new_database(), random.Random(7), list[str]()
    bad = checked = kept = 0
    open_book(url, create=True).close()
    for run in range(runs):
        images = Images(server, url)
        with open_book(url) as book, ThreadPoolExecutor(2) as pool:
            writers = [pool.submit(_write_until_it_fails, book, f"r{run}.{name}", acknowledged) for name in "ab"]
            images.watch(acknowledged, len(acknowledged) + 80)
            server.stop("immediate")
            for writer in writers:
                writer.result()
        images.stopped()
        for moment in draw.choices(images.moments, k=cuts):
            images.cut(moment, draw)
            bad += not _holds(images, url, acknowledged[: moment.acknowledged])
            checked += moment.acknowledged
        kept += images.kept
        server.start()
    return bad, checked, kept


def test_power_cuts_of_a_server_lose_nothing_that_was_acknowledged(fragile: Server) -> None:
    """200 cuts at random moments of 4 runs."""
    bad, checked, kept = _losses(fragile, 4 * SOAK, 50)
    assert checked > 10_000
    assert kept > 1000
    assert bad == 0


@pytest.mark.parametrize("weaker", ["acknowledged before it is flushed", "torn pages are not mended"])
def test_weaker_settings_of_a_server_do_lose_entries(fragile: Server, monkeypatch: pytest.MonkeyPatch, weaker: str) -> None:
    """The cuts can fail: without the book's own setting entries are lost, without full pages in the log pages stay torn."""
    if weaker == "acknowledged before it is flushed":
        monkeypatch.setattr(engines, "_SYNCHRONOUS_COMMIT", "off")
        assert _losses(fragile, 1, 20)[0] > 0
        return
    monkeypatch.setattr(engines, "_MUST_BE_ON", ())
    with _restarted(fragile, "full_page_writes=off"):
        assert _losses(fragile, 1, 20)[0] > 0


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_write_through_is_read_and_not_written(fragile: Server, setting: str) -> None:
    url = fragile.new_database()
    with open_book(url, create=True) as book:
        book.append("test.weighed", weighed(1), happened=DAY, who="li", key="a")
    with _restarted(fragile, f"{setting}=off"), open_book(url) as book:
        with pytest.raises(CannotWrite, match=f"set {setting} = on"):
            book.append("test.weighed", weighed(2), happened=DAY, who="li", key="b")
        assert [e.id for e in book.entries()] == ["a"]


# --- no room, no right (L10) ------------------------------------------------------------------------------------------------


def _drafts(keys: range) -> list[Draft]:
    """Four of them fill a page."""
    return [Draft("test.weighed", weighed(i, note="x" * 1700), DAY, "li", f"k{i}") for i in keys]


def _process_of(book: Book) -> int:
    with engines.reading(book.engine) as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


needs_limits = pytest.mark.skipif(shutil.which("prlimit") is None, reason="limits of another process are set by prlimit (Linux)")


@needs_limits
def test_a_server_that_finds_no_room_for_a_page_is_survived(fragile: Server) -> None:
    """The n-th new page of the table finds no room, n = 1 to 60: nothing of the call is kept, and it works when there is room."""
    url = fragile.new_database()
    with open_book(url, create=True) as book:
        book.append_many(_drafts(range(700)))
        process, table = _process_of(book), fragile.path_of(url, "journal")
        for n in range(1, 60 * SOAK + 1):
            before, size = book.head(), table.stat().st_size
            assert size > LOG_FILE  # so the limit is one of the table, not of the log
            fragile.limit_files(process, size + (n - 1) * PAGE)
            together = _drafts(range(before.entries, before.entries + 4 * n + 1))
            with pytest.raises(CannotWrite, match="make room"):
                book.append_many(together)
            assert book.head() == before
            fragile.limit_files(process, None)
            assert book.append_many(together[:5])[-1].seq == before.entries + 5
        assert _process_of(book) == process
        assert [e.id for e in book.entries()] == [f"k{i}" for i in range(700 + 5 * 60 * SOAK)]
        assert book.verify().ok


@needs_limits
def test_a_server_that_finds_no_room_for_its_log_stops_and_comes_back(fragile: Server) -> None:
    """PostgreSQL then ends all its processes and recovers; whether the entry was kept shows by asking again."""
    url = fragile.new_database()
    with open_book(url, create=True) as book:
        book.append("test.weighed", weighed(0), happened=DAY, who="li", key="k0")
        fragile.settle(url)  # so that there is little to recover
        fragile.limit_files(_process_of(book), LOG_FILE // 2)
        _fill_more_than_half_of_a_log_file(url)
        with pytest.raises(RecordError, match="with the same key"):
            book.append("test.weighed", weighed(1), happened=DAY, who="li", key="k1")
        fragile.wait()
        book.append("test.weighed", weighed(1), happened=DAY, who="li", key="k1")
        assert [e.id for e in book.entries()] == ["k0", "k1"]
        assert book.verify().ok


def _fill_more_than_half_of_a_log_file(url: str) -> None:
    with connect(url) as connection:
        while True:
            (place,) = connection.execute("SELECT (pg_current_wal_insert_lsn() - '0/0') %% %s", (LOG_FILE,)).fetchone()
            if 0.55 < place / LOG_FILE < 0.85:
                return
            connection.execute("SELECT pg_logical_emit_message(false, 'filling', repeat('x', 100000))")


def test_a_standby_is_read_and_not_written(fragile: Server) -> None:
    """A server that repeats another one's log, or waits for it, as after a failure: read-only as a whole."""
    url = fragile.new_database()
    with open_book(url, create=True) as book:
        book.append("test.weighed", weighed(1), happened=DAY, who="li", key="a")
    with _restarted(fragile, standby=True), open_book(url) as book:
        with pytest.raises(CannotWrite, match="read-only"):
            book.append("test.weighed", weighed(2), happened=DAY, who="li", key="b")
        assert [e.id for e in book.entries()] == ["a"]
        assert book.verify().ok


def test_a_database_that_may_only_be_read_is_read(server: Server) -> None:
    """All of it made read-only, or the right to append taken away, while the book is open."""
    url = server.new_database()
    with open_book(url, create=True) as owner:
        owner.append("test.weighed", weighed(1), happened=DAY, who="li", key="a")
        _run(owner, "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN", "GRANT SELECT, INSERT ON journal TO reader")
        _run(owner, "GRANT SELECT ON journal_version TO reader")
        with open_book(url.replace("postgres@", "reader@")) as book:
            book.append("test.weighed", weighed(2), happened=DAY, who="reader", key="b")
            _run(owner, "REVOKE INSERT ON journal FROM reader")
            with pytest.raises(CannotWrite, match="no right"):
                book.append("test.weighed", weighed(3), happened=DAY, who="reader", key="c")
            assert [e.id for e in book.entries()] == ["a", "b"]
        _run(owner, f"ALTER DATABASE {make_url(url).database} SET default_transaction_read_only = on")
    with open_book(url) as book:
        with pytest.raises(CannotWrite, match="read-only"):
            book.append("test.weighed", weighed(3), happened=DAY, who="li", key="c")
        assert [e.id for e in book.entries()] == ["a", "b"]


def _run(book: Book, *statements: str) -> None:
    with book.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


# --- bits flip (L7) ---------------------------------------------------------------------------------------------------------

_FILES = ("journal", "journal_pkey", "journal_key_key", "journal_reverses_key", "journal_root", "journal_totals")


def _flipped(path: Path, place: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


def _forget(book: Book) -> None:
    """Read so many other pages, one by one, that none of the book's is left in the memory of the server or the connection."""
    book.close()
    with engines.reading(book.engine) as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SELECT count(attname || atttypid) FROM pg_attribute WHERE attrelid > 0")


def _answers(book: Book) -> object:
    return book.entries(include_reversed=True), book.sum("test.weighed", "mass_t", by=("treatment", "region", "year"))


def test_a_bit_flipped_in_a_servers_files_shows(fragile: Server) -> None:
    """600 single bits in the files of the table, its indexes and its long texts while the server runs: each is detected."""
    url, draw = fragile.new_database(), random.Random(7)
    with open_book(url, create=True) as book:
        book.append_many(Draft("test.weighed", weighed(i, note="n" * 300), DAY, "li", f"k{i}") for i in range(40))
        book.append("test.weighed", weighed(40, note=draw.randbytes(20_000).hex()), happened=DAY, who="li", key="k40")
        book.reverse("k7", reason="wrong", who="wu")
        kept, head = _answers(book), book.head()
        fragile.settle(url)
        files = [fragile.path_of(url, name) for name in (*_FILES, _long_texts(book))]
        for _ in range(600 * SOAK):
            (path,) = draw.choices(files, [file.stat().st_size for file in files])
            place, bit = draw.randrange(path.stat().st_size), draw.randrange(8)
            _flipped(path, place, bit)
            _forget(book)
            assert not book.verify(head.hash).ok
            _flipped(path, place, bit)
        assert book.verify(head.hash).ok
        assert _answers(book) == kept


def _long_texts(book: Book) -> str:
    """The table in which PostgreSQL keeps the texts that are longer than a page."""
    with engines.reading(book.engine) as connection:
        query = "SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'journal'::regclass"
        return str(connection.exec_driver_sql(query).scalar_one())


def test_an_index_that_does_not_hold_what_the_table_holds_shows(fragile: Server) -> None:
    """Even without checksums of pages: a total that was changed in its index, and nowhere else."""
    url = fragile.new_database()
    with open_book(url, create=True) as book:
        masses = [4500.5 + i for i in range(1000)]
        book.append_many(Draft("test.weighed", weighed(mass, note="n" * 300), DAY, "li") for mass in masses)
    fragile.settle(url)
    path = fragile.path_of(url, "journal_totals")
    data, amount = path.read_bytes(), struct.pack("=d", 4505.5)
    assert data.count(amount) == 1
    path.write_bytes(data.replace(amount, struct.pack("=d", 9505.5)))
    with _restarted(fragile, "ignore_checksum_failure=on"), open_book(url) as book:
        assert book.sum("test.weighed", "mass_t")[0].value == sum(masses) + 5000
        assert book.verify().problems == ("the index journal_totals does not hold what the table holds",)
    with open_book(url) as book, pytest.raises(BookDamaged, match="restore"):
        book.sum("test.weighed", "mass_t")


# --- a broken book (L11) ----------------------------------------------------------------------------------------------------


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // PAGE // 2 * PAGE])


def _last_page(path: Path) -> None:
    _flipped(path, path.stat().st_size - 100, 0)


#: What is broken: SQL, or what is done to the file of a table or an index while the server is stopped.
_BROKEN: list[tuple[str, str | Callable[[Path], object], type[CannotOpen], str]] = [
    ("", "UPDATE journal_version SET version_num = '0099'", NewerBook, "upgrade Lifeloop"),
    ("", "UPDATE journal_version SET version_num = '0001'", OldBook, "records upgrade"),
    ("", "UPDATE journal_version SET version_num = 'ab12'", BookDamaged, "restore"),
    ("", "DELETE FROM journal_version", BookDamaged, "restore"),
    ("", "DROP TABLE journal_version", NotABook, "another database"),
    ("", "DROP TABLE journal", BookDamaged, "restore"),
    ("", "ALTER TABLE journal DROP COLUMN label_6", BookDamaged, "restore"),
    ("journal", lambda path: path.write_bytes(b""), BookDamaged, "restore"),
    ("journal", _half, BookDamaged, "restore"),
    ("journal", _last_page, BookDamaged, "restore"),
    ("journal", lambda path: path.write_bytes(b"\xff" * path.stat().st_size), BookDamaged, "restore"),
    ("journal", Path.unlink, BookDamaged, "restore"),
    ("journal_pkey", lambda path: path.write_bytes(b""), BookDamaged, "restore"),
    ("journal_pkey", lambda path: path.write_bytes(b"\0" * path.stat().st_size), BookDamaged, "restore"),
    ("journal_pkey", Path.unlink, BookDamaged, "restore"),
    ("pg_class", _half, CannotOpen, "reached|restore"),
]


@pytest.fixture(scope="module")
def broken(fragile: Server) -> list[str]:
    """A book broken in each of these ways, each in a schema of its own; the last one in a database of its own."""
    urls, paths = [*(fragile.new_schema() for _ in _BROKEN[1:]), fragile.new_database()], []
    for url, (relation, damage, *_) in zip(urls, _BROKEN, strict=True):
        with open_book(url, create=True) as book:
            book.append_many(Draft("test.weighed", weighed(i, note="n" * 500), DAY, "li", f"k{i}") for i in range(20))
            if isinstance(damage, str):
                _run(book, damage)
        paths.append(fragile.path_of(url, relation) if relation else Path())
    fragile.stop()
    for path, (_, damage, *_) in zip(paths, _BROKEN, strict=True):
        if not isinstance(damage, str):
            damage(path)
    fragile.start()
    return urls


@pytest.mark.parametrize("number", range(len(_BROKEN)))
def test_a_broken_book_on_a_server_is_not_used(broken: list[str], number: int) -> None:
    _, _, error, way_out = _BROKEN[number]
    for create in (False, True):
        with pytest.raises(error, match=way_out):
            open_book(broken[number], create=create)


def test_a_server_or_a_database_that_is_not_there_is_said(fragile: Server, tmp_path: Path) -> None:
    for url in (f"postgresql://postgres@/book?host={tmp_path}", fragile.url("nowhere")):
        with pytest.raises(CannotOpen, match="cannot be reached"):
            open_book(url, create=True)
    with pytest.raises(BookMissing, match="init"):
        open_book(fragile.new_database())
