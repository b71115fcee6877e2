"""The one table of a book as SQLAlchemy sees it; `schema.py` holds the SQL that makes it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, Table, Text

from records.kinds import AMOUNTS, LABELS

metadata = MetaData()

_whole = BigInteger().with_variant(Integer(), "sqlite")
#: The fields that the hash covers; the rest repeats them in columns that SQL can add up (see `Kind.columns`).
HASHED = ("key", "kind", "happened", "recorded", "who", "reason", "seq")

journal = Table(
    "journal",
    metadata,
    Column("seq", _whole, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("happened", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text),
    Column("content", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("reverses", _whole, unique=True),
    Column("root", _whole),
    *(Column(name, Double) for name in AMOUNTS),
    *(Column(name, Text) for name in LABELS),
)
