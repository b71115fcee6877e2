"""The kinds of entries: for each its pydantic model, the amounts that are summed and the labels that they are grouped by."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel, ValidationError, model_validator

from lca.errors import Problem, nearest
from records.canonical import NotCanonical, canonical
from records.errors import ContentRefused, UnknownKind

#: The columns of the table that repeat a content's amounts and labels.
AMOUNTS = ("amount_1", "amount_2", "amount_3")
LABELS = ("label_1", "label_2", "label_3", "label_4", "label_5", "label_6")


@dataclass(frozen=True)
class Kind:
    """A kind of entry. `model` is a pydantic model or "module:Class"; `amounts` and `labels` are names of its fields.

    The order of amounts and labels is part of the stored book: add at the end, never reorder.
    """

    name: str
    model: type[BaseModel] | str
    amounts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.amounts) > len(AMOUNTS) or len(self.labels) > len(LABELS):
            raise ValueError(f"{self.name}: at most {len(AMOUNTS)} amounts and {len(LABELS)} labels")

    def model_class(self) -> type[BaseModel]:
        """The pydantic model, imported when it is first needed."""
        if not isinstance(self.model, str):
            return self.model
        module, _, name = self.model.partition(":")
        found: type[BaseModel] = getattr(importlib.import_module(module), name)
        return found

    def read(self, content: Mapping[str, Any]) -> BaseModel:
        """Content as the kind's model; ContentRefused with every field that is wrong."""
        try:
            return self.model_class().model_validate_json(json.dumps(dict(content), default=_plain))
        except ValidationError as error:
            raise ContentRefused(_problem(e, self.name) for e in error.errors(include_url=False, include_context=False)) from error
        except TypeError as error:
            raise ContentRefused(Problem(str(error), field=self.name)) from error

    def text(self, content: BaseModel | Mapping[str, Any]) -> str:
        """Content, checked, as canonical JSON without absent values."""
        model = content if isinstance(content, self.model_class()) else self.read(_mapping(content))
        try:
            return canonical(model.model_dump(mode="json", exclude_none=True))
        except NotCanonical as error:
            raise ContentRefused(Problem(str(error), field=self.name)) from error

    def columns(self, content: Mapping[str, Any]) -> dict[str, float | str | None]:
        """The typed columns that repeat the content's amounts and labels."""
        made: dict[str, float | str | None] = dict.fromkeys((*AMOUNTS, *LABELS))
        made |= {f"amount_{i}": _number(content.get(name)) for i, name in enumerate(self.amounts, 1)}
        return made | {f"label_{i}": _label(content.get(name)) for i, name in enumerate(self.labels, 1)}

    def amount_column(self, name: str) -> str:
        """The column of an amount; UnknownKind when the kind has none of that name."""
        return f"amount_{_position(self.name, 'amount', name, self.amounts)}"

    def label_column(self, name: str) -> str:
        """The column of a label; UnknownKind when the kind has none of that name."""
        return f"label_{_position(self.name, 'label', name, self.labels)}"


class Reversal(BaseModel, frozen=True, extra="forbid", strict=True):
    """Content of a reversal: the id of the entry that it takes back."""

    reverses: str


class Period(BaseModel, frozen=True, extra="forbid", strict=True):
    """Content of a closed period: entries dated into it (both days included) need a stated reason from then on."""

    start: date
    end: date
    note: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.start > self.end:
            raise ValueError("the period ends before it starts")
        return self


REVERSAL, PERIOD = "reversal", "period"

#: Every kind that is shipped; one line a kind, with the model's place, so that nothing is imported before it is needed.
_KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(REVERSAL, Reversal, labels=("reverses",)),
        Kind(PERIOD, Period, labels=("start", "end")),
        Kind("signature", "circularity.reviews:Signature", labels=("entry", "verdict")),
        Kind(
            "ewaste",
            "circularity.ewaste:EwasteEntry",
            amounts=("mass_t", "units"),
            labels=("treatment", "stream", "region", "channel", "recycler", "product"),
        ),
        Kind("placed_on_market", "circularity.ewaste:PlacedOnMarket", amounts=("mass_t",), labels=("stream", "region")),
        Kind("goal", "circularity.goals:Goal", amounts=("target",), labels=("id", "metric", "unit")),
        Kind("measure", "circularity.goal_values:MeasureEntry", amounts=("value",), labels=("metric", "unit", "region", "source")),
        Kind(
            "packaging",
            "circularity.volumes:PackagingVolume",
            amounts=("units", "total_t", "plastic_t"),
            labels=("product", "market", "family", "masses"),
        ),
        Kind(
            "emission",
            "company.emissions:Emission",
            amounts=("co2e_t",),
            labels=("scopes", "method", "category", "segment", "basis"),
        ),
        Kind("electricity", "company.electricity:Electricity", amounts=("kwh",), labels=("role", "grid", "site", "instrument")),
        Kind("sale", "company.sold_products:Sale", amounts=("units",), labels=("product", "market")),
        Kind("indicator", "company.indicators:Indicator", amounts=("value",), labels=("name", "unit", "part", "bound")),
        Kind("recalculation", "company.trends:Recalculation", amounts=("change_t",), labels=("base_year", "scopes", "method")),
        Kind("target", "company.targets:Target", labels=("id", "metric")),
        Kind("review", "company.indicators:Review", labels=("subject", "outcome", "reviewer")),
        Kind(
            "supplier",
            "company.suppliers:SupplierStatus",
            amounts=("value", "count"),
            labels=("supplier", "status", "chain", "bound"),
        ),
    )
}


def register_kind(kind: Kind) -> Kind:
    """Make a kind known to this process; the same name with another definition is refused (ValueError)."""
    if _KINDS.setdefault(kind.name, kind) != kind:
        raise ValueError(f"the kind {kind.name!r} is registered with another definition")
    return kind


def kind_named(name: str) -> Kind:
    """The kind of this name; UnknownKind with the nearest one."""
    if name in _KINDS:
        return _KINDS[name]
    hint = nearest(name, _KINDS)
    raise UnknownKind(f"no kind of entry is called {name!r}{'; ' + hint if hint else ''}")


def known_kinds() -> tuple[str, ...]:
    """The names of all kinds."""
    return tuple(_KINDS)


def _position(kind: str, what: str, name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise UnknownKind(f"{kind} has no {what} called {name!r}; it has {', '.join(names) or 'none'}")
    return names.index(name) + 1


def _mapping(content: BaseModel | Mapping[str, Any]) -> Mapping[str, Any]:
    return content.model_dump(mode="json") if isinstance(content, BaseModel) else content


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"a value of type {type(value).__name__} cannot be recorded")


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _label(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float) else canonical(value)


def _problem(error: Any, kind: str) -> Problem:
    field = ".".join(str(x) for x in error["loc"])
    if not field:
        return Problem(error["msg"].removeprefix("Value error, "), field=kind)
    value = error.get("input")
    return replace(Problem(error["msg"], field=field), value=None if isinstance(value, dict | list | None) else str(value)[:200])
