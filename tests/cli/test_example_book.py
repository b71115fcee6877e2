"""The example book of the demo: public figures entered one by one, and the page that is computed from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.example_book import build_example_book, example_entries
from cli.sustainability_page import Page, PageRow, as_markdown


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of 2024 from a book of its own."""
    return Page(build_example_book(tmp_path_factory.mktemp("example") / "book.sqlite"), 2024)


@pytest.fixture(scope="module")
def rows(page: Page) -> list[PageRow]:
    """Its rows."""
    return page.rows()


def row(rows: list[PageRow], words: str) -> PageRow:
    """The one row whose figure holds the words."""
    (found,) = [r for r in rows if words in r.figure]
    return found


@pytest.mark.parametrize(
    ("figure", "trend", "note"),
    [
        ("18 products assessed: 13 smartphones, 1 wearables, 4 smart home appliances", "", ""),
        # 10,787,758 / 10,007,200 - 1 = 7.8 %
        ("10,787,758 t CO2e", "+7.8 % on 2023", "market-based"),
        # 1 - 0.57 x 365,906 / 10,787,758 = 98.07 %
        ("scope 3 is 98.1 % of the total", "", "published: 98 %"),
        # 0.57 / 0.43 - 1 = 33 %; 208,566 / 10,787,758 = 1.93 %
        ("0.570 t CO2e per million RMB of revenue", "+33 % on 2023", "1.93 % of the total"),
        ("<= 300 suppliers", "", "nearly 300"),
        ("111 suppliers", "", ""),
        ("83 suppliers", "", ""),
        ("24 suppliers", "", ""),
        ("green electricity 43 %", "", ""),
        ("vehicle-suppliers-2025: 50 % by 2025", "on", "above 50 %"),
        # at least 5 % a year; 43 % is above 25 %, and 100 % is not asked before 2050
        (
            "supplier rule: cut at least 5 % a year; renewable at least 25 % by 2030, at least 100 % by 2050",
            "tier-one suppliers",
            "supplier by supplier",
        ),
        ("611 on-site audits", "", "every finding rectified"),
        ("2 contracts ended", "", ""),
        ("100 % of the international market and 70 % of the domestic market", "", ""),
        ("plastic-free ratio up by about 15 %", "", "not said"),
        # 4,500 + 12,260 + 19,698 = 36,458; / 38,000 = 95.942 %; 19,698 / 12,260 - 1 = 61 %; 1096 / 1826 = 60 %; 1,542 / 2 = 771
        ("36,458 of 38,000 t = 95.94 %", "+61 % on 2023", "1,542 t to go, 60 % of the time gone; 771 t a year"),
        ("1,300,000 devices traded in, China", "", "xiaomi_14"),
        ("99.35 %", "", ""),
        ("3,378 t CO2e", "", ""),
    ],
)
def test_every_published_figure_comes_out_of_its_entries(rows: list[PageRow], figure: str, trend: str, note: str) -> None:
    found = row(rows, figure)
    assert trend in found.trend
    assert note in found.note


def test_every_figure_but_ratings_and_counts_says_what_it_is(rows: list[PageRow]) -> None:
    assert [r.figure for r in rows if not r.definition] == []


def test_a_target_without_a_published_base_is_not_judged(rows: list[PageRow]) -> None:
    assert row(rows, "own-operations-2030").trend == "unknown: no base value"


def test_a_goal_for_which_nothing_is_logged_claims_nothing(rows: list[PageRow]) -> None:
    assert "%" not in row(rows, "recycled-material-2022-2026").figure


def test_the_page_of_a_year_without_entries_has_no_figures_of_that_year(page: Page) -> None:
    assert [r for r in Page(page.book, 2021).rows() if r.area not in {"targets", "circularity"}] == []


def test_the_book_is_the_same_when_it_is_built_twice(tmp_path: Path) -> None:
    once = build_example_book(tmp_path / "book.sqlite").head()
    assert build_example_book(tmp_path / "book.sqlite").head() == once
    assert once.entries == len(example_entries())
    assert build_example_book(tmp_path / "book.sqlite").verify().ok


def test_the_page_is_a_table_with_one_line_a_row(rows: list[PageRow]) -> None:
    lines = as_markdown("Title", rows).splitlines()
    assert lines[0] == "# Title"
    assert len(lines) == len(rows) + 4
    assert {line.count("|") for line in lines[2:]} == {6}
