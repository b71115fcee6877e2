"""The tables of `validate`, for the terminal and for the README."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lca.rounding import significant

if TYPE_CHECKING:
    from inventories.validation import Case


def case_rows(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """One row a case, comparable ones first, family by family."""
    ordered = sorted(cases, key=lambda c: (not c.comparable, c.family, c.category, c.id))
    return [
        {
            "case": c.id,
            "family": c.family,
            "published": significant(c.published.value) if c.published.value else "-",
            "modelled": significant(c.modelled),
            "90 % interval": " to ".join(significant(x, 2) for x in c.interval) if c.interval else "-",
            "inside": {True: "yes", False: "no", None: "-"}[c.inside_interval],
            "error": f"{c.error:+.0%}" if c.error is not None else f"({c.deviation:+.0%})" if c.deviation is not None else "-",
            "compared as": "yes" if c.comparable else c.published.comparable,
            "verified": str(c.published.verified_items),
            "confidence": c.published.confidence or "-",
        }
        for c in ordered
    ]


def summary_lines(summary: dict[str, Any]) -> list[str]:
    """The summary as sentences."""
    lines = [_sentence("all comparable cases", summary["comparable"])]
    documented = next(key for key in summary if key.startswith("with_at_least"))
    lines.append(_sentence(documented.replace("_", " "), summary[documented]))
    points = summary["stage_share_median_points"]
    if points is not None:
        lines.append(f"stage shares: median deviation {points:.1f} points over {summary['stage_shares_compared']} published shares")
    for family, figures in summary["families"].items():
        if figures["cases"]:
            rank, gain = figures["spearman"], figures["skill"]
            extra = (f", rank correlation {rank:.2f}" if rank is not None else "") + (f", skill {gain:.2f}" if gain is not None else "")
            lines.append(_sentence(family, figures) + extra)
    overall = summary["skill_against_family_constants"]
    if overall is not None:
        lines.append(f"skill against the best constant of each family, over all: {overall:.2f}")
    honesty = summary["interval"]
    if honesty["inside"] is not None:
        lines.append(
            f"90 % interval: {honesty['inside']:.0%} of {honesty['cases']} published totals inside; "
            f"CRPS {honesty['crps']:.3f} of the published total, plain factor-of-two interval {honesty['crps_factor_of_two']:.3f}"
        )
    return lines


def _sentence(name: str, figures: dict[str, Any]) -> str:
    if not figures["cases"]:
        return f"{name}: no case"
    worst = figures["worst"]
    return (
        f"{name}: {figures['cases']} cases, median error {figures['median_absolute_error']:.1%}, worst {worst['id']} {worst['error']:+.0%}"
    )


def as_markdown(cases: Sequence[Case], summary: dict[str, Any]) -> str:
    """Both tables in Markdown."""
    rows = case_rows(cases)
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row.values()) + " |" for row in rows]
    return "\n".join([*lines, "", *(f"- {line}" for line in summary_lines(summary))])
