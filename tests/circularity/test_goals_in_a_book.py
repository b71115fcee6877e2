"""The published e-waste goal, from entries in a real book: 38,000 t over 2022-2026, 95.94 % at the end of 2024."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from circularity.goal_values import values_of
from circularity.goals import Goal, progress
from circularity.weee import rates
from lca.errors import InputError
from records import open_book
from records.book import Book
from records.spreadsheets import Column, read_sheet, write_template

GOAL = Goal(id="g", metric="ewaste.recycled", unit="t", target=38000.0, start=date(2022, 1, 1), end=date(2026, 12, 31))
COLUMNS = (Column("date", ("日期",), "date", required=True), Column("mass", ("质量",), "number", required=True))


def test_the_goal_stands_where_the_report_says(tmp_path: Path) -> None:
    with open_book(tmp_path / "b", create=True) as book:
        for year, mass in ((2022, 4500.0), (2023, 12260.0), (2024, 19698.0)):
            content = {"mass_t": mass, "mass": mass, "treatment": "recycled"}
            book.append("ewaste", content, happened=date(year, 12, 31), who="li", key=str(year))
        at = date(2024, 12, 31)
        found = progress(GOAL, values_of(book, GOAL, at), at)
    assert found.achieved == 36458.0
    assert found.completion == pytest.approx(0.959421, abs=1e-6)
    assert found.remaining == 1542.0
    assert found.elapsed == pytest.approx(1096 / 1826, rel=1e-12)
    assert found.required_rate == pytest.approx(771.0)


def test_the_collection_rate_is_over_the_mean_of_three_years(tmp_path: Path) -> None:
    with open_book(tmp_path / "b", create=True) as book:
        for year, mass in ((2021, 90.0), (2022, 100.0), (2023, 110.0)):
            book.append("placed_on_market", {"mass_t": mass, "year": year}, happened=date(year, 12, 31), who="li")
        book.append("ewaste", {"mass_t": 65.0, "mass": 65.0, "treatment": "collected"}, happened=date(2024, 6, 1), who="li")
        (rate,) = rates(book, 2024)
    assert rate.value == pytest.approx(0.65)


def logged(book: Book, *rows: tuple[str, str, float, str, int]) -> None:
    """Rows of treatment (or `placed`), stream, t, region, year."""
    for what, stream, mass, region, year in rows:
        labels = {"mass_t": mass, "stream": stream, "region": region}
        kind, more = ("placed_on_market", {"year": year}) if what == "placed" else ("ewaste", {"mass": mass, "treatment": what})
        book.append(kind, labels | more, happened=date(year, 12, 31), who="li")


def test_the_rate_over_all_streams_counts_what_has_three_years_put_on_the_market(tmp_path: Path) -> None:
    with open_book(tmp_path / "b", create=True) as book:
        logged(book, *(("placed", "weee-6", 10.0, "EU", year) for year in (2021, 2022, 2023)), ("placed", "weee-2", 9.0, "EU", 2023))
        logged(book, ("collected", "weee-6", 5.0, "EU", 2024), ("collected", "weee-1", 100.0, "CN", 2024))
        found = {(rate.definition, rate.stream): rate for rate in rates(book, 2024)}
    # phones in the EU: 5 t of a mean of 10 t; 105 t of 10 t would be 1,050 %
    every = found["weee.collection", "all"]
    assert (every.value, every.met) == (pytest.approx(0.5), False)
    assert "100 t collected of weee-1 in CN" in (every.note or "")
    assert "weee-2 in EU" in (every.note or "")
    assert found["weee.collection", "weee-6"].value == pytest.approx(0.5)
    assert found["weee.collection", "weee-6"].note is None
    alone = found["weee.collection", "weee-1"]
    assert (alone.value, alone.note) == (None, "nothing put on the market is logged for 2021, 2022, 2023")


def test_a_rate_above_one_is_doubted_and_meets_nothing(tmp_path: Path) -> None:
    with open_book(tmp_path / "b", create=True) as book:
        logged(book, *(("placed", "weee-6", 10.0, "EU", year) for year in (2021, 2022, 2023)))
        logged(book, ("collected", "weee-6", 12.0, "EU", 2024), ("recycled", "weee-6", 18.0, "EU", 2024))
        found = {(rate.definition, rate.stream): rate for rate in rates(book, 2024)}
    # 12 of 10 t, 18 of 12 t
    assert [rate.value for rate in found.values()] == pytest.approx([1.2, 1.2, 1.5, 1.5])
    assert [rate.met for rate in found.values()] == [None] * 4
    assert "put on the market missing" in (found["weee.collection", "weee-6"].note or "")
    assert "more was treated than collected" in (found["weee.recycling", "weee-6"].note or "")


def test_years_of_two_regions_make_no_three_years(tmp_path: Path) -> None:
    with open_book(tmp_path / "b", create=True) as book:
        logged(book, ("placed", "weee-6", 10.0, "EU", 2021), ("placed", "weee-6", 10.0, "CN", 2022), ("placed", "weee-6", 10.0, "EU", 2023))
        logged(book, ("collected", "weee-6", 5.0, "EU", 2024))
        rate = rates(book, 2024)[0]
    assert rate.value is None
    assert rate.note == "no stream and region has equipment put on the market logged for each of 2021, 2022, 2023"


def test_a_region_that_is_not_told_may_be_any(tmp_path: Path) -> None:
    with open_book(tmp_path / "b", create=True) as book:
        logged(book, *(("placed", "weee-6", 10.0, "unspecified", year) for year in (2021, 2022, 2023)))
        logged(book, ("collected", "weee-6", 5.0, "EU", 2024), ("collected", "weee-6", 2.0, "CN", 2024))
        assert rates(book, 2024)[0].value == pytest.approx(0.7)


def test_a_header_in_chinese_names_its_unit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("日期;质量（吨）\n2024年12月31日;１２．５\n", encoding="utf-8")
    (row,) = read_sheet(path, COLUMNS)
    assert (row.required_day("date"), row.number("mass"), row.units) == (date(2024, 12, 31), 12.5, {"mass": "吨"})


@pytest.mark.parametrize(
    "text", ["date,mass\n2024-12-31\n", "date,mas\n2024-12-31,1\n", 'date,mass\n"2024-12-31,1\n', "", "date,date,mass\n"]
)
def test_a_table_that_can_be_read_in_two_ways_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.csv"):
        read_sheet(path, COLUMNS)


def test_a_template_is_a_workbook_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, COLUMNS, chinese=True)
    with pytest.raises(InputError, match="no row below the header"):
        read_sheet(path, COLUMNS)


BAD_CELLS = [("2024-12-31", x) for x in ("1,5", "19,698", "1_000", "٣", "infinity", "nan", "1e999", "=1+1", "5 t")]
BAD_CELLS += [(x, "1") for x in ("31/12/2024", "2260-01-01", "2023-02-29", "45657", "民國 114", "")]


@pytest.mark.parametrize(("day", "mass"), BAD_CELLS)
def test_a_cell_that_is_not_certain_names_its_row(day: str, mass: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'date,mass\n"{day}","{mass}"\n', encoding="utf-8")
    (row,) = read_sheet(path, COLUMNS)
    with pytest.raises(InputError) as refused:
        _ = (row.required_day("date"), row.number("mass"))
    assert (refused.value.problems[0].line, refused.value.problems[0].field) in {(2, "date"), (2, "mass")}


def test_a_formula_without_a_value_and_merged_cells_are_refused(tmp_path: Path) -> None:
    import xlsxwriter

    for name in ("formula", "merged"):
        with xlsxwriter.Workbook(tmp_path / f"{name}.xlsx") as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["date", "mass"])
            sheet.write_row(1, 0, ["2024-12-31", 1])
            if name == "formula":
                sheet.write_formula(2, 1, "=1+1", None, "")
            else:
                sheet.merge_range(2, 0, 3, 0, "2024-12-31")
        with pytest.raises(InputError, match="without a value" if name == "formula" else "merged cells"):
            read_sheet(tmp_path / f"{name}.xlsx", COLUMNS)
