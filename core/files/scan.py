"""The port for a virus check: clean, found, or no answer. Without a scanner every card says that it did not run."""

from dataclasses import replace
from typing import Final, Protocol

from core.files.gate import Refused, refusal
from core.files.inspection import Inspected

CLEAN: Final = "clean"
VIRUS: Final = "virus"


class ScannerDown(Exception):
    """No verdict could be had: the file is held and asked about again, never passed."""


class Scanner(Protocol):
    """Looks a file through. Blocks its thread; never called inside a unit."""

    name: str

    def scan(self, data: bytes) -> str | None:
        """The name of what was found, None for a clean file. Raises ScannerDown."""
        ...


def scanned(scanner: Scanner | None, data: bytes, inspected: Inspected) -> Inspected:
    """What is known of a file once the scanner was asked; one that is refused anyway is not asked about.

    A file in which something was found is refused, has no preview, and stays locked away. Raises ScannerDown.
    """
    told = inspected.inspection
    if scanner is None or not told.ok:
        return inspected
    name = scanner.scan(data)
    if name is not None:
        return Inspected(refusal(told.size, told.seen, Refused(VIRUS, name=name)))
    return replace(inspected, inspection=replace(told, virus_check=CLEAN))
