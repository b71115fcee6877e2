"""`--end-of-life` wherever a product is assessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from lca.scores import UnitScores

Run = Callable[..., Result]
METHODS = ("cutoff", "5050", "substitution", "cff")


@pytest.mark.parametrize("method", METHODS)
def test_assess_tells_the_method_and_the_credits_apart(lifeloop: Run, method: str) -> None:
    result = json.loads(lifeloop("assess", "washing_machine", "--end-of-life", method, "--json").stdout)[0]
    assert result["end_of_life"]["method"] == method
    assert (result["end_of_life"]["credits"] < 0) == (method != "cutoff")
    assert sum(result["stages"].values()) == pytest.approx(result["total"]["value"], rel=1e-9)
    assert ("credits" in result["stages"]) == (method != "cutoff")


def test_the_report_says_what_is_credited_and_what_is_left(lifeloop: Run) -> None:
    said = lifeloop("assess", "washing_machine", "--end-of-life", "cff").stdout
    assert "stand apart; without them the total is" in said
    assert "Left on cut-off" in said
    assert "main control board" in said
    assert "Circular Footprint Formula" in said


def test_compare_and_hotspots_and_explain_use_it_too(lifeloop: Run) -> None:
    compared = json.loads(lifeloop("compare", "smartphone", "smartphone", "--end-of-life", "cff", "--json").stdout)
    assert compared["a"]["stages"]["credits"] < 0
    tree = json.loads(lifeloop("hotspots", "washing_machine", "--end-of-life", "substitution", "--json").stdout)
    assert any(part["value"] < 0 for part in tree["parts"])
    lines = json.loads(lifeloop("explain", "washing_machine", "--end-of-life", "cff", "--json").stdout)["lines"]
    credit = next(line for line in lines if line["part"] == "cabinet, virgin material replaced")
    assert credit["source_title"] != "estimate"
    assert credit["file"].endswith("washing_machine.yaml")


def test_draws_add_up_with_credits(lifeloop: Run) -> None:
    result = json.loads(lifeloop("assess", "smartphone", "--end-of-life", "cff", "--uncertainty", "20", "--json").stdout)[0]
    means = [stage["mean"] for stage in result["uncertainty"]["stages"].values()]
    assert sum(means) == pytest.approx(result["uncertainty"]["mean"], rel=1e-9)
    assert result["uncertainty"]["stages"]["credits"]["p95"] < 0


def test_a_material_without_parameters_is_refused_by_file_and_line(lifeloop: Run, phone_file: Callable[..., Path]) -> None:
    path = phone_file(source="spec\n      end_of_life: {material: unobtainium, source: spec}")
    result = lifeloop("assess", path, "--end-of-life", "cff", "--json")
    problem = json.loads(result.stderr.splitlines()[0])
    assert result.exit_code == 3
    assert problem["file"] == str(path)
    assert problem["line"]
    assert problem["value"] == "unobtainium"
    assert "'case'" in problem["reason"]


def test_a_line_says_its_own_parameters(lifeloop: Run, phone_file: Callable[..., Path]) -> None:
    path = phone_file(source="spec\n      end_of_life: {R2: 1.0, R3: 0.0, source: spec}")
    parts = json.loads(lifeloop("assess", path, "--end-of-life", "substitution", "--json").stdout)[0]["parts"]
    credit = next(p for p in parts if p["part"] == "case, virgin material replaced")
    assert credit["amount"] == pytest.approx(-0.2)


FRAME = """\
id: frame
name: Frame with an R1 of its own
category: component
functional_unit: {description: one frame}
service_life: {value: 5, unit: year, source: estimate}
stages:
  materials:
    - part: frame
      process: "aluminium, primary ingot"
      location: CN
      amount: 1
      unit: kg
      source: estimate
      end_of_life: {OWN, source: estimate}
"""


@pytest.mark.parametrize("method", METHODS)
def test_recycled_content_of_a_line_is_worth_what_the_formula_says(lifeloop: Run, tmp_path: Path, scores: UnitScores, method: str) -> None:
    """1 kg of primary ingot in China with R1 = 0.9 (it was dearer than virgin once): recycling_parameters.csv gives A and R2."""
    path = tmp_path / "frame.yaml"
    path.write_text(FRAME.replace("OWN", "R1: 0.9, A: 0.2, R2: 0.69"), encoding="utf-8")
    found = json.loads(lifeloop("assess", path, "--end-of-life", method, "--json").stdout)[0]["total"]["value"]

    def of_one_kg(process: str, place: str) -> float:
        return float(scores.of_method("AR6-GWP100")[scores.catalogue.find(process, place).index].sum())

    virgin, recycled = of_one_kg("aluminium, primary ingot", "CN"), of_one_kg("aluminium, recycled ingot", "CN")
    recycling, landfill = of_one_kg("recycling, aluminium scrap", "GLO"), of_one_kg("landfill, metals", "GLO")
    after_use = 0.69 * (recycling - virgin) + 0.31 * landfill
    by_hand = {
        "cutoff": 0.1 * virgin + 0.9 * recycled,
        "cff": 0.1 * virgin + 0.9 * (0.2 * recycled + 0.8 * virgin) + 0.8 * 0.69 * (recycling - virgin) + 0.31 * landfill,
        "5050": 0.1 * virgin + 0.9 * 0.5 * (recycled + virgin) + 0.5 * 0.69 * (recycling - virgin) + 0.31 * landfill,
        "substitution": virgin + after_use,
    }
    assert found == pytest.approx(by_hand[method], rel=1e-9)


def test_an_own_r1_counts_wherever_the_product_is_named(lifeloop: Run, tmp_path: Path) -> None:
    path = tmp_path / "frame.yaml"
    path.write_text(FRAME.replace("OWN", "R1: 0.9"), encoding="utf-8")
    told = {name: json.loads(lifeloop(name, path, "--json").stdout) for name in ("assess", "explain", "hotspots", "sensitivity")}
    total = told["assess"][0]["total"]["value"]
    others = [told["explain"]["total"], told["hotspots"]["total"]["value"], told["sensitivity"]["outcome"]["value"]]
    assert others == pytest.approx([total] * 3, rel=1e-12)


def test_a_suppliers_figure_of_unknown_recycled_share_is_refused_by_file_and_line(lifeloop: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "process,location,unit,category,kgco2e,low,high,source,publisher,year,valid_until\n"
        '"aluminium, our supplier",CN,kg,metal,2.1,1.9,2.3,EPD of sheet,Supplier,2025,2030-01-01\n',
        encoding="utf-8",
    )
    path = tmp_path / "frame.yaml"
    text = FRAME.replace("aluminium, primary ingot", "aluminium, our supplier")
    path.write_text(text.replace("OWN", "R1: 0.9"), encoding="utf-8")
    result = lifeloop("assess", path, "--factors", own, "--json")
    problem = json.loads(result.stderr.splitlines()[0])
    assert (result.exit_code, problem["file"], problem["value"]) == (3, str(path), "0.9")
    assert problem["line"] == 14
    assert "R1_of_process" in problem["hint"]
    path.write_text(text.replace("OWN", "R1: 0.9, R1_of_process: 0.9"), encoding="utf-8")
    assert json.loads(lifeloop("assess", path, "--factors", own, "--json").stdout)[0]["total"]["value"] == pytest.approx(2.1)


def test_carbon_in_the_box_does_not_depend_on_the_method(lifeloop: Run, tmp_path: Path) -> None:
    """1 kg of folding boxboard and 1 kg of greyboard hold as much carbon however their recycling is counted."""
    path = tmp_path / "box.yaml"
    head = FRAME.split("stages:", maxsplit=1)[0].replace("id: frame", "id: box")
    board = "{component: NAME, level: retail, material: NAME, class: fibre, mass: {value: 1, unit: kg, source: estimate}, source: estimate}"
    boards = "".join(f"  - {board.replace('NAME', name)}\n" for name in ("folding boxboard", "greyboard"))
    path.write_text(f"{head}stages: {{}}\npackaging:\n{boards}", encoding="utf-8")
    found = [
        json.loads(lifeloop("assess", path, "--end-of-life", method, "--json").stdout)[0]["lines"]["biogenic_carbon"]["packaging"]
        for method in METHODS
    ]
    assert found == [found[0]] * len(METHODS)
    assert found[0] > 0.5


def test_a_swapped_component_leaves_its_recycled_share_behind(lifeloop: Run, tmp_path: Path) -> None:
    """The R1 of the old tray is not that of the new one; the product as it is counts it."""
    path = tmp_path / "box.yaml"
    head = FRAME.split("stages:", maxsplit=1)[0].replace("id: frame", "id: box")
    tray = (
        "component: tray, level: inbox, material: PET tray, class: plastic, mass: {value: 100, unit: g, source: estimate}, source: estimate"
    )
    said = []
    for own in ("", ", end_of_life: {R1: 0.9, source: estimate}"):
        path.write_text(f"{head}stages: {{}}\npackaging:\n  - {{{tray}{own}}}\n", encoding="utf-8")
        result = lifeloop("packaging", "swap", path, "--component", "tray", "--after", "moulded fibre=60", "--json")
        assert result.exit_code == 0, result.stderr
        said.append(json.loads(result.stdout))
    (plain, *_), (own, *_) = said
    assert own["footprint_before"] < plain["footprint_before"]
    assert own["footprint_after"] == plain["footprint_after"]
