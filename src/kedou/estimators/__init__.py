"""The two estimators with the shape that scikit-learn's pipelines and searches expect."""

from kedou.estimators.gradient_descent import GradientDescentRegressor
from kedou.estimators.least_squares import LeastSquaresRegressor

__all__ = ["GradientDescentRegressor", "LeastSquaresRegressor"]
