"""`lifeloop records` and imports where something is wrong with the place or a key: the reason, the row, the right exit code."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from records import open_book
from records.book import Book
from records.canonical import link
from records.values import GENESIS

Lifeloop = Callable[..., Result]
NOWHERE = ["nowhere/a.book", "file/a.book", "n" * 300]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A book with one entry, beside a plain file."""
    (tmp_path / "file").write_text("a file is no folder", encoding="utf-8")
    with open_book(tmp_path / "a.book", create=True) as book:
        _log(book, "k1", 5.0)
    return tmp_path / "a.book"


def _log(book: Book, key: str, mass: float) -> None:
    from datetime import date

    content = {"mass_t": mass, "mass": mass, "treatment": "recycled"}
    book.append("ewaste", content, happened=date(2024, 6, 30), who="li", key=key)


@pytest.mark.parametrize("nowhere", NOWHERE)
def test_a_copy_that_cannot_be_made_says_why(lifeloop: Lifeloop, place: Path, nowhere: str) -> None:
    target = place.parent / nowhere
    for words in (
        ("backup", target, "--records", place),
        ("restore", place, "--records", target),
        ("export", "-o", target, "--records", place),
        ("init", "--records", target),
    ):
        made = lifeloop("records", *words)
        assert made.exit_code == 2, (words, made.output, made.exception)
        assert str(target) in made.stderr
    assert sorted(path.name for path in place.parent.iterdir()) == ["a.book", "file"]


def test_a_backup_and_a_restore_come_back_to_the_same_head(lifeloop: Lifeloop, place: Path) -> None:
    copy, again = place.with_name("copy.book"), place.with_name("again.book")
    heads = [
        json.loads(lifeloop("records", *words, "--json").stdout)["head"]
        for words in (("backup", copy, "--records", place), ("restore", copy, "--records", again), ("status", "--records", place))
    ]
    assert len(set(heads)) == 1


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_does_not_answer_is_no_tampering(lifeloop: Lifeloop) -> None:
    pytest.importorskip("psycopg")
    made = lifeloop("records", "verify", "--records", f"postgresql://li@127.0.0.1:{_closed_port()}/book", "--json")
    assert (made.exit_code, made.stdout) == (2, "")
    assert "cannot be reached" in json.loads(made.stderr)["reason"]


@pytest.mark.parametrize("what", ["nowhere.book", "."])
def test_a_place_without_a_book_is_no_tampering(lifeloop: Lifeloop, place: Path, what: str) -> None:
    made = lifeloop("records", "verify", "--records", place.parent / what)
    assert (made.exit_code, made.stdout) == (2, "")


def test_a_broken_book_still_is_not_as_it_was_written(lifeloop: Lifeloop, place: Path) -> None:
    place.write_bytes(place.read_bytes()[:5000])
    made = lifeloop("records", "verify", "--records", place)
    assert made.exit_code == 3
    assert "NOT as it was written" in made.stdout


def _table(folder: Path, *rows: str, header: str = "date,mass (t),treatment,key") -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_key_conflicts_of_a_table_name_every_row(lifeloop: Lifeloop, place: Path) -> None:
    with open_book(place) as book:
        _log(book, "k2", 7.0)
        before = book.head()
    # k1 is there with 5 t, k2 with 7 t; row 3 is new, and is not written
    table = _table(place.parent, "2024-06-30,5.5,recycled,k1", "2024-06-30,1,recycled,k3", "2024-06-30,8,recycled,k2")
    made = lifeloop("ewaste", "import", table, "--records", place, "--json")
    assert made.exit_code == 2
    said = [json.loads(line) for line in made.stderr.splitlines()]
    assert [(one["file"], one["line"], one["field"]) for one in said] == [(str(table), 2, "key"), (str(table), 4, "key")]
    assert "the key 'k1' is taken: the book has" in said[0]["reason"]
    with open_book(place) as book:
        assert book.head() == before


STATUS = "date,supplier,status,source,key"


@pytest.mark.parametrize("second", ["2024-12-31,A,sbti,list,same", "2024-12-31,B,sbti,list,same"], ids=["the same again", "something else"])
def test_two_rows_of_a_table_with_one_key_are_both_named(lifeloop: Lifeloop, tmp_path: Path, second: str) -> None:
    table = _table(tmp_path, "2024-12-31,A,sbti,list,same", "2024-12-31,C,sbti,list,other", second, header=STATUS)
    made = lifeloop("supplier", "import", table, "--records", tmp_path / "s.book", "--json")
    assert made.exit_code == 3
    said = json.loads(made.stderr)
    assert (said["line"], said["field"], said["value"], said["reason"]) == (4, "key", "same", "row 2 has this key too")
    assert not (tmp_path / "s.book").exists()


def test_a_row_of_a_closed_period_is_named(lifeloop: Lifeloop, place: Path) -> None:
    assert lifeloop("records", "close", "--from", "2023-01-01", "--to", "2023-12-31", "--records", place).exit_code == 0
    table = _table(place.parent, "2024-06-30,1,recycled,new", "2023-06-30,1,recycled,old")
    made = lifeloop("ewaste", "import", table, "--records", place)
    assert made.exit_code == 2
    assert f"{table}:3: 2023-01-01 to 2023-12-31 is closed" in made.stderr


def test_an_export_with_one_key_twice_names_both_lines(lifeloop: Lifeloop, tmp_path: Path) -> None:
    """Each link of the forged export holds, so only its key gives it away."""
    content = '{"mass":5,"mass_t":5,"treatment":"recycled"}'
    lines, before = [], GENESIS
    for seq in (1, 2):
        row = {"seq": seq, "key": "k", "kind": "ewaste", "happened": "2024-06-30", "recorded": "2024-07-01T00:00:00.000000Z"}
        row |= {"who": "li", "reason": None}
        before = link(before, row, content)
        lines.append(json.dumps(row | {"content": json.loads(content), "hash": before}))
    export = tmp_path / "export.jsonl"
    export.write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = lifeloop("records", "import", export, "--records", tmp_path / "new.book", "--json")
    assert made.exit_code == 3, made.output
    said = json.loads(made.stderr)
    assert (said["line"], said["reason"]) == (2, "its key is that of line 1")
    assert not (tmp_path / "new.book").exists()


def test_what_is_wrong_with_one_entry_has_no_number_in_front(lifeloop: Lifeloop, tmp_path: Path) -> None:
    said = ("--metric", "materials.recycled_used", "--value", 5, "--unit", "t", "--date", "2024-12-31")
    made = lifeloop("goal", "log", *said, "--who", " li", "--records", tmp_path / "a.book")
    assert made.exit_code == 3
    assert made.stderr.startswith("Error: who: must be")
