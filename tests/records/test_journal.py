"""What a record book promises every day, on both databases."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from records import Draft, KeyConflict, Kind, PeriodClosed, Sum, UnknownEntry, UnknownKind, open_book, register_kind
from records.book import Book
from records.canonical import NotCanonical, canonical, link, parsed
from records.engines import writing
from records.errors import AlreadyReversed, BookMissing, CannotWrite, ContentRefused
from tests.records.samples import DAY, SOAK, Weighed, weighed

# 2022, 2023 and 2024 of a goal of 38,000 t (figures.md): 36,458 t in all
YEARS = {date(2022, 12, 31): 4500.0, date(2023, 12, 31): 12260.0, DAY: 19698.0}


@pytest.fixture
def ewaste(book: Book) -> Book:
    """Three years of recycled tonnes, and some that was only collected."""
    for day, mass in YEARS.items():
        book.append("test.weighed", weighed(mass, region="world"), happened=day, who="li", key=f"recycled-{day.year}")
    book.append("test.weighed", weighed(50, "collected", region="CN"), happened=DAY, who="wu", key="collected")
    return book


def test_what_was_written_is_read_back(ewaste: Book) -> None:
    entry = ewaste.get("recycled-2024")
    assert entry.model() == Weighed(mass_t=19698.0, treatment="recycled", region="world")
    assert (entry.happened, entry.who, entry.seq, entry.effective, entry.reverses) == (DAY, "li", 3, True, None)
    assert [e.id for e in ewaste.entries()] == ["recycled-2022", "recycled-2023", "recycled-2024", "collected"]
    assert [e.id for e in ewaste.entries(last=2)] == ["recycled-2024", "collected"]


def test_totals_by_treatment_and_year(ewaste: Book) -> None:
    assert ewaste.sum("test.weighed", "mass_t", where={"treatment": "recycled"}) == [Sum((), 36458.0, 3)]
    assert ewaste.sum("test.weighed", "mass_t", by=("treatment", "year"), since=date(2023, 1, 1)) == [
        Sum(("collected", "2024"), 50.0, 1),
        Sum(("recycled", "2023"), 12260.0, 1),
        Sum(("recycled", "2024"), 19698.0, 1),
    ]
    assert ewaste.sum("test.weighed", "mass_t", at=date(2023, 12, 31)) == [Sum((), 16760.0, 2)]
    assert ewaste.sum("test.weighed", "mass_t", at=date(2023, 12, 30)) == [Sum((), 4500.0, 1)]
    assert ewaste.sum("test.weighed", "mass_t", by=("month",), where={"region": ("CN", "EU")}) == [Sum(("2024-12",), 50.0, 1)]
    assert ewaste.sum("test.weighed", "mass_t", where={"region": "nowhere"}) == [Sum((), 0.0, 0)]


def test_the_newest_of_each_group_goes_by_event_date(ewaste: Book) -> None:
    ewaste.append("test.weighed", weighed(1, region="world"), happened=date(2020, 1, 1), who="li", key="late news of an early day")
    assert [e.id for e in ewaste.latest("test.weighed", ("region",))] == ["recycled-2024", "collected"]
    assert [e.id for e in ewaste.latest("test.weighed", ("region",), at=date(2023, 12, 31))] == ["recycled-2023"]


def test_names_that_the_kind_does_not_have_are_refused(ewaste: Book) -> None:
    with pytest.raises(UnknownKind, match=r"test\.weighed"):
        ewaste.append("test.weigh", weighed(1), happened=DAY, who="li")
    with pytest.raises(UnknownKind, match="mass_t"):
        ewaste.sum("test.weighed", "treatment")
    with pytest.raises(UnknownKind, match="region"):
        ewaste.sum("test.weighed", "mass_t", by=("place",))
    with pytest.raises(UnknownEntry, match="list"):
        ewaste.get("nothing")


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="another definition"):
        register_kind(Kind("test.weighed", Weighed))
    with pytest.raises(ValueError, match="at most"):
        Kind("test.too-many", Weighed, amounts=("a", "b", "c", "d"))


# --- idempotency (L3, L4) ---------------------------------------------------------------------------------------------------


def test_the_same_key_and_content_give_the_same_entry_whoever_asks(book: Book) -> None:
    first = book.append("test.weighed", weighed(5), happened=DAY, who="li", key="k")
    again = book.append("test.weighed", Weighed(mass_t=5, treatment="recycled"), happened=DAY, who="wu", key="k")
    assert again == first
    assert book.head().entries == 1
    twice = book.append_many([Draft("test.weighed", weighed(6), DAY, "li", "same"), Draft("test.weighed", weighed(6), DAY, "li", "same")])
    assert twice[0] == twice[1]
    assert book.head().entries == 2


def test_without_a_key_two_equal_entries_are_two(book: Book) -> None:
    first, second = (book.append("test.weighed", weighed(5), happened=DAY, who="li") for _ in range(2))
    assert first.id != second.id


_contents = st.builds(
    weighed,
    st.floats(-1e9, 1e9).map(lambda x: round(x, 3)),
    st.sampled_from(["recycled", "reused", "回收"]),
    region=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
)
_whole_drafts = st.tuples(_contents, st.dates(date(2020, 1, 1), date(2030, 12, 31)))


@settings(max_examples=300 * SOAK, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_whole_drafts, _whole_drafts)
def test_the_same_key_with_other_content_is_refused(book: Book, one: Any, other: Any) -> None:
    """L4: 300 pairs; equal pairs give the entry again, unequal ones name both and leave the book as it was."""
    key = uuid.uuid4().hex
    written = book.append("test.weighed", one[0], happened=one[1], who="li", key=key)
    head = book.head()
    if one == other:
        assert book.append("test.weighed", other[0], happened=other[1], who="wu", key=key) == written
    else:
        with pytest.raises(KeyConflict) as refused:
            book.append("test.weighed", other[0], happened=other[1], who="wu", key=key)
        for content, day in (one, other):
            assert f"{day} {canonical(content)}" in str(refused.value)
    assert book.head() == head


def test_a_batch_is_written_whole_or_not_at_all(ewaste: Book) -> None:
    head = ewaste.head()
    good = [Draft("test.weighed", weighed(i), DAY, "li", f"b{i}") for i in range(3)]
    with pytest.raises(KeyConflict):
        ewaste.append_many([*good, Draft("test.weighed", weighed(9), DAY, "li", "collected")])
    with pytest.raises(ContentRefused) as refused:
        ewaste.append_many(
            [*good, Draft("test.weighed", {"mass_t": "five"}, DAY, "li"), Draft("test.weighed", weighed(float("nan")), DAY, " ")]
        )
    assert [(p.line, p.field) for p in refused.value.problems] == [(4, "mass_t"), (4, "treatment"), (5, "mass_t")]
    assert ewaste.head() == head
    assert [e.seq for e in ewaste.append_many(good)] == [5, 6, 7]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"who": ""}, "who"),
        ({"who": " li"}, "who"),
        ({"who": "li\n"}, "who"),
        ({"who": "\ud800"}, "who"),
        ({"key": "k" * 201}, "key"),
        ({"key": "a\0b"}, "key"),
        ({"reason": ""}, "reason"),
        ({"happened": datetime(2024, 1, 1, tzinfo=UTC)}, "happened"),
        ({"content": weighed(1, note="a\0b")}, "test.weighed"),
        ({"content": weighed(1, note="\ud800")}, "test.weighed"),
        ({"content": weighed(1, note="x" * 100_001)}, "test.weighed"),
        ({"content": weighed(1, unknown=1)}, "unknown"),
        ({"content": weighed(1, note=object())}, "test.weighed"),
    ],
)
def test_what_cannot_be_kept_is_refused(sqlite_book: Book, wrong: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {"content": weighed(1), "happened": DAY, "who": "li"} | wrong
    with pytest.raises(ContentRefused) as refused:
        sqlite_book.append("test.weighed", given.pop("content"), **given)
    assert refused.value.problems[0].field == field
    assert sqlite_book.head().entries == 0


# --- corrections (L6) and closed periods ------------------------------------------------------------------------------------


def test_a_reversal_takes_an_entry_back_and_can_be_taken_back(ewaste: Book) -> None:
    def total() -> float:
        return ewaste.sum("test.weighed", "mass_t", where={"treatment": "recycled"})[0].value

    reversal = ewaste.reverse("recycled-2023", reason="counted twice", who="wu")
    assert (reversal.kind, reversal.reverses, reversal.reason, reversal.happened) == (
        "reversal",
        "recycled-2023",
        "counted twice",
        date(2023, 12, 31),
    )
    assert total() == 36458.0 - 12260.0
    assert not ewaste.get("recycled-2023").effective
    assert ewaste.reverse("recycled-2023", reason="counted twice", who="li") == reversal
    with pytest.raises(AlreadyReversed, match=reversal.id):
        ewaste.reverse("recycled-2023", reason="another one", who="wu")
    back = ewaste.reverse(reversal.id, reason="it was right", who="li")
    assert total() == 36458.0
    ewaste.reverse(back.id, reason="no, it was not", who="li")
    assert total() == 36458.0 - 12260.0
    assert [e.effective for e in ewaste.entries(include_reversed=True)] == [True, False, True, True, True, False, True]
    assert ewaste.counts()["test.weighed"].effective == 3
    with pytest.raises(UnknownEntry):
        ewaste.reverse("nothing", reason="why not", who="li")


def test_a_closed_period_needs_a_stated_reason(ewaste: Book) -> None:
    year = {"start": date(2023, 1, 1), "end": date(2023, 12, 31)}
    closing = ewaste.append("period", year, happened=date(2024, 2, 1), who="wu", key="close 2023")
    late = {"happened": date(2023, 12, 31), "who": "li", "key": "late"}
    head = ewaste.head()
    with pytest.raises(PeriodClosed, match="close 2023"):
        ewaste.append("test.weighed", weighed(7), **late)
    assert ewaste.head() == head
    assert (
        ewaste.append("test.weighed", weighed(12260, region="world"), happened=date(2023, 12, 31), who="li", key="recycled-2023").seq == 2
    )
    ewaste.append("test.weighed", weighed(7), happened=date(2024, 1, 1), who="li")
    assert ewaste.append("test.weighed", weighed(7), reason="a recycler reported late", **late).reason == "a recycler reported late"
    ewaste.reverse(closing.id, reason="closed too early", who="wu")
    ewaste.append("test.weighed", weighed(8), happened=date(2023, 12, 31), who="li")


# --- nothing is edited or deleted (L5) --------------------------------------------------------------------------------------

_EDITS = [
    "UPDATE journal SET who = 'me'",
    "UPDATE journal SET amount_1 = 0 WHERE seq = 1",
    "DELETE FROM journal",
    "DELETE FROM journal WHERE seq = 4",
]
_SQLITE_EDITS = [
    "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 1",
    "REPLACE INTO journal SELECT 5, key, kind, happened, recorded, who, reason, content, hash, reverses, root, 0, 0, 0, '', '', '', '', '', '' "
    "FROM journal WHERE seq = 1",
    "INSERT INTO journal SELECT 9, 'new', kind, happened, recorded, who, reason, content, hash, reverses, root, 0, 0, 0, '', '', '', '', '', '' "
    "FROM journal WHERE seq = 1",
    "UPDATE OR REPLACE journal SET seq = 1 WHERE seq = 2",
]
_POSTGRES_EDITS = [
    "TRUNCATE journal",
    "TRUNCATE journal CASCADE",
    "INSERT INTO journal SELECT * FROM journal WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET who = 'me'",
    "SET session_replication_role = replica; DELETE FROM journal",
]


def test_the_database_itself_refuses_every_edit(ewaste: Book) -> None:
    before = ewaste.entries(include_reversed=True)
    more = _SQLITE_EDITS if ewaste.engine.dialect.name == "sqlite" else _POSTGRES_EDITS
    for edit in _EDITS + more:
        with pytest.raises(CannotWrite, match="append-only"), writing(ewaste.engine) as connection:
            connection.exec_driver_sql(edit)
        ewaste.close()
        assert ewaste.entries(include_reversed=True) == before, edit
    assert ewaste.verify().ok


def test_the_role_of_an_application_may_only_read_and_append(server: Any) -> None:
    url = server.new_database()
    with open_book(url, create=True) as owner:
        owner.append("test.weighed", weighed(1), happened=DAY, who="li", key="a")
        with owner.engine.begin() as connection:
            connection.execute(text("DROP ROLE IF EXISTS clerk"))
            connection.execute(text("CREATE ROLE clerk LOGIN"))
            connection.execute(text("GRANT SELECT, INSERT ON journal TO clerk"))
            connection.execute(text("GRANT SELECT ON journal_version TO clerk"))
        with open_book(url.replace("postgres@", "clerk@")) as clerk:
            clerk.append("test.weighed", weighed(2), happened=DAY, who="clerk", key="b")
            assert clerk.verify().ok
            for edit in [
                *_EDITS,
                "TRUNCATE journal",
                "DROP TRIGGER journal_no_change ON journal",
                "ALTER TABLE journal DISABLE TRIGGER ALL",
            ]:
                with pytest.raises(CannotWrite, match=r"append-only|permission denied|must be owner"), writing(clerk.engine) as connection:
                    connection.exec_driver_sql(edit)
        assert owner.head().entries == 2


def test_a_dropped_guard_shows(ewaste: Book) -> None:
    on_table = "" if ewaste.engine.dialect.name == "sqlite" else " ON journal"
    guard = "journal_no_update" if ewaste.engine.dialect.name == "sqlite" else "journal_no_change"
    with writing(ewaste.engine) as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {guard}{on_table}")
    found = ewaste.verify()
    assert not found.ok
    assert guard in found.problems[0]


# --- time (L15) -------------------------------------------------------------------------------------------------------------

_CLOCKS = [
    [datetime(2024, 6, 1, 12, tzinfo=UTC) - timedelta(hours=i) for i in range(5)],  # set back again and again
    [datetime(2024, 10, 27, 2, 30, tzinfo=timezone(timedelta(hours=h))) for h in (2, 1)],  # the hour that comes twice
    [datetime(2024, 3, 31, h, 59, tzinfo=timezone(timedelta(hours=z))) for h, z in ((1, 1), (3, 2))],  # the hour that is missing
    [datetime(2024, 2, 28, 23, 59, 59, tzinfo=UTC) + timedelta(days=i) for i in range(3)],  # a leap day
    [datetime(2023, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)],
    [datetime(2024, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=14))), datetime(2024, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=-12)))],
    [datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)],
    [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)],
    [datetime(2024, 6, 30, 23, 59, 59, tzinfo=UTC)] * 3,  # a clock that stands still
    [datetime(2026, 11, 25, 4, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC), datetime(2026, 11, 25, 5, tzinfo=UTC)],  # an empty battery
    [datetime(1900, 2, 28, 23, 59, tzinfo=UTC), datetime(1900, 3, 1, tzinfo=UTC)],  # a hundredth year without a leap day
    [datetime(2000, 2, 29, 12, tzinfo=UTC), datetime(2000, 2, 28, 12, tzinfo=UTC)],  # one with it, and a day back
    [datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), datetime(1969, 1, 1, tzinfo=UTC)],
    [datetime(2016, 12, 31, 23, 59, 59, 500000 * i, tzinfo=UTC) for i in (1, 0, 1)],  # a leap second: the last one comes twice
    [datetime(2024, 4, 7, 1, 45, tzinfo=timezone(timedelta(hours=h, minutes=m))) for h, m in ((11, 0), (10, 30))],  # half an hour twice
    [datetime(2011, 12, 29, 23, 59, tzinfo=timezone(-timedelta(hours=10))), datetime(2011, 12, 31, tzinfo=timezone(timedelta(hours=14)))],
    [
        datetime(2024, 1, 1, 5, 45, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2024, 1, 1, tzinfo=UTC),
    ],  # one moment, two zones
    [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(microseconds=i) for i in (2, 1, 0, 3)],  # corrected by the smallest step
    [datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=h))) for h in (8, -8, 0, 8)],  # a computer that travels
    [datetime(2262, 4, 11, 23, 47, 17, tzinfo=UTC), datetime(1677, 9, 21, tzinfo=UTC)],  # past the end of 64-bit nanoseconds
]


@pytest.mark.parametrize("clock", _CLOCKS)
def test_the_clock_never_reorders_the_history(place: str, clock: list[datetime]) -> None:
    """20 clocks: the order is that of writing; the date of the event and the time of the record are both kept."""
    moments = iter(clock)
    with open_book(place, create=True, clock=lambda: next(moments)) as book:
        for i in range(len(clock)):
            book.append("test.weighed", weighed(i), happened=date(2030 - i, 1, 1), who="li", key=f"k{i}")
        entries = book.entries()
        assert [e.id for e in entries] == [f"k{i}" for i in range(len(clock))]
        assert [e.recorded for e in entries] == clock
        assert [e.happened.year for e in entries] == [2030 - i for i in range(len(clock))]
        assert book.verify().ok


def test_the_book_as_it_was_known_at_a_moment(place: str) -> None:
    moments = iter(datetime(2025, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))
    with open_book(place, create=True, clock=lambda: next(moments)) as book:
        book.append("test.weighed", weighed(10), happened=DAY, who="li", key="a")
        book.append("test.weighed", weighed(5), happened=DAY, who="li", key="b")
        reversal = book.reverse("a", reason="wrong", who="li")
        book.reverse(reversal.id, reason="right after all", who="li")

        def known(month: int) -> float:
            return book.sum("test.weighed", "mass_t", known_at=datetime(2025, month, 15, tzinfo=UTC))[0].value

        assert [known(m) for m in (1, 2, 3, 4)] == [10.0, 15.0, 5.0, 15.0]
        then = book.entries(known_at=datetime(2025, 3, 15, tzinfo=UTC), include_reversed=True)
        assert [(e.id, e.effective) for e in then] == [("a", False), ("b", True), (reversal.id, True)]


# --- the chain --------------------------------------------------------------------------------------------------------------


def test_the_hash_is_sha256_of_the_canonical_entry(ewaste: Book) -> None:
    """Anyone can check it without us: RFC 8785 of the entry with its content as JSON and the hash before as `prev`."""
    import hashlib

    before = "0" * 64
    for e in ewaste.entries():
        plain = {
            "content": dict(e.content),
            "happened": e.happened.isoformat(),
            "key": e.id,
            "kind": e.kind,
            "prev": before,
            "reason": e.reason,
            "recorded": e.to_dict()["recorded"],
            "seq": e.seq,
            "who": e.who,
        }
        assert e.hash == hashlib.sha256(rfc8785.dumps(plain)).hexdigest()
        before = e.hash
    assert ewaste.head().hash == before


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), lambda x: st.lists(x) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), x)))  # fmt: skip
def test_canonical_text_is_a_fixed_point_and_means_the_same(value: Any) -> None:
    assert parsed(canonical(value)) == value
    assert canonical(parsed(canonical(value))) == canonical(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 1, "\ud800", {"a": ["\0"]}, {"\0": 1}, {1: 2}])
def test_values_without_canonical_text_are_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_a_backslash_before_u0000_is_not_nul() -> None:
    assert canonical("\\u0000") == '"\\\\u0000"'
    assert link("0" * 64, {"who": "li"}, "{}") != link("0" * 64, {"who": "wu"}, "{}")


def test_a_book_that_is_not_there_is_not_read(place: str) -> None:
    with pytest.raises(BookMissing, match="init"):
        open_book(place)
    with open_book(place, create=True):
        pass
    with open_book(place) as book:
        assert book.head().entries == 0


def test_an_error_of_the_database_is_never_passed_on_bare(book: Book) -> None:
    with pytest.raises(Exception, match="no_such_table") as raised, writing(book.engine) as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")
    assert not isinstance(raised.value, DBAPIError)
