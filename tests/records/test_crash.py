"""L1 and L3: what was acknowledged survives kill -9, and asking again never makes a second entry; on both databases."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from subprocess import Popen

from records import open_book
from tests.records.conftest import Start
from tests.records.samples import SOAK
from tests.records.servers import Server

Pair = list["Popen[str]"]


def _pair(start_writer: Start, place: str, number: int) -> Pair:
    return [start_writer(place, "endless", f"r{number}.{writer}") for writer in "ab"]


def _run_for(pair: Pair, seconds: float) -> None:
    for process in pair:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
    time.sleep(seconds)


def _acknowledged(process: Popen[str]) -> list[str]:
    """The keys whose lines came whole."""
    out, _ = process.communicate()
    return [line.strip() for line in out.splitlines(keepends=True) if line.endswith("\n")]


def _kill(pair: Pair) -> list[str]:
    for process in pair:
        process.send_signal(signal.SIGKILL)
    return [key for process in pair for key in _acknowledged(process)]


def _must_hold(place: str, acknowledged: set[str]) -> None:
    with open_book(place) as book:
        assert acknowledged <= {e.id for e in book.entries()}
        assert book.verify().problems == ()


def test_kill_9_loses_nothing_that_was_acknowledged(place: str, start_writer: Start) -> None:
    """40 kills a database: two writers at a time, at a random moment, on the same book again and again."""
    draw, acknowledged = random.Random(7), set()
    following = _pair(start_writer, place, 0)
    for number in range(1, 20 * SOAK + 1):
        pair, following = following, _pair(start_writer, place, number)
        _run_for(pair, draw.uniform(0.02, 0.25))
        acknowledged.update(_kill(pair))
        with open_book(place) as book:
            assert acknowledged <= {e.id for e in book.entries()}
    assert len(acknowledged) > 100
    _must_hold(place, acknowledged)


def test_a_server_that_stops_at_once_loses_nothing_that_was_acknowledged(server: Server, start_writer: Start) -> None:
    """PostgreSQL without a clean shutdown under two writers; they are told, and the next start recovers."""
    place, draw, acknowledged = server.new_database(), random.Random(7), set()
    for number in range(5 * SOAK):
        pair = _pair(start_writer, place, number)
        _run_for(pair, draw.uniform(0.1, 0.4))
        server.stop("immediate")
        for process in pair:
            acknowledged.update(_acknowledged(process))
            assert process.returncode == 1
        server.start()
        _must_hold(place, acknowledged)
    assert len(acknowledged) > 50


def _all_at_once(processes: Pair) -> list[str]:
    _run_for(processes, 0)
    answers = [_acknowledged(process) for process in processes]
    assert {process.returncode for process in processes} == {0}
    return [line for lines in answers for line in lines]


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
