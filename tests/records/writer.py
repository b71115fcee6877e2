"""What another process does that writes to a book; `main` says how it is told what."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from multiprocessing.connection import Connection

from records import Draft, KeyConflict, open_book
from records.book import Book
from tests.records.samples import DAY, weighed

Say = Callable[[str], None]


def endless(book: Book, say: Say, name: str) -> None:
    """Entries without end; each key is said once the book has acknowledged it."""
    draw = random.Random(name)
    for i in itertools.count():
        key = f"{name}-{i}"
        book.append("test.weighed", weighed(i, note="x" * draw.choice([10, 500, 8000])), happened=DAY, who=name, key=key)
        say(key)


def some(book: Book, say: Say, name: str, number: str) -> None:
    """So many entries, one by one."""
    for i in range(int(number)):
        book.append("test.weighed", weighed(1), happened=DAY, who=name, key=f"{name}-{i}")


def race(book: Book, say: Say, name: str, number: str) -> None:
    """Entries under keys that all the others use too; the answer is dropped now and then and asked for again."""
    draw = random.Random(name)
    for i in range(int(number)):
        while True:
            entry = book.append("test.weighed", weighed(i), happened=DAY, who=name, key=f"k{i}")
            if draw.random() > 0.3:
                break
        say(f"{entry.seq} {entry.id} {entry.who} {entry.hash}")


def quarrel(book: Book, say: Say, name: str, number: str) -> None:
    """Everyone's own content under the same keys: says who won, or that the loser was told."""
    for i in range(int(number)):
        try:
            book.append("test.weighed", weighed(i, note=name), happened=DAY, who=name, key=f"q{i}")
            say(f"q{i} won")
        except KeyConflict as error:
            say(f"q{i} told" if f'"note":"{name}"' in str(error) else f"q{i} told something else: {error}")


def pairs(book: Book, say: Say, name: str) -> None:
    """Two entries at a time that add to zero, and now and then such a pair is taken back at once."""
    draw = random.Random(name)
    for i in itertools.count():
        mass = draw.randint(1, 1000)
        book.append_many(Draft("test.weighed", weighed(sign * mass), DAY, name, f"{name}-{i}-{sign}") for sign in (1, -1))


def main(pipe: Connection, place: str, what: str, *rest: str) -> None:
    """Open the book, made when it is not there, say "ready", wait for a word, and do WHAT (a function of this module)."""
    with open_book(place, create=True) as opened:
        pipe.send("ready")
        pipe.recv()
        {"endless": endless, "some": some, "race": race, "quarrel": quarrel, "pairs": pairs}[what](opened, pipe.send, *rest)
