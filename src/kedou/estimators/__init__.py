"""The estimators with the shape that scikit-learn's pipelines and searches expect."""

from kedou.estimators.gradient_descent import GradientDescentRegressor
from kedou.estimators.least_squares import LeastSquaresRegressor
from kedou.estimators.stochastic_gradient import StochasticGradientRegressor

__all__ = ["GradientDescentRegressor", "LeastSquaresRegressor", "StochasticGradientRegressor"]
