"""Which record book a command works on: `--records` on lifeloop, the group or the command, or LIFELOOP_RECORDS."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from cli import printing

if TYPE_CHECKING:
    from records.book import Book

ENVIRONMENT = "LIFELOOP_RECORDS"
_META = "lifeloop.records"
Function = Callable[..., Any]


def _remember(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    # contexts share `meta` with their parents and are parsed from the outside in, so the innermost option is the last word
    if value is not None:
        ctx.meta[_META] = value


def records_option(command: Function) -> Function:
    """--records PATH-or-URL; the innermost of several wins. The command takes no argument for it: see `records_place`."""
    return click.option(
        "--records",
        metavar="PATH-or-URL",
        expose_value=False,
        callback=_remember,
        help=f"Record book: a file, or postgresql://user@host/database (default: ${ENVIRONMENT}).",
    )(command)


def who_option(command: Function) -> Function:
    """--who NAME, by default the system's user."""
    return click.option("--who", default=_system_user, show_default="the system's user", help="Who logs this.")(command)


def is_moment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """Callback of --known-at: an ISO time with zone, or without one in UTC; a day alone means its end."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a time such as 2024-12-31 or 2024-12-31T12:00:00Z") from error
    if len(value) == len("2024-12-31"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def records_place() -> str:
    """The book that was named; a usage error (exit 2) when none was."""
    named: str | None = click.get_current_context().meta.get(_META) or os.environ.get(ENVIRONMENT)
    if not named:
        raise click.UsageError(f"name the record book: --records PATH-or-URL, or {ENVIRONMENT} in the environment")
    return named


@contextmanager
def reading_book(as_json: bool = False) -> Iterator[Book]:
    """The named book to read from. What is wrong with it ends the command with exit 2, refused content with exit 3."""
    with _book(False, as_json) as book:
        yield book


@contextmanager
def writing_book(as_json: bool = False) -> Iterator[Book]:
    """The named book to write to, made when nothing is there. Exit codes as in `reading_book`; a key conflict is exit 2."""
    with _book(True, as_json) as book:
        yield book


@contextmanager
def _book(create: bool, as_json: bool) -> Iterator[Book]:
    place = records_place()
    from records import open_book

    with record_errors(as_json), open_book(place, create) as book:
        yield book


@contextmanager
def record_errors(as_json: bool = False) -> Iterator[None]:
    """Errors of the record book said on stderr: exit 2, or 3 for content that is refused."""
    from lca.errors import InputError
    from records.errors import RecordError

    try:
        yield
    except RecordError as error:
        printing.stop(error, as_json, printing.EXIT_USAGE)
    except InputError as error:
        printing.stop(error, as_json)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in some containers
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
