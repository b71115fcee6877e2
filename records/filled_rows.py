"""What the rows of several tables that people fill in have in common: amounts with units, evidence beside the table, keys."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from circularity.evidence import evidence_of
from lca import units
from lca.errors import InputError, Problem, UnitError
from records.canonical import canonical
from records.cells import Row, folded
from records.values import Draft


def problems_at(row: Row, error: InputError) -> list[Problem]:
    """The problems of a row, each at the row's line; one that lies in a file the row names says so in its reason."""
    made: list[Problem] = []
    for problem in error.problems:
        elsewhere = problem.file is not None and problem.file != row.file
        place = f"{problem.file}:{problem.line}" if problem.line is not None else problem.file
        moved = replace(problem, reason=f"{problem.reason} (in {place})", file=row.file, line=row.line) if elsewhere else problem
        made += InputError(moved).located(row.file, row.line).problems
    return made


def drafts_of(rows: Iterable[Row], draft_of: Callable[[Row, Counter[str]], Draft]) -> list[Draft]:
    """A draft a row, or InputError with the mistakes of all rows; two rows of one key are one of them.

    `draft_of` makes a row's draft; its second argument counts the keys made from content, for rows that say the same (`key_of`).
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    seen: Counter[str] = Counter()
    lines: dict[str | None, int] = {}
    for row in rows:
        try:
            draft = draft_of(row, seen)
            if lines.setdefault(draft.key, row.line) != row.line:
                raise row.problem("key", f"row {lines[draft.key]} has this key too")
            drafts.append(draft)
        except InputError as error:
            problems += problems_at(row, error)
    if problems:
        raise InputError(problems)
    return drafts


def positive(row: Row, name: str) -> float | None:
    """A number above zero; None for an empty cell."""
    number = row.number(name)
    if number is not None and number <= 0:
        raise row.problem(name, "must be above zero", "take a wrong entry back by `lifeloop records reverse`")
    return number


def required_positive(row: Row, name: str) -> float:
    """A number above zero; an empty cell is an error."""
    number = positive(row, name)
    if number is None:
        raise row.problem(name, "a value is needed here")
    return number


def in_unit(row: Row, name: str, number: float | None, unit: str) -> float | None:
    """A number of a column in a unit: converted from the one that the header names, if it names one."""
    headed = row.units.get(name)
    if number is None or headed is None:
        return number
    # "t CO2e" is a mass of something
    plain = re.sub(r"\s*CO2(-?eq?)?\s*", "", folded(headed), flags=re.IGNORECASE)
    try:
        return number * (units.factor(plain, unit) if plain else 1.0)
    except UnitError as error:
        raise row.problem(
            name, f"the header's unit {headed!r} cannot be given in {unit}", f"name a unit of the same kind as {unit}"
        ) from error


def required_year(row: Row, name: str) -> int:
    """A whole year from 1990 to 2100, as 2024 or 2024年."""
    cell = row.cells.get(name)
    if isinstance(cell, str) and folded(cell).endswith("年"):
        row = replace(row, cells=dict(row.cells) | {name: folded(cell).removesuffix("年")})
    number = row.number(name)
    if number is None:
        raise row.problem(name, "a value is needed here", "such as 2024")
    if number != int(number) or not 1990 <= number <= 2100:
        raise row.problem(name, "a year from 1990 to 2100 is needed here")
    return int(number)


def unit_of(row: Row, given: str | None, column: str) -> str | None:
    """The unit of the row's own cell, or of the header of the column that is filled in; both must not differ."""
    headed = row.units.get(column)
    if given and headed and given != headed:
        raise row.problem("unit", f"the header says {headed!r}", "give the unit once")
    return given or headed


def evidence_beside(row: Row) -> dict[str, Any]:
    """The field `evidence` with the digest of the file that the row names, looked for beside the table; nothing without one."""
    name = row.text("evidence")
    return {"evidence": [evidence_of(Path(row.file).parent / name).model_dump(mode="json")]} if name else {}


def key_of(kind: str, said: Mapping[str, Any], seen: Counter[str]) -> str:
    """A key from what a row says; rows of one table that say the same get a number each."""
    text = canonical({name: value for name, value in said.items() if value is not None})
    seen[text] += 1
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    return f"{kind}:{digest}" if seen[text] == 1 else f"{kind}:{digest}:{seen[text]}"
