"""The examples of a Markdown page: their files are written, their commands run, and what they print stands in the page.

A page marks its examples by comments in front of a fenced block:

    <!-- file: mine.yaml -->             the block is a file, written into the page's scratch folder
    <!-- console: first 8 lines -->      of what each command prints, only so many lines are shown (or: last 2 lines)
    <!-- console: exit 3 -->             the command ends with this code (0 when nothing is said)

In a ```console block a line `$ lifeloop ...` is run and its output stands below it. In a ```bash block lines that begin
with `lifeloop` are run and their output is left out. Every page has one scratch folder, from its top to its end.
"""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from cli.main import lifeloop

ROOT = Path(__file__).parent.parent
_FENCE = re.compile(
    r"(?:<!-- (?P<mark>file|console): (?P<said>[^\n]*?) -->\n)?```(?P<language>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


class ExampleFailed(Exception):
    """A command of an example did not end as its page says."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page with its mark."""

    language: str
    body: str
    #: what the comment in front says: ("file", "mine.yaml"), ("console", "first 8 lines"), or two empty texts
    mark: str
    said: str
    #: where the body stands in the page
    start: int
    end: int

    @property
    def commands(self) -> list[str]:
        """The commands of ours in the block, without the prompt."""
        if self.language == "console":
            return [line.removeprefix("$ ") for line in self.body.splitlines() if line.startswith("$ ")]
        if self.language == "bash":
            return [line for line in self.body.splitlines() if line.startswith("lifeloop ")]
        return []

    def shown(self, output: str) -> str:
        """The lines of an output that the block shows, with `...` for the others."""
        lines = output.splitlines()
        first, last = self._number(r"first (\d+) lines"), self._number(r"last (\d+) lines")
        if first is not None and len(lines) > first:
            return "\n".join([*lines[:first], "..."])
        if last is not None and len(lines) > last:
            return "\n".join(["...", *lines[-last:]])
        return output

    @property
    def exit_code(self) -> int:
        """The exit code that every command of the block ends with."""
        return self._number(r"exit (\d+)") or 0

    def _number(self, pattern: str) -> int | None:
        found = re.search(pattern, self.said) if self.mark == "console" else None
        return int(found.group(1)) if found else None


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [
        Block(m["language"], m["body"], m["mark"] or "", m["said"] or "", m.start("body"), m.end("body")) for m in _FENCE.finditer(text)
    ]


def run_page(text: str, scratch: Path) -> Iterator[tuple[Block, list[str]]]:
    """Write the files and run the commands of a page in `scratch`; each block with what its commands printed.

    Raises ExampleFailed when a command ends with another exit code than the page says.
    """
    for block in blocks(text):
        if block.mark == "file":
            (scratch / block.said).write_text(block.body, encoding="utf-8")
        yield block, [_run(command, block.exit_code, scratch) for command in block.commands]


def _run(command: str, exit_code: int, scratch: Path) -> str:
    with contextlib.chdir(scratch):
        result = CliRunner().invoke(lifeloop, shlex.split(command)[1:], prog_name="lifeloop", catch_exceptions=False)
    if result.exit_code != exit_code:
        raise ExampleFailed(f"`{command}` ended with {result.exit_code}, not {exit_code}:\n{result.output}")
    return result.output.replace(f"{ROOT}/", "").rstrip("\n")


def with_outputs(text: str, scratch: Path) -> str:
    """The page with the output of every ```console block as it is now."""
    done, at = [], 0
    for block, outputs in run_page(text, scratch):
        if block.language == "console":
            said = [f"$ {command}\n{block.shown(out)}" for command, out in zip(block.commands, outputs, strict=True)]
            done += [text[at : block.start], "\n".join(said) + "\n"]
            at = block.end
    return "".join([*done, text[at:]])
