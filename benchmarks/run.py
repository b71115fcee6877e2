"""`make bench`: the ratios that the README promises, measured side by side on this machine.

`python -m benchmarks.run [NAME...]` runs all sections or those named; see `docs/performance.md`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROUNDS = 7
PHONE = "xiaomi_14"
ROOT = Path(__file__).parent.parent


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


def interleaved(commands: dict[str, list[str]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median wall seconds of each command, run in turn so that noise hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(_seconds(command))
    return {name: statistics.median(values) for name, values in times.items()}


def median_call(function: Callable[[], object], rounds: int = 200) -> float:
    """Median wall seconds of one call in this process."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _write_peer_input(folder: Path) -> float:
    """The phone's demand and the background as a Brightway datapackage on disk; returns our total for the check."""
    import bw_processing as bwp
    from fsspec.implementations.zip import ZipFileSystem

    from inventories.assessing import assess_file
    from inventories.background_files import read_background
    from inventories.score_store import unit_scores
    from lca.solve import datapackage

    footprint = assess_file(PHONE, unit_scores())
    demand: dict[int, float] = {}
    for line, amount in zip(footprint.bill.lines, footprint.bill.amounts, strict=True):
        demand[line.index] = demand.get(line.index, 0.0) + float(amount)
    (folder / "demand.json").write_text(json.dumps(demand), encoding="utf-8")
    package = datapackage(read_background().background, "AR6-GWP100")
    target = bwp.create_datapackage(fs=ZipFileSystem(folder / "background.zip", mode="w"))
    for resource in package.groups.values():
        _copy_group(resource, target)
    target.finalize_serialization()
    return footprint.total


def _copy_group(group: object, target: object) -> None:
    parts = {resource["kind"]: data for data, resource in zip(group.data, group.resources, strict=True)}  # type: ignore[attr-defined]
    target.add_persistent_vector(  # type: ignore[attr-defined]
        matrix=group.resources[0]["matrix"],  # type: ignore[attr-defined]
        name=group.resources[0]["group"],  # type: ignore[attr-defined]
        indices_array=parts["indices"],
        data_array=parts["data"],
        flip_array=parts.get("flip"),
    )


def command_line() -> None:
    """`assess` of one phone from the command line, scores warm, against the minimal bw2calc script."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = _write_peer_input(folder)
        peer = float(
            subprocess.run([python, "-m", "benchmarks.bw2calc_script", name], check=True, capture_output=True, text=True, cwd=ROOT).stdout
        )
        print(f"same answer: ours {ours:.12g}, bw2calc {peer:.12g}, relative difference {abs(ours / peer - 1):.1e}")
        times = interleaved(
            {
                "bare python": [python, "-c", ""],
                "lifeloop --help": [python, "-m", "cli", "--help"],
                "lifeloop assess": [python, "-m", "cli", "assess", PHONE, "--json"],
                "bw2calc script": [python, "-m", "benchmarks.bw2calc_script", name],
            }
        )
    for command, seconds in times.items():
        print(f"{command:18} {seconds * 1000:8.0f} ms")
    print(f"assess from the command line: {times['bw2calc script'] / times['lifeloop assess']:.1f} times faster than bw2calc (promised: 6)")
    print(f"--help above a bare interpreter: {(times['lifeloop --help'] - times['bare python']) * 1000:.0f} ms (promised: below 200)")


def python_interface() -> None:
    """`assess` of one phone in Python after import, against a re-solve with a factorised bw2calc.LCA."""
    from inventories.background_files import read_background
    from inventories.score_store import unit_scores
    from inventories.shipped import load
    from lca.assessment import assess
    from lca.solve import brightway_lca

    scores, product = unit_scores(), load(PHONE).product
    footprint = assess(product, scores)
    demand: dict[int, float] = {}
    for line, amount in zip(footprint.bill.lines, footprint.bill.amounts, strict=True):
        demand[line.index] = demand.get(line.index, 0.0) + float(amount)
    lca = brightway_lca(read_background().background, demand, "AR6-GWP100")
    lca.decompose_technosphere()

    def resolve() -> None:
        lca.lci(demand)
        lca.lcia()

    whole, score_only = median_call(lambda: assess(product, scores)), median_call(lambda: _score_only(footprint, scores))
    peer = median_call(resolve, 20)
    first = median_call(lambda: brightway_lca_first(demand), 3)
    print(f"bw2calc, first solve {first * 1000:.1f} ms, re-solve with kept factors {peer * 1000:.2f} ms")
    print(
        f"assess(product, scores), formulas and checks included: {whole * 1000:.2f} ms, {first / whole:.0f} times faster than a first solve"
    )
    print(f"amounts x unit scores alone: {score_only * 1e6:.1f} us, {peer / score_only:.0f} times faster than a re-solve")


def brightway_lca_first(demand: dict[int, float]) -> float:
    """A first bw2calc solve of the demand in this process."""
    from inventories.background_files import read_background
    from lca.solve import brightway_lca

    global _background  # noqa: PLW0603  (read once, outside the time that is measured)
    if _background is None:
        _background = read_background().background
    return float(brightway_lca(_background, demand, "AR6-GWP100").score)


_background = None


def _score_only(footprint: object, scores: object) -> float:
    index = [line.index for line in footprint.bill.lines]  # type: ignore[attr-defined]
    return float((footprint.bill.amounts[:, None] * scores.values[index, 0, :]).sum())  # type: ignore[attr-defined]


def _sections() -> dict[str, Callable[[], None]]:
    from benchmarks import heavy

    return {
        "command-line": command_line,
        "python": python_interface,
        "worlds": heavy.worlds,
        "paired": heavy.paired,
        "many-designs": heavy.many_designs,
        "tree": heavy.tree,
    }


def main(names: list[str]) -> int:
    """Run these sections, or all; says of each how long it took and how busy the machine was."""
    sections = _sections()
    unknown = [name for name in names if name not in sections]
    if unknown:
        print(f"no section {', '.join(unknown)}; there are {', '.join(sections)}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}")
    for name in names or sections:
        print(f"\n== {name}: {(sections[name].__doc__ or '').splitlines()[0]}", flush=True)
        begun, load = time.perf_counter(), os.getloadavg()[0]
        sections[name]()
        print(f"[{time.perf_counter() - begun:.0f} s, load before {load:.1f}]", flush=True)
    print(f"\nall: {time.perf_counter() - start:.0f} s")
    return 0


def _machine() -> str:
    """Processor class, cores and versions: what a figure is worth depends on them."""
    from importlib.metadata import version

    cpu = Path("/proc/cpuinfo")
    models = (
        [line.split(":", 1)[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")] if cpu.exists() else []
    )
    libraries = ", ".join(f"{name} {version(name)}" for name in ("bw2calc", "numpy", "scipy", "numba"))
    return f"{models[0] if models else platform.processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {libraries}"


if __name__ == "__main__":
    os.environ.setdefault("LIFELOOP_HOME", str(ROOT / "out" / "home"))
    sys.exit(main(sys.argv[1:]))
