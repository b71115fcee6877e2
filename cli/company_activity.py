"""`lifeloop company add activity`: amount x factor, on the spot in scope 1, over the whole supply chain in scope 3."""

from __future__ import annotations

from typing import Any, NoReturn

import click

from cli import printing
from cli.entry_options import Logging, entry_options
from cli.logging_entries import warn
from lca.errors import InputError, LifeloopError, Problem

#: Scope, category, factor in kg CO2e per unit, process, place, background.
_Part = tuple[str, str | None, float, str, str, str]


@click.command("activity")
@click.option("--process", required=True, help="Process of the background, fuel or refrigerant, or the name of the factor.")
@click.option("--location", default="GLO", show_default=True, help="Place of the process.")
@click.option("--amount", type=float, required=True, help="How much was used or done, burned or leaked.")
@click.option("--unit", required=True, help="Unit of the amount.")
@click.option("--scope", type=click.Choice(["1", "3"]), required=True, help="Scope; electricity has a command of its own.")
@click.option("--category", help="3.1 to 3.15, needed in scope 3.")
@click.option("--factor", type=float, help="kg CO2e per unit (default: of the background's process).")
@click.option("--segment", help="Part of the company, such as phones (default: the whole).")
@entry_options
def command(logging: Logging, amount: float, unit: str, segment: str | None, factor: float | None, **said: Any) -> None:
    """Amount x factor. In scope 1 it is what burns or leaks on the spot, and the supply of its fuels goes to category 3.3.

    A fuel counts as burned, a refrigerant as leaked (GWP x kg); what emits nothing on the spot is refused.
    """
    process, location, scope, category = (said[name] for name in ("process", "location", "scope", "category"))
    _check(logging, scope, category)
    computed = None
    if factor is not None:
        parts = [(scope, category, factor, process, location, logging.source or "")]
    else:
        from records.restating import COMPUTED

        computed = COMPUTED["emission"]
        found = _on_the_spot if scope == "1" else _of_supply_chain
        parts = found(logging, process, location, unit, category)
    entries = [("emission", _activity(part, amount, unit, segment)) for part in parts]
    logging.log(*entries, computed=(lambda _: computed) if computed else None)


def _check(logging: Logging, scope: str, category: str | None) -> None:
    if scope == "1" and category is not None:
        _refuse(logging, "categories divide scope 3; in scope 1 the supply of fuels goes to 3.3 by itself", "category", category)
    if scope == "3" and category is None:
        _refuse(logging, "an activity of scope 3 names its category", "category", None, "say --category 3.1 to 3.15")


def _refuse(logging: Logging, reason: str, field: str, value: str | None, hint: str | None = None) -> NoReturn:
    printing.stop(InputError(Problem(reason, field=field, value=value, hint=hint)), logging.as_json)


def _of_supply_chain(logging: Logging, process: str, location: str, unit: str, category: str | None) -> list[_Part]:
    from inventories.company_factors import activity_factor

    try:
        found = activity_factor(process, location, unit)
    except LifeloopError as error:
        printing.stop(error, logging.as_json)
    return [("3", category, found.total, found.process, found.location, found.background)]


def _on_the_spot(logging: Logging, process: str, location: str, unit: str, _category: str | None) -> list[_Part]:
    from inventories.direct_emissions import direct_factor

    try:
        found = direct_factor(process, location, unit)
    except LifeloopError as error:
        printing.stop(error, logging.as_json)
    if found.process != process:
        warn(f"{process} in scope 1 counts as {found.process!r}", logging.as_json)
    if found.left_out:
        words = ", ".join(found.left_out)
        warn(
            f"{words}: neither emitted on the spot nor supply of its fuel; log electricity and purchases by entries of their own",
            logging.as_json,
        )
    background = f"{found.background}; {'; '.join(found.sources)}; GWP100 of AR6"
    behind = (found.process, found.location, background)
    direct: _Part = ("1", None, found.direct, *behind)
    return [direct, ("3", "3.3", found.fuel_supply, *behind)] if found.fuel_supply > 0 else [direct]


def _activity(part: _Part, amount: float, unit: str, segment: str | None) -> dict[str, Any]:
    from company.emissions import activity_emissions

    scope, category, factor, process, location, background = part
    data = {"amount": amount, "unit": unit, "factor": factor, "process": process, "location": location, "background": background}
    fields = {"co2e_t": activity_emissions(amount, factor), "scopes": scope, "category": category, "basis": "activity", "activity": data}
    return fields | ({"segment": segment} if segment else {})
