"""Which processes a background has, where, and how a look-up falls back from place to place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, overload

from lca.errors import Problem, UnknownName, UnknownProcess, nearest

WORLD = "GLO"


class Process(NamedTuple):
    """One background process: what it is called, where it stands, and what one unit of it is."""

    name: str
    location: str
    unit: str
    category: str
    #: unit process, mix, or total (a published sum that is not linked)
    kind: str
    #: the most recent reference year of its rows
    year: int
    #: ids of the sources of its rows
    sources: tuple[str, ...]


def original_name(name: str) -> str:
    """The name of the process that a copy was made of (`lca.rewiring`); any other name as it is."""
    return name.split(" [", 1)[0]


class StoredProcesses(Sequence[Process]):
    """Processes as lines of JSON, each read when it is asked for: a product needs some hundred of thousands."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, number: int) -> Process: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Process, ...]: ...
    def __getitem__(self, number: int | slice) -> Process | tuple[Process, ...]:
        if isinstance(number, slice):
            return tuple(map(_process, self._lines[number]))
        return _process(self._lines[number])

    def __iter__(self) -> Iterator[Process]:
        return map(_process, self._lines)


def _process(line: str) -> Process:
    *words, sources = json.loads(line)
    return Process._make([*words, tuple(sources)])


@dataclass(frozen=True)
class Places:
    """Places by code, each with its parent: province -> country -> region -> world."""

    parents: Mapping[str, str]
    names: Mapping[str, str]
    aliases: Mapping[str, str]

    def code(self, place: str) -> str:
        """The code of a place given by code, alias or name. Raises UnknownName with the nearest ones."""
        if place in self.parents:
            return place
        found = self.aliases.get(place) or self.aliases.get(place.lower())
        if found is None:
            known = [*self.parents, *self.names.values()]
            hint = nearest(place, known) or "places are codes such as CN, DE, CN-GD, EU or GLO"
            raise UnknownName(Problem("unknown place", field="location", value=place, hint=hint))
        return found

    def chain(self, place: str) -> Iterator[str]:
        """The place and its parents up to the world."""
        code: str = self.code(place)
        while code:
            yield code
            code = self.parents[code]


@dataclass(frozen=True)
class Found:
    """The answer of a look-up: the process's number, and where it was found."""

    index: int
    location: str


@dataclass(frozen=True)
class Catalogue:
    """The processes of a background in their fixed order, with look-up by name and place."""

    processes: Sequence[Process]
    places: Places
    #: the numbers of the processes by name and place, where they were kept; else they are made from the processes
    kept: Mapping[str, Mapping[str, int]] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def by_name(self) -> Mapping[str, Mapping[str, int]]:
        """The numbers of the processes by name and place."""
        if self.kept is not None:
            return self.kept
        numbers: dict[str, dict[str, int]] = {}
        for number, process in enumerate(self.processes):
            numbers.setdefault(process.name, {})[process.location] = number
        return numbers

    @property
    def names(self) -> Iterable[str]:
        """All process names, each once."""
        return self.by_name.keys()

    def locations(self, name: str) -> tuple[str, ...]:
        """The places where a process of that name stands."""
        return tuple(self.by_name.get(name, ()))

    def find(self, name: str, place: str) -> Found:
        """The process of that name at the place or at its nearest parent.

        Raises UnknownProcess when there is none, naming the nearest process or the places where it stands.
        """
        at = self.by_name.get(name)
        if at is None:
            hint = nearest(name, self.names) or "`lifeloop background search WORD` finds processes"
            raise UnknownProcess(Problem("no process of that name in the background", field="process", value=name, hint=hint))
        for code in self.places.chain(place):
            if code in at:
                return Found(at[code], code)
        hint = f"it is there for {', '.join(sorted(at))}"
        raise UnknownProcess(
            Problem(f"the process {name!r} is not known at this place or any parent of it", field="location", value=place, hint=hint)
        )
