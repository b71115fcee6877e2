"""The bill: amounts derived by hand, one design or many, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lca.billing import Bill, bill
from lca.catalogue import Catalogue
from lca.errors import InputError, Problem
from lca.product import Product
from tests.conftest import background_of

WORLD = {
    "steel @ GLO": ("kg", {}, {"CO2": 2.0}),
    "steel @ CN": ("kg", {}, {"CO2": 3.0}),
    "polymer @ CN": ("kg", {}, {"CO2": 4.0}),
    "display, OLED @ KR": ("m2", {}, {"CO2": 100.0}),
    "display, LCD @ CN": ("m2", {}, {"CO2": 50.0}),
    "board @ GLO": ("kg", {}, {"CO2": 1.0}),
    "folding @ GLO": ("kg", {}, {"CO2": 0.5}),
    "waste board @ GLO": ("kg", {}, {"CO2": 0.1}),
    "power @ CN": ("kWh", {}, {"CO2": 0.6}),
    "power @ DE": ("kWh", {}, {"CO2": 0.4}),
    "freight @ GLO": ("tkm", {}, {"CO2": 0.1}),
    "chip @ GLO": ("piece", {}, {"CO2": 5.0}),
}
CATALOGUE: Catalogue = background_of(WORLD, {"CO2": 1.0}).catalogue
Make = Callable[..., Product]


def line(
    part: str = "case", process: str = "steel", location: str = "GLO", amount: Any = 100, unit: str = "g", **more: Any
) -> dict[str, Any]:
    """A line of the bill as it stands in a file."""
    return {"part": part, "process": process, "location": location, "amount": amount, "unit": unit, "source": "estimate", **more}


def component(name: str, mass: Any = 60, **more: Any) -> dict[str, Any]:
    """A packaging component of board."""
    board = {"process": "board", "location": "GLO", "material": "board", "class": "fibre", "level": "retail", "source": "estimate"}
    return {"component": name, "mass": {"value": mass, "unit": "g", "source": "estimate"}, **board, **more}


def product(*materials: dict[str, Any], parameters: dict[str, Any] | None = None, **more: Any) -> Product:
    """A product with these lines of material."""
    stages = {
        "materials": list(materials),
        **{k: more.pop(k) for k in ("manufacturing", "use", "distribution", "end_of_life") if k in more},
    }
    known = {name: {"value": value, "source": "estimate"} | _kind(value) for name, value in (parameters or {}).items()}
    data = {
        "id": "thing",
        "name": "A thing",
        "category": "small_device",
        "functional_unit": {"description": "one thing", "quantity": 1, "unit": "piece"},
        "service_life": {"value": 3, "unit": "year", "source": "estimate"},
        "parameters": known,
        "stages": stages,
    }
    return Product.model_validate(data | more)


def _kind(value: Any) -> dict[str, str]:
    words = {"DE": "location", "CN": "location", "OLED": "text", "LCD": "text"}
    return {"type": words[value]} if value in words else {}


def amounts(made: Product, **changes: Any) -> dict[str, float]:
    """Amount of every part in the unit of its process."""
    found = bill(made, CATALOGUE, changes)
    return {entry.part: float(amount) for entry, amount in zip(found.lines, found.amounts, strict=True)}


def refusal(made: Product, **changes: Any) -> Problem:
    """The one problem of a bill."""
    with pytest.raises(InputError) as caught:
        bill(made, CATALOGUE, changes)
    (problem,) = caught.value.problems
    return problem


# Amounts


def test_a_loss_grosses_the_input_up() -> None:
    """100 g in the product, 60 % of the sheet becomes swarf: 0.1 / (1 - 0.6) = 0.25 kg."""
    assert amounts(product(line(loss=0.6))) == {"case": pytest.approx(0.25, rel=1e-12)}


def test_a_count_multiplies() -> None:
    """4 screws of 2 g, one in five lost: 4 x 2 / 0.8 = 10 g."""
    assert amounts(product(line(amount=2, count=4, loss=0.2)))["case"] == pytest.approx(0.010, rel=1e-12)


def test_amount_count_and_loss_may_be_expressions() -> None:
    """Area 7 x 15 cm, 2 panes, 1.5 g per cm2, 0.1 + 0.15 lost: 105 x 1.5 x 2 / 0.75 = 420 g."""
    made = product(
        line(amount="width * height * density", count="panes", loss="cutting + 0.15"),
        parameters={"width": 7, "height": 15, "density": 1.5, "panes": 2, "cutting": 0.1},
    )
    assert amounts(made)["case"] == pytest.approx(0.42, rel=1e-12)


@pytest.mark.parametrize(("amount", "unit"), [(0.1, "kg"), (100, "g"), (100_000, "mg"), (0.0001, "t"), (0.1, "公斤"), (100, "克")])
def test_the_unit_of_a_line_does_not_matter(amount: float, unit: str) -> None:
    assert amounts(product(line(amount=amount, unit=unit)))["case"] == pytest.approx(0.1, rel=1e-12)


@pytest.mark.parametrize(("amount", "unit"), [(5, "kWh"), (5000, "Wh"), (18, "MJ"), (5, "度")])
def test_energy_in_any_unit(amount: float, unit: str) -> None:
    made = product(use=[line("charging", "power", "CN", amount, unit)])
    assert amounts(made)["charging"] == pytest.approx(5.0, rel=1e-12)


def test_freight_is_mass_times_distance() -> None:
    """188 g product and 60 g box over 8,000 km: 0.248 kg x 8,000 km / 1,000 = 1.984 tkm."""
    made = product(
        line(amount="product_mass", unit="kg"),
        distribution=[line("air", "freight", "GLO", "packaged_mass / 1000 * distance", "tkm")],
        packaging=[component("box")],
        parameters={"distance": 8000},
        mass={"value": 188, "unit": "g", "source": "estimate"},
    )
    assert amounts(made)["air"] == pytest.approx(1.984, rel=1e-12)


def test_use_follows_the_service_life_of_the_file_and_of_the_run() -> None:
    made = product(use=[line("charging", "power", "CN", "6 * service_life", "kWh")])
    assert amounts(made)["charging"] == 18.0
    assert amounts(made, service_life=4)["charging"] == 24.0


def test_words_are_inserted_into_process_and_place() -> None:
    made = product(
        line("display", "display, {kind}", "{place}", 0.01, "m2", mass={"value": 20, "unit": "g"}),
        use=[line("charging", "power", "{grid}", 1, "kWh")],
        parameters={"kind": "LCD", "place": "CN", "grid": "DE"},
    )
    found = bill(made, CATALOGUE)
    assert [(entry.process, entry.location) for entry in found.lines] == [("display, LCD", "CN"), ("power", "DE")]
    found = bill(made, CATALOGUE, {"kind": "OLED", "place": "KR", "grid": "CN"})
    assert [(entry.process, entry.location) for entry in found.lines] == [("display, OLED", "KR"), ("power", "CN")]


def test_a_number_is_inserted_as_people_write_it() -> None:
    world = {"board, 4 layers @ GLO": ("kg", {}, {"CO2": 1.0})}
    made = product(line(process="board, {layers} layers"), parameters={"layers": 4.0})
    assert bill(made, background_of(world, {"CO2": 1.0}).catalogue).lines[0].process == "board, 4 layers"


# Places


def test_a_place_without_the_process_falls_back_and_says_so() -> None:
    found = bill(product(line(location="CN-GD"), line("lid", location="KR")), CATALOGUE)
    assert [entry.found_location for entry in found.lines] == ["CN", "GLO"]
    assert found.warnings == (
        "materials[case]: 'steel' is not known at CN-GD; CN was taken",
        "materials[lid]: 'steel' is not known at KR; GLO was taken",
    )


def test_a_process_that_is_at_no_parent_names_the_places_where_it_is() -> None:
    problem = refusal(product(line(process="polymer", location="DE")))
    assert (problem.field, problem.value) == ("stages.materials[case].location", "DE")
    assert problem.hint == "it is there for CN"


def test_an_unknown_process_names_the_nearest_and_the_part() -> None:
    problem = refusal(product(line(process="stel")))
    assert (problem.field, problem.value) == ("stages.materials[case].process", "stel")
    assert problem.hint == "did you mean 'steel'?"


# The declared mass


@pytest.mark.parametrize("parts", [191, 200, 209])
def test_parts_within_five_percent_of_the_declared_mass(parts: float) -> None:
    assert bill(weighed(parts), CATALOGUE).warnings == ()


@pytest.mark.parametrize(("parts", "off"), [(189, "-5.5%"), (211, "+5.5%"), (161, "-19.5%"), (239, "+19.5%")])
def test_parts_beyond_five_percent_are_said(parts: float, off: str) -> None:
    (warning,) = bill(weighed(parts), CATALOGUE).warnings
    assert f"the declared mass is 0.2 kg ({off})" in warning


@pytest.mark.parametrize(("parts", "off"), [(159, "-20.5%"), (241, "+20.5%"), (0, "-100.0%")])
def test_parts_beyond_twenty_percent_are_refused(parts: float, off: str) -> None:
    problem = refusal(weighed(parts))
    assert (problem.field, problem.value) == ("mass", "0.2 kg")
    assert off in problem.reason


def weighed(grams: float) -> Product:
    """A product of 200 g whose parts weigh so much."""
    return product(line(amount=grams), mass={"value": 200, "unit": "g", "source": "estimate"})


def test_a_refused_mass_names_the_parts_that_have_none() -> None:
    lines = line("chips", "chip", amount=1, unit="piece"), line("case", amount=100)
    refused = refusal(product(*lines, mass={"value": 200, "unit": "g", "source": "estimate"}))
    assert refused.reason.endswith("no mass is given for chips")
    assert "give these parts a `mass:`" in (refused.hint or "")
    # parts that are too heavy already would only be heavier
    assert "chips" not in refusal(product(*lines, mass={"value": 60, "unit": "g", "source": "estimate"})).reason


def test_the_mass_counts_what_stays_in_the_product_only() -> None:
    """100 g case (200 g of sheet bought), 4 chips of 5 g, 30 g solder of which 20 g stay, 60 g service that leaves nothing: 140 g."""
    made = product(
        line(loss=0.5),
        line("chips", "chip", amount=1, unit="piece", count=4, mass={"value": 5, "unit": "g"}),
        line("solder", amount=30, mass={"value": 0.02, "unit": "kg"}),
        line("plating", amount=60, in_product=False),
        mass={"value": 140, "unit": "g", "source": "estimate"},
    )
    found = bill(made, CATALOGUE)
    assert found.masses.tolist() == pytest.approx([0.1, 0.02, 0.02, 0.0])
    assert found.warnings == ()


def test_a_part_of_unknown_mass_is_not_taken_for_nothing() -> None:
    found = bill(product(line("chips", "chip", amount=2, unit="piece")), CATALOGUE)
    assert np.isnan(found.masses).tolist() == [True]


# What is refused


def test_a_negative_amount_by_formula() -> None:
    problem = refusal(product(line(amount="10 - mass_saved"), parameters={"mass_saved": 12}))
    assert (problem.field, problem.value) == ("stages.materials[case].amount", "-2")
    assert "credits" in (problem.hint or "")


@pytest.mark.parametrize("loss", [1, 1.5, -0.1])
def test_a_loss_by_formula_that_is_no_share(loss: float) -> None:
    problem = refusal(product(line(loss="lost"), parameters={"lost": loss}))
    assert (problem.field, problem.value) == ("stages.materials[case].loss", f"{loss:g}")


def test_a_unit_of_another_kind() -> None:
    problem = refusal(product(line(unit="kWh")))
    assert (problem.field, problem.value) == ("stages.materials[case].unit", "kWh")
    assert "'steel' is counted in kg" in problem.reason


def test_parameters_in_a_circle_are_named() -> None:
    problem = refusal(product(line(), parameters={"a": "b + 1", "b": "c * 2", "c": "a / 3"}))
    assert problem.field == "parameters"
    assert set((problem.value or "").split(" -> ")) == {"a", "b", "c"}


def test_a_change_of_an_unknown_parameter_names_the_nearest() -> None:
    problem = refusal(product(line(), parameters={"case_mass": 1}), case_mas=2)
    assert (problem.value, problem.hint) == ("case_mas", "did you mean 'case_mass'?")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.array([1.0, np.nan])])
def test_a_change_that_is_no_finite_number(value: Any) -> None:
    assert refusal(product(line(amount="m"), parameters={"m": 1}), m=value).reason == "not a finite number"


@pytest.mark.parametrize("value", [0, -3.0])
def test_a_change_to_no_service_life(value: float) -> None:
    assert "above zero" in refusal(product(line()), service_life=value).reason


def test_a_change_to_a_word_outside_the_choices() -> None:
    made = product(line(), parameters={"kind": "OLED"})
    parameter = made.parameters["kind"].model_copy(update={"choices": ("OLED", "LCD")})
    made = made.model_copy(update={"parameters": {"kind": parameter}})
    assert refusal(made, kind="plasma").hint == "one of OLED, LCD"
    assert refusal(made, kind=3).reason == "not a value of this parameter"


def test_all_mistakes_are_told_at_once() -> None:
    made = product(line(process="stel"), line("lid", unit="kWh"), line("pin", amount="1 - 2"))
    with pytest.raises(InputError) as caught:
        bill(made, CATALOGUE)
    assert [p.field for p in caught.value.problems] == [
        "stages.materials[case].process",
        "stages.materials[lid].unit",
        "stages.materials[pin].amount",
    ]


# Packaging


def test_the_market_selects_the_packaging() -> None:
    """A country that no component names (Norway) is sold the international packaging."""
    parts = [component("box"), component("tray", 12, markets=["international"]), component("bag", 3, markets=["domestic", "CN"])]
    made = product(line(), packaging=parts)
    by_market = {m: _packaging(made.model_copy(update={"market": m})) for m in ("international", "domestic", "CN", "NO")}
    assert by_market == {"international": ["box", "tray"], "domestic": ["box", "bag"], "CN": ["box", "bag"], "NO": ["box", "tray"]}


def _packaging(made: Product) -> list[str]:
    return [entry.part for entry in bill(made, CATALOGUE).lines if entry.stage == "packaging"]


def test_packaging_is_made_formed_and_treated_after_use() -> None:
    """60 g board, folded, and thrown away where the product is used."""
    box = component("box", forming_process="folding", end_of_life_process="waste board")
    found = bill(product(line(), packaging=[box], parameters={"use_grid": "DE"}), CATALOGUE)
    rows = [(e.stage, e.part, e.process, e.location, float(a)) for e, a in zip(found.lines[1:], found.amounts[1:], strict=True)]
    assert rows == [
        ("packaging", "box", "board", "GLO", pytest.approx(0.06)),
        ("packaging", "box, forming", "folding", "GLO", pytest.approx(0.06)),
        ("end_of_life", "box (packaging)", "waste board", "DE", pytest.approx(0.06)),
    ]


def test_packaging_does_not_count_for_the_mass_of_the_product() -> None:
    made = product(line(), packaging=[component("box", 500)], mass={"value": 100, "unit": "g", "source": "estimate"})
    assert bill(made, CATALOGUE).warnings == ()


# Many designs at once


def designs() -> tuple[Product, dict[str, Any]]:
    """Seven designs of one product, by parameters that vary together."""
    made = product(
        line(amount="area * thickness if area > 100 else 50", loss="0.1 * thickness", count="panes"),
        line("lid", amount=30),
        use=[line("charging", "power", "CN", "energy * service_life", "kWh")],
        parameters={"area": 90, "thickness": 1, "panes": 1, "energy": "2 + area / 100"},
        packaging=[component("box", "area / 2")],
    )
    changes = {"area": np.linspace(60, 180, 7), "thickness": np.linspace(1, 2, 7), "service_life": np.arange(1.0, 8.0)}
    return made, changes


def test_a_table_of_designs_gives_the_same_as_one_by_one() -> None:
    made, changes = designs()
    together = bill(made, CATALOGUE, changes)
    assert together.amounts.shape == (7, 4)
    for row in range(7):
        alone = bill(made, CATALOGUE, {name: float(values[row]) for name, values in changes.items()})
        assert together.amounts[row] == pytest.approx(alone.amounts, rel=1e-14)


def test_one_bad_design_of_many_is_refused() -> None:
    made = product(line(amount="10 - saved"), parameters={"saved": 0})
    assert refusal(made, saved=np.array([1.0, 11.0, 2.0])).value == "-1"


def test_a_process_cannot_vary_over_designs() -> None:
    made = product(line(process="board, {layers} layers"), parameters={"layers": 4})
    assert "varies over designs" in refusal(made, layers=np.array([4.0, 6.0])).reason


def test_a_product_without_lines_has_an_empty_bill() -> None:
    found: Bill = bill(product(), CATALOGUE)
    assert (found.lines, found.amounts.tolist(), found.warnings) == ((), [], ())
