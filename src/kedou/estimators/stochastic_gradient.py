"""Mini-batch gradient descent as a scikit-learn regressor.

Differences from scikit-learn's ``SGDRegressor``
------------------------------------------------
1. A step follows the gradient of ``batch_size`` rows (1: stochastic descent), and any rule and
   loss of Kedou's can be used; ``"squared"`` is the square, not half of it.
2. Columns are standardised inside, and results are in the user's units: no scaler is needed.
3. The learning rate is chosen from the spectrum and the longest row, and the loss is measured over
   all rows: for squared error the exact answer stands beside the run.
4. A run that diverged raises; one that has not arrived warns, with numbers and what to try.
5. The order of the rows comes from ``random_state``, 0 by default: the same data give the same
   coefficients.
6. There is no penalty by default, and no stopping before the last epoch without ``tolerance``.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import check_random_state

from kedou.descent import Trajectory
from kedou.errors import DataError
from kedou.estimators.descended import Descended, judge, refuse_diverged
from kedou.estimators.rows import Rows
from kedou.estimators.shared import read_rows
from kedou.fitting import descend
from kedou.losses import Loss, make

FEWEST_EPOCHS = 5
FEWEST_STEPS = 1_000


class StochasticGradientRegressor(Descended):
    """Linear regression by mini-batch or stochastic gradient descent.

    Minimises L(w, b) = sum f_i l(y_i, w'x_i + b) / sum f_i + ridge * sum u_j^2 as
    ``GradientDescentRegressor`` does, but each step looks at ``batch_size`` rows only. With
    ``epochs="auto"`` every row is visited at least five times, and more often until 1,000 steps
    have been taken: where all rows fit into one batch, that is full-batch descent.

    Parameters
    ----------
    rule : str, rule, class or function, default "gradient-descent"
        A name of ``kd.rules.NAMED``, or a rule of one's own.
    learning_rate : float, schedule or "auto", default "auto"
        In standardised units. ``"auto"`` says in ``trajectory_.notes`` what it chose and why.
    batch_size : int, default 256
        Rows of a step.
    epochs : int or "auto", default "auto"
        How often every row is visited.
    shuffle : bool, default True
        Visit the rows in another order every epoch.
    average : bool, default False
        Keep the mean of the second half of all points (Polyak-Ruppert averaging).
    tolerance : float, optional
        Stop at the end of an epoch once the loss is within this share of the smallest possible
        one (0.01 = 1 %).
    start : float, (p,) array or "random", default 0.0
        theta_0 = (w_1 ... w_k, b) in the user's units, the same for every target.
    loss : str or loss, default "squared"
        As for ``GradientDescentRegressor``.
    fit_intercept : bool, default True
    standardize : bool, default True
        Take the steps in columns of mean 0 and standard deviation 1.
    ridge : float, default 0.0
        For squared error; the intercept is free.
    random_state : int, RandomState instance or None, default 0
        For the order of the rows, and ``start="random"``.

    Attributes
    ----------
    coef_ : (k,) or (m, k) float64
        In target units per feature unit; (m, k) when y had two dimensions.
    intercept_ : float or (m,) float64
        In target units; 0.0 without an intercept.
    trajectory_ : Trajectory, or tuple of m
        The last walk, with its outcome, advice, notes and exact answer.
    outcome_ : Outcome, or tuple of m
    n_iter_ : int or (m,) int
        Epochs taken in the last walk, rounded up.
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
    >>> model = kd.StochasticGradientRegressor(batch_size=2, average=True).fit(X, y)
    >>> model.coef_.round(1).tolist(), str(model.outcome_)
    ([0.9], 'converged')

    References
    ----------
    Robbins, Monro (1951), A Stochastic Approximation Method, Ann. Math. Statist. 22; Bottou,
    Curtis, Nocedal (2018), Optimization Methods for Large-Scale Machine Learning, SIAM Review 60.
    """

    _flags: ClassVar[tuple[str, ...]] = (*Descended._flags, "shuffle", "average")

    def __init__(
        self,
        rule: Any = "gradient-descent",
        learning_rate: Any = "auto",
        batch_size: int = 256,
        epochs: Any = "auto",
        shuffle: bool = True,
        average: bool = False,
        tolerance: float | None = None,
        start: Any = 0.0,
        loss: Any = "squared",
        fit_intercept: bool = True,
        standardize: bool = True,
        ridge: float = 0.0,
        random_state: Any = 0,
    ) -> None:
        self.rule = rule
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.average = average
        self.tolerance = tolerance
        self.start = start
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.ridge = ridge
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Descend over the rows, batch by batch.

        Parameters
        ----------
        X : (rows, k) array, data frame or sparse matrix
            Sparse rows become dense a block at a time.
        y : (rows,) or (rows, m) array
            With m targets, one descent each.
        sample_weight : (rows,) array or number, optional
            Frequencies >= 0: on the average weight 2 is the row twice, weight 0 no row.

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
        runs = self._runs(rows, loss, [self.start] * len(rows.targets), self._epochs(rows))
        judge(runs, stacklevel=3)
        return self._after(rows, loss, runs)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on from where it stands, with one visit to each of these rows.

        Earlier rows are not looked at again, so unlike ``fit`` the result depends on the order of
        the pieces; the rate and the scaling of the columns are those of the piece. Nothing is said
        of a piece that has not arrived: the next may bring it there.

        Parameters
        ----------
        X, y, sample_weight
            As for ``fit``; the same columns and the same number of targets each time.

        Returns
        -------
        self

        Raises
        ------
        DivergenceError
            The run diverged. It stays where it stood.
        ValueError, TypeError
            As for ``fit``; another number of targets than before.
        """
        loss = self._checked_loss()
        known = hasattr(self, "coef_")
        rows = read_rows(self, X, y, sample_weight, first=not known)
        starts: list[Any] = [self.start] * len(rows.targets)
        if known:
            starts = self._points(rows)
        runs = self._runs(rows, loss, starts, 1)
        refuse_diverged(runs)
        return self._after(rows, loss, runs)

    def _checked_loss(self) -> Loss:
        self._require_flags()
        return make(self.loss)

    def _epochs(self, rows: Rows) -> Any:
        """Return the number of epochs; what is no number is refused by the descent."""
        if not (isinstance(self.epochs, str) and self.epochs == "auto"):
            return self.epochs
        size = self.batch_size if isinstance(self.batch_size, int | np.integer) else 1
        an_epoch = -(-rows.rows // max(int(size), 1))
        return max(FEWEST_EPOCHS, -(-FEWEST_STEPS // an_epoch))

    def _points(self, rows: Rows) -> list[Any]:
        """Return where each target's walk stands."""
        weights = np.atleast_2d(self.coef_)
        intercepts = np.atleast_1d(self.intercept_)
        if len(weights) != len(rows.targets) or (self.coef_.ndim == 1) is not rows.flat:
            values = {"got": len(rows.targets), "needed": len(weights)}
            raise DataError("estimators.targets-changed", **values)
        if not self.fit_intercept:
            return list(weights)
        return [np.append(w, b) for w, b in zip(weights, intercepts, strict=True)]

    def _runs(
        self, rows: Rows, loss: Loss, starts: list[Any], epochs: Any
    ) -> tuple[Trajectory, ...]:
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        return tuple(
            descend(
                rows.only(number),
                rule=self.rule,
                learning_rate=self.learning_rate,
                start=start,
                seed=seed,
                tolerance=self.tolerance,
                loss=loss,
                intercept=bool(self.fit_intercept),
                standardize=bool(self.standardize),
                ridge=self.ridge,
                batch_size=self.batch_size,
                epochs=epochs,
                shuffle=bool(self.shuffle),
                average=bool(self.average),
            )
            for number, start in enumerate(starts)
        )

    def _after(self, rows: Rows, loss: Loss, runs: tuple[Trajectory, ...]) -> Self:
        """Keep runs that are fit to be kept, with the epochs each took, rounded up."""
        an_epoch = -(-rows.rows // int(self.batch_size))
        return self._keep(rows, loss, runs, [-(-int(run.steps[-1]) // an_epoch) for run in runs])
