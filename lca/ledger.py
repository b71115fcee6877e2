"""What `circularity` and `company` need of a journal: entries, and sums by group. `records.Book` is one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

Wanted = str | None | Sequence[str]


def today() -> date:
    """The day of the calendar on the user's wall, by the system's time zone: events are dated by it, in Beijing as in Berlin."""
    return datetime.now().astimezone().date()


def folded(label: str) -> str:
    """A label as it is compared: without the width of its letters, capitals, and spaces around or doubled (`Ａ  b ` is `a b`)."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


class Total(Protocol):
    """The sum of an amount in one group; `by` are the group's labels in the order they were asked for."""

    @property
    def by(self) -> tuple[str | None, ...]:
        """The group."""

    @property
    def value(self) -> float:
        """The sum, in the unit of the amount."""

    @property
    def entries(self) -> int:
        """How many entries were added up."""


class Logged(Protocol):
    """One entry of a journal."""

    @property
    def id(self) -> str:
        """Its key."""

    @property
    def content(self) -> Mapping[str, Any]:
        """What was logged, as plain values."""

    @property
    def happened(self) -> date:
        """The event date."""

    def model(self) -> Any:
        """What was logged, as the model of its kind."""


class Ledger(Protocol):
    """A journal whose effective entries can be read and added up; dates are included on both ends."""

    def sum(
        self,
        kind: str,
        amount: str,
        *,
        by: Sequence[str] = (),
        since: date | None = None,
        at: date | None = None,
        known_at: datetime | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> Sequence[Total]:
        """Totals of an amount by group."""
        ...

    def entries(
        self,
        kind: str | None = None,
        *,
        since: date | None = None,
        at: date | None = None,
        known_at: datetime | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> Sequence[Logged]:
        """Entries in order of writing."""
        ...

    def latest(
        self,
        kind: str,
        per: Sequence[str],
        *,
        since: date | None = None,
        at: date | None = None,
        known_at: datetime | None = None,
        where: Mapping[str, Wanted] | None = None,
    ) -> Sequence[Logged]:
        """The newest entry by event date in each group."""
        ...
