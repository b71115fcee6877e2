"""E-waste and goals by the command line, on both databases; and the keys of goals."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from circularity.goals import Goal
from records.book import Book
from records.errors import KeyConflict, UnknownEntry
from records.goal_entries import entry_key, goals_of

GOAL = Goal(id="g", metric="ewaste.recycled", unit="t", target=38000.0, start=date(2022, 1, 1), end=date(2026, 12, 31))


def test_the_published_goal_on_either_database(lifeloop: Callable[..., Result], place: str, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("日期,质量（吨）,处理方式\n2022-12-31,4500,再生利用\n2023-12-31,12260,再生利用\n2024-12-31,19698,再生利用\n", "utf-8")
    for added in (3, 0):
        assert json.loads(lifeloop("ewaste", "import", table, "--records", place, "--json").stdout)["added"] == added
    said = ("--id", "g", "--metric", "ewaste.recycled", "--unit", "t", "--target", 38000, "--from", "2022-01-01", "--to", "2026-12-31")
    assert [lifeloop("goal", "add", *said, "--records", place).stdout for _ in range(2)] == ["goal:g\n"] * 2
    (one,) = json.loads(lifeloop("--records", place, "goal", "status", "--at", "2024-12-31", "--json").stdout)
    assert (one["achieved"], one["remaining"], one["elapsed"]) == (36458, 1542, pytest.approx(1096 / 1826))
    rows = json.loads(lifeloop("ewaste", "--records", place, "status", "--by", "year", "--json").stdout)
    assert [(row["year"], row["mass"], row["entries"]) for row in rows] == [("2022", 4500, 1), ("2023", 12260, 1), ("2024", 19698, 1)]


def test_an_id_belongs_to_one_goal_that_counts(book: Book) -> None:
    def there() -> list:  # type: ignore[type-arg]
        return book.entries("goal", where={"id": "g"}, include_reversed=True)

    assert entry_key(GOAL, None, there()) == "goal:g"
    book.append("goal", GOAL, happened=GOAL.start, who="li", key="goal:g")
    assert entry_key(GOAL, None, there()) == entry_key(GOAL, "goal:g", there()) == "goal:g"
    with pytest.raises(KeyConflict, match="is there as entry 'goal:g'"):
        entry_key(GOAL, "another", there())
    for number in (2, 3):
        book.reverse(there()[-1].id, reason="raised", who="li")
        key = entry_key(GOAL, None, there())
        assert key == f"goal:g#{number}"
        book.append("goal", GOAL, happened=GOAL.start, who="li", key=key)
    assert goals_of(book) == [GOAL]
    with pytest.raises(UnknownEntry, match="no goal is called 'h'"):
        goals_of(book, ids=("h",))
