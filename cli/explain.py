"""`lifeloop explain`: where a product's numbers come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import printing
from cli.choices import Choices, model_choices
from lca.errors import InputError, LifeloopError, Problem, nearest
from lca.rounding import significant

if TYPE_CHECKING:
    from inventories.explaining import Explanation


@click.command()
@click.argument("product")
@click.argument("part", required=False)
@model_choices
@printing.output_options
def command(product: str, part: str | None, choices: Choices, as_json: bool, as_csv: bool, output: Path | None) -> None:
    """Line by line: amount, process, place and sources of PRODUCT; with PART, the background rows behind it too."""
    from inventories.explaining import explain

    try:
        explained = explain(choices.setting(product), choices.method, choices.own, choices.scenario_of(product))
        lines = explained.lines if part is None else _of_part(explained, part)
    except LifeloopError as error:
        printing.stop(error, as_json)
    if as_json:
        printing.write(printing.as_json_text(explained.to_dict() | {"lines": lines}), output)
    elif as_csv:
        printing.write(printing.as_csv_text([{k: v for k, v in line.items() if k != "background"} for line in lines]), output)
    elif part is None:
        printing.write(_report(explained), output)
    else:
        printing.write("\n\n".join(_details(line) for line in lines), output)


def _of_part(explained: Explanation, part: str) -> list[dict[str, Any]]:
    found = [line for line in explained.lines if part.casefold() in line["part"].casefold()]
    if not found:
        known = [line["part"] for line in explained.lines]
        hint = nearest(part, known) or f"parts: {', '.join(dict.fromkeys(known))}"
        raise InputError(Problem("the product has no part of that name", field="part", value=part, hint=hint))
    return [explained.with_background(line) for line in found]


def _report(explained: Explanation) -> str:
    rows = [
        {
            "part": line["part"],
            "stage": line["stage"].replace("_", " "),
            "amount": f"{significant(line['amount'])} {line['unit']}",
            "process": f"{line['process']} ({line['location']})",
            "kg CO2e": significant(line["value"]),
            "amount from": line["source_title"],
            "factor from": line["factor_sources"],
            "rating": f"{line['rating']:.1f}",
        }
        for line in sorted(explained.lines, key=lambda line: -abs(line["value"]))
    ]
    return "\n".join(
        [
            f"{explained.name}{f' under {explained.scenario}' if explained.scenario else ''}: {significant(explained.total)} kg CO2e",
            printing.table(rows, right=("amount", "kg CO2e")),
            "",
            f"{explained.estimate_share:.0%} of the result rests on amounts or factors without a source.",
            explained.mass_sentence,
            *(f"note: {warning}" for warning in explained.warnings),
        ]
    )


def _details(line: dict[str, Any]) -> str:
    rows = [
        {
            "what": row["flow"] + (f" ({row['flow_location']})" if row["flow_location"] else ""),
            "amount": f"{significant(row['amount'])} {row['flow_unit']}",
            "kg CO2e": significant(row["value"]),
            "basis": row["basis"],
            "source": f"{row['source_title']} ({row['source_year']}), {row['place']}",
            "derivation": row["derivation"],
        }
        for row in line["background"]["exchanges"]
    ]
    score = line["background"]["score"]
    head = (
        f"{line['part']} ({line['stage']}): {significant(line['amount'])} {line['unit']} x {significant(score)} kg CO2e/{line['unit']} "
        f"= {significant(line['value'])} kg CO2e\n  amount: {line['expression']}; {line['source_title']}\n"
        f"  file: {line['file']}:{line['line']}\n  process: {line['process']} ({line['location']}), per {line['unit']}:"
    )
    return "\n".join([head, printing.table(rows, right=("amount", "kg CO2e"))])
