"""The mistakes a user can make, one class each, all with file, line, field, value, reason and hint.

LifeloopError
├── InputError           one or more problems in what the user gave (a file, a row, an option)
│   ├── UnitError        units of different dimension, or an unknown unit
│   ├── FormulaError     an expression that is not allowed, or whose names are not known
│   ├── UnknownProcess   no such process, or none at that place
│   └── UnknownName      a product, archetype, parameter, method or place that does not exist
├── FunctionalUnitsDiffer  two designs that do not do the same thing
└── MeaninglessSystem    a background whose matrix has no sensible solution
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, said so that it can be mended without asking."""

    reason: str
    file: str | None = None
    line: int | None = None
    field: str | None = None
    value: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = ":".join(str(x) for x in (self.file, self.line) if x is not None)
        what = f"{self.field}: " if self.field else ""
        value = f" (got {self.value!r})" if self.value is not None else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where + ': ' if where else ''}{what}{self.reason}{value}{hint}"

    def to_dict(self) -> dict[str, str | int | None]:
        """The problem as one JSON object with every key present."""
        return asdict(self)


class LifeloopError(Exception):
    """Base of all errors that Lifeloop raises on purpose."""


class InputError(LifeloopError):
    """Something the user gave is wrong; `problems` lists every mistake that was found."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def located(self, file: str | None, line: int | None = None, field: str | None = None) -> InputError:
        """The same error with the place filled in where it was not known yet."""
        return type(self)(
            replace(
                p,
                file=p.file or file,
                line=p.line if p.line is not None else line,
                field=p.field or field,
            )
            for p in self.problems
        )


class UnitError(InputError):
    """Units of different dimension, or a unit that is not known."""


class FormulaError(InputError):
    """An expression that is not allowed or cannot be evaluated."""


class UnknownProcess(InputError):
    """The background has no such process, or not at that place."""


class UnknownName(InputError):
    """A product, archetype, parameter, method or place that does not exist."""


class NoEndOfLifeParameters(InputError):
    """A line that asks for an end-of-life formula of a material that has no parameters."""


class FunctionalUnitsDiffer(LifeloopError):
    """Two designs whose functional units differ cannot be compared."""


class MeaninglessSystem(LifeloopError):
    """The background's matrix has no sensible solution; the message names the process."""


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """A hint naming the closest of the choices, or None when nothing is close."""
    known = list(choices)
    close = [c for c in known if c.casefold() == word.casefold()] or difflib.get_close_matches(word, known, n=3, cutoff=0.55)
    return f"did you mean {' or '.join(repr(c) for c in close)}?" if close else None
