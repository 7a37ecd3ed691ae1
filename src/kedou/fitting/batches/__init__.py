"""Mini-batch and stochastic descent: read in an order, walk in steps, judge."""

from kedou.fitting.batches.descend import descend_batches
from kedou.fitting.batches.settings import EPOCHS, Batching, check_batching

__all__ = ["EPOCHS", "Batching", "check_batching", "descend_batches"]
