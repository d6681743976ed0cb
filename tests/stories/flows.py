"""Flows that stories of the tests are about."""

from pathlib import Path
from typing import Final

PAUSES: Final = Path(__file__).parent / "pauses"
REQUEST: Final = (PAUSES / "v1.yaml").read_text("utf-8")
"""A request whose limit stands still while its client is waited for."""
