"""What people look at before they report from a book: signatures, evidence, doubles, closed periods, a workbook."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from python_calamine import CalamineWorkbook

from records import open_book
from records.book import Book
from records.book_to_xlsx import write_xlsx
from records.errors import ContentRefused, OwnEntry, UnknownEntry
from records.reviewing import close_period, doubles, sign, unsigned, verdicts, without_evidence
from tests.records.samples import DAY, weighed

REVIEW = date(2025, 2, 1)
Lifeloop = Callable[..., Result]


@pytest.fixture
def logged(book: Book) -> Book:
    """Two equal masses on one day, another one, and one that was taken back."""
    for key, mass in (("a", 5), ("b", 5), ("c", 7), ("gone", 5)):
        book.append("test.weighed", weighed(mass, note="=1+1"), happened=DAY, who="li", key=key)
    book.reverse("gone", reason="typed twice", who="li")
    return book


def test_a_reviewer_signs_what_somebody_else_logged(logged: Book) -> None:
    signature = sign(logged, "a", "approved", who="wu", on=REVIEW)
    assert signature.content["entry_hash"] == logged.get("a").hash
    assert sign(logged, "a", "approved", who="wu", on=date(2025, 3, 1)) == signature
    assert [e.id for e in unsigned(logged)] == ["b", "c"]
    sign(logged, "a", "rejected", who="zhao", on=REVIEW, note="no weighing slip")
    sign(logged, "b", "approved", who="zhao", on=REVIEW)
    assert verdicts(logged) == {"a": "rejected", "b": "approved"}
    sign(logged, "a", "approved", who="zhao", on=REVIEW, note="the slip came")
    assert [e.id for e in unsigned(logged)] == ["c"]
    logged.reverse(signature.id, reason="signed the wrong one", who="wu")
    assert verdicts(logged)["a"] == "approved"


def test_nobody_signs_their_own_entry_or_a_signature(logged: Book) -> None:
    signature = sign(logged, "a", "approved", who="wu", on=REVIEW)
    head = logged.head()
    with pytest.raises(OwnEntry, match="somebody else"):
        sign(logged, "a", "approved", who="li", on=REVIEW)
    with pytest.raises(OwnEntry, match="signature"):
        sign(logged, signature.id, "approved", who="li", on=REVIEW)
    with pytest.raises(UnknownEntry):
        sign(logged, "nothing", "approved", who="wu", on=REVIEW)
    assert logged.head() == head


def test_the_same_tonnes_on_the_same_day_are_warned_of(logged: Book) -> None:
    logged.append("test.weighed", weighed(5), happened=date(2024, 1, 1), who="li", key="another day")
    (found,) = doubles(logged)
    assert [e.id for e in found.entries] == ["a", "b"]
    assert found.why == "the same 5 t on 2024-12-31"


def test_a_closed_period_is_closed_once(logged: Book) -> None:
    year = (date(2024, 1, 1), date(2024, 12, 31))
    closing = close_period(logged, *year, who="wu", on=REVIEW)
    assert close_period(logged, *year, who="li", on=DAY) == closing
    with pytest.raises(ContentRefused):
        close_period(logged, year[1], year[0], who="wu", on=REVIEW)


def test_a_workbook_holds_every_entry_and_runs_no_text(logged: Book, tmp_path: Path) -> None:
    head = write_xlsx(logged, tmp_path / "book.xlsx")
    assert head == logged.head()
    workbook = CalamineWorkbook.from_path(tmp_path / "book.xlsx")
    assert workbook.sheet_names == ["book", "test.weighed", "reversal"]
    header, *rows = workbook.get_sheet_by_name("test.weighed").to_python()
    assert [row[header.index("id")] for row in rows] == ["a", "b", "c", "gone"]
    assert [row[header.index("effective")] for row in rows] == [True, True, True, False]
    assert {row[header.index("note")] for row in rows} == {"=1+1"}
    assert sum(row[header.index("mass_t")] for row in rows) == 22


def test_the_command_line(tmp_path: Path, lifeloop: Lifeloop) -> None:
    place = tmp_path / "a.book"
    with open_book(place, create=True) as book:
        for key in "ab":
            book.append("test.weighed", weighed(5), happened=DAY, who="li", key=key)
        assert without_evidence(book) == []

    def run(*args: object) -> Result:
        return lifeloop("--records", place, "records", *args)

    assert run("sign", "a", "--who", "li").exit_code == 2
    assert run("sign", "a", "--who", "wu").exit_code == 0
    assert [e["id"] for e in json.loads(run("unsigned", "--json").stdout)] == ["b"]
    assert [e["id"] for e in json.loads(run("doubles", "--json").stdout)[0]["entries"]] == ["a", "b"]
    assert run("missing-evidence").stdout == "None.\n"
    assert run("close", "--from", "2024-12-31", "--to", "2024-01-01").exit_code == 2
    assert run("close", "--from", "2024-01-01", "--to", "2024-12-31").exit_code == 0
    assert run("export", "--xlsx").exit_code == 2
    assert run("export", "--xlsx", "-o", tmp_path / "a.xlsx").exit_code == 0
    assert set(json.loads(run("verify", "--json").stdout)) == {"entries", "head", "ok", "problems"}
