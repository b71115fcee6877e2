"""L1 and L3: what was acknowledged survives kill -9, and asking again never makes a second entry; on both databases."""

from __future__ import annotations

import random
import time
from collections import Counter

from records import open_book
from tests.records.conftest import Start, Writer
from tests.records.samples import SOAK
from tests.records.servers import Server

Writers = list[Writer]


def _pair(start_writer: Start, place: str, number: int) -> Writers:
    return [start_writer(place, "endless", f"r{number}.{writer}") for writer in "ab"]


def _begun(writers: Writers, draw: random.Random) -> list[str]:
    """Let them write until the first one has had 5 to 25 acknowledgements, and on to any moment; what those were."""
    for writer in writers:
        writer.go()
    acknowledged = [writers[0].next() for _ in range(draw.randint(5, 25))]
    time.sleep(draw.uniform(0.0, 0.02))
    return acknowledged


def _kill(writers: Writers) -> list[str]:
    for writer in writers:
        writer.kill()
    return [key for writer in writers for key in writer.ended()[1]]


def _must_hold(place: str, acknowledged: set[str]) -> None:
    with open_book(place) as book:
        assert acknowledged <= {e.id for e in book.entries()}
        assert book.verify().problems == ()


def test_kill_9_loses_nothing_that_was_acknowledged(place: str, start_writer: Start) -> None:
    """40 kills a database: two writers at a time, at a random moment, on the same book again and again."""
    draw, acknowledged = random.Random(7), set()
    for number in range(20 * SOAK):
        pair = _pair(start_writer, place, number)
        acknowledged.update(_begun(pair, draw))
        acknowledged.update(_kill(pair))
        with open_book(place) as book:
            assert acknowledged <= {e.id for e in book.entries()}
    assert len(acknowledged) > 100
    _must_hold(place, acknowledged)


def _told_of_the_end(writers: Writers) -> list[str]:
    """The server of these writers is gone: each ends with an error; what they said before."""
    ends = [writer.ended() for writer in writers]
    assert [code for code, _ in ends] == [1] * len(writers)
    return [key for _, said in ends for key in said]


def test_a_server_that_stops_at_once_loses_nothing_that_was_acknowledged(server: Server, start_writer: Start) -> None:
    """PostgreSQL without a clean shutdown under two writers; they are told, and the next start recovers."""
    place, draw, acknowledged = server.new_database(), random.Random(7), set()
    for number in range(5 * SOAK):
        pair = _pair(start_writer, place, number)
        acknowledged.update(_begun(pair, draw))
        server.stop("immediate")
        acknowledged.update(_told_of_the_end(pair))
        server.start()
        _must_hold(place, acknowledged)
    assert len(acknowledged) > 50


def test_a_server_that_is_killed_loses_nothing_that_was_acknowledged(server: Server, start_writer: Start) -> None:
    """`kill -9` of PostgreSQL's first process under two writers: its others end themselves, and the next start recovers."""
    place, draw, acknowledged = server.new_database(), random.Random(7), set()
    server.stop()
    for number in range(5 * SOAK):
        running = server.start_as_child()
        pair = _pair(start_writer, place, number)
        acknowledged.update(_begun(pair, draw))
        running.kill()
        running.wait()
        acknowledged.update(_told_of_the_end(pair))
    server.start_again()
    _must_hold(place, acknowledged)
    assert len(acknowledged) > 50


def _all_at_once(writers: Writers) -> list[str]:
    for writer in writers:
        writer.go()
    answers = [writer.ended() for writer in writers]
    assert {code for code, _ in answers} == {0}
    return [line for _, said in answers for line in said]


def test_eight_writers_who_ask_again_and_again_make_one_entry_a_key(place: str, start_writer: Start) -> None:
    """500 keys, each asked for by 8 processes that lose three answers in ten: one row a key, and all answers are equal."""
    number = 500 * SOAK
    lines = _all_at_once([start_writer(place, "race", f"w{i}", number) for i in range(8)])
    assert len(lines) == 8 * number
    assert len(set(lines)) == number
    with open_book(place) as book:
        assert {f"{e.seq} {e.id} {e.who} {e.hash}" for e in book.entries()} == set(lines)
        assert book.head().entries == number
        assert book.verify().ok


def test_of_two_who_write_other_things_under_one_key_the_loser_is_told(place: str, start_writer: Start) -> None:
    answers = Counter(_all_at_once([start_writer(place, "quarrel", f"w{i}", 100) for i in range(2)]))
    assert all(answers[f"q{i} {what}"] == 1 for i in range(100) for what in ("won", "told"))
