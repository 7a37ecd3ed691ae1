"""What all tests share: where helpers are found (this folder), and how hypothesis searches.

``HYPOTHESIS_PROFILE=thorough pytest tests/laws`` looks twenty times longer.
"""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Time limits a machine shared with others would break now and then; nothing here is about speed.
PLAIN = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=25, **PLAIN)
settings.register_profile("thorough", max_examples=500, **PLAIN)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def constants() -> dict[tuple[str, str], float]:
    """Return the numbers that Kedou's loaded modules name in capitals."""
    return {
        (module, name): value
        for module, content in list(sys.modules.items())
        if module.startswith("kedou")
        for name, value in list(vars(content).items())
        if name.isupper() and isinstance(value, int | float)
    }


@pytest.fixture(autouse=True)
def constants_go_back() -> Iterator[None]:
    """See that a test which cuts blocks smaller, or waits shorter, leaves them as they were."""
    before = constants()
    yield
    after = constants()
    changed = {key: after[key] for key in before if key in after and after[key] != before[key]}
    assert not changed, f"a test left constants changed: {changed}"
