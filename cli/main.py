"""The `lifeloop` command: a group whose subcommands are imported only when they are called."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any

import click

from cli.recordbook import records_option

# looking for plugins of pydantic reads the metadata of every installed package; we use none
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# nearly all that is made while a command starts lives to its end: to look for garbage every 700 objects takes a twentieth of the time
gc.set_threshold(100_000, 20, 20)

#: Subcommand -> module of `cli` that holds it (as the function `command`), in the order of the help text.
_COMMANDS = {
    "demo": ("cli.demo", "Assess the shipped portfolio and compare it with what was published."),
    "assess": ("cli.assess", "The footprint of product files, folders of them, or shipped products by id."),
    "compare": ("cli.compare", "Two designs side by side, line by line."),
    "sensitivity": ("cli.sensitivity", "Which parameters move a footprint or a difference, and where the answer turns."),
    "scenarios": ("cli.scenarios", "A product as it is and under its named scenarios."),
    "hotspots": ("cli.hotspots", "Where a footprint comes from: parts, processes, gases, supply-chain tree."),
    "explain": ("cli.explain", "Where a product's numbers come from: line, process, row, source."),
    "products": ("cli.products", "List the products that are shipped."),
    "archetypes": ("cli.archetypes", "List the archetypes and their parameters."),
    "new": ("cli.new", "Write a commented starting file from an archetype."),
    "validate": ("cli.validate", "Modelled against published footprints."),
    "background": ("cli.background", "Look into the background database and check it."),
    "packaging": ("cli.packaging", "Plastic-free ratios: product files, logged volumes, swaps."),
    "circularity": ("cli.circularity", "Material circularity (MCI), and its change beside kg CO2e."),
    "records": ("cli.records", "The record book: list, reverse, verify, back up, export."),
    "ewaste": ("cli.ewaste", "Log e-waste and add it up by treatment; WEEE rates."),
    "company": ("cli.company", "The company's account: scopes 1 to 3, inventory, intensities, trends."),
    "target": ("cli.target", "Emission and electricity targets: on, behind or ahead of their path; reviews."),
    "supplier": ("cli.supplier", "The supplier register: statuses, counts at any date, green electricity, rules."),
    "goal": ("cli.goal", "Goals of any kind: how far along, what is needed a year, when reached."),
    "schema": ("cli.schema", "The JSON Schema of the product file, for editors."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it is run or its own help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table above."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown command with the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from lca.errors import nearest

            hint = nearest(args[0], _COMMANDS)
            raise click.UsageError(f"{error.message}{' ' + hint if hint else ''}", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; --records given to one that works on no book is refused with what to do."""
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            if error.option_name != "--records" or error.ctx is None:
                raise
            said = f"{error.ctx.command_path} works on no record book: leave --records out, or give it to `lifeloop` for all commands"
            raise click.UsageError(said, error.ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their one-line texts, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from lca import version

        click.echo(f"lifeloop {version()}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, callback=_print_version, expose_value=False, is_eager=True, help="Show the version and exit.")
@records_option
def lifeloop() -> None:
    """Life-cycle carbon footprint of products: from a bill of materials to a result that can be trusted."""


def main(args: list[str] | None = None) -> Any:
    """Run the command line; the exit code is 0 done, 1 unexpected, 2 wrong call or nothing read, 3 an input was refused."""
    try:
        return lifeloop.main(args=args, prog_name="lifeloop", standalone_mode=True)
    finally:
        # the process ends here: without a last hunt for garbage among all that was imported a command is a tenth faster
        gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
