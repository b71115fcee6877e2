"""CSV read strictly: what spreadsheets and pandas change without a word is an error here, or stays as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventories.tables import Row, parse_table, read_table
from lca.errors import InputError, Problem

COLUMNS = ("process", "location", "amount")
HEAD = "process,location,amount\n"


def row_of(amount: str) -> Row:
    """A row with this amount."""
    return Row("t.csv", 7, {"process": "steel", "location": "CN", "amount": amount})


def refusal(text: str) -> Problem:
    """The one problem that a table is refused for."""
    with pytest.raises(InputError) as caught:
        parse_table(text, "t.csv", COLUMNS, ("note",))
    (problem,) = caught.value.problems
    assert problem.file == "t.csv"
    return problem


@pytest.mark.parametrize("row", ["steel,CN", "steel,CN,1,2", "steel, CN, 1, 5", ""], ids=["short", "long", "decimal comma", "blank"])
def test_a_ragged_row_never_shifts_the_columns(row: str) -> None:
    problem = refusal(f"{HEAD}copper,DE,2\n{row}\n")
    assert problem.line == 3
    assert "cells where the header has 3" in problem.reason


def test_a_header_that_is_there_twice() -> None:
    problem = refusal("process,location,amount,amount\nsteel,CN,1,2\n")
    assert (problem.line, problem.reason) == (1, "a column is there twice")


def test_an_unknown_column_gets_the_nearest_one() -> None:
    problem = refusal("process,locaton,amount\nsteel,CN,1\n")
    assert (problem.line, problem.field) == (1, "locaton")
    assert "'location'" in (problem.hint or "")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_an_unknown_header(separator: str) -> None:
    problem = refusal(f"{HEAD}steel,CN,1\n".replace(",", separator))
    assert problem.line == 1
    assert "column" in problem.reason


def test_missing_columns_are_named() -> None:
    assert refusal("process\nsteel\n").reason == "columns missing: location, amount"


def test_an_optional_column_that_is_missing_is_empty() -> None:
    (row,) = parse_table(f"{HEAD}steel,CN,1\n", "t.csv", COLUMNS, ("note",))
    assert row.text("note") == ""


@pytest.mark.parametrize(("text", "line"), [(f'{HEAD}"steel,CN,1\n', 2), (f"{HEAD}ste\0el,CN,1\n", 2)], ids=["quote", "NUL"])
def test_what_is_no_csv(text: str, line: int) -> None:
    assert refusal(text).line == line


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "big5", "shift_jis"])
def test_a_table_that_is_not_utf8(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"{HEAD}鋼,CN,1\n".encode(encoding))
    with pytest.raises(InputError, match="not UTF-8") as caught:
        read_table(path, COLUMNS)
    assert caught.value.problems[0].file == str(path)


def test_utf16_without_a_mark_is_not_taken_for_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"{HEAD}steel,CN,1\n".encode("utf-16-le"))
    with pytest.raises(InputError, match="NUL"):
        read_table(path, COLUMNS)


@pytest.mark.parametrize(
    "raw",
    [f"﻿{HEAD}钢,CN,1\n", f"{HEAD}钢,CN,1\n".replace("\n", "\r\n"), f"{HEAD}钢,CN,1\n".replace("\n", "\r"), f'{HEAD}"钢",CN,1'],
    ids=["BOM", "CRLF", "CR", "no last line end"],
)
def test_what_spreadsheets_add_is_left_out(raw: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(raw.encode())
    (row,) = read_table(path, COLUMNS)
    assert (row.text("process"), row.number("amount"), row.file) == ("钢", 1.0, str(path))


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / "missing.csv", COLUMNS)


@pytest.mark.parametrize(("text", "expected"), [("1.25", 1.25), (" 3 ", 3.0), ("1e-3", 0.001), ("-2", -2.0), ("007.5", 7.5)])
def test_numbers(text: str, expected: float) -> None:
    assert row_of(text).number("amount") == expected


@pytest.mark.parametrize(
    "text",
    ["１２．５", "٣", "1,5", "1.000,5", "infinity", "-inf", "nan", "1e999", "1_000", "0x10", "12 kg", "#N/A", "=1+1", ""],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(InputError) as caught:
        row_of(text).number("amount")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.field, problem.value) == ("t.csv", 7, "amount", text)


def test_texts_stay_as_they_are_written() -> None:
    (row,) = parse_table(f"{HEAD}0012345678905,NA,1\n", "t.csv", COLUMNS)
    assert row.text("process") == "0012345678905"
    assert row.text("location") == "NA"


def test_an_empty_number_may_be_left_out_where_that_is_meant() -> None:
    assert row_of("").optional_number("amount") is None
    assert row_of("2").optional_number("amount") == 2.0


def test_one_of_the_words_allowed() -> None:
    row = Row("t.csv", 3, {"kind": "inputs"})
    with pytest.raises(InputError, match="did you mean 'input'") as caught:
        row.one_of("kind", ("input", "emission", "total"))
    assert caught.value.problems[0].line == 3


@pytest.mark.parametrize("text", ["2024.5", "24", "3024", "-1"])
def test_what_is_no_year(text: str) -> None:
    with pytest.raises(InputError, match="not a year"):
        row_of(text).year("amount")


def test_a_cell_over_two_lines_keeps_the_row_together() -> None:
    first, second = parse_table(f'{HEAD}"steel,\nhot rolled",CN,1\ncopper,DE,2\n', "t.csv", COLUMNS)
    assert first.text("process") == "steel,\nhot rolled"
    assert (second.line, second.number("amount")) == (4, 2.0)
