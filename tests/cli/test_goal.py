"""`lifeloop goal`: the published e-waste goal, by the contract, and goals of other kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Lifeloop = Callable[..., Result]
PERIOD = ("--from", "2022-01-01", "--to", "2026-12-31")
GOAL = ("goal", "add", "--id", "e-waste", "--metric", "ewaste.recycled", "--unit", "t", "--target", 38000, *PERIOD)


@pytest.fixture
def logged(lifeloop: Lifeloop, book: Path) -> Path:
    """The published tonnes of three years, and the goal."""
    for year, mass in ((2022, 4500), (2023, 12260), (2024, 19698)):
        said = ("--mass", mass, "--unit", "t", "--treatment", "recycled", "--region", "world", "--key", year)
        assert lifeloop("ewaste", "add", "--date", f"{year}-12-31", *said).exit_code == 0
    assert lifeloop(*GOAL).stdout == "goal:e-waste\n"
    return book


def status(lifeloop: Lifeloop, at: str, *args: Any) -> list[dict[str, Any]]:
    """`goal status --json` at a day."""
    found: list[dict[str, Any]] = json.loads(lifeloop("goal", "status", "--at", at, "--json", *args).stdout)
    return found


@pytest.mark.usefixtures("logged")
def test_the_published_goal(lifeloop: Lifeloop) -> None:
    (one,) = status(lifeloop, "2024-12-31")
    assert {"id", "target", "achieved", "completion", "remaining", "elapsed", "required_rate", "forecast"} <= one.keys()
    assert (one["id"], one["target"], one["achieved"], one["remaining"]) == ("e-waste", 38000, 36458, 1542)
    assert round(100 * one["completion"], 2) == 95.94
    assert one["elapsed"] == pytest.approx(1096 / 1826)
    # 1,542 t over the two years that are left
    assert one["required_rate"] == pytest.approx(771)
    # 36,458 t in 1,096 days, so 1,542 t in 46.4 days: the 47th day of 2025
    assert one["forecast"]["date"] == "2025-02-16"
    assert one["forecast"]["low"] <= one["forecast"]["date"] <= one["forecast"]["high"]
    assert "95.94%" in lifeloop("goal", "status", "--at", "2024-12-31").stdout


@pytest.mark.usefixtures("logged")
def test_event_dates_are_inclusive_and_record_times_are_apart(lifeloop: Lifeloop) -> None:
    assert status(lifeloop, "2024-12-30")[0]["achieved"] == 16760
    before = status(lifeloop, "2021-12-31")[0]
    assert (before["achieved"], before["elapsed"], before["forecast"]) == (0, 0, None)
    assert status(lifeloop, "2024-12-31", "--known-at", "2020-01-01") == []


@pytest.mark.usefixtures("logged")
def test_what_was_recorded_later_was_not_known_yet(lifeloop: Lifeloop) -> None:
    (goal,) = json.loads(lifeloop("goal", "list", "--json").stdout)
    lifeloop("ewaste", "add", "--date", "2023-06-30", "--mass", 7, "--unit", "t", "--treatment", "recycled")
    assert [status(lifeloop, "2024-12-31", *known)[0]["achieved"] for known in ((), ("--known-at", goal["recorded"]))] == [36465, 36458]


@pytest.mark.usefixtures("logged")
def test_what_lies_outside_the_period_does_not_count(lifeloop: Lifeloop) -> None:
    for day in ("2021-12-31", "2022-01-01", "2026-11-01"):
        lifeloop("ewaste", "add", "--date", day, "--mass", 1, "--unit", "t", "--treatment", "recycled")
    said = ("--id", "short", "--metric", "ewaste.recycled", "--unit", "t", "--target", 9, "--from", "2022-01-01", "--to", "2022-06-30")
    lifeloop("goal", "add", *said)
    assert {one["id"]: one["achieved"] for one in status(lifeloop, "2026-12-31")} == {"e-waste": 36460, "short": 1}


@pytest.mark.usefixtures("logged")
def test_a_goal_can_be_passed_and_then_is_over(lifeloop: Lifeloop) -> None:
    lifeloop("ewaste", "add", "--date", "2025-02-01", "--mass", 3542, "--unit", "吨", "--treatment", "再生利用")
    (one,) = status(lifeloop, "2025-12-31")
    assert (one["completion"], one["remaining"], one["required_rate"]) == (pytest.approx(40000 / 38000), -2000, 0)
    assert one["forecast"] == {"date": "2025-02-01", "low": "2025-02-01", "high": "2025-02-01"}
    (after,) = status(lifeloop, "2027-06-30")
    assert (after["elapsed"], after["required_rate"], after["achieved"]) == (1, None, 40000)


@pytest.mark.usefixtures("logged")
def test_other_treatments_do_not_count_and_a_scope_narrows(lifeloop: Lifeloop) -> None:
    lifeloop("ewaste", "add", "--date", "2024-06-30", "--mass", 100, "--unit", "t", "--treatment", "collected", "--region", "EU")
    lifeloop("ewaste", "add", "--date", "2024-06-30", "--mass", 500, "--unit", "kg", "--treatment", "recycled", "--region", "EU")
    assert lifeloop(*GOAL[:3], "eu", *GOAL[4:], "--scope", "region=EU").stdout == "goal:eu\n"
    assert {one["id"]: one["achieved"] for one in status(lifeloop, "2024-12-31")} == {"e-waste": 36458.5, "eu": 0.5}
    assert [one["id"] for one in status(lifeloop, "2024-12-31", "eu")] == ["eu"]
    assert lifeloop("goal", "status", "ue").exit_code == 2


@pytest.mark.usefixtures("logged")
def test_a_goal_is_one_entry_and_can_be_set_anew(lifeloop: Lifeloop) -> None:
    assert lifeloop(*GOAL).stdout == "goal:e-waste\n"
    assert lifeloop(*GOAL, "--note", "raised").exit_code == 2
    assert lifeloop(*GOAL, "--key", "another").exit_code == 2
    lifeloop("records", "reverse", "goal:e-waste", "--reason", "raised")
    assert lifeloop("goal", "list", "--json").stdout == "[]\n"
    anew = (*GOAL, "--note", "raised")
    assert [lifeloop(*anew).stdout for _ in range(2)] == ["goal:e-waste#2\n"] * 2
    (entry,) = json.loads(lifeloop("goal", "list", "--json").stdout)
    assert (entry["happened"], entry["content"]["note"]) == ("2022-01-01", "raised")


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(("unit", "half", "start"), [("%", 50, 20), ("1", 0.5, 0.2), ("share", 0.5, 0.2)])
def test_a_share_is_a_level_in_any_of_its_units(lifeloop: Lifeloop, unit: str, half: float, start: float) -> None:
    period = ("--from", "2024-01-01", "--to", "2025-12-31", "--baseline", start)
    said = ("--metric", "electricity.renewable_share", "--unit", unit, "--target", half)
    assert lifeloop("goal", "add", "--id", "green", *said, *period).exit_code == 0
    for value, given, day in ((30, "%", "2024-12-31"), (0.44, "1", "2025-03-31")):
        lifeloop("goal", "log", "--metric", "electricity.renewable_share", "--value", value, "--unit", given, "--date", day)
    (one,) = status(lifeloop, "2025-06-30")
    # from 20 to 44 of the way from 20 to 50
    assert one["completion"] == pytest.approx(0.8)
    assert one["achieved"] == pytest.approx(0.44 if half < 1 else 44)


@pytest.mark.usefixtures("book")
def test_recycled_material_adds_up_and_a_metric_of_ones_own_is_logged(lifeloop: Lifeloop) -> None:
    for name, metric, unit, target in (("used", "materials.recycled_used", "t", 5000), ("audits", "suppliers.audits", "audits", 600)):
        assert lifeloop("goal", "add", "--id", name, "--metric", metric, "--unit", unit, "--target", target, *PERIOD).exit_code == 0
    for value, unit, day in ((1000, "t", "2023-12-31"), (500_000, "kg", "2024-12-31")):
        lifeloop("goal", "log", "--metric", "materials.recycled_used", "--value", value, "--unit", unit, "--date", day)
    lifeloop("goal", "log", "--metric", "suppliers.audits", "--value", 611, "--unit", "audits", "--date", "2024-12-31")
    assert {one["id"]: one["achieved"] for one in status(lifeloop, "2024-12-31")} == {"used": 1500, "audits": 611}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (("--metric", "ewaste.recycld"), 3),
        (("--unit", "kWh"), 3),
        (("--target", 0), 3),
        (("--target", "nan"), 3),
        (("--to", "2021-12-31"), 3),
        (("--measure", "level"), 3),
        (("--scope", "colour=red"), 3),
        (("--scope", "region"), 2),
        (("--id", "a b"), 3),
        (("--from", "2022"), 2),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(lifeloop: Lifeloop, book: Path, changed: tuple[Any, ...], code: int) -> None:
    result = lifeloop(*GOAL, *changed, "--json")
    assert (result.exit_code, result.stdout) == (code, "")
    assert not book.exists()


@pytest.mark.usefixtures("book")
def test_what_is_computed_is_not_logged_by_hand(lifeloop: Lifeloop) -> None:
    result = lifeloop("goal", "log", "--metric", "ewaste.recycled", "--value", 1, "--unit", "t", "--date", "2024-01-01")
    assert result.exit_code == 3
    assert lifeloop("goal", "status").exit_code == 2


def test_the_path_is_drawn(lifeloop: Lifeloop, logged: Path) -> None:
    picture = logged.with_suffix(".svg")
    assert lifeloop("goal", "status", "--at", "2024-12-31", "--plot", picture).exit_code == 0
    assert "95.94%" in picture.read_text("utf-8")
