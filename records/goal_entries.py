"""Goals as entries of a book: made from what a person said, found again, and set anew after one was taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from circularity.goals import KIND, Goal
from lca.errors import nearest
from records.errors import KeyConflict, UnknownEntry
from records.kinds import kind_named

if TYPE_CHECKING:
    from records.book import Book
    from records.values import Entry


def goal_from(said: Mapping[str, Any]) -> Goal:
    """A goal from its fields; absent and empty ones are left out. Raises ContentRefused."""
    made = kind_named(KIND).read({name: value for name, value in said.items() if value is not None and value != {}})
    if not isinstance(made, Goal):
        raise TypeError(f"the kind {KIND} reads {type(made).__name__}")
    return made


def entry_key(goal: Goal, key: str | None, there: Sequence[Entry]) -> str:
    """The key of a goal's entry: the one given, else `goal:ID`, or the next of `goal:ID#2`, ... when those before were taken back.

    `there` are all entries of goals with that id. KeyConflict when one of them counts and has another key than the one given.
    """
    counts = next((entry for entry in there if entry.effective), None)
    if key is not None:
        if counts is not None and counts.id != key:
            raise KeyConflict(f"the goal {goal.id!r} is there as entry {counts.id!r}; use another id, or reverse that entry first")
        return key
    if counts is not None:
        return counts.id
    taken = {entry.id for entry in there}
    number, free = 1, f"goal:{goal.id}"
    while free in taken:
        number += 1
        free = f"goal:{goal.id}#{number}"
    return free


def goals_of(book: Book, known_at: datetime | None = None, ids: Sequence[str] = ()) -> list[Goal]:
    """The goals that count, in order of writing; `ids` names some of them. UnknownEntry for a name that is not there."""
    goals = [goal_from(entry.content) for entry in book.entries(KIND, known_at=known_at)]
    known = [goal.id for goal in goals]
    for name in ids:
        if name not in known:
            raise UnknownEntry(f"no goal is called {name!r}; {nearest(name, known) or '`lifeloop goal list` shows them'}")
    return [goal for goal in goals if not ids or goal.id in ids]
