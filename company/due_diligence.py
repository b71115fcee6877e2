"""What was checked at the suppliers of a chain: questions on conflict minerals, audits with their findings, contracts that ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from company.suppliers import Status, SupplierStatus, one_name_each, what_holds
from lca.ledger import folded

Dated = tuple[date, SupplierStatus]


@dataclass(frozen=True)
class Audits:
    """On-site audits, their findings and the findings that were closed: of a year, or up to a day."""

    audits: int
    findings: float
    closed: float


@dataclass(frozen=True)
class DueDiligence:
    """What was checked at the suppliers of a chain up to a day; None where there is nothing to divide by."""

    chain: str
    asked: int
    answered: int
    #: by year of the audit, of the finding and of its closing
    by_year: dict[int, Audits]
    contracts_ended: int

    @property
    def feedback_rate(self) -> float | None:
        """Suppliers that answered on conflict minerals / suppliers that were asked, 0 to 1."""
        return self.answered / self.asked if self.asked else None

    @property
    def total(self) -> Audits:
        """Everything up to the day: each audit is one, each finding and each closing counts once."""
        every = self.by_year.values()
        return Audits(sum(a.audits for a in every), math.fsum(a.findings for a in every), math.fsum(a.closed for a in every))

    @property
    def closed_rate(self) -> float | None:
        """Findings closed / findings of on-site audits, of all years up to the day, 0 to 1."""
        total = self.total
        return total.closed / total.findings if total.findings else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What cannot be: more findings closed than found by the end of a year."""
        found = closed = 0.0
        for year, told in sorted(self.by_year.items()):
            found, closed = found + told.findings, closed + told.closed
            if closed > found * (1 + 1e-9):
                said = "each entry tells what was found, or closed, since the one before"
                return (f"{self.chain}: {closed:g} audit findings are closed by the end of {year}, and {found:g} were found: {said}",)
        return ()

    def to_dict(self) -> dict[str, object]:
        """The figures as plain values."""
        total = self.total
        years = [
            {"year": year, "audits": a.audits, "findings": a.findings, "findings_closed": a.closed}
            for year, a in sorted(self.by_year.items())
        ]
        return {
            "chain": self.chain,
            "conflict_minerals_asked": self.asked,
            "conflict_minerals_answered": self.answered,
            "conflict_minerals_feedback_rate": self.feedback_rate,
            "audits": total.audits,
            "findings": total.findings,
            "findings_closed": total.closed,
            "findings_closed_rate": self.closed_rate,
            "contracts_ended": self.contracts_ended,
            "by_year": years,
        }


def due_diligence(dated: Sequence[Dated], chain: str) -> DueDiligence:
    """Due diligence at a chain from statuses with their days, in order of the days.

    An audit, its findings and what was closed of them are events, and add up. Of questions on conflict minerals the newest counts,
    and an answer of a year before it answers an older one.
    """
    named = one_name_each(status for _, status in dated)
    held = [(dated[place][0], named[place]) for place in what_holds(named)]
    mine = [(day, s) for day, s in held if folded(s.chain) == folded(chain)]
    asked, answered = ({s.supplier: (day.year, s.count) for day, s in mine if s.status == status} for status in _QUESTIONS)
    answers = {name: told for name, told in answered.items() if told[0] >= asked.get(name, (0, 0))[0]}
    years = sorted({day.year for day, s in mine if s.status in {"audited", "findings", "findings_closed"}})
    return DueDiligence(
        chain,
        # an answer of somebody who is not noted as asked was asked for all the same
        sum(count for _, count in (answers | asked).values()),
        sum(count for _, count in answers.values()),
        {year: _audits([s for day, s in mine if day.year == year]) for year in years},
        sum(s.count for _, s in mine if s.status == "contract_ended"),
    )


_QUESTIONS: tuple[Status, Status] = ("conflict_minerals_asked", "conflict_minerals_answered")


def _audits(statuses: Sequence[SupplierStatus]) -> Audits:
    def total(status: Status) -> float:
        return math.fsum(s.value or 0.0 for s in statuses if s.status == status)

    return Audits(sum(s.count for s in statuses if s.status == "audited"), total("findings"), total("findings_closed"))
