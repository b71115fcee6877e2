"""Write the generated parts of the documentation: `python -m docs.generate`, or say what is out of date: `--check`.

Generated are: blocks between `<!-- generated: NAME -->` and `<!-- end -->` (made by `docs.tables.block`), the output of the
commands in ```console blocks (`docs.examples`), and whole files: the command reference, the JSON Schema of the product
file, and NOTICE.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from docs import examples, tables
from docs.command_reference import command_reference
from docs.notices import notice
from inventories.schema import product_schema

ROOT = examples.ROOT
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(^<!-- end -->$)", re.MULTILINE | re.DOTALL)


def _schema() -> str:
    return json.dumps(product_schema(), ensure_ascii=False, indent=2) + "\n"


#: Files that are generated as a whole.
WHOLE_FILES: dict[str, Callable[[], str]] = {
    "docs/cli.md": command_reference,
    "docs/product.schema.json": _schema,
    "NOTICE": notice,
}


def pages() -> list[Path]:
    """Every Markdown page whose blocks and examples are kept up to date."""
    whole = {ROOT / name for name in WHOLE_FILES}
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path for path in found if path not in whole]


def with_blocks(text: str) -> str:
    """The page with every generated block as it is now."""
    return _BLOCK.sub(lambda found: f"{found.group(1)}{tables.block(found.group(2))}\n{found.group(3)}", text)


def rendered(path: Path) -> str:
    """What the file should hold."""
    name = path.relative_to(ROOT).as_posix()
    if name in WHOLE_FILES:
        return WHOLE_FILES[name]()
    with TemporaryDirectory() as scratch:
        try:
            return examples.with_outputs(with_blocks(path.read_text(encoding="utf-8")), Path(scratch))
        except examples.ExampleFailed as error:
            raise examples.ExampleFailed(f"{name}: {error}") from error


def generated_files() -> list[Path]:
    """All files with generated parts."""
    return [*pages(), *(ROOT / name for name in WHOLE_FILES)]


def out_of_date() -> dict[Path, str]:
    """The files that hold anything else than they should, with what they should hold."""
    wanted = {path: rendered(path) for path in generated_files()}
    return {path: text for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text}


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; name what is out of date and exit with 1.")
def main(check: bool) -> None:
    """Write the generated parts of the documentation."""
    old = out_of_date()
    for path, text in old.items():
        click.echo(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and old:
        click.echo("`make readme` writes them anew.")
        sys.exit(1)


if __name__ == "__main__":
    main()
