"""What `lifeloop compare` prints: two designs line by line, three and more by stage, and both in possible worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli import printing
from lca.comparison import design_dict
from lca.rounding import significant

if TYPE_CHECKING:
    from lca.comparison import Comparison
    from lca.discernibility import Discernibility, PairedDesigns
    from lca.uncertainty import Draws

_MOST_LINES = 25


def signed(value: float) -> str:
    """A number with three digits and its sign."""
    return ("+" if value > 0 else "-" if value < 0 else "") + significant(abs(value))


def uncertainty(draws: Draws) -> dict[str, Any]:
    """A design's percentiles as `assess --uncertainty --json` gives them: of the total, and by stage."""
    found = draws.summary()
    return {**found["total"], "stages": found["stages"]}


# Two designs


def two_as_dict(result: Comparison, pair: PairedDesigns | None, said: Sequence[str], notes: Sequence[str]) -> dict[str, Any]:
    """The contract of `compare --json`."""
    found = result.to_dict() | {"factors": list(notes)}
    found["warnings"] += list(said)
    if pair is None:
        return found
    for side, draws in (("a", pair.a), ("b", pair.b)):
        found[side]["uncertainty"] = uncertainty(draws)
    return found | pair.to_dict()


def two_as_rows(result: Comparison, pair: PairedDesigns | None) -> list[dict[str, Any]]:
    """One row a line; with possible worlds the difference of its stage and of the total, the same in every row of them."""
    rows = [line | {"per": result.per} for line in result.to_dict()["lines"]]
    if pair is None:
        return rows
    found = pair.to_dict()
    whole = found["difference_draws"]
    return [
        row
        | _columns("stage_difference", whole["stages"][row["stage"]])
        | _columns("total_difference", whole)
        | {"probability_a_lower": found["probability_a_lower"]}
        for row in rows
    ]


def _columns(name: str, spread: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}_{key}": spread[key] for key in ("median", "mean", "p5", "p95")}


def two_for_people(result: Comparison, pair: PairedDesigns | None, notes: Sequence[str]) -> str:
    """The lines that differ, largest first, the answer in one sentence, and how sure it is."""
    shown = [line for line in result.lines if abs(line.difference) > 1e-12 * abs(result.a.total)]
    rows = [(line.part, line.stage.replace("_", " "), line.a, line.b, line.difference) for line in shown[:_MOST_LINES]]
    rows.append(("all", "", result.a.total, result.b.total, result.difference))
    table = [
        {"part": part, "stage": stage, "A": significant(a), "B": significant(b), "B - A": signed(difference)}
        for part, stage, a, b, difference in rows
    ]
    body = [f"A = {result.a.name}, B = {result.b.name}; kg CO2e per {result.per}", ""]
    body += [printing.table(table, right=("A", "B", "B - A"))]
    body += [f"({len(shown) - _MOST_LINES} more lines; --csv lists them all)"] if len(shown) > _MOST_LINES else []
    body += [result.sentence, *(f"note: {note}" for note in notes)]
    return "\n".join([*body, *(_in_worlds(result, pair) if pair else [])])


def _in_worlds(result: Comparison, pair: PairedDesigns) -> list[str]:
    """Both designs and their difference by stage, the interval of the difference, and in how many worlds one is lower."""
    found = pair.to_dict()["difference_draws"]
    of_a, of_b = uncertainty(pair.a), uncertainty(pair.b)
    rows = []
    for stage in (*pair.stages, "all"):
        a, b, difference = (d if stage == "all" else d["stages"].get(stage, _NOTHING) for d in (of_a, of_b, found))
        if any(abs(x[key]) > 0 for x in (a, b) for key in ("p5", "p95")):
            rows.append({"stage": stage.replace("_", " ")} | _cells("A", a) | _cells("B", b) | _cells("B - A", difference, signed))
    title = f"In {len(pair.numbers)} possible worlds (kg CO2e per {result.per})"
    said = [
        "",
        printing.table(rows, title=title, right=list(rows[0])[1:]) if rows else "",
        f"The difference B - A is {signed(found['median'])} kg CO2e per {result.per} in the median; "
        f"in 90 of 100 possible worlds it lies between {signed(found['p5'])} and {signed(found['p95'])}.",
        pair.sentence,
    ]
    share = pair.probability_a_lower
    if not result.same and share != 0.5 and (result.difference > 0) != (share > 0.5):
        said.append("The point values say the other way round, because ranges reach farther to one side than to the other.")
    return said


_NOTHING = {"median": 0.0, "p5": 0.0, "p95": 0.0}


def _cells(name: str, spread: Mapping[str, float], told: Any = significant) -> dict[str, str]:
    return {f"{name}, median": told(spread["median"]), f"{name}, 90 %": f"{told(spread['p5'])} to {told(spread['p95'])}"}


# Three designs and more


def several_as_dict(
    names: Sequence[str], results: Sequence[Comparison], worlds: Discernibility | None, said: Sequence[str], notes: Sequence[str]
) -> dict[str, Any]:
    """The contract of `compare A B C --json`: every design, each against the first, and who is lower than whom."""
    designs = [design_dict(f) | {"name": name} for name, f in zip(names, (results[0].a, *(r.b for r in results)), strict=True)]
    comparisons = [result.to_dict() for result in results]
    found: dict[str, Any] = {
        "designs": designs,
        "functional_unit": comparisons[0]["functional_unit"],
        "per": comparisons[0]["per"],
        "comparisons": comparisons,
        "factors": list(notes),
        "warnings": [*dict.fromkeys(w for result in results for w in result.warnings), *said],
    }
    if worlds is None:
        return found
    for design, draws in zip(designs, worlds.designs, strict=True):
        design["uncertainty"] = uncertainty(draws)
    for comparison, pair in zip(comparisons, worlds.against_first(), strict=True):
        comparison.update(pair.to_dict())
    return found | {"discernibility": worlds.to_dict()}


def several_as_rows(names: Sequence[str], results: Sequence[Comparison], worlds: Discernibility | None) -> list[dict[str, Any]]:
    """One row a design: total, difference to the first, stages, and the same in possible worlds."""
    footprints = (results[0].a, *(result.b for result in results))
    stages = list(dict.fromkeys(stage for f in footprints for stage in f.stages))
    rows = [
        {"design": name, "total": f.total, "difference": f.total - footprints[0].total}
        | {stage.replace("_", " "): f.stages.get(stage, 0.0) for stage in stages}
        | {"per": result.per}
        for name, f, result in zip(names, footprints, (results[0], *results), strict=True)
    ]
    if worlds is None:
        return rows
    same = dict.fromkeys(("median", "mean", "p5", "p95"), 0.0)
    differences = [same, *(pair.to_dict()["difference_draws"] for pair in worlds.against_first())]
    shares = zip(worlds.matrix[:, 0].tolist(), worlds.probability_lowest.tolist(), strict=True)
    return [
        row
        | _columns("total", draws.summary()["total"])
        | _columns("difference", difference)
        | {"probability_lower_than_first": lower, "probability_lowest": lowest}
        for row, draws, difference, (lower, lowest) in zip(rows, worlds.designs, differences, shares, strict=True)
    ]


def several_for_people(names: Sequence[str], results: Sequence[Comparison], worlds: Discernibility | None, notes: Sequence[str]) -> str:
    """Totals by stage, each against the first; percentiles and the matrix of who is lower."""
    rows = several_as_rows(names, results, None)
    shown = [{key: significant(v) if isinstance(v, float) else v for key, v in row.items() if key != "per"} for row in rows]
    unit = results[0].a.functional_unit
    body = [f"kg CO2e per {unit.quantity:g} {unit.unit}; difference to {names[0]}", ""]
    body += [printing.table(shown, right=[key for key in shown[0] if key != "design"])]
    if worlds:
        body += ["", _spreads(worlds), "", _matrix(worlds), worlds.sentence]
    return "\n".join([*body, *(f"note: {note}" for note in notes)])


def _spreads(worlds: Discernibility) -> str:
    differences = [None, *(pair.to_dict()["difference_draws"] for pair in worlds.against_first())]
    rows = [
        {"design": name}
        | _cells("total", draws.summary()["total"])
        | (_cells("difference", difference, signed) if difference else {"difference, median": "", "difference, 90 %": ""})
        for name, draws, difference in zip(worlds.names, worlds.designs, differences, strict=True)
    ]
    title = f"In {worlds.totals.shape[1]} possible worlds; difference to {worlds.names[0]}"
    return printing.table(rows, title=title, right=list(rows[0])[1:])


def _matrix(worlds: Discernibility) -> str:
    rows = [
        {"": name, **{other: "" if name == other else f"{share:.0%}" for other, share in zip(worlds.names, row, strict=True)}}
        for name, row in zip(worlds.names, worlds.matrix, strict=True)
    ]
    for row, share in zip(rows, worlds.probability_lowest, strict=True):
        row["lowest of all"] = f"{share:.0%}"
    return printing.table(rows, title="Share of the possible worlds in which the row is lower than the column", right=list(rows[0])[1:])
