"""Reads the files of NIST's Statistical Reference Datasets: certified values and data."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / "data" / "nist"
NUMBER = r"[-+]?\d*\.?\d+(?:E[-+]?\d+)?"


@dataclass(frozen=True)
class Certified:
    """One file; parameters in file order, B0 (where there is one) first."""

    X: np.ndarray
    y: np.ndarray
    degree: int
    estimates: tuple[Fraction, ...]
    errors: tuple[Fraction, ...]
    residual_std: Fraction
    r2: Fraction
    f: Fraction | None
    residual_sum: Fraction
    has_intercept: bool

    @property
    def powers(self):
        """Features with their powers, as float64 makes them."""
        if self.degree == 1:
            return self.X
        return self.X ** np.arange(1, self.degree + 1)

    def in_order(self, theta):
        """Turn theta (intercept last) into file order."""
        values = list(theta)
        return [values[-1], *values[:-1]] if self.has_intercept else values


def read(name):
    lines = (FOLDER / f"{name}.dat").read_text(encoding="ascii").splitlines()
    head = "\n".join(lines[:60])
    parameters = re.findall(rf"^\s+(B\d)\s+({NUMBER})\s+({NUMBER})\s*$", head, re.M)
    spread = re.search(rf"Standard Deviation\s+({NUMBER})\s*$", head, re.M)
    r2 = re.search(rf"R-Squared\s+({NUMBER})", head)
    f = re.search(rf"^Regression\s+\d+\s+{NUMBER}\s+{NUMBER}\s+({NUMBER}|Infinity)", head, re.M)
    rest = re.search(rf"^Residual\s+\d+\s+({NUMBER})", head, re.M)
    data = np.array([[float(cell) for cell in line.split()] for line in lines[60:] if line.strip()])
    degrees = [int(d) for d in re.findall(r"x\*\*(\d)", head)]
    return Certified(
        X=data[:, 1:],
        y=data[:, 0],
        degree=max(degrees, default=1),
        estimates=tuple(Fraction(value) for _, value, _ in parameters),
        errors=tuple(Fraction(value) for _, _, value in parameters),
        residual_std=Fraction(spread[1]),
        r2=Fraction(r2[1]),
        f=None if f[1] == "Infinity" else Fraction(f[1]),
        residual_sum=Fraction(rest[1]),
        has_intercept=parameters[0][0] == "B0",
    )
