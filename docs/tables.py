"""The generated blocks of the pages: one function a block, each returning Markdown made from the data as it is."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from statistics import median

from cli.validation_tables import as_markdown
from docs.case_blocks import comparison_rows, part_rows
from docs.notices import licence_group
from inventories.background_check import Report, check_background
from inventories.background_files import BackgroundTables, read_background
from inventories.exchanges import BASES, CATEGORIES
from inventories.score_store import unit_scores
from inventories.shipped import archetype_paths, load, product_paths
from inventories.validation import Case, summarise, validate
from inventories.world_store import worlds_of
from lca.product import FAMILY_OF
from lca.quantity import ESTIMATE
from lca.rounding import significant

ROOT = Path(__file__).parent.parent
#: A comparable case further off than this is explained in docs/cases.
EXPLAIN_ABOVE = 0.30


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; a vertical bar in a cell is escaped."""
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(["| " + " | ".join(row) + " |" for row in [list(head), ["---"] * len(head), *cells]])


@cache
def _cases() -> tuple[Case, ...]:
    scores = unit_scores()
    return tuple(validate(scores, worlds_of(scores)))


@cache
def _tables() -> BackgroundTables:
    return read_background()


@cache
def _report() -> Report:
    return check_background()


def validation() -> str:
    """Modelled against published, case by case, and the summary."""
    return as_markdown(_cases(), summarise(_cases()))


def background() -> str:
    """What the background holds and how far it is from what others published."""
    processes = _tables().background.catalogue.processes
    named = {p.name for p in processes if p.category != "electricity"}
    grids = {p.location for p in processes if p.category == "electricity" and p.name == "electricity, low voltage"}
    bases = Counter(row.basis for row in _tables().exchanges)
    electricity, compared = _report().electricity, _report().compared
    lines = [
        f"{len(named):,} named processes besides electricity, {len(processes):,} processes when each place counts",
        f"low-voltage electricity of {len(grids)} places",
        f"{len(_tables().exchanges):,} exchanges (a row written for several places counts once for each): "
        + ", ".join(f"{bases[basis]:,} {basis}" for basis in BASES),
        f"{len(_tables().sources):,} documents cited",
        f"electricity before grid losses against published intensities of {len(electricity)} places: median deviation "
        f"{median(abs(r['deviation']) for r in electricity):.1%}, worst {electricity[0]['location']} {electricity[0]['deviation']:+.0%}",
        f"{len({r['process'] for r in compared})} processes against a second study: median deviation "
        f"{median(abs(r['deviation']) for r in compared):.0%}, "
        f"{sum(abs(r['deviation']) > 0.25 for r in compared)} of {len(compared)} comparisons outside 25 %",
    ]
    return "\n".join(f"- {line}" for line in lines)


def shipped() -> str:
    """Products and archetypes by family."""
    products = [load(name).product for name in product_paths()]
    archetypes = [load(name).product for name in archetype_paths()]
    rows = [
        (
            family,
            sum(p.family == family for p in products),
            ", ".join(f"`{a.id}`" for a in archetypes if a.family == family),
        )
        for family in dict.fromkeys(FAMILY_OF.values())
    ]
    return markdown_table(("family", "products", "archetypes"), rows)


def categories() -> str:
    """The categories of products with their family."""
    rows = [(family, ", ".join(f"`{c}`" for c, f in FAMILY_OF.items() if f == family)) for family in dict.fromkeys(FAMILY_OF.values())]
    return markdown_table(("family", "categories"), rows)


def gases() -> str:
    """Characterisation factors of every flow in every set, in kg CO2e per kg."""
    network = _tables().background
    methods = list(network.characterisation)
    rows = [
        (flow, network.groups[network.group_of_flow[i]], *(f"{network.characterisation[m][i]:g}" for m in methods))
        for i, flow in enumerate(network.flows)
    ]
    return markdown_table(("flow", "gas group", *methods), rows)


def bases() -> str:
    """How many rows of each category were measured, derived or estimated."""
    rows = []
    for category in CATEGORIES:
        of = [row for row in _tables().exchanges if row.category == category]
        names = {row.process for row in of}
        counts = Counter(row.basis for row in of)
        rows.append((category, len(names), *(f"{counts[b] / len(of):.0%}" if of else "-" for b in BASES)))
    return markdown_table(("category", "processes", *BASES), rows)


def electricity() -> str:
    """Every large country whose electricity deviates by more than 25 %, and the ten largest countries."""
    rows = _report().electricity
    countries = [r for r in rows if len(r["location"]) == 2 and r["location"] != "EU"]
    large = sorted(countries, key=lambda r: -(r["total_twh"] or 0))[:10]
    far = [r for r in countries if (r["total_twh"] or 0) > 10 and abs(r["deviation"]) > 0.25]
    shown = [
        (r["location"], significant(r["modelled"]), significant(r["published"]), f"{round(r['deviation'], 2) + 0.0:+.0%}", r["explanation"])
        for r in [*large, *(r for r in far if r not in large)]
    ]
    return markdown_table(("place", "modelled, kg CO2e/kWh", "published", "deviation", "why (where it is large)"), shown)


def second_studies() -> str:
    """Deviation from second studies by category."""
    catalogue = _tables().background.catalogue
    category_of = {p.name: p.category for p in catalogue.processes}
    rows = []
    for category in CATEGORIES:
        off = [r["deviation"] for r in _report().compared if category_of[r["process"]] == category]
        if off:
            rows.append((category, len(off), f"{median(map(abs, off)):.0%}", f"{min(off):+.0%} to {max(off):+.0%}"))
    return markdown_table(("category", "comparisons", "median deviation", "from, to"), rows)


def licences() -> str:
    """Documents of the background by licence."""
    counts = Counter(
        licence_group(s.licence or "") for k, s in _tables().sources.items() if k != ESTIMATE and (s.licence or "").lower() != "none"
    )
    return markdown_table(("licence", "documents"), counts.most_common())


def cases() -> str:
    """Every comparable case that is far off, with the page that explains it; then all pages of docs/cases."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "cases").glob("*.md"))}
    rows = []
    for case in sorted(far_off(), key=lambda c: -abs(c.error or 0)):
        own = [path for path in pages if path.stem == case.id]
        said = [f"[{_title(pages[path])}](cases/{path.name})" for path in own or pages if explains(path, case.id)]
        rows.append((f"`{case.id}`", case.family, f"{case.error:+.0%}", ", ".join(said) or "not explained yet"))
    index = [f"- [{_title(text)}](cases/{path.name})" for path, text in pages.items()] or ["- none yet"]
    return "\n".join([markdown_table(("case", "family", "error", "explained in"), rows), "", "All pages:", "", *index])


def index() -> str:
    """Every page of docs/ with the first sentence below its title; links are relative to the root of the project."""
    pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(f"- [{_title(text)}](docs/{name}): {_opening(text)}" for name, text in pages)


def _opening(text: str) -> str:
    """The first sentence of a page's first paragraph, without its links."""
    paragraphs = [p.replace("\n", " ").strip() for p in text.split("\n\n")]
    first = next(p for p in paragraphs if p and not p.startswith(("#", "<!--", "```", "|")))
    said = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", first)
    return re.split(r"(?<=[.:])\s", said)[0].rstrip(".:") + "."


def far_off() -> list[Case]:
    """The comparable cases that are more than 30 % off."""
    return [case for case in _cases() if case.error is not None and abs(case.error) > EXPLAIN_ABOVE]


def explains(page: Path, case: str) -> bool:
    """Whether a page is called after the case or names it."""
    text = page.read_text(encoding="utf-8")
    return page.stem == case or re.search(rf"(?<![\w-]){re.escape(case)}(?![\w-])", text) is not None


def case(case_id: str) -> str:
    """One published case: stages and total beside ours, and our largest parts. Raises KeyError for an unknown case."""
    parts = markdown_table(("part", "stage", "kg CO2e"), part_rows(_case(case_id)))
    return f"{case_stages(case_id)}\n\nOur largest parts in the compared stages:\n\n{parts}"


def case_stages(case_id: str) -> str:
    """The first of these two tables alone."""
    return markdown_table(("kg CO2e", "modelled", "published"), comparison_rows(_case(case_id)))


def _case(case_id: str) -> Case:
    return {case.id: case for case in _cases()}[case_id]


#: Blocks of published cases: what stands in front of the case's id, and who makes it.
CASE_BLOCKS: dict[str, Callable[[str], str]] = {"case_": case, "stages_": case_stages}


def block(name: str) -> str:
    """The generated block of a name in BLOCKS, `case_<id>` or `stages_<id>`. Raises KeyError for any other."""
    made = next((make(name.removeprefix(start)) for start, make in CASE_BLOCKS.items() if name.startswith(start)), None)
    return BLOCKS[name]() if made is None else made


def _title(text: str) -> str:
    return next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), "untitled")


def _modules(package: str) -> str:
    """The modules of a package with the first sentence of their docstrings."""
    rows = []
    for path in sorted((ROOT / package).glob("*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if said and not path.stem.startswith("__"):
            rows.append((f"`{path.stem}`", re.split(r"(?<=[.;])\s", said.split("\n\n")[0].replace("\n", " "))[0].rstrip(".:;")))
    return markdown_table(("module", "what it holds"), rows)


BLOCKS: dict[str, Callable[[], str]] = {
    "validation": validation,
    "background": background,
    "shipped": shipped,
    "categories": categories,
    "gases": gases,
    "bases": bases,
    "electricity": electricity,
    "second_studies": second_studies,
    "licences": licences,
    "cases": cases,
    "index": index,
    "lca_modules": lambda: _modules("lca"),
    "inventories_modules": lambda: _modules("inventories"),
    "cli_modules": lambda: _modules("cli"),
    "records_modules": lambda: _modules("records"),
    "circularity_modules": lambda: _modules("circularity"),
    "company_modules": lambda: _modules("company"),
}
