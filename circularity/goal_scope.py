"""The scope of a goal against what was logged: labels as entries write them, and those that no entry has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from circularity.ewaste import stream_of
from lca.errors import InputError, nearest
from lca.ledger import Ledger, Wanted, folded

_MOST_SHOWN = 8


@dataclass(frozen=True)
class Source:
    """Where a goal's amounts come from: a kind of entry, one of its amounts, and the labels that are always wanted."""

    kind: str
    amount: str
    where: Mapping[str, Wanted] = field(default_factory=dict)


@dataclass(frozen=True)
class Narrowed:
    """What to select by, and what must be said of it."""

    where: Mapping[str, Wanted]
    warnings: tuple[str, ...] = ()


def written(label: str, value: str) -> str:
    """A label of a scope as entries are logged: a stream by its category. Raises InputError for a category that there is not."""
    return stream_of(value) if label == "stream" else " ".join(value.split())


def narrowed(ledger: Ledger, source: Source, scope: Mapping[str, str]) -> Narrowed:
    """The selection of a scope in every way of writing that entries have; a value that none has is said, with the nearest one."""
    where: dict[str, Wanted] = dict(source.where)
    warnings: list[str] = []
    for label, value in scope.items():
        groups = ledger.sum(source.kind, source.amount, by=(label,), where=source.where)
        known = [group.by[0] for group in groups if group.by[0] is not None]
        same = matching(label, value, known)
        where[label] = same or [value]
        if known and not same:
            warnings.append(not_there(label, value, known))
    return Narrowed(where, tuple(warnings))


def matching(label: str, value: str, known: Iterable[str]) -> list[str]:
    """Those of the known values that are this one, whatever their width, capitals and spaces."""
    wanted = _compared(label, value)
    return [one for one in known if _compared(label, one) == wanted]


def not_there(label: str, value: str, known: Sequence[str]) -> str:
    """That no entry has this value, with the nearest one, or those that there are."""
    more = ", ..." if len(known) > _MOST_SHOWN else ""
    hint = nearest(value, known) or f"there {'is' if len(known) == 1 else 'are'} {', '.join(known[:_MOST_SHOWN])}{more}"
    return f"no entry has the {label} {value!r}, so nothing counts; {hint}"


def _compared(label: str, value: str) -> str:
    try:
        return folded(written(label, value))
    except InputError:  # a category that there is not is a word like any other
        return folded(value)
