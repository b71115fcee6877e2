"""What is measured on a made-up background of ecoinvent's size: possible worlds, paired designs, very many designs, the tree."""

from __future__ import annotations

import functools
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.stochastic import seconds_per_draw
from benchmarks.synthetic import designs, synthetic_background, synthetic_scores
from inventories.home import home
from lca.background import Background
from lca.distributions import lognormal_factor, normal, stream, uniforms
from lca.many_designs import summarise
from lca.scores import UnitScores
from lca.worlds import Worlds, load, sample_worlds

METHOD, SEED, DRAWS, WORKERS = "indicator 1", 42, 1000, 2
Floats = NDArray[np.float64]


@functools.cache
def background() -> Background:
    return synthetic_background()


@functools.cache
def scores() -> UnitScores:
    return synthetic_scores(background())


@functools.cache
def peer_seconds() -> dict[str, float]:
    """Seconds a draw of bw2calc's Monte Carlo needs, for one product of 150 lines and one method."""
    chosen, amounts = designs(background(), 1)
    return seconds_per_draw(background(), dict(zip(chosen.tolist(), amounts[0].tolist(), strict=True)), METHOD)


def _folder() -> Path:
    return home() / "benchmarks" / f"worlds-{background().digest}"


@functools.cache
def stored_worlds() -> Worlds:
    """The worlds of the section `worlds`, drawn now when they are not there."""
    known = load(_folder(), scores().digest, SEED)
    return known or sample_worlds(background(), scores(), DRAWS, SEED, _show, _folder(), WORKERS)


def _show(done: int, of: int) -> None:
    print(f"  {done} of {of}", end="\r" if done < of else "\n", flush=True, file=sys.stderr)


def _cpu_seconds() -> float:
    """Processor seconds of this process and of those it has waited for: not longer when others use the machine too."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def _timed(function: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def worlds() -> None:
    """1,000 stored worlds of all processes and 20 indicators, against bw2calc's draws of one product and one method."""
    peer_seconds.cache_clear()
    peers = peer_seconds()
    shutil.rmtree(_folder(), ignore_errors=True)
    background(), scores()
    start, used = time.perf_counter(), _cpu_seconds()
    found = sample_worlds(background(), scores(), DRAWS, SEED, _show, _folder(), WORKERS)
    seconds, used = time.perf_counter() - start, _cpu_seconds() - used
    stored_worlds.cache_clear()
    record = dict(found.record)
    print(f"{found.draws} worlds x {len(found.methods)} indicators x {background().size} processes: {seconds:.1f} s (promised: 75 s)")
    print(f"one world, all products and indicators: {seconds / DRAWS * 1000:.0f} ms, on {WORKERS} processes")
    print(f"processor time {used:.1f} s, which is {used / WORKERS:.1f} s on {WORKERS} cores that nobody else uses")
    for name, each in peers.items():
        print(f"bw2calc {name}, one product, one indicator: {each * 1000:.0f} ms a draw")
    each = min(peers.values()) * DRAWS / seconds
    print(f"{each:.1f} times faster than bw2calc's fastest way, which answers for one of {background().size * len(found.methods):,} scores")
    print(f"left out (not productive): {found.left_out}; solved directly: {record['solved_directly']}; by {record['iteration']}")
    print(
        f"largest residual {record['largest_residual']:.1e}, largest error of {record['checked']} checked {record['largest_error_of_checked']:.1e}"
    )


def paired() -> None:
    """100 designs of 150 lines in 1,000 worlds with percentiles, paired; and with every line of every design uncertain alone."""
    chosen, amounts = designs(background(), 100)
    drawn = np.array(stored_worlds().of_method(METHOD)[chosen])
    pairs = len(amounts) * drawn.shape[1]
    peer_seconds.cache_clear()  # measured again beside what it is compared with: the machine may be busier now
    peer = 1.0 / min(peer_seconds().values())
    shared = pairs / _timed(lambda: summarise(amounts, drawn), 21)
    alone = pairs / _timed(lambda: _independent(amounts, drawn), 3)
    print(f"bw2calc's fastest way: {peer:.1f} design-draws a second")
    print(f"paired, with 5 percentiles: {shared:.3g} design-draws a second, {shared / peer:,.0f} times as many (promised: 1,000,000)")
    print(f"every line of every design uncertain alone: {alone:.3g} a second, {alone / peer:,.0f} times as many")


def _independent(amounts: Floats, drawn: NDArray[np.float32], sigma: float = 0.2) -> Floats:
    """Percentiles where each line of each design has draws of its own, sigma of ln 0.2."""
    result = np.empty((len(amounts), 3))
    for number, of_lines in enumerate(amounts):
        streams = np.array([[stream(SEED, f"{number} {line}")] for line in range(len(of_lines))], dtype=np.uint64)
        factors = lognormal_factor(normal(uniforms(streams, np.arange(drawn.shape[1]))), sigma)
        result[number] = np.percentile(np.einsum("l,ld,ld->d", of_lines, factors, drawn), (5, 50, 95))
    return result


def many_designs() -> None:
    """100,000 designs x 1,000 draws, mean and 5 percentiles; the scores are those of the stored worlds."""
    chosen, amounts = designs(background(), 100_000)
    drawn = np.array(stored_worlds().of_method(METHOD)[chosen])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    used = _cpu_seconds()
    seconds = _timed(lambda: summarise(amounts, drawn, workers=WORKERS), 5)
    used = (_cpu_seconds() - used) / 5
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"100,000 designs x {drawn.shape[1]} worlds, mean and 5 percentiles: {seconds:.2f} s (promised: 3 s), processor time {used:.2f} s"
    )
    print(f"peak memory of the process {after:.0f} MB (promised: 1,000 MB), {after - before:.0f} MB more than before it began")


_TREE = """
from benchmarks.heavy import background, scores
from benchmarks.supply_chain import both, extended, largest_difference, with_demand
from benchmarks.synthetic import designs
chosen, amounts = designs(background(), 1)
demand = dict(zip(chosen.tolist(), amounts[0].tolist(), strict=True))
wanted = with_demand(background(), demand)
found = both(wanted, extended(scores(), wanted, demand), 0.005)
print(len(found["ours"]), len(found["theirs"]), largest_difference(found["ours"], found["theirs"]), found["our_seconds"], found["their_seconds"])
"""


def tree() -> None:
    """The supply-chain tree down to 0.5 % of a product of 150 lines, against bw_graph_tools."""
    background(), scores()  # made before another process wants them
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", _TREE], check=True, capture_output=True, text=True)
    ours, theirs, difference, our_seconds, their_seconds = (float(word) for word in done.stdout.splitlines()[-1].split())
    print(f"nodes: ours {ours:.0f}, bw_graph_tools {theirs:.0f}; largest difference of a value {difference:.1e} of the total")
    print(
        f"ours {our_seconds * 1000:.1f} ms, bw_graph_tools {their_seconds:.2f} s: {their_seconds / our_seconds:.0f} times faster (promised: 100)"
    )
