"""`extends:` laid over its parent: what a child takes over, what it replaces, and what it must not inherit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inventories.product_files import ProductFile, read_product_file
from inventories.shipped import load
from lca.assessment import assess
from lca.errors import InputError, Problem
from lca.parameters import evaluate_parameters
from lca.product import Product
from lca.scores import UnitScores

PARENT = """\
id: kettle
name: A kettle
category: small_device
year: 2019
description: what the parent is
functional_unit: {description: one kettle used for 5 years, quantity: 1, unit: piece}
service_life: {value: 5, unit: year, source: study}
parameters:
  body_mass: {value: 800, unit: g, low: 600, high: 1000, distribution: uniform, description: mass of the body, source: study}
  heat: {value: 90, unit: kWh, low: 50, high: 120, source: study}
  grid: {type: location, value: DE, source: estimate}
  kind: {type: text, value: steel, choices: [steel, glass], source: study}
stages:
  materials:
    - {part: body, process: "steel, stainless sheet", location: CN, amount: body_mass, unit: g, source: study}
    - {part: handle, process: polypropylene, location: CN, amount: 100, unit: g, source: study}
  use:
    - {part: heating, process: "electricity, low voltage", location: "{grid}", amount: heat, unit: kWh, source: study}
packaging:
  - {component: box, level: retail, material: corrugated board, process: corrugated board, location: CN, mass: {value: 200, unit: g, source: study}, class: fibre, source: study}
reference: {published: {value: 99, source: study}}
sources:
  study: {title: Study of kettles, publisher: An agency, year: 2019}
"""
CHILD = "id: my-kettle\nname: My kettle\nextends: kettle\n"
Merge = Callable[..., ProductFile]


@pytest.fixture
def merge(tmp_path: Path) -> Merge:
    """Reads a child file written below its parent; further files by name."""

    def made(child: str = CHILD, **others: str) -> ProductFile:
        for name, text in ({"kettle": PARENT, "child": child} | others).items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        paths = {p.stem: p for p in tmp_path.glob("*.yaml")}
        return read_product_file(tmp_path / "child.yaml", paths.get, list(paths))

    return made


def refusal(merge: Merge, child: str, **others: str) -> Problem:
    """The one problem that a child is refused for."""
    with pytest.raises(InputError) as caught:
        merge(child, **others)
    (problem,) = caught.value.problems
    return problem


def test_a_child_that_says_nothing_is_its_parent_but_for_what_the_parent_is_itself(merge: Merge) -> None:
    product = merge().product
    assert (product.id, product.name, product.category, product.extends) == ("my-kettle", "My kettle", "small_device", ("kettle",))
    assert [line.part for line in product.all_lines()] == ["body", "handle", "heating"]
    assert (product.year, product.description, product.reference) == (None, None, None)
    assert product.service_life.value == 5


def test_a_parameter_that_is_known_keeps_unit_and_words_but_loses_its_range(merge: Merge) -> None:
    child = CHILD + "parameters:\n  body_mass: {value: 750, source: scale}\nsources:\n  scale: {title: Weighed, publisher: Me}\n"
    parameter = merge(child).product.parameters["body_mass"]
    assert (parameter.value, parameter.unit, parameter.source) == (750, "g", "scale")
    assert (parameter.low, parameter.high, parameter.distribution) == (None, None, None)
    assert parameter.description == "mass of the body"


def test_a_parameter_that_is_not_named_keeps_its_range_and_its_source(merge: Merge) -> None:
    parameter = merge(CHILD + "parameters:\n  body_mass: {value: 750, source: estimate}\n").product.parameters["heat"]
    assert (parameter.value, parameter.low, parameter.high, parameter.source) == (90, 50, 120, "kettle:study")


def test_words_and_places_keep_their_type_and_choices(merge: Merge) -> None:
    child = CHILD + "parameters:\n  grid: {value: FR, source: estimate}\n  kind: {value: glass, source: estimate}\n"
    parameters = merge(child).product.parameters
    assert (parameters["grid"].type, parameters["grid"].value) == ("location", "FR")
    assert (parameters["kind"].type, parameters["kind"].choices) == ("text", ("steel", "glass"))


def test_a_word_outside_the_parents_choices_is_refused(merge: Merge) -> None:
    problem = refusal(merge, CHILD + "parameters:\n  kind: {value: copper, source: estimate}\n")
    assert (problem.line, problem.field) == (5, "parameters.kind")
    assert "steel, glass" in problem.reason


def test_a_parameter_of_the_childs_own_is_added(merge: Merge) -> None:
    used = "  lid: {value: 3, unit: g, source: estimate}\n  body_mass: {value: 10 * lid, source: estimate}\n"
    child = CHILD + f"parameters:\n{used}"
    assert list(merge(child).product.parameters) == ["lid", "body_mass", "heat", "grid", "kind"]


STAGES = "stages:\n  materials:\n"


def test_a_line_replaced_stays_in_its_place(merge: Merge) -> None:
    line = "    - {part: glass body, replaces: body, process: glass, location: DE, amount: 900, unit: g, source: estimate}\n"
    product = merge(CHILD + STAGES + line).product
    assert [x.part for x in product.stages.materials] == ["glass body", "handle"]
    assert product.stages.materials[0].source == "estimate"


def test_a_line_removed_is_gone_and_one_added_comes_last(merge: Merge) -> None:
    lines = "    - {remove: handle}\n    - {part: cord, process: cable, location: CN, amount: 1, unit: piece, source: estimate}\n"
    assert [x.part for x in merge(CHILD + STAGES + lines).product.stages.materials] == ["body", "cord"]


def test_a_stage_that_is_not_named_stays(merge: Merge) -> None:
    product = merge(CHILD + STAGES + "    - {remove: handle}\n").product
    assert [x.part for x in product.stages.use] == ["heating"]


@pytest.mark.parametrize("word", ["replaces", "remove"])
def test_what_is_to_be_changed_must_be_there(word: str, merge: Merge) -> None:
    problem = refusal(merge, f"{CHILD}{STAGES}    - {{{word}: handel}}\n")
    assert (Path(problem.file or "").name, problem.line, problem.field, problem.value) == ("child.yaml", 6, word, "handel")
    assert "'handle'" in (problem.hint or "")


@pytest.mark.parametrize("word", ["replaces", "remove"])
def test_without_a_parent_there_is_nothing_to_change(word: str, merge: Merge) -> None:
    alone = PARENT.replace("    - {part: handle,", f"    - {{{word}: x, part: handle,")
    problem = refusal(merge, alone)
    assert (problem.line, problem.field) == (16, f"materials.{word}")
    assert "nothing to" in problem.reason


def test_the_name_of_a_part_cannot_be_used_twice_by_adding(merge: Merge) -> None:
    line = "    - {part: handle, process: polypropylene, location: CN, amount: 90, unit: g, source: estimate}\n"
    problem = refusal(merge, CHILD + STAGES + line)
    assert (Path(problem.file or "").name, problem.line, problem.value) == ("child.yaml", 6, "handle")
    assert "replaces: handle" in (problem.hint or "")


def test_packaging_is_replaced_removed_and_added_by_component(merge: Merge) -> None:
    rest = "level: retail, material: paper, process: kraft paper, location: CN, class: fibre, source: estimate"
    bag = f"{{component: bag, mass: {{value: 20, unit: g, source: estimate}}, {rest}}}"
    assert [c.component for c in merge(f"{CHILD}packaging:\n  - {bag}\n").product.packaging] == ["box", "bag"]
    replaced = bag.replace("component: bag", "component: bag, replaces: box")
    assert [c.component for c in merge(f"{CHILD}packaging:\n  - {replaced}\n").product.packaging] == ["bag"]
    assert merge(f"{CHILD}packaging:\n  - {{remove: box}}\n").product.packaging == ()


def test_the_parents_sources_carry_its_id_so_that_both_may_use_a_key(merge: Merge) -> None:
    child = CHILD + "parameters:\n  heat: {value: 80, source: study}\nsources:\n  study: {title: My own meter, publisher: Me}\n"
    product = merge(child).product
    assert {key: source.title for key, source in product.sources.items()} == {"study": "My own meter", "kettle:study": "Study of kettles"}
    assert product.parameters["heat"].source == "study"
    assert product.parameters["body_mass"].source == "kettle:study"
    assert product.packaging[0].mass.source == "kettle:study"
    assert product.parameters["grid"].source == "estimate"


def test_a_child_of_a_child_keeps_each_files_sources_apart(merge: Merge) -> None:
    middle = "id: steel-kettle\nname: Middle\nextends: kettle\nparameters:\n  heat: {value: 80, source: meter}\nsources:\n  meter: {title: A meter, publisher: Me}\n"
    product = merge("id: third\nname: Third\nextends: steel-kettle\n", **{"steel-kettle": middle}).product
    assert product.extends == ("steel-kettle", "kettle")
    assert sorted(product.sources) == ["kettle:study", "steel-kettle:meter"]
    assert product.parameters["heat"].source == "steel-kettle:meter"


def test_the_functional_unit_is_merged_key_by_key(merge: Merge) -> None:
    unit = merge(CHILD + "functional_unit: {quantity: 2}\n").product.functional_unit
    assert (unit.description, unit.quantity, unit.unit) == ("one kettle used for 5 years", 2, "piece")


def test_a_product_that_extends_itself(merge: Merge) -> None:
    problem = refusal(merge, CHILD.replace("extends: kettle", "extends: child.yaml"))
    assert (problem.line, problem.field, problem.value) == (3, "extends", "child.yaml")
    assert "cannot extend itself" in problem.reason


def test_two_products_that_extend_each_other(merge: Merge) -> None:
    other = "id: other\nname: Other\nextends: child\n"
    problem = refusal(merge, "id: child\nname: Child\nextends: other\n", other=other)
    assert (Path(problem.file or "").name, problem.line, problem.field) == ("other.yaml", 3, "extends")
    assert "cannot extend itself" in problem.reason


def test_a_family_tree_that_is_too_deep(merge: Merge) -> None:
    files = {f"k{i}": f"id: k{i}\nname: K\nextends: k{i + 1}\n" for i in range(12)} | {"k12": PARENT}
    assert "extend each other" in refusal(merge, "id: child\nname: Child\nextends: k0\n", **files).reason


def test_an_unknown_parent_gets_the_nearest_one(merge: Merge) -> None:
    problem = refusal(merge, CHILD.replace("extends: kettle", "extends: ketle"))
    assert (problem.line, problem.field, problem.value) == (3, "extends", "ketle")
    assert "'kettle'" in (problem.hint or "")


@pytest.mark.parametrize("parent", ["[kettle, toaster]", "7", "{id: kettle}"])
def test_a_parent_is_one_name(parent: str, merge: Merge) -> None:
    assert "one archetype or product" in refusal(merge, CHILD.replace("extends: kettle", f"extends: {parent}")).reason


def test_a_parent_by_its_path_beside_the_child(merge: Merge) -> None:
    assert merge(CHILD.replace("extends: kettle", "extends: ./kettle.yaml")).product.extends == ("kettle",)
    assert "no archetype or product" in refusal(merge, CHILD.replace("extends: kettle", "extends: ../kettle.yaml")).reason


def test_a_mistake_in_the_parent_is_told_with_the_parents_file(merge: Merge) -> None:
    problem = refusal(merge, CHILD, kettle=PARENT.replace("amount: 100,", "amount: -100,"))
    assert (Path(problem.file or "").name, problem.line, problem.value) == ("kettle.yaml", 16, "-100")
    assert problem.field == "stages.materials[handle].amount"


# What a child says of its parameters must take effect as it was meant

MY_PHONE = """\
id: mine
name: Mine
extends: smartphone
parameters:
  device_mass: {{value: 195, source: estimate}}
  display_diagonal: {{value: 6.5, source: estimate}}
{more}
"""


def my_phone(tmp_path: Path, more: str) -> Product:
    """A phone of its own with these lines more."""
    path = tmp_path / "mine.yaml"
    path.write_text(MY_PHONE.format(more=more), encoding="utf-8")
    return load(str(path)).product


def total(product: Product, scores: UnitScores, **changes: Any) -> float:
    """kg CO2e."""
    return assess(product, scores, changes).total


def test_a_misspelt_parameter_is_refused_with_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing uses a parameter of that name") as refused:
        my_phone(tmp_path, "  display_diagnal: {value: 6.5, source: estimate}")
    (problem,) = refused.value.problems
    assert (problem.line, problem.value) == (7, "display_diagnal")
    assert "display_diagonal" in (problem.hint or "")


def test_a_new_parameter_that_a_formula_of_the_child_uses_is_taken(tmp_path: Path) -> None:
    made = my_phone(tmp_path, '  extra: {value: 20, source: estimate}\n  ram: {value: "extra / 2", source: estimate}')
    assert evaluate_parameters(made)["ram"] == 10


def test_a_parameter_in_another_unit_is_converted(tmp_path: Path, scores: UnitScores) -> None:
    in_tb, in_gb = (
        my_phone(tmp_path, f"  storage: {{value: {value}, unit: {unit}, source: estimate}}") for value, unit in ((0.5, "TB"), (500, "GB"))
    )
    assert evaluate_parameters(in_tb)["storage"] == pytest.approx(500)
    assert total(in_tb, scores) == pytest.approx(total(in_gb, scores), rel=1e-12)


def test_a_parameter_in_a_unit_of_another_dimension_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be given in GB") as refused:
        my_phone(tmp_path, "  storage: {value: 0.5, unit: kg, source: estimate}")
    assert refused.value.problems[0].line == 7


def test_a_value_below_zero_is_refused_and_one_outside_the_range_is_said(tmp_path: Path, scores: UnitScores) -> None:
    with pytest.raises(InputError, match="is below zero"):
        total(my_phone(tmp_path, "  ram: {value: -6, source: estimate}"), scores)
    with pytest.raises(InputError, match="is below zero"):
        total(my_phone(tmp_path, ""), scores, display_diagonal=-6)
    unusual = assess(my_phone(tmp_path, "  ram: {value: 64, source: estimate}"), scores)
    assert [w for w in unusual.warnings if w.startswith("ram 64 GB is outside the range 4 to 16 GB")]


@pytest.mark.parametrize(("market", "same_as"), [('"NO"', "international"), ("FR", "international"), ("domestic", "domestic")])
def test_a_country_that_no_component_names_gets_the_international_packaging(
    tmp_path: Path, scores: UnitScores, market: str, same_as: str
) -> None:
    text = MY_PHONE.format(more="").replace("extends: smartphone", "extends: smartphone\nmarket: MARKET")
    totals = []
    for word in (market, same_as):
        path = tmp_path / "mine.yaml"
        path.write_text(text.replace("MARKET", word), encoding="utf-8")
        totals.append(assess(load(str(path)).product, scores).stages["packaging"])
    assert totals[0] == totals[1] > 0


def test_a_service_life_is_counted_as_its_category_wants(tmp_path: Path, scores: UnitScores) -> None:
    text = MY_PHONE.format(more="").replace(
        "extends: smartphone", "extends: smartphone\nservice_life: {value: 200000, unit: km, source: estimate}"
    )
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="counted in year, not in km"):
        load(str(path))
    with pytest.raises(InputError, match="a service life of 15 km is outside"):
        total(load("xiaomi_su7").product, scores, service_life=15)
