"""What must hold for descent on mini-batches, whatever the rows, the rule and the loss."""

from dataclasses import replace

import numpy as np
import pytest

import kedou as kd
from kedou.errors import OptionError, OptionTypeError
from kedou.fitting import shuffling
from kedou.fitting.batches.batch import Batch
from kedou.fitting.batches.looking import look_at_rows
from kedou.fitting.blocks import DesignBlocks
from kedou.fitting.scanner import as_source
from kedou.fitting.shuffling import Order, pieces, row_order
from kedou.losses import SquaredError
from kedou.solution import Coordinates
from kedou.spectrum.far_start import gap_from_afar
from kedou.spectrum.noise import (
    Sampling,
    averaged_ball,
    best_batch_rate,
    expected_gap,
    noise_ball,
)

TADPOLES = kd.data.tadpoles()
PENGUINS = kd.open(
    kd.data.penguins().path(),
    target="body_mass_g",
    features=["bill_depth_mm", "flipper_length_mm", "species"],
    categorical=["species"],
)
TABLE = kd.open(
    {"a": [0.5, 1.5, 4.0, 2.2], "b": [3, 1, 2, 7], "y": [2.5, -0.4, 0.3, 1.0]}, target="y"
)
CHALLENGER = kd.data.challenger()
EASY = {"log": CHALLENGER, "brier": CHALLENGER}


def line(n=900, seed=1, noise=1.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2)) * [1.0, 3.0] + [0.0, 5.0]
    return X, X @ [2.0, -1.0] + 4.0 + noise * rng.normal(size=n)


def order_of(X, y=None, *, seed=0, shuffle=True, **options):
    source = as_source(X, y, **options)
    moments = kd.scan(source)
    k = len(moments.columns)
    blocks = DesignBlocks(source, moments.columns)
    plain = Coordinates(np.zeros(k), np.ones(k), True)
    look = look_at_rows(moments, blocks, SquaredError(), plain)
    return Order(blocks, plain, look.mean_weight, seed, shuffle), look


# -- all rows at each step ------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [n for n in kd.rules.NAMED if n != "slope"])
@pytest.mark.parametrize("loss", list(kd.losses.NAMED))
def test_a_batch_of_all_rows_is_full_batch_descent(rule, loss):
    data = EASY.get(loss, PENGUINS if loss == "squared" else TABLE)
    given = {} if rule == "exact-line-search" else {"learning_rate": 0.01}
    same = {"rule": rule, "loss": loss, "standardize": True, **given}
    whole = kd.descend(data, steps=12, **same)
    batch = kd.descend(data, batch_size=10**6, epochs=12, shuffle=False, **same)
    assert batch.steps.tolist() == whole.steps.tolist()
    for name in ("theta", "loss", "gradient"):
        a, b = getattr(batch, name), getattr(whole, name)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * np.abs(b).max(), err_msg=name)


def test_shuffling_changes_nothing_for_all_rows_but_rounding():
    X, y = line()
    one = kd.descend(X, y=y, batch_size=900, epochs=5, learning_rate=0.01)
    other = kd.descend(X, y=y, batch_size=900, epochs=5, learning_rate=0.01, shuffle=False)
    np.testing.assert_allclose(one.theta, other.theta, rtol=1e-10)


def test_a_ridge_penalty_is_part_of_every_step():
    X, y = line()
    whole = kd.descend(X, y=y, steps=9, ridge=0.4, standardize=True, learning_rate=0.1)
    batch = kd.descend(
        X, y=y, batch_size=900, epochs=9, ridge=0.4, standardize=True, learning_rate=0.1
    )
    np.testing.assert_allclose(batch.theta, whole.theta, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(batch.loss, whole.loss, rtol=1e-11)


# -- the order of the rows ------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_stochastic_descent_is_a_plain_loop_over_the_same_order(batch_size):
    x, y = TADPOLES.X[:, 0], TADPOLES.y
    w, b, walked = 0.0, 0.0, [(0.0, 0.0)]
    for epoch in (1, 2, 3):
        rows = row_order(f"5:{epoch}:0", 7)
        for first in range(0, 7, batch_size):
            batch = rows[first : first + batch_size]
            error = y[batch] - (w * x[batch] + b)
            slopes = np.mean(-2 * error * x[batch]), np.mean(-2 * error)
            w, b = w - 0.01 * slopes[0], b - 0.01 * slopes[1]
            walked.append((w, b))
    run = kd.descend(TADPOLES, batch_size=batch_size, epochs=3, seed=5, learning_rate=0.01)
    np.testing.assert_allclose(run.theta, walked, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_rate_given_as_a_plain_function_is_the_rate_of_each_step(compiled):
    if compiled:
        pytest.importorskip("numba")
    x, y = TADPOLES.X[:, 0], TADPOLES.y
    asked = []

    def rate(step):
        asked.append(step)
        return 0.05 / (1 + step) ** 0.5

    w, b, t, walked = 0.0, 0.0, 0, [(0.0, 0.0)]
    for epoch in (1, 2, 3):
        rows = row_order(f"5:{epoch}:0", 7)
        for first in range(0, 7, 2):
            batch = rows[first : first + 2]
            error = y[batch] - (w * x[batch] + b)
            size = 0.05 / (1 + t) ** 0.5
            w, b = w + size * np.mean(2 * error * x[batch]), b + size * np.mean(2 * error)
            walked.append((w, b))
            t += 1
    options = {"batch_size": 2, "epochs": 3, "seed": 5, "compiled": compiled}
    run = kd.descend(TADPOLES, learning_rate=rate, **options)
    np.testing.assert_allclose(run.theta, walked, rtol=1e-12, atol=1e-13)
    assert sorted(set(asked)) == list(range(12))
    assert run.settings["compiled"] is compiled
    assert run.learning_rate is None
    assert run.rule["learning_rate"] == {"schedule": None, "own": "rate"}


def test_a_plain_function_walks_as_the_schedule_it_repeats(tmp_path):
    X, y = line()
    ours = kd.rules.InverseTime(0.1, decay=0.5)
    for how in ({"steps": 40}, {"batch_size": 16, "epochs": 2}, {"loss": "huber", "steps": 9}):
        one, other = (
            kd.descend(X, y=y, learning_rate=rate, **how) for rate in (ours, lambda t: ours(t))
        )
        np.testing.assert_array_equal(one.theta, other.theta)
        assert str(one.outcome) == str(other.outcome)
        assert [str(m) for m in one.messages] == [str(m) for m in other.messages]
    other.save(tmp_path / "run.json")
    assert kd.Trajectory.load(tmp_path / "run.json").rule == other.rule


@pytest.mark.parametrize("cells", [None, 40, 7])
@pytest.mark.parametrize("shuffle", [True, False])
def test_every_row_is_visited_once_an_epoch(monkeypatch, tmp_path, cells, shuffle):
    if cells is not None:
        monkeypatch.setattr(shuffling, "WINDOW_CELLS", cells)
    for number in range(5):
        lines = [f"{10 * number + i},{i}" for i in range(1 + 3 * number)]
        (tmp_path / f"part-{number}.csv").write_text("x,y\n" + "\n".join(lines))
    order, look = order_of(str(tmp_path), target="y", shuffle=shuffle)
    assert look.rows == 35
    seen = []
    for epoch in (1, 2):
        taken = list(pieces(order.windows(epoch), 4, look.rows))
        visited = [x for piece, _ in taken for x in piece.X[:, 0].tolist()]
        assert sorted(visited) == sorted({*visited})
        assert len(visited) == 35
        assert sum(ends for _, ends in taken) == 9
        assert taken[-1][1]
        seen.append(visited)
    assert (seen[0] == seen[1]) is not shuffle
    assert (seen[0] == sorted(seen[0])) is not shuffle


def test_the_order_is_even():
    """Each row comes to each place about as often: 2,000 orders of 6 rows."""
    counts = np.zeros((6, 6))
    for seed in range(2000):
        counts[row_order(str(seed), 6), np.arange(6)] += 1
    assert np.abs(counts - 2000 / 6).max() < 5 * np.sqrt(2000 / 6)


def bits(run):
    return [getattr(run, name).tobytes() for name in ("theta", "loss", "gradient", "steps")]


def written(tmp_path, X, y, weight=None):
    head = "a,b,y" + ("" if weight is None else ",f")
    columns = [X, y[:, None]] + ([] if weight is None else [weight[:, None]])
    rows = [",".join(map(repr, row)) for row in np.hstack(columns).tolist()]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return str(path)


@pytest.mark.parametrize("loss", ["squared", "huber"])
@pytest.mark.parametrize("shuffle", [True, False])
def test_a_file_and_an_array_give_the_same_bits(tmp_path, loss, shuffle):
    X, y = line()
    same = {"batch_size": 32, "loss": loss, "standardize": True, "shuffle": shuffle}
    array = kd.descend(np.asfortranarray(X), y=y, **same)
    file = kd.descend(written(tmp_path, X, y), target="y", **same)
    again = kd.descend(X, y=y, **same)
    for name in ("theta", "loss"):
        assert getattr(array, name).tobytes() == getattr(file, name).tobytes()
        assert getattr(array, name).tobytes() == getattr(again, name).tobytes()
    np.testing.assert_allclose(array.gradient, file.gradient, rtol=1e-10, atol=1e-12)


def test_the_seed_decides_and_parts_of_a_table_do_not(monkeypatch):
    X, y = line()
    once = kd.descend(X, y=y, batch_size=10, seed=3)
    assert bits(once) == bits(kd.descend(X, y=y, batch_size=10, seed=3))
    assert bits(once) != bits(kd.descend(X, y=y, batch_size=10, seed=4))
    assert once.seed == 3
    monkeypatch.setattr("kedou.sources.arrays.part_rows", lambda k: 128)
    parts = kd.descend(X, y=y, batch_size=10, seed=3)
    np.testing.assert_allclose(parts.theta, once.theta, rtol=1e-11)


def test_a_random_start_and_the_order_come_from_one_seed():
    X, y = line()
    run = kd.descend(X, y=y, batch_size=10, start="random")
    again = kd.descend(X, y=y, batch_size=10, start="random", seed=run.seed)
    assert bits(run) == bits(again)


# -- what a run keeps -----------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared", "huber", "absolute"])
def test_the_losses_kept_are_over_all_rows(loss):
    X, y = line()
    run = kd.descend(X, y=y, loss=loss, batch_size=16, epochs=3, standardize=True)
    error = y - run.theta[:, :2] @ X.T - run.theta[:, 2:]
    value = kd.losses.make(loss).value(np.zeros_like(error), -error).mean(axis=1)
    np.testing.assert_allclose(run.loss, value, rtol=1e-10)
    assert run.steps[-1] == 3 * 57
    assert {57, 114, 171} <= set(run.steps.tolist())
    assert len(run.steps) == (172 if loss == "squared" else 31)


def test_what_was_asked_for_is_kept_and_saved(tmp_path):
    run = kd.descend(TADPOLES, batch_size=2, epochs=3, shuffle=False)
    told = {name: run.settings[name] for name in ("batch_size", "epochs", "shuffle", "steps")}
    assert told == {"batch_size": 2, "epochs": 3, "shuffle": False, "steps": 12}
    run.save(tmp_path / "run.json")
    assert bits(kd.Trajectory.load(tmp_path / "run.json")) == bits(run)
    model = kd.fit(kd.data.engel(), batch_size=32, epochs=5)
    assert model.fit["settings"]["batch_size"] == 32


def test_progress_is_told_and_an_exception_ends_the_run():
    X, y = line()
    told = []
    run = kd.descend(
        X, y=y, loss="huber", batch_size=9, epochs=4, progress=lambda *a: told.append(a)
    )
    ends = {100, 200, 300, 400}
    assert told[0][0] == 0
    assert ends <= {step for step, _, _ in told}
    for step, theta, loss in told:
        if step in ends:
            where = run.steps.tolist().index(step)
            assert loss == pytest.approx(run.loss[where], rel=1e-12)
            np.testing.assert_array_equal(theta, run.theta[where])

    def stop(step, theta, loss):
        if step >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kd.descend(X, y=y, batch_size=9, epochs=10**6, progress=stop)


# -- weights --------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_on_the_average_a_batch_has_the_gradient_of_all_rows_and_weight_2_is_the_row_twice(loss):
    X, y = line(60)
    weight = np.random.default_rng(0).integers(0, 4, 60).astype(float)
    theta = np.array([0.3, -0.2, 1.0])
    made = kd.losses.make(loss)

    def average(order, look, batch_size):
        total = np.zeros(3)
        batch = Batch(made, True, 0.0)
        for piece, ends in pieces(order.windows(1), batch_size, look.rows):
            batch.add(piece, theta)
            if ends:
                total += batch.rows * batch.slope(batch.sums, theta)
                batch = Batch(made, True, 0.0)
        return total / look.rows

    repeated = np.repeat(np.arange(60), weight.astype(int))
    twice = average(*order_of(X[repeated], y[repeated]), 7)
    weighted = average(*order_of(X, y, weight=weight), 7)
    np.testing.assert_allclose(weighted, twice, rtol=1e-11)


def test_equal_weights_are_none():
    X, y = line()
    plain = kd.descend(X, y=y, batch_size=20)
    weighted = kd.descend(X, y=y, weight=np.full(900, 3.0), batch_size=20)
    np.testing.assert_allclose(weighted.theta, plain.theta, rtol=1e-9)


def test_a_batch_of_rows_without_weight_does_no_harm():
    X, y = line()
    weight = np.r_[np.zeros(450), np.ones(450)]
    same = {"batch_size": 5, "shuffle": False, "epochs": 20, "standardize": True}
    run = kd.descend(X, y=y, weight=weight, **same)
    assert np.isfinite(run.theta).all()
    assert run.gap[-1] < 0.1 * run.exact.loss


# -- where it ends --------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared", "huber", "absolute"])
def test_a_rate_that_shrinks_approaches_the_exact_answer(loss):
    X, y = line()
    rate = kd.rules.InverseTime(0.3, decay=0.02)
    same = {"loss": loss, "batch_size": 8, "epochs": 40, "standardize": True, "y": y}
    constant = kd.descend(X, learning_rate=0.3, **same)
    decayed = kd.descend(X, learning_rate=rate, **same)
    assert decayed.outcome == "converged"
    assert decayed.gap[-1] < 2e-3 * decayed.exact.loss
    late = constant.steps > constant.steps[-1] / 2
    assert decayed.gap[-1] < constant.gap[late].mean() / 5


@pytest.mark.parametrize("batch_size", [1, 8, 64])
def test_the_noise_ball_is_about_what_was_told(batch_size):
    X, y = line(2000)
    same = {"batch_size": batch_size, "epochs": 12, "standardize": True, "y": y}
    run = kd.descend(X, learning_rate=0.02, **same)
    (note,) = [n for n in run.notes if n.code == "descent.noise-ball"]
    late = run.steps > run.steps[-1] / 2
    seen = 100 * run.gap[late].mean() / run.exact.loss
    assert note.values["percent"] / 3 < seen < 2 * note.values["percent"]


def test_all_rows_and_points_on_a_line_have_no_noise_ball():
    X, y = line(noise=0.0)
    exact = kd.descend(X, y=y, batch_size=10, standardize=True, epochs=30)
    assert exact.loss[-1] < 1e-9
    X, y = line()
    whole = kd.descend(X, y=y, batch_size=900)
    for run in (exact, whole):
        told = [n.values["percent"] for n in run.notes if n.code == "descent.noise-ball"]
        assert all(percent < 1e-9 for percent in told)


@pytest.mark.parametrize("average", [False, True])
@pytest.mark.parametrize("rate", ["auto", 0.1])
@pytest.mark.parametrize("rows", [1, 40])
def test_a_target_that_never_varies_has_no_noise(rows, rate, average):
    X, _ = line(rows)
    run = kd.descend(
        X, y=np.full(rows, 3.0), batch_size=8, learning_rate=rate, average=average, epochs=40,
        standardize=True,
    )  # fmt: skip
    assert run.loss[-1] < 0.01 * run.loss[0]
    assert not [n for n in run.notes if n.code.startswith("descent.noise")]


@pytest.mark.parametrize("batch_size", [1, 8, 64])
@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_the_mean_of_the_points_comes_closer_than_the_points(batch_size, loss):
    X, y = line(2000)
    same = {"batch_size": batch_size, "epochs": 12, "standardize": True, "y": y, "loss": loss}
    plain = kd.descend(X, learning_rate=0.05, **same)
    mean = kd.descend(X, learning_rate=0.05, average=True, **same)
    half = int(mean.steps[-1]) // 2
    before = mean.steps <= half
    np.testing.assert_array_equal(mean.theta[before], plain.theta[before])
    late = plain.steps > 1.5 * half
    assert mean.gap[-1] < plain.gap[late].mean() / 3
    if loss == "squared":
        last = np.flatnonzero(~before)
        np.testing.assert_allclose(mean.theta[-1], plain.theta[last].mean(axis=0), rtol=1e-9)
        (note,) = [n for n in mean.notes if n.code == "descent.noise-averaged"]
        assert note.values["averaged"] == len(last)
        assert note.values["mean_percent"] < note.values["percent"] / 5
        # Visiting every row once an epoch does better than rows drawn anew, for which it is told.
        assert 100 * mean.gap[-1] / mean.exact.loss < 3 * note.values["mean_percent"]


def by_simulation(values, rate, steps, averaged, batch, distance, runs=4000):
    """Return the gap of the last point and of the mean, of batches of normal rows drawn anew."""
    rng = np.random.default_rng(0)
    theta = np.tile(distance, (runs, 1))
    total = np.zeros_like(theta)
    for number in range(steps):
        rows = rng.normal(size=(runs, batch, len(values))) * np.sqrt(values / 2)
        errors = np.einsum("rbi,ri->rb", rows, theta) - rng.normal(size=(runs, batch))
        theta = theta - rate * 2 * np.einsum("rb,rbi->ri", errors, rows) / batch
        total += theta if number >= steps - averaged else 0.0
    last, mean = (0.5 * values * np.square(found) for found in (theta, total / averaged))
    return last.sum(axis=1).mean(), mean.sum(axis=1).mean()


@pytest.mark.parametrize(
    ("rate", "batch", "far", "steps", "averaged"),
    [
        (0.1, 10, 0.0, 200, 50),  # hovering
        (0.1, 1, 0.0, 120, 40),
        (0.1, 4, 30.0, 12, 6),  # on the way
        (0.2, 2, 1000.0, 6, 3),
    ],
)
def test_the_ball_and_the_way_to_it_by_simulation(rate, batch, far, steps, averaged):
    values = np.array([2.0, 0.5])
    distance = far * np.array([1.0, -2.0])
    sampling = Sampling(rows=10**9, batch=batch)
    shares = 0.5 * values * distance**2
    single, mean = by_simulation(values, rate, steps, averaged, batch, distance)
    given = (shares, values, 1.0, rate, steps, sampling)
    assert single == pytest.approx(gap_from_afar(*given), rel=0.08)
    assert mean == pytest.approx(gap_from_afar(*given, averaged), rel=0.08)
    if far == 0.0:
        assert single == pytest.approx(noise_ball(values, 1.0, rate, sampling), rel=0.08)
        told = averaged_ball(values, 1.0, rate, sampling, averaged)
        assert mean == pytest.approx(told, rel=0.08)
    else:  # without the noise of the distance the forecast is too good
        assert expected_gap(*given) < 0.95 * single


def test_the_way_from_afar_ends_in_the_ball():
    values, shares = np.array([2.0, 0.7, 0.1]), np.array([1e30, 5.0, 1e12])
    sampling = Sampling(rows=1000, batch=4)
    given = (shares, values, 1.5, 0.1, 100_000, sampling)
    ball = noise_ball(values, 1.5, 0.1, sampling)
    assert gap_from_afar(*given) == pytest.approx(ball, rel=1e-9)
    mean = averaged_ball(values, 1.5, 0.1, sampling, 20_000)
    assert gap_from_afar(*given, 20_000) == pytest.approx(mean, rel=1e-9)
    # All rows at each step: what is left of the start, and nothing else.
    whole = replace(sampling, batch=1000)
    left = float(np.sum(shares * (1 - 0.1 * values) ** 40))
    assert gap_from_afar(shares, values, 1.5, 0.1, 20, whole) == pytest.approx(left)
    assert gap_from_afar(shares, values, 1.5, 0.1, 0, sampling) == shares.sum()


def test_many_directions_are_told_by_few():
    values = np.geomspace(2.0, 0.02, 300)
    shares = np.linspace(1.0, 3.0, 300) * 100
    sampling = Sampling(rows=10**6, batch=100)
    a = shares.copy()
    for _ in range(60):
        strays = sampling.stray * (0.1 * values) ** 2
        a = (1 - 0.1 * values) ** 2 * a + strays * (1.0 + a.sum() + a)
    told = gap_from_afar(shares, values, 1.0, 0.1, 60, sampling)
    assert told == pytest.approx(a.sum(), rel=2e-3)


def test_an_epoch_ends_with_the_rows_left_over():
    sampling = Sampling(rows=1000, batch=32)  # the last batch has 8 rows
    assert sampling.last_stray == pytest.approx(4 * sampling.stray, rel=0.03)
    assert Sampling(1000, 50).last_stray == Sampling(1000, 50).stray
    values, least = np.array([1.5, 0.5]), 1.0
    told = expected_gap(np.zeros(2), values, least, 0.2, 500, sampling)
    ball = noise_ball(values, least, 0.2, sampling)
    more = 3 * sampling.stray * 0.04 * float(np.sum(values**2))
    assert told == pytest.approx(ball + more, rel=0.05)
    afar = gap_from_afar(np.zeros(2), values, least, 0.2, 500, sampling)
    assert afar == pytest.approx(told, rel=0.02)


@pytest.mark.parametrize("average", [False, True])
def test_a_start_far_away_is_told_to_end_higher(average):
    rng = np.random.default_rng(3)
    X = rng.uniform(-1, 1, size=(2000, 10))
    y = X @ rng.normal(size=10) + 0.5 * rng.normal(size=2000)
    theta, away = kd.solve(kd.scan(X, y)).theta, rng.normal(size=11)
    codes = []
    for far in (1.0, 1e3, 1e6, 1e9):
        seen = []
        for seed in range(4):
            run = kd.descend(
                X, y=y, batch_size=16, epochs=1, start=theta + far * away, seed=seed,
                standardize=True, average=average,
            )  # fmt: skip
            seen.append(100 * run.gap[-1] / run.exact.loss)
        (note,) = [n for n in run.notes if n.code.startswith("descent.auto-batches")]
        codes.append(note.code)
        assert note.values["percent"] <= note.values["most"]
        assert np.mean(seen) < 1.5 * note.values["most"]
        if note.code == "descent.auto-batches":
            assert np.mean(seen) < 1.5 * note.values["percent"]
        for language in ("en", "zh-CN"):
            far_away = note.code.endswith("-far")
            assert (kd.texts.number(note.values["most"]) in note.text(language)) is far_away
    assert codes[0] == "descent.auto-batches"
    if average:
        assert codes[-1] == "descent.auto-batches-far"


def test_the_automatic_rate_knows_of_the_mean():
    shares, values = np.array([1.0, 1.0]), np.array([2.0, 0.2])
    sampling = Sampling(rows=10**6, batch=4)
    alone = best_batch_rate(shares, values, 1.0, 0.4, 5000, sampling)
    mean = best_batch_rate(shares, values, 1.0, 0.4, 5000, sampling, 2500)
    assert mean[0] > alone[0]
    assert mean[1] < alone[1]
    # The same as taking every step: the mean of q^t over the last steps, by hand.
    q = 1 - 0.1 * values
    powers = np.mean([q**t for t in range(31, 51)], axis=0)
    told = expected_gap(shares, values, 0.0, 0.1, 50, sampling, 20)
    assert told == pytest.approx(float(np.sum(powers**2)))


def test_the_ball_by_hand_and_what_is_left_of_the_start():
    one = np.array([2.0])
    sampling = Sampling(rows=101, batch=1)
    B = 0.1 * 2 / 1.6
    assert noise_ball(one, 1.0, 0.1, sampling) == pytest.approx(B / (1 - B))
    assert np.isfinite(noise_ball(one, 1.0, 0.32, sampling))
    assert noise_ball(one, 1.0, 0.34, sampling) == np.inf  # B is 1 at a third
    assert noise_ball(one, 1.0, 1.0, sampling) == np.inf
    assert expected_gap(np.array([5.0]), one, 0.0, 0.25, 3, sampling) == 5.0 * 0.5**6
    assert sampling.safe_rate(2.0, 8.0) == pytest.approx(1 / 16)
    assert replace(sampling, batch=101).safe_rate(2.0, 8.0) == pytest.approx(1 / 4)


@pytest.mark.parametrize("batch_size", [1, 10, 100])
@pytest.mark.parametrize("data", [kd.data.engel(), PENGUINS], ids=["engel", "penguins"])
def test_the_automatic_rate_says_so_and_comes_as_close_as_it_said(data, batch_size):
    run = kd.descend(data, batch_size=batch_size, epochs=30, standardize=True)
    (note,) = [n for n in run.notes if n.code == "descent.auto-batches"]
    assert run.learning_rate == note.values["rate"] <= note.values["limit"]
    late = run.steps > 0.8 * run.steps[-1]
    assert 100 * run.gap[late].mean() / run.exact.loss < 3 * note.values["percent"] + 0.1


# Exact line search has no constant, and takes every loss for a bowl.
PAIRS = [
    (rule, loss)
    for rule in kd.rules.NAMED
    for loss in kd.losses.NAMED
    if rule not in ("slope", "fixed-step")
    if rule != "exact-line-search" or loss == "squared"
]


@pytest.mark.parametrize(("rule", "loss"), PAIRS)
def test_every_rule_gets_lower_with_its_automatic_constant(rule, loss):
    data = EASY.get(loss, TADPOLES)
    run = kd.descend(data, rule, loss=loss, batch_size=4, epochs=40, standardize=True)
    assert run.loss[-1] < (0.95 if data is CHALLENGER else 0.5) * run.loss[0]
    assert run.outcome in ("converged", "slow")


def test_a_rate_that_leaves_float64_at_once_is_not_said_to_have_raised_the_loss():
    X, y = line()
    run = kd.descend(X, y=y, batch_size=2, learning_rate=1e300, standardize=True)
    assert (run.outcome, run.messages[0].code) == ("diverged", "descent.batches-left-ceiling")
    assert run.messages[0].values["try_rate"] < 1


@pytest.mark.parametrize("batch_size", [None, 8])
def test_a_rate_below_zero_is_not_told_to_be_smaller(batch_size):
    X, y = line()
    run = kd.descend(X, y=y, batch_size=batch_size, learning_rate=-1e200)
    assert (run.outcome, run.messages[0].code) == ("diverged", "descent.left-ceiling-backwards")


@pytest.mark.parametrize("rate", [0.5, 1.1, 50.0])
def test_a_rate_that_diverges_is_named(rate):
    """0.5 is below the limit of all rows, and far above what single rows bear."""
    X, y = line()
    X = X * np.where(np.arange(900) % 30 == 0, 8.0, 1.0)[:, None]
    run = kd.descend(X, y=y, batch_size=1, learning_rate=rate, standardize=True)
    assert run.outcome == "diverged"
    assert np.isfinite(run.theta).all()
    assert run.messages[0].code == "descent.batches-diverged"
    better = kd.descend(
        X, y=y, batch_size=1, learning_rate=run.messages[0].values["try_rate"], standardize=True
    )
    assert better.outcome in ("converged", "slow")
    assert better.loss[-1] < better.loss[0]


def test_the_limit_of_the_spectrum_holds_for_batches_too():
    X, y = line()
    run = kd.descend(X, y=y, batch_size=300, epochs=1, learning_rate=1.02, standardize=True)
    assert run.rates.limit < 1.02
    assert run.outcome == "diverged"


def test_walking_uphill_is_named_and_so_is_a_loss_that_runs_away_slowly():
    X, y = line()
    up = kd.descend(X, y=y, batch_size=50, learning_rate=-0.01, loss="huber", standardize=True)
    assert up.outcome == "wrong-direction"
    wild = kd.descend(
        CHALLENGER, loss="log", batch_size=4, epochs=200, learning_rate=100.0, standardize=True
    )
    assert wild.outcome == "diverged"


def test_a_wrong_gradient_is_named():
    class Quartic:
        def value(self, y, score):
            return (y - score) ** 4

        def slope(self, y, score):
            return 4 * (y - score) ** 3

    run = kd.descend(TADPOLES, loss=Quartic(), learning_rate=0.0001, batch_size=2)
    assert run.outcome == "wrong-gradient"


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_a_tolerance_stops_at_the_end_of_an_epoch(loss):
    X, y = line()
    run = kd.descend(
        X, y=y, batch_size=30, epochs=1000, tolerance=0.02, loss=loss, standardize=True
    )
    assert run.stop == "tolerance"
    assert run.outcome == "converged"
    assert run.steps[-1] % 30 == 0
    assert run.steps[-1] < 30_000
    assert run.gap[-1] <= 0.02 * run.exact.loss


def test_rows_may_be_skipped_and_categories_have_levels():
    run = kd.descend(PENGUINS, batch_size=16, epochs=20, standardize=True)
    assert run.outcome == "converged"
    assert any("=" in name for name in run.parameter_names)


def test_batches_too_large_to_be_kept_are_answered_over_all_rows(monkeypatch):
    monkeypatch.setattr("kedou.fitting.batches.batch.BLOCK_CELLS", 10)
    X, y = line()
    run = kd.descend(X, y=y, rule="exact-line-search", batch_size=300, epochs=30, standardize=True)
    assert run.gap[-1] < 0.05 * run.exact.loss


# -- nonsense -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code", "kind"),
    [
        ({"batch_size": 0}, "fitting.batch-size", OptionError),
        ({"batch_size": -3}, "fitting.batch-size", OptionError),
        ({"batch_size": 2.0}, "fitting.batch-size-type", OptionTypeError),
        ({"batch_size": True}, "fitting.batch-size-type", OptionTypeError),
        ({"batch_size": 2, "epochs": 0}, "fitting.epochs", OptionError),
        ({"batch_size": 2, "epochs": "5"}, "fitting.epochs-type", OptionTypeError),
        ({"batch_size": 2, "shuffle": 1}, "fitting.batch-flag-type", OptionTypeError),
        ({"batch_size": 2, "steps": 10}, "fitting.steps-with-batches", OptionError),
        ({"epochs": 2}, "fitting.batch-size-missing", OptionError),
        ({"shuffle": False}, "fitting.batch-size-missing", OptionError),
        ({"average": True}, "fitting.batch-size-missing", OptionError),
        ({"compiled": False}, "fitting.batch-size-missing", OptionError),
        ({"batch_size": 2, "average": 1}, "fitting.batch-flag-type", OptionTypeError),
        ({"batch_size": 2, "compiled": "yes"}, "fitting.batch-flag-type", OptionTypeError),
        ({"batch_size": 2, "ridge": 1.0, "loss": "huber"}, "fitting.passes-ridge", OptionError),
        ({"batch_size": 2, "seed": 0.5}, "descent.seed-type", OptionTypeError),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(options, code, kind):
    with pytest.raises(kind) as refused:
        kd.descend(TADPOLES, **options)
    assert refused.value.code == code
    assert refused.value.text("en") != refused.value.text("zh-CN")


def test_moments_have_no_rows_for_batches():
    with pytest.raises(OptionError) as refused:
        kd.descend(kd.scan(TADPOLES), batch_size=2)
    assert refused.value.code == "fitting.batches-need-rows"
