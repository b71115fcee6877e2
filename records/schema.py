"""The SQL of a book's table and of the guards that keep it append-only, by schema version. Released text is never changed.

`reverses` is the seq of the entry that a reversal takes back, `root` the seq of the first entry of such a line: an entry is
effective when the number of rows with its seq as root is even, so totals need no recursion.
"""

from __future__ import annotations

#: "Llop" in ASCII; SQLite keeps it in the file's header.
APPLICATION_ID = 0x4C6C6F70
#: The schema version that this code reads and writes.
VERSION = 2
#: Where Alembic notes the version.
VERSION_TABLE = "journal_version"

_COLUMNS = """\
  seq {whole} PRIMARY KEY CHECK (seq > 0),
  key {text} NOT NULL UNIQUE,
  kind {text} NOT NULL,
  happened {text} NOT NULL CHECK (length(happened) = 10),
  recorded {text} NOT NULL CHECK (length(recorded) = 27),
  who {text} NOT NULL,
  reason {text},
  content {text} NOT NULL CHECK (content LIKE '{{%}}'),
  hash {text} NOT NULL CHECK (length(hash) = 64),
  reverses {whole} UNIQUE REFERENCES journal (seq),
  root {whole} REFERENCES journal (seq),
  amount_1 {real},
  amount_2 {real},
  amount_3 {real},
  label_1 {text},
  label_2 {text},
  label_3 {text},
  label_4 {text},
  label_5 {text},
  label_6 {text}
"""
_SQLITE_TABLE = f"CREATE TABLE journal (\n{_COLUMNS.format(whole='INTEGER', text='TEXT', real='REAL')}) STRICT"
_POSTGRES_TABLE = "CREATE TABLE journal (\n{})".format(_COLUMNS.format(whole="BIGINT", text='TEXT COLLATE "C"', real="DOUBLE PRECISION"))

#: Trigger -> its SQL. INSERT OR REPLACE deletes rows without firing the delete trigger, so the insert trigger refuses it.
SQLITE_GUARDS = {
    "journal_no_update": """CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    "journal_no_delete": """CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    "journal_in_order": """CREATE TRIGGER journal_in_order BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
  OR EXISTS (SELECT 1 FROM journal WHERE key = NEW.key)
  OR EXISTS (SELECT 1 FROM journal WHERE reverses = NEW.reverses)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
}
_POSTGRES_FUNCTION = """CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"""
REFUSAL = "RAISE EXCEPTION 'the journal is append-only'"
#: Trigger -> how pg_trigger describes it: ALWAYS; before (2), delete (8), update (16), truncate (32), for each statement.
POSTGRES_TRIGGERS = {"journal_no_change": ("A", 2 + 8 + 16 + 32)}
#: Triggers of PostgreSQL; ALWAYS, so that `session_replication_role` does not switch them off.
POSTGRES_GUARDS = {
    "journal_no_change": """CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only()""",
}

_INDEX_OF_REVERSALS = "CREATE INDEX journal_root ON journal (root) WHERE root IS NOT NULL"

VERSION_1 = {
    "sqlite": (
        f"PRAGMA application_id = {APPLICATION_ID}",
        _SQLITE_TABLE,
        _INDEX_OF_REVERSALS,
        *SQLITE_GUARDS.values(),
        "PRAGMA user_version = 1",
    ),
    "postgresql": (
        _POSTGRES_TABLE,
        _INDEX_OF_REVERSALS,
        _POSTGRES_FUNCTION,
        *POSTGRES_GUARDS.values(),
        "ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_no_change",
        "REVOKE UPDATE, DELETE, TRUNCATE ON journal FROM PUBLIC",
    ),
}

#: Totals are read from this index alone; reversals themselves are never summed.
VERSION_2 = {
    "sqlite": (
        """CREATE INDEX journal_totals ON journal
(kind, happened, label_1, label_2, label_3, label_4, label_5, label_6, amount_1, amount_2, amount_3) WHERE root IS NULL""",
        "PRAGMA user_version = 2",
    ),
    "postgresql": (
        """CREATE INDEX journal_totals ON journal (kind, happened)
INCLUDE (seq, label_1, label_2, label_3, label_4, label_5, label_6, amount_1, amount_2, amount_3) WHERE root IS NULL""",
    ),
}

#: Index of PostgreSQL -> the columns that can be read from it alone, and the rows that it has.
POSTGRES_INDEXES = {
    "journal_pkey": ("seq", "true"),
    "journal_key_key": ("key", "true"),
    "journal_reverses_key": ("reverses", "true"),
    "journal_root": ("root", "root IS NOT NULL"),
    "journal_totals": (
        "kind, happened, seq, label_1, label_2, label_3, label_4, label_5, label_6, amount_1, amount_2, amount_3",
        "root IS NULL",
    ),
}


def sqlite_objects() -> dict[str, str]:
    """Every object of a SQLite book by name, with its SQL as SQLite keeps it."""
    statements = [s for s in (*VERSION_1["sqlite"], *VERSION_2["sqlite"]) if s.startswith("CREATE")]
    return {statement.split()[2]: statement for statement in statements}
