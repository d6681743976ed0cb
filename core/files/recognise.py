"""The port for reading pictures: text recognition and a passport's machine-readable zone. Switched off by
default.

An implementation (an adapter in a process of its own, for it needs much memory and time) is given to the
fetcher; without one every check that needs it says by name that it did not run.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.files.sniff import FileKind


@dataclass(frozen=True, slots=True)
class MrzReading:
    """A machine-readable zone as it was read (ICAO 9303 part 4), and whether its check digits agree."""

    number: str
    nationality: str  # three letters
    surname: str
    given_names: str
    born: date | None
    expires: date | None
    digits_agree: bool
    printed_number: str = ""  # the number as printed above the zone; check digits do not see G for 6, L for 1 ...


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read off a picture; ``mrz`` is None when there is no such zone."""

    text: str = ""
    mrz: MrzReading | None = None


class Recogniser(Protocol):
    """Reads a document. Blocks its thread for seconds; never called inside a unit."""

    name: str

    def recognise(self, data: bytes, kind: FileKind) -> Recognised | None:
        """None when this kind cannot be read here."""
        ...


class SwitchedOff:
    """No recognition: reads nothing, so that the checks report that they did not run."""

    name = "off"

    def recognise(self, _data: bytes, _kind: FileKind) -> Recognised | None:
        return None
