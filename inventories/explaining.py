"""Where a product's numbers come from: each line with its expression, file, source, and the background behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from inventories.assessing import assess_setting
from inventories.background_files import read_background
from inventories.background_folder import FOLDER
from inventories.background_queries import Basis, show_process, tables
from inventories.factors import OwnFactors, unused_factors
from inventories.product_files import ProductFile
from inventories.rating import as_dict, rated_lines
from inventories.setting import Setting
from lca.assessment import DEFAULT_METHOD
from lca.footprint import Footprint
from lca.product import Line, PackagingComponent
from lca.quantity import ESTIMATE


@dataclass(frozen=True)
class Explanation:
    """A footprint with the origin of every line."""

    product: str
    name: str
    total: float
    estimate_share: float
    #: share of the materials lines whose mass in the product is known, and the sentence about the declared mass
    mass_coverage: float
    mass_sentence: str
    lines: list[dict[str, Any]]
    warnings: tuple[str, ...]
    method: str
    scenario: str | None
    #: where the background rows behind a line are looked up
    basis: Basis = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values (the basis, which is the whole background, stays out)."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "basis"} | {"warnings": list(self.warnings)}

    def with_background(self, line: dict[str, Any]) -> dict[str, Any]:
        """The line with the rows of its background process, as own factors and a scenario made it, under the method."""
        return line | {"background": show_process(line["process"], line["location"], self.method, self.basis)}


def explain(setting: Setting, method: str = DEFAULT_METHOD, own: OwnFactors | None = None, scenario: str | None = None) -> Explanation:
    """Assess a product and say of each line where amount and factor come from, and how good they are.

    `own` are the own factors, if any, that the scores were made with; `scenario` is the one the setting is under. Raises InputError as `assess` does.
    """
    product_file = setting.product_file
    footprint = assess_setting(setting, method)
    ratings = rated_lines(footprint, setting, own.exchanges if own else ())
    known = read_background(FOLDER, own.exchanges, own.sources) if own else tables()
    basis = Basis(setting.scores, known, setting.background)
    lines = [
        _line(part, product_file, basis) | {**as_dict(rated.quality), "primary": rated.primary}
        for part, rated in zip(footprint.parts, ratings, strict=True)
    ]
    share = footprint.resting_on_estimates / footprint.total if footprint.total else 0.0
    coverage, sentence = _mass(footprint)
    said = (*footprint.warnings, *((*own.notes, *unused_factors(own, [(setting, footprint)])) if own else ()))
    return Explanation(footprint.product, footprint.name, footprint.total, share, coverage, sentence, lines, said, method, scenario, basis)


def _line(part: dict[str, Any], product_file: ProductFile, basis: Basis) -> dict[str, Any]:
    product = product_file.product
    documents = basis.tables.sources
    catalogue = basis.scores.catalogue
    process = catalogue.processes[catalogue.find(part["process"], part["location"]).index]
    source = product.sources.get(part["source"]) or documents.get(part["source"])
    title = "estimate" if part["source"] == ESTIMATE or source is None else f"{source.title} ({source.year or 'no year'})"
    file, line = product_file.place_of(*_origin(product_file, part))
    return part | {
        "source_title": title,
        "factor_sources": "; ".join(documents[key].title for key in process.sources[:3] if key in documents),
        "expression": _expression(product_file, part),
        "file": file,
        "line": line,
    }


def _origin(product_file: ProductFile, part: dict[str, Any]) -> tuple[str, str]:
    """Stage and part as written: a line that an end-of-life formula made belongs to the material line it was made for."""
    behind = part["part"].rpartition(", ")[0]
    for stage, name in ((part["stage"], part["part"]), ("materials", behind), ("packaging", behind)):
        if product_file.line(stage, name) is not None:
            return stage, name
    return part["stage"], part["part"]


def _expression(product_file: ProductFile, part: dict[str, Any]) -> str:
    found: Line | PackagingComponent | None = product_file.line(part["stage"], part["part"])
    if found is None:
        return ""
    if isinstance(found, PackagingComponent):
        return f"{found.mass.value} {found.mass.unit}"
    count = "" if found.count == 1.0 else f" x {_term(found.count)}"
    loss = "" if found.loss == 0.0 else f" / (1 - {_term(found.loss)})"
    amount = _term(found.amount) if count or loss else found.amount
    return f"{amount} {found.unit}{count}{loss}"


def _term(value: float | str) -> str:
    """A number or formula as one factor of a product: a formula that adds, compares or chooses gets parentheses."""
    return f"({value})" if isinstance(value, str) and re.search(r"[-+<>=]|\b(if|and|or|not)\b", value) else str(value)


def _mass(footprint: Footprint) -> tuple[float, str]:
    bill = footprint.bill
    materials = np.array([line.stage == "materials" for line in bill.lines])
    known = materials & ~np.isnan(bill.masses)
    coverage = float(known.sum() / materials.sum()) if materials.any() else 0.0
    total = float(np.nansum(bill.masses))
    declared = (
        f", the declared mass is {bill.declared_mass:.4g} kg ({total / bill.declared_mass:.0%} covered)" if bill.declared_mass else ""
    )
    return coverage, f"The parts weigh {total:.4g} kg{declared}; the mass of {coverage:.0%} of the material lines is known."
