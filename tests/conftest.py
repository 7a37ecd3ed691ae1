"""What all tests share: where helpers are found (this folder), and how hypothesis searches.

``HYPOTHESIS_PROFILE=thorough pytest tests/laws`` looks twenty times longer.
"""

import os

from hypothesis import HealthCheck, settings

# Time limits a machine shared with others would break now and then; nothing here is about speed.
PLAIN = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=25, **PLAIN)
settings.register_profile("thorough", max_examples=500, **PLAIN)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
