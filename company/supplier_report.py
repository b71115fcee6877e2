"""The register at one day: what holds, and the report of counts, green electricity, rules and due diligence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from company.supplier_rules import DEFAULT, Rules, check_all
from company.suppliers import GreenShare, SupplierStatus, Weight, counts, due_diligence, green_share
from lca.errors import InputError
from lca.ledger import Ledger


@dataclass(frozen=True)
class Register:
    """All statuses in the order of their dates, each with its day, and the day that is looked at."""

    dated: tuple[tuple[date, SupplierStatus], ...]
    at: date | None = None

    @property
    def statuses(self) -> list[SupplierStatus]:
        """The statuses in the order of their dates."""
        return [status for _, status in self.dated]

    @property
    def chains(self) -> list[str]:
        """The supply chains, in the order in which they came up."""
        return list(dict.fromkeys(s.chain for s in self.statuses))

    @property
    def year(self) -> int:
        """The year that rules are checked in: of the day that is looked at, else of the last status."""
        return self.at.year if self.at else self.dated[-1][0].year if self.dated else 0

    def green_share(self, chain: str, weight: Weight | None) -> GreenShare:
        """Green electricity of a chain. Raises InputError as `company.suppliers.green_share` does."""
        return green_share(self.statuses, chain, weight)

    def rows(self, history: bool = False) -> list[dict[str, Any]]:
        """What holds for each supplier, or every status ever logged, as plain values."""
        dated = self.dated if history else self._holding()
        return [_row(day, status) for day, status in dated]

    def _holding(self) -> Sequence[tuple[date, SupplierStatus]]:
        newest = {(s.chain, s.supplier, s.status): (day, s) for day, s in self.dated}
        return [(day, s) for day, s in newest.values() if s.holds]

    def report(self, chains: Sequence[str], weight: Weight | None, rules: Rules = DEFAULT) -> dict[str, Any]:
        """Counts, green shares, rules and due diligence of these chains as plain values, with what must be said of them."""
        mine = [(day, s) for day, s in self.dated if s.chain in chains]
        statuses = [s for _, s in mine]
        counted = counts(statuses)
        shares, unknown = self._shares(chains, weight)
        checked = check_all([(day.year, s) for day, s in mine], self.year, rules)
        told = [c for c in checked if c.yearly_cut is not None or c.renewable_share is not None]
        return {
            "at": self.at.isoformat() if self.at else None,
            "counts": [c.to_dict() for c in counted],
            "green_shares": [s.to_dict() for s in shares],
            "rules": [c.to_dict() for c in told],
            "due_diligence": [due_diligence(statuses, chain).to_dict() for chain in chains],
            "warnings": [*(w for c in counted for w in c.warnings), *(w for s in shares for w in s.warnings), *unknown],
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
    """The register of a journal: statuses up to a day (event date), as known at a moment (record time)."""
    entries = ledger.entries("supplier", at=at, known_at=known_at)
    return Register(tuple((e.happened, e.model()) for e in sorted(entries, key=lambda e: e.happened)), at)
