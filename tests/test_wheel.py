"""The wheel: what is built is complete, holds nothing else, and works in a folder that knows nothing of the sources."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import lca
from tests.conftest import ROOT

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = CONFIGURATION["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
DATA = {".py", ".csv", ".yaml", ".yml", ".json", ".md", ".html", ".css", ".js", ".sql", ".ini", ".mako", ".svg", ".typed"}

pytestmark = pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling, which builds the wheel, is not installed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources as they are."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (path,) = folder.glob("*.whl")
    return path


def names(wheel: Path) -> list[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_every_source_and_data_file_is_in_it(wheel: Path) -> None:
    wanted = {
        p.relative_to(ROOT).as_posix() for package in PACKAGES for p in (ROOT / package).rglob("*") if p.suffix in DATA and p.is_file()
    }
    assert wanted - set(names(wheel)) == set()
    assert any(name.startswith("inventories/background/exchanges/") and name.endswith(".csv") for name in wanted)
    assert any(name.startswith("inventories/products/") and name.endswith(".yaml") for name in wanted)


def test_every_package_of_the_house_is_in_it() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "docs", "benchmarks"}
    assert packages == set(PACKAGES)


def test_nothing_else_is_in_it(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert [name for name in names(wheel) if "__pycache__" in name or "test_" in name or name.endswith((".pyc", ".db", ".npy"))] == []


def test_the_licence_and_the_notices_of_the_data_go_with_it(wheel: Path) -> None:
    licences = {Path(name).name for name in names(wheel) if "/licenses/" in name}
    assert {"LICENSE", "NOTICE"} <= licences


def test_the_version_is_written_once(wheel: Path) -> None:
    assert wheel.name.startswith(f"lifeloop-{lca.version()}-py3-none-any")
    # but for the citation file, which cannot ask
    assert f"\nversion: {lca.version()}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel installed into an empty folder, without anything it depends on."""
    target = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-compile",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return target


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed command, its packages before any other, in a folder of its own."""
    env = os.environ | {"PYTHONPATH": str(installed), "LIFELOOP_HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(installed / "bin" / "lifeloop"), *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path, "--version")
    assert (result.returncode, result.stdout) == (0, f"lifeloop {lca.version()}\n")


def test_the_installed_command_assesses_a_car(installed: Path, tmp_path: Path) -> None:
    """From the installed data, not from the sources: the paths it names lie in the folder it was installed into."""
    result = run(installed, tmp_path, "assess", "xiaomi_su7", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)[0]["total"]["value"] > 10_000
    products = json.loads(run(installed, tmp_path, "products", "--json").stdout)
    assert all(Path(row["path"]).is_relative_to(installed) for row in products)
