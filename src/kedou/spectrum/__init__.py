"""What can be known before the run."""

from kedou.spectrum.diagnosis import Diagnosis, diagnose
from kedou.spectrum.digits import Digits
from kedou.spectrum.quadratic import Quadratic, make_quadratic
from kedou.spectrum.start import read_start

__all__ = ["Diagnosis", "Digits", "Quadratic", "diagnose", "make_quadratic", "read_start"]
