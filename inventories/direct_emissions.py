"""What an activity of a company emits on the spot (scope 1): fuels that burn, refrigerants that leak, processes that emit themselves.

A fuel is burned by the background's process `FUEL, burned`, a refrigerant leaks by `refrigerant emission, NAME` (GWP x kg), and a
boiler emits what burns in it. What brings the fuel there belongs to category 3.3, everything else that a process takes to neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inventories.background_queries import show_process, tables
from inventories.score_store import unit_scores
from lca import units
from lca.errors import InputError, Problem, UnitError, nearest

_BURNED, _LEAK = ", burned", "refrigerant emission, "
#: Heat that somebody else makes: scope 2 of who buys it.
_BOUGHT = frozenset({"heat, district"})
_METHOD = "AR6-GWP100"


@dataclass(frozen=True)
class DirectFactor:
    """kg CO2e per unit of an activity: emitted on the spot, and by the supply of its fuels (category 3.3), with what is behind it.

    `left_out` are inputs that belong to neither, such as a boiler's electricity, which the company's meter has.
    """

    process: str
    location: str
    unit: str
    direct: float
    fuel_supply: float
    sources: tuple[str, ...]
    left_out: tuple[str, ...]
    background: str


@dataclass(frozen=True)
class _Spot:
    """The same per unit of the process itself."""

    direct: float
    fuel_supply: float
    sources: tuple[str, ...]
    left_out: tuple[str, ...]


def direct_factor(process: str, location: str, unit: str) -> DirectFactor:
    """The scope-1 factor of a process, fuel or refrigerant per `unit` (of heat or work, or of the fuel that burns).

    Formula: emissions of the process and of what burns in it, each x GWP100 (GHG Protocol, chapter 6). Raises UnknownProcess,
    UnitError, and InputError, naming the right process, for what emits nothing on the spot or whose part on the spot is not known.
    """
    catalogue = unit_scores().catalogue
    catalogue.find(process, location)
    name = _on_the_spot(process, location)
    shown = show_process(name, location)
    made = _spot(shown)
    if made.direct <= 0:
        raise _none(process, "emits nothing on the spot", uses=made.left_out)
    scale = _scale(shown, unit)
    digest = f"{unit_scores().background} {unit_scores().digest[:16]}"
    return DirectFactor(name, shown["location"], unit, made.direct * scale, made.fuel_supply * scale, made.sources, made.left_out, digest)


def _on_the_spot(process: str, location: str) -> str:
    """The process that burns a fuel or leaks a refrigerant; another process itself."""
    catalogue = unit_scores().catalogue
    category = catalogue.processes[catalogue.find(process, location).index].category
    if process in _BOUGHT or category == "electricity":
        raise _none(process, "is bought energy, which is scope 2")
    if category == "refrigerant" and not process.startswith(_LEAK):
        if _LEAK + process not in catalogue.names:
            raise _none(process, "is a refrigerant whose leaks are not in the background")
        return _LEAK + process
    if category != "fuel" or _BURNED in process:
        return process
    ways = sorted({e.process for e in tables().exchanges if e.flow == process and _BURNED in e.process and _fuel_of(e.process) == process})
    if len(ways) != 1:
        raise _none(process, "is burned in several ways" if ways else "is a fuel whose burning is not in the background", ways)
    return ways[0]


def _fuel_of(burned: str) -> str | None:
    """The fuel of a burning process, which is its only fuel."""
    return next((e.flow for e in tables().exchanges if e.process == burned and e.flow_location), None)


def _spot(shown: dict[str, Any]) -> _Spot:
    """What a process emits itself and through what burns in it; boilers within heat are followed."""
    if shown["category"] != "transport" and any(row["kind"] == "total" for row in shown["exchanges"]):
        raise _none(shown["name"], "is known as one total with its supply chain")
    direct, supply, sources, left = 0.0, 0.0, list[str](), list[str]()
    for row in shown["exchanges"]:
        if row["kind"] == "emission":
            direct += row["value"]
            sources.append(f"{row['source_title']}, {row['year']}")
        elif row["flow_location"] and _burns(row["flow"], shown["category"], row["flow_location"]):
            child = show_process(row["flow"], row["flow_location"])
            amount, inner = row["amount"] * units.factor(row["flow_unit"], child["unit"]), _spot(child)
            direct, supply = direct + amount * inner.direct, supply + amount * inner.fuel_supply
            sources, left = [*sources, *inner.sources], [*left, *inner.left_out]
        elif row["flow_location"] and _category(row["flow"], row["flow_location"]) == "fuel":
            supply += row["value"]
        else:
            left.append(row["flow"])
    return _Spot(direct, supply, tuple(dict.fromkeys(sources)), tuple(dict.fromkeys(left)))


def _burns(flow: str, category: str, place: str) -> bool:
    return _BURNED in flow or (category == "heat" and flow not in _BOUGHT and _category(flow, place) == "heat")


def _category(process: str, place: str) -> str:
    catalogue = unit_scores().catalogue
    return catalogue.processes[catalogue.find(process, place).index].category


def _scale(shown: dict[str, Any], unit: str) -> float:
    """Units of the process in one `unit`: of its own kind, or of the fuel that burns in it."""
    try:
        return units.factor(unit, shown["unit"])
    except UnitError as error:
        fuels = [row for row in shown["exchanges"] if row["flow_location"] and _category(row["flow"], row["flow_location"]) == "fuel"]
        if _BURNED not in shown["name"] or len(fuels) != 1:
            raise
        fuel = fuels[0]
        try:
            return units.factor(unit, fuel["flow_unit"]) / float(fuel["amount"])
        except UnitError:
            raise error from None


def _none(process: str, why: str, ways: Sequence[str] = (), uses: Sequence[str] = ()) -> InputError:
    """The refusal of what has no scope-1 factor, with what has one."""
    if ways:
        return InputError(Problem(f"{why}: say which", field="process", value=process, hint=f"take {' or '.join(map(repr, ways))}"))
    names = [n for n in unit_scores().catalogue.names if _BURNED in n or n.startswith(_LEAK)]
    if process in _BOUGHT or any(name.startswith("electricity") for name in (process, *uses)):
        hint = "log electricity by `lifeloop company add electricity`, bought heat by `lifeloop company add emission --scopes 2`"
    else:
        finds = "`lifeloop background search burned` and `search refrigerant` find what burns and leaks"
        hint = f"{nearest(process, names) or finds}; or give its --factor"
    return InputError(Problem(f"{why}, so that it has no factor of scope 1", field="process", value=process, hint=hint))
