"""Every picture is made, is not empty, is the same twice, and shows the numbers that the JSON gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from lca.rounding import significant

Cli = Callable[..., Result]
PICTURES = {
    "stages": ["assess", "xiaomi_14", "xiaomi_su7"],
    "intervals": ["assess", "xiaomi_14", "xiaomi_13", "--uncertainty", "20"],
    "difference": ["compare", "xiaomi_14", "xiaomi_13"],
    "distribution": ["compare", "xiaomi_14", "xiaomi_13", "--uncertainty", "20"],
    "several": ["compare", "xiaomi_14", "xiaomi_13", "fairphone_6"],
    "tornado": ["sensitivity", "xiaomi_14", "--samples", "64"],
    "sankey": ["hotspots", "xiaomi_14"],
    "scenarios": ["scenarios", "xiaomi_14", "longer_life", "sea_freight"],
}


def words(path: Path) -> str:
    """The texts of an SVG picture."""
    return "\n".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8")))


def drawn(lifeloop: Cli, tmp_path: Path, name: str) -> tuple[str, dict | list]:
    """The texts of the picture and the JSON of the same command."""
    path = tmp_path / f"{name}.svg"
    result = lifeloop(*PICTURES[name], "--plot", path, "--json")
    assert result.exit_code == 0, result.stderr
    return words(path), json.loads(result.stdout)


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_made_and_is_the_same_twice(name: str, lifeloop: Cli, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    for path in (first, second):
        assert lifeloop(*PICTURES[name], "--plot", path).exit_code == 0
    assert first.stat().st_size > 5_000
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_other_formats(suffix: str, lifeloop: Cli, tmp_path: Path) -> None:
    path = tmp_path / f"picture{suffix}"
    assert lifeloop(*PICTURES["scenarios"], "--plot", path).exit_code == 0
    assert path.read_bytes()[:4] in {b"\x89PNG", b"%PDF"}


def test_interval_bars_show_the_percentiles(lifeloop: Cli, tmp_path: Path) -> None:
    text, found = drawn(lifeloop, tmp_path, "intervals")
    for footprint in found:
        made = footprint["uncertainty"]
        assert f"{significant(made['p5'])} to {significant(made['p95'])}" in text
        assert footprint["name"] in text


def test_the_distribution_shows_the_probability_and_the_interval(lifeloop: Cli, tmp_path: Path) -> None:
    text, found = drawn(lifeloop, tmp_path, "distribution")
    assert f"Xiaomi 14 lower: {found['probability_a_lower']:.0%}" in text
    assert significant(abs(found["difference_draws"]["p5"])) in text
    assert significant(abs(found["difference_draws"]["p95"])) in text


def test_the_tornado_shows_the_widest_parameters_with_their_ranges(lifeloop: Cli, tmp_path: Path) -> None:
    text, found = drawn(lifeloop, tmp_path, "tornado")
    for swing in found["one_at_a_time"][:15]:
        assert swing["parameter"] in text
        assert f"{significant(swing['low'])} to {significant(swing['high'])}" in text


def test_the_sankey_shows_the_values_of_the_largest_branches(lifeloop: Cli, tmp_path: Path) -> None:
    text, found = drawn(lifeloop, tmp_path, "sankey")
    largest = sorted((n for n in found["nodes"] if n["depth"] == 1), key=lambda n: -n["value"])[:8]
    for node in largest:
        assert f"({node['location']}) {significant(node['value'])}" in text
    assert significant(found["total"]["value"]) in text
    # what no band shows stands at the root, and the legend names what is drawn only
    root = found["nodes"][0]
    assert f"branches below 0.5%: {significant(root['below_positive'])}" in text
    of_bands = {n["stage"].replace("_", " ") for n in found["nodes"] if n["depth"] == 1}
    assert {line for line in text.splitlines() if line in {s.replace("_", " ") for s in found["stages"]}} == of_bands


def test_the_sankey_says_what_it_cannot_draw(lifeloop: Cli, tmp_path: Path) -> None:
    """Credits are negative branches: they are in the data, and the picture names their sum."""
    path = tmp_path / "sankey.svg"
    result = lifeloop("hotspots", "mijia_refrigerator_510l", "--end-of-life", "substitution", "--plot", path, "--json")
    assert result.exit_code == 0
    saved = sum(n["value"] for n in json.loads(result.stdout)["nodes"] if n["depth"] == 1 and n["value"] < 0)
    assert saved < 0
    assert "are not drawn" in words(path)
    assert "credits" not in words(path).splitlines()


def test_the_scenarios_show_totals_and_changes(lifeloop: Cli, tmp_path: Path) -> None:
    text, found = drawn(lifeloop, tmp_path, "scenarios")
    for row in found["scenarios"]:
        assert significant(row["total"]) in text
        assert row["scenario"].replace("_", " ") in text
    assert f"({found['scenarios'][2]['change']:+.1%})" in text


def test_the_scenarios_show_credits_apart(lifeloop: Cli, tmp_path: Path) -> None:
    """To the left of zero: the axis begins below it, and the legend names them."""
    plain, credited = tmp_path / "plain.svg", tmp_path / "credited.svg"
    command = ("scenarios", "xiaomi_su7", "longer_life")
    assert lifeloop(*command, "--plot", plain).exit_code == 0
    assert lifeloop(*command, "--end-of-life", "substitution", "--plot", credited).exit_code == 0
    assert "credits" in words(credited)
    assert "credits" not in words(plain)


def test_a_picture_of_an_unknown_format_is_a_usage_error(lifeloop: Cli, tmp_path: Path) -> None:
    for name in ("scenarios", "sankey"):
        assert lifeloop(*PICTURES[name], "--plot", tmp_path / "picture.gif").exit_code == 2
