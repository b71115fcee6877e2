"""`lifeloop sensitivity`: both tables, for a footprint and for a difference, and what they must agree with."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

Cli = Callable[..., Result]


@pytest.fixture(scope="module")
def found() -> Any:
    """`lifeloop sensitivity xiaomi_14 --json`, with a small sample."""
    from cli.main import lifeloop

    result = CliRunner().invoke(lifeloop, ["sensitivity", "xiaomi_14", "--samples", "128", "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_sensitivity_gives_both_tables(found: Any) -> None:
    assert found.keys() == {"question", "outcome", "one_at_a_time", "sobol", "break_even"}
    assert found["one_at_a_time"][0].keys() == {
        "parameter",
        "unit",
        "low",
        "value",
        "high",
        "outcome_at_low",
        "outcome_at_high",
        "swing",
    }
    assert found["sobol"].keys() == {"indices", "variance", "samples", "seed", "left_out"}
    assert found["sobol"]["indices"][0].keys() >= {"parameter", "first_order", "total"}
    assert found["break_even"] == []


def test_the_ends_of_a_range_are_what_set_gives(found: Any, lifeloop: Cli) -> None:
    """`--set` with the low and the high end of the range gives the same two footprints."""
    swing = next(s for s in found["one_at_a_time"] if s["parameter"] == "air_share")
    for end in ("low", "high"):
        (footprint,) = json.loads(lifeloop("assess", "xiaomi_14", "--set", f"air_share={swing[end]}", "--json").stdout)
        assert footprint["total"]["value"] == pytest.approx(swing[f"outcome_at_{end}"], rel=1e-9)


def test_the_outcome_is_the_footprint(found: Any, lifeloop: Cli) -> None:
    (footprint,) = json.loads(lifeloop("assess", "xiaomi_14", "--json").stdout)
    assert found["outcome"]["value"] == pytest.approx(footprint["total"]["value"], rel=1e-9)


def test_the_tornado_is_ranked_and_sobol_takes_its_first(found: Any) -> None:
    swings = [s["swing"] for s in found["one_at_a_time"]]
    assert swings == sorted(swings, reverse=True)
    varied = {i["parameter"] for i in found["sobol"]["indices"]}
    assert varied == {s["parameter"] for s in found["one_at_a_time"][: len(varied)]}
    # nearly additive: first-order indices of a real phone make most of the variance, none is far above 1
    assert 0.5 < sum(i["first_order"] for i in found["sobol"]["indices"]) < 1.5


def test_a_parameter_that_is_set_is_known(lifeloop: Cli) -> None:
    told = json.loads(lifeloop("sensitivity", "xiaomi_14", "--set", "air_share=0", "--samples", 64, "--json").stdout)
    assert "air_share" not in {s["parameter"] for s in told["one_at_a_time"]}


def test_sensitivity_of_a_difference_with_break_even_values(lifeloop: Cli) -> None:
    told = json.loads(lifeloop("sensitivity", "xiaomi_14", "xiaomi_13", "--samples", 64, "--json").stdout)
    difference = json.loads(lifeloop("compare", "xiaomi_14", "xiaomi_13", "--json").stdout)["difference"]["value"]
    assert told["outcome"]["value"] == pytest.approx(difference, rel=1e-9)
    turn = next(t for t in told["break_even"] if t["parameter"].startswith("B: "))
    assert turn.keys() == {"parameter", "unit", "value", "break_even", "inside_range"}
    # with B's parameter set to that value, the two designs have the same footprint
    (a,) = json.loads(lifeloop("assess", "xiaomi_14", "--json").stdout)
    (b,) = json.loads(lifeloop("assess", "xiaomi_13", "--set", f"{turn['parameter'][3:]}={turn['break_even']}", "--json").stdout)
    assert b["total"]["value"] == pytest.approx(a["total"]["value"], rel=1e-4)


def test_different_functional_units_are_refused(lifeloop: Cli) -> None:
    assert lifeloop("sensitivity", "xiaomi_14", "xiaomi_su7", "--json").exit_code in {2, 3}


def test_sensitivity_as_csv_is_the_tornado(found: Any, lifeloop: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(lifeloop("sensitivity", "xiaomi_14", "--samples", 64, "--csv").stdout)))
    assert [(r["parameter"], float(r["swing"])) for r in rows] == [(s["parameter"], s["swing"]) for s in found["one_at_a_time"]]


def test_the_sample_is_a_power_of_two(lifeloop: Cli) -> None:
    result = lifeloop("sensitivity", "xiaomi_14", "--samples", 100)
    assert result.exit_code == 2
    assert "power of two" in result.stderr


def test_the_same_seed_gives_the_same_bytes(lifeloop: Cli, tmp_path: Path) -> None:
    texts = {lifeloop("sensitivity", "xiaomi_14", "--samples", 64, "--seed", 3, "--json").stdout for _ in range(2)}
    assert len(texts) == 1
