"""What the spectrum says before the run, against runs taken step by step."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import kedou as kd
from kedou.errors import OptionError
from kedou.spectrum.rates import SAFETY, best_rate, limit

seeds = st.integers(0, 2**32 - 1)
flags = st.booleans()


class Bowl:
    """A random problem with its Hessian, made from rows; steps are taken by hand."""

    def __init__(self, seed, intercept=True, standardize=False, spread=3.0):
        rng = np.random.default_rng(seed)
        k = int(rng.integers(1, 4))
        X = rng.normal(size=(14, k)) * rng.uniform(1 / spread, spread, k) + rng.uniform(-1, 1, k)
        y = X @ rng.normal(size=k) + rng.normal(size=14)
        self.moments = kd.scan(X, y, workers=1)
        self.start = 3 * rng.normal(size=k + intercept)
        self.intercept, self.standardize = intercept, standardize
        self.mean = X.mean(axis=0) * (standardize and intercept)
        self.scale = np.sqrt(((X - self.mean) ** 2).mean(axis=0)) if standardize else np.ones(k)
        Z = (X - self.mean) / self.scale
        if intercept:
            Z = np.column_stack([Z, np.ones(14)])
        self.H = 2 * Z.T @ Z / 14
        best = np.linalg.lstsq(Z, y, rcond=None)[0]
        self.least = float(np.mean((y - Z @ best) ** 2))
        inner = self.start.copy()
        inner[:k] *= self.scale
        if intercept:
            inner[-1] += self.start[:k] @ self.mean
        self.away = inner - best
        self.target = 0.01 * self.least

    def diagnose(self):
        options = {"intercept": self.intercept, "standardize": self.standardize}
        return kd.diagnose(self.moments, start=self.start, **options)

    def gaps(self, rates, steps):
        """Gaps after 0 ... steps steps for many rates at once, shape (steps + 1, rates).

        A distance beyond 1e100 stays there: all that matters is that it has left.
        """
        away = np.repeat(self.away[None, :], len(rates), axis=0)
        found = [0.5 * np.einsum("ri,ij,rj->r", away, self.H, away)]
        for _ in range(steps):
            away = np.clip(away - rates[:, None] * (away @ self.H), -1e100, 1e100)
            found.append(0.5 * np.einsum("ri,ij,rj->r", away, self.H, away))
        return np.array(found)


@given(seeds, flags, flags)
def test_eigenvalues_are_those_of_the_hessian_of_the_rows(seed, intercept, standardize):
    bowl = Bowl(seed, intercept, standardize)
    diagnosis = bowl.diagnose()
    expected = np.linalg.eigvalsh(bowl.H)[::-1]
    np.testing.assert_allclose(diagnosis.eigenvalues, expected, rtol=1e-9)
    assert diagnosis.learning_rate_limit == pytest.approx(2 / expected[0])
    assert diagnosis.worst_case_rate == pytest.approx(2 / (expected[0] + expected[-1]))
    assert diagnosis.condition_number == pytest.approx(expected[0] / expected[-1])
    H = (diagnosis.quadratic.eigenvectors * expected) @ diagnosis.quadratic.eigenvectors.T
    np.testing.assert_allclose(H, bowl.H, atol=1e-9 * expected[0])


@given(seeds, flags, flags)
def test_shares_add_up_to_the_first_gap(seed, intercept, standardize):
    bowl = Bowl(seed, intercept, standardize)
    diagnosis = bowl.diagnose()
    assert diagnosis.shares.sum() == pytest.approx(bowl.gaps(np.zeros(1), 0)[0, 0], rel=1e-9)


@given(seeds, flags, flags)
def test_no_rate_of_a_fine_grid_needs_fewer_steps_than_the_best(seed, intercept, standardize):
    bowl = Bowl(seed, intercept, standardize)
    diagnosis = bowl.diagnose()
    steps = diagnosis.best_steps
    assume(steps is not None and steps <= 400)
    top = 0.95 * diagnosis.learning_rate_limit
    assert 0 < diagnosis.best_learning_rate <= top
    if steps:
        grid = np.linspace(0, top, 2001)
        earlier = bowl.gaps(grid, steps - 1)
        assert earlier.min() > bowl.target * (1 - 1e-9)
        at_best = bowl.gaps(np.array([diagnosis.best_learning_rate]), steps)
        assert at_best[-1, 0] <= bowl.target * (1 + 1e-9)
        # Among the rates that need as many steps it ends lowest.
        assert at_best[-1, 0] <= bowl.gaps(grid, steps)[-1].min() * (1 + 1e-6) + 1e-20
    else:
        assert bowl.gaps(np.zeros(1), 0)[0, 0] <= bowl.target * (1 + 1e-9)


@given(
    st.lists(st.tuples(st.floats(-12, 3), st.floats(-1, 1)), min_size=1, max_size=6),
    st.floats(-4, -0.1),
)
def test_the_best_rate_is_the_lowest_point_to_its_last_digits(directions, far):
    """In exact arithmetic, the gap after those steps falls just before it and rises just after."""
    shares, eigenvalues = 10.0 ** np.array(sorted(directions, key=lambda d: -d[1])).T
    rate, steps = best_rate(shares, eigenvalues, 10.0**far * shares.sum())
    assume(steps is not None and 0 < steps <= 200)
    most = SAFETY * limit(eigenvalues)

    def falls(rate: Fraction) -> bool:
        pairs = zip(shares.tolist(), eigenvalues.tolist(), strict=True)
        terms = [(Fraction(a), Fraction(lam)) for a, lam in pairs]
        return sum(a * lam * (1 - rate * lam) ** (2 * steps - 1) for a, lam in terms) > 0

    near = Fraction(2) ** -49
    assert falls(Fraction(rate) * (1 - near))
    assert rate == most or not falls(Fraction(rate) * (1 + near))


@given(seeds, flags)
def test_the_automatic_rate_of_a_run_is_the_best_of_its_start(seed, standardize):
    bowl = Bowl(seed, standardize=standardize)
    diagnosis = bowl.diagnose()
    assume(diagnosis.best_steps is not None and diagnosis.best_steps <= 2000)
    run = kd.descend(bowl.moments, start=bowl.start, steps=2000, standardize=standardize)
    assert run.learning_rate == diagnosis.best_learning_rate
    arrived = int(np.argmax(run.gap <= 0.01 * run.exact.loss * (1 + 1e-9)))
    assert arrived == diagnosis.best_steps == run.rates.best_steps


@given(seeds, flags, st.floats(0.02, 1.6), st.sampled_from([1.0, 0.1, 0.01, 1e-4]))
def test_steps_to_is_what_stepping_takes(seed, standardize, share, tolerance):
    bowl = Bowl(seed, standardize=standardize)
    diagnosis = bowl.diagnose()
    rate = share * diagnosis.learning_rate_limit
    said = diagnosis.steps_to(tolerance, rate)
    most = 3000
    inside = bowl.gaps(np.array([rate]), most)[:, 0] <= tolerance * bowl.least
    if said is None or said > most:
        assert not inside.any()
    else:
        first = int(np.argmax(inside))
        border = bowl.gaps(np.array([rate]), said)[-1, 0] / (tolerance * bowl.least)
        assert (inside.any() and first == said) or abs(border - 1) <= 1e-9


@given(seeds, flags, st.floats(0.3, 1.5), st.floats(0, 12))
def test_rises_at_is_where_stepping_rises(seed, standardize, share, hidden):
    bowl = Bowl(seed, standardize=standardize)
    # Hide the steep direction, so that the loss falls for a while before it rises.
    lam, Q = np.linalg.eigh(bowl.H)
    inner = bowl.diagnose().quadratic.coordinates
    away = Q.T @ bowl.away
    away[-1] *= 10.0**-hidden
    bowl.away = Q @ away
    bowl.start = inner.outward(bowl.diagnose().quadratic.best + bowl.away)
    diagnosis = bowl.diagnose()
    rate = share * 2 / lam[-1]
    said = diagnosis.rises_at(rate)
    gaps = bowl.gaps(np.array([rate]), 1500)[:, 0]
    rises = np.flatnonzero(np.diff(gaps) > 1e-9 * gaps[:-1])
    assert (said is not None) == diagnosis.diverges(rate)
    if share <= 1:
        assert said is None
        return
    assert said is not None
    if said < 1400:
        found = int(rises[0])
        flat = np.abs(np.diff(gaps[min(said, found) : max(said, found) + 2]))
        assert found == said or flat.max() <= 1e-7 * gaps[said]
        later = gaps[said : said + 50]
        assert (np.diff(later[later < 1e150]) >= 0).all()


@given(seeds, flags)
def test_the_worst_case_rate_is_best_over_all_starts(seed, intercept):
    bowl = Bowl(seed, intercept)
    lam = np.linalg.eigvalsh(bowl.H)
    worst = bowl.diagnose().worst_case_rate
    rates = np.linspace(0, 2 / lam[-1], 1001)
    slowest = np.abs(1 - rates[:, None] * lam).max(axis=1)
    assert np.abs(1 - worst * lam).max() <= slowest.min() + 1e-12


@given(seeds)
def test_scaled_is_the_judgement_of_standardised_columns(seed):
    bowl = Bowl(seed)
    diagnosis = bowl.diagnose()
    direct = kd.diagnose(bowl.moments, start=bowl.start, standardize=True)
    for name in ("learning_rate_limit", "best_learning_rate", "best_steps", "condition_number"):
        assert getattr(diagnosis.scaled, name) == getattr(direct, name)
    assert direct.scaled is direct


def test_a_start_that_has_arrived_needs_no_steps():
    moments = kd.scan(kd.data.tadpoles())
    best = kd.solve(moments).theta
    for start in (best, best * 1.001):
        diagnosis = kd.diagnose(moments, start=start)
        assert diagnosis.best_steps == 0
        assert diagnosis.steps_to(0.01) == 0
        assert 0 < diagnosis.best_learning_rate < diagnosis.learning_rate_limit
    run = kd.descend(moments, start=best * 1.001, tolerance=0.01)
    assert len(run) == 1
    assert "0 steps" in str(run.notes[0])


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan"), float("inf")])
def test_a_tolerance_that_makes_no_sense_is_refused(tolerance):
    with pytest.raises(OptionError, match="tolerance"):
        kd.diagnose(kd.scan(kd.data.tadpoles())).steps_to(tolerance)


# Columns that depend on each other.


@given(seeds, st.integers(2, 6))
def test_as_many_columns_are_named_as_directions_are_missing(seed, k):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(25, k)) + 10.0 ** rng.uniform(-1, 3)
    dependent = sorted(rng.choice(np.arange(1, k), int(rng.integers(1, k)), replace=False))
    for j in dependent:
        constant = rng.random() < 0.3
        X[:, j] = 3.7 if constant else X[:, :j] @ rng.uniform(0.5, 2, j)
    moments = kd.scan(X, rng.normal(size=25), workers=1)
    solution = kd.solve(moments)
    assert solution.rank == k - len(dependent)
    assert list(solution.dependent) == [f"x{j + 1}" for j in dependent]
    assert kd.diagnose(moments).dependent_columns == solution.dependent
    assert len(solution.warnings) == len(dependent)
    for name, sources in solution.dependent.items():
        assert name not in sources
        assert not set(sources) & set(solution.dependent)
        assert solution.standard_errors[int(name[1:]) - 1] is None
    eigenvalues = kd.diagnose(moments).eigenvalues
    assert (eigenvalues[-len(dependent) :] == 0).all()
    assert (eigenvalues[: -len(dependent)] > 0).all()


@pytest.mark.parametrize("tie", [1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 0.0])
@pytest.mark.parametrize("k", [2, 6])
def test_nearly_dependent_columns_are_named_exactly_when_their_rank_is_lost(tie, k):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, k))
    X[:, -1] = X[:, :-1] @ np.ones(k - 1) + tie * X[:, -1]
    solution = kd.solve(kd.scan(X, rng.normal(size=30), precision="fast"))
    assert len(solution.dependent) == k - solution.rank
    assert (solution.rank == k) == (tie >= 1e-6)


@given(seeds)
def test_the_answer_of_smallest_norm_in_scaled_columns(seed):
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(20, 2))
    X = np.column_stack([base, base @ [1.0, -0.5], base[:, 0]]) * [1.0, 10.0, 0.1, 4.0]
    y = base @ [1.0, 2.0] + rng.normal(size=20)
    solution = kd.solve(kd.scan(X, y))
    spread = X.std(axis=0)
    Z = (X - X.mean(axis=0)) / spread
    expected = np.linalg.lstsq(Z, y - y.mean(), rcond=1e-10)[0] / spread
    np.testing.assert_allclose(solution.coefficients, expected, rtol=1e-8)


def test_descent_on_dependent_columns_converges_and_names_them():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(20, 2))
    table = np.column_stack([X, X.sum(axis=1)])
    run = kd.descend(table, y=X @ [1.0, 2.0] + rng.normal(size=20), steps=200)
    assert str(run.outcome) == "converged"
    assert any("x3" in str(note) and "x1" in str(note) for note in run.notes)
