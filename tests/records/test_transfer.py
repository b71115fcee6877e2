"""L12, L13 and L14: backups under load, upgrades that keep every number, exports that come back with the same hashes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records import Draft, open_book
from records.backup import backup, restore
from records.book import Book
from records.engines import postgres_engine, sqlite_engine, writing
from records.errors import BookExists, BookMissing, ContentRefused, OldBook, OtherHistory
from records.migrations import upgrade
from records.opening import upgrade_book
from records.schema import VERSION
from records.transfer import import_file, write_csv, write_jsonl
from tests.records.conftest import Start
from tests.records.samples import DAY, SOAK, weighed
from tests.records.servers import connect

WRITERS = {"jsonl": write_jsonl, "csv": write_csv}


def _export(book: Book, path: Path, form: str = "jsonl") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        WRITERS[form](book, file)
    return path


@pytest.fixture
def another_place(request: pytest.FixtureRequest, place: str, tmp_path: Path) -> Callable[[str], str]:
    """More places on the same database as `place`, each the same whenever it is asked for."""
    if place.startswith("postgresql"):
        return cache(lambda _name: str(request.getfixturevalue("server").new_schema()))
    return lambda name: str(tmp_path / f"{name}.book")


def test_backups_under_load_hold_and_come_back(
    place: str, another_place: Callable[[str], str], start_writer: Start, tmp_path: Path
) -> None:
    """5 backups while 4 processes write: each holds, none is older than what was acknowledged before, and each comes back equal."""
    writers = [start_writer(place, "pairs", f"w{i}") for i in range(4)]
    for writer in writers:
        writer.go()
    with open_book(place) as book:
        for number in range(5 * SOAK):
            known = book.head().entries
            copy = tmp_path / f"backup{number}"
            head = backup(book, copy)
            assert head.entries >= known
            assert head.entries % 2 == 0
            back = another_place(f"back{number}")
            assert restore(copy, back) == head
            with open_book(back) as restored:
                assert restored.head() == head
                assert restored.verify(head.hash).ok
                assert restored.sum("test.weighed", "mass_t")[0].value == 0
            assert book.verify(head.hash).ok
        assert all(writer.runs() for writer in writers)


def test_nothing_is_overwritten(book: Book, place: str, tmp_path: Path) -> None:
    book.append("test.weighed", weighed(1), happened=DAY, who="li", key="a")
    backup(book, tmp_path / "copy")
    with pytest.raises(BookExists):
        backup(book, tmp_path / "copy")
    with pytest.raises(BookExists):
        restore(tmp_path / "copy", place)
    with pytest.raises(BookMissing):
        restore(tmp_path / "nothing", tmp_path / "new.book")


_safe = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(lambda s: s == s.strip())
_notes = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
_drafts = st.lists(
    st.tuples(st.floats(allow_nan=False, allow_infinity=False), _safe, _notes, st.dates(), _safe, st.none() | _safe), min_size=1, max_size=5
)


def _gone(place: str) -> None:
    """Take a book away, as nobody can by the book itself."""
    if not place.startswith("postgresql"):
        Path(place).unlink(missing_ok=True)
        return
    with connect(place) as connection:
        connection.execute("DROP TABLE IF EXISTS journal, journal_version")
        connection.execute("DROP FUNCTION IF EXISTS journal_append_only")


@settings(max_examples=200 * SOAK, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(drafts=_drafts, form=st.sampled_from(["jsonl", "csv"]), take_back=st.booleans())
def test_an_export_comes_back_equal(
    another_place: Callable[[str], str], tmp_path: Path, drafts: list[Any], form: str, take_back: bool
) -> None:
    """200 states of books that grow to 60 entries, the copy with them: every entry, hash and column is the same after export and import."""
    source, target = another_place("source"), another_place("target")
    with open_book(source, create=True) as book:
        made = book.append_many(
            Draft("test.weighed", weighed(mass, treatment, note=note), day, who, reason=reason)
            for mass, treatment, note, day, who, reason in drafts
        )
        if take_back:
            book.reverse(made[0].id, reason="wrong", who="li")
        _, head = import_file(_export(book, tmp_path / f"export.{form}", form), target)
        with open_book(target) as again:
            assert again.head() == head == book.head()
            assert again.entries(include_reversed=True) == book.entries(include_reversed=True)
            assert again.verify(head.hash).ok  # the columns that totals are made of are those of the contents
    if head.entries > 60:
        _gone(source)
        _gone(target)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_book_goes_from_one_database_to_another_and_on(
    book: Book, another_place: Callable[[str], str], tmp_path: Path, form: str
) -> None:
    """An export is a beginning: the next one continues it, and the same one again adds nothing."""
    book.append("test.weighed", weighed(5, note="=1+1"), happened=DAY, who="-li", key="a")
    book.reverse(book.reverse("a", reason="wrong", who="wu").id, reason="right", who="wu")
    first, other = _export(book, tmp_path / "first", form), another_place("other")
    assert import_file(first, other)[0] == 3
    assert import_file(first, other)[0] == 0
    book.append("test.weighed", weighed(6), happened=DAY, who="li", key="b")
    assert import_file(_export(book, tmp_path / "second", form), other) == (1, book.head())
    through_a_file = tmp_path / "file.book"
    import_file(tmp_path / "second", through_a_file)
    with open_book(other) as there, open_book(through_a_file) as in_file:
        assert there.entries(include_reversed=True) == in_file.entries(include_reversed=True) == book.entries(include_reversed=True)
        assert there.sum("test.weighed", "mass_t")[0].value == 11
        there.append("test.weighed", weighed(7), happened=DAY, who="li", key="their own")
        book.append("test.weighed", weighed(8), happened=DAY, who="li", key="our own")
        with pytest.raises(OtherHistory):
            import_file(_export(book, tmp_path / "third", form), other)


def test_an_export_that_was_changed_is_refused_whole(book: Book, tmp_path: Path) -> None:
    for i in range(5):
        book.append("test.weighed", weighed(i), happened=DAY, who="li", key=f"k{i}")
    lines = _export(book, tmp_path / "export").read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[3])
    changed = [
        [*lines[:3], json.dumps(row | {"who": "wu"}), lines[4]],
        [*lines[:3], json.dumps(row | {"content": weighed(99)}), lines[4]],
        [*lines[:2], *lines[3:]],
        [*lines[:4], lines[4][:-5]],
        [*lines[:3], "[]", lines[4]],
    ]
    for number, text in enumerate(changed):
        (tmp_path / "changed").write_text("\n".join(text) + "\n", encoding="utf-8")
        with pytest.raises(ContentRefused):
            import_file(tmp_path / "changed", tmp_path / f"new{number}.book")
        assert not (tmp_path / f"new{number}.book").exists()


# --- upgrades (L13) ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_upgrade_keeps_every_number_and_hash(place: str, tmp_path: Path, version: int) -> None:
    """A book of each earlier schema, filled, is refused until it is upgraded, and then has the same entries, totals and head."""
    is_file = not place.startswith("postgresql")
    if is_file:
        Path(place).touch()
    engine = sqlite_engine(Path(place)) if is_file else postgres_engine(place)
    with writing(engine) as connection:
        upgrade(connection, version)
    with Book(engine, place) as old:
        for day, mass in ((date(2022, 12, 31), 4500), (date(2023, 12, 31), 12260), (DAY, 19698)):
            old.append("test.weighed", weighed(mass), happened=day, who="li", key=f"k{day.year}")
        old.reverse("k2022", reason="wrong", who="wu")
        head, entries = old.head(), old.entries(include_reversed=True)
    with pytest.raises(OldBook, match="upgrade"):
        open_book(place)
    assert upgrade_book(place) == version
    assert upgrade_book(place) == VERSION
    with open_book(place) as new:
        assert (new.head(), new.entries(include_reversed=True)) == (head, entries)
        assert new.sum("test.weighed", "mass_t")[0].value == 12260 + 19698
        assert new.verify(head.hash).ok
