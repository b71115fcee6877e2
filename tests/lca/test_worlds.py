"""Possible worlds: the same bytes whoever draws them, loops that eat more than they make left out, solutions that are right."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.synthetic import SMALL, synthetic_background, synthetic_scores
from lca.background import Background, Facts
from lca.distributions import LOGNORMAL, NORMAL, TRIANGULAR, UNIFORM, draw, normal, quantile, uniform_draws
from lca.drawn_system import COMMON_CAUSE, DrawnSystem, Equations, FactDraws
from lca.errors import LifeloopError
from lca.scores import UnitScores
from lca.solve import brightway_lca, unit_scores
from lca.world_solving import (
    Iteration,
    _expected_error,
    _natural_order,
    _rate,
    best_iteration,
    grows_for_ever,
    jacobi,
    residual,
    solve,
    solve_directly,
)
from lca.worlds import Worlds, load, sample_worlds, save
from tests.conftest import ROOT, World, background_of

SEED = 7
ITERATIONS = (best_iteration(), Iteration("Jacobi", jacobi, _natural_order, residual))
Spread = tuple[float, float, int, float]
KNOWN: Spread = (1.0, 1.0, TRIANGULAR, 0.0)
# s = 2 + e and e = 0.4 + 0.5 f s, where f is drawn: s = 2.4 / (1 - 0.5 f)
LOOP: World = {
    "steel @ GLO": ("kg", {"power @ GLO": 1.0}, {"CO2": 2.0}),
    "power @ GLO": ("kWh", {"steel @ GLO": 0.5}, {"CO2": 0.4}),
}


def uncertain(world: World, spreads: dict[str, Spread], causes: tuple[str, ...] = (), mixes: tuple[int, ...] = ()) -> Background:
    """The world with a fact for every exchange, named 'input > consumer' or 'flow > emitter'; those not in `spreads` are known."""
    background = background_of(world, {"CO2": 1.0})
    names = [f"{i.split(' @ ')[0]} > {k.split(' @ ')[0]}" for k, (_, ins, _) in world.items() for i in ins]
    flows = [f"{f} > {k.split(' @ ')[0]}" for k, (_, _, outs) in world.items() for f in outs]
    keys = (*names, *flows)
    assert spreads.keys() <= set(keys)
    spread = np.array([spreads.get(key, KNOWN) for key in keys], dtype=float)
    of_emissions = np.arange(len(names), len(keys))
    return replace(background, facts=Facts(keys, spread, np.arange(len(names)), of_emissions, np.array(mixes, dtype=np.int64), causes))


def drawn(background: Background, draws: int, seed: int = SEED) -> Worlds:
    return sample_worlds(background, unit_scores(background), draws, seed)


def from_ones(equations: Equations) -> np.ndarray:
    """A start far from any solution: ones, but zeros in the columns that only fill up."""
    return np.where(equations.right.any(axis=0), np.ones_like(equations.right), 0.0)


@pytest.fixture(scope="module")
def small() -> tuple[Background, UnitScores]:
    """A made-up economy of 700 processes with loops."""
    background = synthetic_background(SMALL)
    return background, synthetic_scores(background, SMALL)


@pytest.fixture(scope="module")
def small_worlds(small: tuple[Background, UnitScores]) -> Worlds:
    return sample_worlds(*small, 120, SEED)


def test_a_loop_that_needs_more_than_it_makes_is_detected_counted_and_left_out() -> None:
    """Power's need of steel is 0.5 f, f uniform in 0 to 3: productive is f < 2 (Hawkins & Simon), and then the scores are known."""
    worlds = drawn(uncertain(LOOP, {"steel > power": (0.0, 3.0, UNIFORM, 0.0)}), 300)
    factor = 3.0 * uniform_draws(SEED, "steel > power", 300)
    productive = np.flatnonzero(factor < 2.0)
    assert 0 < len(productive) < 300
    assert worlds.numbers.tolist() == productive.tolist()
    assert worlds.left_out == 300 - len(productive)
    assert worlds.values[0, 0] == pytest.approx(2.4 / (1.0 - 0.5 * factor[productive]), rel=1e-5)


def test_plain_monte_carlo_answers_such_a_world_with_a_negative_footprint() -> None:
    """Why they are left out: with f = 2.5 steel scores 2.4 / (1 - 1.25) = -9.6, and bw2calc says so without a word."""
    background = background_of({**LOOP, "power @ GLO": ("kWh", {"steel @ GLO": 1.25}, {"CO2": 0.4})}, {"CO2": 1.0})
    assert brightway_lca(background, {0: 1.0}, "AR6-GWP100").score == pytest.approx(-9.6)


def test_when_most_worlds_are_not_productive_nothing_is_said() -> None:
    with pytest.raises(LifeloopError, match="too wide to sample"):
        drawn(uncertain(LOOP, {"steel > power": (0.0, 6.0, UNIFORM, 0.0)}), 60)


def test_a_process_that_eats_all_it_makes_is_not_productive() -> None:
    world: World = {"seed corn @ GLO": ("kg", {"seed corn @ GLO": 0.5}, {"CO2": 1.0})}
    worlds = drawn(uncertain(world, {"seed corn > seed corn": (0.0, 3.0, UNIFORM, 0.0)}), 100)
    factor = 3.0 * uniform_draws(SEED, "seed corn > seed corn", 100)
    assert worlds.left_out == int((factor >= 2.0).sum()) > 0
    assert worlds.values[0, 0] == pytest.approx(1.0 / (1.0 - 0.5 * factor[factor < 2.0]), rel=1e-5)


def test_where_the_iteration_is_too_slow_a_direct_solve_is_taken() -> None:
    """A loop that eats 99.95 to 99.995 % of what it makes is productive still, but a sweep takes off a thousandth of the error only."""
    worlds = drawn(uncertain(LOOP, {"steel > power": (0.1, 1.9999, UNIFORM, 0.0), "CO2 > steel": (0.5, 2.0, LOGNORMAL, 0.0)}), 40)
    assert worlds.left_out == 0
    close = drawn(
        uncertain(
            {**LOOP, "power @ GLO": ("kWh", {"steel @ GLO": 0.9995}, {"CO2": 0.4})}, {"steel > power": (0.9999, 1.0004, UNIFORM, 0.0)}
        ),
        20,
    )
    need = 0.9995 * (0.9999 + 0.0005 * uniform_draws(SEED, "steel > power", 20))
    assert close.record["solved_directly"] == 20
    assert close.left_out == 0
    assert close.values[0, 0] == pytest.approx(2.4 / (1.0 - need), rel=1e-6)


def test_a_change_that_shrinks_by_the_last_bit_only_is_no_progress() -> None:
    assert _expected_error(0.11111111111111102, _rate(0.11111111111111102, 0.11111111111111104, 3)) == float("inf")


def test_growth_is_proved_only_of_economies_that_are_not_productive() -> None:
    proved, sweep = {}, best_iteration().sweep
    for need in (0.9, 0.99, 1.01, 1.5):
        background = uncertain({**LOOP, "power @ GLO": ("kWh", {"steel @ GLO": need}, {"CO2": 0.4})}, {})
        assert background.facts is not None
        equations = DrawnSystem(background, background.facts, ("AR6-GWP100",), SEED, np.arange(2)).nominal()
        x = from_ones(equations)
        sweep(equations, equations.right, x, 30)
        proved[need] = grows_for_ever(equations, x, sweep, 1)
        for way in ITERATIONS:
            assert (solve(equations, from_ones(equations), way, 1) is None) == (need > 1)
        assert (solve_directly(equations, 1) is None) == (need > 1)
    assert proved == {0.9: False, 0.99: False, 1.01: True, 1.5: True}


def test_every_world_is_the_system_with_its_own_numbers() -> None:
    """Each draw solved anew, densely, from the distributions themselves; and one by bw2calc."""
    world: World = {
        "sheet @ GLO": ("kg", {"steel @ GLO": 1.2, "power @ GLO": 0.3}, {"CO2": 0.1}),
        "steel @ GLO": ("kg", {"power @ GLO": 0.6}, {"CO2": 2.0}),
        "power @ GLO": ("kWh", {"steel @ GLO": 0.05}, {"CO2": 0.4}),
    }
    spreads: dict[str, Spread] = {
        "steel > sheet": (0.8, 1.5, TRIANGULAR, 0.0),
        "power > steel": (0.5, 2.0, LOGNORMAL, 0.2),
        "steel > power": (0.5, 1.5, UNIFORM, 0.0),
        "CO2 > steel": (0.7, 1.4, LOGNORMAL, 0.0),
    }
    worlds = drawn(uncertain(world, spreads), 50)
    factor = {key: draw(SEED, key, 50, (1.0, low, high, kind), sigma) for key, (low, high, kind, sigma) in spreads.items()}
    for n in range(50):
        consumed = np.zeros((3, 3))
        consumed[1, 0], consumed[2, 0] = 1.2 * factor["steel > sheet"][n], 0.3
        consumed[2, 1], consumed[1, 2] = 0.6 * factor["power > steel"][n], 0.05 * factor["steel > power"][n]
        exact = np.linalg.solve(np.eye(3) - consumed.T, [0.1, 2.0 * factor["CO2 > steel"][n], 0.4])
        assert worlds.values[0, :, n] == pytest.approx(exact, rel=2e-6)
    world["sheet @ GLO"] = ("kg", {"steel @ GLO": 1.2 * factor["steel > sheet"][9], "power @ GLO": 0.3}, {"CO2": 0.1})
    world["steel @ GLO"] = ("kg", {"power @ GLO": 0.6 * factor["power > steel"][9]}, {"CO2": 2.0 * factor["CO2 > steel"][9]})
    world["power @ GLO"] = ("kWh", {"steel @ GLO": 0.05 * factor["steel > power"][9]}, {"CO2": 0.4})
    assert worlds.values[0, 0, 9] == pytest.approx(
        brightway_lca(background_of(world, {"CO2": 1.0}), {0: 1.0}, "AR6-GWP100").score, rel=2e-6
    )


def test_the_mean_over_the_worlds_is_the_point_value_where_amounts_are_means() -> None:
    worlds = drawn(uncertain(LOOP, {"CO2 > steel": (0.5, 2.0, LOGNORMAL, 0.3)}), 4000)
    scores = worlds.values[0, 0].astype(float)
    assert float(scores.mean()) == pytest.approx(2.4 / 0.5, abs=4.0 * scores.std() / np.sqrt(4000))


def test_shares_of_a_mix_vary_and_keep_their_sum() -> None:
    world: World = {
        "mix @ GLO": ("kWh", {"coal @ GLO": 0.7, "wind @ GLO": 0.3}, {}),
        "coal @ GLO": ("kWh", {}, {"CO2": 1.0}),
        "wind @ GLO": ("kWh", {}, {"CO2": 1.0}),
    }
    spreads: dict[str, Spread] = {"coal > mix": (0.5, 1.3, UNIFORM, 0.0), "wind > mix": (0.5, 2.0, UNIFORM, 0.0)}
    assert drawn(uncertain(world, spreads, mixes=(0,)), 50).values[0, 0] == pytest.approx(np.ones(50), rel=1e-6)
    assert float(drawn(uncertain(world, spreads), 50).values[0, 0].std()) > 0.05


@pytest.mark.parametrize("kind", [LOGNORMAL, TRIANGULAR, UNIFORM, NORMAL])
def test_facts_of_one_cause_err_together_by_half_and_keep_their_distribution(kind: int) -> None:
    """Normal scores correlate by 0.5 within a cause and not between causes; the percentiles are those of the distribution alone."""
    keys = tuple(f"fact {i}" for i in range(4))
    low, high = (0.7, 1.3) if kind == NORMAL else (0.5, 2.0)
    spread = np.array([(low, high, kind, 0.0)] * 4)
    facts = Facts(keys, spread, np.arange(4), np.zeros(0, int), np.zeros(0, int), ("steel", "steel", "grid", "grid"))
    together = FactDraws(facts, SEED, np.ones(4, dtype=bool))
    factors = np.array([together.factors(n) for n in range(8000)])
    ranks = factors.argsort(axis=0).argsort(axis=0)
    within = np.corrcoef(normal((ranks + 0.5) / 8000), rowvar=False)
    assert COMMON_CAUSE == 0.5
    assert within[0, 1] == pytest.approx(COMMON_CAUSE, abs=0.04)
    assert within[2, 3] == pytest.approx(COMMON_CAUSE, abs=0.04)
    assert np.abs(within[:2, 2:]).max() < 0.05
    at = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    for fact in range(4):
        assert np.quantile(factors[:, fact], at) == pytest.approx(quantile(at, 1.0, low, high, kind), rel=0.04)


def test_without_causes_facts_err_alone() -> None:
    facts = Facts(("a", "b"), np.array([(0.5, 2.0, LOGNORMAL, 0.0)] * 2), np.arange(2), np.zeros(0, int), np.zeros(0, int))
    alone = FactDraws(facts, SEED, np.ones(2, dtype=bool))
    factors = np.log([alone.factors(n) for n in range(4000)])
    assert abs(np.corrcoef(factors, rowvar=False)[0, 1]) < 0.06


def test_residual_and_forward_error_are_checked(small_worlds: Worlds) -> None:
    record = small_worlds.record
    assert record["checked"] == 3
    assert 0 < record["largest_error_of_checked"] <= 1e-5
    assert record["largest_residual"] <= 1e-6


def test_every_kind_of_iteration_finds_the_same_scores(small: tuple[Background, UnitScores], small_worlds: Worlds) -> None:
    """The compiled one, the one of SciPy alone, and the direct solve."""
    background, nominal = small
    assert background.facts is not None
    found = {}
    for iteration in ITERATIONS:
        order = iteration.order(background.inputs.row, background.inputs.column, background.inputs.amount, background.size)
        system = DrawnSystem(background, background.facts, nominal.methods, SEED, order, iteration.arithmetic)
        equations = system.equations(int(small_worlds.numbers[-1]))
        solved = solve(equations, from_ones(equations), iteration, len(nominal.methods))
        exact = solve_directly(equations, len(nominal.methods))
        assert solved is not None
        assert exact is not None
        assert solved.values == pytest.approx(exact.values, rel=1e-5)
        assert not solved.direct
        found[iteration.name] = exact.values[np.argsort(order), : len(nominal.methods)]
    first, second = found.values()
    assert first == pytest.approx(second, rel=1e-9)


def test_the_same_seed_gives_the_same_bytes_for_any_number_of_workers(
    small: tuple[Background, UnitScores], small_worlds: Worlds, tmp_path: Path
) -> None:
    shared = sample_worlds(*small, 120, SEED, folder=tmp_path, workers=2)
    assert np.array(shared.values).tobytes() == np.array(small_worlds.values).tobytes()
    assert shared.numbers.tolist() == small_worlds.numbers.tolist()
    assert dict(shared.record) == dict(small_worlds.record)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["worlds.json", "worlds.npy"]


def test_another_seed_gives_other_worlds(small: tuple[Background, UnitScores], small_worlds: Worlds) -> None:
    assert not np.array_equal(sample_worlds(*small, 5, SEED + 1).values, small_worlds.first(5).values)


def test_fewer_worlds_are_the_first_of_more(small: tuple[Background, UnitScores], small_worlds: Worlds) -> None:
    few = sample_worlds(*small, 30, SEED)
    assert np.array_equal(few.values, small_worlds.first(few.draws).values)
    assert few.left_out == small_worlds.first(few.draws).left_out


_KILLED = """
import sys, time
from pathlib import Path
from benchmarks.synthetic import SMALL, synthetic_background, synthetic_scores
from lca.worlds import sample_worlds

def wait(done, of):
    print(done, flush=True)
    time.sleep(120)

if __name__ == "__main__":
    background = synthetic_background(SMALL)
    sample_worlds(background, synthetic_scores(background, SMALL), 120, 7, wait, Path(sys.argv[1]), int(sys.argv[2]))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_was_killed_goes_on_where_it_was(
    workers: int, small: tuple[Background, UnitScores], small_worlds: Worlds, tmp_path: Path
) -> None:
    script, folder = tmp_path / "run.py", tmp_path / "worlds"
    script.write_text(_KILLED, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script), str(folder), str(workers)], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=_environment()
    ) as run:
        assert run.stdout is not None
        done = int(run.stdout.readline())
        run.send_signal(signal.SIGKILL)
    assert load(folder, small[1].digest, SEED) is None
    told: list[int] = []
    resumed = sample_worlds(*small, 120, SEED, lambda at, of: told.append(at), folder)
    assert min(told, default=120) > done  # what was done is not done again
    assert np.array(resumed.values).tobytes() == np.array(small_worlds.values).tobytes()


def test_a_script_without_a_guard_may_ask_for_worlds(tmp_path: Path) -> None:
    """Workers do not run the script again: they would wait for ever for what it is making."""
    script = tmp_path / "no_guard.py"
    script.write_text(_KILLED.replace('if __name__ == "__main__":', "if True:").replace("time.sleep(120)", "pass"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "worlds"), "2"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=_environment(),
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "120"


def _environment() -> dict[str, str]:
    import os

    return os.environ | {"PYTHONPATH": str(ROOT)}


def test_chunks_of_another_run_are_not_taken(small: tuple[Background, UnitScores], small_worlds: Worlds, tmp_path: Path) -> None:
    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sample_worlds(*small, 120, SEED + 1, stop, tmp_path)
    assert list((tmp_path / "chunks").glob("chunk-*"))
    resumed = sample_worlds(*small, 120, SEED, folder=tmp_path)
    assert np.array(resumed.values).tobytes() == np.array(small_worlds.values).tobytes()


def test_stored_worlds_come_back_for_their_background_and_seed_only(small_worlds: Worlds, tmp_path: Path) -> None:
    save(small_worlds, tmp_path)
    back = load(tmp_path, small_worlds.digest, SEED)
    assert back is not None
    assert np.array_equal(back.values, small_worlds.values)
    assert back.numbers.tolist() == small_worlds.numbers.tolist()
    assert load(tmp_path, "another", SEED) is None
    assert load(tmp_path, small_worlds.digest, SEED + 1) is None
    (tmp_path / "worlds.npy").write_bytes(b"torn")
    assert load(tmp_path, small_worlds.digest, SEED) is None


def test_a_background_without_ranges_cannot_be_drawn() -> None:
    with pytest.raises(LifeloopError, match="nothing of its uncertainty"):
        drawn(background_of(LOOP, {"CO2": 1.0}), 10)
