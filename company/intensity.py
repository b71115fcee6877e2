"""Intensities: emissions per something. None exists without its scopes, its scope-2 method and its denominator."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass

from company.emissions import Amount
from company.scopes import METHODS, spoken
from lca.errors import InputError, Problem
from lca.rounding import significant

_NAMED = re.compile(r"intensity|强度", re.IGNORECASE)
_OF_EMISSIONS = re.compile(r"carbon|co2|ghg|greenhouse|emission|scopes?\s*[123]|碳|排放|温室", re.IGNORECASE)
#: What other intensities are of, so that tonnes per something are none of emissions.
_OF_OTHERS = re.compile(
    r"water|waste|energy|electricity|heat|material|plastic|steel|metal|paper|packag|mass|weight|水|废|能|电|热|材料|塑|钢|纸|包装|重",
    re.IGNORECASE,
)
_EMISSIONS_PER = re.compile(r"CO2.*(/|\bper\b)|CO2.*每|每.*CO2", re.IGNORECASE)
_MONEY = re.compile(r"RMB|CNY|USD|EUR|yuan|dollar|euro|revenue|sales|turnover|[¥￥$€]|元|营收|收入|产值", re.IGNORECASE)
#: A mass at the start of a unit that is per something, as in `t/million RMB` or `吨/百万元`.
_MASS_PER = re.compile(r"\s*(k|M|m)?(t|g|ton|tons|tonnes?|kilograms?|千克|公斤|克|万吨|吨)\s*(/|\bper\b|每)", re.IGNORECASE)
_SCOPES = re.compile(r"(scopes?|范围)\s*[123]", re.IGNORECASE)
_SCOPE_2 = re.compile(r"(scopes?|范围)[\s123,+、和and]*2", re.IGNORECASE)
#: A scope-2 method, and no `market leader`.
_METHOD = re.compile(
    r"(market|location)[\s-]*(based|method)|by (market|location)\b"
    r"|scope\s*2\s*[:(,=-]?\s*(is |by |the )?(market|location)\b(?!\s*(lead|share|posit|head|name))"
    r"|unstated|not stated|not say|市场|位置|未说明",
    re.IGNORECASE,
)
_PER = re.compile(r"/|\bper\b|每|单位|_per_", re.IGNORECASE)


def _is_intensity(name: str, unit: str) -> bool:
    """Whether a figure is one of emissions per something, by its unit and its name."""
    of_emissions, per = bool(_OF_EMISSIONS.search(name)), bool(_PER.search(unit))
    if _EMISSIONS_PER.search(unit) or (of_emissions and (per or _PER.search(name.replace("_", " ")))):
        return True
    if _NAMED.search(name) and (not unit or "CO2" in unit.upper() or of_emissions):
        return True
    other = _OF_OTHERS.search(name) and not of_emissions
    return bool(_MASS_PER.match(unit) and not other and (_NAMED.search(name) or _MONEY.search(unit)))


def check_stated(name: str, unit: str, told: str, field: str = "definition") -> None:
    """Raises InputError for a stated intensity of emissions that does not say its scopes, scope-2 method and denominator.

    `told` is its definition and the publisher's words, as given in `field`. An intensity is known by its unit (t CO2e per something, or
    tonnes per money where the name is of nothing else), or by a name of emissions with a unit or a name that is per something, or by
    the word where that or the unit is of emissions or no unit is given; intensities of energy or water are none of emissions.
    """
    if not _is_intensity(name, unit):
        return
    missing = [
        *(["its scopes"] if not _SCOPES.search(told) else []),
        *(["its scope-2 method"] if (_SCOPE_2.search(told) or not _SCOPES.search(told)) and not _METHOD.search(told) else []),
        *(["its denominator"] if not _PER.search(f"{unit} {told}") else []),
    ]
    if missing:
        hint = "say so, as in `scopes 1+2, scope 2 market-based, per million RMB of revenue`; or log both figures and ask `lifeloop company intensity`"
        raise InputError(
            Problem(f"an intensity does not stand without {' and '.join(missing)}", field=field, value=told or None, hint=hint)
        )


@dataclass(frozen=True)
class Denominator:
    """What emissions are divided by: revenue of 365,906 million RMB, or so many devices sold."""

    name: str
    value: float
    unit: str
    source: str

    def __post_init__(self) -> None:
        if not (self.name.strip() and self.unit.strip()):
            raise InputError(Problem("a denominator has a name and a unit", field="per"))
        if not (math.isfinite(self.value) and self.value > 0):
            raise InputError(Problem("a denominator is above zero", field="per", value=f"{self.value:g}"))


@dataclass(frozen=True)
class Intensity:
    """t CO2e of the named scopes, by the named scope-2 method, per unit of the named denominator.

    Raises InputError when scopes, method (where scope 2 is in) or denominator are missing: such a figure cannot exist.
    """

    emissions: Amount
    denominator: Denominator

    def __post_init__(self) -> None:
        if not isinstance(self.emissions, Amount) or not self.emissions.scopes:
            raise InputError(Problem("an intensity names its scopes", field="scopes", hint="say --scopes 1,2"))
        if "2" in self.emissions.scopes and self.emissions.method not in METHODS:
            raise InputError(Problem("an intensity with scope 2 names its method", field="scope2", hint="say --scope2 market or location"))
        if not isinstance(self.denominator, Denominator):
            raise InputError(Problem("an intensity names its denominator", field="per", hint="say --per revenue"))

    @property
    def value(self) -> float:
        """t CO2e per unit of the denominator: emissions / denominator."""
        return self.emissions.value / self.denominator.value

    @property
    def unit(self) -> str:
        """The unit, with what it is per."""
        return f"t CO2e per {self.denominator.unit} of {self.denominator.name}"

    @property
    def definition(self) -> str:
        """Everything that the figure means, in one line."""
        return f"{self._covers}, {self.emissions.year}, per {self.denominator.unit} of {self.denominator.name}"

    @property
    def _covers(self) -> str:
        """The scopes with their method, and the segments for which alone they are known."""
        only = self.emissions.segments
        covers = spoken(self.emissions.scopes, self.emissions.method)
        return f"{covers}, {'segments' if len(only) > 1 else 'segment'} {' and '.join(only)} only" if only else covers

    def __str__(self) -> str:
        return f"{significant(self.value)} {self.unit}, {self._covers}, {self.emissions.year}"

    def __format__(self, _form: str) -> str:
        # whatever the format asks for, the figure never appears without what it means
        return str(self)

    def to_dict(self) -> dict[str, object]:
        """The intensity as plain values, every digit kept."""
        return {
            "year": self.emissions.year,
            "value": self.value,
            "unit": self.unit,
            "scopes": list(self.emissions.scopes),
            "scope2_method": self.emissions.method,
            "denominator": asdict(self.denominator),
            "emissions": {
                "value": self.emissions.value,
                "unit": "t CO2e",
                "how": self.emissions.how,
                "complete": self.emissions.complete,
                "detail": [b.to_dict() for b in self.emissions.beside],
            },
            "definition": self.definition,
            "warnings": list(self.emissions.warnings),
        }
