"""The command line starts fast: what it imports is what it needs, and nothing heavy for help, version or one phone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = ["bw2calc", "bw2data", "bw_processing", "bw2io", "pandas", "sqlalchemy", "scipy", "pint", "matplotlib", "rich", "numba", "pyarrow"]
NUMBERS = ["numpy", "pydantic", "yaml", "simpleeval"]
#: Runs the command line and says at the end which modules are there.
SCRIPT = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})), file=sys.stderr))
sys.path.insert(0, sys.argv.pop(1))
from cli.main import main
main(sys.argv[1:])
"""


def imported(*arguments: str) -> set[str]:
    """The top-level packages that a run of the command line imports."""
    command = [sys.executable, "-c", SCRIPT, str(ROOT), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONWARNINGS": "ignore"}, check=False)
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["assess", "--help"], ["compare", "--help"], ["background", "--help"], ["records", "--help"]]
)
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    assert imported(*arguments) & set(HEAVY) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["assess", "--help"]])
def test_help_and_version_do_not_even_need_numbers(arguments: list[str]) -> None:
    assert imported(*arguments) & set(NUMBERS) == set()


@pytest.mark.usefixtures("scores")
@pytest.mark.parametrize("product", ["xiaomi_su7", "xiaomi_14"])
def test_a_footprint_from_stored_scores_needs_not_even_numpy(product: str) -> None:
    assert imported("assess", product, "--json") & {*HEAVY, "numpy"} == set()


@pytest.mark.usefixtures("scores")
def test_a_file_of_ones_own_needs_no_more(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("id: mine\nname: Mine\nextends: smartphone\n", encoding="utf-8")
    assert imported("assess", str(path), "--csv") & set(HEAVY) == set()


@pytest.mark.usefixtures("scores")
def test_comparing_needs_no_more() -> None:
    assert imported("compare", "xiaomi_13", "xiaomi_14", "--json") & set(HEAVY) == set()


@pytest.mark.usefixtures("scores")
def test_a_table_for_people_needs_rich_only() -> None:
    assert imported("assess", "xiaomi_su7") & set(HEAVY) == {"rich"}


def test_the_libraries_cost_nothing_to_import() -> None:
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import lca, inventories, cli; print('numpy' in sys.modules)",
    ]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "False"
