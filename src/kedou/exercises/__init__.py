"""Exercises of the lesson, and what is right or wrong with an answer.

``kd.exercises.check("backward.gradient", my_gradient)`` accepts any right answer: a loop or
vectorised, whatever its arguments are called, a number within what one can read off a picture.
For each wrong answer that is known it says the reason that belongs to that one.
"""

from kedou.exercises.checking import CHAPTERS, check, names
from kedou.exercises.verdict import Verdict

__all__ = ["CHAPTERS", "Verdict", "check", "names"]
