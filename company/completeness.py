"""Detail that somebody declared complete: which entries of a year are all there is, so that their sum may stand for the whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from company.emissions import UNSPECIFIED
from company.scopes import CATEGORIES, METHODS, read_scopes, written
from lca.errors import InputError, Problem, nearest

#: Name of the figures by which detail is declared complete; the part of such a figure says which.
COMPLETE = "complete detail"
_PART = re.compile(
    r"scopes (?P<scopes>[123](?:\+[23])*)(?:, scope 2 (?P<method>\w+))?(?:, category (?P<category>3\.\d+))?(?:, segment (?P<segment>.+))?"
)


class Declared(NamedTuple):
    """The scopes (by one method of scope 2, or by each), the category and the segment of which all entries of a year are there."""

    scopes: str
    method: str | None
    category: str | None
    segment: str

    @property
    def part(self) -> str:
        """The same as the part of a figure: `scopes 1+2, scope 2 market, segment phones`."""
        words = [
            f"scopes {self.scopes}",
            f"scope 2 {self.method}" if self.method else "",
            f"category {self.category}" if self.category else "",
        ]
        return ", ".join(filter(None, [*words, "" if self.segment == UNSPECIFIED else f"segment {self.segment}"]))


def declared_of(part: str) -> Declared | None:
    """What the part of such a figure declares; None where it does not name what is complete."""
    found = _PART.fullmatch(part)
    return Declared(found["scopes"], found["method"], found["category"], found["segment"] or UNSPECIFIED) if found else None


def declaration(scopes: str, method: str | None, category: str | None = None, segment: str | None = None) -> Declared:
    """The declaration for these scopes. Raises InputError for a method without scope 2, or a category that is none of scope 3."""
    chosen = written(read_scopes(scopes))
    if method is not None and ("2" not in chosen or method not in METHODS):
        raise InputError(Problem("a method is said only where scope 2 is among the scopes", field="scope2", value=method))
    if category is not None and (chosen != "3" or category not in CATEGORIES):
        raise InputError(Problem("not a category of scope 3", field="category", value=category, hint=nearest(category, CATEGORIES)))
    return Declared(chosen, method, category, segment or UNSPECIFIED)


def is_declared(declared: Iterable[Declared], scopes: str, method: str | None, category: str | None, segment: str) -> bool:
    """Whether all entries of these scopes (of this category) and segment are declared to be there.

    What is complete is so in its scopes and in the company's segments; the categories that a scope is complete with say nothing about
    the completeness of the entries within each.
    """
    return any(
        set(scopes) <= set(d.scopes)
        and d.category == category
        and ("2" not in scopes or d.method in {None, method})
        and d.segment in {segment, UNSPECIFIED}
        for d in declared
    )
