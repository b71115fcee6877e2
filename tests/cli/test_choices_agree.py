"""Words that options repeat, so that `--help` stays fast, are the words that the libraries know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import click
import pytest
from pydantic import BaseModel

from circularity.packaging import Basis
from circularity.reviews import Verdict
from cli.main import lifeloop
from company.electricity import Electricity
from company.indicators import Bound, Review
from company.sold_products import Sale
from company.suppliers import STATUSES, Status, Weight
from company.targets import Metric, Path
from company.trends import Recalculation
from records.company_sheets import COLUMNS
from records.spreadsheets import ENCODINGS


def _literal(model: type[BaseModel], field: str) -> tuple[str, ...]:
    """The words of a field's Literal, in the order of the model; an optional one without its None."""
    annotation = model.model_fields[field].annotation
    found = get_args(annotation)
    inner = [get_args(part) for part in found if get_args(part)]
    return tuple(inner[0] if inner else found)


KNOWN: dict[str, Sequence[str]] = {
    "supplier add --status": tuple(STATUSES),
    "supplier add --bound": get_args(Bound),
    "supplier status --weight": get_args(Weight),
    "target add --metric": get_args(Metric),
    "target add --path": get_args(Path),
    "target add --weight": get_args(Weight),
    "target review --outcome": _literal(Review, "outcome"),
    "company add electricity --instrument": _literal(Electricity, "instrument"),
    "company add sale --transport-paid-by": _literal(Sale, "transport_paid_by"),
    "company add sale --assembly": _literal(Sale, "assembly"),
    "company add figure --bound": get_args(Bound),
    "company add recalculation --why": _literal(Recalculation, "reason"),
    "company import --kind": [kind for kind in COLUMNS if kind != "supplier"],
    "packaging ratio --definition": get_args(Basis),
    "records sign --verdict": get_args(Verdict),
    "ewaste import --encoding": ENCODINGS,
}


def _choices(words: str) -> tuple[str, ...]:
    """What an option of the command line lets one choose."""
    *path, option = words.split()
    command: click.Command = lifeloop
    context = click.Context(lifeloop)
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(context, name)
        assert found is not None, words
        command = found
    parameter = next(p for p in command.params if option in p.opts)
    assert isinstance(parameter.type, click.Choice), words
    return tuple(parameter.type.choices)


@pytest.mark.parametrize("words", KNOWN)
def test_an_option_offers_what_the_library_knows(words: str) -> None:
    assert set(_choices(words)) == set(KNOWN[words])


def test_every_status_of_a_supplier_is_explained() -> None:
    assert tuple(STATUSES) == get_args(Status)
