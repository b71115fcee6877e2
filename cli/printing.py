"""What every command shares: tables for people, JSON and CSV for machines, errors on stderr, exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from lca.errors import LifeloopError, Problem

EXIT_USAGE = 2
EXIT_REFUSED = 3
Function = Callable[..., Any]


class _NewFile(click.Path):
    """A file to write to, found out before anything is computed: its folder is there and can be written to."""

    def __init__(self, formats: Sequence[str] = ()) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path, allow_dash=not formats)
        self.formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Raises click.UsageError for one that cannot be written."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if self.formats and path.suffix.lower() not in self.formats:
            self.fail(f"{path}: a picture ends in {', '.join(self.formats[:-1])} or {self.formats[-1]}", param, ctx)
        if str(path) != "-" and not (path.parent.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK)):
            self.fail(f"{path} cannot be written: {path.parent} is no folder that can be written to", param, ctx)
        return path


NEW_FILE = _NewFile()
PICTURE = _NewFile((".svg", ".png", ".pdf"))


def output_options(command: Function) -> Function:
    """The options --json, --csv and --output."""
    command = click.option("--output", "-o", type=NEW_FILE, help="Write to this file instead of the screen (- is the screen).")(command)
    command = click.option("--csv", "as_csv", is_flag=True, callback=_one_form, help="CSV with every digit, for machines.")(command)
    return click.option("--json", "as_json", is_flag=True, callback=_one_form, help="JSON with every digit, for machines.")(command)


def _one_form(ctx: click.Context, parameter: click.Parameter, value: bool) -> bool:
    """JSON or CSV, not both: whichever of the two is read second finds the first."""
    if value and any(ctx.params.get(name) for name in ("as_json", "as_csv") if name != parameter.name):
        raise click.UsageError("--json and --csv cannot be given together", ctx)
    return value


def write(text: str, output: Path | None) -> None:
    """Print, or write to a file; a file that cannot be written is a usage error (exit 2)."""
    if output is None or str(output) == "-":
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}") from error


def as_json_text(value: Any) -> str:
    """JSON with all digits; NaN and infinity are refused."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)


def as_csv_text(rows: Sequence[dict[str, Any]]) -> str:
    """CSV of flat rows; text cells that a spreadsheet would run as a formula get an apostrophe in front."""
    if not rows:
        return ""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _harmless(value) for key, value in row.items()})
    return buffer.getvalue().rstrip("\n")


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r", "＝"} else value


def table(rows: Sequence[dict[str, Any]], title: str | None = None, right: Sequence[str] = ()) -> str:
    """A table as wide as the terminal allows; columns in `right` are numbers."""
    from rich.console import Console
    from rich.table import Table

    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in rows[0] if rows else ():
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*[str(value) for value in row.values()])
    width = None if sys.stdout.isatty() else 140
    console = Console(file=io.StringIO(), width=width, force_terminal=sys.stdout.isatty(), highlight=False, markup=False, emoji=False)
    console.print(made)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())


def refuse(error: LifeloopError, as_json: bool) -> None:
    """Say what was wrong on stderr: one JSON object a line for machines, one line a mistake for people."""
    problems: tuple[Problem, ...] = getattr(error, "problems", ()) or (Problem(str(error)),)
    for problem in problems:
        click.echo(json.dumps(problem.to_dict(), ensure_ascii=False) if as_json else f"Error: {problem}", err=True)


def stop(error: LifeloopError, as_json: bool, code: int = EXIT_REFUSED) -> NoReturn:
    """Refuse and end with this exit code."""
    refuse(error, as_json)
    sys.exit(code)
