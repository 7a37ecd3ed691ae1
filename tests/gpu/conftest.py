"""Tests that need an NVIDIA card and CuPy; elsewhere they are not collected."""

from importlib.util import find_spec

CARD = False
if find_spec("cupy"):
    import cupy

    CARD = cupy.cuda.is_available()

collect_ignore_glob = [] if CARD else ["test_*.py"]
