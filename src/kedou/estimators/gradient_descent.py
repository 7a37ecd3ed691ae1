"""Gradient descent as a scikit-learn regressor, whose coefficients are where the walk ended.

Differences from scikit-learn's ``SGDRegressor``
------------------------------------------------
1. Every step uses all rows. For squared error the rows are read once, into moments, and a step
   costs O(k^2) however many rows there were.
2. Columns are standardised inside, and results are in the user's units: no scaler is needed.
3. The learning rate comes from the spectrum of the data, and the run goes on until it has arrived.
4. A run that diverged raises; one that has not arrived warns, with numbers and what to try.
5. The same data give the same coefficients: rows are not shuffled, and a random start is asked for.
6. ``partial_fit`` gives what ``fit`` on all rows so far would give, in any order of the pieces.
7. ``ridge`` is a penalty on the mean loss in standardised units: scikit-learn's ``Ridge`` with
   ``alpha = n * ridge`` on standardised columns. There is none by default.
"""

from __future__ import annotations

from typing import Any, Self

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, check_random_state

from kedou import rules
from kedou.descent.auto import constant_rate
from kedou.errors import OptionError
from kedou.estimators.descended import Descended, judge
from kedou.estimators.rows import Rows
from kedou.estimators.shared import all_moments, diagnosed, each_target, read_rows
from kedou.fitting import descend, scan
from kedou.losses import Loss, SquaredError, make
from kedou.moments import Moments
from kedou.spectrum import Diagnosis, diagnose

MOST_JUMPED = 1_000_000
MOST_WALKED = 1_000
ARRIVED = 1e-20


def _learns_piecewise(estimator: Any) -> bool:
    loss = make(estimator.loss)
    if not isinstance(loss, SquaredError):
        raise OptionError("estimators.partial-fit-loss", loss=loss.name)
    return True


class GradientDescentRegressor(Descended):
    """Linear regression by full-batch gradient descent, on any amount of rows.

    Minimises L(w, b) = sum f_i l(y_i, w'x_i + b) / sum f_i + ridge * sum u_j^2, with row weights f,
    the squared error l = (y - s)^2 by default, and u the weights of the standardised columns.
    ``coef_`` is the last point of ``trajectory_``; the exact answer stands beside the run, in
    ``trajectory_.exact``, and never takes its place.

    When a run ends
    ---------------
    With ``steps="auto"`` the run takes as many steps as it needs:

    - Gradient descent with a constant rate, on squared error: until the loss is within 1e-20 of
      the smallest possible one (predictions are then within 1e-10 of the residuals' spread of
      the exact ones), at most 1,000,000 steps. They are cheap, because along each eigenvector of
      the Hessian a step multiplies the distance to the answer by 1 - learning_rate * eigenvalue,
      so that the steps worth keeping are computed directly: a million cost less than a thousand
      walked ones.
    - Any other rule: 1,000 steps on the moments. Any other loss: 1,000 steps, each one pass over
      the rows.

    With a number, so many steps are taken, unless ``tolerance`` is given and met. A run has
    arrived when it is within ``tolerance`` of the smallest loss: 1e-20 in the first case above,
    else 1 %.

    Parameters
    ----------
    rule : str, rule, class or function, default "gradient-descent"
        How a step follows from the gradient: a name of ``kd.rules.NAMED``, or a rule of one's own.
    learning_rate : float, schedule or "auto", default "auto"
        In standardised units. ``"auto"`` says in ``trajectory_.notes`` what it chose and why.
    steps : int or "auto", default "auto"
        The most steps to take.
    tolerance : float, optional
        Stop once the loss is within this share of the smallest possible one (0.01 = 1 %).
    start : float, (p,) array or "random", default 0.0
        theta_0 = (w_1 ... w_k, b) in the user's units, the same for every target.
    loss : str or loss, default "squared"
        ``"squared"``, ``"absolute"``, ``"huber"``; ``"log"`` and ``"brier"`` for a target of 0
        and 1; or an object with ``value`` and ``slope`` of (y, score).
    fit_intercept : bool, default True
    standardize : bool, default True
        Take the steps in columns of mean 0 and standard deviation 1 (without an intercept: of
        root mean square 1). Results stay in the user's units.
    ridge : float, default 0.0
        For squared error; the intercept is free.
    random_state : int, RandomState instance or None, default None
        For ``start="random"``.

    Attributes
    ----------
    coef_ : (k,) or (m, k) float64
        In target units per feature unit; (m, k) when y had two dimensions.
    intercept_ : float or (m,) float64
        In target units; 0.0 without an intercept.
    trajectory_ : Trajectory, or tuple of m
        The whole walk. Its outcome, advice, notes and exact answer are in it.
    outcome_ : Outcome, or tuple of m
        ``"converged"``, ``"slow"``, ``"looping"``, ...
    n_iter_ : int or (m,) int
        Steps taken.
    moments_ : Moments
        Of all rows so far; with m targets the first m - 1 are its last columns.
    diagnosis_ : Diagnosis, or tuple of m
        What was known before the first step (of squared error, whatever the loss); computed when
        asked for.
    n_features_in_ : int
    feature_names_in_ : (k,) array of str
        Where X had column names.

    Warns
    -----
    ConvergenceWarning
        The run has not arrived; the text says how far it is and what to try.

    Examples
    --------
    >>> import kedou as kd
    >>> X, y = [[1.0], [2.0], [3.0], [4.0]], [1.1, 1.9, 3.2, 3.8]
    >>> model = kd.GradientDescentRegressor().fit(X, y)
    >>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
    ([0.94], 0.15)
    >>> str(model.outcome_), model.n_iter_
    ('converged', 1)

    The same line in a hundred small steps from another start:

    >>> slow = kd.GradientDescentRegressor(learning_rate=0.1, steps=100, start=[5.0, -3.0])
    >>> slow.fit(X, y).trajectory_
    Trajectory(100 steps, converged, loss 69.625 -> 0.0205)

    References
    ----------
    Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847;
    Nesterov, "Introductory Lectures on Convex Optimization", 2004, chapter 1.
    """

    def __init__(
        self,
        rule: Any = "gradient-descent",
        learning_rate: Any = "auto",
        steps: Any = "auto",
        tolerance: float | None = None,
        start: Any = 0.0,
        loss: Any = "squared",
        fit_intercept: bool = True,
        standardize: bool = True,
        ridge: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.rule = rule
        self.learning_rate = learning_rate
        self.steps = steps
        self.tolerance = tolerance
        self.start = start
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.ridge = ridge
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Read the rows and descend.

        Parameters
        ----------
        X : (rows, k) array, data frame or sparse matrix
            Sparse rows become dense a block at a time.
        y : (rows,) or (rows, m) array
            With m targets, one descent each, from one scan.
        sample_weight : (rows,) array or number, optional
            Frequencies >= 0: weight 2 is the row twice, weight 0 no row.

        Returns
        -------
        self

        Raises
        ------
        DivergenceError
            The run diverged. Nothing is set; ``error.values["trajectory"]`` is the run.
        ValueError, TypeError
            Data or parameters that make no sense.
        """
        loss = self._checked_loss()
        rows = read_rows(self, X, y, sample_weight, first=True)
        return self._learn(loss, rows, scan(rows, precision="fast"))

    @available_if(_learns_piecewise)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Add rows to all rows seen so far, and descend again from the start.

        Moments of pieces add up to the moments of the whole, so this gives what ``fit`` on all
        rows would give, up to rounding. Parameters may be changed between two pieces.

        Parameters
        ----------
        X, y, sample_weight
            As for ``fit``; the same columns each time.

        Returns
        -------
        self

        Raises
        ------
        AttributeError
            With a loss other than the squared one there is no such method: such a loss needs all
            rows at every step.
        DivergenceError
            The run diverged. The rows are not kept.
        ValueError, TypeError
            As for ``fit``; another number of targets than before.
        """
        loss = self._checked_loss()
        rows = read_rows(self, X, y, sample_weight, first=not hasattr(self, "moments_"))
        return self._learn(loss, rows, all_moments(self, rows))

    @property
    def diagnosis_(self) -> Diagnosis | tuple[Diagnosis, ...]:
        """What the spectrum says of each run before its first step."""
        check_is_fitted(self)
        return diagnosed(
            self.trajectory_,
            self.moments_,
            lambda moments, run: diagnose(
                moments,
                run.has_intercept,
                run.settings["standardize"],
                run.settings["ridge"],
                run.theta[0],
            ),
        )

    def _checked_loss(self) -> Loss:
        self._require_flags()
        return make(self.loss)

    def _learn(self, loss: Loss, rows: Rows, moments: Moments) -> Self:
        """Descend for each target, and set everything once all runs are fit to be kept."""
        options = self._descent_options(loss)
        if isinstance(loss, SquaredError):
            data: list[Any] = list(each_target(moments, rows.targets))
        else:
            data = [rows.only(number) for number in range(len(rows.targets))]
        runs = tuple(descend(one, **options) for one in data)
        judge(runs, stacklevel=4)
        self.moments_ = moments
        return self._keep(rows, loss, runs, [int(run.steps[-1]) for run in runs])

    def _descent_options(self, loss: Loss) -> dict[str, Any]:
        steps, tolerance = self.steps, self.tolerance
        if isinstance(steps, str) and steps == "auto":
            steps = MOST_WALKED
            if isinstance(loss, SquaredError) and _is_plain(self.rule, self.learning_rate):
                steps = MOST_JUMPED
                tolerance = ARRIVED if tolerance is None else tolerance
        seed = None
        if isinstance(self.start, str):
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        return {
            "rule": self.rule,
            "learning_rate": self.learning_rate,
            "steps": steps,
            "tolerance": tolerance,
            "start": self.start,
            "seed": seed,
            "loss": loss,
            "intercept": bool(self.fit_intercept),
            "standardize": bool(self.standardize),
            "ridge": self.ridge,
        }


def _is_plain(rule: Any, learning_rate: Any) -> bool:
    """Say whether a rule will be gradient descent with a constant rate: its steps can be jumped."""
    named = isinstance(rule, str) or (isinstance(rule, type) and rule in rules.NAMED.values())
    if named and (learning_rate is None or isinstance(learning_rate, str)):
        learning_rate = None if rules.has_rate(rule) is None else 1.0
    return constant_rate(rules.make(rule, learning_rate)) is not None
