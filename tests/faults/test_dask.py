"""The cases of ``cluster_cases.py``, in an interpreter of their own.

What a cluster gives is compared with what one process gives: a process that has done nothing else,
as a person's is. The workers are started by it, and killed.
"""

import os
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).with_name("cluster_cases.py")


def test_every_case_on_a_cluster():
    line = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(CASES)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run(line, capture_output=True, text=True, env=environment, timeout=900)
    assert done.returncode == 0, done.stdout[-20_000:]
    assert "skipped" not in done.stdout
