"""What the tests of interrupted scans share."""

import pytest

from kedou.fitting import checkpoint
from kedou.fitting.checkpoint import Checkpoint
from kedou.sources import csv, parquet, tables


@pytest.fixture
def small(monkeypatch):
    """Small blocks, and a checkpoint written at every chance."""
    monkeypatch.setattr(parquet, "BLOCK_ROWS", 1000)
    monkeypatch.setattr(tables, "BLOCK_ROWS", 400)
    monkeypatch.setattr(csv, "CHUNK", 20_000)
    monkeypatch.setattr(checkpoint, "SHARE", 1e9)
    defaults = (0.0, Checkpoint.__init__.__defaults__[1])
    monkeypatch.setattr(Checkpoint.__init__, "__defaults__", defaults)
