"""Intensities: emissions per something. None exists without its scopes, its scope-2 method and its denominator."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from company.emissions import Amount
from company.scopes import METHODS, spoken
from lca.errors import InputError, Problem
from lca.rounding import significant


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
        covers = spoken(self.emissions.scopes, self.emissions.method)
        return f"{covers}, {self.emissions.year}, per {self.denominator.unit} of {self.denominator.name}"

    def __str__(self) -> str:
        return f"{significant(self.value)} {self.unit}, {spoken(self.emissions.scopes, self.emissions.method)}, {self.emissions.year}"

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
            "emissions": {"value": self.emissions.value, "unit": "t CO2e", "how": self.emissions.how},
            "definition": self.definition,
            "warnings": list(self.emissions.warnings),
        }
