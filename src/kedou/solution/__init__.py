"""The exact answer of moments, with its statistics."""

from kedou.solution.coordinates import Coordinates, make_coordinates
from kedou.solution.design import Design, make_design
from kedou.solution.least_squares import LeastSquares, least_squares
from kedou.solution.solution import Solution, make_solution, ridge_penalty, solve

__all__ = [
    "Coordinates",
    "Design",
    "LeastSquares",
    "Solution",
    "least_squares",
    "make_coordinates",
    "make_design",
    "make_solution",
    "ridge_penalty",
    "solve",
]
