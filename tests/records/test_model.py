"""L6: whatever is written and taken back in whatever order, the book's totals are those of a plain dictionary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any, ClassVar

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


@dataclass
class Model:
    """What a book must hold, as plain dictionaries: each entry's date, treatment and mass by its key, and what took what back."""

    region: str
    written: dict[str, tuple[date, str, int]] = field(default_factory=dict)
    reversed_by: dict[str, str] = field(default_factory=dict)

    def next_keys(self, number: int) -> list[str]:
        """Keys that no entry has."""
        return [f"{self.region}-{len(self.written) + i}" for i in range(number)]

    def is_effective(self, key: str) -> bool:
        """Whether it was not taken back, or its reversal was."""
        return key not in self.reversed_by or not self.is_effective(self.reversed_by[key])

    def totals(self, at: date) -> dict[tuple[str, str], tuple[int, int]]:
        """Sum and number of the entries up to a date by treatment and year."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for key, (day, treatment, mass) in self.written.items():
            if day <= at and self.is_effective(key):
                found[treatment, str(day.year)].append(mass)
        return {by: (sum(masses), len(masses)) for by, masses in found.items()}


class Histories(RuleBasedStateMachine):
    """Random histories of a book and its model; every one goes on in the same book, under a region of its own."""

    book: ClassVar[Book]
    numbers: ClassVar[Iterator[int]]
    entries = Bundle("entries")

    @initialize()
    def begin(self) -> None:
        self.model = Model(f"r{next(self.numbers)}")

    def content(self, treatment: str, mass: int) -> dict[str, Any]:
        return weighed(mass, treatment, region=self.model.region)

    @rule(target=entries, day=_days, treatment=_treatments, mass=_masses)
    def append(self, day: date, treatment: str, mass: int) -> str:
        (key,) = self.model.next_keys(1)
        self.book.append("test.weighed", self.content(treatment, mass), happened=day, who="li", key=key)
        self.model.written[key] = (day, treatment, mass)
        return key

    @rule(day=_days, treatment=_treatments, masses=st.lists(_masses, min_size=1, max_size=4))
    def append_together(self, day: date, treatment: str, masses: list[int]) -> None:
        new = dict(zip(self.model.next_keys(len(masses)), masses, strict=True))
        self.book.append_many(Draft("test.weighed", self.content(treatment, mass), day, "li", key) for key, mass in new.items())
        self.model.written |= {key: (day, treatment, mass) for key, mass in new.items()}

    @rule(key=entries)
    def ask_again(self, key: str) -> None:
        if key in self.model.written:
            day, treatment, mass = self.model.written[key]
            entry = self.book.append("test.weighed", self.content(treatment, mass), happened=day, who="wu", key=key)
            assert (entry.who, entry.effective) == ("li", self.model.is_effective(key))
            with pytest.raises(KeyConflict):
                self.book.append("test.weighed", self.content(treatment, mass + 1), happened=day, who="li", key=key)

    @rule(target=entries, key=entries)
    def reverse(self, key: str) -> str:
        if key in self.model.reversed_by:
            with pytest.raises(AlreadyReversed):
                self.book.reverse(key, reason="again", who="li")
        else:
            self.model.reversed_by[key] = self.book.reverse(key, reason="wrong", who="li").id
        return self.model.reversed_by[key]

    @rule(at=_days)
    def add_up(self, at: date) -> None:
        found = self.book.sum("test.weighed", "mass_t", by=("treatment", "year"), at=at, where={"region": self.model.region})
        assert {s.by: (s.value, s.entries) for s in found} == self.model.totals(at)

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.add_up(date(2026, 12, 31))


def histories_of(book: Book) -> type[Histories]:
    """The machine that writes into this book."""
    return type("HistoriesOfABook", (Histories,), {"book": book, "numbers": count()})


def test_any_history_adds_up_as_a_dictionary_does(place: str) -> None:
    """200 histories of up to 50 steps; the chain of all of them holds at the end."""
    with open_book(place, create=True) as book:
        quick = settings(
            max_examples=200 * SOAK, stateful_step_count=50, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(histories_of(book), settings=quick)  # type: ignore[no-untyped-call]
        assert book.head().entries > 1000
        assert book.verify().ok
