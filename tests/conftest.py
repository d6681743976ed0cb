"""What every test may lean on: the plugins of this suite and the settings of its tools."""

import os

import pytest
from hypothesis import HealthCheck, settings

from core.kit.memory import calm_collector

pytest_plugins = [
    "tests.rows",
    "tests.tally",
    "tests.services.fixtures",
    "tests.services.draw",
    "tests.services.browser",
]

# The machine may be busy, so nothing is judged by time. In CI the same examples come every time.
settings.register_profile(
    "banli",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("banli")


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not look through it after every few hundred rows."""
    calm_collector()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the product does."""
    return "asyncio"
