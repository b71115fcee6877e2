"""Which processes a background has, where, and how a look-up falls back from place to place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

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

    processes: tuple[Process, ...]
    places: Places
    _by_name: dict[str, dict[str, int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, dict[str, int]] = {}
        for index, process in enumerate(self.processes):
            by_name.setdefault(process.name, {})[process.location] = index
        object.__setattr__(self, "_by_name", by_name)

    @property
    def names(self) -> Iterable[str]:
        """All process names, each once."""
        return self._by_name.keys()

    def locations(self, name: str) -> tuple[str, ...]:
        """The places where a process of that name stands."""
        return tuple(self._by_name.get(name, ()))

    def find(self, name: str, place: str) -> Found:
        """The process of that name at the place or at its nearest parent.

        Raises UnknownProcess when there is none, naming the nearest process or the places where it stands.
        """
        at = self._by_name.get(name)
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
