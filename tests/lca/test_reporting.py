"""The separate lines of ISO 14067 and the rule of biogenic methane."""

from __future__ import annotations

import pytest

from inventories.assessing import assess_file
from inventories.biogenic_carbon_table import carbon_of
from inventories.shipped import archetype_paths
from lca.catalogue import Process
from lca.errors import UnknownName
from lca.reporting import BiogenicCarbon, biogenic_methane_factor, report_lines, with_uptake
from lca.scores import UnitScores
from lca.service import per_service

GASES = {"carbon dioxide, fossil": 10.0, "methane, fossil": 2.0, "methane, biogenic": 2.7, "carbon dioxide, land use change": 0.5}
PARTS = [
    {"process": "transport, air freight long-haul", "value": 1.5},
    {"process": "transport, container ship", "value": 3.0},
    {"process": "transport, air freight short-haul", "value": 0.25},
]


def process(name: str, category: str, unit: str = "kg") -> Process:
    return Process(name, "GLO", unit, category, "unit process", 2024, ())


def test_biogenic_methane_counts_27_at_zero_zero_and_as_fossil_methane_when_its_uptake_is_credited() -> None:
    assert biogenic_methane_factor("AR6-GWP100", "0/0") == 27.0
    assert biogenic_methane_factor("AR6-GWP100", "-1/+1") == 29.8
    with pytest.raises(UnknownName):
        biogenic_methane_factor("AR2", "0/0")


def test_the_background_counts_biogenic_methane_at_zero_zero() -> None:
    """The shipped characterisation sets hold biogenic CO2 at 0, so their methane must be the lower one."""
    from inventories.background_queries import tables

    background = tables().background
    methane, dioxide, fossil = (background.flows.index(f) for f in ("methane, biogenic", "carbon dioxide, biogenic", "methane, fossil"))
    for method, factors in background.characterisation.items():
        assert factors[dioxide] == 0
        assert factors[methane] == biogenic_methane_factor(method, "0/0")
        assert factors[fossil] == biogenic_methane_factor(method, "-1/+1")


def test_lines_by_hand() -> None:
    lines = report_lines(GASES, PARTS, BiogenicCarbon(0.0, 0.3), {})
    assert (lines.fossil, lines.biogenic_emissions, lines.biogenic_removals, lines.land_use_change) == pytest.approx((12.0, 2.7, 0.0, 0.5))
    assert lines.aircraft == pytest.approx(1.75)
    assert lines.total == pytest.approx(sum(GASES.values()))


def test_uptake_and_release_by_hand() -> None:
    # 0.1 kg of methane took up 0.275 kg of carbon dioxide; 0.3 kg of carbon are 1.1 kg
    lines = report_lines(GASES, PARTS, BiogenicCarbon(0.1, 0.2), {})
    told = with_uptake(lines, BiogenicCarbon(0.1, 0.2), "AR6-GWP100")
    assert told["biogenic_removals"] == pytest.approx(-(1.1 + 0.275))
    assert told["biogenic_emissions"] == pytest.approx(1.1 + 2.98)
    assert told["biogenic_removals"] + told["biogenic_emissions"] == pytest.approx(2.7, rel=0.002)


def test_carbon_that_leaves_a_landfill_as_methane_is_taken_up_once() -> None:
    """Half of the 0.1 kg of methane is of the packaging's own carbon: its 0.1375 kg of carbon dioxide are among the 1.1 kg already."""
    told = report_lines(GASES, PARTS, BiogenicCarbon(0.1, 0.2), {"methane, biogenic": 1.35}).to_dict("AR6-GWP100")["with_uptake"]
    assert told["biogenic_removals"] == pytest.approx(-(1.1 + 0.1375))
    assert told["biogenic_emissions"] == pytest.approx(1.1 - 0.1375 + 2.98)
    # more methane than the product has carbon for is of other carbon
    told = report_lines(GASES, PARTS, BiogenicCarbon(0.0, 0.0), {"methane, biogenic": 1.35}).to_dict("AR6-GWP100")["with_uptake"]
    assert told["biogenic_removals"] == pytest.approx(-0.275)


def test_carbon_by_process_then_by_category() -> None:
    assert carbon_of(process("moulded fibre", "paper and board")) == pytest.approx(0.409)
    assert carbon_of(process("paper label", "packaging")) == pytest.approx(0.3)
    assert carbon_of(process("PE film", "packaging")) == 0
    assert carbon_of(process("steel, cold-rolled sheet", "metal")) == 0
    assert carbon_of(process("varnishing", "paper and board", "m2")) == 0


@pytest.mark.parametrize("name", sorted(archetype_paths()))
def test_the_lines_of_every_archetype_sum_to_its_total(name: str, scores: UnitScores) -> None:
    footprint = assess_file(name, scores)
    assert footprint.lines.total == pytest.approx(footprint.total, rel=1e-9)
    flown = [p["value"] for p in footprint.parts if "air freight" in p["process"]]
    assert footprint.lines.aircraft == pytest.approx(sum(flown))
    assert footprint.lines.aircraft < footprint.lines.fossil
    assert footprint.carbon is not None
    heaviest = sum(float(m) for m, line in zip(footprint.bill.amounts, footprint.bill.lines, strict=True) if line.stage == "packaging")
    assert 0 <= footprint.carbon.packaging <= 0.5 * heaviest


def test_a_phone_box_of_fibre_holds_carbon_and_the_phone_none(scores: UnitScores) -> None:
    carbon = assess_file("smartphone", scores).carbon
    assert carbon is not None
    assert carbon.product == 0
    assert carbon.packaging > 0.01


def test_lines_and_carbon_follow_the_functional_unit(scores: UnitScores) -> None:
    whole = assess_file("smartphone", scores)
    year = per_service(whole, 4.0, "year")
    assert whole.carbon is not None
    assert year.carbon == whole.carbon.scaled(0.25)
    assert year.lines.total == pytest.approx(whole.total / 4)
