"""L8 and L9: many people at once, and readers who never see half of what is written together."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from records import open_book
from tests.records.conftest import Start
from tests.records.samples import DAY, SOAK, weighed


def test_many_processes_append_at_once(place: str, start_writer: Start) -> None:
    """8 on SQLite and 16 on PostgreSQL, 100 entries each, all of them making the book if it is not there."""
    people = 16 if place.startswith("postgresql") else 8
    writers = [start_writer(place, "some", f"w{i}", 100 * SOAK) for i in range(people)]
    for writer in writers:
        writer.go()
    for writer in writers:
        assert writer.ended() == (0, [])
    with open_book(place) as book:
        assert book.sum("test.weighed", "mass_t")[0].entries == people * 100 * SOAK
        assert book.verify().ok


def test_threads_share_a_book(place: str) -> None:
    def work(name: str) -> None:
        for i in range(25):
            book.append("test.weighed", weighed(1), happened=DAY, who=name, key=f"{name}-{i}")

    with open_book(place, create=True) as book, ThreadPoolExecutor(4) as pool:
        # reading the results raises whatever a thread raised
        assert list(pool.map(work, ["t0", "t1", "t2", "t3"])) == [None] * 4
        assert book.head().entries == 100
        assert book.verify().ok


def test_readers_never_see_half_of_what_is_written_together(place: str, start_writer: Start) -> None:
    """10 s of reading while two processes write pairs that add to zero."""
    writers = [start_writer(place, "pairs", f"w{i}") for i in range(2)]
    for writer in writers:
        writer.go()
    until = time.monotonic() + 10 * SOAK
    seen = set()
    with open_book(place) as book:
        for _ in count():
            total = book.sum("test.weighed", "mass_t")[0]
            assert total.value == 0
            assert total.entries % 2 == 0
            seen.add(total.entries)
            if time.monotonic() > until:
                break
        assert all(writer.runs() for writer in writers)
        assert len(seen) > 10
        for writer in writers:
            writer.kill()
        assert book.verify().ok


def test_a_writer_who_waits_too_long_is_told(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from records import engines
    from records.errors import CannotWrite

    monkeypatch.setattr(engines, "PATIENCE", 0.2)
    monkeypatch.setattr(engines, "_PRAGMAS", ("PRAGMA busy_timeout = 200", *engines._PRAGMAS[1:]))
    with open_book(place, create=True) as book, open_book(place) as other:
        with engines.writing(book.engine), pytest.raises(CannotWrite, match="try again"):
            other.append("test.weighed", weighed(1), happened=DAY, who="li", key="a")
        assert other.append("test.weighed", weighed(1), happened=DAY, who="li", key="a").seq == 1


def test_a_forked_process_does_not_use_its_parents_connections(place: str) -> None:
    import os
    import warnings

    with open_book(place, create=True) as book:
        book.append("test.weighed", weighed(1), happened=DAY, who="parent", key="a")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            try:
                os._exit(0 if book.append("test.weighed", weighed(2), happened=DAY, who="child", key="b").seq == 2 else 1)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        assert book.append("test.weighed", weighed(3), happened=DAY, who="parent", key="c").seq == 3
        assert book.verify().ok
