"""Where Lifeloop keeps what it can make again: `LIFELOOP_HOME`, or the user's cache folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """The folder for caches (not created here): $LIFELOOP_HOME, else the platform's cache folder."""
    told = os.environ.get("LIFELOOP_HOME")
    if told:
        return Path(told).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "lifeloop"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "lifeloop"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lifeloop"
