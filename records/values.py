"""The frozen values that go into a book and come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

#: The hash before the first entry, and so the head of an empty book.
GENESIS = "0" * 64


@dataclass(frozen=True)
class Draft:
    """An entry that is to be written. `key` is its idempotency key and becomes its id; `reason` states a restatement.

    `file` and `line` say which row of a table it was read from, for the errors.
    """

    kind: str
    content: BaseModel | Mapping[str, Any]
    happened: date
    who: str
    key: str | None = None
    reason: str | None = None
    file: str | None = field(default=None, compare=False)
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Entry:
    """An entry of the book. `reverses` is the id of the entry that it takes back; `effective` is false once it is taken back."""

    seq: int
    id: str
    kind: str
    content: Mapping[str, Any]
    happened: date
    recorded: datetime
    who: str
    hash: str
    reason: str | None = None
    reverses: str | None = None
    effective: bool = True

    def model(self) -> BaseModel:
        """The content as the pydantic model of its kind."""
        from records.kinds import kind_named

        return kind_named(self.kind).read(self.content)

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        return {
            "id": self.id,
            "kind": self.kind,
            "happened": self.happened.isoformat(),
            "recorded": self.recorded.isoformat().replace("+00:00", "Z"),
            "who": self.who,
            "reason": self.reason,
            "reverses": self.reverses,
            "effective": self.effective,
            "content": dict(self.content),
            "seq": self.seq,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Sum:
    """The total of an amount over the effective entries of one group, in the unit of the amount, and how many they are."""

    by: tuple[str | None, ...]
    value: float
    entries: int


@dataclass(frozen=True)
class Count:
    """How many entries of a kind were written, and how many of them are effective (reversals themselves never are)."""

    entries: int
    effective: int


@dataclass(frozen=True)
class Head:
    """Where the chain ends: the number of entries and the hash of the last one. Written down, it proves the history later."""

    entries: int
    hash: str


@dataclass(frozen=True)
class Verified:
    """What `verify` found; an empty `problems` means that every check held."""

    entries: int
    head: str
    problems: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether every check held."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """The keys of `lifeloop records verify --json`."""
        return {"entries": self.entries, "head": self.head, "ok": self.ok, "problems": list(self.problems)}
