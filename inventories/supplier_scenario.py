"""A supply chain's share of green electricity as a scenario file, for `lifeloop assess --scenarios`."""

from __future__ import annotations

import json
import re
from datetime import date

from pydantic import ValidationError

from company.suppliers import GreenShare
from lca.errors import InputError, Problem
from lca.scenario import GreenElectricity, Scenario


def scenario_text(share: GreenShare, at: date | None, tiers: str = "all", technology: str = "electricity, wind") -> str:
    """YAML with one scenario, named after the chain: `green_suppliers_vehicles`.

    The suppliers' share replaces grid electricity in materials and manufacturing, for so many tiers of the product's chain
    (1 to 10, or all). Raises InputError for tiers that are neither.
    """
    name = f"green_suppliers_{re.sub(r'[^a-z0-9]+', '_', share.chain.casefold()).strip('_') or 'chain'}"
    day = f" on {at.isoformat()}" if at else ""
    source = f"supplier register{day}: {share.definition}"
    told = {"share": share.value, "technology": technology, "tiers": int(tiers) if tiers.isdecimal() else tiers, "source": source}
    try:
        green = GreenElectricity.model_validate(told)
        made = Scenario(description=f"green electricity of the suppliers of {share.chain}{day}", green_electricity=(green,), source=source)
    except ValidationError as error:
        reasons = "; ".join(e["msg"] for e in error.errors(include_url=False))
        raise InputError(Problem(reasons, field="tiers", value=tiers, hint="say 1 to 10, or all")) from error
    return _yaml(name, made)


def _yaml(name: str, scenario: Scenario) -> str:
    green = scenario.green_electricity[0]

    def quoted(text: str) -> str:
        # a JSON string is a YAML string in double quotes
        return json.dumps(text, ensure_ascii=False)

    return "\n".join(
        [
            "scenarios:",
            f"  {name}:",
            f"    description: {quoted(scenario.description)}",
            "    green_electricity:",
            f"      - share: {green.share!r}",
            f"        technology: {quoted(green.technology)}",
            f"        tiers: {green.tiers}",
            f"        source: {quoted(green.source)}",
            f"    source: {quoted(scenario.source)}",
        ]
    )
