"""Another process that writes to a book: `python -m tests.records.writer PLACE WHAT ...`; see the functions for WHAT."""

from __future__ import annotations

import itertools
import random
import sys

from records import Draft, KeyConflict, open_book
from records.book import Book
from tests.records.samples import DAY, weighed


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def endless(book: Book, name: str) -> None:
    """Entries without end; each key is printed once the book has acknowledged it."""
    draw = random.Random(name)
    for i in itertools.count():
        key = f"{name}-{i}"
        book.append("test.weighed", weighed(i, note="x" * draw.choice([10, 500, 8000])), happened=DAY, who=name, key=key)
        say(key)


def some(book: Book, name: str, number: str) -> None:
    """So many entries, one by one."""
    for i in range(int(number)):
        book.append("test.weighed", weighed(1), happened=DAY, who=name, key=f"{name}-{i}")


def race(book: Book, name: str, number: str) -> None:
    """Entries under keys that all the others use too; the answer is dropped now and then and asked for again."""
    draw = random.Random(name)
    for i in range(int(number)):
        while True:
            entry = book.append("test.weighed", weighed(i), happened=DAY, who=name, key=f"k{i}")
            if draw.random() > 0.3:
                break
        say(f"{entry.seq} {entry.id} {entry.who} {entry.hash}")


def quarrel(book: Book, name: str, number: str) -> None:
    """Everyone's own content under the same keys: prints who won, or that the loser was told."""
    for i in range(int(number)):
        try:
            book.append("test.weighed", weighed(i, note=name), happened=DAY, who=name, key=f"q{i}")
            say(f"q{i} won")
        except KeyConflict as error:
            say(f"q{i} told" if f'"note":"{name}"' in str(error) else f"q{i} told something else: {error}")


def pairs(book: Book, name: str) -> None:
    """Two entries at a time that add to zero, and now and then such a pair is taken back at once."""
    draw = random.Random(name)
    for i in itertools.count():
        mass = draw.randint(1, 1000)
        book.append_many(Draft("test.weighed", weighed(sign * mass), DAY, name, f"{name}-{i}-{sign}") for sign in (1, -1))


if __name__ == "__main__":
    _, place, what, *rest = sys.argv
    with open_book(place, create=True) as opened:
        say("ready")
        sys.stdin.readline()
        {"endless": endless, "some": some, "race": race, "quarrel": quarrel, "pairs": pairs}[what](opened, *rest)
