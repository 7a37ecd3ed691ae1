"""What all tests share: where helpers are found (this folder), and how hypothesis searches.

With ``CI=true`` a skipped test is a failure: what should run there has to run there.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

IMPOSSIBLE = ("root reads all')",)  # what no machine could run, told by the reason for skipping

# Time limits a machine shared with others would break now and then; nothing here is about speed.
settings.register_profile(
    "kedou", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kedou")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:
        return
    skipped = [str(report.longrepr) for report in reporter.stats.get("skipped", ())]
    if any(not reason.endswith(IMPOSSIBLE) for reason in skipped):
        reporter.write_line("Tests were skipped, and CI=true allows none.", red=True)
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
