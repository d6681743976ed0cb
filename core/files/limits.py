"""What a file may be: every limit that is looked at before and while a file is opened."""

from dataclasses import dataclass
from typing import Protocol, Self

MIB = 1024 * 1024


class LimitSettings(Protocol):
    """The part of the settings that says what a file may be."""

    @property
    def upload_bytes(self) -> int: ...
    @property
    def client_bytes(self) -> int: ...
    @property
    def pages(self) -> int: ...
    @property
    def pixels(self) -> int: ...
    @property
    def office_entries(self) -> int: ...
    @property
    def office_bytes(self) -> int: ...
    @property
    def office_ratio(self) -> int: ...
    @property
    def check_seconds(self) -> int: ...
    @property
    def check_memory_mib(self) -> int: ...
    @property
    def check_processes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Sizes in bytes, times in seconds. The defaults are those of the settings."""

    upload_bytes: int = 20 * MIB
    client_bytes: int = 500 * MIB  # of all files of one client together
    pages: int = 200
    pixels: int = 50_000_000
    office_entries: int = 1000
    office_bytes: int = 100 * MIB  # all entries of a docx together, unpacked
    office_ratio: int = 100  # unpacked to packed size of one entry above 1 MiB
    check_seconds: int = 10  # of work in the child process
    check_memory_mib: int = 300  # above what the idle child needs
    check_processes: int = 2
    preview_px: int = 1200  # longer side of a preview
    text_bytes: int = 16 * 1024  # of a document's text that is kept for the keyword checks

    @classmethod
    def of(cls, settings: LimitSettings) -> Self:
        """The limits of the settings."""
        return cls(
            upload_bytes=settings.upload_bytes,
            client_bytes=settings.client_bytes,
            pages=settings.pages,
            pixels=settings.pixels,
            office_entries=settings.office_entries,
            office_bytes=settings.office_bytes,
            office_ratio=settings.office_ratio,
            check_seconds=settings.check_seconds,
            check_memory_mib=settings.check_memory_mib,
            check_processes=settings.check_processes,
        )
