"""The register at one day: what holds, and the report of counts, green electricity, rules and due diligence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from company.due_diligence import due_diligence
from company.supplier_rules import DEFAULT, Rules, check_all
from company.suppliers import GreenShare, SupplierStatus, Weight, counts, green_share, one_name_each, what_holds
from lca.errors import InputError, Problem
from lca.ledger import Ledger, folded, today


@dataclass(frozen=True)
class Register:
    """All statuses in the order of their dates, each with its day, and the day that is looked at; one name for each supplier."""

    dated: tuple[tuple[date, SupplierStatus], ...]
    at: date

    @property
    def statuses(self) -> list[SupplierStatus]:
        """The statuses in the order of their dates."""
        return [status for _, status in self.dated]

    @property
    def chains(self) -> list[str]:
        """The supply chains, in the order in which they came up."""
        return list(dict.fromkeys(s.chain for s in self.statuses))

    def chain_named(self, name: str) -> str:
        """The chain of this name as the register writes it. Raises InputError when no supplier is of it."""
        found = next((chain for chain in self.chains if folded(chain) == folded(name)), None)
        if found is None:
            hint = f"supply chains: {', '.join(self.chains) or 'none'}"
            raise InputError(Problem("no supplier of that chain", field="chain", value=name, hint=hint))
        return found

    def green_share(self, chain: str, weight: Weight | None) -> GreenShare:
        """Green electricity of a chain. Raises InputError as `company.suppliers.green_share` does."""
        return green_share(self.statuses, chain, weight)

    def rows(self, history: bool = False) -> list[dict[str, Any]]:
        """What holds for each supplier, or every status ever logged, as plain values."""
        dated = self.dated if history else self._holding()
        return [_row(day, status) for day, status in dated]

    def _holding(self) -> Sequence[tuple[date, SupplierStatus]]:
        return [self.dated[place] for place in what_holds(self.statuses)]

    def report(self, chains: Sequence[str], weight: Weight | None, rules: Rules = DEFAULT) -> dict[str, Any]:
        """Counts, green shares, rules and due diligence of these chains as plain values, with what must be said of them."""
        mine = [(day, s) for day, s in self.dated if s.chain in chains]
        statuses = [s for _, s in mine]
        counted = counts(statuses)
        shares, unknown = self._shares(chains, weight)
        checked = check_all(mine, self.at, rules)
        diligence = [due_diligence(mine, chain) for chain in chains]
        said = ([c.warnings for c in counted], [s.warnings for s in shares], [d.warnings for d in diligence])
        warnings = [text for kind in said for texts in kind for text in texts]
        told = [c for c in checked if c.yearly_cut is not None or c.renewable_share is not None]
        return {
            "at": self.at.isoformat(),
            "counts": [c.to_dict() for c in counted],
            "green_shares": [s.to_dict() for s in shares],
            "rules": [c.to_dict() for c in told],
            "due_diligence": [made.to_dict() for made in diligence],
            "warnings": [*warnings, *unknown],
        }

    def _shares(self, chains: Sequence[str], weight: Weight | None) -> tuple[list[GreenShare], list[str]]:
        """Green shares of the chains that told any, and why another one that told some has none by this weight."""
        found: list[GreenShare] = []
        unknown: list[str] = []
        for chain in chains:
            if not any(s.chain == chain and s.status == "green_electricity" and s.value is not None for s in self.statuses):
                continue
            try:
                found.append(self.green_share(chain, weight))
            except InputError as error:
                unknown.append(str(error))
        return found, unknown


def _row(day: date, s: SupplierStatus) -> dict[str, Any]:
    return {
        "chain": s.chain,
        "supplier": s.supplier,
        "status": s.status,
        "holds": s.holds,
        "since": day.isoformat(),
        "value": s.value,
        "count": s.count,
        "bound": s.bound,
        "tier": s.tier,
        "category": s.category,
        "source": s.source,
        "wording": s.wording,
        "evidence": s.evidence,
    }


def register(ledger: Ledger, at: date | None = None, known_at: datetime | None = None) -> Register:
    """The register of a journal: statuses up to a day (event date), as known at a moment (record time).

    Without a day it is today's, with figures that are dated on the last day of the running year; what lies later is not so yet.
    """
    now = at or today()
    until = at or date(now.year, 12, 31)
    entries = sorted(ledger.entries("supplier", at=until, known_at=known_at), key=lambda e: e.happened)
    named = one_name_each(e.model() for e in entries)
    return Register(tuple((e.happened, s) for e, s in zip(entries, named, strict=True)), now)
