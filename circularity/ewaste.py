"""E-waste as it is logged: mass or units, stream, region, channel, treatment, recycler, evidence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from circularity.evidence import Evidence
from lca import units as measures
from lca.errors import InputError, Problem, nearest
from lca.ledger import Ledger
from lca.quantity import Frozen

KIND = "ewaste"
UNSPECIFIED = "unspecified"
#: What happened to it. A tonne that is collected and then recycled is logged under both: they are never added up.
Treatment = Literal["collected", "reused", "recycled", "recovered", "disposed"]
TREATMENTS: tuple[Treatment, ...] = ("collected", "reused", "recycled", "recovered", "disposed")
_TREATMENT_WORDS = {
    "收集": "collected",
    "回收收集": "collected",
    "再使用": "reused",
    "重复使用": "reused",
    "翻新": "reused",
    "refurbished": "reused",
    "再生利用": "recycled",
    "循环利用": "recycled",
    "回收利用": "recycled",
    "能量回收": "recovered",
    "能源回收": "recovered",
    "处置": "disposed",
    "填埋": "disposed",
    "landfilled": "disposed",
}
#: Categories of WEEE since 15 August 2018 (Directive 2012/19/EU, annex III), by the number's word.
STREAMS = {
    "weee-1": "temperature exchange equipment",
    "weee-2": "screens and monitors",
    "weee-3": "lamps",
    "weee-4": "large equipment",
    "weee-5": "small equipment",
    "weee-6": "small IT and telecommunication equipment",
}
_STREAM_WORDS = {
    "temperature exchange": "weee-1",
    "refrigerators": "weee-1",
    "air conditioners": "weee-1",
    "screens": "weee-2",
    "televisions": "weee-2",
    "lamps": "weee-3",
    "large": "weee-4",
    "large appliances": "weee-4",
    "small": "weee-5",
    "small appliances": "weee-5",
    "small it": "weee-6",
    "phones": "weee-6",
    "smartphones": "weee-6",
    "手机": "weee-6",
    "冰箱": "weee-1",
    "空调": "weee-1",
    "电视": "weee-2",
}
Word = Annotated[str, Field(min_length=1, max_length=100)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class EwasteEntry(Frozen):
    """Content of an entry. `mass_t` is in t: the mass as given, or units times the mass of one, both kept beside it."""

    mass_t: Positive
    treatment: Treatment
    stream: Word = UNSPECIFIED
    region: Word = UNSPECIFIED
    channel: Word = UNSPECIFIED
    recycler: Word = UNSPECIFIED
    product: Word = UNSPECIFIED
    mass: Positive | None = None
    units: Positive | None = None
    unit: Word = "t"
    unit_mass_kg: Positive | None = None
    evidence: tuple[Evidence, ...] | None = Field(None, min_length=1)
    note: Annotated[str, Field(min_length=1, max_length=1000)] | None = None

    @model_validator(mode="after")
    def mass_or_units_are_given(self) -> EwasteEntry:
        """One of both, and units with the mass of one."""
        if (self.mass is None) == (self.units is None):
            raise ValueError("give a mass or a number of units, one of both")
        if (self.units is None) != (self.unit_mass_kg is None):
            raise ValueError("units need the mass of one, and a mass needs none")
        return self


def treatment_of(text: str) -> Treatment:
    """A treatment by its English or Chinese word. Raises InputError with the nearest one."""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    found = _TREATMENT_WORDS.get(word, word)
    for treatment in TREATMENTS:
        if treatment == found:
            return treatment
    if word in {"回收", "处理"}:
        raise InputError(
            Problem("the word can mean collected or recycled", field="treatment", value=text, hint="收集 collected, 再生利用 recycled")
        )
    hint = nearest(word, [*TREATMENTS, *_TREATMENT_WORDS]) or f"one of {', '.join(TREATMENTS)}"
    raise InputError(Problem("not a treatment", field="treatment", value=text, hint=hint))


def stream_of(text: str) -> str:
    """A stream: a category of WEEE by number or word as `weee-6`, any other word as it is. Raises InputError for a number that is none."""
    word = unicodedata.normalize("NFKC", text).strip()
    folded = word.casefold()
    number = re.fullmatch(r"(?:weee)?[ -]?(\d+)", folded)
    if number:
        key = f"weee-{number[1]}"
        if key not in STREAMS:
            raise InputError(Problem("there is no such category of WEEE", field="stream", value=text, hint="1 to 6, or a word"))
        return key
    by_title = {title: key for key, title in STREAMS.items()}
    return folded if folded in STREAMS else by_title.get(folded) or _STREAM_WORDS.get(folded, word)


def tonnes(mass: float, unit: str) -> float:
    """A mass in t: `mass` times t per unit, to 15 digits, so that 12260 kg and 12.26 t are one number.

    Raises InputError unless it is a finite number above zero, and UnitError for what is no unit of mass.
    """
    return float(f"{_above_zero(mass, 'mass') * measures.factor(unit, 't'):.15g}")


def _above_zero(number: float, field: str) -> float:
    if not 0 < number < math.inf:
        raise InputError(Problem("must be a finite number above zero", field=field, value=f"{number:g}"))
    return number


#: A unit of mass is logged by one word, whatever the word and language that it was given in.
_WORDS_OF_MASS = ("t", "kg", "g", "kt", "mg")


def _word_of(unit: str) -> str:
    return next((word for word in _WORDS_OF_MASS if measures.factor(unit, word) == 1.0), unit)


def tonnes_of_units(units: float, unit_mass_kg: float) -> float:
    """Units as t: units x kg per unit / 1000 (the mass of one is stored with the entry)."""
    return units * unit_mass_kg / 1000.0


def measured(mass: float | None, units: float | None, unit: str | None, unit_mass_kg: float | None) -> dict[str, Any]:
    """The fields of an entry that say how much: from a mass and its unit, or from units and the mass of one in kg.

    Raises InputError when neither or both are given, or when the mass of one is not known.
    """
    if (mass is None) == (units is None):
        raise InputError(Problem("give a mass or a number of units, one of both", field="mass"))
    if mass is not None:
        if unit is None:
            raise InputError(Problem("a mass needs its unit", field="unit", hint="t, kg or g"))
        return {"mass_t": tonnes(mass, unit), "mass": mass, "unit": _word_of(unit)}
    scale = 1.0 if unit is None else measures.factor(unit, "piece")
    if unit_mass_kg is None or units is None:
        raise InputError(
            Problem("units need the mass of one", field="unit_mass", hint="name a product that has a mass, or give the mass of one")
        )
    units = _above_zero(units, "units") * scale
    mass_t = tonnes_of_units(units, _above_zero(unit_mass_kg, "unit_mass"))
    return {"mass_t": mass_t, "units": units, "unit": "piece", "unit_mass_kg": unit_mass_kg}


class PlacedOnMarket(Frozen):
    """Content of an entry: equipment put on the market, t, the base of the collection rate of the WEEE Directive."""

    mass_t: Positive
    stream: Word = UNSPECIFIED
    region: Word = UNSPECIFIED
    year: Annotated[int, Field(ge=1990, le=2100)]
    evidence: tuple[Evidence, ...] | None = Field(None, min_length=1)
    note: str | None = None


#: A product's id and the mass of one in kg, by what the user calls it. Raises InputError when there is none.
MassOf = Callable[[str], tuple[str, float]]
LABELS = ("stream", "region", "channel", "recycler", "product")
#: A mass of one unit that differs from the product file's by more than this factor is likely a slip of the unit.
_UNLIKELY = 5.0


def content_of(said: Mapping[str, Any], mass_of: MassOf) -> dict[str, Any]:
    """The content of an entry from what a person said: mass, units, unit, treatment, labels, unit_mass (kg), note; absent is None.

    Units of a product without `unit_mass` are weighed by the product's own mass. Raises InputError.
    """
    labels = {name: said[name] for name in LABELS if said.get(name)}
    unit_mass = said.get("unit_mass")
    if said.get("mass") is not None and unit_mass is not None:
        raise InputError(
            Problem("the mass of one device goes with a number of units, not with a mass", field="unit_mass", value=f"{unit_mass:g}")
        )
    if said.get("units") is not None and unit_mass is None and "product" in labels:
        labels["product"], unit_mass = mass_of(labels["product"])
    if "stream" in labels:
        labels["stream"] = stream_of(labels["stream"])
    content = measured(said.get("mass"), said.get("units"), said.get("unit"), unit_mass) | {"treatment": treatment_of(said["treatment"])}
    return content | labels | ({"note": said["note"]} if said.get("note") else {})


def meaning_of(content: Mapping[str, Any], happened: date, unit_mass_said: bool) -> dict[str, str]:
    """What an entry says, without the words it is said in and without what was computed: the same in any language and unit of mass.

    `unit_mass_said`: whether the mass of one device was said, or is that of its product's file today.
    """
    said = {name: str(content[name]) for name in ("treatment", *LABELS, "note") if content.get(name)} | {"date": happened.isoformat()}
    if content.get("mass") is not None:
        return said | {"t": f"{content['mass_t']:.12g}"}
    one = {"kg": f"{content['unit_mass_kg']:.12g}"} if unit_mass_said else {}
    return said | {"units": f"{content['units']:.12g}"} | one


def unlikely_mass(content: Mapping[str, Any], mass_of: MassOf) -> str | None:
    """A warning when the mass of one unit is far from the mass in the product's file; None when it is not, or there is no such file."""
    if content.get("unit_mass_kg") is None or not content.get("product"):
        return None
    try:
        product, declared = mass_of(content["product"])
    except InputError:
        return None
    ratio = content["unit_mass_kg"] / declared
    if 1 / _UNLIKELY <= ratio <= _UNLIKELY:
        return None
    return f"{product}: {content['unit_mass_kg']:g} kg a unit, but its product file says {declared:g} kg: is the unit right?"


def by_treatment(ledger: Ledger, by: Iterable[str] = (), amount: str = "mass_t", **selection: Any) -> list[dict[str, Any]]:
    """t (or `units`: devices of entries logged in units) by treatment and other labels (`year`, ...); never over treatments."""
    labels = ("treatment", *by)
    return [
        dict(zip(labels, group.by, strict=True)) | {"amount": group.value, "entries": group.entries}
        for group in ledger.sum(KIND, amount, by=labels, **selection)
    ]


def rolled_up(rows: Iterable[Mapping[str, Any]], by: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of `by_treatment` added up over the labels that are not in `by`; never over treatments."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        names = {name: row[name] for name in ("treatment", *by)}
        group = groups.setdefault(tuple(names.values()), names | {"amount": 0.0, "entries": 0})
        group["amount"] += row["amount"]
        group["entries"] += row["entries"]
    return list(groups.values())


def implausible(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Years of rows by treatment and year (t) in which more was treated than collected, where anything was logged as collected."""
    years: dict[str, dict[str, float]] = {}
    for row in rolled_up(rows, ("year",)):
        years.setdefault(str(row["year"]), {})[row["treatment"]] = row["amount"]
    said = []
    for year, masses in sorted(years.items()):
        collected, treated = masses.get("collected", 0.0), sum(masses.get(name, 0.0) for name in ("recycled", "reused"))
        if 0 < collected < treated * (1 - 1e-9):
            said.append(f"{year}: recycled and reused ({treated:g} t) are more than collected ({collected:g} t)")
    return said
