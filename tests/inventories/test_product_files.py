"""Every mistake in a product file is told with file, line, field, value and the nearest right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventories.assessing import assess_file
from inventories.shipped import load
from lca.errors import InputError, Problem, UnknownName
from lca.scores import UnitScores
from tests.conftest import GOOD, PHONE

BASE = PHONE.format(**GOOD)


CASE = "stages.materials[case]"
BOX = "packaging[box]"
# what is written | what is written instead | words of the line that is named | field | value | what is said of it
MISTAKES = [
    ('process: "alu', 'proces: "alu', "proces:", f"{CASE}.proces", "aluminium, sheet", "did you mean 'process'"),
    ("category: smart", "categry: smart", "categry:", "categry", "smartphone", "did you mean 'category'"),
    ("  materials:", "  material:", "material:", "stages.material", None, "did you mean 'materials'"),
    ("low: 100", "lo: 100", "lo: 100", "parameters.case_mass.lo", "100", "did you mean 'low'"),
    ("level: retail", "levl: retail", "levl:", f"{BOX}.levl", "retail", "did you mean 'level'"),
    ("publisher: A", "publishr: A", "publishr:", "sources.spec.publishr", "A maker", "unknown key"),
    ("category: smartphone", "category: smartfone", "smartfone", "category", "smartfone", "did you mean 'smartphone'"),
    ("      source: spec\n", "", "part: case", f"{CASE}.source", None, "add `source:`"),
    ("      source: spec\n", "      source: spek\n", "spek", f"{CASE}.source", "spek", "did you mean 'spec'"),
    ("unit: year, source: spec", "unit: year, source: x", "service_life:", "service_life.source", "x", "declare it under"),
    ("unit: g, source: spec}, class", "unit: g, source: speck}, class", "speck", f"{BOX}.mass.source", "speck", "did you mean 'spec'"),
    ("amount: case_mass", "amount: -5", "-5", f"{CASE}.amount", "-5", "negative"),
    ("amount: case_mass", 'amount: "0 - case_mass"', "0 - case", f"{CASE}.amount", "-200", "negative"),
    ("amount: case_mass", "amount: case_mas", "amount: case", f"{CASE}.amount", "case_mas", "did you mean 'case_mass'"),
    ("amount: case_mass", "amount: .nan", ".nan", None, ".nan", "not a finite number"),
    ("amount: case_mass", "amount: nan * 1", "nan * 1", f"{CASE}.amount", "nan * 1", "amounts are finite numbers"),
    ("amount: case_mass", "amount: 1/0", "1/0", f"{CASE}.amount", "1/0", "not a finite number"),
    ("amount: case_mass", "amount: 1,5", "1,5", f"{CASE}.amount", "1,5", "cannot be evaluated"),
    ("amount: case_mass", "amount: case_mass\n      loss: 1", "loss: 1", f"{CASE}.loss", "1", "share below 1"),
    ("amount: case_mass", 'amount: case_mass\n      loss: "2 - 1"', "2 - 1", f"{CASE}.loss", "1", "share from 0 to below 1"),
    ("amount: case_mass", "amount: case_mass\n      count: -1", "count: -1", f"{CASE}.count", "-1", "negative"),
    ("mass: {value: 60", "mass: {value: -60", "-60", f"{BOX}.mass", "-60", "negative"),
    ("mass: {value: 60", 'mass: {value: "0 - 60"', "0 - 60", f"{BOX}.amount", "-60", "negative"),
    ("mass: {value: 200, unit: g, s", "mass: {value: 0, unit: g, s", "mass: {value: 0", "mass", "0 kg", "above zero"),
    ("mass: {value: 200, unit: g, s", "mass: {value: -2, unit: g, s", "mass: {value: -2", "mass", "-0.002 kg", "above zero"),
    ("low: 100", "low: 250", "low: 250", "parameters.case_mass", "200", "low 250 is above the value 200"),
    ("high: 300", "high: 150", "high: 150", "parameters.case_mass", "200", "high 150 is below the value 200"),
    ("low: 100, ", "", "case_mass:", "parameters.case_mass", "200", "both low and high"),
    ("[international]", "[NO]", "NO]", None, "NO", 'write "NO" in quotes'),
    ("[international]", "[internatonal]", "internatonal", f"{BOX}.markets", None, "did you mean 'international'"),
    ("[international]", "international", "component: box", f"{BOX}.markets", "international", "a list is needed"),
    ("category: smartphone", "category: smartphone\nmarket: domestik", "domestik", "market", "domestik", "'domestic'"),
    ("folding boxboard", "folding boxbord", "boxbord", f"{BOX}.material", "folding boxbord", "'folding boxboard'"),
    ("class: fibre", "class: fibres", "fibres", f"{BOX}.class", "fibres", "'fibre'"),
    ("class: fibre", "class: plastic", "plastic", f"{BOX}.class", "plastic", "it is fibre"),
    ("year: 2024", "year: 2260", "2260", "sources.spec.year", "2260", "2100"),
    ('"aluminium, sheet"', '"aluminum, sheet"', "aluminum", f"{CASE}.process", "aluminum, sheet", "'aluminium, sheet'"),
    ('"aluminium, sheet"', '"{metal}, sheet"', "{metal}", f"{CASE}.process", "{metal}, sheet", "no parameter 'metal'"),
    ("location: CN", "location: cn", "location: cn", f"{CASE}.location", "cn", "did you mean 'CN'"),
    ("location: CN", "location: Chinna", "Chinna", f"{CASE}.location", "Chinna", "'China'"),
    ("unit: g\n      so", "unit: kWh\n      so", "unit: kWh\n", f"{CASE}.unit", "kWh", "same kind as kg"),
    ("unit: g\n      so", "unit: gramm\n      so", "gramm", f"{CASE}.unit", "gramm", "use units such as kg"),
    ("value: 3, unit: year", "value: 0, unit: year", "service_life:", "service_life.value", "0", "greater than 0"),
    ("value: 3, unit: year", "value: 3, unit: month", "month", "service_life.unit", "month", "'year' or 'km'"),
    ("quantity: 1", "quantity: 0", "quantity: 0", "functional_unit.quantity", "0", "greater than 0"),
    ("id: my-phone", "id: My Phone", "id:", "id", "My Phone", "match"),
    ("  case_mass: {", "  service_life: {", "parameters:", "parameters", None, "reserved"),
    ("part: case", "part: [a, b]", "part: [", "stages.materials[['a', 'b']].part", None, "valid string"),
]


@pytest.mark.parametrize(
    ("old", "new", "where", "field", "value", "said"), MISTAKES, ids=[m[1].strip()[:32] or "no source" for m in MISTAKES]
)
def test_a_mistake_is_told_where_it_is(
    old: str, new: str, where: str, field: str | None, value: str | None, said: str, tmp_path: Path, scores: UnitScores
) -> None:
    text = BASE.replace(old, new, 1)
    assert text != BASE
    problem = next(p for p in refusal(text, tmp_path, scores) if (p.field, p.value) == (field, value))
    assert problem.file == str(tmp_path / "my-phone.yaml")
    assert problem.line == line_of(where, text)
    assert said in str(problem)


def line_of(words: str, text: str) -> int:
    """The line of the file in which these words stand."""
    return text[: text.index(words)].count("\n") + 1


def refusal(text: str, folder: Path, scores: UnitScores) -> tuple[Problem, ...]:
    """What is wrong with this product file."""
    path = folder / "my-phone.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        assess_file(str(path), scores)
    return caught.value.problems


def test_the_file_without_mistakes_is_taken(tmp_path: Path, scores: UnitScores) -> None:
    path = tmp_path / "my-phone.yaml"
    path.write_text(BASE, encoding="utf-8")
    assert assess_file(str(path), scores).product == "my-phone"


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path, scores: UnitScores) -> None:
    text = BASE.replace("low: 100", "low: 250").replace("category: smartphone", "category: smartfone").replace("quantity: 1", "quantity: 0")
    fields = {p.field for p in refusal(text, tmp_path, scores)}
    assert fields == {"parameters.case_mass", "category", "functional_unit.quantity"}


def test_all_mistakes_of_a_bill_are_told_at_once(tmp_path: Path, scores: UnitScores) -> None:
    text = BASE.replace("location: CN", "location: Chinna").replace('amount: "6 * service_life"', 'amount: "6 * servicelife"')
    fields = {p.field for p in refusal(text, tmp_path, scores)}
    assert fields == {f"{CASE}.location", "stages.use[charging].amount"}


EXTRA = "    - {part: case, process: polycarbonate, location: CN, amount: 1, unit: g, source: spec}\n  use:"


def test_two_lines_with_the_same_part(tmp_path: Path, scores: UnitScores) -> None:
    text = BASE.replace("  use:", EXTRA)
    (problem,) = refusal(text, tmp_path, scores)
    assert (problem.line, problem.field, problem.value) == (line_of("polycarbonate", text), "materials.part", "case")
    assert f"line {line_of('part: case', text)}" in (problem.hint or "")


def test_the_same_part_in_two_stages_is_no_mistake(tmp_path: Path, scores: UnitScores) -> None:
    path = tmp_path / "my-phone.yaml"
    path.write_text(BASE.replace("part: charging", "part: case"), encoding="utf-8")
    assert [p["stage"] for p in assess_file(str(path), scores).parts if p["part"] == "case"] == ["materials", "use"]


def test_two_parameters_in_a_circle_are_named(tmp_path: Path, scores: UnitScores) -> None:
    circle = 'parameters:\n  a: {value: "2 * b", source: spec}\n  b: {value: "a / 2", source: spec}'
    (problem,) = refusal(BASE.replace("parameters:", circle), tmp_path, scores)
    assert "circle" in problem.reason
    assert set((problem.value or "").split(" -> ")) == {"a", "b"}


def test_packaging_takes_the_processes_of_its_material(scores: UnitScores, tmp_path: Path) -> None:
    path = tmp_path / "my-phone.yaml"
    path.write_text(BASE, encoding="utf-8")
    lines = {(p["stage"], p["part"]): p["process"] for p in assess_file(str(path), scores).parts}
    assert lines["packaging", "box"] == "folding boxboard"
    assert lines["end_of_life", "box (packaging)"] == "end of life, paper and board"


def test_an_unknown_id_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="did you mean 'xiaomi_su7'"):
        load("xiaomi_su77")


def test_every_line_knows_where_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "my-phone.yaml"
    path.write_text(BASE, encoding="utf-8")
    file = load(path)
    assert file.place_of("use", "charging") == (str(path), line_of("part: charging", BASE))
    assert file.place_of("end_of_life", "box (packaging)") == (str(path), line_of("component: box", BASE))
