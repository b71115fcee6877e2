"""A background of a few rows, written down and solved by hand; and every bad row told by file and line."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inventories.background_files import BackgroundTables, read_background
from inventories.background_folder import FOLDER, digest
from inventories.tables import read_table
from lca.drawn_system import FactDraws
from lca.errors import InputError, MeaninglessSystem, Problem
from lca.scores import UnitScores
from lca.solve import unit_scores
from tests.inventories.toy_background import TABLES

AR6 = {"coal": 0.9 + 0.001 * 29.8, "water": 0.004 * 27}
AR5 = {"coal": 0.9 + 0.001 * 30, "water": 0.004 * 28}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the tables, with one cell or row of one of them changed."""

    def made(file: str | None = None, old: str = "", new: str = "") -> Path:
        for name, text in TABLES.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            assert name != file or old in text
            path.write_text(text.replace(old, new, 1) if name == file else text, encoding="utf-8")
        return tmp_path

    return made


def solved(folder: Path, method: str = "AR6-GWP100") -> dict[str, float]:
    """kg CO2e per unit of each 'name @ place'."""
    scores = unit_scores(read_background(folder).background)
    totals = scores.of_method(method).sum(axis=1)
    return {f"{p.name} @ {p.location}": float(x) for p, x in zip(scores.catalogue.processes, totals, strict=True)}


def test_electricity_is_the_mix_and_then_the_losses(write: Write) -> None:
    found = solved(write())
    china = 0.75 * AR6["coal"] + 0.25 * AR6["water"]
    world = 0.5 * AR6["coal"] + 0.5 * AR6["water"]
    assert found["electricity, generation mix @ CN"] == pytest.approx(china, rel=1e-12)
    assert found["electricity, low voltage @ CN"] == pytest.approx(1.1 * china, rel=1e-12)
    assert found["electricity, low voltage @ GLO"] == pytest.approx(1.2 * world, rel=1e-12)


def test_a_published_total_is_combustion_plus_upstream_and_is_not_split_by_gas(write: Write) -> None:
    scores = unit_scores(read_background(write()).background)
    index = scores.catalogue.find("electricity, generation mix", "CN-GD").index
    assert scores.catalogue.processes[index].kind == "total"
    by_group = dict(zip(scores.groups, scores.values[index, 0], strict=True))
    assert by_group == pytest.approx({"fossil": 0.0, "biogenic": 0.0, "not split": 0.45})


def test_units_of_an_input_and_of_an_emission_are_converted(write: Write) -> None:
    """1.8 MJ are 0.5 kWh, 900 g are 0.9 kg."""
    china = 1.1 * (0.75 * AR6["coal"] + 0.25 * AR6["water"])
    assert solved(write())["steel @ CN"] == pytest.approx(1.9 + 0.5 * china, rel=1e-12)


def test_a_row_for_several_places_takes_its_inputs_from_each_of_them(write: Write) -> None:
    """`CN;GLO` with `=`: Chinese steel on Chinese power, the world's on the world's."""
    found = solved(write())
    assert found["steel @ GLO"] == pytest.approx(1.9 + 0.5 * found["electricity, low voltage @ GLO"], rel=1e-12)
    assert found["steel @ CN"] != pytest.approx(found["steel @ GLO"], rel=1e-3)


def test_an_input_falls_back_to_the_parents_of_its_place(write: Write) -> None:
    """Guangdong's sheet takes China's steel, Germany's the world's: there is none in the Union."""
    found = solved(write())
    assert found["sheet @ CN-GD"] == pytest.approx(1.1 * found["steel @ CN"], rel=1e-12)
    assert found["sheet @ DE"] == pytest.approx(1.1 * found["steel @ GLO"], rel=1e-12)


def test_ar5_against_ar6_on_methane(write: Write) -> None:
    folder = write()
    six, five = solved(folder), solved(folder, "AR5-GWP100")
    assert five["electricity, coal @ GLO"] - six["electricity, coal @ GLO"] == pytest.approx(0.001 * (30 - 29.8), rel=1e-9)
    assert five["electricity, water @ GLO"] / six["electricity, water @ GLO"] == pytest.approx(28 / 27, rel=1e-12)
    mix = 1.1 * (0.75 * AR5["coal"] + 0.25 * AR5["water"])
    assert five["electricity, low voltage @ CN"] == pytest.approx(mix, rel=1e-12)


def test_kinds_of_processes(write: Write) -> None:
    processes = {f"{p.name} @ {p.location}": p for p in read_background(write()).background.catalogue.processes}
    assert processes["electricity, generation mix @ CN"].kind == "mix"
    assert processes["electricity, generation mix @ CN-GD"].kind == "total"
    assert processes["steel @ CN"].kind == "unit process"
    assert processes["sheet @ DE"].sources == ("estimate",)
    assert (processes["steel @ CN"].unit, processes["steel @ CN"].category, processes["steel @ CN"].year) == ("kg", "metal", 2022)


def test_what_rests_on_estimates(write: Write) -> None:
    """Only the sheet's row has no source: all of a sheet rests on it, nothing of the steel."""
    scores = unit_scores(read_background(write()).background)
    share = {p.name: r for p, r in zip(scores.catalogue.processes, scores.estimates_of("AR6-GWP100"), strict=True) if p.location == "CN"}
    assert share["steel"] == 0.0
    assert share["sheet"] == pytest.approx(scores.of_method("AR6-GWP100")[scores.catalogue.find("sheet", "CN").index].sum())


POWER, STEEL, SOURCES = "exchanges/power.csv", "exchanges/steel.csv", "sources/papers.csv"
BAD_ROWS = [
    # table | what is written | what is written instead | line | field | what is said
    (STEEL, "2022,steelworld,p. 3", "2022,stealworld,p. 3", 2, "source", "did you mean 'steelworld'"),
    (STEEL, '"carbon dioxide, fossil"', '"carbon dioxid, fossil"', 3, "flow", "'carbon dioxide, fossil'"),
    (STEEL, "1.8,MJ", "1.8,kg", 2, "unit", "cannot be given in kWh"),
    (STEEL, "1.9,kg", "1.9,kWh", 3, "unit", "cannot be given in kg"),
    (STEEL, ",1.9,", ",-1.9,", 3, "amount", "above zero"),
    (STEEL, ",1.9,", ",0,", 3, "amount", "above zero"),
    (STEEL, ",1.9,", ",1.9e,", 3, "amount", "not a finite number"),
    (STEEL, ",1.9,", ",nan,", 3, "amount", "not a finite number"),
    (STEEL, "1.8,2,log", "1.95,2,log", 3, "low", "low <= amount <= high"),
    (STEEL, "1.8,2,log", "1.8,1.85,log", 3, "low", "low <= amount <= high"),
    (STEEL, "2;2;2;2;2,derived", "2;2;2;2,derived", 2, "pedigree", "five scores"),
    (STEEL, "2;2;2;2;2,derived", "2;2;2;2;6,derived", 2, "pedigree", "five scores"),
    (STEEL, "CN;GLO", "CN;GLOB", 2, "location", "unknown place"),
    (STEEL, "CN;GLO", "cn;GLO", 2, "location", "did you mean 'CN'"),
    (STEEL, "steel,=,1.1", "steel,Chna,1.1", 4, "location", "'China'"),
    (STEEL, "steel,=,1.1", "stell,=,1.1", 4, "process", "did you mean 'steel'"),
    (STEEL, "steel,=,1.1", "steel,,1.1", 4, "flow_location", "an input names a place"),
    (STEEL, "fossil\",,1.9", "fossil\",CN,1.9", 3, "flow_location", "an input names a place"),
    (STEEL, "kg,metal,emission", "kg,metals,emission", 3, "category", "did you mean 'metal'"),
    (STEEL, "kg,metal,emission", "kg,chemical,emission", 3, "category", "another category"),
    (STEEL, "kg,metal,emission", "t,metal,emission", 3, "unit", f"{STEEL}:2"),
    (STEEL, "metal,emission", "metal,emissions", 3, "kind", "'emission'"),
    (STEEL, "metal,emission", "metal,total", 3, "flow", "'carbon dioxide equivalent'"),
    (STEEL, "2022,steelworld,p. 3", "22,steelworld,p. 3", 2, "year", "not a year"),
    (STEEL, "2022,steelworld,p. 3", "2022,steelworld,", 2, "place", "a value is needed"),
    (STEEL, "measured,,2022,steelworld", "measured,,2022,estimate", 3, "basis", "`estimated`"),
    (STEEL, "derived,3.6", "guessed,3.6", 2, "basis", "allowed: measured, derived, estimated"),
    (STEEL, "lognormal", "lognormall", 2, "distribution", "lognormal"),
    (STEEL, "lognormal", "discrete_uniform", 2, "distribution", "no two whole numbers"),
    (STEEL, "flow_unit,low", "flow_unit,lower", 1, "lower", "'low'"),
    (STEEL, "derived,3.6 MJ a kWh", "derived,3.6, a kWh", 2, None, "19 cells where the header has 18"),
    (SOURCES, "ember,Mixes", "steelworld,Mixes", 3, "id", "there twice"),
    (SOURCES, "CC-BY", "", 2, "licence", "a value is needed"),
    (SOURCES, "agency,2022", "agency,1812", 2, "year", "not a year"),
    (SOURCES, "Mixes", "M", 3, "title", "at least 3 characters"),
    ("locations.csv", "DE,Germany,EU", "DE,Germany,EUR", 4, "parent", "'EUR' is not in the table"),
    ("locations.csv", "European Union,GLO", "European Union,DE", 3, "parent", "does not end at GLO"),
    ("locations.csv", "GLO,World,,", "GLO,World,EU,", 2, "parent", "no parent"),
    ("locations.csv", "CN-GD,", "CN,", 6, "code", "there twice"),
    ("electricity_mix.csv", "CN,", "ZZ,", 2, "share", "sum to"),
    ("electricity_mix.csv", "0.75", "-0.75", 2, "share", "above 0"),
    ("electricity_mix.csv", "0.75", "0.7", 2, "share", "sum to 0.95"),
    ("electricity_mix.csv", "electricity, coal", "electricity, cole", 2, "process", "'electricity, coal'"),
    ("electricity_mix.csv", "0.75,2022,ember", "0.75,2022,embers", 2, "source", "'ember'"),
    ("electricity_total.csv", "CN-GD", "CN-XX", 2, "location", "unknown place"),
    ("electricity_loss.csv", "1.1", "0.1", 2, "loss_factor", "between 1 and 2"),
    ("electricity_loss.csv", "low", "lower", 2, "level", "'low'"),
    ("characterisation.csv", '"methane, fossil"', '"methane, fosil"', 3, "flow", "'methane, fossil'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "field", "said"), BAD_ROWS, ids=[f"{b[0].split('/')[-1]} {b[2][:24]}" for b in BAD_ROWS]
)
def test_a_bad_row_is_told_by_file_and_line(file: str, old: str, new: str, line: int, field: str | None, said: str, write: Write) -> None:
    problem = first_problem(write(file, old, new))
    assert (problem.line, problem.field) == (line, field)
    assert (problem.file or "").endswith(file)
    assert said in str(problem)


def first_problem(folder: Path) -> Problem:
    """The first thing that is wrong with the tables."""
    with pytest.raises(InputError) as caught:
        read_background(folder)
    return caught.value.problems[0]


def test_all_bad_rows_are_told_at_once(write: Write) -> None:
    folder = write(STEEL, ",1.9,", ",-1.9,")
    power = folder / POWER
    power.write_text(power.read_text(encoding="utf-8").replace("0.0005", "5"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_background(folder)
    assert [Path(p.file or "").name for p in caught.value.problems] == ["power.csv", "steel.csv"]


def test_a_method_that_misses_a_flow(write: Write) -> None:
    row = 'AR5-GWP100,"methane, biogenic",28,kg CO2e/kg,ipcc,yes,\n'
    assert "AR5-GWP100 has no factor for methane, biogenic" in first_problem(write("characterisation.csv", row)).reason


def test_steel_that_needs_more_steel_than_it_makes(write: Write) -> None:
    folder = write(STEEL, "sheet,CN;DE;CN-GD,kg,metal forming", "steel,CN,kg,metal")
    with pytest.raises(MeaninglessSystem, match="'steel' at CN"):
        unit_scores(read_background(folder).background)


def test_the_digest_changes_with_any_byte_that_decides_scores(write: Write) -> None:
    folder = write()
    seen = {digest(folder)}
    for path in sorted(folder.rglob("*.csv")):
        path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
        seen.add(digest(folder))
    assert len(seen) == 1 + len(TABLES)


def test_the_digest_knows_the_names_of_the_files_and_leaves_checks_out(write: Write) -> None:
    folder = write()
    before = digest(folder)
    (folder / "checks").mkdir()
    (folder / "checks" / "second.csv").write_text("process\n", encoding="utf-8")
    assert digest(folder) == before
    (folder / STEEL).rename(folder / "exchanges" / "iron.csv")
    assert digest(folder) != before


def test_the_order_of_rows_and_files_does_not_change_a_score(write: Write) -> None:
    folder = write()
    before = solved(folder)
    for name in (POWER, STEEL, SOURCES, "electricity_mix.csv", "electricity_loss.csv", "locations.csv", "flows.csv"):
        head, *rows = TABLES[name].splitlines()
        random.Random(7).shuffle(rows)
        (folder / name).write_text("\n".join([head, *rows]), encoding="utf-8")
    (folder / POWER).rename(folder / "exchanges" / "zz.csv")
    assert solved(folder) == pytest.approx(before, rel=1e-12)


def test_own_rows_replace_a_process_for_all_who_use_it(write: Write) -> None:
    tables = read_background(write())
    row = next(e for e in tables.exchanges if e.process == "steel" and e.location == "CN" and e.kind == "emission")
    own = replace(row, kind="total", flow="carbon dioxide equivalent", amount=5.0, low=4.0, high=6.0)
    changed = read_background(write(), [own])
    assert scores_at(changed, "sheet", "CN") == pytest.approx(1.1 * 5.0)
    assert scores_at(changed, "sheet", "DE") == pytest.approx(scores_at(tables, "sheet", "DE"))
    assert changed.background.digest != tables.background.digest


def scores_at(tables: BackgroundTables, name: str, place: str) -> float:
    """kg CO2e per unit of a process."""
    scores = unit_scores(tables.background)
    return float(scores.of_method("AR6-GWP100")[scores.catalogue.find(name, place).index].sum())


# What is shipped


def shipped_factors(method: str) -> dict[str, float]:
    """The characterisation factors that are shipped."""
    columns = ("method", "flow", "factor", "unit", "source", "verified", "note")
    rows = read_table(FOLDER / "characterisation.csv", columns)
    return {row.text("flow"): row.number("factor") for row in rows if row.text("method") == method}


def test_methane_by_origin_in_ar6() -> None:
    """Table 7.15 of AR6 WG1: 29.8 fossil, 27.0 not fossil, with biogenic CO2 at 0/0."""
    factors = shipped_factors("AR6-GWP100")
    assert (factors["methane, fossil"], factors["methane, biogenic"]) == (29.8, 27.0)
    assert (factors["carbon dioxide, biogenic"], factors["carbon dioxide, land use change"]) == (0.0, 1.0)
    assert factors["methane, fossil"] - factors["methane, biogenic"] == pytest.approx(44 / 16, abs=0.06)


@pytest.mark.parametrize(
    ("blend", "expected"),
    [
        ({"HFC-32": 0.50, "HFC-125": 0.50}, 2255.5),
        ({"HFC-125": 0.44, "HFC-134a": 0.04, "HFC-143a": 0.52}, 4728.0),
        ({"HFC-32": 0.23, "HFC-125": 0.25, "HFC-134a": 0.52}, 1907.9),
        ({"HFC-32": 0.689, "HFO-1234yf": 0.311}, 531.4),
        ({"HFC-125": 0.5, "HFC-143a": 0.5}, 4775.0),
        ({"HFO-1234yf": 0.56, "HFC-134a": 0.44}, 673.5),
    ],
    ids=["R410A", "R404A", "R407C", "R454B", "R507A", "R513A"],
)
def test_blends_of_refrigerants(blend: dict[str, float], expected: float) -> None:
    factors = shipped_factors("AR6-GWP100")
    assert sum(share * factors[gas] for gas, share in blend.items()) == pytest.approx(expected, rel=5e-5)


def test_the_shipped_blend_has_the_score_of_its_gases(scores: UnitScores) -> None:
    """1 kg of R410A let off is 0.5 kg R32 and 0.5 kg R125."""
    found = scores.catalogue.find("refrigerant emission, R410A", "GLO")
    assert scores.of_method("AR6-GWP100")[found.index].sum() == pytest.approx(2255.5, rel=1e-9)


def test_every_method_that_is_promised_is_shipped(scores: UnitScores) -> None:
    assert scores.methods[0] == "AR6-GWP100"
    assert set(scores.methods) >= {"AR6-GWP100", "AR5-GWP100", "AR6-GWP20"}
    assert shipped_factors("AR6-GWP20")["methane, fossil"] == 82.5
    assert shipped_factors("AR5-GWP100")["dinitrogen monoxide"] == 265


def test_every_process_that_is_shipped_has_a_positive_score(scores: UnitScores) -> None:
    totals = scores.of_method("AR6-GWP100").sum(axis=1)
    assert np.all(np.isfinite(totals))
    assert [p.name for p, x in zip(scores.catalogue.processes, totals, strict=True) if x <= 0] == []


def test_at_least_300_named_processes_besides_electricity(scores: UnitScores) -> None:
    assert len({p.name for p in scores.catalogue.processes if p.category != "electricity"}) >= 300


def test_a_row_of_whole_numbers_is_drawn_as_whole_numbers(write: Write) -> None:
    """900 g of coal's carbon dioxide in 899.5 to 902: 900, 901 or 902 g, each in a third of the worlds."""
    power = "exchanges/power.csv"
    background = read_background(write(power, "800,1000,triangular", "899.5,902,discrete_uniform")).background
    assert background.facts is not None
    (number,) = background.facts.ones
    known = background.facts.spread.copy()
    known[:, 3] = 0.0  # without the pedigree factor, which is not of whole numbers
    facts = replace(background.facts, spread=known)
    drawn = FactDraws(facts, 42, np.ones(len(facts.keys), dtype=bool))
    grams = np.array([900.0 * drawn.factors(n)[number] for n in range(600)])
    values, counts = np.unique(np.round(grams, 9), return_counts=True)
    assert values.tolist() == [900.0, 901.0, 902.0]
    assert counts.min() > 150
