"""Rows that are in the book already with figures that were computed from something that has changed since.

A sale keeps the footprint of one unit, packaging the masses of one, devices the mass of one: what was logged does not change when
the background or a product file does. So a row that says the same again finds its entry, whatever today's figures are; and
whoever wants today's figures restates it: the old entry is taken back with a reason, a new one is written, at once.

    lines = compared(book, drafts, lambda draft: COMPUTED.get(draft.kind, frozenset()))
    outdated = [line for line in lines if isinstance(line, Outdated)]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lca.rounding import significant
from records.canonical import parsed
from records.kinds import kind_named
from records.values import Draft, Entry

if TYPE_CHECKING:
    from records.book import Book

#: Fields of a kind that are computed when it is logged, not said by whoever logs it; a dot goes into a field.
COMPUTED: dict[str, frozenset[str]] = {
    "sale": frozenset({"stages", "plant_energy", "background"}),
    "packaging": frozenset({"masses", "total_t", "plastic_t", "product_digest", "family"}),
    "emission": frozenset({"co2e_t", "activity.factor", "activity.background"}),
    "ewaste": frozenset({"mass_t", "unit_mass_kg"}),
}
#: Of these fields a difference alone changes no figure.
_DIGESTS = {"background", "product_digest", "family", "activity.background"}
#: An amount, and the fields that say it as it was written, 500 kg or 0.5 t: where the amount is equal they make no other entry.
_AS_WRITTEN = {"ewaste": ("mass_t", frozenset({"mass_t", "mass", "unit"}))}
#: Which fields of a draft were computed; none where everything was said.
Computed = Callable[[Draft], frozenset[str]]
_KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Outdated:
    """An entry that counts, and a draft that says the same with other computed figures, under the next free key."""

    entry: Entry
    draft: Draft

    @property
    def change(self) -> str:
        """`xiaomi_14: 75.3 -> 74.9 kg CO2e a unit (entry table-1)`."""
        name, unit, figure = _FIGURES[self.entry.kind]
        new = parsed(kind_named(self.draft.kind).text(self.draft.content))
        old = self.entry.content
        what = name(old)
        return f"{what + ': ' if what else ''}{significant(figure(old), 4)} -> {significant(figure(new), 4)} {unit} (entry {self.entry.id})"


_Content = Mapping[str, Any]
_FIGURES: dict[str, tuple[Callable[[_Content], str], str, Callable[[_Content], float]]] = {
    "sale": (lambda c: str(c["product"]), "kg CO2e a unit", lambda c: math.fsum(c["stages"].values())),
    "packaging": (lambda c: f"{c['product']}, {c['market']}", "kg of packaging a unit", lambda c: float(c["masses"]["total"])),
    "emission": (lambda c: str(c["activity"]["process"]), "kg CO2e a unit", lambda c: float(c["activity"]["factor"])),
    "ewaste": (lambda c: str(c.get("product") or ""), "kg a unit", lambda c: float(c["unit_mass_kg"])),
}


def compared(book: Book, drafts: Sequence[Draft], computed: Computed) -> list[Draft | Entry | Outdated]:
    """Each draft in its order: as it is, or the entry that says the same, or both where computed figures differ.

    A draft with another date or something else said is left as it is: the book finds it or refuses its key. One that says the
    same mass in another unit finds its entry.
    """
    fields = [computed(draft) if draft.key else frozenset[str]() for draft in drafts]
    lines = _lines(book, [d.key for d, names in zip(drafts, fields, strict=True) if d.key and (names or d.kind in _AS_WRITTEN)])
    return [_compared(d, names, lines.get(d.key or "", [])) for d, names in zip(drafts, fields, strict=True)]


def _compared(draft: Draft, computed: frozenset[str], line: Sequence[Entry]) -> Draft | Entry | Outdated:
    counts = next((entry for entry in reversed(line) if entry.effective), None)
    if counts is None or (counts.kind, counts.happened) != (draft.kind, draft.happened):
        return draft
    told, now = dict(counts.content), parsed(kind_named(draft.kind).text(draft.content))
    if _one_amount(draft.kind, told, now):
        return counts
    if not computed or _without(told, computed) != _without(now, computed):
        return draft
    if _without(told, computed & _DIGESTS) == _without(now, computed & _DIGESTS):
        return counts
    return Outdated(counts, replace(draft, key=f"{draft.key}#{len(line) + 1}"))


def _one_amount(kind: str, told: _Content, now: _Content) -> bool:
    """Whether both say the same, and the same amount, in other units."""
    amount, written = _AS_WRITTEN.get(kind, ("", frozenset[str]()))
    if not all(content.get(name) is not None for content in (told, now) for name in written) or not written:
        return False
    return _without(told, written) == _without(now, written) and math.isclose(told[amount], now[amount], rel_tol=1e-12)


def _without(content: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    made = {name: value for name, value in content.items() if name not in names}
    for outer, _, inner in (name.partition(".") for name in names if "." in name):
        if isinstance(made.get(outer), Mapping):
            made[outer] = {name: value for name, value in made[outer].items() if name != inner}
    return made


def _lines(book: Book, keys: Sequence[str]) -> dict[str, list[Entry]]:
    """Key -> its entry and those that restated it (`KEY#2`, `KEY#3`, ...), in order of writing, taken back or not."""
    found: dict[str, list[Entry]] = {}
    wanted, number = {key: key for key in keys}, 1
    while wanted:
        there = _with_keys(book, list(wanted))
        for entry in there:
            found.setdefault(wanted[entry.id], []).append(entry)
        number += 1
        wanted = {f"{wanted[entry.id]}#{number}": wanted[entry.id] for entry in there}
    return found


def _with_keys(book: Book, keys: Sequence[str]) -> list[Entry]:
    return [
        entry
        for start in range(0, len(keys), _KEYS_AT_ONCE)
        for entry in book.entries(where={"key": keys[start : start + _KEYS_AT_ONCE]}, include_reversed=True)
    ]
