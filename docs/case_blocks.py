"""The generated block of one published case: its stages beside ours, and the largest parts of ours."""

from __future__ import annotations

from cli.validation_tables import case_rows
from inventories.validation import Case
from lca.rounding import significant
from lca.stages import STAGES

#: Parts that the second table of a case shows.
PARTS_SHOWN = 10


def comparison_rows(case: Case) -> list[tuple[str, str, str]]:
    """Stage or group of stages, modelled and published in kg CO2e; then the total, its error and interval."""
    return [*_stage_rows(case), *_total_rows(case)]


def _stage_rows(case: Case) -> list[tuple[str, str, str]]:
    """Every published stage or group, then ours that stand in none of them, then those outside the comparison."""
    ours, published = case.footprint.stages, case.published
    boundary = published.boundary or STAGES
    rows = [
        (_words(name), significant(sum(ours[s] for s in name.split("+"))), significant(value))
        for name, value in published.stages.items()
        if set(name.split("+")) <= set(boundary)
    ]
    told = {stage for name in published.stages for stage in name.split("+")}
    rows += [(_words(s), significant(ours[s]), "not split") for s in STAGES if s in boundary and s not in told]
    return rows + [(f"{_words(s)} (outside the comparison)", significant(ours[s]), "-") for s in STAGES if s not in boundary]


def _total_rows(case: Case) -> list[tuple[str, str, str]]:
    row = case_rows([case])[0]
    inside = {"yes": "inside", "no": "outside"}.get(row["inside"], "-")
    return [
        ("**total compared**", row["modelled"], row["published"]),
        ("error", row["error"], ""),
        ("90 % interval", row["90 % interval"], inside),
    ]


def part_rows(case: Case) -> list[tuple[str, str, str]]:
    """The largest parts of the compared stages; lines of one part and stage are added up."""
    values: dict[tuple[str, str], float] = {}
    for line, value in zip(case.footprint.bill.lines, case.footprint.values.sum(axis=1), strict=True):
        if line.stage in (case.published.boundary or STAGES):
            key = (line.part, line.stage)
            values[key] = values.get(key, 0.0) + float(value)
    largest = sorted(values.items(), key=lambda item: -item[1])[:PARTS_SHOWN]
    return [(part, _words(stage), significant(value)) for (part, stage), value in largest]


def _words(stages: str) -> str:
    return stages.replace("_", " ").replace("+", ", ")
