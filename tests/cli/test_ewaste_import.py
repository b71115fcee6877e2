"""Tables of e-waste: taken whole, once, in English and Chinese; and a corpus of bad ones that leave the journal as it was."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import Result

Lifeloop = Callable[..., Result]
GOOD = "date,mass,unit,treatment,region\n2023-12-31,12260,t,recycled,CN\n2024-12-31,19698,t,recycled,CN\n"


def written(folder: Path, text: str | bytes, name: str = "table.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def workbook(path: Path, rows: list[list[Any]], change: Callable[[Any, Any], None] = lambda _book, _sheet: None) -> Path:
    """A workbook with these rows on its first sheet."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        change(book, sheet)
    return path


def masses(lifeloop: Lifeloop) -> list[float]:
    """The logged masses in t."""
    return [entry["content"]["mass_t"] for entry in json.loads(lifeloop("ewaste", "list", "--json").stdout)]


@pytest.mark.usefixtures("book")
def test_a_table_is_taken_once(lifeloop: Lifeloop, tmp_path: Path) -> None:
    table = written(tmp_path, GOOD)
    answers = [json.loads(lifeloop("ewaste", "import", table, "--json").stdout) for _ in range(2)]
    assert [answer["added"] for answer in answers] == [2, 0]
    assert answers[0]["ids"] == answers[1]["ids"]
    more = written(tmp_path, GOOD + "2022-12-31,4500,t,recycled,CN\n", "more.csv")
    assert lifeloop("ewaste", "import", more).stdout == "3 rows, 1 entries added, 2 were there already\n"
    assert sorted(masses(lifeloop)) == [4500, 12260, 19698]


@pytest.mark.usefixtures("book")
def test_rows_that_say_the_same_are_each_counted(lifeloop: Lifeloop, tmp_path: Path) -> None:
    table = written(tmp_path, GOOD + "2024-12-31,19698,t,recycled,CN\n")
    assert [lifeloop("ewaste", "import", table).exit_code for _ in range(2)] == [0, 0]
    assert sorted(masses(lifeloop)) == [12260, 19698, 19698]


def test_a_preview_writes_nothing(lifeloop: Lifeloop, tmp_path: Path, book: Path) -> None:
    table = written(tmp_path, GOOD)
    assert "2 rows, recycled 31,958 t; nothing was written" in lifeloop("ewaste", "import", table, "--preview").stdout
    assert [row["mass_t"] for row in json.loads(lifeloop("ewaste", "import", table, "--preview", "--json").stdout)] == [12260, 19698]
    assert not book.exists()


@pytest.mark.usefixtures("book")
def test_a_preview_never_adds_treatments_up(lifeloop: Lifeloop, tmp_path: Path) -> None:
    """7 t collected, of which 5.5 t were recycled: 12.5 t are nothing."""
    rows = "2024-12-31,5.5,t,recycled\n2024-12-31,3,t,collected\n2024-11-30,4000,kg,收集\n"
    table = written(tmp_path, "date,mass,unit,treatment\n" + rows)
    said = lifeloop("ewaste", "import", table, "--preview").stdout.splitlines()[-1]
    assert said == "3 rows, collected 7.0000 t, recycled 5.5000 t; nothing was written"


@pytest.mark.usefixtures("book")
def test_one_table_in_two_languages_units_and_forms_is_one_table(lifeloop: Lifeloop, tmp_path: Path) -> None:
    """12.5 t recycled and 1,000 devices of 200 g reused, said in four ways."""
    english = written(
        tmp_path,
        "date,mass,units,unit,treatment,stream,region,unit mass\n"
        "2024-12-31,12.5,,t,recycled,phones,CN,\n2024-12-31,,1000,piece,reused,weee-6,CN,0.2\n",
    )
    header = ["日期", "质量", "数量", "单位", "处理方式", "类别", "地区", "单台质量（克）"]
    rows: list[list[Any]] = [
        ["2024年12月31日", 12.5, "", "吨", "再生利用", "手机", "CN", ""],
        ["2024-12-31", "", 1000, "台", "翻新", 6, "CN", 200],
    ]
    chinese = workbook(tmp_path / "表.xlsx", [header, *rows])
    kilograms = written(tmp_path, "date,mass (kg),treatment,stream,region\n2024-12-31,12500,循环利用,weee-6,CN\n", "kg.csv")
    twice = written(
        tmp_path, "日期,质量（公斤）,处理方式,类别,地区\n2024-12-31,12500,再生利用,6,CN\n2024-12-31,12500,再生利用,6,CN\n", "two.csv"
    )
    added = [json.loads(lifeloop("ewaste", "import", table, "--json").stdout)["added"] for table in (english, chinese, kilograms, twice)]
    # the second of two rows that mean the same is a second lot
    assert added == [2, 0, 0, 1]
    assert sorted(masses(lifeloop)) == pytest.approx([0.2, 12.5, 12.5])


@pytest.mark.usefixtures("book")
def test_another_mass_date_treatment_or_place_is_another_entry(lifeloop: Lifeloop, tmp_path: Path) -> None:
    head = "date,mass,unit,treatment,region\n"
    rows = ("2024-12-31,1,t,recycled,CN", "2024-12-30,1,t,recycled,CN", "2024-12-31,1,kg,recycled,CN", "2024-12-31,1,t,reused,CN")
    for row in (*rows, "2024-12-31,1,t,recycled,EU", "2024-12-31,1.0000001,t,recycled,CN"):
        assert lifeloop("ewaste", "import", written(tmp_path, f"{head}{row}\n")).stdout == "1 rows, 1 entries added\n"


@pytest.fixture(params=[14, -12])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[date]:
    """The user's day, 14 hours before Greenwich or 12 behind it: at any moment one of them is not that of Greenwich."""
    monkeypatch.setenv("TZ", f"HERE{-request.param:+d}")
    time.tzset()
    yield datetime.now(UTC).astimezone(timezone(timedelta(hours=request.param))).date()
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("book")
def test_the_users_day_is_today(lifeloop: Lifeloop, tmp_path: Path, zone: date) -> None:
    head = "date,mass,unit,treatment\n"
    assert lifeloop("ewaste", "import", written(tmp_path, f"{head}{zone},1,t,recycled\n")).exit_code == 0
    said = ("--mass", 1, "--unit", "t", "--treatment", "recycled")
    assert lifeloop("ewaste", "add", "--date", zone, *said).stderr == ""
    tomorrow = zone + timedelta(days=1)
    late = written(tmp_path, f"{head}{tomorrow},1,t,recycled\n", "late.csv")
    told = lifeloop("ewaste", "import", late).stderr, lifeloop("ewaste", "add", "--date", tomorrow, *said).stderr
    # should midnight fall into this test, tomorrow is today
    if datetime.now().astimezone().date() == zone:
        assert "later than today" in told[0]
        assert "lies in the future" in told[1]


def test_equipment_of_a_year_to_come_is_refused(lifeloop: Lifeloop, book: Path) -> None:
    result = lifeloop("ewaste", "placed", "--year", 2090, "--mass", 1, "--unit", "t")
    assert (result.exit_code, "year: later than this year" in result.stderr) == (3, True)
    assert not book.exists()


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("unit", ["ton", "tons", "mt", "MT"])
def test_a_ton_is_not_guessed(lifeloop: Lifeloop, tmp_path: Path, unit: str) -> None:
    table = written(tmp_path, f"date,mass ({unit}),treatment\n2024-12-31,6,recycled\n")
    result = lifeloop("ewaste", "import", table, "--json")
    (problem,) = [json.loads(line) for line in result.stderr.splitlines()]
    assert (result.exit_code, problem["line"], problem["value"]) == (3, 2, unit)
    assert "short_ton" in problem["hint"]
    assert lifeloop("ewaste", "add", "--date", "2024-12-31", "--mass", 6, "--unit", unit, "--treatment", "recycled").exit_code == 3


CHINESE = [
    ("日期,质量（吨）,处理方式\n2024年12月31日,１２．５,再生利用\n", "utf-8", 12.5),
    ("日期;质量;单位;处理方式\n2024/12/31;500;公斤;翻新\n", "utf-8-sig", 0.5),
    ("日期\t重量\t单位\t处理方式\n民國113年12月31日\t3\t吨\t收集\n", "gb18030", 3.0),
    ("日期,台数,单位,单台质量（克）,处理方式\r\n2024.12.31,1000,台,200,再使用\r\n", "utf-16", 0.2),
]


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(("text", "encoding", "tonnes"), CHINESE)
def test_tables_in_chinese(lifeloop: Lifeloop, tmp_path: Path, text: str, encoding: str, tonnes: float) -> None:
    table = written(tmp_path, text.encode(encoding))
    result = lifeloop("ewaste", "import", table, "--encoding", encoding.removesuffix("-sig"))
    assert result.exit_code == 0, result.stderr
    assert masses(lifeloop) == [pytest.approx(tonnes)]


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("chinese", [True, False])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_template_can_be_filled_in(lifeloop: Lifeloop, tmp_path: Path, form: str, chinese: bool) -> None:
    path = tmp_path / f"t.{form}"
    assert lifeloop("ewaste", "template", path, *(["--chinese"] if chinese else [])).exit_code == 0
    assert lifeloop("ewaste", "template", path).exit_code == 3
    empty = lifeloop("ewaste", "import", path)
    assert (empty.exit_code, "no row below the header" in empty.stderr) == (3, True)
    if form == "csv":
        path.write_bytes(path.read_bytes() + b"2024-12-31,5,,t,recycled" + b"," * 9 + b"\r\n")
        assert lifeloop("ewaste", "import", path).exit_code == 0
        assert masses(lifeloop) == [5]


@pytest.mark.usefixtures("book")
def test_a_workbook_with_real_dates(lifeloop: Lifeloop, tmp_path: Path) -> None:
    def day(book: Any, sheet: Any) -> None:
        sheet.write_datetime(1, 0, date(2024, 12, 31), book.add_format({"num_format": "dd/mm/yyyy"}))

    rows = [["date", "mass (kg)", "treatment", "note"], ["", 1250, "recycled", "first"]]
    table = workbook(tmp_path / "a.xlsx", rows, day)
    assert lifeloop("ewaste", "import", table).exit_code == 0
    (entry,) = json.loads(lifeloop("ewaste", "list", "--json").stdout)
    assert (entry["happened"], entry["content"]["mass_t"], entry["content"]["note"]) == ("2024-12-31", 1.25, "first")


@pytest.mark.usefixtures("book")
def test_evidence_lies_beside_the_table(lifeloop: Lifeloop, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    written(tmp_path / "docs", b"slip", "slip.pdf")
    table = written(tmp_path, "date,mass,unit,treatment,evidence\n2024-12-31,1,t,recycled,docs/slip.pdf\n")
    assert lifeloop("ewaste", "import", table).exit_code == 0
    (entry,) = json.loads(lifeloop("ewaste", "list", "--json").stdout)
    assert entry["content"]["evidence"][0]["name"] == "slip.pdf"


HEADER = "date,mass,units,unit,treatment,product,unit_mass,evidence,key"
#: A bad row for each rule, and the field that is named.
BAD_ROWS = {
    "2024-12-31,,,t,recycled,,,,": "mass",
    "2024-12-31,1,1,t,recycled,,,,": "mass",
    "2024-12-31,1,,,recycled,,,,": "unit",
    "2024-12-31,1,,kWh,recycled,,,,": "unit",
    "2024-12-31,1,,度,recycled,,,,": "unit",
    "2024-12-31,1,,piece,recycled,,,,": "unit",
    "2024-12-31,-1,,t,recycled,,,,": "mass",
    "2024-12-31,0,,t,recycled,,,,": "mass",
    '2024-12-31,"19,698",,t,recycled,,,,': "mass",
    '2024-12-31,"1,5",,t,recycled,,,,': "mass",
    "2024-12-31,1_000,,t,recycled,,,,": "mass",
    "2024-12-31,٣,,t,recycled,,,,": "mass",
    "2024-12-31,infinity,,t,recycled,,,,": "mass",
    "2024-12-31,NaN,,t,recycled,,,,": "mass",
    "2024-12-31,1e999,,t,recycled,,,,": "mass",
    "2024-12-31,=1+1,,t,recycled,,,,": "mass",
    "2024-12-31,1,,t,,,,,": "treatment",
    "2024-12-31,1,,t,recycld,,,,": "treatment",
    "2024-12-31,1,,t,回收,,,,": "treatment",
    ",1,,t,recycled,,,,": "date",
    "31/12/2024,1,,t,recycled,,,,": "date",
    "2023-02-29,1,,t,recycled,,,,": "date",
    "45657,1,,t,recycled,,,,": "date",
    "2260-01-01,1,,t,recycled,,,,": "date",
    "2100-01-01,1,,t,recycled,,,,": "date",
    "2024-12-31,,5,台,recycled,,,,": "unit_mass",
    "2024-12-31,,5,台,recycled,no_such_phone,,,": "product",
    "2024-12-31,,5,台,recycled,,0,,": "unit_mass",
    "2024-12-31,1,,t,recycled,,,no.pdf,": "evidence",
    "2024-12-31,1,,t,recycled,,,../..,": "evidence",
}


@pytest.mark.parametrize(("row", "field"), BAD_ROWS.items())
def test_a_bad_row_is_named_and_nothing_is_taken(lifeloop: Lifeloop, tmp_path: Path, book: Path, row: str, field: str) -> None:
    table = written(tmp_path, f"{HEADER}\n2024-12-31,1,,t,recycled,,,,\n{row}\n")
    result = lifeloop("ewaste", "import", table, "--json")
    (problem,) = [json.loads(line) for line in result.stderr.splitlines()]
    assert result.exit_code == 3
    assert (problem["file"], problem["line"], problem["field"]) == (str(table), 3, field)
    assert not book.exists()


def _csv(text: str | bytes) -> Callable[[Path], Path]:
    return lambda folder: written(folder, text)


def _xlsx(change: Callable[[Any, Any], None]) -> Callable[[Path], Path]:
    rows = [["date", "mass", "unit", "treatment"], ["2024-12-31", 1, "t", "recycled"]]
    return lambda folder: workbook(folder / "table.xlsx", rows, change)


def _bomb(folder: Path) -> Path:
    path = workbook(folder / "table.xlsx", [["date"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 30_000_000)
    return path


def _entities(folder: Path) -> Path:
    path, bad = workbook(folder / "plain.xlsx", [["date"]]), folder / "table.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "xl/workbook.xml":
                body = body.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook', 1)
            target.writestr(name, body)
    return bad


BAD_FILES: dict[str, Callable[[Path], Path]] = {
    "no such file": lambda folder: folder / "nothing.csv",
    "a folder": lambda folder: folder,
    "empty": _csv(""),
    "only a header": _csv(GOOD.splitlines()[0]),
    "an unknown header": _csv(GOOD.replace("mass", "mas")),
    "a header twice": _csv(GOOD.replace("region", "日期")),
    "a header missing": _csv("mass,unit,treatment\n1,t,recycled\n"),
    "a cell too many": _csv(GOOD + "2024-12-31,1,t,recycled,CN,x\n"),
    "a cell too few": _csv(GOOD + "2024-12-31,1,t\n"),
    "a quote left open": _csv(GOOD + '"2024-12-31,1,t,recycled,CN\n'),
    "NUL": _csv(GOOD + "2024-12-31,1,t,recycled,C\0N\n"),
    "GB18030 unsaid": _csv((GOOD + "2024-12-31,1,t,recycled,中国\n").encode("gb18030")),
    "UTF-16 unsaid": _csv(GOOD.encode("utf-16")),
    "Big5 unsaid": _csv((GOOD + "2024-12-31,1,t,recycled,臺灣\n").encode("big5")),
    "Shift JIS unsaid": _csv((GOOD + "2024-12-31,1,t,recycled,日本\n").encode("shift_jis")),
    "a very long line": _csv(GOOD + "x" * 2_000_000),
    "columns without end": _csv("date" + ",x" * 10_000 + "\n"),
    "a key twice": _csv("date,mass,unit,treatment,key\n2024-12-31,1,t,recycled,k\n2024-12-31,2,t,recycled,k\n"),
    "an old workbook": lambda folder: written(folder, b"\xd0\xcf\x11\xe0", "table.xls"),
    "no workbook at all": lambda folder: written(folder, GOOD, "table.xlsx"),
    "a zip without sheets": lambda folder: written(folder, b"PK\x05\x06" + b"\0" * 18, "table.xlsx"),
    "a formula without a value": _xlsx(lambda _book, sheet: sheet.write_formula(2, 1, "=1+1", None, "")),
    "an error of a formula": _xlsx(lambda _book, sheet: sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")),
    "merged cells": _xlsx(lambda _book, sheet: sheet.merge_range(2, 0, 3, 0, "2024-12-31")),
    "a hidden row": _xlsx(lambda _book, sheet: sheet.set_row(1, None, None, {"hidden": True})),
    "a hidden column": _xlsx(lambda _book, sheet: sheet.set_column(1, 1, None, None, {"hidden": True})),
    "two filled sheets": _xlsx(lambda book, _sheet: book.add_worksheet("more").write(0, 0, "x")),
    "a zip bomb": _bomb,
    "a document type": _entities,
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_and_the_journal_stays(lifeloop: Lifeloop, tmp_path: Path, book: Path, name: str) -> None:
    (tmp_path / "before").mkdir()
    assert lifeloop("ewaste", "import", written(tmp_path / "before", GOOD)).exit_code == 0
    before = lifeloop("records", "status", "--json").stdout
    result = lifeloop("ewaste", "import", BAD_FILES[name](tmp_path), "--json")
    problems = [json.loads(line) for line in result.stderr.splitlines()]
    assert (result.exit_code, result.stdout) == (3, "")
    assert problems
    assert all(str(tmp_path) in problem["file"] and problem["reason"] for problem in problems)
    assert lifeloop("records", "status", "--json").stdout == before
    assert book.exists()


@pytest.mark.usefixtures("book")
def test_a_unit_is_said_once(lifeloop: Lifeloop, tmp_path: Path) -> None:
    table = written(tmp_path, "date,mass (kg),unit,treatment\n2024-12-31,1,t,recycled\n")
    assert "unit: the header says 'kg' (got 't')" in lifeloop("ewaste", "import", table).stderr


@pytest.mark.usefixtures("book")
def test_a_key_that_two_rows_have_names_both(lifeloop: Lifeloop, tmp_path: Path) -> None:
    table = written(tmp_path, "date,mass,unit,treatment,key\n2024-12-31,1,t,recycled,k\n\n2024-12-31,2,t,recycled,k\n")
    assert f"{table}:4: key: row 2 has this key too (got 'k')" in lifeloop("ewaste", "import", table).stderr


@pytest.mark.usefixtures("book")
def test_another_content_under_a_known_key_takes_nothing_of_the_table(lifeloop: Lifeloop, tmp_path: Path) -> None:
    head = "date,mass,unit,treatment,key\n"
    lifeloop("ewaste", "import", written(tmp_path, head + "2024-12-31,1,t,recycled,k1\n"))
    result = lifeloop("ewaste", "import", written(tmp_path, head + "2024-12-31,7,t,recycled,k0\n2024-12-31,2,t,recycled,k1\n"))
    assert result.exit_code == 2
    assert f"{tmp_path / 'table.csv'}:3" in result.stderr
    assert masses(lifeloop) == [1]


@pytest.mark.usefixtures("book")
def test_a_closed_period_needs_a_reason(lifeloop: Lifeloop, tmp_path: Path) -> None:
    lifeloop("ewaste", "add", "--date", "2022-12-31", "--mass", 1, "--unit", "t", "--treatment", "recycled")
    lifeloop("records", "close", "--from", "2023-01-01", "--to", "2023-12-31")
    table = written(tmp_path, GOOD)
    assert lifeloop("ewaste", "import", table).exit_code == 2
    assert masses(lifeloop) == [1]
    assert lifeloop("ewaste", "import", table, "--reason", "a late weighbridge slip").exit_code == 0


# Equipment put on the market
