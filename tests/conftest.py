"""What all tests share: where helpers are found (this folder), and how hypothesis searches."""

from hypothesis import HealthCheck, settings

# Time limits a machine shared with others would break now and then; nothing here is about speed.
settings.register_profile(
    "kedou", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kedou")
