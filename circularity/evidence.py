"""Evidence: the document behind an entry, kept beside the book, and its digest in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import Field

from lca.errors import InputError, Problem
from lca.quantity import Frozen

_BLOCK = 1 << 20


class Evidence(Frozen):
    """A document by the name of its file, its SHA-256 and its size in bytes."""

    name: str = Field(min_length=1, max_length=255)
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0)]


def evidence_of(path: Path) -> Evidence:
    """The digest of a file, read block by block. Raises InputError when it cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise InputError(Problem(f"the evidence cannot be read: {error.strerror}", field="evidence", value=str(path))) from error
    return Evidence(name=path.name, sha256=digest.hexdigest(), size=size)
