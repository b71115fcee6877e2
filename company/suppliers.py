"""The supplier register: dated, evidenced statuses, what they count up to at any date, and green electricity by weight.

A supplier is named by its id; width, capitals and spaces make no other one. Where only a published count is known ("nearly
300"), one entry of a named group carries it with the way it is bounded. The newest entry of a supplier and status, by its date,
is what holds; audits, their findings and ended contracts are events, and each of them counts.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from company.indicators import Bound
from lca.errors import InputError, Problem
from lca.ledger import folded
from lca.quantity import Finite, Frozen

#: Status -> what it says of a supplier.
STATUSES: dict[str, str] = {
    "registered": "in the register",
    "data_verified": "greenhouse-gas data verified",
    "target_set": "has a reduction target",
    "green_electricity": "uses green electricity",
    "sbti": "target validated by, or committed to, SBTi",
    "emissions": "emissions of the year, t CO2e",
    "conflict_minerals_asked": "asked about conflict minerals",
    "conflict_minerals_answered": "answered on conflict minerals",
    "audited": "audited on site",
    "findings": "audit findings, number",
    "findings_closed": "audit findings that are closed, number",
    "contract_ended": "contract ended",
}
Status = Literal[
    "registered",
    "data_verified",
    "target_set",
    "green_electricity",
    "sbti",
    "emissions",
    "conflict_minerals_asked",
    "conflict_minerals_answered",
    "audited",
    "findings",
    "findings_closed",
    "contract_ended",
]
#: Statuses that must carry a value.
VALUED = ("emissions", "findings", "findings_closed")
Weight = Literal["spend", "volume", "electricity", "mean"]
WEIGHTS: dict[str, str] = {
    "spend": "weighted by spend",
    "volume": "weighted by volume bought",
    "electricity": "weighted by electricity used for us",
    "mean": "plain mean over suppliers",
}
#: Statuses that say how a supplier is; a supplier whose contract ended is none of them any more.
PRESENT = ("registered", "data_verified", "target_set", "green_electricity", "sbti", "emissions")
#: Statuses that say what happened: the second audit does not take the place of the first.
EVENTS = ("audited", "findings", "findings_closed", "contract_ended")
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SupplierStatus(Frozen):
    """Content of an entry: from its date on, this status holds (or no longer holds) for a supplier, or a group of them."""

    supplier: Name
    status: Status
    holds: bool = Field(True, description="false: no longer, or found not to be so")
    value: Finite | None = Field(None, description="green electricity: share 0 to 1; emissions: t CO2e of the year; findings: number")
    count: Annotated[int, Field(ge=0)] = Field(1, description="suppliers that the entry speaks for; for audits, how many were made")
    bound: Bound = "exact"
    chain: Name = Field("unspecified", description="supply chain, such as phones or vehicles")
    tier: Annotated[int, Field(ge=1, le=20)] | None = None
    category: str | None = Field(None, description="what is bought, such as batteries")
    spend: Size | None = Field(None, description="bought in a year, in one currency for the whole register")
    volume: Size | None = None
    electricity_kwh: Size | None = Field(None, description="electricity that the supplier uses for us in a year")
    definition: str | None = Field(None, description="what the figure counts, and with which weight, where it was published")
    source: str = Field(min_length=1)
    wording: str | None = Field(None, description="the publisher's words, where they matter")
    note: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None

    @model_validator(mode="after")
    def values_are_possible(self) -> SupplierStatus:
        """Shares lie between 0 and 1, numbers are not negative, and only some statuses have a value."""
        if self.value is None:
            if self.status in VALUED and self.holds:
                raise ValueError(f"value: {self.status} needs one ({STATUSES[self.status]})")
            return self
        if self.status == "green_electricity" and not 0 <= self.value <= 1:
            raise ValueError("value: a share of electricity lies between 0 and 1")
        if self.status not in {"green_electricity", *VALUED}:
            raise ValueError(f"value: {self.status} has none")
        if self.value < 0:
            raise ValueError("value: not below zero")
        return self


@dataclass(frozen=True)
class Counted:
    """How many suppliers have a status, how the number is bounded, and what must be said of it."""

    chain: str
    status: str
    count: int
    bound: Bound
    entries: int
    wordings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The count as plain values."""
        return {
            "chain": self.chain,
            "status": self.status,
            "meaning": STATUSES[self.status],
            "count": self.count,
            "bound": self.bound,
            "entries": self.entries,
            "wordings": list(self.wordings),
            "warnings": list(self.warnings),
        }


def one_name_each(statuses: Iterable[SupplierStatus]) -> list[SupplierStatus]:
    """The same statuses with every supplier and chain written as they were written first."""
    names: dict[str, str] = {}
    chains: dict[str, str] = {}
    made = []
    for s in statuses:
        told = {"supplier": names.setdefault(folded(s.supplier), s.supplier), "chain": chains.setdefault(folded(s.chain), s.chain)}
        made.append(s if told == {"supplier": s.supplier, "chain": s.chain} else s.model_copy(update=told))
    return made


def what_holds(statuses: Iterable[SupplierStatus]) -> list[int]:
    """The places of what holds among statuses in order of their dates: the newest of each supplier and status, every event (`EVENTS`).

    What no longer holds is left out: of events all that were told before. A contract that ended is no news when it is told again.
    """
    held: dict[tuple[str, str, str], list[int]] = {}
    left: set[tuple[str, str]] = set()
    for place, s in enumerate(one_name_each(statuses)):
        key = (s.chain, s.supplier, s.status)
        told_again = s.status == "contract_ended" and s.holds and s.count == 1 and key[:2] in left
        if not told_again:
            held[key] = [*(held.get(key, []) if s.status in EVENTS else []), place] if s.holds else []
        _note(left, s)
    return [place for places in held.values() for place in places]


def holding(statuses: Iterable[SupplierStatus]) -> list[SupplierStatus]:
    """The statuses of `what_holds`, with one name for each supplier."""
    named = one_name_each(statuses)
    return [named[place] for place in what_holds(named)]


def gone(statuses: Iterable[SupplierStatus]) -> set[tuple[str, str]]:
    """(chain, supplier) of single suppliers whose contract ended and that were not registered again since."""
    left: set[tuple[str, str]] = set()
    for s in one_name_each(statuses):
        _note(left, s)
    return left


def _note(left: set[tuple[str, str]], s: SupplierStatus) -> None:
    if s.count == 1 and s.status == "contract_ended" and s.holds:
        left.add((s.chain, s.supplier))
    elif s.count == 1 and (s.status == "contract_ended" or (s.status == "registered" and s.holds)):
        left.discard((s.chain, s.supplier))


def counts(statuses: Iterable[SupplierStatus]) -> list[Counted]:
    """Suppliers by chain and status, in the order of the statuses (statuses given in order of their dates); of audits, all of them.

    A single supplier whose contract ended is counted as such, and for what was checked, but no longer for what it has (`PRESENT`),
    until it is registered again.
    """
    statuses = one_name_each(statuses)
    left = gone(statuses)
    groups: dict[tuple[str, str], dict[Hashable, SupplierStatus]] = {}
    for number, s in enumerate(holding(statuses)):
        if s.status not in PRESENT or (s.chain, s.supplier) not in left:
            # a supplier with findings of two audits is one supplier, two audits are two
            name: Hashable = number if s.status in {"audited", "contract_ended"} else s.supplier
            groups.setdefault((s.chain, s.status), {})[name] = s
    order = list(STATUSES)
    return [_counted(key, list(groups[key].values())) for key in sorted(groups, key=lambda k: (k[0], order.index(k[1])))]


def _counted(key: tuple[str, str], members: Sequence[SupplierStatus]) -> Counted:
    chain, status = key
    groups = [s.supplier for s in members if s.count > 1]
    warnings: tuple[str, ...] = ()
    if groups and len(members) > 1 and status != "audited":
        warnings = (f"{', '.join(groups)} and single suppliers of {chain} both have {status}: is a supplier counted twice?",)
    wordings = tuple(dict.fromkeys(s.wording for s in members if s.wording))
    return Counted(chain, status, sum(s.count for s in members), together(s.bound for s in members), len(members), wordings, warnings)


def together(bounds: Iterable[Bound]) -> Bound:
    """How a sum is bounded: exact parts change nothing, an upper and a lower bound together are `about`."""
    inexact = {bound for bound in bounds if bound != "exact"}
    if not inexact:
        return "exact"
    return inexact.pop() if len(inexact) == 1 else "about"


@dataclass(frozen=True)
class GreenShare:
    """The share of green electricity in a supply chain, 0 to 1, with its weight and how much of the chain it covers."""

    chain: str
    value: float
    weight: Weight
    suppliers: int
    #: part of the weight whose supplier told a share; the rest counts as grid electricity
    told: float
    definition: str
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The share as plain values."""
        return {
            "chain": self.chain,
            "green_share": self.value,
            "weight": self.weight,
            "suppliers": self.suppliers,
            "told": self.told,
            "definition": self.definition,
            "warnings": list(self.warnings),
        }


def weighted_share(shares: Sequence[float], weights: Sequence[float]) -> float:
    """sum(weight x share) / sum(weight), dimensionless. Raises InputError when the weights add up to nothing."""
    whole = math.fsum(weights)
    if not whole > 0:
        raise InputError(Problem("the weights add up to nothing", field="weight"))
    return math.fsum(w * s for w, s in zip(weights, shares, strict=True)) / whole


def weight_of_chain(statuses: Iterable[SupplierStatus], chain: str) -> Weight:
    """The first of spend, volume and electricity that any supplier of the chain has; else the plain mean."""
    mine = [s for s in statuses if folded(s.chain) == folded(chain)]
    fields: tuple[tuple[Weight, str], ...] = (("spend", "spend"), ("volume", "volume"), ("electricity", "electricity_kwh"))
    return next((weight for weight, field in fields if any(getattr(s, field) for s in mine)), "mean")


def green_share(statuses: Sequence[SupplierStatus], chain: str, weight: Weight | None = None) -> GreenShare:
    """Green electricity of a chain's suppliers (statuses in order of their dates), by a weight or by `weight_of_chain`.

    Whoever told no share counts as none. Suppliers without the weight are left out and named. Raises InputError when nobody
    of the chain has a share, or nobody has the weight.
    """
    mine = [s for s in one_name_each(statuses) if folded(s.chain) == folded(chain)]
    weight = weight or weight_of_chain(mine, chain)
    present = holding(mine)
    left = {supplier for _, supplier in gone(mine)}
    names = [n for n in dict.fromkeys(s.supplier for s in present) if n not in left and _speaks_for_electricity(n, present)]
    told = {s.supplier: s for s in present if s.status == "green_electricity" and s.value is not None}
    if not told.keys() & set(names):
        raise InputError(Problem("no supplier of this chain has told its share of green electricity", field="chain", value=chain))
    weights = {name: _weight(name, mine, weight) for name in names}
    missing = [name for name in names if weights[name] is None]
    counted = {name: w for name, w in weights.items() if w is not None}
    if not counted:
        hint = f"say --weight with another of {', '.join(WEIGHTS)}"
        raise InputError(Problem(f"no supplier of {chain} has {weight}", field="weight", value=weight, hint=hint))
    value = weighted_share([told[n].value or 0.0 if n in told else 0.0 for n in counted], list(counted.values()))
    covered = math.fsum(w for n, w in counted.items() if n in told) / math.fsum(counted.values())
    definition = _definition([told[n] for n in counted if n in told], len(counted), weight)
    warnings = (f"without {weight} and left out: {', '.join(missing)}",) if missing else ()
    return GreenShare(chain, value, weight, len(counted), covered, definition, warnings)


def _definition(told: Sequence[SupplierStatus], suppliers: int, weight: Weight) -> str:
    said = list(dict.fromkeys(s.definition for s in told if s.definition))
    if suppliers == 1 and weight == "mean":
        # one published average of a chain: nothing was weighted here
        return "; ".join(["share of green electricity as told", *said])
    return "; ".join([f"share of green electricity, {WEIGHTS[weight]}, who told none counts as none", *said])


def _speaks_for_electricity(name: str, present: Sequence[SupplierStatus]) -> bool:
    """A group whose entries only count statuses (111 have targets) is not one more supplier of the chain."""
    mine = [s for s in present if s.supplier == name]
    return any(s.count == 1 or s.value is not None for s in mine if s.status != "audited")


def _weight(name: str, statuses: Sequence[SupplierStatus], weight: Weight) -> float | None:
    """The newest weight that any entry of the supplier tells."""
    if weight == "mean":
        return float(next((s.count for s in reversed(statuses) if s.supplier == name and s.status == "green_electricity"), 1))
    field = "electricity_kwh" if weight == "electricity" else weight
    found: list[float] = [v for s in statuses if s.supplier == name and (v := getattr(s, field)) is not None]
    return found[-1] if found else None
