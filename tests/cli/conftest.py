"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book that is still to be made, named by the environment."""
    path = tmp_path / "a.book"
    monkeypatch.setenv("LIFELOOP_RECORDS", str(path))
    return path
