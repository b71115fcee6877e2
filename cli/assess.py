"""`lifeloop assess`: the footprint of product files, folders of them, or shipped products by id."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices, uncertainty_options
from cli.designs import product_and_scenario
from lca.errors import InputError, LifeloopError
from lca.rounding import significant

if TYPE_CHECKING:
    from inventories.rating import DataQuality
    from lca.footprint import Footprint
    from lca.uncertainty import Draws


@click.command()
@click.argument("products", nargs=-1, required=True, metavar="PRODUCT...")
@model_choices
@uncertainty_options
@click.option("--quality", is_flag=True, help="Add the data-quality rating (PEF) and the primary-data share.")
@click.option(
    "--plot",
    type=printing.PICTURE,
    help="Draw the stages, or with --uncertainty the intervals (.svg, .png or .pdf).",
)
@printing.output_options
def command(
    products: tuple[str, ...],
    choices: Choices,
    draws: int | None,
    seed: int,
    quality: bool,
    plot: Path | None,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
) -> None:
    """The footprint of product files, folders of them, or shipped products by id.

    One that is refused does not stop the others: it is named on stderr and the exit code is 3. PRODUCT@SCENARIO is a product
    (or every file of a folder) under a scenario of its own.
    """
    try:
        _ = choices.scores, choices.apart
    except LifeloopError as error:
        printing.stop(error, as_json)
    names, done = _assess_all(products, choices, as_json)
    sampled = _sampled(choices, done, draws, seed, as_json) if draws else []
    rated = _rated(choices, done, as_json) if quality else []
    if done:
        kept = [drawn for name, drawn in sampled if name in done]
        printing.write(_report(done, kept, rated, (as_json, as_csv), choices.notes_on(done)), output)
        if plot:
            _draw(list(done.values()), kept, plot)
    elif as_json:
        printing.write("[]", output)
    sys.exit(printing.EXIT_REFUSED if len(done) < len(names) else 0)


def _sampled(choices: Choices, done: dict[str, Footprint], draws: int, seed: int, as_json: bool) -> list[tuple[str, Draws]]:
    """The products in possible worlds; one that cannot be drawn is refused and is not among `done` any more."""
    sampled = []
    for name, found in choices.draws_of_each(list(done), draws, seed, done).items():
        if isinstance(found, InputError):
            printing.refuse(found, as_json)
            del done[name]
        else:
            sampled.append((name, found))
    return sampled


def _rated(choices: Choices, done: dict[str, Footprint], as_json: bool) -> list[DataQuality]:
    """The ratings of the data; a product that has nothing to rate is refused and is not among `done` any more."""
    rated = []
    for name, footprint in list(done.items()):
        try:
            rated.append(choices.rating(name, footprint))
        except InputError as error:
            printing.refuse(choices.setting(name).product_file.located(error), as_json)
            del done[name]
    return rated


def _draw(done: list[Footprint], sampled: list[Draws], path: Path) -> None:
    """The stages as stacked bars; with possible worlds the 90 % intervals of the totals."""
    if sampled:
        from cli.uncertainty_plots import plot_intervals

        plot_intervals(done, sampled, path)
    else:
        from cli.plots import plot_stages

        plot_stages(done, path)


def _assess_all(products: tuple[str, ...], choices: Choices, as_json: bool) -> tuple[list[str], dict[str, Footprint]]:
    """All names asked for, and the footprints of those that were not refused."""
    names = list(dict.fromkeys(_files(products)))
    done: dict[str, Footprint] = {}
    for name in names:
        try:
            done[name] = choices.assess(name)
        except LifeloopError as error:
            printing.refuse(error, as_json)
    return names, _with_namesakes(done)


def _with_namesakes(done: dict[str, Footprint]) -> dict[str, Footprint]:
    """Footprints whose id another file has too say so, each naming the others; a scenario is no other file."""
    result = {}
    files = {name: product_and_scenario(name)[0] for name in done}
    for name, footprint in done.items():
        others = [other for other, f in done.items() if f.product == footprint.product and files[other] != files[name]]
        said = (f"the id {footprint.product} is also that of {', '.join(others)}",) if others else ()
        result[name] = replace(footprint, warnings=(*footprint.warnings, *said))
    return result


def _files(products: tuple[str, ...]) -> Iterator[str]:
    """Every file of a folder, under the scenario of the folder's name if it has one; every other name as it is."""
    from inventories.shipped import kind_of

    for name in products:
        folder, scenario = product_and_scenario(name)
        if kind_of(folder) == "folder":
            found = sorted(p for p in Path(folder).rglob("*") if p.suffix in {".yaml", ".yml"})
            # an empty folder is handed on as it is and refused like a file that is not there
            yield from [f"{path}@{scenario}" if scenario else str(path) for path in found] or [name]
        else:
            yield name


def _report(
    assessed: dict[str, Footprint], sampled: list[Draws], rated: list[DataQuality], form: tuple[bool, bool], notes: tuple[str, ...]
) -> str:
    as_json, as_csv = form
    done = list(assessed.values())
    if as_json:
        summaries: list[dict[str, Any] | None] = [draws.summary() for draws in sampled] or [None] * len(done)
        qualities = [{"data_quality": rating.to_dict()} for rating in rated] or [{}] * len(done)
        rows = zip(assessed.items(), summaries, qualities, strict=True)
        return printing.as_json_text([{**_as_dict(f, s, notes), "file": name, **q} for (name, f), s, q in rows])
    if as_csv:
        worlds = [_columns(draws) for draws in sampled] or [{} for _ in done]
        return printing.as_csv_text(
            [
                {"product": f.product} | part | columns.get(part["stage"], {}) | {"file": name}
                for (name, f), columns in zip(assessed.items(), worlds, strict=True)
                for part in f.parts
            ]
        )
    called = [f.product + name.removeprefix(product_and_scenario(name)[0]) for name, f in assessed.items()]
    said = [f"{word}: {draws.sentence}" for word, draws in zip(called, sampled, strict=True)] if sampled else []
    said += [_rating_told(f, rating) for f, rating in zip(done, rated, strict=True)] if rated else []
    body = _portfolio(called, done, sampled) if len(done) > 1 else _single(done[0], sampled[0] if sampled else None)
    return "\n".join([body, *said, *(f"note: {note}" for note in notes)])


_PERCENTILES = {"median": "median", "mean": "mean", "p5": "5 %", "p95": "95 %"}


def _columns(draws: Draws) -> dict[str, dict[str, float]]:
    """By stage: the columns of a line in CSV, percentiles of its stage and of the total (the same in every row of them)."""
    found = draws.summary()
    whole = {f"total_{key}": found["total"][key] for key in _PERCENTILES}
    return {stage: {f"stage_{key}": spread[key] for key in _PERCENTILES} | whole for stage, spread in found["stages"].items()}


def _told(spread: dict[str, float]) -> dict[str, str]:
    """Median, mean, 5th and 95th percentile for people."""
    return {word: significant(spread[key]) for key, word in _PERCENTILES.items()}


def _rating_told(footprint: Footprint, rating: DataQuality) -> str:
    from lca.data_quality import level

    whole, top = rating.quality, rating.of_most_relevant
    return (
        f"{footprint.product}: data-quality rating {whole.rating:.2f} ({level(whole.rating)}): technology {whole.technology:.2f}, "
        f"geography {whole.geography:.2f}, time {whole.time:.2f}, precision {whole.precision:.2f}; {top.rating:.2f} over the lines that make "
        f"80 %; primary-data share {rating.primary_share:.0%}."
    )


def _as_dict(footprint: Footprint, uncertainty: dict[str, Any] | None, notes: tuple[str, ...]) -> dict[str, Any]:
    result = footprint.to_dict() | {"factors": list(notes)}
    if uncertainty is not None:
        result["total"]["uncertainty"] = uncertainty["total"]
        result["uncertainty"] = uncertainty["total"] | {"stages": uncertainty["stages"], "sentence": uncertainty["sentence"]}
        result["provenance"]["seed"] = uncertainty["total"]["seed"]
    return result


def _portfolio(called: list[str], done: list[Footprint], sampled: list[Draws]) -> str:
    rows = [
        {"product": word, "kg CO2e": significant(f.total)}
        | {stage.replace("_", " "): significant(value) for stage, value in f.stages.items()}
        | {"on estimates": _share(f.resting_on_estimates, f.total), "notes": str(len(f.warnings) or "")}
        for word, f in zip(called, done, strict=True)
    ]
    table = printing.table(rows, right=[key for key in rows[0] if key != "product"])
    if not sampled:
        return table
    spreads = [draws.summary()["total"] for draws in sampled]
    rows = [
        {"product": word, "point value": significant(f.total), **_told(spread)}
        for word, f, spread in zip(called, done, spreads, strict=True)
    ]
    title = f"In {spreads[0]['draws']} possible worlds (kg CO2e; by stage: --csv, --json, or one product alone)"
    return "\n".join([table, "", printing.table(rows, title=title, right=list(rows[0])[1:])])


def _share(part: float, whole: float, decimals: int = 0) -> str:
    return f"{part / whole:.{decimals}%}" if whole else "-"


def _report_lines(footprint: Footprint) -> str:
    """The separate lines of ISO 14067 as a table."""
    lines = footprint.lines
    values = {
        "fossil": lines.fossil,
        "of which aircraft": lines.aircraft,
        "biogenic emissions (carbon dioxide 0/0)": lines.biogenic_emissions,
        "biogenic removals": lines.biogenic_removals,
        "land-use change": lines.land_use_change,
    }
    rows = [{"line": name, "kg CO2e": significant(value)} for name, value in values.items()]
    if lines.carbon:
        carbon = f"{significant(lines.carbon.product)} kg C in the product, {significant(lines.carbon.packaging)} kg C in the packaging"
        return printing.table(rows, title="Separate lines (ISO 14067)", right=("kg CO2e",)) + f"\nBiogenic carbon: {carbon}."
    return printing.table(rows, title="Separate lines (ISO 14067)", right=("kg CO2e",))


def _credits_apart(footprint: Footprint) -> Iterator[str]:
    """Total with and without credits, and what the method leaves as it is; nothing under cut-off."""
    treated = footprint.end_of_life
    if treated["method"] == "cutoff":
        return
    yield (
        f"Credits of {significant(treated['credits'])} kg CO2e stand apart; without them the total is "
        f"{significant(treated['total_without_credits'])} kg CO2e. The formula covers {significant(treated['covered_mass'])} kg."
    )
    left = treated["left_on_cutoff"]
    if left:
        yield f"Left on cut-off, because no material of the table describes them: {', '.join(left)}."


def _stage_table(footprint: Footprint, draws: Draws | None) -> str:
    """The stages; with possible worlds their percentiles beside them, and those of the total below."""
    rows = [
        {"stage": stage.replace("_", " "), "kg CO2e": significant(value), "share": _share(value, footprint.total, 1)}
        for stage, value in footprint.stages.items()
    ]
    if draws:
        found = draws.summary()
        rows = [row | _told(found["stages"][stage]) for row, stage in zip(rows, footprint.stages, strict=True)]
        rows.append({"stage": "all", "kg CO2e": significant(footprint.total), "share": "", **_told(found["total"])})
    return printing.table(rows, right=list(rows[0])[1:])


def _single(footprint: Footprint, draws: Draws | None) -> str:
    unit = footprint.functional_unit
    head = f"{footprint.name}: {significant(footprint.total)} kg CO2e per {unit.quantity:g} {unit.unit} ({unit.description}, {footprint.service_life})"
    largest = sorted(footprint.parts, key=lambda part: -abs(part["value"]))[:10]
    parts = [
        {
            "part": part["part"],
            "stage": part["stage"].replace("_", " "),
            "process": f"{part['process']} ({part['location']})",
            "amount": f"{significant(part['amount'])} {part['unit']}",
            "kg CO2e": significant(part["value"]),
        }
        for part in largest
    ]
    made = footprint.provenance
    foot = f"{made['method']}, end of life {made['end_of_life']}, {made['background']} {made['background_digest'][:12]}, lifeloop {made['version']}"
    estimates = (
        f"{_share(footprint.resting_on_estimates, footprint.total)} of the result rests on estimates (`lifeloop explain` says which)."
    )
    return "\n".join(
        [
            head,
            "",
            _stage_table(footprint, draws),
            "",
            printing.table(parts, title="Largest lines", right=("amount", "kg CO2e")),
            "",
            estimates,
            *_credits_apart(footprint),
            *(f"note: {warning}" for warning in footprint.warnings),
            "",
            _report_lines(footprint),
            "",
            foot,
        ]
    )
