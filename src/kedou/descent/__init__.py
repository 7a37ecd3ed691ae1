"""theta_0, rule, objective -> trajectory, outcome code."""

from kedou.descent.descend import (
    assemble,
    check_settings,
    descend_moments,
    descend_on,
    make_rule,
    start_of,
)
from kedou.descent.ground import Ground
from kedou.descent.minimum import Minimum
from kedou.descent.outcome import Outcome
from kedou.descent.trajectory import Rates, Step, Trajectory
from kedou.descent.walk import Walk, walk

__all__ = [
    "Ground",
    "Minimum",
    "Outcome",
    "Rates",
    "Step",
    "Trajectory",
    "Walk",
    "assemble",
    "check_settings",
    "descend_moments",
    "descend_on",
    "make_rule",
    "start_of",
    "walk",
]
