"""Yearly volumes of packaging: units of a product sold in a market, from product files and from CSV tables."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from circularity.packaging import Component
from circularity.volumes import PackagingVolume, tonnes_of, unit_packaging
from inventories.packaging import components_of
from inventories.product_files import ProductFile
from inventories.shipped import load
from inventories.tables import Row, read_table
from lca.assessment import product_digest
from lca.errors import InputError, Problem

COLUMNS = ("product", "market", "year", "units")
OPTIONAL = ("key", "source", "note")


@dataclass(frozen=True)
class KeyedVolume:
    """A volume and the key under which it is logged once."""

    key: str
    volume: PackagingVolume


def volume_of(product_file: ProductFile, market: str, year: int, units: float, said: dict[str, str] | None = None) -> PackagingVolume:
    """So many units with the packaging of the product file; `said` are source and note. Raises InputError."""
    if not 1990 <= year <= 2100:
        raise InputError(Problem("a year lies between 1990 and 2100", field="year", value=str(year)))
    if not 0 < units < math.inf:
        raise InputError(Problem("units are a finite number above zero", field="units", value=f"{units:g}"))
    components: list[Component] = components_of(product_file, market)
    masses = unit_packaging(components)
    product = product_file.product
    tonnes, said = tonnes_of(masses, units), said or {}
    return PackagingVolume(
        product=product.id,
        market=market,
        year=year,
        units=units,
        masses=masses,
        total_t=tonnes["total_t"],
        plastic_t=tonnes["plastic_t"],
        family=product.family,
        product_digest=product_digest(product),
        source=said.get("source"),
        note=said.get("note"),
    )


def read_volumes(path: Path) -> list[KeyedVolume]:
    """Every row of a CSV file (`COLUMNS`, and `OPTIONAL` ones), or InputError with the mistakes of all rows.

    A row without a key gets one from what it says, so that the same file twice adds nothing.
    """
    done: list[KeyedVolume] = []
    problems: list[Problem] = []
    seen: Counter[str] = Counter()
    files = cache(load)
    for row in read_table(path, COLUMNS, OPTIONAL):
        try:
            volume = _volume(row, files(row.required("product")))
        except InputError as error:
            problems.extend(error.located(row.file, row.line).problems)
            continue
        done.append(KeyedVolume(row.text("key") or _key(volume, seen), volume))
    if not done and not problems:
        problems.append(Problem("the table has no rows", str(path)))
    if problems:
        raise InputError(problems)
    return done


def _volume(row: Row, product_file: ProductFile) -> PackagingVolume:
    said = {name: row.text(name) for name in ("source", "note") if row.text(name)}
    return volume_of(product_file, row.required("market"), row.year("year"), row.number("units"), said)


def _key(volume: PackagingVolume, seen: Counter[str]) -> str:
    # the masses stay out of it: a product file that was changed since makes a conflict, not a second entry
    said = f"packaging:{volume.product}:{volume.market}:{volume.year}:{volume.units!r}"
    seen[said] += 1
    return said if seen[said] == 1 else f"{said}:{seen[said]}"
