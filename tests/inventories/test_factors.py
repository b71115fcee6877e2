"""Own factors for one run: they add to or replace the background, are checked like ours, and are named in the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from inventories.factors import read_factors
from inventories.home import home
from inventories.score_store import unit_scores_with
from lca.errors import InputError
from lca.scores import UnitScores

HEAD = "process,location,unit,category,kgco2e,low,high,source,publisher,year,valid_until,note\n"
SHEET = '"aluminium, sheet",CN,kg,metal,4.2,3.9,4.6,EPD of sheet,Smelter AG,2025,2028-12-31,verified\n'
GRID = '"electricity, generation mix",CN,kWh,electricity,0.1,0.08,0.12,Green contract,Utility,2025,2028-12-31,\n'
Write = Callable[[str], Path]


@pytest.fixture(scope="module")
def module_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of this module's own, so that its stores do not pile up."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def own_home(module_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIFELOOP_HOME for every test here."""
    monkeypatch.setenv("LIFELOOP_HOME", str(module_home))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a table of own factors with these rows."""

    def made(rows: str) -> Path:
        path = tmp_path / "mine.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        return path

    return made


def with_factors(path: Path) -> UnitScores:
    """The scores of the background with the factors of this table."""
    own = read_factors(path)
    return unit_scores_with(own.exchanges, own.sources)


def score(scores: UnitScores, name: str, place: str) -> float:
    """kg CO2e per unit."""
    return float(scores.of_method("AR6-GWP100")[scores.catalogue.find(name, place).index].sum())


def sheet_row(scores: UnitScores) -> str:
    """The row for aluminium sheet, in the category that the background has it in."""
    found = scores.catalogue.find("aluminium, sheet", "CN")
    return SHEET.replace(",metal,", f",{scores.catalogue.processes[found.index].category},")


def test_a_factor_of_a_supplier_replaces_ours(write: Write, scores: UnitScores) -> None:
    own = with_factors(write(sheet_row(scores)))
    assert score(own, "aluminium, sheet", "CN") == pytest.approx(4.2, rel=1e-12)
    assert score(scores, "aluminium, sheet", "CN") > 5
    process = own.catalogue.processes[own.catalogue.find("aluminium, sheet", "CN").index]
    assert (process.kind, process.sources, process.year) == ("total", ("own:EPD of sheet",), 2025)


def test_a_new_process_is_added(write: Write, scores: UnitScores) -> None:
    own = with_factors(write("my alloy,GLO,kg,metal,7,6,8,Data sheet,Maker,2025,2028-12-31,\n"))
    assert score(own, "my alloy", "DE") == pytest.approx(7.0)
    assert len(own.catalogue.processes) == len(scores.catalogue.processes) + 1


def test_everything_above_a_replaced_row_changes(write: Write, scores: UnitScores) -> None:
    """Green power in China: its low voltage is 0.1 kg before losses, and all that is made with it gets better."""
    own = with_factors(write(GRID))
    losses = score(scores, "electricity, low voltage", "CN") / score(scores, "electricity, generation mix", "CN")
    assert score(own, "electricity, low voltage", "CN") == pytest.approx(0.1 * losses, rel=1e-9)
    for name in ("aluminium, sheet", "assembly, smartphone"):
        assert score(own, name, "CN") < 0.99 * score(scores, name, "CN")


def test_a_process_that_is_added_leaves_every_other_score_alone(write: Write, scores: UnitScores) -> None:
    own = with_factors(write("my alloy,GLO,kg,metal,7,6,8,Data sheet,Maker,2025,2028-12-31,\n"))
    kept = [i for i, p in enumerate(own.catalogue.processes) if p.name != "my alloy"]
    assert own.values[kept] == pytest.approx(scores.values, rel=1e-12)


def test_the_note_says_what_from_whom_and_until_when(write: Write, scores: UnitScores) -> None:
    (note,) = read_factors(write(sheet_row(scores)), today=date(2026, 11, 22)).notes
    assert note == (
        "own factor from mine.csv: aluminium, sheet (CN) = 4.2 kg CO2e/kg, EPD of sheet, Smelter AG 2025, valid until 2028-12-31"
    )


@pytest.mark.parametrize(("today", "expired"), [(date(2028, 12, 31), False), (date(2029, 1, 1), True)])
def test_a_factor_past_its_validity_says_so(today: date, expired: bool, write: Write) -> None:
    assert ("PAST ITS VALIDITY" in read_factors(write(SHEET), today).notes[0]) is expired


BAD_ROWS = [
    ("4.2,3.9", "-4.2,3.9", "kgco2e", "above zero"),
    ("4.2,3.9", "0,0", "kgco2e", "above zero"),
    ("4.2,3.9", "3.2,3.9", "kgco2e", "low <= kgco2e <= high"),
    ("4.2,3.9", "NaN,3.9", "kgco2e", "not a finite number"),
    (",CN,", ",Chna,", "location", "'China'"),
    ("metal", "metals", "category", "'metal'"),
    ("2025,2028-12-31", "2025,31.12.2028", "valid_until", "write it like"),
    ("2025,2028-12-31", "2025,", "valid_until", "a value is needed"),
    ("2025,2028-12-31", "12,2028-12-31", "year", "not a year"),
    ("EPD of sheet", "", "source", "a value is needed"),
    ("EPD of sheet", "X", "source", "not the title of a document"),
    ("Smelter AG", "", "publisher", "a value is needed"),
]


@pytest.mark.parametrize(("old", "new", "field", "said"), BAD_ROWS, ids=[b[1] or f"no {b[2]}" for b in BAD_ROWS])
def test_a_bad_row_is_told(old: str, new: str, field: str, said: str, write: Write) -> None:
    with pytest.raises(InputError) as caught:
        read_factors(write(GRID + SHEET.replace(old, new, 1)))
    (problem,) = caught.value.problems
    assert (Path(problem.file or "").name, problem.line, problem.field) == ("mine.csv", 3, field)
    assert said in str(problem)


def test_all_bad_rows_are_told_at_once(write: Write) -> None:
    with pytest.raises(InputError) as caught:
        read_factors(write(SHEET.replace("4.2", "-1") + GRID.replace(",CN,", ",ZZ,")))
    assert [p.line for p in caught.value.problems] == [2, 3]


def test_the_same_process_twice_and_an_empty_table(write: Write) -> None:
    with pytest.raises(InputError, match="there twice"):
        read_factors(write(SHEET + SHEET))
    with pytest.raises(InputError, match="has no row"):
        read_factors(write(""))


def test_a_unit_that_is_not_that_of_the_process(write: Write, scores: UnitScores) -> None:
    with pytest.raises(InputError) as caught:
        with_factors(write(sheet_row(scores).replace(",kg,", ",piece,")))
    assert (Path(caught.value.problems[0].file or "").name, caught.value.problems[0].line) == ("mine.csv", 2)


def test_factors_change_the_footprint_and_are_named_in_it(
    write: Write, scores: UnitScores, phone_file: Callable[..., Path], lifeloop: Callable[..., Result]
) -> None:
    """200 g of sheet at 4.2 kg CO2e per kg."""
    path = phone_file()
    (plain,) = json.loads(lifeloop("assess", path, "--json").stdout)
    (own,) = json.loads(lifeloop("assess", path, "--factors", write(sheet_row(scores)), "--json").stdout)
    assert own["stages"]["materials"] == pytest.approx(0.2 * 4.2, rel=1e-12)
    assert own["stages"]["use"] == pytest.approx(plain["stages"]["use"], rel=1e-9)
    assert "Smelter AG" in own["factors"][0]
    assert own["provenance"]["background_digest"] != plain["provenance"]["background_digest"]
    assert plain["factors"] == []


def test_people_read_the_note_too(
    write: Write, scores: UnitScores, phone_file: Callable[..., Path], lifeloop: Callable[..., Result]
) -> None:
    assert "note: own factor from mine.csv" in lifeloop("assess", phone_file(), "--factors", write(sheet_row(scores))).stdout


def test_bad_factors_stop_the_command(write: Write, phone_file: Callable[..., Path], lifeloop: Callable[..., Result]) -> None:
    result = lifeloop("assess", phone_file(), "--factors", write(SHEET.replace("metal", "metals")), "--json")
    assert result.exit_code == 3
    assert json.loads(result.stderr)["field"] == "category"


def test_a_second_run_with_the_same_factors_solves_nothing(write: Write) -> None:
    path = write(GRID)
    folder = home() / "scores" / with_factors(path).digest[:20]
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    again = with_factors(path)
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()} == before
    assert score(again, "electricity, generation mix", "CN") == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["values.f64", "processes.jsonl", "index.json"])
def test_a_broken_store_is_made_again(name: str, write: Write) -> None:
    path = write(GRID.replace("0.1,", "0.11,"))
    folder = home() / "scores" / with_factors(path).digest[:20]
    (folder / name).write_bytes((folder / name).read_bytes()[:50])
    assert score(with_factors(path), "electricity, generation mix", "CN") == pytest.approx(0.11)


@pytest.mark.parametrize("name", ["values.f64", "processes.jsonl"])
def test_zeros_after_a_power_cut_are_no_scores(name: str, write: Write) -> None:
    path = write(GRID.replace("0.1,", "0.115,"))
    file = home() / "scores" / with_factors(path).digest[:20] / name
    file.write_bytes(bytes(file.stat().st_size))
    assert score(with_factors(path), "electricity, generation mix", "CN") == pytest.approx(0.115)


def test_a_home_that_cannot_be_written_costs_only_time(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("a file, not a folder", encoding="utf-8")
    monkeypatch.setenv("LIFELOOP_HOME", str(tmp_path / "home"))
    assert score(with_factors(write(GRID)), "electricity, generation mix", "CN") == pytest.approx(0.1)


def test_a_pedigree_of_six_scores_or_one_that_is_none_is_refused(write: Write) -> None:
    for scores_given in ("2;3;7;1;1;2", "2;3;1;1", "2;3;1;1;x"):
        path = write("")
        path.write_text(HEAD.replace("note", "pedigree") + SHEET.replace("verified", scores_given), encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read_factors(path)
        assert caught.value.problems[0].field == "pedigree"


def test_a_category_that_is_not_that_of_the_process_is_named(write: Write) -> None:
    with pytest.raises(InputError) as caught:
        with_factors(write(SHEET.replace(",metal,", ",service,")))
    assert (caught.value.problems[0].field, caught.value.problems[0].value) == ("category", "service")


def test_a_factor_that_no_line_leads_to_is_warned_about(
    write: Write, scores: UnitScores, phone_file: Callable[..., Path], lifeloop: Callable[..., Result]
) -> None:
    """The grid of China is behind the sheet and the charging, an alloy of our own is behind nothing."""
    alloy = "my alloy,GLO,kg,metal,7,6,8,Data sheet,Maker,2025,2028-12-31,\n"
    (found,) = json.loads(lifeloop("assess", phone_file(), "--factors", write(GRID + alloy), "--json").stdout)
    (warned,) = [note for note in found["factors"] if "not used" in note]
    assert "my alloy (GLO)" in warned


@pytest.mark.parametrize("command", ["compare", "hotspots"])
def test_other_commands_warn_about_it_too(
    command: str, write: Write, scores: UnitScores, phone_file: Callable[..., Path], lifeloop: Callable[..., Result]
) -> None:
    alloy = "my alloy,GLO,kg,metal,7,6,8,Data sheet,Maker,2025,2028-12-31,\n"
    products = [phone_file()] * (2 if command == "compare" else 1)
    factors = write(GRID + alloy)
    found = json.loads(lifeloop(command, *products, "--factors", factors, "--json").stdout)
    (warned,) = [note for note in found["factors"] if "not used" in note]
    assert "my alloy (GLO)" in warned
    assert f"note: {warned}" in lifeloop(command, *products, "--factors", factors).stdout


def test_explain_uses_own_factors_also_for_a_process_that_only_they_have(
    write: Write, phone_file: Callable[..., Path], lifeloop: Callable[..., Result]
) -> None:
    factors = write("my alloy,GLO,kg,metal,7,6,8,Data sheet,Maker,2025,2028-12-31,\n")
    result = lifeloop("explain", phone_file(process="my alloy"), "case", "--factors", factors, "--json")
    (line,) = json.loads(result.stdout)["lines"]
    assert line["factor_sources"] == "Data sheet"
    assert line["background"]["score"] == pytest.approx(7.0)
    assert line["background"]["exchanges"][0]["publisher"] == "Maker"


@pytest.mark.parametrize(("low", "word", "expected"), [("2", "", "lognormal"), ("0", "", "triangular"), ("2", "uniform", "uniform")])
def test_the_distribution_is_that_of_a_line_unless_it_is_named(low: str, word: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    head = HEAD.replace("note", "note,distribution")
    path.write_text(head + SHEET.replace("3.9", low).replace("verified", f"verified,{word}"), encoding="utf-8")
    (exchange,) = read_factors(path).exchanges
    assert exchange.distribution == expected


@pytest.mark.parametrize(("old", "new", "column"), [("EPD of sheet", "x", "source"), ("verified", "verified,lognormall", "distribution")])
def test_a_cell_that_is_wrong_is_named_by_its_column(old: str, new: str, column: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    head = HEAD.replace("note", "note,distribution") if "," in new else HEAD
    path.write_text(head + SHEET.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_factors(path)
    assert (caught.value.problems[0].field, caught.value.problems[0].line) == (column, 2)
