"""The command reference (`docs/cli.md`), from the help of every command."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from cli.main import lifeloop

_HEAD = """\
# Command reference

This page is made from the help texts of the commands (`make readme`); `lifeloop COMMAND --help` says the same.

Tables for people have three significant digits; `--json` and `--csv` keep every digit and `--output FILE` (`-o`) writes
to a file. Exit codes: **0** done, **1** unexpected error, **2** the command line is wrong or nothing could be read or
written, **3** at least one input was refused (the others are done). Errors go to stderr; with `--json` each is one JSON object
a line with the keys `reason`, `file`, `line`, `field`, `value`, `hint`.

A PRODUCT is the path of a product file (`docs/product-file.md`) or the id of a shipped product or archetype.
The environment variable `LIFELOOP_HOME` says where the solved background is kept; without it, it is the user's cache
folder. Nothing is written anywhere else unless an option names a file.
"""


def command_reference() -> str:
    """The whole page."""
    sections = [_section(name, command) for name, command in all_commands()]
    return "\n".join([_HEAD, *sections]).rstrip("\n") + "\n"


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, such as `lifeloop background show`, groups before their members."""
    yield from _below("lifeloop", lifeloop)


def _below(prefix: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=prefix)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        yield f"{prefix} {name}", command
        if isinstance(command, click.Group):
            yield from _below(f"{prefix} {name}", command)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    level = "#" * len(name.split())
    lines = [f"{level} {name}", "", inspect.cleandoc(command.help or ""), "", "```text", usage, "```", ""]
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        lines += ["| option | meaning |", "|---|---|", *(_option(option, context) for option in options), ""]
    return "\n".join(lines)


def _option(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    default = _default(option)
    often = " May be given several times." if option.multiple else ""
    return f"| {names}{value} | {option.help or ''}{default}{often} |".replace("<", "\\<")


def _default(option: click.Option) -> str:
    """The default as a sentence: the words of `show_default` where it has some; none for one that is found at run time."""
    if isinstance(option.show_default, str):
        return f" Default: {option.show_default}."
    shown = option.show_default and option.default and not callable(option.default)
    return f" Default: `{option.default}`." if shown else ""
