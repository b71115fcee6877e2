"""`--records` on lifeloop, on the group and on the command, wherever a book is used; the innermost counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import Result

from cli.main import lifeloop as top

Lifeloop = Callable[..., Result]
Line = tuple[click.Command, ...]


def _commands(group: click.Group, above: Line = ()) -> Iterator[Line]:
    """Every command with the groups above it, outermost first."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        line = (*above, group, command)
        if isinstance(command, click.Group):
            yield from _commands(command, (*above, group))
        else:
            yield line


LINES = list(_commands(top))
_NAMES = [" ".join(str(command.name) for command in line) for line in LINES]


def _takes_records(command: click.Command) -> bool:
    return any("--records" in parameter.opts for parameter in command.params)


@pytest.mark.parametrize("line", LINES, ids=_NAMES)
def test_whoever_uses_a_book_takes_it_at_every_level(line: Line) -> None:
    assert _takes_records(line[0])
    if _takes_records(line[-1]):
        assert [command.name for command in line if not _takes_records(command)] == []


def test_books_are_used_by_these_groups() -> None:
    """So that the test above looks at something."""
    groups = {str(outer.name) for line in LINES if _takes_records(line[-1]) for outer, _ in pairwise(line)}
    assert {"lifeloop", "records", "ewaste", "packaging", "company", "add", "target", "supplier", "goal"} <= groups


@pytest.mark.parametrize("level", range(4))
def test_each_level_of_a_nested_command_names_the_book(lifeloop: Lifeloop, tmp_path: Path, level: int) -> None:
    words: list[object] = ["company", "add", "figure", "revenue", "--value", 5, "--unit", "million RMB"]
    said = [*words, "--year", 2024, "--source", "report", "--key", "r"]
    said[level:level] = ["--records", tmp_path / "a.book"]
    made = lifeloop(*said)
    assert made.exit_code == 0, made.stderr
    (entry,) = json.loads(lifeloop("records", "list", "--records", tmp_path / "a.book", "--json").stdout)
    assert entry["id"] == "r"


@pytest.mark.parametrize("words", [("circularity", "show", "xiaomi_14"), ("packaging", "ratio", "xiaomi_14"), ("products",)])
def test_a_command_without_a_book_says_so(lifeloop: Lifeloop, tmp_path: Path, words: tuple[str, ...]) -> None:
    made = lifeloop(*words, "--records", tmp_path / "a.book")
    assert made.exit_code == 2
    assert "works on no record book: leave --records out" in made.stderr
