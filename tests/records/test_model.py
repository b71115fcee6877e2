"""L6: whatever is written and taken back in whatever order, the book's totals are those of a plain dictionary."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from records import Draft, KeyConflict, open_book
from records.book import Book
from records.errors import AlreadyReversed
from tests.records.samples import SOAK, weighed

_days = st.dates(date(2022, 1, 1), date(2026, 12, 31))
_treatments = st.sampled_from(["collected", "reused", "recycled"])
_masses = st.integers(-1000, 1000)  # whole numbers, so that sums are exact in any order


def machine_on(book: Book) -> type[RuleBasedStateMachine]:
    """Random histories; every one goes on in the same book, under a region of its own."""
    runs = iter(range(10**9))

    class Histories(RuleBasedStateMachine):
        entries = Bundle("entries")

        @initialize()
        def begin(self) -> None:
            self.region = f"r{next(runs)}"
            self.written: dict[str, tuple[date, str, int]] = {}
            self.reverses: dict[str, str] = {}  # reversal -> what it takes back
            self.reversed_by: dict[str, str] = {}

        def content(self, treatment: str, mass: int) -> dict[str, Any]:
            return weighed(mass, treatment, region=self.region)

        def effective(self, key: str) -> bool:
            return key not in self.reversed_by or not self.effective(self.reversed_by[key])

        @rule(target=entries, day=_days, treatment=_treatments, mass=_masses)
        def append(self, day: date, treatment: str, mass: int) -> str:
            key = f"{self.region}-{len(self.written)}"
            book.append("test.weighed", self.content(treatment, mass), happened=day, who="li", key=key)
            self.written[key] = (day, treatment, mass)
            return key

        @rule(day=_days, treatment=_treatments, masses=st.lists(_masses, min_size=1, max_size=4))
        def append_together(self, day: date, treatment: str, masses: list[int]) -> None:
            new = {f"{self.region}-{len(self.written) + i}": (day, treatment, mass) for i, mass in enumerate(masses)}
            book.append_many(Draft("test.weighed", self.content(treatment, mass), day, "li", key) for key, (_, _, mass) in new.items())
            self.written |= new

        @rule(key=entries)
        def ask_again(self, key: str) -> None:
            if key in self.written:
                day, treatment, mass = self.written[key]
                entry = book.append("test.weighed", self.content(treatment, mass), happened=day, who="wu", key=key)
                assert (entry.who, entry.effective) == ("li", self.effective(key))
                with pytest.raises(KeyConflict):
                    book.append("test.weighed", self.content(treatment, mass + 1), happened=day, who="li", key=key)

        @rule(target=entries, key=entries)
        def reverse(self, key: str) -> str:
            if key in self.reversed_by:
                with pytest.raises(AlreadyReversed):
                    book.reverse(key, reason="again", who="li")
                return self.reversed_by[key]
            made = book.reverse(key, reason="wrong", who="li").id
            self.reverses[made], self.reversed_by[key] = key, made
            return made

        @rule(at=_days)
        def add_up(self, at: date) -> None:
            self.compare(at)

        def compare(self, at: date) -> None:
            wanted: dict[tuple[str, str], list[int]] = defaultdict(list)
            for key, (day, treatment, mass) in self.written.items():
                if day <= at and self.effective(key):
                    wanted[treatment, str(day.year)].append(mass)
            found = book.sum("test.weighed", "mass_t", by=("treatment", "year"), at=at, where={"region": self.region})
            assert {s.by: (s.value, s.entries) for s in found} == {by: (sum(m), len(m)) for by, m in wanted.items()}

        def teardown(self) -> None:
            if hasattr(self, "written"):
                self.compare(date(2026, 12, 31))

    return Histories


def test_any_history_adds_up_as_a_dictionary_does(place: str) -> None:
    """200 histories of up to 50 steps; the chain of all of them holds at the end."""
    with open_book(place, create=True) as book:
        quick = settings(
            max_examples=200 * SOAK, stateful_step_count=50, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(machine_on(book), settings=quick)  # type: ignore[no-untyped-call]
        assert book.head().entries > 1000
        assert book.verify().ok
