"""The product model: what a product file says, as frozen and validated values (`docs/product-file.md`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from lca.errors import nearest
from lca.published import Reference
from lca.quantity import ESTIMATE, Amount, Distribution, Finite, Frozen, Pedigree, Quantity, Source, check_range
from lca.scenario import Scenario
from lca.stages import STAGES

Family = Literal["phone", "wearable", "appliance", "vehicle"]
FAMILY_OF: dict[str, Family] = {
    "smartphone": "phone",
    "tablet": "phone",
    "smartwatch": "wearable",
    "fitness_band": "wearable",
    "earbuds": "wearable",
    "washing_machine": "appliance",
    "refrigerator": "appliance",
    "air_conditioner": "appliance",
    "mobile_air_conditioner": "appliance",
    "television": "appliance",
    "robot_vacuum": "appliance",
    "vacuum_cleaner": "appliance",
    "dishwasher": "appliance",
    "air_purifier": "appliance",
    "router": "appliance",
    "small_device": "appliance",
    "component": "appliance",
    "battery_electric_car": "vehicle",
    "plug_in_hybrid": "vehicle",
    "petrol_car": "vehicle",
    "diesel_car": "vehicle",
    "e_scooter": "vehicle",
}
#: Markets by word; any two-letter country code (or province such as CN-GD) is one too.
MARKETS = ("international", "domestic")
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=80)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
#: Names that formulas may use besides the parameters; a parameter may not take one of them.
RESERVED_NAMES = frozenset({"service_life", "product_mass", "packaging_mass", "packaged_mass"})


class FunctionalUnit(Frozen):
    """What the product does, how much of it: the basis of every result and comparison (ISO 14044, 4.2.3.2)."""

    description: str = Field(min_length=3)
    quantity: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    unit: str = "piece"


class ServiceLife(Frozen):
    """How long the product is used: years, or km for vehicles."""

    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    unit: Literal["year", "km"]
    low: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    high: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    distribution: Distribution | None = None
    source: str = Field(min_length=1)
    note: str | None = None

    @model_validator(mode="after")
    def range_holds_the_value(self) -> ServiceLife:
        """low <= value <= high."""
        check_range(self.value, self.low, self.high, self.distribution)
        return self


class Parameter(Frozen):
    """A named figure that formulas use: a number with range, an expression of others, a text, or a place."""

    type: Literal["number", "text", "location"] = "number"
    value: Finite | str = Field(description="a number; an expression; or, for type text and location, a word")
    unit: str = ""
    low: Amount | None = None
    high: Amount | None = None
    expected: tuple[Amount, Amount] | None = Field(None, description="range of the file that is extended; set when the file is read")
    distribution: Distribution | None = None
    choices: tuple[str, ...] = Field((), description="the words allowed for type text")
    source: str = Field(min_length=1)
    pedigree: Pedigree | None = None
    description: str | None = None
    note: str | None = None

    @field_validator("pedigree", "choices", "expected", mode="before")
    @classmethod
    def lists_are_tuples(cls, value: object) -> object:
        """YAML has lists only."""
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def value_fits_the_type(self) -> Parameter:
        """A text is one of its choices; only numbers have ranges."""
        if self.type == "number":
            check_range(self.value, self.low, self.high, self.distribution)
            return self
        if not isinstance(self.value, str):
            raise ValueError(f"a parameter of type {self.type} has a word as its value")
        if self.low is not None or self.high is not None:
            raise ValueError(f"a parameter of type {self.type} has no range")
        if self.choices and self.value not in self.choices:
            raise ValueError(f"{self.value!r} is none of the choices {', '.join(self.choices)}")
        return self


class LineMass(Frozen):
    """What a line weighs in the finished product, per count."""

    value: Amount
    unit: str = "kg"


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class LineEndOfLife(Frozen):
    """A line's own end-of-life parameters (`docs/end-of-life.md`); what is left out is the material's."""

    material: str | None = Field(None, description="a material of recycling_parameters.csv, where the process does not tell it")
    a: Share | None = Field(None, alias="A", description="allocation between supplier and user of recycled material")
    b: Share | None = Field(None, alias="B", description="allocation of energy recovery")
    r1: Share | None = Field(None, alias="R1", description="recycled share of the input, where it is not what the process holds")
    r1_of_process: Share | None = Field(
        None, alias="R1_of_process", description="recycled share that the process holds, where the tables do not know it"
    )
    r2: Share | None = Field(None, alias="R2", description="share recycled after use")
    r3: Share | None = Field(None, alias="R3", description="share burned with energy recovery after use")
    quality_in: Ratio | None = Field(None, alias="Qs_in", description="quality of recycled input against virgin")
    quality_out: Ratio | None = Field(None, alias="Qs_out", description="quality of the recyclate against what it replaces")
    source: str = Field(min_length=1)

    def shares(self) -> dict[str, float]:
        """The parameters that are given, by the names of `lca.end_of_life.Shares`."""
        return {
            name: value for name in ("a", "b", "r1", "r2", "r3", "quality_in", "quality_out") if (value := getattr(self, name)) is not None
        }


class Line(Frozen):
    """One line of the bill: so much of a background process, in a stage, for a part."""

    part: str = Field(min_length=1, max_length=120)
    process: str = Field(min_length=1, description="name of the background process; {name} inserts a text parameter")
    location: str = Field(min_length=1, description="place of the process; {name} inserts a place parameter")
    amount: Amount = Field(description="a number >= 0, or an expression")
    unit: str = Field(min_length=1)
    count: Amount = 1.0
    loss: Amount = Field(0.0, description="share of the input that is lost: input = output / (1 - loss)")
    low: Amount | None = None
    high: Amount | None = None
    distribution: Distribution | None = None
    mass: LineMass | None = Field(None, description="mass in the product, where `amount` is not a mass or not all of it stays")
    in_product: bool = Field(True, description="false for what leaves the product, such as a process service given in kg")
    end_of_life: LineEndOfLife | None = Field(None, description="own parameters of the end-of-life formulas, for a line of the materials")
    pedigree: Pedigree | None = None
    source: str = Field(min_length=1)
    note: str | None = None

    @field_validator("pedigree", mode="before")
    @classmethod
    def list_is_a_tuple(cls, value: object) -> object:
        """YAML has lists only."""
        return tuple(value) if isinstance(value, list) else value

    @field_validator("amount", "count")
    @classmethod
    def amounts_are_not_negative(cls, value: Amount) -> Amount:
        """A number is checked here, an expression when it is evaluated."""
        if isinstance(value, int | float) and value < 0:
            raise ValueError(f"{value:g} is negative; a credit or avoided burden is not entered as a line")
        return value

    @field_validator("loss")
    @classmethod
    def loss_is_a_share(cls, value: Amount) -> Amount:
        """A loss is a share of the input, below all of it."""
        if isinstance(value, int | float) and not 0 <= value < 1:
            raise ValueError(f"the loss {value:g} is not a share below 1")
        return value

    @model_validator(mode="after")
    def range_holds_the_amount(self) -> Line:
        """low <= amount <= high, as far as they are numbers; the range of a line is drawn as a factor on its amount."""
        check_range(self.amount, self.low, self.high, self.distribution)
        if self.amount == 0 and self.low != self.high:
            raise ValueError("an amount of 0 cannot be drawn from a range: make it a parameter, whose range is drawn")
        return self


class Stages(Frozen):
    """The bill by life-cycle stage; the stage `packaging` is made from the packaging components."""

    materials: tuple[Line, ...] = ()
    manufacturing: tuple[Line, ...] = ()
    distribution: tuple[Line, ...] = ()
    use: tuple[Line, ...] = ()
    end_of_life: tuple[Line, ...] = ()

    @field_validator("*", mode="before")
    @classmethod
    def lists_are_tuples(cls, value: object) -> object:
        """YAML has lists only; an empty stage may be left empty."""
        return tuple(value) if isinstance(value, list) else () if value is None else value


#: Bounds of a service life that anybody can mean, by its unit.
SERVICE_LIVES = {"year": (0.05, 100.0), "km": (500.0, 3_000_000.0)}


def check_service_life(value: float, unit: str) -> None:
    """Raises ValueError where the value can only have been meant in another unit (a car of 15 km)."""
    low, high = SERVICE_LIVES[unit]
    if not value > 0:
        raise ValueError("a service life is above zero")
    if not low <= value <= high:
        raise ValueError(f"a service life of {value:g} {unit} is outside {low:g} to {high:,.0f} {unit}")


def check_market(market: str) -> str:
    """The market, if it is one. Raises ValueError with the nearest word."""
    code = market.split("-", maxsplit=1)[0]
    if market not in MARKETS and not (len(code) == 2 and code.isalpha() and code.isupper()):
        raise ValueError(f"{market!r} is not a market: {nearest(market, MARKETS) or 'use international, domestic, or a country code'}")
    return market


class PackagingComponent(Frozen):
    """One component of the packaging, with what circularity and footprint need to know of it."""

    component: str = Field(min_length=1, max_length=100)
    level: Literal["retail", "inbox", "transport"]
    material: str = Field(min_length=1, description="a material of inventories/background/packaging_materials.csv")
    mass: Quantity
    class_: Literal["plastic", "fibre", "wood", "metal", "glass", "other"] = Field(alias="class")
    excluded: Literal["adhesive", "ink", "coating", "esd"] | None = Field(
        None, description="excluded class of the plastic-free ratio, if it is one"
    )
    recycled_content: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    markets: tuple[str, ...] = Field((), description="markets it is used in (international, domestic, country codes); empty: all")
    process: str | None = Field(None, description="background process, where the material's own is not meant")
    location: str | None = Field(None, description="place of that process")
    forming_process: str | None = Field(None, description="process that forms it, per kg, where the material's own is not meant")
    end_of_life_process: str | None = Field(None, description="treatment per kg after use, where the material's own is not meant")
    end_of_life: LineEndOfLife | None = Field(None, description="own parameters of the end-of-life formulas")
    source: str = Field(min_length=1)
    note: str | None = None

    @field_validator("markets", mode="before")
    @classmethod
    def list_is_a_tuple(cls, value: object) -> object:
        """YAML has lists only."""
        return tuple(value) if isinstance(value, list) else value

    @field_validator("markets")
    @classmethod
    def markets_are_known_words(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """A market is `international`, `domestic`, or a two-letter country code (or a province such as CN-GD)."""
        for market in value:
            check_market(market)
        return value

    @field_validator("mass")
    @classmethod
    def mass_is_not_negative(cls, value: Quantity) -> Quantity:
        """Packaging weighs something (an expression is checked when it is evaluated)."""
        if isinstance(value.value, int | float) and value.value < 0:
            raise ValueError(f"the mass {value.value:g} is negative")
        return value

    def used_in(self, market: str) -> bool:
        """Whether the component names that market, or is used in all of them."""
        return not self.markets or market in self.markets


class Product(Frozen):
    """One product, resolved: nothing is inherited any more, every line stands here.

    Amounts are numbers or expressions of the parameters; `lca.billing.bill` evaluates them.
    """

    id: Identifier
    name: str = Field(min_length=1, max_length=200)
    category: str
    functional_unit: FunctionalUnit
    service_life: ServiceLife
    mass: Quantity | None = Field(None, description="declared mass without packaging; the parts are checked against it")
    market: str = Field("international", description="the market whose packaging is assessed")
    year: int | None = Field(None, ge=1990, le=2100, description="year of launch or of the study")
    description: str | None = None
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    stages: Stages
    packaging: tuple[PackagingComponent, ...] = ()
    scenarios: dict[Name, Scenario] = Field(default_factory=dict, description="named scenarios (`docs/scenarios.md`)")
    reference: Reference | None = None
    sources: dict[str, Source] = Field(default_factory=dict)
    extends: tuple[str, ...] = Field((), description="ids of the files this one was made from, nearest first")

    def packaging_in(self, market: str) -> tuple[PackagingComponent, ...]:
        """The packaging sold in a market. A country that no component names gets the packaging of `international`."""
        named = market in {"international", "domestic"} or any(market in c.markets for c in self.packaging)
        return tuple(c for c in self.packaging if c.used_in(market if named else "international"))

    @property
    def family(self) -> Family:
        """phone, wearable, appliance or vehicle, by the category."""
        return FAMILY_OF[self.category]

    @field_validator("packaging", "extends", mode="before")
    @classmethod
    def lists_are_tuples(cls, value: object) -> object:
        """YAML has lists only."""
        return tuple(value) if isinstance(value, list) else () if value is None else value

    @field_validator("market")
    @classmethod
    def market_is_a_known_word(cls, value: str) -> str:
        """A market that nobody has would leave all packaging out."""
        return check_market(value)

    @field_validator("category")
    @classmethod
    def category_is_known(cls, value: str) -> str:
        """The category tells the family."""
        if value not in FAMILY_OF:
            raise ValueError(f"unknown category: {nearest(value, FAMILY_OF) or 'known are ' + ', '.join(FAMILY_OF)}")
        return value

    @field_validator("parameters")
    @classmethod
    def parameter_names_are_free(cls, value: dict[str, Parameter]) -> dict[str, Parameter]:
        """Some names are made by the model itself."""
        for name in RESERVED_NAMES & value.keys():
            raise ValueError(f"the name {name!r} is reserved (it is set by the product file's own key)")
        return value

    @model_validator(mode="after")
    def service_life_fits_the_category(self) -> Product:
        """Vehicles serve for km, everything else for years; outside the bounds the unit was mistaken."""
        unit = "km" if self.family == "vehicle" else "year"
        if self.service_life.unit != unit:
            raise ValueError(f"the service life of a {self.category} is counted in {unit}, not in {self.service_life.unit}")
        check_service_life(self.service_life.value, unit)
        return self

    @model_validator(mode="after")
    def sources_are_declared(self) -> Product:
        """Every source that is cited stands under `sources`."""
        cited = {p.source for p in self.parameters.values()} | {x.source for x in self.all_lines()} | {c.source for c in self.packaging}
        cited |= {self.service_life.source} | {c.mass.source for c in self.packaging}
        cited |= {self.mass.source} if self.mass else set()
        cited |= {own.source for own in (*(x.end_of_life for x in self.all_lines()), *(c.end_of_life for c in self.packaging)) if own}
        cited |= {self.reference.published.source} if self.reference else set()
        cited |= {s.source for s in self.scenarios.values()} | {g.source for s in self.scenarios.values() for g in s.green_electricity}
        for key in sorted(cited - self.sources.keys() - {ESTIMATE}):
            raise ValueError(f"source {key!r} is not declared under sources (known: {', '.join(sorted(self.sources)) or 'none'})")
        return self

    def all_lines(self) -> tuple[Line, ...]:
        """All lines, stage by stage."""
        return tuple(line for stage in STAGES if stage != "packaging" for line in getattr(self.stages, stage))
