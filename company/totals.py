"""What a set of scopes adds up to in a year: a figure that was told, the detail beside it, and which of the two counts.

Figures come as single scopes, sums of scopes, categories and segments. A told figure (reported, else implied) stands until its
detail is declared complete or adds up to it within `TOLERANCE`; without a told figure it may be a difference of told ones; else it
is what the detail adds up to, which is at least so much until somebody declares it complete (GHG Protocol, chapter 1: completeness).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from company.completeness import Declared, is_declared
from company.emissions import TOLERANCE, UNSPECIFIED, Amount, Beside, Booked, added_twice, tonnes
from company.scopes import CATEGORIES, SCOPES, Scope, spoken, written
from lca.errors import InputError, Problem

#: Ways to divide a set of scopes, the finest first.
_DIVISIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "1+2": (("1", "2"),),
    "1+3": (("1", "3"),),
    "2+3": (("2", "3"),),
    "1+2+3": (("1", "2", "3"), ("1+2", "3")),
}
#: Sums that are told, and of which a part may be found as the difference to the rest.
_SUMS = ("1+2", "1+2+3")
#: Under which method of scope 2 scopes 1 and 3 are found, where there are several.
_METHODS = ("market", "location", "unstated")
_TOLD, _DIFFERENCE = ("reported", "implied"), "difference"


class NoFigure(InputError):
    """The entries of the year do not tell these scopes."""


@dataclass(frozen=True)
class Found:
    """A sum in t CO2e with the way to it. `firm`: told, found as a difference of told figures, or of detail that is complete."""

    value: float
    how: str
    firm: bool
    members: tuple[Booked, ...]
    word: str = "reported"
    notes: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()
    segments: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """One year of the company, or of a segment of it, under one scope-2 method: its own entries, and those of its segments."""

    year: int
    method: str | None
    name: str
    own: tuple[Booked, ...]
    inner: tuple[View, ...]
    declared: frozenset[Declared]

    def resolved(self, scopes: str) -> Found | None:
        """The figure of a set of scopes, told or added up or as a difference; None where the entries do not tell it."""
        plain = self._plain(scopes)
        differences = [(whole, d) for whole, d in self._differences(scopes) if d.value >= 0]
        if plain is not None and plain.firm:
            return replace(plain, notes=(*plain.notes, *self._other_ways(scopes, plain, differences)))
        return plain if not differences else self._chosen(scopes, differences[0][1], plain, declared=False)

    def too_small(self) -> Iterator[str]:
        """Told figures that are less than what is told of a part of them, in words."""
        told = {key: found for key in dict.fromkeys(b.scopes for b in self.own) if (found := self._told(key))}
        for whole, part in permutations(told, 2):
            if set(part) < set(whole) and told[part].value > told[whole].value * (1 + TOLERANCE):
                less, more = (f"{self._label(key)} {tonnes(told[key].value)}" for key in (whole, part))
                yield f"in {self.year} {less} is less than {more}, which lies in it: one of the two is wrong"

    # Told

    def _told(self, scopes: str, category: str | None = None) -> Found | None:
        """What was told for the very scopes: a reported figure, or one that another figure implies."""
        mine = [b for b in self.own if b.scopes == scopes and b.category == category and (b.basis in _TOLD or "+" in scopes)]
        reported, implied = ([b for b in mine if (b.basis == "implied") is wanted] for wanted in (False, True))
        counts = reported or implied
        if not counts:
            return None
        value, notes = math.fsum(b.co2e_t for b in counts), list[str]()
        if reported and implied:
            both = f"reported ({tonnes(value)}) and as implied ({tonnes(math.fsum(b.co2e_t for b in implied))})"
            notes.append(
                f"{self._said(scopes, category)} is entered as {both}: the reported figure counts, and neither is added to the other"
            )
        return Found(value, _named(scopes), True, tuple(counts), "reported" if reported else "implied", tuple(notes))

    def _differences(self, scopes: str) -> Iterator[tuple[float, Found]]:
        """Told sums less the firm rest of them, each with the told sum."""
        for whole in _SUMS:
            rest = written(set(whole) - set(scopes))
            told = self._told(whole) if set(scopes) < set(whole) else None
            taken = self._plain(rest) if told else None
            if told and taken and taken.firm:
                value = told.value - taken.value
                # a rest that is the whole within the tolerance leaves nothing, and not less
                value = 0.0 if -TOLERANCE * told.value <= value < 0 else value
                how = f"{told.how}, less {taken.how.removeprefix('scopes ').removeprefix('scope ').replace('scope ', '')}"
                notes, beside = told.notes + taken.notes, taken.beside
                yield told.value, Found(value, how, True, told.members + taken.members, _DIFFERENCE, notes, beside, taken.segments)

    def _other_ways(self, scopes: str, plain: Found, differences: Iterable[tuple[float, Found]]) -> Iterator[str]:
        """Differences that are not the figure itself, by more than the tolerance of the sum that they were taken from."""
        for whole, found in differences:
            if abs(found.value - plain.value) > TOLERANCE * whole:
                yield f"{self._said(scopes)}: {plain.how} give {tonnes(plain.value)}, {found.how} give {tonnes(found.value)}"

    # Added up

    def _plain(self, scopes: str) -> Found | None:
        """A set of scopes without differences: told, or added up from its parts."""
        if scopes in SCOPES:
            return self._single(scopes)
        told, detail = self._told(scopes), self._divided(scopes)
        if told and detail is None:
            return self._with_slivers(scopes, told)
        return self._chosen(scopes, told, detail, is_declared(self.declared, scopes, self.method, None, self.name))

    def _divided(self, scopes: str) -> Found | None:
        """The best sum of parts that are the whole set: by scopes, or segment by segment."""
        ways = []
        for division in _DIVISIONS[scopes]:
            parts = [self._plain(part) for part in division]
            ways.append(_sum([p for p in parts if p], exhaustive=True) if all(parts) else None)
        found = [way for way in (*ways, self._by_segments(scopes)) if way]
        # where nothing is firm, the way that knows more of the whole
        return next((way for way in found if way.firm), None) or max(found, key=lambda way: way.value, default=None)

    def _by_segments(self, scopes: str) -> Found | None:
        parts = [found for view in self.inner if (found := view._plain(scopes))]
        detail = tuple(b for b in self.own if b.basis not in _TOLD)
        alone = replace(self, inner=(), own=detail)._plain(scopes) if parts else None
        made = _sum([*parts, *([alone] if alone else [])], exhaustive=False)
        return replace(made, segments=self._names(parts)) if made and not alone else made

    def _single(self, scope: str) -> Found | None:
        parts = list(self._of_scope_3() if scope == "3" else self._of_scope(scope))
        told, detail = self._told(scope), _sum(parts, exhaustive=False)
        if detail:
            own = any(b.segment == self.name for b in detail.members)
            detail = replace(detail, how=_named(scope), segments=() if own else self._names(parts))
        # what a segment has in a sum of scopes only is missing here, whatever was declared of the sum
        missing = any(view._plain(scope) is None and any(scope in b.scopes for b in view.own) for view in self.inner)
        declared = not missing and is_declared(self.declared, scope, self.method, None, self.name)
        return self._chosen(scope, told, detail, declared)

    def _of_scope(self, scope: str) -> Iterator[Found]:
        yield from self._detail(scope, None)
        yield from (found for view in self.inner if (found := view._plain(scope)))

    def _of_scope_3(self) -> Iterator[Found]:
        """Scope 3 by category over company and segments; a segment whose scope 3 is told as a whole comes with that."""
        known = [(view, found) for view in self.inner if (found := view._plain("3"))]
        whole = [found for _, found in known if found.word in _TOLD]
        divided = tuple(view for view, found in known if found.word not in _TOLD)
        there = {b.category for view in (self, *divided) for b in view.own if b.scopes == "3" and b.category}
        for category in (c for c in CATEGORIES if c in there):
            if found := self._category(category, divided):
                yield found
        yield from self._detail("3", None)
        for view in divided:
            yield from view._detail("3", None)
        yield from whole

    def _category(self, category: str, inner: Sequence[View]) -> Found | None:
        parts = [*self._detail("3", category), *(found for view in inner if (found := view._category(category, ())))]
        declared = is_declared(self.declared, "3", None, category, self.name)
        return self._chosen("3", self._told("3", category), _sum(parts, exhaustive=False), declared, category)

    def _detail(self, scope: str, category: str | None) -> Iterator[Found]:
        """Activity data and products sold of one scope or category."""
        mine = tuple(b for b in self.own if (b.scopes, b.category) == (scope, category) and b.basis not in _TOLD)
        if mine:
            yield Found(math.fsum(b.co2e_t for b in mine), _named(scope), False, mine, "detail")

    # Which of the two counts

    def _chosen(self, scopes: str, told: Found | None, detail: Found | None, declared: bool, category: str | None = None) -> Found | None:
        """The told figure, unless its detail is declared complete or adds up to it; what was not taken is said."""
        if detail is None or told is None:
            if detail is None or not declared:
                return told or detail
            return replace(detail, firm=True, segments=())
        agrees = math.isclose(told.value, detail.value, rel_tol=TOLERANCE)
        label, notes = self._said(scopes, category), told.notes + detail.notes
        beside = Beside(label, told.value, detail.value, "detail" if agrees or declared else "told")
        found = replace(detail, firm=True, segments=()) if agrees or declared else told
        if not agrees:
            both = f"{tonnes(detail.value)}{_covers(beside)}"
            which = f"the {told.word} {f'({told.how})' if told.word == _DIFFERENCE else 'figure'} of {tonnes(told.value)}"
            why = (
                f"{label}: entries in detail are declared complete and count with {both}, not {which}"
                if declared
                else f"{label}: {which} stands; the entries in detail beside it add up to {both}, {_reason(beside)}; neither is added to the other"
            )
            notes = (*notes, why)
        return replace(found, notes=notes, beside=(*detail.beside, beside))

    def _with_slivers(self, scopes: str, told: Found) -> Found:
        """A told sum of which only some scopes are known in detail."""
        parts = [p for scope in scopes.split("+") if (p := self._single(scope)) and not p.firm]
        detail = _sum(parts, exhaustive=False)
        if detail is None:
            return told
        label = self._said(scopes)
        beside = Beside(label, told.value, detail.value, "told")
        why = f"{label}: the {told.word} figure of {tonnes(told.value)} stands; of {detail.how} alone there is detail, {tonnes(detail.value)}{_covers(beside)}"
        return replace(told, notes=(*told.notes, *detail.notes, why), beside=(*detail.beside, beside))

    def _names(self, parts: Iterable[Found]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(b.segment for p in parts for b in p.members if b.segment != self.name))

    def _label(self, scopes: str, category: str | None = None) -> str:
        of = "" if self.name == UNSPECIFIED else f" of {self.name}"
        return (f"{category} {CATEGORIES[category]}" if category else spoken(scopes.split("+"), self.method)) + of

    def _said(self, scopes: str, category: str | None = None) -> str:
        return f"{self._label(scopes, category)} in {self.year}"


def _named(scopes: str) -> str:
    return f"scope{'s' if '+' in scopes else ''} {scopes}"


def _covers(beside: Beside) -> str:
    return "" if beside.coverage is None else f" ({100 * beside.coverage:.3g} % of it)"


def _reason(beside: Beside) -> str:
    if beside.detail > beside.told:
        return "more than it: one of the two is wrong"
    return "and are not declared complete (`lifeloop company add complete`)"


def _sum(parts: Sequence[Found], exhaustive: bool) -> Found | None:
    """The sum of parts; firm where they are all there is (as scopes are) and each of them is firm."""
    if not parts:
        return None
    return Found(
        math.fsum(p.value for p in parts),
        " and ".join(dict.fromkeys(p.how for p in parts)),
        exhaustive and all(p.firm for p in parts),
        tuple(b for p in parts for b in p.members),
        "detail",
        tuple(dict.fromkeys(note for p in parts for note in p.notes)),
        tuple(dict.fromkeys(beside for p in parts for beside in p.beside)),
        tuple(dict.fromkeys(name for p in parts for name in p.segments)),
    )


def amount_of(
    booked: Iterable[Booked],
    year: int,
    scopes: Sequence[Scope],
    method: str | None,
    segment: str | None = None,
    declared: Iterable[Declared] = (),
) -> Amount:
    """Emissions of a set of scopes in a year, in t CO2e. Raises NoFigure, saying what there is, when it cannot be found.

    Entries with scope 2 count only when they are of the method that is asked for; no figure is taken for another's. Without
    scope 2 the first method counts under which the figure can be found. `declared` says which detail is complete.
    """
    if "2" in scopes and method is None:
        raise InputError(Problem("scope 2 needs its method", field="scope2", hint="say --scope2 location or --scope2 market"))
    of_year = [b for b in booked if b.year == year]
    there = {b.method for b in of_year}
    methods: list[str | None] = [method] if method is not None else [m for m in _METHODS if m in there] or [None]
    views = [_view(of_year, year, m, segment, frozenset(declared)) for m in methods]
    found = [(view, made) for view in views if (made := view.resolved(written(scopes)))]
    if not found:
        reasons = [text for view in views for text in view.too_small()]
        told = f"no figure for {spoken(scopes, method)} in {year}"
        raise NoFigure(Problem("; ".join(dict.fromkeys([told, *reasons])), field="scopes", hint=_what_there_is(of_year)))
    view, made = next(((v, f) for v, f in found if f.firm), found[0])
    return _amount(view, made, scopes, method, _other_methods(found))


def _view(of_year: Sequence[Booked], year: int, method: str | None, segment: str | None, declared: frozenset[Declared]) -> View:
    used = [b for b in of_year if "2" not in b.scopes or b.method == method]
    names = sorted({b.segment for b in used} - {UNSPECIFIED}) if segment is None else []
    inner = tuple(View(year, method, name, tuple(b for b in used if b.segment == name), (), declared) for name in names)
    own = segment or UNSPECIFIED
    return View(year, method, own, tuple(b for b in used if b.segment == own), inner, declared)


def _amount(view: View, made: Found, scopes: Sequence[Scope], method: str | None, more: Iterable[str]) -> Amount:
    label = f"{spoken(scopes, method)} in {view.year}"
    notes = [*view.too_small(), *made.notes, *more, *added_twice(made.members)]
    if made.segments:
        notes.append(f"{label} is known for {', '.join(made.segments)} only, in whole or in part: the company's may be more")
    bases = tuple(sorted({b.basis for b in made.members}))
    only = f", {'segments' if len(made.segments) > 1 else 'segment'} {' and '.join(made.segments)} only" if made.segments else ""
    how = f"entries of {made.how}{only}{'' if made.firm else ' (detail, not declared complete)'}"
    warnings = tuple(dict.fromkeys(notes))
    kept = tuple(scopes), method if "2" in scopes else None
    return Amount(view.year, *kept, made.value, how, bases, warnings, made.firm, made.beside, made.segments)


def _other_methods(found: Sequence[tuple[View, Found]]) -> Iterator[str]:
    """Where the same scopes differ by the method of scope 2 that the sums were told under."""
    firm = [(view, made) for view, made in found if made.firm]
    for view, made in firm[1:]:
        first, value = firm[0]
        if not math.isclose(value.value, made.value, rel_tol=TOLERANCE):
            yield (
                f"in {view.year} {made.how} is {tonnes(made.value)} with scope 2 {view.method}, and {tonnes(value.value)} with scope 2 {first.method}"
            )


def _what_there_is(booked: Sequence[Booked]) -> str:
    there = sorted({spoken(b.scopes.split("+"), b.method) for b in booked})
    return f"the book has {'; '.join(there)}" if there else "the book has no emissions in that year"
