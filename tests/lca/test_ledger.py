"""The day by which events are dated, and labels that are one label."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from lca.ledger import folded, today


@pytest.fixture(params=[14, -12])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The system's time zone, hours east of Greenwich: at any moment one of the two has another day than Greenwich."""
    monkeypatch.setenv("TZ", f"HERE{-request.param:+d}")
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def day_at(hours: int) -> date:
    return datetime.now(UTC).astimezone(timezone(timedelta(hours=hours))).date()


def test_today_is_the_users_day(zone: int) -> None:
    before = day_at(zone)
    found = today()
    assert before <= found <= day_at(zone)


@pytest.mark.parametrize(
    ("label", "other"),
    [("tier one ", "tier one"), ("Tier  One", "tier one"), ("ＡＢＣ　电子", "abc 电子"), ("EU", "eu"), ("Straße", "STRASSE")],
)
def test_width_case_and_spaces_make_no_other_label(label: str, other: str) -> None:
    assert folded(label) == folded(other)


def test_other_words_are_other_labels() -> None:
    assert folded("tier one") != folded("tierone")
    assert folded("Acme") != folded("Acmé")
