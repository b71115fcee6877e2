"""A reviewer's sign-off on an entry, logged as an entry of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lca.quantity import Frozen

KIND = "signature"
Verdict = Literal["approved", "rejected"]


class Signature(Frozen):
    """Content of an entry: somebody who did not log it has looked at `entry` (its id, and its hash at that time)."""

    entry: Annotated[str, Field(min_length=1, max_length=200)]
    entry_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    verdict: Verdict = "approved"
    note: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
