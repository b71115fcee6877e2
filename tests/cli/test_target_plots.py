"""The picture of a share that shall be reached, where its base year has no value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result

Lifeloop = Callable[..., Result]
TARGET = ("--metric", "renewable_share", "--base-year", 2021, "--target-year", 2040, "--share", 1, "--year", 2024, "--source", "report")


def words_in(path: Path) -> list[str]:
    return [text for element in ElementTree.fromstring(path.read_text(encoding="utf-8")).iter() if (text := (element.text or "").strip())]


@pytest.fixture
def company(lifeloop: Lifeloop, tmp_path: Path) -> Lifeloop:
    """A book with a target of 100 % in 2040 and no share of 2021."""

    def made(*words: object) -> Result:
        return lifeloop("--records", tmp_path / "a.book", *words)

    assert made("target", "add", "--id", "green", *TARGET).exit_code == 0
    return made


def _share(company: Lifeloop, year: int, value: float) -> None:
    said = ("--value", value, "--unit", "1", "--year", year, "--source", "report")
    assert company("company", "add", "figure", "renewable electricity share", *said).exit_code == 0


@pytest.mark.parametrize("shares", [{}, {2023: 0.25, 2024: 0.3}])
def test_a_share_without_a_base_value_shows_what_shall_be_reached(company: Lifeloop, tmp_path: Path, shares: dict[int, float]) -> None:
    for year, value in shares.items():
        _share(company, year, value)
    assert company("target", "status", "--year", 2024, "--plot", tmp_path / "a.svg").exit_code == 0
    words = words_in(tmp_path / "a.svg")
    # the axis goes up to the target, and not to a hundredth of a per cent
    assert {"100.0 %", "100", "target", "2040"} <= set(words)
    assert "path" not in words
    assert ("30.0 % in 2024; unknown: no base value" in words) == bool(shares)
    assert ({"status not known", "actual"} <= set(words)) == bool(shares)


def test_with_a_base_value_there_is_a_path_again(company: Lifeloop, tmp_path: Path) -> None:
    _share(company, 2021, 0.05)
    _share(company, 2024, 0.2)
    assert company("target", "status", "--year", 2024, "--plot", tmp_path / "a.svg").exit_code == 0
    # 5 % + 95 % x 3/19 = 20 %
    assert "on in 2024: 20.0 %, the path says 20.0 %" in words_in(tmp_path / "a.svg")
