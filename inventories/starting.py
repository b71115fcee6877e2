"""A commented product file to start from: the archetype's parameters, each with default, unit, range and meaning."""

from __future__ import annotations

import json
import re

from inventories.shipped import load
from lca.product import Parameter, Product

_HEAD = """\
# A product of the kind "{name}". Keep the parameters that you know, with their source, and delete the `#` in front;
# what stays commented keeps the archetype's default and range, and the result's range says so.
# Check it with: lifeloop assess {id}.yaml     Ask where a number comes from: lifeloop explain {id}.yaml PART
id: {id}
name: {title}
extends: {archetype}
parameters:
"""
_TAIL = """\
# stages:                    # lines of your own bill of materials; `replaces:` takes the archetype's line out
#   materials:
#     - part: {part}
#       replaces: {part}
#       process: {process}
#       location: {location}
#       amount: 1
#       unit: {unit}
#       source: my-source
sources:
  my-source:
    title: Title of the specification sheet or bill of materials
    publisher: Who published it
    year: 2026
"""


def starting_file(archetype: str, product_id: str) -> str:
    """The text of a starting file; it can be assessed as it stands. Raises UnknownName for an unknown archetype."""
    product = load(archetype).product
    clean = re.sub(r"[^a-z0-9_.-]", "-", product_id.lower()).strip("-.") or "my-product"
    head = _HEAD.format(name=product.name, id=clean, title=product_id, archetype=archetype)
    body = "".join(_parameter(name, parameter) for name, parameter in product.parameters.items())
    return head.replace("parameters:\n", "parameters: {}            # delete the {} when you set the first one\n") + body + _tail(product)


def _parameter(name: str, parameter: Parameter) -> str:
    said = f"  # {parameter.description}" if parameter.description else ""
    if parameter.type != "number":
        choices = f" (one of {', '.join(parameter.choices)})" if parameter.choices else ""
        return f"#  {name}: {{value: {_scalar(parameter.value)}, source: my-source}}{said}{choices}\n"
    bounds = [f", {end}: {_scalar(value)}" for end in ("low", "high") if (value := getattr(parameter, end)) is not None]
    formula = " (a formula)" if isinstance(parameter.value, str) else ""
    given = f"value: {_scalar(parameter.value)}, unit: {_scalar(parameter.unit)}{''.join(bounds)}"
    return f"#  {name}: {{{given}, source: my-source}}{said}{formula}\n"


def _scalar(value: float | str) -> str:
    """A value as YAML reads it back: text in quotes, a number with every digit."""
    return (
        json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:g}" if float(f"{value:g}") == value else repr(value)
    )


def _tail(product: Product) -> str:
    first = product.all_lines()[0]
    return _TAIL.format(part=first.part, process=first.process, location=first.location, unit=first.unit)
