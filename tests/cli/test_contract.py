"""What machines rely on: the JSON and CSV of every command, field by field, exit codes, files, and the same bytes twice."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from lca.stages import STAGES
from tests.conftest import ROOT

Cli = Callable[..., Result]
FAMILIES = {"phone", "wearable", "appliance", "vehicle"}


def answer(result: Result) -> Any:
    """The JSON of a command that went well."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


# assess


@pytest.fixture(scope="module")
def su7() -> Any:
    """`lifeloop assess xiaomi_su7 --json`."""
    from click.testing import CliRunner

    from cli.main import lifeloop

    (footprint,) = answer(CliRunner().invoke(lifeloop, ["assess", "xiaomi_su7", "--json"], catch_exceptions=False))
    return footprint


def test_assess_has_every_field_of_the_contract(su7: Any) -> None:
    fields = {"schema", "product", "category", "family", "functional_unit", "total", "stages", "parts", "gases", "provenance", "warnings"}
    assert fields <= su7.keys()
    assert su7["schema"].startswith("lifeloop/footprint/")
    assert (su7["product"], su7["category"], su7["family"]) == ("xiaomi_su7", "battery_electric_car", "vehicle")
    assert su7["functional_unit"].keys() >= {"description", "quantity", "unit"}
    assert su7["total"]["unit"] == "kg CO2e"
    assert isinstance(su7["warnings"], list)


def test_assess_names_the_stages_in_the_order_of_a_life(su7: Any) -> None:
    assert tuple(su7["stages"]) == STAGES
    assert STAGES == ("materials", "manufacturing", "packaging", "distribution", "use", "end_of_life")


def test_assess_gives_every_line(su7: Any) -> None:
    keys = {"part", "stage", "process", "location", "amount", "unit", "value"}
    assert all(keys <= part.keys() for part in su7["parts"])
    assert {part["stage"] for part in su7["parts"]} >= {"materials", "manufacturing", "distribution", "use", "end_of_life"}
    assert all(isinstance(part["amount"], float) and isinstance(part["value"], float) for part in su7["parts"])


def test_stages_parts_and_gases_sum_to_the_total_that_is_printed(su7: Any) -> None:
    total = su7["total"]["value"]
    for sums in (su7["stages"].values(), su7["gases"].values(), [part["value"] for part in su7["parts"]]):
        assert sum(sums) == pytest.approx(total, rel=1e-9)


def test_assess_says_what_made_the_number(su7: Any) -> None:
    made = su7["provenance"]
    assert made.keys() >= {"product_digest", "background", "background_digest", "method", "end_of_life", "version", "solver"}
    assert (made["method"], made["end_of_life"]) == ("AR6-GWP100", "cut-off")


def test_the_characterisation_set_can_be_chosen(su7: Any, lifeloop: Cli) -> None:
    (twenty,) = answer(lifeloop("assess", "xiaomi_su7", "--method", "AR6-GWP20", "--json"))
    assert twenty["provenance"]["method"] == "AR6-GWP20"
    assert twenty["gases"]["methane, fossil"] == pytest.approx(su7["gases"]["methane, fossil"] * 82.5 / 29.8, rel=1e-9)
    assert twenty["gases"]["carbon dioxide, fossil"] == pytest.approx(su7["gases"]["carbon dioxide, fossil"], rel=1e-9)


def test_assess_as_csv_keeps_every_digit(su7: Any, lifeloop: Cli) -> None:
    rows = rows_of(lifeloop("assess", "xiaomi_su7", "--csv").stdout)
    assert [float(row["value"]) for row in rows] == [part["value"] for part in su7["parts"]]
    assert {row["product"] for row in rows} == {"xiaomi_su7"}
    assert [row["part"] for row in rows] == [part["part"] for part in su7["parts"]]


def test_people_get_three_significant_digits(su7: Any, lifeloop: Cli) -> None:
    text = lifeloop("assess", "xiaomi_su7").stdout
    assert f"{float(format(su7['total']['value'], '.3g')):,.0f} kg CO2e per 1 piece" in text
    assert "AR6-GWP100" in text


def test_several_products_are_a_list_in_the_order_that_was_asked(lifeloop: Cli) -> None:
    found = answer(lifeloop("assess", "xiaomi_14", "xiaomi_su7", "xiaomi_13", "--json"))
    assert [f["product"] for f in found] == ["xiaomi_14", "xiaomi_su7", "xiaomi_13"]


def test_output_goes_into_a_file(su7: Any, lifeloop: Cli, tmp_path: Path) -> None:
    path = tmp_path / "su7.json"
    result = lifeloop("assess", "xiaomi_su7", "--json", "--output", path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(path.read_text(encoding="utf-8")) == [su7]


# compare


def test_compare_has_every_field_of_the_contract(lifeloop: Cli) -> None:
    found = answer(lifeloop("compare", "xiaomi_13", "xiaomi_14", "--json"))
    a, b = answer(lifeloop("assess", "xiaomi_13", "xiaomi_14", "--json"))
    assert found.keys() >= {"a", "b", "difference", "lines"}
    assert found["difference"]["unit"] == "kg CO2e"
    assert found["difference"]["value"] == pytest.approx(b["total"]["value"] - a["total"]["value"], rel=1e-9)
    assert all(x.keys() >= {"stage", "part", "a", "b", "difference"} for x in found["lines"])
    assert sum(x["difference"] for x in found["lines"]) == pytest.approx(found["difference"]["value"], rel=1e-9)
    assert all(x["difference"] == x["b"] - x["a"] for x in found["lines"])


def test_compare_as_csv_has_the_same_lines(lifeloop: Cli) -> None:
    found = answer(lifeloop("compare", "xiaomi_13", "xiaomi_14", "--json"))
    rows = rows_of(lifeloop("compare", "xiaomi_13", "xiaomi_14", "--csv").stdout)
    assert [float(row["difference"]) for row in rows] == [x["difference"] for x in found["lines"]]


# lists


def test_products(lifeloop: Cli) -> None:
    found = answer(lifeloop("products", "--json"))
    assert all(row.keys() >= {"id", "name", "category", "family", "path"} for row in found)
    assert {row["family"] for row in found} == FAMILIES
    assert all(Path(row["path"]).is_file() and Path(row["path"]).stem == row["id"] for row in found)


def test_archetypes(lifeloop: Cli) -> None:
    found = answer(lifeloop("archetypes", "--json"))
    assert all(row.keys() >= {"id", "family", "parameters"} for row in found)
    assert {row["family"] for row in found} == FAMILIES
    parameters = {row["id"]: {p["id"]: p for p in row["parameters"]} for row in found}
    assert parameters["smartphone"]["battery_energy"].keys() >= {"value", "unit", "low", "high", "source", "description"}


def test_the_background(lifeloop: Cli) -> None:
    found = answer(lifeloop("background", "list", "--json"))
    keys = {"name", "location", "unit", "category", "kind", "source", "year", "score"}
    assert all(row.keys() >= keys for row in found)
    assert all(isinstance(row["score"], float) and row["source"] for row in found)
    assert len({row["name"] for row in found if row["category"] != "electricity"}) >= 300


def test_the_category_electricity_is_grid_and_generation_and_nothing_else(lifeloop: Cli) -> None:
    found = answer(lifeloop("background", "list", "--json"))
    electricity = {row["name"] for row in found if row["category"] == "electricity"}
    assert all(name.startswith("electricity, ") for name in electricity)
    assert electricity >= {"electricity, low voltage", "electricity, medium voltage", "electricity, generation mix"}
    assert {row["unit"] for row in found if row["category"] == "electricity"} == {"kWh"}
    others = {row["name"] for row in found if row["name"].startswith("electricity") and row["category"] != "electricity"}
    assert others == set()


def test_searching_the_background(lifeloop: Cli) -> None:
    found = answer(lifeloop("background", "search", "aluminium", "sheet", "--json"))
    assert found
    assert all("aluminium" in row["name"] and "sheet" in row["name"] for row in found)
    assert answer(lifeloop("background", "search", "unobtainium", "--json")) == []


def test_showing_a_process_of_the_background(lifeloop: Cli) -> None:
    shown = answer(lifeloop("background", "show", "aluminium, sheet", "--location", "CN", "--json"))
    assert sum(row["value"] for row in shown["exchanges"]) == pytest.approx(shown["score"], rel=1e-9)
    assert all(row["source_title"] and row["publisher"] for row in shown["exchanges"])


def test_explaining_a_part(lifeloop: Cli) -> None:
    found = answer(lifeloop("explain", "xiaomi_su7", "battery cells", "--json"))
    assert 0 <= found["estimate_share"] <= 1
    assert 0 < found["mass_coverage"] <= 1
    for line in found["lines"]:
        assert Path(line["file"]).is_file()
        assert line["line"] > 0
        assert line["source_title"]
        assert line["background"]["exchanges"]


# validate


@pytest.fixture(scope="module")
def validated() -> Any:
    """`lifeloop validate --json`."""
    from click.testing import CliRunner

    from cli.main import lifeloop

    return answer(CliRunner().invoke(lifeloop, ["validate", "--json"], catch_exceptions=False))


def test_validate_has_every_field_of_the_contract(validated: Any) -> None:
    keys = {
        "id",
        "family",
        "published",
        "modelled",
        "unit",
        "error",
        "inside_interval",
        "confidence",
        "verified_items",
        "comparable",
        "stages",
    }
    assert validated.keys() >= {"cases", "summary"}
    assert all(case.keys() >= keys for case in validated["cases"])
    assert {case["family"] for case in validated["cases"]} <= FAMILIES
    assert all(set(case["stages"]) == set(STAGES) for case in validated["cases"])


def test_validate_compares_the_stages_of_the_reference(validated: Any) -> None:
    for case in validated["cases"]:
        if case["comparable"]:
            over = sum(case["stages"][stage] for stage in case["boundary"])
            assert case["modelled"] == pytest.approx(over, rel=1e-9)
            assert case["error"] == pytest.approx(over / case["published"] - 1, rel=1e-9)


def test_validate_says_nothing_where_there_is_nothing_to_compare(validated: Any) -> None:
    for case in validated["cases"]:
        if not case["comparable"]:
            assert (case["error"], case["inside_interval"]) == (None, None)


def test_validate_has_each_case_once_and_a_summary_by_family(validated: Any) -> None:
    ids = [case["id"] for case in validated["cases"]]
    assert len(ids) == len(set(ids))
    families = validated["summary"]["families"]
    assert set(families) == FAMILIES
    assert all(f.keys() >= {"cases", "median_absolute_error", "worst", "spearman", "skill"} for f in families.values())


# new, demo files, schema


def test_a_starting_file_can_be_assessed_as_it_stands(lifeloop: Cli, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert lifeloop("new", "smartphone", "-o", path).exit_code == 0
    (mine,) = answer(lifeloop("assess", path, "--json"))
    (archetype,) = answer(lifeloop("assess", "smartphone", "--json"))
    assert mine["product"] == "mine"
    assert mine["total"]["value"] == pytest.approx(archetype["total"]["value"], rel=1e-12)
    assert lifeloop("new", "smartphone", "-o", path).exit_code == 2


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_pictures(kind: str, lifeloop: Cli, tmp_path: Path) -> None:
    stages, difference = tmp_path / f"stages.{kind}", tmp_path / f"difference.{kind}"
    assert lifeloop("assess", "xiaomi_13", "xiaomi_su7", "--plot", stages).exit_code == 0
    assert lifeloop("compare", "xiaomi_13", "xiaomi_14", "--plot", difference).exit_code == 0
    start = {"svg": b"<?xml", "png": b"\x89PNG"}[kind]
    assert all(path.read_bytes().startswith(start) for path in (stages, difference))
    assert lifeloop("assess", "xiaomi_13", "--plot", tmp_path / "stages.txt").exit_code == 2


def test_the_schema(lifeloop: Cli) -> None:
    schema = answer(lifeloop("schema"))
    assert schema["title"] == "Lifeloop product file"
    assert set(schema["properties"]) >= {"id", "extends", "parameters", "stages", "packaging", "sources"}


# Other folders, other processes


def test_a_file_elsewhere_may_extend_what_is_shipped(lifeloop: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for parent in ("smartphone", "xiaomi_14"):
        (tmp_path / "mine.yaml").write_text(f"id: mine\nname: Mine\nextends: {parent}\n", encoding="utf-8")
        (mine,) = answer(lifeloop("assess", "mine.yaml", "--json"))
        (theirs,) = answer(lifeloop("assess", parent, "--json"))
        assert (mine["product"], mine["stages"]) == ("mine", pytest.approx(theirs["stages"], rel=1e-12))


class Fresh:
    """A new user's machine: an empty home, an empty folder to work in, and nothing in the cache."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.home, self.cache, self.work = (folder / name for name in ("home", "cache", "work"))
        for path in (self.home, self.work):
            path.mkdir(parents=True)
        self.env = {"HOME": str(self.home), "LIFELOOP_HOME": str(self.cache), "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        self.env |= {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run the command line in a process of its own."""
        return subprocess.run([sys.executable, "-m", "cli", *arguments], cwd=self.work, env=self.env, capture_output=True, check=False)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fresh, Fresh]:
    """Two new machines that hash differently."""
    return tuple(Fresh(tmp_path_factory.mktemp(f"machine{seed}"), seed) for seed in ("0", "1"))  # type: ignore[return-value]


def test_the_same_input_gives_the_same_bytes(fresh: tuple[Fresh, Fresh]) -> None:
    """Also where each machine has to solve the background first."""
    for arguments in (
        ["assess", "xiaomi_su7", "xiaomi_14", "--json"],
        ["compare", "xiaomi_13", "xiaomi_14", "--csv"],
        ["explain", "xiaomi_14", "--json"],
    ):
        first, second = (machine.run(*arguments) for machine in fresh)
        assert first.returncode == second.returncode == 0, first.stderr.decode()
        assert first.stdout == second.stdout
        assert len(first.stdout) > 1000


def test_pictures_have_the_same_bytes_too(fresh: tuple[Fresh, Fresh]) -> None:
    pictures = []
    for machine in fresh:
        assert machine.run("assess", "xiaomi_su7", "xiaomi_14", "--plot", "out.svg").returncode == 0
        pictures.append((machine.work / "out.svg").read_bytes())
        (machine.work / "out.svg").unlink()
    assert pictures[0] == pictures[1]


def test_nothing_is_written_but_into_lifeloops_home(fresh: tuple[Fresh, Fresh]) -> None:
    machine = fresh[0]
    for arguments in (["assess", "xiaomi_14"], ["background", "show", "steel, low-alloy section"], ["archetypes"], ["validate", "--json"]):
        assert machine.run(*arguments).returncode == 0
    assert list(machine.home.rglob("*")) == []
    assert list(machine.work.rglob("*")) == []
    assert (machine.cache / "scores").is_dir()


def test_a_refused_input_has_exit_code_3_in_a_process_too(fresh: tuple[Fresh, Fresh]) -> None:
    result = fresh[0].run("assess", "xiaomi_su77", "--json")
    assert (result.returncode, json.loads(result.stdout)) == (3, [])
    assert json.loads(result.stderr)["value"] == "xiaomi_su77"


def test_an_unwritable_place_has_exit_code_2(fresh: tuple[Fresh, Fresh]) -> None:
    result = fresh[0].run("products", "--json", "--output", "no/such/folder.json")
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize("options", [[], ["--method", "AR6-GWP20"], ["--scenario", "green_suppliers"]], ids=["plain", "GWP20", "scenario"])
def test_an_explained_line_is_amount_times_score_and_its_rows_sum_to_the_score(options: list[str], lifeloop: Cli) -> None:
    lines = answer(lifeloop("explain", "xiaomi_14", "frame", *options, "--json"))["lines"]
    assert lines
    for line in lines:
        score = line["background"]["score"]
        assert line["value"] == pytest.approx(line["amount"] * score, rel=1e-9)
        assert sum(row["value"] for row in line["background"]["exchanges"]) == pytest.approx(score, rel=1e-9)


def test_an_explained_formula_that_adds_stands_in_parentheses(phone_file: Callable[..., Path], lifeloop: Cli) -> None:
    path = phone_file(amount="case_mass / 2 + 1")
    path.write_text(
        path.read_text(encoding="utf-8").replace("unit: g\n", 'unit: g\n      count: 2\n      loss: "1 - 0.9"\n'), encoding="utf-8"
    )
    (line,) = answer(lifeloop("explain", path, "case", "--json"))["lines"]
    assert line["expression"] == "(case_mass / 2 + 1) g x 2.0 / (1 - (1 - 0.9))"


def test_the_parameter_lines_of_a_starting_file_can_be_uncommented(lifeloop: Cli, tmp_path: Path) -> None:
    from inventories.product_files import ProductFile
    from inventories.shipped import archetype_paths, load

    for archetype in archetype_paths():
        text = lifeloop("new", archetype).stdout.replace("parameters: {}", "parameters:")
        path = tmp_path / f"{archetype}.yaml"
        path.write_text(re.sub(r"\n#  (?=\w)", "\n  ", text), encoding="utf-8")
        made: ProductFile = load(str(path))
        theirs = load(archetype).product.parameters
        assert {n: (p.value, p.low, p.high) for n, p in made.product.parameters.items()} == {
            n: (p.value, p.low, p.high) for n, p in theirs.items()
        }
