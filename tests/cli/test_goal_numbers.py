"""`lifeloop goal` where there is no number, or a wrong one lay near: scopes in other words, levels of regions, levels that shall fall."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import Result

from circularity.goals import Goal
from lca.ledger import today
from records import open_book

Lifeloop = Callable[..., Result]
PERIOD = ("--from", "2022-01-01", "--to", "2026-12-31")
RECYCLED = ("--metric", "ewaste.recycled", "--unit", "t", "--target", 1000, *PERIOD)
RENEWABLE = ("--metric", "electricity.renewable_share", "--unit", "%")
LANDFILL = ("--metric", "landfill.share", "--unit", "%")


@pytest.fixture(autouse=True)
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book that is still to be made, named by the environment."""
    monkeypatch.setenv("LIFELOOP_RECORDS", str(tmp_path / "a.book"))
    return tmp_path / "a.book"


def done(lifeloop: Lifeloop, *words: Any) -> Result:
    made = lifeloop(*words)
    assert made.exit_code == 0, made.stderr
    return made


def standing(lifeloop: Lifeloop, at: str = "2024-12-31", *ids: str) -> dict[str, Any]:
    """The only goal, or the one with this id, at a day."""
    (found,) = json.loads(done(lifeloop, "goal", "status", *ids, "--at", at, "--json").stdout)
    assert isinstance(found, dict)
    return found


def recycled(lifeloop: Lifeloop, mass: float, **labels: str) -> None:
    said = [word for name, value in labels.items() for word in (f"--{name}", value)]
    done(lifeloop, "ewaste", "add", "--date", "2024-06-30", "--mass", mass, "--unit", "t", "--treatment", "recycled", *said)


# Scopes


@pytest.mark.parametrize("word", ["phones", "weee-6", "6", "手机", "Phones", "ＰＨＯＮＥＳ"])
def test_a_stream_in_any_of_its_words_is_one_scope(lifeloop: Lifeloop, word: str) -> None:
    recycled(lifeloop, 100, stream="phones")
    recycled(lifeloop, 7, stream="weee-1")
    made = done(lifeloop, "goal", "add", "--id", "g", *RECYCLED, "--scope", f"stream={word}")
    assert made.stderr == ""
    found = standing(lifeloop)
    assert (found["achieved"], found["scope"], found["warnings"]) == (100, {"stream": "weee-6"}, [])


def test_a_goal_that_was_logged_in_other_words_counts_too(lifeloop: Lifeloop, book: Path) -> None:
    recycled(lifeloop, 100, stream="phones")
    content = {"id": "g", "metric": "ewaste.recycled", "unit": "t", "target": 1000, "start": "2022-01-01", "end": "2026-12-31"}
    with open_book(book) as journal:
        journal.append("goal", content | {"scope": {"stream": "phones"}}, happened=date(2022, 1, 1), who="li")
    assert standing(lifeloop)["achieved"] == 100


def test_regions_are_one_however_they_are_written(lifeloop: Lifeloop) -> None:
    for region, mass in (("EU", 1), ("eu", 20), ("ＥＵ ", 300), ("CN", 4000)):
        recycled(lifeloop, mass, region=region)
    done(lifeloop, "goal", "add", "--id", "g", *RECYCLED, "--scope", "region= Eu")
    assert standing(lifeloop)["achieved"] == 321


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("region=Euro", "no entry has the region 'Euro', so nothing counts; did you mean 'Europe'?"),
        ("region=moon", "no entry has the region 'moon', so nothing counts; there are CN, Europe"),
        ("stream=lamps", "no entry has the stream 'weee-3', so nothing counts; did you mean 'weee-6'?"),
    ],
)
def test_a_scope_that_no_entry_has_is_said_at_once_and_in_every_status(lifeloop: Lifeloop, scope: str, said: str) -> None:
    recycled(lifeloop, 100, stream="phones", region="Europe")
    recycled(lifeloop, 100, stream="phones", region="CN")
    assert done(lifeloop, "goal", "add", "--id", "g", *RECYCLED, "--scope", scope).stderr == f"Warning: {said}\n"
    found = standing(lifeloop)
    assert (found["achieved"], found["warnings"]) == (0, [said])
    assert f"Warning: g: {said}" in done(lifeloop, "goal", "status", "--at", "2024-12-31").stderr


def test_a_scope_of_packaging_that_no_volume_has_is_said(lifeloop: Lifeloop) -> None:
    done(lifeloop, "packaging", "add", "xiaomi_14", "--market", "international", "--year", 2024, "--units", 1000)
    said = ("--metric", "packaging.plastic_free_ratio", "--unit", "%", "--target", 99, *PERIOD)
    made = done(lifeloop, "goal", "add", "--id", "g", *said, "--scope", "market=domestic")
    assert made.stderr == "Warning: no entry has the market 'domestic', so nothing counts; there is international\n"
    done(lifeloop, "goal", "add", "--id", "h", *said, "--scope", "market=International")
    assert standing(lifeloop, "2024-12-31", "h")["achieved"] > 90


def test_a_category_that_there_is_not_is_refused(lifeloop: Lifeloop, book: Path) -> None:
    made = lifeloop("goal", "add", "--id", "g", *RECYCLED, "--scope", "stream=7", "--json")
    assert made.exit_code == 3
    assert json.loads(made.stderr)["value"] == "7"
    assert not book.exists()


def test_nothing_logged_is_said(lifeloop: Lifeloop) -> None:
    done(lifeloop, "goal", "add", "--id", "g", *RECYCLED)
    assert standing(lifeloop)["warnings"] == ["nothing is logged for it from 2022-01-01 to 2024-12-31"]
    assert standing(lifeloop, "2021-12-31")["warnings"] == []


# Levels of regions and sources


@pytest.fixture
def green(lifeloop: Lifeloop) -> Lifeloop:
    """A goal of all electricity, with 43 % in China and 90 % in Europe half a year later."""
    done(lifeloop, "goal", "add", "--id", "green", *RENEWABLE, "--target", 100, *PERIOD)
    for value, day, region in ((43, "2024-06-30", "CN"), (90, "2024-12-31", "EU")):
        done(lifeloop, "goal", "log", *RENEWABLE, "--value", value, "--date", day, "--region", region)
    return lifeloop


def test_levels_of_two_regions_are_no_level_of_all(green: Lifeloop) -> None:
    found = standing(green)
    names = ("achieved", "completion", "remaining", "required_rate", "forecast")
    assert [found[name] for name in names] == [None] * 5
    (said,) = found["warnings"]
    assert "43.0 % in CN (2024-06-30) and 90.0 % in EU (2024-12-31)" in said
    assert "--scope region=NAME" in said
    # before Europe was told, China is all that is known
    assert standing(green, "2024-06-30")["achieved"] == 43
    shown = done(green, "goal", "status", "--at", "2024-12-31")
    assert "90" not in shown.stdout
    assert "Warning: green: the level stands at" in shown.stderr


def test_a_goal_for_each_region_has_its_number(green: Lifeloop) -> None:
    for region in ("cn", "EU"):
        done(green, "goal", "add", "--id", region, *RENEWABLE, "--target", 100, *PERIOD, "--scope", f"region={region}")
    assert [standing(green, "2024-12-31", name)["achieved"] for name in ("cn", "EU")] == [43, 90]


def test_regions_that_stand_at_the_same_are_one_level(green: Lifeloop) -> None:
    done(green, "goal", "log", *RENEWABLE, "--value", 90, "--date", "2025-03-31", "--region", "cn")
    assert (standing(green, "2025-12-31")["achieved"], standing(green, "2025-12-31")["warnings"]) == (90, [])


def test_two_sources_that_disagree_on_a_day_give_no_number(lifeloop: Lifeloop) -> None:
    done(lifeloop, "goal", "add", "--id", "green", *RENEWABLE, "--target", 100, *PERIOD)
    for value, source in ((43, "meter"), (45, "report")):
        done(lifeloop, "goal", "log", *RENEWABLE, "--value", value, "--date", "2024-12-31", "--source", source)
    found = standing(lifeloop)
    assert found["achieved"] is None
    assert "43.0 % (meter) and 45.0 % (report)" in found["warnings"][0]
    # the next day on which they agree there is one
    done(lifeloop, "goal", "log", *RENEWABLE, "--value", 50, "--date", "2025-12-31", "--source", "meter")
    assert standing(lifeloop, "2025-12-31")["achieved"] == 50


def _words(path: Path) -> list[str]:
    return [text for element in ElementTree.fromstring(path.read_text("utf-8")).iter() if (text := (element.text or "").strip())]


def test_a_picture_does_not_tell_what_is_not_known(green: Lifeloop, tmp_path: Path) -> None:
    done(green, "goal", "status", "--at", "2024-12-31", "--plot", tmp_path / "a.svg")
    assert "green: electricity.renewable_share, completion not known at 2024-12-31" in _words(tmp_path / "a.svg")


def test_a_picture_shows_how_wide_a_forecast_is(lifeloop: Lifeloop, tmp_path: Path) -> None:
    done(lifeloop, "goal", "add", "--id", "g", *RECYCLED)
    recycled(lifeloop, 100)
    done(lifeloop, "goal", "status", "--at", "2024-12-31", "--plot", tmp_path / "a.svg")
    assert {"at the pace so far", "fastest to slowest pace"} <= set(_words(tmp_path / "a.svg"))


# Levels that shall fall


def test_a_level_of_ones_own_needs_its_baseline(lifeloop: Lifeloop, book: Path) -> None:
    made = lifeloop("goal", "add", "--id", "g", *LANDFILL, "--target", 1, *PERIOD, "--json")
    assert (made.exit_code, json.loads(made.stderr)["field"]) == (3, "baseline")
    assert not book.exists()


def test_a_level_that_shall_fall_is_done_as_far_as_it_fell(lifeloop: Lifeloop) -> None:
    done(lifeloop, "goal", "add", "--id", "g", *LANDFILL, "--target", 1, "--baseline", 20, *PERIOD)
    done(lifeloop, "goal", "log", *LANDFILL, "--value", 10, "--date", "2023-12-31")
    found = standing(lifeloop)
    # 10 of the 19 points from 20 % to 1 %; the other 9 in two years
    assert found["completion"] == pytest.approx(10 / 19)
    assert found["required_rate"] == pytest.approx(-4.5)


def test_an_older_goal_without_a_baseline_tells_no_completion(lifeloop: Lifeloop, book: Path) -> None:
    """It said 1000 % and reached."""
    goal = Goal(id="g", metric="landfill.share", unit="%", target=1.0, start=date(2022, 1, 1), end=date(2026, 12, 31), measure="level")
    with open_book(book, create=True) as journal:
        journal.append("goal", goal, happened=goal.start, who="li", key="goal:g")
    done(lifeloop, "goal", "log", *LANDFILL, "--value", 10, "--date", "2023-12-31")
    found = standing(lifeloop)
    assert (found["achieved"], found["completion"], found["required_rate"], found["forecast"]) == (10, None, None, None)
    assert "no baseline" in found["warnings"][0]
    shown = done(lifeloop, "goal", "status", "--at", "2024-12-31").stdout
    assert "1000" not in shown


# Ratios by hand beside volumes


def test_a_ratio_of_a_year_without_volumes_counts(lifeloop: Lifeloop) -> None:
    said = ("--metric", "packaging.plastic_free_ratio", "--unit", "%")
    done(lifeloop, "goal", "add", "--id", "g", *said, "--target", 99, *PERIOD)
    done(lifeloop, "packaging", "add", "xiaomi_14", "--market", "international", "--year", 2024, "--units", 1000)
    by_volume = standing(lifeloop)["achieved"]
    done(lifeloop, "goal", "log", *said, "--value", 85, "--date", "2025-12-31")
    assert standing(lifeloop, "2025-12-31")["achieved"] == 85
    assert standing(lifeloop, "2024-12-31")["achieved"] == by_volume
    # of a year with volumes the logged one is not used, and that is said
    done(lifeloop, "goal", "log", *said, "--value", 50, "--date", "2024-12-31")
    found = standing(lifeloop)
    assert found["achieved"] == by_volume
    assert found["warnings"] == ["the ratio that was logged by hand for 2024 is not used: the volumes of the year give it"]


# Numbers and days that cannot be


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ((*RENEWABLE, "--value", 430), "value"),
        (("--metric", "electricity.renewable_share", "--unit", "1", "--value", 43), "value"),
        ((*RENEWABLE, "--value", -1), "value"),
        (("--metric", "materials.recycled_used", "--unit", "t", "--value", -5), "value"),
    ],
)
def test_a_value_that_cannot_be_is_refused(lifeloop: Lifeloop, book: Path, words: tuple[Any, ...], field: str) -> None:
    made = lifeloop("goal", "log", *words, "--date", "2024-12-31", "--json")
    assert (made.exit_code, json.loads(made.stderr)["field"]) == (3, field)
    assert not book.exists()


def test_a_target_of_99_times_everything_is_refused(lifeloop: Lifeloop) -> None:
    made = lifeloop("goal", "add", "--id", "g", "--metric", "packaging.plastic_free_ratio", "--unit", "1", "--target", 99, *PERIOD)
    assert made.exit_code == 3
    assert "99 % is written with the unit %" in made.stderr


@pytest.fixture(params=[14, -12])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[timezone]:
    """The system's time zone: at any moment one of the two has another day than Greenwich."""
    with monkeypatch.context() as here:
        here.setenv("TZ", f"HERE{-request.param:+d}")
        time.tzset()
        yield timezone(timedelta(hours=request.param))
    time.tzset()


def test_today_is_the_users_day_and_not_that_of_greenwich(lifeloop: Lifeloop, zone: timezone) -> None:
    done(lifeloop, "goal", "add", "--id", "g", *RECYCLED)
    days = {str(datetime.now(zone).date())}
    (goal,) = json.loads(done(lifeloop, "goal", "status", "--json").stdout)
    closed = json.loads(done(lifeloop, "records", "close", "--from", "2022-01-01", "--to", "2022-12-31", "--json").stdout)
    suppliers = json.loads(done(lifeloop, "supplier", "status", "--json").stdout)
    days.add(str(datetime.now(zone).date()))  # midnight may have passed
    assert {goal["at"], closed["happened"], suppliers["at"]} <= days


def test_a_value_of_a_later_year_is_refused(lifeloop: Lifeloop, book: Path) -> None:
    later = f"{today().year + 1}-01-01"
    made = lifeloop("goal", "log", *RENEWABLE, "--value", 43, "--date", later, "--json")
    assert (made.exit_code, json.loads(made.stderr)["field"]) == (3, "date")
    assert not book.exists()
