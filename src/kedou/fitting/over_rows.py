"""What descent over rows shares, pass by pass and batch by batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from kedou import rules
from kedou.block import Floats
from kedou.descent import Minimum, Walk
from kedou.descent.advice import Facts
from kedou.descent.auto import any_rate
from kedou.fitting.lowest import lowest_point
from kedou.fitting.surface import PassSurface
from kedou.losses import to_json
from kedou.rules import Rule
from kedou.spectrum import Quadratic


def set_scale(surface: PassSurface, exact: Minimum | None, first: float) -> None:
    """Set what a tolerance is a share of, by the lowest loss, where it is known."""
    if exact is not None:
        surface.least = exact.loss
    surface.scale_of_loss = max(surface.least, 1e-12 * first)


def lowest_and_scale(surface: PassSurface, quadratic: Quadratic, start: Floats) -> Minimum | None:
    """Find the lowest point, and set the surface's scale by it."""
    first = surface.value(start)
    exact = lowest_point(surface, quadratic)
    set_scale(surface, exact, first)
    return exact


def facts_of(rule: Rule, record: Walk, surface: PassSurface | Quadratic, share: float) -> Facts:
    """Return what advice may mention of a walk over rows; a tolerance is a share of the scale."""
    inside = np.flatnonzero(record.gap <= share * surface.scale_of_loss)
    return Facts(
        constant=rules.has_rate(rule),
        rate=any_rate(rule),
        is_plain=False,
        scale_of_loss=surface.scale_of_loss,
        least=surface.least,
        tolerance=share,
        arrived=int(record.steps[inside[0]]) if len(inside) else None,
    )


def constant_to_choose(rule: Any, learning_rate: Any) -> str | None:
    """Return the name of the constant that is to be chosen automatically, or None."""
    named = isinstance(rule, str) or (isinstance(rule, type) and rule in rules.NAMED.values())
    automatic = learning_rate is None or (
        isinstance(learning_rate, str) and learning_rate == "auto"
    )
    return rules.has_rate(rule) if named and automatic else None


def distance_share(start: Floats, best: Floats, steps: int) -> float:
    """Return the distance from the start to the least-squares answer over the root of the steps.

    The classical choice for subgradients (Nesterov, "Introductory Lectures on Convex
    Optimization", 2004, section 3.2.3), in units of the gradient's bound.
    """
    distance = float(np.linalg.norm(start - best)) or 1.0
    return distance / float(np.sqrt(max(steps, 1)))


def gradient_is_wrong(surface: PassSurface, theta: Floats) -> bool:
    """Say whether finite differences of a user's own loss disagree with its gradient.

    Kedou's losses are held to this by their own tests; only a loss from outside is checked, along
    its gradient, at two points, so that a corner at one of them does no harm.
    """
    if to_json(surface.loss).get("name") is not None:
        return False
    generator = np.random.default_rng(0)
    for _ in range(2):
        point = theta + 0.1 * generator.standard_normal(len(theta))
        gradient = surface.gradient(point)
        size = float(np.linalg.norm(gradient))
        along = gradient / size if size > 0 else generator.standard_normal(len(theta))
        h = 1e-5 * (1.0 + float(np.linalg.norm(point)))
        rise = (surface.value(point + h * along) - surface.value(point - h * along)) / (2 * h)
        if abs(rise - size) <= 1e-3 * (abs(rise) + size) + 1e-9:
            return False
    return True
