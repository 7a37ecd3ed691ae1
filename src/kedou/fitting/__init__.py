"""Who folds the blocks, and what comes of it: scans, descents, models."""

from kedou.fitting.fitter import fit
from kedou.fitting.model import Model, Prediction, load_model, make_model
from kedou.fitting.progress import Progress
from kedou.fitting.runner import descend
from kedou.fitting.scanner import scan

__all__ = [
    "Model",
    "Prediction",
    "Progress",
    "descend",
    "fit",
    "load_model",
    "make_model",
    "scan",
]
