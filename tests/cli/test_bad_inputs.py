"""Ten bad inputs as a new user makes them: each a clear error with its place, exit code 2 or 3, for people and machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from tests.conftest import GOOD, PHONE

KEYS = ["file", "line", "field", "value", "reason", "hint"]
Cli = Callable[..., Result]
PhoneFile = Callable[..., Path]


@dataclass(frozen=True)
class Bad:
    """One bad input: words of the small phone replaced, and what its error must say."""

    words: dict[str, str]
    #: words of the line of the file that is named
    where: str
    field: str | None
    value: str | None
    said: str
    #: words that are taken out
    cut: str = ""

    @property
    def text(self) -> str:
        """The file."""
        return PHONE.format(**(GOOD | self.words)).replace(self.cut, "", 1 if self.cut else 0)


CASE = "stages.materials[case]"
BAD = {
    "wrong unit": Bad({"unit": "gramme"}, "unit: gramme", f"{CASE}.unit", "gramme", "use units such as kg"),
    "misspelt process": Bad({"process": '"aluminium, shet"'}, "process:", f"{CASE}.process", "aluminium, shet", "'aluminium, sheet'"),
    "unknown place": Bad({"place": "Chna"}, "location: Chna", f"{CASE}.location", "Chna", "'China'"),
    "negative mass": Bad({"amount": "-200"}, "amount: -200", f"{CASE}.amount", "-200", "negative"),
    "missing source": Bad({}, "part: case", f"{CASE}.source", None, "add `source:`", cut="      source: spec\n"),
    "kWh on a kg line": Bad({"unit": "kWh"}, "unit: kWh\n", f"{CASE}.unit", "kWh", "same kind as kg"),
    "NaN": Bad({"amount": "NaN"}, "amount: NaN", None, "NaN", "not a finite number"),
    "NO as a market": Bad({"markets": "[NO]"}, "markets: [NO]", None, "NO", 'write "NO" in quotes'),
    "a product that extends itself": Bad({"id": "my-phone\nextends: bad.yaml"}, "extends:", "extends", "bad.yaml", "cannot extend itself"),
    "a formula that opens a file": Bad(
        {"amount": "open('/etc/passwd').read()"}, "amount:", f"{CASE}.amount", "open('/etc/passwd').read()", "only these functions"
    ),
}  # fmt: skip


def line_of(bad: Bad) -> int:
    """The line that the error must name."""
    text = bad.text
    start = text.index("stages:") if bad.where in {"process:", "amount:"} else 0
    return text[: text.index(bad.where, start)].count("\n") + 1


def written(bad: Bad, folder: Path) -> Path:
    """The bad input as a file."""
    path = folder / "bad.yaml"
    path.write_text(bad.text, encoding="utf-8")
    return path


def refused(result: Result) -> list[dict[str, object]]:
    """The refusals on stderr: one JSON object a line, with every key."""
    found = [json.loads(row) for row in result.stderr.splitlines()]
    assert all(sorted(row) == sorted(KEYS) for row in found)
    return found


@pytest.mark.parametrize("name", BAD)
def test_people_read_file_line_field_value_and_the_nearest_right_one(name: str, tmp_path: Path, lifeloop: Cli) -> None:
    bad = BAD[name]
    path = written(bad, tmp_path)
    result = lifeloop("assess", path)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert f"Error: {path}:{line_of(bad)}: {bad.field or ''}" in result.stderr
    assert bad.said in result.stderr
    assert bad.value is None or bad.value in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", BAD)
def test_machines_get_one_object_a_line_and_a_valid_list(name: str, tmp_path: Path, lifeloop: Cli) -> None:
    bad = BAD[name]
    path = written(bad, tmp_path)
    result = lifeloop("assess", path, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == []
    (problem,) = refused(result)
    assert (problem["file"], problem["line"], problem["field"]) == (str(path), line_of(bad), bad.field)
    assert problem["value"] == bad.value
    assert bad.said in f"{problem['reason']} {problem['hint']}"


@pytest.mark.parametrize("name", BAD)
def test_compare_and_explain_refuse_them_too(name: str, tmp_path: Path, phone_file: PhoneFile, lifeloop: Cli) -> None:
    path = written(BAD[name], tmp_path)
    good = phone_file("good.yaml")
    for arguments in (("compare", good, path), ("compare", path, good), ("explain", path)):
        result = lifeloop(*arguments, "--json")
        assert result.exit_code == 3
        assert refused(result)[0]["line"] == line_of(BAD[name])


def test_one_bad_file_among_three_does_not_stop_the_others(phone_file: PhoneFile, lifeloop: Cli) -> None:
    first, last = phone_file("a.yaml", id="first"), phone_file("c.yaml", id="last")
    bad = phone_file("b.yaml", id="middle", place="Chna")
    result = lifeloop("assess", first, bad, last, "--json")
    assert result.exit_code == 3
    assert [f["product"] for f in json.loads(result.stdout)] == ["first", "last"]
    assert [row["file"] for row in refused(result)] == [str(bad)]


def test_a_folder_is_assessed_file_by_file(phone_file: PhoneFile, lifeloop: Cli, tmp_path: Path) -> None:
    phone_file("a.yaml", id="first")
    phone_file("b.yaml", id="middle", unit="kWh")
    result = lifeloop("assess", tmp_path, "xiaomi_su7", "--json")
    assert result.exit_code == 3
    assert [f["product"] for f in json.loads(result.stdout)] == ["first", "xiaomi_su7"]


def test_several_mistakes_are_several_objects(phone_file: PhoneFile, lifeloop: Cli) -> None:
    result = lifeloop("assess", phone_file("bad.yaml", place="Chna", grid="ZZ"), "--json")
    assert {row["field"] for row in refused(result)} >= {f"{CASE}.location", "stages.use[charging].location"}


@pytest.mark.parametrize("name", ["missing.yaml", "folder/missing.yaml", "xiaomi_su77", "手机.yaml", "", "x" * 300, "." * 300])
def test_a_file_that_is_not_there(name: str, lifeloop: Cli) -> None:
    result = lifeloop("assess", name, "--json")
    assert result.exit_code in {2, 3}
    assert json.loads(result.stdout) == []
    assert refused(result)[0]["value"] == name


def test_a_misspelt_id_gets_the_nearest_one(lifeloop: Cli) -> None:
    assert "did you mean 'xiaomi_su7'" in lifeloop("assess", "xiaomi_su77").stderr


def test_an_empty_folder_is_refused_and_the_others_are_done(tmp_path: Path, lifeloop: Cli) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = lifeloop("assess", empty, "xiaomi_su7", "--json")
    assert result.exit_code in {2, 3}
    assert [f["product"] for f in json.loads(result.stdout)] == ["xiaomi_su7"]
    (problem,) = refused(result)
    assert problem["file"] == str(empty)
    assert "no product file" in str(problem["reason"])


@pytest.mark.parametrize("output", ["no/such/folder/out.json", "."])
def test_an_output_that_cannot_be_written(output: str, tmp_path: Path, lifeloop: Cli) -> None:
    result = lifeloop("assess", "xiaomi_su7", "--json", "--output", tmp_path / output)
    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_command_gets_the_nearest_one(lifeloop: Cli) -> None:
    result = lifeloop("asess", "xiaomi_su7")
    assert result.exit_code == 2
    assert "did you mean 'assess'" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["assess"], ["assess", "xiaomi_su7", "--jsn"], ["assess", "xiaomi_su7", "--set", "x"], ["compare", "xiaomi_su7"], ["new"]]
)
def test_a_call_that_is_wrong(arguments: list[str], lifeloop: Cli) -> None:
    result = lifeloop(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


SETTINGS = [
    ("case_mas=3", "did you mean 'case_mass'"),
    ("case_mass=nan", "not a finite number"),
    ("case_mass=-5", "below zero"),
    ("use_grid=ZZ", "unknown place"),
    ("use_grid=3", "a word"),
    ("service_life=0", "above zero"),
    ("case_mass=open('/etc/passwd')", "only these functions"),
]


@pytest.mark.parametrize(("setting", "said"), SETTINGS, ids=[s[0] for s in SETTINGS])
def test_a_setting_that_cannot_be(setting: str, said: str, phone_file: PhoneFile, lifeloop: Cli) -> None:
    result = lifeloop("assess", phone_file(), "--set", setting, "--json")
    assert result.exit_code in {2, 3}
    assert any(said in f"{row['reason']} {row['hint']}" for row in refused(result))


def test_an_unknown_method_names_those_that_are_there(phone_file: PhoneFile, lifeloop: Cli) -> None:
    result = lifeloop("assess", phone_file(), "--method", "GWP", "--json")
    assert result.exit_code in {2, 3}
    assert "AR6-GWP100" in str(refused(result)[0]["hint"])


def test_designs_that_do_not_do_the_same_exit_2(lifeloop: Cli) -> None:
    result = lifeloop("compare", "xiaomi_su7", "xiaomi_14", "--json")
    assert result.exit_code == 2
    assert "functional units differ" in str(refused(result)[0]["reason"])


def test_a_product_without_any_emission_is_printed(phone_file: PhoneFile, lifeloop: Cli) -> None:
    path = phone_file()
    text = path.read_text(encoding="utf-8").replace("amount: case_mass", "amount: 0").replace('"6 * service_life"', "0")
    path.write_text(text.replace("mass: {value: 200, unit: g, source: spec}\n", "").replace("value: 60", "value: 0"), encoding="utf-8")
    result = lifeloop("assess", path)
    assert result.exit_code == 0
    assert "A phone: 0 kg CO2e" in result.stdout


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(phone_file: PhoneFile, lifeloop: Cli) -> None:
    path = phone_file()
    text = path.read_text(encoding="utf-8").replace("part: case", "part: \"=HYPERLINK('http://x')\"")
    path.write_text(text, encoding="utf-8")
    assert "'=HYPERLINK" in lifeloop("assess", path, "--csv").stdout


def test_a_product_without_any_line_is_refused(phone_file: PhoneFile, lifeloop: Cli) -> None:
    path = phone_file()
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("stages:")] + "stages: {}\n" + text[text.index("sources:") :], encoding="utf-8")
    for command in ("assess", "explain", "hotspots"):
        result = lifeloop(command, path, "--json")
        assert result.exit_code == 3
        (problem,) = refused(result)
        assert (problem["file"], problem["field"]) == (str(path), "stages")


def test_a_footprint_of_zero_can_be_looked_into(phone_file: PhoneFile, lifeloop: Cli, tmp_path: Path) -> None:
    path = phone_file()
    text = path.read_text(encoding="utf-8").replace("amount: case_mass", "amount: 0").replace('"6 * service_life"', "0")
    path.write_text(text.replace("mass: {value: 200, unit: g, source: spec}\n", "").replace("value: 60", "value: 0"), encoding="utf-8")
    assert [lifeloop(command, path).exit_code for command in ("explain", "hotspots")] == [0, 0]
    assert lifeloop("hotspots", path, "--plot", tmp_path / "x.svg").exit_code == 2
    assert lifeloop("assess", path, "--quality").exit_code == 3


def test_a_service_life_may_be_set_by_a_formula(phone_file: PhoneFile, lifeloop: Cli) -> None:
    (four,) = json.loads(lifeloop("assess", phone_file(), "--set", "service_life=2*2", "--json").stdout)
    assert four["service_life"] == "4 year"


@pytest.mark.parametrize("option", [["--set", "nothing=3"], ["--method", "GWP"], ["--scenario", "nothing"]])
def test_what_is_wrong_in_an_option_stands_in_no_file(option: list[str], phone_file: PhoneFile, lifeloop: Cli) -> None:
    result = lifeloop("assess", phone_file(), *option, "--json")
    assert result.exit_code == 3
    assert [(row["file"], row["line"]) for row in refused(result)] == [(None, None)]


def test_two_forms_at_once_are_a_wrong_call(lifeloop: Cli) -> None:
    for options in (["--json", "--csv"], ["--csv", "--json"]):
        result = lifeloop("assess", "xiaomi_14", *options)
        assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("option", ["--plot", "--output"])
def test_a_path_that_fails_is_found_before_computing(option: str, tmp_path: Path, lifeloop: Cli) -> None:
    """The product is not there either, but it was not looked for."""
    result = lifeloop("assess", "no such product", option, tmp_path / "nowhere" / "x.svg")
    assert result.exit_code == 2
    assert "no such product" not in result.stderr


def test_a_dash_as_output_is_the_screen(lifeloop: Cli) -> None:
    assert lifeloop("products", "--json", "-o", "-").stdout == lifeloop("products", "--json").stdout


def test_a_demo_folder_that_cannot_be_made_is_found_before_computing(tmp_path: Path, lifeloop: Cli) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = lifeloop("demo", "--output", tmp_path / "file" / "folder")
    assert result.exit_code == 2
    assert "Solving" not in result.stderr


def test_a_home_that_is_a_file_still_shows_hot_spots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phone_file: PhoneFile, lifeloop: Cli
) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")
    monkeypatch.setenv("LIFELOOP_HOME", str(tmp_path / "home"))
    assert lifeloop("hotspots", phone_file(), "--json").exit_code == 0


def test_two_files_of_one_id_are_told_apart(phone_file: PhoneFile, lifeloop: Cli, tmp_path: Path) -> None:
    first, second = phone_file("a.yaml"), phone_file("b.yaml", mass="210")
    found = json.loads(lifeloop("assess", tmp_path, "--json").stdout)
    assert [f["file"] for f in found] == [str(first), str(second)]
    assert [f["warnings"][-1] for f in found] == [f"the id my-phone is also that of {other}" for other in (second, first)]
    assert f",{second}\n" in lifeloop("assess", tmp_path, "--csv").stdout
