"""Mini-batch and stochastic descent: each step looks at a few rows, for any loss and any rule.

theta_{t+1}, state_{t+1} = update(g_B(theta_t), state_t, theta_t)

    g_B = sum_{i in B} f_i l'(y_i, s_i) z_i / (m fbar)  + the penalty's 2 ridge w

over the m rows of a batch, with fbar the mean weight of all rows, so that g_B is the gradient over
all rows on the average. Steps are taken one after the other, in the coordinates that one scan
finds first; which rows meet in a batch stands in ``kedou.fitting.shuffling``. A batch of all rows
without shuffling is full-batch descent.

What a run keeps is measured over *all* rows: ``run.loss`` and ``run.gradient`` at a recorded step
are those of the whole loss at that step's theta, never those of a batch. Squared error has them
from moments, so every step is recorded (beyond 100,000 steps, or 4 million numbers, every s-th).
For other losses they take a reading of the rows: ``RECORDS`` steps of an epoch are recorded, and
their losses computed together in one pass when it ends. The end of an epoch is always recorded.

``learning_rate="auto"`` is chosen from the spectrum and the longest row (``kedou.spectrum.noise``):
for gradient descent on squared error the rate up to the safe one with the smallest loss to be
expected at the end; for losses with bounded curvature, the safe rate; for momentum (1 - momentum)
times it; for rules whose constant is a distance, and for losses with a corner, the distance to the
least-squares answer over the root of the number of steps.

The outcome is judged at the ends of epochs, where a full-batch run is judged at its steps:
wrong-gradient and wrong-direction as there; diverged if the loss left every bound or float64, if
gradient descent's rate is beyond the spectrum's limit, or if the run ended above its start and
above twice the lowest loss; converged within the tolerance; slow otherwise,
which is also where the noise of the batches keeps it away. Steps that wander are not "looping".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kedou import rules
from kedou.blas import one_thread
from kedou.block import Block, Floats
from kedou.descent import Minimum, Outcome, Trajectory, Walk, assemble, check_settings, start_of
from kedou.descent.advice import Facts, advise, two_digits
from kedou.descent.auto import GRADIENT_SCALED, any_rate, constant_rate, rule_name
from kedou.descent.descend import make_rule
from kedou.descent.ground import rates_of
from kedou.descent.history import MOST_RECORDS, TAIL
from kedou.descent.outcome import ARRIVED, spectrum_says
from kedou.descent.walk import Stop, ceiling_above
from kedou.errors import OptionError, OptionTypeError
from kedou.fitting.blocks import DesignBlocks
from kedou.fitting.lowest import lowest_point
from kedou.fitting.passes import gradient_is_wrong
from kedou.fitting.scanner import scan
from kedou.fitting.shuffling import Order
from kedou.fitting.surface import PassSurface
from kedou.losses import Loss, SquaredError, over_block, to_json
from kedou.losses.over_block import LossSums
from kedou.rules import Rule
from kedou.solution import Coordinates, make_design, make_solution
from kedou.sources.source import BLOCK_CELLS, Source
from kedou.spectrum import Quadratic
from kedou.spectrum.noise import Sampling, best_batch_rate, noise_ball
from kedou.spectrum.quadratic import quadratic_of
from kedou.texts import Message

EPOCHS = 5
RECORDS = 10
MOST_NUMBERS = 4_000_000
NEWS_SECONDS = 0.02
Progress = Callable[[int, Floats, float], None]
Record = tuple[int, Floats, float, Floats]


@dataclass(frozen=True, slots=True)
class Batching:
    """How to go through the rows.

    Attributes
    ----------
    batch_size : int
        Rows of a step; as many as there are, or more: all of them.
    epochs : int
        How often every row is visited.
    shuffle : bool
    """

    batch_size: int
    epochs: int
    shuffle: bool


def check_batching(batch_size: Any, epochs: Any, shuffle: Any) -> Batching:
    """Check what only mini-batches take.

    Raises
    ------
    OptionError, OptionTypeError
    """
    for name, value in (("batch_size", batch_size), ("epochs", epochs)):
        if value is None and name == "epochs":
            continue
        code = name.replace("_", "-")
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise OptionTypeError(f"fitting.{code}-type", got=repr(value))
        if value < 1:
            raise OptionError(f"fitting.{code}", got=int(value))
    if not isinstance(shuffle, bool | np.bool_):
        raise OptionTypeError("fitting.shuffle-type", got=repr(shuffle))
    return Batching(int(batch_size), EPOCHS if epochs is None else int(epochs), bool(shuffle))


def descend_batches(
    source: Source,
    loss: Loss,
    batching: Batching,
    rule: Any,
    learning_rate: Any,
    start: float | Sequence[float] | Floats | str,
    seed: int | None,
    tolerance: float | None,
    intercept: bool,
    standardize: bool,
    ridge: float,
    progress: Progress | None = None,
) -> Trajectory:
    """Descend batch by batch; the arguments are those of ``kedou.fitting.descend``."""
    plan = check_settings(
        0, tolerance, seed, intercept=intercept, standardize=standardize, ridge=ridge,
        loss=to_json(loss),
    )  # fmt: skip
    squared = isinstance(loss, SquaredError)
    if ridge and not squared:
        raise OptionError("fitting.passes-ridge", got=str(ridge), loss=loss.name)
    moments = scan(source, precision="fast")
    design = make_design(moments, intercept)
    quadratic = quadratic_of(design, standardize, ridge)
    blocks = DesignBlocks(source, design.columns)
    look = look_at_rows(blocks, loss, quadratic.coordinates)
    theta, drawn = start_of(start, design.parameter_names, plan.seed)
    seed_used = drawn if drawn is not None else plan.seed or 0
    inner = quadratic.coordinates.inward(theta)
    sampling = Sampling(look.rows, batching.batch_size)
    an_epoch = -(-look.rows // batching.batch_size)
    steps = an_epoch * batching.epochs
    made, notes, safe = _rule(rule, learning_rate, loss, quadratic, inner, steps, sampling, look)
    surface = quadratic if squared else PassSurface(loss, blocks, quadratic.coordinates)
    wrong = isinstance(surface, PassSurface) and gradient_is_wrong(surface, inner)
    exact: Any = None
    if squared:
        exact = make_solution(design, quadratic.answer, ridge)
    elif plan.tolerance is not None and not wrong:
        exact = _found(surface, quadratic, inner)
    order = Order(blocks, quadratic.coordinates, look.mean_weight, seed_used, batching.shuffle)
    run = _Run(loss, surface, order, made, batching, an_epoch, look.rows, ridge, progress)
    record = run.walk(inner, plan.tolerance)
    if isinstance(surface, PassSurface):
        if exact is None and not wrong:
            exact = _found(surface, quadratic, inner)
        # The lowest loss may have been found only now.
        gap = record.gap - (surface.least - run.least)
        record = replace(record, gap=np.where(gap > 0, gap, 0.0 * gap))
        run.ends = [(end[0], max(end[1] + run.least - surface.least, 0.0)) for end in run.ends]
    share = plan.tolerance or ARRIVED
    target = share * surface.scale_of_loss
    limit_says = (
        spectrum_says(quadratic, rate, inner)
        if squared and (rate := constant_rate(made)) is not None
        else False
    )
    outcome = _judge(record, run, target, surface.scale_of_loss, limit_says, wrong)
    inside = np.flatnonzero(record.gap <= target)
    facts = Facts(
        constant=rules.has_rate(made),
        rate=any_rate(made),
        is_plain=False,
        scale_of_loss=surface.scale_of_loss,
        least=surface.least,
        tolerance=share,
        arrived=int(record.steps[inside[0]]) if len(inside) else None,
    )
    values = {
        "batch_size": min(batching.batch_size, look.rows), "rows": look.rows,
        "an_epoch": an_epoch, "epochs": batching.epochs,
    }  # fmt: skip
    said = [Message("descent.batches", values), *notes]
    noise = _noise(made, quadratic, sampling) if squared else None
    if noise is not None and outcome is not Outcome.DIVERGED:
        said.append(noise)
    if squared:
        said += exact.warnings
    elif exact is None and not wrong:
        said.append(Message("descent.no-minimum", {}))
    plan.settings.update(
        steps=steps, batch_size=batching.batch_size, epochs=batching.epochs,
        shuffle=batching.shuffle,
    )  # fmt: skip
    rates = None
    if squared:
        other = quadratic_of(design, not standardize, ridge)
        rates = rates_of(quadratic, other, theta, standardize)
    told = assemble(
        record,
        surface,
        quadratic.coordinates,
        made,
        plan,
        exact=exact,
        design=design,
        grows=None,
        rates=rates,
        facts=facts,
        notes=tuple(said),
        seed=seed_used,
        start=theta,
        gap_known=exact is not None,
        gradient_is_wrong=wrong,
    )
    messages = _messages(outcome, record, facts, safe, batching, an_epoch)
    return replace(told, outcome=outcome, oscillating=False, messages=messages)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the rows has found.

    Attributes
    ----------
    rows : int
    mean_weight : float
    longest : float
        The largest squared length of a row, times its weight over the mean one, in descent's
        coordinates, the 1 of the intercept with it.
    """

    rows: int
    mean_weight: float
    longest: float


def look_at_rows(blocks: DesignBlocks, loss: Loss, coordinates: Coordinates) -> Look:
    """Check the targets, count the rows, and find the longest one: one pass."""
    rows, weight_sum, longest = 0, 0.0, 0.0
    for block in blocks():
        loss.check_target(block.y)
        rows += len(block.y)
        weight_sum += float(len(block.y)) if block.weight is None else float(block.weight.sum())
        if len(block.y):
            Z = (block.X - coordinates.shift) / coordinates.scale
            lengths = np.einsum("ij,ij->i", Z, Z) + float(coordinates.intercept)
            weighted = lengths if block.weight is None else block.weight * lengths
            longest = max(longest, float(weighted.max()))
    mean = weight_sum / rows
    return Look(rows, mean, longest / mean)


@dataclass(eq=False)
class Batch:
    """The loss over the rows of one step, as a rule sees it; in descent's coordinates."""

    loss: Loss
    intercept: bool
    ridge: float
    rows: int = 0
    cells: int = 0
    pieces: list[Block] = field(default_factory=list)
    sums: LossSums | None = None

    def add(self, piece: Block, theta: Floats) -> None:
        """Add rows to the sums at the step's theta; few rows are kept for what a rule may ask."""
        part = over_block(self.loss, theta, piece, intercept=self.intercept)
        self.sums = part if self.sums is None else self.sums + part
        self.rows += len(piece.y)
        self.cells += piece.X.size
        self.pieces = [*self.pieces, piece] if self.is_held else []

    @property
    def is_held(self) -> bool:
        """Whether its rows are few enough to be kept: else rules are answered over all rows."""
        return self.cells <= 2 * BLOCK_CELLS

    def slope(self, sums: LossSums, theta: Floats) -> Floats:
        """Return the gradient of the batch from its sums, shape (p,)."""
        return self._penalised(sums.gradient_sum / self.rows, theta)

    def value(self, theta: Floats) -> float:
        """Return the loss of the batch."""
        weights = theta[: len(theta) - int(self.intercept)]
        return self._sums(theta).loss_sum / self.rows + self.ridge * float(weights @ weights)

    def gradient(self, theta: Floats) -> Floats:
        """Return the gradient of the batch, shape (p,)."""
        return self.slope(self._sums(theta), theta)

    def curvature(self, theta: Floats, v: Floats) -> Floats:
        """Return H v of the batch, shape (p,)."""
        sums = self._sums(theta, along=v)
        assert sums.curvature_along is not None
        return self._penalised(sums.curvature_along / self.rows, v)

    def _sums(self, theta: Floats, **wanted: Any) -> LossSums:
        parts = [
            over_block(self.loss, theta, piece, intercept=self.intercept, **wanted)
            for piece in self.pieces
        ]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def _penalised(self, gradient: Floats, w: Floats) -> Floats:
        if self.ridge:
            k = len(w) - int(self.intercept)
            gradient[:k] += 2.0 * self.ridge * w[:k]
        return gradient


@dataclass(eq=False)
class _Run:
    """One walk: what is fixed, and what is noted on the way."""

    loss: Loss
    surface: Quadratic | PassSurface
    order: Order
    rule: Rule
    batching: Batching
    an_epoch: int
    rows: int
    ridge: float
    progress: Progress | None
    ends: list[tuple[Floats, float]] = field(default_factory=list)
    first: Floats | None = None
    least: float = 0.0
    _due: float = 0.0
    _seen: list[float] = field(default_factory=list)
    _records: list[Record] = field(default_factory=list)
    _last: Record | None = None

    def walk(self, start: Floats, tolerance: float | None) -> Walk:
        """Take the steps of all epochs, or of as many as a tolerance or the ceiling leaves."""
        self._plan(len(start))
        self.least = self.surface.least
        stop: Stop = "steps"
        with (
            one_thread(),
            np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"),
        ):
            gap, gradient = self.surface.evaluate(start)
            self._keep((0, start, gap, gradient), True)
            self.ends.append((start, gap))
            self._tell(0, start, gap, now=True)
            self._ceiling = ceiling_above(gap, self.surface)
            target = -1.0 if tolerance is None else tolerance * self.surface.scale_of_loss
            theta, state = start, self.rule.init(start)
            for epoch in range(1, self.batching.epochs + 1):
                if self.ends[-1][1] <= target:
                    stop = "tolerance"
                    break
                theta, state, fine = self._epoch(epoch, theta, state)
                if not fine:
                    stop = "ceiling"
                    break
            else:
                if self.ends[-1][1] <= target:
                    stop = "tolerance"
        assert self._last is not None
        if self._last[0] != self._records[-1][0]:
            self._records.append(self._last)
        steps, thetas, gaps, gradients = zip(*self._records, strict=True)
        theta = np.array(thetas)
        return Walk(
            np.array(steps, dtype=np.int64), theta, np.array(gaps), np.array(gradients),
            stop=stop, tail=theta[-TAIL:],
        )  # fmt: skip

    def _plan(self, p: int) -> None:
        """Choose which steps are recorded: s-th ones before an epoch's end, and (all) the ends."""
        most = max(MOST_RECORDS // 100, min(MOST_RECORDS, MOST_NUMBERS // max(p, 1)))
        epochs = self.batching.epochs
        an_epoch = most // epochs
        if not isinstance(self.surface, Quadratic):
            an_epoch = min(an_epoch, RECORDS)
        self._spacing = -(-self.an_epoch // max(an_epoch, 1))
        self._epochs_apart = -(-epochs // most)

    def _is_recorded(self, step: int, epoch: int) -> bool:
        to_the_end = epoch * self.an_epoch - step
        return to_the_end % self._spacing == 0 and epoch % self._epochs_apart == 0

    def _keep(self, record: Record, recorded: bool) -> None:
        self._last = record
        if recorded:
            self._records.append(record)

    def _epoch(self, epoch: int, theta: Floats, state: Any) -> tuple[Floats, Any, bool]:
        """Visit every row once; return where that led, and whether it stayed in bounds."""
        size, intercept = self.batching.batch_size, self.order.coordinates.intercept
        step, last = (epoch - 1) * self.an_epoch, epoch * self.an_epoch
        waiting: list[tuple[int, Floats]] = []
        batch = Batch(self.loss, intercept, self.ridge)
        for piece, ends in self.order.pieces(epoch, size, self.rows):
            batch.add(piece, theta)
            if not ends:
                continue
            assert batch.sums is not None
            value = batch.sums.loss_sum / batch.rows
            if not value <= self._ceiling:
                self._kept(waiting)
                return theta, state, False
            objective = batch if batch.is_held else self.surface
            slope = batch.slope(batch.sums, theta)
            theta, state = self.rule.update(slope, state, theta, objective)
            step += 1
            if self.first is None:
                self.first = theta
            if not np.isfinite(theta).all():
                self._kept(waiting)
                return theta, state, False
            if isinstance(self.surface, Quadratic):
                gap, gradient = self.surface.evaluate(theta)
                if not gap <= self._ceiling or not np.isfinite(gradient).all():
                    return theta, state, False
                self._keep((step, theta, gap, gradient), self._is_recorded(step, epoch))
                self._tell(step, theta, gap, now=step == last)
            else:
                if step == last or self._is_recorded(step, epoch):
                    waiting.append((step, theta))
                self._seen.append(value - self.surface.least)
                self._tell(step, theta, None, now=False)
            batch = Batch(self.loss, intercept, self.ridge)
        if not self._kept(waiting):
            return theta, state, False
        assert self._last is not None
        gap = self._last[2]
        self.ends.append((theta, gap))
        if not isinstance(self.surface, Quadratic):
            self._tell(step, theta, gap, now=True)
        return theta, state, True

    def _kept(self, waiting: list[tuple[int, Floats]]) -> bool:
        """Record steps whose losses have to be read: one pass. False where one left the bounds."""
        if not waiting or not isinstance(self.surface, PassSurface):
            return True
        found = self.surface.evaluate_many([theta for _, theta in waiting])
        for (step, theta), (gap, gradient) in zip(waiting, found, strict=True):
            if not gap <= self._ceiling or not np.isfinite(gradient).all():
                return False
            epoch = -(-step // self.an_epoch)
            self._keep((step, theta, gap, gradient), self._is_recorded(step, epoch))
        return True

    def _tell(self, step: int, theta: Floats, gap: float | None, now: bool) -> None:
        """Report some 50 times a second; between epochs with the mean over the batches since."""
        if self.progress is None:
            return
        clock = time.perf_counter()
        if not now and clock < self._due:
            return
        self._due = clock + NEWS_SECONDS
        if gap is None:
            gap = float(np.mean(self._seen))
        self._seen.clear()
        self.progress(step, self.order.coordinates.outward(theta), gap + self.surface.least)


def _found(surface: Any, quadratic: Quadratic, start: Floats) -> Minimum | None:
    """Find the lowest point and set the surface's scale by it."""
    first = surface.value(start)
    exact: Minimum | None = lowest_point(surface, quadratic)
    if exact is not None:
        surface.least = exact.loss
    surface.scale_of_loss = max(surface.least, 1e-12 * first)
    return exact


def _judge(
    record: Walk, run: _Run, target: float, scale: float, limit_says: bool, wrong: bool
) -> Outcome:
    """Name the outcome, as the module's docstring says."""
    if wrong:
        return Outcome.WRONG_GRADIENT
    gaps = np.array([gap for _, gap in run.ends])
    if record.stop != "ceiling" and run.first is not None and len(run.ends) > 1:
        start, slope = run.ends[0][0], record.gradient[0]
        uphill = float((run.first - start) @ slope) > 0 < float((run.ends[1][0] - start) @ slope)
        if uphill and float(record.gap[1:].min()) >= record.gap[0]:
            return Outcome.WRONG_DIRECTION
    if limit_says or record.stop == "ceiling":
        return Outcome.DIVERGED
    if gaps[-1] <= target:
        return Outcome.CONVERGED
    if gaps[-1] > max(gaps[0], scale):
        return Outcome.DIVERGED
    return Outcome.SLOW


def _messages(
    outcome: Outcome, record: Walk, facts: Facts, safe: float | None, batching: Batching, steps: int
) -> tuple[Message, ...]:
    said = advise(outcome, False, record, facts)
    share = float(record.gap[-1]) / facts.scale_of_loss if facts.scale_of_loss else 0.0
    values = {
        "first": float(record.gap[0] + facts.least),
        "last": float(record.gap[-1] + facts.least),
        "least": facts.least,
        "percent": min(100 * share, 1e300),
        "batch_size": batching.batch_size,
        "epochs": int(record.steps[-1]) / max(steps, 1),
        "rate": facts.rate,
        "constant": facts.constant or "learning_rate",
    }
    beyond = safe is not None and facts.rate is not None and facts.rate > safe
    if outcome is Outcome.DIVERGED and safe is not None and beyond:
        values |= {"limit": safe, "try_rate": two_digits(safe / 2)}
        return (Message("descent.batches-diverged", values), *said[1:])
    if outcome is Outcome.SLOW:
        return (Message("descent.batches-slow", values), *said[1:])
    return said


def _noise(rule: Rule, quadratic: Quadratic, sampling: Sampling) -> Message | None:
    """Return what is known in advance of where a constant rate comes to hover."""
    rate = constant_rate(rule)
    if rate is None or sampling.stray == 0 or quadratic.least < quadratic.scale_of_loss:
        return None
    ball = noise_ball(quadratic.eigenvalues, quadratic.least, rate, sampling)
    if not np.isfinite(ball):
        return None
    percent = 100 * ball / quadratic.least
    values = {"rate": rate, "batch_size": sampling.batch, "percent": percent}
    return Message("descent.noise-ball", values)


def _rule(
    rule: Any,
    learning_rate: Any,
    loss: Loss,
    quadratic: Quadratic,
    start: Floats,
    steps: int,
    sampling: Sampling,
    look: Look,
) -> tuple[Rule, tuple[Message, ...], float | None]:
    """Return the rule with its constant, what was chosen, and the largest rate known to be safe."""
    top = float(quadratic.eigenvalues[0]) if len(start) else 0.0
    bound = loss.curvature_bound
    safe = None
    if bound is not None and top > 0:
        safe = sampling.safe_rate(bound / 2 * top, bound * look.longest)
    named = isinstance(rule, str) or (isinstance(rule, type) and rule in rules.NAMED.values())
    automatic = learning_rate is None or (
        isinstance(learning_rate, str) and learning_rate == "auto"
    )
    constant = rules.has_rate(rule) if named else None
    name = rule if isinstance(rule, str) else getattr(rule, "name", None)
    by_slope = name == "gradient-descent" or name in GRADIENT_SCALED
    if not (named and automatic) or constant is None or top == 0:
        made, notes = make_rule(rule, learning_rate, quadratic, start, steps)
        return made, notes, safe if isinstance(made, rules.GradientDescent) else None
    values: dict[str, Any] = {
        "constant": constant, "rule": name, "steps": steps, "batch_size": sampling.batch,
        "limit": safe,
    }  # fmt: skip
    if not by_slope or safe is None:
        distance = float(np.linalg.norm(start - quadratic.best)) or 1.0
        rate, code = distance / float(np.sqrt(steps)), "descent.auto-distance"
        if by_slope:
            rate /= float(np.sqrt(top / 2))
        elif name == "fixed-step" and float(np.sum(quadratic.best - start)) > 0:
            rate = -rate
    elif name == "gradient-descent" and isinstance(loss, SquaredError):
        shares = quadratic.shares(start)
        rate, gap = best_batch_rate(
            shares, quadratic.eigenvalues, quadratic.least, safe, steps, sampling
        )
        values["percent"] = 100 * gap / quadratic.scale_of_loss
        code = "descent.auto-batches"
    else:
        rate, code = safe, "descent.auto-batches-safe"
        if name != "gradient-descent":
            rate *= 1.0 - rules.make(rule, rate).momentum  # type: ignore[attr-defined]
    made = rules.make(rule, rate)
    message = Message(code, {**values, "rate": rate, "rule": rule_name(made)})
    return made, (message,), safe if name == "gradient-descent" else None
