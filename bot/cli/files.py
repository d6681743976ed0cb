"""`banli files sweep`: remove from the store what nothing names."""

from bot.app import build
from bot.sweeper import Swept
from core.kit.settings import Settings


def sweep(settings: Settings, *, dry_run: bool) -> Swept:
    """One round of the sweeper. Raises MissingKey, OperationalError."""
    banli = build(settings)
    try:
        return banli.sweeper.sweep(dry_run=dry_run)
    finally:
        banli.stop()
