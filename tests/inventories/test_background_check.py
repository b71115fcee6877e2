"""What must be true of a background: the shipped one passes, and a small one fails each check when it is spoilt for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inventories.background_check import Report, check_background
from lca.errors import InputError
from tests.inventories import toy_background

STEEL = 1.9 + 0.5 * 1.1 * (0.75 * (0.9 + 0.001 * 29.8) + 0.25 * 0.004 * 27)
GENERATION = 0.75 * (0.9 + 0.001 * 29.8) + 0.25 * 0.004 * 27
SECOND = "process,location,value,unit,low,high,source,place,year,note\n"
TABLES = toy_background.TABLES | {
    # an estimate without a document, with a range of more than -30 % and +50 %
    "exchanges/steel.csv": toy_background.TABLES["exchanges/steel.csv"].replace("1.1,kg,1.05,1.2", "1.1,kg,0.7,1.7"),
    "electricity_intensity.csv": f"location,kgco2e_per_kwh,year,source,place,total_twh\nCN,{GENERATION / 1.05},2022,ember,China,9000\n",
    "electricity_explained.csv": "location,explanation\n",
    "checks/steel.csv": f"{SECOND}steel,CN,{STEEL / 1.1},kg,,,ember,p. 9,2022,\n",
}
Check = Callable[..., Report]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Checks the small background, with a text of one table replaced."""

    def made(file: str | None = None, old: str = "", new: str = "") -> Report:
        for name, text in TABLES.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            assert name != file or old in text
            path.write_text(text.replace(old, new, 1) if name == file else text, encoding="utf-8")
        return check_background(tmp_path)

    return made


def failed(report: Report) -> set[str]:
    """The first words of the checks that failed, without the two that a background of four processes cannot reach."""
    return {" ".join(v.check.split()[:2]) for v in report.verdicts if not v.passed} - {"at least"}


def test_the_shipped_background_passes_every_check() -> None:
    report = check_background()
    assert [v for v in report.verdicts if not v.passed] == []
    assert report.passed
    assert len(report.electricity) > 200


def test_the_small_background_fails_by_its_size_only(check: Check) -> None:
    report = check()
    assert failed(report) == set()
    assert not report.passed
    assert {v.check.split(" processes")[0] for v in report.verdicts if not v.passed} == {"at least 300 named", "at least 40"}


def test_deviations_are_modelled_over_published_less_one(check: Check) -> None:
    report = check()
    assert [(r["location"], pytest.approx(r["deviation"])) for r in report.electricity] == [("CN", 0.05)]
    assert [(r["process"], r["location"], pytest.approx(r["deviation"])) for r in report.compared] == [("steel", "CN", 0.1)]


def test_a_process_that_needs_most_of_itself_through_others_is_found(check: Check) -> None:
    """1 kg steel takes 0.6 kg sheet, 1 kg sheet takes 1.1 kg steel: 1 / (1 - 0.66) = 2.94 kg made for one that leaves."""
    loop = "steel,CN;GLO,kg,metal,input,sheet,CN,0.6,kg,0.3,0.61,lognormal,2;2;2;2;2,measured,,2022,steelworld,p. 3\nsheet,CN;DE;CN-GD"
    report = check("exchanges/steel.csv", "sheet,CN;DE;CN-GD", loop)
    assert failed(report) == {"no process"}
    assert "66%" in next(v.found for v in report.verdicts if v.check.startswith("no process"))


def test_a_document_that_nothing_cites_is_an_orphan(check: Check) -> None:
    report = check("sources/papers.csv", "ember,Mixes", "forgotten,A paper,Nobody,2020,,CC-BY,none,\nember,Mixes")
    assert failed(report) == {"no orphan:"}
    assert "forgotten" in next(v.found for v in report.verdicts if v.check.startswith("no orphan"))


@pytest.mark.parametrize("narrow", ["1.1,kg,1.09,1.11", "1.1,kg,0.9,1.4"])
def test_an_estimate_with_a_narrow_range_is_found(check: Check, narrow: str) -> None:
    report = check("exchanges/steel.csv", "1.1,kg,0.7,1.7", narrow)
    assert failed(report) == {"estimates have"}


def test_a_row_without_a_document_that_claims_to_be_measured_is_refused(check: Check) -> None:
    with pytest.raises(InputError, match="has the basis `estimated`"):
        check("exchanges/steel.csv", "measured,,2022,steelworld,p. 3", "measured,,2022,estimate,none")


@pytest.mark.parametrize(
    ("explanation", "expected"),
    [("", {"large countries", "electricity before"}), ("CN,the study counts coal only\n", {"electricity before"})],
)
def test_a_large_country_far_off_needs_an_explanation(tmp_path: Path, explanation: str, expected: set[str]) -> None:
    tables = TABLES | {"electricity_explained.csv": f"location,explanation\n{explanation}"}
    tables["electricity_intensity.csv"] = (
        f"location,kgco2e_per_kwh,year,source,place,total_twh\nCN,{GENERATION / 1.3},2022,ember,China,9000\n"
    )
    for name, text in tables.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert failed(check_background(tmp_path)) == expected


def test_a_second_study_that_is_the_first_under_another_name_is_refused(check: Check) -> None:
    with pytest.raises(InputError, match="a check needs another study") as refused:
        check("checks/steel.csv", "ember,p. 9", "steelworld,p. 9")
    assert refused.value.problems[0].line == 2


def test_a_second_study_in_another_unit_is_converted(check: Check) -> None:
    report = check("checks/steel.csv", f"{STEEL / 1.1},kg", f"{1000 * STEEL / 1.1},t")
    assert report.compared[0]["deviation"] == pytest.approx(0.1)


def test_a_second_study_far_off_without_a_note_is_found(check: Check) -> None:
    silent = check("checks/steel.csv", f"{STEEL / 1.1}", f"{STEEL / 2}")
    assert "of these without a note: 1" in next(v.found for v in silent.verdicts if "second study" in v.check)
