"""Kedou (蝌蚪): see how a machine finds a line, and find it.

>>> import kedou as kd
>>> moments = kd.scan(kd.data.tadpoles())
>>> kd.descend(moments, learning_rate=0.05, steps=2)
Trajectory(2 steps, converged, loss 6.50714 -> 0.162784)

Names are loaded when they are first used, so that ``import kedou`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kedou import hooks

if TYPE_CHECKING:
    from kedou import data, exercises, lab, losses, rules
    from kedou.block import Block, Column
    from kedou.conversion import convert
    from kedou.descent import Minimum, Outcome, Trajectory
    from kedou.errors import KedouError
    from kedou.estimators import (
        GradientDescentRegressor,
        LeastSquaresRegressor,
        StochasticGradientRegressor,
    )
    from kedou.exporting import export, export_all
    from kedou.fitting import Model, Progress, descend, fit, load_model, scan
    from kedou.gradient_check import check_gradient
    from kedou.moments import Moments
    from kedou.plotting import plot
    from kedou.reporting import report
    from kedou.solution import Solution, solve
    from kedou.sources import Source, open
    from kedou.spectrum import Diagnosis, diagnose
    from kedou.texts import set_language
    from kedou.widgets import show

__version__ = "0.1.0"

_HOMES = {
    "Block": "kedou.block",
    "Column": "kedou.block",
    "Diagnosis": "kedou.spectrum",
    "GradientDescentRegressor": "kedou.estimators",
    "KedouError": "kedou.errors",
    "LeastSquaresRegressor": "kedou.estimators",
    "Minimum": "kedou.descent",
    "Model": "kedou.fitting",
    "Moments": "kedou.moments",
    "Outcome": "kedou.descent",
    "Progress": "kedou.fitting",
    "Solution": "kedou.solution",
    "Source": "kedou.sources",
    "StochasticGradientRegressor": "kedou.estimators",
    "Trajectory": "kedou.descent",
    "check_gradient": "kedou.gradient_check",
    "convert": "kedou.conversion",
    "descend": "kedou.fitting",
    "diagnose": "kedou.spectrum",
    "export": "kedou.exporting",
    "export_all": "kedou.exporting",
    "fit": "kedou.fitting",
    "load_model": "kedou.fitting",
    "open": "kedou.sources",
    "plot": "kedou.plotting",
    "report": "kedou.reporting",
    "scan": "kedou.fitting",
    "set_language": "kedou.texts",
    "show": "kedou.widgets",
    "solve": "kedou.solution",
}
_MODULES = ("data", "errors", "exercises", "lab", "losses", "rules")
_HOOKS = {"plot": "kedou.plotting", "show": "kedou.widgets", "to_html": "kedou.reporting"}
"""What a run is asked for (``kedou.hooks``), and where the function of that name lives."""

__all__ = [
    "Block",
    "Column",
    "Diagnosis",
    "GradientDescentRegressor",
    "KedouError",
    "LeastSquaresRegressor",
    "Minimum",
    "Model",
    "Moments",
    "Outcome",
    "Progress",
    "Solution",
    "Source",
    "StochasticGradientRegressor",
    "Trajectory",
    "check_gradient",
    "convert",
    "data",
    "descend",
    "diagnose",
    "exercises",
    "export",
    "export_all",
    "fit",
    "lab",
    "load_model",
    "losses",
    "open",
    "plot",
    "report",
    "rules",
    "scan",
    "set_language",
    "show",
    "solve",
]


def _later(home: str, name: str) -> Any:
    return lambda *given, **options: getattr(import_module(home), name)(*given, **options)


for _name, _home in _HOOKS.items():
    hooks.fill(_name, _later(_home, _name))


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = import_module(f"kedou.{name}")
    else:
        raise AttributeError(f"module 'kedou' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES, "__version__"})
