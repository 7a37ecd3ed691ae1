"""Update rules: how a gradient becomes a step. One file each; ``NAMED`` is the table of them."""

from kedou.rules.adagrad import AdaGrad
from kedou.rules.adam import Adam
from kedou.rules.exact_line_search import ExactLineSearch
from kedou.rules.fixed_step import FixedStep
from kedou.rules.function_rule import FunctionRule, OwnRule
from kedou.rules.gradient_descent import GradientDescent
from kedou.rules.momentum import Momentum
from kedou.rules.nesterov import Nesterov
from kedou.rules.preconditioned import Preconditioned
from kedou.rules.registry import (
    NAMED,
    PYTHON_ONLY,
    can_be_made_again,
    from_json,
    has_rate,
    make,
    to_json,
    with_rate,
)
from kedou.rules.rmsprop import RMSProp
from kedou.rules.rule import Objective, Rule
from kedou.rules.schedules import Constant, Cosine, InverseTime, Rate, Schedule, rate_at
from kedou.rules.sign_step import SignStep
from kedou.rules.slope_step import SlopeStep

__all__ = [
    "NAMED",
    "PYTHON_ONLY",
    "AdaGrad",
    "Adam",
    "Constant",
    "Cosine",
    "ExactLineSearch",
    "FixedStep",
    "FunctionRule",
    "GradientDescent",
    "InverseTime",
    "Momentum",
    "Nesterov",
    "Objective",
    "OwnRule",
    "Preconditioned",
    "RMSProp",
    "Rate",
    "Rule",
    "Schedule",
    "SignStep",
    "SlopeStep",
    "can_be_made_again",
    "from_json",
    "has_rate",
    "make",
    "rate_at",
    "to_json",
    "with_rate",
]
