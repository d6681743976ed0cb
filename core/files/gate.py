"""What can be refused without opening a file: empty, too large, not a kind that we take, two files in one."""

from typing import Final, cast

from core.files.inspection import Inspection
from core.files.limits import FileLimits
from core.files.sniff import HEAD_BYTES, KINDS, FileKind, sniff
from core.files.verdicts import verdict_for

_END_OF_ZIP: Final = b"PK\x05\x06"
_ZIP_ENTRY: Final = b"PK\x01\x02"
_MAX_ZIP_COMMENT: Final = 65535
_END_BYTES: Final = 22


class Refused(Exception):
    """A file that is not taken: the verdict's code and the parameters of its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def gate(data: bytes, limits: FileLimits) -> Inspection | None:
    """The refusal of a file that need not be opened, or None: then `kind_of` says what opens it."""
    seen = sniff(data[:HEAD_BYTES])
    if len(data) > limits.upload_bytes:
        return refusal(len(data), seen, Refused("too_large", size=len(data), limit=limits.upload_bytes))
    if seen == "zip" and not data.startswith(_END_OF_ZIP):
        return None
    if seen not in KINDS:
        return refusal(len(data), seen, Refused(verdict_for(seen)))
    if hides_zip(data) or (seen != "pdf" and b"%PDF-" in data[:1024]):
        return refusal(len(data), seen, Refused("two_in_one"))
    return None


def kind_of(data: bytes) -> FileKind:
    """The kind of a file that passed the gate."""
    seen = sniff(data[:HEAD_BYTES])
    return "docx" if seen == "zip" else cast(FileKind, seen)


def refusal(size: int, seen: str, refused: Refused) -> Inspection:
    """The inspection of a file that is not taken."""
    params = dict(refused.params)
    return Inspection(size=size, seen=str(params.pop("seen", seen)), verdict=refused.code, params=params)


def hides_zip(data: bytes) -> bool:
    """True when a zip's directory with entries ends the file, so that an unpacker would find another file
    in it."""
    tail = max(0, len(data) - _MAX_ZIP_COMMENT - _END_BYTES)
    end = data.rfind(_END_OF_ZIP, tail)
    if end < 0 or end + _END_BYTES > len(data):
        return False
    directory = int.from_bytes(data[end + 12 : end + 16], "little")
    return directory > 0 and data[max(0, end - directory) :].startswith(_ZIP_ENTRY)
