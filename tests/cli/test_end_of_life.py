"""`--end-of-life` wherever a product is assessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

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
