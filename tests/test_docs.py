"""The documentation cannot lie: examples run, generated parts are up to date, links lead somewhere, names exist."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from cli.main import lifeloop as group
from docs import examples, generate, notices, tables
from docs.command_reference import all_commands, command_reference
from inventories.background_files import read_background
from inventories.exchanges import CATEGORIES
from inventories.shipped import load
from lca.assessment import assess
from lca.product import FAMILY_OF, Line, PackagingComponent, Parameter, Product
from lca.published import Published
from lca.quantity import Source
from lca.scenario import GreenElectricity, GridOutlook, Scenario
from lca.scores import UnitScores
from lca.stages import STAGES
from lca.units import factor

ROOT = Path(__file__).parent.parent
PAGES = generate.pages()
TEXTS = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "docs" / "cli.md", ROOT / "inventories" / "background" / "README.md"]
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
PRODUCT_PAGE = (ROOT / "docs" / "product-file.md").read_text(encoding="utf-8")
SCENARIO_PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", generate.generated_files(), ids=name_of)
def test_generated_parts_and_outputs_are_up_to_date(path: Path) -> None:
    """Also runs every example: a command that ends otherwise than its page says raises ExampleFailed."""
    assert path.read_text(encoding="utf-8") == generate.rendered(path), f"{name_of(path)} is out of date: run `make readme`"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_command_of_a_page_is_run(path: Path) -> None:
    """No `lifeloop` line of a console or bash block escapes the runner by its form."""
    for block in examples.blocks(path.read_text(encoding="utf-8")):
        if block.language in {"console", "bash"}:
            lines = [line for line in block.body.splitlines() if re.match(r"(\$ )?(\S*/)?lifeloop\b", line)]
            assert lines == [("$ " if block.language == "console" else "") + command for command in block.commands]


def test_the_tour_shows_the_main_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run = {command.split()[1] for block in examples.blocks(readme) for command in block.commands}
    assert {"assess", "compare", "explain", "background"} <= run


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_product_files_of_a_page_are_assessed(path: Path, tmp_path: Path, scores: UnitScores) -> None:
    """Every .yaml block with an id is a product; one called wrong... is refused, and the page shows why."""
    text = path.read_text(encoding="utf-8")
    files = [(b.said, b.body) for b in examples.blocks(text) if b.mark == "file" and b.body.startswith("id:")]
    for name, body in files:
        (tmp_path / name).write_text(body, encoding="utf-8")
    for name, _ in files:
        product = load(tmp_path / name).product
        if not name.startswith("wrong"):
            footprint = assess(product, scores)
            assert footprint.total > 0
            assert sum(footprint.stages.values()) == pytest.approx(footprint.total, rel=1e-9)


KEYS = {
    "product": set(Product.model_fields),
    "parameter": set(Parameter.model_fields),
    "line": set(Line.model_fields),
    "component": {f.alias or n for n, f in PackagingComponent.model_fields.items()},
    "published": set(Published.model_fields),
    "source": set(Source.model_fields),
    "scenario": {*Scenario.model_fields, *GreenElectricity.model_fields, *GridOutlook.model_fields},
}


@pytest.mark.parametrize("kind", KEYS)
def test_every_key_of_the_product_file_is_explained(kind: str) -> None:
    page = SCENARIO_PAGE if kind == "scenario" else PRODUCT_PAGE
    missing = {key for key in KEYS[kind] if f"`{key}`" not in page}
    assert not missing


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in _keys(item)}
    return {key for item in value for key in _keys(item)} if isinstance(value, list) else set()


def test_every_key_of_the_product_file_stands_in_an_example() -> None:
    used: set[str] = set()
    for block in examples.blocks(PRODUCT_PAGE):
        if block.mark == "file":
            used |= _keys(yaml.safe_load(block.body))
    # `expected` is set when a file is read, nobody writes it
    assert ({key for keys in KEYS.values() for key in keys} | {"replaces", "remove"}) - {"expected"} <= used


@pytest.mark.parametrize("name", [name for name, _ in all_commands()])
def test_every_command_is_in_the_reference(name: str) -> None:
    assert re.search(rf"^#+ {re.escape(name)}$", CLI_PAGE, re.MULTILINE)


def test_every_option_is_in_the_reference() -> None:
    for name, command in all_commands():
        section = re.split(rf"^#+ {re.escape(name)}$", CLI_PAGE, flags=re.MULTILINE)[1].split("\n#", maxsplit=1)[0]
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert all(f"`{option}`" in section for option in parameter.opts), (name, parameter.opts)
                assert getattr(parameter, "help", None), f"{name} {parameter.opts} has no help text"


def test_the_reference_lists_what_help_lists(lifeloop: Callable[..., Result]) -> None:
    shown = lifeloop("--help").output
    assert all(f"\n  {name} " in shown for name in group.list_commands(None))  # type: ignore[arg-type]


_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def _anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in _LINK.findall(path.read_text(encoding="utf-8")):
        file = (path.parent / target).resolve() if target else path
        assert file.exists(), f"{name_of(path)} links to {target}, which is not there"
        assert file.is_relative_to(ROOT)
        if anchor:
            assert anchor in _anchors(file.read_text(encoding="utf-8")), f"{name_of(path)}: no heading #{anchor} in {target or 'itself'}"


def _exists(dotted: str) -> bool:
    """Whether a dotted name such as lca.solve.unit_scores leads to a module or something in it."""
    words = dotted.split(".")
    for cut in range(len(words), 0, -1):
        try:
            found: object = importlib.import_module(".".join(words[:cut]))
        except ModuleNotFoundError:
            continue
        for word in words[cut:]:
            found = getattr(found, word, None) or getattr(found, "model_fields", {}).get(word)
        return found is not None
    return False


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_functions_and_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for dotted in re.findall(r"`((?:lca|circularity|company|records|inventories|cli|docs)(?:\.\w+)+)`", text):
        if not dotted.endswith((".md", ".py", ".csv", ".json")):
            assert _exists(dotted), f"{name_of(path)} names {dotted}"
    for file in re.findall(r"`((?:lca|circularity|company|records|inventories|cli|docs|tests)/[\w./]+\w)`", text):
        assert (ROOT / file).exists(), f"{name_of(path)} names {file}"


def _rows(page: str, heading: str) -> list[list[str]]:
    section = (ROOT / "docs" / page).read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:] if "---" not in line]


def test_aliases_of_units_are_the_same_unit() -> None:
    rows = _rows("nomenclature.md", "Units")
    assert len(rows) > 15
    for unit, _, aliases in rows:
        for alias in re.findall(r"`([^`]+)`", aliases):
            assert factor(alias, unit.strip("`")) == pytest.approx(1.0, rel=1e-12), (alias, unit)


def test_stages_are_all_in_the_nomenclature() -> None:
    assert [row[0].strip("`") for row in _rows("nomenclature.md", "Stages")] == list(STAGES)


def test_gas_groups_are_all_in_the_nomenclature(scores: UnitScores) -> None:
    text = (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8")
    assert all(f"`{group_of_gases}`" in text for group_of_gases in scores.groups)


def test_categories_of_the_background_are_all_in_its_readme() -> None:
    text = (ROOT / "inventories" / "background" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{category}`" in text for category in CATEGORIES)
    assert set(FAMILY_OF.values()) == {"phone", "wearable", "appliance", "vehicle"}


def test_no_figure_is_taken_from_a_licence_that_forbids_it() -> None:
    """What README, NOTICE and data-sources promise: no share-alike, copyleft or non-commercial source behind a row."""
    background = read_background()
    forbidden = re.compile(r"odbl|by-sa|share.?alike|by-nc|non.?commercial|no.?redistribution|\bA?GPL", re.IGNORECASE)
    cited = {row.source for row in background.exchanges}
    assert {key for key in cited if forbidden.search(background.sources[key].licence or "")} == set()


def test_the_notice_names_every_document_of_the_background() -> None:
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for key, source in read_background().sources.items():
        if (source.licence or "").lower() != "none":
            assert source.title in text, key
    assert notices.licence_group("CC BY 4.0").startswith("Creative Commons")


def test_pages_speak_of_no_machine() -> None:
    for path in [*TEXTS, ROOT / "NOTICE"]:
        assert not re.search(r"(?<![\w.])/(home|work|tmp|root|Users)/", path.read_text(encoding="utf-8")), name_of(path)


def test_cases_that_are_far_off_are_explained() -> None:
    pages = list((ROOT / "docs" / "cases").glob("*.md"))
    silent = [case.id for case in tables.far_off() if not any(tables.explains(page, case.id) for page in pages)]
    assert not silent, f"more than 30 % off without a page in docs/cases: {', '.join(silent)}"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("```console\n$ lifeloop --version\n```\n", "lifeloop 0"),
        ("<!-- console: exit 2 -->\n```console\n$ lifeloop asess x\n```\n", "did you mean 'assess'"),
    ],
)
def test_the_runner_writes_outputs(page: str, expected: str, tmp_path: Path) -> None:
    written = examples.with_outputs(page, tmp_path)
    assert expected in written
    assert examples.with_outputs(written, tmp_path) == written


def test_a_case_block_holds_what_was_published_and_what_is_modelled() -> None:
    """Published stages of ADEME's watch: 3.71 + 0.314 + 0.0209 kg of materials, 9.72 kg in all; use is outside of them."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables.block("case_ademe_smartwatch").splitlines()]
    assert ["materials", "4.04"] in [[row[0], row[2]] for row in rows if len(row) == 3]
    assert ["**total compared**", "9.72"] in [[row[0], row[2]] for row in rows if len(row) == 3]
    assert any(row[0] == "use (outside the comparison)" for row in rows)
    with pytest.raises(KeyError):
        tables.block("case_no_such_product")


def test_case_pages_carry_no_figure_in_their_title() -> None:
    for page in (ROOT / "docs" / "cases").glob("*.md"):
        assert not re.search(r"modelled|published|CO2e|%", page.read_text(encoding="utf-8").splitlines()[0]), page.name


def test_the_reference_shows_no_default_that_is_found_at_run_time() -> None:
    assert "the system's user" in command_reference()
    assert "0x" not in command_reference()


def test_the_runner_refuses_another_exit_code(tmp_path: Path) -> None:
    with pytest.raises(examples.ExampleFailed, match="ended with 2, not 0"):
        examples.with_outputs("```console\n$ lifeloop asess x\n```\n", tmp_path)


def test_check_names_what_is_out_of_date(monkeypatch: pytest.MonkeyPatch, lifeloop: Callable[..., Result]) -> None:
    from click.testing import CliRunner

    monkeypatch.setattr(generate, "out_of_date", lambda: {ROOT / "README.md": "new"})
    result = CliRunner().invoke(generate.main, ["--check"])
    assert result.exit_code == 1
    assert "out of date: README.md" in result.output
    monkeypatch.setattr(generate, "out_of_date", dict)
    assert CliRunner().invoke(generate.main, ["--check"]).exit_code == 0
